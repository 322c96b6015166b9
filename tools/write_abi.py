"""`make abi`: what other programs need of the contracts, in build/abi and in the npm package of packages/contracts.

    python -m tools.write_abi

build/abi/NAME.json has the ABI, the bytecode, and what made it, by the names that Hardhat gives them. There is one for every
contract that is deployed, every interface, and Item, an ERC-721 to try things out with.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from offchain.bindings.artifacts import as_file, comments, compiler, load_all, syntax_trees
from offchain.bindings.generate import declarations
from offchain.io.output import write_whole
from offchain.io.paths import PROJECT
from tools.npm_package import modules

ABI: Final = PROJECT / "build" / "abi"
NPM: Final = PROJECT / "packages" / "contracts" / "dist"
TO_TRY: Final = frozenset({"Item"})
"""What lies in contracts/test, and is of use to others."""


def main() -> None:
    """Writes both, and removes what is no longer made."""
    chosen = list(exported())
    replace(ABI, abi_files(chosen))
    replace(NPM, npm_files(chosen))
    print(f"{len(chosen)} contracts and interfaces: {ABI.relative_to(PROJECT)}, packages/contracts")


def abi_files(chosen: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The files of build/abi by name."""
    return {f"{one['contractName']}.json": json.dumps(one, indent=1) + "\n" for one in chosen}


def npm_files(chosen: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The generated files of the npm package by name; those of build/abi are among them. `CompileError` as `exported`."""
    made = declarations()
    texts = modules(chosen, comments(), made.enumerations, made.constants)
    return {f"json/{name}": text for name, text in abi_files(chosen).items()} | texts


def exported(project: Path = PROJECT) -> Iterator[dict[str, Any]]:
    """One object for each file of build/abi, by name.

    Raises:
        CompileError: the contracts do not compile.
    """
    artifacts, made_by = load_all(project), compiler(project)
    for name, one in declared(project).items():
        if one.is_double and name not in TO_TRY:
            continue
        if one.is_deployable or one.kind == "interface":
            yield as_file(artifacts[name], one.source, made_by)


@dataclass(frozen=True, slots=True)
class Declaration:
    """A contract, interface or library, and the file it stands in."""

    source: str
    kind: str
    abstract: bool

    @property
    def is_double(self) -> bool:
        """Whether it is there for tests."""
        return self.source.startswith("contracts/test/")

    @property
    def is_deployable(self) -> bool:
        """Whether it is a contract as it stands, not what others are derived from."""
        return self.kind == "contract" and not self.abstract


def declared(project: Path = PROJECT) -> dict[str, Declaration]:
    """All that contracts/ declares, by name.

    Raises:
        CompileError: the contracts do not compile.
    """
    found = {
        node["name"]: Declaration(path, node["contractKind"], node["abstract"])
        for path, tree in syntax_trees(project).items()
        for node in tree["nodes"]
        if node["nodeType"] == "ContractDefinition"
    }
    return dict(sorted(found.items()))


def replace(folder: Path, files: Mapping[str, str]) -> None:
    """Makes `folder` hold these files and no others. `OutputFailed` if that is impossible."""
    for path in set(_files(folder)) - {folder / name for name in files}:
        path.unlink(missing_ok=True)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = text.encode()
        if not path.exists() or path.read_bytes() != data:  # what reads it is not built anew
            write_whole(path, data)


def _files(folder: Path) -> Iterable[Path]:
    """Those there are; what another process is just writing has a name that starts with a dot."""
    return (path for path in folder.rglob("[!.]*") if path.is_file())


if __name__ == "__main__":
    main()
