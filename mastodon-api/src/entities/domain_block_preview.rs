//! What blocking a server would end.

use crate::wire::entity;

entity! {
    /// What blocking a server would end. Mastodon since 4.3; the documentation does not have it.
    DomainBlockPreview, "" () {
        /// How many accounts of that server you follow.
        following_count: u64,
        /// How many accounts of that server follow you.
        followers_count: u64,
    }
}
