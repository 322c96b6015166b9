"""The properties of the universally truthful allocation, each as a check on one instance, auction by auction.

Source: "Prior-Free Clock Auctions for Bidders with Interdependent Values", §2: universally ex-post
incentive compatible and individually rational is a distribution over auctions without chance which are.
So nothing here is in expectation: every auction that may be drawn is tried on its own.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from offchain.model.checks.finding import Finding
from offchain.model.checks.signals import guarantees, probabilities
from offchain.model.instances.lotteries import merged
from offchain.model.instances.monotone_signals import MonotoneSignalsInstance
from offchain.model.instances.universal_signals import UniversalSignalsInstance
from offchain.model.mechanisms import universal_allocation
from offchain.model.mechanisms.universal_allocation import Draw

Sold = tuple[int, int] | None
"""The winner and the price, None where nothing is sold."""

WORK_LIMIT = 200_000
"""How many reports are tried, each in every auction (some seconds); beyond, those at the true signals only."""

CLAIM = "ex-post, whatever is drawn, one name each"
"""In what sense the truth is best: whatever the others' signals, if they report them, and the draw known."""


def check_universal_signals(instance: UniversalSignalsInstance) -> list[Finding]:
    """All findings on the universally truthful allocation of the instance."""
    outcome = universal_allocation.solve(instance)
    colours = outcome.colours
    auctions = Auctions.of(instance)
    return [
        probabilities(outcome.lottery),
        one_of_a_colour(auctions),
        the_mix(auctions),
        monotonicity(auctions),
        individual_rationality(auctions),
        incentive_compatibility(auctions),
        *guarantees(
            instance, outcome.lottery, colours, colours * instance.signals, "Theorems 12 and 13"
        ),
    ]


@dataclass(frozen=True, slots=True)
class Auctions:
    """What every auction does at the profiles that are looked at.

    profiles: those at which the truth is held against every report of one bidder; all of them, or the
    true one only. sold: for every profile that takes, what each draw of `draws` sells.
    """

    instance: MonotoneSignalsInstance
    draws: tuple[Draw, ...]
    profiles: tuple[tuple[int, ...], ...]
    sold: dict[tuple[int, ...], tuple[Sold, ...]]

    @classmethod
    def of(cls, instance: MonotoneSignalsInstance) -> "Auctions":
        """All profiles if that is little work, else the true one, and whatever one bidder may report there."""
        draws = tuple(universal_allocation.every_draw(instance))
        bidders, signals = len(instance.bidders), instance.signals
        work = len(draws) * signals * bidders
        if bidders <= WORK_LIMIT.bit_length() and signals**bidders * work <= WORK_LIMIT:
            profiles = tuple(product(range(signals), repeat=bidders))
        else:
            profiles = (instance.profile,)
        asked = {
            told
            for profile in profiles
            for bidder in range(bidders)
            for told in reports(profile, bidder, signals)
        }
        return cls(
            instance, draws, profiles, {profile: sales(instance, profile) for profile in asked}
        )

    @property
    def everywhere(self) -> bool:
        """Whether all profiles are looked at."""
        return len(self.profiles) > 1

    def cases(self) -> Iterator[tuple[int, tuple[int, ...], list[tuple[int, ...]]]]:
        """Every bidder at every profile, and the profiles with each report of theirs, in order."""
        for profile in self.profiles:
            for bidder in range(len(profile)):
                yield bidder, profile, list(reports(profile, bidder, self.instance.signals))

    def named(self, draw: int) -> str:
        """The auction in words."""
        colour, step = self.draws[draw].colour, self.draws[draw].step
        return f"colour {colour}" + (f", step {step}" if step else "")

    @property
    def where(self) -> str:
        """What was gone through, in words."""
        profiles = f"{len(self.profiles)} profile" + ("s" if len(self.profiles) > 1 else "")
        return f"{len(self.draws)} auctions at {profiles} of signals"


def reports(profile: Sequence[int], bidder: int, signals: int) -> Iterator[tuple[int, ...]]:
    """The profile with each signal in the place of the bidder's."""
    for signal in range(signals):
        yield (*profile[:bidder], signal, *profile[bidder + 1 :])


def sales(instance: MonotoneSignalsInstance, profile: Sequence[int]) -> tuple[Sold, ...]:
    """What every auction sells at the profile, in the order of the draws."""
    colouring = universal_allocation.colouring_of(instance)
    known: dict[tuple[int, ...], list[int]] = {}

    def worths(at: Sequence[int]) -> list[int]:
        index = tuple(at)
        if index not in known:
            known[index] = instance.worths(index)
        return known[index]

    def of_colour(colour: int) -> list[Sold]:
        found = universal_allocation.winner(worths, profile, colouring, colour)
        if found is None:
            return [None] * universal_allocation.steps_of(instance)
        return [
            universal_allocation.offer(worths, profile, instance.signals, *found, step)
            for step in range(universal_allocation.steps_of(instance))
        ]

    return tuple(sold for colour in range(colouring.colours) for sold in of_colour(colour))


def one_of_a_colour(auctions: Auctions) -> Finding:
    """At no profile do two served bidders have one colour, and whoever is served of a colour is who its auction looks at."""
    instance = auctions.instance
    colouring = universal_allocation.colouring_of(instance)

    def counterexample() -> str | None:
        for profile in auctions.profiles:
            served = universal_allocation.served(instance.worths, profile, colouring)
            of_colour = {one.colour: one.bidder for one in served}
            if len(of_colour) < len(served):
                return f"{len(served)} served of {len(of_colour)} colours at {list(profile)}"
            for draw, sold in zip(auctions.draws, auctions.sold[profile], strict=True):
                due = of_colour.get(draw.colour)
                if draw.step == 0 and (None if sold is None else sold[0]) != due:
                    return f"colour {draw.colour} passes over its bidder at {list(profile)}"
        return None

    return Finding.of("colours", counterexample(), f"no two served of one: {auctions.where}")


def the_mix(auctions: Auctions) -> Finding:
    """All auctions together, each as likely as another, are the lottery of the outcome."""
    instance = auctions.instance
    chance = Fraction(1, len(auctions.draws))
    mix = merged((sold, chance) for sold in auctions.sold[instance.profile] if sold is not None)
    lottery = {sale: part for sale, part in universal_allocation.lottery(instance).items() if part}
    return Finding.of(
        "mix",
        None if mix == lottery else f"{mix} of the auctions, {lottery} of the lottery",
        f"the lottery is that of {len(auctions.draws)} auctions, one drawn",
    )


def monotonicity(auctions: Auctions) -> Finding:
    """Who wins an auction wins it with every higher signal, at the same price."""

    def broken(bidder: int, told: list[tuple[int, ...]], draw: int) -> str | None:
        won: int | None = None
        for profile in told:
            sold = auctions.sold[profile][draw]
            price = sold[1] if sold is not None and sold[0] == bidder else None
            if won is not None and price != won:
                return f"wins at {won} below {list(profile)}, and there {at_price(price)}"
            won = price
        return None

    return Finding.of(
        "monotonicity",
        first(auctions, broken),
        f"a higher signal wins at the same price: {auctions.where}",
    )


def at_price(price: int | None) -> str:
    """A price in words, None for not winning."""
    return "does not" if price is None else f"at {price}"


def individual_rationality(auctions: Auctions) -> Finding:
    """No winner of any auction pays more than the good is worth to it."""
    instance = auctions.instance

    def counterexample() -> str | None:
        for profile in auctions.profiles:
            for draw, sold in enumerate(auctions.sold[profile]):
                if sold is not None and sold[1] > instance.worth(sold[0], profile):
                    name = instance.bidders[sold[0]].name
                    return f"{name} pays {sold[1]} at {list(profile)}, {auctions.named(draw)}"
        return None

    return Finding.of(
        "individual rationality",
        counterexample(),
        f"every price is within the winner's value: {auctions.where}",
    )


def incentive_compatibility(auctions: Auctions) -> Finding:
    """In no auction does any bidder gain by any other report, whatever signals the others report, if those are theirs."""
    instance = auctions.instance

    def gain(sold: Sold, bidder: int, worth: int) -> int:
        return worth - sold[1] if sold is not None and sold[0] == bidder else 0

    def broken(bidder: int, told: list[tuple[int, ...]], draw: int) -> str | None:
        for truth in told if auctions.everywhere else [instance.profile]:
            worth = instance.worth(bidder, truth)
            truthful = gain(auctions.sold[truth][draw], bidder, worth)
            for lie in told:
                lying = gain(auctions.sold[lie][draw], bidder, worth)
                if lying > truthful:
                    return f"(all signals {list(truth)}) gets {truthful} by its signal and {lying} by {lie[bidder]}"
        return None

    tried = "all" if auctions.everywhere else "the true"
    return Finding.of(
        "incentive compatibility",
        first(auctions, broken),
        f"{CLAIM}: no better report of any bidder at {tried} signals in {len(auctions.draws)} auctions",
    )


def first(
    auctions: Auctions, broken: Callable[[int, list[tuple[int, ...]], int], str | None]
) -> str | None:
    """The first bidder and auction of which something is said, with it."""
    for bidder, profile, told in auctions.cases():
        if auctions.everywhere and profile[bidder]:
            continue  # the same reports as at signal 0
        for draw in range(len(auctions.draws)):
            words = broken(bidder, told, draw)
            if words is not None:
                return f"{auctions.instance.bidders[bidder].name} {words}, {auctions.named(draw)}"
    return None
