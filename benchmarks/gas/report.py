"""The measurements as tables, in Markdown, and what they are held against.

A snapshot is what `__main__.measured` returns. Figures are gas per member, rounded only when they are written; sums are
taken before.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any, Final

from benchmarks.gas import (
    all_in,
    approximate,
    estates,
    groups,
    houses,
    houses_all_in,
    meter,
    randomness,
    resilient,
    signals,
    universal,
)
from benchmarks.gas.auctions import LARGE, SIZES, TRACED
from benchmarks.gas.groups import CHEAP, CHEAP_LOCKED, FULL, FULL_LOCKED, KINDS, Kind
from benchmarks.gas.peers import PARTY_BATCH, PARTY_START, PEERS, party_all_in
from benchmarks.record import table
from offchain.bindings.daos import is_crowd
from offchain.chain.backend import MAX_TRANSACTION_GAS

FURTHER: Final = {
    "estate": estates.ROWS,
    "houses": houses.ROWS,
    "resilient": resilient.ROWS,
    "signal_clock": signals.ROWS,
    "universal": universal.ROWS,
    "approximate": approximate.ROWS,
    "randomness": randomness.ROWS,
}
"""What has tables of its own: what the steps are called, and their budgets."""

Snapshot = Mapping[str, Any]
Number = int | Fraction

_WORD: Final = 32
_KEPT: Final = 1 - Fraction(1, meter.REFUND_SHARE)
"""What a saving is worth in a transaction whose refunds are at their cap."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way through an auction: a member's book and outcome, who sends what others could send, and the steps."""

    name: str
    book: str
    by: str
    reveal: str | None
    claim: str
    tally: str | None = "tally"


WAYS: Final = (
    Way("sealed, not served", "sealed lost", "keeper", "batch reveal", "batch claim"),
    Way("sealed, not served", "sealed lost", "member", "own reveal", "own claim"),
    Way("sealed, served", "sealed won", "keeper", "batch reveal", "batch claim"),
    Way("sealed, served", "sealed won", "member", "own reveal", "own claim"),
    Way("open, not served", "open lost", "keeper", None, "batch claim"),
    Way("open, not served", "open lost", "member", None, "own claim"),
    Way("open, served", "open won", "keeper", None, "batch claim"),
    Way("open, served", "open won", "member", None, "own claim"),
    Way("individual, lost", "individual lost", "keeper", "batch reveal", "batch claim", None),
    Way("individual, lost", "individual lost", "member", "own reveal", "own claim", None),
)
SEALED, SEALED_ALONE, OPEN, OPEN_ALONE = (WAYS[n] for n in (0, 1, 4, 5))


@dataclass(frozen=True, slots=True)
class Budget:
    """A figure and its limit; `floor` is what the EVM alone asks, where that is known."""

    name: str
    figure: Fraction
    limit: int
    floor: Fraction | None = None

    @property
    def verdict(self) -> str:
        """Whether the figure is within the limit, or could be with any code."""
        if self.figure <= self.limit:
            return "within"
        return "over" if self.floor is None or self.floor <= self.limit else "out of reach"


def each(snapshot: Snapshot, book: str, step: str) -> Fraction:
    """Gas of a step per member, in a book named with its size, such as "sealed lost 400". KeyError if not measured."""
    cost = snapshot["steps"][book][step]
    return Fraction(cost["gas"], cost["members"])


def life(snapshot: Snapshot, way: Way, size: int = TRACED) -> list[Fraction]:
    """Gas of bid, reveal, tally and claim for a member of a group of `size`; 0 for a step that there is not."""
    book = f"{way.book} {size}"
    # alone in a lost book, who claims is the first to
    claim = way.claim if way.claim in snapshot["steps"][book] else "first claim"
    return [
        each(snapshot, book, step) if step else Fraction(0)
        for step in ("bid", way.reveal, way.tally, claim)
    ]


def whole(snapshot: Snapshot, way: Way, size: int = TRACED) -> Fraction:
    """Gas of the whole way."""
    return sum(life(snapshot, way, size), Fraction(0))


def bare(snapshot: Snapshot, book: str, step: str) -> Fraction:
    """What the EVM alone asks for a step per member, at the size that was traced: everything but hashes and code."""
    members = snapshot["steps"][f"{book} {TRACED}"][step]["members"]
    return Fraction(meter.without_code(snapshot["parts"][f"{book} {TRACED}"][step]), members)


def of_kind(snapshot: Snapshot, kind: Kind, *steps: str) -> Fraction:
    """Gas of steps per member of a group of a kind."""
    return sum((each(snapshot, "groups", kind.step(step)) for step in steps), Fraction(0))


def crowd(snapshot: Snapshot) -> int:
    """From how many members on a full copy is cheaper than a cheap DAO, for one lot of bids with locks."""
    made = each(snapshot, "groups", "createStandalone") - each(snapshot, "groups", "create")
    return ceil(
        made / (of_kind(snapshot, CHEAP_LOCKED, *LIFE) - of_kind(snapshot, FULL_LOCKED, *LIFE))
    )


def shared(snapshot: Snapshot, size: int) -> Fraction:
    """Gas of everything per member of a group of `size`, which wins."""
    cost = snapshot["all_in"][str(size)]
    return Fraction(cost["gas"], cost["members"])


@dataclass(frozen=True, slots=True)
class Goal:
    """Gas per member of a group of so many, everything counted, beside a PartyBid's: refunded in a batch, and each by oneself."""

    members: int
    figure: Fraction
    party: tuple[Fraction, Fraction]

    @property
    def ratio(self) -> Fraction:
        """To the cheaper PartyBid."""
        return self.figure / self.party[0]

    @property
    def limit(self) -> Fraction:
        """What the ratio is meant to stay within."""
        return _GOALS.get(self.members, Fraction(1))


_GOALS: Final = {50: Fraction(60, 100), 400: Fraction(52, 100)}


def goals(snapshot: Snapshot) -> list[Goal]:
    """What is meant to hold, by size."""
    return [Goal(size, shared(snapshot, size), party_all_in(size)) for size in all_in.SIZES]


def at_house(snapshot: Snapshot, raises: int) -> list[Goal]:
    """Gas of everything per member of a group that wins at the house of others at its last raise, by size."""
    found = snapshot["houses_all_in"][str(raises)]
    return [
        Goal(size, Fraction(found[str(size)]["gas"], size), party_all_in(size))
        for size in houses_all_in.SIZES
    ]


def budgets(snapshot: Snapshot) -> list[Budget]:
    """What has to hold."""
    sealed = life(snapshot, SEALED)
    floor = sum(
        (bare(snapshot, "open lost", s) for s in ("bid", "tally", "batch claim")), Fraction(0)
    )
    large = Fraction(snapshot["steps"][f"open won {LARGE}"]["settle"]["gas"])
    dearer = of_kind(snapshot, CHEAP, *LIFE) - of_kind(snapshot, FULL, *LIFE)
    return [
        Budget("sealed: bid", sealed[0], 48_000),
        Budget("sealed: reveal in a batch", sealed[1], 9_000),
        Budget("tally", sealed[2], 3_600),
        Budget("refund in a batch", sealed[3], 14_000),
        Budget("sealed, in batches: all of it", whole(snapshot, SEALED), 72_000),
        Budget("sealed, every step by oneself", whole(snapshot, SEALED_ALONE), 118_000),
        Budget("open, in batches: all of it", whole(snapshot, OPEN), 62_000, floor),
        Budget("sealed, with a lock: bid", of_kind(snapshot, FULL_LOCKED, "bid"), 53_500),
        Budget("cheap DAO: bid", of_kind(snapshot, CHEAP, "bid"), 50_800),
        Budget("cheap DAO, with a lock: bid", of_kind(snapshot, CHEAP_LOCKED, "bid"), 56_300),
        Budget("cheap DAO: more in all of it", dearer, 2_900),
        *(
            Budget(
                f"{label}: a further lot, rolled to", of_kind(snapshot, kind, *FURTHER_LOT), limit
            )
            for label, kind, limit in (
                ("full copy", FULL, 64_000),
                ("full copy, with a lock", FULL_LOCKED, 69_200),
                ("cheap DAO", CHEAP, 66_800),
                ("cheap DAO, with a lock", CHEAP_LOCKED, 72_000),
            )
        ),
        Budget("create a cheap DAO", each(snapshot, "groups", "create"), 100_000),
        Budget(f"settle, whatever the membership ({LARGE:,})", large, 300_000),
        Budget(
            "the largest transaction but for deploying",
            Fraction(snapshot["largest"]),
            MAX_TRANSACTION_GAS,
        ),
        *(
            Budget(f"{kind}: {label}", each(snapshot, kind, step), limit)
            for kind, steps in FURTHER.items()
            for step, (label, limit) in steps.items()
        ),
    ]


def tables(snapshot: Snapshot) -> dict[str, str]:
    """Every table, by name."""
    return {
        "all_in": _all_in_table(snapshot),
        "two": _two_table(snapshot),
        "two_parts": _two_parts_table(snapshot),
        "life": _life_table(snapshot),
        "steps": _steps_table(snapshot),
        "kinds": _kinds_table(snapshot),
        "lot": _lot_table(snapshot),
        "parts": _parts_table(snapshot),
        "prices": _prices_table(),
        "budgets": _budgets_table(snapshot),
        "refused": _refused_table(snapshot),
        "peers": _peers_table(snapshot),
        **{kind: _further_table(snapshot, kind) for kind in FURTHER},
        "houses_all_in": _houses_all_in_table(snapshot),
    }


def written(number: Number | None) -> str:
    """A figure as tables have it."""
    return "\N{EN DASH}" if number is None else f"{round(number):,}"


def figures(text: str) -> set[str]:
    """All numbers of a thousand and more in a text."""
    return set(re.findall(r"(?<![\d,.])\d{1,3}(?:,\d{3})+(?![\d,])", text))


def differences(old: Snapshot, new: Snapshot) -> list[str]:
    """What changed from one snapshot to the next, a line each."""
    before, after = _flat(old), _flat(new)
    lines = []
    for name in [*before, *(name for name in after if name not in before)]:
        if before.get(name) != after.get(name):
            was, now = (_told(found.get(name)) for found in (before, after))
            lines.append(f"{name}: {was} -> {now}")
    return lines


def _all_in_table(snapshot: Snapshot) -> str:
    rows = []
    for goal in goals(snapshot):
        cost = snapshot["all_in"][str(goal.members)]
        made = "full copy" if is_crowd(goal.members) else "cheap"
        steps = [written(Fraction(cost[step], goal.members)) for step in all_in.STEPS]
        beside = [written(one) for one in goal.party]
        ratios = [f"{float(goal.figure / one):.3f}" for one in goal.party]
        cells = [written(goal.figure), beside[0], ratios[0], beside[1], ratios[1]]
        rows.append([f"{goal.members:,}", made, *steps, *cells])
    peer = ["PartyBid, refunds in a batch", "ratio", "each by oneself", "ratio"]
    return table(["members", "DAO", *all_in.STEPS, "**all in**", *peer], rows)


def _houses_all_in_table(snapshot: Snapshot) -> str:
    once, *_ = houses_all_in.RAISES
    rows = []
    for goals_of_size in zip(*(at_house(snapshot, n) for n in houses_all_in.RAISES), strict=True):
        size = goals_of_size[0].members
        cost = snapshot["houses_all_in"][str(once)][str(size)]
        steps = [written(Fraction(cost[step], size)) for step in houses_all_in.STEPS]
        wholes = [cell for goal in goals_of_size for cell in (written(goal.figure), _ratio(goal))]
        party = [written(one) for one in goals_of_size[0].party]
        rows.append([f"{size:,}", *steps, *wholes, *party])
    wholes = []
    for n in houses_all_in.RAISES:
        wholes += [f"**all in, {n} {'raise' if n == 1 else 'raises'}**", "ratio"]
    party = ["PartyBid, refunds in a batch", "each by oneself"]
    return table(["members", *houses_all_in.STEPS, *wholes, *party], rows)


def _ratio(goal: Goal) -> str:
    return f"{float(goal.ratio):.3f}"


def _two_table(snapshot: Snapshot) -> str:
    two = all_in.TRACED
    ours = snapshot["all_in"][str(two)]
    batch, alone = (two * each for each in party_all_in(two))
    shared_by_two = two * meter.TRANSACTION * (Fraction(1, two) - Fraction(1, PARTY_BATCH))
    rows = {
        "all in": ours["gas"],
        "without the listing": ours["gas"] - ours["list"],
        "a PartyBid, started": PARTY_START,
        f"a PartyBid, refunds in a batch as if of {PARTY_BATCH}": batch,
        "by so much less than all in here": ours["gas"] - batch,
        "a PartyBid, refunds in a batch of two": batch + shared_by_two,
        "a PartyBid, each refunded by oneself": alone,
    }
    return table(["two members", "gas"], [[name, written(gas)] for name, gas in rows.items()])


def _two_parts_table(snapshot: Snapshot) -> str:
    taken = snapshot["all_in_parts"]
    whole = {part: sum(taken[step].get(part, 0) for step in all_in.STEPS) for part in meter.PARTS}
    columns = [*(taken[step] for step in all_in.STEPS), whole]
    rows = [[part, *(written(one.get(part) or None) for one in columns)] for part in meter.PARTS]
    rows.append(["**all**", *(written(sum(one.values())) for one in columns)])
    bare = [meter.without_code(taken[step]) for step in all_in.STEPS]
    rows.append(["the EVM alone", *map(written, bare), written(sum(bare))])
    return table(["gas of two members", *all_in.STEPS, "all"], rows)


def _life_table(snapshot: Snapshot) -> str:
    rows = []
    for way in WAYS:
        steps = life(snapshot, way)
        totals = [whole(snapshot, way, size) for size in reversed(SIZES)]
        cells = [written(one or None) for one in steps] + [written(one) for one in totals]
        rows.append([way.name, way.by, *cells])
    sizes = ["group of 1" if size == 1 else f"of {size}" for size in reversed(SIZES)]
    sizes[0] = f"**all, {sizes[0]}**"
    return table(["member", "sent by", "bid", "reveal", "tally", "claim", *sizes], rows)


_STEPS: Final = {
    "bid": "bid",
    "replace": "replace or raise it",
    "withdraw": "take it back",
    "own reveal": "reveal, by oneself",
    "batch reveal": "reveal, in a batch",
    "tally": "tally",
    "first claim": "lost: claim, the first",
    "own claim": "lost: claim, by oneself",
    "batch claim": "lost: refund, in a batch",
    "won own claim": "won: claim of a served member, by oneself",
    "won batch claim": "won: the same, in a batch",
    "won own claim, unserved": "won: claim of another, by oneself",
    "won batch claim, unserved": "won: the same, in a batch",
}


def _steps_table(snapshot: Snapshot) -> str:
    rows = []
    for step, label in _STEPS.items():
        cells = [label]
        for kind in ("sealed", "open"):
            for size in SIZES:
                outcome = "won" if step.startswith("won ") else "lost"
                found = snapshot["steps"][f"{kind} {outcome} {size}"]
                name = step.removeprefix("won ")
                known = name in found
                cells.append(
                    written(each(snapshot, f"{kind} {outcome} {size}", name) if known else None)
                )
        rows.append(cells)
    head = [f"{kind}, {size}" for kind in ("sealed", "open") for size in SIZES]
    return table(["step", *head], rows)


def _lot_table(snapshot: Snapshot) -> str:
    once = {label: each(snapshot, "groups", step) for step, label in groups.ONCE.items()}
    settled = {
        f"settle, group of {size}": Fraction(cost["gas"], cost["transactions"])
        for size in SIZES
        for cost in [snapshot["steps"][f"sealed won {size}"]["settle"]]
    }
    large = Fraction(snapshot["steps"][f"open won {LARGE}"]["settle"]["gas"])
    settled[f"settle, group of {LARGE:,}: the dearest there is"] = large
    rows = [[name, written(gas)] for name, gas in {**once, **settled}.items()]
    rows.append(["(members from which a full copy is cheaper, on one lot)", f"{crowd(snapshot):,}"])
    return table(["once", "gas"], rows)


LIFE: Final = ("bid", "reveal", "tally", "refund")
FURTHER_LOT: Final = ("roll", "reveal", "tally")
"""A member's way through one lot, and through each further one if its deposit goes on to that."""
_KIND_ROWS: Final = {
    "bid": ("bid",),
    "reveal, in a batch": ("reveal",),
    "tally": ("tally",),
    "refund, in a batch": ("refund",),
    "**all of it**": LIFE,
    "roll to the next lot, instead of refund and bid": ("roll",),
    "**a further lot**: roll, reveal, tally": FURTHER_LOT,
}


def _kinds_table(snapshot: Snapshot) -> str:
    rows = [
        [label, *(written(of_kind(snapshot, kind, *steps)) for kind in KINDS)]
        for label, steps in _KIND_ROWS.items()
    ]
    return table(["gas per member", *(kind.name for kind in KINDS)], rows)


_TAKEN_APART: Final = (
    ("bid", "sealed lost", "bid"),
    ("own reveal", "sealed lost", "own reveal"),
    ("batch reveal", "sealed lost", "batch reveal"),
    ("tally", "sealed lost", "tally"),
    ("own claim", "sealed lost", "own claim"),
    ("batch refund", "sealed lost", "batch claim"),
    ("batch, served", "sealed won", "batch claim"),
    ("open bid", "open lost", "bid"),
)


def _parts_table(snapshot: Snapshot) -> str:
    rows = []
    for part in meter.PARTS:
        cells = []
        for _, book, step in _TAKEN_APART:
            gas = snapshot["parts"][f"{book} {TRACED}"][step].get(part, 0)
            members = snapshot["steps"][f"{book} {TRACED}"][step]["members"]
            cells.append(written(Fraction(gas, members) if gas else None))
        rows.append([part, *cells])
    totals = [each(snapshot, f"{book} {TRACED}", step) for _, book, step in _TAKEN_APART]
    floors = [bare(snapshot, book, step) for _, book, step in _TAKEN_APART]
    rows.append(["**all**", *map(written, totals)])
    rows.append(["the EVM alone", *map(written, floors)])
    return table(["gas per member", *(name for name, *_ in _TAKEN_APART)], rows)


def _prices_table() -> str:
    prices = {
        "a transaction": meter.TRANSACTION,
        "its calldata, by the byte: zero": meter.ZERO_BYTE,
        "its calldata, by the byte: other": meter.NONZERO_BYTE,
        "a storage slot, read for the first time": meter.COLD_READ,
        "a storage slot, read again": meter.WARM_READ,
        "a slot that was read, filled where there was zero": meter.NEW_SLOT,
        "a slot that was read, changed or cleared": meter.CHANGED_SLOT,
        "clearing a slot gives back, up to a fifth of all gas used": meter.CLEARED_SLOT,
        "another account, met for the first time": meter.COLD_ACCOUNT,
        "a payment to an account without code, beyond that": meter.VALUE - meter.STIPEND,
        "an event, and as much again for each topic": meter.LOG,
        "its data, by the byte": meter.LOG_BYTE,
    }
    return table(
        ["the EVM's price of", "gas"], [[what, f"{gas:,}"] for what, gas in prices.items()]
    )


def _budgets_table(snapshot: Snapshot) -> str:
    rows = [
        [one.name, written(one.figure), written(one.limit), written(one.floor), one.verdict]
        for one in budgets(snapshot)
        if one.name.partition(":")[0] not in FURTHER
    ]
    return table(["budget", "gas", "limit", "the EVM alone", "verdict"], rows)


@dataclass(frozen=True, slots=True)
class Refused:
    """A way to save gas that was not taken, and what it would save a member whose steps come in batches."""

    what: str
    sealed: Number
    open: Number


def refused() -> list[Refused]:
    """The savings that were considered, by the EVM's prices."""
    word_of_log = meter.LOG_BYTE * _WORD
    claim_log = word_of_log * _KEPT
    bid_log = 2 * meter.LOG + word_of_log
    lot, address, seal, bid = (meter.ZERO_BYTE * (_WORD - width) for width in (4, 20, 24, 8))
    packed = lot + address + address * _KEPT
    listed = meter.COLD_READ - meter.LISTED_READ - meter.WARM_READ
    contract = Fraction(meter.LISTED_ACCOUNT, TRACED)
    listed_claim = (2 * listed - contract) * _KEPT
    deadline = 5 * (meter.NONZERO_BYTE - meter.ZERO_BYTE)
    return [
        Refused("no count of the open bids", 0, meter.CHANGED_SLOT + meter.WARM_READ),
        Refused("no logs", bid_log + word_of_log * 2 + claim_log, bid_log + claim_log),
        Refused("calldata packed tightly", packed + seal + address + bid, packed),
        Refused("deadlines inside lot numbers", meter.COLD_READ - deadline, 0),
        Refused(
            "access lists (EIP-2930)",
            2 * (listed - contract) + listed_claim,
            listed - contract + listed_claim,
        ),
        Refused("commitments of a whole word", -(meter.COLD_READ + meter.NEW_SLOT), 0),
    ]


def _refused_table(snapshot: Snapshot) -> str:
    rows = [[one.what, written(one.sealed), written(one.open)] for one in refused()]
    totals = [whole(snapshot, way) for way in (SEALED, OPEN)]
    saved = [
        sum(max(0, n) for n in kind)
        for kind in zip(*((r.sealed, r.open) for r in refused()), strict=True)
    ]
    rows.append(["with none of them", *map(written, totals)])
    rows.append(
        ["with all that save", *(written(t - s) for t, s in zip(totals, saved, strict=True))]
    )
    return table(["saving per member", "sealed", "open"], rows)


def _peers_table(snapshot: Snapshot) -> str:
    rows = []
    for way in (SEALED, OPEN, OPEN_ALONE, SEALED_ALONE):
        bid, reveal, tally, claim = life(snapshot, way)
        kind = "sealed bids" if way.reveal else "open bids"
        sent = "in batches" if way.by == "keeper" else "every step by oneself"
        rows.append((bid, reveal + tally, claim, f"Consort, {kind}, {sent}", "this page"))
    for one in PEERS:
        found = (Fraction(one.enter), Fraction(one.reveal), Fraction(one.claim))
        rows.append((*found, f"{one.name}: {one.does}", one.source))
    rows.sort(key=lambda row: sum(row[:3], Fraction(0)))
    return table(
        ["system", "enter", "reveal, tally", "claim", "all", "source"],
        [
            [name, *(written(n or None) for n in steps), written(sum(steps, Fraction(0))), source]
            for *steps, name, source in rows
        ],
    )


def _further_table(snapshot: Snapshot, kind: str) -> str:
    rows = [
        [label, written(each(snapshot, kind, step)), written(limit)]
        for step, (label, limit) in FURTHER[kind].items()
    ]
    return table(["step", "gas", "budget"], rows)


def _flat(snapshot: Snapshot, above: str = "") -> dict[str, Any]:
    """A cost is one entry, whatever else is a name for what is below it."""
    found: dict[str, Any] = {}
    for name, value in snapshot.items():
        path = f"{above} / {name}" if above else name
        if isinstance(value, Mapping) and "members" not in value:
            found |= _flat(value, path)
        else:
            found[path] = value
    return found


def _told(entry: Any) -> str:
    if entry is None:
        return "nothing"
    if isinstance(entry, Mapping):
        gas, members = entry["gas"], entry["members"]
        return f"{gas / members:,.1f} each ({gas:,} for {members} in {entry['transactions']})"
    return f"{entry:,}"
