"""The compiled contracts: the same bytecode that Brownie makes, cached on disk; or as a wheel carries them.

In a checkout the settings come from brownie-config.yaml, the only place that has them. The result is kept under
build/artifacts in a file named by a digest of everything it depends on, so a stale one is never
read, and processes that start together compile once.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from offchain.chain.errors import ChainError
from offchain.io.output import OutputFailed, write_whole
from offchain.io.paths import PACKAGED, PROJECT, is_packaged

if TYPE_CHECKING:
    from eth_typing import ABIElement

_OUTPUTS = ["abi", "evm.bytecode.object", "evm.deployedBytecode.object", "storageLayout"]
_REMEDY = "run `make setup` in a checkout, or install a wheel that `make wheel` built"
_SOLC_KEYS = {"version", "optimizer", "remappings", "evm_version", "viaIR"}


class CompileError(ChainError):
    """The contracts do not compile, or the set-up that compiles them is incomplete."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """One compiled contract. Interfaces and abstract contracts have no bytecode."""

    name: str
    abi: tuple[ABIElement, ...]
    bytecode: bytes
    runtime: bytes
    storage_layout: dict[str, Any]


def load(name: str, project: Path = PROJECT) -> Artifact:
    """The contract called ``name``, compiled first if need be.

    Raises:
        CompileError: it does not compile, or there is no contract of this name.
    """
    compiled = _known(project)
    if name not in compiled:
        raise CompileError(f"no contract {name!r} in contracts/; there are {', '.join(compiled)}")
    return _artifact(name, compiled[name])


def load_all(project: Path = PROJECT) -> dict[str, Artifact]:
    """Every contract, interface and library that contracts/ declares, by name.

    Raises:
        CompileError: the contracts do not compile.
    """
    return {name: _artifact(name, entry) for name, entry in _known(project).items()}


def syntax_trees(project: Path = PROJECT) -> dict[str, dict[str, Any]]:
    """The compiler's syntax tree of each file in contracts/, by its path; kept beside what is compiled.

    Raises:
        CompileError: the contracts do not compile.
    """
    return _kept(_cache(project, ".trees"), lambda: _trees(project))


def comments(project: Path = PROJECT) -> dict[str, dict[str, Any]]:
    """NatSpec of what contracts/ declares, by name: the compiler's `userdoc` and `devdoc`; kept beside what is compiled.

    Raises:
        CompileError: the contracts do not compile.
    """
    return _kept(_cache(project, ".comments"), lambda: _comments(project))


def warnings(project: Path = PROJECT) -> list[str]:
    """What the compiler warns of in contracts/, with the place of each; made anew each time, in about a second.

    Raises:
        CompileError: the contracts do not compile.
    """
    told = _solc(project, {"*": ["abi"]}).get("errors", [])
    return [found["formattedMessage"].rstrip() for found in told]


def compiler(project: Path = PROJECT) -> dict[str, Any]:
    """The section of brownie-config.yaml that says how contracts are compiled.

    Raises:
        CompileError: the file is missing.
    """
    import yaml

    path = project / "brownie-config.yaml"
    try:
        section: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))["compiler"]
    except FileNotFoundError as error:
        raise CompileError(f"{path} is missing: {_REMEDY}") from error
    return section


def are_compiled(project: Path = PROJECT) -> bool:
    """Whether the contracts as they are now need not be compiled first, which takes some seconds.

    Raises:
        CompileError: the set-up that compiles them is incomplete.
    """
    return is_packaged() or _cache(project).exists()


def digest(project: Path = PROJECT) -> str:
    """Changes with the sources, the settings, the compiler, OpenZeppelin and this module."""
    inputs = [
        project / "brownie-config.yaml",
        project / "node_modules" / "solc" / "package.json",
        project / "node_modules" / "@openzeppelin" / "contracts" / "package.json",
        *_sources(project),
    ]
    state = hashlib.sha256(Path(__file__).read_bytes())
    for path in inputs:
        try:
            content = path.read_bytes()
        except FileNotFoundError as error:
            raise CompileError(f"{path} is missing: {_REMEDY}") from error
        state.update(f"{path.relative_to(project).as_posix()}\0{len(content)}\0".encode())
        state.update(content)
    return state.hexdigest()


def _sources(project: Path) -> list[Path]:
    return sorted((project / "contracts").rglob("*.sol"))


def _artifact(name: str, entry: dict[str, Any]) -> Artifact:
    return Artifact(
        name=name,
        abi=tuple(entry["abi"]),
        bytecode=bytes.fromhex(entry["bytecode"]),
        runtime=bytes.fromhex(entry["runtime"]),
        storage_layout=entry["storage_layout"],
    )


def as_file(artifact: Artifact, source: str, made_by: dict[str, Any]) -> dict[str, Any]:
    """What a file of one contract holds, by the names that Hardhat gives; `bytecode` is what creates it, before its arguments,
    and "0x" of an interface. source: where it stands. made_by: `compiler`.
    """
    solc = made_by["solc"]
    return {
        "contractName": artifact.name,
        "sourceName": source,
        "compiler": solc["version"],
        "evmVersion": made_by["evm_version"],
        "optimizerRuns": solc["optimizer"]["runs"],
        "viaIR": solc["viaIR"],
        "abi": artifact.abi,
        "bytecode": f"0x{artifact.bytecode.hex()}",
        "deployedBytecode": f"0x{artifact.runtime.hex()}",
        "storageLayout": artifact.storage_layout,
    }


def _known(project: Path) -> dict[str, dict[str, Any]]:
    return _cached(project) if not is_packaged() or project != PROJECT else _packaged()


@cache
def _packaged() -> dict[str, dict[str, Any]]:
    """What the wheel carries, in the form of the cache."""
    files = [
        json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((PACKAGED / "abi").glob("*.json"))
    ]
    if not files:
        raise CompileError(f"{PACKAGED / 'abi'} holds no contracts: install Consort anew")
    return {
        file["contractName"]: {
            "abi": file["abi"],
            "bytecode": file["bytecode"].removeprefix("0x"),
            "runtime": file["deployedBytecode"].removeprefix("0x"),
            "storage_layout": file["storageLayout"],
        }
        for file in files
    }


def _cache(project: Path, part: str = "") -> Path:
    return project / "build" / "artifacts" / f"{digest(project)}{part}.json"


def _cached(project: Path) -> dict[str, dict[str, Any]]:
    return _kept(_cache(project), lambda: _compile(project))


def _kept(
    path: Path, compiled: Callable[[], dict[str, dict[str, Any]]]
) -> dict[str, dict[str, Any]]:
    """What the file holds; compiled, and kept there, if it is not there yet."""
    if (found := _read(path)) is not None:
        return found
    with _locked(path.parent / "lock"):
        # Another process may have compiled while this one waited for the lock.
        if (found := _read(path)) is not None:
            return found
        made = compiled()
        with suppress(OutputFailed):  # it only takes longer the next time
            write_whole(path, json.dumps(made).encode())
        return made


def _read(path: Path) -> dict[str, dict[str, Any]] | None:
    try:
        content: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Lets one process at a time do the body, where a file can be made for that."""
    with ExitStack() as stack:
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            fcntl.flock(stack.enter_context(path.open("w")), fcntl.LOCK_EX)
        yield


def _compile(project: Path) -> dict[str, dict[str, Any]]:
    return _declared(_solc(project, {"*": _OUTPUTS})["contracts"])


def _trees(project: Path) -> dict[str, dict[str, Any]]:
    sources = _solc(project, {"": ["ast"]})["sources"]
    return {path: found["ast"] for path, found in sources.items() if path.startswith("contracts/")}


def _comments(project: Path) -> dict[str, dict[str, Any]]:
    found = _solc(project, {"*": ["userdoc", "devdoc"]})["contracts"]
    return {
        name: entry
        for path, declared in found.items()
        if path.startswith("contracts/")
        for name, entry in declared.items()
    }


def _solc(project: Path, outputs: dict[str, list[str]]) -> dict[str, Any]:
    """What the compiler puts out on all of contracts/, of each file what is asked for."""
    import solcx

    config = compiler(project)
    binary = project / ".solc" / f"solc-v{config['solc']['version']}"
    if not binary.exists():
        raise CompileError(f"the compiler {binary} is missing: run `make setup`")
    request = {
        "language": "Solidity",
        "sources": {
            path.relative_to(project).as_posix(): {"content": path.read_text(encoding="utf-8")}
            for path in _sources(project)
        },
        "settings": _settings(config) | {"outputSelection": {"*": outputs}},
    }
    try:
        output: dict[str, Any] = solcx.compile_standard(
            request, base_path=project, solc_binary=binary
        )
    except solcx.exceptions.ContractsNotFound as error:
        raise CompileError("contracts/ holds no Solidity file") from error
    except solcx.exceptions.SolcError as error:
        raise CompileError(f"the contracts do not compile:\n{error.message}") from error
    return output


def _settings(section: dict[str, Any]) -> dict[str, Any]:
    """The compiler input that Brownie makes of the same section (brownie.project.compiler)."""
    solc = section["solc"]
    if unknown := set(solc) - _SOLC_KEYS:
        raise CompileError(f"brownie-config.yaml: compiler.solc.{min(unknown)} is not understood")
    settings = {
        "evmVersion": solc.get("evm_version", section["evm_version"]),
        "optimizer": solc["optimizer"],
        "remappings": solc.get("remappings", []),
    }
    if "viaIR" in solc:
        settings["viaIR"] = solc["viaIR"]
    return settings


def _declared(contracts: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What contracts/ declares, by name; what it imports from elsewhere is left out."""
    found: dict[str, dict[str, Any]] = {}
    for source, declared in sorted(contracts.items()):
        for name, output in declared.items() if source.startswith("contracts/") else ():
            if name in found:
                raise CompileError(f"{source}: a second contract is called {name}")
            found[name] = {
                "abi": output["abi"],
                "bytecode": _linked(name, output["evm"]["bytecode"]["object"]),
                "runtime": _linked(name, output["evm"]["deployedBytecode"]["object"]),
                "storage_layout": output["storageLayout"],
            }
    return found


def _linked(name: str, code: str) -> str:
    if "__$" in code:
        raise CompileError(f"{name} calls a library that is deployed apart; none is meant to be")
    return code
