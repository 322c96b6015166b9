"""Property checks: what a mechanism promises, tested on one instance and its outcome."""
