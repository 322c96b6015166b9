"""What one member could get by bidding otherwise, everyone else's bids being fixed.

Source: "When Bidders Are DAOs", §2 (incentive compatibility, consumer sovereignty). Values are
additive and items are sold independently, so a member's best response is a best response on each
item alone, and the search goes item by item. All amounts are integers in units.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain

from offchain.model.checks.lies import around, different, evenly, shares
from offchain.model.instances.two_level import BID_LIMIT, AnyTwoLevel
from offchain.model.mechanisms.equal_split import served_count
from offchain.model.mechanisms.lower import EQUAL_SHARES, LowerRule, lower_of
from offchain.model.mechanisms.upper import CertainRule, Sold, UpperRule

FINE = 2**40
"""Amounts times this are close to continuous."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One member's place in one lot, and all that decides the outcome there.

    bids: those of the member's group, the member's own at `place`. group_bids: what every group bids
    in arrival order, the member's group at `index`. lower: by which it shares a price.
    """

    group: str
    member: str
    item: int
    value: int
    bids: tuple[int, ...]
    place: int
    group_bids: tuple[int, ...]
    index: int
    reserve: int
    lower: LowerRule = EQUAL_SHARES

    @property
    def bid(self) -> int:
        """The member's bid in the instance."""
        return self.bids[self.place]

    @property
    def size(self) -> int:
        """How many bids decide the lot, which is what one evaluation costs."""
        return len(self.bids) + len(self.group_bids)

    def scaled(self, factor: int) -> "Seat":
        """The same seat with all amounts multiplied."""
        return replace(
            self,
            value=self.value * factor,
            bids=tuple(bid * factor for bid in self.bids),
            group_bids=tuple(bid * factor for bid in self.group_bids),
            reserve=self.reserve * factor,
        )

    def charge(self, bids: tuple[int, ...], rule: CertainRule) -> int | None:
        """What these bids pay together if the member sends them; None if not all of them are served.

        More than one bid is a member under several names. O(size * log size).
        """
        group = self._with(bids)
        return self._paid(group, len(bids), rule.sell(self._asked(group), self.reserve))

    def _with(self, bids: tuple[int, ...]) -> tuple[int, ...]:
        """The group's bids, these in the member's place."""
        return (*self.bids[: self.place], *bids, *self.bids[self.place + 1 :])

    def _asked(self, group: tuple[int, ...]) -> list[int]:
        """All groups' bids, if these are those of the member's group."""
        group_bids = list(self.group_bids)
        group_bids[self.index] = self.lower.bid(group)
        return group_bids

    def _paid(self, group: tuple[int, ...], names: int, sold: Sold) -> int | None:
        if sold.leader != self.index:
            return None
        charges = self.lower.split(group, sold.price).charges[self.place : self.place + names]
        paid = [charge for charge in charges if charge is not None]
        return sum(paid) if len(paid) == names else None

    def enough(self, rule: CertainRule) -> int:
        """A bid that no group could beat, and that meets the reserve."""
        return rule.over(sum(self.group_bids) + self.reserve)

    def price(self, rule: CertainRule) -> int:
        """What the member's group pays if the member bids enough."""
        group_bids = list(self.group_bids)
        group_bids[self.index] = self.enough(rule)
        return rule.sell(group_bids, self.reserve).price

    def utility(self, bid: int, rule: UpperRule) -> int | Fraction:
        """Value less what the bid pays if it is served, else 0; expected if there is chance."""
        group = self._with((bid,))
        gains = (
            chance * (self.value - charge)
            for chance, sold in rule.chances(self._asked(group), self.reserve)
            if (charge := self._paid(group, 1, sold)) is not None
        )
        return sum(gains)


def seats(instance: AnyTwoLevel) -> Iterator[Seat]:
    """Every member's seat on every item, one for all members of a group with equal bid and value."""
    lower = lower_of(instance.lower)
    for item, reserve in enumerate(instance.reserves):
        group_bids = tuple(lower.bid(group.bids_on(item)) for group in instance.groups)
        for index, group in enumerate(instance.groups):
            bids = tuple(group.bids_on(item))
            seen = set()
            for place, member in enumerate(group.members):
                kind = (member.bids[item], member.values[item])
                if kind in seen:
                    continue
                seen.add(kind)
                yield Seat(
                    group=group.name,
                    member=member.name,
                    item=item,
                    value=member.values[item],
                    bids=bids,
                    place=place,
                    group_bids=group_bids,
                    index=index,
                    reserve=reserve,
                    lower=lower,
                )


@dataclass(frozen=True, slots=True)
class Deviation:
    """A bid, once or under several names, that gives a member more than bidding their value, others' bids being as they are."""

    seat: Seat
    bid: int
    truthful: int | Fraction
    utility: int | Fraction
    names: int = 1

    def __str__(self) -> str:
        seat, bid = self.seat, self.bid
        lie = (
            f"by bidding {bid}"
            if self.names == 1
            else f"under {self.names} names bidding {bid} each"
        )
        return (
            f"{seat.member} of {seat.group} (item {seat.item}, value {seat.value}) gets {self.truthful} by"
            f" bidding it and {self.utility} {lie}"
        )


def find_deviation(
    places: Iterable[Seat], bids: Callable[[Seat], Iterable[int]], rule: UpperRule
) -> Deviation | None:
    """The first of the bids, at the first of the seats, that beats bidding one's value; None if none does.

    Exhaustive over the bids given for each seat. O(seats * bids) evaluations.
    """
    for seat in places:
        truthful = seat.utility(seat.value, rule)
        for bid in bids(seat):
            utility = seat.utility(bid, rule)
            if utility > truthful:
                return Deviation(seat, bid, truthful, utility)
    return None


def critical_bids(seat: Seat, rule: CertainRule) -> Iterator[int]:
    """Bids at which what the member gets can change, each once, those that decide most first.

    None and the largest; the member's own amounts; where bids are summed, what the others lack of a
    rival's bid, of the reserve and of the price; of the price at which the group wins, the best
    rivals' bids, the reserve and what the group can pay, the shares of as many as can share them; the
    amounts of the group and of its rivals; evenly spaced ones; and the shares of all those prices
    among any number of members. All with their neighbours. O(1) each, after O(bids * log bids).
    """
    rivals = sorted(
        {bid for index, bid in enumerate(seat.group_bids) if index != seat.index}, reverse=True
    )
    mates = [bid for place, bid in enumerate(seat.bids) if place != seat.place]
    ranks = range(1, len(seat.bids) + 1)
    prices = [seat.price(rule), *rivals[:2], seat.reserve, seat.group_bids[seat.index]]
    reached = {
        price + step: served_count((*mates, seat.value), price + step)
        for price in prices
        for step in (-1, 0, 1)
        if price + step > 0
    }
    largest = max(*seat.bids, *seat.group_bids, seat.value, seat.reserve)
    return different(
        chain(
            (0, BID_LIMIT),
            around((seat.value, seat.bid)),
            around(price - sum(mates) for price in prices if seat.lower.serves_all),
            *(
                shares([price], range(max(1, count - 1), count + 3))
                for price, count in reached.items()
            ),
            shares(around(prices), (1, 2, len(seat.bids))),
            around(mates),
            around(rivals),
            evenly(largest),
            around(amount // 2 for amount in (*mates, *rivals)),
            around(2 * amount for amount in (*mates, *rivals)),
            shares(around((*prices, *rivals)), ranks),
        ),
        BID_LIMIT,
    )


def find_unsovereign(places: Iterable[Seat], rule: CertainRule) -> Seat | None:
    """The first seat that is not served even at a bid over all group bids and the reserve together."""
    for seat in places:
        if seat.charge((seat.enough(rule),), rule) is None:
            return seat
    return None


def find_jump(places: Iterable[Seat], rule: CertainRule) -> Seat | None:
    """The first seat that is not served, and would be at any bid above its own however little: a tie lost.

    As units are whole, all amounts are multiplied first, so that one unit is very little.
    """
    finely = rule.scaled(FINE)
    for seat in places:
        fine = seat.scaled(FINE)
        if (
            fine.charge((fine.bid,), finely) is None
            and fine.charge((fine.bid + 1,), finely) is not None
        ):
            return seat
    return None


def find_false_names(
    places: Iterable[Seat], names: Iterable[int], rule: CertainRule
) -> Deviation | None:
    """The first seat whose member gains by bidding an equal part of the value under several names.

    `names`: how many names to try. Finding none proves nothing about unequal parts.
    """
    counts = tuple(names)
    for seat in places:
        truthful = seat.utility(seat.value, rule)
        for count in counts:
            part = seat.value // count
            paid = seat.charge((part,) * count, rule)
            utility = 0 if paid is None else seat.value - paid
            if utility > truthful:
                return Deviation(seat, part, truthful, utility, names=count)
    return None
