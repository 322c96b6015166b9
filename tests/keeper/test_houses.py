"""Keepers at the real auction house of Nouns: bids in time, each once, and money and item afterwards."""

from dataclasses import replace
from pathlib import Path

import pytest

from offchain.bindings.contracts import contract
from offchain.bindings.deployment import create
from offchain.bindings.enumerations import Phase
from offchain.chain.backend import Chain, Receipt, Reverted, Transaction
from offchain.chain.errors import ChainError
from offchain.houses.nouns import NounsTerms
from offchain.houses.packages import nouns
from offchain.io.units import GWEI, WEI_PER_UNIT
from offchain.keeper.agenda import Agenda, Need
from offchain.keeper.planning import GroupPlan
from offchain.keeper.purse import Allowance, Purse
from offchain.keeper.raising import LEAD, Raising
from offchain.keeper.sights import Sight, Sights
from tests.keeper.chains import Costly, Killed, Lagging, Mortal, Proxy, Refusing, Rivalled, Watched
from tests.keeper.house_market import RESERVE, RIVAL, TERMS, HouseMarket, alerts
from tests.keeper.market import SECOND_KEEPER, Market


@pytest.fixture
def market(tmp_path: Path) -> HouseMarket:
    """An auction of Nouns that runs for a day, on a chain in this process."""
    return HouseMarket(tmp_path)


def units(market: HouseMarket) -> int:
    """The highest bid at the house."""
    amount = market.house.auction().amount
    assert amount % WEI_PER_UNIT == 0
    return amount // WEI_PER_UNIT


# IN TIME


def test_a_bid_is_made_when_the_buffer_begins_and_not_before(market: HouseMarket) -> None:
    """Early it would cost gas, tell what the group wants, and win nothing."""
    lot = market.register()
    dao = market.group(lot, 4 * RESERVE, 3 * RESERVE)
    keeper = market.keeper()
    market.tallied(lot, keeper)
    buffer = TERMS.buffer
    for left in (40_000, 2 * buffer, buffer + 1):
        market.until_seconds_left(left)
        market.keep(keeper)
        assert market.house.auction().bidder is None
        assert keeper.seconds_to_next == left - buffer
    market.until_seconds_left(buffer)
    market.keep(keeper)
    assert market.leads(lot, dao)
    assert units(market) == RESERVE
    assert market.count("raise", lot) == 1


def test_a_keeper_that_looks_seldom_bids_earlier(tmp_path: Path) -> None:
    """A house that keeps nothing open leaves it as long as it may take to wake up and be mined."""
    market = HouseMarket(tmp_path, rules=NounsTerms(buffer=0, reserve=TERMS.reserve))
    lot = market.register()
    dao = market.group(lot, 4 * RESERVE)
    keeper = market.keeper(raising=Raising(lead=1_000))
    market.tallied(lot, keeper)
    market.until_seconds_left(1_001)
    market.keep(keeper)
    assert not market.leads(lot, dao)
    market.until_seconds_left(1_000)
    market.keep(keeper)
    assert market.leads(lot, dao)


def test_a_bid_at_once_if_that_is_wanted(market: HouseMarket) -> None:
    lot = market.register()
    dao = market.group(lot, 4 * RESERVE)
    keeper = market.keeper(raising=Raising(early=True))
    market.tallied(lot, keeper)
    assert market.leads(lot, dao)
    assert market.end() - market.chain.now() > 80_000


def test_who_leads_does_not_bid(market: HouseMarket) -> None:
    """Looking costs no gas, however often."""
    lot = market.register()
    market.group(lot, 4 * RESERVE)
    keeper = market.keeper()
    market.tallied(lot, keeper)
    market.until_seconds_left(TERMS.buffer)
    market.keep(keeper)
    market.actions.clear()
    market.work(keeper, TERMS.buffer - 20)
    assert not market.actions
    assert keeper.seconds_to_next is not None
    assert keeper.seconds_to_next <= LEAD // 10
    assert market.rival(5 * TERMS.reserve)
    assert keeper.step() == 1, "however often nothing came of looking"


def test_no_bid_that_a_dao_cannot_pay(market: HouseMarket) -> None:
    """It takes more than it is willing to pay, so its members have everything back as soon as that is known."""
    market.house.set_reserve(10 * TERMS.reserve)
    lot = market.register()
    dao = market.group(lot, 4 * RESERVE, 5 * RESERVE)
    keeper = market.keeper()
    market.tallied(lot, keeper)
    market.keep(keeper)
    assert market.chain.now() < market.end() - 80_000
    assert market.is_paid(lot)
    assert market.chain.balance(dao) == 0
    assert market.count("raise", lot) == 0
    assert not market.skipped


# AGAINST RIVALS


def model_price(limit: int, rival: int) -> tuple[bool, int]:
    """Whether a group wins that bids first and is answered by a rival to the last, and at what price, by the house's rules alone:
    each bid is 5 % above the last, ours in whole units. Amounts in wei.
    """
    amount, ours = TERMS.reserve, True
    while True:
        step = max(TERMS.reserve, amount + amount * TERMS.increment // 100)
        step = step if ours else -(-step // WEI_PER_UNIT) * WEI_PER_UNIT
        if step > (rival if ours else limit):
            return ours, amount
        amount, ours = step, not ours


@pytest.mark.parametrize("rival", [1, 3, 5.93, 6, 20])
def test_a_war_of_extensions_ends_at_the_price_of_the_model(
    market: HouseMarket, rival: float
) -> None:
    """Each rival bid in the last second is answered, until one of both is at its limit."""
    lot = market.register()
    bids = [3 * RESERVE, 2 * RESERVE, 2 * RESERVE]
    dao, limit = market.group(lot, *bids), 6 * TERMS.reserve
    keeper = market.keeper()
    market.tallied(lot, keeper)
    market.until_seconds_left(TERMS.buffer)
    market.keep(keeper)
    top, answers = int(rival * TERMS.reserve), 0
    while True:
        market.until_seconds_left(1)
        if not market.rival(top):
            break
        answers += 1
        market.keep(keeper)
        if not market.leads(lot, dao):
            break
    wins, price = model_price(limit, top)
    assert market.leads(lot, dao) == wins
    assert market.house.auction().amount == price
    assert market.count("raise", lot) == 1 + answers - (not wins), "one bid for each answer"
    market.chain.advance_to(market.end())
    market.keep(keeper)
    phase, leader, paid = market.standing(lot)
    assert market.is_paid(lot)
    assert not market.skipped
    if wins:
        assert (phase, leader, paid * WEI_PER_UNIT) == (Phase.SETTLED, dao, price)
        assert market.house.owner_of(1) == market.estate(lot, dao)
        assert market.ledger().book(dao, lot).served == max(
            n for n in (1, 2, 3) if n * sorted(bids)[-n] >= paid
        )
    else:
        assert phase == Phase.VOID
        assert all(box.received == box.deposit for box in market.boxes(lot))
    assert market.chain.balance(dao) == 0


def test_a_rival_in_the_last_block_is_answered_in_the_next_step(market: HouseMarket) -> None:
    lot = market.register()
    dao = market.group(lot, 9 * RESERVE)
    keeper = market.keeper()
    market.tallied(lot, keeper)
    market.until_seconds_left(TERMS.buffer)
    market.keep(keeper)
    market.until_seconds_left(1)
    assert market.rival(5 * TERMS.reserve)
    assert market.end() - market.chain.now() <= TERMS.buffer
    assert keeper.step() == 1
    assert market.leads(lot, dao)


def test_a_bid_at_the_very_end_is_not_taken_for_the_end(market: HouseMarket) -> None:
    """The keeper saw an end that a rival has moved meanwhile: when it comes, it looks at once, whatever else is due."""
    lot = market.register()
    dao = market.group(lot, 9 * RESERVE)
    keeper = market.keeper()
    market.tallied(lot, keeper)
    market.until_seconds_left(TERMS.buffer)
    market.keep(keeper)
    old = market.end()
    market.until_seconds_left(2)
    market.keep(keeper)
    market.until_seconds_left(1)
    assert market.rival(5 * TERMS.reserve)
    market.chain.advance_to(old + 5)
    assert keeper.step() == 1
    assert market.leads(lot, dao)


def test_an_end_that_was_only_told_is_as_urgent_as_a_bid(market: HouseMarket) -> None:
    """As long as nobody has looked after it: a rival may have moved it, and other lots must not come first."""
    lot = market.register()
    market.group(lot, 9 * RESERVE)
    market.tallied(lot, market.keeper())
    sights, start = Sights(), market.chain.now()
    ledger = market.ledger()
    agenda = Agenda(ledger, GroupPlan(ledger, lambda book: False, sights))
    for phase, looked, now, need in (
        (Phase.DRAW, 800, 850, Need.WATCH),
        (Phase.DRAW, 899, 900, Need.RAISE),
        (Phase.DRAW, 999, 1_100, Need.RAISE),
        (Phase.DRAW, 1_000, 1_100, Need.SETTLE),
        (Phase.CLOSED, 999, 1_100, Need.SETTLE),
        (Phase.VOID, 999, 1_100, Need.REFUND),
    ):
        sights.take(lot, Sight(phase, start + looked, start + 900, start + 1_000))
        (duty,) = agenda.duties(start + now)
        assert duty.need == need


def test_two_groups_at_one_lot_bid_in_the_order_in_which_they_entered(market: HouseMarket) -> None:
    """As the model has it: the first that does not lead and can, until nobody can."""
    lot = market.register()
    first, second = market.group(lot, 3 * RESERVE, RESERVE), market.group(lot, 2 * RESERVE)
    keeper = market.keeper()
    market.tallied(lot, keeper)
    market.until_seconds_left(TERMS.buffer)
    market.keep(keeper)
    amount, bids, leader = RESERVE, 1, first
    limits = {first: 3 * RESERVE, second: 2 * RESERVE}
    while True:
        step = -(-(amount * WEI_PER_UNIT + amount * WEI_PER_UNIT * 5 // 100) // WEI_PER_UNIT)
        other = second if leader == first else first
        if step > limits[other]:
            break
        amount, bids, leader = step, bids + 1, other
    assert (units(market), market.count("raise", lot)) == (amount, bids)
    assert market.leads(lot, leader)
    market.chain.advance_to(market.end())
    market.keep(keeper)
    assert market.standing(lot)[0] == Phase.SETTLED
    assert market.is_paid(lot)
    assert not market.skipped


# EACH BID ONCE


def test_killed_between_a_bid_and_its_receipt(market: HouseMarket) -> None:
    """The one that is started next sees that the group leads, and sends nothing."""
    lot = market.register()
    dao = market.group(lot, 9 * RESERVE)
    market.tallied(lot, market.keeper())
    market.until_seconds_left(TERMS.buffer)
    with pytest.raises(Killed):
        market.keep(market.keeper(Mortal(market.chain)))
    assert market.leads(lot, dao)
    assert market.keep(market.keeper()) == 0
    assert market.rival(5 * TERMS.reserve)
    with pytest.raises(Killed):
        market.keep(market.keeper(Mortal(market.chain, before=True)))
    assert not market.leads(lot, dao)
    assert market.keep(market.keeper()) == 1, "what was never sent is"
    assert market.leads(lot, dao)


class Stale(Proxy):
    """Answers what it was asked while it was `recording` as it did then, once it is `frozen`, and simulates anything."""

    recording = frozen = False
    repeated = 0

    def __init__(self, chain: Chain) -> None:
        super().__init__(chain)
        self.answers: dict[bytes, bytes] = {}

    def call(self, to: str, data: bytes, sender: str | None = None) -> bytes:
        if self.frozen and data in self.answers:
            self.repeated += 1
            return self.answers[data]
        answer: bytes = self.chain.call(to, data, sender)
        if self.recording:
            self.answers[data] = answer
        return answer

    def estimate(self, transaction: Transaction) -> int:
        return 300_000 if self.frozen else self.chain.estimate(transaction)


def test_a_node_that_lags_behind_a_bid_makes_no_second_one(market: HouseMarket) -> None:
    """The bid was mined, and the node that is asked next shows the state before, and even simulates on it."""
    lot = market.register()
    dao = market.group(lot, 9 * RESERVE)
    stale = Stale(market.chain)
    keeper = market.keeper(stale)
    market.tallied(lot, keeper)
    market.until_seconds_left(TERMS.buffer + 1)
    stale.recording = True
    market.keep(keeper)
    market.until_seconds_left(TERMS.buffer)
    stale.recording = False
    assert market.keep(keeper) == 1
    stale.frozen = True
    for _ in range(5):
        assert keeper.step() == 0
    assert stale.repeated > 5
    stale.frozen = False
    assert market.keep(keeper) == 0
    assert market.leads(lot, dao)
    assert market.rival(5 * TERMS.reserve)
    assert market.keep(keeper) == 1
    assert not market.skipped


def test_a_node_whose_blocks_lag_makes_no_second_bid(market: HouseMarket) -> None:
    lot = market.register()
    market.group(lot, 9 * RESERVE)
    lagging = Lagging(market.chain)
    keeper = market.keeper(lagging)
    market.tallied(lot, keeper)
    market.until_seconds_left(TERMS.buffer)
    lagging.newest = market.chain.block()
    assert keeper.step() == 1
    assert market.rival(5 * TERMS.reserve)
    assert keeper.step() == 0, "it does not see yet that its own bid was mined"
    lagging.newest = None
    assert keeper.step() == 1


def test_another_keeper_is_faster_by_a_moment(market: HouseMarket) -> None:
    """The bid that comes second fails and is not sent again; both go on, and answer the next rival once."""
    lot = market.register()
    dao = market.group(lot, 9 * RESERVE)
    second = market.keeper(account=SECOND_KEEPER)
    first = market.keeper(Rivalled(market.chain, second.step))
    market.tallied(lot, second)
    market.until_seconds_left(TERMS.buffer)
    for _ in range(4):
        first.step()
    assert units(market) == RESERVE, "one bid, by the house's count"
    assert market.count("raise", lot) == 1
    for _ in range(3):
        assert market.rival(5 * TERMS.reserve)
        answer = -(-market.house.least_bid() // WEI_PER_UNIT)
        for keeper in (second, first, second):
            keeper.step()
        assert market.leads(lot, dao)
        assert units(market) == answer
    assert market.count("raise", lot) == 4
    assert not market.skipped


def test_races_that_were_lost_make_nobody_slow(market: HouseMarket) -> None:
    """The one who loses time and again answers in the next step, once it is alone."""
    lot = market.register()
    dao = market.group(lot, 9 * RESERVE)
    second = market.keeper(account=SECOND_KEEPER)
    rivalled = Failing(market.chain, second.step)
    first = market.keeper(rivalled)
    market.tallied(lot, second)
    market.until_seconds_left(TERMS.buffer)
    for _ in range(5):
        first.step()
        assert market.rival(5 * TERMS.reserve)
    assert rivalled.failed == 5
    rivalled.rival = lambda: None
    assert first.step() == 1
    assert market.leads(lot, dao)


class Failing(Rivalled):
    """Counts what came too late, and lets it cost a fee, as elsewhere than in this process."""

    failed = 0

    def send(self, transaction: Transaction) -> Receipt:
        try:
            return super().send(transaction)
        except Reverted as refusal:
            self.failed += 1
            raise Reverted(refusal.message, refusal.data, fee=1) from refusal


def test_two_keepers_side_by_side_bid_no_more_than_one(market: HouseMarket) -> None:
    lot = market.register()
    market.group(lot, 6 * RESERVE)
    keepers = [market.keeper(), market.keeper(account=SECOND_KEEPER)]
    market.tallied(lot, keepers[0])
    market.until_seconds_left(TERMS.buffer)
    answers = 0
    for keeper in keepers * 8:
        keeper.step()
        answers += market.rival(5 * TERMS.reserve)
        for other in keepers:
            other.step()
    assert market.count("raise", lot) == 1 + answers
    assert not market.skipped


def test_a_reorganization_under_a_bid(market: HouseMarket) -> None:
    """Once the chain no longer has it, the bid is made again."""
    lot = market.register()
    dao = market.group(lot, 9 * RESERVE)
    keeper = market.keeper()
    market.tallied(lot, keeper)
    market.until_seconds_left(TERMS.buffer)
    fork = market.snapshot()
    assert market.keep(keeper) == 1
    market.restore(fork)
    assert not market.leads(lot, dao)
    for number in range(2):
        market.send(market.seller, market.item, "Item", "mint", market.seller, 1_000 + number)
    assert market.keep(keeper) == 1
    assert market.leads(lot, dao)
    assert units(market) == RESERVE
    market.chain.advance_to(market.end())
    market.keep(keeper)
    assert market.standing(lot)[0] == Phase.SETTLED


def test_a_group_that_cannot_bid_keeps_no_other_from_it(market: HouseMarket) -> None:
    """Whatever stands in its way: the next in order bids instead, and it is told."""
    lot = market.register()
    first, second = market.group(lot, 9 * RESERVE), market.group(lot, 8 * RESERVE)
    refused = bytes.fromhex(first[2:])
    raising = contract("HouseAdapter").encode("raiseFor", 1, first)[:4]
    chain = Refusing(market.chain, lambda one: one.data[:4] == raising and refused in one.data)
    keeper = market.keeper(chain)
    market.tallied(lot, keeper)
    market.until_seconds_left(TERMS.buffer)
    market.keep(keeper)
    assert market.leads(lot, second)
    assert f"{first} has to bid" in alerts(market)[0]


# FEES AND BUDGET


def test_gas_above_the_limit_is_told_before_a_bid_is_due_and_when_it_is(
    market: HouseMarket,
) -> None:
    """In time to do something about it; the bid is made as soon as gas is cheap again, and nobody else waits for it."""
    lot = market.register()
    dao = market.group(lot, 9 * RESERVE)
    costly = Costly(market.chain)
    keeper = market.keeper(costly)
    market.tallied(lot, keeper)
    costly.price = costly.bound + 1
    market.until_seconds_left(3 * 3_600)
    market.keep(keeper)
    assert not market.skipped
    market.until_seconds_left(TERMS.buffer + 3_600)
    keeper.step()
    (told,) = alerts(market)
    assert f"{dao} has to bid 0.001 ETH before" in told
    assert f"gas takes {costly.price} wei now" in told
    market.until_seconds_left(TERMS.buffer)
    for _ in range(3):
        assert keeper.step() == 0
    assert len(alerts(market)) == 4
    assert keeper.troubles[lot]
    costly.price = costly.bound
    assert market.keep(keeper) == 1
    assert market.leads(lot, dao)
    assert not keeper.troubles.get(lot)


class Mute(Proxy):
    """Answers no question to a contract while it is `silent`."""

    silent = False

    def call(self, to: str, data: bytes, sender: str | None = None) -> bytes:
        if self.silent:
            raise ChainError("the node is silent")
        return self.chain.call(to, data, sender)


def test_a_node_that_is_silent_when_a_bid_is_due_is_an_alert(market: HouseMarket) -> None:
    """Earlier it is a trouble like others."""
    lot = market.register()
    dao = market.group(lot, 9 * RESERVE)
    mute = Mute(market.chain)
    keeper = market.keeper(mute)
    market.tallied(lot, keeper)
    mute.silent = True
    market.until_seconds_left(TERMS.buffer + 100)
    keeper.step()
    assert market.skipped
    assert not alerts(market)
    assert not keeper.is_pressed
    market.until_seconds_left(TERMS.buffer)
    keeper.step()
    assert keeper.is_pressed
    (told,) = alerts(market)
    assert "a bid may be due before" in told
    mute.silent = False
    assert market.keep(keeper) == 1
    assert market.leads(lot, dao)


class Priced(Proxy):
    """Where a unit of gas costs a gwei."""

    def send(self, transaction: Transaction) -> Receipt:
        receipt: Receipt = self.chain.send(transaction)
        return replace(receipt, fee=receipt.gas_used * GWEI)


def test_a_budget_that_does_not_last_for_a_bid_is_told_before(market: HouseMarket) -> None:
    lot = market.register()
    market.group(lot, 9 * RESERVE)
    purse = Purse(300_000 * GWEI)
    keeper = market.keeper(Priced(market.chain), purse=purse)
    market.tallied(lot, keeper)
    assert 0 < purse.spent < 300_000 * GWEI
    market.until_seconds_left(TERMS.buffer + 1_000)
    keeper.step()
    (told,) = alerts(market)
    assert "the budget is used up" in told
    market.until_seconds_left(TERMS.buffer)
    for _ in range(3):
        assert keeper.step() == 0
    assert len(alerts(market)) >= 3
    assert market.house.auction().bidder is None


def test_bids_stay_within_the_allowance_of_a_lot(market: HouseMarket) -> None:
    """Two groups drive each other up at the keeper's cost: it ends, and is told."""
    lot = market.register()
    for _ in range(2):
        market.group(lot, 10**6 * RESERVE)
    allowance = Allowance(raises=1_000_000)
    purse = Purse()
    keeper = market.keeper(purse=purse, allowance=allowance)
    market.tallied(lot, keeper)
    market.until_seconds_left(TERMS.buffer)
    market.keep(keeper)
    most = allowance.of(2, 2, at_house=True)
    assert most - 300_000 < purse.gas_of(lot) <= most
    assert "which is too much" in alerts(market)[0]


def test_the_same_number_at_two_adapters_is_not_the_same_lot() -> None:
    """Pockets of one purse share the budget, and nothing else."""
    purse = Purse(1_000)
    pocket = purse.pocket()
    purse.book(1, 50, 600)
    assert (purse.gas_of(1), pocket.gas_of(1)) == (50, 0)
    assert purse.spent == pocket.spent == 600
    pocket.book(1, 10, 400)
    assert purse.is_empty
    assert pocket.is_empty


# MANY LOTS AND HOUSES


def test_two_lots_at_two_houses(market: HouseMarket, tmp_path: Path) -> None:
    """Each in its own time; the same group of people may be at both."""
    (tmp_path / "other").mkdir()
    rules = NounsTerms(buffer=900, reserve=2 * TERMS.reserve, increment=10, duration=40_000)
    other = HouseMarket(tmp_path / "other", market.chain, bidders=5_000, rules=rules)
    houses = [(one, one.register()) for one in (market, other)]
    daos = [one.group(lot, 20 * RESERVE, 15 * RESERVE) for one, lot in houses]
    purse = Purse()
    keepers = [one.keeper(purse=purse.pocket()) for one, _ in houses]

    def both() -> None:
        for (one, _), keeper in zip(houses, keepers, strict=True):
            one.keep(keeper)

    for one, lot in houses:
        one.until_tally(lot)
        both()
    (_, here), (_, there) = houses
    other.until_seconds_left(900)
    both()
    assert (market.house.auction().bidder, other.leads(there, daos[1])) == (None, True)
    for _ in range(4):
        other.until_seconds_left(3)
        assert other.rival(15 * TERMS.reserve)
        both()
    other.chain.advance_to(other.end())
    both()
    assert other.standing(there)[0] == Phase.SETTLED
    assert market.house.auction().bidder is None
    market.until_seconds_left(300)
    both()
    market.chain.advance_to(market.end())
    both()
    assert market.standing(here)[0] == Phase.SETTLED
    for (one, lot), dao in zip(houses, daos, strict=True):
        assert one.is_paid(lot)
        assert one.house.owner_of(1) == one.estate(lot, dao)
        assert not one.skipped


def test_one_auction_as_two_lots(market: HouseMarket) -> None:
    """Whoever registered it twice: the group of one lot is a rival to that of the other, and only one of them wins."""
    lots = [market.register(), market.register(start=market.chain.now() + 1_000)]
    daos = [market.group(lot, bid * RESERVE) for lot, bid in zip(lots, (3, 2), strict=True)]
    keeper = market.keeper()
    for lot in lots:
        market.tallied(lot, keeper)
    market.until_seconds_left(TERMS.buffer)
    market.keep(keeper)
    assert market.leads(lots[0], daos[0])
    assert units(market) > 19 * RESERVE // 10
    market.chain.advance_to(market.end())
    market.keep(keeper)
    assert [market.standing(lot)[0] for lot in lots] == [Phase.SETTLED, Phase.VOID]
    assert all(map(market.is_paid, lots))
    assert not market.skipped


def test_lots_on_which_nobody_can_bid_cost_no_request(market: HouseMarket) -> None:
    """Anybody can register an auction, and enter DAOs without members, as often as there is gas."""
    keeper = market.keeper()
    lots = [market.register() for _ in range(5)]
    market.new_dao(lots[0])
    market.tallied(lots[-1], keeper)
    watched = Watched(market.chain)
    other = market.keeper(watched)
    for left in (1_000, TERMS.buffer, 5):
        market.until_seconds_left(left)
        other.step()
    assert set(watched.told) == {contract("HouseAdapter").encode("lotCount")}


# HOUSES THAT FAIL


class Hostile(HouseMarket):
    """A market at a house that does as it is told, and sells item 1 for a day."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.hostile = create(self.chain, self.seller, "HostileHouse")
        self.weth = create(self.chain, self.seller, "HostileWrapped")
        self.send(self.seller, self.item, "Item", "mint", self.hostile, 1)
        self.items = 1
        self.closes = self.chain.now() + 86_400
        offer = (self.item, self.weth, 1, self.closes, TERMS.reserve, 5)
        self.at_house("offer", *offer)
        self.auctioneer = self.adapter_on(self.hostile)

    def at_house(self, function: str, *arguments: object, wei: int = 0) -> Receipt:
        """Tells the house what to do, or bids there."""
        return self.send(
            self.rich(RIVAL), self.hostile, "HostileHouse", function, *arguments, wei=wei
        )


@pytest.fixture
def hostile(tmp_path: Path) -> Hostile:
    return Hostile(tmp_path)


ANSWERS = ("honest", "nothing", "refuse", "burn gas", "too few", "too much", "garbage", "strange")
REFUNDS = ("ether", "wrapped", "none", "short")


def test_money_that_comes_back_wrapped_is_brought_home(hostile: Hostile) -> None:
    """While the auction runs on, if the group cannot bid any more: its members need not wait for the end."""
    lot = hostile.register(number=1)
    dao = hostile.group(lot, 3 * RESERVE, RESERVE)
    keeper = hostile.keeper(raising=Raising(early=True))
    hostile.tallied(lot, keeper)
    paddle = hostile.paddle(lot, dao)
    assert hostile.chain.balance(dao) == 3 * TERMS.reserve
    hostile.at_house("behave", ANSWERS.index("honest"), REFUNDS.index("wrapped"))
    hostile.at_house("createBid", 1, wei=9 * TERMS.reserve)
    assert hostile.chain.balance(paddle) == 0
    assert hostile.standing(lot)[0] == Phase.DRAW
    hostile.keep(keeper)
    assert hostile.count("recall", lot) == 1
    assert hostile.standing(lot)[0] == Phase.VOID
    assert hostile.chain.now() < hostile.closes - 80_000
    assert all(box.received == box.deposit for box in hostile.boxes(lot))
    assert not hostile.skipped


@pytest.mark.parametrize("answers", ANSWERS[1:])
def test_a_house_that_says_nothing_holds_up_no_other_lot(hostile: Hostile, answers: str) -> None:
    """Its own lot ends at the latest by its deadline, with all money back; another, at the auctioneer, is kept as ever."""
    lot = hostile.register(number=1)
    dao = hostile.group(lot, 9 * RESERVE)
    keeper = hostile.keeper()
    hostile.tallied(lot, keeper)
    plain = Market(hostile.folder, hostile.chain, bidders=7_000)
    here, group = plain.an_auction()
    keepers = [keeper, plain.keeper()]
    hostile.at_house("behave", ANSWERS.index(answers), REFUNDS.index("ether"))

    def both() -> None:
        for one in keepers:
            hostile.keep(one)

    plain.through(here, both)
    assert plain.ledger().lots[here].winner == group
    assert plain.is_paid(here)
    hostile.chain.advance_to(hostile.closes)
    both()
    assert hostile.standing(lot)[0] == Phase.VOID
    assert hostile.is_paid(lot)
    assert hostile.chain.balance(dao) == 0


def test_a_house_that_is_silent_for_a_while_is_waited_for(market: HouseMarket) -> None:
    """Whoever claimed then would end the lot; the keeper waits until the end that it knew."""
    lot = market.register()
    dao = market.group(lot, 9 * RESERVE)
    keeper = market.keeper()
    market.tallied(lot, keeper)
    market.house.upgrade_to(market.house.owner.create(contract("Actor")))
    assert market.standing(lot)[0] == Phase.VOID
    market.keep(keeper)
    assert not market.is_paid(lot)
    market.house.upgrade_to(market.house.owner.create(nouns("NounsAuctionHouse")))
    market.until_seconds_left(TERMS.buffer)
    market.keep(keeper)
    assert market.leads(lot, dao)
    assert not market.skipped


def test_members_who_claim_from_a_silent_house_are_out(market: HouseMarket) -> None:
    """Their group is not asked to bid again; the other one, whose members waited, is."""
    lot = market.register()
    first, second = market.group(lot, 9 * RESERVE), market.group(lot, 8 * RESERVE)
    keeper = market.keeper()
    market.tallied(lot, keeper)
    market.house.upgrade_to(market.house.owner.create(contract("Actor")))
    (member,) = market.ledger().book(first, lot).boxes
    market.send(member, first, "DAO", "claim", lot)
    market.house.upgrade_to(market.house.owner.create(nouns("NounsAuctionHouse")))
    market.until_seconds_left(TERMS.buffer)
    market.keep(keeper)
    assert market.leads(lot, second)
    assert not market.skipped


def test_a_house_that_stays_silent_is_over_at_its_end(market: HouseMarket) -> None:
    lot = market.register()
    market.group(lot, 9 * RESERVE)
    keeper = market.keeper()
    market.tallied(lot, keeper)
    end = market.end()
    market.house.upgrade_to(market.house.owner.create(contract("Actor")))
    market.chain.advance_to(end - 1)
    market.keep(keeper)
    assert not market.is_paid(lot)
    market.chain.advance_to(end)
    market.keep(keeper)
    assert market.is_paid(lot)


def test_a_house_that_is_upgraded_while_a_bid_is_due(market: HouseMarket) -> None:
    """In between it takes none, which is told; then the bid is made at once."""
    lot = market.register()
    dao = market.group(lot, 9 * RESERVE)
    keeper = market.keeper()
    market.tallied(lot, keeper)
    market.house.begin_upgrade()
    market.until_seconds_left(TERMS.buffer)
    for _ in range(3):
        assert keeper.step() == 0
    assert len(alerts(market)) == 3
    market.house.owner.send(market.house.at_migration(), "migrate")
    market.house.upgrade_to(market.house.owner.create(nouns("NounsAuctionHouseV2")))
    assert market.keep(keeper) == 1
    assert market.leads(lot, dao)


def test_a_house_that_ignores_bids_is_told_and_costs_nothing(hostile: Hostile) -> None:
    """Simulation finds that the bid would not lead."""
    lot = hostile.register(number=1)
    hostile.group(lot, 9 * RESERVE)
    keeper = hostile.keeper()
    hostile.tallied(lot, keeper)
    hostile.at_house("trick", True, False, 0)
    hostile.chain.advance_to(hostile.closes - LEAD)
    hostile.actions.clear()
    for _ in range(3):
        assert keeper.step() == 0
    assert "BidIgnored" in alerts(hostile)[0]


def test_a_house_that_keeps_the_money_and_the_item(hostile: Hostile) -> None:
    """Asked to settle less and less often; given up at the deadline, and what comes later is handed on."""
    lot = hostile.register(number=1)
    dao = hostile.group(lot, 4 * RESERVE, 3 * RESERVE)
    keeper = hostile.keeper()
    hostile.tallied(lot, keeper)
    hostile.chain.advance_to(hostile.closes - LEAD)
    hostile.keep(keeper)
    assert hostile.chain.balance(hostile.hostile) == TERMS.reserve
    hostile.at_house(
        "act",
        hostile.item,
        0,
        contract("Item").encode("transferFrom", hostile.hostile, hostile.seller, 1),
    )
    hostile.chain.advance_to(hostile.closes)
    hostile.work(keeper, 7 * 86_400, every=3_600)
    assert 3 <= hostile.count("conclude", lot) <= 18, "11 times on the first day, then once a day"
    assert hostile.standing(lot)[0] == Phase.DRAW
    (deadline,) = (hostile.ask("lotOf", lot)[0][8],)
    hostile.chain.advance_to(deadline)
    hostile.keep(keeper)
    assert hostile.standing(lot) == (Phase.SETTLED, dao, RESERVE)
    assert hostile.is_paid(lot)
    hostile.send(
        hostile.seller,
        hostile.item,
        "Item",
        "transferFrom",
        hostile.seller,
        hostile.paddle(lot, dao),
        1,
    )
    hostile.chain.advance_to(hostile.chain.now() + 3_601)
    hostile.keep(keeper)
    assert hostile.count("deliver", lot) == 1
    assert hostile.view(hostile.item, "Item", "ownerOf", 1) == (hostile.estate(lot, dao),)
    hostile.chain.advance_to(hostile.chain.now() + 86_400)
    assert hostile.keep(keeper) == 0


@pytest.mark.parametrize("combines", [True, False])
def test_what_would_fail_quietly_has_gas_to_spare(market: HouseMarket, combines: bool) -> None:
    """The house's settling, and handing the item on: a simulation may find the gas with which they do nothing."""
    lot = market.register()
    dao = market.group(lot, 9 * RESERVE, 8 * RESERVE)
    watched = Watched(market.chain)
    keeper = market.keeper(watched, combines=combines)
    market.tallied(lot, keeper)
    market.until_seconds_left(TERMS.buffer)
    market.keep(keeper)
    market.chain.advance_to(market.end())
    market.keep(keeper)
    sent = zip(market.actions, watched.sent, strict=True)
    spare = {action.step: (one.gas or 0) - action.gas_used for action, one in sent}
    assert spare["conclude"] > 1_000_000
    assert spare["finish" if combines else "settle"] > 350_000
    assert market.house.owner_of(1) == market.estate(lot, dao)


def test_others_settle_the_house(market: HouseMarket) -> None:
    """Then the keeper does not pay for it."""
    lot = market.register()
    dao = market.group(lot, 9 * RESERVE)
    keeper = market.keeper()
    market.tallied(lot, keeper)
    market.until_seconds_left(TERMS.buffer)
    market.keep(keeper)
    market.chain.advance_to(market.end())
    market.house.settle(market.rich(RIVAL))
    market.keep(keeper)
    assert market.count("conclude", lot) == 0
    assert market.house.owner_of(1) == market.estate(lot, dao)
    assert market.is_paid(lot)
