"""Prints the answers in the recordings of Mastodon.py (cassettes of vcrpy), one JSON object a line.

    python3 answers.py FOLDER > answers.jsonl

FOLDER has the folders of cassettes. The body of an answer is in Base64, as it came: perhaps compressed.
"""

import base64
import json
import pathlib
import sys
from urllib.parse import urlsplit

import yaml

loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

for path in sorted(pathlib.Path(sys.argv[1]).glob("cassettes*/**/*.yaml")):
    with open(path, encoding="utf-8") as file:
        cassette = yaml.load(file, Loader=loader)
    # Those of WebSockets have connections.
    for interaction in cassette.get("interactions", []):
        request, response = interaction["request"], interaction["response"]
        url = urlsplit(request["uri"])
        body = response["body"]["string"]
        if isinstance(body, str):
            body = body.encode()
        answer = {
            "cassette": f"{path.parent.name}/{path.stem}",
            "method": request["method"],
            "path": url.path,
            "query": url.query,
            "status": response["status"]["code"],
            "headers": [[name, value] for name, values in response["headers"].items() for value in values],
            "body": base64.b64encode(body).decode(),
        }
        print(json.dumps(answer))
