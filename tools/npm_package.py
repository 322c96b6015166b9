"""The npm package of the contracts: ECMAScript modules, with types from which viem and its like infer those of every call."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from offchain.bindings.generate import Declared

_HEAD: Final = "// Made by `make abi`.\n"


def modules(
    contracts: Sequence[Mapping[str, Any]],
    comments: Mapping[str, Mapping[str, Any]],
    enumerations: Mapping[str, Declared],
    constants: Mapping[Declared, int],
) -> dict[str, str]:
    """The files of the package by their names: a module for each contract, `errors`, `enums`, `constants`, and the index.

    contracts: as build/abi has them. comments: the compiler's NatSpec by contract.
    """
    return {
        **_both(_contract(one, comments) for one in contracts),
        **_both([_errors(contracts, comments), _enums(enumerations), _constants(constants)]),
        "index.js": _index(contracts),
        "index.d.ts": _index(contracts),
    }


class _Module:
    """A module under way: `values` by name, each with what is said of it and, where it is not its own, its type."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._values: list[str] = []
        self._types: list[str] = []

    def add(self, name: str, value: object, comment: str = "", type_: str | None = None) -> None:
        said = f"/** {comment} */\n" if comment else ""
        self._values.append(f"{said}export const {name} = {_literal(value)};\n")
        self._types.append(f"{said}export declare const {name}: {type_ or _type(value)};\n")

    @property
    def files(self) -> dict[str, str]:
        """What is run, and its types."""
        return {
            f"{self.name}.js": _HEAD + "".join(self._values),
            f"{self.name}.d.ts": _HEAD + "".join(self._types),
        }


def _both(made: Iterable[_Module]) -> dict[str, str]:
    return {name: text for one in made for name, text in one.files.items()}


def _contract(one: Mapping[str, Any], comments: Mapping[str, Mapping[str, Any]]) -> _Module:
    name = one["contractName"]
    module = _Module(name)
    module.add("abi", one["abi"], comments[name]["devdoc"].get("title", ""))
    if one["bytecode"] != "0x":
        said = f"What creates it, before the constructor's arguments: solc {one['compiler']}, {one['evmVersion']}."
        module.add("bytecode", one["bytecode"], said, "`0x${string}`")
    return module


def _errors(
    contracts: Sequence[Mapping[str, Any]], comments: Mapping[str, Mapping[str, Any]]
) -> _Module:
    """Every error once, so that whatever a call reverts with is understood."""
    found: dict[str, Any] = {}
    said: dict[str, str] = {}
    for one in contracts:
        for entry in one["abi"]:
            if entry["type"] == "error":
                found.setdefault(_signature(entry), entry)
        said |= _notices(comments[one["contractName"]])
    module = _Module("errors")
    module.add("abi", [found[key] for key in sorted(found)], "The custom errors of all contracts.")
    known = {key: said[key] for key in sorted(found) if key in said}
    module.add("notices", known, "What the source says of an error, by its signature.")
    return module


def _notices(comments: Mapping[str, Any]) -> dict[str, str]:
    errors = comments["userdoc"].get("errors", {})
    return {key: told[0]["notice"] for key, told in errors.items() if "notice" in told[0]}


def _signature(entry: Mapping[str, Any]) -> str:
    return f"{entry['name']}({','.join(_canonical(one) for one in entry['inputs'])})"


def _canonical(parameter: Mapping[str, Any]) -> str:
    """The type of a parameter as signatures have it."""
    kind: str = parameter["type"]
    if not kind.startswith("tuple"):
        return kind
    inner = ",".join(_canonical(one) for one in parameter["components"])
    return f"({inner}){kind.removeprefix('tuple')}"


def _enums(enumerations: Mapping[str, Declared]) -> _Module:
    module = _Module("enums")
    for name, one in enumerations.items():
        members = [member["name"] for member in one.node["members"]]
        module.add(name, {member: place for place, member in enumerate(members)}, one.comment)
    return module


def _constants(constants: Mapping[Declared, int]) -> _Module:
    """Those at the top of a file by their own name, those of a contract or library in an object of its name."""
    module = _Module("constants")
    grouped: dict[str, dict[str, _BigInt]] = {}
    for one, value in sorted(constants.items(), key=lambda item: (item[0].scope, item[0].name)):
        grouped.setdefault(one.scope, {})[one.name] = _BigInt(value)
    for name, value in grouped.pop("", {}).items():
        module.add(name, value)
    for scope, values in grouped.items():
        module.add(scope, values)
    return module


def _index(contracts: Iterable[Mapping[str, Any]]) -> str:
    names = [one["contractName"] for one in contracts] + ["errors", "enums", "constants"]
    return _HEAD + "".join(f'export * as {name} from "./{name}.js";\n' for name in names)


# Literals


class _BigInt(int):
    """A number that may be longer than JavaScript's own are exact."""


def _literal(value: object) -> str:
    if isinstance(value, _BigInt):
        return f"{int(value)}n"
    if isinstance(value, Mapping):
        return (
            f"{{{', '.join(f'{json.dumps(key)}: {_literal(one)}' for key, one in value.items())}}}"
        )
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_literal, value))}]"
    return json.dumps(value)


def _type(value: object) -> str:
    """The type that has this value only, as `as const` gives it."""
    if isinstance(value, Mapping):
        return f"{{ {' '.join(_fields(value))} }}"
    if isinstance(value, list | tuple):
        return f"readonly [{', '.join(map(_type, value))}]"
    return _literal(value)


def _fields(value: Mapping[Any, object]) -> Iterator[str]:
    for key, one in value.items():
        yield f"readonly {json.dumps(key)}: {_type(one)};"
