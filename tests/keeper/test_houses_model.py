"""Keepers at real houses beside the model: random rivals, who jump, snipe and answer, meet groups that a keeper has bid."""

import random
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import pytest

from offchain.bindings.adapters import MAKES
from offchain.bindings.contracts import Deployed, contract
from offchain.bindings.enumerations import Phase
from offchain.houses.nouns import NounsTerms
from offchain.houses.rivals import RivalBid, Rivals
from offchain.houses.zora import BUFFER, INCREMENT, ZoraAuction, ZoraHouse
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.raising import LEAD, Raising
from offchain.model.mechanisms.ascending import AscendingAuction, BidRefused
from tests.keeper.chains import Costly
from tests.keeper.house_market import PHASE, RESERVE, TERMS, HouseMarket, alerts

TICK = 12
"""Seconds from one look of the keeper to the next."""


def rules_of(terms: NounsTerms, end: int) -> AscendingAuction:
    """The model of a house on these terms."""
    increment = Fraction(terms.increment, 100)
    return AscendingAuction(terms.reserve, increment, end, terms.buffer, grid=WEI_PER_UNIT)


class Script:
    """What rivals bid, and when: drawn anew from a seed."""

    def __init__(self, market: HouseMarket, seed: int) -> None:
        self.draw = random.Random(seed)
        self.bids = self.draw.randrange(12)
        self.accounts = [market.rich(90_100 + place) for place in range(3)]
        self.latest = market.end() + 900

    def planned(self, market: HouseMarket) -> list[RivalBid]:
        """Early ones, and ones around the end, of any amounts: many are refused."""
        found = []
        for _ in range(self.bids):
            near = self.draw.random() < 0.7
            at = self.draw.randrange(
                *((self.latest - 1_500, self.latest) if near else (market.chain.now(), self.latest))
            )
            amount = int(TERMS.reserve * 1.2 ** self.draw.uniform(-1, 14))
            found.append(RivalBid(at, self.draw.choice(self.accounts), amount))
        return sorted(found, key=lambda one: one.at)


@pytest.mark.parametrize("seed", range(40))
def test_random_rivals_meet_what_the_model_says(tmp_path: Path, seed: int) -> None:
    """Who leads, at what, and until when, after every look; every bid of ours in time, none too many."""
    draw = random.Random(seed)
    terms = NounsTerms(
        buffer=draw.choice([0, 30, 300, 700]),
        reserve=TERMS.reserve,
        increment=draw.choice([1, 2, 5, 30]),
        duration=6_000,
    )
    market = HouseMarket(tmp_path, rules=terms)
    lot = market.register()
    limits: dict[str, int] = {}
    for _ in range(draw.randrange(1, 4)):
        limit = draw.randrange(RESERVE, 12 * RESERVE)
        limits[market.group(lot, limit)] = limit * WEI_PER_UNIT
    keeper = market.keeper()
    market.tallied(lot, keeper)
    model = rules_of(terms, market.end())
    rivals = Rivals(market.house, planned := Script(market, seed).planned(market))
    names = {market.paddle(lot, dao): dao for dao in limits}
    raised = 0
    waiting = list(planned)
    while True:
        upcoming = market.chain.now() + TICK
        while waiting and waiting[0].at <= upcoming:
            one = waiting.pop(0)
            market.chain.advance_to(max(one.at, market.chain.now()))
            rivals.act()
            with suppress(BidRefused):
                model = model.bid(one.account, one.amount, market.chain.now())
        market.chain.advance_to(upcoming)
        now = market.chain.now()
        assert model.end is not None
        if model.is_over(now):
            break
        while now >= model.end - max(terms.buffer, LEAD):
            able = [dao for dao, limit in limits.items() if model.can_raise(dao, limit, now)]
            if not able:
                break
            model = model.bid(able[0], model.least_raise, now)
            raised += 1
        market.keep(keeper)
        there = market.house.auction()
        leader = None if there.bidder is None else names.get(there.bidder, there.bidder)
        assert (leader, there.amount, there.end) == (model.leader, model.amount, model.end), seed
        assert market.count("raise", lot) == raised, seed
    market.keep(keeper)
    phase, winner, price = market.standing(lot)
    assert (phase == Phase.SETTLED) == (model.leader in limits), seed
    if model.leader in limits:
        assert (winner, price * WEI_PER_UNIT) == (model.leader, model.amount)
    assert market.is_paid(lot)
    assert all(market.chain.balance(dao) == 0 for dao in limits)
    assert not market.skipped


class ZoraMarket(HouseMarket):
    """A market at Zora's house, where the seller lists items."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.zora = ZoraHouse.deploy(self.chain, self.seller)
        self.auctioneer = self.adapter_on(self.zora.address, "zora")
        self.listed: dict[int, ZoraAuction] = {}

    def offer(self, duration: int, start: int | None = None) -> int:
        """A new auction there as a lot."""
        self.items += 1
        self.send(self.seller, self.item, "Item", "mint", self.seller, self.items)
        item = Deployed(contract("Item"), self.item)
        auction = self.zora.list_item(self.seller, item, self.items, TERMS.reserve, duration)
        lot = self.register(auction.number, start)
        self.listed[lot] = auction
        return lot

    def outbid(self, lot: int, limit: int) -> bool:
        """Lets a rival answer up to a limit in wei."""
        auction = self.listed[lot]
        if auction.least_bid() > limit:
            return False
        auction.bid(self.rich(90_001), auction.least_bid())
        return True

    def ends_at(self, lot: int) -> int:
        end = self.listed[lot].auction().end
        assert end is not None
        return end


def test_auctions_that_the_first_bid_begins(tmp_path: Path) -> None:
    """That is made at once, since nothing ends before it; from then on the keeper waits for the end, at several at a time."""
    market = ZoraMarket(tmp_path)
    raising = Raising(awaits_bid=MAKES["zora"].awaits_bid)
    lots = [market.offer(duration) for duration in (40_000, 90_000, 5_000)]
    daos = [market.group(lot, 9 * RESERVE, 8 * RESERVE) for lot in lots[:2]]
    keeper = market.keeper(raising=raising)
    market.chain.advance_to(market.chain.now() + 2 * PHASE)
    market.keep(keeper)
    assert [market.listed[lot].auction().bidder for lot in lots] == [
        *(market.paddle(lot, dao) for lot, dao in zip(lots, daos, strict=False)),
        None,
    ]
    before = len(market.actions)
    for lot in lots[:2]:
        assert market.outbid(lot, 2 * TERMS.reserve)
    for lot, dao in zip(lots, daos, strict=False):
        market.chain.advance_to(market.ends_at(lot) - BUFFER - 1)
        market.keep(keeper)
        assert market.listed[lot].auction().bidder != market.paddle(lot, dao)
        while True:
            market.chain.advance_to(market.ends_at(lot) - BUFFER)
            market.keep(keeper)
            assert market.listed[lot].auction().bidder == market.paddle(lot, dao)
            market.chain.advance_to(market.ends_at(lot) - 1)
            if not market.outbid(lot, 6 * TERMS.reserve):
                break
        market.chain.advance_to(market.ends_at(lot))
        market.keep(keeper)
        assert market.standing(lot)[:2] == (Phase.SETTLED, dao)
        assert market.is_paid(lot)
        price = market.standing(lot)[2] * WEI_PER_UNIT
        assert 6 * TERMS.reserve * 100 < price * (100 + INCREMENT)
    assert len(market.actions) > before + 6
    assert not market.skipped


def test_an_auction_that_is_cancelled_before_any_bid(tmp_path: Path) -> None:
    """Its clock never began, so members need not wait for its end: the keeper could not bid, since gas was too dear."""
    market = ZoraMarket(tmp_path)
    lot = market.offer(86_400)
    market.group(lot, 9 * RESERVE)
    costly = Costly(market.chain)
    keeper = market.keeper(costly, raising=Raising(awaits_bid=True))
    market.until_tally(lot)
    assert keeper.step() == 1
    costly.price = costly.bound + 1
    market.keep(keeper)
    assert market.listed[lot].auction().bidder is None
    assert alerts(market)
    market.listed[lot].cancel(market.seller)
    costly.price = 0
    market.keep(keeper)
    assert market.standing(lot)[0] == Phase.VOID
    assert market.is_paid(lot)
