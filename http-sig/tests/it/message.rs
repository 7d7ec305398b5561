//! A signer of its own, written from the text of RFC 9421 and not from the crate, that can also sign badly.

use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use http_sig::{ContentDigest, DigestAlgorithm, SigningKey, VerifyingKey};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, RSA_PSS_SHA512,
    RsaKeyPair,
};

use crate::draft::{self, KEY_ID, der, ed25519, rsa};

pub(crate) fn p256() -> &'static SigningKey {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    KEY.get_or_init(|| SigningKey::generate_ecdsa_p256().unwrap())
}

pub(crate) fn p384() -> &'static SigningKey {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    KEY.get_or_init(|| SigningKey::generate_ecdsa_p384().unwrap())
}

#[derive(Clone, Copy)]
pub(crate) enum Key {
    Rsa,
    RsaPss,
    Ed25519,
    P256,
    P384,
}

impl Key {
    pub(crate) fn verifying_key(self) -> VerifyingKey {
        match self {
            Self::Rsa | Self::RsaPss => rsa(),
            Self::Ed25519 => ed25519(),
            Self::P256 => p256(),
            Self::P384 => p384(),
        }
        .verifying_key()
    }

    fn sign(self, base: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        let ecdsa = |key, algorithm| {
            let pair = EcdsaKeyPair::from_pkcs8(algorithm, &der(key)).unwrap();
            pair.sign(&random, base).unwrap().as_ref().to_vec()
        };
        match self {
            Self::Rsa => draft::sign(draft::Key::RsaSha256, base),
            Self::Ed25519 => draft::sign(draft::Key::Ed25519, base),
            Self::P256 => ecdsa(p256(), &ECDSA_P256_SHA256_FIXED_SIGNING),
            Self::P384 => ecdsa(p384(), &ECDSA_P384_SHA384_FIXED_SIGNING),
            Self::RsaPss => {
                let pair = RsaKeyPair::from_pkcs8(&der(rsa())).unwrap();
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PSS_SHA512, &random, base, &mut signature)
                    .unwrap();
                signature
            }
        }
    }
}

pub(crate) struct Message {
    pub(crate) method: &'static str,
    pub(crate) target: String,
    pub(crate) fields: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    /// Identifiers of components, and what is signed for them.
    pub(crate) lines: Vec<(String, String)>,
    /// What follows the list of components, from the first semicolon on.
    pub(crate) parameters: String,
    pub(crate) key: Key,
}

impl Message {
    pub(crate) fn post() -> Self {
        let body = b"{\"type\":\"Like\"}".to_vec();
        let digest = ContentDigest::new(DigestAlgorithm::Sha256, &body).field_value();
        let digest = digest.to_str().unwrap().to_owned();
        let mut message = Self {
            method: "POST",
            target: "/inbox".to_owned(),
            fields: vec![("host", "example.org".to_owned())],
            body,
            lines: Vec::new(),
            parameters: format!(";created=1767225600;keyid=\"{KEY_ID}\""),
            key: Key::Rsa,
        };
        message.cover("\"@method\"", "POST");
        message.cover("\"@target-uri\"", "https://example.org/inbox");
        message.cover("\"content-digest\"", &digest);
        message.fields.push(("content-digest", digest));
        message
    }

    /// Covers this too, or instead.
    pub(crate) fn cover(&mut self, identifier: &str, value: &str) {
        self.uncover(identifier);
        self.lines.push((identifier.to_owned(), value.to_owned()));
    }

    pub(crate) fn uncover(&mut self, identifier: &str) {
        self.lines.retain(|(other, _)| other != identifier);
    }

    /// A field that is sent and not signed.
    pub(crate) fn set(&mut self, name: &'static str, value: &str) {
        self.fields.retain(|(other, _)| *other != name);
        self.fields.push((name, value.to_owned()));
    }

    pub(crate) fn get(&mut self, target: &str) {
        self.method = "GET";
        self.target = target.to_owned();
        self.body.clear();
        self.fields.retain(|(name, _)| *name != "content-digest");
        self.lines.clear();
        self.cover("\"@method\"", "GET");
        self.cover("\"@target-uri\"", &format!("https://example.org{target}"));
    }

    /// The values of `Signature-Input` and `Signature`.
    pub(crate) fn signature(&self) -> (String, String) {
        let names: Vec<&str> = self.lines.iter().map(|(name, _)| &**name).collect();
        let parameters = format!("({}){}", names.join(" "), self.parameters);
        let lines = self.lines.iter();
        let base: String = lines
            .map(|(name, value)| format!("{name}: {value}\n"))
            .collect();
        let base = format!("{base}\"@signature-params\": {parameters}");
        let signature = STANDARD.encode(self.key.sign(base.as_bytes()));
        (format!("sig1={parameters}"), format!("sig1=:{signature}:"))
    }

    pub(crate) fn request(self, input: &str, signature: &str) -> Request<Vec<u8>> {
        let mut request = Request::builder().method(self.method).uri(self.target);
        for (name, value) in &self.fields {
            request = request.header(*name, value);
        }
        request
            .header("signature-input", input)
            .header("signature", signature)
            .body(self.body)
            .unwrap()
    }
}
