"""Random walks through lots at houses of others: anybody does anything at any time, with any amount.

One adapter on Nouns' house, which is upgraded at some moment, or on Zora's; DAOs of each kind that enter several lots of it, of
one auction or of many; and the auctioneer where estates sell what was won. After every transaction each contract holds exactly
what it owes and burnt, less what it lent; what a DAO has not lent covers all of every other lot, and of this one all but the
price; a ledger folded from the logs alone knows every bid; phases only go on. At the end the keeper settles everything, and
everybody has what the model leaves it.
"""

from collections import Counter
from collections.abc import Callable

import pytest

from offchain.bindings.contracts import contract
from offchain.bindings.enumerations import Phase
from offchain.bindings.seals import Opening, commitment
from offchain.chain.backend import Reverted, Transaction
from offchain.chain.revm import Revm
from offchain.houses.house import AtHouse
from offchain.io.units import WEI_PER_UNIT
from tests.differential.house_lives import TIMES, HouseTerms
from tests.differential.house_stage import NounsVenue, ZoraVenue
from tests.differential.house_watch import DAO, DAY, MINUTE, HouseWatch, Lot
from tests.differential.walks import walk_all
from tests.puppets import Manner, behave

WALKS, CHUNK, STEPS, CLOSING, LOTS = 16, 8, 300, 120, 7
SLOT = 20 * MINUTE
EVERYWHERE = (
    *("register", "enter", "commit", "commitMany", "raiseBid", "raiseMany", "withdraw", "reveal"),
    *("revealBatch", "tally", "raiseFor", "recall", "conclude", "settle", "claim", "claimTo"),
    *("claimBatch", "roll", "restore", "deliver", "deployEstate", "vote", "resell"),
    *("settle at the auctioneer", "reclaim", "claim of an estate", "claimTo of an estate"),
    *("claimBatch of an estate", "a rival's bid", "a gift to a paddle", "a new auction"),
    *("change of the reserve", "refused push", "burnt bond", "item of a settled lot"),
    *("won by a DAO", "won by a rival", "no bid", "raise over another DAO"),
)
AT_NOUNS = (*("change of the percent", "change of the buffer", "pause", "unpause", "upgrade"),)
"""What must have been done at least once in every few walks."""


class HouseStroll(HouseWatch):
    """A walk: anybody does anything."""

    def __init__(self, seed: int, chain: Revm | None = None) -> None:
        super().__init__(seed, chain)
        self.new_auction()

    # Anybody does anything

    def step(self) -> None:
        rng = self.rng
        if rng.random() < 0.07:
            self.let_time_pass()
        odd: list[Callable[[Lot, str], None]] = [
            *(self.register, self.auction, self.auction, self.conclude, self.rival, self.change),
            *(self.hostile, self.gift, self.restore, self.behave),
        ]
        if not self.lots:
            self.register((self.adapter, 1), rng.choice(self.people))
            return
        lot = rng.choice(self.lots)
        if not self.is_closing and not any(
            self.phase(one) in range(Phase.BIDDING, Phase.CLOSED) for one in self.lots
        ):
            rng.choice((self.register, self.auction))(lot, rng.choice(self.people))
        fresh = [one for one in self.lots if self.phase(one) in range(1, Phase.VOID)]
        if fresh and rng.random() < 0.8:
            lot = rng.choice(fresh)
        usual: dict[Phase, tuple[Callable[[Lot, str], None], ...]] = {
            Phase.BIDDING: (
                self.bid,
                self.bid,
                self.bid,
                self.bid,
                self.roll,
                self.withdraw,
                self.enter,
            ),
            Phase.REVEAL: (self.reveal, self.reveal, self.reveal_batch),
            Phase.TALLY: (self.tally, self.tally, self.tally, self.raise_for, self.claim),
            Phase.DRAW: (*[self.raise_for] * 6, self.rival, self.recall, self.claim),
            Phase.CLOSED: (self.settle, self.settle, self.claim, self.claim_batch),
            Phase.SETTLED: (self.claim, self.claim_batch, self.deliver, self.estate, self.part),
            Phase.VOID: (self.claim, self.claim_batch, self.reclaim, self.recall),
        }
        every = [plan for plans in usual.values() for plan in plans]
        plans = usual[self.phase(lot)] if rng.random() < 0.7 else rng.choice((every, odd, odd))
        rng.choice(plans)(lot, rng.choice(self.people))

    def let_time_pass(self) -> None:
        """Mostly to a moment at which something ends, or one second before."""
        now = self.chain.now()
        moments = [self.deadline(lot) for lot in self.lots if self.is_open(lot)]
        for lot in self.lots:
            if self.is_open(lot):
                moments += self._ends(lot)
        for auction in self.running.values():
            end = auction.auction().end
            moments += [end, end - MINUTE] if end is not None else []
        later = sorted(moment for moment in moments if moment > now)
        if later and self.rng.random() < 0.8:
            self.chain.advance_to(later[0] - self.rng.randrange(2))
        else:
            self.chain.advance_to(now + self.rng.randrange(5 * MINUTE))
        self.check(())
        for lot in self.lots:
            if self.phase(lot) == Phase.DRAW:  # as keepers do, who watch the time
                self.raise_for(lot, self.keeper)
                self.raise_for(lot, self.keeper)

    def is_open(self, lot: Lot) -> bool:
        """Whether anything is still to come of a lot."""
        return self.phase(lot) in range(Phase.BIDDING, Phase.SETTLED)

    def _where(self, lot: Lot) -> str:
        """A contract at which bids on the lot are, rarely one that has not entered it."""
        if lot[0] == self.market and self.rng.random() < 0.5:
            return self.market
        return self._dao_on(lot)

    def _dao_on(self, lot: Lot) -> str:
        entered = self.ledgers[lot[0]].lots[lot[1]].daos
        is_odd = not entered or self.rng.random() < 0.05
        return self.rng.choice(list(self.daos[lot[0]]) if is_odd else entered)

    # The house

    def new_auction(self) -> None:
        """The house sells something else; at Nouns only once it has settled what went before."""
        rng = self.rng
        reserve = rng.choice((1, WEI_PER_UNIT, 5 * WEI_PER_UNIT, 5 * WEI_PER_UNIT + 1))
        if isinstance(self.venue, ZoraVenue):
            auction: AtHouse = self.venue.offer(HouseTerms(reserve, 5, 900))
        else:
            auction = self.venue.house
        number = auction.auction().number
        self.running[number] = auction
        if rng.random() < 0.5:
            self.stubborn.add(number)
        self.done["a new auction"] += 1

    def _can_conclude(self, number: int) -> bool:
        """Whether the house's auction is over, and nobody holds it up, as now and then if a DAO won."""
        end, bidder = self.running[number].auction().end, self.lead(number)[0]
        if end is None or self.chain.now() < end:
            return False
        deadlines = [self.deadline((self.adapter, lot)) for lot in self._lots_of(number)]
        is_won = bidder not in (None, self.refuser, *self.rivals)
        is_held_up = number in self.stubborn and self.chain.now() < max(deadlines, default=0)
        return not (is_won and is_held_up)

    def _concluded(self, number: int, last: tuple[str | None, int]) -> None:
        """The house has settled an auction."""
        if self.at_zora and last[0] == self.refuser:
            last = None, 0  # it takes no items either, so the house pays it back
        self.ended[number] = last
        del self.running[number]
        paddles = {self.paddle(lot, dao) for lot in self._lots_of(number) for dao in self.at}
        won = "won by a DAO" if last[0] in paddles else "won by a rival"
        self.done["no bid" if last[0] is None else won] += 1
        if not isinstance(self.venue, ZoraVenue) and not self.venue.house.auction().settled:
            self.new_auction()

    def auction(self, _: Lot, who: str) -> None:
        """The house settles what is over, and sells something else."""
        number = self.rng.choice(list(self.running) or [0])
        if number and self._can_conclude(number):
            last = self.lead(number)
            self.running[number].settle(self.keeper)
            self._concluded(number, last)
            self.check(())
        elif self.at_zora and len(self.running) < 3:
            self.new_auction()
        elif not self.running:
            assert isinstance(self.venue, NounsVenue)
            self.venue.house.unpause()
            self.done["unpause"] += 1
            self.new_auction()

    def conclude(self, lot: Lot, who: str) -> None:
        if lot[0] != self.adapter:
            return
        number = self.numbers[lot[1]]
        runs = number in self.running
        if runs and self._is_over(number) and not self._can_conclude(number):
            return
        is_last = not isinstance(self.venue, ZoraVenue) and not runs
        if is_last and any(
            self._is_over(one) and not self._can_conclude(one) for one in self.running
        ):
            return  # the house settles whatever is over
        before = {one: self.lead(one) for one in self.running}
        over = [one for one in before if self._is_over(one)]
        settles = [one for one in over if one == number or not self.at_zora]
        data = self.house_adapter.contract.encode("conclude", lot[1])
        self.chain.send(Transaction(self.keeper, self.adapter, data))
        self.done["conclude"] += 1
        for one in settles:
            self._concluded(one, before[one])
        self.check(())

    def _is_over(self, number: int) -> bool:
        end = self.running[number].auction().end
        return end is not None and self.chain.now() >= end

    def rival(self, lot: Lot, _: str) -> None:
        """A bid of any amount; mostly one that leads, and seldom one that nobody reaches."""
        rng, number = self.rng, self.numbers.get(lot[1], 0)
        if number not in self.running:
            number = rng.choice(list(self.running) or [0])
        if not number:
            return
        auction, account = self.running[number], rng.choice(self.rivals)
        least = auction.least_bid()
        amount = rng.choice(
            (least, least, least + 1, least + WEI_PER_UNIT, least * 2, least - 1, 1)
        )
        by = self.refuser if account == self.rivals[0] and rng.random() < 0.5 else None
        try:
            auction.bid(account, max(1, amount), by)
            self.done["a rival's bid"] += 1
        except Reverted:
            pass
        self.check(())

    def change(self, lot: Lot, _: str) -> None:
        """The owner's terms and code, in mid-auction."""
        rng = self.rng
        what = rng.choice(("reserve", "percent", "buffer", "pause", "upgrade", "upgrade"))
        if isinstance(self.venue, ZoraVenue):
            open_ = [one for one in self.running.values() if one.auction().bidder is None]
            if open_:
                self.venue.change(rng.choice(open_), "reserve", rng.randrange(9) * WEI_PER_UNIT + 1)
                self.done["change of the reserve"] += 1
        elif what == "pause":
            house = self.venue.house
            if not house.is_paused():
                house.pause()
                self.done["pause"] += 1
            elif self.running:
                house.unpause()
                self.done["unpause"] += 1
        elif what == "upgrade":
            if not self.done["upgrade"] and sum(self.done.values()) > 40:
                self.venue.upgrade()
                self.done["upgrade"] += 1
        else:
            values = {
                "reserve": (1, 3 * WEI_PER_UNIT, 7),
                "percent": (1, 5, 50),
                "buffer": (60, 900),
            }
            self.venue.change(self.venue.house, what, rng.choice(values[what]))
            self.done[f"change of the {what}"] += 1
        self.check(())

    # Lots

    def register(self, _: Lot, who: str) -> None:
        rng, now = self.rng, self.chain.now()
        if self.is_closing or len(self.numbers) == LOTS or not self.running:
            return
        number = rng.choice([*self.running, max(self.running)])
        ends = (now + SLOT, now + 2 * SLOT, now + 3 * SLOT + rng.choice((0, 0, 0, 2 * DAY)))
        schedule = (*ends, rng.choice((1_000, 3_333, 10_000)))
        if self.try_(who, self.adapter, "register", number, schedule) is None:
            return
        lot = self.lots[-1]
        for dao in self.daos[self.adapter]:
            if rng.random() < 0.7:
                self.try_(who, dao, "enter", lot[1], lots=[lot])

    def enter(self, lot: Lot, who: str) -> None:
        self.try_(who, self.rng.choice(list(self.daos[lot[0]])), "enter", lot[1], lots=[lot])

    def _seal(self, where: str, lot: int, who: str, amount: int) -> bytes:
        salt = self.rng.randbytes(32)
        sealed = commitment(self.chain.chain_id, Opening(where, lot, who, amount, salt))
        self.seals[sealed] = amount, salt
        return sealed

    def bid(self, lot: Lot, who: str) -> None:
        """With any amount, be it nothing or less than a unit."""
        rng, where = self.rng, self._where(lot)
        amounts = [rng.choice((0, 1, 2, 5, 7, 7, 8, 12, 30, 55)) for _ in range(2)]
        if where == self.market:
            amounts = [max(amount, rng.choice((0, 55, 70))) for amount in amounts]
        others = [one for one in self.lots if one[0] == lot[0] and one != lot] or [lot]
        both = dict(zip((lot[1], rng.choice(others)[1]), amounts, strict=True))
        touched = [(lot[0], one) for one in both]
        wei = sum(both.values()) * WEI_PER_UNIT + (rng.random() < 0.03)
        one = amounts[0] * WEI_PER_UNIT + (rng.random() < 0.03)
        if self.daos[lot[0]].get(where):
            if rng.random() < 0.3:
                self.try_(who, where, "raiseMany", tuple(both.items()), lots=touched, wei=wei)
            else:
                self.try_(who, where, "raiseBid", lot[1], lots=[lot], wei=one)
        elif rng.random() < 0.2:
            seals = tuple((at, self._seal(where, at, who, bid), bid) for at, bid in both.items())
            self.try_(who, where, "commitMany", seals, (b"",) * len(seals), lots=touched, wei=wei)
        else:
            sealed = self._seal(where, lot[1], who, amounts[0])
            self.try_(who, where, "commit", lot[1], sealed, lots=[lot], wei=one)

    def roll(self, lot: Lot, who: str) -> None:
        where = self._where(lot)
        sealed = [dao for dao, is_open in self.daos[lot[0]].items() if not is_open]
        able = [
            (dao, origin, someone)
            for (dao, origin), book in self.ledgers[lot[0]].books.items()
            if dao in sealed
            for someone in book.boxes
            if book.due(someone) and self.phase((lot[0], origin)) in (Phase.VOID, Phase.SETTLED)
        ]
        origin = self.rng.choice(self.lots)[1]
        if able and self.rng.random() < 0.8:
            where, origin, who = self.rng.choice(able)
        bid = self.rng.choice((1, 7, 12))
        given = (origin, lot[1], self._seal(where, lot[1], who, bid))
        wei = self.rng.choice((0, 0, 5 * WEI_PER_UNIT, 1))
        self.try_(who, where, "roll", *given, lots=[lot, (lot[0], origin)], wei=wei)

    def withdraw(self, lot: Lot, who: str) -> None:
        self.try_(who, self._where(lot), "withdraw", lot[1], who, lots=[lot])

    def _opening(self, where: str, lot: Lot, who: str) -> tuple[int, bytes]:
        """The opening of somebody's bid, now and then a false one."""
        book = self.ledgers[lot[0]].books.get((where, lot[1]))
        box = book.boxes.get(who) if book else None
        bid, salt = self.seals.get((box.commitment if box else None) or b"", (1, bytes(32)))
        return bid + (self.rng.random() < 0.05), salt

    def reveal(self, lot: Lot, who: str) -> None:
        where = self._where(lot)
        self.try_(who, where, "reveal", lot[1], *self._opening(where, lot, who), lots=[lot])

    def reveal_batch(self, lot: Lot, who: str) -> None:
        where = self._where(lot)
        some = self.rng.sample(self.people, self.rng.randrange(3, 6))
        openings = tuple((one, *self._opening(where, lot, one)) for one in some)
        self.try_(who, where, "revealBatch", lot[1], openings, lots=[lot])

    def tally(self, lot: Lot, who: str) -> None:
        dao = self._dao_on(lot)
        book = self.ledgers[lot[0]].books.get((dao, lot[1]))
        order = [member for _, member in book.ascending()][book.counted(who) :] if book else []
        if self.rng.random() < 0.1 and order:
            order.pop(self.rng.randrange(len(order)))
        if self.rng.random() < 0.2:
            order = order[: len(order) // 2]
        self.try_(who, dao, "tally", lot[1], tuple(order), lots=[lot])

    def raise_for(self, lot: Lot, who: str) -> None:
        if lot[0] == self.adapter:
            self.try_(who, self.adapter, "raiseFor", lot[1], self._dao_on(lot), lots=[lot])

    def recall(self, lot: Lot, who: str) -> None:
        if lot[0] == self.adapter:
            self.try_(who, self.adapter, "recall", lot[1], self._dao_on(lot), lots=[lot])

    def deliver(self, lot: Lot, who: str) -> None:
        if lot[0] == self.adapter:
            self.try_(who, self.adapter, "deliver", lot[1], lots=[lot])

    def settle(self, lot: Lot, who: str) -> None:
        _, leader, price = self.view(lot[0], "standing", lot[1])
        if lot[0] == self.market and leader not in self.daos[self.market]:
            told = "settle at the auctioneer"
            self.try_(who, self.market, "settle", lot[1], lots=[lot], told=told)
            return
        book = self.ledgers[lot[0]].books.get((leader, lot[1]))
        step = book.reaching(price) if book else None
        if book is None or step is None:
            leader, given = self._dao_on(lot), (0, 0, b"")
        else:
            members = book.ascending()[step.start : step.counted]
            bids = b"".join(bid.to_bytes(8) for bid, _ in members)
            given = (step.start, step.best_before, bids)
        self.try_(who, leader, "settle", lot[1], *given, lots=[lot])

    def claim(self, lot: Lot, who: str) -> None:
        where = self._where(lot)
        if self.rng.random() < 0.6:
            self.try_(who, where, "claim", lot[1], lots=[lot])
            return
        before = self.chain.balance(self.heir)
        self.try_(who, where, "claimTo", lot[1], self.heir, lots=[lot])
        got = self.chain.balance(self.heir) - before
        self.purses[who] -= got
        self.purses[self.heir] += got

    def claim_batch(self, lot: Lot, who: str) -> None:
        some = tuple(self.rng.choices(self.people, k=self.rng.randrange(3, 8)))
        self.try_(who, self._where(lot), "claimBatch", lot[1], some, lots=[lot])

    def reclaim(self, lot: Lot, who: str) -> None:
        if lot[0] == self.market:
            self.try_(who, self.market, "reclaim", lot[1], lots=[lot])

    # What was won

    def estate(self, lot: Lot, who: str) -> None:
        """The served vote, and the item is sold again."""
        rng, dao = self.rng, self.ledgers[lot[0]].lots[lot[1]].winner
        if dao not in self.at:
            return
        at = self._estate_at(dao, lot[1])
        if not self.chain.transaction_count(at):
            self.try_(who, dao, "deployEstate", lot[1], lots=[lot])
            return
        if lot[0] == self.market:
            return
        for one in self.people:
            if self.view(dao, "isServed", lot[1], one)[0] and rng.random() < 0.5:
                self.try_(one, at, "vote", 1)
        if self.try_(who, at, "resell", 1) is not None:
            sale = (self.market, int(self.view(at, "resaleLot")[0]))
            self.lots.append(sale)
            for entering in self.daos[self.market]:
                self.try_(who, entering, "enter", sale[1], lots=[sale])

    def part(self, lot: Lot, who: str) -> None:
        """Somebody takes its part of a resale, for itself or somebody else, or everybody's are paid."""
        dao = self.ledgers[lot[0]].lots[lot[1]].winner
        if dao not in self.at or lot[0] == self.market:
            return
        at = self._estate_at(dao, lot[1])
        if not self.chain.transaction_count(at):
            return
        given: dict[str, tuple[object, ...]] = {
            "claim": (),
            "claimTo": (self.heir,),
            "claimBatch": (tuple(self.people),),
        }
        turn = self.rng.choice(("claim", "claim", "claimTo", "claimTo", "claimBatch"))
        served = [one for one in self.people if self.view(dao, "isServed", lot[1], one)[0]]
        who = self.rng.choice([who, *served, *served])
        before = {one: self.chain.balance(one) for one in (*self.people, self.heir)}
        self.try_(who, at, turn, *given[turn], told=f"{turn} of an estate")
        for one, had in before.items():
            self.purses[one] += self.chain.balance(one) - had

    # What nobody should do

    def hostile(self, lot: Lot, who: str) -> None:
        """Calls that are not for strangers, and money that nobody asked for."""
        if lot[0] != self.adapter:
            return
        dao, number = self._dao_on(lot), lot[1]
        self.never(who, dao, "lend", number, self.rng.choice((0, 1, 7)), who)
        self.never(who, self.adapter, "submit", number, 2**96 - 1)
        self.never(who, self.adapter, "enter", number)
        self.never(who, self.adapter, "pay", number, who, wei=self.rng.choice((0, WEI_PER_UNIT)))
        self.never(who, self.adapter, "relist", number, 1, (0, 0, 0, 0))
        with pytest.raises(Reverted):
            self.chain.send(Transaction(self.keeper, self.adapter, b"", 1))
        with pytest.raises(Reverted):
            self.chain.send(Transaction(self.keeper, dao, b"", 1))
        paddle = self.paddle(number, dao)
        if self.chain.transaction_count(paddle):
            drain = contract("Paddle").encode("act", self.keeper, 1, b"")
            with pytest.raises(Reverted):
                self.chain.send(Transaction(self.keeper, paddle, drain))

    def restore(self, lot: Lot, who: str) -> None:
        """A stranger pays what a DAO has lent: any amount."""
        if lot[0] != self.adapter or who == self.actor:
            return
        holder = self.holder.get(lot[1])
        dao = holder[0] if holder else self._dao_on(lot)
        lent = int(self.view(dao, "lentOf", lot[1])[0])
        wei = self.rng.choice((1, WEI_PER_UNIT, lent * WEI_PER_UNIT, (lent + 1) * WEI_PER_UNIT))
        data = DAO.encode("restore", lot[1])
        try:
            receipt = self.chain.send(Transaction(self.keeper, dao, data, wei))
        except Reverted:
            self.check(())
            return
        assert wei <= lent * WEI_PER_UNIT
        assert not receipt.contract
        self.strange[dao, lot[1]] += wei // WEI_PER_UNIT
        self.done["restore"] += wei > 0
        self.check([lot])

    def gift(self, lot: Lot, _: str) -> None:
        """Ether for a paddle, which stays there."""
        if lot[0] != self.adapter:
            return
        paddle = self.paddle(lot[1], self._dao_on(lot))
        wei = self.rng.choice((1, WEI_PER_UNIT, 3 * WEI_PER_UNIT))
        self.chain.send(Transaction(self.keeper, paddle, b"", wei))
        self.extra[paddle] += wei
        self.done["a gift to a paddle"] += 1
        self.check(())

    def behave(self, _: Lot, __: str) -> None:
        """Who has code takes money in another manner from now on."""
        manner = self.rng.choice((Manner.ACCEPT, Manner.ACCEPT, Manner.REFUSE, Manner.BURN_GAS))
        self.chain.send(Transaction(self.keeper, self.actor, behave(manner)))

    # The end

    def end(self) -> None:
        """The keeper ends all lots; what was won is sold again, anyhow; and everybody has what the model gives it."""
        for lot in sorted(self.lots, key=self.deadline):
            if lot[0] == self.adapter:
                self._end(lot)
        self.is_closing = True
        for lot in list(self.lots):
            for who in self.people:
                self.estate(lot, who)
        for _ in range(CLOSING):
            self.step()
        self.chain.send(Transaction(self.keeper, self.actor, behave(Manner.ACCEPT)))
        for lot in self.lots:
            if lot[0] == self.market:
                self._end(lot)
        for lot in self.lots:
            for where in (*self.daos[lot[0]], *([self.market] if lot[0] == self.market else [])):
                some = tuple(self.people)
                self.try_(self.keeper, where, "claimBatch", lot[1], some, lots=[lot])
        for lot in self.lots:
            for who in self.people:
                self.part(lot, who)
        paid: Counter[str] = Counter()
        for lot in self.lots:
            self._check_end(lot, paid)
        for who in (*self.people, self.heir):
            expected = self.purses[who] - paid[who] * WEI_PER_UNIT
            assert self.chain.balance(who) == expected, f"{who} paid something else"
        sold = sum(amount for _, amount in self.ended.values())
        assert self.chain.balance(self.owner) - self.purses[self.owner] == sold, "the house's owner"

    def _end(self, lot: Lot) -> None:
        """Reveals are over; the tally, the house's auction and the settlement are done, as far as anybody can."""
        ledger = self.ledgers[lot[0]]
        self.chain.advance_to(self._ends(lot)[1])
        self.check(())
        for dao in ledger.lots[lot[1]].daos:
            book = ledger.books[dao, lot[1]]
            if self.chain.now() < self._ends(lot)[2] and book.tallier is None:
                order = tuple(member for _, member in book.ascending())
                self.try_(self.keeper, dao, "tally", lot[1], order, lots=[lot])
        self.chain.advance_to(self._ends(lot)[2])
        number = self.numbers.get(lot[1]) if lot[0] == self.adapter else None
        if number in self.running:
            end = self.running[number].auction().end
            is_given_up = end is None or number in self.stubborn
            self.chain.advance_to(self.deadline(lot) if end is None or is_given_up else end)
            self.check(())
            if is_given_up:
                self._close(lot)
            self.stubborn.discard(number)
            self.conclude(lot, self.keeper)
        self.check(())
        self._close(lot)
        assert self.phase(lot) in (Phase.SETTLED, Phase.VOID), (lot, self.phase(lot))

    def _close(self, lot: Lot) -> None:
        if self.phase(lot) == Phase.CLOSED:
            self.settle(lot, self.keeper)
        self.reclaim(lot, self.keeper)
        self.deliver(lot, self.keeper)


@pytest.mark.parametrize("first", range(0, WALKS * TIMES, CHUNK * TIMES))
def test_random_walks(first: int) -> None:
    """Every way through is taken, and none is stuck."""
    done = walk_all(HouseStroll, range(first, first + CHUNK * TIMES), STEPS)
    missing = [what for what in (*EVERYWHERE, *AT_NOUNS) if not done[what]]
    assert not missing, f"never done from seed {first} on: {missing}"
