"""What a report tells: one lot from the bids to the last refund, as read off the chain.

Amounts are integers in units (gwei).
"""

from dataclasses import dataclass

from offchain.model.instances.rules import Ascending
from offchain.model.instances.two_level import LotOutcome, TwoLevelInstance, TwoLevelOutcome
from offchain.model.mechanisms.ascending import least_over
from offchain.model.mechanisms.equal_split import willingness_to_pay
from offchain.report.curve import Curve, curve
from offchain.report.played import Played


@dataclass(frozen=True, slots=True)
class Entry:
    """One bidder's account. What it put down is what it paid, what was burnt as a bond, and what it got back: see `is_balanced`.

    bid: what it sealed, opened or not. silent: it never opened its bid, which then did not count. refused: its account did not
    take the refund, which it can still claim.
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
    refused: bool = False

    @property
    def is_balanced(self) -> bool:
        """Whether the deposit is accounted for, to the unit."""
        return self.deposit == self.paid + self.bond + self.refund


@dataclass(frozen=True, slots=True, kw_only=True)
class Auction(Played):
    """One lot sold, or not, among groups.

    focus: the group that the pictures show. alone: who bid for itself. instance: the bids that counted, so without the silent
    ones. proceeds: what the seller got. burnt: what the contracts hold for ever of bonds. surplus: and of shares that were
    rounded up, where the seller gets no more than the price.
    """

    focus: str
    alone: tuple[str, ...]
    instance: TwoLevelInstance
    outcome: TwoLevelOutcome
    entries: tuple[Entry, ...]
    proceeds: int
    burnt: int
    surplus: int = 0

    @property
    def lot(self) -> LotOutcome:
        """The outcome of the only lot."""
        return self.outcome.items[0]

    @property
    def focus_won(self) -> bool:
        """Whether the group in the pictures got the item."""
        return self.lot.winner == self.focus

    @property
    def focus_spoke(self) -> bool:
        """Whether any bid of that group counted."""
        return any(self.instance.group(self.focus).bids_on(0))

    @property
    def groups(self) -> list[str]:
        """The groups that bid as one, in file order."""
        return [group.name for group in self.instance.groups if group.name not in self.alone]

    @property
    def by_group(self) -> dict[str, list[Entry]]:
        """The accounts of every group, both in file order. O(bidders)."""
        found: dict[str, list[Entry]] = {group.name: [] for group in self.instance.groups}
        for entry in self.entries:
            found[entry.group].append(entry)
        return found

    def of(self, group: str) -> list[Entry]:
        """The accounts of a group, in file order. O(bidders)."""
        return self.by_group[group]


def curve_of(auction: Auction) -> Curve:
    """The curve of the group in the pictures. O(n log n)."""
    return curve(auction.instance.group(auction.focus).bids_on(0))


def critical_bid(auction: Auction) -> int:
    """The least that the group in the pictures had to bid to win, and then pays.

    An earlier group wins a tie, so its bid plus one unit counts; of a later group the bid itself. In open bids: its last bid, or
    the least over the one that won.
    """
    lot = auction.lot
    if isinstance(auction.instance.upper, Ascending):
        if auction.focus_won or lot.winner is None:
            return lot.price or auction.instance.reserves[0]
        return least_over(lot.price, auction.instance.upper.increment)
    names = [group.name for group in auction.instance.groups]
    place = names.index(auction.focus)
    bids = [willingness_to_pay(group.bids_on(0)) for group in auction.instance.groups]
    asked = [bid + (index < place) for index, bid in enumerate(bids) if index != place]
    return max([auction.instance.reserves[0], *asked])
