"""Entries: what is packed comes out again, at the edge of every field."""

from hypothesis import given
from hypothesis import strategies as st

from offchain.bindings.entries import MOST_AMOUNT, MOST_LOT, account_in, amount_in, lot_in, pack
from offchain.io.addresses import checksum


@given(st.integers(0, MOST_LOT), st.integers(0, MOST_AMOUNT), st.binary(min_size=20, max_size=20))
def test_what_is_packed_comes_out_again(lot: int, amount: int, account: bytes) -> None:
    entry = pack(lot, amount, checksum(account))
    assert entry.bit_length() <= 256
    assert (lot_in(entry), amount_in(entry), account_in(entry)) == (lot, amount, checksum(account))


def test_the_layout_is_that_of_the_contracts() -> None:
    """32 bits of lot, 64 of amount, 160 of account."""
    assert pack(1, 2, "0x" + "0" * 39 + "3") == 1 << 224 | 2 << 160 | 3
    assert (MOST_LOT, MOST_AMOUNT) == (2**32 - 1, 2**64 - 1)
