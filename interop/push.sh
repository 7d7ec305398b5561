#!/usr/bin/env bash
# Push messages of implementations that are not ours, decrypted and their sender checked here, and the reverse, in both
# encodings; changed messages must be refused. Prints a table, and fails where it is not as expected.
#
#   interop/push.sh
#
# It needs Rust, Python 3 with venv, npm, and the package registries the first time. No server is started: the messages
# are files, and stay in target/interop/push to be looked at.
set -euo pipefail
cd "$(dirname "$0")/.."

python=("http-ece==1.2.1" "py-vapid==1.9.6" "pywebpush==2.5.0")
npm=("http_ece@1.2.0" "web-push@3.6.7")

here=$PWD/interop/push
work=target/interop/push
mkdir -p "$work"

. interop/install.sh
python_peers=$(installed push python "${python[@]}")
npm_peers=$(installed push npm "${npm[@]}")
cargo build --quiet --locked --package fedikit-examples --bin push-peer

ours() { cargo run --quiet --locked --package fedikit-examples --bin push-peer -- "$1"; }
in_python() { "$python_peers/bin/python" "$here/peers.py" "$1"; }
in_node() { (cd "$npm_peers" && node "$here/peers.mjs" "$1"); }

ours subscribe >"$work/subscriptions.jsonl"
ours send <"$work/subscriptions.jsonl" >"$work/ours.jsonl"
in_python send <"$work/subscriptions.jsonl" >"$work/theirs.jsonl"
in_node send <"$work/subscriptions.jsonl" >>"$work/theirs.jsonl"

python3 "$here/controls.py" "$work/ours.jsonl" "$work/theirs.jsonl"

ours receive <"$work/theirs.jsonl.controls" >"$work/verdicts.jsonl"
in_python receive <"$work/ours.jsonl.controls" >>"$work/verdicts.jsonl"
in_node receive <"$work/ours.jsonl.controls" >>"$work/verdicts.jsonl"

python3 "$here/table.py" <"$work/verdicts.jsonl"
