"""Contracts with one thing wrong each, which the tests have to notice: `make mutants`."""
