"""Prints what the recordings of Mastodon.py hold (cassettes of vcrpy, and its own of WebSockets), one JSON object a line.

    python3 recordings.py FOLDER > recordings.jsonl

FOLDER has the folders of cassettes. An object is an `answer` or a `websocket`. The body of an answer is in Base64, as it came:
perhaps compressed. The messages of a WebSocket are the JSON that was `sent` or `received`.
"""

import base64
import json
import pathlib
import sys
from urllib.parse import urlsplit

import yaml

loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def answer(cassette, interaction):
    request, response = interaction["request"], interaction["response"]
    url = urlsplit(request["uri"])
    body = response["body"]["string"]
    if isinstance(body, str):
        body = body.encode()
    return {
        "cassette": cassette,
        "method": request["method"],
        "path": url.path,
        "query": url.query,
        "status": response["status"]["code"],
        "headers": [[name, value] for name, values in response["headers"].items() for value in values],
        "body": base64.b64encode(body).decode(),
    }


def websocket(cassette, connection):
    names = {"send": "sent", "receive": "received"}
    messages = [
        {names[direction]: json.dumps(message)}
        for interaction in connection["interactions"]
        for direction, message in interaction.items()
    ]
    return {"cassette": cassette, "messages": messages}


for path in sorted(pathlib.Path(sys.argv[1]).glob("cassettes*/**/*.yaml")):
    with open(path, encoding="utf-8") as file:
        recorded = yaml.load(file, Loader=loader)
    cassette = f"{path.parent.name}/{path.stem}"
    for interaction in recorded.get("interactions", []):
        print(json.dumps({"answer": answer(cassette, interaction)}))
    for connection in recorded.get("connections", []):
        print(json.dumps({"websocket": websocket(cassette, connection)}))
