"""The ways in which a contract is made wrong, as edits of its text at the places that the compiler's syntax tree names.

Left as they are: `unchecked` blocks, what a revert says, types, declarations, and `if (true) revert`, which any test notices.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

Node = Mapping[str, Any]

_BINARY: Final[Mapping[str, tuple[str, ...]]] = {
    "<": ("<=", ">="),
    "<=": ("<", ">"),
    ">": (">=", "<="),
    ">=": (">", "<"),
    "==": ("!=",),
    "!=": ("==",),
    "&&": ("||",),
    "||": ("&&",),
    "+": ("-",),
    "-": ("+",),
    "*": ("/",),
    "/": ("*",),
    "%": ("/",),
    "**": ("*",),
    "&": ("|",),
    "|": ("&",),
    "^": ("|",),
    "<<": (">>",),
    ">>": ("<<",),
}
_COMPOUND: Final[Mapping[str, tuple[str, ...]]] = {
    "+=": ("-=", "="),
    "-=": ("+=", "="),
    "*=": ("/=", "="),
    "/=": ("*=", "="),
    "|=": ("&=", "="),
    "&=": ("|=", "="),
    "^=": ("|=", "="),
    "<<=": (">>=", "="),
    ">>=": ("<<=", "="),
}
_YUL: Final[Mapping[str, str]] = {
    "add": "sub",
    "sub": "add",
    "mul": "div",
    "div": "mul",
    "shl": "shr",
    "shr": "shl",
    "and": "or",
    "or": "and",
    "lt": "gt",
    "gt": "lt",
    "eq": "lt",
}
_UNTOUCHED: Final = frozenset(
    {
        "ArrayTypeName",
        "ElementaryTypeName",
        "EnumDefinition",
        "ErrorDefinition",
        "EventDefinition",
        "ImportDirective",
        "InheritanceSpecifier",
        "Mapping",
        "OverrideSpecifier",
        "PragmaDirective",
        "RevertStatement",
        "StructDefinition",
        "StructuredDocumentation",
        "UserDefinedTypeName",
        "UsingForDirective",
    }
)
_LEAVES: Final = frozenset({"RevertStatement", "Return", "Continue", "Break"})
_NUMBER: Final = re.compile(r"(0x)?([0-9a-fA-F_]+)(\s+[a-z]+)?")
_ADDRESS_DIGITS: Final = 40


@dataclass(frozen=True, slots=True)
class Edit:
    """Bytes `start` to `end` of a file are replaced. `where`: the function or variable they stand in."""

    start: int
    end: int
    text: str
    operator: str
    where: str


def edits(tree: Node, source: bytes) -> list[Edit]:
    """All ways to make this file wrong, in the order of the text, no two with the same outcome."""
    writer = _Writer(source)
    found = {(one.start, one.end, one.text): one for one in writer.visit(tree, "")}
    return sorted(found.values(), key=lambda one: (one.start, one.end, one.text))


class _Writer:
    """Reads one file's tree and proposes edits of its text."""

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._rules: Mapping[str, Callable[[Node], Iterator[tuple[int, int, str, str]]]] = {
            "Assignment": self._assignment,
            "BinaryOperation": self._binary,
            "Conditional": self._conditional,
            "EmitStatement": self._emit,
            "ExpressionStatement": self._statement,
            "ForStatement": self._loop,
            "FunctionCall": self._call,
            "IfStatement": self._if,
            "Literal": self._literal,
            "ModifierInvocation": self._modifier,
            "TupleExpression": self._tuple,
            "UnaryOperation": self._unary,
            "WhileStatement": self._loop,
            "YulAssignment": self._yul_statement,
            "YulExpressionStatement": self._yul_statement,
            "YulFunctionCall": self._yul_call,
            "YulIf": self._yul_if,
            "YulLiteral": self._literal,
        }

    def visit(self, node: Node, where: str) -> Iterator[Edit]:
        """The edits of this node and of all below it."""
        kind = node["nodeType"]
        if kind in _UNTOUCHED:
            return
        if kind in ("ContractDefinition", "FunctionDefinition", "ModifierDefinition") or (
            kind == "VariableDeclaration" and node["stateVariable"]
        ):
            where = f"{where}.{_name(node)}".lstrip(".")
        if kind in self._rules:
            for start, end, text, operator in self._rules[kind](node):
                yield Edit(start, end, text, operator, where)
        for child in self._below(node):
            yield from self.visit(child, where)

    @staticmethod
    def _below(node: Node) -> Iterator[Node]:
        kind = node["nodeType"]
        for key, value in node.items():
            if kind == "EmitStatement" and key == "eventCall":
                continue  # its fields have edits of their own
            if kind == "Assignment" and key == "leftHandSide" and _is_tuple(value):
                continue  # exchanged on the other side
            if kind == "YulFunctionCall" and key == "functionName":
                continue
            if kind == "ForStatement" and key in ("initializationExpression", "loopExpression"):
                # a statement there cannot be left out
                value = value.get("expression", value) if value else None
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, Mapping) and "nodeType" in child:
                    yield child

    # Text

    def _span(self, node: Node) -> tuple[int, int]:
        start, length, _ = map(int, node["src"].split(":"))
        return start, start + length

    def _text(self, node: Node) -> str:
        return self._between(*self._span(node))

    def _between(self, start: int, end: int) -> str:
        return self._source[start:end].decode()

    def _exchanged(self, first: Node, second: Node) -> tuple[int, int, str]:
        """Both in each other's place."""
        (start, left), (right, end) = self._span(first), self._span(second)
        text = self._text(second) + self._between(left, right) + self._text(first)
        return start, end, text

    def _operator(self, left: Node, sign: str, right: Node) -> tuple[int, int]:
        """Where the sign between two operands stands."""
        start = self._source.index(sign.encode(), self._span(left)[1], self._span(right)[0])
        return start, start + len(sign)

    # Expressions

    def _binary(self, node: Node) -> Iterator[tuple[int, int, str, str]]:
        sign = node["operator"]
        start, end = self._operator(node["leftExpression"], sign, node["rightExpression"])
        kind = "comparison" if sign[0] in "<>=!" and sign not in ("<<", ">>") else "arithmetic"
        for other in _BINARY[sign]:
            yield start, end, other, "logic" if sign in ("&&", "||") else kind

    def _assignment(self, node: Node) -> Iterator[tuple[int, int, str, str]]:
        sign = node["operator"]
        start, end = self._operator(node["leftHandSide"], sign, node["rightHandSide"])
        for other in _COMPOUND.get(sign, ()):
            yield start, end, other, "arithmetic"

    def _unary(self, node: Node) -> Iterator[tuple[int, int, str, str]]:
        sign = node["operator"]
        start, end = self._span(node)
        at = start if node["prefix"] else end - len(sign)
        if sign in ("++", "--"):
            yield at, at + 2, "--" if sign == "++" else "++", "arithmetic"
        elif sign in ("!", "~", "-"):
            yield at, at + 1, "", "logic" if sign == "!" else "arithmetic"

    def _conditional(self, node: Node) -> Iterator[tuple[int, int, str, str]]:
        yield (*self._exchanged(node["trueExpression"], node["falseExpression"]), "ternary")

    def _literal(self, node: Node) -> Iterator[tuple[int, int, str, str]]:
        start, end = self._span(node)
        if node["kind"] == "bool":
            yield start, end, "false" if self._text(node) == "true" else "true", "constant"
        elif node["kind"] == "number" and (found := _NUMBER.fullmatch(self._text(node))):
            prefix, digits, unit = found.groups("")
            if prefix and len(digits) == _ADDRESS_DIGITS:
                return
            value = int(digits, 16 if prefix else 10)
            for other in (value + 1, value - 1)[: 2 if value else 1]:
                text = f"0x{other:0{len(digits)}x}" if prefix else str(other)
                yield start, end, text + unit, "constant"

    def _call(self, node: Node) -> Iterator[tuple[int, int, str, str]]:
        takes_all = self._text(node["expression"]) in ("abi.encode", "abi.encodePacked")
        yield from self._exchanges(node["arguments"], "arguments exchanged", takes_all)

    def _tuple(self, node: Node) -> Iterator[tuple[int, int, str, str]]:
        yield from self._exchanges(node["components"], "arguments exchanged", False)

    def _exchanges(
        self, nodes: list[Node | None], operator: str, takes_all: bool
    ) -> Iterator[tuple[int, int, str, str]]:
        """Neighbours in each other's place, where the compiler may take them."""
        for first, second in pairwise(nodes):
            if first is None or second is None or self._text(first) == self._text(second):
                continue
            if takes_all or _family(first) == _family(second):
                yield (*self._exchanged(first, second), operator)

    # Statements

    def _statement(self, node: Node) -> Iterator[tuple[int, int, str, str]]:
        start, end = self._span(node)
        yield start, self._source.index(b";", end) + 1, "{}", "statement deleted"

    def _emit(self, node: Node) -> Iterator[tuple[int, int, str, str]]:
        start, end = self._span(node)
        yield start, self._source.index(b";", end) + 1, "{}", "event deleted"
        yield from self._fields(node["eventCall"])

    def _fields(self, call: Node) -> Iterator[tuple[int, int, str, str]]:
        """Each field with another value; of one that a function packs, each of what it packs."""
        yield from self._exchanges(call["arguments"], "event field", False)
        for field in call["arguments"]:
            packs = field["nodeType"] == "FunctionCall" and field["kind"] == "functionCall"
            if packs and field["arguments"]:
                yield from self._fields(field)
            elif (other := _other_value(self._text(field), _type(field))) is not None:
                yield (*self._span(field), other, "event field")

    def _if(self, node: Node) -> Iterator[tuple[int, int, str, str]]:
        start, end = self._span(node["condition"])
        leaves = _only(node["trueBody"])["nodeType"]
        is_guard = leaves in _LEAVES and not node.get("falseBody")
        yield start, end, "false", "guard deleted" if is_guard else "condition"
        if not is_guard or leaves != "RevertStatement":
            yield start, end, "true", "condition"

    def _loop(self, node: Node) -> Iterator[tuple[int, int, str, str]]:
        if node.get("condition"):
            yield (*self._span(node["condition"]), "false", "condition")

    def _modifier(self, node: Node) -> Iterator[tuple[int, int, str, str]]:
        if node.get("kind") == "modifierInvocation":
            yield (*self._span(node), "", "guard deleted")

    # Assembly

    def _yul_call(self, node: Node) -> Iterator[tuple[int, int, str, str]]:
        name = node["functionName"]["name"]
        if name in _YUL:
            yield (*self._span(node["functionName"]), _YUL[name], "arithmetic")
        elif name == "iszero":
            yield (*self._span(node), self._text(node["arguments"][0]), "logic")

    def _yul_statement(self, node: Node) -> Iterator[tuple[int, int, str, str]]:
        yield (*self._span(node), "{}", "statement deleted")

    def _yul_if(self, node: Node) -> Iterator[tuple[int, int, str, str]]:
        for other in ("0", "1"):
            yield (*self._span(node["condition"]), other, "condition")


def _name(node: Node) -> str:
    return str(node["name"] or node.get("kind"))


def _is_tuple(node: Any) -> bool:
    return isinstance(node, Mapping) and node["nodeType"] == "TupleExpression"


def _only(body: Node) -> Node:
    """The one statement of a block that has no other."""
    if body["nodeType"] == "Block" and len(body["statements"]) == 1:
        only: Node = body["statements"][0]
        return only
    return body


def _type(node: Node) -> str:
    return str(node["typeDescriptions"]["typeString"])


def _family(node: Node) -> str:
    """Types that may take each other's values; whether they do, the compiler says."""
    type_ = _type(node)
    if re.match(r"u?int", type_):
        return "number"
    if type_.startswith(("contract ", "address")):
        return "address"
    return type_.removesuffix(" memory").removesuffix(" calldata")


def _other_value(text: str, type_: str) -> str | None:
    """An expression of the type that never has the value of `text`; None for structs."""
    if re.match(r"u?int", type_):
        return f"({text}) ^ 1"
    if type_ == "bool":
        return f"!({text})"
    if type_.startswith("address"):
        return f"address(uint160({text}) ^ 1)"
    if type_.startswith("contract "):
        return f"{type_.split()[1]}(address(uint160(address({text})) ^ 1))"
    if found := re.fullmatch(r"bytes(\d+)", type_):
        return f"({text}) ^ {type_}(uint{8 * int(found[1])}(1))"
    if type_.startswith("enum "):
        name = type_.split()[1]
        return f"{name}(uint8({text}) == 0 ? 1 : 0)"
    if type_.startswith("bytes "):
        return 'bytes("")'
    if type_.startswith("string "):
        return '""'
    if found := re.match(r"(\w+)\[\] ", type_):
        return f"new {found[1]}[](0)"
    if re.fullmatch(r"[A-Z]\w*", type_):
        return f"{type_}.wrap({type_}.unwrap({text}) ^ 1)"
    return None
