"""Random ascending auctions at houses of others, each made from a seed alone: books of groups, individuals, a house's terms.

Biased towards what tends to break: ties, limits close to each other and to the reserve, bids off the grid of units.
"""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction

from offchain.io.units import WEI_PER_UNIT
from offchain.model.instances import BID_LIMIT, Group, Member, TwoLevelInstance
from offchain.model.instances.rules import Ascending
from offchain.model.instances.two_level import LotOutcome
from offchain.model.mechanisms.ascending import AscendingAuction
from offchain.model.mechanisms.equal_split import equal_split, willingness_to_pay

TIMES = int(os.environ.get("HOUSE_TIMES", "1"))
"""So many times as many auctions are played."""
MemberKey = tuple[str, str]
"""Group name and member name."""


class Kind(Enum):
    """How a group bids at a house: one alone with its own money, or as a DAO."""

    INDIVIDUAL = "individual"
    SEALED = "sealed"
    OPEN = "open"


class Code(Enum):
    """What a house runs on."""

    FIRST = "the first version"
    SECOND = "the second version"
    UPGRADED = "the first, and from some bid on the second"
    ZORA = "Zora's"


@dataclass(frozen=True)
class HouseTerms:
    """What a house asks: the least first bid in wei, percent of what leads, for how many seconds a bid keeps it open."""

    reserve: int
    percent: int
    buffer: int

    @property
    def increment(self) -> Fraction:
        """As the model has it."""
        return Fraction(self.percent, 100)


MEMBER = "m0"
"""The first member of each group, and the only one of an individual."""


@dataclass(frozen=True)
class HouseOutcome:
    """How an auction at a house came out.

    lot: as in the model; what an individual pays is in whole units there, rounded down. amount: the price in wei, 0 if unsold.
    """

    lot: LotOutcome
    amount: int


@dataclass(frozen=True)
class Life:
    """An auction at a house, from registration to the last claim.

    instance: who would bid what, in units, in order of turns. odd: what an individual has beyond its bid, in wei below a unit.
    silent: members of sealed DAOs who never open their bids. untallied: DAOs whose bids nobody counts. standalone: DAOs that are
    full copies. pace: seconds from one bid to the next at most. is_late: the house's auction is settled after all is given up.
    """

    seed: int
    code: Code
    terms: HouseTerms
    instance: TwoLevelInstance
    kinds: Mapping[str, Kind]
    odd: Mapping[str, int]
    silent: frozenset[MemberKey]
    untallied: frozenset[str]
    standalone: frozenset[str]
    pace: int
    is_late: bool

    @property
    def counted(self) -> TwoLevelInstance:
        """The instance that counts: without the bids that nobody opened or counted."""

        def of(group: Group, member: Member) -> Member:
            is_lost = group.name in self.untallied or (group.name, member.name) in self.silent
            return replace(member, bids=(0,)) if is_lost else member

        return replace(
            self.instance,
            groups=tuple(
                replace(group, members=tuple(of(group, member) for member in group.members))
                for group in self.instance.groups
            ),
        )

    @property
    def on_grid(self) -> bool:
        """Whether all of it is in whole units, so that the model solves it."""
        return not any(self.odd.values()) and self.terms.reserve % WEI_PER_UNIT == 0

    @property
    def limits(self) -> dict[str, int]:
        """The most that each group bids, in wei."""
        return {
            group.name: willingness_to_pay(group.bids_on(0)) * WEI_PER_UNIT
            + self.odd.get(group.name, 0)
            for group in self.counted.groups
        }

    def grid(self, name: str) -> int:
        """What a group's bids are multiples of, in wei."""
        is_alone = self.kinds[name] is Kind.INDIVIDUAL
        return 1 if is_alone and not self.on_grid else WEI_PER_UNIT

    @property
    def ending(self) -> AscendingAuction:
        """How the auction ends if its bidders take turns, by the model."""
        terms, limits = self.terms, self.limits
        auction = AscendingAuction(terms.reserve, terms.increment, end=1)
        while able := [
            name
            for name in limits
            if replace(auction, grid=self.grid(name)).can_raise(name, limits[name], 0)
        ]:
            amount = replace(auction, grid=self.grid(able[0])).least_raise
            auction = auction.bid(able[0], amount, 0)
        return auction

    @property
    def outcome(self) -> HouseOutcome:
        """What comes of it if its bidders take turns, by the model."""
        return self.outcome_of(self.ending)

    def outcome_of(self, ending: AscendingAuction) -> HouseOutcome:
        """What comes of it if the house's auction ends like this."""
        return HouseOutcome(self._lot(ending), ending.amount)

    def _lot(self, ending: AscendingAuction) -> LotOutcome:
        bids = {group.name: willingness_to_pay(group.bids_on(0)) for group in self.counted.groups}
        price = ending.amount // WEI_PER_UNIT
        if ending.leader is None:
            return LotOutcome(None, 0, 0, 0, (), bids)
        if self.kinds.get(ending.leader, Kind.INDIVIDUAL) is Kind.INDIVIDUAL:
            return LotOutcome(ending.leader, price, price, price, (MEMBER,), bids)
        members = self.counted.group(ending.leader).members
        split = equal_split([one.bids[0] for one in members], price)
        served = tuple(one.name for one in members if split.serves(one.bids[0]))
        return LotOutcome(ending.leader, price, split.share, split.paid, served, bids)


def life(seed: int, codes: tuple[Code, ...]) -> Life:
    """That of `seed`, at a house that runs on one of `codes`: 1 to 4 DAOs, up to 3 individuals, in any order."""
    rng = random.Random(seed)
    code = rng.choice(codes)
    scale = rng.choice((1, 50, 10**6, 10**9))
    most = rng.choice((2, 9, 40)) * scale
    kinds = [rng.choice((Kind.SEALED, Kind.OPEN)) for _ in range(rng.randint(1, 4))]
    kinds += [Kind.INDIVIDUAL for _ in range(rng.randint(0, 3))]
    rng.shuffle(kinds)
    groups = tuple(_group(rng, f"g{place}", kind, most) for place, kind in enumerate(kinds))
    of = {group.name: kind for group, kind in zip(groups, kinds, strict=True)}
    terms = _terms(rng, groups, code)
    odd = dict[str, int]()
    if rng.random() < 0.4:
        odd = {name: rng.randrange(WEI_PER_UNIT) for name in of if of[name] is Kind.INDIVIDUAL}
        reserve = terms.reserve + rng.choice((0, 1, WEI_PER_UNIT - 1, rng.randrange(WEI_PER_UNIT)))
        terms = replace(terms, reserve=reserve)
    reserve = -(-terms.reserve // WEI_PER_UNIT)
    daos = [name for name in of if of[name] is not Kind.INDIVIDUAL]
    sealed = [
        (group.name, one.name)
        for group in groups
        if of[group.name] is Kind.SEALED
        for one in group.members
        if one.bids[0] > 0
    ]
    return Life(
        seed,
        code,
        terms,
        TwoLevelInstance(1, (reserve,), groups, upper=Ascending(terms.increment)),
        of,
        odd,
        silent=frozenset(key for key in sealed if rng.random() < 0.1),
        untallied=frozenset(name for name in daos if rng.random() < 0.05),
        standalone=frozenset(name for name in daos if rng.random() < 0.25),
        pace=rng.choice((0, 1, 60, terms.buffer)),
        is_late=rng.random() < 0.1,
    )


def _group(rng: random.Random, name: str, kind: Kind, most: int) -> Group:
    """Some bids are nothing, some equal, now and then one is as high as can be."""
    size = 1 if kind is Kind.INDIVIDUAL else rng.choice((1, 2, 3, rng.randint(1, 8)))
    low = rng.choice((0, most // 2))
    bids = [rng.choice((most, low, rng.randint(low, most))) for _ in range(size)]
    if kind is not Kind.INDIVIDUAL and rng.random() < 0.02:
        bids[0] = BID_LIMIT
    return Group(name, tuple(Member(f"m{i}", (bid,), (bid,)) for i, bid in enumerate(bids)))


def _terms(rng: random.Random, groups: tuple[Group, ...], code: Code) -> HouseTerms:
    """The reserve in whole units, mostly so far below the highest limit that some bids are made, but not hundreds."""
    limit = max(willingness_to_pay(group.bids_on(0)) for group in groups)
    percent = 5 if code is Code.ZORA else rng.choice((1, 2, 5, 10, 33, 100))
    if limit == 0 or rng.random() < 0.1:
        reserve = limit + rng.randint(0, 2)
    else:
        second = sorted(willingness_to_pay(group.bids_on(0)) for group in groups)[-2:][0]
        most = min(limit, second or limit)
        bids = rng.randint(1, 25)
        reserve = most * 100**bids // (100 + percent) ** bids
        reserve += rng.randint(0, 1)
    buffer = 900 if code is Code.ZORA else rng.choice((0, 60, 300, 3_600))
    return HouseTerms(max(1, reserve) * WEI_PER_UNIT, percent, buffer)
