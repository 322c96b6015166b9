"""Consort: reference models, chain back ends, keeper, simulation and command line."""

__version__ = "0.1.0"
