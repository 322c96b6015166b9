"""Which tests are to kill the mutants of which file: first those that run in this process, then those on Anvil.

Tests of gas and of sizes are left out on purpose: what costs another amount of gas does nothing wrong. Random auctions are few of
the many that `make test` plays.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import Final


@dataclass(frozen=True)
class Suite:
    """Test files and names of tests, in the order in which they run."""

    name: str
    in_process: tuple[str, ...]
    on_anvil: tuple[str, ...]

    def after(self, name: str, in_process: tuple[str, ...], on_anvil: tuple[str, ...]) -> Suite:
        """The same tests, those that are nearest before the others."""
        firsts = (in_process, self.in_process), (on_anvil, self.on_anvil)
        return Suite(name, *(tuple(dict.fromkeys(near + all_)) for near, all_ in firsts))


def _all(folder: str, *names: str) -> tuple[str, ...]:
    return tuple(f"tests/{folder}/test_{name}.py" for name in names)


_ESTATES: Final = _all(
    "estate", *(f"estate_{part}" for part in ("access", "parts", "resale", "votes"))
)


def _rebuilt(*cases: str) -> tuple[str, ...]:
    path = "tests/rebuild/test_rebuild.py"
    return tuple(f"{path}::test_logs_tell_everything[{case}]" for case in cases)


_BOOKS: Final = _all("bindings", "storage", "codec")
_TWO_LEVELS: Final = (
    "tests/differential/test_revm.py::test_chain_equals_reference[0]",
    *_rebuilt("groups"),
    *_all("differential", "ascending_on_revm"),
    *_all("differential", "locks_on_revm", "rolling_walk", "estates_on_revm"),
)
_TWO_LEVELS_ON_ANVIL: Final = _all(
    "contracts",
    *("bad_input", "bidding", "reveal", "tally", "settlement", "claims", "commitment", "entry"),
    *(
        "open_bidding",
        "delivery",
        "listing",
        "locks",
        "roll",
        "price_rule",
        "proceeds",
        "recipients",
    ),
    *("windows", "multicall", "factory", "hostile_daos", "hostile_payments", "hostile_talliers"),
    *("hostile_tokens", "random_walk", "whole_auctions"),
)
_APPROXIMATE: Final = Suite(
    "approximate",
    (
        *_all("differential", "approximate_claims_on_revm"),
        *_rebuilt("draws"),
        *_all("differential", "approximate_on_revm"),
        *_all("differential", "approximate_walk"),
        *_all("estate", "estate_resale"),
    ),
    _all("contracts", "approximate_lots", "approximate_proofs", "approximate_hostile"),
)
_CLOCK: Final = Suite(
    "signal clock",
    (
        *_all("books", "clock_terms"),
        *_rebuilt("clocks"),
        *_all("differential", "signal_clocks_on_revm", "signal_clock_walks"),
    ),
    _all(
        "contracts", "clock_life", "clock_entry", "clock_answers", "clock_silence", "clock_hostile"
    ),
)
_UNIVERSAL: Final = Suite(
    "universal",
    (
        *_all("universal", "universal_life", "universal_listing", "universal_hostile"),
        *_all("universal", "universal_lots"),
        *_rebuilt("colours"),
        *_all("universal", "universal_walks"),
    ),
    (),
)
_RESILIENT: Final = Suite(
    "resilient",
    (
        *_all("resilient", "resilient_announcing", "resilient_answers", "resilient_draw"),
        *_all("resilient", "resilient_events", "resilient_listing", "resilient_payments"),
        *_rebuilt("sales"),
        *_all("resilient", "resilient_tokens", "resilient_walk"),
        *_all("differential", "resilient_sales"),
    ),
    (),
)
_HOUSES: Final = Suite(
    "houses",
    (
        *_rebuilt("houses"),
        *_all("houses", "adapter_refusals", "nouns_adapter", "zora_adapter", "lending", "markets"),
        *_all("houses", "hostile_houses", "nouns_attacks", "reentering_houses", "nouns_house"),
        *_all("houses", "zora_house", "house_packages", "next_bids", "rivals", "nouns_lives"),
        *_all("differential", "house_walk", "house_lives", "house_auctions_on_revm"),
    ),
    (),
)
_RANDOMNESS: Final = Suite(
    "randomness",
    _rebuilt("words", "headers"),
    _all("contracts", "block_header", "beacon", "commit_reveal", "vrf_adapter"),
)
_HEADERS: Final = Suite(
    "headers",
    (*_all("randomness", "header_decoding"), *_rebuilt("headers")),
    _all("contracts", "block_header", "beacon"),
)
_BIDS: Final = Suite(
    "two levels",
    (*_ESTATES, *_all("books", "lot_terms", "pushed_gas", "waiting"), *_TWO_LEVELS, *_BOOKS),
    _TWO_LEVELS_ON_ANVIL,
)
_SHARED: Final = Suite(
    "shared",
    (
        *(*_BIDS.in_process, *_RESILIENT.in_process, *_CLOCK.in_process),
        *(*_UNIVERSAL.in_process, *_APPROXIMATE.in_process),
    ),
    (*_BIDS.on_anvil, *_CLOCK.on_anvil, *_APPROXIMATE.on_anvil),
)
_ITEMS: Final = _SHARED.after(
    "items",
    (
        *_all("resilient", "resilient_tokens", "resilient_listing"),
        *_all("universal", "universal_hostile"),
    ),
    _all("contracts", "delivery", "hostile_tokens"),
)
_MONEY: Final = _SHARED.after(
    "money",
    (
        *(*_all("books", "pushed_gas"), *_all("resilient", "resilient_payments")),
        *_all("universal", "universal_hostile"),
    ),
    _all("contracts", "proceeds", "recipients", "hostile_payments"),
)
_TIMES: Final = _SHARED.after("times", _all("books", "lot_terms"), _all("contracts", "listing"))
_BOTH_HOUSES: Final = Suite(
    "both houses",
    (*_BIDS.in_process, *_APPROXIMATE.in_process),
    (*_BIDS.on_anvil, *_APPROXIMATE.on_anvil),
)
_DRAWN: Final = Suite(
    "drawn",
    (
        *(*_APPROXIMATE.in_process, *_RESILIENT.in_process),
        *(*_CLOCK.in_process, *_UNIVERSAL.in_process),
    ),
    (*_APPROXIMATE.on_anvil, *_CLOCK.on_anvil),
)
_TABLES: Final = Suite(
    "tables",
    (*_CLOCK.in_process, *_UNIVERSAL.in_process),
    _CLOCK.on_anvil,
)
_GROUPS: Final = Suite(
    "groups",
    (*_BIDS.in_process, *_all("houses", "lending", "rivals")),
    _BIDS.on_anvil,
)
_BY_PLACE: Final = {
    "approximate": _APPROXIMATE,
    "base": _BOTH_HOUSES,
    "base/Escrow.sol": _ITEMS,
    "base/Proceeds.sol": _MONEY,
    "base/TabledAuction.sol": _TABLES,
    "groups": _GROUPS,
    "houses": _HOUSES,
    "libraries": _SHARED,
    "libraries/BidSlot.sol": _BOTH_HOUSES,
    "libraries/DrawTime.sol": _DRAWN,
    "libraries/Items.sol": _ITEMS,
    "libraries/Payments.sol": _MONEY,
    "libraries/Schedules.sol": _TIMES,
    "libraries/ValueTables.sol": _TABLES,
    "randomness": _RANDOMNESS,
    "randomness/BlockHeader.sol": _HEADERS,
    "resilient": _RESILIENT,
    "signals": _CLOCK,
    "universal": _UNIVERSAL,
}


def suite_of(file: str) -> Suite:
    """The tests of a file, by its path below contracts/."""
    place = PurePath(file)
    return next(_BY_PLACE[str(one)] for one in (place, *place.parents) if str(one) in _BY_PLACE)


def all_in_process() -> list[str]:
    """The files of all tests that run in this process."""
    return sorted(
        {one.partition("::")[0] for suite in _BY_PLACE.values() for one in suite.in_process}
    )
