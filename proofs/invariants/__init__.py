"""Campaigns of random calls: after any of them the invariants hold.

A campaign is a file `NAME.t.sol` with a contract of that name, a `Campaign`, and its handler, which acts as many people.
"""
