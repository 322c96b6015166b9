"""What all plays have in common."""

UNIT = 10**9
"""One unit in wei (`contracts/libraries/Units.sol`)."""
BOND_BPS = 1_000
"""What a bidder who does not reveal forfeits: basis points of the deposit."""
