"""What is shown of the contracts beyond single tests: `python -m proofs`, or `make prove`."""
