"""Amounts of ETH that a user gives."""

import re
from fractions import Fraction

from offchain.cli.exits import BadInput
from offchain.io.fields import show
from offchain.io.quoting import quote, shorten
from offchain.io.units import GWEI, UNITS_PER_ETH

_MOST = 2**64 - 1
"""The largest bid, in gwei."""


def units(option: str, text: str) -> int:
    """An amount in ETH, as "1" or "0.25", in units of 1 gwei: from 1 to 2^64-1. Raises BadInput, which names the option."""
    if not re.fullmatch(r"[0-9]{1,40}(\.[0-9]{1,40})?", text):
        raise BadInput(f"{option}: {quote(text)} is not an amount in ETH")
    amount = Fraction(text) * UNITS_PER_ETH
    if amount < 1:
        raise BadInput(f"{option}: {shorten(text)} ETH is less than 1 gwei")
    if amount > _MOST:
        raise BadInput(f"{option}: {shorten(text)} ETH is more than 2^64-1 gwei")
    if amount.denominator != 1:
        raise BadInput(f"{option}: {shorten(text)} ETH is not a whole number of gwei")
    return int(amount)


def wei_per_gas(option: str, text: str) -> int:
    """A price of gas in gwei, as "30" or "0.05", in wei: at least 1. Raises BadInput, which names the option."""
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,40})?", text):
        raise BadInput(f"{option}: {show(text)} is not a price of gas in gwei")
    price = Fraction(text) * GWEI
    if price < 1 or price.denominator != 1:
        raise BadInput(f"{option}: {show(text)} gwei is not a whole number of wei from 1 on")
    return int(price)
