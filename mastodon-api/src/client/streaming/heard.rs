//! What a stream tells: events, and how it fares itself.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::Error;
use crate::error::InvalidRequest;
use crate::streaming::{Event, Stream};

use super::connection::words;

/// What is heard on a stream: what happened there, and how the stream fares itself.
#[derive(Debug)]
#[non_exhaustive]
pub enum Heard {
    /// Something happened.
    Event(Happened),
    /// The stream is up, for the first time or again, or has changed the way it travels.
    Up(Up),
    /// The stream is down. It comes back by itself, and brings what was missed.
    Down(Down),
    /// Something was missed that cannot be fetched any more.
    Gap(Gap),
}

/// Something that happened.
#[derive(Debug)]
#[non_exhaustive]
pub struct Happened {
    /// What.
    pub event: Event,
    /// On which of the streams. `None` if the server names none that this version knows.
    pub stream: Option<Stream>,
    /// Whether it happened while nobody listened, and was fetched afterwards.
    pub missed: bool,
}

/// A stream is up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Up {
    /// How the events travel.
    pub transport: Transport,
}

/// A stream is down.
#[derive(Debug)]
#[non_exhaustive]
pub struct Down {
    /// Why.
    pub why: Outage,
    /// How long it waits until it tries again.
    pub retry_in: Duration,
}

/// Something was missed.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Gap {
    /// On which stream.
    pub stream: Stream,
    /// When something was heard there last before, as far as it is known.
    pub since: Option<DateTime<Utc>>,
    /// What was missed.
    pub why: GapReason,
}

/// What was missed, and why.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum GapReason {
    /// All new statuses and notifications were fetched. That others were edited or deleted meanwhile, that filters
    /// changed, and announcements, no timeline tells: read again what you keep, if that matters.
    ///
    /// Nor is found all that reached the server late: Mastodon gives a post of another server the id of the moment when
    /// it was written there. Of what then stands before that which was heard already, one page is looked through, and
    /// nothing by a program that was started again.
    EditsAndDeletes,
    /// There were more than [`OpenStream::backfill`](super::OpenStream::backfill) allows: what came after the element
    /// with this id is missing.
    TooMuch {
        /// The last one that was fetched.
        last: String,
    },
    /// The timeline cannot be read. These are the server's words.
    Refused(String),
    /// Nothing is fetched, as the caller wishes.
    Off,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stream = self.stream.name();
        match &self.why {
            GapReason::EditsAndDeletes => {
                write!(f, "edits and deletions on the stream {stream} were missed")?;
            }
            GapReason::TooMuch { last } => {
                write!(
                    f,
                    "what came after {last} on the stream {stream} was missed: it was too much"
                )?;
            }
            GapReason::Refused(why) => {
                write!(
                    f,
                    "what came on the stream {stream} was missed: its timeline cannot be read ({why})"
                )?;
            }
            GapReason::Off => write!(f, "what came on the stream {stream} was missed")?,
        }
        match &self.since {
            Some(since) => write!(f, ", since {}", since.format("%Y-%m-%d %H:%M:%S UTC")),
            None => Ok(()),
        }
    }
}

/// How events travel.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Transport {
    /// A WebSocket ([RFC 6455](https://www.rfc-editor.org/rfc/rfc6455)), without compression.
    WebSocket,
    /// Server-sent events: an HTTP answer that does not end, one for each stream.
    Sse,
    /// Asking the timelines again and again. It brings new statuses, notifications and conversations, and no edits,
    /// deletions or announcements.
    Polling,
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::WebSocket => "WebSocket",
            Self::Sse => "server-sent events",
            Self::Polling => "polling",
        })
    }
}

/// Why a stream is down for a while.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Outage {
    /// It could not be opened.
    #[error("it cannot be opened: {0}")]
    NotOpened(#[source] Error),
    /// What was missed could not be fetched.
    #[error("what was missed cannot be fetched: {0}")]
    NotFetched(#[source] Error),
    /// The server ended the stream in an orderly way. It restarts, or the token was revoked: connecting again tells.
    #[error("the server closed the stream{}", Farewell(*code, reason))]
    #[non_exhaustive]
    Closed {
        /// The code of the WebSocket's close frame ([RFC 6455 section 7.4](https://www.rfc-editor.org/rfc/rfc6455#section-7.4)).
        code: Option<u16>,
        /// The server's words, often empty.
        reason: String,
    },
    /// Nothing was heard for longer than [`OpenStream::silence`](super::OpenStream::silence) allows: the connection is
    /// most likely dead.
    #[error("nothing was heard from the server for {limit:?}")]
    #[non_exhaustive]
    Silent {
        /// The limit.
        limit: Duration,
    },
    /// The connection was lost, or the server broke the rules of the transport.
    #[error("the stream broke: {breakage}")]
    #[non_exhaustive]
    Broken {
        /// How.
        breakage: Breakage,
        /// What the transport says, if anything.
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// The server refuses a stream over an open connection.
    #[error("the server refuses the stream: {message}")]
    #[non_exhaustive]
    Refused {
        /// The HTTP status that an ordinary request would have got.
        status: Option<u16>,
        /// The server's words.
        message: String,
    },
}

impl Outage {
    pub(super) fn broken<E>(breakage: Breakage, source: E) -> Self
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let source = Some(source.into());
        Self::Broken { breakage, source }
    }

    pub(super) fn refused(status: Option<u16>, message: &str) -> Self {
        let message = words(message);
        Self::Refused { status, message }
    }
}

/// How a stream broke.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Breakage {
    /// The connection ended without a farewell.
    #[error("the connection was lost")]
    Lost,
    /// A WebSocket message was longer than [`OpenStream::max_message`](super::OpenStream::max_message) allows.
    #[error("a message is longer than the limit")]
    TooLong,
    /// A WebSocket text message was not UTF-8.
    #[error("a text message is not UTF-8")]
    NotUtf8,
    /// The server broke another rule of WebSockets.
    #[error("the server does not follow the WebSocket protocol")]
    Protocol,
}

/// Why a stream has ended for good.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// The server does not accept the token: it was revoked, or never valid.
    #[error("the server does not accept the token for this stream; log in again")]
    Unauthorized(#[source] Error),
    /// The server refuses the stream in every way that it could travel: the token lacks a scope, or there is no such
    /// list.
    #[error("the server refuses the stream")]
    Refused(#[source] Error),
    /// The stream cannot be asked for as it is.
    #[error("the stream cannot be asked for")]
    Invalid(#[source] InvalidRequest),
}

impl From<StreamError> for Error {
    fn from(error: StreamError) -> Self {
        match error {
            StreamError::Unauthorized(error) | StreamError::Refused(error) => error,
            StreamError::Invalid(error) => error.into(),
        }
    }
}

/// The instance says that its streams are on another host, and nobody has allowed the token to be sent there.
///
/// It is the source of the [`InvalidRequest`] that opening the stream fails with.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "the instance has its streams at {url}, which is not its own origin: allow it with `allow_host`"
)]
#[non_exhaustive]
pub struct ForeignHost {
    /// Where the instance says that its streams are.
    pub url: String,
}

/// The code and the words of a close frame, as the end of a sentence.
struct Farewell<'a>(Option<u16>, &'a str);

impl fmt::Display for Farewell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(code) = self.0 {
            write!(f, " (code {code})")?;
        }
        if !self.1.is_empty() {
            write!(f, ": {}", self.1)?;
        }
        Ok(())
    }
}
