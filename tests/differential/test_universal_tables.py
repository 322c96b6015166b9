"""Tables as the universal auction's contract takes them, against the values that they were made of."""

from itertools import product

import pytest

from offchain.model.instances.signals import Table
from offchain.play.universal_tables import is_alike, kinds_of, sides, size, tables
from tests.differential.universal_draws import auction


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_a_table_says_at_every_profile_what_a_bidder_does(first: int) -> None:
    """At the place where it is counted how many of each type have at least each signal; and values fall nowhere."""
    for seed in range(first, first + 50):
        instance = auction(seed)
        kinds, signals = kinds_of(instance), instance.signals
        box = tuple(sides(kinds, signals))
        made = [Table(box, tuple(one)) for one in tables(instance, kinds)]
        assert all(len(one.entries) == size(kinds, signals) for one in made)
        for profile in product(range(signals), repeat=len(kinds)):
            place = [
                sum(
                    its == kind and signal >= least
                    for its, signal in zip(kinds, profile, strict=True)
                )
                for kind in range(max(kinds) + 1)
                for least in range(1, signals)
            ]
            assert [one.at(place) for one in made] == instance.worths(profile), (seed, profile)
        for one in made:
            for index in product(*map(range, box)):
                for side, number in enumerate(index):
                    if number:
                        lower = (*index[:side], number - 1, *index[side + 1 :])
                        assert one.at(lower) <= one.at(index), seed


def test_bidders_that_values_tell_apart_are_types_of_their_own() -> None:
    """Both kinds are among the random ones, or nothing was tested."""
    found = [auction(seed) for seed in range(100)]
    apart = [one for one in found if not is_alike(one)]
    assert 5 < len(apart) < 95
    assert all(kinds_of(one) == tuple(range(len(one.bidders))) for one in apart)
