"""Phantom ladders: many sealed bids of one party, of which it opens what suits it once all others are open.

A phantom's deposit is its bid, the least it can be, and the phantom forfeits a bond of that if it stays
sealed. The search goes through every ladder on a grid and every choice of what to open; others bid
their values, uniform on the grid, and are seen when the choice is made.

Shill bids: Komo, Kominers and Roughgarden, "Shill-Proof Auctions" (arXiv 2404.00475), by whom a
deterministic auction is at most two of static, strategy-proof and without expected gain from them.
Collateral against concealed bids: Ferreira and Weinberg, "Credible, Truthful, and Two-Round (Optimal)
Auctions via Cryptographic Commitments" (EC 2020), deferred revelation.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import combinations, combinations_with_replacement, pairwise, product
from math import lcm
from typing import TypeAlias

from offchain.model.instances.two_level import Group, LotOutcome, Member, TwoLevelInstance
from offchain.model.mechanisms.bonds import BPS, Recipient, forfeit
from offchain.model.mechanisms.two_level import solve_lot
from offchain.model.theory.claim import Evidence, Status, claim, figure
from offchain.model.theory.daos import auction, games, payments

SHILLS = (
    "Komo, Kominers, Roughgarden, Shill-Proof Auctions; Ferreira, Weinberg, deferred revelation"
)

BONDS = (1_000, 5_000, 10_000)
"""10, 50 and 100 %: the least bond at a lot of Consort, a middle one, and the whole deposit."""

Ladder: TypeAlias = tuple[int, ...]
"""Phantoms' bids, ascending."""

Others: TypeAlias = tuple[tuple[int, ...], tuple[int, ...]]
"""What individuals bid, and what the members of a group do that bids after them; either may be empty."""


@dataclass(frozen=True, slots=True)
class Play:
    """What one party has of a lot, bonds aside.

    gain: in units. own: how many of those served are its phantoms. served: how many there are.
    """

    gain: int
    own: int
    served: int


Party: TypeAlias = Callable[[Ladder, Others], Play]
"""What a party has if it opens these phantoms beside what the others bid."""


def lot_of(individuals: Sequence[int], group: Sequence[int], reserve: int = 1) -> LotOutcome:
    """The lot where these bid; bidders and members are named by their places, the group by the one after the last."""
    bidders = [(bid,) for bid in individuals] + [tuple(group)] * bool(group)
    groups = tuple(
        Group(str(place), tuple(Member(str(i), (bid,), (bid,)) for i, bid in enumerate(bids)))
        for place, bids in enumerate(bidders)
    )
    return solve_lot(TwoLevelInstance(items=1, reserves=(reserve,), groups=groups), 0)


def among_individuals(opened: Ladder, others: Others, reserve: int = 1) -> tuple[LotOutcome, bool]:
    """The lot where these phantoms bid as individuals, after those who are; and whether one of them wins."""
    individuals, group = others
    lot = lot_of((*individuals, *opened), group, reserve)
    places = range(len(individuals), len(individuals) + len(opened))
    return lot, lot.winner is not None and int(lot.winner) in places


def as_seller(opened: Ladder, others: Others) -> Play:
    """The seller's phantoms bid as individuals; what it buys itself it has for nothing, and is worth nothing to it."""
    lot, won = among_individuals(opened, others)
    return Play(0 if won else lot.paid, int(won), len(lot.served))


def as_seller_at(reserve: int) -> Party:
    """The same at a reserve that all can see."""

    def play(opened: Ladder, others: Others) -> Play:
        lot, won = among_individuals(opened, others, reserve)
        return Play(0 if won else lot.paid, int(won), len(lot.served))

    return play


def as_seller_inside(reserve: int) -> Party:
    """The seller's phantoms are members of the group: their shares go back to it, and what it sells to them alone it keeps."""

    def play(opened: Ladder, others: Others) -> Play:
        individuals, group = others
        lot = lot_of(individuals, (*group, *opened), reserve)
        won = lot.winner == str(len(individuals))
        own = sum(int(member) >= len(group) for member in lot.served) if won else 0
        return Play(lot.paid - own * lot.share, own, len(lot.served))

    return play


def as_individual(value: int) -> Party:
    """A rival of that value whose phantoms bid as individuals."""

    def play(opened: Ladder, others: Others) -> Play:
        lot, won = among_individuals(opened, others)
        return Play((value - lot.paid) * won, int(won), len(lot.served))

    return play


def as_member(value: int) -> Party:
    """A rival of that value whose phantoms are members of the group; access counts once, and every share is paid."""

    def play(opened: Ladder, others: Others) -> Play:
        individuals, group = others
        lot = lot_of(individuals, (*group, *opened))
        # The group comes after those who bid as individuals.
        won = lot.winner == str(len(individuals))
        own = sum(int(member) >= len(group) for member in lot.served) if won else 0
        return Play(value * bool(own) - own * lot.share, own, len(lot.served))

    return play


@dataclass(frozen=True, slots=True)
class Search:
    """Every ladder and every choice of what to open of it, against everything the others can bid.

    ladders: each with what can be opened of it. plays: what is had of every opening, by profile.
    sells: whether the party is the seller. grain: what amounts are multiplied by, to be whole.
    """

    ladders: Mapping[Ladder, Sequence[Ladder]]
    plays: Mapping[Ladder, Sequence[Play]]
    sells: bool
    grain: int

    @property
    def profiles(self) -> int:
        """How many combinations of bids the others have."""
        return len(self.plays[()])

    def opened_always(self, ladder: Ladder) -> Fraction:
        """What is had on average if the whole ladder is opened, whatever the others have bid."""
        return Fraction(sum(play.gain for play in self.plays[ladder]), self.profiles)

    def always(self) -> Fraction:
        """The most that is had on average with nothing left to choose, and so no bond to lose."""
        return max(map(self.opened_always, self.ladders))

    def best(self, bond_bps: int, to: Recipient) -> Fraction:
        """The most that is had on average, with the best ladder and the best choice for each of the others' profiles."""
        lost = cache(lambda silent, play: int(self.grain * self.lost(silent, bond_bps, to, play)))

        def had(ladder: Ladder) -> int:
            openings = [
                (self.plays[opened], sum(ladder) - sum(opened)) for opened in self.ladders[ladder]
            ]
            return sum(
                max(
                    plays[profile].gain * self.grain
                    - (lost(silent, plays[profile]) if silent else 0)
                    for plays, silent in openings
                )
                for profile in range(self.profiles)
            )

        return Fraction(max(map(had, self.ladders)), self.grain * self.profiles)

    def lost(self, silent: int, bond_bps: int, to: Recipient, play: Play) -> Fraction:
        """What the bonds cost the party, of whose phantoms `silent` units stay sealed, less what it gets of them."""
        goes = forfeit(silent, bond_bps, to, play.served)
        return goes.forfeited - goes.seller * self.sells - goes.each * play.own


def openings(ladder: Ladder) -> list[Ladder]:
    """Everything that can be opened of a ladder, equal phantoms counting alike."""
    return sorted({some for size in range(len(ladder) + 1) for some in combinations(ladder, size)})


def search(
    party: Party, sizes: tuple[int, int], top: int, ladders: Sequence[Ladder], sells: bool = False
) -> Search:
    """All ladders against so many individuals and members of a group, each of whom bids 1..top."""
    alone, members = sizes
    others = [(p[:alone], p[alone:]) for p in product(range(1, top + 1), repeat=alone + members)]
    most = members + max(map(len, ladders))
    return Search(
        ladders={ladder: openings(ladder) for ladder in ladders},
        plays={ladder: [party(ladder, other) for other in others] for ladder in ladders},
        sells=sells,
        grain=BPS * lcm(*range(1, most + 1)),
    )


def different(top: int) -> list[Ladder]:
    """Every ladder of different bids from 1 to `top`: a seller's second phantom at one bid moves no price."""
    return [some for size in range(top + 1) for some in combinations(range(1, top + 1), size)]


def up_to(names: int, top: int) -> list[Ladder]:
    """Every ladder of at most so many bids from 1 to `top`, equal ones included."""
    sizes = range(names + 1)
    return [s for size in sizes for s in combinations_with_replacement(range(1, top + 1), size)]


@claim(
    SHILLS,
    "a seller that opens of its phantoms, individuals among the bidders, what suits it, others' bids seen, gets the same at any"
    " bond that is paid to it; burnt or paid to the winners a bond takes from that, the whole deposit all: what is left is a"
    " phantom that is always opened, a hidden reserve, at no bond",
    Status.CHECKED,
)
def seller(
    settings: Sequence[tuple[tuple[int, int], int]] = (((1, 0), 8), ((2, 0), 5), ((0, 2), 4)),
) -> Evidence:
    """Every ladder of different bids up to what the others can pay, every opening. settings: individuals, members; top bid."""
    told = []
    holds = True
    for sizes, top in settings:
        highest = top * max(1, sizes[1])
        found = search(as_seller, sizes, top, different(highest), sells=True)
        free = found.best(0, Recipient.BURNT)
        had = {to: [found.best(bps, to) for bps in BONDS] for to in Recipient}
        hidden = found.always()
        holds &= had[Recipient.SELLER] == [free] * len(BONDS)
        holds &= had[Recipient.WINNERS] == had[Recipient.BURNT]
        holds &= falls([free, *had[Recipient.BURNT]]) and had[Recipient.BURNT][-1] == hidden
        holds &= hidden > found.opened_always(()) and not unlike_reserves(sizes, top, highest)
        told.append(
            f"{crowd(*sizes)} of values 1..{top}: {figure(found.opened_always(()))} without phantoms,"
            f" {figure(hidden)} with the best hidden reserve; choosing late {figure(free)} at every bond to itself;"
            f" burnt, or to the winners, {', '.join(map(figure, had[Recipient.BURNT]))} at 10, 50 and 100 %"
        )
    return Evidence("expected receipts against " + "; against ".join(told), holds)


def falls(amounts: Sequence[Fraction]) -> bool:
    """Whether each is less than the one before."""
    return all(after < before for before, after in pairwise(amounts))


def crowd(individuals: int, members: int) -> str:
    """So many individuals and members of a group, in words."""
    words = []
    if individuals:
        words.append(f"{individuals} individual{'s' * (individuals > 1)}")
    if members:
        words.append(f"a group of {members}" if members > 1 else "a member")
    return " and ".join(words)


def unlike_reserves(sizes: tuple[int, int], top: int, highest: int) -> int:
    """How often a phantom that is always opened earns other than a reserve: its bid, one unit more before a group.

    The group comes after the phantom, and has to beat it.
    """
    alone, members = sizes
    profiles = list(product(range(1, top + 1), repeat=alone + members))
    return sum(
        as_seller((bid,), (profile[:alone], profile[alone:])).gain
        != lot_of(profile[:alone], profile[alone:], reserve=bid + bool(members)).paid
        for profile in profiles
        for bid in range(1, highest + 1)
        if not (alone and members)
    )


@claim(
    SHILLS,
    "a rival that opens what suits it, others' bids seen, gains nothing as an individual. As a member of a group it gains by"
    " choosing its names late; the higher the bond the less, on these games nothing at the whole deposit, burnt or paid to the"
    " seller; more at every bond that is paid to the winners, of whom it may be",
    Status.CHECKED,
)
def rival(sizes: tuple[int, int] = (2, 1), top: int = 4, names: int = 3) -> Evidence:
    """Every value, every ladder of so many names with bids up to `top`, every opening; against the truth under one name."""
    ladders = up_to(names, top)
    alone = [search(as_individual(value), sizes, top, ladders) for value in range(1, top + 1)]
    inside = [search(as_member(value), sizes, top, ladders) for value in range(1, top + 1)]

    def gain(found: Sequence[Search], bond_bps: int, to: Recipient) -> Fraction:
        rises = (
            at_value.best(bond_bps, to) - at_value.opened_always((value,))
            for value, at_value in enumerate(found, start=1)
        )
        return sum(rises, Fraction(0)) / len(found)

    free = gain(inside, 0, Recipient.BURNT)
    gains = {to: [gain(inside, bps, to) for bps in BONDS] for to in Recipient}
    burnt, winning = gains[Recipient.BURNT], gains[Recipient.WINNERS]
    outside = sum(gain(alone, bps, to) for bps in (0, *BONDS) for to in Recipient)
    return Evidence(
        f"against {crowd(*sizes)} with bids 1..{top}, values 1..{top}, up to {names} names, average gain over the truth under"
        f" one: as an individual {figure(outside)} at every bond; as a member {figure(free)} at none, and at 10, 50 and 100 %"
        f" {', '.join(map(figure, burnt))} burnt or to the seller, {', '.join(map(figure, winning))} to the winners",
        outside == 0
        and falls([free, *burnt])
        and burnt[-1] == 0
        and gains[Recipient.SELLER] == burnt
        and all(more > less for more, less in zip(winning, burnt, strict=True)),
    )


Setting: TypeAlias = tuple[tuple[int, int], int]
"""How many individuals and members of a group there are, and the highest value."""


def best_reserve(sizes: tuple[int, int], top: int) -> int:
    """The reserve that brings a seller without phantoms the most on average, the least of several."""
    reserves = range(1, top * max(1, sizes[1]) + 1)
    brings = {r: search(as_seller_at(r), sizes, top, [()]).opened_always(()) for r in reserves}
    return max(brings, key=lambda reserve: brings[reserve])


@claim(
    SHILLS,
    "at the best reserve, listed openly, no phantom that is always opened brings a seller more, and what late choice adds there"
    " goes with the whole deposit, burnt",
    Status.CHECKED,
    wider={"settings": (((1, 0), 10), ((2, 0), 6), ((3, 0), 4))},
)
def open_reserve(settings: Sequence[Setting] = (((1, 0), 8), ((2, 0), 5), ((0, 2), 4))) -> Evidence:
    """Every ladder of different bids at the best reserve, every opening; others bid their values, each drawn uniformly."""
    told = []
    holds = True
    for sizes, top in settings:
        reserve = best_reserve(sizes, top)
        found = search(
            as_seller_at(reserve), sizes, top, different(top * max(1, sizes[1])), sells=True
        )
        listed, hidden = found.opened_always(()), found.always()
        had = [found.best(bps, Recipient.BURNT) for bps in (0, *BONDS)]
        holds &= hidden == listed == had[-1] < had[0] and never_rises(had)
        told.append(
            f"{crowd(*sizes)} of values 1..{top}: {figure(listed)} at the reserve {reserve}, {figure(hidden)} with the best"
            f" phantom that is always opened; choosing late {', '.join(map(figure, had))} at bonds of 0, 10, 50 and 100 %, burnt"
        )
    return Evidence("; ".join(told), holds)


@claim(
    SHILLS,
    "a seller's phantoms among the members of a bidding group are a hidden discount: where the group misses the reserve they pay"
    " a part of it to the seller itself. Always opened they may bring it more, at no bond; opened late, where they are needed,"
    " still more, even at the whole deposit, burnt",
    Status.CHECKED,
)
def inside(
    settings: Sequence[tuple[int, int, int]] = ((1, 8, 1), (1, 8, 5), (2, 4, 4), (2, 2, 3)),
    names: int = 2,
) -> Evidence:
    """Every ladder of up to `names` members, every opening. settings: the group's members, their highest value, the reserve."""
    told = []
    gains = []
    late = []
    holds = True
    for members, top, reserve in settings:
        found = search(as_seller_inside(reserve), (0, members), top, up_to(names, top), sells=True)
        plain, hidden = found.opened_always(()), found.always()
        had = [found.best(bps, Recipient.BURNT) for bps in (0, *BONDS)]
        gains.append(hidden - plain)
        late.append(had[-1] - hidden)
        holds &= falls(had) or had == [hidden] * len(had)
        told.append(
            f"{crowd(0, members)} of values 1..{top}, reserve {reserve}: {figure(plain)} without, {figure(hidden)} with the best"
            f" that are always opened; choosing late {', '.join(map(figure, had))} at bonds of 0, 10, 50 and 100 %, burnt"
        )
    return Evidence(
        "; ".join(told), holds and gains[0] == late[0] == 0 < min(max(gains), max(late))
    )


def never_rises(amounts: Sequence[Fraction]) -> bool:
    """Whether each is at most the one before."""
    return all(after <= before for before, after in pairwise(amounts))


def least_bond(gain: Callable[[int], Fraction]) -> int:
    """The least bond, in basis points, at which nothing is gained; what is gained never rises with the bond."""
    return bisect_left(range(BPS + 1), True, key=lambda bps: gain(bps) <= 0)


@claim(
    SHILLS,
    "at a bond of the whole deposit, burnt, no late choice of a seller's individual phantoms or of a rival's pays on these games."
    " What less is enough depends on the values: against one bidder whose best price is h, and whose value may be h - 1, no less"
    " than 1 - 1/h of the deposit",
    Status.CHECKED,
)
def deterring_bond(
    sellers: Sequence[Setting] = (((1, 0), 4), ((1, 0), 8), ((2, 0), 4), ((0, 2), 3)),
    rivals: Sequence[tuple[Setting, int]] = ((((1, 1), 4), 2), (((2, 1), 3), 2)),
) -> Evidence:
    """The least bond, to a basis point, for every setting: against the seller, and against a rival among the members.

    rivals: a setting with the most names that the rival has.
    """
    enough = {}
    short = 0
    for sizes, top in sellers:
        found = search(as_seller, sizes, top, different(top * max(1, sizes[1])), sells=True)
        hidden = found.always()
        least = least_bond(lambda bps, it=found, kept=hidden: it.best(bps, Recipient.BURNT) - kept)  # type: ignore[misc]
        enough[f"the seller, {crowd(*sizes)} of values 1..{top}"] = least
        if sizes == (1, 0):
            price = top // 2 + 1
            short += least * price < BPS * (price - 1)
    for (sizes, top), names in rivals:
        ladders = up_to(names, top)
        each = {v: search(as_member(v), sizes, top, ladders) for v in range(1, top + 1)}
        enough[f"a member of up to {names} names, {crowd(*sizes)} with bids 1..{top}"] = least_bond(
            lambda bps, every=each: sum(  # type: ignore[misc]
                (it.best(bps, Recipient.BURNT) - it.opened_always((v,)) for v, it in every.items()),
                Fraction(0),
            )
        )
    told = "; ".join(f"{who}: {Fraction(least, 100)} %" for who, least in enough.items())
    return Evidence(
        f"the least bond that is enough, {told}; {short} below 1 - 1/h",
        short == 0 and all(BPS // 10 < least <= BPS for least in enough.values()),
    )


@claim(
    SHILLS,
    "paid to the winners, bonds make bids above the value pay, since who is served has a part in them; burnt or paid to the"
    " seller they make none",
    Status.CHECKED,
)
def winners(
    sizes: Sequence[int] = (1, 2), top: int = 4, bonds: Sequence[int] = (1, 3, 6)
) -> Evidence:
    """Every game of groups of these sizes, every member, every bid above its value. bonds: what others forfeit, in units."""
    paid = {
        tuple(m.bids[0] for group in game.groups for m in group.members): payments(game)
        for game in games(sizes, top)
    }
    paying = Counter(
        to
        for values, amount, to in product(paid, bonds, Recipient)
        if overbidding_pays(paid, values, amount, to)
    )
    truth, lie = (
        worth(5, payments(auction([6], [bid])), 1, 4, Recipient.WINNERS) for bid in (5, 7)
    )
    told = ", ".join(f"{paying[to]} {to}" for to in Recipient)
    off = sum(map(unbalanced, product(bonds, BONDS, Recipient, range(4))))
    return Evidence(
        f"after 6, with bonds of 4 to the winners, a value of 5 gets {truth} by the truth and {lie} by a bid of 7; of"
        f" {len(paid) * len(bonds)} games with bids 0..{top} and bonds of {', '.join(map(str, bonds))}, some bid above the value"
        f" pays in: {told}; {off} times somebody gets what nobody forfeits, or the reverse",
        truth == 0 < lie and 0 < paying[Recipient.WINNERS] == paying.total() and not off,
    )


def unbalanced(case: tuple[int, int, Recipient, int]) -> bool:
    """Whether what is forfeited is not what the seller and those served get and what is burnt."""
    *_, served = case
    goes = forfeit(*case)
    return goes.forfeited != goes.seller + goes.each * served + goes.burnt


Paid: TypeAlias = Sequence[int | None]
"""What every member of every group pays, None if not served."""


def overbidding_pays(
    paid: Mapping[Ladder, Paid], values: Ladder, bonds: int, to: Recipient
) -> bool:
    """Whether some member has more by a bid above its value, the others bidding theirs; no bid above the grid is tried."""
    top = max(map(max, paid))
    return any(
        worth(value, paid[(*values[:member], bid, *values[member + 1 :])], member, bonds, to)
        > worth(value, paid[values], member, bonds, to)
        for member, value in enumerate(values)
        for bid in range(value + 1, top + 1)
    )


def worth(value: int, paid: Paid, member: int, bonds: int, to: Recipient) -> Fraction:
    """What a member of that value has of a lot at which others forfeit so many units."""
    share = paid[member]
    served = sum(amount is not None for amount in paid)
    return Fraction(0) if share is None else value - share + forfeit(bonds, BPS, to, served).each
