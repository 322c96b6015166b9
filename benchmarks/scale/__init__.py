"""Time and memory by the number of members."""
