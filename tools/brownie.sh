#!/bin/sh
# `make setup` puts this in the place of .venv/bin/brownie: Brownie with the project's own home and tools.
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
exec "$root/.venv/bin/python" -P "$root/tools/run_brownie.py" "$@"
