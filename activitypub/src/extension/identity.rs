//! Identities that do not belong to a server: identity proofs (FEP-c390), gateways of portable actors (FEP-ef61), and what Mitra
//! adds.

use crate::collection::Collection;
use crate::extension;
use crate::id::Id;
use crate::property::{OneOrMany, Ref};

extension! {
    /// A statement, in `attachment` of an actor, that somebody is also that actor (FEP-c390). Whether it is true says the `proof`
    /// in it.
    pub struct VerifiableIdentityStatement for Object
    prefixes { fep: "https://w3id.org/fep#" }
    types { "VerifiableIdentityStatement" }
    {
        /// The actor.
        also_known_as: Option<Id> = "alsoKnownAs" as "as:alsoKnownAs",
    }
}

extension! {
    /// What is said of an actor who may be at several servers (FEP-ef61, Mitra).
    pub struct Portable for Actor
    prefixes { mitra: "http://jsonld.mitra.social#" }
    {
        /// The servers at which they can be reached.
        gateways: OneOrMany<Id> = "gateways" as "https://w3id.org/fep/ef61/gateways",
        /// Who pays to see more of them.
        subscribers: OneOrMany<Ref<Collection>> = "subscribers",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::Object;

    #[test]
    fn a_statement() {
        let text = br#"{"type":"VerifiableIdentityStatement","subject":"did:key:z6Mk","alsoKnownAs":"https://a.example/a"}"#;
        let statement = Object::from_slice(text).unwrap();
        assert_eq!(statement.subject.id().unwrap(), "did:key:z6Mk");
        assert_eq!(
            statement
                .extension::<VerifiableIdentityStatement>()
                .also_known_as
                .unwrap(),
            "https://a.example/a"
        );
    }
}
