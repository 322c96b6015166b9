"""Every change of state is logged, in full: a sale told by its events alone."""

from offchain.chain.backend import Receipt
from offchain.io.units import WEI_PER_UNIT
from tests.puppets import ItemManner, Manner
from tests.resilient.resilient_world import (
    BOND_BPS,
    DELIVERY_WINDOW,
    EVERYTHING,
    HEADS,
    HOUR,
    TAILS,
    Outcome,
    Phase,
    World,
    announce,
    bits,
    index_of,
)


def only(world: World, receipt: Receipt, name: str, **fields: object) -> None:
    """The call logged just this."""
    assert world.events(receipt) == [(name, fields)]


def test_from_listing_to_the_reveal(world: World) -> None:
    goods, start = world.mint(world.seller, 3), world.now()
    schedule = (start + HOUR, start + 2 * HOUR, HOUR, BOND_BPS)
    receipt = world.send(world.seller, "list", goods[:2], 1, 3, schedule, value=WEI_PER_UNIT)
    epsilon = {"epsilonNumerator": 1, "epsilonDenominator": 3}
    listed = {"lot": 1, "seller": world.seller, **epsilon, "schedule": schedule}
    added = {"lot": 1, "first": 0, "goods": tuple(goods[:2])}
    assert world.events(receipt) == [("LotListed", listed), ("GoodsAdded", added)]
    receipt = world.send(world.seller, "add", 1, goods[2:])
    only(world, receipt, "GoodsAdded", lot=1, first=2, goods=tuple(goods[2:]))

    one = announce((world.bob, 2, bits(0)), wish=bits(1, 2))
    seal = one.commitment(world.chain.chain_id, world.auction, 1, world.ann)
    for units, deposit in ((5, 5), (2, 7)):
        receipt = world.send(world.ann, "commit", 1, seal, value=units * WEI_PER_UNIT)
        sealed = seal + deposit.to_bytes(8, "big")
        only(
            world, receipt, "AnnouncementSealed", lot=1, player=world.ann, sealedAnnouncement=sealed
        )
    receipt = world.send(world.ann, "withdraw", 1, world.bob)
    only(world, receipt, "AnnouncementWithdrawn", lot=1, player=world.ann, deposit=7)

    world.seal(1, world.ann, one)
    world.to(1, Phase.REVEAL)
    receipt = world.send(world.ann, "reveal", 1, one.words)
    said = {"player": world.ann, "revenue": 2, "announcement": one.words}
    only(world, receipt, "AnnouncementOpened", lot=1, **said)


def test_from_the_coin_to_the_last_payment(world: World) -> None:
    lot, _ = world.sale(4)
    star = announce((world.bob, 5, bits(0, 1)), (world.cid, 2, bits(2)))
    other = announce((world.ann, 4, bits(3)))
    world.seal(lot, world.dan, other, deposit=10)
    world.announced(lot, {world.ann: star, world.bob: other})

    only(world, world.send(world.keeper, "requestDraw", lot), "DrawRequested", lot=lot)
    world.set_word(lot, TAILS)
    receipt = world.send(world.keeper, "decide", lot, star.words)
    end = world.state(lot)["endOfAnswers"]
    only(world, receipt, "Decided", lot=lot, outcome=Outcome.TAILS, endOfAnswers=end)
    for who, yes in ((world.bob, True), (world.cid, False)):
        receipt, index = world.answer(lot, star, who, yes), index_of(star, who)
        only(world, receipt, "Answered", lot=lot, player=who, index=index, yes=yes)
    receipt = world.deliver(lot, star, world.bob)
    sold = {"lot": lot, "index": index_of(star, world.bob), "price": 5}
    given = {"lot": lot, "recipient": world.bob, "goods": bits(0, 1)}
    assert world.events(receipt) == [("BundleSold", sold), ("GoodsGiven", given)]
    receipt = world.send(world.keeper, "reclaim", lot, EVERYTHING)
    only(world, receipt, "GoodsGiven", lot=lot, recipient=world.seller, goods=bits(2, 3))

    # rebates of 7/24 and 4/24 of a unit, each rounded down; the pot is 11/24, a wei more than both
    pot, rebates = (
        WEI_PER_UNIT * 11 // 24,
        {world.ann: WEI_PER_UNIT * 7 // 24, world.bob: WEI_PER_UNIT * 4 // 24},
    )
    receipt = world.send(world.keeper, "settle", lot)
    only(world, receipt, "SellerCredited", lot=lot, fines=2, stakeBack=WEI_PER_UNIT - pot, pot=pot)
    receipt = world.send(world.ann, "claimTo", lot, world.eve)
    due = (15 - 2) * WEI_PER_UNIT + rebates[world.ann]
    paid = {"player": world.ann, "recipient": world.eve, "amountWei": due}
    only(world, receipt, "Claimed", lot=lot, **paid)
    receipt = world.send(world.keeper, "claimBatch", lot, [world.bob, world.dan, world.cid])
    dues = {world.bob: 9 * WEI_PER_UNIT + rebates[world.bob], world.dan: 9 * WEI_PER_UNIT}
    claims = [
        ("Claimed", {"lot": lot, "player": who, "recipient": who, "amountWei": due})
        for who, due in dues.items()
    ]
    emptied = ("PotEmptied", {"lot": lot, "amountWei": 1})
    bond = ("BondBurnt", {"lot": lot, "player": world.dan, "bond": 1})
    assert world.events(receipt) == [emptied, claims[0], bond, claims[1]]
    receipt = world.send(world.seller, "withdrawProceeds", world.eve)
    earned = (5 + 2 + 1) * WEI_PER_UNIT - sum(rebates.values())
    gone = {"recipient": world.eve, "amountWei": earned}
    only(world, receipt, "ProceedsWithdrawn", seller=world.seller, **gone)


def test_what_goes_wrong(world: World) -> None:
    token, puppet = world.hostile_token(), world.actor(Manner.REFUSE)
    lot = world.list_goods(world.mint(world.seller, 2, token))
    star = announce((puppet, 5, bits(0)), wish=bits(1))
    world.announced(lot, {puppet: announce(), world.ann: star})
    world.decide(lot, star, TAILS)
    world.answer(lot, star, puppet, yes=True)
    world.behave(token, ItemManner.REFUSE)
    world.chain.advance_to(world.state(lot)["endOfAnswers"] + DELIVERY_WINDOW)
    receipt = world.send(world.keeper, "refund", lot, star.words, 0)
    refused = {"lot": lot, "player": puppet, "amountWei": 5 * WEI_PER_UNIT}
    assert world.events(receipt) == [
        ("BundleRefunded", {"lot": lot, "index": 0, "price": 5}),
        ("PushCredited", refused),
    ]
    receipt = world.send(world.keeper, "claimBatch", lot, [puppet])
    claimed = {"lot": lot, "player": puppet, "recipient": puppet, "amountWei": WEI_PER_UNIT}
    settled, *rest = world.events(receipt)
    assert settled[0] == "SellerCredited"
    assert rest == [("Claimed", claimed), ("PushCredited", refused | {"amountWei": WEI_PER_UNIT})]


def test_a_wish(world: World) -> None:
    lot, _ = world.sale(2)
    star = announce((world.bob, 5, bits(0)), wish=bits(1))
    world.announced(lot, {world.ann: star})
    receipt = world.decide(lot, star, HEADS)
    now = world.state(lot)["endOfAnswers"]
    only(world, receipt, "Decided", lot=lot, outcome=Outcome.HEADS, endOfAnswers=now)
    receipt = world.send(world.keeper, "deliverWish", lot, EVERYTHING)
    only(world, receipt, "GoodsGiven", lot=lot, recipient=world.ann, goods=bits(1))
