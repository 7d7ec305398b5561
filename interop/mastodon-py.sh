#!/usr/bin/env bash
# Replays what real Mastodon servers answered to the tests of Mastodon.py: each recorded answer is served on loopback and asked
# for through our client, as the call of its verb and path, where nothing in it may be left unread. What came over its streams,
# server-sent events and WebSockets, is read by our decoders in the same way. Prints a table.
#
#   interop/mastodon-py.sh
#
# It needs Rust, Python 3 with venv, and PyPI the first time. The recordings stay in target/interop.
set -euo pipefail
cd "$(dirname "$0")/.."

package=mastodon.py==2.3.3

. interop/install.sh
# The parser of the recordings, which are YAML.
python=$(installed mastodon-py python "PyYAML==6.0.3")
folder=target/interop/${package/==/-}
if [ ! -e "$folder/recordings.jsonl" ]; then
    rm -rf "$folder" && mkdir -p "$folder"
    # Only the source package has them.
    with_retries "$python/bin/pip" download --quiet --retries 10 --no-binary :all: --no-deps --dest "$folder" "$package"
    tar -xzf "$folder"/*.tar.gz -C "$folder" --strip-components 1
    "$python/bin/python" interop/mastodon-py/recordings.py "$folder/tests" >"$folder/recordings.part"
    mv "$folder/recordings.part" "$folder/recordings.jsonl"
fi

MASTODON_RECORDINGS=$PWD/$folder/recordings.jsonl cargo test --quiet --locked --package fedikit-mastodon-api --all-features --test it \
    -- --nocapture recordings::
