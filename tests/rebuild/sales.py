"""Resilient auctions, by their logs (contracts/resilient)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from offchain.bindings.announcements import Announcement
from offchain.bindings.constants import Announcements, ResilientAuction
from offchain.bindings.entries import MOST_AMOUNT
from offchain.bindings.enumerations import AnnouncementFlaw, CoinOutcome, ResilientPhase
from offchain.chain.revm import CHAIN_ID
from offchain.io.addresses import NOBODY, to_bytes
from offchain.io.units import WEI_PER_UNIT
from tests.rebuild.books import BPS, OPEN, Box
from tests.rebuild.steps import Call
from tests.rebuild.twin import Earning, World, units

CARRIED_OUT = (CoinOutcome.TAILS, CoinOutcome.OWN)
Skipped = tuple[int, str, AnnouncementFlaw]


@dataclass
class Sale:
    """One lot: what was listed, what was sealed and announced, what was decided, and what became of the goods."""

    seller: str
    epsilon: tuple[int, int]
    schedule: tuple[int, int, int, int]
    goods: list[tuple[str, int]] = field(default_factory=list)
    boxes: dict[str, Box] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    """Whose bond is burnt just now."""
    announced: dict[str, Announcement] = field(default_factory=dict)
    star: str = NOBODY
    ruling: Announcement | None = None
    outcome: CoinOutcome = CoinOutcome.OPEN
    is_settled: bool = False
    is_requested: bool = False
    end_of_answers: int = 0
    pot: int = 0
    unpaid: int = 0
    revenues: int = 0
    taken: int = 0
    answered: int = 0
    accepted: int = 0
    closed: int = 0
    held: int = 0
    gone: int = 0

    @property
    def own(self) -> Announcement | None:
        return self.announced.get(self.seller)

    @property
    def star_revenue(self) -> int:
        return self.announced[self.star].revenue if self.star in self.announced else 0

    @property
    def own_revenue(self) -> int:
        return self.own.revenue if self.own else 0

    @property
    def digest(self) -> bytes:
        """Of what is carried out, or would be."""
        one = self.ruling or self.announced.get(self.star)
        return one.digest() if one else bytes(32)

    @property
    def offers(self) -> int:
        """Those there are, as bits."""
        if self.ruling is None or self.outcome not in CARRIED_OUT:
            return 0
        return (1 << len(self.ruling.offers)) - 1

    @property
    def fines(self) -> int:
        return self.star_revenue - self.taken if self.outcome == CoinOutcome.TAILS else 0

    def bond(self, box: Box) -> int:
        return box.deposit * self.schedule[3] // BPS if box.is_sealed else 0


class Resilient(Earning):
    """The resilient auction."""

    name = "ResilientAuction"
    made_of = ("randomness",)

    def __init__(self, world: World, at: str, **facts: Any) -> None:
        super().__init__(world, at, **facts)
        self.sales: dict[int, Sale] = {}
        self.skips: list[Skipped] = []
        self.skipped: list[Skipped] = []

    # Views

    def lotCount(self) -> int:
        return len(self.sales)

    def lotOf(self, lot: int) -> tuple[Any, ...]:
        one = self.sales[lot]
        bidding, reveal, answers, bond = one.schedule
        own = one.own.digest() if one.own else bytes(32)
        return (
            *(one.seller, bidding, reveal, bond, *one.epsilon, answers, len(one.goods)),
            *(one.outcome, one.is_settled, one.is_requested, one.end_of_answers, one.pot),
            *(one.star, one.star_revenue, one.unpaid, one.digest),
            *(one.revenues, one.taken, one.own_revenue, own),
            *(one.offers, one.answered, one.accepted, one.closed, one.held, one.gone),
        )

    def goodOf(self, lot: int, index: int) -> tuple[str, int]:
        return self.sales[lot].goods[index]

    def bidOf(self, lot: int, player: str) -> tuple[bytes, int, int]:
        box = self.sales[lot].boxes.get(player, Box())
        return box.commitment, box.bid, box.deposit

    def phase(self, lot: int) -> ResilientPhase:
        one, now = self.sales[lot], self.world.now
        if now < one.schedule[0]:
            return ResilientPhase.BIDDING
        if now < one.schedule[1]:
            return ResilientPhase.REVEAL
        if one.outcome != CoinOutcome.OPEN:
            return ResilientPhase.ANSWERS if now < one.end_of_answers else ResilientPhase.FINAL
        is_known = one.star != NOBODY or one.own_revenue > 0
        in_time = now < one.schedule[1] + ResilientAuction.DRAW_WINDOW
        return ResilientPhase.DRAW if is_known and in_time else ResilientPhase.VOID

    def rebateOf(self, lot: int, player: str) -> tuple[int, int]:
        one, box = self.sales[lot], self.sales[lot].boxes.get(player, Box())
        has_some = one.outcome in CARRIED_OUT and not box.is_sealed and player != one.seller
        numerator = one.epsilon[0] * box.bid if has_some else 0
        return numerator, one.epsilon[1] * (1 + one.revenues)

    def dueOf(self, lot: int, player: str) -> int:
        box, phase = self.sales[lot].boxes.get(player, Box()), self.phase(lot)
        is_over = phase >= ResilientPhase.FINAL
        if box.is_empty or not (is_over or (phase >= ResilientPhase.DRAW and box.is_sealed)):
            return 0
        return self._account(lot, player)

    def _account(self, lot: int, player: str) -> int:
        """What is due to a player in the end, in wei."""
        one, box = self.sales[lot], self.sales[lot].boxes[player]
        if box.is_sealed:
            return units(box.deposit - one.bond(box))
        left = box.deposit - (one.fines if player == one.star else 0)
        return units(left) + self._rebate(lot, player)

    def _rebate(self, lot: int, player: str) -> int:
        numerator, denominator = self.rebateOf(lot, player)
        return WEI_PER_UNIT * numerator // denominator

    # Selling

    def LotListed(
        self,
        lot: int,
        seller: str,
        epsilonNumerator: int,
        epsilonDenominator: int,
        schedule: tuple[int, int, int, int],
    ) -> None:
        assert lot == len(self.sales) + 1
        self.sales[lot] = Sale(seller, (epsilonNumerator, epsilonDenominator), schedule)
        self.moves(WEI_PER_UNIT)
        self.ask("lotCount")
        for who in self.world.people:
            self.look(lot, who)

    def look(self, lot: int, player: str | None = None) -> Sale:
        """A sale that changes, and perhaps what is with a player."""
        self.ask("lotOf", lot)
        self.ask("phase", lot)
        if player is not None:
            for view in ("bidOf", "rebateOf", "dueOf"):
                self.ask(view, lot, player)
        return self.sales[lot]

    def GoodsAdded(self, lot: int, first: int, goods: tuple[tuple[str, int], ...]) -> None:
        one = self.look(lot)
        assert first == len(one.goods)
        one.goods += goods
        for index in range(first, len(one.goods)):
            self.ask("goodOf", lot, index)
            self.world.moved(*one.goods[index], self.at)

    # Announcing

    def AnnouncementSealed(self, lot: int, player: str, sealedAnnouncement: bytes) -> None:
        box = self.look(lot, player).boxes.setdefault(player, Box())
        deposit = int.from_bytes(sealedAnnouncement[24:])
        self.moves(units(deposit - box.deposit))
        box.commitment, box.deposit = sealedAnnouncement[:24], deposit

    def AnnouncementWithdrawn(self, lot: int, player: str, deposit: int) -> None:
        assert deposit == self.look(lot, player).boxes.pop(player).deposit
        (call,) = [call for call in self.called("withdraw", lot=lot) if call.sender == player]
        self.pays(call.args["recipient"], units(deposit))

    def AnnouncementOpened(
        self, lot: int, player: str, revenue: int, announcement: tuple[Any, ...]
    ) -> None:
        one, said = self.look(lot, player), Announcement(*announcement)
        box = one.boxes[player]
        assert said.commitment(CHAIN_ID, self.at, lot, player) == box.commitment
        assert revenue == said.revenue
        box.commitment, box.bid = OPEN, revenue
        one.announced[player] = said
        if player == one.seller:
            return
        if one.star == NOBODY or revenue > one.star_revenue:
            one.star = player
        one.revenues += revenue
        one.unpaid += 1

    def AnnouncementSkipped(self, lot: int, player: str, flaw: AnnouncementFlaw) -> None:
        self.skipped.append((lot, player, flaw))

    # Deciding and answering

    def DrawRequested(self, lot: int) -> None:
        one = self.look(lot)
        assert not one.is_requested
        one.is_requested = True

    def Decided(self, lot: int, outcome: CoinOutcome, endOfAnswers: int) -> None:
        one = self.look(lot)
        is_there, word = self.world.twins[self.facts["randomness"]].wordOf(self.at, lot)
        assert is_there
        is_own, is_heads = one.own_revenue > one.star_revenue, word & ResilientAuction.COIN != 0
        sides = (
            (CoinOutcome.TAILS, CoinOutcome.HEADS),
            (CoinOutcome.OWN, CoinOutcome.UNSOLD),
        )
        assert outcome == sides[is_own][is_heads]
        one.outcome, one.end_of_answers = outcome, endOfAnswers
        one.ruling = one.own if is_own else one.announced[one.star]
        assert one.ruling is not None
        if outcome == CoinOutcome.HEADS:
            one.held = one.ruling.wish
        assert endOfAnswers == self.world.now + (one.schedule[2] if one.offers else 0)

    def Answered(self, lot: int, player: str, index: int, yes: bool) -> None:
        one, bit = self.look(lot, player), 1 << index
        to, price, bundle = self._offer(one, index)
        assert player == to
        assert not one.answered & bit
        one.answered |= bit
        if yes:
            one.accepted |= bit
            one.held |= bundle
            one.taken += price
            self.moves(units(price))
        if one.answered == one.offers:
            one.end_of_answers = self.world.now

    def _offer(self, one: Sale, index: int) -> tuple[str, int, int]:
        assert one.ruling is not None
        return one.ruling.offers[index]

    # Delivering

    def GoodsGiven(self, lot: int, recipient: str, goods: int) -> None:
        one = self.look(lot)
        assert goods
        assert not goods & one.gone
        one.gone |= goods
        for index in range(goods.bit_length()):
            if goods >> index & 1:
                self.world.moved(*one.goods[index], recipient)

    def BundleSold(self, lot: int, index: int, price: int) -> None:
        one = self.look(lot)
        assert price == self._offer(one, index)[1]
        one.closed |= 1 << index
        self.earns(one.seller, units(price))

    def BundleRefunded(self, lot: int, index: int, price: int) -> None:
        one = self.look(lot)
        to, cost, bundle = self._offer(one, index)
        assert price == cost
        one.closed |= 1 << index
        one.held &= ~bundle
        self.pays(to, units(price))

    # Money

    def SellerCredited(self, lot: int, fines: int, stakeBack: int, pot: int) -> None:
        one = self.look(lot)
        assert not one.is_settled
        assert fines == one.fines
        assert stakeBack == WEI_PER_UNIT - pot
        one.is_settled, one.pot = True, pot
        self.earns(one.seller, units(fines) + stakeBack)

    def PotEmptied(self, lot: int, amountWei: int) -> None:
        one = self.look(lot)
        assert one.unpaid == 1
        one.pot -= amountWei
        self.earns(one.seller, amountWei)

    def BondBurnt(self, lot: int, player: str, bond: int) -> None:
        one = self.look(lot, player)
        box = one.boxes[player]
        assert bond == one.bond(box) > 0
        one.boxes[player] = Box(box.commitment, 0, box.deposit - bond)
        one.silent.add(player)

    def Claimed(self, lot: int, player: str, recipient: str, amountWei: int) -> None:
        one = self.look(lot, player)
        box = one.boxes[player]
        if player in one.silent:
            one.silent.remove(player)
            assert amountWei == units(box.deposit)
        else:
            assert amountWei == self._account(lot, player)
        if not box.is_sealed and player != one.seller:
            one.pot -= self._rebate(lot, player)
            one.unpaid -= 1
            assert one.unpaid or not one.pot
        del one.boxes[player]
        self.pays(recipient, amountWei)
        # where nothing is left no purse tells who got it
        calls = [call for call in self.called("claim", "claimTo", lot=lot) if call.sender == player]
        named = {call.args.get("recipient", player) for call in calls}
        for call in self.called("claimBatch", lot=lot):
            named |= {player} & {*call.args["players"]}
        assert recipient in named

    def PushCredited(self, lot: int, player: str, amountWei: int) -> None:
        paid = [
            one["amountWei"]
            for one in self.told("Claimed")
            if (one["lot"], one["player"]) == (lot, player)
        ]
        refunded = [
            units(one["price"])
            for one in self.told("BundleRefunded")
            if one["lot"] == lot and self._offer(self.sales[lot], one["index"])[0] == player
        ]
        assert amountWei in paid + refunded
        self.pays(player, -amountWei)
        self.earns(player, amountWei)

    # What has to have been said

    def before(self) -> None:
        self.skips = [flaw for call in self.called("revealBatch") for flaw in self._flaws(call)]

    def end(self) -> None:
        assert self.skipped == self.skips, "whose openings were skipped"
        self.skipped = []
        for lot, one in self.sales.items():
            assert not one.silent, f"a bond was burnt on {lot}, and nothing else"
        if not self.world.has_reentered():
            for call in self.called("claimBatch"):
                lot = call.args["lot"]
                if self.phase(lot) >= ResilientPhase.FINAL:
                    assert not {*call.args["players"]} & {*self.sales[lot].boxes}

    def _flaws(self, call: Call) -> list[Skipped]:
        """Which openings of a batch are skipped, and why; who has sealed nothing is not spoken of."""
        lot, found, opened = call.args["lot"], list[Skipped](), set[str]()
        for player, announcement in call.args["openings"]:
            one, said = self.sales[lot], Announcement(*announcement)
            box = one.boxes.get(player, Box())
            if box.is_empty:
                continue
            if player in opened or not box.is_sealed:
                flaw = AnnouncementFlaw.ALREADY_REVEALED
            else:
                flaw = self._flaw(lot, player, said, box)
            if flaw == AnnouncementFlaw.NONE:
                opened.add(player)
            else:
                found.append((lot, player, flaw))
        return found

    def _flaw(self, lot: int, player: str, said: Announcement, box: Box) -> AnnouncementFlaw:
        """What is wrong with an opening, in the order in which the contract looks."""
        flaw, goods = AnnouncementFlaw, (1 << len(self.sales[lot].goods)) - 1
        if len(said.offers) > Announcements.MOST_OFFERS:
            return flaw.TOO_MANY_OFFERS
        if said.revenue > MOST_AMOUNT:
            return flaw.WRONG_OPENING
        if said.commitment(CHAIN_ID, self.at, lot, player) != box.commitment:
            return flaw.WRONG_OPENING
        seen, last = 0, -1
        for to, price, bundle in said.offers:
            number = int.from_bytes(to_bytes(to))
            wrong = (
                (price == 0, flaw.ZERO_PRICE),
                (bundle == 0, flaw.EMPTY_BUNDLE),
                (bundle & ~goods, flaw.UNKNOWN_GOODS),
                (bundle & seen, flaw.OVERLAPPING_BUNDLES),
                (to == player, flaw.OFFER_TO_SELF),
                (number <= last, flaw.RECIPIENTS_OUT_OF_ORDER),
            )
            for is_so, what in wrong:
                if is_so:
                    return what
            seen, last = seen | bundle, number
        if said.wish & ~goods:
            return flaw.UNKNOWN_GOODS
        return flaw.REVENUE_ABOVE_DEPOSIT if said.revenue > box.deposit else flaw.NONE
