#!/usr/bin/env bash
# Alerts arrive in a file and are posted, each once; one is updated and one cancelled. Run it as
#
#   interop/mastodon-mock.sh interop/alert-bot.sh
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --locked --package fedikit-examples --bin alert-bot
program=${CARGO_TARGET_DIR:-target}/debug/alert-bot
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# alert ID SEVERITY HEADLINE [MORE MEMBERS]
alert() {
    printf '{"id":"%s","sent":"%s","severity":"%s","headline":"%s"%s}\n' \
        "$1" "$(date --utc +%Y-%m-%dT%H:%M:%SZ)" "$2" "$3" "${4:-}" >>"$folder/feed.jsonl"
}
# told SUMMARY: what the program says at its end.
told() {
    "$program" "$folder/feed.jsonl" --state "$folder/state" --once --language en | tee "$folder/log"
    grep -q "$1" "$folder/log"
}

alert rain Minor "Rain until noon"
alert quake Extreme "Earthquake, go outside"
alert rain Minor "Rain until noon"
told '2 posted, 2 seen'
alert rain-2 Minor "Rain until evening" ',"msgType":"Update","references":"rain"'
alert over Minor "All clear" ',"msgType":"Cancel","references":"quake"'
# Both are edits of what is there.
told '2 posted, 0 seen'
# Everything is known.
told '0 new in the feed (5 known'

curl --silent --show-error --fail --output "$folder/me" --header "Authorization: Bearer $MASTODON_TOKEN" \
    "$MASTODON_SERVER/api/v1/accounts/verify_credentials"
me=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["id"])' "$folder/me")
curl --silent --show-error --fail --output "$folder/statuses" --header "Authorization: Bearer $MASTODON_TOKEN" \
    "$MASTODON_SERVER/api/v1/accounts/$me/statuses?limit=40"
python3 - "$folder/statuses" <<'END'
import json, sys

texts = [status["content"] for status in json.load(open(sys.argv[1]))]
print("\n".join(texts))
for words, number in {"Rain until noon": 0, "Rain until evening": 1, "All clear": 1}.items():
    found = sum(words in text for text in texts)
    assert found == number, f"{words}: {found} posts"
END
