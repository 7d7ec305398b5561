//! Hubzilla, streams and Forte (`zot:`): actors who live in several places.
//!
//! See <https://hubzilla.org/help/en/developer/zot_protocol>.

use crate::any::Any;
use crate::extension;
use crate::id::Id;
use crate::object::Object;
use crate::property::{OneOrMany, Ref};

extension! {
    /// Where else an actor lives.
    pub struct Nomad for Actor
    prefixes { zot: "https://hubzilla.org/apschema#" }
    {
        /// Their places: see [`Location`].
        nomadic_locations: OneOrMany<Ref<Object>> = "nomadicLocations",
        /// Their copies elsewhere: a claim until the other side agrees.
        copied_to: OneOrMany<Id> = "copiedTo" as "as:copiedTo",
    }
}

extension! {
    /// One place.
    pub struct Location for Object
    prefixes { zot: "https://hubzilla.org/apschema#" }
    types { "nomadicLocation" }
    {
        /// The handle there: `acct:alice@example.com`.
        location_address: Option<String> = "locationAddress",
        /// Whether it is the first of them.
        location_primary: Option<bool> = "locationPrimary",
        /// Whether it is gone.
        location_deleted: Option<bool> = "locationDeleted",
    }
}

extension! {
    /// What is said of a post.
    pub struct Post for Object, Activity
    prefixes { zot: "https://hubzilla.org/apschema#" }
    {
        /// To whom answers go.
        reply_to: OneOrMany<Ref<Any>> = "replyTo",
        /// Who may answer, and until when: `contacts until=2026-01-31`.
        comment_policy: Option<String> = "commentPolicy",
        /// Whether it is meant for those alone whom it names.
        direct_message: Option<bool> = "directMessage",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::Actor;

    #[test]
    fn a_nomad() {
        let text = br#"{"type":"Person","copiedTo":["https://b.example/c/a"],"nomadicLocations":[{"type":"nomadicLocation","locationAddress":"acct:a@a.example","locationPrimary":true}]}"#;
        let nomad: Nomad = Actor::from_slice(text).unwrap().extension();
        let place: Location = nomad
            .nomadic_locations
            .embedded()
            .next()
            .unwrap()
            .extension();
        assert_eq!(
            (
                place.location_primary,
                nomad.copied_to.first().unwrap().as_str()
            ),
            (Some(true), "https://b.example/c/a")
        );
    }
}
