"""Plays instances through the contracts on any chain, from listing to the last refund, and reads the outcome off the chain."""
