"""Payments: each once, to the wei, whatever recipients do; nobody waits for anybody."""

from fractions import Fraction

import pytest

from offchain.bindings.announcements import Announcement
from offchain.bindings.enumerations import ResilientPhase
from offchain.chain.backend import Reverted, Transaction
from offchain.io.units import WEI_PER_UNIT
from tests.puppets import Manner
from tests.resilient.resilient_world import HEADS, NOTHING, TAILS, Phase, World, announce, bits

REFUSING = [Manner.REFUSE, Manner.BURN_GAS, Manner.REVERT_MUCH]
TAKING = [Manner.ACCEPT, Manner.WORK, Manner.RETURN_MUCH]


def over(world: World, players: list[str], word: int = TAILS, **sale: object) -> int:
    """A sale that is over: the first player is the star, offered 9 to Eve, who took it; the others offered her 1."""
    lot, _ = world.sale(2, **sale)
    star = announce((world.eve, 9, bits(0)), wish=bits(1))
    world.announced(
        lot, {who: announce((world.eve, 1, bits(1))) for who in players[1:]} | {players[0]: star}
    )
    world.decide(lot, star, word)
    if word == TAILS:
        world.answer(lot, star, world.eve, yes=True)
        world.deliver(lot, star, world.eve)
    return lot


def test_claims_of_all_kinds_pay_once(world: World) -> None:
    lot = over(world, [world.ann, world.bob, world.cid])
    # 9 + 1 + 1, and 1: rebates of 9/24 and 1/24 of a unit
    rebates = {
        world.ann: WEI_PER_UNIT * 9 // 24,
        world.bob: WEI_PER_UNIT // 24,
        world.cid: WEI_PER_UNIT // 24,
    }
    deposits = {
        world.ann: 19 * WEI_PER_UNIT,
        world.bob: 3 * WEI_PER_UNIT,
        world.cid: 3 * WEI_PER_UNIT,
    }
    dues = {who: world.view("dueOf", lot, who) for who in rebates}
    assert dues == {who: deposits[who] + rebates[who] for who in rebates}
    before = world.balance(world.dan)
    world.send(world.ann, "claimTo", lot, world.dan)
    assert world.balance(world.dan) == before + dues[world.ann]
    both = world.balance(world.bob), world.balance(world.cid)
    everybody = [world.ann, world.bob, world.cid, world.bob, world.stranger]
    world.send(world.stranger, "claimBatch", lot, everybody)
    assert world.balance(world.bob) - both[0] == dues[world.bob]
    assert world.balance(world.cid) - both[1] == dues[world.cid]
    for who in (world.ann, world.bob, world.stranger):
        world.fails("NothingToClaim", lot, who, sender=who, call=("claim", lot))
        assert world.view("dueOf", lot, who) == 0
    # the price, and the stake less the rebates: what rounding leaves is the seller's
    assert world.view("proceeds", world.seller) == 10 * WEI_PER_UNIT - sum(rebates.values())
    assert world.balance(world.auction) == world.view("proceeds", world.seller)


def test_a_star_that_paid_its_fines_is_owed_nothing(world: World) -> None:
    """Its fines were taken with its deposit: what it can claim is 0, and no number below."""
    lot, _ = world.sale()
    star = announce((world.bob, 5, bits(0)))
    world.announced(lot, {world.ann: star})
    world.decide(lot, star, TAILS)
    world.answer(lot, star, world.bob, yes=False)
    assert world.view("dueOf", lot, world.ann) // WEI_PER_UNIT == 11 - 5
    world.send(world.ann, "claim", lot)
    assert world.view("dueOf", lot, world.ann) == 0


def test_the_seller_waits_for_no_player(world: World) -> None:
    """All but what rounding may leave is there at once: at most a wei for each player."""
    lot = over(world, [world.ann, world.bob, world.cid])
    world.send(world.stranger, "settle", lot)
    rebates = Fraction(11, 24) * WEI_PER_UNIT
    assert world.view("proceeds", world.seller) == 10 * WEI_PER_UNIT - int(rebates)
    world.send(world.seller, "withdrawProceeds", world.seller)
    world.send(world.stranger, "claimBatch", lot, [world.ann, world.bob, world.cid])
    assert world.view("proceeds", world.seller) < 3
    assert (world.state(lot)["pot"], world.state(lot)["unpaid"]) == (0, 0)
    assert world.balance(world.auction) == world.view("proceeds", world.seller)


@pytest.mark.parametrize("epsilon", [(1, 2**32 - 1), (2**32 - 2, 2**32 - 1), (1, 3)])
def test_rebates_are_never_more_than_the_stake(world: World, epsilon: tuple[int, int]) -> None:
    """Whatever epsilon and however large the offers."""
    lot, _ = world.sale(1, epsilon=epsilon)
    most = 2**64 - 1
    star = announce((world.eve, most, bits(0)))
    world.seal(lot, world.ann, star, deposit=most)
    world.seal(lot, world.bob, star, deposit=most)
    world.to(lot, Phase.REVEAL)
    world.reveal(lot, [(world.ann, star), (world.bob, star)])
    world.to(lot, Phase.DRAW)
    world.decide(lot, star, TAILS)
    world.to(lot, Phase.FINAL)
    rebate = int(Fraction(*epsilon) * WEI_PER_UNIT * most / (2 * most + 1))
    assert world.view("dueOf", lot, world.ann) == rebate
    assert world.view("dueOf", lot, world.bob) == most * WEI_PER_UNIT + rebate
    world.send(world.stranger, "claimBatch", lot, [world.ann, world.bob])
    assert world.view("proceeds", world.seller) == (most + 1) * WEI_PER_UNIT - 2 * rebate


@pytest.mark.parametrize("manner", REFUSING)
@pytest.mark.parametrize("word", [TAILS, HEADS])
def test_who_refuses_a_push_can_withdraw_it(world: World, manner: Manner, word: int) -> None:
    """Others are paid, at a bounded price in gas."""
    hostile = world.actor(manner)
    lot = over(world, [world.ann, hostile, world.bob], word)
    due = world.view("dueOf", lot, hostile)
    before = world.balance(world.bob)
    receipt = world.send(world.stranger, "claimBatch", lot, [world.ann, hostile, world.bob])
    assert receipt.gas_used < 300_000
    assert world.balance(world.bob) > before
    assert world.view("proceeds", hostile) == due
    world.send(hostile, "withdrawProceeds", world.dan)
    assert world.view("proceeds", hostile) == 0


@pytest.mark.parametrize("manner", TAKING)
def test_who_takes_a_push_strangely_is_paid_once(world: World, manner: Manner) -> None:
    hostile = world.actor(manner)
    lot = over(world, [world.ann, hostile, world.bob])
    due = world.view("dueOf", lot, hostile)
    world.send(world.stranger, "claimBatch", lot, [world.ann, hostile, world.bob, hostile])
    assert world.balance(hostile) == due


@pytest.mark.parametrize("call", ["claim", "claimTo", "claimBatch", "withdrawProceeds", "settle"])
def test_calling_back_when_paid(world: World, call: str) -> None:
    """With all the gas there is, from within a claim of one's own; the money is had once. (`world` counts it.)"""
    hostile = world.actor(Manner.REENTER)
    lot = over(world, [world.ann, hostile, world.bob])
    due = world.view("dueOf", lot, hostile)
    arguments: dict[str, tuple[object, ...]] = {
        "claim": (lot,),
        "claimTo": (lot, hostile),
        "claimBatch": (lot, [hostile, world.ann]),
        "withdrawProceeds": (hostile,),
        "settle": (lot,),
    }
    world.prepare(hostile, call, *arguments[call])
    receipt = world.send(hostile, "claim", lot)
    refused = {
        "claim": "NothingToClaim",
        "claimTo": "NothingToClaim",
        "withdrawProceeds": "NoProceeds",
        "settle": "AlreadySettled",
    }
    assert world.reentered(receipt) == [(call == "claimBatch", refused.get(call, ""))]
    assert world.balance(hostile) == due


def test_calling_back_during_a_withdrawal_while_bidding(world: World) -> None:
    """What was taken back backs nothing any more."""
    hostile = world.actor(Manner.REENTER)
    lot, _ = world.sale(1)
    one = announce((world.bob, 5, bits(0)))
    world.seal(lot, world.ann, one, deposit=50)
    world.seal(lot, hostile, one, deposit=5)
    for call, error in (
        (("withdraw", lot, hostile), "NothingSealed"),
        (("commit", lot, b"\1" * 24), "ZeroDeposit"),
    ):
        world.prepare(hostile, *call)
        if world.view("bidOf", lot, hostile) == NOTHING:
            world.seal(lot, hostile, one, deposit=5)
        receipt = world.send(hostile, "withdraw", lot, hostile)
        assert world.reentered(receipt) == [(False, error)]
    assert world.balance(hostile) == 10 * WEI_PER_UNIT


@pytest.mark.parametrize("manner", REFUSING)
def test_a_seller_that_takes_no_ether(world: World, manner: Manner) -> None:
    """It holds nobody up; goods come back to it, and the money waits for another recipient."""
    seller = world.actor(manner)
    lot = over(world, [world.ann, world.bob], seller=seller)
    world.send(world.stranger, "claimBatch", lot, [world.ann, world.bob])
    world.send(world.stranger, "reclaim", lot, bits(1))
    with pytest.raises(Reverted):
        world.send(seller, "withdrawProceeds", seller, gas=1_000_000)
    world.send(seller, "withdrawProceeds", world.stranger)
    assert world.balance(world.auction) == 0


@pytest.mark.parametrize("word", [TAILS, HEADS])
def test_silence_costs_the_bond(world: World, word: int) -> None:
    """A tenth of the deposit, rounded down to a unit, which nobody gets, whichever side of the coin falls; and the rebate."""
    lot, _ = world.sale(2)
    world.seal(lot, world.bob, announce((world.eve, 1, bits(0))), deposit=19)
    star = announce((world.eve, 9, bits(0)))
    world.announced(lot, {world.ann: star})
    world.decide(lot, star, word)
    if word == TAILS:
        world.answer(lot, star, world.eve, yes=False)
    assert world.view("rebateOf", lot, world.bob) == (0, 20)
    before = world.balance(world.bob)
    world.send(world.stranger, "claimBatch", lot, [world.bob])
    assert world.balance(world.bob) == before + 18 * WEI_PER_UNIT
    earned = 9 * WEI_PER_UNIT - WEI_PER_UNIT * 9 // 20 if word == TAILS else 0
    assert world.view("proceeds", world.seller) == earned + WEI_PER_UNIT


def test_a_bond_of_the_whole_deposit(world: World) -> None:
    """There is nothing to pay out, or to refuse; a batch, or a claim of nothing, takes it."""
    lot, _ = world.sale(1, bond_bps=10_000)
    star = announce((world.eve, 9, bits(0)))
    refusing = world.actor(Manner.REFUSE)
    for who in (refusing, world.cid):
        world.seal(lot, who, star, deposit=30)
    world.announced(lot, {world.ann: star})
    world.decide(lot, star, HEADS)
    receipt = world.send(world.stranger, "claimBatch", lot, [refusing])
    assert "PushCredited" not in [name for name, _ in world.events(receipt)]
    world.send(world.cid, "claim", lot)
    assert world.view("proceeds", world.seller) == WEI_PER_UNIT
    assert world.ledger().burnt == 60 * WEI_PER_UNIT


@pytest.mark.parametrize("phase", [Phase.DRAW, Phase.ANSWERS])
def test_who_kept_silent_waits_for_no_more_than_the_reveal(
    world: World, phase: ResilientPhase
) -> None:
    """Its account hangs on nothing that is decided later; those of all others do, and wait."""
    lot, _ = world.sale(2)
    star = announce((world.eve, 9, bits(0)))
    silent = [world.bob, world.cid]
    for who in silent:
        world.seal(lot, who, star, deposit=19)
    call = ("claim", lot)
    world.fails("WrongResilientPhase", lot, Phase.BIDDING, sender=world.bob, call=call)
    world.seal(lot, world.ann, star)
    world.to(lot, Phase.REVEAL)
    world.reveal(lot, [(world.ann, star)])
    batch = ("claimBatch", lot, [world.ann, *silent])
    for early in (call, batch):
        world.fails("WrongResilientPhase", lot, Phase.REVEAL, sender=world.bob, call=early)
    assert world.view("dueOf", lot, world.bob) == 0
    world.to(lot, Phase.DRAW)
    if phase == Phase.ANSWERS:
        world.decide(lot, star, TAILS)
    assert world.view("phase", lot) == phase
    assert [world.view("dueOf", lot, who) for who in (world.ann, world.bob)] == [
        0,
        18 * WEI_PER_UNIT,
    ]
    before = world.balance(world.bob), world.balance(world.dan)
    world.send(world.cid, "claimTo", lot, world.dan)
    receipt = world.send(world.stranger, *batch)
    assert [name for name, _ in world.events(receipt)] == ["BondBurnt", "Claimed"]
    assert (world.balance(world.bob) - before[0], world.balance(world.dan) - before[1]) == (
        18 * WEI_PER_UNIT,
        18 * WEI_PER_UNIT,
    )
    world.fails("NothingToClaim", lot, world.bob, sender=world.bob, call=call)
    world.fails("WrongResilientPhase", lot, phase, sender=world.ann, call=call)
    assert not world.state(lot)["settled"]


def test_forced_ether_changes_nothing(world: World) -> None:
    lot = over(world, [world.ann, world.bob])
    due = world.view("dueOf", lot, world.ann)
    world.force(12_345)
    assert world.view("dueOf", lot, world.ann) == due
    world.send(world.stranger, "claimBatch", lot, [world.ann, world.bob])
    world.send(world.seller, "withdrawProceeds", world.seller)
    assert world.balance(world.auction) == 12_345


def test_ether_by_accident_is_refused(world: World) -> None:
    with pytest.raises(Reverted):
        world.chain.send(Transaction(world.ann, world.auction, b"", WEI_PER_UNIT))


def test_a_batch_pays_all_or_says_that_gas_is_short(world: World) -> None:
    """With however little gas, a wallet that works when paid is never counted as refusing."""
    wallet = world.actor(Manner.WORK)
    lot = over(world, [world.ann, wallet])
    data = world.auction_abi.encode("claimBatch", lot, [wallet])
    due, paid = world.view("dueOf", lot, wallet), False
    for gas in range(60_000, 220_000, 4_000):
        try:
            world.chain.send(Transaction(world.stranger, world.auction, data, gas=gas))
        except Reverted:
            assert world.view("dueOf", lot, wallet) == due
            continue
        assert world.balance(wallet) == due
        paid = True
        break
    assert paid


def test_many_calls_in_one(world: World) -> None:
    """`multicall` does what the calls do, as the caller; calls that take ether are not among them."""
    lots = [over(world, [world.ann, world.bob]) for _ in range(2)]
    dues = sum(world.view("dueOf", lot, world.ann) for lot in lots)
    before = world.balance(world.dan)
    calls = [world.auction_abi.encode("claimTo", lot, world.dan) for lot in lots]
    world.send(world.ann, "multicall", calls)
    assert world.balance(world.dan) == before + dues
    lot, _ = world.sale(1)
    seal = world.auction_abi.encode("commit", lot, b"\1" * 24)
    with pytest.raises(Reverted):
        world.send(world.ann, "multicall", [seal, seal], value=WEI_PER_UNIT)


def test_one_sale_does_not_pay_for_another(world: World) -> None:
    """A claim on a sale where nothing was put down finds nothing, though others' money is there."""
    first, second = (over(world, [world.ann, who]) for who in (world.bob, world.cid))
    world.fails("NothingToClaim", second, world.bob, sender=world.bob, call=("claim", second))
    world.send(world.bob, "claim", first)
    world.fails("NothingToClaim", first, world.bob, sender=world.bob, call=("claim", first))


def test_an_announcement_of_another_sale_is_of_no_use(world: World) -> None:
    """Even the same words: what was accepted there was not accepted here."""
    star: Announcement = announce((world.eve, 9, bits(0)), wish=bits(1))
    over(world, [world.ann])
    lot, _ = world.sale(2)
    world.announced(lot, {world.ann: star})
    world.decide(lot, star, TAILS)
    call = ("deliver", lot, star.words, 0, 1)
    world.fails("NotDeliverable", lot, 0, sender=world.eve, call=call)


@pytest.mark.parametrize(("bond_bps", "saves"), [(1_000, True), (5_000, True), (10_000, False)])
def test_who_overbid_and_keeps_it_sealed_saves_the_fine_unless_the_bond_is_the_whole_deposit(
    world: World, bond_bps: int, saves: bool
) -> None:
    """Ann claims that Bob would pay 10, and sees before she opens that he will not: tails then cost her 10, less her rebate."""
    claim, other = announce((world.bob, 10, bits(0))), announce((world.ann, 1, bits(1)))
    dues = []
    for opens in (True, False):
        lot, _ = world.sale(2, bond_bps=bond_bps)
        world.seal(lot, world.ann, claim, deposit=10)
        world.seal(lot, world.bob, other)
        world.to(lot, Phase.REVEAL)
        openings = [(world.bob, other), (world.ann, claim)]
        world.reveal(lot, openings if opens else openings[:1])
        world.to(lot, Phase.DRAW)
        world.decide(lot, claim if opens else other, TAILS)
        world.to(lot, Phase.FINAL)
        dues.append(world.view("dueOf", lot, world.ann))
    opened, kept = dues
    assert 0 < opened < WEI_PER_UNIT  # the rebate
    assert kept == (10 - 10 * bond_bps // 10_000) * WEI_PER_UNIT
    assert (kept > opened) == saves
