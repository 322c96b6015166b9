"""Every row of `consort theory` has an example, and every example runs and keeps its assertions."""

import ast
import runpy
from pathlib import Path

import pytest

from offchain.model.theory import CLAIMS

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
FILES = sorted(EXAMPLES.glob("*.py"))


def test_rows_and_examples_have_the_same_names() -> None:
    names = sorted(claim.name.replace("-", "_") for claim in CLAIMS)
    assert names == [file.stem for file in FILES]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_example(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(file), run_name="__main__")
    printed = capsys.readouterr().out.splitlines()
    assert f"{file.stem.replace('_', '-')}: holds" in printed
    # An instance of its own comes before the row.
    assert not printed[0].startswith(file.stem.replace("_", "-"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_example_is_short_and_asserts(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree)
    assert sum(isinstance(node, ast.Assert) for node in ast.walk(tree)) >= 2
    assert len(text.splitlines()) <= 45
