//! Which notifications are filtered.

use crate::string_enum::string_enum;
use crate::wire::entity;

entity! {
    /// Which notifications are filtered. Mastodon since 4.3.
    NotificationPolicy, "NotificationPolicy/" () {
        /// From accounts that you do not follow.
        for_not_following: NotificationPolicyValue,
        /// From accounts that do not follow you, or have for less than three days.
        for_not_followers: NotificationPolicyValue,
        /// From accounts that are younger than thirty days.
        for_new_accounts: NotificationPolicyValue,
        /// From private mentions that answer nothing of yours, by accounts that you do not follow.
        for_private_mentions: NotificationPolicyValue,
        /// From accounts that moderators limited.
        for_limited_accounts: NotificationPolicyValue,
        /// From programs. Mastodon since 4.6, not documented.
        for_bots: Option<NotificationPolicyValue>,
        /// What has been filtered so far.
        summary: NotificationPolicySummary,
    }
}

string_enum! {
    /// What happens to a notification.
    NotificationPolicyValue {
        /// It is there.
        Accept = "accept",
        /// It is put aside, into a notification request.
        Filter = "filter",
        /// It is thrown away.
        Drop = "drop",
    }
}

entity! {
    /// How much has been filtered.
    NotificationPolicySummary, "NotificationPolicy/#summary" () {
        /// How many accounts wait for a decision.
        pending_requests_count: u64,
        /// How many notifications were put aside.
        pending_notifications_count: u64,
    }
}
