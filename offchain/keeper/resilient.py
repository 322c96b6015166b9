"""The trade of resilient sales: announcements revealed, the coin asked for, bundles delivered or refunded, everybody paid."""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final, Unpack

from offchain.bindings.contracts import contract as contract_named
from offchain.bindings.enumerations import CoinOutcome, ResilientPhase
from offchain.chain.backend import Chain, Reverted
from offchain.keeper.agenda import GIVEN_UP, Duty, Need
from offchain.keeper.announced import Announced, Disclosure, is_takeable
from offchain.keeper.books import NEVER
from offchain.keeper.drawing import Drawing
from offchain.keeper.finishing import MAX_DELIVERY_GAS, PUSH_ALLOWANCE
from offchain.keeper.frame import Bench, Frame, Options, Simple
from offchain.keeper.purse import GAS_OF_RETURN
from offchain.keeper.release import DEPTH, Release
from offchain.keeper.sales import RESILIENT, Sale, Sales, as_bits, goods_in
from offchain.keeper.tasks import Task
from offchain.keeper.view import Stand

GAS_OF_SALE: Final = 600_000
GAS_OF_PLAYER: Final = 120_000
GAS_OF_OFFER: Final = 10_000
GAS_OF_BUNDLE: Final = 160_000
GAS_OF_GOOD: Final = 100_000
"""What a sale, each player, each offer announced, each bundle accepted, and each good may take: more than serving an honest one
does (`tests/keeper/test_drawn_purse.py` measures it).
"""
_REVEAL_BYTES: Final = 96_000
"""Of announcements in one transaction: nodes refuse those of more than 128 kB."""
_WORDS_OF_OFFER: Final = 3


class SaleTrade(Simple):
    """`Trade` with the sales of one resilient auction."""

    def __init__(self, bench: Bench[Sales], announced: Announced, release: Release) -> None:
        """`announced`: what was entrusted to the keeper, which leaves it as `release` says."""
        self._bench, self._announced, self._release = bench, announced, release
        self._drawing = Drawing(bench)
        self._abi = contract_named(RESILIENT)
        self._now = 0
        self.interrupted = False

    @property
    def plan(self) -> "SaleTrade":
        """See `Trade`."""
        return self

    # What is due

    def duty(self, sale: Sale, now: int, refunds: bool) -> Duty | None:
        """See `Plan`. O(players)."""
        if now < sale.end_of_bidding:
            return None
        if now < sale.end_of_reveal:
            may = any(self._known(sale)) and self._may_leave(sale)
            return Duty(Need.REVEAL, sale.end_of_reveal, sale.number) if may else None
        if sale.outcome == CoinOutcome.OPEN and not sale.is_over(now):
            return Duty(Need.DRAW, sale.drawn_by, sale.number)
        is_over = sale.is_over(now)
        if is_over and refunds and _is_owed(sale):
            return Duty(Need.REFUND, NEVER, sale.number)
        if sale.undelivered and now < sale.delivered_by:
            return Duty(Need.SETTLE, sale.delivered_by, sale.number)
        if not is_over:
            return None
        if refunds and sale.undelivered:
            return Duty(Need.REFUND, NEVER, sale.number)
        if sale.wished:
            return Duty(Need.SETTLE, NEVER, sale.number)
        if sale.unsold or (refunds and not sale.settled):
            return Duty(Need.RETURN, NEVER, sale.number)
        return None

    def is_over(self, sale: Sale, now: int) -> bool:
        """See `Plan`."""
        return sale.is_over(now)

    def is_given_up(self, sale: Sale, now: int) -> bool:
        """See `Plan`."""
        if _is_owed(sale) or sale.undelivered or not sale.is_over(now):
            return False
        return now > (sale.end_of_answers or sale.drawn_by) + GIVEN_UP

    def stand(self, sale: Sale, now: int) -> Stand:
        """See `Trade`."""
        phase, since, until = _phase(sale, now)
        return Stand(phase, since, until, bids=len(sale.boxes))

    def allowance(self, number: int) -> int:
        """The most gas that a sale may take, by what it holds."""
        sale = self._bench.ledger.lots[number]
        offers = sale.offers_opened + sum(len(one.announcement.offers) for one in self._known(sale))
        return (
            GAS_OF_SALE
            + GAS_OF_PLAYER * len(sale.boxes)
            + GAS_OF_OFFER * offers
            + GAS_OF_BUNDLE * sale.accepted.bit_count()
            + GAS_OF_GOOD * sale.goods
        )

    # Around it

    def refresh(self) -> None:
        """See `Trade`."""
        self._announced.refresh()

    def look(self, now: int) -> None:
        """See `Trade`."""
        self._now = now
        self._release.look()

    # What is done

    def serve(self, number: int, refunds: bool, now: int) -> None:
        """See `Trade`."""
        self.interrupted = False
        sale = self._bench.ledger.lots[number]
        phase = self._phase_of(number)
        if phase == ResilientPhase.REVEAL:
            self._do("reveal", sale, self._reveal)
        if phase == ResilientPhase.DRAW:
            self._draw(sale)
            phase = self._phase_of(number)
        if phase < ResilientPhase.ANSWERS or self._gives_way():
            return
        self._deliver(sale, refunds)
        if phase == ResilientPhase.ANSWERS or self._gives_way():
            return
        if refunds and _is_owed(sale):
            self._do("refund", sale, self._pay)
        if sale.unsold and not self._gives_way():
            self._do("reclaim", sale, self._reclaim)
        if refunds and not sale.settled and not _is_owed(sale):
            self._do("settle", sale, self._settle)

    def _phase_of(self, number: int) -> ResilientPhase:
        phase: ResilientPhase
        (phase,) = self._bench.reader.view(self._bench.ledger.auctioneer, "phase", number)
        return phase

    def _do(self, step: str, sale: Sale, work: Callable[[Sale, Task], None]) -> None:
        task = Task(step, sale.number, self._bench.ledger.auctioneer)
        self._bench.guarded(task, partial(work, sale))

    def _gives_way(self) -> bool:
        self.interrupted = self.interrupted or self._bench.gives_way()
        return self.interrupted

    def _known(self, sale: Sale) -> Iterator[Disclosure]:
        """What opens announcements as they stand, in the order in which they were sealed, without what the contract refuses."""
        chain_id, auction = self._bench.chain.chain_id, self._bench.ledger.auctioneer
        for player, box in sale.boxes.items():
            if box.opened or box.unopenable:
                continue
            found = self._announced.disclosure(
                chain_id, auction, sale.number, player, box.commitment
            )
            if found and is_takeable(found.announcement, player, sale.goods, box.deposit):
                yield found

    def _may_leave(self, sale: Sale) -> bool:
        what = f"reveal of lot {sale.number}"
        return self._release.allows(what, sale, self._now, partial(self._bench.troubles.skip, 0))

    def _reveal(self, sale: Sale, task: Task) -> None:
        for some in _runs(list(self._known(sale))):
            self._bench.sender.batch(
                task,
                some,
                lambda part: ("revealBatch", task.lot, [_opening(one) for one in part]),
                still=lambda one: not sale.boxes[one.player].opened,
                gives_way=self._gives_way,
            )
            if self.interrupted:
                return

    def _draw(self, sale: Sale) -> None:
        """Asks for the coin; once it has fallen, has it decided what happens."""
        word, ruling = self._drawing.word(sale.number, sale.requested), sale.ruling
        if word is not None and ruling is not None and sale.outcome == CoinOutcome.OPEN:
            task = Task("decide", sale.number, self._bench.ledger.auctioneer)
            self._bench.sender.one(task, 0, "decide", sale.number, ruling.words)

    def _deliver(self, sale: Sale, refunds: bool) -> None:
        """Delivers every bundle that was accepted, by itself, or what was wished."""
        for index in sale.undelivered:
            task = Task("deliver", sale.number, self._bench.ledger.auctioneer, f"offer {index}")
            self._bench.guarded(task, partial(self._hand_over, sale, index, refunds))
            if self._gives_way():
                return
        if sale.wished:
            self._do("deliver", sale, self._give_wish)

    def _hand_over(self, sale: Sale, index: int, refunds: bool, task: Task) -> None:
        """Delivers a bundle, or gives its price back where it is too late."""
        ruling = sale.ruling
        assert ruling is not None  # carried out, since the offer was accepted
        bundle = ruling.offers[index][2]
        most = MAX_DELIVERY_GAS + GAS_OF_GOOD * bundle.bit_count()
        offer = (task.lot, ruling.words, index)
        if self._now < sale.delivered_by:
            try:
                self._bench.sender.one(task, 1, "deliver", *offer, bundle, most=most)
                return
            except Reverted as refusal:
                # the answers may have ended before their time
                if not refunds or not self._is_too_late(refusal):
                    raise
        if refunds:
            self._bench.sender.one(Task("refund", *_rest(task)), 1, "refund", *offer)

    def _is_too_late(self, refusal: Reverted) -> bool:
        error = self._abi.error(refusal.data)
        return error is not None and error.name == "TooLate"

    def _give_wish(self, sale: Sale, task: Task) -> None:
        self._move(sale, task, "deliverWish", lambda: sale.wished)

    def _reclaim(self, sale: Sale, task: Task) -> None:
        self._move(sale, task, "reclaim", lambda: sale.unsold)

    def _move(self, sale: Sale, task: Task, function: str, left: Callable[[], int]) -> None:
        """Has the goods move that are `left`, in as few transactions as fit; one that its token keeps stops no other."""
        self._bench.sender.batch(
            task,
            goods_in(left()),
            lambda part: (function, task.lot, as_bits(part)),
            still=lambda good: bool(left() >> good & 1),
            gives_way=self._gives_way,
            members=lambda part: 0,
            most_each=GAS_OF_RETURN,
        )

    def _pay(self, sale: Sale, task: Task) -> None:
        self._bench.sender.batch(
            task,
            [player for player in sale.boxes if sale.is_owed(player)],
            lambda part: ("claimBatch", task.lot, part),
            still=sale.is_owed,
            gives_way=self._gives_way,
            allowance=PUSH_ALLOWANCE,
        )

    def _settle(self, sale: Sale, task: Task) -> None:
        self._bench.sender.one(task, 0, "settle", task.lot)


class SaleKeeper(Frame[Sales]):
    """Keeps all sales of one resilient auction moving."""

    _trade: SaleTrade

    def __init__(
        self,
        chain: Chain,
        ledger: Sales,
        account: str,
        announced: Announced,
        depth: int = DEPTH,
        clock: Callable[[], float] = time.time,
        lot_gas: int | None = None,
        **options: Unpack[Options],
    ) -> None:
        """As `Frame`. `announced`: what was entrusted to it. `depth`, `clock`: when that may leave, see `Release`. `lot_gas`: the
        most gas that a sale may take, None: by what it holds.
        """

        def trade(bench: Bench[Sales]) -> SaleTrade:
            return SaleTrade(bench, announced, Release(chain, depth, clock))

        def allowance_of(lot: int) -> int:
            return self._trade.allowance(lot) if lot_gas is None else lot_gas

        super().__init__(chain, ledger, account, trade, allowance_of, **options)


def _is_owed(sale: Sale) -> bool:
    return any(map(sale.is_owed, sale.boxes))


def _phase(sale: Sale, now: int) -> tuple[ResilientPhase, int | None, int | None]:
    """The phase of a sale by its logs and the clock, and when it began and ends."""
    if now < sale.end_of_bidding:
        return ResilientPhase.BIDDING, None, sale.end_of_bidding
    if now < sale.end_of_reveal:
        return ResilientPhase.REVEAL, sale.end_of_bidding, sale.end_of_reveal
    if sale.outcome == CoinOutcome.OPEN:
        if sale.is_over(now):
            return ResilientPhase.VOID, sale.drawn_by if sale.ruling else sale.end_of_reveal, None
        return ResilientPhase.DRAW, sale.end_of_reveal, sale.drawn_by
    if sale.is_over(now):
        return ResilientPhase.FINAL, None, sale.delivered_by if sale.undelivered else None
    return ResilientPhase.ANSWERS, None, sale.end_of_answers


def _opening(one: Disclosure) -> tuple[object, ...]:
    return one.player, one.announcement.words


def _runs(disclosures: Sequence[Disclosure]) -> Iterator[Sequence[Disclosure]]:
    """Runs of them that a node takes in one transaction."""
    run, size = list[Disclosure](), 0
    for one in disclosures:
        length = 32 * (8 + _WORDS_OF_OFFER * len(one.announcement.offers))
        if run and size + length > _REVEAL_BYTES:
            yield run
            run, size = [], 0
        run.append(one)
        size += length
    if run:
        yield run


def _rest(task: Task) -> tuple[int, str, str]:
    """All of a task but its step."""
    return task.lot, task.contract, task.part
