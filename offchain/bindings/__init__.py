"""The contracts in Python: compiled, called, deployed, and every twin of a Solidity library."""
