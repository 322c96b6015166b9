"""What tests of instance files and of checks ask again and again."""

from collections.abc import Iterable

import pytest
from hypothesis import strategies as st

from offchain.io.errors import InvalidInput
from offchain.model.checks import Finding
from offchain.model.document import parse_bytes, parse_text
from offchain.model.mechanisms.price_rule import Standing


def any_json(*names: str, most: int = 3) -> st.SearchStrategy[object]:
    """JSON of any shape, in which at most so many fields of an object have one of these names."""
    return st.recursive(
        st.none() | st.booleans() | st.integers(-2, 2**70) | st.floats() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(names), inner, max_size=most)
        ),
        max_leaves=8,
    )


def refusal(text: str | bytes) -> str:
    """What is said of a bad file."""
    with pytest.raises(InvalidInput) as refused:
        parse_bytes(text) if isinstance(text, bytes) else parse_text(text)
    return str(refused.value)


def named(findings: Iterable[Finding], name: str) -> Finding:
    """The finding of that name."""
    return next(finding for finding in findings if finding.name == name)


def first_price(standing: Standing, bidder: int, bid: int) -> Standing:
    """A rule that no one should use: the winner pays its own bid."""
    return Standing(bidder, bid, bid) if bid > standing.highest else standing
