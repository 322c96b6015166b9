"""What docs/architecture.md says of the two worlds: the reference model and the chain side share instances, no rules."""

import ast
from pathlib import Path

from markdown import ROOT

CHAIN_SIDE = ("chain", "bindings", "keeper", "play")
COUNTS_DRAWS = "offchain/play/signal_clock_solve.py"


def imports(path: Path) -> set[str]:
    """The modules of offchain that a module names in its imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return {name for name in found if name.startswith("offchain.")}


def importers(packages: tuple[str, ...], of: tuple[str, ...]) -> set[str]:
    """The modules in `packages` that import anything of `of`."""
    files = [path for name in packages for path in (ROOT / "offchain" / name).rglob("*.py")]
    assert len(files) >= len(packages)
    return {
        str(path.relative_to(ROOT))
        for path in files
        if any(
            f"{name}.".startswith(tuple(f"offchain.{one}." for one in of)) for name in imports(path)
        )
    }


def test_the_model_takes_nothing_from_the_chain_side() -> None:
    assert importers(("model",), CHAIN_SIDE) == set()


def test_the_chain_side_asks_the_model_for_a_number_of_draws_only() -> None:
    assert importers(CHAIN_SIDE, ("model.mechanisms",)) == {COUNTS_DRAWS}
    asked = {name for name in imports(ROOT / COUNTS_DRAWS) if ".mechanisms." in name}
    module = "offchain.model.mechanisms.signal_discovery"
    names = ("DRAWS_LIMIT", "TooManyDrawsError", "draws_needed")
    assert asked == {module, *(f"{module}.{name}" for name in names)}
