//! What happened, typed.

use std::{borrow::Cow, fmt};

use serde::de::DeserializeOwned;

use super::sse::{self, SseError};
use crate::{
    entities::{Announcement, Conversation, Notification, Reaction, Status},
    ids::{AnnouncementId, StatusId},
};

/// Something that happened, as a stream tells it.
///
/// [Mastodon documentation](https://docs.joinmastodon.org/methods/streaming/#events)
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// A status appeared.
    Update(Box<Status>),
    /// A status was edited; this is what it is now.
    StatusUpdate(Box<Status>),
    /// The status with this id was deleted.
    Delete(StatusId),
    /// A notification arrived.
    Notification(Box<Notification>),
    /// Notifications that had been held back as requests were accepted: read the list of notifications again.
    NotificationsMerged,
    /// The account's filters changed: read them again.
    FiltersChanged,
    /// A conversation by direct message got a new status.
    Conversation(Box<Conversation>),
    /// An announcement of the instance was published or changed.
    Announcement(Box<Announcement>),
    /// The number of reactions to an announcement changed.
    AnnouncementReaction(Box<Reaction>),
    /// The announcement with this id was deleted.
    AnnouncementDelete(AnnouncementId),
    /// An encrypted message arrived (servers with the end-to-end experiment of Mastodon 3.2).
    EncryptedMessage(RawEvent),
    /// An event that this version does not know. A later one may have a variant for it, so compare the name and leave
    /// what you do not know alone.
    Unknown(RawEvent),
    /// An event that cannot be read. The stream goes on.
    Malformed(Box<Malformed>),
}

impl Event {
    /// The event with this name and payload, as WebSocket messages and server-sent events state them.
    ///
    /// The payload is a JSON text, or for deletions an id; JSON text wrapped in a JSON string once more, as some
    /// servers send it, is unwrapped. This reads anything: what makes no sense is [`Event::Malformed`].
    #[must_use]
    pub fn decode(name: &str, payload: Option<&str>) -> Self {
        let decoded = match name {
            "update" => entity(payload).map(Self::Update),
            "status.update" => entity(payload).map(Self::StatusUpdate),
            "notification" => entity(payload).map(Self::Notification),
            "delete" => id(payload).map(|id| Self::Delete(id.into())),
            "notifications_merged" => Ok(Self::NotificationsMerged),
            "filters_changed" => Ok(Self::FiltersChanged),
            "conversation" => entity(payload).map(Self::Conversation),
            "announcement" => entity(payload).map(Self::Announcement),
            "announcement.reaction" => entity(payload).map(Self::AnnouncementReaction),
            "announcement.delete" => id(payload).map(|id| Self::AnnouncementDelete(id.into())),
            "encrypted_message" => Ok(Self::EncryptedMessage(RawEvent::new(name, payload))),
            _ => Ok(Self::Unknown(RawEvent::new(name, payload))),
        };
        decoded.unwrap_or_else(|(reason, detail)| {
            Self::malformed(RawEvent::new(name, payload), reason, detail)
        })
    }

    /// The event in a message of a server-sent event stream.
    #[must_use]
    pub fn from_sse(message: &sse::Message) -> Self {
        Self::decode(message.event(), message.data())
    }

    /// The name of the event, empty if it had none.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Update(_) => "update",
            Self::StatusUpdate(_) => "status.update",
            Self::Delete(_) => "delete",
            Self::Notification(_) => "notification",
            Self::NotificationsMerged => "notifications_merged",
            Self::FiltersChanged => "filters_changed",
            Self::Conversation(_) => "conversation",
            Self::Announcement(_) => "announcement",
            Self::AnnouncementReaction(_) => "announcement.reaction",
            Self::AnnouncementDelete(_) => "announcement.delete",
            Self::EncryptedMessage(raw) | Self::Unknown(raw) => raw.name(),
            Self::Malformed(malformed) => malformed.raw.name(),
        }
    }

    /// An element of a timeline that cannot be read.
    #[cfg(feature = "client")]
    pub(crate) fn unreadable(text: &str, detail: String) -> Self {
        let raw = RawEvent::new("update", Some(text));
        Self::malformed(raw, MalformedReason::BadPayload, detail)
    }

    pub(super) fn malformed(raw: RawEvent, reason: MalformedReason, detail: String) -> Self {
        Self::Malformed(Box::new(Malformed {
            raw,
            reason,
            detail,
        }))
    }
}

impl From<SseError> for Event {
    /// A message over a limit, of which nothing was kept.
    fn from(error: SseError) -> Self {
        Self::malformed(
            RawEvent::new("", None::<&str>),
            MalformedReason::TooLong,
            error.to_string(),
        )
    }
}

/// An event as it came: a name and the text of a payload.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RawEvent {
    name: String,
    payload: Option<String>,
}

impl RawEvent {
    /// An event to send, or to compare with.
    #[must_use]
    pub fn new(name: impl Into<String>, payload: Option<impl Into<String>>) -> Self {
        Self {
            name: name.into(),
            payload: payload.map(Into::into),
        }
    }

    /// What happened; empty if the server did not say.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text of the payload, often JSON. `None` if there was none.
    #[must_use]
    pub fn payload(&self) -> Option<&str> {
        self.payload.as_deref()
    }

    /// The payload as a type of your own. A missing payload reads as `null`.
    ///
    /// # Errors
    ///
    /// When the payload is not JSON or not such a value.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        let payload = self.payload().unwrap_or("null");
        serde_json::from_str(&unwrapped(payload))
    }
}

/// An event that cannot be read, with all that came.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Malformed {
    raw: RawEvent,
    reason: MalformedReason,
    detail: String,
}

impl Malformed {
    /// What came. Of a message that is no event at all, the whole text is the payload.
    #[must_use]
    pub fn raw(&self) -> &RawEvent {
        &self.raw
    }

    /// Why it cannot be read.
    #[must_use]
    pub fn reason(&self) -> MalformedReason {
        self.reason
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            raw,
            reason,
            detail,
        } = self;
        write!(f, "event `{}`: {reason}", raw.name)?;
        if detail.is_empty() {
            return Ok(());
        }
        write!(f, " ({detail})")
    }
}

/// Why an event cannot be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MalformedReason {
    /// Events of this name have a payload and this one has none.
    #[error("the payload is missing")]
    NoPayload,
    /// The payload is not JSON, or not the JSON of such a thing.
    #[error("the payload cannot be read")]
    BadPayload,
    /// A WebSocket message that is not an object with the name of an event.
    #[error("the message is not an event")]
    NoEvent,
    /// It was longer than a limit allows, and nothing of it was kept.
    #[error("the message is too long")]
    TooLong,
}

type Refusal = (MalformedReason, String);

fn entity<T: DeserializeOwned>(payload: Option<&str>) -> Result<Box<T>, Refusal> {
    let payload = present(payload)?;
    serde_json::from_str(&unwrapped(payload))
        .map(Box::new)
        .map_err(|error| (MalformedReason::BadPayload, error.to_string()))
}

fn id(payload: Option<&str>) -> Result<String, Refusal> {
    let payload = present(payload)?;
    let id = unwrapped(payload).trim().to_owned();
    if id.is_empty() || id.starts_with(['{', '[', '"']) {
        return Err((MalformedReason::BadPayload, "not an id".to_owned()));
    }
    Ok(id)
}

fn present(payload: Option<&str>) -> Result<&str, Refusal> {
    payload
        .filter(|payload| !payload.trim().is_empty())
        .ok_or((MalformedReason::NoPayload, String::new()))
}

/// The text inside, if all of it is a JSON string.
pub(super) fn unwrapped(payload: &str) -> Cow<'_, str> {
    if payload.trim_start().starts_with('"')
        && let Ok(inner) = serde_json::from_str::<String>(payload)
    {
        return inner.into();
    }
    payload.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(event: Event) -> MalformedReason {
        match event {
            Event::Malformed(malformed) => malformed.reason(),
            other => panic!("readable: {other:?}"),
        }
    }

    #[test]
    fn a_status_plain_and_wrapped_twice() {
        let plain = r#"{"id":"1","account":{"id":"2"},"content":"<p>a \"quote\"</p>"}"#;
        let twice = serde_json::to_string(plain).unwrap();
        for payload in [plain, &*twice] {
            let Event::Update(status) = Event::decode("update", Some(payload)) else {
                panic!("{payload}");
            };
            assert_eq!(status.id.as_str(), "1");
            assert_eq!(status.content.as_str(), "<p>a \"quote\"</p>");
        }
    }

    #[test]
    fn an_id_plain_quoted_and_absurd() {
        for payload in [
            "106692867363994015",
            "\"106692867363994015\"",
            " 106692867363994015\n",
        ] {
            let event = Event::decode("delete", Some(payload));
            assert_eq!(event, Event::Delete("106692867363994015".into()));
        }
        for payload in ["{\"id\":1}", "[1]", "\"\"", "\"unfinished"] {
            let event = Event::decode("delete", Some(payload));
            assert_eq!(refused(event), MalformedReason::BadPayload, "{payload}");
        }
    }

    #[test]
    fn what_is_no_status_is_typed_too() {
        let conversation = r#"{"id":"3","unread":true,"accounts":[{"id":"2"}],"last_status":null}"#;
        let announcement = r#"{"id":"8","content":"<p>maintenance</p>","all_day":true}"#;
        let reaction = r#"{"name":"🎉","count":2,"announcement_id":"8"}"#;
        let read = |name: &str, payload: &str| {
            let event = Event::decode(name, Some(payload));
            assert_eq!(event.name(), name);
            let wrapped = serde_json::to_string(payload).unwrap();
            assert_eq!(event, Event::decode(name, Some(&wrapped)));
            event
        };
        let Event::Conversation(conversation) = read("conversation", conversation) else {
            panic!("{conversation}");
        };
        assert_eq!(conversation.id.as_str(), "3");
        assert!(conversation.unread);
        assert_eq!(conversation.accounts.len(), 1);
        let Event::Announcement(announcement) = read("announcement", announcement) else {
            panic!("{announcement}");
        };
        assert_eq!(announcement.content.as_str(), "<p>maintenance</p>");
        let Event::AnnouncementReaction(reaction) = read("announcement.reaction", reaction) else {
            panic!("{reaction}");
        };
        assert_eq!((&*reaction.name, reaction.count), ("🎉", 2));
        assert_eq!(reaction.announcement_id, Some("8".into()));
        let deleted = Event::decode("announcement.delete", Some("8"));
        assert_eq!(deleted, Event::AnnouncementDelete("8".into()));
        assert_eq!(deleted.name(), "announcement.delete");
    }

    #[test]
    fn a_payload_that_is_something_else_is_kept_as_it_came() {
        for (name, payload) in [
            ("conversation", "[]"),
            ("conversation", r#"{"unread":true}"#),
            ("announcement", "8"),
            ("announcement", r#"{"content":"no id"}"#),
            ("announcement.reaction", "\"🎉\""),
            ("announcement.delete", r#"{"id":"8"}"#),
            ("notification", "null"),
        ] {
            let Event::Malformed(malformed) = Event::decode(name, Some(payload)) else {
                panic!("{name}: {payload}");
            };
            assert_eq!(malformed.reason(), MalformedReason::BadPayload);
            assert_eq!(malformed.raw(), &RawEvent::new(name, Some(payload)));
        }
    }

    #[test]
    fn no_payload() {
        for payload in [None, Some(""), Some(" ")] {
            for name in [
                "update",
                "status.update",
                "delete",
                "notification",
                "conversation",
                "announcement",
                "announcement.reaction",
                "announcement.delete",
            ] {
                assert_eq!(
                    refused(Event::decode(name, payload)),
                    MalformedReason::NoPayload
                );
            }
            assert_eq!(
                Event::decode("filters_changed", payload),
                Event::FiltersChanged
            );
        }
        // What Mastodon wrote for years.
        assert_eq!(
            Event::decode("filters_changed", Some("undefined")),
            Event::FiltersChanged
        );
    }

    #[test]
    fn what_cannot_be_read_is_kept() {
        let event = Event::decode("update", Some("{\"id\":"));
        let Event::Malformed(malformed) = &event else {
            panic!("{event:?}")
        };
        assert_eq!(malformed.reason(), MalformedReason::BadPayload);
        assert_eq!(malformed.raw(), &RawEvent::new("update", Some("{\"id\":")));
        assert!(
            malformed
                .to_string()
                .starts_with("event `update`: the payload cannot be read (EOF while parsing")
        );
        assert_eq!(event.name(), "update");
        assert_eq!(
            refused(Event::decode("update", Some(&"[".repeat(100_000)))),
            MalformedReason::BadPayload
        );
    }

    #[test]
    fn an_unknown_event_is_kept() {
        let event = Event::decode("quack", Some("\"{\\\"loud\\\":true}\""));
        let Event::Unknown(raw) = &event else {
            panic!("{event:?}")
        };
        assert_eq!(event.name(), "quack");
        let value: serde_json::Value = raw.parse().unwrap();
        assert_eq!(value["loud"], true);
    }
}
