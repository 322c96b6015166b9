"""What others' programs say of the contracts: Slither and Foundry's linter, each of their results fixed or answered."""
