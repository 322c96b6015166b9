"""Words from the beacon: one block each, fixed when asked for, proved by anyone, or else the second source."""

import pytest
from brownie import accounts
from eth_utils import keccak

from offchain.bindings.enumerations import BeaconPhase
from tests.contracts.checks import emitted, logs_of, plain, reverts_with
from tests.contracts.randomness import (
    DELAY,
    PROOF_WINDOW,
    beacon_word,
    fields_of,
    hash_of,
    header_of,
    mine_to,
    mix_of,
    one_block,
)
from tests.puppets import Manner

ID = 7


@pytest.fixture(scope="module")
def second(SetRandomness):
    """The second source."""
    return accounts[0].deploy(SetRandomness)


@pytest.fixture(scope="module")
def beacon(BeaconRandomness, second):
    """The source under test."""
    return accounts[0].deploy(BeaconRandomness, second)


@pytest.fixture(scope="module")
def block(beacon, alice):
    """The block that decides the draw that alice, a consumer, asked for."""
    tx = beacon.request(ID, {"from": alice})
    return tx.block_number + DELAY


@pytest.fixture
def header(block):
    """Its header, right after it."""
    mine_to(block + 1)
    return header_of(block)


def header_with_mix(header, mix):
    """The header with another mix."""
    place = header.index(fields_of(header)[13])
    return header[:place] + mix + header[place + 32 :]


def test_request(beacon, block, alice):
    """A request fixes its block and says so."""
    assert beacon.DELAY() == DELAY == 4 * 32 + 4
    assert plain(beacon.drawOf(alice, ID)) == (BeaconPhase.WAITING, block)
    assert plain(beacon.wordOf(alice, ID)) == ("False", 0)
    tx = beacon.request(ID + 1, {"from": alice})
    chosen = {"consumer": alice, "id": ID + 1, "blockNumber": tx.block_number + DELAY}
    assert logs_of(tx, beacon) == [
        ("WordRequested", {"consumer": alice, "id": ID + 1}),
        ("BlockChosen", chosen),
    ]


def test_proof(beacon, block, header, alice, stranger):
    """Anyone proves the header; the word is the hash that anyone can compute."""
    word = beacon_word(beacon, alice, ID, mix_of(block))
    tx = beacon.prove(alice, ID, header, {"from": stranger})
    assert logs_of(tx, beacon) == [("WordDrawn", {"consumer": alice, "id": ID, "word": word})]
    assert plain(beacon.wordOf(alice, ID)) == ("True", word)
    assert beacon.drawOf(alice, ID)[0] == BeaconPhase.DRAWN


def test_request_twice(beacon, block, header, alice):
    """A draw cannot be asked for again: not while it waits, not once it is drawn, not once it fell back."""
    with reverts_with(beacon, "AlreadyRequested", alice, ID):
        beacon.request(ID, {"from": alice})
    beacon.request(ID + 1, {"from": alice})
    beacon.prove(alice, ID, header, {"from": alice})
    with reverts_with(beacon, "AlreadyRequested", alice, ID):
        beacon.request(ID, {"from": alice})
    mine_to(block + DELAY + PROOF_WINDOW + 10)
    beacon.fallBack(alice, ID + 1, {"from": alice})
    with reverts_with(beacon, "AlreadyRequested", alice, ID + 1):
        beacon.request(ID + 1, {"from": alice})


def test_proof_twice(beacon, header, alice, bob):
    """A word that is there stays."""
    beacon.prove(alice, ID, header, {"from": alice})
    before = plain(beacon.wordOf(alice, ID))
    with reverts_with(beacon, "NotWaiting", alice, ID, BeaconPhase.DRAWN):
        beacon.prove(alice, ID, header, {"from": bob})
    assert plain(beacon.wordOf(alice, ID)) == before


def test_never_asked_for(beacon, header, alice, bob):
    """Nobody can draw, or hand over, what was not asked for: another id, or another consumer's."""
    for consumer, id_ in ((alice, ID + 1), (bob, ID)):
        with reverts_with(beacon, "NotWaiting", consumer, id_, BeaconPhase.NONE):
            beacon.prove(consumer, id_, header, {"from": bob})
        with reverts_with(beacon, "NotWaiting", consumer, id_, BeaconPhase.NONE):
            beacon.fallBack(consumer, id_, {"from": bob})


def test_ids_belong_to_their_consumer(beacon, block, header, alice, bob):
    """Who asks under another's id neither takes it away nor gets the same word, even from the same block."""
    tx = beacon.request(ID, {"from": bob})
    assert plain(beacon.drawOf(alice, ID)) == (BeaconPhase.WAITING, block)
    beacon.prove(alice, ID, header, {"from": bob})
    assert plain(beacon.wordOf(bob, ID)) == ("False", 0)
    mine_to(tx.block_number + DELAY + 1)
    beacon.prove(bob, ID, header_of(tx.block_number + DELAY), {"from": alice})
    assert beacon.wordOf(alice, ID)[1] != beacon.wordOf(bob, ID)[1]


def test_words_of_one_block_differ(beacon, Actor, alice):
    """Two draws that wait for the same block get words of their own."""
    batcher = accounts[0].deploy(Actor)
    later = {"required_confs": 0, "gas_limit": 200_000}
    with one_block():
        beacon.request(20, {"from": alice, **later})
        beacon.request(21, {"from": alice, **later})
        batcher.act(beacon, beacon.request.encode_input(20), {"from": accounts[20], **later})
    draws = [(alice, 20), (alice, 21), (batcher, 20)]
    (block,) = {beacon.drawOf(*draw)[1] for draw in draws}
    mine_to(block + 1)
    for draw in draws:
        beacon.prove(*draw, header_of(block), {"from": alice})
    assert len({beacon.wordOf(*draw)[1] for draw in draws}) == 3


def test_too_early(beacon, block, alice):
    """Not before the block, nor in it: its hash, and the header's, are not known there."""
    earlier = header_of(block - DELAY)
    with reverts_with(beacon, "NotYetProvable", block, block - DELAY + 1):
        beacon.prove(alice, ID, earlier, {"from": alice})
    mine_to(block - 1)
    with reverts_with(beacon, "NotYetProvable", block, block):
        beacon.prove(alice, ID, earlier, {"from": alice})
    with reverts_with(beacon, "StillProvable", block, block + 1):
        beacon.fallBack(alice, ID, {"from": alice})


def test_header_of_another_block(beacon, block, header, alice):
    """Who dislikes a block cannot prove the one before or after it instead."""
    mine_to(block + 3)
    for other in (block - 1, block + 1, block + 2):
        wrong = header_of(other)
        with reverts_with(beacon, "WrongHeader", block, keccak(wrong)):
            beacon.prove(alice, ID, wrong, {"from": alice})
    beacon.prove(alice, ID, header, {"from": alice})


def test_tampered_headers(beacon, block, header, alice):
    """Another mix, another byte, cut off, added to, or nothing at all: the hash gives it away."""
    last = bytes([header[-1] ^ 1])
    wrong = [
        header_with_mix(header, b"\x77" * 32),
        header[:-1] + last,
        header[:-1],
        header + b"\x00",
        header[3:],
        b"",
        bytes(200_000),
    ]
    for one in wrong:
        with reverts_with(beacon, "WrongHeader", block, keccak(one)):
            beacon.prove(alice, ID, one, {"from": alice})
    assert beacon.drawOf(alice, ID)[0] == BeaconPhase.WAITING


def test_last_block_for_a_proof(beacon, block, alice):
    """The 256th block after it is the last in which the hash can be read."""
    mine_to(block + PROOF_WINDOW - 1)
    tx = beacon.prove(alice, ID, header_of(block), {"from": alice})
    assert tx.block_number == block + PROOF_WINDOW
    assert beacon.drawOf(alice, ID)[0] == BeaconPhase.DRAWN


def test_no_fallback_in_the_last_block(beacon, block, alice):
    """Whoever dislikes the word cannot hand over a draw that can still be proved."""
    mine_to(block + PROOF_WINDOW - 1)
    with reverts_with(beacon, "StillProvable", block, block + PROOF_WINDOW):
        beacon.fallBack(alice, ID, {"from": alice})


def test_too_late_falls_back(beacon, second, block, alice, bob, stranger):
    """After that nobody proves anything; anyone hands the draw over, once, and its word comes from there."""
    mine_to(block + PROOF_WINDOW)
    with reverts_with(beacon, "NoLongerProvable", block, block + PROOF_WINDOW + 1):
        beacon.prove(alice, ID, header_of(block), {"from": alice})
    other = int.from_bytes(hash_of(["address", "uint256"], alice.address, ID), "big")
    tx = beacon.fallBack(alice, ID, {"from": stranger})
    assert [(log.emitter, log.name, log.fields) for log in emitted(tx)] == [
        (beacon, "FellBack", {"consumer": alice, "id": ID, "fallbackId": other}),
        (second, "WordRequested", {"consumer": beacon, "id": other}),
    ]
    assert plain(beacon.wordOf(alice, ID)) == ("False", 0)
    with reverts_with(beacon, "NotWaiting", alice, ID, BeaconPhase.FELL_BACK):
        beacon.fallBack(alice, ID, {"from": stranger})
    with reverts_with(beacon, "NotWaiting", alice, ID, BeaconPhase.FELL_BACK):
        beacon.prove(alice, ID, header_of(block), {"from": alice})
    second.set(beacon, other, 99, {"from": bob})
    assert plain(beacon.wordOf(alice, ID)) == ("True", 99)


def test_nobody_takes_the_fallback_of_another(beacon, second, block, alice, bob):
    """The second source knows the draw as the beacon's: a stranger's request under the same number is the stranger's own."""
    other = beacon.fallbackId(alice, ID)
    second.request(other, {"from": bob})
    second.set(bob, other, 5, {"from": bob})
    mine_to(block + PROOF_WINDOW)
    beacon.fallBack(alice, ID, {"from": bob})
    assert plain(beacon.wordOf(alice, ID)) == ("False", 0)


def test_hostile_second_source(BeaconRandomness, Actor, alice):
    """A second source that fails keeps its own draws from falling back, and nothing else; a proof does not need it."""
    actor = accounts[0].deploy(Actor)
    actor.behave(Manner.REFUSE, {"from": alice})
    beacon = accounts[0].deploy(BeaconRandomness, actor)
    blocks = [beacon.request(id_, {"from": alice}).block_number + DELAY for id_ in (1, 2)]
    mine_to(blocks[1] + PROOF_WINDOW - 1)
    beacon.prove(alice, 2, header_of(blocks[1]), {"from": alice})
    with pytest.raises(Exception, match="revert"):
        beacon.fallBack(alice, 1, {"from": alice})
    assert plain(beacon.drawOf(alice, 1)) == (BeaconPhase.WAITING, blocks[0])
    assert beacon.wordOf(alice, 2)[0]
