"""Lists of contributions: who gave how much, one `address,wei` a line."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from offchain.io.addresses import checksum
from offchain.io.errors import InvalidInput
from offchain.io.quoting import quote
from offchain.io.units import WEI_PER_UNIT
from offchain.model.instances.two_level import BID_LIMIT

HEADER = ("address", "wei")
_LINE_END = re.compile("\r\n|\r|\n")
"""As Unix, Windows and old spreadsheets on a Mac write it."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one address gave, in wei."""

    address: str
    wei: int

    @property
    def units(self) -> int:
        """The whole gwei in it."""
        return self.wei // WEI_PER_UNIT

    @property
    def is_whole(self) -> bool:
        """Whether nothing is lost by counting in gwei."""
        return self.wei % WEI_PER_UNIT == 0


def parse(data: bytes, name: str) -> tuple[Contribution, ...]:
    """The contributions in the bytes of a CSV file: UTF-8, one a line, with or without the header `address,wei`.

    Blank lines are passed over. Raises InvalidInput that names the file, the line and the value:
    for anything that is no address or no whole number of wei, less than 1 gwei or more than a bid
    can be, an address that stands twice, and a file without contributions. O(lines).
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        line = len(_LINE_END.findall(before)) + 1
        raise InvalidInput(
            f"{name}, line {line}: byte 0x{data[error.start]:02x} is not UTF-8"
        ) from error
    found: dict[str, tuple[int, Contribution]] = {}
    for number, cells in _rows(text, name):
        where = f"{name}, line {number}"
        contribution = _contribution(cells, where)
        earlier = found.setdefault(contribution.address, (number, contribution))
        if earlier[0] != number:
            raise InvalidInput(
                f"{where}: address {contribution.address} stands already on line {earlier[0]}"
            )
    if not found:
        raise InvalidInput(f"{name}: no contributions in it, lines of address,wei")
    return tuple(contribution for _, contribution in found.values())


def lines_of(text: str) -> list[str]:
    """The lines of a text file of any system."""
    return _LINE_END.split(text)


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that hold something, numbered from 1, without the header."""
    is_first = True
    for number, line in enumerate(lines_of(text), start=1):
        if not line.strip():
            continue
        try:
            cells = [cell.strip() for cell in next(csv.reader([line]))]
        except csv.Error as error:
            raise InvalidInput(
                f"{name}, line {number}: {quote(line)} is not CSV: {error}"
            ) from error
        if not (is_first and tuple(cell.lower() for cell in cells) == HEADER):
            yield number, cells
        is_first = False


def _contribution(cells: list[str], where: str) -> Contribution:
    if len(cells) != len(HEADER):
        raise InvalidInput(f"{where}: {quote(','.join(cells))} is not address,wei")
    address, wei = cells
    if not re.fullmatch("0[xX][0-9a-fA-F]{40}", address):
        raise InvalidInput(f"{where}: address {quote(address)} is not 0x and 40 hexadecimal digits")
    proper = checksum(bytes.fromhex(address[2:]))
    digits = address[2:]
    if digits not in (digits.lower(), digits.upper(), proper[2:]):
        raise InvalidInput(f"{where}: address {quote(address)} has a wrong checksum (EIP-55)")
    if not re.fullmatch("[0-9]{1,40}", wei):
        raise InvalidInput(f"{where}: wei {quote(wei)} is not a whole number of wei")
    contribution = Contribution(proper, int(wei))
    if contribution.units < 1:
        raise InvalidInput(f"{where}: wei {wei} is less than 1 gwei, the least that can be bid")
    if contribution.units > BID_LIMIT:
        raise InvalidInput(f"{where}: wei {wei} is above 2^64-1 gwei, the most that can be bid")
    return contribution
