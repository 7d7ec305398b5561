"""Writes each message of the files again, followed by what somebody on the way may make of it: FILE.controls.

    python controls.py MESSAGES.jsonl...

Each line says in `change` what is changed; in the honest message nothing is.
"""

import base64
import json
import sys


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encoded(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def body(change):
    return lambda message, other: message.update(body=encoded(change(bytearray(decoded(message["body"])))))


def flipped(position):
    def flip(data):
        data[position(len(data))] ^= 1
        return data

    return body(flip)


def salt(message, other):
    if "encryption" in message["headers"]:
        message["headers"]["encryption"] = other["headers"]["encryption"]
    else:
        flipped(lambda length: 0)(message, other)


def sender_key(message, other):
    if "dh=" in message["headers"].get("crypto-key", ""):
        own, new = (
            next(part for part in one["headers"]["crypto-key"].split(";") if part.startswith("dh="))
            for one in (message, other)
        )
        message["headers"]["crypto-key"] = message["headers"]["crypto-key"].replace(own, new)
    else:
        message["body"] = encoded(decoded(message["body"])[:21] + decoded(other["body"])[21:86] + decoded(message["body"])[86:])


def token(part):
    """The token with another part: 1 is what is signed, 2 the signature."""

    def parts(one):
        value = one["headers"]["authorization"]
        return next(word for word in value.replace("t=", " ").replace(",", " ").split() if word.count(".") == 2).split(".")

    def change(message, other):
        own, new = parts(message), parts(other)
        if part == 1:
            claims = json.loads(decoded(own[1]))
            claims["exp"] += 1
            new[1] = encoded(json.dumps(claims).encode())
        changed = own[:part] + [new[part]] + own[part + 1 :]
        value = message["headers"]["authorization"]
        message["headers"]["authorization"] = value.replace(".".join(own), ".".join(changed))

    return change


def taken(*names):
    return lambda message, other: message.update({name: other[name] for name in names})


CHANGES = {
    "a bit of the text": flipped(lambda length: length - 17),
    "a bit of the tag": flipped(lambda length: length - 1),
    "the last byte cut off": body(lambda data: data[:-1]),
    "a byte more": body(lambda data: data + b"\0"),
    "the salt": salt,
    "the key of the sender": sender_key,
    "another subscriber": taken("private_key", "p256dh", "auth"),
    "another secret": taken("auth"),
    "what is signed": token(1),
    "the signature": token(2),
    "another server": taken("server_key"),
}
# The packages leave this to the push service that uses them.
ONLY_OURS = {"another push service": lambda message, other: message.update(endpoint="https://other.example/push")}

for name in sys.argv[1:]:
    with open(name) as file:
        messages = [json.loads(line) for line in file]
    with open(name + ".controls", "w") as file:
        for number, message in enumerate(messages):
            is_ours = message["sender"] == "fedikit"
            # Another message by the same sender, in the same encoding.
            like = [
                one
                for one in messages
                if one is not message and all(one[key] == message[key] for key in ("sender", "encoding"))
            ]
            other = like[number % len(like)]
            changes = {"": lambda *_: None} | CHANGES | ({} if is_ours else ONLY_OURS)
            for change, make in changes.items():
                changed = json.loads(json.dumps(message))
                make(changed, other)
                file.write(json.dumps(changed | {"change": change}) + "\n")
