"""Keepers left running: simulated hours of lots, with keepers killed and nodes restarted, and statuses held to the chain."""
