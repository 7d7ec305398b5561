//! What can go wrong with files, and with what the server allows.

use std::error::Error as StdError;
use std::fmt;

use super::Error;
use crate::ids::MediaAttachmentId;

/// A file that the server took and that is not ready to be attached.
#[derive(Debug, thiserror::Error)]
#[error("media attachment {id}: {reason}", id = id.as_str())]
#[non_exhaustive]
pub struct MediaNotReady {
    /// The attachment, for asking again or deleting it.
    pub id: MediaAttachmentId,
    /// Why.
    pub reason: MediaNotReadyReason,
    /// What the server answered.
    #[source]
    pub(crate) source: Option<Box<Error>>,
}

/// Why a media attachment is not ready.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum MediaNotReadyReason {
    /// The server could not make anything of the file.
    Failed,
    /// The server still works on it, and the time to wait is over.
    Unfinished,
    /// The server did not say.
    Unknown,
}

impl fmt::Display for MediaNotReadyReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Failed => "the server could not read the file",
            Self::Unfinished => "the server still works on it: ask again later",
            Self::Unknown => "the server did not say whether it is ready",
        })
    }
}

/// A file that cannot be sent: the caller's mistake.
#[derive(Debug)]
#[non_exhaustive]
pub struct InvalidFile {
    /// The name with which it would be sent, without the folders that it is in.
    pub name: String,
    /// Why.
    pub reason: InvalidFileReason,
    pub(crate) source: Option<std::io::Error>,
}

impl fmt::Display for InvalidFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.reason)
    }
}

impl StdError for InvalidFile {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|error| error as _)
    }
}

/// Why a file cannot be sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum InvalidFileReason {
    /// It cannot be opened or read.
    Unreadable,
    /// It is a folder or something else that is no file.
    NotAFile,
    /// There is nothing in it.
    Empty,
    /// It became longer or shorter while it was read, or is not as long as was said.
    Changed,
    /// What it was read from was used up by sending it once.
    Used,
}

impl fmt::Display for InvalidFileReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreadable => "the file cannot be read",
            Self::NotAFile => "it is not a file",
            Self::Empty => "the file is empty",
            Self::Changed => "the file is not as long as it was when sending began",
            Self::Used => "it was sent already, and a stream can be read only once",
        })
    }
}

/// What the server does not allow, known before it is sent: the caller's mistake.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct OverLimit {
    /// Which rule.
    pub rule: LimitRule,
    /// What the server allows, where that is a number.
    pub limit: Option<u64>,
    /// What it is, where that is a number.
    pub figure: Option<u64>,
}

impl fmt::Display for OverLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.rule, f)?;
        match (self.figure, self.limit) {
            (Some(figure), Some(limit)) => write!(f, ": {figure}, and the limit is {limit}"),
            _ => Ok(()),
        }
    }
}

impl StdError for OverLimit {}

/// A rule of the server.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum LimitRule {
    /// Characters of a status, as the server counts them.
    Characters,
    /// Media attachments of a status.
    MediaAttachments,
    /// Media and a poll in one status.
    MediaAndPoll,
    /// Characters of a medium's description.
    DescriptionCharacters,
    /// Bytes of an image.
    ImageBytes,
    /// Bytes of a video or sound.
    VideoBytes,
    /// The type of a file.
    MediaType,
    /// The most options of a poll.
    PollOptions,
    /// The fewest options of a poll, which is 2 everywhere.
    FewPollOptions,
    /// Characters of an option of a poll.
    PollOptionCharacters,
    /// The shortest time that a poll may run, in seconds.
    ShortPoll,
    /// The longest time that a poll may run, in seconds.
    LongPoll,
    /// The shortest time until a status may be published later, in seconds, which is 300 everywhere. Some servers
    /// publish at once what is to be published earlier than that.
    SoonSchedule,
}

impl fmt::Display for LimitRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Characters => "too many characters",
            Self::MediaAttachments => "too many media attachments",
            Self::MediaAndPoll => "a status has either media or a poll",
            Self::DescriptionCharacters => "too many characters in the description of a medium",
            Self::ImageBytes => "too many bytes for an image",
            Self::VideoBytes => "too many bytes for a video or sound",
            Self::MediaType => "the server does not take files of this type",
            Self::PollOptions => "too many options in the poll",
            Self::FewPollOptions => "too few options in the poll",
            Self::PollOptionCharacters => "too many characters in an option of the poll",
            Self::ShortPoll => "too few seconds for the poll",
            Self::LongPoll => "too many seconds for the poll",
            Self::SoonSchedule => "too few seconds until it is to be published",
        })
    }
}
