"""Resilient Mechanism Design, Definitions 8 to 11: what two rounds of elimination leave of a player's strategies, one by one."""

from offchain.model.theory.resilient.elimination import Game, Player, elimination

# One good, two players, offers at a price of 1 or none. Player 1 values the good at 1, and knows that player 2 values it at 2.
game = Game(top=1)
player = Player(place=0, value=1)
every = game.strategies(0)
first = game.once(player)
second = game.twice(player, least=2)
print(
    f"of {len(every)} strategies {len(first)} are left after one round and {len(second)} after two"
)
for strategy in second:
    price, wishes = strategy.announced
    print(f"  offer it for {price}, wish {'for it' if wishes else 'nothing'}")

# By the second round it offers the good for the 1 that it knows player 2 to pay; in the first silence was left too.
assert {strategy.announced[0] for strategy in first} == {0, 1}
assert {strategy.announced for strategy in second} == {(1, True)}
# Who knows nothing of player 2 may offer it or not: that offers more than one knows, and is not excluded.
assert {strategy.announced[0] for strategy in game.twice(player, least=0)} == {0, 1}

row = elimination(tops=(1,))
print(row)
assert row.holds
