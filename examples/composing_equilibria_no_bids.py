"""When Bidders Are DAOs, footnote 2: who pays its bid waits for the others, and nobody bids."""

from offchain.model.theory.composing_equilibria import Game, no_bids, payoffs

# Two members who value an item of price 3 at up to 3. If one does not bid, what can the other have by each bid?
game = Game((2,), 3, 3)
expected, _ = payoffs(game, game.always([[0, 0, 0, 0]] * 2), member=0)
print(f"value 3, bids 0 to 3: {expected[3]}")
assert expected[3] == [0, 0, 0, 0]

# Together they value it at 6, and could share the price.
chances = game.table[2, 1]
print(f"if they bid 2 and 1: {chances}")
assert chances == ((1, 2), (1, 1))

row = no_bids(settings=[(2, 3)])
print(row)
assert row.holds
