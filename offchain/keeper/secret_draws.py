"""Draws that are made of sealed secrets: which of them a lot waits for, and how one stands."""

from dataclasses import dataclass
from typing import Final, Protocol

from eth_hash.auto import keccak

from offchain.bindings.contracts import contract as contract_named
from offchain.bindings.enumerations import BeaconPhase, SecretsPhase
from offchain.io.addresses import to_bytes
from offchain.keeper.beacon import Draw
from offchain.keeper.courier import Courier

SECRETS: Final = "CommitRevealRandomness"


class Route(Protocol):
    """Which draw of a source a lot waits for."""

    def draw(self, courier: Courier, lot: int) -> Draw | None:
        """None: none that it could serve yet. `ChainError` if the chain does not tell."""


@dataclass(frozen=True, slots=True)
class Direct:
    """The auction draws from the source itself."""

    auction: str

    def draw(self, courier: Courier, lot: int) -> Draw | None:
        """See `Route`."""
        return Draw(self.auction, lot)


@dataclass(frozen=True, slots=True)
class BelowBeacon:
    """The auction draws from a beacon, which falls back on the source."""

    auction: str
    beacon: str

    def draw(self, courier: Courier, lot: int) -> Draw | None:
        """See `Route`."""
        abi = contract_named("BeaconRandomness")
        phase, _ = courier.ask(abi, self.beacon, "drawOf", self.auction, lot)
        if phase != BeaconPhase.FELL_BACK:
            return None
        return Draw(self.beacon, fallback_id(self.auction, lot))


def fallback_id(consumer: str, id_: int) -> int:
    """Under which id a beacon asks its second source for a draw: `BeaconRandomness.fallbackId`."""
    words = to_bytes(consumer).rjust(32, b"\0") + id_.to_bytes(32, "big")
    return int.from_bytes(keccak(words), "big")


@dataclass(frozen=True, slots=True)
class Round:
    """How a draw stands. The names are those of what bids are: sealed until one time, opened until another."""

    number: int
    end_of_bidding: int
    end_of_reveal: int
    seals: int
    opened: int
    requested: bool
    drawn: bool

    def phase(self, now: int) -> SecretsPhase:
        """As `CommitRevealRandomness.phase`."""
        if not self.requested:
            return SecretsPhase.NONE
        if self.drawn:
            return SecretsPhase.DRAWN
        if now < self.end_of_bidding:
            return SecretsPhase.SEALING
        if now < self.end_of_reveal:
            return SecretsPhase.REVEAL
        return SecretsPhase.READY if self.opened else SecretsPhase.OPEN


@dataclass(frozen=True, slots=True)
class Terms:
    """What a source was made with: wei, and seconds."""

    bond: int
    sealing: int
    reveal: int
