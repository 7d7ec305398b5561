//! Fedibird's vocabulary. Its quotes are in [`quote`](super::quote).
//!
//! See <https://github.com/fedibird/mastodon>; Pleroma, kmyblue and others send some of it too.

use crate::collection::Collection;
use crate::extension;
use crate::id::Id;
use crate::property::{OneOrMany, Ref, Timestamp};

extension! {
    /// What Fedibird says of a post.
    pub struct Status for Object
    prefixes { fedibird: "http://fedibird.com/ns#" }
    {
        /// The reactions with emoji to it.
        emoji_reactions: OneOrMany<Ref<Collection>> = "emojiReactions",
        /// The posts to which it refers.
        references: OneOrMany<Ref<Collection>> = "references",
        /// When it will be deleted.
        expiry: Option<Timestamp> = "expiry",
        /// Who may find it by searching.
        searchable_by: OneOrMany<Id> = "searchableBy",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::Object;

    #[test]
    fn a_status() {
        let text = br#"{"type":"Note","references":{"id":"https://f.example/1/references","type":"Collection"},"expiry":"2026-01-31T12:00:00Z","searchableBy":"as:Public"}"#;
        let mut note = Object::from_slice(text).unwrap();
        let said: Status = note.extension();
        assert_eq!(
            said.references.id().unwrap(),
            "https://f.example/1/references"
        );
        assert!(
            said.expiry.is_some() && said.searchable_by.iter().all(crate::addressing::is_public)
        );
        note.set_extension(&said);
        assert_eq!(note.to_string().as_bytes(), text);
    }
}
