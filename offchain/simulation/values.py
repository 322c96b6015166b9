"""Values that a user lists in a file."""

from offchain.io.errors import InvalidInput
from offchain.io.quoting import quote
from offchain.model.instances.contributions import lines_of, parse

_DIGITS = 20


def parse_values(data: bytes, name: str) -> tuple[int, ...]:
    """The values in a CSV file: a whole number of units a line, at least 1, perhaps under a heading; or lines of address,wei.

    Contributions count in whole gwei. Raises InvalidInput that names the file, the line and the value. O(lines).
    """
    lines = [line.strip() for line in lines_of(data.decode("utf-8-sig", "replace"))]
    filled = [(number, line) for number, line in enumerate(lines, start=1) if line]
    if any("," in line for _, line in filled[:2]):
        return tuple(one.units for one in parse(data, name))
    if filled and not any(character.isdigit() for character in filled[0][1]):
        filled = filled[1:]
    if not filled:
        raise InvalidInput(f"{name}: no values in it, a whole number a line")
    return tuple(_value(line, f"{name}, line {number}") for number, line in filled)


def _value(line: str, where: str) -> int:
    if not (line.isascii() and line.isdigit() and len(line) <= _DIGITS):
        raise InvalidInput(f"{where}: {quote(line)} is not a whole number of units")
    if int(line) < 1:
        raise InvalidInput(f"{where}: {line} is less than 1 unit")
    return int(line)
