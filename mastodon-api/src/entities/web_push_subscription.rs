//! Subscriptions to push messages.

use crate::ids::WebPushSubscriptionId;
use crate::string_enum::string_enum;
use crate::wire::entity;

entity! {
    /// A subscription to push messages (RFC 8030): one for each token. Mastodon since 2.4.
    WebPushSubscription, "WebPushSubscription/" (
        /// Its id. Mastodon writes a number here.
        id: WebPushSubscriptionId,
    ) {
        /// Where the messages go.
        endpoint: String,
        /// Whether they are encrypted as RFC 8291 has it, and not as its draft. Mastodon since 4.4.
        standard: bool,
        /// The public key of the server (RFC 8292), in base64.
        server_key: String,
        /// What there are messages about.
        alerts: WebPushAlerts,
        /// From whom. Mastodon since 3.4.
        policy: Option<WebPushPolicy>,
    }
}

entity! {
    /// What there are push messages about.
    WebPushAlerts, "WebPushSubscription/#alerts" () {
        /// Somebody mentioned you.
        mention: bool,
        /// Somebody quoted you. Mastodon since 4.5.
        quote: bool,
        /// Somebody whose posts you want to be told about posted.
        status: bool,
        /// Somebody reblogged you.
        reblog: bool,
        /// Somebody follows you.
        follow: bool,
        /// Somebody asks to follow you.
        follow_request: bool,
        /// Somebody favourited a status of yours.
        favourite: bool,
        /// A poll has ended.
        poll: bool,
        /// A status that you reblogged was edited.
        update: bool,
        /// A status that you quoted was edited. Mastodon since 4.5.
        quoted_update: bool,
        /// Somebody signed up on the server. `admin.sign_up` in JSON.
        admin_sign_up: bool as "admin.sign_up",
        /// Somebody reported something. `admin.report` in JSON.
        admin_report: bool as "admin.report",
    }
}

string_enum! {
    /// From whom there are push messages.
    WebPushPolicy {
        /// From everyone.
        All = "all",
        /// From accounts that you follow.
        Followed = "followed",
        /// From your followers.
        Follower = "follower",
        /// From nobody.
        None = "none",
    }
}
