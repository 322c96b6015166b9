"""Bids: a receipt before anything leaves, one secret however often the command runs, and each refusal in a sentence."""

from collections.abc import Callable

import pytest

from offchain.bindings.seals import Opening, commitment, new_salt
from offchain.chain.backend import Receipt, Transaction
from offchain.chain.errors import ChainError, Unfunded
from offchain.keeper.openings import OpeningsError
from offchain.taking_part.bidding import Wish, raise_by, seal, withdraw
from offchain.taking_part.opening import reveal
from offchain.taking_part.selling import Terms, list_item
from offchain.taking_part.venues import venue
from tests.keeper.market import Market
from tests.taking_part.crowd import Crowd, elsewhere, refusal


def test_a_locked_bid_needs_nobody_to_come_back(crowd: Crowd) -> None:
    """The keeper that opens it was told nothing, and the money comes home by itself."""
    market = crowd.market
    lot = market.list_lot()
    dao = market.new_dao(lot)
    ann = crowd.bid(dao, Wish(lot, 60, 100))
    bob = crowd.bid(dao, Wish(lot, 40))
    cid = crowd.bid(None, Wish(lot, 50, 70))
    market.through(lot)
    assert market.view(dao, "DAO", "hasAccess", lot, ann) == (True,)
    assert market.view(dao, "DAO", "hasAccess", lot, bob) == (True,)
    assert crowd.money(lot, ann).pays == "0.000000026 ETH: served"
    assert crowd.money(lot, ann).back == "0.000000074 ETH"
    assert f"sent to {ann}, in block " in crowd.money(lot, ann).now
    assert crowd.money(lot, cid).pays == "0 ETH: not served"
    assert crowd.money(lot, cid).back == "0.00000007 ETH"


def test_the_receipt_is_on_the_disk_before_anything_leaves(crowd: Crowd) -> None:
    lot = crowd.market.list_lot()
    dao = crowd.market.new_dao(lot)
    place = crowd.at(dao)
    step = seal(place, Wish(lot, 60), crowd.receipts())
    assert step is not None
    chain, before = crowd.market.chain, crowd.market.chain.block()
    seen = []

    def keep(opening: object) -> None:
        seen.append(chain.block())
        crowd.keep(opening)  # type: ignore[arg-type]

    step.take(chain, keep)
    assert seen == [before]
    assert crowd.file.stat().st_mode & 0o077 == 0
    (kept,) = crowd.receipts().of(dao, lot, place.person.address)
    assert place.bid_of(lot).commitment == commitment(chain.chain_id, kept)


def test_what_cannot_be_kept_is_not_sent(crowd: Crowd) -> None:
    lot = crowd.market.list_lot()
    place = crowd.at(crowd.market.new_dao(lot))
    step = seal(place, Wish(lot, 60), crowd.receipts())
    assert step is not None
    crowd.file.mkdir()
    with pytest.raises(OpeningsError):
        step.take(crowd.market.chain, crowd.keep)
    assert not place.bid_of(lot).is_there


def test_between_receipt_and_transaction(crowd: Crowd) -> None:
    """Killed there and run again, the command seals the same secret; and once it is sealed, nothing more."""
    lot = crowd.market.list_lot()
    place = crowd.at(crowd.market.new_dao(lot))
    wish = Wish(lot, 60, 100)

    class Killed(Exception):
        """The process ends."""

    def kept_and_killed(opening: object) -> None:
        crowd.keep(opening)  # type: ignore[arg-type]
        raise Killed

    first = seal(place, wish, crowd.receipts())
    assert first is not None
    with pytest.raises(Killed):
        first.take(crowd.market.chain, kept_and_killed)
    again = seal(place, wish, crowd.receipts())
    assert again is not None
    assert again.receipt == first.receipt
    crowd.take(place.person, again)
    assert len(crowd.file.read_text().splitlines()) == 1
    assert seal(place, wish, crowd.receipts()) is None
    # Without the lock, or with more under it, it is another transaction with the same secret.
    more = seal(place, Wish(lot, 60, 120), crowd.receipts())
    assert more is not None
    assert more.receipt == first.receipt
    assert more.calls[0].value == 20 * 10**9


def test_another_bid_is_another_secret(crowd: Crowd) -> None:
    """And one that was kept for a bid without a lock does not go under one."""
    lot = crowd.market.list_lot()
    place = crowd.at(crowd.market.new_dao(lot))
    plain = seal(place, Wish(lot, 60, locked=False), crowd.receipts())
    crowd.take(place.person, plain)
    for other in (Wish(lot, 61, locked=False), Wish(lot, 60)):
        step = seal(place, other, crowd.receipts())
        assert step is not None
        assert plain is not None
        assert step.receipt != plain.receipt
        assert "takes the place of your bid" in " ".join(step.says)


def test_what_is_said_before(crowd: Crowd) -> None:
    """Amounts, the bond, when the lock opens; and that a deposit which is the bid gives it away."""
    lot = crowd.market.list_lot()
    place = crowd.at(crowd.market.new_dao(lot))
    step = seal(place, Wish(lot, 60_000_000, 200_000_000), crowd.receipts())
    assert step is not None
    told = " ".join((step.does, *step.says, *step.risks))
    for piece in (
        "0.06 ETH",
        "0.2 ETH are sent",
        "0.02 ETH (10 % of the deposit) is burnt",
        "public at",
    ):
        assert piece in told
    assert "gives away" not in told
    bare = seal(place, Wish(lot, 60_000_000, locked=False), crowd.receipts())
    assert bare is not None
    assert "gives away" in " ".join(bare.risks)
    assert "consort reveal" in " ".join(bare.risks)
    assert "public at" not in " ".join(bare.risks)


def test_bids_that_are_refused(crowd: Crowd) -> None:
    market = crowd.market
    lot = market.list_lot()
    dao, open_dao = market.new_dao(lot, minimum=50), market.new_dao(lot, is_open=True)
    late = market.list_lot()
    place, receipts = crowd.at(dao), crowd.receipts()

    def told(wish: Wish, where: str | None = dao) -> str:
        return refusal(seal, crowd.at(where, place.person.address), wish, receipts)

    assert "below the minimum of 0.00000005 ETH" in told(Wish(lot, 49))
    assert "does not cover a bid" in told(Wish(lot, 60, 59))
    assert f"consort raise {open_dao} {lot}" in told(Wish(lot, 60), open_dao)
    assert f"consort enter {dao} {late}" in told(Wish(late, 60))
    assert f"there is no lot {late + 1}" in told(Wish(late + 1, 60))
    assert f"there is no lot {late + 1}" in told(Wish(late + 1, 60), None)
    crowd.bid(dao, Wish(lot, 60, 100), place.person.address)
    assert "cannot become" in told(Wish(lot, 60, 99))
    assert "nothing to roll from lot" in told(Wish(lot, 60, origin=lot))
    market.until_reveal(lot)
    assert f"bidding on lot {lot} ended at" in told(Wish(lot, 60))
    assert not receipts.of(dao, lot, place.person.address)


def test_places_where_nobody_should_send_money(crowd: Crowd) -> None:
    """A stranger's contract, an account, a DAO of another auctioneer, one that the factory did not make."""
    market = crowd.market
    lot = market.list_lot()
    other = Market(market.folder, chain=market.chain)
    foreign = other.new_dao()
    person = crowd.person()
    for where in (person.address, market.item, foreign, market.deployment.factory):
        assert "is no DAO of this deployment's factory" in refusal(venue, person, where)
    there = elsewhere(person, factory=other.deployment.factory)
    assert f"bids at {other.auctioneer}" in refusal(venue, there, foreign)
    nowhere = elsewhere(person, auctioneer=person.address)
    assert "does not answer as" in refusal(lambda: venue(nowhere, None).book(lot))


def test_a_beacon_that_is_not_the_auctioneers(crowd: Crowd) -> None:
    """A lock for it would never open; without a beacon there are no locks."""
    from offchain.locks.beacon import QUICKNET

    lot = crowd.market.list_lot()
    dao, person = crowd.market.new_dao(lot), crowd.person()
    for beacon, why in ((QUICKNET, "is not the auctioneer's"), (None, "there is no beacon")):
        place = venue(elsewhere(person, beacon=beacon), dao)
        assert why in refusal(seal, place, Wish(lot, 60), crowd.receipts())
        assert seal(place, Wish(lot, 60, locked=False), crowd.receipts()) is not None


def test_who_lacks_money_is_told_the_sum(crowd: Crowd) -> None:
    lot = crowd.market.list_lot()
    place = crowd.at(crowd.market.new_dao(lot))
    owned = crowd.market.chain.balance(place.person.address)
    step = seal(place, Wish(lot, owned // 10**9 + 5), crowd.receipts())
    assert step is not None
    with pytest.raises(
        Unfunded, match=f"account {place.person.address} has .* send it 0.00000000[56] ETH"
    ):
        step.rehearse(crowd.market.chain)


@pytest.mark.parametrize(("bid", "warned"), [(49, True), (50, False)])
def test_an_individual_is_told_of_a_reserve_above_the_bid(
    crowd: Crowd, bid: int, warned: bool
) -> None:
    """A member's bid below it may win, with those of others."""
    lot = crowd.market.list_lot(reserve=50)
    alone = seal(crowd.at(None), Wish(lot, bid), crowd.receipts())
    member = seal(crowd.at(crowd.market.new_dao(lot)), Wish(lot, bid), crowd.receipts())
    assert alone is not None
    assert member is not None
    assert any("The reserve is 0.00000005 ETH" in one for one in alone.risks) is warned
    assert not any("reserve" in one for one in member.risks)


def test_open_bids_are_raised_and_taken_back(crowd: Crowd) -> None:
    market = crowd.market
    lot = market.list_lot()
    dao, sealed = market.new_dao(lot, is_open=True, minimum=10), market.new_dao(lot)
    ann = crowd.person()
    assert "below the minimum" in refusal(raise_by, venue(ann, dao), lot, 9)
    crowd.take(ann, raise_by(venue(ann, dao), lot, 10))
    assert "0.000000015 ETH" in crowd.take(ann, raise_by(venue(ann, dao), lot, 5))[0]
    assert "no bid can be more than" in refusal(raise_by, venue(ann, dao), lot, 2**64 - 10)
    assert f"consort bid {sealed} {lot}" in refusal(raise_by, venue(ann, sealed), lot, 5)
    assert "consort bid 1 --bid" in refusal(raise_by, venue(ann, None), lot, 5)
    before = market.chain.balance(ann.address)
    crowd.take(ann, withdraw(venue(ann, dao), lot, ann.address))
    assert market.chain.balance(ann.address) == before + 15 * 10**9
    assert "has no bid" in refusal(withdraw, venue(ann, dao), lot, ann.address)
    found = crowd.money(lot, ann.address)
    assert "taken back" in found.now
    assert found.back == "0.000000015 ETH"
    crowd.take(ann, raise_by(venue(ann, dao), lot, 10))
    market.until_reveal(lot)
    assert "ended at" in refusal(withdraw, crowd.at(dao, ann.address), lot, ann.address)
    assert "ended at" in refusal(raise_by, crowd.at(dao, ann.address), lot, 1)


def test_what_is_left_of_a_lot_goes_under_the_next(crowd: Crowd) -> None:
    """The rest that is there counts towards the deposit; what was pushed before cannot be rolled."""
    market = crowd.market
    first, second = (
        market.list_lot(),
        market.list_lot(end_of_bidding=market.chain.now() + 100 * 3_600),
    )
    dao = market.new_dao(first, second)
    crowd.bid(None, Wish(first, 99))
    ann = crowd.bid(dao, Wish(first, 30, 50))
    bob = crowd.bid(dao, Wish(first, 20))
    market.until_round(first)
    market.keep()
    market.until_closed(first)  # nobody tallied, so the individual has won
    place = crowd.at(dao, ann)
    before = market.chain.balance(ann)
    crowd.take(place.person, seal(place, Wish(second, 55, 80, origin=first), crowd.receipts()))
    assert before - market.chain.balance(ann) == 30 * 10**9
    assert place.bid_of(second).deposit == 80
    assert crowd.money(first, ann).now.startswith("under a bid on another lot, in block")
    market.keep()
    assert "it may have been sent back" in refusal(
        seal, crowd.at(dao, bob), Wish(second, 20, origin=first), crowd.receipts()
    )


def test_opening_ones_own_bid(crowd: Crowd) -> None:
    """With the receipt, in its phase; a lost receipt, another one's and an older one open nothing."""
    market = crowd.market
    lot = market.list_lot()
    dao = market.new_dao(lot)
    ann = crowd.bid(dao, Wish(lot, 60, locked=False))
    bob = crowd.bid(dao, Wish(lot, 40, locked=False))
    file = str(crowd.file)

    def told(who: str) -> str:
        return refusal(reveal, crowd.at(dao, who), lot, crowd.receipts(), file)

    assert "bidding lasts until" in told(ann)
    market.until_reveal(lot)
    assert "has no bid" in told(crowd.person().address)
    kept = crowd.file.read_text()
    crowd.file.write_text(kept.splitlines(keepends=True)[0])
    assert f"no receipt in {file} opens the bid" in told(bob)
    crowd.file.unlink()
    assert f"no receipt in {file} opens the bid" in told(ann)
    crowd.file.write_text(kept)
    place = crowd.at(dao, ann)
    crowd.take(place.person, reveal(place, lot, crowd.receipts(), file))
    assert "is open already, of 0.00000006 ETH" in told(ann)
    market.until_tally(lot)
    assert "bids could be opened until" in told(bob)


def test_a_bid_that_its_deposit_does_not_cover_is_not_opened(crowd: Crowd) -> None:
    """Sealed by another program: showing it would bring nothing."""
    market = crowd.market
    lot = market.list_lot()
    dao, ann = market.new_dao(lot), market.new_bidder()
    crowd.keep(market.sealed(Opening(dao, lot, ann, 60, new_salt()), deposit=50))
    market.until_reveal(lot)
    told = refusal(reveal, crowd.at(dao, ann), lot, crowd.receipts(), "file")
    assert "is above its deposit of 0.00000005 ETH" in told


def test_a_refusal_of_the_contract_is_a_sentence(crowd: Crowd) -> None:
    """Of one before it is sent, and of one after all."""
    lot = crowd.market.list_lot()
    place = crowd.at(crowd.market.new_dao(lot))
    step = seal(place, Wish(lot, 60), crowd.receipts())
    assert step is not None
    crowd.market.until_reveal(lot)
    assert refusal(step.rehearse, crowd.market.chain) == (
        f"That is not possible now. Lot {lot} is in another phase: sealed bids are opened."
    )
    with pytest.raises(ChainError, match="that failed: That is not possible now"):
        step.take(crowd.market.chain, crowd.keep)


def test_two_steps_are_tried_one_after_the_other(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the first brings about is there when the second is sent."""
    sent: list[Transaction] = []
    real: Callable[[Transaction], Receipt] = crowd.market.chain.send
    seller = crowd.person(crowd.market.seller)
    crowd.market.send(seller.address, crowd.market.item, "Item", "mint", seller.address, 77)
    step = list_item(seller, crowd.market.item, 77, Terms(3_600, 600, 600, 1_000, 1))

    def send(transaction: Transaction) -> Receipt:
        sent.append(transaction)
        return real(transaction)

    monkeypatch.setattr(crowd.market.chain, "send", send)
    crowd.take(seller, step)
    assert sent == list(step.calls)
    assert len(sent) == 2
