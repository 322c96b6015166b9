"""Every mechanism is broken, a line at a time, and the rows of `consort theory` about it stop to hold."""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest

from offchain.model.instances import estate as estate_instances
from offchain.model.mechanisms import (
    abelian,
    approximate,
    approximate_groups,
    ascending,
    assignment,
    bonds,
    contest,
    equal_split,
    estate,
    fast_split,
    lower,
    mark_search,
    marks,
    monotone_allocation,
    pay_your_bid,
    price_rule,
    regrouping,
    resilient,
    signal_discovery,
    subset_programme,
    two_level,
    universal_allocation,
    upper,
    vcg,
    vcg_equal_split,
    winner_determination,
)
from offchain.model.theory import CLAIMS, Claim
from offchain.model.theory.signals.steep import Shape

CLAIM: dict[str, Claim[Any]] = {claim.name: claim for claim in CLAIMS}

HALF = Fraction(1, 2)
BINARY = [Shape(2, (0, 0)), Shape(2, (0, 0, 0), 40)]
CLOCKS = [Shape(2, (0, 0)), Shape(2, (0, 0, 0), 4)]
ALIKE = [Shape(2, (0, 0, 0), 15), Shape(3, (0, 0), 15)]

SMALL: dict[str, dict[str, Any]] = {
    "daos-theorem-2": {"sizes": [(1, 2), (2, 1)], "top": 4},
    "daos-ties": {"sizes": [(1, 2)], "top": 5},
    "daos-lemma-4": {"members": 3, "top": 3, "crowds": [4, 40]},
    "daos-theorem-3": {"sizes": [(1, 2), (2, 1)], "top": 3, "members": 4},
    "daos-theorem-5": {"members": [3]},
    "daos-lemma-6": {"prices": [2, 4]},
    "daos-theorem-7": {"sizes": [(1, 1)], "top": 2},
    "daos-theorem-8": {"players": [2, 3], "large": [(8, 1000), (8, 10**19), (20, 10**15)]},
    "daos-footnote-2": {"sizes": [(1, 2)], "top": 3},
    "composing-group-strategyproofness": {"games": [((1, 2), 4)], "plain": ((1, 2), 5)},
    "composing-every-pair": {"sizes": [(2,), (1, 1), (1, 2)]},
    "composing-everybody": {"sizes": [(1, 2)]},
    "sharing-drawn-group": {"sizes": [(1, 2)], "top": 4},
    "sharing-message-size": {"sizes": (2, 1), "top": 3},
    "sharing-subgroups": {"members": 4, "top": 4},
    "sharing-exclusion": {"members": 4, "top": 5},
    "sharing-settled": {"top": 3},
    "phantoms-seller": {"settings": [((1, 0), 5), ((2, 0), 4), ((0, 2), 3)]},
    "groupings-leaving": {"people": 3},
    "sybils-undominated-names": {"settings": [(4, 2)]},
    "sybils-welfare-guarantee": {"settings": [((1, 2), 3), ((2, 2), 3)]},
    "phantoms-open-reserve": {"settings": [((1, 0), 5), ((2, 0), 3)]},
    "phantoms-inside": {"settings": [(1, 4, 1), (2, 2, 3)]},
    "phantoms-deterring-bond": {"sellers": [((1, 0), 6)], "rivals": [(((1, 1), 3), 2)]},
    "phantoms-rival": {"top": 3},
    "phantoms-winners": {"top": 3},
    "estate-resale": {"sizes": [1, 2, 3], "top": 3},
    "estate-values": {"top": 4},
    "houses-truth": {"sizes": [(1, 2), (2, 1)], "top": 3},
    "houses-increment": {"bidders": [2], "top": 9},
    "houses-jumping": {"top": 4},
    "houses-seen-limits": {"sizes": [(1, 2)], "top": 3},
    "resilient-vcg-collusion": {"claims": (1, 99, 100, 130)},
    "resilient-lemma-3": {"top": 2, "samples": 60},
    "resilient-theorem-1": {"samples": 60},
    "resilient-own-offer": {"samples": 150, "seed": 7},
    "resilient-elimination": {"tops": (1,)},
    "resilient-lemma-2": {"top": 2},
    "resilient-dominant-strategies": {"scales": (1, 3)},
    "resilient-partial-knowledge": {"samples": 40},
    "resilient-footnote-13": {"high": 60},
    "resilient-footnote-14": {"own": 10},
    "resilient-rewards": {"samples": 60},
    "approximate-theorem-2": {"players": [2, 3], "top": 4},
    "approximate-theorem-4": {"players": [2, 3], "top": 4},
    "approximate-theorem-5": {"players": [2, 3], "parts": 6},
    "approximate-lemma-e-3": {"top": 4},
    "approximate-critical-draw": {"players": [2], "top": 4},
    "approximate-undominated-bids": {"deltas": [HALF], "players": [2], "top": 3},
    "approximate-grid": {"players": [2]},
    "approximate-groups": {"deltas": [Fraction(1, 4)], "sizes": [2], "top": 3},
    "signals-lemma-1": {"shapes": BINARY},
    "signals-theorem-1": {"shapes": BINARY},
    "signals-theorem-2": {"shapes": BINARY},
    "signals-theorem-3": {"shapes": CLOCKS},
    "signals-theorem-7": {"shapes": [Shape(3, (0, 0)), Shape(4, (0, 0), 60)]},
    "signals-theorem-8": {"shapes": [Shape(3, (0, 0)), Shape(4, (0, 0), 60)]},
    "signals-theorem-9": {"shapes": [Shape(3, (0, 0), 10), Shape(3, (0, 0, 1), 3)]},
    "signals-theorem-11": {"sizes": [(2, 1), (3, 1)]},
    "signals-theorem-12": {"shapes": ALIKE},
    "signals-theorem-13": {"shapes": ALIKE},
    "signals-universal": {"shapes": [Shape(2, (0,) * 5, 3), Shape(3, (0,) * 5, 1)]},
    "signals-marks": {"searched": []},
}
"""How far a row is measured here, which is enough to see it fail; rows that are not named, in full."""


@dataclass(frozen=True, slots=True)
class Break:
    """A mechanism with some of its source replaced, and the rows that have to notice."""

    what: str
    module: ModuleType
    old: str
    new: str
    rows: str


BREAKS = (
    # Subgroups.
    Break(
        "blocks grow too fast",
        regrouping,
        "size = needed\n",
        "size = needed + 1\n",
        "sharing-subgroups",
    ),
    Break(
        "a bound that rules out the best",
        regrouping,
        "return (self.high - 1) * self.subgroups, self.subgroups",
        "return self.low * self.subgroups, self.subgroups",
        "sharing-subgroups",
    ),
    Break(
        "a toll that holds subgroups to too few",
        regrouping,
        "bids, wanted = (*ranked, 0), subgroups + 1",
        "bids, wanted = (*ranked, 0), max(subgroups, 2)",
        "sharing-subgroups",
    ),
    Break(
        "those whom no subgroup needs are left out",
        regrouping,
        "(*ends[:-1], len(ranked)) if ranked else ()",
        "tuple(ends)",
        "sharing-exclusion",
    ),
    Break(
        "a subgroup is asked for what it could pay",
        regrouping,
        "_shares_within(subgroup, asked) if paying and most >= asked",
        "_shares_within(subgroup, most) if paying and most >= asked",
        "sharing-settled sharing-exclusion",
    ),
    # Open bids.
    Break(
        "the winner of an ascending auction pays its limit",
        ascending,
        "ladder.amount(max(rung, 0))",
        "ladder.amount(max(rung, 0)) if leader is None else limits[leader]",
        "houses-truth houses-increment houses-seen-limits",
    ),
    Break(
        "who leads outbids itself",
        ascending,
        "others = [bidder for bidder in pair if bidder != leader]",
        "others = list(pair)",
        "houses-truth houses-increment",
    ),
    Break(
        "two take turns up to the higher of their limits",
        ascending,
        "last = min(tops",
        "last = max(tops",
        "houses-truth houses-increment",
    ),
    Break(
        "an increment is rounded down",
        ascending,
        "return amount + ceil(step(amount, increment))",
        "return amount + floor(step(amount, increment))",
        "houses-increment",
    ),
    Break(
        "a late bid does not keep it open",
        ascending,
        "if end - time < self.buffer",
        "if end - time < 0",
        "houses-jumping",
    ),
    Break(
        "an increment is forgotten",
        ascending,
        "self.amount + floor(step(self.amount, self.increment))",
        "self.amount + self.grid",
        "houses-jumping",
    ),
    Break(
        "a group bids all it can at once",
        contest,
        "self._bid(group, self.least)",
        "self._bid(group, self._limits[group])",
        "houses-jumping",
    ),
    Break(
        "a limit that was seen is not used",
        ascending,
        "return least_over(below, increment) if below >= start else 0",
        "return 0",
        "houses-seen-limits",
    ),
    Break(
        "open bids are sealed ones that are paid",
        upper,
        "return ascend(bids, reserve, self.increment)",
        "return run_auction(bids, reserve, lambda s, i, b: Standing(i, b, b) if b > s.highest else s)",
        "houses-truth",
    ),
    Break(
        "the price rule is forgotten",
        upper,
        "return SealedBids(price_rule)",
        "return SealedBids()",
        "daos-ties",
    ),
    # The equal split.
    Break(
        "the highest bid for what a group can pay",
        equal_split,
        "(rank * bid for rank, bid in enumerate",
        "(bid for rank, bid in enumerate",
        "daos-lemma-4 daos-theorem-3 daos-merging",
    ),
    Break(
        "ranks from the lowest bid",
        equal_split,
        "enumerate(sorted(bids, reverse=True), start=1)), default=0",
        "enumerate(sorted(bids), start=1)), default=0",
        "daos-lemma-4 groupings-united-groups groupings-leaving sybils-undominated-names",
    ),
    Break(
        "a group can pay for one more",
        equal_split,
        "start=1)), default=0",
        "start=2)), default=0",
        "daos-lemma-4 daos-theorem-2 daos-theorem-3",
    ),
    Break(
        "a price just met is not served",
        equal_split,
        "if rank * bid >= price)",
        "if rank * bid > price)",
        "daos-theorem-2 daos-lemma-6 groupings-leaving sybils-welfare-guarantee phantoms-inside",
    ),
    Break(
        "T counts from 0",
        equal_split,
        "ranked = enumerate(sorted(bids, reverse=True), start=1)",
        "ranked = enumerate(sorted(bids, reverse=True), start=0)",
        "daos-theorem-2 daos-theorem-3",
    ),
    Break(
        "T counts one too many",
        equal_split,
        "return max((rank for rank, bid in ranked",
        "return max((rank + 1 for rank, bid in ranked",
        "daos-theorem-2 daos-several-groups",
    ),
    Break(
        "the smallest T",
        equal_split,
        "return max((rank for rank, bid in ranked",
        "return min((rank for rank, bid in ranked",
        "daos-theorem-2",
    ),
    Break(
        "shares rounded down",
        equal_split,
        "return -(-price // served)",
        "return price // served",
        "daos-theorem-2 daos-merging",
    ),
    Break(
        "shares a unit too high",
        equal_split,
        "return -(-price // served)",
        "return -(-price // served) + 1",
        "daos-theorem-2 daos-merging",
    ),
    Break(
        "a bid at the share is not served",
        equal_split,
        "return bid >= self.share",
        "return bid > self.share",
        "daos-theorem-2 daos-false-names",
    ),
    Break(
        "everybody is served",
        equal_split,
        "return bid >= self.share",
        "return bid >= 0",
        "daos-theorem-2 groupings-united-groups",
    ),
    Break(
        "the group hands on the price alone",
        equal_split,
        "return self.served * self.share",
        "return self.price",
        "daos-theorem-2",
    ),
    Break(
        "fast: the least T",
        fast_split,
        "return int(able[0])",
        "return int(able[-1])",
        "daos-lemma-4",
    ),
    Break(
        "fast: the last place for what a group can pay",
        fast_split,
        "return int((ranks * bids).max())",
        "return int((ranks * bids)[-1])",
        "daos-lemma-4",
    ),
    Break(
        "fast: a carry that is lost",
        fast_split,
        "ranks * (bids >> np.uint64(_HALF_BITS)) + (low >> np.uint64(_HALF_BITS))",
        "ranks * (bids >> np.uint64(_HALF_BITS))",
        "daos-lemma-4",
    ),
    Break(
        "fast: products that overflow",
        fast_split,
        "    if bound < _WORD:\n        return int((ranks * bids).max())",
        "    if bound:\n        return int((ranks * bids).max())",
        "daos-lemma-4",
    ),
    # The price rule.
    Break(
        "plain second price",
        price_rule,
        "price=standing.highest + 1)",
        "price=max(standing.price, standing.highest))",
        "daos-theorem-2 daos-ties daos-merging",
    ),
    Break(
        "first price",
        price_rule,
        "price=standing.highest + 1)",
        "price=bid)",
        "daos-theorem-2 daos-several-groups phantoms-seller",
    ),
    Break(
        "a price two units up",
        price_rule,
        "price=standing.highest + 1)",
        "price=standing.highest + 2)",
        "daos-theorem-2",
    ),
    Break(
        "ties to the later bid",
        price_rule,
        "if bid > standing.highest:\n        return Standing(leader=bidder, highest=bid, price=standing.highest + 1)",
        "if bid >= standing.highest:\n        return Standing(leader=bidder, highest=bid, price=standing.highest + 1)",
        "daos-theorem-2",
    ),
    Break(
        "later bids do not count",
        price_rule,
        "price=standing.highest + 1)\n    return _raised(standing, bid)",
        "price=standing.highest + 1)\n    return standing",
        "daos-theorem-2 sybils-welfare-guarantee phantoms-open-reserve",
    ),
    Break(
        "a bid at the reserve does not win",
        price_rule,
        "highest=reserve - 1",
        "highest=reserve",
        "daos-theorem-3 approximate-undominated-bids",
    ),
    # Two levels.
    Break(
        "a group bids the sum",
        lower,
        "return willingness_to_pay(bids)",
        "return sum(bids)",
        "daos-theorem-2",
    ),
    Break(
        "a group splits a unit more",
        two_level,
        "lower.split(winner.bids_on(item), sold.price)",
        "lower.split(winner.bids_on(item), sold.price + 1)",
        "daos-theorem-2",
    ),
    Break(
        "all members are served",
        lower,
        "found.share if found.serves(bid) else None for bid in bids",
        "found.share for bid in bids",
        "daos-theorem-2",
    ),
    Break(
        "the last item only is paid",
        two_level,
        "payments[lot.winner][member] += lot.charge(member)",
        "payments[lot.winner][member] = lot.charge(member)",
        "daos-theorem-7",
    ),
    Break(
        "the wrong item's bids",
        two_level,
        "lower.split(winner.bids_on(item), sold.price)",
        "lower.split(winner.bids_on(0), sold.price)",
        "daos-theorem-7",
    ),
    # Bonds.
    Break(
        "bonds to the seller are burnt",
        bonds,
        "return Forfeit(forfeited, seller=forfeited, each=none, burnt=none)",
        "return Forfeit(forfeited, seller=none, each=none, burnt=forfeited)",
        "phantoms-seller",
    ),
    Break(
        "burnt bonds are the seller's",
        bonds,
        "return Forfeit(forfeited, seller=none, each=none, burnt=forfeited)",
        "return Forfeit(forfeited, seller=forfeited, each=none, burnt=none)",
        "phantoms-seller",
    ),
    Break(
        "every winner gets all bonds",
        bonds,
        "each=forfeited / served",
        "each=forfeited",
        "phantoms-winners",
    ),
    Break(
        "winners get nothing",
        bonds,
        "if to is Recipient.WINNERS and served:",
        "if to is Recipient.WINNERS and not served:",
        "phantoms-rival phantoms-winners",
    ),
    Break(
        "silence is free",
        bonds,
        "Fraction(silent * bond_bps, BPS), Fraction(0)",
        "Fraction(0), Fraction(0)",
        "phantoms-seller phantoms-rival phantoms-winners"
        " phantoms-open-reserve phantoms-inside phantoms-deterring-bond",
    ),
    Break(
        "a bond is the tenth of what it should be",
        bonds,
        "Fraction(silent * bond_bps, BPS), Fraction(0)",
        "Fraction(silent * bond_bps, 10 * BPS), Fraction(0)",
        "phantoms-seller phantoms-rival",
    ),
    # The estate.
    Break(
        "half of the votes are enough",
        estate,
        "if 2 * count > len(served)",
        "if 2 * count >= len(served)",
        "estate-resale",
    ),
    Break(
        "one vote is enough",
        estate,
        "if 2 * count > len(served)",
        "if count",
        "estate-resale",
    ),
    Break(
        "the first vote counts",
        estate,
        "wants[vote.member] = vote.reserve",
        "wants.setdefault(vote.member, vote.reserve)",
        "estate-resale",
    ),
    Break(
        "votes are forgotten after an attempt",
        estate,
        "wanted = voted(served, wanted, attempt.votes)",
        "wanted = voted(served, {}, attempt.votes)",
        "estate-resale",
    ),
    Break(
        "sold for whatever is bid",
        estate,
        "reserves=(reserve,)",
        "reserves=(1,)",
        "estate-resale",
    ),
    Break(
        "parts rounded up",
        estate,
        "return divmod(paid, served)",
        "return -(-paid // served), 0",
        "estate-resale",
    ),
    Break(
        "dust that nobody knows of",
        estate,
        "        dust=dust,",
        "        dust=0,",
        "estate-resale",
    ),
    Break(
        "the first member gets all",
        estate,
        "parts=dict.fromkeys(served, part)",
        "parts={served[0]: part * len(served)}",
        "estate-resale",
    ),
    Break(
        "access outlasts the resale",
        estate,
        "access=() if lot else tuple(served)",
        "access=tuple(served)",
        "estate-resale",
    ),
    Break(
        "whatever is listed counts as sold",
        estate_instances,
        "return self.lot is not None and self.lot.winner is not None",
        "return self.lot is not None",
        "estate-resale",
    ),
    Break(
        "proceeds are the seller's",
        estate,
        "part, dust = equal_parts(lot.paid, len(served)) if lot else (0, 0)",
        "part, dust = (0, 0)",
        "estate-resale estate-values",
    ),
    # Pay your bid.
    Break(
        "the auctioneer asks the second price for the first",
        pay_your_bid,
        "return solve_by(instance, *RULES[asks])",
        "return solve_by(instance, *RULES[Asks.SECOND])",
        "daos-footnote-2",
    ),
    Break(
        "parts rounded down",
        lower,
        "return -(-price * bid // (bid + others))",
        "return price * bid // (bid + others)",
        "daos-footnote-2",
    ),
    Break(
        "a group bids its highest bid",
        lower,
        "return sum(bids)\n\n    @abstractmethod",
        "return max(bids)\n\n    @abstractmethod",
        "daos-footnote-2 composing-equilibria-pay-your-bid",
    ),
    Break(
        "small bids are not served",
        lower,
        "pool - bid, price) if bid else None",
        "pool - bid, price) if bid > 1 else None",
        "daos-footnote-2",
    ),
    # Other rules.
    Break(
        "at first price the winner pays its critical bid",
        upper,
        "return Sale(standing.leader, bids[standing.leader])",
        "return Sale(standing.leader, standing.price)",
        "composing-every-pair",
    ),
    Break(
        "a posted lot goes to the highest bid",
        upper,
        "return Sale(next(takers, None), price)",
        "return Sale(max(range(len(bids)), key=bids.__getitem__), price) if max(bids) >= price else Sale(None, price)",
        "composing-group-strategyproofness",
    ),
    Break(
        "a lottery asks for a unit more",
        upper,
        "(chance, Sale(place, price))",
        "(chance, Sale(place, min(price + 1, bids[place])))",
        "composing-every-pair",
    ),
    Break(
        "serving everybody for nobody's money",
        lower,
        "return Split(tuple(each if bid else None for bid in bids), each, served * each)",
        "return Split(tuple(0 if bid else None for bid in bids), 0, 0)",
        "composing-every-pair",
    ),
    Break(
        "what is paid is not the bid but its part of the price",
        lower,
        "        return bid\n",
        "        return -(-price * bid // (bid + others))\n",
        "composing-every-pair composing-equilibria-pay-your-bid",
    ),
    Break(
        "a unit of the bid is left to the member",
        lower,
        "        return bid\n",
        "        return bid - 1\n",
        "composing-equilibria-no-bids",
    ),
    Break(
        "VCG passed through: a unit is forgotten",
        lower,
        "return max(0, price - others)",
        "return max(0, price - others - 2)",
        "composing-every-pair composing-pass-through",
    ),
    # VCG.
    Break(
        "VCG: the pivot with the wrong sign",
        vcg,
        "without[player] - total + own if",
        "total - own - without[player] if",
        "resilient-vcg-collusion daos-appendix-a",
    ),
    Break(
        "VCG: one's own value is not taken out",
        vcg,
        "without[player] - total + own if",
        "without[player] - total if",
        "resilient-vcg-collusion",
    ),
    Break(
        "VCG: bundles counted, not bids",
        vcg,
        "0 if bundle is None else values[bundle] for",
        "0 if bundle is None else 1 for",
        "resilient-vcg-collusion",
    ),
    Break(
        "VCG: bundles held are worth nothing",
        vcg,
        "if held.issuperset(listed)",
        "if not held.issuperset(listed)",
        "resilient-vcg-collusion",
    ),
    Break(
        "VCG above groups: half the price",
        vcg_equal_split,
        "items.index(bundle[0]), price)",
        "items.index(bundle[0]), price // 2)",
        "daos-appendix-a",
    ),
    Break(
        "VCG above groups: the first member alone",
        vcg_equal_split,
        "for member in group.members])",
        "for member in group.members[:1]])",
        "daos-appendix-a",
    ),
    Break(
        "VCG above groups: nobody pays",
        vcg_equal_split,
        "0 if price == 0 else split.share or 0",
        "0",
        "daos-appendix-a",
    ),
    Break(
        "unit demand: any item will do",
        vcg_equal_split,
        "if value == max(values.values())",
        "if value",
        "daos-theorem-8",
    ),
    Break(
        "the best allocation is the worst",
        winner_determination,
        "best = max(allocations(listed, 0), key=worth)",
        "best = min(allocations(listed, 0), key=worth)",
        "resilient-vcg-collusion daos-theorem-8",
    ),
    Break(
        "a good is given twice",
        winner_determination,
        "if not option.goods & goods:\n                for rest",
        "if True:\n                for rest",
        "resilient-vcg-collusion daos-theorem-8",
    ),
    Break(
        "sets of goods: nothing is ever given",
        subset_programme,
        "maximum(most[inside], table[outside] + amount, out=most[inside])",
        "maximum(most[inside], table[outside], out=most[inside])",
        "daos-theorem-8",
    ),
    Break(
        "sets of goods: a good is not used up",
        subset_programme,
        "outside = tuple(slice(0, 1) if held else",
        "outside = tuple(slice(1, 2) if held else",
        "daos-theorem-8",
    ),
    Break(
        "sets of goods: those behind get what those before have",
        subset_programme,
        "self._last[player + 1][(slice(None, None, -1),) * self._goods]",
        "self._last[player + 1]",
        "daos-theorem-8",
    ),
    Break(
        "assignment: the least sum",
        assignment,
        "length = -worth - row_potential",
        "length = worth - row_potential",
        "daos-theorem-8",
    ),
    Break(
        "assignment: the last column is left out",
        assignment,
        "if row and 0 < column <= len(worths[0])",
        "if row and 0 < column < len(worths[0])",
        "daos-theorem-8",
    ),
    # The resilient mechanism.
    Break(
        "the star offers least",
        resilient,
        "return max(instance.players, key=lambda player: worth",
        "return min(instance.players, key=lambda player: worth",
        "resilient-theorem-1 resilient-lemma-3 resilient-elimination resilient-partial-knowledge"
        " resilient-footnote-14 resilient-footnote-13 resilient-rewards",
    ),
    Break(
        "the star's wish is not granted",
        resilient,
        "if star is not None and star.wish else {}",
        "if star is None else {}",
        "resilient-lemma-3 resilient-elimination resilient-footnote-13 resilient-rewards",
    ),
    Break(
        "the star is paid the fine",
        resilient,
        "payments[star.name] += offer.price",
        "payments[star.name] -= offer.price",
        "resilient-theorem-1",
    ),
    Break(
        "no fine",
        resilient,
        "payments[star.name] += offer.price",
        "payments[star.name] += 0",
        "resilient-theorem-1 resilient-footnote-13 resilient-lemma-2",
    ),
    Break(
        "what is taken is not paid",
        resilient,
        "payments[player.name] += offer.price",
        "payments[player.name] += 0",
        "resilient-theorem-1 resilient-lemma-1 resilient-elimination resilient-lemma-2 resilient-dominant-strategies",
    ),
    Break(
        "NO is taken for YES",
        resilient,
        "return player.answer is Answer.YES",
        "return player.answer is Answer.NO",
        "resilient-lemma-1 resilient-lemma-2",
    ),
    Break(
        "rebates without bound",
        resilient,
        "instance.epsilon / (1 + sum(offered.values()))",
        "instance.epsilon",
        "resilient-theorem-1",
    ),
    Break(
        "no rebates",
        resilient,
        "instance.epsilon / (1 + sum(offered.values()))",
        "Fraction(0)",
        "resilient-lemma-3 resilient-own-offer resilient-elimination resilient-footnote-14 resilient-rewards",
    ),
    Break(
        "the seller's own offer stands for certain",
        resilient,
        "return (tails if coin_free else grant_wish(instance, None)), tails",
        "return tails, tails",
        "resilient-own-offer",
    ),
    Break(
        "the star has its wish beside the seller's own offer",
        resilient,
        "else grant_wish(instance, None)), tails",
        "else grant_wish(instance, find_star(instance))), tails",
        "resilient-own-offer",
    ),
    Break(
        "the seller's own offer never stands",
        resilient,
        "return None if worth(instance.seller) > worth(star.offer) else star",
        "return star",
        "resilient-own-offer",
    ),
    Break(
        "the seller's own offer stands whatever it is worth",
        resilient,
        "return None if worth(instance.seller) > worth(star.offer) else star",
        "return None if instance.seller else star",
        "resilient-own-offer",
    ),
    Break(
        "known offers a unit too dear",
        resilient,
        "bundle: least - 1 for",
        "bundle: least + 1 for",
        "resilient-theorem-1 resilient-lemma-3 resilient-partial-knowledge",
    ),
    Break(
        "the whole benchmark is promised",
        resilient,
        "return (benchmark - epsilon) * HALF",
        "return (benchmark - epsilon)",
        "resilient-theorem-1 resilient-own-offer",
    ),
    # Approximate valuations.
    Break(
        "D without its 1",
        approximate,
        "((1 + delta) / (1 - delta)) ** 2 - 1",
        "((1 + delta) / (1 - delta)) ** 2",
        "approximate-theorem-4 approximate-lemma-e-3",
    ),
    Break(
        "n* counts one too few",
        approximate,
        "            return count\n",
        "            return count - 1\n",
        "approximate-lemma-e-3",
    ),
    Break(
        "n* is n",
        approximate,
        "            return count\n",
        "            return len(bids)\n",
        "approximate-lemma-e-3",
    ),
    Break(
        "chances scaled by a half",
        approximate,
        "* weight / (bid * extra)",
        "* weight / (2 * bid * extra)",
        "approximate-theorem-4 approximate-lemma-e-3",
    ),
    Break(
        "chances without the threshold",
        approximate,
        "weight = bid * (count + extra) - total",
        "weight = bid * (count + extra)",
        "approximate-lemma-e-3",
    ),
    Break(
        "all win if nobody bids",
        approximate,
        "return Fraction(1, players)\n    extra",
        "return Fraction(1)\n    extra",
        "approximate-lemma-e-3 approximate-theorem-1",
    ),
    Break(
        "pieces on top of each other",
        approximate,
        "first, offset = middle, offset - before",
        "first = middle",
        "approximate-critical-draw approximate-groups",
    ),
    Break(
        "an offset from 0, not from the piece",
        approximate,
        "critical_bid(bids, player, delta, offset))",
        "critical_bid(bids, player, delta, draw))",
        "approximate-critical-draw",
    ),
    Break(
        "a price of a unit less",
        approximate,
        "    return low\n",
        "    return low - 1\n",
        "approximate-critical-draw",
    ),
    Break(
        "one's own bid as the price",
        approximate,
        "    return low\n",
        "    return bids[player]\n",
        "approximate-critical-draw",
    ),
    Break(
        "the last posted price left out",
        approximate,
        "for price in range(least, bids[player] + 1)",
        "for price in range(least, bids[player])",
        "approximate-critical-draw approximate-undominated-bids",
    ),
    Break(
        "posted prices as likely as bids",
        approximate,
        "lottery[price] = chance - before",
        "lottery[price] = chance",
        "approximate-critical-draw",
    ),
    Break(
        "second price to the lowest bid",
        approximate,
        "winner = max(range(len(bids))",
        "winner = min(range(len(bids))",
        "approximate-theorem-2 approximate-undominated-bids",
    ),
    Break(
        "second price: the winner's own bid",
        approximate,
        "if player != winner), default=0)",
        "), default=0)",
        "approximate-undominated-bids",
    ),
    Break(
        "r without its square",
        approximate,
        "return ((1 - delta) / (1 + delta)) ** 2",
        "return (1 - delta) / (1 + delta)",
        "approximate-theorem-2 approximate-theorem-3",
    ),
    Break(
        "(1-r)/n without n",
        approximate,
        "4 * delta / players",
        "4 * delta",
        "approximate-theorem-4 approximate-theorem-5",
    ),
    Break(
        "dominant strategies promise all",
        approximate,
        "return Fraction(1, players)\n\n\ndef worst_case",
        "return Fraction(1)\n\n\ndef worst_case",
        "approximate-theorem-1",
    ),
    Break(
        "the worst case overlooks what is low",
        approximate,
        "chance * bid * (up - 1 / up)",
        "chance * bid * up",
        "approximate-theorem-4",
    ),
    Break(
        "groups bid their sum in M_f",
        approximate_groups,
        "(equal_split.willingness_to_pay(group) for group in groups)",
        "(sum(group) for group in groups)",
        "approximate-groups",
    ),
    Break(
        "groups split a unit more in M_f",
        approximate_groups,
        "max(1, price))",
        "price + 1)",
        "approximate-groups",
    ),
    Break(
        "all members served in M_f",
        approximate_groups,
        "for place, bid in enumerate(members) if split.serves(bid))",
        "for place, bid in enumerate(members))",
        "approximate-groups",
    ),
    # The monotone allocation.
    Break(
        "rho is not bounded by n",
        monotone_allocation,
        "return min(bidders, most_allocated(signals, types))",
        "return 2 * most_allocated(signals, types)",
        "signals-theorem-12",
    ),
    Break(
        "chances of 1, not 1/rho",
        monotone_allocation,
        "Fraction(1, rho * len(drawn))",
        "Fraction(1, len(drawn))",
        "signals-theorem-12 signals-theorem-13",
    ),
    Break(
        "chances of 1/rho for every price",
        monotone_allocation,
        "Fraction(1, rho * len(drawn))",
        "Fraction(1, rho)",
        "signals-theorem-13",
    ),
    Break(
        "the greatest lower signal",
        monotone_allocation,
        "for signal in range(profile[bidder]):",
        "for signal in reversed(range(profile[bidder])):",
        "signals-theorem-12",
    ),
    Break(
        "only the optimal bidder is served",
        monotone_allocation,
        "                return signal\n",
        "                return None\n",
        "signals-theorem-12",
    ),
    Break(
        "the optimal bidder only if optimal lower",
        monotone_allocation,
        "return profile[bidder] if at_profile == bidder else None",
        "return None",
        "signals-theorem-12 signals-theorem-13 signals-theorem-11",
    ),
    Break(
        "everybody pays the full value",
        monotone_allocation,
        "worths(replaced(profile, bidder, signal))[bidder]\n",
        "worths(profile)[bidder]\n",
        "signals-theorem-12",
    ),
    Break(
        "sold below the price",
        monotone_allocation,
        "if signal <= profile[bidder]",
        "if True",
        "signals-theorem-13 signals-theorem-11",
    ),
    # The same as a draw among auctions without chance.
    Break(
        "of a colour the winner pays its own value",
        universal_allocation,
        "offered = threshold + step % (signals - threshold)",
        "offered = profile[bidder]",
        "signals-universal",
    ),
    Break(
        "of a colour who is optimal lower already is served again",
        universal_allocation,
        "return (bidder, signal) if lower is None else None",
        "return bidder, signal",
        "signals-universal",
    ),
    Break(
        "differences of marks the other way round",
        marks,
        "self.group.minus(row[lower], row[signal])",
        "self.group.minus(row[signal], row[lower])",
        "signals-universal",
    ),
    Break(
        "differences of elements that are sums",
        abelian,
        "left - right for left, right in pairs",
        "left + right for left, right in pairs",
        "signals-universal",
    ),
    Break(
        "marks of two signals that repeat",
        marks,
        "(0, kind + 1)",
        "(0, kind)",
        "signals-marks",
    ),
    Break(
        "marks whose differences to earlier marks are in use",
        mark_search,
        "allowed &= ~group.moved(used, mark)",
        "allowed &= ~used",
        "signals-no-colouring",
    ),
    # Signal discovery.
    Break(
        "signals are not added up",
        signal_discovery,
        "least = active.least + self.signals[place]",
        "least = active.least",
        "signals-theorem-1 signals-theorem-3",
    ),
    Break(
        "an interval a level short",
        signal_discovery,
        "// self.step + bits.bit_count() + 1",
        "// self.step + bits.bit_count()",
        "signals-theorem-3",
    ),
    Break(
        "the higher price under the welfare rule",
        signal_discovery,
        "prices if rule is Rule.REVENUE else prices[:1]",
        "prices if rule is Rule.REVENUE else prices[-1:]",
        "signals-theorem-3",
    ),
    Break(
        "the lower price under the revenue rule",
        signal_discovery,
        "prices if rule is Rule.REVENUE else prices[:1]",
        "prices[:1]",
        "signals-theorem-3",
    ),
    Break(
        "no sale at the full value",
        signal_discovery,
        "if worths[winner] >= price:",
        "if worths[winner] > price:",
        "signals-theorem-2",
    ),
    Break(
        "sold above the value",
        signal_discovery,
        "if worths[winner] >= price:",
        "if True:",
        "signals-theorem-1",
    ),
    Break(
        "both prices for certain",
        signal_discovery,
        "Fraction(weight, unit * len(prices))",
        "Fraction(weight, unit)",
        "signals-theorem-9",
    ),
    Break(
        "chances of all draws together",
        signal_discovery,
        "unit = factorial(len(auction.bidders)) * auctions",
        "unit = factorial(len(auction.bidders))",
        "signals-theorem-7",
    ),
    Break(
        "one residue only",
        signal_discovery,
        "        for residue in range(instance.signals - 1):\n",
        "        for residue in range(1):\n",
        "signals-theorem-7",
    ),
    Break(
        "the lowest value at each level",
        signal_discovery,
        "values.append(max(worths))",
        "values.append(min(worths))",
        "signals-theorem-2 signals-theorem-3",
    ),
    Break(
        "active bidders count as rejected",
        signal_discovery,
        "(self.contenders(*active) & ~active.bits).bit_count()",
        "self.contenders(*active).bit_count()",
        "signals-lemma-1",
    ),
    Break(
        "the clock sells whether accepted or not",
        signal_discovery,
        "        if rises_to(last, signal):",
        "        if rises_to(last, signal) or True:",
        "signals-theorem-3",
    ),
    Break(
        "a clock that stops too late",
        signal_discovery,
        "stays = accepts or (lambda bidder, signal: signal <= consistent[bidder])",
        "stays = accepts or (lambda bidder, signal: signal <= consistent[bidder] + 1)",
        "signals-theorem-3",
    ),
    Break(
        "the clocks of the drawn are not read",
        signal_discovery,
        "        least += discover(drawn)\n",
        "        discover(drawn)\n",
        "signals-theorem-3",
    ),
)


def functions(module: ModuleType) -> Iterator[tuple[str, FunctionType]]:
    """Every function and method that the module defines, by its qualified name."""
    for owner in (module, *vars(module).values()):
        if owner is not module and not (
            isinstance(owner, type) and owner.__module__ == module.__name__
        ):
            continue
        for found in vars(owner).values():
            function = found.fget if isinstance(found, property) else found
            if isinstance(function, FunctionType) and function.__module__ == module.__name__:
                yield function.__qualname__, function


def break_it(monkeypatch: pytest.MonkeyPatch, broken: Break) -> None:
    """Puts the code of the changed source into the functions, wherever they have been imported to."""
    source = inspect.getsource(broken.module)
    assert source.count(broken.old) == 1, f"{broken.module.__name__}: {broken.old!r}"
    changed = ModuleType(broken.module.__name__)
    exec(
        compile(source.replace(broken.old, broken.new), str(broken.module.__file__), "exec"),
        vars(changed),
    )
    codes = {name: function.__code__ for name, function in functions(changed)}
    patched = 0
    for name, function in functions(broken.module):
        if codes[name] != function.__code__:
            monkeypatch.setattr(function, "__code__", codes[name])
            patched += 1
    assert patched, "nothing changed"


@pytest.mark.parametrize("name", SMALL)
def test_rows_hold_on_the_scale_on_which_they_are_broken(name: str) -> None:
    row = CLAIM[name](**SMALL[name])
    assert row.holds, str(row)


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.what)
def test_a_broken_mechanism_does_not_hold(monkeypatch: pytest.MonkeyPatch, broken: Break) -> None:
    break_it(monkeypatch, broken)
    rows = [CLAIM[name].attempt(**SMALL.get(name, {})) for name in broken.rows.split()]
    monkeypatch.undo()
    assert [row.name for row in rows if row.holds] == []


def test_every_mechanism_is_broken() -> None:
    folder = Path(str(equal_split.__file__)).parent
    # The table of marks is without code: test_marks.py holds every entry to the definition.
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__", "mark_table"}
    assert {each.module.__name__.rpartition(".")[2] for each in BREAKS} == modules
    assert len(BREAKS) >= 40
