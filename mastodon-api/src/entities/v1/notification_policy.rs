//! Which notifications are filtered, as yes or no.

use crate::entities::NotificationPolicySummary;
use crate::wire::entity;

entity! {
    /// Which notifications are filtered, as yes or no. Mastodon since 4.3.
    NotificationPolicy, "V1_NotificationPolicy/" () {
        /// From accounts that you do not follow.
        filter_not_following: bool,
        /// From accounts that do not follow you, or have for less than three days.
        filter_not_followers: bool,
        /// From accounts that are younger than thirty days.
        filter_new_accounts: bool,
        /// From private mentions that answer nothing of yours, by accounts that you do not follow.
        filter_private_mentions: bool,
        /// From programs. Mastodon since 4.6, not documented.
        filter_bots: Option<bool>,
        /// What has been filtered so far.
        summary: NotificationPolicySummary,
    }
}
