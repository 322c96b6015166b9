"""The keeper: does for members what they should not have to, from public data and the openings entrusted to it."""
