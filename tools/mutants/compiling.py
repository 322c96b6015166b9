"""Bytecode of a mutant, contract by contract as it is asked for, by a compiler that is loaded once."""

from __future__ import annotations

import json
import re
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from offchain.bindings.artifacts import CompileError, _settings, compiler
from offchain.io.paths import PROJECT
from tools.mutants.sources import trees

_SERVER: Final = Path(__file__).parent / "compiler.js"
_NO_METADATA: Final = {"appendCBOR": False, "bytecodeHash": "none"}
_FEW_STEPS: Final = {
    "enabled": True,
    "runs": 200,
    "details": {
        "yul": True,
        "cse": False,
        "deduplicate": False,
        "constantOptimizer": False,
        "inliner": False,
        "yulDetails": {"stackAllocation": True, "optimizerSteps": "dhfoDgvulfnTUtnIf:fDnTOcmu"},
    },
}
"""Of the optimizer's steps those without which stacks are too deep: in two thirds of the time, code larger than a chain takes."""


class NotCompiled(Exception):
    """The compiler refuses the mutant: it is none."""


@dataclass(frozen=True)
class Changed:
    """The project with another text in the file `path`; `affected`: the contracts that are made of it, each with its file.
    `address`: where the compiler listens. `quick`: compiled with few steps of the optimizer.
    """

    address: str
    path: str
    source: str
    affected: Mapping[str, str]
    quick: bool = False

    def check(self) -> None:
        """`NotCompiled` if the types do not fit in the file itself."""
        self._ask([])

    def bytecode(self, name: str) -> tuple[bytes, bytes]:
        """What creates the contract, and what it then consists of. `NotCompiled` if there is none."""
        found = self._ask([(self.affected[name], name)])[name]
        return bytes.fromhex(found["bytecode"]), bytes.fromhex(found["runtime"])

    def _ask(self, wanted: list[tuple[str, str]]) -> Mapping[str, Any]:
        request = {
            "path": self.path,
            "source": self.source,
            "wanted": wanted,
            "quick": self.quick,
        }
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self.address)
            connection.sendall(f"{json.dumps(request)}\n".encode())
            answer = json.loads(b"".join(iter(lambda: connection.recv(1 << 16), b"")))
        if answer["errors"]:
            raise NotCompiled(answer["errors"][0])
        contracts: Mapping[str, Any] = answer["contracts"]
        return contracts


@contextmanager
def solc(address: Path) -> Iterator[None]:
    """The compiler listens at `address` for as long as the body lasts. `CompileError` if it does not start."""
    address.parent.mkdir(parents=True, exist_ok=True)
    address.unlink(missing_ok=True)
    settings = _settings(compiler()) | {"metadata": _NO_METADATA}
    project = {
        "settings": settings,
        "quick": settings | {"optimizer": _FEW_STEPS},
        "sources": {path: {"content": (PROJECT / path).read_text("utf-8")} for path in trees()},
    }
    process = subprocess.Popen(
        ["node", str(_SERVER), str(address)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is for those who use it
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{json.dumps(project)}\n")
        process.stdin.flush()  # and left open: where it ends, however this process does, the compiler does
        if process.stdout.readline() != "ready\n":
            raise CompileError("the compiler did not start")
        yield
    finally:
        process.terminate()
        process.wait()
        address.unlink(missing_ok=True)


@cache
def _places() -> Mapping[str, str]:
    return {
        node["name"]: path
        for path, tree in trees().items()
        for node in tree["nodes"]
        if node["nodeType"] == "ContractDefinition" and not node["abstract"]
    }


@cache
def affected(path: str) -> Mapping[str, str]:
    """The contracts whose files import this one, however far away, each with its file."""
    return {name: place for name, place in _places().items() if path in _imported(place)}


@cache
def _imported(path: str) -> frozenset[str]:
    """The project's files that this one is made of, itself among them."""
    found = {path}
    for node in trees()[path]["nodes"]:
        if node["nodeType"] == "ImportDirective" and node["absolutePath"] in trees():
            found |= _imported(re.sub(r"^\./", "", node["absolutePath"]))
    return frozenset(found)
