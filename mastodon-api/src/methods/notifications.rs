//! Notifications.

use crate::Page;
use crate::endpoint::{Empty, endpoints};
use crate::entities::{
    self, Notification, NotificationPolicy, NotificationPolicyValue, NotificationRequest,
    NotificationRequestsMerged, NotificationType, v1,
};
use crate::ids::{AccountId, NotificationId, NotificationRequestId};

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

    /// How many notifications are newer than the marker.
    GET "/api/v1/notifications/unread_count", "notifications/#unread-count", user "read:notifications", since "4.3.0"
    UnreadCount => entities::UnreadCount {
        /// Where to stop counting: 100 if nothing is said, never more than 1,000.
        limit: u64,
        /// Only these types.
        types: Vec<NotificationType>,
        /// Not these types.
        exclude_types: Vec<NotificationType>,
        /// Only what this account did.
        account_id: AccountId,
        /// Also what the notification policy filters. Not documented.
        include_filtered: bool,
    }

    /// Which notifications are filtered.
    GET "/api/v2/notifications/policy", "notifications/#get-policy", user "read:notifications", since "4.3.0"
    GetPolicy => NotificationPolicy

    /// Change which notifications are filtered.
    PATCH "/api/v2/notifications/policy", "notifications/#update-the-filtering-policy-for-notifications",
        user "write:notifications", since "4.3.0"
    UpdatePolicy => NotificationPolicy {
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
        for_bots: NotificationPolicyValue,
    }

    /// Which notifications are filtered, as yes or no. Not documented.
    #[deprecated = "use `GetPolicy`"]
    GET "/api/v1/notifications/policy", "notifications/", user "read:notifications", since "4.3.0"
    V1GetPolicy => v1::NotificationPolicy

    /// Change which notifications are filtered. Not documented.
    #[deprecated = "use `UpdatePolicy`"]
    PATCH "/api/v1/notifications/policy", "notifications/", user "write:notifications", since "4.3.0"
    V1UpdatePolicy => v1::NotificationPolicy {
        /// From accounts that you do not follow.
        filter_not_following: bool,
        /// From accounts that do not follow you, or have for less than three days.
        filter_not_followers: bool,
        /// From accounts that are younger than thirty days.
        filter_new_accounts: bool,
        /// From private mentions that answer nothing of yours, by accounts that you do not follow.
        filter_private_mentions: bool,
        /// From programs. Mastodon since 4.6, not documented.
        filter_bots: bool,
    }

    /// Whose notifications were filtered and wait for a decision, the newest first.
    GET "/api/v1/notifications/requests", "notifications/#get-requests", user "read:notifications", since "4.3.0"
    GetRequests => Page<NotificationRequest> {
        /// Only what is older than this.
        max_id: NotificationRequestId,
        /// Only what is newer than this, the newest first.
        since_id: NotificationRequestId,
        /// Only what is newer than this, what follows it first.
        min_id: NotificationRequestId,
        /// How many at most: 40 if nothing is said, never more than 80.
        limit: u64,
    }

    /// The filtered notifications of one account.
    GET "/api/v1/notifications/requests/{id}", "notifications/#get-one-request",
        user "read:notifications", since "4.3.0"
    GetRequest(id: NotificationRequestId) => NotificationRequest

    /// Put the filtered notifications of an account among the others, and filter it no more.
    POST "/api/v1/notifications/requests/{id}/accept", "notifications/#accept-request",
        user "write:notifications", since "4.3.0"
    AcceptRequest(id: NotificationRequestId) => Empty

    /// Throw the filtered notifications of an account away. New ones will be filtered too.
    POST "/api/v1/notifications/requests/{id}/dismiss", "notifications/#dismiss-request",
        user "write:notifications", since "4.3.0"
    DismissRequest(id: NotificationRequestId) => Empty

    /// Put the filtered notifications of several accounts among the others, and filter them no more.
    POST "/api/v1/notifications/requests/accept", "notifications/#accept-multiple-requests",
        user "write:notifications", since "4.3.0"
    AcceptRequests[id: Vec<NotificationRequestId>] => Empty

    /// Throw the filtered notifications of several accounts away. New ones will be filtered too.
    POST "/api/v1/notifications/requests/dismiss", "notifications/#dismiss-multiple-requests",
        user "write:notifications", since "4.3.0"
    DismissRequests[id: Vec<NotificationRequestId>] => Empty

    /// Whether the notifications of requests that you accepted are among the others by now: it takes a while.
    GET "/api/v1/notifications/requests/merged", "notifications/#requests-merged",
        user "read:notifications", since "4.3.0"
    RequestsMerged => NotificationRequestsMerged
}
