"""The analysers: what Slither and `forge lint` find in contracts/, doubles of tests left out."""

import json
import re
import subprocess
import sys
import tempfile
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from offchain.bindings.artifacts import compiler
from offchain.io.paths import PROJECT
from proofs.analysers.triage import Place

SLITHER: Final = PROJECT / ".build" / "prove" / "bin" / "slither"
_TREES: Final = Path(__file__).resolve().parent / "trees.py"
_KINDS: Final = ("--exclude-informational", "--exclude-optimization")
"""Left to solhint and to `make gas`: how code looks, and what it costs."""
_DECLARES: Final = re.compile(
    r"^(?:abstract )?(?:contract|library|interface) (\w+)|^ *function (\w+)|^ *(constructor)\b",
    re.MULTILINE,
)


class AnalyserFailed(Exception):
    """An analyser did not come as far as to say anything; the message is what it wrote."""


def slither(project: Path = PROJECT) -> list[Place]:
    """What Slither's detectors find, with the compiler and the settings of brownie-config.yaml.

    Raises:
        AnalyserFailed: it, or the compiler, did not run.
    """
    settings = compiler(project)["solc"]
    request = {
        "language": "Solidity",
        "sources": {path: {"content": text} for path, text in _sources(project).items()},
        "settings": {
            "evmVersion": compiler(project)["evm_version"],
            "viaIR": settings["viaIR"],
            "remappings": settings["remappings"],
        },
    }
    # elsewhere, since it takes any folder above one with a foundry.toml for a project of Foundry's, and wants its build
    with tempfile.TemporaryDirectory(prefix="analysers-") as name:
        folder = Path(name)
        for part in ("contracts", "node_modules"):
            (folder / part).symlink_to(project / part)
        (folder / "input.json").write_text(json.dumps(request), encoding="utf-8")
        solc = project / ".solc" / f"solc-v{settings['version']}"
        trees = folder / "solc"
        trees.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{_TREES}" "{solc}" "$@"\n')
        trees.chmod(0o700)
        answer = subprocess.run(
            (
                *(str(SLITHER), "input.json", "--compile-force-framework", "solc-json"),
                *("--solc", str(trees), *_KINDS, "--json", "output.json"),
            ),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        output = folder / "output.json"
        said = json.loads(output.read_text(encoding="utf-8")) if output.exists() else {}
    if not said.get("success"):
        raise AnalyserFailed(str(said.get("error") or answer.stderr[-4000:]))
    return list(_detected(said["results"].get("detectors", [])))


def lints(project: Path = PROJECT) -> list[Place]:
    """What `forge lint` finds.

    Raises:
        AnalyserFailed: it did not run.
    """
    answer = subprocess.run(
        (
            *("sh", str(PROJECT / "tools" / "forge.sh"), "lint", "--json"),
            *("--root", str(project), str(project / "contracts")),
        ),
        cwd=project,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    sources = {path: _Declared(text) for path, text in _sources(project).items()}
    found = [json.loads(line) for line in answer.stderr.splitlines() if line.startswith("{")]
    if answer.returncode or any(one["level"] == "error" for one in found):
        raise AnalyserFailed(answer.stderr[-4000:])
    return list(_linted(found, sources))


def _sources(project: Path) -> dict[str, str]:
    """The files of contracts/ without doubles, by their paths."""
    return {
        path.relative_to(project).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted((project / "contracts").rglob("*.sol"))
        if path.relative_to(project).parts[1] != "test"
    }


def _detected(results: list[dict[str, Any]]) -> Iterator[Place]:
    """One place for each result on code of ours."""
    for result in results:
        element = result["elements"][0]
        if "node_modules" not in element["source_mapping"]["filename_relative"]:
            yield Place("slither", result["check"], ".".join(_names(element)))


def _names(element: Mapping[str, Any]) -> Iterator[str]:
    """What an element is called, after what it is declared in."""
    parent = element.get("type_specific_fields", {}).get("parent")
    if parent and parent["type"] in {"contract", "function"}:
        yield from _names(parent)
    yield element["name"]


class _Declared:
    """What a file declares, in order."""

    def __init__(self, text: str) -> None:
        self._starts: list[int] = []
        self._names: list[str] = []
        contract = ""
        for found in _DECLARES.finditer(text):
            contract = found[1] or contract
            function = found[2] or found[3]
            free = found[2] and not found[0].startswith(" ")
            self._starts.append(len(text[: found.start()].encode()))
            self._names.append(
                function if free else f"{contract}.{function}" if function else contract
            )

    def around(self, byte: int) -> str:
        """What was declared last before a byte of the file."""
        return self._names[max(0, bisect_right(self._starts, byte) - 1)]


def _linted(results: list[dict[str, Any]], sources: Mapping[str, _Declared]) -> Iterator[Place]:
    """One place for each result in these files."""
    for result in results:
        span = result["spans"][0]
        path = span["file_name"][span["file_name"].index("contracts/") :]
        if path in sources:
            yield Place("forge", result["code"]["code"], sources[path].around(span["byte_start"]))
