"""Auction houses of others, as they are: their own code out of their npm packages, put on a development chain and called.

For demos and tests. The packages are under the GPL-3.0: they are installed and run, and nothing of them is part of Consort.
"""
