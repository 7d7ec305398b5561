//! Notifications that were filtered, by account.

use chrono::{DateTime, Utc};

use crate::entities::{Account, QuotedInteger, Status};
use crate::ids::NotificationRequestId;
use crate::wire::entity;

entity! {
    /// Notifications from one account that were filtered and wait for a decision. Mastodon since 4.3.
    NotificationRequest, "NotificationRequest/" (
        /// Its id.
        id: NotificationRequestId,
    ) {
        /// When the first was filtered.
        created_at: Option<DateTime<Utc>>,
        /// When the last was.
        updated_at: Option<DateTime<Utc>>,
        /// Whose notifications they are.
        account: Option<Box<Account>>,
        /// How many they are.
        notifications_count: QuotedInteger,
        /// The last status that they are about.
        last_status: Option<Box<Status>>,
    }
}

entity! {
    /// Whether notifications of requests that you accepted are among the others by now. Mastodon since 4.3.
    NotificationRequestsMerged, "../methods/notifications/#requests-merged" () {
        /// Whether they are.
        merged: bool,
    }
}
