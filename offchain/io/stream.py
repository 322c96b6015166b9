"""JSON documents read a piece at a time: of a list, one entry after another, so that its length takes no memory."""

import json
import re
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from typing import NoReturn

from offchain.io.decoding import DECODER
from offchain.io.errors import InvalidInput

_BLANK = re.compile(r"[ \t\n\r]*")
"""White space of JSON."""
_TOKEN = 16
"""No token that a cut can spoil is longer, but for strings and numbers: `-Infinity`, a pair of escapes."""
_UNFINISHED = "Unterminated string"
"""How the decoder's message starts where a string has no end; its place is the string's start."""


def utf8(pieces: Iterable[bytes]) -> Iterator[str]:
    """The text of the pieces, which are UTF-8 (a byte order mark is allowed). Raises InvalidInput."""
    decoder = getincrementaldecoder("utf-8-sig")()
    taken = 0
    for piece, is_last in _and_last(pieces):
        taken += len(piece)
        try:
            yield decoder.decode(piece, is_last)
        except UnicodeDecodeError as error:
            byte = error.object[error.start]
            offset = taken - len(error.object) + error.start
            place = f"byte 0x{byte:02x} at offset {offset}"
            raise InvalidInput(f"not UTF-8: {place} ({error.reason})") from error


def _and_last(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    for piece in pieces:
        yield piece, False
    yield b"", True


class Document:
    """The JSON document in pieces of text; what was read is forgotten.

    Memory: the longest entry of a list, or all of what is no list, and a piece. Time: O(text), at most
    twice that for entries longer than a piece.
    """

    def __init__(self, pieces: Iterable[str]) -> None:
        """Looks at the start.

        Raises InvalidInput, here and below, for what is no JSON or nests too deeply: the index of the
        entry, and the line and column.
        """
        self._pieces = iter(pieces)
        self._text, self._place, self._is_whole = "", 0, False
        self._lines, self._columns = 0, 0
        self._index: int | None = None
        self._more(1)
        if self._text.startswith("\ufeff"):
            self._fail("Unexpected UTF-8 BOM (decode using utf-8-sig)", 0)
        self.is_list = self._next() == "["

    def values(self) -> Iterator[object]:
        """The entries of the list, or the only value, as `decoding.DECODER` makes them. Can be gone through once."""
        if self.is_list:
            yield from self._entries()
            self._end()
        else:
            value = self._value()
            self._end()
            yield value

    def _entries(self) -> Iterator[object]:
        self._place += 1
        if self._next() == "]":
            self._place += 1
            return
        self._index = 0
        while True:
            yield self._value()
            mark = self._next()
            if mark not in (",", "]"):
                self._fail("Expecting ',' delimiter", self._place)
            self._place += 1
            if mark == "]":
                self._index = None
                return
            self._index += 1

    def _end(self) -> None:
        if self._next():
            self._fail("Extra data", self._place)

    def _next(self) -> str:
        """Goes to the next character that is not blank, and returns it; "" at the end."""
        while True:
            blank = _BLANK.match(self._text, self._place)
            assert blank is not None
            self._place = blank.end()
            if self._place < len(self._text) or self._is_whole:
                return self._text[self._place : self._place + 1]
            self._more(1)

    def _value(self) -> object:
        self._next()
        while True:
            try:
                value, end = DECODER.raw_decode(self._text, self._place)
            except json.JSONDecodeError as error:
                if self._is_whole or not self._may_be_cut(error):
                    self._fail(error.msg, error.pos)
            except RecursionError as error:
                raise InvalidInput(
                    f"{self._where}not an instance: lists or objects are nested too deep"
                ) from error
            else:
                # A number whose exponent is cut off looks like a shorter one.
                if self._is_whole or end <= len(self._text) - _TOKEN:
                    self._place = end
                    return value
            # Twice as much, so that a long entry is not read again for each of its pieces.
            self._more(len(self._text) - self._place)

    def _may_be_cut(self, error: json.JSONDecodeError) -> bool:
        return error.msg.startswith(_UNFINISHED) or error.pos >= len(self._text) - _TOKEN

    def _more(self, least: int) -> None:
        """Forgets what was read, and takes so many characters more, or all that there are."""
        breaks = self._text.count("\n", 0, self._place)
        last = self._text.rfind("\n", 0, self._place)
        self._columns = self._place - last - 1 if breaks else self._columns + self._place
        self._lines += breaks
        kept = [self._text[self._place :]]
        while least > 0 and not self._is_whole:
            piece = next(self._pieces, None)
            if piece is None:
                self._is_whole = True
            else:
                kept.append(piece)
                least -= len(piece)
        self._text, self._place = "".join(kept), 0

    @property
    def _where(self) -> str:
        return "" if self._index is None else f"[{self._index}]: "

    def _fail(self, problem: str, place: int) -> NoReturn:
        breaks = self._text.count("\n", 0, place)
        column = place - self._text.rfind("\n", 0, place) if breaks else self._columns + place + 1
        raise InvalidInput(
            f"{self._where}not JSON: {problem} at line {self._lines + breaks + 1} column {column}"
        )
