//! Lists.

use crate::ids::ListId;
use crate::string_enum::string_enum;
use crate::wire::entity;

entity! {
    /// Accounts whose posts have a timeline of their own.
    List, "List/" (
        /// Its id.
        id: ListId,
    ) {
        /// The name that its owner gave it.
        title: String,
        /// Which replies are in its timeline. Mastodon since 3.3.
        replies_policy: RepliesPolicy,
        /// Whether what is in its timeline is not in the home timeline. Mastodon since 4.2.
        exclusive: bool,
    }
}

string_enum! {
    /// Which replies are in the timeline of a list.
    RepliesPolicy {
        /// Those to anyone whom you follow.
        Followed = "followed",
        /// Those to others in the list.
        List = "list",
        /// None.
        None = "none",
    }
}
