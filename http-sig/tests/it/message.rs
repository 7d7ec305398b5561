//! A signer of its own, written from the text of RFC 9421 and not from the crate, that can also sign badly.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::attacks::sent::Sent;
use crate::attacks::value::{bytes, text};
use crate::draft::{KEY_ID, Key, sign};
pub(crate) use crate::draft::{p256, p384};

/// A delivery, changed by these steps before it is signed.
pub(crate) fn signed(steps: &Value) -> Sent {
    signed_with(steps).1
}

/// The same, and the key that signed it.
pub(crate) fn signed_with(steps: &Value) -> (Key, Sent) {
    let mut message = Message::post();
    for step in steps.as_array().unwrap() {
        message.take(step.as_array().unwrap());
    }
    (message.key.clone(), message.sign())
}

pub(crate) struct Message {
    sent: Sent,
    /// Identifiers of components, and what is signed for them.
    lines: Vec<(String, Vec<u8>)>,
    /// What follows the list of components, from the first semicolon on.
    parameters: String,
    pub(crate) key: Key,
}

impl Message {
    pub(crate) fn post() -> Self {
        let mut message = Self {
            sent: Sent::new("POST", "/inbox", "{\"type\":\"Like\"}"),
            lines: Vec::new(),
            parameters: format!(";created=1767225600;keyid=\"{KEY_ID}\""),
            key: Key::RsaSha256,
        };
        message.sent.set("host", "example.org");
        message.cover("\"@method\"", "POST");
        message.cover("\"@target-uri\"", "https://example.org/inbox");
        let digest = "sha-256=:fQLcyuiC5b53id2wfhThCI+LFjFoCGXZfRwgMiR7Fp0=:";
        message.cover_field("content-digest", digest);
        message
    }

    /// The answer to a GET of `https://example.org/users/bob?page=1`.
    pub(crate) fn response() -> Self {
        let mut message = Self {
            sent: Sent::new("", "", "{}"),
            key: Key::Ed25519,
            lines: Vec::new(),
            parameters: format!(";created=1767225600;keyid=\"{KEY_ID}\";alg=\"ed25519\""),
        };
        message.cover("\"@status\"", "200");
        let digest = "sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:";
        message.cover_field("content-digest", digest);
        message.cover_field("content-type", "application/activity+json");
        message.cover("\"@method\";req", "GET");
        message.cover(
            "\"@target-uri\";req",
            "https://example.org/users/bob?page=1",
        );
        message
    }

    /// Takes one step of a row before it signs.
    pub(crate) fn take(&mut self, step: &[Value]) {
        let (verb, arguments) = step.split_first().unwrap();
        let numbered = |text_with: &Value, n: u64| text(text_with).replace("{n}", &n.to_string());
        match (verb.as_str().unwrap(), arguments) {
            ("get", [target]) => self.get(&text(target)),
            ("cover", [identifier, value]) => self.cover(&text(identifier), bytes(value)),
            ("uncover", [identifier]) => {
                let before = self.lines.len();
                self.uncover(&text(identifier));
                assert!(self.lines.len() < before, "{identifier} is not covered");
            }
            ("uncover-all", []) => self.lines.clear(),
            ("cover-field", [name, value]) => self.cover_field(&text(name), bytes(value)),
            ("cover-fields", [count, name, value]) => {
                for n in 0..count.as_u64().unwrap() {
                    self.cover_field(&numbered(name, n), bytes(value));
                }
            }
            ("cover-numbered", [count, identifier, value]) => {
                for n in 0..count.as_u64().unwrap() {
                    self.cover(&numbered(identifier, n), bytes(value));
                }
            }
            ("in-parts", []) => {
                self.uncover("\"@target-uri\"");
                self.cover("\"@authority\"", "example.org");
                self.cover("\"@path\"", "/inbox");
                self.cover("\"@query\"", "?");
            }
            ("parameters", [parameters]) => self.parameters = text(parameters),
            ("parameter", [parameter]) => self.parameters.push_str(&text(parameter)),
            ("replace-parameter", [from, to]) => {
                assert!(self.parameters.contains(&text(from)), "{from}");
                self.parameters = self.parameters.replacen(&text(from), &text(to), 1);
            }
            ("key", [name]) => self.key = Key::parse(&text(name)),
            _ => assert!(self.sent.take(step), "no such step: {step:?}"),
        }
    }

    /// Signs, and gives the message with the signature in it.
    pub(crate) fn sign(mut self) -> Sent {
        let names: Vec<&str> = self.lines.iter().map(|(name, _)| &**name).collect();
        let parameters = format!("({}){}", names.join(" "), self.parameters);
        let lines = self.lines.iter();
        let lines = lines.map(|(name, value)| [name.as_bytes(), b": ", value, b"\n"].concat());
        let mut base: Vec<u8> = lines.flatten().collect();
        base.extend_from_slice(format!("\"@signature-params\": {parameters}").as_bytes());
        let signature = STANDARD.encode(sign(&self.key, &base));
        self.sent
            .set("signature-input", format!("sig1={parameters}"));
        self.sent.set("signature", format!("sig1=:{signature}:"));
        self.sent
    }

    fn get(&mut self, target: &str) {
        self.sent.method = "GET".to_owned();
        self.sent.target = target.to_owned();
        self.sent.body.clear();
        self.sent.fields.retain(|(name, _)| name == "host");
        self.lines.clear();
        self.cover("\"@method\"", "GET");
        self.cover("\"@target-uri\"", format!("https://example.org{target}"));
    }

    /// Covers this too, or with another value.
    fn cover(&mut self, identifier: &str, value: impl Into<Vec<u8>>) {
        self.uncover(identifier);
        self.lines.push((identifier.to_owned(), value.into()));
    }

    /// Sends this field and covers it.
    fn cover_field(&mut self, name: &str, value: impl Into<Vec<u8>>) {
        let value = value.into();
        self.sent.set(name, value.clone());
        self.cover(&format!("\"{name}\""), value);
    }

    fn uncover(&mut self, identifier: &str) {
        self.lines.retain(|(other, _)| other != identifier);
    }
}
