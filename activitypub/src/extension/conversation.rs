//! Threads as collections that somebody owns (FEP-7888, FEP-171b, FEP-f228).
//!
//! The thread itself is `context`, a field of every object; where it is an id, a collection may stand behind it.

use crate::collection::Collection;
use crate::extension;
use crate::property::{OneOrMany, Ref};

extension! {
    /// The history of a thread (FEP-171b).
    pub struct Container for Object, Activity
    prefixes { fep: "https://w3id.org/fep/171b/" }
    {
        /// The activities in it.
        context_history: OneOrMany<Ref<Collection>> = "contextHistory",
    }
}

extension! {
    /// What a collection is a collection of (FEP-171b).
    pub struct Contents for Collection
    prefixes { fep: "https://w3id.org/fep/171b/" }
    {
        /// The family of its things: `Activity`.
        collection_of: Option<String> = "collectionOf",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::Object;

    #[test]
    fn a_thread() {
        let note = Object::from_slice(br#"{"type":"Note","context":"https://a.example/c","contextHistory":"https://a.example/c/h"}"#).unwrap();
        assert_eq!(note.context.id().unwrap(), "https://a.example/c");
        assert_eq!(
            note.extension::<Container>().context_history.id().unwrap(),
            "https://a.example/c/h"
        );
    }
}
