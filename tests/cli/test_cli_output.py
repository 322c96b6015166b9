"""Output that cannot be written: exit code 4 and one line, from every command, and files whole or not at all."""

import errno
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from offchain.bindings import artifacts
from offchain.cli import app
from offchain.cli.app import COMMANDS
from offchain.io.output import OutputFailed, replacing, write_whole
from tests.patience import PATIENCE

PROGRAM = [sys.executable, "-m", "offchain.cli"]
EXAMPLE = """{"mechanism": "two-level", "groups": [
    {"name": "A", "members": [{"name": "ann", "bid": 10}, {"name": "bob", "bid": 5}]},
    {"name": "B", "members": [{"name": "cid", "bid": 9}]}]}"""
TO_STANDARD_OUTPUT = [
    ["--help"],
    ["--version"],
    *([command, "--help"] for command in COMMANDS),
    ["solve", "-", "--on", "reference"],
    ["check", "-"],
    ["theory", "--only", "daos-appendix-a"],
    ["theory", "--only", "daos-appendix-a", "--json"],
    ["simulate", "--family", "uniform", "--auctions", "2", "--members", "3"],
    ["deploy", "--on", "revm", "--out", os.devnull],
]
needs_full = pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="there is no /dev/full on this system"
)


def consort(arguments: list[str], **streams: Any) -> subprocess.CompletedProcess[str]:
    """Run the program with the example on standard input."""
    return subprocess.run(
        [*PROGRAM, *arguments],
        input=EXAMPLE,
        text=True,
        timeout=PATIENCE,
        check=False,
        **{"stderr": subprocess.PIPE, **streams},
    )


def last_line(text: str) -> str:
    assert "Traceback" not in text
    return text.splitlines()[-1]


@needs_full
@pytest.mark.parametrize("arguments", TO_STANDARD_OUTPUT, ids=" ".join)
def test_a_full_disk_is_told_by_its_own_code(arguments: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        ran = consort(arguments, stdout=full)
    assert ran.returncode == 4
    assert (
        last_line(ran.stderr)
        == f"error: standard output cannot be written: {os.strerror(errno.ENOSPC)}"
    )


@pytest.mark.parametrize("arguments", TO_STANDARD_OUTPUT, ids=" ".join)
def test_a_closed_standard_output_is_told_by_its_own_code(arguments: list[str]) -> None:
    ran = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", *PROGRAM, *arguments],
        input=EXAMPLE,
        stderr=subprocess.PIPE,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ran.returncode == 4
    assert last_line(ran.stderr).startswith("error: standard output cannot be written: ")


@pytest.mark.parametrize("arguments", TO_STANDARD_OUTPUT, ids=" ".join)
def test_a_reader_that_left_is_told_by_the_code_alone(arguments: list[str]) -> None:
    """As with `| head`: no message, since the reader wanted no more."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        ran = consort(arguments, stdout=writer)
    finally:
        os.close(writer)
    assert ran.returncode == 4
    assert "error" not in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_leaves_early_ends_the_program(tmp_path: Path, unbuffered: str) -> None:
    """A large outcome into a pipe that is closed after one line."""
    members = ", ".join(f'{{"name": "m{i}", "bid": 5}}' for i in range(20_000))
    file = tmp_path / "large.json"
    file.write_text(
        f'{{"mechanism": "two-level", "groups": [{{"name": "A", "members": [{members}]}}]}}'
    )
    with subprocess.Popen(
        [*PROGRAM, "solve", str(file), "--on", "reference"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "{\n"
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 4


def test_a_pipe_that_does_not_block_gets_everything(tmp_path: Path) -> None:
    """Some programs start others with such pipes; a part of the outcome would be no outcome."""
    members = ", ".join(f'{{"name": "m{i}", "bid": 5}}' for i in range(20_000))
    file = tmp_path / "large.json"
    file.write_text(
        f'{{"mechanism": "two-level", "groups": [{{"name": "A", "members": [{members}]}}]}}'
    )
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with subprocess.Popen(
        [*PROGRAM, "solve", str(file), "--on", "reference"], stdout=writer
    ) as process:
        os.close(writer)
        with os.fdopen(reader) as stream:
            text = stream.read()
    assert process.returncode == 0
    assert text.endswith("}\n")


@needs_full
@pytest.mark.parametrize("closing", ["2>&-", "2>/dev/full"])
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["solve", "-", "--on", "reference"], 0),
        (["solve", "-"], 0),
        (["theory", "--only", "daos-appendix-a"], 0),
        (["solve", "/no/such/file"], 2),
        (["solve"], 2),
        ([], 2),
    ],
    ids=str,
)
def test_messages_that_nobody_can_read_change_nothing(
    closing: str, arguments: list[str], code: int
) -> None:
    ran = subprocess.run(
        ["sh", "-c", f'exec "$@" {closing}', "sh", *PROGRAM, *arguments],
        input=EXAMPLE,
        stdout=subprocess.PIPE,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ran.returncode == code
    assert bool(ran.stdout) == (code == 0)


def test_a_closed_standard_input_is_bad_input() -> None:
    ran = subprocess.run(
        ["sh", "-c", 'exec "$@" <&-', "sh", *PROGRAM, "solve", "-"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ran.returncode == 2
    assert last_line(ran.stderr).startswith("error: standard input: cannot be read: ")


def folder(path: Path) -> list[str]:
    return sorted(one.name for one in path.iterdir())


def test_a_file_is_new_or_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "outcome.json"
    write_whole(file, b"old")

    def fail_half_way() -> None:
        with replacing(file) as draft:
            draft.write(b"half")
            draft.flush()
            assert file.read_bytes() == b"old"
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert (file.read_bytes(), folder(tmp_path)) == (b"old", ["outcome.json"])
    write_whole(file, b"new")
    assert (file.read_bytes(), folder(tmp_path)) == (b"new", ["outcome.json"])


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "outcome.json"
    write_whole(file, b"old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(
        OutputFailed, match=f"outcome.json cannot be written: {os.strerror(errno.ENOSPC)}"
    ):
        write_whole(file, b"new")
    assert (file.read_bytes(), folder(tmp_path)) == (b"old", ["outcome.json"])


def test_a_file_keeps_its_permissions_and_its_link(tmp_path: Path) -> None:
    """A new file has those of any new file, not those of a secret."""
    file, link = tmp_path / "real", tmp_path / "link"
    link.symlink_to(file)
    (tmp_path / "other").touch()
    write_whole(link, b"new")
    assert (file.read_bytes(), link.is_symlink()) == (b"new", True)
    assert file.stat().st_mode == (tmp_path / "other").stat().st_mode
    file.chmod(0o640)
    write_whole(link, b"newer")
    assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (b"newer", 0o640)


def test_what_is_no_file_is_written_into_and_not_replaced() -> None:
    write_whole(os.devnull, b"anything")
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


@pytest.mark.parametrize("name", [".", "no/such", "nul\0", "x" * 300, "/dev/full"])
def test_what_cannot_be_written_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputFailed, match="cannot be written: "):
        write_whole(tmp_path / name, b"anything")
    assert folder(tmp_path) == []


def test_a_deployment_whose_folder_cannot_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Known before anything is sent."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "build").write_text("a file")
    result = CliRunner().invoke(app, ["deploy", "--on", "revm"])
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr == "error: --out: build cannot be written: File exists\n"


@pytest.mark.parametrize("option", ["/no/such/folder/file", ".", "/dev/null/file"])
@pytest.mark.parametrize("command", [["solve", "-"], ["deploy", "--on", "revm"]], ids=" ".join)
def test_a_file_that_cannot_be_written_is_known_before_any_work(
    monkeypatch: pytest.MonkeyPatch, command: list[str], option: str
) -> None:
    def work(*_: Any, **__: Any) -> None:
        raise AssertionError("work was done in vain")

    monkeypatch.setattr("offchain.chain.connect.connect", work)
    monkeypatch.setattr("offchain.model.kinds.solve", work)
    result = CliRunner().invoke(app, [*command, "--out", option], input=EXAMPLE)
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr.startswith("error: --out: ")
    assert result.stderr.count("\n") == 1


@needs_full
@pytest.mark.parametrize("command", [["solve", "-", "--on", "reference"]], ids=" ".join)
def test_a_file_on_a_full_disk(command: list[str]) -> None:
    result = CliRunner().invoke(app, [*command, "--out", "/dev/full"], input=EXAMPLE)
    assert (result.exit_code, result.stdout) == (4, "")
    reason = os.strerror(errno.ENOSPC)
    assert result.stderr == f"error: --out: /dev/full cannot be written: {reason}\n"


def test_contracts_are_compiled_even_where_the_result_cannot_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder that cannot be written to, here because a file is in the way."""
    (tmp_path / "build").write_text("a file")
    monkeypatch.setattr(artifacts, "_compile", lambda _: {"A": {}})
    monkeypatch.setattr(artifacts, "digest", lambda _: "digest")
    assert artifacts._cached(tmp_path) == {"A": {}}
    (tmp_path / "build").unlink()
    assert artifacts._cached(tmp_path) == {"A": {}}
    monkeypatch.setattr(artifacts, "_compile", lambda _: {})
    assert artifacts._cached(tmp_path) == {"A": {}}


def test_a_deployment_is_kept_in_its_file_even_if_standard_output_fails(tmp_path: Path) -> None:
    file = tmp_path / "deployment.json"
    ran = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", *PROGRAM, "deploy", "--on", "revm", "--out", str(file)],
        stderr=subprocess.PIPE,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ran.returncode == 4
    assert "auctioneer" in json.loads(file.read_text())
