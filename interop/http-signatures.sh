#!/usr/bin/env bash
# Signs HTTP messages with implementations that are not ours and verifies them here, and the reverse, by
# draft-cavage-12 and RFC 9421; changed messages must be refused. Prints a table, and fails where it is not as expected.
#
#   interop/http-signatures.sh
#
# It needs Rust, Python 3 with venv, npm, and the package registries the first time. No server is started: the messages
# are files, and stay in target/interop/http-signatures to be looked at.
set -euo pipefail
cd "$(dirname "$0")/.."

python=("apsig==0.6.0" "http-message-signatures==3.0.0" "httpsig==1.3.0" "cryptography==45.0.7")
# Fedify wants a newer Node than many systems have.
npm=("node@22.23.3" "@fedify/fedify@2.3.6" "http-message-signatures@1.0.6" "@misskey-dev/node-http-message-signatures@0.0.10"
    "@peertube/http-signature@1.7.0" "activitypub-http-signatures@2.5.0")

here=$PWD/interop/http-signatures
work=target/interop/http-signatures
mkdir -p "$work"

. interop/install.sh
python_peers=$(installed http-signatures python "${python[@]}")
npm_peers=$(installed http-signatures npm "${npm[@]}")
cargo build --quiet --locked --bin signature-peer

ours() { cargo run --quiet --locked --bin signature-peer -- "$1"; }
in_python() { "$python_peers/bin/python" "$here/peers.py" "$1"; }
in_node() { (cd "$npm_peers" && node_modules/node/bin/node "$here/peers.mjs" "$1"); }

ours sign <"$here/requests.jsonl" >"$work/ours.jsonl"
in_python sign <"$here/requests.jsonl" >"$work/theirs.jsonl"
in_node sign <"$here/requests.jsonl" >>"$work/theirs.jsonl"

python3 "$here/controls.py" "$work/ours.jsonl" "$work/theirs.jsonl"

ours verify <"$work/theirs.jsonl.controls" >"$work/verdicts.jsonl"
in_python verify <"$work/ours.jsonl.controls" >>"$work/verdicts.jsonl"
in_node verify <"$work/ours.jsonl.controls" >>"$work/verdicts.jsonl"

python3 "$here/table.py" <"$work/verdicts.jsonl"
