"""Whether lots ended as the reference model says, to the last refund."""

from collections import Counter
from fractions import Fraction

from benchmarks.soak.town import BOND_BPS, INACCURACY, Listed, Town
from offchain.bindings.draw_proofs import DRAWS
from offchain.bindings.entries import account_in
from offchain.chain.backend import Chain
from offchain.keeper.books import Book
from offchain.keeper.ledger import Ledger
from offchain.model.instances.two_level import Group, Member, TwoLevelInstance
from offchain.model.mechanisms import approximate_groups, two_level
from offchain.play.audit import audit

_BPS = 10_000


class Wrong(Exception):
    """A lot did not end as it should have; the message says which, and how."""


def check_town(town: Town, chain: Chain) -> Counter[str]:
    """Checks every lot, and where every wei is; how many were sold to whom.

    Raises:
        Wrong: a lot ended otherwise than the model says.
        MoneyAstray: a contract holds more or less than it owes.
    """
    ledger = town.ledger()
    found = Counter(_check(town, ledger, lot) for lot in town.lots)
    audit(chain, ledger, [lot.number for lot in town.lots], town.withdraw, Counter())
    return found


def _check(town: Town, ledger: Ledger, listed: Listed) -> str:
    """Checks a lot; to whom it was sold: group, individual or nobody."""
    lot, number = ledger.lots[listed.number], listed.number
    books = {book.contract: book for book in ledger.books_on(number)}
    for (book, bidder), bid in listed.bids.items():
        expected = None if bid.is_silent else bid.amount
        _equal(number, f"the opened bid of {bidder}", books[book].boxes[bidder].bid, expected)
    winner, price, share, served = _expected(town, ledger, listed, books)
    _equal(number, "the winner", lot.winner, winner)
    if winner is not None:
        _equal(number, "the price", lot.price, price)
    _equal(number, "whether the item went back", lot.returned, winner is None)
    owner = town.seller
    if winner is not None:
        owner = town.estate_of(winner, number) if winner in listed.daos else winner
    _equal(number, "the owner of the item", town.owner_of(number), owner)
    for (book, bidder), bid in listed.bids.items():
        box, deposit = books[book].boxes[bidder], 2 * bid.amount
        bond = deposit * BOND_BPS // _BPS if bid.is_silent else 0
        due = deposit - bond - (share if bidder in served else 0)
        _equal(number, f"what {bidder} got back", box.received if box.closed else None, due)
    if winner is None:
        return "nobody"
    return "group" if winner in listed.daos else "individual"


def _expected(
    town: Town, ledger: Ledger, listed: Listed, books: dict[str, Book]
) -> tuple[str | None, int, int, frozenset[str]]:
    """Winner, price, share and who is served, by the model. The order of bids is the chain's: which of them came first."""
    individuals = [account_in(one) for one in books[town.auction].openings]
    group_bids = ledger.lots[listed.number].group_bids
    if set(group_bids) != set(listed.daos):
        raise Wrong(f"lot {listed.number}: of {len(listed.daos)} groups {len(group_bids)} bid")
    groups = {
        dao: {
            bidder: bid.amount
            for (book, bidder), bid in listed.bids.items()
            if book == dao and not bid.is_silent
        }
        for dao in group_bids
    }
    alone = {bidder: listed.bids[town.auction, bidder].amount for bidder in individuals}
    if town.is_drawn:
        return _by_draw(town, listed, alone, groups)
    return _by_price(listed, alone, groups)


def _by_price(
    listed: Listed, alone: dict[str, int], groups: dict[str, dict[str, int]]
) -> tuple[str | None, int, int, frozenset[str]]:
    bidding = {**{bidder: {bidder: bid} for bidder, bid in alone.items()}, **groups}
    named = tuple(
        Group(name, tuple(Member(who, (bid,), (bid,)) for who, bid in members.items()))
        for name, members in bidding.items()
    )
    sold = two_level.solve_lot(TwoLevelInstance(1, (listed.plan.reserve,), named), 0)
    return sold.winner, sold.price, sold.share, frozenset(sold.served)


def _by_draw(
    town: Town, listed: Listed, alone: dict[str, int], groups: dict[str, dict[str, int]]
) -> tuple[str | None, int, int, frozenset[str]]:
    players = [*alone.values(), *(bid for members in groups.values() for bid in members.values())]
    if not players:
        return None, 0, 0, frozenset()
    members = [list(one.values()) for one in groups.values()]
    draw = Fraction(town.word_of(listed.number) >> 1, DRAWS)
    sold = approximate_groups.sell(list(alone.values()), members, INACCURACY, draw)
    if sold.winner is None:
        return None, 0, 0, frozenset()
    winner = [*alone, *groups][sold.winner]
    if winner in alone:
        return winner, sold.price, sold.price, frozenset({winner})
    names = list(groups[winner])
    return winner, sold.price, sold.share, frozenset(names[place] for place in sold.served)


def _equal(lot: int, what: str, found: object, expected: object) -> None:
    if found != expected:
        raise Wrong(f"lot {lot}: {what} is {found}, and should be {expected}")
