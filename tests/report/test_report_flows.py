"""Where the money went: every gwei, or an error."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offchain.report.auction import critical_bid, curve_of
from offchain.report.flows import DoesNotAddUp, Sink, Source, streams, totals
from tests.report.paper_auctions import build, example

BIDS = st.lists(st.integers(1, 30), min_size=1, max_size=6)


def test_deposits_by_whose_they_were() -> None:
    found = streams(example())
    assert [(one.label, one.source, one.bidders) for one in found] == [
        ("Rival", Source.RIVALS, 1),
        ("DAO: 3 served", Source.SERVED, 3),
        ("DAO: 1 not served", Source.UNSERVED, 1),
        ("DAO: 1 not opened", Source.SILENT, 1),
    ]
    # price 1.4 ETH and a gwei, since the rival would win a tie; three shares of it, rounded up
    assert totals(found) == {
        Sink.REFUND: 2 * (14 + 31) * 10**8 - 1_400_000_001 - 10**8,
        Sink.PAID: 1_400_000_001,
        Sink.BOND: 10**8,
    }


def test_rival_daos_have_streams_of_their_own_and_individuals_one() -> None:
    found = streams(build({"a": [3], "b": [4], "Other": [1, 2], "DAO": [9, 9]}))
    assert [one.label for one in found] == [
        "Other: 2 members",
        "2 rival individuals",
        "DAO: 2 served",
    ]


@given(BIDS, BIDS, st.integers(1, 60), st.data())
def test_every_gwei_is_accounted_for(
    rival: list[int], dao: list[int], reserve: int, data: st.DataObject
) -> None:
    silent = data.draw(st.sets(st.integers(1, len(dao))))
    names = [("DAO", "DAO" if len(dao) == 1 else f"m{place}") for place in silent]
    auction = build({"Rival": rival, "DAO": dao}, silent=names, reserve=reserve * 10**8)
    found = streams(auction)
    assert sum(one.total for one in found) == sum(entry.deposit for entry in auction.entries)
    assert sum(one.bidders for one in found) == len(auction.entries)
    total = totals(found)
    assert total[Sink.PAID] == auction.lot.paid == auction.proceeds
    assert total[Sink.BOND] == auction.burnt


@given(BIDS, BIDS, BIDS)
def test_the_curve_says_what_the_mechanism_does(
    first: list[int], dao: list[int], last: list[int]
) -> None:
    auction = build({"First": first, "Last": last, "DAO": dao})
    shape, price = curve_of(auction), critical_bid(auction)
    assert shape.willingness_to_pay == auction.lot.group_bids["DAO"]
    assert shape.products[shape.rank - 1] == shape.willingness_to_pay
    assert (shape.willingness_to_pay >= price) == auction.focus_won
    if auction.focus_won:
        assert (price, shape.served(price)) == (auction.lot.price, len(auction.lot.served))
    else:
        assert shape.served(price) == 0


def test_money_from_nowhere_is_refused() -> None:
    auction = example()
    first = replace(auction.entries[1], refund=auction.entries[1].refund + 1)
    with pytest.raises(DoesNotAddUp, match="m1 of DAO put down 2000000000"):
        streams(replace(auction, entries=(auction.entries[0], first, *auction.entries[2:])))
    with pytest.raises(DoesNotAddUp, match="the seller got 1400000002"):
        streams(replace(auction, proceeds=auction.proceeds + 1))
    with pytest.raises(DoesNotAddUp, match="99999999 was burnt, but bidders lost 100000000"):
        streams(replace(auction, burnt=auction.burnt - 1))
