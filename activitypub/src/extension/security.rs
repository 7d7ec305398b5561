//! Keys in actor documents: `publicKey` of <https://w3id.org/security/v1>, and Multikeys (FEP-521a).

use crate::context::{SECURITY_V1, Term, Vocabulary};
use crate::extension;
use crate::family::family;
use crate::id::Id;
use crate::property::{OneOrMany, Ref};

/// The terms of keys.
pub(crate) static VOCABULARY: Vocabulary = Vocabulary::document(
    SECURITY_V1,
    &[
        Term::ids("publicKey", ""),
        Term::ids("owner", ""),
        Term::new("publicKeyPem", ""),
    ],
);

/// The context of documents that carry an integrity proof (FEP-8b32). It is written only where it is asked for, and before the
/// document is signed: `Context::ours().with(&DATA_INTEGRITY)`.
pub static DATA_INTEGRITY: Vocabulary = Vocabulary::document(
    "https://w3id.org/security/data-integrity/v1",
    &[Term::new("proof", "")],
);

/// The terms of Multikeys. Defined where they stand, so that nobody has to fetch a further context.
pub(crate) static MULTIKEY: Vocabulary = Vocabulary::new(
    &[],
    &[("sec", "https://w3id.org/security#")],
    &[
        Term::new("Multikey", ""),
        Term::ids("controller", ""),
        Term::new("publicKeyMultibase", ""),
    ],
);

family! {
    /// A public key of an actor, as PEM text.
    ///
    /// Whoever wants to check a signature with it must make sure that `owner` is the actor in whose document it stands.
    PublicKey {}
    extensions {
        /// The actor whose key it is.
        owner: Option<Id> = "owner" of Security,
        /// The key as PEM: `-----BEGIN PUBLIC KEY-----` (SPKI) from most, PKCS#1 from some.
        public_key_pem: Option<String> = "publicKeyPem" of Security,
        /// The algorithm of its signatures, as an IRI (Hubzilla, lotide). It decides nothing.
        signature_algorithm: Option<String> = "signatureAlgorithm" of Security,
    }
}

impl PublicKey {
    /// A key with all that readers ask for.
    #[must_use]
    pub fn new(id: impl Into<Id>, owner: impl Into<Id>, public_key_pem: impl Into<String>) -> Self {
        Self {
            id: Some(id.into()),
            owner: Some(owner.into()),
            public_key_pem: Some(public_key_pem.into()),
            ..Self::default()
        }
    }
}

family! {
    /// A public key of any algorithm as multibase text (FEP-521a, <https://www.w3.org/TR/cid-1.0/#Multikey>).
    ///
    /// Whoever wants to check a signature with it must make sure that `controller` is the actor in whose document it stands.
    Multikey {}
    extensions {
        /// The actor whose key it is.
        controller: Option<Id> = "controller" of Security,
        /// The key: `z` and base58 of its algorithm and bytes.
        public_key_multibase: Option<String> = "publicKeyMultibase" of Security,
    }
}

impl Multikey {
    /// A key with all that readers ask for.
    #[must_use]
    pub fn new(
        id: impl Into<Id>,
        controller: impl Into<Id>,
        public_key_multibase: impl Into<String>,
    ) -> Self {
        Self {
            id: Some(id.into()),
            types: OneOrMany::one("Multikey"),
            controller: Some(controller.into()),
            public_key_multibase: Some(public_key_multibase.into()),
            ..Self::default()
        }
    }
}

extension! {
    /// The Multikeys of an actor (FEP-521a, <https://www.w3.org/TR/cid-1.0/#verification-relationships>).
    pub struct VerificationMethods for Actor
    prefixes { sec: "https://w3id.org/security#" }
    {
        /// The keys with which they sign objects and requests.
        assertion_method: OneOrMany<Ref<Multikey>> = "assertionMethod",
        /// The keys with which they log in elsewhere.
        authentication: OneOrMany<Ref<Multikey>> = "authentication" as "sec:authenticationMethod",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::Actor;

    #[test]
    fn keys_of_an_actor() {
        let text = br##"{"type":"Person","id":"https://a.example/a","assertionMethod":[{"id":"https://a.example/a#ed25519-key",
            "type":"Multikey","controller":"https://a.example/a","publicKeyMultibase":"z6Mk"},{"odd":1}]}"##;
        let actor = Actor::from_slice(text).unwrap();
        let methods: VerificationMethods = actor.extension();
        let key = methods.assertion_method.embedded().next().unwrap();
        assert_eq!(key.controller, actor.id);
        assert_eq!(key.public_key_multibase.as_deref(), Some("z6Mk"));

        let mut ours = Actor::person("https://a.example/a", "a", "https://a.example/a/inbox");
        let methods = VerificationMethods {
            assertion_method: OneOrMany::many([Multikey::new(
                "https://a.example/a#k",
                "https://a.example/a",
                "z6Mk",
            )]),
            ..VerificationMethods::default()
        };
        ours.set_extension(&methods);
        let value = ours.to_value().unwrap();
        assert_eq!(value["@context"][1]["assertionMethod"]["@type"], "@id");
        assert_eq!(
            value["@context"][1]["publicKeyMultibase"],
            "sec:publicKeyMultibase"
        );
        assert_eq!(value["assertionMethod"][0]["type"], "Multikey");
    }
}
