"""The status of a keeper: what `--status` writes, and all that its page, metrics and alerts are made of.

Made after each round, of one look; plain data that changes no more. Times are whole seconds since the epoch, by this machine's
clock unless said otherwise; wei are decimal texts, since JSON's readers seldom have integers of that size. Within a `schema`
fields are only ever added.
"""

from dataclasses import asdict, dataclass
from typing import Any, Final

SCHEMA: Final = 1
MOST_LOTS: Final = 200
"""How many lots a status names: those with the nearest deadlines. Anybody can list more."""
MOST_ACTIONS: Final = 50
MOST_TROUBLES: Final = 100


@dataclass(frozen=True, slots=True)
class ChainStatus:
    """The chain, by its node (a URL without what may be a key).

    block: the newest there, None: it was never asked; time: its time. lag_blocks: how many of them the keeper has not read.
    lag_seconds: how old the newest is, None where time is told to the chain.
    """

    id: int | None
    node: str
    block: int | None = None
    time: int | None = None
    lag_blocks: int | None = None
    lag_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """Who pays for gas. balance_wei: None, it was never asked. needs_wei: what a large transaction may cost as gas is now, None:
    not known, or somebody gives it money. lacks_money: what was to be sent last could not be paid for.
    """

    address: str | None = None
    balance_wei: str | None = None
    needs_wei: str | None = None
    lacks_money: bool = False


@dataclass(frozen=True, slots=True)
class SpendingStatus:
    """What this run has spent. gas: of transactions, failed ones included. budget_wei, left_wei: None without `--budget`.
    is_used_up: whether nothing more is sent. price_wei: what a unit of gas cost last, None before the first.
    """

    transactions: int = 0
    gas: int = 0
    spent_wei: str = "0"
    budget_wei: str | None = None
    left_wei: str | None = None
    is_used_up: bool = False
    price_wei: str | None = None


@dataclass(frozen=True, slots=True)
class RoundStatus:
    """Rounds so far. number: how many ended. ended: when the last did, good: when the last did in which the chain could be read;
    None: none did. poll_seconds: how long it waits between two with nothing to do.
    """

    poll_seconds: float
    number: int = 0
    ended: int | None = None
    good: int | None = None


@dataclass(frozen=True, slots=True)
class PlaceStatus:
    """An auction, an adapter or a source of random words that is served. contract: its kind by name. block: up to which it was
    read. lots: how many are unfinished. time: the chain's when it was last looked, by which phases are told; None: of draws.
    """

    address: str
    contract: str
    block: int
    lots: int
    time: int | None = None


@dataclass(frozen=True, slots=True)
class LotStatus:
    """An unfinished lot, or a draw that waits, at a place. Times are the chain's.

    phase: as in the contracts, in lower case; since, until: of the phase, None: not known, or by what somebody does. due: what
    the keeper has to do now, None: nothing; due_by: until when that helps, None: for ever. groups, bids: how many there are.
    """

    place: str
    lot: int
    phase: str
    since: int | None
    until: int | None
    due: str | None
    due_by: int | None
    groups: int
    bids: int


@dataclass(frozen=True, slots=True)
class NextStatus:
    """The nearest deadline: what is due by then (None: nothing yet, the phase ends), on which lot where, and when by the chain's
    time.
    """

    place: str
    lot: int
    phase: str
    due: str | None
    at: int


@dataclass(frozen=True, slots=True)
class ActionStatus:
    """A transaction that was mined. transaction: its hash, None on a chain without. members: for how many bidders."""

    time: int
    step: str
    lot: int
    contract: str
    members: int
    gas: int
    fee_wei: str
    block: int
    transaction: str | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TroubleStatus:
    """What is due and could not be done. since: when it was met first. kind: one of `troubles.KINDS`. lot, place: where, if at
    one lot.
    """

    what: str
    why: str
    since: int
    kind: str
    place: str | None = None
    lot: int | None = None


@dataclass(frozen=True, slots=True)
class AlertStatus:
    """What somebody should look at. kind: one of `health.ALERTS`. key: by which it is the same from one look to the next.
    is_unhealthy: whether the keeper cannot do its work, so that `/healthz` says 503.
    """

    kind: str
    key: str
    text: str
    is_unhealthy: bool


@dataclass(frozen=True, slots=True)
class Status:
    """All of it. state: "starting" until the first round has ended, then "keeping". lots: at most `MOST_LOTS`, of `unfinished`.
    actions: the last ones, newest first.
    """

    version: str
    written: int
    started: int
    chain: ChainStatus
    rounds: RoundStatus
    state: str = "starting"
    account: AccountStatus = AccountStatus()
    spending: SpendingStatus = SpendingStatus()
    serves: tuple[PlaceStatus, ...] = ()
    unfinished: int = 0
    lots: tuple[LotStatus, ...] = ()
    next: NextStatus | None = None
    actions: tuple[ActionStatus, ...] = ()
    troubles: tuple[TroubleStatus, ...] = ()
    resting: int = 0
    alerts: tuple[AlertStatus, ...] = ()
    schema: int = SCHEMA

    def to_json(self) -> dict[str, Any]:
        """As an object of JSON, the schema first."""
        fields = asdict(self)
        return {"schema": fields.pop("schema")} | fields
