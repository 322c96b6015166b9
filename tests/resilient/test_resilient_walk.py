"""Whatever anybody tries, in any order: the auction holds what it owes, and in the end everybody can have what is theirs."""

import random
from collections import Counter

import pytest

from offchain.bindings.announcements import Announcement
from offchain.chain.backend import Reverted
from offchain.chain.revm import Revm
from offchain.io.addresses import to_bytes
from offchain.io.units import WEI_PER_UNIT
from tests.puppets import ItemManner, Manner
from tests.resilient.resilient_world import (
    DELIVERY_WINDOW,
    DRAW_WINDOW,
    EVERYTHING,
    HOUR,
    Outcome,
    Phase,
    World,
)
from tests.reverts import error_of

SEEDS = range(16)
STEPS = 2_000


class Walk:
    """People who know the rules by halves: most calls make sense at some time, many not now."""

    def __init__(self, seed: int, chain: Revm | None = None) -> None:
        self.random = random.Random(seed)
        self.world = World(chain or Revm())
        manners = (Manner.ACCEPT, Manner.REFUSE, Manner.REENTER)
        self.puppets = [self.world.actor(manner) for manner in manners]
        self.people = [*self.world.people[:4], *self.puppets]
        self.token = self.world.hostile_token()
        self.goods: dict[int, list[tuple[str, int]]] = {}
        self.sealed: dict[tuple[int, str], list[Announcement]] = {}
        self.story: list[str] = [f"seed {seed}"]
        self.outcomes: Counter[str] = Counter()
        self.chosen = 1

    # What can be done

    def list_goods(self) -> None:
        seller = self.random.choice(self.people)
        goods = self.world.mint(seller, self.random.randint(1, 3))
        goods += self.world.mint(seller, self.random.randint(0, 2), self.token)
        start = self.world.now()
        schedule = (
            start + HOUR,
            start + 2 * HOUR,
            HOUR,
            self.random.choice((1_000, 5_000, 10_000)),
        )
        epsilon = self.random.choice(((1, 2), (1, 2**32 - 1), (2**32 - 2, 2**32 - 1)))
        if self.try_(seller, "list", goods, *epsilon, schedule, value=WEI_PER_UNIT):
            self.goods[len(self.goods) + 1] = goods

    def add(self) -> None:
        """More goods; by somebody else than the seller at times."""
        lot, owner = self.lot(), self.random.choice(self.people)
        if lot in self.goods and self.random.random() < 0.9:
            owner = self.world.state(lot)["seller"]
        goods = self.world.mint(owner, 1, self.random.choice(("", self.token)))
        if self.try_(owner, "add", lot, goods):
            self.goods[lot] += goods

    def seal(self) -> None:
        lot, player = self.lot(), self.random.choice(self.people)
        one = self.announcement(lot)
        units = self.random.choice((max(1, one.revenue), one.revenue + 1, 2 * one.revenue + 3, 1))
        seal = one.commitment(self.world.chain.chain_id, self.world.auction, lot, player)
        if self.try_(player, "commit", lot, seal, value=units * WEI_PER_UNIT):
            self.sealed.setdefault((lot, player), []).append(one)

    def withdraw(self) -> None:
        player = self.random.choice(self.people)
        self.try_(player, "withdraw", self.lot(), self.random.choice(self.people))

    def reveal(self) -> None:
        lot = self.lot()
        known = [(who, one) for (at, who), some in self.sealed.items() if at == lot for one in some]
        self.random.shuffle(known)
        if known and self.random.random() < 0.3:
            player, one = known[0]
            self.try_(player, "reveal", lot, one.words)
        else:
            words = [(player, one.words) for player, one in known if self.random.random() < 0.9]
            self.try_(self.world.keeper, "revealBatch", lot, words)

    def draw(self) -> None:
        lot = self.lot()
        self.try_(self.world.stranger, "requestDraw", lot)
        if self.random.random() < 0.8:
            self.world.set_word(lot, self.random.randrange(2))

    def decide(self) -> None:
        lot = self.lot()
        if self.try_(self.world.stranger, "decide", lot, self.guess(lot).words):
            self.outcomes[Outcome(self.world.state(lot)["outcome"]).name] += 1

    def answer(self) -> None:
        lot = self.lot()
        ruling, yes = self.guess(lot), self.random.random() < 0.7
        for index, (to, price, _) in enumerate(ruling.offers):
            who = to if self.random.random() < 0.9 else self.random.choice(self.people)
            if who in self.people and self.random.random() < 0.8:
                value = price * WEI_PER_UNIT if yes else 0
                self.try_(who, "answer", lot, ruling.words, index, yes, value=value)

    def move_goods(self) -> None:
        lot = self.lot()
        some = self.random.choice((EVERYTHING, EVERYTHING, self.random.getrandbits(5)))
        ruling = self.guess(lot)
        index = self.random.randrange(len(ruling.offers) + 1)
        calls = {
            "deliver": (lot, ruling.words, index, some),
            "refund": (lot, ruling.words, index),
            "deliverWish": (lot, some),
            "reclaim": (lot, some),
        }
        likely = "deliverWish" if self.world.state(lot)["outcome"] == Outcome.HEADS else "deliver"
        function = self.random.choice((likely, likely, *calls))
        self.try_(self.random.choice(self.people), function, *calls[function])

    def pay(self) -> None:
        lot, who = self.lot(), self.random.choice(self.people)
        some = self.random.sample(self.people, self.random.randint(1, 4))
        calls = {
            "claim": (lot,),
            "claimTo": (lot, self.random.choice(self.people)),
            "claimBatch": (lot, some),
            "settle": (lot,),
        }
        function = self.random.choice(list(calls))
        if self.random.random() < 0.1:
            encoded = self.world.auction_abi.encode(function, *calls[function])
            self.try_(who, "multicall", [encoded] * self.random.randint(1, 2))
        else:
            self.try_(who, function, *calls[function])

    def withdraw_proceeds(self) -> None:
        who = self.random.choice(self.people)
        self.try_(who, "withdrawProceeds", self.random.choice(self.people))

    def misbehave(self) -> None:
        """Puppets and the token change their manners, and prepare calls to make from within."""
        draw, lot = self.random, self.lot()
        self.world.behave(
            self.token, draw.choice((ItemManner.HONEST, ItemManner.REFUSE, ItemManner.REENTER))
        )
        self.world.behave(
            draw.choice(self.puppets), draw.choice((Manner.ACCEPT, Manner.REFUSE, Manner.REENTER))
        )
        ruling = self.guess(lot).words
        calls: list[tuple[object, ...]] = [
            ("claim", lot),
            ("claimBatch", lot, self.people),
            ("deliver", lot, ruling, 0, EVERYTHING),
            ("reclaim", lot, EVERYTHING),
            ("withdrawProceeds", self.puppets[0]),
            ("withdraw", lot, self.puppets[0]),
        ]
        for one in (*self.puppets, self.token):
            function, *arguments = draw.choice(calls)
            self.world.prepare(one, str(function), *arguments)

    def let_time_pass(self) -> None:
        """Mostly by a little; at times past all windows."""
        steps = (60, HOUR // 6, HOUR // 2, DELIVERY_WINDOW, DRAW_WINDOW)
        (seconds,) = self.random.choices(steps, (6, 6, 2, 0.2, 0.1))
        self.story.append(f"{seconds} seconds pass")
        self.world.chain.advance_to(self.world.now() + seconds)

    def force(self) -> None:
        self.world.force(self.random.randint(1, WEI_PER_UNIT))
        self.world.check()

    # How

    def run(self, steps: int = STEPS) -> None:
        """Does one thing after another: mostly what the phase of some sale asks for, at times anything."""
        anything = [
            *(self.list_goods, self.add, self.seal, self.withdraw, self.reveal, self.draw),
            self.decide,
            *(self.answer, self.move_goods, self.pay, self.withdraw_proceeds),
            *(self.misbehave, self.let_time_pass, self.force),
        ]
        fitting = {
            Phase.NONE: [self.list_goods],
            Phase.BIDDING: [*[self.seal] * 5, self.add, self.withdraw, self.let_time_pass],
            Phase.REVEAL: [self.reveal, self.reveal, self.reveal, self.let_time_pass],
            Phase.DRAW: [self.draw, self.decide, self.decide],
            Phase.ANSWERS: [self.answer, self.answer, self.move_goods],
            Phase.FINAL: [self.move_goods, self.move_goods, self.pay],
            Phase.VOID: [self.move_goods, self.pay, self.list_goods],
        }
        for _ in range(steps):
            newest = len(self.goods)
            if self.world.view("phase", newest) not in (Phase.BIDDING, Phase.REVEAL):
                newest += 1
            self.chosen = self.random.randint(max(1, newest - 4), newest)
            phase = self.world.view("phase", self.chosen)
            self.random.choice(anything if self.random.random() < 0.25 else fitting[phase])()

    def end_it_all(self) -> None:
        """Everybody behaves, all windows pass, and whoever is owed something gets it."""
        world = self.world
        for puppet in (*self.puppets, self.token):
            world.behave(puppet, Manner.ACCEPT)
        world.chain.advance_to(world.now() + 2 * HOUR + DRAW_WINDOW)
        for lot in self.goods:
            ruling = self.ruling(lot)
            world.chain.advance_to(world.now() + HOUR + DELIVERY_WINDOW)
            for index in range(len(ruling.offers)):
                self.try_(world.stranger, "refund", lot, ruling.words, index)
            self.try_(world.stranger, "deliverWish", lot, EVERYTHING)
            self.try_(world.stranger, "reclaim", lot, EVERYTHING)
            world.send(world.stranger, "claimBatch", lot, self.people)
        for who in self.people:
            self.try_(who, "withdrawProceeds", who)

    def try_(self, who: str, function: str, *arguments: object, value: int = 0) -> bool:
        """Calls; whether it was done or refused by name, the auction holds what it owes."""
        self.story.append(f"{who} {function} {arguments} {value}")
        done = "done"
        try:
            self.world.send(who, function, *arguments, value=value)
        except Reverted as failure:
            self.world.check()
            done = error_of(failure.data)
            if (done == "Error" and b"not moving" not in failure.data) or done[0].islower():
                raise  # no panic, no want of gas; only the token refuses without an error of its own
        self.outcomes[done] += 1
        self.outcomes[f"{function} {'done' if done == 'done' else 'refused'}"] += 1
        return done == "done"

    # With what

    def lot(self) -> int:
        return self.chosen

    def guess(self, lot: int) -> Announcement:
        """Mostly what is carried out."""
        return self.announcement(lot) if self.random.random() < 0.03 else self.ruling(lot)

    def ruling(self, lot: int) -> Announcement:
        """What is carried out, as far as the logs tell."""
        sale = self.world.ledger().sales.get(lot)
        if sale is None or not sale.announced:
            return Announcement((), 0, bytes(32))
        own = [what for who, worth, what in sale.announced if who == sale.seller]
        others = [(worth, what) for who, worth, what in sale.announced if who != sale.seller]
        worth, best = max(others, key=lambda one: one[0], default=(-1, None))
        if best is None or (own and sum(offer[1] for offer in own[0][0]) > max(worth, 0)):
            return Announcement(*own[0])
        return Announcement(*best)

    def announcement(self, lot: int) -> Announcement:
        """Mostly a good one, of up to three offers."""
        draw = self.random
        goods = list(range(len(self.goods.get(lot, [0]))))
        draw.shuffle(goods)
        offers = []
        for to in draw.sample(self.people, draw.choice((0, 1, 2, 2, 3))):
            bundle = sum(1 << goods.pop() for _ in range(min(len(goods), draw.randint(1, 2))))
            if bundle or draw.random() < 0.05:
                offers.append(
                    (to, draw.choice((1, 1, 1, 2, 2, 2, 9, 9, 10**12, 10**12, 10**12, 0)), bundle)
                )
        if draw.random() < 0.95:
            offers.sort(key=lambda offer: to_bytes(offer[0]))
        return Announcement(tuple(offers), draw.getrandbits(3) % 4, draw.randbytes(32))


@pytest.mark.parametrize("seed", SEEDS)
def test_walk(seed: int) -> None:
    walk = Walk(seed)
    world = walk.world
    try:
        walk.run()
        walk.end_it_all()
        assert world.balance(world.auction) == world.ledger().burnt + world.forced
        for goods in walk.goods.values():
            assert all(world.owner_of(good) in walk.people for good in goods)
    except BaseException:
        print("\n".join(walk.story))
        raise
    finally:
        SEEN.update(walk.outcomes)
    assert walk.outcomes["done"] > 400, walk.outcomes


SEEN: Counter[str] = Counter()
"""What happened on all walks so far."""


def test_walks_get_everywhere() -> None:
    """Walks that got nowhere would prove little: every step was done, and refused, on some."""
    if not SEEN:
        for seed in SEEDS[:4]:
            walk = Walk(seed)
            walk.run()
            walk.end_it_all()
            SEEN.update(walk.outcomes)
    functions = "list add commit withdraw reveal revealBatch requestDraw decide answer deliver refund deliverWish reclaim"
    claims = "claim claimTo claimBatch settle withdrawProceeds multicall"
    missing = [one for one in f"{functions} {claims}".split() if not SEEN[f"{one} done"]]
    assert not missing, SEEN
    assert not [one for one in Outcome if one != Outcome.OPEN and not SEEN[one.name]], SEEN
    refusals = "WrongResilientPhase FlawedAnnouncement NotOffered AlreadyAnswered NotDeliverable"
    refusals += " WrongAnnouncement NotDrawn"
    assert not [one for one in refusals.split() if not SEEN[one]], SEEN
