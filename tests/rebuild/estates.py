"""Estates, by their logs (contracts/groups/Estate.sol)."""

from __future__ import annotations

from collections import Counter
from typing import Any

from offchain.bindings.enumerations import Phase
from offchain.io.units import WEI_PER_UNIT
from tests.rebuild.twin import Twin, World, units


class Estate(Twin):
    """What a DAO won at a lot: who wants it sold for what, where it is sold, and who had a part."""

    name = "Estate"

    def __init__(self, world: World, at: str, **facts: Any) -> None:
        super().__init__(world, at, **facts)
        self.votes: dict[str, int] = {}
        self.resale = self.each = 0
        self.is_collected = False
        self.paid: set[str] = set()
        self.refused: set[str] = set()

    def begin(self) -> None:
        super().begin()
        for view in ("resaleLot", "part", "collected", "resold"):
            self.ask(view)
        for who in self.world.people:
            self.ask("voteOf", who)
            self.ask("hasClaimed", who)

    @property
    def dao_(self) -> Any:
        return self.world.twins[self.facts["dao"]]

    @property
    def market(self) -> Any:
        return self.world.twins[self.dao_.house.market()]

    # Views

    def resaleLot(self) -> int:
        return self.resale

    def part(self) -> int:
        return self.each

    def collected(self) -> bool:
        return self.is_collected

    def resold(self) -> bool:
        return self.resale != 0 and self.market.standing(self.resale)[0] == Phase.SETTLED

    def voteOf(self, member: str) -> int:
        return self.votes.get(member, 0)

    def votesFor(self, reserve: int) -> int:
        return Counter(vote for vote in self.votes.values() if vote)[reserve]

    def hasClaimed(self, member: str) -> bool:
        return member in self.paid

    # Events

    def Voted(self, member: str, reserve: int) -> None:
        assert self.dao_.isServed(self.facts["lot"], member)
        for one in (self.voteOf(member), reserve):
            self.ask("votesFor", one)
        self.votes[member] = reserve
        self.ask("voteOf", member)

    def Resale(self, lot: int, reserve: int) -> None:
        self.resale = lot
        self.ask("resaleLot")
        assert 2 * self.votesFor(reserve) > self.dao_.servedOf(self.facts["lot"])
        sale = self.market.lots[lot]
        assert sale.seller == self.at
        assert reserve == sale.price

    def Collected(self, amount: int, part: int) -> None:
        wei = self.world.credits.pop(self.at)
        assert amount == wei // WEI_PER_UNIT
        self.moves(wei)
        self.each, self.is_collected = part, True
        self.ask("part")
        self.ask("collected")
        self.ask("resold")
        assert part == amount // self.dao_.servedOf(self.facts["lot"])

    def PartClaimed(self, member: str, recipient: str) -> None:
        self._takes(member)
        self.pays(recipient, units(self.each))

    def PartPushed(self, member: str) -> None:
        self.PartClaimed(member, member)

    def PartRefused(self, member: str) -> None:
        assert self.dao_.isServed(self.facts["lot"], member)
        assert member not in self.paid
        self.refused.add(member)
        self.ask("hasClaimed", member)

    def _takes(self, member: str) -> None:
        assert self.dao_.isServed(self.facts["lot"], member)
        assert member not in self.paid
        self.paid.add(member)
        self.ask("hasClaimed", member)

    def end(self) -> None:
        if not self.world.has_reentered():
            for call in self.called("claimBatch"):
                for member in call.args["members"]:
                    is_due = self.each and self.dao_.isServed(self.facts["lot"], member)
                    assert not is_due or member in self.paid | self.refused, member
        self.refused.clear()
