#!/usr/bin/env bash
# Runs a command against mastodon-mock, a Mastodon API server from PyPI, on loopback.
#
#   interop/mastodon-mock.sh COMMAND [ARGUMENT ...]
#
# The command finds the server in MASTODON_SERVER and two of its demo users' tokens in MASTODON_TOKEN (ada) and
# MASTODON_OTHER_TOKEN (grace). The server stops with the command, whose exit code is kept.
set -euo pipefail
cd "$(dirname "$0")/.."

version=0.6.1
venv=target/interop/mastodon-mock-$version
if [ ! -x "$venv/bin/mastodon_mock" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --retries 10 "mastodon_mock==$version"
fi

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
log=$(mktemp)
"$venv/bin/mastodon_mock" serve --in-memory --demo --host 127.0.0.1 --port "$port" >"$log" 2>&1 &
server=$!
# Asked politely, it would wait for its open streams. It has nothing to save.
trap 'kill -KILL "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -f "$log"' EXIT

export MASTODON_SERVER=http://127.0.0.1:$port MASTODON_TOKEN=ada_token MASTODON_OTHER_TOKEN=grace_token
for _ in $(seq 300); do
    if python3 -c "import urllib.request as r; r.urlopen('$MASTODON_SERVER/api/v2/instance', timeout=2)" 2>/dev/null; then
        ready=1
        break
    fi
    kill -0 "$server" 2>/dev/null || break
    sleep 0.2
done
if [ -z "${ready:-}" ]; then
    echo "mastodon-mock did not start; it said:" >&2
    cat "$log" >&2
    exit 1
fi

"$@"
