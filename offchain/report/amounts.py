"""Amounts as people read them. All are integers, in units, which are gwei, or in wei; nothing here passes through a float."""

from decimal import ROUND_HALF_EVEN, Context

from offchain.io.units import UNITS_PER_ETH, WEI_PER_ETH, WEI_PER_UNIT

_SMALL = 1_000


def eth(units: int) -> str:
    """The exact amount in ETH without its unit: "2.500000001", "1,900"."""
    return _exact(units, UNITS_PER_ETH, ",")


def ether(wei: int) -> str:
    """The same of an amount in wei."""
    return _exact(wei, WEI_PER_ETH, ",")


def plain_gwei(wei: int) -> str:
    """An amount in wei as a number of gwei for machines, exact: "2500000001", "0.5"."""
    return _exact(wei, WEI_PER_UNIT, "")


def _exact(amount: int, whole: int, separator: str) -> str:
    """An amount by what makes a whole one, a power of ten."""
    wholes, rest = divmod(abs(amount), whole)
    decimals = f".{str(rest).zfill(len(str(whole)) - 1)}".rstrip("0").rstrip(".")
    return f"{'-' if amount < 0 else ''}{wholes:{separator}}{decimals}"


def gwei(units: int) -> str:
    """The exact amount with its unit: "2,500,000,001 gwei"."""
    return f"{units:,} gwei"


def money(units: int) -> str:
    """The exact amount with its unit, as it is told in sentences: in ETH, and below 1,000 gwei in gwei."""
    return gwei(units) if 0 < abs(units) < _SMALL else f"{eth(units)} ETH"


def about(units: int, digits: int = 4) -> str:
    """The amount in ETH to so many significant digits, without its unit: "≈ 2.5" where that is not exact."""
    rounded = Context(prec=digits, rounding=ROUND_HALF_EVEN).create_decimal(units)
    if rounded == units:
        return eth(units)
    return f"≈ {eth(int(rounded))}"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun: "1 member", "2,398 members"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def parties(groups: int, alone: int) -> str:
    """Who bids: "2 groups and 1 individual". Whoever bids alone is no group."""
    counted = ((groups, "group"), (alone, "individual"))
    return " and ".join(count(number, noun) for number, noun in counted if number)
