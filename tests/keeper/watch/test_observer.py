"""A status is what the chain, the purse and the record say; and never more than that."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from offchain.chain.errors import ChainError, Unfunded
from offchain.chain.fees import FeeTooHighError
from offchain.keeper.purse import Overspent, Purse
from offchain.keeper.raising import RaiseMissed
from offchain.keeper.secrets import SecretLost
from offchain.keeper.view import LotView, View
from offchain.keeper.watch.observer import LARGE_GAS, Observer
from offchain.keeper.watch.record import Record
from offchain.keeper.watch.status import MOST_ACTIONS, MOST_LOTS, Status
from offchain.keeper.watch.troubles import KINDS, kind_of
from tests.keeper.chains import Proxy
from tests.keeper.market import KEEPER, Market

PLACE = "0x" + "Aa" * 20


class Silent(Proxy):
    """A node that can say nothing of itself."""

    def block(self) -> int:
        raise ChainError("no answer")


def observer(record: Record, purse: Purse | None = None) -> Observer:
    return Observer("1.0", "https://node", 12.0, record, purse or Purse(), clock=lambda: 50.9)


def test_a_round_of_a_keeper_is_told_as_it_was(market: Market) -> None:
    """Transactions with their gas, the balance, what is due next; and the same again as JSON."""
    lot, dao = market.an_auction()
    record, purse = Record(lambda: 40.0), Purse(10**18)
    keeper = market.keeper(purse=purse, on_action=record.did)
    account = market.account(KEEPER)
    market.until_reveal(lot)
    market.keep(keeper)
    seen = observer(record, purse).round(market.chain, account, [keeper.view], is_good=True)
    assert (seen.state, seen.written, seen.started, seen.rounds.good) == ("keeping", 50, 50, 50)
    assert seen.chain.block == seen.serves[0].block == market.chain.block()
    assert (seen.chain.lag_blocks, seen.chain.lag_seconds) == (0, None)
    assert seen.account.balance_wei == str(market.chain.balance(account))
    assert [(one.step, one.lot, one.contract, one.members) for one in seen.actions] == [
        ("reveal", lot, dao, 3),
        ("reveal", lot, market.auctioneer, 1),
    ]
    spent = seen.spending
    assert (spent.transactions, spent.gas) == (2, sum(one.gas for one in seen.actions))
    assert (spent.spent_wei, spent.left_wei) == (str(purse.spent), str(10**18 - purse.spent))
    ends = market.ends(lot)
    assert [(one.lot, one.phase, one.until, one.due) for one in seen.lots] == [
        (lot, "reveal", ends[1], None)
    ]
    assert seen.next is not None
    assert (seen.next.at, seen.next.due) == (ends[1], None)
    told = seen.to_json()
    assert next(iter(told)) == "schema"
    assert json.loads(json.dumps(told)) == json.loads(json.dumps(asdict(seen)))


def test_a_node_that_fails_leaves_what_it_said_last(market: Market) -> None:
    record = Record()
    watching = observer(record)
    account = market.account(KEEPER)
    view = View(PLACE, "Auctioneer", market.chain.block())
    good = watching.round(market.chain, account, [view], is_good=True)
    bad = watching.round(Silent(market.chain), account, [view], is_good=True)
    unread = watching.round(market.chain, account, [view], is_good=False)
    for one in (bad, unread):
        assert one.chain == good.chain
        assert one.account == good.account
        assert one.rounds.good == good.rounds.good
    assert unread.rounds.number == 3


def test_before_the_first_round_troubles_are_told_all_the_same() -> None:
    record = Record()
    watching = observer(record)
    record.could_not("starting", ChainError("no"), "no node")
    status = watching.could_not_start()
    assert (status.state, status.rounds.number, status.rounds.good) == ("starting", 1, None)
    assert [(one.what, one.why, one.kind) for one in status.troubles] == [
        ("starting", "no node", "node")
    ]


class OfMainnet(Proxy):
    """A chain where money counts, and gas takes 7 wei."""

    chain_id = 1

    def gas_price(self) -> int:
        return 7


@pytest.mark.parametrize("is_given", [False, True])
def test_what_the_account_needs_is_by_the_price_of_gas_now(market: Market, is_given: bool) -> None:
    """Unless somebody gives it money."""
    watching = Observer("1.0", "https://node", 12.0, Record(), Purse(), is_given)
    chain, account = OfMainnet(market.chain), market.account(KEEPER)
    needs = watching.round(chain, account, [], is_good=True).account.needs_wei
    assert needs == (None if is_given else str(7 * LARGE_GAS))
    assert watching.round(market.chain, account, [], is_good=True).account.needs_wei is None


class OfDearGas(OfMainnet):
    """One where gas takes more than it may."""

    def gas_price(self) -> int:
        raise FeeTooHighError("dear")


def test_gas_that_takes_too_much_is_no_node_that_is_lost(market: Market) -> None:
    chain = OfDearGas(market.chain)
    status = observer(Record()).round(chain, market.account(KEEPER), [], is_good=True)
    assert status.rounds.good == 50
    assert status.account.needs_wei is None


def lots(count: int) -> tuple[LotView, ...]:
    ends = (LotView(number, "bidding", until=10_000 - number) for number in range(1, count + 1))
    return (
        *ends,
        LotView(count + 1, "void", due="return"),
        LotView(count + 2, "tally", due="tally", due_by=9),
    )


def test_what_is_due_first_comes_first_and_there_is_an_end_to_it(market: Market) -> None:
    """Due with a deadline, due without, then by the end of the phase; however many strangers list."""
    view = View(PLACE, "Auctioneer", 1, lots=lots(2 * MOST_LOTS))
    status = observer(Record()).round(market.chain, market.account(KEEPER), [view], is_good=True)
    assert (len(status.lots), status.unfinished) == (MOST_LOTS, 2 * MOST_LOTS + 2)
    assert [one.lot for one in status.lots[:4]] == [
        2 * MOST_LOTS + 2,
        2 * MOST_LOTS + 1,
        2 * MOST_LOTS,
        2 * MOST_LOTS - 1,
    ]
    assert status.next is not None
    assert (status.next.at, status.next.due) == (9, "tally")


def test_troubles_have_their_place_and_their_beginning(market: Market) -> None:
    times = iter([10.0, 20.0, 30.0])
    record = Record(lambda: next(times))
    assert record.could_not("settle of lot 3", ChainError("a"), "a")
    record.next_round()
    assert record.could_not("settle of lot 3", ChainError("b"), "b"), "another reason is news"
    assert not record.could_not("settle of lot 3", ChainError("b"), "b")
    view = View(PLACE, "Auctioneer", 1, troubles={3: {"settle of lot 3": ChainError("b")}})
    status = observer(record).round(market.chain, market.account(KEEPER), [view], is_good=True)
    (one,) = status.troubles
    assert (one.why, one.since, one.place, one.lot) == ("b", 10, PLACE, 3)
    record.next_round({"settle of lot 3"})
    assert record.troubles
    record.next_round()
    assert not record.troubles


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (RaiseMissed("x"), "bid"),
        (SecretLost("x"), "secret"),
        (Unfunded("x"), "money"),
        (Overspent("x"), "gas"),
        (FeeTooHighError("x"), "gas"),
        (ChainError("x"), "node"),
    ],
    ids=lambda one: one if isinstance(one, str) else type(one).__name__,
)
def test_troubles_are_told_apart(error: ChainError, kind: str, market: Market) -> None:
    assert kind_of(error) == kind in KINDS
    record = Record()
    record.could_not("it", error, "x")
    status = observer(record).round(market.chain, market.account(KEEPER), [], is_good=True)
    assert status.account.lacks_money == (kind == "money")


def test_the_last_actions_are_kept_and_no_more(market: Market) -> None:
    from offchain.chain.backend import Receipt
    from offchain.keeper.sending import Action

    record = Record()
    for number in range(MOST_ACTIONS + 5):
        record.did(Action("reveal", number, PLACE, 1, Receipt(1, 1, ())))
    assert record.transactions == MOST_ACTIONS + 5
    assert [one.lot for one in record.actions][:2] == [MOST_ACTIONS + 4, MOST_ACTIONS + 3]
    assert len(record.actions) == MOST_ACTIONS


def test_the_page_of_the_docs_has_every_field_of_the_schema() -> None:
    """What a status says is public: docs/keeper.md names each field."""
    page = (Path(__file__).parents[3] / "docs" / "keeper.md").read_text(encoding="utf-8")
    missing = [name for name in Status.__dataclass_fields__ if f"`{name}`" not in page]
    assert missing == []
