"""The chain side: compiled contracts, nodes and back ends."""
