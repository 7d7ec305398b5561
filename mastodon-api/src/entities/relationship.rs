//! Relationships between two accounts.

use chrono::{DateTime, Utc};

use crate::ids::AccountId;
use crate::wire::entity;

entity! {
    /// How the account whose token it is and another account stand to each other.
    Relationship, "Relationship/" (
        /// The other account.
        id: AccountId,
    ) {
        /// Whether you follow it.
        following: bool,
        /// Whether its reblogs appear in your home timeline.
        showing_reblogs: bool,
        /// Whether you are notified when it posts.
        notifying: bool,
        /// The languages of its posts that you see; none for all.
        languages: Vec<String>,
        /// Whether it follows you.
        followed_by: bool,
        /// Whether you block it.
        blocking: bool,
        /// Whether it blocks you.
        blocked_by: bool,
        /// Whether you mute it.
        muting: bool,
        /// Whether you mute its notifications too.
        muting_notifications: bool,
        /// When the mute ends. Mastodon since 4.6.
        muting_expires_at: Option<DateTime<Utc>> = null,
        /// Whether you asked to follow it and wait.
        requested: bool,
        /// Whether it asked to follow you and waits.
        requested_by: bool,
        /// Whether you block its server.
        domain_blocking: bool,
        /// Whether you feature it on your profile.
        endorsed: bool,
        /// Your private note about it.
        note: String,
    }
}
