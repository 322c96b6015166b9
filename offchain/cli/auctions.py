"""The auctions, a row each: how instances are played on a chain, the contract, the demo, the keepers.

What needs no chain is in `offchain.model.kinds`, under the same names. What a row calls is imported when it is called,
since commands ask for names and contracts before that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from offchain.bindings import constants
from offchain.cli import demos
from offchain.cli.drawn_keeping import clock_keepers, resilient_keepers, universal_keepers
from offchain.cli.keeping import Keepers, house_keepers

if TYPE_CHECKING:
    from offchain.demo.chance import Play
    from offchain.model.instances import (
        ApproximateGroupsInstance,
        ApproximateInstance,
        Instance,
        ResilientInstance,
        SignalClockInstance,
        TwoLevelInstance,
        UniversalSignalsInstance,
    )
    from offchain.model.instances.two_level import AnyTwoLevel
    from offchain.play.solve import Staging

    AnyApproximate: TypeAlias = ApproximateInstance | ApproximateGroupsInstance


@dataclass(frozen=True, slots=True)
class OnChain:
    """What an auction has on a chain.

    staging: how `consort solve` plays an instance. contract: by name; deployed along is what its constructor takes. draw_seconds:
    how long it waits for a random word before the lot is void; None: it draws none. demo: what `consort demo` shows. keepers:
    who is at work for `consort keep`. sign: a view, and what it answers there and at no other auction that takes no groups; None:
    groups bid there, sealed with locks to a beacon's rounds.
    """

    staging: Callable[[Any], "Staging[Any]"]
    contract: str
    draw_seconds: int | None
    demo: demos.Demo
    keepers: Keepers
    sign: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Auction:
    """A row. name: as instance files and `--mechanism` say it. on_chain: None where there are no contracts."""

    name: str
    on_chain: OnChain | None = None


def _two_level(instance: "AnyTwoLevel") -> "Staging[TwoLevelInstance]":
    from offchain.model.instances.rules import Ascending

    return _at_houses() if isinstance(instance.upper, Ascending) else _at_the_auctioneer()


def _at_the_auctioneer() -> "Staging[TwoLevelInstance]":
    from offchain.play.limits import check_two_level
    from offchain.play.solve import Staging
    from offchain.play.two_level import TwoLevelStage

    return Staging(TwoLevelStage, check_two_level, _members)


def _at_houses() -> "Staging[TwoLevelInstance]":
    from offchain.play.house_auctions import HouseAuctions, seconds_of
    from offchain.play.limits import check_ascending
    from offchain.play.solve import Staging

    return Staging(HouseAuctions, check_ascending, _members, seconds_of)


def _approximate(_: "AnyApproximate") -> "Staging[AnyApproximate]":
    from offchain.model.instances import ApproximateInstance
    from offchain.play.approximate import ApproximateStage
    from offchain.play.limits import check_approximate
    from offchain.play.solve import Staging

    def bidders(instance: "AnyApproximate") -> int:
        if isinstance(instance, ApproximateInstance):
            return len(instance.bids)
        return _members(instance)

    return Staging(ApproximateStage, check_approximate, bidders)


def _resilient(_: "ResilientInstance") -> "Staging[ResilientInstance]":
    from offchain.play.limits import check_resilient
    from offchain.play.resilient import ResilientStage
    from offchain.play.solve import Staging

    return Staging(ResilientStage, check_resilient, lambda one: len(one.players))


def _signal_clock(_: "SignalClockInstance") -> "Staging[SignalClockInstance]":
    from offchain.play.limits import check_signal_clock
    from offchain.play.signal_clock_lottery import SignalStage
    from offchain.play.solve import Staging

    return Staging(SignalStage, check_signal_clock, lambda one: len(one.bidders))


def _universal(_: "UniversalSignalsInstance") -> "Staging[UniversalSignalsInstance]":
    from offchain.play.limits import check_universal
    from offchain.play.solve import Staging
    from offchain.play.universal import UniversalStage

    return Staging(UniversalStage, check_universal, lambda one: len(one.bidders))


def _members(instance: "AnyTwoLevel | ApproximateGroupsInstance") -> int:
    return sum(len(group.members) for group in instance.groups)


def _show_approximate() -> "Play":
    from offchain.demo.show_approximate import play

    return play


def _show_resilient() -> "Play":
    from offchain.demo.show_resilient import play

    return play


def _show_signal_clock() -> "Play":
    from offchain.demo.show_signal_clock import play

    return play


def _show_universal() -> "Play":
    from offchain.demo.show_universal import play

    return play


AUCTIONS: Final = (
    Auction(
        "two-level",
        OnChain(
            staging=_two_level,
            contract="Auctioneer",
            draw_seconds=None,
            demo=demos.among_groups,
            keepers=house_keepers,
        ),
    ),
    Auction(
        "approximate",
        OnChain(
            staging=_approximate,
            contract="ApproximateAuction",
            draw_seconds=constants.ApproximateAuction.DRAW_WINDOW,
            demo=demos.drawn(_show_approximate),
            keepers=house_keepers,
        ),
    ),
    Auction(
        "resilient",
        OnChain(
            staging=_resilient,
            contract="ResilientAuction",
            draw_seconds=constants.ResilientAuction.DRAW_WINDOW,
            demo=demos.drawn(_show_resilient),
            keepers=resilient_keepers,
            sign=("DELIVERY_WINDOW", constants.ResilientAuction.DELIVERY_WINDOW),
        ),
    ),
    Auction(
        "signal-clock",
        OnChain(
            staging=_signal_clock,
            contract="SignalClockAuction",
            draw_seconds=constants.TabledAuction.WINDOW,
            demo=demos.drawn(_show_signal_clock),
            keepers=clock_keepers,
            sign=("MOST_TYPES", constants.SignalClockAuction.MOST_TYPES),
        ),
    ),
    Auction(
        "universal-signals",
        OnChain(
            staging=_universal,
            contract="UniversalAuction",
            draw_seconds=constants.TabledAuction.WINDOW,
            demo=demos.drawn(_show_universal),
            keepers=universal_keepers,
            sign=("MOST_SIDES", constants.UniversalAuction.MOST_SIDES),
        ),
    ),
    Auction("monotone-signals"),
    Auction("vcg"),
)
"""The table, in the order in which `--mechanism` lists what has contracts."""

ON_CHAIN: Final = {auction.name: auction.on_chain for auction in AUCTIONS if auction.on_chain}
"""Those with contracts, by name."""
FIRST: Final = next(iter(ON_CHAIN))
"""What `--mechanism` says unless the user does."""


def staging_of(instance: "Instance") -> "Staging[Any]":
    """How an instance of an auction with contracts is played."""
    return ON_CHAIN[instance.mechanism].staging(instance)
