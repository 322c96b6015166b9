"""Every error that a person can meet at a group's auction has a sentence, which takes the error's own arguments."""

import re
from collections.abc import Sequence

import pytest

from offchain.bindings.artifacts import load
from offchain.bindings.sentences import SENTENCES, told
from offchain.chain import abi
from offchain.chain.backend import Reverted

CONTRACTS = (
    "Auctioneer",
    "ApproximateAuction",
    "DAO",
    "DAOFactory",
    "Estate",
    "NounsAdapter",
    "ZoraAdapter",
    "Item",
)
ERRORS = {
    entry["name"]: entry["inputs"]
    for name in CONTRACTS
    for entry in load(name).abi
    if entry["type"] == "error"
}


def test_each_error_has_a_sentence_and_each_sentence_an_error() -> None:
    assert sorted(ERRORS.keys() - SENTENCES.keys()) == []
    assert sorted(SENTENCES.keys() - ERRORS.keys()) == []


@pytest.mark.parametrize("name", sorted(SENTENCES))
def test_a_sentence_takes_the_arguments(name: str) -> None:
    """Whatever they are: the largest and the smallest that fit their types."""
    inputs = ERRORS[name]
    selector = _selector(name, inputs)
    for low in (True, False):
        values = tuple(_value(one["type"], low) for one in inputs)
        data = selector + abi.arguments(inputs).encode(values)
        sentence = told(Reverted("calling 0x1", data))
        assert sentence.isprintable()
        assert len(sentence) <= 400
        assert "{" not in sentence
        assert sentence[-1] in ".)"


def test_what_is_no_known_error_is_told_all_the_same() -> None:
    assert told(Reverted("calling 0x1 failed: out of gas")) == "calling 0x1 failed: out of gas"
    assert "unknown error 0x01020304" in told(Reverted("x", b"\1\2\3\4"))
    cut_off = _selector("WrongPhase", ERRORS["WrongPhase"]) + bytes(40)
    assert "unknown error" in told(Reverted("x", cut_off))


def _selector(name: str, inputs: Sequence[abi.Parameter]) -> bytes:
    from eth_hash.auto import keccak

    return keccak(abi.signature(name, inputs).encode())[: abi.SELECTOR_BYTES]


def _value(kind: str, low: bool) -> object:
    if kind == "address":
        return "0x" + ("0" if low else "f") * 40
    if kind.startswith("bytes") and kind != "bytes":
        return bytes(int(kind.removeprefix("bytes")))
    if kind == "string":
        return "x"
    if kind == "bytes":
        return b"x"
    if kind == "bool":
        return low
    bits = int(re.sub(r"\D", "", kind) or 256)
    return 0 if low else (1 if bits == 8 else 2**bits - 1)
