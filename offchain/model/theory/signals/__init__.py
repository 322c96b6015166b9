"""The claims of "Prior-Free Clock Auctions for Bidders with Interdependent Values", each measured.

Source: Theorems 1 to 10 for the signal discovery auction, 6 and 11 for the lower bounds, 12 and 13 for
the monotone allocation. Values and prices are integers in units, probabilities exact fractions.
"""
