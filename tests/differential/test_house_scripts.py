"""1,000 random auctions at the real houses in which anybody does anything, beside the model's state machine, step by step.

Rivals bid any amount, from nothing to far beyond every limit, in the last second too, and one of them refuses ether. DAOs raise
and recall in any order, members claim early, the owner changes terms and code. After every step the house's leader, amount, least
bid and end, the lot's phase, and what each DAO has lent are the model's; at the end the outcome is, to the wei.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest

from offchain.bindings.constants import HouseAdapter
from offchain.bindings.enumerations import Phase
from offchain.chain.backend import Reverted
from offchain.chain.revm import Revm
from offchain.houses.house import ask
from offchain.io.addresses import NOBODY
from offchain.io.units import WEI_PER_UNIT
from offchain.model.mechanisms.ascending import AscendingAuction, BidRefused
from tests.differential.house_lives import TIMES, Code, Kind, Life, life
from tests.differential.house_stage import (
    REFUSER,
    Cast,
    HouseStage,
    NounsVenue,
    Venue,
    ZoraVenue,
    furnished,
)
from tests.differential.reproduction import reproducible
from tests.reverts import error_of

SCRIPTS, ZORA_SCRIPTS, CHUNK, STEPS = 800, 200, 200, 30
FIRST_SEED = 100_000
DAY = 86_400
PERCENTS = (0, 1, 2, 5, 10, 50, 100, 200, 255)
BUFFERS = (0, 1, 60, 3_600, DAY, 28 * DAY, 28 * DAY)
"""The longest only at the first version."""
TURNS = (
    *("bid", "bid", "bid", "raise_for", "raise_for", "raise_for", "recall"),
    *("let_time_pass", "let_time_pass", "claim", "change", "upgrade", "conclude"),
)


BY_HOUSE = "by the house"


def refusal(call: Callable[[], object]) -> str | None:
    """The error of a call that is refused; None if it is not."""
    try:
        call()
    except Reverted as refused:
        return error_of(refused.data)
    return None


class Script:
    """One auction, and what the model has of it.

    holder: the DAO whose last bid is not home, as far as the adapter knows, and its amount in units. out: the DAOs of which
    somebody has claimed while nothing was left to bid for: their books are closed for good.
    """

    def __init__(self, stage: HouseStage, one: Life, rng: random.Random) -> None:
        self.stage, self.life, self.rng = stage, one, rng
        self.floor, self.chain = stage.floor, stage.chain
        self.cast: Cast = stage.begin(one)
        self.limits = {name: one.limits[name] for name in self.cast.daos}
        self.highest = max(self.limits.values())
        self.deadline = self.floor.deadline(self.cast.lot)
        self.model = AscendingAuction(
            one.terms.reserve,
            one.terms.increment,
            self.cast.house.auction().end,
            one.terms.buffer,
            grid=WEI_PER_UNIT,
            duration=DAY,
        )
        self.holder: str | None = None
        self.held = 0
        self.out: set[str] = set()
        self.is_second = one.code is Code.SECOND
        self.done: Counter[str] = Counter()
        self.check()

    # What can be done

    def step(self) -> None:
        """One thing, of which the model knows whether it can be done."""
        turn = self.rng.choice(TURNS)
        getattr(self, turn)()
        self.check()

    def bid(self) -> None:
        rivals = [name for name, kind in self.life.kinds.items() if kind is Kind.INDIVIDUAL]
        name = self.rng.choice([*rivals, REFUSER])
        amount, by = self._amount(), None
        account = self.cast.bidders[name]
        if name == REFUSER:
            account, by = self.stage.refusing.address, account
        before = self.model
        try:
            self.model = before.bid(name, amount, self.chain.now())
            expected = True
        except BidRefused:
            expected = False
        refused = refusal(lambda: self.cast.house.bid(account, amount, by))
        assert expected == (refused is None), f"{name} bids {amount}: {refused}"
        if refused is not None:
            self.done["bid, refused"] += 1
            return
        self.done["bid"] += 1
        self.done["bid of just the least"] += amount == before.least_bid
        self.done["bid beyond all limits"] += self.model.least_raise > self.highest
        self.done["bid that moves the end"] += before.end not in (None, self.model.end)
        self.done["bid in the last second"] += before.end == self.chain.now() + 1

    def _amount(self) -> int:
        """In wei: around the least bid, jumps, around what some DAO is willing to pay; rarely nothing, or what leads already."""
        rng, least = self.rng, self.model.least_bid
        limit = rng.choice(list(self.limits.values()))
        near = (least - 1, least, least, least + rng.randrange(WEI_PER_UNIT), least + WEI_PER_UNIT)
        far = (2 * least, rng.randint(least, 2 * max(least, limit)), 0, 1, self.model.amount)
        seen = (limit, limit - 1, limit + 1, limit * 100 // 105, limit * 99 // 100)
        (kind,) = rng.choices((near, far, seen), (8, 1, 1))
        return max(0, rng.choice(kind))

    def raise_for(self) -> None:
        name = self.rng.choice(list(self.cast.daos))
        expected, before = self._refusal(name), self.model
        refused = refusal(lambda: self.floor.raise_for(self.cast.lot, self.cast.daos[name]))
        if expected == BY_HOUSE:
            assert refused is not None, f"{name} raised after the end"
        else:
            assert refused == expected, f"{name} raises: {refused}, expected {expected}"
        if expected is not None:
            self.done[f"raise, refused: {expected}"] += 1
            return
        self.model = before.bid(name, before.least_raise, self.chain.now())
        self.done["raise"] += 1
        self.done["raise over another DAO"] += before.leader in self.cast.daos
        self.done["raise that rounds up"] += before.least_bid != before.least_raise
        self.done["raise that moves the end"] += before.end not in (None, self.model.end)
        self.done["raise in the last second"] += before.end == self.chain.now() + 1
        self.done["raise to the limit"] += self.model.amount == self.limits[name]
        self.holder, self.held = name, self.model.amount // WEI_PER_UNIT

    def _refusal(self, name: str) -> str | None:
        """The error with which the adapter refuses a raise, if it does, or `BY_HOUSE`."""
        now = self.chain.now()
        end = now + self.model.duration if self.model.end is None else self.model.end
        if self.model.least_raise > self.limits[name]:
            return "BeyondLimit"
        if self.phase is not Phase.DRAW:
            return "WrongPhase"
        if end + HouseAdapter.SETTLING > self.deadline:
            return "TooLate"
        if self.model.leader == name:
            return "AlreadyLeads"
        if name in self.out:
            return "WrongPhase"
        return BY_HOUSE if self.model.is_over(now) else None

    def recall(self) -> None:
        name = self.rng.choice(list(self.cast.daos))
        expected = None
        if self.holder != name:
            expected = "NotLeader"
        elif self.model.leader == name:
            expected = "MoneyIsOut"
        given = (self.cast.lot, self.cast.daos[name].address)
        send = self.floor.keeper.send
        assert refusal(lambda: send(self.floor.adapter, "recall", *given)) == expected
        if expected is not None:
            self.done[f"recall, refused: {expected}"] += 1
            return
        self.holder, self.held = None, 0
        self.done["recall"] += 1

    def let_time_pass(self) -> None:
        """A little; or to the last second, to the last second that moves no end, or one earlier; rarely beyond the end."""
        rng, now = self.rng, self.chain.now()
        end = now + 60 if self.model.end is None else self.model.end
        late = (end - 1, end - self.model.buffer, end - self.model.buffer - 1)
        to = rng.choice((now + rng.randint(1, 600), *late, *late))
        self.chain.advance_to(end if rng.random() < 0.02 else min(to, max(now, end - 1)))

    def claim(self) -> None:
        """Of anybody: what is left of a bid that nobody opened, and all once no bid of ours is left to be made."""
        name = self.rng.choice(list(self.cast.daos))
        dao, at = self.cast.daos[name], self.rng.choice(list(self.cast.members(name).values()))
        seal, _, deposit = ask(self.chain, dao, "bidOf", self.cast.lot, at)[0]
        is_sealed, is_void = any(seal), self.phase is Phase.VOID or name in self.out
        refused = refusal(lambda: self.chain.send(dao.call(at, "claim", self.cast.lot)))
        if refused is not None:
            is_early = bool(deposit) and not is_sealed and not is_void
            assert refused == ("WrongPhase" if is_early else "NothingToClaim"), refused
            self.done["claim, refused"] += is_early
            return
        assert is_sealed or is_void, "claimed while the auction runs"
        self.done["claim"] += 1
        if is_void and name not in self.out:
            self.out.add(name)
            self.done["claim while a lot is void"] += 1
            if self.holder == name:
                self.holder, self.held = None, 0

    def change(self) -> None:
        """The owner's terms, of the auction that runs; at Zora the seller's reserve, until somebody bids."""
        what = self.rng.choice(("reserve", "percent", "buffer"))
        least, model = self.model.least_bid, self.model
        reserves = (1, least - 1, least + 1, least + WEI_PER_UNIT, self.highest, self.highest + 1)
        if self.life.code is Code.ZORA:
            if self.model.leader is not None:
                return
            what = "reserve"
        value = max(1, self.rng.choice(reserves))
        if what == "percent":
            value = self.rng.choice(PERCENTS[self.is_second :])
            model = replace(model, increment=Fraction(value, 100))
        elif what == "buffer":
            value = self.rng.choice(BUFFERS[: -2 if self.is_second else None])
            model = replace(model, buffer=value)
        else:
            model = replace(model, start=value)
        self.stage.venue.change(self.cast.house, what, value)
        self.model = model
        self.done[f"change of the {what}"] += 1

    def upgrade(self) -> None:
        if self.life.code is not Code.UPGRADED or self.is_second or self.rng.random() < 0.5:
            return
        if self.model.increment == 0 or self.model.buffer > DAY:
            return  # terms that the second version does not take
        self.stage.venue.upgrade()
        self.is_second = True
        self.done["upgrade after a bid"] += self.model.leader is not None

    def conclude(self) -> None:
        """Before the end: changes nothing."""
        if not self.model.is_over(self.chain.now()):
            self.floor.keeper.send(self.floor.adapter, "conclude", self.cast.lot)
            self.done["conclude in vain"] += 1

    # What must hold

    @property
    def phase(self) -> Phase:
        """Where the lot stands, by the model."""
        if self.holder is not None and self.holder == self.model.leader:
            return Phase.DRAW
        is_beyond = self.model.least_raise > self.highest
        return Phase.VOID if is_beyond or self.model.is_over(self.chain.now()) else Phase.DRAW

    def check(self) -> None:
        """The house, the adapter and the DAOs are where the model is."""
        model, lot = self.model, self.cast.lot
        found = self.cast.house.auction()
        leader = None if model.leader is None else self.cast.bidders[model.leader]
        assert (found.bidder, found.amount, found.end) == (leader, model.amount, model.end)
        reading = self.floor.ask(self.floor.adapter, "readingOf", lot)
        end = self.chain.now() + model.duration if model.end is None else model.end
        told = (True, leader or NOBODY, model.amount, model.least_bid, end)
        assert reading == told, f"the adapter reads {reading}, expected {told}"
        assert self.cast.house.least_bid() == model.least_bid
        standing = self.floor.standing(lot)
        holder = NOBODY if self.holder is None else self.cast.daos[self.holder].address
        at = (self.phase, holder, self.held)
        if self.phase is Phase.VOID:
            at = (Phase.VOID, NOBODY, 0)
        assert (standing.phase, standing.leader, standing.price) == at
        for name, dao in self.cast.daos.items():
            lent = self.held if self.holder == name else 0
            assert self.floor.ask(dao, "lentOf", lot) == lent, name
            here = 0 if model.leader == name else lent
            assert self.chain.balance(self.cast.bidders[name]) == here * WEI_PER_UNIT, name


def play(stage: HouseStage, one: Life) -> Counter[str]:
    """A script, to the last claim; how often each thing was done."""
    rng = random.Random(-one.seed)
    script = Script(stage, one, rng)
    refuser = stage.refusing.address
    purse = stage.chain.balance(refuser)
    for _ in range(rng.randint(STEPS // 2, STEPS)):
        script.step()
    outcome = stage.finish(script.cast, rng)
    ending = script.model
    if ending.leader == REFUSER and stage.venue.is_careful:
        ending = replace(ending, leader=None, amount=0)  # a puppet takes no items either
    assert outcome == one.outcome_of(ending)
    wrapped = ask(stage.chain, stage.venue.weth, "balanceOf", script.cast.bidders[REFUSER])[0]
    paid = outcome.amount if outcome.lot.winner == REFUSER else 0
    assert purse - stage.chain.balance(refuser) - wrapped == paid
    script.done["won by a DAO"] += outcome.lot.winner in script.cast.daos
    script.done["refund in WETH"] += wrapped > 0
    return script.done


EVERYWHERE = (
    *("bid", "bid, refused", "bid of just the least", "bid beyond all limits"),
    *("bid in the last second", "bid that moves the end", "raise", "raise over another DAO"),
    *("raise that rounds up", "raise that moves the end", "raise to the limit"),
    *("raise, refused: BeyondLimit", "raise, refused: AlreadyLeads"),
    *("recall", "recall, refused: NotLeader", "recall, refused: MoneyIsOut", "claim"),
    *("claim, refused", "claim while a lot is void", "change of the reserve", "conclude in vain"),
    *("won by a DAO", "refund in WETH"),
)
AT_NOUNS = (
    *("change of the percent", "change of the buffer", "upgrade after a bid"),
    *("raise in the last second", "raise, refused: TooLate"),
    "raise, refused: WrongPhase",
)
"""What has to happen in every chunk."""


def hold_equal(
    first: int, venue: Callable[[Revm], Venue], codes: tuple[Code, ...], seen: tuple[str, ...]
) -> None:
    """The scripts of a chunk of seeds."""
    stage, done = HouseStage(furnished(), venue), Counter[str]()
    for seed in range(first, first + CHUNK * TIMES):
        one = life(seed, codes)
        with reproducible(seed, one.instance, one):
            done += play(stage, one)
    missing = [what for what in seen if not done[what]]
    assert not missing, f"never done from seed {first} on: {missing}"


@pytest.mark.parametrize("first", range(FIRST_SEED, FIRST_SEED + SCRIPTS * TIMES, CHUNK * TIMES))
def test_scripts_at_nouns_equal_the_model(first: int) -> None:
    codes = (Code.FIRST, Code.SECOND, Code.UPGRADED)
    hold_equal(first, NounsVenue, codes, (*EVERYWHERE, *AT_NOUNS))


@pytest.mark.parametrize(
    "first", range(FIRST_SEED, FIRST_SEED + ZORA_SCRIPTS * TIMES, CHUNK * TIMES)
)
def test_scripts_at_zora_equal_the_model(first: int) -> None:
    hold_equal(first, ZoraVenue, (Code.ZORA,), EVERYWHERE)
