"""Where the words of a play come from: each source delivers what its contract then tells every consumer."""

from dataclasses import replace
from fractions import Fraction

import pytest

from offchain.bindings.contracts import Deployed, contract
from offchain.bindings.deployment import BOND
from offchain.bindings.seals import secret_seal
from offchain.chain.backend import Chain, Transaction
from offchain.chain.connect import connect
from offchain.chain.errors import ChainError
from offchain.chain.revm import Revm
from offchain.keeper.beacon import BeaconKeeper
from offchain.model.instances.approximate import ApproximateInstance
from offchain.model.mechanisms.approximate import solve
from offchain.play.approximate import ApproximateStage
from offchain.play.observer import ObservedChain
from offchain.play.words import BeaconWords, SecretWords, ToldWords, Words, drawn
from tests.reverts import reverts

CONTRACTS = {
    ToldWords: "SetRandomness",
    BeaconWords: "BeaconRandomness",
    SecretWords: "CommitRevealRandomness",
}


def ask(chain: Chain, words: Words, consumer: str, id_: int) -> None:
    """A request, as an auction makes it."""
    data = contract("BeaconRandomness").encode("request", id_)
    chain.send(Transaction(consumer, words.address, data))


def word(chain: Chain, words: Words, consumer: str, id_: int) -> int:
    """What the contract tells."""
    source = Deployed(contract(CONTRACTS[type(words)]), words.address)
    return drawn(ObservedChain(chain), source, consumer, id_)


@pytest.mark.parametrize("on", ["anvil", "ganache"])
def test_beacon(on: str) -> None:
    """The same block serves two draws with different words; nothing is told in advance."""
    with connect(on) as chain:
        account, consumer = chain.actor(0), chain.actor(1)
        words = BeaconWords(ObservedChain(chain), account)
        found = []
        for id_ in (1, 2):
            ask(chain, words, consumer, id_)
            assert word(chain, words, consumer, id_) == 0
            found.append(words.deliver(consumer, id_, wanted=5))
            assert found[-1] == word(chain, words, consumer, id_) != 5
        assert len(set(found)) == 2


def test_beacon_needs_headers() -> None:
    """revm has none, and says so."""
    chain = Revm()
    words = BeaconWords(ObservedChain(chain), chain.actor(0))
    ask(chain, words, chain.actor(1), 1)
    with pytest.raises(ChainError, match="revm has no header of block"):
        words.deliver(chain.actor(1), 1, 0)


class LapsedBeacon(BeaconWords):
    """A beacon whose header nobody sends in time, so that its words come from secrets."""

    def __init__(self, sender: ObservedChain, account: str) -> None:
        self.sender, self.account = sender, account
        self.secrets = SecretWords(sender, account)
        self.source = sender.create(account, "BeaconRandomness", self.secrets.address)
        self.address = self.source.address

    def deliver(self, consumer: str, id_: int, wanted: int) -> int:
        """See `Words`."""
        chain = self.sender.chain
        chain.advance_to_block(chain.block() + 132 + 256)
        keeper = BeaconKeeper(chain, self.address, self.account, {consumer})
        assert [proof.step for proof in keeper.step()] == ["fall back"]
        (handed_on,) = self.sender.view(self.source, "fallbackId", consumer, id_)
        word = self.secrets.deliver(self.address, handed_on, wanted)
        assert word == drawn(self.sender, self.source, consumer, id_)
        return word


@pytest.mark.parametrize("on", ["anvil", "ganache"])
def test_an_auction_whose_header_nobody_sent(on: str) -> None:
    """It is decided all the same, by the word of the second source, and as the reference decides with it."""
    instance = ApproximateInstance(Fraction(1, 2), {"a": 10, "b": 9, "c": 4}, Fraction(0))
    found = []

    class Noted(LapsedBeacon):
        def deliver(self, consumer: str, id_: int, wanted: int) -> int:
            found.append(super().deliver(consumer, id_, wanted))
            return found[-1]

    with connect(on) as chain:
        outcome = ApproximateStage(chain, source=Noted).play(instance)
    (word,) = found
    assert outcome == solve(replace(instance, draw=Fraction(word >> 1, 2**255)))


@pytest.mark.parametrize("sealers", [0, 1, 3])
def test_secrets(sealers: int) -> None:
    """However many seal, the word comes, and every bond goes back to who put it down."""
    chain = Revm()
    account, consumer = chain.actor(0), chain.actor(1)
    people = [chain.actor(10 + n) for n in range(sealers)]
    for one in (account, *people):
        chain.fund(one, BOND)
    words = SecretWords(ObservedChain(chain), account, people)
    ask(chain, words, consumer, 1)
    found = words.deliver(consumer, 1, wanted=5)
    assert found == word(chain, words, consumer, 1) != 5
    assert chain.balance(words.address) == 0
    assert [chain.balance(one) for one in (account, *people)] == [BOND] * (sealers + 1)


def test_a_secret_of_another_length_is_not_sealed() -> None:
    """Nothing could open it."""
    with pytest.raises(ValueError, match="a secret has 32 bytes, not 31"):
        secret_seal(1, "0x" + "1" * 40, "0x" + "2" * 40, 1, "0x" + "3" * 40, bytes(31))


def test_told() -> None:
    """For tests and `solve --on`: the word is the one wanted."""
    chain = Revm()
    words = ToldWords(ObservedChain(chain), chain.actor(0))
    ask(chain, words, chain.actor(1), 1)
    assert words.deliver(chain.actor(1), 1, wanted=5) == word(chain, words, chain.actor(1), 1) == 5


def test_nothing_was_asked_for() -> None:
    """No source delivers what nobody requested."""
    chain = Revm()
    chain.fund(chain.actor(0), BOND)
    words = SecretWords(ObservedChain(chain), chain.actor(0))
    with reverts("WrongSecretsPhase"):
        words.deliver(chain.actor(1), 1, 0)
