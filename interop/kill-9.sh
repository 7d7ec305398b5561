#!/usr/bin/env bash
# Kills stream-to-sqlite by SIGKILL at random moments, while posts, edits and deletions come all the time, and compares at
# the end what it has with what the server has.
#
#   interop/kill-9.sh [KILLS [SEED]]
set -euo pipefail
cd "$(dirname "$0")/.."

export FEDIKIT_KILLS=${1:-20}
if [ -n "${2:-}" ]; then
    export FEDIKIT_SEED=$2
fi
cargo test --locked --package fedikit-examples --test it -- --exact kill_9::nothing_is_lost_and_nothing_is_doubled --nocapture
