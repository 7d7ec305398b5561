#!/usr/bin/env bash
# Asks this project, Python and (where a nightly Rust is installed) the standard library of Rust which of a million addresses
# are public. Where they differ, the difference must be one that is known, with its reason. Prints a table, and fails where it
# is not as expected.
#
#   interop/address-guard.sh [SEED]
#
# It needs Rust and Python 3. The addresses and verdicts stay in target/interop/address-guard to be looked at.
set -euo pipefail
cd "$(dirname "$0")/.."

here=$PWD/interop/address-guard
work=target/interop/address-guard
mkdir -p "$work"

python3 "$here/addresses.py" make "${1:-$(date +%s)}" >"$work/addresses"
cargo run --quiet --locked --package fedikit-guarded-http --no-default-features --example public-addresses \
    <"$work/addresses" >"$work/ours"
python3 "$here/addresses.py" judge <"$work/addresses" >"$work/python"
python3 "$here/addresses.py" compare Python "$work/addresses" "$work/ours" "$work/python"
if rustc +nightly --version >/dev/null 2>&1; then
    rustc +nightly --edition 2024 -O -o "$work/std" "$here/std.rs"
    "$work/std" <"$work/addresses" >"$work/std-verdicts"
    python3 "$here/addresses.py" compare "Rust's standard library" "$work/addresses" "$work/ours" "$work/std-verdicts"
else
    echo "Rust's standard library: skipped, there is no nightly toolchain"
fi
