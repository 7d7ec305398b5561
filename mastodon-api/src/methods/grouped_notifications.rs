//! Notifications in groups: ten favourites of one status are one.

use crate::Page;
use crate::endpoint::{Empty, endpoints};
use crate::entities::{Account, GroupedNotificationsResults, NotificationType, UnreadCount};
use crate::ids::{AccountId, NotificationId};
use crate::string_enum::string_enum;

endpoints! {
    /// What concerns the account, in groups, the newest first.
    GET "/api/v2/notifications", "grouped_notifications/#get-grouped", user "read:notifications", since "4.3.0"
    List => GroupedNotificationsResults {
        /// Only what is older than this.
        max_id: NotificationId,
        /// Only what is newer than this, the newest first.
        since_id: NotificationId,
        /// Only what is newer than this, what follows it first.
        min_id: NotificationId,
        /// How many groups at most: 40 if nothing is said, never more than 80.
        limit: u64,
        /// Only these types.
        types: Vec<NotificationType>,
        /// Not these types.
        exclude_types: Vec<NotificationType>,
        /// Only what this account did.
        account_id: AccountId,
        /// How much of the accounts comes.
        expand_accounts: ExpandAccounts,
        /// Only these types are put into groups: those that can be, if nothing is said.
        grouped_types: Vec<NotificationType>,
        /// Also what the notification policy filters.
        include_filtered: bool,
        /// The types that the program knows; others come with a text to show instead. Mastodon since 4.6.
        supported_types: Vec<NotificationType>,
    }

    /// A group.
    GET "/api/v2/notifications/{group_key}", "grouped_notifications/#get-notification-group",
        user "read:notifications", since "4.3.0"
    Get(group_key: String) => GroupedNotificationsResults {
        /// The types that the program knows; others come with a text to show instead. Mastodon since 4.6.
        supported_types: Vec<NotificationType>,
    }

    /// Remove a group and all notifications in it.
    POST "/api/v2/notifications/{group_key}/dismiss", "grouped_notifications/#dismiss-group",
        user "write:notifications", since "4.3.0"
    Dismiss(group_key: String) => Empty

    /// All accounts that a group is about. The documentation names another scope, and no pages.
    GET "/api/v2/notifications/{group_key}/accounts", "grouped_notifications/#get-group-accounts",
        user "read:notifications", since "4.3.0"
    Accounts(group_key: String) => Page<Account> {
        /// Only what is older than this. Not documented.
        max_id: NotificationId,
        /// Only what is newer than this. Not documented.
        since_id: NotificationId,
        /// How many at most: 40 if nothing is said, never more than 80. Not documented.
        limit: u64,
    }

    /// How many groups are newer than the marker.
    GET "/api/v2/notifications/unread_count", "grouped_notifications/#unread-group-count",
        user "read:notifications", since "4.3.0"
    UnreadGroupCount => UnreadCount {
        /// Where to stop counting: 100 if nothing is said, never more than 1,000.
        limit: u64,
        /// Only these types.
        types: Vec<NotificationType>,
        /// Not these types.
        exclude_types: Vec<NotificationType>,
        /// Only what this account did.
        account_id: AccountId,
        /// Only these types are put into groups: those that can be, if nothing is said.
        grouped_types: Vec<NotificationType>,
        /// Also what the notification policy filters. Not documented.
        include_filtered: bool,
    }

    /// Remove all notifications. Not documented.
    POST "/api/v2/notifications/clear", "grouped_notifications/", user "write:notifications", since "4.3.0"
    Clear => Empty
}

string_enum! {
    /// How much of the accounts comes with groups of notifications.
    ExpandAccounts {
        /// All of every account.
        Full = "full",
        /// All of the newest account of each group, and the pictures of the others.
        PartialAvatars = "partial_avatars",
    }
}
