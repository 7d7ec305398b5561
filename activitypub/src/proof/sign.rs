//! Object integrity proofs: making.

use chrono::{DateTime, SecondsFormat, Utc};

use super::canonical::{Canonical, root};
use super::integrity::{as_text, elements, hash_data, is_linked_data_signature, member, sha256};
use super::{DATA_INTEGRITY_V2, EDDSA_JCS_2022};
use crate::error::ReadError;
use crate::id::Id;
use crate::json::{Node, Tape, write_string};
use crate::limits::Limits;

/// What a proof says of itself, all of it signed.
#[derive(Clone, Debug)]
pub struct Options {
    verification_method: Id,
    created: DateTime<Utc>,
    expires: Option<DateTime<Utc>>,
    domain: Option<String>,
    challenge: Option<String>,
}

impl Options {
    /// A proof made now with the key of this id, which readers look for in `assertionMethod` of the actor.
    #[must_use]
    pub fn new(verification_method: impl Into<Id>, now: DateTime<Utc>) -> Self {
        Self {
            verification_method: verification_method.into(),
            created: now,
            expires: None,
            domain: None,
            challenge: None,
        }
    }

    /// From when on it does not count any more; never unless told otherwise.
    #[must_use]
    pub fn expires(mut self, expires: DateTime<Utc>) -> Self {
        self.expires = Some(expires);
        self
    }

    /// The domain for which it is made.
    #[must_use]
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// The challenge that it answers.
    #[must_use]
    pub fn challenge(mut self, challenge: impl Into<String>) -> Self {
        self.challenge = Some(challenge.into());
        self
    }

    /// The proof without its value, as JSON.
    fn to_members(&self, context: Option<&str>) -> Members {
        let time = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        let mut out = Members::new();
        if let Some(context) = context {
            out.push("@context", context);
        }
        out.push_text("type", "DataIntegrityProof");
        out.push_text("cryptosuite", EDDSA_JCS_2022);
        out.push_text("verificationMethod", self.verification_method.as_str());
        out.push_text("proofPurpose", "assertionMethod");
        out.push_text("created", &time(self.created));
        if let Some(expires) = self.expires {
            out.push_text("expires", &time(expires));
        }
        if let Some(domain) = &self.domain {
            out.push_text("domain", domain);
        }
        if let Some(challenge) = &self.challenge {
            out.push_text("challenge", challenge);
        }
        out
    }
}

/// A document that waits for its signature.
#[derive(Clone, Debug)]
pub struct ToSign {
    /// The document without its proofs.
    document: Members,
    /// The proofs that it had.
    proofs: Vec<String>,
    /// The new proof without its value.
    options: Members,
    bytes: [u8; 64],
}

impl ToSign {
    /// Prepares a document, as text that a family writes or that came from elsewhere, within the default [`Limits`].
    ///
    /// Proofs that it has stay beside the new one. Its `@context`, if it has one, gets [`DATA_INTEGRITY_V2`] at the end unless a context
    /// stands there that defines `proof`. A Linked Data Signature is taken out: it would cover the document without the proof,
    /// and has to be made after it.
    ///
    /// # Errors
    /// As [`canonical_json`](super::canonical_json).
    pub fn new(document: &[u8], options: &Options) -> Result<Self, ReadError> {
        let tape = Tape::document(document, &Limits::default())?;
        let root = root(&tape)?;
        let context = member(root, "@context").map(with_data_integrity);
        let mut unsigned = Members::new();
        for (name, value) in root.members() {
            match &*name {
                "proof" => {}
                "signature" if is_linked_data_signature(value) => {}
                "@context" => unsigned.push(&name, context.as_deref().unwrap_or(value.raw())),
                _ => unsigned.push(&name, value.raw()),
            }
        }
        let options = options.to_members(context.as_deref());
        let bytes = hash_data(
            &hash(&options.clone().end()),
            &hash(&unsigned.clone().end()),
        );
        let proofs = elements(member(root, "proof")).map(|proof| proof.raw().to_owned());
        Ok(Self {
            proofs: proofs.collect(),
            document: unsigned,
            options,
            bytes,
        })
    }

    /// What has to be signed, with Ed25519.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 64] {
        &self.bytes
    }

    /// The document with its proof, as JSON text to be sent as it is.
    #[must_use]
    pub fn finish(mut self, signature: &[u8; 64]) -> String {
        self.options.push_text(
            "proofValue",
            &format!("z{}", bs58::encode(signature).into_string()),
        );
        let mut proofs = self.proofs;
        proofs.push(self.options.end());
        match proofs.as_slice() {
            [proof] => self.document.push("proof", proof),
            proofs => self
                .document
                .push("proof", &format!("[{}]", proofs.join(","))),
        }
        self.document.end()
    }
}

/// An object that is being written.
#[derive(Clone, Debug)]
pub(super) struct Members(String);

impl Members {
    pub(super) fn new() -> Self {
        Self("{".to_owned())
    }

    pub(super) fn push(&mut self, name: &str, value: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        write_string(name, &mut self.0);
        self.0.push(':');
        self.0.push_str(value);
    }

    pub(super) fn push_text(&mut self, name: &str, value: &str) {
        let mut text = String::with_capacity(value.len() + 2);
        write_string(value, &mut text);
        self.push(name, &text);
    }

    pub(super) fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

fn with_data_integrity(context: Node<'_, '_>) -> String {
    let defined = elements(Some(context))
        .filter_map(as_text)
        .any(|url| DEFINE_PROOF.contains(&url.as_str()));
    if defined {
        return context.raw().to_owned();
    }
    let mut all: Vec<String> = elements(Some(context))
        .map(|node| node.raw().to_owned())
        .collect();
    all.push(format!("\"{DATA_INTEGRITY_V2}\""));
    format!("[{}]", all.join(","))
}

/// The hash of text that was checked before, or written here.
fn hash(text: &str) -> [u8; 32] {
    let tape = Tape::kept(text);
    let root = tape.as_ref().and_then(Tape::root);
    root.map_or([0; 32], |root| sha256(&Canonical(root)))
}

/// The contexts that define `proof`.
const DEFINE_PROOF: [&str; 4] = [
    DATA_INTEGRITY_V2,
    "https://w3id.org/security/data-integrity/v1",
    "https://www.w3.org/ns/credentials/v2",
    "https://w3id.org/security/v2",
];
