//! Proofs of who made a document: canonical JSON (RFC 8785) and object integrity proofs (FEP-8b32, `eddsa-jcs-2022`).
//!
//! A signed HTTP request says who delivered a document, a proof says who made it, whoever hands it on. This module makes the bytes that
//! are signed and judges all of a proof but the signature itself: keys, Ed25519 and the fetching of keys are the caller's.
//!
//! **Signing** takes two steps, so that the key may be kept elsewhere:
//!
//! ```
//! use activitypub::proof::{Options, ToSign};
//! use chrono::{DateTime, Utc};
//! use ed25519_dalek::Signer;
//!
//! # let secret = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
//! # let now: DateTime<Utc> = "2026-01-31T12:00:00Z".parse()?;
//! let note = br#"{"@context":"https://www.w3.org/ns/activitystreams","type":"Note","id":"https://example.com/notes/1",
//!     "attributedTo":"https://example.com/alice","content":"Hello"}"#;
//! let to_sign = ToSign::new(note, &Options::new("https://example.com/alice#ed25519-key", now))?;
//! let signature = secret.sign(to_sign.bytes()).to_bytes();
//! let signed = to_sign.finish(&signature);
//!
//! // Elsewhere, with what came in:
//! use activitypub::proof::Secured;
//! # let public = secret.verifying_key();
//! let secured = Secured::from_slice(signed.as_bytes())?;
//! for proof in secured.proofs() {
//!     let to_verify = proof.check(now)?;
//!     assert_eq!(to_verify.verification_method(), &"https://example.com/alice#ed25519-key");
//!     // Find that key, and the actor who has it in `assertionMethod`. Then:
//!     let alice = "https://example.com/alice".into();
//!     let verified = to_verify.verify(&alice, |bytes, signature| {
//!         public.verify_strict(bytes, &signature.into()).is_ok()
//!     })?;
//!     // Alice is expected, and nobody else may speak here.
//!     let note = verified.made_by(&alice)?;
//!     assert_eq!(note.id().unwrap(), "https://example.com/notes/1");
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **The order of trust.** A verified proof says that the owner of the document (the actor of an activity, `attributedTo` of a post)
//! made it, and nothing more. Whether that owner may say such a thing (an id on its own origin, an object that belongs to it) is told by
//! [`origin`](crate::origin), which has to be asked next. What stands in the document without being its own, such as an embedded post of
//! another actor, is proved by a proof of its own or not at all.
//!
//! The document is read as plain JSON, as everywhere in this crate: the proof covers all of its properties, but not what a JSON-LD
//! processor would make of them with a context that changed in the meantime.
//!
//! The feature `rsa-signature-2017` adds Linked Data Signatures, the older kind of proof that Mastodon uses for forwarding and relays.

mod canonical;
mod integrity;
#[cfg(feature = "rsa-signature-2017")]
mod linked_data;
mod multikey;
mod sign;

pub use canonical::{canonical_json, canonical_json_with};
pub use integrity::{Proof, ProofError, Secured, ToVerify, Verified};
#[cfg(feature = "rsa-signature-2017")]
pub use linked_data::{LinkedDataError, LinkedDataSignature, ToSignLinkedData};
pub use multikey::{did_key, ed25519_key};
pub use sign::{Options, ToSign};

/// The cryptosuite that is signed and verified: Ed25519 over canonical JSON.
/// See <https://www.w3.org/TR/vc-di-eddsa/#eddsa-jcs-2022>.
pub const EDDSA_JCS_2022: &str = "eddsa-jcs-2022";

/// The same under the name that Mitra gave it in 2023; it is verified too.
pub const JCS_EDDSA_2022: &str = "jcs-eddsa-2022";

/// The cryptosuite of ML-DSA-44 over canonical JSON, which Mastodon 4.7 verifies too. It is known by name only:
/// [`ProofError::OtherCryptosuite`].
pub const MLDSA44_JCS_2024: &str = "mldsa44-jcs-2024";

/// The context that defines `proof`, for the `@context` of signed documents.
pub const DATA_INTEGRITY_V2: &str = "https://w3id.org/security/data-integrity/v2";
