"""The small auctions that the risks are told by come out as the pages say."""

from fractions import Fraction

import pytest

from offchain.bindings.contracts import contract
from offchain.bindings.deployment import deploy
from offchain.chain.backend import Reverted, Transaction
from offchain.chain.revm import Revm
from offchain.io.units import GWEI
from offchain.model.instances import Group, Member, TwoLevelInstance
from offchain.model.mechanisms.bonds import Recipient, forfeit
from offchain.model.mechanisms.two_level import sell_lot, solve
from offchain.model.mechanisms.upper import OpenBids, SeenLimits
from offchain.model.theory.daos import auction
from tests.docs.markdown import ROOT

README, RISKS = (
    " ".join((ROOT / page).read_text(encoding="utf-8").split())
    for page in ("README.md", "docs/risks.md")
)


def share(*groups: tuple[int, ...]) -> int | None:
    """What each served member of the last group pays; None if it does not win."""
    named = tuple(
        Group(
            f"group {place}", tuple(Member(f"m{at}", (bid,), (bid,)) for at, bid in enumerate(bids))
        )
        for place, bids in enumerate(groups)
    )
    (lot,) = solve(TwoLevelInstance(1, (1,), named)).items
    return lot.share if lot.winner == named[-1].name else None


def test_several_names() -> None:
    assert (
        "against 19, `{11, 5, 5}` loses, but with the 11 split into 5 and 5 wins at 5 each" in RISKS
    )
    assert share((19,), (11, 5, 5)) is None
    assert share((19,), (5, 5, 5, 5)) == 5


def test_merging() -> None:
    assert (
        "against 16, who comes first, `{10, 5, 5}` loses, but with the two 5s under one name as `{10, 10}` it wins at 9 each:"
        " 9 for what is worth 10 to the two together" in RISKS
    )
    assert share((16,), (10, 5, 5)) is None
    assert share((16,), (10, 10)) == 9


def test_one_address_in_two_groups() -> None:
    assert "10 in `{10}` and in `{10, 5, 5}` pays 4, but 1 if it bids nothing in the first" in RISKS
    assert share((10,), (10, 5, 5)) == 4
    assert share((10, 5, 5)) == 1


def test_a_limit_that_a_shill_has_seen() -> None:
    game = auction([10, 5, 5], [4])
    assert sell_lot(game, 0, OpenBids(1)).price == 5
    assert sell_lot(game, 0, SeenLimits(1)).price == 15
    assert "`{10, 5, 5}` against somebody who stops at 4 pays 5, and 15 if the seller" in RISKS


def test_a_rival_who_answers_a_bid_by_what_it_opens() -> None:
    """Truth is no dominant strategy against it: 12 pays 11, 3 at most 3."""
    page = " ".join((ROOT / "docs/mechanism.md").read_text(encoding="utf-8").split())
    assert (
        "a seller who holds seals of 1 to 20 opens 11 after your 12, and you pay 11; a bid of 3 would have cost 3 at most"
        in page
    )
    assert price(12, after=11) == 11
    assert max(price(3, after=seal) for seal in range(1, 4)) == 3
    assert "The 13 to 20 that the seller above keeps shut cost it 13.2 at a tenth" in page
    assert forfeit(sum(range(13, 21)), 1_000, Recipient.BURNT, served=1).burnt == Fraction("13.2")


def price(bid: int, after: int) -> int:
    """What the first of two individuals pays, who has to win."""
    first, second = (
        Group(name, (Member(name, (amount,), (amount,)),))
        for name, amount in (("first", bid), ("second", after))
    )
    (lot,) = solve(TwoLevelInstance(1, (1,), (first, second))).items
    assert lot.winner == "first"
    return lot.price


def test_what_is_sent_where_no_dao_stands_yet_is_lost() -> None:
    """The transaction of a bid succeeds there; the DAO that comes later knows nothing of it."""
    assert "as long as none does, what is sent there is lost" in README
    chain, dao, factory = Revm(), contract("DAO"), contract("DAOFactory")
    ann = chain.actor(0)
    chain.fund(ann, 10**18)
    deployment = deploy(chain, ann)
    terms = (deployment.auctioneer, False, 0, bytes(32))
    foretold = chain.call(deployment.factory, factory.encode("predict", ann, *terms))
    (address,) = factory.decode("predict", foretold)
    chain.send(Transaction(ann, address, dao.encode("commit", 1, b"\1" * 24), GWEI))
    chain.send(Transaction(ann, deployment.factory, factory.encode("create", *terms, [])))
    assert chain.balance(address) == GWEI
    (bid,) = dao.decode("bidOf", chain.call(address, dao.encode("bidOf", 1, ann)))
    assert bid == (bytes(24), 0, 0)
    with pytest.raises(Reverted):
        chain.send(Transaction(ann, address, dao.encode("claim", 1)))
