"""Prior-Free Clock Auctions for Bidders with Interdependent Values, Lemma 1: with two signals |R| is at most 2."""

from offchain.model.mechanisms.signal_discovery import discovery, most_rejected
from offchain.model.theory.signals.discovery import lemma_1
from offchain.model.theory.signals.steep import Shape, clock_auction

# Four bidders; a, b, c, d, a are optimal at the totals 0 to 4. Signals 1, 1, 0, 0, so the total is 2.
game = clock_auction(
    2,
    (1, [1, 1, 1, 1, 10**5]),
    (1, [0, 10, 10, 10, 10]),
    (0, [0, 0, 100, 100, 100]),
    (0, [0, 0, 0, 1000, 1000]),
)
auction = discovery(game, kind=0, residue=0)

# Draw c, then d: first both may still be optimal, as the total may be 2 or 3; then a goes for free.
active = auction.start
for bidder in (2, 3):
    active = auction.draw(active, bidder)
    left = ["abcd"[place] for place in active.places()]
    print(
        f"draw {'abcd'[bidder]}: active {left}, rejected and maybe optimal {auction.rejected(active)}"
    )
    assert auction.rejected(active) <= 1

# One more while a bidder has just been drawn, and over all draws never more than two.
print(f"at most {most_rejected(game)}")
assert most_rejected(game) == 2

row = lemma_1(shapes=[Shape(2, (0, 0, 0))])
print(row)
assert row.holds
