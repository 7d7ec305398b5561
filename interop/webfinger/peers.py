"""Implementations for Python: answers the rows of apkit and pynodeinfo that come in, each with what was got.

HOSTS, a JSON object, says on which port of 127.0.0.1 each name is.
"""

import asyncio
import json
import os
import socket
import sys

HOSTS = json.loads(os.environ["HOSTS"])
getaddrinfo = socket.getaddrinfo


def to_loopback(host, port, *rest, **named):
    if host in HOSTS:
        host, port = "127.0.0.1", HOSTS[host]
    return getaddrinfo(host, port, *rest, **named)


socket.getaddrinfo = to_loopback

import nodeinfo  # noqa: E402
from apkit.client.asyncio import ActivityPubClient  # noqa: E402


async def webfinger(asked):
    async with ActivityPubClient() as client:
        result = await client.actor.resolve(*asked.removeprefix("@").split("@"))
    return {
        "subject": f"acct:{result.subject.username}@{result.subject.host}",
        "actor": next(link.href for link in result.links if link.rel == "self"),
    }


async def object(asked):
    async with ActivityPubClient() as client:
        actor = await client.actor.fetch(asked)
    return {"actor": actor.id, "name": actor.name}


async def software(asked):
    software = (await nodeinfo.load(asked))["software"]
    return {"software": f"{software['name']} {software['version']}"}


PEERS = {
    "apkit": {"webfinger": webfinger, "object": object},
    "pynodeinfo": {"nodeinfo": software},
}

for line in sys.stdin:
    row = json.loads(line)
    peer = PEERS.get(row["by"])
    if peer is None:
        continue
    try:
        row["got"] = asyncio.run(peer[row["does"]](row["ask"]))
    except Exception as error:  # whatever a library raises is its answer
        row["got"] = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(row))
