"""A status as Prometheus reads it: its text format, version 0.0.4."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from offchain.io.units import WEI_PER_ETH
from offchain.keeper.watch.health import ALERTS, alerts
from offchain.keeper.watch.status import Status
from offchain.keeper.watch.troubles import KINDS

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_PREFIX: Final = "consort_keeper_"

Labels = Mapping[str, str]


def metrics(status: Status, now: int) -> str:
    """All metrics at `now`, in seconds since the epoch. What is not known has none."""
    return "".join(f"{line}\n" for line in _lines(status, now))


def _lines(status: Status, now: int) -> Iterator[str]:
    told = alerts(status, now)
    chain, rounds, spending = status.chain, status.rounds, status.spending
    info = {
        "version": status.version,
        "chain": str(chain.id),
        "account": str(status.account.address),
    }
    yield from _family("info", "gauge", "What runs, and for whom.", [(info, 1)])
    is_healthy = not any(one.is_unhealthy for one in told)
    yield from _one("healthy", "gauge", "Whether it can do its work.", int(is_healthy))
    yield from _one("start_time_seconds", "gauge", "When it began.", status.started)
    yield from _one("rounds_total", "counter", "Rounds that ended.", rounds.number)
    yield from _one("last_round_seconds", "gauge", "When the last one did.", rounds.ended)
    yield from _one(
        "last_good_round_seconds", "gauge", "When the chain was read last.", rounds.good
    )
    yield from _one("block", "gauge", "The newest block.", chain.block)
    yield from _one("lag_blocks", "gauge", "Blocks that are not read yet.", chain.lag_blocks)
    yield from _one("lag_seconds", "gauge", "How old the newest block is.", chain.lag_seconds)
    yield from _one("transactions_total", "counter", "Transactions mined.", spending.transactions)
    yield from _one("gas_total", "counter", "Gas used, by failures too.", spending.gas)
    yield from _ether("spent_ether_total", "counter", "Paid for gas.", spending.spent_wei)
    yield from _ether("budget_left_ether", "gauge", "Left of the budget.", spending.left_wei)
    yield from _ether("balance_ether", "gauge", "What the account has.", status.account.balance_wei)
    lots = [({"place": one.address, "contract": one.contract}, one.lots) for one in status.serves]
    yield from _family("unfinished_lots", "gauge", "Lots that are not over.", lots)
    due = Counter(one.due for one in status.lots if one.due is not None)
    yield from _family(
        "due_lots", "gauge", "Lots on which something is due.", _by("need", due, sorted(due))
    )
    ahead = None if status.next is None else status.next.at
    yield from _one("next_deadline_seconds", "gauge", "The nearest, by the chain's time.", ahead)
    in_trouble = Counter(one.kind for one in status.troubles)
    yield from _family(
        "troubles", "gauge", "What could not be done.", _by("kind", in_trouble, KINDS)
    )
    raised = Counter(one.kind for one in told)
    yield from _family("alerts", "gauge", "What to look at.", _by("kind", raised, ALERTS))


def _by(label: str, counts: Counter[str], names: Iterable[str]) -> list[tuple[Labels, float]]:
    return [({label: name}, counts[name]) for name in names]


def _ether(name: str, kind: str, help_: str, wei: str | None) -> Iterator[str]:
    return _one(name, kind, help_, None if wei is None else int(wei) / WEI_PER_ETH)


def _one(name: str, kind: str, help_: str, value: float | None) -> Iterator[str]:
    return _family(name, kind, help_, [] if value is None else [({}, value)])


def _family(
    name: str, kind: str, help_: str, samples: Sequence[tuple[Labels, float]]
) -> Iterator[str]:
    if not samples:
        return
    yield f"# HELP {_PREFIX}{name} {help_}"
    yield f"# TYPE {_PREFIX}{name} {kind}"
    for labels, value in samples:
        pairs = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        yield f"{_PREFIX}{name}{f'{{{pairs}}}' if pairs else ''} {value!r}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
