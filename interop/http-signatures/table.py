"""Prints what the peers and we say of each other's messages, and fails if that is not what is expected.

    python table.py < verdicts.jsonl

Every message is to be accepted, and every control (the message with one thing changed) to be refused. Where that is not
so, the reason stands in EXCEPTIONS; an exception that is none any more is an error, too.
"""

import json
import sys
from collections import Counter
from fnmatch import fnmatchcase

US = "fedikit"
DRAFT, RFC9421 = "draft-cavage-12", "RFC 9421"

ANY, EVERY = "*", ["*"]
QUERY = ["GET with a query", "POST with a query"]
NO_QUERY = ["GET", "GET with a fragment", "POST", "POST to a port", "POST without a body"]
BODY = ["POST", "POST with a query", "POST to a port", "response"]

# Peers, "signs" or "verifies", standard, algorithms, cases, what is changed ("" is nothing), and why it is so.
EXCEPTIONS = [
    (
        ["@fedify/fedify 2.3.6 *", "http-message-signatures 1.0.6 *"],
        "signs", RFC9421, ["rsa-v1_5-*", "ed25519", "ecdsa-*", "hmac-*"], ["GET with a fragment"], "",
        "It signs the fragment of the URL, which does not go over the wire.",
    ),
    (
        ["http-message-signatures 1.0.6 *"],
        "signs", RFC9421, ["rsa-pss-sha512"], EVERY, "",
        "Its salt is as long as the key allows; RFC 9421, section 3.3.1, wants 64 bytes.",
    ),
    (
        ["@fedify/fedify 2.3.6 *", "@misskey-dev/node-http-message-signatures 0.0.10 *", "apsig 0.6.0 *"],
        "signs", DRAFT, EVERY, QUERY, "",
        "It leaves the query out of the target. Under Policy::fediverse such a GET counts, and is flagged.",
    ),
    (
        ["@fedify/fedify 2.3.6 *", "apsig 0.6.0 *"],
        "verifies", DRAFT, EVERY, QUERY, "",
        "It leaves the query out of the target, so that a signature over the whole target never fits.",
    ),
    (
        ["@fedify/fedify 2.3.6 *", "apsig 0.6.0 *"],
        "verifies", DRAFT, EVERY, NO_QUERY, "query",
        "It leaves the query out of the target, so that anybody may add one.",
    ),
    (
        ["@fedify/fedify 2.3.6 *"],
        "signs", RFC9421, EVERY, ["challenged POST with digest"], "",
        "It covers content-digest a second time where a challenge names it, and no component may stand there twice.",
    ),
    (
        ["apsig 0.6.0 *"],
        "signs", RFC9421, EVERY, EVERY, "",
        "It covers neither query nor body, and what it sends as Content-Digest is not one.",
    ),
    (
        ["apsig 0.6.0 *"],
        "verifies", RFC9421, EVERY, EVERY, "",
        "It does not know @target-uri, and parameters only in the order in which it writes them.",
    ),
    (
        [
            "@peertube/http-signature 1.7.0 *", "activitypub-http-signatures 2.5.0 *", "httpsig 1.3.0 *",
            "http-message-signatures 1.0.6 *",
        ],
        "verifies", ANY, EVERY, BODY, "body",
        "It leaves the digest to the server that uses it.",
    ),
]


def exception(verdict, direction, peer):
    def one_of(patterns, text):
        return any(fnmatchcase(text, pattern) for pattern in patterns)

    for number, (peers, doing, standard, algorithms, cases, change, _) in enumerate(EXCEPTIONS):
        if (
            doing == direction
            and change == verdict["change"]
            and one_of(peers, peer)
            and fnmatchcase(verdict["standard"], standard)
            and one_of(algorithms, verdict["algorithm"])
            and one_of(cases, verdict["case"])
        ):
            return number
    return None


rows, counts, met, wrong = set(), Counter(), Counter(), []
for line in sys.stdin:
    verdict = json.loads(line)
    direction = "signs" if verdict["verifier"] == US else "verifies"
    peer = verdict["signer"] if direction == "signs" else verdict["verifier"]
    row = (peer, verdict["standard"], verdict["algorithm"])
    rows.add(row)
    is_control = verdict["change"] != ""
    as_it_should_be = verdict["accepted"] != is_control
    counts[row, direction, is_control, "all"] += 1
    counts[row, direction, is_control, "right"] += as_it_should_be
    number = exception(verdict, direction, peer)
    if number is not None:
        met[number] += 1
    if as_it_should_be != (number is None):
        wrong.append((row, direction, verdict, number))

width = max(len(peer) for peer, _, _ in rows)
print(f"{'':{width}}  {'':15}  {'':17}  they sign, we verify   we sign, they verify")
print(f"{'peer':{width}}  {'standard':15}  {'algorithm':17}  accepted    refused   accepted    refused")
for row in sorted(rows):
    cells = []
    for direction in ("signs", "verifies"):
        for is_control in (False, True):
            right, total = (counts[row, direction, is_control, what] for what in ("right", "all"))
            cells.append(f"{right}/{total}" if total else "-")
    print(f"{row[0]:{width}}  {row[1]:15}  {row[2]:17}  {cells[0]:>8} {cells[1]:>10} {cells[2]:>10} {cells[3]:>10}")

print("\nExpected to be otherwise:")
for number, (peers, direction, standard, algorithms, cases, change, reason) in enumerate(EXCEPTIONS):
    names = ", ".join(name.removesuffix(" *") for name in peers)
    where = "; ".join(", ".join(some) for some in (algorithms, cases) if some != EVERY) or "all"
    changed = f"; another {change} is not noticed" if change else ""
    print(f"- {names} {direction} {standard.replace('*', 'anything')} ({where}{changed}; {met[number]} messages): {reason}")
    if not met[number]:
        wrong.append(((names, standard), direction, None, number))

for row, direction, verdict, number in wrong:
    if verdict is None:
        print(f"\nNOT MET: exception {number + 1}, {' '.join(row)}, {direction}")
        continue
    said = "accepted" if verdict["accepted"] else f"refused: {verdict['reason']}"
    change = f", another {verdict['change']}" if verdict["change"] else ""
    print(f"\nUNEXPECTED: {' '.join(row)}, {direction}, {verdict['case']}{change}: {said}")
    if number is not None:
        print(f"  although: {EXCEPTIONS[number][-1]}")

for peer, standard, _ in sorted(rows):
    for direction in ("signs", "verifies"):
        if not any(counts[row, direction, False, "all"] for row in rows if row[:2] == (peer, standard)):
            print(f"\nMISSING: {peer} {direction} nothing by {standard}")
            wrong.append(None)
sys.exit(1 if wrong else 0)
