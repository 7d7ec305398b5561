"""Implementations of push messages from PyPI. Run by ../push.sh.

    python peers.py send    < subscriptions.jsonl   a message to each subscription by every peer
    python peers.py receive < messages.jsonl        each message with the verdict of every peer that can judge it

What the packages do is theirs; what stands here is what their documentation tells a server to do, and no more.
"""

import base64
import json
import os
import sys
import time
from importlib.metadata import version

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid01, Vapid02
from pywebpush import webpush

SUBJECT = "mailto:admin@mastodon.example"
POINT = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encoded(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Pywebpush:
    """Sends as `webpush` does."""

    name = f"pywebpush {version('pywebpush')}"

    def send(self, message):
        vapid = Vapid02()
        vapid.generate_keys()
        taken = {}

        class Session:
            def post(self, endpoint, data, headers, **_):
                taken.update(body=data, headers=headers)
                return type("Answer", (), {"status_code": 201, "headers": {}, "text": "", "reason": ""})

        webpush(
            {"endpoint": message["endpoint"], "keys": {"p256dh": message["p256dh"], "auth": message["auth"]}},
            data=message["text"],
            vapid_private_key=vapid,
            vapid_claims={"sub": SUBJECT},
            content_encoding=message["encoding"],
            requests_session=Session(),
        )
        return vapid, dict(taken["headers"]), taken["body"]


class HttpEce:
    """Encrypts by hand, in small records, and signs in the way that belongs to the encoding."""

    name = f"http-ece {version('http-ece')}, py-vapid {version('py-vapid')}"

    def send(self, message):
        is_older = message["encoding"] == "aesgcm"
        vapid = (Vapid01 if is_older else Vapid02)()
        vapid.generate_keys()
        once = ec.generate_private_key(ec.SECP256R1())
        point = once.public_key().public_bytes(*POINT)
        salt = os.urandom(16)
        body = http_ece.encrypt(
            message["text"].encode(),
            salt=salt,
            private_key=once,
            dh=decoded(message["p256dh"]),
            auth_secret=decoded(message["auth"]),
            keyid=encoded(point) if is_older else None,
            rs=40,
            version=message["encoding"],
        )
        origin = "/".join(message["endpoint"].split("/")[:3])
        claims = {"aud": origin, "sub": SUBJECT, "exp": int(time.time()) + 86400}
        headers = {"content-encoding": message["encoding"]}
        if is_older:
            headers["encryption"] = f"salt={encoded(salt)};rs=40"
            headers |= vapid.sign(claims, crypto_key=f"dh={encoded(point)}")
        else:
            headers |= vapid.sign(claims)
        return vapid, headers, body

    def receive(self, message):
        headers = message["headers"]
        scheme, value = headers["authorization"].split(" ", 1)
        if scheme == "vapid":
            parameters = dict(pair.strip().split("=", 1) for pair in value.split(","))
            value = parameters["t"]
        signed, signature = value.rsplit(".", 1)
        key = Vapid02.from_raw_public(message["server_key"].encode())
        if not key.verify_token(signed.encode(), signature):
            raise ValueError("the signature is wrong")
        private = ec.derive_private_key(int.from_bytes(decoded(message["private_key"]), "big"), ec.SECP256R1())
        body, parameters = decoded(message["body"]), {}
        if message["encoding"] == "aesgcm":
            parameters = dict(
                pair.split("=", 1) for header in ("encryption", "crypto-key") for pair in headers[header].split(";")
            )
            parameters = {
                "salt": decoded(parameters["salt"]),
                "dh": decoded(parameters["dh"]),
                "rs": int(parameters["rs"]),
                "keyid": "",
            }
        text = http_ece.decrypt(
            body,
            private_key=private,
            auth_secret=decoded(message["auth"]),
            version=message["encoding"],
            **parameters,
        )
        if text.decode() != message["text"]:
            raise ValueError("it says something else")


for line in sys.stdin:
    message = json.loads(line)
    if sys.argv[1] == "send":
        for peer in (Pywebpush(), HttpEce()):
            vapid, headers, body = peer.send(message)
            print(
                json.dumps(
                    message
                    | {
                        "sender": peer.name,
                        "server_key": encoded(vapid.public_key.public_bytes(*POINT)),
                        "headers": {name.lower(): str(value) for name, value in headers.items()},
                        "body": encoded(body),
                    }
                )
            )
    else:
        peer, reason = HttpEce(), ""
        try:
            peer.receive(message)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
        print(json.dumps(message | {"receiver": peer.name, "accepted": not reason, "reason": reason}))
