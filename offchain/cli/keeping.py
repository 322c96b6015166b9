"""Keepers at work for `consort keep`: what they are made of, and the rounds in which they take turns."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import typer

from offchain.cli.exits import BACK_END_FAILED
from offchain.cli.journal import READING, Flaws, Journal, idle_line, outlook_line
from offchain.cli.lookout import Lookout
from offchain.cli.secret_keeping import Stakes, secrets_of

if TYPE_CHECKING:
    from offchain.bindings.deployment import Deployment, DrawnDeployment
    from offchain.chain.backend import Chain
    from offchain.keeper.announced import Announced
    from offchain.keeper.beacon import BeaconKeeper
    from offchain.keeper.frame import Frame
    from offchain.keeper.logbook import Logbook
    from offchain.keeper.logstore import LogStore
    from offchain.keeper.openings import Openings
    from offchain.keeper.purse import Purse
    from offchain.keeper.raising import Raising
    from offchain.keeper.unlocking import Unlocker
    from offchain.keeper.view import View
    from offchain.locks.sources import Sources

_ATTEMPTS = 3
"""How often the start is tried before the node is given up."""
_SHORTEST_PAUSE = 1.0


@dataclass(frozen=True)
class Terms:
    """How to keep. account: who pays, by number. only: the lots to serve, by the auctioneer or adapter that they are at, all if
    None. lot_gas: the most gas for a lot, None: by its bids. depth: blocks to wait for before openings leave, None: by the
    chain. cache: where final logs are kept, if anywhere. raising: how to bid at houses. bonds: the most wei that may lie under
    sealed secrets at once. secrets: the file of those, None: they are nowhere kept, and so none is sealed.
    """

    account: int
    only: Mapping[str, Collection[int]] | None
    purse: "Purse"
    lot_gas: int | None
    depth: int | None
    block_gas: int
    cache: Path | None
    raising: "Raising"
    bonds: int = 0
    secrets: Path | None = None

    def depth_on(self, chain: "Chain") -> int:
        """For how many blocks openings wait."""
        from offchain.keeper.release import DEPTH

        if self.depth is not None:
            return self.depth
        return DEPTH if chain.clock_is_real else 0

    def lots_at(self, address: str) -> Collection[int] | None:
        """The lots to serve at an auctioneer or adapter, all if None."""
        return None if self.only is None else self.only.get(address, ())


class Worker(Protocol):
    """A keeper in its rounds. unfinished: whether its last step ended before all was done."""

    @property
    def unfinished(self) -> bool: ...

    @property
    def resting(self) -> Collection[str]:
        """What is due and could not be done when it was tried last, be it in this step or an earlier one."""

    @property
    def seconds_to_next(self) -> int | None:
        """How long it takes until there may be something to do; None: nobody knows."""

    @property
    def is_pressed(self) -> bool:
        """Whether no other one should have two steps before its next."""

    @property
    def view(self) -> "View":
        """What was before it when it last looked; at no request."""

    def step(self) -> int:
        """Does what can be done now, and returns how many transactions that took."""


class Lots:
    """The keeper of lots as a `Worker`."""

    def __init__(
        self, keeper: "Frame[Any]", ledger: "Logbook[Any]", journal: Journal, flaws: Flaws
    ) -> None:
        self._keeper, self._ledger = keeper, ledger
        self._journal, self._flaws = journal, flaws
        self._has_looked = False

    @property
    def unfinished(self) -> bool:
        """See `Worker`."""
        return self._keeper.unfinished

    @property
    def resting(self) -> Collection[str]:
        """See `Worker`."""
        return {what for lot in self._keeper.troubles.values() for what in lot}

    @property
    def seconds_to_next(self) -> int | None:
        """See `Worker`."""
        return self._keeper.seconds_to_next

    @property
    def is_pressed(self) -> bool:
        """See `Worker`."""
        return self._keeper.is_pressed

    @property
    def view(self) -> "View":
        """See `Worker`."""
        return self._keeper.view

    def step(self) -> int:
        """See `Worker`; before the first one, tells what lies ahead."""
        if not self._has_looked:
            line = outlook_line(self._keeper.look(), self._ledger.synced)
            self._journal.log.info("outlook", line, place=self._keeper.view.address)
            self._has_looked = True
        try:
            return self._keeper.step()
        finally:
            self._flaws.tell_rest()

    @property
    def drawing(self) -> "Mapping[int, int]":
        """The lots that wait for a random word, and until when."""
        return self._keeper.drawing


class Draws:
    """The keeper of the beacon's draws as a `Worker`."""

    resting: Collection[str] = ()
    seconds_to_next = None
    is_pressed = False

    def __init__(self, keeper: "BeaconKeeper", beacon: str, journal: Journal) -> None:
        self._keeper, self._beacon, self._journal = keeper, beacon, journal

    @property
    def unfinished(self) -> bool:
        """See `Worker`."""
        return self._keeper.unfinished

    @property
    def view(self) -> "View":
        """See `Worker`."""
        return self._keeper.view

    def step(self) -> int:
        """See `Worker`."""
        from offchain.keeper.sending import Action

        sent = self._keeper.step()
        for one in sent:
            self._journal.on_action(Action(one.step, one.draw.id, self._beacon, 0, one.receipt))
        return len(sent)


@dataclass(frozen=True)
class Post:
    """Where keepers work, and for whom. openings, announced: those entrusted to them. beacon: where its signatures come from,
    None: locks stay closed.
    """

    chain: "Chain"
    deployed: "Deployment | DrawnDeployment"
    openings: "Openings"
    announced: "Announced"
    beacon: "Sources | None" = None


Keepers: TypeAlias = Callable[[Post, Terms, Journal, Flaws], list[Worker]]
"""Those that an auction needs. Raises ChainError."""


def house_keepers(post: Post, terms: Terms, journal: Journal, flaws: Flaws) -> list[Worker]:
    """`Keepers` of an auction at which DAOs bid: of its lots, of its draws, and of the lots of adapters.

    Raises:
        ChainError: the chain could not be asked what they are.
    """
    from offchain.bindings.adapters import ADAPTER, MAKES
    from offchain.keeper.ledger import APPROXIMATE, AUCTIONEER

    deployed = post.deployed
    kind = AUCTIONEER if deployed.randomness is None else APPROXIMATE
    lots = _keeper_of(post, terms, journal, flaws, deployed.auctioneer, kind, terms.purse)
    hands: list[Worker] = [lots, *draw_hands(post, terms, journal, lots)]
    for one in deployed.adapters:
        at_house = replace(
            terms, raising=replace(terms.raising, awaits_bid=MAKES[one.make].awaits_bid)
        )
        purse = terms.purse.pocket()
        hands.append(_keeper_of(post, at_house, journal, flaws, one.address, ADAPTER, purse))
    return hands


def _keeper_of(
    post: Post,
    terms: Terms,
    journal: Journal,
    flaws: Flaws,
    auctioneer: str,
    kind: str,
    purse: "Purse",
) -> Lots:
    """The keeper of the lots at one auctioneer or adapter, whose contract is of that kind."""
    from offchain.keeper.keeper import Keeper
    from offchain.keeper.ledger import Ledger
    from offchain.keeper.purse import Allowance

    chain, first_block = post.chain, post.deployed.block
    ledger = Ledger(
        chain,
        auctioneer,
        first_block,
        kind,
        store=store_of(terms.cache, chain, auctioneer, first_block, journal),
        progress=journal.progress(),
    )
    keeper = Keeper(
        chain,
        ledger,
        chain.actor(terms.account),
        post.openings,
        on_action=journal.on_action,
        on_skip=journal.on_skip,
        gas_limit=terms.block_gas,
        only=terms.lots_at(auctioneer),
        purse=purse,
        allowance=None if terms.lot_gas is None else Allowance(terms.lot_gas, 0, 0, 0, 0, 0),
        depth=terms.depth_on(chain),
        forgets=True,
        unlocker=_unlocker(post, journal),
        raising=terms.raising,
    )
    return Lots(keeper, ledger, journal, flaws)


def _unlocker(post: Post, journal: Journal) -> "Unlocker | None":
    from offchain.keeper.rounds import Rounds, beside
    from offchain.keeper.unlocking import Unlocker

    if post.beacon is None or post.deployed.beacon is None:
        return None
    rounds = Rounds(post.beacon.each, beside)
    progress = journal.progress("Opening time locks:")
    return Unlocker(post.deployed.beacon, rounds, post.chain.chain_id, progress)


def draw_hands(post: Post, terms: Terms, journal: Journal, lots: Lots) -> list[Worker]:
    """The keepers of the draws that the `lots` of an auction wait for: by the beacon, by sealed secrets, or both."""
    beacon = _of_beacon(post.chain, post.deployed, terms, journal)
    chain, account = post.chain, post.chain.actor(terms.account)
    stakes = Stakes(
        account, terms.bonds, terms.secrets, terms.purse.pocket(), terms.depth_on(chain)
    )
    secrets = secrets_of(chain, post.deployed, stakes, journal, lambda: lots.drawing)
    return [hand for hand in (beacon, secrets) if hand is not None]


def _of_beacon(
    chain: "Chain", deployed: "Deployment | DrawnDeployment", terms: Terms, journal: Journal
) -> Draws | None:
    from offchain.bindings.contracts import asked
    from offchain.keeper.beacon import PROOF_WINDOW, BeaconKeeper

    if deployed.randomness is None:
        return None
    answer = asked(chain, deployed.randomness, "BeaconRandomness", "PROOF_WINDOW")
    if answer != (PROOF_WINDOW,):
        return None  # a source of another kind
    account = chain.actor(terms.account)
    keeper = BeaconKeeper(
        chain,
        deployed.randomness,
        account,
        {deployed.auctioneer},
        deployed.block,
        on_skip=journal.on_skip,
        store=store_of(terms.cache, chain, deployed.randomness, deployed.block, journal),
        progress=journal.progress(),
        only=terms.lots_at(deployed.auctioneer),
        purse=terms.purse,
    )
    return Draws(keeper, deployed.randomness, journal)


def store_of(
    folder: Path | None,
    chain: "Chain",
    address: str,
    first_block: int,
    journal: Journal | None = None,
) -> "LogStore | None":
    """Where in a folder, if there is one, the final logs are kept that belong to the contract at `address`."""
    if folder is None:
        return None
    from offchain.keeper.logstore import LogStore

    subject = {"chain": chain.chain_id, "contract": address.lower(), "first_block": first_block}
    name = f"consort-{chain.chain_id}-{address.lower()}-{first_block}.logs"

    def on_flaw(flaw: str) -> None:
        if journal is not None:
            journal.log.warning("cache", f"no cache of logs: {flaw}")

    return LogStore(folder / name, chain, subject, on_flaw=on_flaw)


def patiently(
    begin: Callable[[], list[Worker]], journal: Journal, lookout: Lookout
) -> list[Worker]:
    """Begins, more than once if the node fails.

    Raises:
        ChainError: it failed each time.
    """
    from offchain.chain.errors import ChainError

    for _ in range(_ATTEMPTS - 1):
        try:
            return begin()
        except ChainError as error:
            journal.on_skip("starting", error)
            lookout.could_not_start()
            time.sleep(_SHORTEST_PAUSE)
    return begin()


def undeterred(run: Callable[[], None], journal: Journal, lookout: Lookout, poll: float) -> None:
    """Runs a keeper that shows what it waits for, and so waits for its node for ever: begins anew every `poll` seconds."""
    from offchain.chain.errors import ChainError

    while True:
        try:
            run()
            return
        except ChainError as error:
            journal.on_skip("starting", error)
            lookout.could_not_start()
            journal.next_round()
            time.sleep(max(_SHORTEST_PAUSE, poll))


def work_off(hands: Sequence[Worker], journal: Journal, lookout: Lookout) -> None:
    """Does all that can be done now. Ends the program with a code of its own if something that is due could not be done.

    Raises:
        ChainError: the chain could not be read.
    """
    while sum([hand.step() for hand in hands]) or any(hand.unfinished for hand in hands):
        journal.next_round()
    resting = _resting(hands)
    lookout.round_is_over(_views(hands), is_good=True, resting=len(resting))
    if not journal.record.transactions:
        journal.log.info("idle", idle_line(_views(hands)))
    if journal.failing or resting:
        raise typer.Exit(BACK_END_FAILED)


def work_on(hands: Sequence[Worker], journal: Journal, poll: float, lookout: Lookout) -> None:
    """Works for ever, and waits `poll` seconds when there is nothing to do, or less if a phase ends before."""
    while True:
        is_busy = one_round(hands, journal)
        is_good, resting = journal.could_read, _resting(hands)
        journal.next_round(resting)
        lookout.round_is_over(_views(hands), is_good, len(resting))
        if not is_busy:
            if is_good:
                journal.idle(_views(hands))
            time.sleep(_pause(hands, poll))


def _resting(hands: Sequence[Worker]) -> set[str]:
    return {what for hand in hands for what in hand.resting}


def _views(hands: Sequence[Worker]) -> "list[View]":
    return [hand.view for hand in hands]


def one_round(hands: Sequence[Worker], journal: Journal) -> bool:
    """A step of each, and before each one of those who are pressed; whether there may be more to do at once."""
    busy = []
    for hand in hands:
        busy += [_one_step(one, journal) for one in hands if one.is_pressed and one is not hand]
        busy.append(_one_step(hand, journal))
    return any(busy)


def _one_step(hand: Worker, journal: Journal) -> bool:
    """Whether there may be more to do at once. What goes wrong at one keeper stops no other."""
    from offchain.bindings.explain import explained
    from offchain.chain.errors import ChainError
    from offchain.keeper.raising import RaiseMissed

    try:
        return hand.step() > 0 or hand.unfinished
    except ChainError as error:
        if hand.is_pressed:
            error = RaiseMissed(f"a bid may be due, and nobody can tell: {explained(error)}")
        journal.on_skip(READING, error)
        return False


def _pause(hands: Sequence[Worker], poll: float) -> float:
    ahead = [hand.seconds_to_next for hand in hands]
    soon = min((seconds for seconds in ahead if seconds is not None), default=poll)
    return min(poll, max(_SHORTEST_PAUSE, soon))
