"""Lower mechanisms behind one interface: the bids of a group's members in, what the group bids; a price in, who pays what of it.

Source: "When Bidders Are DAOs", §2 for the interface (Definition 1: an aggregation, the identity on a single bid, and with a
price an allocation and a sharing of it), §3.1 for the equal split, §1.1 for serving everybody, footnote 2 for paying one's bid,
§5 for groups that forward all bids. Each is a rule of `offchain.model.instances.rules` at work, by `lower_of`.

Amounts are integers in units; what is shared is rounded up, member by member. A bid of 0 is none: it is never served, and pays
nothing. A price is at least 1 unit, and at most what the group bids.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Protocol

from offchain.model.instances.rules import Lower
from offchain.model.mechanisms.equal_split import equal_split, share, willingness_to_pay


@dataclass(frozen=True, slots=True)
class Split:
    """How a group shares a price.

    charges: what each member pays, in their order; None if not served. share: what each of those served pays, None under
    rules by which they pay different amounts. paid: what the group hands on, the charges together.
    """

    charges: tuple[int | None, ...]
    share: int | None
    paid: int


class LowerRule(Protocol):
    """What a group bids, whom it serves, and what each pays.

    serves_all: whether everybody who bids is served whatever the price, so that a group that bids its total value gets it.
    """

    serves_all: ClassVar[bool]

    def bid(self, bids: Sequence[int]) -> int:
        """What the group bids."""

    def split(self, bids: Sequence[int], price: int) -> Split:
        """Who pays what of the price. Raises ValueError if it is below 1 unit or above what the group bids."""


@dataclass(frozen=True, slots=True)
class EqualShares:
    """The most who can share the price equally do; a group bids the most that some can pay so. O(n log n)."""

    serves_all: ClassVar[bool] = False

    def bid(self, bids: Sequence[int]) -> int:
        """As a LowerRule: the willingness to pay."""
        return willingness_to_pay(bids)

    def split(self, bids: Sequence[int], price: int) -> Split:
        """As a LowerRule."""
        found = equal_split(bids, price)
        charges = tuple(found.share if found.serves(bid) else None for bid in bids)
        return Split(charges, found.share, found.paid)


EQUAL_SHARES: Final = EqualShares()
"""The rule of the contracts."""


class Pool(ABC):
    """A group bids the sum of its members' bids, and serves all who bid. O(n)."""

    serves_all: ClassVar[bool] = True

    def bid(self, bids: Sequence[int]) -> int:
        """As a LowerRule."""
        return sum(bids)

    @abstractmethod
    def split(self, bids: Sequence[int], price: int) -> Split:
        """As a LowerRule."""


class Unequal(Pool):
    """What each pays is found from the bid."""

    def split(self, bids: Sequence[int], price: int) -> Split:
        """As a LowerRule."""
        pool = _pool(bids, price)
        charges = tuple(self.charge(bid, pool - bid, price) if bid else None for bid in bids)
        return Split(charges, None, sum(charge for charge in charges if charge is not None))

    @abstractmethod
    def charge(self, bid: int, others: int, price: int) -> int:
        """What a member pays who bids so much, beside others who bid so much together."""


@dataclass(frozen=True, slots=True)
class ServeEverybody(Pool):
    """Everybody pays an equal share, be it above the bid."""

    def split(self, bids: Sequence[int], price: int) -> Split:
        """As a LowerRule."""
        _pool(bids, price)
        served = sum(1 for bid in bids if bid)
        each = share(price, served)
        return Split(tuple(each if bid else None for bid in bids), each, served * each)


@dataclass(frozen=True, slots=True)
class PayYourBid(Unequal):
    """Everybody pays the bid; what the price leaves of that goes to the seller as well."""

    def charge(self, bid: int, others: int, price: int) -> int:
        """As Unequal."""
        return bid


@dataclass(frozen=True, slots=True)
class Proportional(Unequal):
    """Everybody pays the same part of the bid."""

    def charge(self, bid: int, others: int, price: int) -> int:
        """As Unequal."""
        return -(-price * bid // (bid + others))


@dataclass(frozen=True, slots=True)
class PassThrough(Unequal):
    """The group forwards all bids, and everybody pays what the others' lack of the price: VCG among all members of all groups."""

    def charge(self, bid: int, others: int, price: int) -> int:
        """As Unequal."""
        return max(0, price - others)


def _pool(bids: Sequence[int], price: int) -> int:
    """What the group bids, if that covers the price."""
    pool = sum(bids)
    if not 1 <= price <= pool:
        raise ValueError(f"a price is from 1 to {pool}, what the group bids, not {price}")
    return pool


def lower_of(lower: Lower) -> LowerRule:
    """The rule at work that a file names."""
    match lower:
        case Lower.EQUAL_SPLIT:
            return EQUAL_SHARES
        case Lower.PAY_YOUR_BID:
            return PayYourBid()
        case Lower.EVERYBODY:
            return ServeEverybody()
        case Lower.PROPORTIONAL:
            return Proportional()
        case Lower.VCG:
            return PassThrough()
