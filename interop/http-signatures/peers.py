"""Implementations of HTTP signatures from PyPI. Run by ../http-signatures.sh.

    python peers.py sign   < requests.jsonl   each message signed by every peer that can
    python peers.py verify < messages.jsonl   each message with the verdict of every peer that can judge it

What the packages do is theirs; what stands here is what their documentation tells a server to do, and no more.
"""

import base64
import copy
import email.utils
import hashlib
import json
import secrets
import sys
from importlib.metadata import version
from types import SimpleNamespace
from urllib.parse import urlsplit

import apsig.draft.sign
import apsig.draft.verify
import apsig.rfc9421
import http_message_signatures as hms
import httpsig
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

DRAFT = "draft-cavage-12"
RFC9421 = "RFC 9421"
RSA = "rsa-v1_5-sha256"
HMAC = "hmac-sha256"


class Apsig:
    name = "apsig"
    signs = {DRAFT: [RSA], RFC9421: [RSA]}
    verifies = {DRAFT: [RSA], RFC9421: [RSA, "ed25519"]}
    special = set()

    def sign(self, message, key):
        request = message["request"]
        headers = dict(request["headers"])
        if message["standard"] == DRAFT:
            signer = apsig.draft.sign.Signer(
                headers=headers,
                private_key=key.private,
                method=request["method"],
                url=request["url"],
                key_id=key.id,
                body=request["body"].encode(),
            )
            signed = signer.sign()
        else:
            url = urlsplit(request["url"])
            signer = apsig.rfc9421.RFC9421Signer(key.private, key.id)
            if "content-type" not in headers:
                signer.sign_headers.remove("content-type")
            signed = signer.sign(request["method"], url.path, url.netloc, headers, request["body"].encode())
        request["headers"] = [[name.lower(), value] for name, value in signed.items()]

    def verify(self, message, key):
        request = message["request"]
        headers, body = dict(request["headers"]), request["body"].encode()
        if message["standard"] == DRAFT:
            pem = message["key"]["pem"]
            verifier = apsig.draft.verify.Verifier(pem, request["method"], request["url"], headers, body)
        else:
            url = urlsplit(request["url"])
            verifier = apsig.rfc9421.RFC9421Verifier(key, request["method"], url.path, url.netloc, headers, body)
        return verifier.verify(raise_on_fail=True)


class HttpMessageSignatures:
    name = "http-message-signatures"
    signs = verifies = {
        RFC9421: [RSA, "rsa-pss-sha512", "ed25519", "ecdsa-p256-sha256", "ecdsa-p384-sha384", HMAC]
    }
    special = {"response", "cover"}
    algorithms = {
        RSA: hms.algorithms.RSA_V1_5_SHA256,
        "rsa-pss-sha512": hms.algorithms.RSA_PSS_SHA512,
        "ed25519": hms.algorithms.ED25519,
        "ecdsa-p256-sha256": hms.algorithms.ECDSA_P256_SHA256,
        "ecdsa-p384-sha384": hms.algorithms.ECDSA_P384_SHA384,
        HMAC: hms.algorithms.HMAC_SHA256,
    }

    def sign(self, message, key):
        request, response = message["request"], message.get("response")
        signed = response or request
        # A GET says by its method that it has no content.
        body = None if not response and request["method"] == "GET" else signed["body"].encode()
        covered = ["@method", "@target-uri"]
        if response:
            covered = ["@status", '"@method";req', '"@target-uri";req']
        if body and any(name == "content-type" for name, _ in signed["headers"]):
            covered.append("content-type")
        covered += message.get("cover", [])
        signer = hms.HTTPMessageSigner(
            signature_algorithm=self.algorithms[message["algorithm"]],
            key_resolver=hms.MappingKeyResolver(public_keys={}, private_keys={key.id: key.private}),
        )
        target = self.as_message(request, response)
        signer.sign(target, key_id=key.id, covered_component_ids=covered, body=body)
        signed["headers"] = [[name.lower(), value] for name, value in target.headers.items()]

    def verify(self, message, key):
        request, response = message["request"], message.get("response")
        signed = response or request
        verifier = hms.HTTPMessageVerifier(
            signature_algorithm=self.algorithms[message["algorithm"]],
            key_resolver=hms.MappingKeyResolver(public_keys={message["key"]["id"]: key}, private_keys={}),
        )
        required = ["@status", '"@method";req', '"@target-uri";req'] if response else ["@method", "@target-uri"]
        if signed["body"]:
            required.append("content-digest")
        [result] = verifier.verify(
            self.as_message(request, response), body=signed["body"].encode(), require_components=required
        )
        return result.parameters["keyid"]

    @staticmethod
    def as_message(request, response):
        asked = SimpleNamespace(method=request["method"], url=request["url"], headers=dict(request["headers"]))
        if not response:
            return asked
        return SimpleNamespace(status_code=response["status"], headers=dict(response["headers"]), request=asked)


class Httpsig:
    """Signs in the field Authorization. It leaves the digest to the caller."""

    name = "httpsig"
    signs = verifies = {DRAFT: [RSA, HMAC]}
    special = set()

    def sign(self, message, key):
        request = message["request"]
        headers, target = dict(request["headers"]), request_target(request)
        headers |= {"host": urlsplit(request["url"]).netloc, "date": email.utils.formatdate(usegmt=True)}
        covered = ["(request-target)", "host", "date"]
        if request["method"] != "GET":
            digest = base64.b64encode(hashlib.sha256(request["body"].encode()).digest()).decode()
            headers["digest"] = f"SHA-256={digest}"
            covered.append("digest")
        if message["algorithm"] == HMAC:
            signer = httpsig.HeaderSigner(key.id, key.private, HMAC, covered)
        else:
            pem = key.private.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            signer = httpsig.HeaderSigner(key.id, pem, "rsa-sha256", covered)
        signed = signer.sign(headers, method=request["method"], path=target)
        request["headers"] = [[name.lower(), value] for name, value in signed.items()]

    def verify(self, message, key):
        request = message["request"]
        headers = dict(request["headers"])
        field = "authorization" if "authorization" in headers else "signature"
        verifier = httpsig.HeaderVerifier(
            headers,
            message["key"].get("secret") or message["key"]["pem"],
            required_headers=["(request-target)", "host", "date"],
            method=request["method"],
            path=request_target(request),
            sign_header=field,
        )
        if not verifier.verify():
            raise ValueError("it is not verified")
        return verifier.auth_dict["keyId"]


PEERS = [Apsig(), HttpMessageSignatures(), Httpsig()]

GENERATE = {
    RSA: lambda: rsa.generate_private_key(65537, 2048),
    "rsa-pss-sha512": lambda: rsa.generate_private_key(65537, 2048),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "ecdsa-p256-sha256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ecdsa-p384-sha384": lambda: ec.generate_private_key(ec.SECP384R1()),
}


def label(peer):
    return f"{peer.name} {version(peer.name)} (PyPI)"


def request_target(request):
    url = urlsplit(request["url"])
    return f"{url.path}?{url.query}" if url.query else url.path


def suits(peer, standard, message):
    """Whether the peer can do what is special in a message."""
    special = {"response", "cover", "challenge"} & message.keys()
    return not special or (standard == RFC9421 and special <= peer.special)


def new_key(peer, algorithm):
    """A key, and what is published of it."""
    key_id = f"https://peer.example/{peer.name}#{algorithm}"
    if algorithm == HMAC:
        secret = secrets.token_hex(32)
        return SimpleNamespace(id=key_id, private=secret.encode()), {"id": key_id, "secret": secret}
    private = GENERATE[algorithm]()
    pem = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return SimpleNamespace(id=key_id, private=private), {"id": key_id, "pem": pem.decode()}


def sign(requests):
    for peer in PEERS:
        for standard, algorithms in peer.signs.items():
            for algorithm in algorithms:
                key, published = new_key(peer, algorithm)
                for request in requests:
                    if not suits(peer, standard, request):
                        continue
                    of_peer = {"signer": label(peer), "standard": standard, "algorithm": algorithm, "key": published}
                    message = copy.deepcopy(request) | of_peer
                    peer.sign(message, key)
                    print(json.dumps(message))


def verify(messages):
    for message in messages:
        published = message["key"]
        if "secret" in published:
            key = published["secret"].encode()
        else:
            key = serialization.load_pem_public_key(published["pem"].encode())
        for peer in PEERS:
            standard = message["standard"]
            if message["algorithm"] not in peer.verifies.get(standard, []) or not suits(peer, standard, message):
                continue
            reason = ""
            try:
                key_id = peer.verify(copy.deepcopy(message), key)
                if key_id != published["id"]:
                    reason = f"it is signed by {key_id}"
            except Exception as error:  # Whatever it is, it is the peer's refusal.
                reason = f"{type(error).__name__}: {error}"
            print(json.dumps({"verifier": label(peer), "accepted": not reason, "reason": reason} | message))


lines = [json.loads(line) for line in sys.stdin]
sign(lines) if sys.argv[1] == "sign" else verify(lines)
