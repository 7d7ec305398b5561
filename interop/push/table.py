"""Prints what the peers and we say of each other's messages, and fails if that is not what is expected.

    python table.py < verdicts.jsonl

Every message is to be accepted, and every control (the message with one thing changed) to be refused.
"""

import json
import sys
from collections import Counter

US = "fedikit"

rows, counts, wrong = set(), Counter(), []
for line in sys.stdin:
    verdict = json.loads(line)
    direction = "sends" if verdict["receiver"] == US else "receives"
    peer = verdict["sender"] if direction == "sends" else verdict["receiver"]
    row = (peer, verdict["encoding"])
    rows.add(row)
    is_control = verdict["change"] != ""
    as_it_should_be = verdict["accepted"] != is_control
    counts[row, direction, is_control, "all"] += 1
    counts[row, direction, is_control, "right"] += as_it_should_be
    if not as_it_should_be:
        wrong.append((row, direction, verdict))

width = max(len(peer) for peer, _ in rows)
print(f"{'':{width}}  {'':9}  they send, we receive   we send, they receive")
print(f"{'peer':{width}}  {'encoding':9}  accepted    refused    accepted    refused")
for row in sorted(rows):
    cells = []
    for direction in ("sends", "receives"):
        for is_control in (False, True):
            right, total = (counts[row, direction, is_control, what] for what in ("right", "all"))
            cells.append(f"{right}/{total}" if total else "-")
    print(f"{row[0]:{width}}  {row[1]:9}  {cells[0]:>8} {cells[1]:>10} {cells[2]:>11} {cells[3]:>10}")
for row, direction, verdict in wrong:
    print(f"WRONG: {row} {direction}, changed: {verdict['change'] or 'nothing'}: {verdict['reason']}")


def of(is_control):
    return "/".join(
        str(sum(number for key, number in counts.items() if key[2:] == (is_control, what))) for what in ("right", "all")
    )


print(f"\nmessages accepted {of(False)}, controls refused {of(True)}")
sys.exit(bool(wrong) or not rows)
