"""Groups bid at Zora's real auction house, and whatever happens there, every other lot has its money."""

from dataclasses import replace

import pytest

from offchain.bindings.constants import HouseAdapter, HouseLots
from offchain.bindings.contracts import Deployed, contract
from offchain.bindings.enumerations import BookState, Phase
from offchain.chain.backend import Reverted, Transaction
from offchain.chain.revm import Revm
from offchain.houses.zora import BUFFER, DAY, FIELDS
from offchain.io.addresses import NOBODY
from offchain.io.units import WEI_PER_UNIT as UNIT
from tests.houses.house_world import FUNDS, tokens
from tests.houses.zora_world import BIDS, LIMIT, RESERVE, ZoraWorld, leader, won
from tests.puppets import ItemManner, force
from tests.reverts import reverts


def house_that_says(told: dict[str, int]) -> bytes:
    """The creation of a contract that answers 5 to calls without arguments, and these fields of an auction to others."""
    # if CALLDATASIZE is 4, RETURN 5 (at 0x15), else CODECOPY and RETURN what lies behind the code, from 0x20 on
    code = bytes.fromhex("366004146015576101806020600039610180 6000f3 5b60056000526020 6000f3")
    words = [told.get(name, 0).to_bytes(32, "big") for name in FIELDS]
    runtime = code + b"".join(words)
    return bytes.fromhex(f"61{len(runtime):04x}80600c6000396000f3") + runtime


@pytest.fixture
def world() -> ZoraWorld:
    return ZoraWorld(Revm())


def test_a_group_wins_and_shares_what_it_bid(world: ZoraWorld) -> None:
    auction = world.sell()
    lot = world.register(auction)
    group = world.group(lot, *BIDS)
    assert world.phase(lot) is Phase.DRAW
    world.keep("raiseFor", lot, group.address)
    assert leader(auction) == (world.paddle(lot, group), RESERVE)
    assert world.lent(group, lot) == RESERVE
    world.fails("AlreadyLeads", "raiseFor", lot, group.address)
    world.end(auction)
    world.keep("conclude", lot)
    assert world.owner_of(auction) == world.paddle(lot, group)
    assert won(world, lot, group, RESERVE)
    assert world.settle(group, lot) == 5
    assert world.owner_of(auction) == world.estate(group, lot)
    assert world.phase(lot) is Phase.SETTLED
    assert world.claim(group, lot) == [7, 6, 5, 2]
    assert world.chain.balance(world.seller) == RESERVE * UNIT


def test_the_surplus_of_equal_shares_stays_with_the_adapter(world: ZoraWorld) -> None:
    """22 are paid by four with 6 each: 2 too much, which are nobody's."""
    auction = world.sell(reserve=22)
    lot = world.register(auction)
    group = world.group(lot, *BIDS)
    world.keep("raiseFor", lot, group.address)
    world.end(auction)
    world.keep("conclude", lot)
    assert world.settle(group, lot) == 6
    assert world.chain.balance(world.adapter.address) == 2 * UNIT
    assert world.chain.balance(world.seller) == 22 * UNIT


def test_it_stops_at_what_it_is_willing_to_pay(world: ZoraWorld) -> None:
    auction = world.sell()
    lot = world.register(auction)
    group = world.group(lot, *BIDS)
    world.rival(auction, 28)
    world.keep("raiseFor", lot, group.address)
    assert leader(auction) == (world.paddle(lot, group), 30)  # 29.4 in whole units
    world.rival(auction, 32)
    assert world.phase(lot) is Phase.VOID
    world.fails("BeyondLimit", "raiseFor", lot, group.address)
    assert world.claim(group, lot) == [*BIDS]
    world.end(auction)
    auction.settle(world.people.bob)
    assert world.phase(lot) is Phase.VOID


def test_an_outbid_group_bids_again_with_the_money_that_came_back(world: ZoraWorld) -> None:
    auction = world.sell()
    lot = world.register(auction)
    group = world.group(lot, *BIDS)
    for rival, bid in ((None, 20), (21, 23), (25, 27)):
        if rival is not None:
            world.rival(auction, rival)
            assert world.chain.balance(world.paddle(lot, group)) == world.lent(group, lot) * UNIT
        world.keep("raiseFor", lot, group.address)
        assert leader(auction) == (world.paddle(lot, group), bid)
        assert world.lent(group, lot) == bid
        assert world.chain.balance(world.paddle(lot, group)) == 0
    world.end(auction)
    world.keep("conclude", lot)
    assert won(world, lot, group, 27)


def test_outbid_in_the_last_second_it_bids_in_the_time_that_is_added(world: ZoraWorld) -> None:
    auction = world.sell()
    lot = world.register(auction)
    group = world.group(lot, *BIDS)
    world.keep("raiseFor", lot, group.address)
    end = auction.auction().end
    assert end is not None
    world.chain.advance_to(end - 1)
    world.rival(auction, 25)
    assert auction.auction().end == end - 1 + BUFFER
    world.chain.advance_to(end + BUFFER - 2)
    world.keep("raiseFor", lot, group.address)
    assert auction.auction().end == end + 2 * BUFFER - 2
    world.end(auction)
    world.keep("conclude", lot)
    assert won(world, lot, group, 27)


def test_outbid_at_the_end_all_money_is_back_before_the_house_settles(world: ZoraWorld) -> None:
    auction = world.sell()
    lot = world.register(auction)
    group = world.group(lot, *BIDS)
    world.keep("raiseFor", lot, group.address)
    world.rival(auction, 25)
    world.end(auction)
    assert world.phase(lot) is Phase.VOID
    world.keep("recall", lot, group.address)
    assert world.lent(group, lot) == 0
    assert world.claim(group, lot) == [*BIDS]


def test_groups_outbid_each_other_and_the_money_of_one_comes_home_at_once(world: ZoraWorld) -> None:
    auction = world.sell()
    lot = world.register(auction)
    strong, weak = world.new_group(), world.new_group()
    world.join(strong, lot, *BIDS)
    world.join(weak, lot, 9, 9, 9)
    world.tally(lot, strong, weak)
    for group, other, bid in (
        (strong, weak, 20),
        (weak, strong, 21),
        (strong, weak, 23),
        (weak, strong, 25),
    ):
        world.keep("raiseFor", lot, group.address)
        assert leader(auction) == (world.paddle(lot, group), bid)
        assert (world.lent(group, lot), world.lent(other, lot)) == (bid, 0)
    world.keep("raiseFor", lot, strong.address)
    world.fails("BeyondLimit", "raiseFor", lot, weak.address)
    world.end(auction)
    world.keep("conclude", lot)
    assert won(world, lot, strong, 27)
    assert world.claim(weak, lot) == [*(9, 9, 9)]
    assert world.settle(strong, lot) == 7
    assert world.owner_of(auction) == world.estate(strong, lot)


def test_an_auction_that_is_cancelled_before_the_first_bid_is_a_void_lot(world: ZoraWorld) -> None:
    auction = world.sell()
    lot = world.register(auction)
    group = world.group(lot, *BIDS)
    auction.cancel(world.seller)
    assert world.phase(lot) is Phase.VOID
    world.fails("WrongPhase", "raiseFor", lot, group.address)
    assert world.claim(group, lot) == [*BIDS]
    assert world.owner_of(auction) == world.seller


def test_a_reserve_beyond_what_anybody_bids_makes_the_lot_void(world: ZoraWorld) -> None:
    """As soon as one member is paid, for good: the reserve may come down again, the bids do not."""
    auction = world.sell()
    lot = world.register(auction)
    group = world.group(lot, *BIDS)
    auction.set_reserve(world.seller, (LIMIT + 1) * UNIT)
    assert world.phase(lot) is Phase.VOID
    member = world.members[0]
    group.held[lot][member] = 0
    world.keeper.send(group.at, "claimBatch", lot, [member])
    assert world.chain.balance(member) == FUNDS
    auction.set_reserve(world.seller, UNIT)
    world.fails("WrongPhase", "raiseFor", lot, group.address)


def test_a_house_that_cannot_deliver_refunds_and_the_lot_is_void(world: ZoraWorld) -> None:
    auction = world.sell()
    lot = world.register(auction)
    group = world.group(lot, *BIDS)
    world.keep("raiseFor", lot, group.address)
    world.behave(ItemManner.NO_CONTRACTS)
    world.end(auction)
    assert world.phase(lot) is Phase.DRAW  # the house has yet to say
    world.keep("conclude", lot)
    assert auction.auction().settled
    assert world.owner_of(auction) == world.seller
    assert world.phase(lot) is Phase.VOID
    assert world.claim(group, lot) == [*BIDS]


def test_an_item_that_never_comes_is_given_up_at_the_deadline(world: ZoraWorld) -> None:
    """Those who would be served have paid, and the item is theirs when it comes; everybody else gets everything back."""
    auction = world.sell()
    lot = world.register(auction)
    group = world.group(lot, *BIDS, 3)
    world.keep("raiseFor", lot, group.address)
    world.behave(ItemManner.REFUSE)
    world.end(auction)
    world.keep("conclude", lot)
    world.chain.advance_to(world.deadline(lot) - 1)
    assert world.phase(lot) is Phase.DRAW
    world.chain.advance_to(world.deadline(lot))
    assert won(world, lot, group, RESERVE)
    assert world.settle(group, lot) == 5
    assert world.claim(group, lot) == [7, 6, 5, 2, 3]
    world.fails("NothingToDeliver", "deliver", lot)
    world.behave(ItemManner.HONEST)
    world.keep("conclude", lot)
    world.keep("deliver", lot)
    assert world.owner_of(auction) == world.estate(group, lot)


def test_a_price_that_comes_back_after_the_deadline_is_the_estates(world: ZoraWorld) -> None:
    auction = world.sell()
    lot = world.register(auction)
    group = world.group(lot, *BIDS)
    world.keep("raiseFor", lot, group.address)
    world.behave(ItemManner.REFUSE)
    world.chain.advance_to(world.deadline(lot))
    world.settle(group, lot)
    world.behave(ItemManner.NO_CONTRACTS)
    world.keep("conclude", lot)
    world.keep("deliver", lot)
    assert world.floor.ask(world.adapter, "proceeds", world.estate(group, lot)) == RESERVE * UNIT
    world.keeper.send(group.at, "deployEstate", lot)
    estate = Deployed(contract("Estate"), world.estate(group, lot))
    before = [world.chain.balance(member) for member in group.held[lot]]
    world.keeper.send(estate, "claimBatch", list(group.held[lot]))
    after = [world.chain.balance(member) for member in group.held[lot]]
    assert [new - old for old, new in zip(before, after, strict=True)] == [5 * UNIT] * 4


@pytest.mark.parametrize("gas", range(100_000, 400_000, 20_000))
def test_no_caller_can_have_it_refunded_in_weth(world: ZoraWorld, gas: int) -> None:
    """The house sends ether with all gas but a 64th, which would not do to wrap it: a bid fails, or the paddle has ether."""
    auction = world.sell()
    lot = world.register(auction)
    group = world.group(lot, *BIDS)
    world.keep("raiseFor", lot, group.address)
    bid = auction.bidding(world.people.bob, 25 * UNIT)
    paddle = world.paddle(lot, group)
    try:
        world.chain.send(Transaction(bid.sender, bid.to, bid.data, bid.value, gas))
        assert world.chain.balance(paddle) == RESERVE * UNIT
    except Reverted:
        assert leader(auction) == (paddle, RESERVE)
    assert tokens(world.chain, world.house.weth, paddle) == 0


def test_several_lots_at_once_know_nothing_of_each_other(world: ZoraWorld) -> None:
    """One group wins one, loses one, and the third is cancelled; what one lot owes is never out on another."""
    auctions = [world.sell(reserve) for reserve in (20, 10, 5)]
    lots = [world.register(auction) for auction in auctions]
    group = world.new_group()
    bids = (BIDS, (9, 8, 2), (4, 4))
    for lot, row in zip(lots, bids, strict=True):
        world.join(group, lot, *row)
    for lot in lots:
        world.tally(lot, group)
    auctions[2].cancel(world.seller)
    for lot in lots[:2]:
        world.keep("raiseFor", lot, group.address)
    assert [world.lent(group, lot) for lot in lots] == [20, 10, 0]
    assert len({world.paddle(lot, group) for lot in lots}) == 3
    assert world.claim(group, lots[2]) == [*bids[2]]
    world.rival(auctions[1], 17)
    assert world.claim(group, lots[1]) == [*bids[1]]
    world.end(auctions[0])
    world.keep("conclude", lots[0])
    assert world.settle(group, lots[0]) == 5
    assert world.claim(group, lots[0]) == [7, 6, 5, 2]
    assert world.chain.balance(group.address) == 0


def test_one_auction_can_be_several_lots(world: ZoraWorld) -> None:
    """Groups that want other times register it again; they bid against each other there."""
    auction = world.sell()
    one, two = world.register(auction), world.register(auction)
    first, second = world.new_group(), world.new_group()
    world.join(first, one, *BIDS)
    world.join(second, two, *BIDS)
    world.tally(one, first)
    world.tally(two, second)
    world.keep("raiseFor", one, first.address)
    world.keep("raiseFor", two, second.address)
    assert leader(auction) == (world.paddle(two, second), 21)
    assert world.chain.balance(world.paddle(one, first)) == 20 * UNIT
    world.keep("raiseFor", one, first.address)
    assert leader(auction) == (world.paddle(one, first), 23)
    assert (world.lent(first, one), world.lent(second, two)) == (23, 21)
    world.keep("recall", two, second.address)
    assert world.lent(second, two) == 0


def test_only_auctions_in_ether_of_other_tokens_than_zoras_can_be_lots(world: ZoraWorld) -> None:
    world.keeper.send(world.house.media, "mint", world.people.owner, 1)
    media = world.house.list_item(world.people.owner, world.house.media, 1, UNIT)
    curated = world.sell(curator=world.people.cid)
    in_token = world.sell(currency=world.house.weth.address)
    gone = world.sell()
    gone.cancel(world.seller)
    for auction in (media, curated, in_token, gone):
        with reverts("NotOffered"):
            world.register(auction)
    with reverts("NotOffered"):
        world.floor.register(99)
    curated.approve(world.people.cid)
    assert world.register(curated) == 1


def test_a_lot_whose_curator_no_longer_approves_is_void(world: ZoraWorld) -> None:
    auction = world.sell(curator=world.people.cid)
    auction.approve(world.people.cid)
    lot = world.register(auction)
    group = world.group(lot, *BIDS)
    auction.approve(world.people.cid, False)
    assert world.phase(lot) is Phase.VOID
    assert world.claim(group, lot) == [*BIDS]


def test_the_tally_ends_before_the_auction_does_even_if_the_first_bid_comes_now(
    world: ZoraWorld,
) -> None:
    phases = 3 * 600
    fits = world.sell(duration=phases + HouseLots.MARGIN)
    world.register(fits)
    short = world.sell(duration=phases + HouseLots.MARGIN - 1)
    with reverts("TallyTooLate"):
        world.register(short)


def test_no_seller_locks_bids_in_for_years(world: ZoraWorld) -> None:
    """Bids are locked from the end of bidding to the deadline, which is as far from the tally as twice the patience at most."""
    phases = 3 * 600
    long = world.sell(duration=phases + HouseLots.PATIENCE)
    lot = world.register(long)
    assert world.deadline(lot) == world.floor.ends(lot)[2] + 2 * HouseLots.PATIENCE
    longer = world.sell(duration=phases + HouseLots.PATIENCE + 1)
    with reverts("TallyTooEarly"):
        world.register(longer)
    forever = world.sell(duration=2**255)
    with reverts("NotOffered"):
        world.register(forever)


@pytest.mark.parametrize(
    ("field", "value", "offered"),
    [
        ("duration", DAY, True),
        ("duration", 2**256 - 1, False),
        ("amount", 2**256 - 1, False),
        ("firstBidTime", 2**256 - 1, False),
        ("approved", 0, False),
    ],
)
def test_numbers_that_cannot_be_added_are_no_auction(
    world: ZoraWorld, field: str, value: int, offered: bool
) -> None:
    """A reading that failed, at a house that changes its mind, would lock in all that is claimed by it."""
    told = {"approved": 1, "duration": DAY, "tokenContract": 9} | {field: value}
    maker = world.keeper
    house = world.chain.send(Transaction(maker.address, None, house_that_says(told))).contract
    terms = (world.floor.factory.address, bytes(32), world.floor.market.address, house)
    floor = replace(world.floor, adapter=maker.create(contract("ZoraAdapter"), *terms))
    if offered:
        assert floor.register(1) == 1
    else:
        with reverts("NotOffered"):
            floor.register(1)


def test_a_clock_that_starts_late_moves_the_end_but_not_the_deadline(world: ZoraWorld) -> None:
    """A group bids as long as the auction ends soon enough for the lot to be settled."""
    auction = world.sell()
    lot = world.register(auction)
    last = world.deadline(lot) - HouseAdapter.SETTLING - DAY
    assert last == world.chain.now() + HouseLots.PATIENCE - HouseAdapter.SETTLING
    group = world.group(lot, *BIDS)
    world.chain.advance_to(last + 1)
    world.fails("TooLate", "raiseFor", lot, group.address)
    world.chain.advance_to(world.deadline(lot))
    assert world.phase(lot) is Phase.VOID
    assert world.claim(group, lot) == [*BIDS]


def test_the_first_bid_of_a_group_starts_the_clock(world: ZoraWorld) -> None:
    auction = world.sell()
    lot = world.register(auction)
    group = world.group(lot, *BIDS)
    world.chain.advance_to(world.chain.now() + 20 * DAY)
    assert world.phase(lot) is Phase.DRAW
    world.keep("raiseFor", lot, group.address)
    assert auction.auction().end == world.chain.now() + DAY


@pytest.mark.parametrize("gift", [0, 23 * UNIT], ids=["alone", "with a gift of the bid"])
def test_a_rival_who_reenters_from_its_refund_changes_nothing(world: ZoraWorld, gift: int) -> None:
    """The house refunds it with all gas while a group's money is neither here nor there, or seems to be here."""
    auction = world.sell()
    lot = world.register(auction)
    group, other = world.new_group(), world.new_group()
    for one in (group, other):
        world.join(one, lot, *BIDS)
    world.tally(lot, group, other)
    if gift:
        force(world.chain, world.people.bob, world.paddle(lot, group), gift)
    rival = world.keeper.create(contract("Actor"))
    world.keeper.send(rival, "behave", 6)
    auction.bid(world.people.cid, 21 * UNIT, by=rival.address)
    held = list(group.held[lot])
    attempts = {
        "recall": world.adapter.call(rival.address, "recall", lot, group.address),
        "raiseFor": world.adapter.call(rival.address, "raiseFor", lot, group.address),
        "settle": group.at.call(rival.address, "settle", lot, 0, 0, b""),
        "claim": group.at.call(rival.address, "claimBatch", lot, held),  # passes everybody over
        "claim of another": other.at.call(rival.address, "claimBatch", lot, held),
    }
    assert isinstance(world.chain, Revm)
    mark = world.chain.snapshot()
    for name, attempt in attempts.items():
        world.keeper.send(rival, "prepare", attempt.to, attempt.data)
        receipt = world.keep("raiseFor", lot, group.address)
        (tried,) = (one for one in rival.events([receipt]) if one.name == "Reentered")
        assert tried.args["success"] is name.startswith("claim")
        assert world.floor.ask(other.at, "bookOf", lot)[6] == BookState.RUNNING
        assert leader(auction) == (world.paddle(lot, group), 23)
        assert world.phase(lot) is Phase.DRAW
        world.chain.restore(mark)


def test_a_token_that_lies_about_its_owner_takes_nothing_of_another_lot(world: ZoraWorld) -> None:
    """Its own bidders pay as soon as it says that the paddle has the item; what the house refunds then is theirs again."""
    lying, honest = world.sell(), world.sell()
    lots = [world.register(lying), world.register(honest)]
    group = world.new_group()
    for lot in lots:
        world.join(group, lot, *BIDS)
    for lot in lots:
        world.tally(lot, group)
        world.keep("raiseFor", lot, group.address)
    paddle = world.paddle(lots[0], group)
    world.keeper.send(
        world.item, "pretend", paddle
    )  # of every item, and so of the other lot's house, too
    assert won(world, lots[0], group, RESERVE)
    assert world.phase(lots[1]) is Phase.DRAW
    assert world.settle(group, lots[0]) == 5
    world.fails("NothingToDeliver", "deliver", lots[0])
    world.rival(lying, 25)
    world.keeper.send(world.item, "pretend", NOBODY)
    world.keep("deliver", lots[0])
    estate = world.estate(group, lots[0])
    assert world.floor.ask(world.adapter, "proceeds", estate) == RESERVE * UNIT
    world.end(honest)
    world.keep("conclude", lots[1])
    assert world.settle(group, lots[1]) == 5
    assert [world.claim(group, lot) for lot in lots] == [[7, 6, 5, 2]] * 2


@pytest.mark.parametrize("step", ["recall", "raiseFor", "conclude", "deliver", "settle"])
def test_a_token_that_reenters_while_the_house_delivers_changes_nothing(
    world: ZoraWorld, step: str
) -> None:
    auction = world.sell()
    lot = world.register(auction)
    group = world.group(lot, *BIDS)
    world.keep("raiseFor", lot, group.address)
    world.end(auction)
    row = b"".join(bid.to_bytes(8, "big") for bid in sorted(BIDS))
    to = group.at if step == "settle" else world.adapter
    arguments = {"settle": (lot, 0, 0, row), "conclude": (lot,), "deliver": (lot,)}
    call = to.call(NOBODY, step, *arguments.get(step, (lot, group.address)))
    world.keeper.send(world.item, "prepare", to.address, call.data)
    world.behave(ItemManner.REENTER)
    settled = auction.settle(world.people.bob)
    (tried,) = (one for one in world.item.events([settled]) if one.name == "Reentered")
    assert tried.args["success"] is (step == "conclude")  # which asks the house, and never fails
    world.behave(ItemManner.HONEST)
    assert won(world, lot, group, RESERVE)
    assert world.settle(group, lot) == 5
    assert world.owner_of(auction) == world.estate(group, lot)
