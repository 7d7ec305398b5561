//! Notifications.

use crate::Page;
use crate::endpoint::{Empty, endpoints};
use crate::entities::{Notification, NotificationType};
use crate::ids::{AccountId, NotificationId};

endpoints! {
    /// What concerns the account, the newest first.
    GET "/api/v1/notifications", "notifications/#get", user "read:notifications", since "0.0.0"
    List => Page<Notification> {
        /// Only what is older than this.
        max_id: NotificationId,
        /// Only what is newer than this, the newest first.
        since_id: NotificationId,
        /// Only what is newer than this, what follows it first.
        min_id: NotificationId,
        /// How many at most: 40 if nothing is said, never more than 80.
        limit: u64,
        /// Only these types.
        types: Vec<NotificationType>,
        /// Not these types.
        exclude_types: Vec<NotificationType>,
        /// Only what this account did.
        account_id: AccountId,
        /// Also what the notification policy filters.
        include_filtered: bool,
        /// The types that the program knows; others come with a text to show instead. Mastodon since 4.6.
        supported_types: Vec<NotificationType>,
    }

    /// A notification.
    GET "/api/v1/notifications/{id}", "notifications/#get-one", user "read:notifications", since "0.0.0"
    Get(id: NotificationId) => Notification {
        /// The types that the program knows; others come with a text to show instead. Mastodon since 4.6.
        supported_types: Vec<NotificationType>,
    }

    /// Remove all notifications.
    POST "/api/v1/notifications/clear", "notifications/#clear", user "write:notifications", since "0.0.0"
    Clear => Empty

    /// Remove a notification.
    POST "/api/v1/notifications/{id}/dismiss", "notifications/#dismiss", user "write:notifications", since "1.3.0"
    Dismiss(id: NotificationId) => Empty
}
