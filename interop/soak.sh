#!/usr/bin/env bash
# A bad day of a server: the programs `bot` and `stream-to-sqlite` listen to a fake instance that disconnects, stalls, restarts and
# says nonsense at random while people post, edit and delete. At its end nothing may be lost or doubled.
#
#   interop/soak.sh [--minutes 20] [--seed N]
#
# The last line is `0 lost, 0 doubled`, or what is wrong with exit code 1.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --locked --bin bot --bin stream-to-sqlite --bin soak
exec cargo run --locked --quiet --bin soak -- "$@"
