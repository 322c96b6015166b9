#!/bin/sh
# Foundry's forge as npm installed it. npm's own `forge` is a script that starts this one and loses its exit code.
exec "$(dirname "$0")"/../node_modules/@foundry-rs/forge-*/bin/forge "$@"
