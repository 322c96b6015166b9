"""Prior-Free Clock Auctions for Bidders with Interdependent Values, Mechanism 1, line 17: A can be empty."""

from fractions import Fraction

from offchain.model.mechanisms.signal_discovery import Coins, clock_auction, solve
from offchain.model.theory.signals.discovery import emptied
from offchain.model.theory.signals.steep import clock_auction as bidders

# Whatever the total, a is worth one more than b. Both signals are high.
game = bidders(2, (1, [1, 2, 3]), (1, [0, 1, 2]))

# Draw b: a is left and buys. Draw a: b is optimal nowhere and is discovered for free. Nobody is left.
for drawn, order in [("b", (1, 0)), ("a", (0, 1))]:
    sale = clock_auction(game, Coins(kind=0, residue=0, order=order, pick=0)).sale
    print(
        f"{drawn} is drawn first: {f'a buys at {sale.price}' if sale.winner else 'nothing is sold'}"
    )
    assert sale.winner == ("a" if drawn == "b" else None)

# Half the optimum, within the promised 5.
outcome = solve(game)
print(f"expected welfare {outcome.expected_welfare} of {outcome.optimal_welfare}")
assert outcome.expected_welfare == Fraction(3, 2)

row = emptied()
print(row)
assert row.holds
