//! Keys in actor documents: `publicKey` of <https://w3id.org/security/v1>.
//!
//! Multikeys (FEP-521a) have no type of their own yet: read `assertionMethod` from `extra`.

use crate::context::{SECURITY_V1, Term, Vocabulary};
use crate::family::family;
use crate::id::Id;

/// The terms of keys.
pub(crate) static VOCABULARY: Vocabulary = Vocabulary::document(
    SECURITY_V1,
    &[
        Term::ids("publicKey", ""),
        Term::ids("owner", ""),
        Term::new("publicKeyPem", ""),
    ],
);

family! {
    /// A public key of an actor, as PEM text.
    ///
    /// Whoever wants to check a signature with it must make sure that `owner` is the actor in whose document it stands.
    PublicKey {}
    extensions {
        /// The actor whose key it is.
        owner: Option<Id> = "owner",
        /// The key as PEM: `-----BEGIN PUBLIC KEY-----` (SPKI) from most, PKCS#1 from some.
        public_key_pem: Option<String> = "publicKeyPem",
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
