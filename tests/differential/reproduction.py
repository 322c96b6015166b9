"""What a random auction that fails leaves behind: the seed it was made from, and a file that plays it again."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from offchain.model.document import instance_text
from offchain.model.instances import Instance

_FAILURES = Path(__file__).resolve().parents[2] / "build" / "failures"


@contextmanager
def reproducible(seed: int, instance: Instance, *beside: object) -> Iterator[None]:
    """Whatever fails within names the seed, a file with the instance, and what else there is to know."""
    try:
        yield
    except Exception as error:
        _FAILURES.mkdir(parents=True, exist_ok=True)
        path = _FAILURES / f"{instance.mechanism}-{seed}.json"
        path.write_text(instance_text(instance), encoding="utf-8")
        known = ", ".join(map(str, (f"seed {seed}", f"instance file {path}", *beside)))
        raise AssertionError(f"{error!r}\n{known}") from error
