"""Writes enumerations.py and constants.py: what contracts/ declares, read from the compiler's syntax trees.

    python -m offchain.bindings.generate

Contracts in contracts/test are left out, and constants that are private or no integers. An enumeration goes by its
own name, and where two contracts have one of that name, by the contract's before it.
"""

from __future__ import annotations

import operator
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from offchain.bindings.artifacts import syntax_trees
from offchain.io.output import write_whole
from offchain.io.paths import PROJECT

FOLDER: Final = Path(__file__).parent

_WIDTH: Final = 100
_SMALL: Final = 1 << 32
_INDENT: Final = " " * 4
_COMMAND: Final = "python -m offchain.bindings.generate"
_OPERATORS: Final[Mapping[str, Callable[[int, int], int]]] = {
    "<<": operator.lshift,
    "*": operator.mul,
    "+": operator.add,
    "-": operator.sub,
    "**": operator.pow,
}
_TAG: Final = re.compile(r"^@(notice|dev|title) ")
_LITERAL: Final = re.compile(r"int_const (\d+)")
_LARGEST: Final = re.compile(r"uint(\d+)")


@dataclass(frozen=True, slots=True, eq=False)
class Declared:
    """A declaration of contracts/; scope: the contract in which it stands, or "" at the top of a file."""

    scope: str
    name: str
    node: dict[str, Any]

    @property
    def comment(self) -> str:
        """Its NatSpec as running text."""
        text: str = (self.node.get("documentation") or {}).get("text", "")
        return _TAG.sub("", " ".join(text.split()))


@dataclass(frozen=True, slots=True)
class Declarations:
    """Enumerations by the names they go by, and constants with their values."""

    enumerations: Mapping[str, Declared]
    constants: Mapping[Declared, int]


def main() -> None:
    """Writes both files."""
    for name, text in generated().items():
        write_whole(FOLDER / name, text.encode())


def generated(project: Path = PROJECT) -> dict[str, str]:
    """Both files, by name.

    Raises:
        CompileError: the contracts do not compile.
        ValueError: two declarations take one name, or a constant is written in a way unknown here.
    """
    found = declarations(project)
    return {
        "enumerations.py": _enumerations(found.enumerations),
        "constants.py": _constants(found.constants),
    }


def declarations(project: Path = PROJECT) -> Declarations:
    """What contracts/ declares, without contracts/test. Raises as `generated`."""
    trees = syntax_trees(project)
    declared = [
        one
        for path, tree in trees.items()
        if not path.startswith("contracts/test/")
        for one in _declared(tree)
    ]
    values = _Values(node for tree in trees.values() for node in _nodes(tree))
    enumerations = [one for one in declared if one.node["nodeType"] == "EnumDefinition"]
    constants = {one: values.of(one.node["value"]) for one in declared if _is_told(one.node)}
    return Declarations(_named(enumerations), constants)


def _named(found: Iterable[Declared]) -> dict[str, Declared]:
    """Enumerations by their own name, or, where two contracts have one of that name, by the contract's before it."""
    found = list(found)
    common = Counter(one.name for one in found)
    return {
        one.name if common[one.name] == 1 else one.scope + one.name: one
        for one in sorted(found, key=lambda one: (one.name, one.scope))
    }


def _declared(tree: Mapping[str, Any]) -> Iterator[Declared]:
    for node in tree["nodes"]:
        if node["nodeType"] == "ContractDefinition":
            yield from (
                Declared(node["name"], one["name"], one) for one in node["nodes"] if "name" in one
            )
        elif "name" in node:
            yield Declared("", node["name"], node)


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every node of a syntax tree."""
    if isinstance(tree, dict):
        yield tree
        tree = list(tree.values())
    if isinstance(tree, list):
        for one in tree:
            yield from _nodes(one)


def _is_told(node: Mapping[str, Any]) -> bool:
    """Whether it is a constant integer that others may use."""
    if not node.get("constant") or node["visibility"] == "private":
        return False
    kind: str = node["typeDescriptions"]["typeString"]
    return kind.startswith("uint")


class _Values:
    """What constant expressions are worth."""

    def __init__(self, nodes: Iterable[dict[str, Any]]) -> None:
        self._constants = {one["id"]: one["value"] for one in nodes if one.get("constant")}

    def of(self, expression: Mapping[str, Any]) -> int:
        """The value of an expression. Raises ValueError if it is written in a way unknown here."""
        told = expression["typeDescriptions"]["typeString"]
        if expression["nodeType"] == "Literal" and (literal := _LITERAL.fullmatch(told)):
            return int(literal[1])
        if expression["nodeType"] == "BinaryOperation" and expression["operator"] in _OPERATORS:
            calculate = _OPERATORS[expression["operator"]]
            return calculate(
                self.of(expression["leftExpression"]), self.of(expression["rightExpression"])
            )
        if (known := expression.get("referencedDeclaration")) in self._constants:
            return self.of(self._constants[known])
        if expression.get("memberName") == "max" and (bits := _LARGEST.fullmatch(told)):
            return (1 << int(bits[1])) - 1
        raise ValueError(f"{told}: a constant of {expression['nodeType']} is not understood")


# What is written


def _enumerations(named: Mapping[str, Declared]) -> str:
    lines = [
        f'"""The enumerations of the contracts, as the compiler knows them: made by `{_COMMAND}`."""',
        "",
        "from collections.abc import Mapping",
        "from enum import IntEnum",
        "from typing import Final",
    ]
    for name, one in named.items():
        members = [member["name"] for member in one.node["members"]]
        lines += ["", "", f"class {name}(IntEnum):", *_docstring(one.comment), ""]
        lines += [f"    {_upper(member)} = {place}" for place, member in enumerate(members)]
    lines += ["", "", "ENUMS: Final[Mapping[str, type[IntEnum]]] = {"]
    lines += [f'    "enum {one.node["canonicalName"]}": {name},' for name, one in named.items()]
    lines += ["}", '"""By what an ABI calls them (`internalType`)."""']
    return "\n".join(lines) + "\n"


def _constants(found: Mapping[Declared, int]) -> str:
    lines = [
        f'"""The constants of the contracts, as the compiler knows them: made by `{_COMMAND}`.',
        "",
        "Those of a contract or library are in a class of its name, and explained in its source; times are in seconds.",
        '"""',
        "",
        "from typing import Final",
        "",
    ]
    scope = ""
    for one in sorted(found, key=lambda one: (one.scope, one.name)):
        if one.scope != scope:
            scope = one.scope
            lines += ["", "", f"class {scope}:"]
        indent = "    " if scope else ""
        lines.append(f"{indent}{one.name}: Final = {_number(found[one])}")
    return "\n".join(lines) + "\n"


def _docstring(text: str) -> list[str]:
    """A docstring of a class, in lines."""
    first, *rest = textwrap.wrap(f'"""{text}', _WIDTH - len(_INDENT))
    lines = [first, *rest, '"""'] if rest else [f'{first}"""']
    return [_INDENT + line for line in lines]


def _number(value: int) -> str:
    """A number as people write it: large powers of two as such."""
    if value < _SMALL:
        return f"{value:_}"
    shift = value.bit_length() - 1
    return f"1 << {shift}" if value == 1 << shift else f"{value:_}"


def _upper(name: str) -> str:
    """A name of Solidity's enumerations as Python's: `FELL_BACK` of `FellBack`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).upper()


if __name__ == "__main__":
    main()
