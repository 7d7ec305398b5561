#!/usr/bin/env bash
# Posts while stream-to-sqlite listens, and asks the database what it heard. Run it as
#
#   interop/mastodon-mock.sh interop/stream-to-sqlite.sh
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --locked --package fedikit-examples --bin stream-to-sqlite --bin timeline-for-me
program=${CARGO_TARGET_DIR:-target}/debug
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$program/stream-to-sqlite" --database "$folder/posts.db" --stream user --events 3 --for 60s >"$folder/log" &
listener=$!
for _ in $(seq 300); do
    if grep -q '^up' "$folder/log" || ! kill -0 "$listener" 2>/dev/null; then
        break
    fi
    sleep 0.1
done
for text in one two three; do
    curl --silent --show-error --fail --output "$folder/answer" --header "Authorization: Bearer $MASTODON_TOKEN" \
        --data "status=$text of stream-to-sqlite" "$MASTODON_SERVER/api/v1/statuses"
done
wait "$listener"
cat "$folder/log"
"$program/timeline-for-me" --database "$folder/posts.db" --per-author 3 >"$folder/timeline"
cat "$folder/timeline"
for text in one two three; do
    grep -q "$text of stream-to-sqlite" "$folder/timeline"
done
