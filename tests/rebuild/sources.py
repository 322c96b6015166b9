"""Sources of random words, by their logs (contracts/randomness; contracts/test/SetRandomness.sol)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from eth_abi import encode
from eth_hash.auto import keccak

from offchain.bindings.constants import BeaconRandomness
from offchain.bindings.enumerations import BeaconPhase, SecretsPhase
from offchain.bindings.seals import secret_seal
from offchain.chain.revm import CHAIN_ID
from tests.rebuild.twin import Twin, World

Draw = tuple[str, int]
"""Whose word, and its id."""


class Source(Twin):
    """What every source says: who asked for which word, and what came."""

    def __init__(self, world: World, at: str, **facts: Any) -> None:
        super().__init__(world, at, **facts)
        self.requested: dict[Draw, None] = {}
        self.words: dict[Draw, int] = {}

    def wordOf(self, consumer: str, id_: int) -> tuple[bool, int]:
        word = self.words.get((consumer, id_))
        is_there = word is not None and (consumer, id_) in self.requested
        return is_there, word if word is not None and is_there else 0

    def WordRequested(self, consumer: str, id: int) -> None:
        assert (consumer, id) not in self.requested
        self.requested[consumer, id] = None
        self.ask("wordOf", consumer, id)

    def WordDrawn(self, consumer: str, id: int, word: int) -> None:
        self.words[consumer, id] = word
        self.ask("wordOf", consumer, id)


class SetSource(Source):
    """A source whose words tests set."""

    name = "SetRandomness"


@dataclass
class Round:
    """Secrets under way for one word."""

    number: int = 0
    end_of_sealing: int = 0
    seals: dict[str, bytes] = field(default_factory=dict)
    opened: dict[str, bytes] = field(default_factory=dict)

    @property
    def mix(self) -> int:
        mix = 0
        for sealer, secret in self.opened.items():
            mix ^= int.from_bytes(keccak(encode(["address", "bytes32"], [sealer, secret])))
        return mix


class Secrets(Source):
    """Words from secrets that anyone adds."""

    name = "CommitRevealRandomness"
    made_of = ("bond", "sealingWindow", "revealWindow")

    def __init__(self, world: World, at: str, **facts: Any) -> None:
        super().__init__(world, at, **facts)
        self.rounds: dict[Draw, Round] = {}
        self.bonds: Counter[str] = Counter()

    def begin(self) -> None:
        super().begin()
        self.ask("wordWithin")

    # Views

    def wordWithin(self) -> int:
        return int(self.facts["sealingWindow"] + self.facts["revealWindow"])

    def redeemed(self, sealer: str) -> int:
        return self.bonds[sealer]

    def drawOf(self, consumer: str, id_: int) -> tuple[Any, ...]:
        draw = consumer, id_
        one, word = self.rounds.get(draw, Round()), self.words.get(draw)
        counts = one.number, one.end_of_sealing, len(one.seals), len(one.opened)
        return (
            *counts,
            draw in self.requested,
            word is not None,
            one.mix if word is None else word,
        )

    def phase(self, consumer: str, id_: int) -> SecretsPhase:
        draw, now = (consumer, id_), self.world.now
        one = self.rounds.get(draw, Round())
        if draw not in self.requested:
            return SecretsPhase.NONE
        if draw in self.words:
            return SecretsPhase.DRAWN
        if now < one.end_of_sealing:
            return SecretsPhase.SEALING
        if now < one.end_of_sealing + self.facts["revealWindow"]:
            return SecretsPhase.REVEAL
        return SecretsPhase.READY if one.opened else SecretsPhase.OPEN

    # Events

    def WordRequested(self, consumer: str, id: int) -> None:
        super().WordRequested(consumer, id)
        self._changed(consumer, id)

    def RoundOpened(
        self, consumer: str, id: int, round: int, endOfSealing: int, endOfReveal: int
    ) -> None:
        assert endOfReveal == endOfSealing + self.facts["revealWindow"]
        assert self.phase(consumer, id) == SecretsPhase.OPEN
        before = self.rounds.get((consumer, id), Round())
        assert round == before.number + 1
        self.rounds[consumer, id] = Round(round, endOfSealing)
        self._changed(consumer, id)

    def SecretSealed(
        self, consumer: str, id: int, round: int, sealer: str, commitment: bytes
    ) -> None:
        one = self.rounds[consumer, id]
        assert round == one.number
        assert sealer not in one.seals
        (call,) = self.called("commit", consumer=consumer, id=id, commitment=commitment)
        assert (call.sender, call.value) == (sealer, self.facts["bond"])
        one.seals[sealer] = commitment
        self.moves(self.facts["bond"])
        self._changed(consumer, id)

    def SecretOpened(self, consumer: str, id: int, round: int, sealer: str, secret: bytes) -> None:
        one = self.rounds[consumer, id]
        assert round == one.number
        assert one.seals[sealer] == secret_seal(CHAIN_ID, self.at, consumer, id, sealer, secret)
        assert sealer not in one.opened
        one.opened[sealer] = secret
        self.bonds[sealer] += self.facts["bond"]
        self.ask("redeemed", sealer)
        self._changed(consumer, id)

    def WordDrawn(self, consumer: str, id: int, word: int) -> None:
        super().WordDrawn(consumer, id, word)
        types = ["uint256", "address", "address", "uint256", "uint256"]
        mix = self.rounds[consumer, id].mix
        assert word == int.from_bytes(keccak(encode(types, [CHAIN_ID, self.at, consumer, id, mix])))
        self._changed(consumer, id)

    def BondsWithdrawn(self, sealer: str, recipient: str, amountWei: int) -> None:
        assert amountWei == self.bonds.pop(sealer)
        self.pays(recipient, amountWei)
        self.ask("redeemed", sealer)

    def _changed(self, consumer: str, id_: int) -> None:
        self.ask("drawOf", consumer, id_)
        self.ask("phase", consumer, id_)


class Beacon(Source):
    """Words from the beacon chain, or else from a second source."""

    name = "BeaconRandomness"
    made_of = ("fallbackSource",)

    def __init__(self, world: World, at: str, **facts: Any) -> None:
        super().__init__(world, at, **facts)
        self.blocks: dict[Draw, int] = {}
        self.fallen: dict[Draw, int] = {}

    def begin(self) -> None:
        super().begin()
        self.ask("wordWithin")

    # Views

    def wordWithin(self) -> int:
        second = self.world.twins[self.facts["fallbackSource"]].wordWithin()
        blocks = BeaconRandomness.DELAY + BeaconRandomness.PROOF_WINDOW + 1
        return int(second + blocks * BeaconRandomness.SLOT)

    def drawOf(self, consumer: str, id_: int) -> tuple[BeaconPhase, int]:
        draw = consumer, id_
        if draw not in self.requested:
            return BeaconPhase.NONE, 0
        phase = BeaconPhase.DRAWN if draw in self.words else BeaconPhase.WAITING
        return BeaconPhase.FELL_BACK if draw in self.fallen else phase, self.blocks[draw]

    def wordOf(self, consumer: str, id_: int) -> tuple[bool, int]:
        if (consumer, id_) not in self.fallen:
            return super().wordOf(consumer, id_)
        second = self.world.twins[self.facts["fallbackSource"]]
        found: tuple[bool, int] = second.wordOf(self.at, self.fallen[consumer, id_])
        return found

    def fallbackId(self, consumer: str, id_: int) -> int:
        return int.from_bytes(keccak(encode(["address", "uint256"], [consumer, id_])))

    # Events

    def BlockChosen(self, consumer: str, id: int, blockNumber: int) -> None:
        assert (consumer, id) in self.requested
        assert blockNumber == self.world.block + BeaconRandomness.DELAY
        self.blocks[consumer, id] = blockNumber
        self.ask("drawOf", consumer, id)
        self.ask("fallbackId", consumer, id)

    def FellBack(self, consumer: str, id: int, fallbackId: int) -> None:
        assert fallbackId == self.fallbackId(consumer, id)
        self.fallen[consumer, id] = fallbackId
        self.ask("drawOf", consumer, id)
        self.ask("wordOf", consumer, id)
        second = self.world.twins[self.facts["fallbackSource"]]
        assert (self.at, fallbackId) in {
            (said["consumer"], said["id"]) for said in second.told("WordRequested")
        }

    def WordDrawn(self, consumer: str, id: int, word: int) -> None:
        super().WordDrawn(consumer, id, word)
        self.ask("drawOf", consumer, id)
