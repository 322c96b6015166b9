"""Takes part in draws that are made of sealed secrets: seals one of its own, opens it in time, draws, and takes the bond back.

Only in draws that lots wait for which are served here, one secret a round, and never more bonds at once than it may risk. Like
all that keepers do it is decided anew in each step: whether a seal stands, or is open, the chain is asked. What cannot be asked
is the secret itself, which is in a file before its seal leaves.

A secret leaves when the reveal has certainly begun, as openings of bids do (`Release`): whoever reads it while others seal can
choose the word.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from offchain.bindings.constants import DrawTime
from offchain.bindings.contracts import Contract
from offchain.bindings.contracts import contract as contract_named
from offchain.bindings.enumerations import SecretsPhase
from offchain.bindings.seals import new_salt
from offchain.chain.backend import Chain, Receipt, Reverted, Transaction
from offchain.chain.errors import ChainError
from offchain.keeper.batches import GAS_MARGIN
from offchain.keeper.beacon import Draw
from offchain.keeper.books import NEVER
from offchain.keeper.courier import Courier
from offchain.keeper.lines import LinesError
from offchain.keeper.logbook import REORG_DEPTH
from offchain.keeper.pace import Pace
from offchain.keeper.purse import Purse, ether
from offchain.keeper.release import DEPTH, Release
from offchain.keeper.secret_draws import SECRETS, Round, Route, Terms
from offchain.keeper.secret_file import Secret, SecretFile
from offchain.keeper.sending import Action
from offchain.keeper.troubles import Alert
from offchain.keeper.view import LotView, View

GAS_OF_DRAW: Final = 500_000
"""What the secrets of a draw may take: sealing takes 56,000, opening 82,000, drawing 50,000 a round. Opening is never refused."""
GAS_TO_OPEN: Final = 150_000
"""What has to be left of budget and balance for opening, before a secret is sealed."""
_RECHECK: Final = 16
"""Blocks after which a draw that needs nothing, or has not fallen back, is asked about again."""
_MOST_TRIES: Final = 16
"""How often an opening is sent that comes to nothing, or is undone."""
_TIME_TO_SEAL: Final = 60
"""Seconds of the sealing that have to be left, so that a seal is mined in time."""
_SOON: Final = 60
"""Seconds before a reveal in which nothing else should keep the keeper for long."""


class SecretLost(Alert):
    """A bond is lost, or about to be."""


@dataclass(slots=True)
class _Case:
    """A draw that is served. lot: for whose sake. deadline: until when the lot waits for it, 0: no longer. mine: the secrets that
    were made for it, the newest first.
    """

    draw: Draw
    lot: int
    deadline: int
    mine: list[Secret]


class SecretKeeper:
    """Serves the draws of one source of sealed secrets.

    unfinished: whether the last step was at its bound before all draws had their turn.
    """

    def __init__(
        self,
        chain: Chain,
        source: str,
        account: str,
        wanted: Callable[[], Mapping[int, int]],
        route: Route,
        secrets: SecretFile,
        most_bonds: int = 0,
        on_action: Callable[[Action], None] | None = None,
        on_skip: Callable[[str, Exception], None] | None = None,
        purse: Purse | None = None,
        pace: Pace | None = None,
        depth: int = DEPTH,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`account` pays for gas, and the bonds. `wanted`: the lots that wait for a word, and until when (seconds since the
        epoch). `route`: which draws those are. `most_bonds`: the most wei that may lie under secrets at once; 0: none is sealed.
        `on_action`, `on_skip`, `purse`, `pace`, `depth`, `clock`: as for any keeper.
        """
        self._chain, self._source = chain, source
        self._wanted, self._route, self._secrets = wanted, route, secrets
        self._most_bonds = most_bonds
        self._on_action = on_action or (lambda action: None)
        self._on_skip = on_skip or (lambda what, error: None)
        self._purse, self._pace = purse or Purse(), pace or Pace()
        self._courier = Courier(chain, account, self._purse, self._pace)
        self._release = Release(chain, depth, clock)
        self._abi: Contract = contract_named(SECRETS)
        self._terms: Terms | None = None
        self._draws: dict[int, Draw] = {}
        # secrets by what was seen of them: open, or of a round that is over, and since which block
        self._opened: set[Secret] = set()
        self._has_taken = False
        self._tries: Counter[Secret] = Counter()
        self._over: dict[Secret, int] = {}
        self._sealed: set[tuple[Draw, int]] = set()
        self._lost: set[tuple[Draw, int]] = set()
        self._seen: dict[Draw, tuple[int, Round]] = {}
        self._asked: dict[int | Draw, int] = {}
        self._failures: Counter[Draw] = Counter()
        # which draw had its turn when
        self._turn = 0
        self._turns: dict[Draw, int] = {}
        self._now = self._block = 0
        self.sent = 0
        self.unfinished = False
        self.resting: set[str] = set()

    def step(self) -> int:
        """Does what can be done now, the most urgent first, and returns how many transactions that took.

        Raises:
            ChainError: the chain could not be read at all.
        """
        self.unfinished = False
        self.resting.clear()
        before = self.sent
        self._now, self._block = self._chain.now(), self._chain.block()
        self._pace.start()
        self._release.look()
        self._secrets.refresh()
        cases = sorted(self._cases(), key=self._rank)
        known = {case.draw for case in cases}
        self._seen = {draw: seen for draw, seen in self._seen.items() if draw in known}
        self._turns = {draw: turn for draw, turn in self._turns.items() if draw in known}
        for case in cases:
            self.unfinished = self._pace.requests > 0 and self._pace.is_over
            if self.unfinished:
                break
            if self._purse.is_empty:
                self._tell_used_up(case)
                continue
            self._turn += 1
            self._turns[case.draw] = self._turn
            self._guarded(f"secrets of {_told(case)}", case.draw, partial(self._serve, case))
        if cases and not self.unfinished and not self._purse.is_empty:
            self._guarded("bonds", None, self._withdraw)
        return self.sent - before

    @property
    def is_pressed(self) -> bool:
        """Whether a secret of its own is to be opened, or soon will be."""
        now = self._release.world_time(self._now)
        return any(self._is_to_open(draw, now) for draw in self._seen)

    @property
    def seconds_to_next(self) -> int | None:
        """How long it takes until a window of a draw ends; None: none is ahead."""
        ends = [
            end - self._now
            for _, round_ in self._seen.values()
            for end in (round_.end_of_bidding, round_.end_of_reveal)
            if end > self._now and not round_.drawn
        ]
        return min(ends, default=None)

    @property
    def at_risk(self) -> int:
        """How many bonds may lie under secrets, as far as is known; those that were lost count for ever."""
        live = {
            (one.draw, one.round)
            for one in self._mine()
            if one not in self._over and one not in self._opened
        }
        return len(live | self._lost)

    @property
    def view(self) -> View:
        """The draws that it serves, as of the last step."""
        lots = tuple(
            LotView(lot, round_.phase(self._now).name.lower(), bids=round_.seals)
            for lot, round_ in self._seen.values()
        )
        return View(self._source, SECRETS, self._block, self._now, lots)

    # Which draws

    def _mine(self) -> list[Secret]:
        return self._secrets.at(self._chain.chain_id, self._source, self._courier.account)

    def _waits(self, draw: Draw, round_: Round) -> bool:
        """Whether a secret of its own may stand sealed in a round, and is not open."""
        mine = [one for one in self._mine() if (one.draw, one.round) == (draw, round_.number)]
        return bool(mine) and not any(one in self._opened or one in self._over for one in mine)

    def _cases(self) -> Iterator[_Case]:
        """Draws that lots wait for, and those of which there is a secret that may still be sealed."""
        mine: dict[Draw, list[Secret]] = {}
        for one in self._mine():
            if self._block - self._over.get(one, self._block) <= REORG_DEPTH:
                mine.setdefault(one.draw, []).append(one)
        wanted = self._wanted()
        for lot, deadline in sorted(wanted.items(), key=lambda one: one[1]):
            draw = self._draw_of(lot)
            if draw is not None:
                yield _Case(draw, lot, deadline, mine.pop(draw, []))
        for draw, secrets in mine.items():
            is_over = all(one in self._over for one in secrets)
            if not is_over or self._wants_look(draw):
                yield _Case(draw, secrets[0].lot, 0, secrets)
        self._draws = {lot: draw for lot, draw in self._draws.items() if lot in wanted}
        known = {*wanted, *mine}
        self._asked = {key: block for key, block in self._asked.items() if key in known}

    def _wants_look(self, key: int | Draw) -> bool:
        """Whether a lot, or a draw, was not asked about for a while; it is now."""
        if self._block - self._asked.get(key, -_RECHECK) < _RECHECK:
            return False
        self._asked[key] = self._block
        return True

    def _draw_of(self, lot: int) -> Draw | None:
        if lot not in self._draws:
            if self._pace.is_over or not self._wants_look(lot):
                return None
            try:
                found = self._route.draw(self._courier, lot)
            except ChainError as error:
                self._skip(f"the draw of lot {lot}", error)
                return None
            if found is None:
                return None
            self._draws[lot] = found
        return self._draws[lot]

    def _rank(self, case: _Case) -> tuple[int, bool, int, int]:
        """What failed waits for the others; else own secrets go first, then whoever had no turn for longest, since however many
        draws wait that need nothing, a step that ends at its bound must not begin with the same ones again.
        """
        draw, now = case.draw, self._release.world_time(self._now)
        can_wait = not self._is_to_open(draw, now)
        return self._failures[draw], can_wait, self._turns.get(draw, 0), self._by(case)

    def _is_to_open(self, draw: Draw, now: int) -> bool:
        """Whether a secret of its own is to be opened in a draw, or soon will be, as far as was seen."""
        if draw not in self._seen:
            return False
        _, round_ = self._seen[draw]
        is_time = round_.end_of_bidding - _SOON <= now < round_.end_of_reveal
        return is_time and self._waits(draw, round_)

    def _by(self, case: _Case) -> int:
        """Until when a draw has to be served: what lies under a secret is lost when its reveal ends."""
        seen = self._seen.get(case.draw)
        if seen is not None and self._waits(case.draw, seen[1]):
            return seen[1].end_of_reveal
        return case.deadline or NEVER

    def _tell_used_up(self, case: _Case) -> None:
        if any(one not in self._over and one not in self._opened for one in case.mine):
            used_up = SecretLost(f"it cannot be opened any more: {self._purse.used_up()}")
            self._skip(f"secret for {_told(case)}", used_up)

    # What is done

    def _serve(self, case: _Case) -> None:
        round_ = self._round(case.draw)
        self._seen[case.draw] = case.lot, round_
        self._note_ends(case, round_)
        phase = round_.phase(self._now)
        if phase == SecretsPhase.REVEAL:
            self._open(case, round_)
        elif phase == SecretsPhase.READY and case.deadline:
            self._send("word", case, "draw", case.draw.consumer, case.draw.id)
        elif phase in (SecretsPhase.OPEN, SecretsPhase.SEALING) and case.deadline:
            self._seal(case, round_)

    def _round(self, draw: Draw) -> Round:
        terms = self._made_with()
        (found,) = self._ask("drawOf", draw.consumer, draw.id)
        number, end, seals, opened, requested, drawn, _ = found
        return Round(number, end, end + terms.reveal, seals, opened, requested, drawn)

    def _made_with(self) -> Terms:
        if self._terms is None:
            views = ("bond", "sealingWindow", "revealWindow")
            self._terms = Terms(*(self._ask(view)[0] for view in views))
        return self._terms

    def _note_ends(self, case: _Case, round_: Round) -> None:
        """Whose round is over, and whose bond with it. A reorganization may undo it: that is looked at again for a while."""
        for one in case.mine:
            is_over = round_.drawn or round_.number > one.round
            is_over = is_over or (
                round_.number == one.round and self._now >= round_.end_of_reveal > 0
            )
            if not is_over:
                self._over.pop(one, None)
                continue
            self._over.setdefault(one, self._block)
            key = (one.draw, one.round)
            any_opened = any(
                other in self._opened for other in case.mine if other.round == one.round
            )
            if key in self._sealed and not any_opened and key not in self._lost:
                self._lost.add(key)
                bond = ether(self._made_with().bond)
                self._skip(
                    f"secret for {_told(case)}",
                    SecretLost(f"not opened in time: {bond} ETH are lost"),
                )

    def _open(self, case: _Case, round_: Round) -> None:
        """Opens the own secret that stands sealed in this round, if one does, once it may leave."""
        mine = [one for one in case.mine if one.round == round_.number]
        if not mine or not self._release.allows(
            f"secret for {_told(case)}", round_, self._now, self._skip
        ):
            return
        draw = case.draw
        for one in mine:
            call = ("reveal", draw.consumer, draw.id, one.sealer, one.secret)
            try:
                self._send("open", case, *call, bounded=False, first=partial(self._try, case, one))
            except Reverted as refusal:
                flaw = self._flaw(refusal)
                if flaw == "AlreadyOpened":
                    self._opened.update(mine)
                    return
                if flaw in ("WrongSecret", "NotSealed"):
                    continue
                raise
            self._opened.update(mine)
            self._has_taken = False
            return

    def _try(self, case: _Case, secret: Secret) -> None:
        """Simulation says that a secret stands sealed: it is sent now. Raises SecretLost if it was too often."""
        self._sealed.add((secret.draw, secret.round))
        self._tries[secret] += 1
        if self._tries[secret] > _MOST_TRIES:
            raise SecretLost(f"opening it for {_told(case)} was sent {_MOST_TRIES} times in vain")

    def _seal(self, case: _Case, round_: Round) -> None:
        """Seals a new secret in the round under way, or opens one, unless one of its own stands there."""
        terms, is_open = self._made_with(), round_.phase(self._now) == SecretsPhase.OPEN
        number = round_.number + is_open
        end = self._now + terms.sealing if is_open else round_.end_of_bidding
        if not is_open and end - self._now < _TIME_TO_SEAL:
            return
        if end + terms.reveal + DrawTime.USE > case.deadline:
            # who opens last would choose between the word and none
            if is_open:
                self._skip(f"secrets of {_told(case)}", ChainError("a round would end too late"))
            return
        bonds = self.at_risk
        known = any(one.round == number for one in case.mine)
        if not known and (bonds + 1) * terms.bond > self._most_bonds:
            if is_open:
                self._skip(f"secrets of {_told(case)}", self._no_bond(terms.bond, bonds))
            return
        secret = Secret(
            self._chain.chain_id,
            self._source,
            case.draw,
            case.lot,
            number,
            self._courier.account,
            0,
            new_salt(),
        )
        earlier = next((one for one in case.mine if one.round == number), None)

        def keep() -> None:
            balance = self._balance_to_seal(terms.bond)
            if earlier is not None and balance < earlier.balance - terms.bond // 2:
                raise SecretLost(
                    f"{self._source} has taken a bond for a seal that it does not show: it is given no other"
                )
            self._secrets.add(replace(secret, balance=balance))

        call = ("commit", case.draw.consumer, case.draw.id, secret.seal)
        try:
            # on disk once simulation says that it can be sealed, and before it can be
            self._send("seal", case, *call, wei=terms.bond, first=keep)
        except Reverted as refusal:
            if self._flaw(refusal) != "AlreadySealed":
                raise
        self._sealed.add((case.draw, number))

    def _balance_to_seal(self, bond: int) -> int:
        """What the account has, in wei. Raises ChainError if sealing might leave too little to open with."""
        if not self._purse.affords(2 * GAS_TO_OPEN):
            raise self._purse.used_up()
        needed = bond + 4 * GAS_TO_OPEN * self._purse.price
        balance = self._chain.balance(self._courier.account)
        if balance < needed:
            raise ChainError(
                f"{self._courier.account} has less than the {ether(needed)} ETH that it takes to seal and open a secret"
            )
        return balance

    def _no_bond(self, bond: int, at_risk: int) -> ChainError:
        lie = f", and {at_risk} lie there" if at_risk else ""
        return ChainError(
            f"nobody has sealed one yet: that takes a bond of {ether(bond)} ETH{lie}, and the keeper may risk"
            f" {ether(self._most_bonds)} at once (--seal-bond)"
        )

    def _withdraw(self) -> None:
        """Takes redeemed bonds back, once no other of its own waits to be opened: one transaction for all, and none again before
        another secret was opened, whatever the source says.
        """
        if not self._mine() or self._has_taken:
            return
        if any(self._waits(draw, round_) for draw, (_, round_) in self._seen.items()):
            return
        (redeemed,) = self._ask("redeemed", self._courier.account)
        if redeemed:
            some = _Case(Draw(self._source, 0), 0, 0, [])
            account = self._courier.account
            self._send("bond", some, "withdrawBonds", account, bounded=False)
        self._has_taken = True

    # Asking and sending

    def _ask(self, view: str, *arguments: object) -> tuple[Any, ...]:
        return self._courier.ask(self._abi, self._source, view, *arguments)

    def _send(
        self,
        step: str,
        case: _Case,
        function: str,
        *arguments: object,
        wei: int = 0,
        bounded: bool = True,
        first: Callable[[], None] | None = None,
    ) -> Receipt:
        """Sends a call that simulation says will do, with `wei`; `first` comes in between."""
        data = self._abi.encode(function, *arguments)
        transaction = Transaction(self._courier.account, self._source, data, wei)
        gas = int(self._courier.estimate(transaction) * GAS_MARGIN)
        key = case.draw.id
        if bounded:
            self._purse.check_lot(key, gas, GAS_OF_DRAW)
        if first is not None:
            first()
        receipt = self._courier.send(transaction, gas, key)
        self.sent += 1
        self._on_action(Action(step, case.lot, self._source, 0, receipt))
        return receipt

    def _flaw(self, refusal: Reverted) -> str | None:
        """By what name the source refused."""
        error = self._abi.error(refusal.data)
        return None if error is None else error.name

    def _guarded(self, what: str, draw: Draw | None, work: Callable[[], None]) -> None:
        """Does `work`; what goes wrong stops nothing else."""
        try:
            work()
        except (ChainError, LinesError) as error:
            self._skip(what, error)
            if draw is not None:
                self._failures[draw] += 1
        else:
            if draw is not None:
                del self._failures[draw]

    def _skip(self, what: str, error: Exception) -> None:
        self.resting.add(what)
        self._on_skip(what, error)


def _told(case: _Case) -> str:
    return f"the draw of lot {case.lot}"
