#!/usr/bin/env bash
# What a stream costs in memory: 1,000 of them in one process, over WebSocket, server-sent events and polling.
#
#   interop/thousand-streams.sh [--streams 1000] [--posts 20]
#
# It fails if one that holds a connection takes more than 64 KB.
set -euo pipefail
cd "$(dirname "$0")/.."

# Two ends of each, in two processes.
ulimit -n 4096
exec cargo run --locked --quiet --bin thousand-streams -- "$@"
