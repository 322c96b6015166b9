"""What is proved over the integers, claim by claim, in the order of docs/mechanism.md and the contracts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import z3

from proofs.integers.source import Reading, expression

UNIT: Final = 10**9


@dataclass
class Case:
    """Premises, and steps each of which follows from them and the steps before."""

    reading: Reading = field(default_factory=Reading)
    premises: list[z3.BoolRef] = field(default_factory=list)
    steps: list[tuple[str, z3.BoolRef]] = field(default_factory=list)

    def number(self, name: str, least: int = 0, below: int | None = None) -> z3.ArithRef:
        """A whole number in these bounds."""
        value = z3.Int(name)
        self.premises.append(value >= least)
        if below is not None:
            self.premises.append(value < below)
        return value

    def given(self, *premises: z3.BoolRef) -> None:
        """What is assumed."""
        self.premises += premises

    def show(self, text: str, step: z3.BoolRef) -> None:
        """What follows."""
        self.steps.append((text, step))


@dataclass(frozen=True)
class Claim:
    """What is shown, for which inputs, and the case that shows it."""

    name: str
    what: str
    bound: str
    build: Callable[[Case], None]


CLAIMS: list[Claim] = []


def claim(bound: str) -> Callable[[Callable[[Case], None]], Callable[[Case], None]]:
    """A function that builds a case, with its docstring for what it shows."""

    def register(build: Callable[[Case], None]) -> Callable[[Case], None]:
        what = " ".join((build.__doc__ or "").split())
        CLAIMS.append(Claim(build.__name__, what, bound, build))
        return build

    return register


def _share(case: Case, price: z3.ArithRef, count: z3.ArithRef) -> z3.ArithRef:
    text = expression("groups/EqualSplit.sol", "share", r"return uint64\((.+)\);")
    return case.reading.term(text, {"price": price, "count": count})


@claim("any number of members below 2^32, price below 2^96, bids below 2^64")
def share_covers_the_price(case: Case) -> None:
    """`EqualSplit.share`: T shares cover the price, T shares of a unit less do not, the share is at most the smallest
    served bid, and so fits 64 bits."""
    price, count = case.number("price", 1, 2**96), case.number("T", 1, 2**32)
    smallest = case.number("b_T", 0, 2**64)
    case.given(count * smallest >= price)
    share = _share(case, price, count)
    case.show("T * share >= price", count * share >= price)
    case.show("T * (share - 1) < price", count * (share - 1) < price)
    case.show("T * share < price + T", count * share < price + count)
    case.show("share <= b_T", share <= smallest)
    case.show("share fits 64 bits", z3.And(share >= 1, share < 2**64))


@claim("any number of members, any price of at least 1, any bids")
def exactly_those_served_bid_the_share(case: Case) -> None:
    """Exactly T members bid at least the share, and T shares are at most the willingness to pay."""
    price, count = case.number("price", 1, 2**96), case.number("T", 1, 2**32)
    last, beyond, willing = case.number("b_T"), case.number("b_T+1"), case.number("WTP")
    case.given(count * last >= price, last >= beyond, (count + 1) * beyond < price)
    case.given(willing >= count * last)
    share = _share(case, price, count)
    case.show("member T bids at least the share", last >= share)
    case.show("member T + 1 bids less", beyond < share)
    case.show("T * share <= WTP", count * share <= willing)


def _count(others: z3.FuncDeclRef, bid: z3.ArithRef, share: z3.ArithRef) -> z3.ArithRef:
    """How many bid at least `share`, with one member who bids `bid`."""
    return others(share) + z3.If(bid >= share, 1, 0)


def _split(
    case: Case, others: z3.FuncDeclRef, bid: z3.ArithRef, price: z3.ArithRef, world: str
) -> tuple[z3.ArithRef, z3.ArithRef]:
    """Count and share in a world, 0 of both if nobody is served, by what the claims above say of them."""
    count, share = case.number(f"T_{world}"), case.number(f"share_{world}")
    covers = z3.And(count * share >= price, count * (share - 1) < price)
    served = z3.And(count >= 1, share >= 1, covers, _count(others, bid, share) == count)
    case.given(z3.Or(served, z3.And(count == 0, share == 0)))
    return count, share


@claim(
    "any number of members, any price of at least 1, any bids of the others, any two bids of the member"
)
def share_is_the_critical_bid(case: Case) -> None:
    """A member who is served pays the same at every bid at which it is served, and is served at no bid below that and at
    all others: the share is its critical bid."""
    price = case.number("price", 1)
    bid, other = case.number("z"), case.number("z'")
    others = z3.Function("others", z3.IntSort(), z3.IntSort())
    (count, share), (count2, share2) = (
        _split(case, others, one, price, world) for one, world in ((bid, "z"), (other, "z'"))
    )
    for one in (share, share2):
        case.given(others(one) >= 0)
    # more members bid at least a smaller share
    case.given(z3.Implies(share <= share2, others(share) >= others(share2)))
    case.given(z3.Implies(share2 <= share, others(share2) >= others(share)))
    # no more than T can share the price in any world: T is the most who can
    for own, most, asked in ((bid, count, share2), (other, count2, share)):
        reach = _count(others, own, asked)
        case.given(z3.Implies(z3.And(asked >= 1, reach * asked >= price), reach <= most))
    served = z3.And(count >= 1, bid >= share)
    served2 = z3.And(count2 >= 1, other >= share2)
    case.given(served)
    case.show("served at z', it pays no more", z3.Implies(served2, share2 <= share))
    case.show("served at both, it pays the same", z3.Implies(served2, share2 == share))
    case.show("served at every bid of at least its share", z3.Implies(other >= share, served2))
    case.show("served at no bid below it", z3.Implies(other < share, z3.Not(served2)))


@claim("any number of members, any price, any bid")
def most_who_can_share(case: Case) -> None:
    """If so many bid at least s and s times as many reach the price, they are at most T: what the claim before takes for
    granted."""
    price, share = case.number("price", 1), case.number("s", 1)
    count, reach = case.number("T"), case.number("i", 1)
    bid = case.number("b_i")
    # b_i is the i-th highest bid; beyond T no rank reaches the price
    case.given(bid >= share, reach * share >= price, z3.Implies(reach > count, reach * bid < price))
    case.show("i <= T", reach <= count)


@claim("any value, any threshold")
def truth_is_best_at_a_threshold(case: Case) -> None:
    """Who is served from a threshold on, and pays it, earns by its value at least what it earns by any other bid."""
    value, bid, threshold = case.number("v"), case.number("z"), case.number("c")

    def earned(one: z3.ArithRef) -> z3.ArithRef:
        return z3.If(one >= threshold, value - threshold, 0)

    case.show("u(v) >= u(z)", z3.And(earned(value) >= earned(bid), earned(value) >= 0))


@claim("any number of members below 2^32, bids below 2^64")
def tally_ends_at_the_willingness_to_pay(case: Case) -> None:
    """The running maximum, one member on: if it was the largest `j * b_j` of all ranks above i, it is that of all from i
    on; and it fits 96 bits."""
    rank, total = case.number("i", 1, 2**32), case.number("n", 1, 2**32)
    best, other = case.number("best"), case.number("j", 1)
    bids = z3.Function("b", z3.IntSort(), z3.IntSort())
    case.given(rank <= total, other >= rank, other <= total, bids(rank) >= 0, bids(rank) < 2**64)
    case.given(z3.Implies(other > rank, other * bids(other) <= best), best < 2**96)
    reach = rank * bids(rank)
    later = z3.If(reach > best, reach, best)
    case.show("no rank from i on reaches more", other * bids(other) <= later)
    case.show("it is reached", z3.Or(later == best, later == rank * bids(rank)))
    case.show("it fits 96 bits", later < 2**96)


@claim("any number of members, any price")
def settled_rank_is_the_most(case: Case) -> None:
    """`settle`: if the best before a step is below the price, and within the step the ranks before the hit miss it, the
    rank of the hit is the largest whose `i * b_i` reaches the price."""
    price, rank, other = case.number("price", 1), case.number("i", 1), case.number("j", 1)
    first, best = case.number("first rank of the step"), case.number("best")
    bids = z3.Function("b", z3.IntSort(), z3.IntSort())
    case.given(rank * bids(rank) >= price, rank <= first, best < price)
    case.given(z3.Implies(other > first, other * bids(other) <= best))
    case.given(z3.Implies(z3.And(other > rank, other <= first), other * bids(other) < price))
    case.show("no larger rank reaches it", z3.Implies(other > rank, other * bids(other) < price))


@claim("any number of members below 2^32, shares below 2^64, at most the price lent")
def what_a_group_pays(case: Case) -> None:
    """`DAO.settle`: what it hands on, less what is out under its bid already, is not negative and does not overflow, and
    with what is out covers the price."""
    served, share = case.number("served", 1, 2**32), case.number("share", 1, 2**64)
    price, lent = case.number("price", 1, 2**96), case.number("lent")
    case.given(served * share >= price, lent <= price)
    text = expression("groups/DAO.sol", "settle", r"Units\.toWei\((.+?)\)\}")
    paid = case.reading.term(text, {"served": served, "share": share, "lent": lent})
    case.show("it covers the price", paid + lent >= price)
    case.show("in wei it fits a word", paid * UNIT < 2**256)


@claim("any number of served below 2^32, proceeds below 2^120 wei")
def parts_of_an_estate(case: Case) -> None:
    """`Estate`: all parts together are at most what the resale brought, and fall short of it by less than a unit for each
    served member and one more; a part fits 96 bits."""
    served = case.number("served", 1, 2**32)
    before, after = case.number("before", 0, 2**120), case.number("after", 0, 2**120)
    case.given(after >= before)
    units = expression("groups/Estate.sol", "_collect", r"uint256 amount = (.+);")
    amount = case.reading.term(
        units, {"address(this).balance": after, "before": before, "Units.UNIT": z3.IntVal(UNIT)}
    )
    parts = expression("groups/Estate.sol", "_collect", r"\(uint96\((amount / .+\))\), true\)")
    part = case.reading.term(parts, {"amount": amount, "dao_.servedOf(lot_)": served})
    case.show("parts are at most the amount", served * part <= amount)
    case.show("what is paid was brought", served * part * UNIT <= after - before)
    case.show("less than a unit each is left", amount < served * part + served)
    case.show("a part fits 96 bits", part < 2**96)


@claim("deposits below 2^64, bonds of at most 10,000 basis points")
def bonds(case: Case) -> None:
    """`BidBook` and `ResilientAuction`: a bond is at most the deposit, and rounds down by less than a unit."""
    deposit, points = case.number("deposit", 0, 2**64), case.number("bondBps", 0, 10_001)
    whole = z3.IntVal(10_000)
    for file, function, names in (
        ("base/BidBook.sol", "_take", {"due": deposit, "_books[lot].bondBps": points}),
        ("resilient/ResilientAuction.sol", "_account", {"left": deposit, "sale.bondBps": points}),
    ):
        text = expression(file, function, r"bond = uint64\((.+)\);")
        bond = case.reading.term(text, names | {"BPS": whole})
        case.show(f"{file}: it rounds down", bond * 10_000 <= deposit * points)
        case.show("by less than a unit", deposit * points < (bond + 1) * 10_000)
        case.show("all of it is the most", deposit * points <= deposit * 10_000)
        case.show("it is at most the deposit", bond <= deposit)


@claim("epsilon below 1 of 32-bit numbers, revenues below 2^96")
def pot_of_rebates(case: Case) -> None:
    """`ResilientAuction`: the pot is less than the stake of a unit, and so fits 32 bits; and two rebates, each rounded
    down, are at most that of both together, so that all are in the pot."""
    numerator, denominator = case.number("e", 1, 2**32), case.number("E", 1, 2**32)
    revenues = case.number("sum", 0, 2**96)
    case.given(numerator < denominator)
    names = {
        "Units.UNIT": z3.IntVal(UNIT),
        "sale.epsilonNumerator": numerator,
        "sale.epsilonDenominator": denominator,
        "sum": revenues,
    }
    text = expression("resilient/ResilientAuction.sol", "_settle", r" pot = (\(.+);")
    pot = case.reading.term(text, names)
    case.show("the pot is less than the stake", pot < UNIT)
    one, other, under = case.number("x"), case.number("y"), case.number("d", 1)
    quotient = case.reading.quotient
    case.show(
        "two rebates are at most one of both",
        quotient(one, under) + quotient(other, under) <= quotient(one + other, under),
    )


def _field(case: Case) -> tuple[z3.ArithRef, z3.ArithRef]:
    """N and M, of an inaccuracy between 0 and 1 of 32-bit numbers."""
    numerator, denominator = case.number("a", 1, 2**32), case.number("b", 1, 2**32)
    case.given(numerator < denominator)
    rest = case.reading.term(
        expression("approximate/Odds.sol", "field", r"uint256 rest = (.+);"),
        {"numerator": numerator, "denominator": denominator},
    )
    over, under = expression("approximate/Odds.sol", "field", r"Field\(players, (.+)\);").split(",")
    return (
        case.reading.term(over, {"numerator": numerator, "denominator": denominator}),
        case.reading.term(under, {"rest": rest}),
    )


@claim("inaccuracies between 0 and 1 of 32-bit numbers")
def field_of_a_lottery(case: Case) -> None:
    """`Chances.field`: N is below 2^66, M below 2^64, and both are at least 1."""
    over, under = _field(case)
    case.show("0 < N < 2^66", z3.And(over > 0, over < 2**66))
    case.show("0 < M < 2^64", z3.And(under > 0, under < 2**64))


COUNT: Final = "((Winners.unwrap(winners) >> SUM_BITS) & type(uint24).max)"
SUM: Final = "(Winners.unwrap(winners) & ((1 << SUM_BITS) - 1))"


@claim(
    "fewer than 2^24 players and winners, bids below 2^64, sums below 2^88, N below 2^66, M below 2^64"
)
def odds_do_not_overflow(case: Case) -> None:
    """`Chances.odds` and `fraction`: nothing overflows whatever winners are claimed, and a bid above the threshold has a
    chance above 0, no other has."""
    over, under = case.number("N", 1, 2**66), case.number("M", 1, 2**64)
    players, count, total = (
        case.number("n", 1, 2**24),
        case.number("k", 0, 2**24),
        case.number("S", 0, 2**88),
    )
    bid = case.number("z", 1, 2**64)
    file, names = (
        "approximate/Odds.sol",
        {"self.players": players, "self.under": under, "self.over": over},
    )

    def odd(pattern: str, **more: z3.ArithRef) -> z3.ArithRef:
        text = expression(file, "odds", pattern).replace(COUNT, "k").replace(SUM, "S")
        return case.reading.term(text, names | {"k": count, "S": total} | more)

    slope, rest = odd(r"uint256 slope = (.+);"), odd(r"uint256 rest = (.+);")
    case.show("slope is below 2^89", z3.And(slope >= 1, slope < 2**89))
    case.show("rest is below 2^152", z3.And(rest >= 0, rest < 2**152))
    scale = odd(r"scale: (.+),")
    case.show("scale is below 2^89", z3.And(scale >= 1, scale < 2**89))
    divisor = odd(r"divisor: (.+),", slope=slope)
    case.show("n * slope is below 2^113", players * slope < 2**113)
    case.show("divisor is below 2^179", z3.And(divisor >= 1, divisor < 2**179))
    threshold = odd(r"threshold: (.+),", rest=rest, slope=slope)
    case.show(
        "above the threshold is above the exact one", (bid > threshold) == (bid * slope > rest)
    )
    case.show("slope * z is below 2^153", slope * bid < 2**153)
    case.given(bid > threshold)
    case.show(
        "the numerator is below 2^242",
        z3.And(slope * bid > rest, scale * (slope * bid - rest) < 2**242),
    )
    case.show("the denominator is below 2^243", z3.And(divisor * bid >= 1, divisor * bid < 2**243))


@claim("any slope, rest and bids")
def chances_rise_with_bids(case: Case) -> None:
    """A chance never falls when the bid rises, the winners being the same, and neither does it once rounded down."""
    slope, rest = case.number("slope", 1), case.number("rest")
    lower, higher = case.number("z", 1), case.number("z'", 1)
    case.given(lower <= higher, slope * lower > rest)
    case.show("no smaller part", (slope * lower - rest) * higher <= (slope * higher - rest) * lower)
    small, large = case.number("x"), case.number("y")
    case.given(small <= large)
    under = case.number("d", 1)
    case.show(
        "nor once rounded",
        case.reading.quotient(small, under) <= case.reading.quotient(large, under),
    )


@claim("any bids in falling order, any D above 0 (here N / M)")
def winners_are_one_pair(case: Case) -> None:
    """`Winners`: A(k + 1) is the contrary of B(k), and B(k) implies B(k + 1), so that exactly one k has both."""
    over, under = case.number("N", 1), case.number("M", 1)
    count, total = case.number("k"), case.number("S_k")
    following, after = case.number("z_k+1"), case.number("z_k+2")
    case.given(following >= after)
    holds_b = total * under >= following * (count * under + over)
    next_total = total + following
    holds_next_a = following * ((count + 1) * under + over) > next_total * under
    holds_next_b = next_total * under >= after * ((count + 1) * under + over)
    case.show("A(k + 1) is the contrary of B(k)", holds_next_a == z3.Not(holds_b))
    case.show(
        "a smaller bid has less weight",
        after * (count * under + over) <= following * (count * under + over),
    )
    case.show("and so has its share", after * under <= following * under)
    case.show("B(k) implies B(k + 1)", z3.Implies(holds_b, holds_next_b))


@claim("any number of winners, any bids above 0")
def chances_sum_to_at_most_one(case: Case) -> None:
    """For every winner `S / z >= 2k - k^2 * z / S`; added up over the k winners, whose bids are S, the `S / z` are at least
    k^2, and so all chances together at most `k * (n + D) / (n * (k + D))`, which is at most 1."""
    count, players = case.number("k", 1), case.number("n", 1)
    total, bid = case.number("S", 1), case.number("z", 1)
    case.given(count <= players)
    square = (total - count * bid) * (total - count * bid)
    case.show("a square", square >= 0)
    case.show(
        "S^2 >= 2k * z * S - k^2 * z^2",
        total * total >= 2 * count * bid * total - count * count * bid * bid,
    )
    over, under = case.number("N", 1), case.number("M", 1)
    case.show("k * N <= n * N", count * over <= players * over)
    case.show(
        "k * (n + D) <= n * (k + D)",
        count * (players * under + over) <= players * (count * under + over),
    )


@claim("amounts below 2^128")
def units_and_wei(case: Case) -> None:
    """`Units`: so many units in wei do not overflow, and are the same units again; a whole number of units in wei becomes
    units and the same wei again."""
    units = case.number("units", 0, 2**128)
    name = {"UNIT": z3.IntVal(UNIT)}
    wei = case.reading.term(
        expression("libraries/Units.sol", "toWei", r"return (.+);"), name | {"units": units}
    )
    back = expression("libraries/Units.sol", "fromWei", r"return (.+);")
    case.show("so many wei", wei == units * UNIT)
    case.show("there and back", case.reading.term(back, name | {"amountWei": wei}) == units)
    whole = case.number("whole")
    amount = case.number("amount", 0, 2**256)
    case.given(amount == whole * UNIT)
    case.show(
        "back and there", case.reading.term(back, name | {"amountWei": amount}) * UNIT == amount
    )


@claim("whatever a house says, up to 2^256 - 1 wei")
def least_bid_at_a_house(case: Case) -> None:
    """`HouseLots`: the least bid is the least number of units that reaches the amount."""
    amount = case.number("leastWei", 1, 2**256)
    text = expression("houses/HouseLots.sol", "_leastBid", r"\? 1 : (.+);")
    least = case.reading.term(text, {"reading.leastWei": amount, "Units.UNIT": z3.IntVal(UNIT)})
    case.show("it reaches it", least * UNIT >= amount)
    case.show("a unit less does not", (least - 1) * UNIT < amount)
    case.show("it is at least a unit", least >= 1)


@claim("amounts below 2^128 wei, increments below 256 percent: what an adapter takes")
def least_raise_at_a_house(case: Case) -> None:
    """`NounsAdapter` and `ZoraAdapter`: the bid that leads and the house's increment do not overflow."""
    amount, percent = case.number("amount", 0, 2**128), case.number("percent", 0, 2**8)
    for file, pattern in (
        ("houses/NounsAdapter.sol", r"_max\(reserve, (.+)\),"),
        ("houses/ZoraAdapter.sol", r"uint256 least = (.+);"),
    ):
        least = case.reading.term(
            expression(file, "_read", pattern), {"amount": amount, "percent": percent}
        )
        case.show(f"{file}: no less than what leads", least >= amount)
        case.show("below 2^131", least < 2**131)


@claim("1 to 31 bidders of a type, any step of at least 1, residues below it")
def levels_of_a_clock(case: Case) -> None:
    """`Levels`: at most 32 levels, each of them a total that can be; and the interval has exactly those that are possible,
    one more than there are active bidders at most."""
    bidders, step, residue = (
        case.number("bidders", 1, 32),
        case.number("step", 1, 2**16),
        case.number("residue"),
    )
    case.given(residue < step)
    names = {"bidders": bidders, "step": step, "residue": residue}
    file = "signals/SignalLevels.sol"
    number = case.reading.term(expression(file, "number", r"return (.+);"), names)
    case.show("at most 32", z3.And(number >= 1, number <= 32))
    least, active = case.number("least", 0, 2**16), case.number("active", 1, 32)
    both = expression(file, "interval", r"return \((.+)\);").split(", ")
    first, end = (
        case.reading.term(one, names | {"least": least, "active": active}) for one in both
    )
    level = case.number("level")
    total = case.number("total")
    case.given(total == residue + level * step)
    case.show(
        "those that are possible",
        z3.And(level >= first, level < end)
        == z3.And(total >= least, total <= least + active * step),
    )
    case.show("at most active + 1", end - first <= active + 1)
