//! The other side: a server that sends messages.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderValue, Request, header};
use url::Url;
use zeroize::Zeroizing;

use super::crypto::{Point, PrivateKey};
use super::encryption::{Encoding, EncryptError, aes128gcm, aesgcm};
use super::keys::InvalidKeys;
use super::vapid::sign;
use super::{Urgency, base64_bytes};

/// How long a signature is good for: the half of what is allowed, so that clocks may be wrong.
const SIGNED_FOR: TimeDelta = TimeDelta::hours(12);

/// Whom messages are for: what a subscriber told the server. `Debug` shows nothing of it.
#[derive(Clone)]
pub struct Recipient {
    endpoint: Url,
    key: Point,
    auth: Zeroizing<[u8; 16]>,
}

impl Recipient {
    /// The subscriber with this address, and with this public key and secret in base64.
    ///
    /// # Errors
    ///
    /// When one of them is none.
    pub fn new(endpoint: &str, p256dh: &str, auth: &str) -> Result<Self, InvalidRecipient> {
        let endpoint = Url::parse(endpoint).ok();
        let key = base64_bytes(p256dh).and_then(|key| Point::read(&key));
        let auth = base64_bytes(auth).and_then(|auth| auth.try_into().ok());
        Ok(Self {
            endpoint: endpoint
                .filter(|endpoint| endpoint.origin().is_tuple())
                .ok_or(InvalidRecipient::Endpoint)?,
            key: key.ok_or(InvalidRecipient::Key)?,
            auth: Zeroizing::new(auth.ok_or(InvalidRecipient::Auth)?),
        })
    }

    /// Where messages go.
    #[must_use]
    pub fn endpoint(&self) -> &Url {
        &self.endpoint
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recipient").finish_non_exhaustive()
    }
}

/// Why there can be no message for a subscriber.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidRecipient {
    /// The endpoint is no address.
    #[error("the endpoint is no address with a host")]
    Endpoint,
    /// The public key is no point of P-256 in base64.
    #[error("the public key is no point of P-256 in base64")]
    Key,
    /// The secret is not 16 bytes in base64.
    #[error("the secret is not 16 bytes in base64")]
    Auth,
}

/// A message to send. `Debug` does not show what it says.
#[derive(Clone)]
pub struct Message {
    plaintext: Zeroizing<Vec<u8>>,
    encoding: Encoding,
    subject: Option<String>,
    topic: Option<String>,
    urgency: Urgency,
    ttl: u32,
}

impl Message {
    /// One that says this: the JSON of a [`PushNotification`](super::PushNotification).
    #[must_use]
    pub fn new(plaintext: impl Into<Vec<u8>>) -> Self {
        Self {
            plaintext: Zeroizing::new(plaintext.into()),
            encoding: Encoding::default(),
            subject: None,
            topic: None,
            urgency: Urgency::Normal,
            ttl: 48 * 60 * 60,
        }
    }

    /// How to encrypt it: in the standard encoding if nothing is said.
    #[must_use]
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// How the operator of the server can be reached: `mailto:` or `https:`.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// It takes the place of an earlier one with the same topic: at most 32 characters of base64 for URLs.
    #[must_use]
    pub fn topic(mut self, topic: impl Into<String>) -> Self {
        self.topic = Some(topic.into());
        self
    }

    /// How urgent it is.
    #[must_use]
    pub fn urgency(mut self, urgency: Urgency) -> Self {
        self.urgency = urgency;
        self
    }

    /// Seconds for which the push service should keep it: two days if nothing is said, as Mastodon has it.
    #[must_use]
    pub fn ttl(mut self, seconds: u32) -> Self {
        self.ttl = seconds;
        self
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("bytes", &self.plaintext.len())
            .field("encoding", &self.encoding)
            .finish_non_exhaustive()
    }
}

/// The key with which a server signs its messages (RFC 8292). `Debug` does not show it.
#[derive(Clone)]
pub struct ServerKey(PrivateKey);

impl ServerKey {
    /// A new one.
    ///
    /// # Errors
    ///
    /// When the operating system has no randomness to give.
    pub fn generate() -> Result<Self, InvalidKeys> {
        PrivateKey::generate().map(Self).ok_or(InvalidKeys::Random)
    }

    /// The private key of P-256, as 32 bytes or in the DER of SEC 1 or PKCS#8.
    ///
    /// # Errors
    ///
    /// When it is not that.
    pub fn new(private_key: &[u8]) -> Result<Self, InvalidKeys> {
        PrivateKey::read(private_key)
            .map(Self)
            .ok_or(InvalidKeys::PrivateKey)
    }

    /// The public key in base64: `server_key` of the subscription.
    #[must_use]
    pub fn public_key(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.point().as_bytes())
    }

    /// The request that brings the message to the push service, encrypted and signed `now`.
    ///
    /// # Errors
    ///
    /// When the topic or the urgency is no text for a header, or the cryptography fails.
    pub fn request(
        &self,
        recipient: &Recipient,
        message: &Message,
        now: DateTime<Utc>,
    ) -> Result<Request<Bytes>, MessageError> {
        let expires_at = now.checked_add_signed(SIGNED_FOR).unwrap_or(now);
        let origin = recipient.endpoint.origin();
        let token = sign(&self.0, &origin, message.subject.as_deref(), expires_at);
        let token = token.ok_or(EncryptError)?;
        let mut request = Request::post(recipient.endpoint.as_str())
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .header(header::CONTENT_ENCODING, message.encoding.as_str())
            .header("ttl", message.ttl)
            .header("urgency", message.urgency.as_str());
        if let Some(topic) = &message.topic {
            request = request.header("topic", topic);
        }
        let (key, auth) = (&recipient.key, &recipient.auth);
        let (authorization, body) = match message.encoding {
            Encoding::Aes128Gcm => {
                let body = aes128gcm::encrypt(key, auth, &message.plaintext)?;
                (format!("vapid t={token},k={}", self.public_key()), body)
            }
            Encoding::AesGcm => {
                let (sent, body) = aesgcm::encrypt(key, auth, &message.plaintext)?;
                let salt = URL_SAFE_NO_PAD.encode(sent.salt);
                let sender = URL_SAFE_NO_PAD.encode(sent.sender.as_bytes());
                let crypto_key = format!("dh={sender};p256ecdsa={}", self.public_key());
                request = request
                    .header("encryption", format!("salt={salt};rs={}", sent.size))
                    .header("crypto-key", crypto_key);
                (format!("WebPush {token}"), body)
            }
        };
        let mut authorization =
            HeaderValue::try_from(authorization).map_err(|_| MessageError::Header)?;
        authorization.set_sensitive(true);
        request
            .header(header::AUTHORIZATION, authorization)
            .body(body.into())
            .map_err(|_| MessageError::Header)
    }
}

impl fmt::Debug for ServerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerKey(…)")
    }
}

/// Why a message could not be made.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// The topic or the urgency is no text for a header.
    #[error("the topic or the urgency is no text for a header")]
    Header,
    /// It could not be encrypted or signed.
    #[error("the message could not be encrypted or signed")]
    Encrypt(#[from] EncryptError),
}
