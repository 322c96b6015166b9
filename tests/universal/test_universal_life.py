"""A universal auction from listing to the last deposit: every event, in order, by every field."""

import pytest

from offchain.bindings.value_tables import packed
from offchain.io.units import WEI_PER_UNIT
from tests.universal.universal_world import ANSWER, DEPOSIT, SALT, WINDOW, Lot, Phase, World


def survey(world: World) -> Lot:
    """Ann values it most if at most one survey is good, bob if two are, cid if all are; and all are.

    As in docs/examples/survey.json: two colours, the mark of a good survey is 1.
    """
    lot = world.list()
    lot.join(world.ann, world.bob, world.cid)
    lot.close("Joining")
    for bidder, values in (
        (world.ann, (10, 12, 12, 12)),
        (world.bob, (0, 5, 20, 20)),
        (world.cid, (0, 0, 10, 60)),
    ):
        lot.register(bidder, 1, values)
    lot.close("Registering")
    lot.reveal(*lot.bidders)
    lot.close("Revealing")
    return lot


@pytest.mark.parametrize(("word", "winner", "price"), [(6, 1, 20), (7, 2, 60)])
def test_the_example_of_the_page(world: World, word: int, winner: int, price: int) -> None:
    """Bob's base has two good surveys, colour 0; cid's has three, colour 1."""
    lot = survey(world)
    lot.draw(word)
    bidder = lot.bidders[winner]
    receipt = lot.decide()
    now = world.chain.now()
    assert world.said(receipt) == [
        ("ColourDrawn", {"word": word, "colour": word % 2, "colours": 2, "deadline": now + WINDOW}),
        ("TablesRead", {"bidders": 3}),
        ("OfferMade", {"bidder": bidder, "price": price, "deadline": now + ANSWER}),
    ]
    assert lot.phase() == Phase.OFFERED
    receipt = lot.buy(bidder, price)
    assert world.said(receipt)[0] == (
        "LotSettled",
        {"winner": bidder, "price": price, "paid": price},
    )
    assert world.owner_of(lot.item) == bidder
    assert lot.phase() == Phase.SETTLED
    back = {"amountWei": DEPOSIT * WEI_PER_UNIT}
    assert world.said(lot.claim_batch(*lot.bidders)) == [
        ("Claimed", {"bidder": who, "recipient": who, **back}) for who in lot.bidders
    ]
    world.send(world.seller, "withdrawProceeds", world.seller)
    assert world.balance(world.house) == 0


def test_what_is_logged_before_the_draw(world: World) -> None:
    """The terms as given, numbers in the order of joining, tables and seals, signals."""
    item = world.mint(world.seller)
    lot = Lot(world, item, world.seller, {"types": 2, "colours": 3, "marks": [1, 2]})
    assert world.owner_of(item) == world.house
    lot.join(world.ann, kind=1)
    lot.join(world.bob, kind=0)
    for who, number, kind in ((world.ann, 0, 1), (world.bob, 1, 0)):
        found, bidder = world.view("bidderOf", lot.number, who)
        assert (found, bidder[:2]) == (number, (who, kind))
    lot.close("Joining")
    assert world.view("tableSize", lot.number) == 4
    receipt = lot.register(world.ann, 1, (1, 2, 3, 4))
    sealed = lot.seal(world.ann, 1)
    fields = {"bidder": world.ann, "table": packed([1, 2, 3, 4]), "commitment": sealed}
    assert world.said(receipt) == [("TableRegistered", fields)]
    lot.close("Registering")
    receipt = world.send(world.stranger, "reveal", lot.number, world.ann, 1, SALT)
    assert world.said(receipt) == [("SignalRevealed", {"bidder": world.ann, "signal": 1})]
    assert (lot.state["place"], lot.state["colour"]) == (1, 2)
