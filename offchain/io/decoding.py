"""JSON text to plain Python values, keeping whatever a strict reader needs for a good message.

The standard decoder turns 5.0 and 1e400 into floats, accepts NaN, drops all but the last of two
equal keys, and stops at integers of more than 4,300 digits. Here such things become values of their
own, so that the reader of the field, which knows its path, can refuse them by name.
"""

import json
from dataclasses import dataclass

from offchain.io.errors import InvalidInput

_INT_DIGITS = 1000
"""Longer integers are kept as text: converting them is slow or refused by Python, and no field takes one."""


@dataclass(frozen=True, slots=True)
class NumberText:
    """A JSON number that is not an integer of reasonable length, as it was written."""

    text: str

    @property
    def is_integer(self) -> bool:
        """Whether it is an integer after all, only a very long one."""
        return self.text.lstrip("-").isdigit()


@dataclass(frozen=True, slots=True)
class RepeatedKey:
    """A JSON object that holds the same key twice."""

    key: str


def _integer(text: str) -> int | NumberText:
    return int(text) if len(text) <= _INT_DIGITS else NumberText(text)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object] | RepeatedKey:
    result: dict[str, object] = {}
    for key, value in pairs:
        if key in result:
            return RepeatedKey(key)
        result[key] = value
    return result


DECODER = json.JSONDecoder(
    parse_int=_integer, parse_float=NumberText, parse_constant=NumberText, object_pairs_hook=_object
)
"""Makes dict, list, str, int, bool, None, `NumberText` or `RepeatedKey` of JSON; errors as those of `json`."""


def decode(text: str) -> object:
    """The one JSON value of the text: dict, list, str, int, bool, None, `NumberText` or `RepeatedKey`.

    Raises InvalidInput with line and column if the text is not JSON, or if it nests too deeply.
    """
    try:
        return DECODER.decode(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise InvalidInput(f"not JSON: {error.msg} at {place}") from error
    except RecursionError as error:
        raise InvalidInput("lists or objects are nested too deep") from error
