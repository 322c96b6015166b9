"""Where the random words of a play come from: told by the play, or drawn by one of the real sources.

A stage asks its auction to request a word, then has it delivered here. What is told serves tests and
`solve --on`, where chain and reference must meet the same draw; what is drawn serves the demos.
"""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from offchain.bindings.contracts import Contract, contract
from offchain.bindings.deployment import BOND, SecretTerms, create, deploy_secrets
from offchain.bindings.seals import new_salt, secret_seal
from offchain.chain.backend import Chain, Transaction
from offchain.keeper.beacon import BeaconKeeper
from offchain.play.sending import send

WINDOW_SECONDS: Final = 600
"""How long secrets are sealed, and then opened: the shortest that the contract takes."""


class Words(Protocol):
    """A source of random words (contracts/interfaces/IRandomness.sol) in the hands of a play."""

    address: str

    def deliver(self, consumer: str, id_: int, wanted: int) -> int:
        """Has the word that `consumer` requested come, and returns it: `wanted`, where words can be told.

        Raises:
            ChainError: a transaction fails.
        """


Source = Callable[[Chain, str], Words]
"""Deploys a source on a chain, from an account."""


class ToldWords:
    """Words come as the play wants them (contracts/test/SetRandomness.sol)."""

    def __init__(self, chain: Chain, account: str) -> None:
        self._chain, self._account = chain, account
        self._abi = contract("SetRandomness")
        self.address = create(chain, account, "SetRandomness")

    def deliver(self, consumer: str, id_: int, wanted: int) -> int:
        """See `Words`."""
        data = self._abi.encode("set", consumer, id_, wanted)
        self._chain.send(Transaction(self._account, self.address, data))
        return wanted


class BeaconWords:
    """Words come from the header of a block, which is waited for and proved; not on revm, which has no headers."""

    def __init__(self, chain: Chain, account: str) -> None:
        self._chain, self._account = chain, account
        self._abi = contract("BeaconRandomness")
        fallback = SecretWords(chain, account).address
        self._first_block = chain.block()
        self.address = create(chain, account, "BeaconRandomness", fallback)

    def deliver(self, consumer: str, id_: int, wanted: int) -> int:
        """See `Words`."""
        asked = self._chain.call(self.address, self._abi.encode("drawOf", consumer, id_))
        block: int = self._abi.decode("drawOf", asked)[1]
        self._chain.advance_to_block(block)
        keeper = BeaconKeeper(
            self._chain, self.address, self._account, {consumer}, self._first_block, _refuse
        )
        keeper.step()
        return drawn(self._chain, self._abi, self.address, consumer, id_)


class SecretWords:
    """Words come from fresh secrets of `sealers`, or of the account alone: sealed, opened, and their bonds withdrawn."""

    def __init__(self, chain: Chain, account: str, sealers: Sequence[str] = ()) -> None:
        self._chain, self._account = chain, account
        self._sealers = tuple(sealers) or (account,)
        self._abi = contract("CommitRevealRandomness")
        self.address = deploy_secrets(chain, account, SecretTerms(BOND, WINDOW_SECONDS))

    def deliver(self, consumer: str, id_: int, wanted: int) -> int:
        """See `Words`."""
        found = {sealer: new_salt() for sealer in self._sealers}
        send(
            self._chain,
            [
                self._call(
                    *(sealer, "commit", consumer, id_),
                    secret_seal(self._chain.chain_id, self.address, consumer, id_, sealer, secret),
                    value=BOND,
                )
                for sealer, secret in found.items()
            ],
        )
        self._chain.advance_to(self._chain.now() + WINDOW_SECONDS)
        send(
            self._chain,
            [
                self._call(self._account, "reveal", consumer, id_, sealer, secret)
                for sealer, secret in found.items()
            ],
        )
        send(self._chain, [self._call(sealer, "withdraw", sealer) for sealer in found])
        return drawn(self._chain, self._abi, self.address, consumer, id_)

    def _call(self, sender: str, function: str, *arguments: object, value: int = 0) -> Transaction:
        return Transaction(sender, self.address, self._abi.encode(function, *arguments), value)


def _refuse(what: str, error: Exception) -> None:
    raise error


def drawn(chain: Chain, abi: Contract, source: str, consumer: str, id_: int) -> int:
    """The word that `source` has for `consumer`; 0 if it is not there."""
    answer = chain.call(source, abi.encode("wordOf", consumer, id_))
    word: int = abi.decode("wordOf", answer)[1]
    return word
