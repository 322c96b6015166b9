"""The frame of every keeper of lots: what is due, whose turn it is, within which bounds; a kind of auction is a `Trade` in it.

Everything but what was entrusted to it is read from the chain, and every step is decided anew from what stands there: a keeper
can be killed at any point and started again, and any number of keepers can work side by side. No transaction is sent that
simulation says will fail. What goes wrong with one lot is left for the next step, and stops no other.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Generic, Protocol, TypedDict, TypeVar

from offchain.chain.backend import MAX_TRANSACTION_GAS, Chain
from offchain.keeper.agenda import Agenda, Duty, Need, Outlook, Plan
from offchain.keeper.courier import Courier
from offchain.keeper.logbook import Logbook
from offchain.keeper.pace import Pace
from offchain.keeper.purse import Overspent, Purse
from offchain.keeper.reading import Reader
from offchain.keeper.sending import Action, Sender
from offchain.keeper.tasks import Task
from offchain.keeper.troubles import Troubles
from offchain.keeper.turns import Turns
from offchain.keeper.view import Stand, View, view_of

_READING: Final = "reading the chain"
_PATIENCE: Final = 1.0
"""How many seconds of a step are spent waiting for something from elsewhere, if there is nothing else to do."""

LogbookT = TypeVar("LogbookT", bound=Logbook[Any])


@dataclass(frozen=True, slots=True)
class Bench(Generic[LogbookT]):
    """What a trade works with.

    account: who sends and pays. gives_way: whether a lot has to leave the rest of its work for later, for the step is over or
    another lot is urgent; asked between books and transactions.
    """

    chain: Chain
    account: str
    courier: Courier
    reader: Reader[LogbookT]
    sender: Sender
    pace: Pace
    troubles: Troubles
    gives_way: Callable[[], bool]

    @property
    def ledger(self) -> LogbookT:
        """What is known of the lots."""
        return self.reader.ledger

    def guarded(self, task: Task, work: Callable[[Task], None]) -> None:
        """Does one kind of work; what goes wrong stops nothing else."""
        self.troubles.guard(task.lot, str(task), lambda: work(task))


class Trade(Protocol):
    """What a keeper knows of one kind of auction: what is due, and how it is done.

    plan: what is due on a lot. interrupted: whether the lot that was served last has left the rest of its work for later.
    """

    @property
    def plan(self) -> Plan[Any]: ...

    @property
    def interrupted(self) -> bool: ...

    def stand(self, lot: Any, now: int) -> Stand:
        """How a lot stands at `now`, by what was read."""

    def refresh(self) -> None:
        """Takes in what was entrusted to the keeper meanwhile."""

    def look(self, now: int) -> None:
        """It is `now` by the chain's time (seconds), and new blocks may have come."""

    def serve(self, number: int, refunds: bool, now: int) -> None:
        """Does on a lot what it allows, as the chain has it now. Without `refunds` nobody is paid out.

        Raises:
            ChainError: that of the lot as a whole could not be done; of a part, it is among the troubles.
        """

    def used_up(self, duty: Duty, why: Overspent) -> None:
        """Tells what is lost by a duty that the budget leaves undone, if that is worth more than the common notice."""

    def forget(self) -> None:
        """Begins anew with each lot: the books are new ones."""

    def keep(self, lots: Collection[int]) -> None:
        """Forgets what was learnt of lots other than these, on which something is due."""

    def awaits(self, seconds: float) -> bool:
        """Whether something from elsewhere is under way, for which it waits at most so long."""

    def seconds_to_next(self, now: int) -> int | None:
        """How long it takes until there may be something to do that is no end of a phase; None: nothing is ahead."""

    def is_pressed(self, now: int) -> bool:
        """Whether nothing else should keep this keeper from its next step."""


class Simple:
    """The part of a `Trade` that has nothing to do where nothing is learnt, and nothing is waited for but the clock."""

    def used_up(self, duty: Duty, why: Overspent) -> None:
        """See `Trade`: nothing is lost that the common notice does not tell."""

    def forget(self) -> None:
        """See `Trade`."""

    def keep(self, lots: Collection[int]) -> None:
        """See `Trade`."""

    def awaits(self, seconds: float) -> bool:
        """See `Trade`."""
        return False

    def seconds_to_next(self, now: int) -> int | None:
        """See `Trade`."""
        return None

    def is_pressed(self, now: int) -> bool:
        """See `Trade`."""
        return False


class Options(TypedDict, total=False):
    """What any keeper can be told, see `Frame`."""

    on_action: Callable[[Action], None] | None
    on_skip: Callable[[str, Exception], None] | None
    gas_limit: int
    only: Collection[int] | None
    purse: Purse | None
    pace: Pace | None
    forgets: bool


class Frame(Generic[LogbookT]):
    """Keeps all lots of one auctioneer moving.

    unfinished: whether the last step was at its bound before all was served that it could serve. The next one goes on from there.
    """

    def __init__(
        self,
        chain: Chain,
        ledger: LogbookT,
        account: str,
        trade: Callable[[Bench[LogbookT]], Trade],
        allowance_of: Callable[[int], int],
        on_action: Callable[[Action], None] | None = None,
        on_skip: Callable[[str, Exception], None] | None = None,
        gas_limit: int = MAX_TRANSACTION_GAS,
        only: Collection[int] | None = None,
        purse: Purse | None = None,
        pace: Pace | None = None,
        forgets: bool = False,
    ) -> None:
        """`account` sends the transactions and pays their gas; `gas_limit` bounds each. `trade` makes what serves the lots.
        `allowance_of`: the most gas that a lot may take, by its number. `on_action` hears of every transaction done, `on_skip` of
        everything that could not be done now, and why (`ChainError` or `OpeningsError`). `only`: the lots to serve, by default
        all. `purse`: the budget of all lots. `pace`: how long a step lasts. `forgets`: whether the ledger forgets lots that are
        over.
        """
        self._chain = chain
        self._purse, self._pace = purse or Purse(), pace or Pace()
        self._forgets = forgets
        self._troubles = Troubles(on_skip)
        courier = Courier(chain, account, self._purse, self._pace)
        self._reader = Reader(ledger, courier, self._pace, self._troubles, self._forget)
        self._turns = Turns()
        limit = min(gas_limit, MAX_TRANSACTION_GAS)
        self._sender = Sender(
            courier, self._reader, self._purse, allowance_of, limit, self._troubles, on_action
        )
        self._trade = trade(
            Bench(
                chain,
                account,
                courier,
                self._reader,
                self._sender,
                self._pace,
                self._troubles,
                self._must_wait,
            )
        )
        self._agenda = Agenda(ledger, self._trade.plan, only)
        self._now = 0
        self._duties_seen: list[Duty] = []
        self._is_urgent = self.unfinished = False

    @property
    def troubles(self) -> dict[int, dict[str, Exception]]:
        """What is due and could not be done the last time it was tried, and why, by lot (0: no one lot) and task."""
        return self._troubles.by_lot

    @property
    def drawing(self) -> dict[int, int]:
        """The lots that wait for a random word, and until when (seconds since the epoch), as of its last step."""
        waiting = (duty for duty in self._duties_seen if duty.need == Need.DRAW)
        return {duty.lot: duty.deadline for duty in waiting}

    @property
    def view(self) -> View:
        """What was before it when it last looked."""
        return view_of(
            self._reader.ledger,
            self._agenda.unfinished(),
            self._trade.stand,
            self._duties_seen,
            self.troubles,
            self._now,
        )

    def step(self, refunds: bool = True) -> int:
        """Does what can be done now, the most urgent first, and returns how many transactions that took. Ends early,
        `unfinished`, when it has taken long. Without `refunds` it pays nobody out, so that members can claim for themselves.

        Raises:
            ChainError: the chain could not be read at all.
        """
        self._troubles.clear(0)
        self._troubles.guard(0, "reading openings", self._trade.refresh)
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
        if not sent and self._trade.awaits(_PATIENCE):
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

    @property
    def seconds_to_next(self) -> int | None:
        """How long it takes until a phase of some lot begins or ends, by the chain's time when the keeper last looked, or until
        what else its trade waits for.
        """
        at = self._agenda.next_deadline(self._now)
        ahead = (
            None if at is None else at[0] - self._now,
            self._trade.seconds_to_next(self._now),
        )
        return min((seconds for seconds in ahead if seconds is not None), default=None)

    @property
    def is_pressed(self) -> bool:
        """Whether nothing else should keep this keeper from its next step."""
        return self._trade.is_pressed(self._now)

    def _look(self) -> None:
        """Looks at the clock."""
        self._now = self._chain.now()
        self._trade.look(self._now)
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
        for memory in (self._troubles, self._turns.rests, self._sender.memories, self._trade):
            memory.keep(lots)
        if duties and self._purse.is_empty:
            used_up = self._purse.used_up()
            self._troubles.skip(0, "what is due", used_up)
            for duty in duties:
                self._trade.used_up(duty, used_up)
            return []
        return [duty for duty in duties if self._turns.is_next(duty, self._now)]

    def _visit(self, duty: Duty, refunds: bool) -> None:
        """Gives a lot its turn."""
        before = self._sender.sent
        self._is_urgent = duty.need.is_urgent
        self._turns.take(duty)
        self._troubles.clear(duty.lot)
        work = partial(self._trade.serve, duty.lot, refunds, self._now)
        self._troubles.guard(duty.lot, f"lot {duty.lot}", work)
        if self._trade.interrupted:
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
        for memory in (self._agenda, self._turns, self._sender, self._trade):
            memory.forget()
