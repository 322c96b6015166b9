"""Adapters of houses, by their logs (contracts/houses)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from eth_abi import encode
from eth_hash.auto import keccak

from offchain.bindings.enumerations import Phase
from offchain.io.addresses import NOBODY, checksum, to_bytes
from tests.rebuild.twin import Earning, World, units


@dataclass
class Among:
    """One of several: which, the logs of an adapter do not tell, since the house decides."""

    options: frozenset[Any]

    def __eq__(self, other: object) -> bool:
        return other in self.options


@dataclass
class Lot:
    """An auction of the house as a lot."""

    number: int
    token: str
    token_id: int
    deadline: int
    schedule: tuple[int, int, int, int]
    entered: list[str] = field(default_factory=list)
    limits: dict[str, int] = field(default_factory=dict)
    is_settled: bool = False
    is_delivered: bool = False
    leader: str = NOBODY
    price: int = 0
    leader_before: str = NOBODY
    """When this transaction began."""


class Adapter(Earning):
    """What every adapter does."""

    decides = False
    made_of: tuple[str, ...] = (
        *("factory", "beaconHash", "market"),
        *("house", "weth", "paddleTemplate"),
    )

    def __init__(self, world: World, at: str, **facts: Any) -> None:
        super().__init__(world, at, **facts)
        self.lots: dict[int, Lot] = {}

    def schedule_of(self, lot: int) -> tuple[int, int, int, int]:
        """The times of a lot, and its bond."""
        return self.lots[lot].schedule

    # Views

    def lotCount(self) -> int:
        return len(self.lots)

    def lotOf(self, lot: int) -> tuple[Any, ...]:
        one = self.lots[lot]
        highest = max(one.limits.values(), default=0)
        item = one.number, one.token_id, one.token, highest, *one.schedule, one.deadline
        counts = len(one.entered), len(one.limits)
        return (*item, *counts, one.is_settled, one.is_delivered, one.leader, one.price)

    def itemOf(self, lot: int) -> tuple[str, int]:
        return self.lots[lot].token, self.lots[lot].token_id

    def limitOf(self, lot: int, dao: str) -> int:
        return self.lots[lot].limits.get(dao, 0)

    def paddleOf(self, lot: int, dao: str) -> str:
        code = bytes.fromhex("3d602d80600a3d3981f3363d3d373d3d3d363d73")
        code += to_bytes(self.facts["paddleTemplate"])
        code += bytes.fromhex("5af43d82803e903d91602b57fd5bf3")
        salt = keccak(encode(["uint256", "address"], [lot, dao]))
        return checksum(keccak(b"\xff" + to_bytes(self.at) + salt + keccak(code))[12:])

    def standing(self, lot: int) -> Any:
        one, phase = self.lots[lot], self._phase(lot)
        if phase is not None:
            return phase, one.leader, one.price
        led = {(known, one.leader, one.price) for known in (Phase.DRAW, Phase.CLOSED)}
        return Among(frozenset({*led, (Phase.VOID, NOBODY, 0)}))

    def phase_of(self, lot: int) -> Any:
        """As DAOs have it."""
        return self._phase(lot) or Among(frozenset({Phase.DRAW, Phase.CLOSED, Phase.VOID}))

    def _phase(self, lot: int) -> Phase | None:
        """Where a lot stands; None where the house tells."""
        one, now = self.lots[lot], self.world.now
        if one.is_settled:
            return Phase.SETTLED
        for end, phase in zip(one.schedule, (Phase.BIDDING, Phase.REVEAL), strict=False):
            if now < end:
                return phase
        if now < one.schedule[2] and len(one.limits) < len(one.entered):
            return Phase.TALLY
        return None

    # Events

    def look(self, lot: int) -> Lot:
        """A lot that changes."""
        self.ask("lotOf", lot)
        self.ask("standing", lot)
        return self.lots[lot]

    def LotRegistered(
        self,
        lot: int,
        number: int,
        token: str,
        tokenId: int,
        deadline: int,
        schedule: tuple[int, int, int, int],
    ) -> None:
        assert lot == len(self.lots) + 1
        self.lots[lot] = Lot(number, token, tokenId, deadline, schedule)
        self.look(lot)
        self.ask("lotCount")
        self.ask("itemOf", lot)

    def DAOEntered(self, lot: int, dao: str) -> None:
        one = self.look(lot)
        assert dao not in one.entered
        one.entered.append(dao)
        self.ask("limitOf", lot, dao)
        self.ask("paddleOf", lot, dao)

    def DAOBid(self, lot: int, dao: str, bid: int) -> None:
        one = self.look(lot)
        assert dao in one.entered
        assert dao not in one.limits
        assert bid == self.world.twins[dao].resultOf(lot)[1]
        one.limits[dao] = bid
        self.ask("limitOf", lot, dao)

    def Raised(self, lot: int, dao: str, bid: int) -> None:
        one = self.look(lot)
        assert bid <= self.limitOf(lot, dao)
        one.leader, one.price = dao, bid

    def Recalled(self, lot: int, dao: str) -> None:
        one = self.look(lot)
        assert dao == one.leader_before
        if dao == one.leader:
            one.leader, one.price = NOBODY, 0

    def LotSettled(self, lot: int, winner: str, price: int, paid: int) -> None:
        one = self.look(lot)
        assert (winner, price) == (one.leader, one.price)
        assert paid - price == self.world.twins[winner].paying.pop(lot)
        one.is_settled = True
        self.moves(units(paid - price))

    def ItemDelivered(self, lot: int, recipient: str) -> None:
        one = self.look(lot)
        assert not one.is_delivered
        one.is_delivered = True
        self.world.moved(one.token, one.token_id, recipient)

    def PriceReturned(self, lot: int, recipient: str, amountWei: int) -> None:
        one = self.look(lot)
        assert not one.is_delivered
        assert recipient == self.world.twins[one.leader].estateAt(lot)
        assert amountWei == units(one.price)
        one.is_delivered = True
        self.moves(amountWei)
        self.earns(recipient, amountWei)

    def before(self) -> None:
        for one in self.lots.values():
            one.leader_before = one.leader

    def end(self) -> None:
        for lot, one in self.lots.items():
            for dao in one.entered:
                assert lot in self.world.twins[dao].books, f"{dao} has no book on {lot}"


class NounsAdapter(Adapter):
    """Of a house in the manner of Nouns."""

    name = "NounsAdapter"
    made_of = (*Adapter.made_of, "nouns")


class ZoraAdapter(Adapter):
    """Of Zora's house."""

    name = "ZoraAdapter"
    made_of = (*Adapter.made_of, "media")
