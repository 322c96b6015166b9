"""Both sources of random words on Ganache: its headers, its clock, its mix."""

from brownie import accounts, web3

from offchain.bindings.enumerations import BeaconPhase
from tests.contracts.auction import advance_to
from tests.contracts.checks import plain, reverts_with
from tests.contracts.randomness import (
    DELAY,
    MINUTE,
    PROOF_WINDOW,
    beacon_word,
    header_of,
    mine_to,
    mix_of,
    mixed_word,
    sealed,
    secret_of,
)

BOND = 10**17


def test_beacon_then_fallback(BeaconRandomness, CommitRevealRandomness, alice, bob, carol):
    """One draw by a header of this node; one that nobody proves, by secrets."""
    secrets = accounts[0].deploy(CommitRevealRandomness, BOND, 10 * MINUTE, 10 * MINUTE)
    beacon = accounts[0].deploy(BeaconRandomness, secrets)
    blocks = [beacon.request(id_, {"from": alice}).block_number + DELAY for id_ in (1, 2)]
    mine_to(blocks[0] + 1)
    with reverts_with(beacon, "WrongHeader", blocks[0], web3.keccak(header_of(blocks[0] - 1))):
        beacon.prove(alice, 1, header_of(blocks[0] - 1), {"from": bob})
    beacon.prove(alice, 1, header_of(blocks[0]), {"from": bob})
    word = beacon_word(beacon, alice, 1, mix_of(blocks[0]))
    assert plain(beacon.wordOf(alice, 1)) == ("True", word)
    mine_to(blocks[1] + PROOF_WINDOW)
    beacon.fallBack(alice, 2, {"from": bob})
    id_ = beacon.fallbackId(alice, 2)
    opened = {bob: secret_of(1), carol: secret_of(2)}
    for who, secret in opened.items():
        commitment = sealed(secrets, beacon, id_, who, secret)
        secrets.commit(beacon, id_, commitment, {"from": who, "value": BOND})
    advance_to(secrets.drawOf(beacon, id_)["endOfSealing"])
    for who, secret in opened.items():
        secrets.reveal(beacon, id_, who, secret, {"from": alice})
        secrets.withdrawBonds(who, {"from": who})
    word = mixed_word(secrets, beacon, id_, opened)
    assert plain(beacon.wordOf(alice, 2)) == ("True", word)
    assert beacon.drawOf(alice, 2)[0] == BeaconPhase.FELL_BACK
    assert secrets.balance() == 0
