"""Where the random words of a play come from: told by the play, or drawn by one of the real sources.

A stage asks its auction to request a word, then has it delivered here. What is told serves tests and
`solve --on`, where chain and reference must meet the same draw; what is drawn serves the demos.
"""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from offchain.bindings.constants import CommitRevealRandomness
from offchain.bindings.contracts import Deployed
from offchain.bindings.deployment import BOND
from offchain.bindings.seals import new_salt, secret_seal
from offchain.io.addresses import Address
from offchain.keeper.beacon import BeaconKeeper
from offchain.play.observer import ObservedChain

WINDOW_SECONDS: Final = CommitRevealRandomness.MIN_WINDOW
"""How long secrets are sealed, and then opened: the shortest that the contract takes."""


class Words(Protocol):
    """A source of random words (contracts/interfaces/IRandomness.sol) in the hands of a play."""

    address: Address

    def deliver(self, consumer: Address, id_: int, wanted: int) -> int:
        """Has the word that `consumer` requested come, and returns it: `wanted`, where words can be told.

        Raises:
            ChainError: a transaction fails.
        """


Source = Callable[[ObservedChain, Address], Words]
"""Deploys a source of words, from an account."""


class ToldWords:
    """Words come as the play wants them (contracts/test/SetRandomness.sol)."""

    def __init__(self, observed: ObservedChain, account: Address) -> None:
        self._observed, self._account = observed, account
        self._source = observed.create(account, "SetRandomness")
        self.address = self._source.address

    def deliver(self, consumer: Address, id_: int, wanted: int) -> int:
        """See `Words`."""
        self._observed.send(
            "tell", [self._source.call(self._account, "set", consumer, id_, wanted)]
        )
        return wanted


class BeaconWords:
    """Words come from the header of a block, which is waited for and proved; not on revm, which has no headers."""

    def __init__(self, observed: ObservedChain, account: Address) -> None:
        self._observed, self._account = observed, account
        fallback = SecretWords(observed, account).address
        self._first_block = observed.chain.block()
        self._source = observed.create(account, "BeaconRandomness", fallback)
        self.address = self._source.address

    def deliver(self, consumer: Address, id_: int, wanted: int) -> int:
        """See `Words`."""
        chain = self._observed.chain
        _, block = self._observed.view(self._source, "drawOf", consumer, id_)
        chain.advance_to_block(block)
        keeper = BeaconKeeper(
            chain, self.address, self._account, {consumer}, self._first_block, _refuse
        )
        for proof in keeper.step():
            self._observed.tell("prove", [proof.receipt])
        return drawn(self._observed, self._source, consumer, id_)


class SecretWords:
    """Words come from fresh secrets of `sealers`, or of the account alone: sealed, opened, and their bonds withdrawn."""

    def __init__(
        self, observed: ObservedChain, account: Address, sealers: Sequence[Address] = ()
    ) -> None:
        self._observed, self._account = observed, account
        self._sealers = tuple(sealers) or (account,)
        terms = BOND, WINDOW_SECONDS, WINDOW_SECONDS
        self._source = observed.create(account, "CommitRevealRandomness", *terms)
        self.address = self._source.address

    def deliver(self, consumer: Address, id_: int, wanted: int) -> int:
        """See `Words`."""
        chain, source = self._observed.chain, self._source
        found = {sealer: new_salt() for sealer in self._sealers}
        seals = {
            sealer: secret_seal(chain.chain_id, self.address, consumer, id_, sealer, secret)
            for sealer, secret in found.items()
        }
        self._observed.send(
            "seal",
            [
                source.call(sealer, "commit", consumer, id_, seal, value=BOND)
                for sealer, seal in seals.items()
            ],
        )
        chain.advance_to(chain.now() + WINDOW_SECONDS)
        self._observed.send(
            "open",
            [
                source.call(self._account, "reveal", consumer, id_, sealer, secret)
                for sealer, secret in found.items()
            ],
        )
        self._observed.send("redeem", [source.call(one, "withdrawBonds", one) for one in found])
        return drawn(self._observed, source, consumer, id_)


def _refuse(what: str, error: Exception) -> None:
    raise error


def drawn(observed: ObservedChain, source: Deployed, consumer: Address, id_: int) -> int:
    """The word that `source` has for `consumer`; 0 if it is not there."""
    word: int
    _, word = observed.view(source, "wordOf", consumer, id_)
    return word
