use std::fmt;

#[cfg(feature = "client")]
use std::time::Duration;

#[cfg(feature = "client")]
use chrono::{DateTime, Utc};

use super::Source;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
#[non_exhaustive]
pub struct NotReached {
    /// Why, in short.
    pub reason: NotReachedReason,
    source: Option<Source>,
}

impl NotReached {
    #[cfg(feature = "client")]
    pub(crate) fn new(reason: NotReachedReason, source: Option<Source>) -> Self {
        Self { reason, source }
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum NotReachedReason {
    /// There is no address for the name.
    NoAddress,
    /// Nobody listens at the address.
    ConnectionRefused,
    /// No encrypted connection: the certificate is not valid for this name, or the server speaks something else.
    NotSecure,
    /// No connection, for another reason.
    NoConnection,
    /// Connecting took too long.
    ConnectTimeout,
    /// The answer took too long. What was asked may have been done.
    Timeout,
    /// The connection broke. What was asked may have been done.
    Interrupted,
    /// The server sent the request on to another origin. It was not followed: the token is for this server only.
    RedirectedElsewhere,
    /// The server sent on a request that changes something. It was not repeated.
    RedirectedWrite,
    /// The server sent the request on too often.
    TooManyRedirects,
}

impl NotReachedReason {
    /// Whether the request did surely not arrive at the server: there was no connection to send it on.
    #[must_use]
    pub fn is_before_sending(self) -> bool {
        matches!(
            self,
            Self::NoAddress
                | Self::ConnectionRefused
                | Self::NotSecure
                | Self::NoConnection
                | Self::ConnectTimeout
        )
    }

    /// A wrong redirect or certificate is the same a second later.
    pub(crate) fn is_transient(self) -> bool {
        matches!(
            self,
            Self::NoAddress
                | Self::ConnectionRefused
                | Self::NoConnection
                | Self::ConnectTimeout
                | Self::Timeout
                | Self::Interrupted
        )
    }
}

impl fmt::Display for NotReachedReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoAddress => {
                "there is no address for its name: check how it is written, and the network"
            }
            Self::ConnectionRefused => {
                "nobody listens there: the server may be down, or the port wrong"
            }
            Self::NotSecure => {
                "no encrypted connection: its certificate is not valid, or it does not speak TLS there"
            }
            Self::NoConnection => "no connection: check the address and the network",
            Self::ConnectTimeout => "connecting took too long: check the address and the network",
            Self::Timeout => "it took too long",
            Self::Interrupted => "the connection broke",
            Self::RedirectedElsewhere => {
                "it redirects to another origin, which was not followed: is this the server's own address?"
            }
            Self::RedirectedWrite => {
                "it redirects a request that changes something, which was not repeated"
            }
            Self::TooManyRedirects => "it redirects without end",
        })
    }
}

/// A request that was not sent: the server would refuse it for some time yet.
#[cfg(feature = "client")]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RateLimited {
    /// Which limit is used up.
    pub bucket: crate::waiting::Bucket,
    /// When it opens again, by the clock of this computer.
    pub until: DateTime<Utc>,
    /// How long that was from then.
    pub wait: Duration,
}

#[cfg(feature = "client")]
impl RateLimited {
    pub(crate) fn new(bucket: crate::waiting::Bucket, now: DateTime<Utc>, wait: Duration) -> Self {
        Self {
            bucket,
            until: now + wait,
            wait,
        }
    }
}

#[cfg(feature = "client")]
impl std::error::Error for RateLimited {}

#[cfg(feature = "client")]
impl fmt::Display for RateLimited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "it was not sent: the server takes no more {} for {} seconds",
            self.bucket,
            self.wait.as_secs().saturating_add(1)
        )
    }
}
