"""What a report tells: one lot from the bids to the last refund, as read off the chain.

Amounts are integers in units (gwei).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from offchain.model.instances.two_level import LotOutcome, TwoLevelInstance, TwoLevelOutcome
from offchain.model.mechanisms.equal_split import served_count, willingness_to_pay


@dataclass(frozen=True, slots=True)
class Entry:
    """One bidder's account. What it put down is what it paid, lost as a bond, and got back: see `is_balanced`.

    bid: what it sealed, opened or not. silent: it never opened its bid, which then did not count.
    """

    group: str
    member: str
    bid: int
    deposit: int
    silent: bool
    served: bool
    paid: int
    bond: int
    refund: int

    @property
    def is_balanced(self) -> bool:
        """Whether the deposit is accounted for, to the unit."""
        return self.deposit == self.paid + self.bond + self.refund


@dataclass(frozen=True, slots=True)
class Step:
    """What one step took: how many it served (bids, members, contracts …), in how many transactions, at what gas, and how long
    on the machine that ran it.
    """

    name: str
    served: int
    transactions: int
    gas: int
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Check:
    """Something that was checked on the outcome, and what came of it."""

    name: str
    holds: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """A step of the auction in words: what it is for, and what came of it."""

    title: str
    purpose: str
    results: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Auction:
    """One lot sold, or not, among groups.

    focus: the group that the pictures show. instance: the bids that counted, so without the silent
    ones. proceeds: what the seller withdrew. chain: the back end's name. sources: where the figures
    come from, a sentence each. addresses: the contracts, by what they are. seconds: from listing
    to the last check.
    """

    title: str
    chain: str
    focus: str
    instance: TwoLevelInstance
    outcome: TwoLevelOutcome
    entries: tuple[Entry, ...]
    proceeds: int
    steps: tuple[Step, ...]
    checks: tuple[Check, ...]
    story: tuple[Chapter, ...]
    addresses: Mapping[str, str]
    sources: tuple[str, ...]
    seconds: float = 0.0

    @property
    def lot(self) -> LotOutcome:
        """The outcome of the only lot."""
        return self.outcome.items[0]

    @property
    def focus_won(self) -> bool:
        """Whether the group in the pictures got the item."""
        return self.lot.winner == self.focus

    def of(self, group: str) -> tuple[Entry, ...]:
        """The accounts of a group, in file order. O(bidders)."""
        return tuple(entry for entry in self.entries if entry.group == group)


@dataclass(frozen=True, slots=True)
class Curve:
    """How much a group can pay: `ranked` are its open bids downward, `products[i - 1]` is i·b_(i).

    price: what it is asked, or would have been asked had it won. served: T, 0 where it cannot pay.
    """

    ranked: tuple[int, ...]
    products: tuple[int, ...]
    price: int
    served: int

    @property
    def peak(self) -> int:
        """The largest product, which is the willingness to pay."""
        return max(self.products, default=0)

    @property
    def peak_rank(self) -> int:
        """The most members by whom the willingness to pay is reached; 0 without bids."""
        peak = self.peak
        return max(
            (rank for rank, product in enumerate(self.products, 1) if product == peak > 0),
            default=0,
        )


def curve(auction: Auction) -> Curve:
    """The curve of the group in the pictures. O(n log n)."""
    bids = auction.instance.group(auction.focus).bids_on(0)
    ranked = tuple(sorted((bid for bid in bids if bid > 0), reverse=True))
    price = critical_bid(auction)
    return Curve(
        ranked=ranked,
        products=tuple(rank * bid for rank, bid in enumerate(ranked, 1)),
        price=price,
        served=served_count(ranked, price),
    )


def critical_bid(auction: Auction) -> int:
    """The least that the group in the pictures had to bid to win, and then pays.

    An earlier group wins a tie, so its bid plus one unit counts; of a later group the bid itself.
    """
    names = [group.name for group in auction.instance.groups]
    place = names.index(auction.focus)
    bids = [willingness_to_pay(group.bids_on(0)) for group in auction.instance.groups]
    asked = [bid + (index < place) for index, bid in enumerate(bids) if index != place]
    return max([auction.instance.reserves[0], *asked])
