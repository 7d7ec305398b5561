//! A signer of its own, written from the text of the draft and not from the crate, that can also sign badly; and the keys
//! of all tests.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
};
use aws_lc_rs::{digest, hmac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_sig::{SigningKey, VerifyingKey};
use rsa::BigUint;
use rsa::pkcs8::DecodePrivateKey;
use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use serde_json::Value;

use crate::attacks::sent::Sent;
use crate::attacks::value::{bytes, from_hex, optional, text};

pub(crate) const KEY_ID: &str = "https://sender.example/users/alice#main-key";

/// Thursday, 1 January 2026.
pub(crate) fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_767_225_600)
}

pub(crate) fn date(seconds_from_now: i64) -> String {
    let offset = Duration::from_secs(seconds_from_now.unsigned_abs());
    httpdate::fmt_http_date(if seconds_from_now < 0 {
        now() - offset
    } else {
        now() + offset
    })
}

pub(crate) fn rsa() -> &'static SigningKey {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    read(&KEY, include_str!("../keys/rsa.pem"))
}

pub(crate) fn other_rsa() -> &'static SigningKey {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    read(&KEY, include_str!("../keys/other-rsa.pem"))
}

pub(crate) fn ed25519() -> &'static SigningKey {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    read(&KEY, include_str!("../keys/ed25519.pem"))
}

pub(crate) fn p256() -> &'static SigningKey {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    read(&KEY, include_str!("../keys/p256.pem"))
}

pub(crate) fn p384() -> &'static SigningKey {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    read(&KEY, include_str!("../keys/p384.pem"))
}

pub(crate) fn named(key: &str) -> &'static SigningKey {
    match key {
        "rsa" => rsa(),
        "other-rsa" => other_rsa(),
        "ed25519" => ed25519(),
        "p256" => p256(),
        "p384" => p384(),
        _ => panic!("no such key: {key}"),
    }
}

/// A key as it is published.
pub(crate) fn public(name: &str) -> VerifyingKey {
    if name != "rsa-pss-only" {
        return named(name).verifying_key();
    }
    // RFC 4055, section 1.2: the key of `rsa`, with another algorithm in front.
    let spki = rsa().verifying_key().to_der();
    let pkcs1 = &spki[24..];
    let bits = u16::try_from(pkcs1.len() + 1).unwrap().to_be_bytes();
    let algorithm = from_hex("300b06092a864886f70d01010a");
    let content = [&algorithm, &[3, 0x82][..], &bits, &[0], pkcs1].concat();
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let der = [&[0x30, 0x82][..], &length, &content].concat();
    VerifyingKey::from_der(&der).unwrap()
}

fn read(place: &'static OnceLock<SigningKey>, pem: &str) -> &'static SigningKey {
    place.get_or_init(|| SigningKey::from_pem(pem).unwrap())
}

/// A key and how it signs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Key {
    RsaSha256,
    RsaSha512,
    RsaPssSha512,
    Ed25519,
    P256,
    P384,
    /// HMAC-SHA256, keyed with the PEM that stands in the actor.
    Hmac,
    /// The RSA operation on a block that is written out: hexadecimal, `ff…` for as much padding as it takes, `hash` for the
    /// SHA-256 of the base and `sha256` for the same with its prefix.
    RsaBlock(String),
}

impl Key {
    pub(crate) fn parse(name: &str) -> Self {
        match name {
            "rsa-sha256" => Self::RsaSha256,
            "rsa-sha512" => Self::RsaSha512,
            "rsa-pss-sha512" => Self::RsaPssSha512,
            "ed25519" => Self::Ed25519,
            "p256" => Self::P256,
            "p384" => Self::P384,
            "hmac" => Self::Hmac,
            _ => match name.strip_prefix("rsa-block: ") {
                Some(block) => Self::RsaBlock(block.to_owned()),
                None => panic!("no such key: {name}"),
            },
        }
    }

    /// The key that is published.
    pub(crate) fn verifying_key(&self) -> VerifyingKey {
        let key = match self {
            Self::Ed25519 => ed25519(),
            Self::P256 => p256(),
            Self::P384 => p384(),
            _ => rsa(),
        };
        key.verifying_key()
    }
}

/// A delivery, changed by these steps before it is signed.
pub(crate) fn signed(steps: &Value) -> Sent {
    signed_with(steps).1
}

/// The same, and the key that signed it.
pub(crate) fn signed_with(steps: &Value) -> (Key, Sent) {
    let mut draft = Draft::post();
    for step in steps.as_array().unwrap() {
        draft.take(step.as_array().unwrap());
    }
    (draft.key.clone(), draft.sign())
}

pub(crate) struct Draft {
    sent: Sent,
    /// The target as it is signed, if it is sent otherwise.
    signed_target: Option<String>,
    algorithm: Option<String>,
    created: Option<String>,
    expires: Option<String>,
    headers: Option<String>,
    pub(crate) key: Key,
    /// The field that carries the signature.
    carrier: String,
}

impl Draft {
    pub(crate) fn post() -> Self {
        let mut sent = Sent::new("POST", "/inbox", "{\"type\":\"Like\"}");
        sent.set("host", "example.org");
        sent.set("date", "Thu, 01 Jan 2026 00:00:00 GMT");
        sent.set(
            "digest",
            "SHA-256=fQLcyuiC5b53id2wfhThCI+LFjFoCGXZfRwgMiR7Fp0=",
        );
        sent.set("content-type", "application/activity+json");
        Self {
            sent,
            signed_target: None,
            algorithm: Some("rsa-sha256".to_owned()),
            created: None,
            expires: None,
            headers: Some("(request-target) host date digest content-type".to_owned()),
            key: Key::RsaSha256,
            carrier: "signature".to_owned(),
        }
    }

    /// Takes one step of a row before it signs.
    pub(crate) fn take(&mut self, step: &[Value]) {
        let (verb, arguments) = step.split_first().unwrap();
        match (verb.as_str().unwrap(), arguments) {
            ("get", [target]) => {
                self.sent.method = "GET".to_owned();
                self.sent.target = text(target);
                self.sent.body.clear();
                let kept = |name: &str| ["host", "date"].contains(&name);
                self.sent.fields.retain(|(name, _)| kept(name));
                self.headers = Some("(request-target) host date".to_owned());
            }
            ("cover", [names]) => self.headers = optional(names),
            ("algorithm", [name]) => self.algorithm = optional(name),
            ("created", [created]) => self.created = optional(created),
            ("expires", [expires]) => self.expires = optional(expires),
            // `(created)` and perhaps `(expires)` in place of a date.
            ("timed", [created, expires]) => {
                self.algorithm = Some("hs2019".to_owned());
                (self.created, self.expires) = (optional(created), optional(expires));
                let expires = if expires.is_null() { "" } else { " (expires)" };
                self.headers = Some(format!("(request-target) (created){expires} host digest"));
            }
            ("key", [name]) => self.key = Key::parse(&text(name)),
            ("carrier", [name]) => self.carrier = text(name),
            ("signed-target", [target]) => self.signed_target = Some(text(target)),
            ("numbered", [count, name, value]) => {
                for n in 0..count.as_u64().unwrap() {
                    let name = text(name).replace("{n}", &n.to_string());
                    self.sent.set(&name, bytes(value));
                }
            }
            _ => assert!(self.sent.take(step), "no such step: {step:?}"),
        }
    }

    /// Signs, and gives the message with the signature in it.
    pub(crate) fn sign(mut self) -> Sent {
        let covered = self.headers.as_deref().unwrap_or("date").to_lowercase();
        let target = self.signed_target.as_ref().unwrap_or(&self.sent.target);
        let lines = covered.split_whitespace().map(|name| {
            let value = match name {
                "(request-target)" => {
                    format!("{} {target}", self.sent.method.to_lowercase()).into_bytes()
                }
                "(created)" => self.created.clone().unwrap_or_default().into_bytes(),
                "(expires)" => self.expires.clone().unwrap_or_default().into_bytes(),
                _ => self.sent.joined(name),
            };
            [name.as_bytes(), b": ", &value].concat()
        });
        let base = lines.collect::<Vec<_>>().join(&b'\n');
        let mut parameters = vec![format!("keyId=\"{KEY_ID}\"")];
        let quoted = |name: &str, value: &Option<String>| {
            value.as_ref().map(|value| format!("{name}=\"{value}\""))
        };
        parameters.extend(quoted("algorithm", &self.algorithm));
        for (name, value) in [("created", &self.created), ("expires", &self.expires)] {
            parameters.extend(value.as_ref().map(|value| format!("{name}={value}")));
        }
        parameters.extend(quoted("headers", &self.headers));
        let signature = STANDARD.encode(sign(&self.key, &base));
        parameters.push(format!("signature=\"{signature}\""));
        self.sent.set(&self.carrier, parameters.join(","));
        self.sent
    }
}

pub(crate) fn sign(key: &Key, base: &[u8]) -> Vec<u8> {
    let random = SystemRandom::new();
    let rsa_signature = |padding: &'static dyn RsaEncoding| {
        let pair = RsaKeyPair::from_pkcs8(&der(rsa())).unwrap();
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(padding, &random, base, &mut signature).unwrap();
        signature
    };
    let ecdsa = |key, algorithm| {
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, &der(key)).unwrap();
        pair.sign(&random, base).unwrap().as_ref().to_vec()
    };
    match key {
        Key::RsaSha256 => rsa_signature(&RSA_PKCS1_SHA256),
        Key::RsaSha512 => rsa_signature(&RSA_PKCS1_SHA512),
        Key::RsaPssSha512 => rsa_signature(&RSA_PSS_SHA512),
        Key::Ed25519 => {
            let pair = Ed25519KeyPair::from_pkcs8(&der(ed25519())).unwrap();
            pair.sign(base).as_ref().to_vec()
        }
        Key::P256 => ecdsa(p256(), &ECDSA_P256_SHA256_FIXED_SIGNING),
        Key::P384 => ecdsa(p384(), &ECDSA_P384_SHA384_FIXED_SIGNING),
        Key::Hmac => {
            let pem = rsa().verifying_key().to_pem();
            let key = hmac::Key::new(hmac::HMAC_SHA256, pem.as_bytes());
            hmac::sign(&key, base).as_ref().to_vec()
        }
        Key::RsaBlock(block) => rsa_operation(&written_out(block, base)),
    }
}

fn written_out(block: &str, base: &[u8]) -> Vec<u8> {
    const PREFIX: &str = "3031300d060960864801650304020105000420";
    let hash = digest::digest(&digest::SHA256, base).as_ref().to_vec();
    let parts = block.split_whitespace().map(|part| match part {
        "hash" => hash.clone(),
        "sha256" => [from_hex(PREFIX), hash.clone()].concat(),
        "ff…" => Vec::new(),
        hex => from_hex(hex),
    });
    let mut parts: Vec<Vec<u8>> = parts.collect();
    let padding = 256 - parts.iter().map(Vec::len).sum::<usize>();
    let place = block.split_whitespace().position(|part| part == "ff…");
    parts[place.unwrap()] = vec![0xff; padding];
    parts.concat()
}

/// The block to the power of the private exponent.
fn rsa_operation(block: &[u8]) -> Vec<u8> {
    let key = rsa::RsaPrivateKey::from_pkcs8_der(&der(rsa())).unwrap();
    let number = BigUint::from_bytes_be(block).modpow(key.d(), key.n());
    let number = number.to_bytes_be();
    [vec![0; 256 - number.len()], number].concat()
}

pub(crate) fn der(key: &SigningKey) -> Vec<u8> {
    let pem = key.to_pem().unwrap();
    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(base64).unwrap()
}
