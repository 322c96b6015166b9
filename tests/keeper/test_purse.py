"""What a keeper spends: on a lot no more than serving an honest one takes, and in all no more than it was given."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from offchain.bindings.contracts import contract
from offchain.bindings.enumerations import Phase
from offchain.bindings.seals import Opening, new_salt
from offchain.chain.backend import Receipt, Transaction, Unsettled
from offchain.chain.connect import connect
from offchain.chain.fees import FeeTooHighError
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.purse import GAS_OF_RETURN, Allowance, Overspent, Purse, ether
from offchain.model.instances import ApproximateGroupsInstance, ApproximateInstance, Group, Member
from offchain.play.approximate import ApproximateStage
from tests.keeper.chains import Dear, Proxy, Trap, Watched
from tests.keeper.market import Market

RECLAIM = contract("Auctioneer").encode("reclaim", 1)[:4]
SETTLE = contract("Auctioneer").encode("settle", 1)[:4]
PRICE = 10**9
"""Wei for a unit of gas."""


class Priced(Proxy):
    """A chain where gas costs `PRICE`."""

    def send(self, transaction: Transaction) -> Receipt:
        receipt = self.chain.send(transaction)
        return replace(receipt, fee=receipt.gas_used * PRICE)


# A LOT'S GAS


@pytest.fixture(scope="module")
def real_gas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    """Contracts on an Anvil, whose gas is that of the real thing."""
    with connect("anvil") as chain:
        yield Market(tmp_path_factory.mktemp("market"), chain)


SHAPES = [(0, ()), (1, ()), (5, ()), (0, (1,)), (1, (1, 1, 1)), (1, (0, 0)), (2, (12,))]


@pytest.mark.parametrize(("individuals", "daos"), SHAPES)
@pytest.mark.parametrize("reserve", [1, 10**6])
def test_an_honest_lot_fits_with_room(
    real_gas: Market, individuals: int, daos: Sequence[int], reserve: int
) -> None:
    """Sold or not: all that a keeper does for it takes at most three quarters of the allowance."""
    market, purse = real_gas, Purse()
    market.skipped.clear()
    lot = market.list_lot(reserve=reserve)
    market.bids(market.auctioneer, lot, *range(5, 5 + individuals))
    for size in daos:
        market.bids(market.new_dao(lot), lot, *range(7, 7 + size))
    keeper = market.keeper(purse=purse, only=[lot])
    market.through(lot, lambda: market.keep(keeper))
    allowance = Allowance().of(len(daos), individuals + sum(daos))
    assert 0 < purse.gas_of(lot) <= allowance * 3 // 4
    assert not market.skipped


DRAWN = [(5,), (2**64 - 1, 2**63), (0, 0), (9, 8, 7, 6, 5), ((4, 3), (7,)), ((1, 2, 3),)]
KEPT = {"reveal", "tally", "draw", "decide", "settle", "refund", "finish", "reclaim"}
"""The steps that a keeper pays for."""


@pytest.mark.parametrize("bids", DRAWN, ids=str)
def test_a_lot_that_is_drawn_fits_with_room(
    real_gas: Market, bids: Sequence[int | tuple[int, ...]]
) -> None:
    """Asking for the draw and deciding it come on top; nobody is left unpaid for want of gas."""
    delta, draw = Fraction(1, 2), Fraction(1, 7)
    sizes = [len(bid) for bid in bids if isinstance(bid, tuple)]
    instance: ApproximateInstance | ApproximateGroupsInstance
    if sizes:
        groups = [
            Group(f"g{at}", tuple(Member(f"m{n}", (b,), (b,)) for n, b in enumerate(group)))
            for at, group in enumerate(bids)
            if isinstance(group, tuple)
        ]
        instance = ApproximateGroupsInstance(delta, tuple(groups), draw)
    else:
        instance = ApproximateInstance(
            delta, {f"p{at}": bid for at, bid in enumerate(bids) if isinstance(bid, int)}, draw
        )
    stage = ApproximateStage(real_gas.chain)
    gas = stage.play(instance).gas
    assert gas is not None
    assert {"draw", "decide", "settle", "refund"} <= set(gas)
    used = sum(amount for step, amount in gas.items() if step in KEPT)
    allowance = Allowance().of(len(sizes), sum(sizes) or len(bids), is_drawn=True)
    assert used <= allowance * 3 // 4
    assert real_gas.chain.balance(stage.auction) == 0


def test_bids_that_are_opened_one_by_one_fit_too(real_gas: Market) -> None:
    """Openings that come late, each with a transaction of its own."""
    market, purse = real_gas, Purse()
    lot = market.list_lot()
    dao = market.new_dao(lot)
    bidders = [market.new_bidder(10 * WEI_PER_UNIT) for _ in range(6)]
    openings = [market.sealed(Opening(dao, lot, who, 5, new_salt()), 5) for who in bidders]
    keeper = market.keeper(purse=purse, only=[lot])
    market.until_reveal(lot)
    for opening in openings:
        market.openings.add([opening])
        market.keep(keeper)
    assert market.count("reveal", lot) == len(openings)
    for wait in (market.until_tally, market.until_closed):
        wait(lot)
        market.keep(keeper)
    assert purse.gas_of(lot) <= Allowance().of(1, len(openings)) * 3 // 4
    assert keeper.standing(lot)[0] == Phase.SETTLED


def test_an_allowance_is_not_far_above_what_it_costs_to_make(real_gas: Market) -> None:
    """Who lists lots, enters DAOs and bids to make a keeper spend pays at least two fifths of what it can spend."""
    market = real_gas
    token, seller = market.item, market.seller

    def gas(sender: str, to: str, name: str, function: str, *args: object, wei: int = 0) -> int:
        return market.send(sender, to, name, function, *args, wei=wei).gas_used

    market.items += 1
    market.send(seller, token, "Item", "mint", seller, market.items)
    market.send(seller, token, "Item", "approve", market.auctioneer, market.items)
    now = market.chain.now()
    ends = (now + 3_600, now + 7_200, now + 10_800, 1_000)
    listing = gas(
        seller, market.auctioneer, "Auctioneer", "list", token, market.items, 1, ends
    )  # fmt: skip
    (lot,) = market.ask("lotCount")
    dao = market.new_dao()
    entering = gas(seller, dao, "DAO", "enter", lot)
    bidder = market.new_bidder(10 * WEI_PER_UNIT)
    bidding = gas(bidder, dao, "DAO", "commit", lot, b"\x11" * 24, wei=5 * WEI_PER_UNIT)
    allowance = Allowance()
    assert 2 * allowance.lot < 5 * listing
    assert 2 * allowance.book < 5 * entering
    assert 2 * allowance.bid < 5 * bidding
    assert listing > GAS_OF_RETURN * 2 // 3


def test_a_draw_is_not_far_above_what_listing_for_it_costs(real_gas: Market) -> None:
    """The same where lots are drawn."""
    market, stage = real_gas, ApproximateStage(real_gas.chain)
    instance = ApproximateInstance(Fraction(1, 2), {"a": 5}, None)
    first, second = (stage.play(instance).gas for _ in range(2))
    assert first is not None
    assert second is not None
    mint = [
        market.send(market.seller, market.item, "Item", "mint", market.seller, 10**6 + number)
        for number in range(2)
    ]
    listing = second["list"] - mint[-1].gas_used
    assert 0 < 2 * (Allowance().lot + Allowance().draw) < 5 * listing


def test_an_item_that_makes_its_mover_pay_is_left_where_it_is(market: Market) -> None:
    """Giving it back would take more than listing it did; nothing is spent on it, however many there are."""
    lots = [market.list_lot() for _ in range(30)]
    market.until_closed(lots[0])
    keeper = market.keeper(Dear(market.chain, RECLAIM, GAS_OF_RETURN))
    for _ in range(10):
        keeper.step()
    assert not market.actions
    assert all(
        re.fullmatch(r"it takes \d{6} gas, which is too much", str(error))
        for _, error in market.skipped
    )
    assert market.keep() == len(lots), "at the price of an honest one it goes back"


def test_settling_fits_the_lot(market: Market) -> None:
    """What a lot of 500 members may take is too much for one of a single bidder; its rivals are refunded all the same."""
    lot = market.list_lot()
    winner, loser = (market.bid(market.auctioneer, lot, bid) for bid in (9, 5))
    keeper = market.keeper(Dear(market.chain, SETTLE, 500_000))
    market.through(lot, lambda: market.keep(keeper))
    boxes = market.ledger().book(market.auctioneer, lot).boxes
    assert (boxes[winner].closed, boxes[loser].closed) == (False, True)
    assert market.count("settle", lot) == 0
    assert any("for lot 1 are spent" in str(error) for _, error in market.skipped)


def test_failures_count_as_what_they_may_have_cost(market: Market) -> None:
    """What fails on the chain only is not tried for ever: the lot's allowance ends it."""
    lot = market.list_lot()
    market.bid(market.auctioneer, lot, 9)
    trap = Trap(market.chain, contract("Auctioneer").encode("revealBatch", 1, [])[:4])
    purse = Purse()
    keeper = market.keeper(trap, purse=purse)
    market.until_reveal(lot)
    for _ in range(2_000):
        keeper.step()
    assert 1 < trap.failed < 8
    assert purse.gas_of(lot) <= Allowance().of(0, 1)


# ALL THE MONEY


def test_a_budget_is_kept(market: Market) -> None:
    """When it is used up, nothing is sent or simulated any more; what happens is read, and what is due is told."""
    lots = [market.list_lot() for _ in range(12)]
    for lot in lots:
        market.bid(market.auctioneer, lot, 5)
    budget = 200_000 * PRICE
    purse = Purse(budget)
    watched = Watched(Priced(market.chain))
    keeper = market.keeper(watched, purse=purse)
    market.until_reveal(lots[0])
    for _ in range(5):
        keeper.step()
    done = len(watched.sent)
    assert 0 < done < len(lots)
    assert purse.spent <= budget
    assert "what is due" in {what for what, _ in market.skipped}
    assert keeper.troubles[0]
    watched.told.clear()
    more = market.list_lot()
    for _ in range(5):
        assert keeper.step() == 0
    assert (len(watched.told), len(watched.sent)) == (0, done)
    assert more in keeper._reader.ledger.lots


def test_a_budget_counts_failures_and_the_price_paid_last() -> None:
    purse = Purse(1_000)
    purse.check(10**9)
    purse.book(1, 100, 200)
    purse.check(400)
    purse.book(1, 0, 300)
    with pytest.raises(Overspent, match=r"0\.0000000000000005 of 0\.000000000000001 ETH"):
        purse.check(251)
    assert purse.is_empty, "what does not fit closes it: nothing smaller slips through"
    with pytest.raises(Overspent):
        purse.check(1)


def test_without_a_budget_there_is_no_end() -> None:
    purse = Purse()
    purse.book(1, 10**9, 10**30)
    purse.check(10**9)
    assert not purse.is_empty


@pytest.mark.parametrize(
    ("wei", "text"), [(0, "0"), (10**18, "1"), (15 * 10**17, "1.5"), (1, "0." + "0" * 17 + "1")]
)
def test_amounts_in_ether(wei: int, text: str) -> None:
    assert ether(wei) == text


class Rising(Proxy):
    """A chain whose gas costs nine times as much after each transaction, and which loses sight of some of them."""

    price, paid, sent = PRICE, 0, 0
    loses: Collection[int] = ()

    def send(self, transaction: Transaction) -> Receipt:
        price, most = self.price, transaction.max_fee
        assert transaction.gas is not None
        if most is not None and price > most:
            raise FeeTooHighError("too dear")
        receipt = self.chain.send(transaction)
        self.price *= 9
        self.sent += 1
        self.paid += receipt.gas_used * price
        if self.sent in self.loses:
            raise Unsettled("nobody knows", transaction.gas * price)
        return replace(receipt, fee=receipt.gas_used * price)


@pytest.mark.parametrize("loses", [(), (1,), (1, 2)])
def test_no_budget_is_exceeded_however_the_price_rises(
    market: Market, loses: Collection[int]
) -> None:
    """Nor if what became of a transaction is not known: it counts as all that it may have cost."""
    for bid in range(5, 12):
        lot = market.list_lot()
        market.bid(market.auctioneer, lot, bid)
    market.until_reveal(lot)
    done = []
    for digits in range(12, 20):
        rising = Rising(market.chain)
        rising.loses = loses
        purse = Purse(10**digits)
        keeper = market.keeper(rising, purse=purse)
        mark = market.snapshot()
        for _ in range(5):
            keeper.step()
        assert rising.paid <= purse.spent <= 10**digits, digits
        done.append(rising.sent)
        market.restore(mark)
    assert done == sorted(done)
    assert done[0] == 0 < done[-1], done
