"""The estate of a won item: who decides, what is sold, who gets what."""

import random
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, product

import pytest

from offchain.model.checks.estate import access, check, majority
from offchain.model.checks.finding import Verdict
from offchain.model.instances import Group, Member, TwoLevelInstance
from offchain.model.instances.estate import Attempt, EstateOutcome, Resale, Vote
from offchain.model.mechanisms import two_level
from offchain.model.mechanisms.estate import decided, equal_parts, offer, solve, voted
from offchain.model.theory.estate import buyers, won_by
from tests.model.checking import named

ABC = ("ann", "bob", "cid")


def all_want(reserve: int, served: tuple[str, ...] = ABC) -> tuple[Vote, ...]:
    """Everybody's vote for it."""
    return tuple(Vote(member, reserve) for member in served)


def test_sold_in_equal_parts() -> None:
    outcome = solve(ABC, [Attempt(all_want(5), buyers([20, 13]))])
    assert outcome.resales[0].lot is not None
    assert (outcome.resales[0].lot.winner, outcome.resales[0].lot.paid) == ("b1", 13)
    assert outcome.parts == {"ann": 4, "bob": 4, "cid": 4}
    assert (outcome.dust, outcome.access) == (1, ())


def test_proceeds_are_what_the_winning_group_pays() -> None:
    """T shares, a unit above the price here."""
    crowd = Group("crowd", tuple(Member(f"c{i}", (4,), (4,)) for i in range(2)))
    outcome = solve(ABC, [Attempt(all_want(1), (*buyers([6]), crowd))])
    assert outcome.resales[0].lot is not None
    assert (outcome.resales[0].lot.price, outcome.resales[0].lot.paid) == (7, 8)
    assert (outcome.parts["ann"], outcome.dust) == (2, 2)


def test_unsold_leaves_everything_as_it_was() -> None:
    outcome = solve(ABC, [Attempt(all_want(21), buyers([20, 13]))])
    assert (set(outcome.parts.values()), outcome.dust, outcome.access) == ({0}, 0, ABC)


def test_untried() -> None:
    assert solve(ABC, []) == EstateOutcome((), dict.fromkeys(ABC, 0), 0, ABC)


def test_votes_outlast_an_attempt() -> None:
    tried = Attempt(all_want(9), buyers([8]))
    again = Attempt((), buyers([9]))
    outcome = solve(ABC, [tried, again])
    assert [resale.sold for resale in outcome.resales] == [False, True]


@pytest.mark.parametrize("served", range(1, 8))
def test_no_minority_decides_and_every_majority_does(served: int) -> None:
    members = won_by(served).served
    for size in range(served + 1):
        for voters in combinations(members, size):
            wanted = voted(members, {}, [Vote(voter, 7) for voter in voters])
            assert (decided(members, wanted) == 7) == (size > Fraction(served, 2))


def test_the_same_reserve_has_to_be_wanted() -> None:
    assert decided(ABC, {"ann": 1, "bob": 2, "cid": 3}) is None
    assert decided(ABC, {"ann": 1, "bob": 3, "cid": 3}) == 3


def test_the_last_vote_counts_once() -> None:
    votes = [Vote("ann", 7), Vote("ann", 7), Vote("bob", 5), Vote("bob", 6)]
    assert decided(ABC, voted(ABC, {}, votes)) is None
    assert decided(ABC, voted(ABC, {}, [*votes, Vote("bob", 7)])) == 7


def test_a_vote_can_be_taken_back() -> None:
    wanted = voted(ABC, {}, all_want(7))
    assert decided(ABC, voted(ABC, wanted, [Vote("ann", 0), Vote("bob", 0)])) is None
    assert decided(ABC, voted(ABC, wanted, all_want(0))) is None


def test_nothing_is_listed_undecided() -> None:
    assert offer(None, buyers([20])) == Resale(None, None)


def test_who_is_not_served_does_not_vote() -> None:
    with pytest.raises(ValueError, match="eve votes, but is not served"):
        solve(ABC, [Attempt((Vote("eve", 5),), ())])


def test_no_reserve_is_negative() -> None:
    with pytest.raises(ValueError, match="a reserve is at least 1 unit, not -1"):
        solve(ABC, [Attempt((Vote("ann", -1),), ())])


def test_what_is_sold_is_not_offered_again() -> None:
    attempt = Attempt(all_want(5), buyers([20]))
    with pytest.raises(ValueError, match="attempt 2, but the item is sold"):
        solve(ABC, [attempt, attempt])


def test_of_a_lot_that_served_nobody_there_is_no_estate() -> None:
    with pytest.raises(ValueError, match="nobody is served"):
        solve((), [])


def test_parts_are_whole_units() -> None:
    for paid, served in product(range(40), range(1, 9)):
        part, dust = equal_parts(paid, served)
        assert part * served + dust == paid
        assert 0 <= dust < served


def random_history(rng: random.Random) -> tuple[TwoLevelInstance, list[Attempt]]:
    """A group's auction that it wins, and attempts to sell until one succeeds or three have failed."""

    def group(name: str) -> Group:
        bids = [rng.randint(1, 30) for _ in range(rng.randint(1, 5))]
        return Group(
            name, tuple(Member(f"{name}{i}", (bid,), (bid,)) for i, bid in enumerate(bids))
        )

    instance = TwoLevelInstance(1, (rng.randint(1, 5),), (group("x"), group("y")))
    lot = two_level.solve(instance).items[0]
    attempts: list[Attempt] = []
    while lot.served and len(attempts) < 3:
        reserves = rng.sample((0, 1, 20, 60, 200), 2)
        votes = [Vote(rng.choice(lot.served), rng.choice(reserves)) for _ in range(6)]
        attempts.append(Attempt(tuple(votes), tuple(group(n) for n in rng.sample("pqr", 2))))
        if solve(lot.served, attempts).resales[-1].sold:
            break
    return instance, attempts


def test_random_histories_keep_every_promise() -> None:
    sold = listed = 0
    for seed in range(400):
        instance, attempts = random_history(random.Random(seed))
        won = two_level.solve(instance).items[0]
        if won.winner is None:
            continue
        outcome = solve(won.served, attempts)
        findings = check(won, attempts, outcome)
        assert {f.verdict for f in findings} == {Verdict.HOLDS}, (seed, findings)
        listed += sum(resale.lot is not None for resale in outcome.resales)
        sold += outcome.resales[-1].sold
    assert listed > sold > 50


WON = two_level.solve(
    TwoLevelInstance(1, (1,), (Group("abc", tuple(Member(n, (9,), (9,)) for n in ABC)),))
).items[0]
SALE = [Attempt(all_want(5), buyers([20, 13]))]
GOOD = solve(ABC, SALE)
(SOLD,) = GOOD.resales
assert SOLD.lot is not None
CHEAP = Resale(5, replace(SOLD.lot, price=4))
UNLISTED = Resale(None, None)
PARTS, NOTHING = dict.fromkeys(ABC, 4), dict.fromkeys(ABC, 0)


def test_what_is_said_of_an_item_that_was_sold() -> None:
    assert [(one.verdict, one.name, one.detail) for one in check(WON, SALE, GOOD)] == [
        (Verdict.HOLDS, "conservation", "16 paid: 3 to the seller, 12 to the served, 1 stays"),
        (Verdict.HOLDS, "equal parts", "3 of 4"),
        (Verdict.HOLDS, "majority", "listed 1 times of 1"),
        (Verdict.HOLDS, "access", "0 have access"),
    ]


@pytest.mark.parametrize(
    ("resale", "parts", "dust", "inside", "failing", "detail"),
    [
        (SOLD, PARTS, 0, (), "conservation", "3 and 13 paid, but the seller gets 3, members 12, and 0 stays"),
        (SOLD, {"ann": 3, "bob": 3, "cid": 3}, 4, (), "conservation", "4 stays, of 3 members"),
        (SOLD, {"ann": 10, "bob": 0, "cid": 0}, 3, (), "conservation", "3 stays, of 3 members"),
        (SOLD, {"ann": 14, "bob": 0, "cid": 0}, -1, (), "conservation", "-1 stays, of 3 members"),
        (SOLD, {**PARTS, "eve": 0}, 1, (), "equal parts", "parts for ann, bob, cid, eve, but served are ann, bob, cid"),
        (SOLD, {"ann": 5, "bob": 4, "cid": 3}, 1, (), "equal parts", "different parts: {'ann': 5, 'bob': 4, 'cid': 3}"),
        (Resale(6, SOLD.lot), PARTS, 1, (), "majority", "attempt 1: listed at 6, but more than half want [5]"),
        (UNLISTED, NOTHING, 0, ABC, "majority", "attempt 1: listed at None, but more than half want [5]"),
        (CHEAP, PARTS, 1, (), "majority", "attempt 1: sold for 4 at a reserve of 5"),
        (SOLD, PARTS, 1, ABC, "access", "ann, bob, cid has access, the item being sold"),
        (UNLISTED, NOTHING, 0, (), "access", "nobody has access, the item being unsold"),
    ],
)  # fmt: skip
def test_a_broken_promise_is_found(
    resale: Resale,
    parts: dict[str, int],
    dust: int,
    inside: tuple[str, ...],
    failing: str,
    detail: str,
) -> None:
    outcome = EstateOutcome((resale,), parts, dust, inside)
    finding = named(check(WON, SALE, outcome), failing)
    assert (finding.verdict, finding.detail) == (Verdict.FAILS, detail)


def test_what_half_of_the_served_want_is_not_to_be_listed() -> None:
    won = won_by(2)
    attempt = Attempt((Vote(won.served[0], 5),), ())
    finding = majority(won, [attempt], EstateOutcome((SOLD,), {}, 0, ()))
    assert finding.detail == "attempt 1: listed at 5, but more than half want []"


def test_an_item_that_is_offered_after_it_was_sold_is_found() -> None:
    finding = access(WON, EstateOutcome(GOOD.resales * 2, GOOD.parts, 1, ()))
    assert (finding.verdict, finding.detail) == (Verdict.FAILS, "offered again after it was sold")
