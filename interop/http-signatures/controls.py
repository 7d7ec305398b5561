"""Puts beside every signed message its controls: the same message with one thing changed, which nobody may accept.

    python controls.py MESSAGES.jsonl ...   writes MESSAGES.jsonl.controls

What is written is what the recipient sees: the fragment of a URL does not go over the wire.
"""

import base64
import copy
import hashlib
import json
import re
import sys
from urllib.parse import urldefrag, urlsplit, urlunsplit


def body(message, _others):
    text = signed(message)["body"]
    at = text.find(":") + 2
    if at < 2:
        return False
    signed(message)["body"] = text[:at] + chr(ord(text[at]) ^ 1) + text[at + 1 :]


def body_and_digest(message, others):
    if body(message, others) is False:
        return False
    digest = base64.b64encode(hashlib.sha256(signed(message)["body"].encode()).digest()).decode()
    fields = {"digest": f"SHA-256={digest}", "content-digest": f"sha-256=:{digest}:"}
    for field in signed(message)["headers"]:
        field[1] = fields.get(field[0].lower(), field[1])


def path(message, _others):
    change_url(message, lambda url: url._replace(path=url.path + "x"))


def query(message, _others):
    change_url(message, lambda url: url._replace(query=url.query + "&x=1" if url.query else "x=1"))


def host(message, _others):
    change_url(message, lambda url: url._replace(netloc="other.example"))
    for field in message["request"]["headers"]:
        if field[0].lower() == "host":
            field[1] = "other.example"


def method(message, _others):
    message["request"]["method"] = {"GET": "DELETE", "POST": "PUT"}[message["request"]["method"]]


def status(message, _others):
    if "response" not in message:
        return False
    message["response"]["status"] = 201


def field(message, _others):
    """Another value of a field that is covered in this case."""
    if "cover" not in message:
        return False
    for field in message["request"]["headers"]:
        field[1] = field[1].replace("x=1;y=2", "x=1;y=3")


def nonce(message, _others):
    """Another challenge than the one that is answered."""
    if "challenge" not in message:
        return False
    message["challenge"] = message["challenge"].replace(".yemd", ".yeme")


def signature(message, _others):
    for field in signed(message)["headers"]:
        if field[0].lower() in ("signature", "authorization"):
            field[1] = re.sub(r"[A-Za-z0-9+/]{40,}={0,2}", lambda found: flipped(found[0]), field[1])


def key(message, others):
    """Another key of the same kind, under the same id."""
    own = message["key"]
    if "secret" in own:
        own["secret"] += "x"
    else:
        other = next(key for key in others[message["algorithm"]] if key["pem"] != own["pem"])
        message["key"] = other | {"id": own["id"]}


CHANGES = [body, body_and_digest, path, query, host, method, status, field, nonce, signature, key]


def signed(message):
    return message.get("response") or message["request"]


def change_url(message, change):
    request = message["request"]
    request["url"] = urlunsplit(change(urlsplit(request["url"])))


def flipped(text):
    value = bytearray(base64.b64decode(text))
    value[len(value) // 2] ^= 1
    return base64.b64encode(value).decode()


files = {name: [json.loads(line) for line in open(name)] for name in sys.argv[1:]}
keys = {}
for message in (message for messages in files.values() for message in messages):
    message["request"]["url"] = urldefrag(message["request"]["url"]).url
    keys.setdefault(message["algorithm"], []).append(message["key"])
for name, messages in files.items():
    with open(f"{name}.controls", "w") as out:
        for message in messages:
            print(json.dumps(message | {"change": ""}), file=out)
            for change in CHANGES:
                control = copy.deepcopy(message)
                if change(control, keys) is not False:
                    print(json.dumps(control | {"change": change.__name__.replace("_", " ")}), file=out)
