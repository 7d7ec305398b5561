// Implementations of push messages from npm. Run by ../push.sh.
//
//   node peers.mjs send    < subscriptions.jsonl   a message to each subscription by every peer
//   node peers.mjs receive < messages.jsonl        each message with the verdict of every peer that can judge it
//
// The packages are looked for in the current folder. What they do is theirs; what stands here is what their documentation
// tells a server to do, and no more.
import { createECDH, createPublicKey, randomBytes, verify } from "node:crypto";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(`${process.cwd()}/`);
const version = (name) => require(`${process.cwd()}/node_modules/${name}/package.json`).version;
const webPush = require("web-push");
const ece = require("http_ece");

const subject = "mailto:admin@mastodon.example";
const decoded = (text) => Buffer.from(text, "base64url");
const encoded = (data) => Buffer.from(data).toString("base64url");

// Sends as the package does.
const sendWebPush = (message) => {
  const keys = webPush.generateVAPIDKeys();
  const details = webPush.generateRequestDetails(
    { endpoint: message.endpoint, keys: { p256dh: message.p256dh, auth: message.auth } },
    message.text,
    { vapidDetails: { subject, ...keys }, contentEncoding: message.encoding, urgency: "high", topic: "interop" },
  );
  return { serverKey: keys.publicKey, headers: details.headers, body: details.body };
};

// Encrypts by hand, in small records with padding, and signs as web-push does.
const sendEce = (message) => {
  const keys = webPush.generateVAPIDKeys();
  const once = createECDH("prime256v1");
  once.generateKeys();
  const salt = randomBytes(16);
  const body = ece.encrypt(Buffer.from(message.text), {
    version: message.encoding,
    salt: encoded(salt),
    privateKey: once,
    dh: message.p256dh,
    authSecret: message.auth,
    rs: 50,
    pad: 30,
  });
  const signed = webPush.getVapidHeaders(
    new URL(message.endpoint).origin, subject, keys.publicKey, keys.privateKey, message.encoding,
  );
  const headers = { "content-encoding": message.encoding, ...signed };
  if (message.encoding === "aesgcm") {
    headers.Encryption = `salt=${encoded(salt)};rs=50`;
    headers["Crypto-Key"] = `dh=${encoded(once.getPublicKey())};${signed["Crypto-Key"]}`;
  }
  return { serverKey: keys.publicKey, headers, body };
};

const receive = (message) => {
  const [scheme, value] = message.headers.authorization.split(" ", 2);
  const token = scheme === "vapid" ? value.split(",")[0].replace("t=", "") : value;
  const [header, claims, signature] = token.split(".");
  const point = decoded(message.server_key);
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map(encoded);
  const key = createPublicKey({ key: { kty: "EC", crv: "P-256", x, y }, format: "jwk" });
  const isRight = verify("sha256", `${header}.${claims}`, { key, dsaEncoding: "ieee-p1363" }, decoded(signature));
  if (!isRight) throw new Error("the signature is wrong");
  const privateKey = createECDH("prime256v1");
  privateKey.setPrivateKey(decoded(message.private_key));
  const parameters = { version: message.encoding, privateKey, authSecret: message.auth };
  if (message.encoding === "aesgcm") {
    for (const name of ["encryption", "crypto-key"]) {
      for (const pair of message.headers[name].split(";")) {
        const [key, value] = pair.split("=");
        if (["salt", "rs", "dh"].includes(key)) parameters[key] = key === "rs" ? Number(value) : value;
      }
    }
  }
  const text = ece.decrypt(decoded(message.body), parameters).toString();
  if (text !== message.text) throw new Error("it says something else");
};

const peers = [
  { name: `web-push ${version("web-push")}`, send: sendWebPush },
  { name: `http_ece ${version("http_ece")}`, send: sendEce, receive },
];
for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  for (const peer of peers) {
    let said;
    if (process.argv[2] === "send") {
      const { serverKey, headers, body } = peer.send(message);
      const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
      said = { sender: peer.name, server_key: serverKey, headers: Object.fromEntries(named), body: encoded(body) };
    } else if (peer.receive) {
      let reason = "";
      try {
        peer.receive(message);
      } catch (error) {
        reason = String(error);
      }
      said = { receiver: peer.name, accepted: reason === "", reason };
    } else continue;
    console.log(JSON.stringify({ ...message, ...said }));
  }
}
