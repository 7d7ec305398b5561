//! Push messages: be told of notifications by a request of the server, without asking and without an open stream.
//!
//! A program gives the server an address, and keys that it made ([`Keys::generate`], [`Keys::subscribe`]). For each
//! notification the server posts a message there, encrypted for those keys and signed with its own. The address is
//! usually that of a push service, which hands the message on; a bot that can be reached from outside may be its own.
//! Nothing here opens a socket: [`Receiver`] takes the headers and the body of a request, and the time.
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use axum::{Router, body::Bytes, extract::State, http::{HeaderMap, StatusCode}, routing::post};
//! use mastodon_api::entities::{NotificationType, WebPushPolicy};
//! use mastodon_api::methods::{notifications, push::Data};
//! use mastodon_api::{Client, push};
//!
//! struct Bot {
//!     client: Client,
//!     receiver: push::Receiver,
//! }
//!
//! async fn pushed(State(bot): State<Arc<Bot>>, headers: HeaderMap, body: Bytes) -> StatusCode {
//!     match bot.receiver.receive(&headers, &body, chrono::Utc::now()) {
//!         Ok(message) => {
//!             println!("{}", message.notification.title);
//!             tokio::spawn(async move {
//!                 // All of it: the account, the status.
//!                 let whole = notifications::Get::new(&message.notification);
//!                 match bot.client.send(whole).await {
//!                     Ok(notification) => println!("from {}", notification.account.acct),
//!                     Err(error) => println!("{error}"),
//!                 }
//!             });
//!             StatusCode::CREATED
//!         }
//!         Err(error) => {
//!             println!("{error}");
//!             error.status()
//!         }
//!     }
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let client = Client::new("https://mastodon.example")?.with_token("a token with the scope push");
//!     let keys = push::Keys::generate()?; // to be kept: they are serde values
//!     let alerts = Data::new([NotificationType::Mention]).policy(WebPushPolicy::Followed);
//!     let subscription = client.send(keys.subscribe("https://bot.example/push").data(alerts)).await?;
//!     let receiver = push::Receiver::new(keys, &subscription.endpoint, &subscription.server_key)?;
//!
//!     let bot = Arc::new(Bot { client, receiver });
//!     let router = Router::new().route("/push", post(pushed)).with_state(bot);
//!     axum::serve(tokio::net::TcpListener::bind("127.0.0.1:8080").await?, router).await?;
//!     Ok(())
//! }
//! ```
//!
//! A message may come twice, late, or never: its [`notification_id`](PushNotification::notification_id) tells what is
//! new. The same keys with another endpoint, or none of the two, are [`methods::push`](crate::methods::push).
//!
//! [`ServerKey`] is the other side: it makes such messages, for servers and for tests.
//!
//! Sources: [RFC 8030](https://www.rfc-editor.org/rfc/rfc8030), [RFC 8188](https://www.rfc-editor.org/rfc/rfc8188),
//! [RFC 8291](https://www.rfc-editor.org/rfc/rfc8291), [RFC 8292](https://www.rfc-editor.org/rfc/rfc8292), the
//! [Mastodon documentation](https://docs.joinmastodon.org/methods/push/).

use std::fmt;

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, StatusCode};
use url::{Origin, Url};
use zeroize::Zeroizing;

pub use crate::entities::PushNotification;
use crate::string_enum::string_enum;

mod crypto;
mod encryption;
mod keys;
mod send;
mod vapid;

pub use encryption::{DecryptError, Encoding, EncryptError};
pub use keys::{InvalidKeys, Keys};
pub use send::{InvalidRecipient, Message, MessageError, Recipient, ServerKey};
pub use vapid::{Sender, SenderError};

use crypto::Point;

/// Bytes that a body may have: what every push service takes (RFC 8030, section 7.2).
const BODY_LIMIT: usize = 4096;
/// How wrong the clocks of both sides may be. Mastodon signs for exactly the longest time that is allowed.
const LEEWAY: TimeDelta = TimeDelta::minutes(5);

/// Receives the messages of one subscription: checks who sent them, decrypts and reads them.
#[derive(Clone)]
pub struct Receiver {
    keys: Keys,
    expected: Option<(Point, Origin)>,
    body_limit: usize,
    leeway: TimeDelta,
}

impl Receiver {
    /// For the subscription with these keys. `endpoint` is the address that the server was given, and `server_key` what
    /// the server signs with: both stand in the answer to the call that subscribes
    /// ([`WebPushSubscription`](crate::entities::WebPushSubscription)).
    ///
    /// # Errors
    ///
    /// When the address or the key is none.
    pub fn new(keys: Keys, endpoint: &str, server_key: &str) -> Result<Self, InvalidReceiver> {
        let endpoint = Url::parse(endpoint).map_err(|_| InvalidReceiver::Endpoint)?;
        let origin = endpoint.origin();
        if !origin.is_tuple() {
            return Err(InvalidReceiver::Endpoint);
        }
        let key = base64_bytes(server_key).and_then(|key| Point::read(&key));
        let key = key.ok_or(InvalidReceiver::ServerKey)?;
        let expected = Some((key, origin));
        Ok(Self {
            expected,
            ..Self::danger_any_sender(keys)
        })
    }

    /// Takes messages of anybody who knows the public key and the secret of the subscription: the push service, and
    /// whoever read the call that subscribes. For servers that do not name their key, and where only the body of the
    /// message arrives.
    #[must_use]
    pub fn danger_any_sender(keys: Keys) -> Self {
        Self {
            keys,
            expected: None,
            body_limit: BODY_LIMIT,
            leeway: LEEWAY,
        }
    }

    /// Bytes that the body of a message may have: 4,096 if nothing is said, as many as every push service takes.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// How much the clocks of both sides may differ: five minutes if nothing is said, a day at most.
    #[must_use]
    pub fn leeway(mut self, leeway: TimeDelta) -> Self {
        self.leeway = leeway.clamp(TimeDelta::zero(), TimeDelta::days(1));
        self
    }

    /// Checks who sent the message, decrypts it, and reads what it says.
    ///
    /// # Errors
    ///
    /// [`PushError`], with the status to answer ([`status`](PushError::status)).
    pub fn receive(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<PushMessage, PushError> {
        if body.len() > self.body_limit {
            return Err(PushError::TooLong);
        }
        let sender = match &self.expected {
            Some((key, origin)) => Some(vapid::verify(headers, key, origin, self.leeway, now)?),
            None => None,
        };
        let plaintext = Zeroizing::new(self.keys.decrypt(headers, body)?);
        let Ok(notification) = serde_json::from_slice(&plaintext) else {
            return Err(PushError::Notification(UnreadNotification { plaintext }));
        };
        let header = |name| headers.get(name)?.to_str().ok();
        Ok(PushMessage {
            notification,
            sender,
            topic: header("topic").map(str::to_owned),
            urgency: header("urgency").map_or(Urgency::Normal, Urgency::from),
            ttl: header("ttl").and_then(|seconds| seconds.parse().ok()),
        })
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("any_sender", &self.expected.is_none())
            .field("body_limit", &self.body_limit)
            .field("leeway", &self.leeway)
            .finish_non_exhaustive()
    }
}

/// A message that was received.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PushMessage {
    /// What it says.
    pub notification: PushNotification,
    /// Who sent it; not known after [`danger_any_sender`](Receiver::danger_any_sender).
    pub sender: Option<Sender>,
    /// A message takes the place of an earlier one with the same topic. Mastodon sends none.
    pub topic: Option<String>,
    /// How urgent it is.
    pub urgency: Urgency,
    /// Seconds for which the push service should keep it.
    pub ttl: Option<u32>,
}

string_enum! {
    /// How urgent a message is ([RFC 8030, section 5.3](https://www.rfc-editor.org/rfc/rfc8030#section-5.3)).
    Urgency {
        /// Advertisements: when the device has power and a network that costs nothing.
        VeryLow = "very-low",
        /// Topics that may wait.
        Low = "low",
        /// What people write to each other. What is said if nothing is.
        Normal = "normal",
        /// A call that comes in.
        High = "high",
    }
}

/// Why there can be no receiver.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidReceiver {
    /// The endpoint is no address.
    #[error("the endpoint is no address with a host")]
    Endpoint,
    /// The key of the server is absent, or is no point of P-256 in base64.
    #[error("the key of the server is no point of P-256 in base64")]
    ServerKey,
}

/// Why a message was not taken.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PushError {
    /// The body is longer than the limit.
    #[error("the message is longer than the limit")]
    TooLong,
    /// It does not come from the server of the subscription.
    #[error("the message does not come from the server")]
    Sender(#[from] SenderError),
    /// It cannot be decrypted.
    #[error("the message cannot be decrypted")]
    Decrypt(#[from] DecryptError),
    /// It was decrypted, and is no notification.
    #[error("the message is no notification")]
    Notification(UnreadNotification),
}

impl PushError {
    /// The status to answer.
    ///
    /// It matters: after one of 400 to 499 Mastodon ends the subscription, after one of 500 and more it tries again. So it
    /// is 503 where the own clock may be wrong, and 201 where the next message may be one that can be read; otherwise
    /// 403 for senders, 413 for length, and 400.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Sender(SenderError::Expired | SenderError::TooLong) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Sender(_) => StatusCode::FORBIDDEN,
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Decrypt(_) => StatusCode::BAD_REQUEST,
            Self::Notification(_) => StatusCode::CREATED,
        }
    }
}

/// What a message said that is no notification.
#[derive(Clone, PartialEq)]
pub struct UnreadNotification {
    plaintext: Zeroizing<Vec<u8>>,
}

impl UnreadNotification {
    /// The text. There may be a token in it: keep it out of logs.
    #[must_use]
    pub fn plaintext(&self) -> &[u8] {
        &self.plaintext
    }
}

impl fmt::Debug for UnreadNotification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnreadNotification")
            .field("bytes", &self.plaintext.len())
            .finish_non_exhaustive()
    }
}

/// Base64 for URLs; some write the `=` at its end, some do not.
fn base64_bytes(text: &str) -> Option<Vec<u8>> {
    const ENGINE: GeneralPurpose = GeneralPurpose::new(
        &URL_SAFE,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    ENGINE.decode(text).ok()
}
