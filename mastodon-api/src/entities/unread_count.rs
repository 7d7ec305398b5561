//! How much is new.

use crate::wire::entity;

entity! {
    /// How many notifications, or groups of them, are newer than the marker. Mastodon since 4.3.
    UnreadCount, "../methods/notifications/#unread-count" () {
        /// How many, up to the limit of the call.
        count: u64,
    }
}
