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
