"""A status as a page that people read: no script, nothing loaded, renewed by the browser."""

from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from offchain.io.units import ether_at_least, ether_at_most
from offchain.keeper.release import moment
from offchain.keeper.watch.health import alerts
from offchain.keeper.watch.status import Status

RENEWED_SECONDS: Final = 15


def page(status: Status, now: int) -> str:
    """The page at `now`, in seconds since the epoch."""
    told = alerts(status, now)
    chain_time = status.chain.time
    made: str = _template().render(
        status=status,
        alerts=told,
        is_healthy=not any(one.is_unhealthy for one in told),
        age=span(max(0, now - status.written)),
        now=chain_time if chain_time is not None else now,
        renewed=RENEWED_SECONDS,
    )
    return made


def span(seconds: int) -> str:
    """A length of time in words of one or two units."""
    units = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
    place = next((n for n, (_, size) in enumerate(units) if seconds >= size), len(units) - 1)
    (name, size), *smaller = units[place:]
    whole, rest = divmod(seconds, size)
    if not smaller or (below := rest // smaller[0][1]) == 0:
        return f"{whole:,} {name}"
    return f"{whole:,} {name} {below} {smaller[0][0]}"


def until(then: int, now: int) -> str:
    """How far away a moment is."""
    return f"in {span(then - now)}" if then >= now else f"{span(now - then)} ago"


def _left(wei: str | None) -> str:
    """To the gwei, in the worse direction; status.json has every wei."""
    return "not known" if wei is None else f"{ether_at_most(int(wei))} ETH"


def _paid(wei: str | None) -> str:
    return "not known" if wei is None else f"{ether_at_least(int(wei))} ETH"


def _many(count: int, name: str) -> str:
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def _clock(seconds: int) -> str:
    """A time of day, of which the page says elsewhere that it is UTC."""
    return f"{datetime.fromtimestamp(seconds, UTC):%d %b %H:%M:%S}"


def _short(address: str | None) -> str:
    return "" if address is None else f"{address[:8]}…{address[-6:]}"


@cache
def _template() -> Any:
    environment = Environment(
        loader=PackageLoader("offchain.keeper.watch", "."),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {
        "clock": _clock,
        "left": _left,
        "many": _many,
        "moment": moment,
        "paid": _paid,
        "short": _short,
        "until": until,
    }
    return environment.get_template("page.html.jinja")
