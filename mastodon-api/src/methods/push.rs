//! Push messages (RFC 8030): notifications that come without being asked for.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::endpoint::{Empty, IntoParameter, endpoints};
use crate::entities::{NotificationType, WebPushPolicy, WebPushSubscription};

endpoints! {
    /// Subscribe. There is one subscription for each token; another takes its place.
    POST "/api/v1/push/subscription", "push/#create", user "push", since "2.4.0"
    Create[subscription: Subscription] => WebPushSubscription {
        /// What there are messages about: nothing if nothing is said.
        data: Data,
    }

    /// The subscription.
    GET "/api/v1/push/subscription", "push/#get", user "push", since "2.4.0"
    Get => WebPushSubscription

    /// Change what there are messages about. It takes the place of what was there.
    PUT "/api/v1/push/subscription", "push/#update", user "push", since "2.4.0"
    Update[data: Data] => WebPushSubscription

    /// Unsubscribe.
    DELETE "/api/v1/push/subscription", "push/#delete", user "push", since "2.4.0"
    Delete => Empty
}

/// Where push messages go, and the keys that they are encrypted for (RFC 8291).
///
/// `Debug` shows none of it: who knows it can send messages too.
#[derive(Clone, Serialize)]
pub struct Subscription {
    endpoint: String,
    keys: Keys,
    #[serde(skip_serializing_if = "Option::is_none")]
    standard: Option<bool>,
}

#[derive(Clone, Serialize)]
struct Keys {
    p256dh: String,
    auth: String,
}

impl Subscription {
    /// Messages to `endpoint`, for the public key `p256dh` (a point of P-256) and the secret `auth` (16 random bytes),
    /// both in base64 for URLs.
    #[must_use]
    pub fn new(
        endpoint: impl Into<String>,
        p256dh: impl Into<String>,
        auth: impl Into<String>,
    ) -> Self {
        Self {
            endpoint: endpoint.into(),
            keys: Keys {
                p256dh: p256dh.into(),
                auth: auth.into(),
            },
            standard: None,
        }
    }

    /// Whether messages are encrypted as RFC 8291 has it, and not as its draft. Mastodon since 4.4.
    #[must_use]
    pub fn standard(mut self, standard: bool) -> Self {
        self.standard = Some(standard);
        self
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").finish_non_exhaustive()
    }
}

/// What there are push messages about, and from whom.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Data {
    alerts: BTreeMap<String, bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<WebPushPolicy>,
}

impl Data {
    /// Messages about these notifications and no others.
    #[must_use]
    pub fn new(alerts: impl IntoParameter<Vec<NotificationType>>) -> Self {
        let alerts = alerts.into_parameter();
        Self {
            alerts: alerts
                .iter()
                .map(|kind| (kind.as_str().to_owned(), true))
                .collect(),
            policy: None,
        }
    }

    /// From whom: everyone if nothing is said. Mastodon since 3.4.
    #[must_use]
    pub fn policy(mut self, policy: WebPushPolicy) -> Self {
        self.policy = Some(policy);
        self
    }
}
