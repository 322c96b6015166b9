"""Expressions of the contracts as expressions of integers.

An expression is read out of the Solidity source, so that a proof is about what stands there now. Every sum and product has
to stay below 2^256, every difference above 0, every divisor above 0, and what is cast has to fit: these are proved along
with what the proof is for. Where they hold, the machine's arithmetic is that of integers.
"""

import ast
import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import z3

CONTRACTS: Final = Path(__file__).resolve().parents[2] / "contracts"
WORD: Final = 2**256


@dataclass
class Reading:
    """What expressions mean, and what has to hold for that.

    facts: what defines the quotients in them.
    duties: what has to be proved of them, each with its text.
    """

    facts: list[z3.BoolRef] = field(default_factory=list)
    duties: list[tuple[str, z3.BoolRef]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def term(self, text: str, names: Mapping[str, z3.ArithRef]) -> z3.ArithRef:
        """An expression of Solidity in which `names` says what its parts mean, each by its text.

        Raises:
            ValueError: something in it has no meaning here.
        """
        known = {_plain(name): value for name, value in names.items()}
        return self._of(ast.parse(text.replace("\n", " ").strip(), mode="eval").body, known)

    def quotient(self, dividend: z3.ArithRef, divisor: z3.ArithRef) -> z3.ArithRef:
        """The whole part of a quotient of numbers that are not negative."""
        number = next(self._numbers)
        whole = z3.Int(f"quotient_{number}")
        self.facts += [
            whole >= 0,
            divisor * whole <= dividend,
            dividend < divisor * whole + divisor,
        ]
        return whole

    def _of(self, node: ast.expr, names: Mapping[str, z3.ArithRef]) -> z3.ArithRef:
        text = ast.unparse(node)
        if text in names:
            return names[text]
        match node:
            case ast.Constant(value=int(value)):
                return z3.IntVal(value)
            case ast.Call(func=ast.Name(id=name), args=[inner]) if re.fullmatch(r"uint\d+", name):
                value = self._of(inner, names)
                self._owe(f"{text} is not cut", z3.And(value >= 0, value < 2 ** int(name[4:])))
                return value
            case ast.BinOp(left=left, op=op, right=right):
                return self._operation(text, op, self._of(left, names), self._of(right, names))
        raise ValueError(f"{text} has no meaning here")

    def _operation(
        self, text: str, op: ast.operator, left: z3.ArithRef, right: z3.ArithRef
    ) -> z3.ArithRef:
        if isinstance(op, ast.Div):
            self._owe(f"{text} divides by more than 0", right > 0)
            return self.quotient(left, right)
        operations: Mapping[type, Callable[[], z3.ArithRef]] = {
            ast.Add: lambda: left + right,
            ast.Sub: lambda: left - right,
            ast.Mult: lambda: left * right,
        }
        if type(op) not in operations:
            raise ValueError(f"{text} has no meaning here")
        value = operations[type(op)]()
        self._owe(f"{text} neither overflows nor is negative", z3.And(value >= 0, value < WORD))
        return value

    def _owe(self, text: str, duty: z3.BoolRef) -> None:
        self.duties.append((text, duty))


def expression(file: str, function: str, pattern: str) -> str:
    """What the one group of `pattern` matches in a function of a contract.

    Raises:
        ValueError: it does not match exactly once.
    """
    source = (CONTRACTS / file).read_text(encoding="utf-8")
    body = re.search(rf"^ *function {function}\(.*?^    \}}$", source, re.MULTILINE | re.DOTALL)
    found = re.findall(pattern, re.sub(r"//.*", "", body[0])) if body else []
    if len(found) != 1:
        raise ValueError(f"{file}: {function} has {len(found)} of {pattern}")
    return str(found[0])


def _plain(text: str) -> str:
    return ast.unparse(ast.parse(text, mode="eval").body)
