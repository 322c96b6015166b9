"""`python -m offchain.cli` is the console script `consort`."""

from offchain.cli import main

main()
