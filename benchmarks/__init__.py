"""What the project costs in gas, time and memory, measured: each of these runs as `python -m benchmarks.NAME`."""
