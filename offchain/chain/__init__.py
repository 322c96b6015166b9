"""Transactions and questions on one interface, whichever chain it is: revm, Ganache, Anvil, any node. It knows no contract."""
