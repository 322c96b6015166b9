"""The claims of "A New Approach to Auctions and Resilient Mechanism Design", each measured.

Source: Chen and Micali. Values and prices are integers in units, all else exact fractions.
"""
