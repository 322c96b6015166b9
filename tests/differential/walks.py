"""Random walks: what they share, whatever is walked through."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Protocol


class Walker(Protocol):
    """Who goes through lots at random. done: how often each thing succeeded."""

    done: Counter[str]

    def step(self) -> None:
        """Does something, and checks what comes of it."""

    def end(self) -> None:
        """Ends all lots, and checks what is left."""


def walk_all(walker: Callable[[int], Walker], seeds: Iterable[int], steps: int) -> Counter[str]:
    """How often each thing succeeded in the walks of some seeds. What fails names its seed."""
    done: Counter[str] = Counter()
    for seed in seeds:
        one = walker(seed)
        try:
            for _ in range(steps):
                one.step()
            one.end()
        except Exception as error:
            raise AssertionError(f"seed {seed}: {error!r}") from error
        done += one.done
    return done
