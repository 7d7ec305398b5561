// Implementations for Node.
//
//   node peers.mjs serve FOLDER               Fedify with https and the certificate in FOLDER; prints its port
//   node peers.mjs ask < cases.jsonl          the rows of Fedify and webfinger.js, each with what was got
//
// HOSTS, a JSON object, says on which port of 127.0.0.1 each name is. To be run inside the folder of the packages.

import dns from "node:dns";
import fs from "node:fs";
import https from "node:https";
import { createRequire, syncBuiltinESMExports } from "node:module";
import { text } from "node:stream/consumers";
import tls from "node:tls";
import { pathToFileURL } from "node:url";

// Everything that is not loopback stays as it would be on the Internet: names resolve to a public address, so that nobody's
// guard has to be switched off, and only the socket goes elsewhere.
const hosts = JSON.parse(process.env.HOSTS ?? "{}");
const PUBLIC = { address: "9.9.9.9", family: 4 };
const lookup = dns.lookup;
dns.lookup = (name, options, callback = options) => {
  if (!(name in hosts)) return lookup(name, options, callback);
  if (options?.all) return callback(null, [PUBLIC]);
  callback(null, PUBLIC.address, PUBLIC.family);
};
dns.promises.lookup = async (name, options) => {
  if (!(name in hosts)) throw new Error(`no such name: ${name}`);
  return options?.all ? [PUBLIC] : PUBLIC;
};
const connect = tls.connect;
tls.connect = (options, ...rest) => {
  const port = hosts[options.servername ?? options.host];
  return connect(port ? { ...options, host: "127.0.0.1", port } : options, ...rest);
};
syncBuiltinESMExports();

const packages = createRequire(process.cwd() + "/");
const load = (name) => import(pathToFileURL(packages.resolve(name)));
const { createFederation, getNodeInfo, MemoryKvStore } = await load("@fedify/fedify");
const { getActorHandle, isActor, lookupObject, Person } = await load("@fedify/vocab");
const { lookupWebFinger } = await load("@fedify/webfinger");
const { default: WebFinger } = await load("webfinger.js");

/// A server of alice, whose handle may be on another name than she is.
function federation(webOrigin, handleHost) {
  const origin = handleHost == null ? webOrigin : { webOrigin, handleHost };
  const federation = createFederation({ kv: new MemoryKvStore(), origin });
  federation.setNodeInfoDispatcher("/nodeinfo/2.1", () => ({
    software: { name: "fedify-peer", version: "0.1.0" },
    protocols: ["activitypub"],
    usage: { users: { total: 1 }, localPosts: 0, localComments: 0 },
  }));
  federation
    .setActorDispatcher("/users/{identifier}", (context, name) => {
      if (name !== "alice") return null;
      const inbox = context.getInboxUri(name);
      return new Person({ id: context.getActorUri(name), preferredUsername: name, name: "Alice", inbox });
    })
    .mapHandle((_, name) => (name === "alice" ? name : null));
  federation.setInboxListeners("/users/{identifier}/inbox", "/inbox");
  return federation;
}

function serve(folder) {
  const split = federation("https://fedify-actors.example", "fedify-handles.example");
  const servers = {
    "fedify.example": federation("https://fedify.example"),
    "fedify-actors.example": split,
    "fedify-handles.example": split,
  };
  const read = (name) => fs.readFileSync(`${folder}/${name}`);
  const server = https.createServer({ cert: read("certificate.pem"), key: read("key.pem") }, async (incoming, outgoing) => {
    const { host } = incoming.headers;
    const request = new Request(`https://${host}${incoming.url}`, { headers: incoming.headers });
    const response = await servers[host]?.fetch(request, { contextData: undefined });
    outgoing.writeHead(response?.status ?? 404, Object.fromEntries(response?.headers ?? []));
    outgoing.end(await response?.text());
  });
  server.listen(0, "127.0.0.1", () => console.log(server.address().port));
}

const jrd = (descriptor) =>
  descriptor && {
    subject: descriptor.subject,
    actor: descriptor.links.find((link) => link.rel === "self")?.href,
  };

const fedify = {
  webfinger: async (asked) => jrd(await lookupWebFinger(asked)),
  object: async (asked) => {
    const object = await lookupObject(asked);
    return object && { actor: object.id.href, name: object.name.toString() };
  },
  handle: async (asked) => {
    const actor = await lookupObject(asked);
    return isActor(actor) ? { handle: await getActorHandle(actor) } : null;
  },
  nodeinfo: async (asked) => {
    const info = await getNodeInfo(asked);
    return info && { software: `${info.software.name} ${info.software.version}` };
  },
};
const webfingerJs = {
  webfinger: async (asked) => {
    // It resolves names without the operating system, so its own guard would ask the real DNS.
    const client = new WebFinger({ allow_private_addresses: true });
    try {
      return jrd((await client.lookup(asked)).object);
    } catch (error) {
      if (error.status === 404) return null;
      throw error;
    }
  },
};

async function ask() {
  const peers = { Fedify: fedify, "webfinger.js": webfingerJs };
  for (const line of (await text(process.stdin)).trim().split("\n")) {
    const row = JSON.parse(line);
    const peer = peers[row.by];
    if (peer == null) continue;
    try {
      row.got = await peer[row.does](row.ask) ?? null;
    } catch (error) {
      row.got = { error: String(error.message) };
    }
    console.log(JSON.stringify(row));
  }
}

const [mode, folder] = process.argv.slice(2);
if (mode === "serve") serve(folder);
else await ask();
