"""Instance files: one instance or a list of them, of any kind."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from offchain.io.decoding import RepeatedKey
from offchain.io.fields import Field, show
from offchain.io.stream import Document, utf8
from offchain.model.instances.instance import Instance, Outcome
from offchain.model.kinds import READERS


@dataclass(frozen=True, slots=True)
class InstanceFile:
    """The instances of a file in order, and whether the file is a list (then so is the answer)."""

    instances: tuple[Instance, ...]
    is_list: bool

    def path(self, index: int) -> str:
        """What messages put in front of the fields of the instance at `index`; empty in a file of one."""
        return f"[{index}]" if self.is_list else ""


class InstanceStream:
    """The instances of a text in pieces, read one at a time.

    Raises InvalidInput, here and on the way, whose message names the field and the offending value.
    """

    def __init__(self, pieces: Iterable[str]) -> None:
        self._document = Document(pieces)
        self.is_list = self._document.is_list

    def __iter__(self) -> Iterator[Instance]:
        """Can be gone through once."""
        for index, value in enumerate(self._document.values()):
            if not self.is_list and not isinstance(value, dict | RepeatedKey):
                Field("", value).fail(
                    f"{show(value)} is neither an instance (an object) nor a list of instances"
                )
            yield read_instance(Field(f"[{index}]" if self.is_list else "", value))


def parse_bytes(data: bytes) -> InstanceFile:
    """The instances in a file's bytes, which are JSON in UTF-8 (a byte order mark is allowed).

    Raises InvalidInput, whose message names the field and the offending value.
    """
    return _parsed(utf8([data]))


def parse_text(text: str) -> InstanceFile:
    """The instances in a JSON text. Raises InvalidInput as `parse_bytes` does."""
    return _parsed([text])


def _parsed(pieces: Iterable[str]) -> InstanceFile:
    stream = InstanceStream(pieces)
    return InstanceFile(tuple(stream), stream.is_list)


def read_instance(instance: Field) -> Instance:
    """The instance of a JSON object, by its "mechanism". Raises InvalidInput as `parse_bytes` does."""
    fields = instance.members()
    mechanism = fields.get("mechanism")
    if mechanism is None:
        instance.at("mechanism", None).fail(f"missing (known: {', '.join(READERS)})")
    reader = READERS.get(mechanism.value) if isinstance(mechanism.value, str) else None
    if reader is None:
        mechanism.fail(f"{show(mechanism.value)} is not a mechanism (known: {', '.join(READERS)})")
    return reader(instance)


def instance_text(instance: Instance) -> str:
    """The instance as the text of a file that reads back to an equal one."""
    return _dump(instance.to_json())


def outcome_text(outcomes: Iterable[Outcome], is_list: bool) -> str:
    """The outcomes as JSON text ending in a newline: a list, or the only one on its own."""
    return "".join(outcome_pieces(outcomes, is_list))


def outcome_pieces(outcomes: Iterable[Outcome], is_list: bool) -> Iterator[str]:
    """`outcome_text` in pieces, one for each outcome as it comes, and what closes a list.

    Where getting an outcome raises, a list that has begun is closed first: what is written is JSON, of the outcomes until then.
    """
    before = "["
    try:
        for outcome in outcomes:
            text = _dump(outcome.to_json())
            if not is_list:
                yield text
                continue
            # Line breaks within names are escaped: all there are part lines.
            yield before + ("\n" + text.rstrip("\n")).replace("\n", "\n  ")
            before = ","
    except GeneratorExit:  # nobody takes a piece any more
        raise
    except BaseException:
        if before == ",":
            yield _END_OF_LIST
        raise
    if is_list:
        yield _END_OF_LIST if before == "," else "[]\n"


_END_OF_LIST: Final = "\n]\n"


def _dump(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
