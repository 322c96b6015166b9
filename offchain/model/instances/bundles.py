"""Goods, bundles of goods, and valuations of bundles, as the combinatorial mechanisms' files write them.

A file names its goods once; that order is the order of goods everywhere else. A bundle is the tuple
of its goods in that order. All amounts are integers in units.
"""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from offchain.io.fields import Field, show
from offchain.model.instances.two_level import BID_LIMIT

Bundle: TypeAlias = tuple[str, ...]
"""A set of goods: their names in the order of the file."""

Values: TypeAlias = Mapping[Bundle, int]
"""What the bundles that a player lists are worth to it, in the order listed."""

Places: TypeAlias = Mapping[str, int]
"""Where each good stands among the goods of a file, so that reading a bundle takes no look at all of them."""

AMOUNT_LIMIT = BID_LIMIT
"""The largest value or price, in units."""

SEPARATOR = ","
"""What stands between the goods of a bundle where a string names it."""


def read_goods(goods: Field) -> Bundle:
    """The names of the goods: at least one, all different, none with a comma in it."""
    entries = goods.entries()
    if not entries:
        goods.fail("[] holds no good")
    first: dict[str, Field] = {}
    for entry in entries:
        name = entry.name()
        if SEPARATOR in name:
            entry.fail(f"{show(name)} has a comma, which separates the goods of a bundle")
        if name in first:
            entry.fail(f"{show(name)} is already {first[name].path}")
        first[name] = entry
    return tuple(first)


def places_of(goods: Bundle) -> Places:
    """Every good with its place in the order of the file."""
    return {good: place for place, good in enumerate(goods)}


def read_values(values: Field, places: Places) -> dict[Bundle, int]:
    """The values of bundles, each written as its goods in file order with commas between them."""
    return {
        _read_bundle_name(key, entry, places): entry.integer(0, AMOUNT_LIMIT)
        for key, entry in values.members().items()
    }


def read_bundle(bundle: Field, places: Places) -> Bundle:
    """A list of different goods in any order, possibly empty, as a bundle. O(b log b) for b goods in it."""
    first: dict[str, Field] = {}
    for entry in bundle.entries():
        name = entry.name()
        if name not in places:
            entry.fail(f"{show(name)} is not one of the goods")
        if name in first:
            entry.fail(f"{show(name)} is already {first[name].path}")
        first[name] = entry
    return _sorted(first, places)


def in_order(bundle: Iterable[str], goods: Bundle) -> Bundle:
    """The goods of the bundle in the order of the file. O(goods)."""
    chosen = frozenset(bundle)
    return tuple(good for good in goods if good in chosen)


def values_to_json(values: Values) -> dict[str, int]:
    """The values as `read_values` takes them."""
    return {SEPARATOR.join(bundle): value for bundle, value in values.items()}


def _sorted(bundle: Iterable[str], places: Places) -> Bundle:
    return tuple(sorted(set(bundle), key=places.__getitem__))


def _read_bundle_name(key: str, entry: Field, places: Places) -> Bundle:
    named = key.split(SEPARATOR) if key else []
    if not named:
        entry.fail("a bundle holds at least one good")
    for name in named:
        if name not in places:
            entry.fail(f"{show(name)} is not one of the goods")
    bundle = _sorted(named, places)
    # One way to write each bundle, so that no two keys can name the same one.
    if SEPARATOR.join(bundle) != key:
        entry.fail(f"write it as {show(SEPARATOR.join(bundle))}: every good once, in file order")
    return bundle
