"""Prior-Free Clock Auctions for Bidders with Interdependent Values, Lemma 2: with k signals |R| is at most 2."""

from offchain.model.mechanisms.signal_discovery import discoveries, most_rejected
from offchain.model.theory.signals.discovery import lemma_2
from offchain.model.theory.signals.steep import Shape, clock_auction

# Three bidders with signals 0, 1 or 2, so totals from 0 to 6, at which a, b, c, a, b, c, a are optimal.
game = clock_auction(
    3,
    (2, [1, 1, 1, 10**3, 10**3, 10**3, 10**6]),
    (1, [0, 10, 10, 10, 10**4, 10**4, 10**4]),
    (0, [0, 0, 100, 100, 100, 10**5, 10**5]),
)

# Only every other total counts, even or odd ones, by a draw: as few as the bidders and one more.
for auction in discoveries(game):
    levels = range(auction.residue, 7, auction.step)
    print(f"levels {list(levels)}: optimal {['abc'[place] for place in auction.optimal]}")
    assert len(auction.optimal) <= 4

print(f"at most {most_rejected(game)} rejected bidders may still be optimal")
assert most_rejected(game) == 2

row = lemma_2(shapes=[Shape(3, (0, 0)), Shape(3, (0, 0, 0), samples=50)], seed=7)
print(row)
assert row.holds
