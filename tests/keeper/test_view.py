"""What a keeper shows of its lots is what the chain says of them."""

from pathlib import Path
from typing import Any

import pytest

from offchain.bindings.contracts import contract
from offchain.bindings.enumerations import Phase
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.beacon import BeaconKeeper
from offchain.keeper.frame import Frame
from offchain.keeper.keeper import Keeper
from offchain.keeper.purse import Purse
from offchain.keeper.release import DEPTH
from offchain.keeper.tabled import WINDOW
from offchain.keeper.view import LotView
from tests.keeper.drawn_worlds import HOUR, TAILS, ClockWorld, DrawnWorld, SaleWorld
from tests.keeper.house_market import HouseMarket
from tests.keeper.market import KEEPER, DrawnMarket, Market


def seen(keeper: Keeper, lot: int) -> LotView:
    (found,) = (one for one in keeper.view.lots if one.number == lot)
    return found


def test_each_phase_is_the_chains_with_its_ends_and_what_is_due(market: Market) -> None:
    """Read off logs and the clock alone, from bidding to the last refund."""
    lot, _ = market.an_auction()
    ends = market.ends(lot)
    keeper = market.keeper()
    told = []
    for time in (ends[0] - 10, *ends):
        market.chain.advance_to(time)
        market.chain.advance_to_block(market.chain.block() + DEPTH)
        keeper.look()
        one = seen(keeper, lot)
        told.append((one.phase, one.since, one.until))
        assert one.phase == Phase(market.ask("standing", lot)[0]).name.lower()
        assert (one.groups, one.bids) == (1, 4)
        if one.phase == "reveal":
            market.keep(keeper)
        if one.phase == "tally":
            keeper.step(refunds=False)
            keeper.look()
            early = seen(keeper, lot).phase
            assert early == Phase(market.ask("standing", lot)[0]).name.lower() != "tally"
    assert told[:3] == [
        ("bidding", None, ends[0]),
        ("reveal", ends[0], ends[1]),
        ("tally", ends[1], ends[2]),
    ]
    assert told[3][:2] == ("closed", ends[2])
    keeper.step(refunds=False)
    assert seen(keeper, lot).phase == "settled"
    keeper.step()
    market.keep(keeper)
    assert not keeper.view.lots


def test_a_lot_that_was_settled_early_is_finished_then(market: Market) -> None:
    """Before the time for its tally has passed: nothing lies ahead of it, and nobody waits for it."""
    lot, _ = market.an_auction()
    market.until_reveal(lot)
    keeper = market.keeper()
    market.keep(keeper)
    market.until_tally(lot)
    market.keep(keeper)
    assert market.chain.now() < market.ends(lot)[2]
    assert Phase(market.ask("standing", lot)[0]) is Phase.SETTLED
    assert keeper.look().lots == 0


def test_what_is_due_stays_due_while_it_cannot_be_done(market: Market) -> None:
    """Until when, and why not: with a purse of one wei."""
    lot, _ = market.an_auction()
    market.until_reveal(lot)
    purse = Purse(1)
    purse.book(0, 1, 1)
    keeper = market.keeper(purse=purse)
    keeper.step()
    one = seen(keeper, lot)
    assert (one.due, one.due_by) == ("reveal", market.ends(lot)[1])
    ((what, error),) = keeper.view.troubles[0].items()
    assert what == "what is due"
    assert "the budget is used up" in str(error)


def test_a_lot_that_nobody_bids_for_is_void_at_once(market: Market) -> None:
    lot = market.list_lot(reserve=100)
    market.bid(market.auctioneer, lot, 5)
    keeper = market.keeper()
    market.until_reveal(lot)
    market.keep(keeper)
    market.until_closed(lot)
    keeper.look()
    assert seen(keeper, lot).phase == "void"
    assert Phase(market.ask("standing", lot)[0]) == Phase.VOID


def test_a_drawn_lot_waits_for_its_draw_and_the_draw_for_its_block(tmp_path: Path) -> None:
    market = DrawnMarket(tmp_path, by_beacon=True)
    lot, _ = market.an_auction()
    keeper = market.keeper()
    for wait in (market.until_reveal, market.until_tally, market.until_closed):
        wait(lot)
        market.keep(keeper)
    one = seen(keeper, lot)
    ends = market.ends(lot)
    assert (one.phase, one.since, one.due) == ("draw", ends[2], "draw")
    source = market.deployment.randomness
    assert source is not None
    draws = BeaconKeeper(market.chain, source, market.account(KEEPER), {market.auctioneer})
    assert not draws.view.lots
    draws.step()
    assert draws.view.lots == (LotView(lot, "draw", due=None),)
    abi = contract("BeaconRandomness")
    answer = market.chain.call(source, abi.encode("drawOf", market.auctioneer, lot))
    block = abi.decode("drawOf", answer)[1]
    assert draws.view.block == market.chain.block() < block


def test_at_a_house_the_lot_is_open_until_logs_tell_who_won(tmp_path: Path) -> None:
    market = HouseMarket(tmp_path)
    lot = market.register()
    market.group(lot, 4_000_000)
    keeper = market.keeper()
    market.until_tally(lot)
    market.keep(keeper)
    market.until_closed(lot)
    market.keep(keeper)
    one = seen(keeper, lot)
    assert one.phase == Phase(market.ask("standing", lot)[0]).name.lower() == "draw"
    assert one.due == "watch"


def test_a_sale_is_in_each_phase_that_the_contract_has_it_in() -> None:
    """From bidding to a bundle that waits for its delivery, with the time that ends each."""
    world = SaleWorld()
    lot = world.list_goods(world.mint(2))
    star, bob = world.person(), world.person()
    told = world.seal(lot, star, (bob, 5, 0b01))
    keeper = world.keeper()
    found = [look(world, keeper)]
    world.until_reveal()
    found.append(look(world, keeper))
    world.keep(keeper)
    world.until_draw()
    found.append(look(world, keeper))
    world.keep(keeper)
    world.tell(TAILS)
    world.keep(keeper)
    found.append(look(world, keeper))
    price = told.offers[0][1] * WEI_PER_UNIT
    world.send(bob, "answer", lot, told.words, 0, True, wei=price)
    found.append(look(world, keeper))
    world.keep(keeper)
    sale = world.ledger().lots[lot]
    assert [(one.phase, one.since, one.until) for one in found] == [
        ("bidding", None, world.end),
        ("reveal", world.end, world.end + HOUR),
        ("draw", world.end + HOUR, sale.drawn_by),
        ("answers", None, sale.end_of_answers),
        ("final", None, sale.delivered_by),
    ]
    assert [one.bids for one in found] == [1] * 5
    assert not keeper.view.lots


@pytest.mark.parametrize("revealed", [True, False])
def test_a_sale_of_which_nothing_comes_is_void(revealed: bool) -> None:
    """At once if nobody revealed anything; else when nobody can ask for its coin any more."""
    world = SaleWorld()
    lot = world.list_goods(world.mint(1))
    world.seal(lot, world.person(), wish=1, entrusted=revealed)
    keeper = world.keeper()
    world.until_reveal()
    world.keep(keeper)
    world.until_draw()
    sale = world.ledger().lots[lot]
    if revealed:
        assert look(world, keeper).phase == "draw"
        world.chain.advance_to(sale.drawn_by)
    one = look(world, keeper)
    since = sale.drawn_by if revealed else sale.end_of_reveal
    assert (one.phase, one.since, one.until) == ("void", since, None)


def test_a_clock_is_in_each_phase_that_the_contract_has_it_in() -> None:
    """One with bidders, of whom the second to last leaves, and whose offer nobody takes up; and one that nobody joins."""
    world = ClockWorld()
    lot, empty = world.list_item(types=2), world.list_item()
    keeper = world.keeper()
    people = world.join(lot, [0, 0, 1])
    found = [look(world, keeper, lot), look(world, keeper, empty)]
    world.until_registering()
    found += [look(world, keeper, lot), look(world, keeper, empty)]
    world.register(lot, people)
    world.until_draw()
    found.append(look(world, keeper, lot))
    world.keep(keeper)
    world.tell(0, lot)
    world.keep(keeper)
    found.append(look(world, keeper, lot))
    world.chain.advance_to(world.chain.now() + HOUR)
    found.append(look(world, keeper, lot))
    for _ in range(4):
        world.keep(keeper)
        world.chain.advance_to(world.chain.now() + HOUR)
    assert [one.phase for one in found] == [
        "joining",
        "joining",
        "registering",
        "void",
        "draw",
        "learning",
        "preparing",
    ]
    assert [one.until for one in found[:3]] == [world.end, world.end, world.end + HOUR]
    assert not keeper.view.lots


@pytest.mark.parametrize("is_drawn", [True, False])
def test_a_clock_that_nobody_moves_on_is_void(is_drawn: bool) -> None:
    """Without a word, or without its tables."""
    world = ClockWorld()
    lot = world.list_item(types=2)
    people = world.join(lot, [0, 0, 1])
    world.until_registering()
    world.register(lot, people)
    world.until_draw()
    keeper = world.keeper()
    if is_drawn:
        world.keep(keeper)
        world.tell(0, lot)
        world.keep(keeper)
        world.chain.advance_to(world.chain.now() + HOUR)
    world.chain.advance_to(world.chain.now() + WINDOW - 1)
    assert look(world, keeper).phase == ("preparing" if is_drawn else "draw")
    world.chain.advance_to(world.chain.now() + 1 + HOUR)
    assert look(world, keeper).phase == "void"


def look(world: DrawnWorld, keeper: Frame[Any], lot: int = 1) -> LotView:
    """What a keeper sees of a lot that stands as it says."""
    keeper.look()
    (found,) = (one for one in keeper.view.lots if one.number == lot)
    assert found.phase == world.phase(lot).lower()
    return found
