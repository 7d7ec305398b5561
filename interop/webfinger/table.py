"""Prints what each side found of the other, and fails where it is not what the cases expect.

    python3 table.py cases.jsonl < answers.jsonl

A case with a `gap` is one that a peer cannot do, with the reason; the table fails when it can.
"""

import json
import sys


def key(row):
    return row["by"], row["does"], row["ask"]


with open(sys.argv[1]) as file:
    cases = [json.loads(line) for line in file]
got = {key(row): row["got"] for row in map(json.loads, sys.stdin)}

wrong = gaps = 0
for case in cases:
    if key(case) not in got:
        outcome = "WRONG: nobody asked"
    elif "gap" in case:
        outcome = f"gap: {case['gap']}"
    else:
        outcome = "as expected"
    found = got.get(key(case))
    as_expected = found == case["expect"]
    if "gap" in case and key(case) in got:
        gaps += 1
        if as_expected:
            outcome = "WRONG: the gap is closed"
    elif key(case) in got and not as_expected:
        outcome = f"WRONG: {json.dumps(found)}, expected {json.dumps(case['expect'])}"
    wrong += outcome.startswith("WRONG")
    print(f"{case['by']:<13} {case['does']:<10} {case['ask']:<42} {outcome}")

print(f"\n{len(cases)} rows, {len(cases) - wrong - gaps} as expected, {gaps} gaps of others, {wrong} wrong")
sys.exit(wrong > 0)
