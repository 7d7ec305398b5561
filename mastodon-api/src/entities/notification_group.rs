//! Notifications of one kind about one thing, as one.

use chrono::{DateTime, Utc};

use crate::entities::{
    Account, AccountWarning, Collection, NotificationFallback, NotificationType,
    PartialAccountWithAvatar, RelationshipSeveranceEvent, Report, Status,
};
use crate::ids::{AccountId, NotificationId, StatusId};
use crate::wire::entity;

entity! {
    /// Notifications in groups, and what they are about: each account and status stands here once.
    /// Mastodon since 4.3.
    GroupedNotificationsResults, "../methods/grouped_notifications/#GroupedNotificationsResults" () {
        /// The accounts that groups name, and the authors of statuses.
        accounts: Vec<Account>,
        /// Accounts of which only the picture is needed, if such were asked for.
        partial_accounts: Option<Vec<PartialAccountWithAvatar>>,
        /// The statuses that groups name.
        statuses: Vec<Status>,
        /// The groups, the newest first.
        notification_groups: Vec<NotificationGroup>,
    }
}

impl GroupedNotificationsResults {
    /// The account with this id, if it came whole.
    #[must_use]
    pub fn account(&self, id: &AccountId) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == *id)
    }

    /// The status with this id.
    #[must_use]
    pub fn status(&self, id: &StatusId) -> Option<&Status> {
        self.statuses.iter().find(|status| status.id == *id)
    }
}

entity! {
    /// Notifications of one kind about one thing. Mastodon since 4.3.
    NotificationGroup, "../methods/grouped_notifications/#NotificationGroup" (
        /// What tells it from others. It changes nothing else, so that a group can come again with more in it.
        group_key: String,
    ) {
        /// How many notifications are in it.
        notifications_count: u64,
        /// What happened. `type` in JSON.
        kind: NotificationType as "type",
        /// The newest notification in it. Mastodon writes a number here.
        most_recent_notification_id: Option<NotificationId>,
        /// The oldest notification of this page in it.
        page_min_id: Option<NotificationId>,
        /// The newest notification of this page in it.
        page_max_id: Option<NotificationId>,
        /// When the newest notification of this page in it was made.
        latest_page_notification_at: Option<DateTime<Utc>>,
        /// Some of the accounts that did it, the newest first: at most 8.
        sample_account_ids: Vec<AccountId>,
        /// The status that it is about.
        status_id: Option<StatusId>,
        /// The report that it is about.
        report: Option<Box<Report>>,
        /// What ended relationships.
        event: Option<RelationshipSeveranceEvent>,
        /// The warning that moderators gave.
        moderation_warning: Option<Box<AccountWarning>>,
        /// The same in words, for types that the program did not list as supported. Mastodon since 4.6.
        fallback: Option<NotificationFallback>,
        /// The year that was reported about. Mastodon since 4.4.
        annual_report: Option<AnnualReportEvent>,
        /// The collection that it is about. Mastodon since 4.6.
        collection: Option<Box<Collection>>,
    }
}

entity! {
    /// The year that was reported about. Mastodon since 4.4, not documented.
    AnnualReportEvent, "../methods/grouped_notifications/#NotificationGroup" () {
        /// The year.
        year: String,
    }
}
