#!/usr/bin/env bash
# Finds people on a Fedify server and has other implementations find ours, also where handles are on another name than
# actors, and where the one name redirects to the other: by handle, by URL, back from the actor, and NodeInfo. All of it over
# https on loopback. Prints a table, and fails where it is not as expected.
#
#   interop/webfinger.sh
#
# It needs Rust, Python 3 with venv, npm, and the package registries the first time. What was answered stays in
# target/interop/webfinger.
set -euo pipefail
cd "$(dirname "$0")/.."

python=("apkit==0.3.8" "pynodeinfo==0.1.2")
# Fedify wants a newer Node than many systems have.
npm=("node@22.23.3" "@fedify/fedify@2.3.6" "webfinger.js@3.0.6")

. interop/install.sh
python_peers=$PWD/$(installed webfinger python "${python[@]}")
npm_peers=$PWD/$(installed webfinger npm "${npm[@]}")
cargo build --quiet --locked --bin whois --bin webfinger-peer
programs=$(cargo metadata --format-version 1 --no-deps | python3 -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])')/debug

here=$PWD/interop/webfinger
work=$PWD/target/interop/webfinger
rm -rf "$work"
mkdir -p "$work"

servers=()
# They have nothing to save.
trap 'kill -KILL "${servers[@]}" 2>/dev/null || true; wait "${servers[@]}" 2>/dev/null || true' EXIT
# The port that a server prints when it is ready.
port_in() {
    for _ in $(seq 300); do
        [ ! -s "$1" ] || { cat "$1" && return; }
        sleep 0.1
    done
    echo "a server did not start; it said:" >&2
    cat "$1.log" >&2
    return 1
}

theirs=(fedify.example fedify-actors.example fedify-handles.example)
"$programs/webfinger-peer" "$work" "${theirs[@]}" >"$work/ours" 2>"$work/ours.log" &
servers+=($!)
our_port=$(port_in "$work/ours")
# In a shell of its own, which becomes the program, so that killing the one ends the other.
in_node() { cd "$npm_peers" && exec env NODE_EXTRA_CA_CERTS="$work/ca.pem" node_modules/node/bin/node "$here/peers.mjs" "$@"; }
in_node serve "$work" >"$work/fedify" 2>"$work/fedify.log" &
servers+=($!)
their_port=$(port_in "$work/fedify")

export HOSTS
HOSTS=$(python3 -c '
import json, sys
ours, theirs, *names = sys.argv[1:]
hosts = dict.fromkeys(("social.example", "handles.example", "names.example"), int(ours))
print(json.dumps(hosts | dict.fromkeys(names, int(theirs))))' "$our_port" "$their_port" "${theirs[@]}")

python3 "$here/whois.py" "$programs/whois" "$work/ca.pem" <"$here/cases.jsonl" >"$work/answers.jsonl"
(in_node ask) <"$here/cases.jsonl" >>"$work/answers.jsonl"
SSL_CERT_FILE=$work/ca.pem "$python_peers/bin/python" "$here/peers.py" <"$here/cases.jsonl" >>"$work/answers.jsonl"
python3 "$here/table.py" "$here/cases.jsonl" <"$work/answers.jsonl"
