"""The auction over signal clocks sells as the sealed one does, and consistent bidding is obviously best."""

from collections.abc import Iterator
from itertools import permutations, product

from hypothesis import given, settings

from offchain.model.instances import SignalClockInstance
from offchain.model.instances.signals import UNSOLD, Sale
from offchain.model.mechanisms.signal_discovery import Coins, clock_auction, sealed_auction
from tests.model.signal_cases import clock, clocks


def every_coins(instance: SignalClockInstance) -> Iterator[Coins]:
    """Everything that chance can decide."""
    for kind in range(len(instance.types)):
        for residue, order, pick in product(
            range(instance.signals - 1), permutations(instance.members(kind)), range(2)
        ):
            yield Coins(kind, residue, order, pick)


def test_clocks_by_hand() -> None:
    """Optimal are a at total 0, b at 1, c at 2 and 3; a is drawn, then b."""
    instance = clock(2, (0, [3, 3, 3, 3]), (1, [0, 5, 5, 5]), (1, [0, 0, 7, 9]))
    record = clock_auction(instance, Coins(0, 0, (0, 1, 2), 0))
    assert record.sale == Sale("c", 7)
    assert record.steps == ((0, 1, False), (1, 1, True), (2, 1, True))
    assert record.clocks == (0, 1, 1)
    assert record.most_rejected == 2


def test_a_clock_rises_step_by_step_until_it_is_refused() -> None:
    instance = clock(4, (2, [9] * 10), (3, [0] * 10), (0, [0] * 10))
    record = clock_auction(instance, Coins(0, 0, (0, 1, 2), 0))
    assert record.sale == UNSOLD
    assert record.steps == (
        *((0, signal, signal <= 2) for signal in (1, 2, 3)),
        *((1, signal, True) for signal in (1, 2, 3)),
        (2, 1, False),
    )


def test_a_price_equal_to_the_value_is_accepted() -> None:
    """The level that sets the price needs signal 1, but a's value is the same with signal 0."""
    instance = clock(2, (0, [0, 5, 5]), (1, [9, 5, 5]))
    coins = Coins(0, 0, (1, 0), 0)
    assert clock_auction(instance, coins).sale == sealed_auction(instance, coins) == Sale("a", 5)
    assert clock_auction(instance, coins).clocks == (0, 1)


@settings(max_examples=200)
@given(clocks())
def test_clocks_sell_as_the_sealed_auction_does(instance: SignalClockInstance) -> None:
    for coins in every_coins(instance):
        record = clock_auction(instance, coins)
        assert record.sale == sealed_auction(instance, coins)
        assert record.most_rejected <= 2
        for bidder, reached in enumerate(record.clocks):
            assert reached <= instance.profile[bidder]


def utility(instance: SignalClockInstance, sale: Sale, bidder: int) -> int:
    """The true value less the price if the bidder wins."""
    if sale.winner != instance.bidders[bidder].name:
        return 0
    return instance.worth(bidder, instance.profile) - sale.price


@settings(max_examples=40)
@given(clocks(bidders=3, signals=3))
def test_consistent_bidding_is_an_obvious_ex_post_equilibrium(
    instance: SignalClockInstance,
) -> None:
    """Consistent bidding never loses, and a step of any other kind never gains: whatever others' signals are.

    A bidder can only leave too early or stay too long, so every strategy is to stay while the clock
    is at most some signal. The first step at which it differs is where the promise is made.
    """
    for profile in product(range(instance.signals), repeat=len(instance.bidders)):
        case = instance.with_profile(profile)
        for coins in every_coins(case):
            assert all(
                utility(case, clock_auction(case, coins).sale, bidder) >= 0
                for bidder in range(len(profile))
            )
            for bidder, last in product(range(len(profile)), range(case.signals)):

                def stays(other: int, signal: int, bidder: int = bidder, last: int = last) -> bool:
                    return signal <= (last if other == bidder else profile[other])  # noqa: B023

                record = clock_auction(case, coins, stays)
                asked = [signal for who, signal, _ in record.steps if who == bidder]
                lies = [s for s in asked if (s <= last) != (s <= profile[bidder])]
                if lies:
                    assert utility(case, record.sale, bidder) <= 0


@settings(max_examples=60)
@given(clocks(bidders=3, signals=3))
def test_no_report_pays_whatever_the_coins_and_the_signals(instance: SignalClockInstance) -> None:
    """Universally ex-post incentive compatible and individually rational, in the sealed form."""
    for profile in product(range(instance.signals), repeat=len(instance.bidders)):
        case = instance.with_profile(profile)
        for coins in every_coins(case):
            sale = sealed_auction(case, coins)
            for bidder, report in product(range(len(profile)), range(case.signals)):
                lie = sealed_auction(case.with_signal(bidder, report), coins)
                assert utility(case, lie, bidder) <= utility(case, sale, bidder)
                assert utility(case, sale, bidder) >= 0
