"""Auctions that several tests look at."""

from offchain.model.instances import VcgInstance, VcgPlayer

AUSUBEL_MILGROM = VcgInstance(
    goods=("g1", "g2"),
    players=(
        VcgPlayer("1", {("g1",): 1}),
        VcgPlayer("2", {("g2",): 1}),
        VcgPlayer("3", {("g1", "g2"): 100}),
    ),
)
"""§1.3 of the resilient mechanism's paper."""
