//! Identity proofs.

use super::integrity::{as_text, member};
use crate::id::Id;
use crate::json::Node;

/// The claim of an identity proof (FEP-c390): the holder of a key says that an actor is theirs too. It stands in `attachment` of the actor.
///
/// To verify it, read it as a document of its own ([`Secured`](super::Secured)); its owner is the subject, so the controller of the key must
/// be the subject's DID. Then compare [`also_known_as`](Self::also_known_as) with the id of the actor in whose `attachment` it stands:
/// the proof of one actor can be copied to another.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct IdentityStatement {
    subject: Id,
    also_known_as: Id,
}

impl IdentityStatement {
    /// Who says so: a DID.
    #[must_use]
    pub fn subject(&self) -> &Id {
        &self.subject
    }

    /// The actor that is theirs.
    #[must_use]
    pub fn also_known_as(&self) -> &Id {
        &self.also_known_as
    }

    pub(super) fn read(node: Node<'_, '_>) -> Option<Self> {
        let text = |name| member(node, name).and_then(as_text);
        if text("type")? != "VerifiableIdentityStatement" {
            return None;
        }
        Some(Self {
            subject: text("subject")?.into(),
            also_known_as: text("alsoKnownAs")?.into(),
        })
    }
}
