"""The keeper: opens bids, those entrusted to it and those with time locks, tallies, draws or bids elsewhere, settles and pays
out, on every lot of one auctioneer, or of an adapter on a house of others.

Everything but the openings is read from the chain, and every step is decided anew from what stands there: a keeper can be killed
at any point and started again, and any number of keepers can work side by side. No transaction is sent that simulation says
will fail. What goes wrong with one book is left for the next step, and stops no other.
"""

import time
from collections.abc import Callable, Collection
from functools import partial
from typing import Final

from offchain.bindings.draw_proofs import PLAYERS_PER_STEP
from offchain.bindings.enumerations import Phase
from offchain.chain.backend import MAX_TRANSACTION_GAS, Chain
from offchain.keeper.agenda import Agenda, Duty, Need, Outlook
from offchain.keeper.courier import Courier
from offchain.keeper.duties import Duties
from offchain.keeper.finishing import Finisher
from offchain.keeper.ledger import Ledger
from offchain.keeper.openings import Openings
from offchain.keeper.pace import Pace
from offchain.keeper.purse import Allowance, Purse
from offchain.keeper.raising import RAISING, RaiseMissed, Raiser, Raising
from offchain.keeper.reading import Reader
from offchain.keeper.release import DEPTH, Release
from offchain.keeper.reveals import Reveals
from offchain.keeper.sending import Action, Sender
from offchain.keeper.sights import Sights
from offchain.keeper.troubles import Troubles
from offchain.keeper.turns import Turns
from offchain.keeper.unlocking import Unlocker
from offchain.keeper.view import View, view_of

_READING: Final = "reading the chain"
_PATIENCE: Final = 1.0
"""How many seconds of a step are spent waiting for a beacon, if there is nothing else to do."""


class Keeper:
    """Keeps all lots of one auctioneer moving.

    unfinished: whether the last step was at its bound before all was served that it could serve. The next one goes on from there.
    """

    def __init__(
        self,
        chain: Chain,
        ledger: Ledger,
        account: str,
        openings: Openings,
        on_action: Callable[[Action], None] | None = None,
        on_skip: Callable[[str, Exception], None] | None = None,
        gas_limit: int = MAX_TRANSACTION_GAS,
        players_per_step: int = PLAYERS_PER_STEP,
        only: Collection[int] | None = None,
        purse: Purse | None = None,
        allowance: Allowance | None = None,
        depth: int = DEPTH,
        pace: Pace | None = None,
        clock: Callable[[], float] = time.time,
        forgets: bool = False,
        combines: bool = True,
        unlocker: Unlocker | None = None,
        raising: Raising = RAISING,
    ) -> None:
        """`account` sends the transactions and pays their gas; `gas_limit` bounds each. `on_action` hears of every transaction
        done, `on_skip` of everything that could not be done now, and why (`ChainError` or `OpeningsError`).
        `players_per_step`: the most players that one transaction meets to decide a lot by its draw. `only`: the lots to serve,
        by default all. `purse`: the budget of all lots. `allowance`: the gas that a lot may take. `depth`, `clock`: when openings
        may leave, see `Release`. `pace`: how long a step lasts. `forgets`: whether the ledger forgets lots that are over.
        `combines`: whether the last steps of a lot go in one transaction where they fit (an `Action` called finish).
        `unlocker`: opens time locks; None: they stay closed. `raising`: how it bids at the house of others that decides the lots,
        if the ledger is of an adapter.
        """
        self._chain, self._openings = chain, openings
        self._purse, self._pace = purse or Purse(), pace or Pace()
        self._forgets = forgets
        self._troubles = Troubles(on_skip)
        courier = Courier(chain, account, self._purse, self._pace)
        self._reader = Reader(ledger, courier, self._pace, self._troubles, self._forget)
        self._release = Release(chain, depth, clock)
        self._reveals = Reveals(
            chain.chain_id, self._reader, openings, self._release, self._troubles, unlocker
        )
        self._sights = Sights()
        self._agenda = Agenda(ledger, self._reveals.can_open, only, self._sights)
        self._turns = Turns()
        self._sender = Sender(
            courier,
            self._reader,
            self._purse,
            allowance or Allowance(),
            min(gas_limit, MAX_TRANSACTION_GAS),
            self._troubles,
            on_action,
        )
        self._duties = Duties(
            courier,
            self._reader,
            self._sender,
            self._reveals,
            self._pace,
            self._troubles,
            self._must_wait,
            players_per_step,
            Finisher(account, self._reader, self._sender) if combines else None,
            self._raiser(courier, raising) if ledger.at_house else None,
        )
        self._now = 0
        self._duties_seen: list[Duty] = []
        self._is_urgent = self.unfinished = False

    @property
    def troubles(self) -> dict[int, dict[str, Exception]]:
        """What is due and could not be done the last time it was tried, and why, by lot (0: no one lot) and task."""
        return self._troubles.by_lot

    @property
    def view(self) -> View:
        """What was before it when it last looked."""
        lots, troubles = self._agenda.unfinished(), self.troubles
        return view_of(self._reader.ledger, lots, self._duties_seen, troubles, self._now)

    def step(self, refunds: bool = True) -> int:
        """Does what can be done now, the most urgent first, and returns how many transactions that took. Ends early,
        `unfinished`, when it has taken long. Without `refunds` it pays nobody out, so that members can claim for themselves.

        Raises:
            ChainError: the chain could not be read at all.
        """
        self._troubles.clear(0)
        self._troubles.guard(0, "reading openings", self._openings.refresh)
        self._reader.read()
        before = self._sender.sent
        self._sender.begin_step()
        self._turns.begin_step()
        self._pace.start()
        self._look()
        self.unfinished = self._serve(refunds)
        if self._forgets and not self._reader.is_rebuilt:
            self._agenda.retire(self._now)
        sent = self._sender.sent - before
        if not sent and self._reveals.awaits_round(_PATIENCE):
            self.unfinished = True
        return sent

    def look(self) -> Outlook:
        """Reads the chain, and says what lies before the keeper.

        Raises:
            ChainError: the chain could not be read.
        """
        self._reader.read()
        self._look()
        return self._agenda.outlook(self._now)

    def standing(self, lot: int) -> tuple[Phase, str, int]:
        """Phase, leader and price (units) of a lot, as the chain has them now."""
        return self._duties.standing(lot)

    @property
    def seconds_to_next(self) -> int | None:
        """How long it takes until a phase of some lot begins or ends, by the chain's time when the keeper last looked, until
        locks can be opened, or until a bid may be due at a house of others.
        """
        at = self._agenda.next_deadline(self._now)
        ahead = (
            None if at is None else at[0] - self._now,
            self._reveals.seconds_to_round,
            self._sights.seconds_to_next(self._now),
        )
        return min((seconds for seconds in ahead if seconds is not None), default=None)

    @property
    def is_pressed(self) -> bool:
        """Whether a bid at a house is due or soon may be, so that nothing else should keep this keeper from its next step."""
        return self._sights.is_pressed(self._release.world_time(self._now))

    def _raiser(self, courier: Courier, raising: Raising) -> Callable[[Callable[[], bool]], Raiser]:
        """Who bids at a house, as `Duties` takes it."""

        def raiser(gives_way: Callable[[], bool]) -> Raiser:
            return Raiser(
                courier,
                self._reader,
                self._sender,
                self._sights,
                self._troubles,
                raising,
                self._release.world_time,
                gives_way,
            )

        return raiser

    def _look(self) -> None:
        """Looks at the clock."""
        self._now = self._chain.now()
        self._reveals.look(self._now)
        self._pace.asked()
        self._pace.looked()

    def _serve(self, refunds: bool) -> bool:
        """Serves lots until nothing is left or the step is over; whether something is left."""
        others = 0
        while duties := self._due(refunds):
            for duty in duties:
                is_urgent = duty.need.is_urgent
                # one is served however long the reading took, and one that is not urgent, so that none waits for ever
                if self._pace.is_over and (self._turns.any_in_step if is_urgent else others):
                    return True
                self._visit(duty, refunds)
                others += not is_urgent
                if self._reader.is_rebuilt:
                    return True
                if self._pace.wants_look:
                    break
            self._troubles.guard(0, _READING, self._look)
        return self._turns.end_round()

    def _due(self, refunds: bool) -> list[Duty]:
        """What to serve in this step, the most urgent first."""
        duties = self._duties_seen = self._agenda.duties(self._now, refunds)
        # what was learnt of lots where nothing is due any more, or not yet, is of no use
        lots = {duty.lot for duty in duties}
        told = (self._troubles, self._turns.rests, self._sender.memories, self._duties)
        for memory in told:
            memory.keep(lots)
        self._sights.keep(self._reader.ledger.lots)
        if duties and self._purse.is_empty:
            self._troubles.skip(0, "what is due", self._purse.used_up())
            for duty in duties:
                if duty.need == Need.RAISE:
                    used_up = RaiseMissed(f"no bid can be sent any more: {self._purse.used_up()}")
                    self._troubles.skip(duty.lot, f"bids on lot {duty.lot}", used_up)
            return []
        return [duty for duty in duties if self._turns.is_next(duty, self._now)]

    def _visit(self, duty: Duty, refunds: bool) -> None:
        """Gives a lot its turn."""
        before = self._sender.sent
        self._is_urgent = duty.need.is_urgent
        self._turns.take(duty)
        self._troubles.clear(duty.lot)
        work = partial(self._duties.serve, duty.lot, refunds, self._now)
        self._troubles.guard(duty.lot, f"lot {duty.lot}", work)
        if self._duties.interrupted:
            self._turns.cut_short(duty)
        elif self._sender.sent > before:
            self._turns.rests.wake(duty.lot)
        elif not self._troubles.are_of_the_node(duty.lot):
            self._turns.rests.send_to_rest(duty, self._turns.round, self._now)

    def _must_wait(self) -> bool:
        """Whether the lot at hand has to leave the rest of its work for later: the step is over, or another lot is urgent."""
        if self._pace.is_over:
            return True
        if self._is_urgent or not self._pace.wants_look:
            return False
        self._troubles.guard(0, _READING, self._look)
        return any(
            duty.need.is_urgent and self._turns.is_next(duty, self._now)
            for duty in self._agenda.duties(self._now)
        )

    def _forget(self) -> None:
        """Begins anew: the books are new ones."""
        for memory in (self._agenda, self._turns, self._sender, self._duties, self._sights):
            memory.forget()
