//! A signer of its own, written from the text of the draft and not from the crate, that can also sign badly.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    Ed25519KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RsaEncoding, RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use http_sig::{Digest, SigningKey};

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
    KEY.get_or_init(|| SigningKey::generate_rsa().unwrap())
}

pub(crate) fn ed25519() -> &'static SigningKey {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    KEY.get_or_init(|| SigningKey::generate_ed25519().unwrap())
}

#[derive(Clone, Copy)]
pub(crate) enum Key {
    RsaSha256,
    RsaSha512,
    Ed25519,
}

pub(crate) struct Draft {
    pub(crate) method: &'static str,
    /// The target as it is signed, and as it is sent if `sent_target` is not set.
    pub(crate) target: String,
    pub(crate) sent_target: Option<String>,
    pub(crate) fields: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) algorithm: Option<&'static str>,
    pub(crate) created: Option<&'static str>,
    pub(crate) expires: Option<&'static str>,
    pub(crate) headers: Option<String>,
    pub(crate) key: Key,
    /// The field that carries the signature.
    pub(crate) carrier: &'static str,
}

impl Draft {
    pub(crate) fn post() -> Self {
        let body = b"{\"type\":\"Like\"}".to_vec();
        let digest = Digest::sha256(&body)
            .field_value()
            .to_str()
            .unwrap()
            .to_owned();
        Self {
            method: "POST",
            target: "/inbox".to_owned(),
            sent_target: None,
            fields: vec![
                ("host", "example.org".to_owned()),
                ("date", date(0)),
                ("digest", digest),
                ("content-type", "application/activity+json".to_owned()),
            ],
            body,
            algorithm: Some("rsa-sha256"),
            created: None,
            expires: None,
            headers: Some("(request-target) host date digest content-type".to_owned()),
            key: Key::RsaSha256,
            carrier: "signature",
        }
    }

    pub(crate) fn get(&mut self, target: &str) {
        self.method = "GET";
        self.target = target.to_owned();
        self.fields
            .retain(|(name, _)| ["host", "date"].contains(name));
        self.body.clear();
        self.cover("(request-target) host date");
    }

    pub(crate) fn cover(&mut self, names: &str) {
        self.headers = Some(names.to_owned());
    }

    pub(crate) fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.fields.retain(|(other, _)| *other != name);
        self.fields.push((name, value.into()));
    }

    /// The value of the signature field.
    pub(crate) fn signature(&self) -> String {
        let covered = self.headers.as_deref().unwrap_or("date").to_lowercase();
        let lines = covered.split_whitespace().map(|name| match name {
            "(request-target)" => format!("{name}: {} {}", self.method.to_lowercase(), self.target),
            "(created)" => format!("{name}: {}", self.created.unwrap_or_default()),
            "(expires)" => format!("{name}: {}", self.expires.unwrap_or_default()),
            _ => {
                let values = self.fields.iter().filter(|(other, _)| *other == name);
                let values: Vec<_> = values
                    .map(|(_, value)| value.trim_matches([' ', '\t']))
                    .collect();
                format!("{name}: {}", values.join(", "))
            }
        });
        let base = lines.collect::<Vec<_>>().join("\n");
        let mut parameters = vec![format!("keyId=\"{KEY_ID}\"")];
        parameters.extend(
            self.algorithm
                .map(|algorithm| format!("algorithm=\"{algorithm}\"")),
        );
        parameters.extend(self.created.map(|created| format!("created={created}")));
        parameters.extend(self.expires.map(|expires| format!("expires={expires}")));
        parameters.extend(
            self.headers
                .as_ref()
                .map(|headers| format!("headers=\"{headers}\"")),
        );
        parameters.push(format!(
            "signature=\"{}\"",
            STANDARD.encode(sign(self.key, base.as_bytes()))
        ));
        parameters.join(",")
    }

    pub(crate) fn request(self, signature: &str) -> Request<Vec<u8>> {
        let target = self.sent_target.as_ref().unwrap_or(&self.target);
        let mut request = Request::builder().method(self.method).uri(target);
        for (name, value) in &self.fields {
            request = request.header(*name, value);
        }
        request
            .header(self.carrier, signature)
            .body(self.body)
            .unwrap()
    }
}

pub(crate) fn sign(key: Key, base: &[u8]) -> Vec<u8> {
    let padding: &'static dyn RsaEncoding = match key {
        Key::Ed25519 => {
            let pair = Ed25519KeyPair::from_pkcs8(&der(ed25519())).unwrap();
            return pair.sign(base).as_ref().to_vec();
        }
        Key::RsaSha256 => &RSA_PKCS1_SHA256,
        Key::RsaSha512 => &RSA_PKCS1_SHA512,
    };
    let pair = RsaKeyPair::from_pkcs8(&der(rsa())).unwrap();
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(padding, &SystemRandom::new(), base, &mut signature)
        .unwrap();
    signature
}

pub(crate) fn der(key: &SigningKey) -> Vec<u8> {
    let pem = key.to_pem().unwrap();
    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(base64).unwrap()
}
