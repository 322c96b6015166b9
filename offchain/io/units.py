"""Amounts of money: a chain counts in wei, the auctions in units of a gwei, people in ether."""

from typing import Final

WEI_PER_UNIT: Final = 10**9
"""The auctions' unit is a gwei, as in contracts/libraries/Units.sol."""
GWEI: Final = WEI_PER_UNIT
"""In wei: what prices of gas are told in."""
WEI_PER_ETH: Final = 10**18
UNITS_PER_ETH: Final = WEI_PER_ETH // WEI_PER_UNIT


def ether_at_least(wei: int) -> str:
    """An amount in ETH to the gwei, rounded up: "0.06", "1,900"."""
    return ether(-(-wei // WEI_PER_UNIT))


def ether_at_most(wei: int) -> str:
    """An amount in ETH to the gwei, rounded down."""
    return ether(wei // WEI_PER_UNIT)


def ether(units: int) -> str:
    """An amount of units in ETH, exactly: "2.500000001", "1,900"."""
    whole, rest = divmod(units, UNITS_PER_ETH)
    return f"{whole:,}.{rest:09}".rstrip("0").rstrip(".")
