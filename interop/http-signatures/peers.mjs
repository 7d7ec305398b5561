// Implementations of HTTP signatures from npm. Run by ../http-signatures.sh.
//
//   node peers.mjs sign   < requests.jsonl   each message signed by every peer that can
//   node peers.mjs verify < messages.jsonl   each message with the verdict of every peer that can judge it
//
// The packages are looked for in the current folder. What they do is theirs; what stands here is what their documentation
// tells a server to do, and no more.
import { createHash, createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const require = createRequire(`${process.cwd()}/`);
const load = async (name) => import(pathToFileURL(require.resolve(name)));
const version = (name) => require(`${process.cwd()}/node_modules/${name}/package.json`).version;

const sig = await load("@fedify/fedify/sig");
const vocabRuntime = await load("@fedify/vocab-runtime");
const misskey = await load("@misskey-dev/node-http-message-signatures");
const messageSignatures = require("http-message-signatures");
const peertube = require("@peertube/http-signature");
const activitypub = await load("activitypub-http-signatures");

const draft = "draft-cavage-12";
const rfc9421 = "RFC 9421";
const rsa = "rsa-v1_5-sha256";
const hmac = "hmac-sha256";

const fedifySpec = { [draft]: "draft-cavage-http-signatures-12", [rfc9421]: "rfc9421" };
const fedify = {
  name: "@fedify/fedify",
  signs: { [draft]: [rsa], [rfc9421]: [rsa] },
  verifies: { [draft]: [rsa], [rfc9421]: [rsa, "ed25519"] },
  special: ["challenge"],
  async sign({ request, challenge, standard, algorithm, key }) {
    const privateKey = await sig.importJwk(
      { ...key.private.export({ format: "jwk" }), alg: "RS256" },
      "private",
    );
    const options = { spec: fedifySpec[standard] };
    if (challenge) {
      const asked = sig.validateAcceptSignature(sig.parseAcceptSignature(challenge));
      options.rfc9421 = sig.fulfillAcceptSignature(asked[0], key.id, algorithm);
    }
    const signed = await sig.signRequest(asFetch(request), privateKey, new URL(key.id), options);
    request.headers = [...signed.headers];
  },
  async verify({ request, challenge, standard, key }) {
    if (challenge) {
      // What Fedify's own inbox does with the nonces that it gave out.
      const [{ label, parameters }] = sig.parseAcceptSignature(challenge);
      const input = new Headers(request.headers).get("signature-input");
      if (!input.startsWith(`${label}=`) || !input.includes(`;nonce="${parameters.nonce}"`)) {
        throw new Error("the challenge is not answered");
      }
    }
    const document = {
      "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
      id: key.id,
      type: "CryptographicKey",
      owner: new URL("#", key.id).href,
      publicKeyPem: key.pem,
    };
    if (key.multikey != null) {
      const fromMultikey = await vocabRuntime.importMultibaseKey(key.multikey);
      const fromPem = await vocabRuntime.importSpki(key.pem);
      if ((await vocabRuntime.exportSpki(fromMultikey)) !== (await vocabRuntime.exportSpki(fromPem))) {
        throw new Error("the Multikey is not the key of the PEM text");
      }
    }
    const outcome = await sig.verifyRequestDetailed(asFetch(request), {
      spec: fedifySpec[standard],
      documentLoader: async (url) => ({ contextUrl: null, documentUrl: url, document }),
      contextLoader: vocabRuntime.getDocumentLoader(),
    });
    if (!outcome.verified) throw new Error(outcome.reason.type);
    return outcome.key.id.href;
  },
  multikey: async (key) => vocabRuntime.exportMultibaseKey(await vocabRuntime.importSpki(key.pem)),
};

/** It leaves the digest to the caller, so a server that uses it compares the digest by other means. */
const httpMessageSignatures = {
  name: "http-message-signatures",
  signs: {
    [draft]: [rsa, hmac],
    [rfc9421]: [rsa, "rsa-pss-sha512", "ed25519", "ecdsa-p256-sha256", "ecdsa-p384-sha384", hmac],
  },
  special: ["response", "cover"],
  async sign({ request, response, cover, standard, algorithm, key }) {
    const signer = messageSignatures.createSigner(key.secret ?? key.private, algorithm, key.id);
    const message = response ?? request;
    addFields(message, standard, request, response);
    const digest = ["digest", "content-digest"].filter((name) => has(message, name));
    if (standard === draft) {
      const fields = ["@request-target", "host", "date", ...digest];
      const config = { key: signer, fields, params: ["keyid", "alg"] };
      message.headers = pairs((await messageSignatures.cavage.signMessage(config, asObject(request))).headers);
    } else {
      const target = response ? ["@status", '"@method";req', '"@target-uri";req'] : ["@method", "@target-uri"];
      const config = { key: signer, fields: [...target, ...digest, ...(cover ?? [])] };
      const messages = response ? [asObject(response), asObject(request)] : [asObject(request)];
      message.headers = pairs((await messageSignatures.httpbis.signMessage(config, ...messages)).headers);
    }
  },
  async verify({ request, response, standard, key }) {
    let keyId;
    const keyLookup = async ({ keyid, alg }) => {
      keyId = keyid;
      const checked = key.secret ?? createPublicKey(key.pem);
      return { id: keyid, algs: [alg], verify: messageSignatures.createVerifier(checked, alg) };
    };
    const library = standard === draft ? messageSignatures.cavage : messageSignatures.httpbis;
    const messages = response ? [asObject(response), asObject(request)] : [asObject(request)];
    if ((await library.verifyMessage({ keyLookup }, ...messages)) !== true) throw new Error("it is not verified");
    return keyId;
  },
};

const misskeyLibrary = {
  name: "@misskey-dev/node-http-message-signatures",
  signs: { [draft]: [rsa, "ed25519"] },
  async sign({ request, key }) {
    addFields(request, draft, request);
    const asked = { ...asObject(request), body: request.body };
    const fields = ["(request-target)", "date", "host", ...(has(request, "digest") ? ["digest"] : [])];
    const pem = key.private.export({ type: "pkcs8", format: "pem" });
    await misskey.signAsDraftToRequest(asked, { keyId: key.id, privateKeyPem: pem }, fields);
    request.headers = pairs(asked.headers);
  },
  async verify({ request, key }) {
    const received = { ...asObject(request), url: target(request) };
    if (request.body !== "" || has(request, "digest")) {
      if ((await misskey.verifyDigestHeader(received, request.body, true)) !== true) throw new Error("the digest differs");
    }
    const required = ["(request-target)", "host", "date", ...(request.method === "GET" ? [] : ["digest"])];
    const parsed = misskey.parseRequestSignature(received, { requiredComponents: { draft: required } });
    let reason = "it is not verified";
    if (!(await misskey.verifyDraftSignature(parsed.value, key.pem, (error) => (reason = String(error))))) {
      throw new Error(reason);
    }
    return parsed.value.keyId;
  },
};

/** The library of PeerTube, and of Misskey before it had its own. It leaves the digest to the caller. */
const peertubeLibrary = {
  name: "@peertube/http-signature",
  signs: { [draft]: [rsa, "ed25519", hmac] },
  async sign({ request, key }) {
    addFields(request, draft, request);
    const headers = new Map(request.headers);
    const outgoing = {
      method: request.method,
      path: target(request),
      getHeader: (name) => headers.get(name.toLowerCase()),
      setHeader: (name, value) => headers.set(name.toLowerCase(), value),
    };
    peertube.signRequest(outgoing, {
      authorizationHeaderName: "Signature",
      key: key.secret ?? key.private.export({ type: "pkcs8", format: "pem" }),
      algorithm: key.secret && hmac,
      keyId: key.id,
      headers: ["(request-target)", "host", "date", ...(headers.has("digest") ? ["digest"] : [])],
    });
    request.headers = [...headers];
  },
  async verify({ request, key }) {
    const received = { ...asObject(request), url: target(request) };
    const parsed = peertube.parseRequest(received, { headers: ["(request-target)", "host", "date"] });
    const right = key.secret ? peertube.verifyHMAC(parsed, key.secret) : peertube.verifySignature(parsed, key.pem);
    if (!right) throw new Error("it is not verified");
    return parsed.keyId;
  },
};

/** It leaves the digest to the caller. */
const activitypubHttpSignatures = {
  name: "activitypub-http-signatures",
  signs: { [draft]: [rsa] },
  async sign({ request, key }) {
    addFields(request, draft, request);
    const privateKey = key.private.export({ type: "pkcs8", format: "pem" });
    const signer = new activitypub.Sha256Signer({ publicKeyId: key.id, privateKey });
    request.headers = pairs(signer.generateHeaders(asObject(request)));
  },
  async verify({ request, key }) {
    const parsed = activitypub.default.parse({ ...asObject(request), url: target(request) });
    if (!parsed?.verify(key.pem)) throw new Error("it is not verified");
    return parsed.keyId;
  },
};

const peers = [fedify, httpMessageSignatures, misskeyLibrary, peertubeLibrary, activitypubHttpSignatures];
for (const peer of peers) {
  peer.label = `${peer.name} ${version(peer.name)} (npm)`;
  peer.verifies ??= peer.signs;
}

const generate = {
  [rsa]: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  "rsa-pss-sha512": () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  ed25519: () => generateKeyPairSync("ed25519"),
  "ecdsa-p256-sha256": () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  "ecdsa-p384-sha384": () => generateKeyPairSync("ec", { namedCurve: "P-384" }),
};

async function newKey(peer, algorithm) {
  const id = `https://peer.example/${encodeURIComponent(peer.name)}#${algorithm}`;
  if (algorithm === hmac) return { id, secret: randomBytes(32).toString("hex") };
  const { privateKey, publicKey } = generate[algorithm]();
  const key = {
    id,
    pem: publicKey.export({ type: "spki", format: "pem" }),
    private: privateKey,
  };
  if (peer.multikey) key.multikey = await peer.multikey(key);
  return key;
}

async function sign(requests) {
  for (const peer of peers) {
    for (const [standard, algorithms] of Object.entries(peer.signs)) {
      for (const algorithm of algorithms) {
        const key = await newKey(peer, algorithm);
        for (const request of requests) {
          if (!suits(peer, standard, request)) continue;
          const message = { ...structuredClone(request), signer: peer.label, standard, algorithm, key };
          await peer.sign(message);
          const { private: _, ...published } = key;
          write({ ...message, key: published });
        }
      }
    }
  }
}

async function verify(messages) {
  for (const message of messages) {
    for (const peer of peers) {
      const { standard, algorithm } = message;
      if (!peer.verifies[standard]?.includes(algorithm) || !suits(peer, standard, message)) continue;
      let reason = "";
      try {
        const keyId = await peer.verify(structuredClone(message));
        if (keyId !== message.key.id) reason = `it is signed by ${keyId}`;
      } catch (error) {
        reason = String(error);
      }
      write({ verifier: peer.label, accepted: reason === "", reason, ...message });
    }
  }
}

/** Whether the peer can do what is special in a message. */
function suits(peer, standard, message) {
  const special = ["response", "cover", "challenge"].filter((name) => name in message);
  return special.every((name) => standard === rfc9421 && peer.special?.includes(name));
}

/** The fields that Fedify sets itself, and other senders before they sign. */
function addFields(message, standard, request, response) {
  const digest = createHash("sha256").update(message.body).digest("base64");
  if (!response) message.headers.push(["host", new URL(request.url).host], ["date", new Date().toUTCString()]);
  if (!response && request.method === "GET") return;
  if (standard === draft) message.headers.push(["digest", `SHA-256=${digest}`]);
  else message.headers.push(["content-digest", `sha-256=:${digest}:`]);
}

function asFetch({ method, url, headers, body }) {
  return new Request(url, { method, headers, body: method === "GET" ? undefined : body });
}

function asObject({ headers, ...rest }) {
  return { ...rest, headers: Object.fromEntries(headers) };
}

function pairs(headers) {
  return Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
}

function has(message, name) {
  return message.headers.some(([field]) => field === name);
}

function target(request) {
  const { pathname, search } = new URL(request.url);
  return pathname + search;
}

function write(message) {
  console.log(JSON.stringify(message));
}

const lines = [];
for await (const line of createInterface({ input: process.stdin })) lines.push(JSON.parse(line));
await (process.argv[2] === "sign" ? sign(lines) : verify(lines));
