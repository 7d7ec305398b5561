//! Reads the text messages of a streaming WebSocket.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::event::{Event, MalformedReason, RawEvent, unwrapped};
use crate::wire::{self, Depth, Read};

/// What a text message holds.
///
/// The payload may be JSON in a string, as Mastodon sends it, or the JSON itself, as some servers do. This reads
/// anything: a text that makes no sense is [`Event::Malformed`]. It sets no limit on the length of the text; the
/// connection does.
///
/// ```
/// use mastodon_api::streaming::{Event, websocket};
///
/// let text = r#"{"stream":["user"],"event":"delete","payload":"106692867363994015"}"#;
/// let websocket::Message::Event { stream, event } = websocket::decode(text) else { panic!() };
/// assert_eq!(stream, ["user"]);
/// assert_eq!(event, Event::Delete("106692867363994015".into()));
/// ```
///
/// [Mastodon documentation](https://docs.joinmastodon.org/methods/streaming/#websocket)
#[must_use]
pub fn decode(text: &str) -> Message {
    // Nearly always the payload is a string, of which one pass makes the text; only other JSON is first kept as it is.
    let decoded = Envelope::<Text<'_>>::decode(text, |payload| payload.0);
    let decoded =
        decoded.or_else(|_| Envelope::<&RawValue>::decode(text, |raw| unwrapped(raw.get())));
    decoded.unwrap_or_else(|error| Message::unreadable(text, error.to_string()))
}

/// A message from the server.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Message {
    /// Something happened.
    Event {
        /// The stream on which it happened: its name, then its tag or the id of its list if it has one.
        stream: Vec<String>,
        /// What happened.
        event: Event,
    },
    /// The server refuses something that the client asked for, often a subscription.
    Error {
        /// The server's words.
        error: String,
        /// The HTTP status that an ordinary request would have got.
        status: Option<u16>,
    },
}

impl Message {
    fn unreadable(text: &str, detail: String) -> Self {
        Self::Event {
            stream: Vec::new(),
            event: Event::malformed(
                RawEvent::new("", Some(text)),
                MalformedReason::NoEvent,
                detail,
            ),
        }
    }
}

/// A message whose payload is read as a `P`.
#[derive(Deserialize)]
#[serde(bound(deserialize = "P: Deserialize<'de>"))]
struct Envelope<'a, P> {
    #[serde(default, deserialize_with = "names")]
    stream: Vec<String>,
    #[serde(borrow)]
    event: Option<Text<'a>>,
    payload: Option<P>,
    error: Option<String>,
    status: Option<u16>,
}

impl<'a, P: Deserialize<'a>> Envelope<'a, P> {
    fn decode(text: &'a str, payload: fn(P) -> Cow<'a, str>) -> serde_json::Result<Message> {
        let envelope: Self = serde_json::from_str(text)?;
        Ok(match (envelope.event, envelope.error) {
            (Some(name), _) => Message::Event {
                stream: envelope.stream,
                event: Event::decode(&name.0, envelope.payload.map(payload).as_deref()),
            },
            (None, Some(error)) => Message::Error {
                error,
                status: envelope.status,
            },
            (None, None) => {
                Message::unreadable(text, "it has neither `event` nor `error`".to_owned())
            }
        })
    }
}

/// A string, borrowed where nothing in it is escaped.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// The names of the stream. An event without them, or with something else in their place, is an event all the same.
fn names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let read = Depth::whole(|depth| wire::value(deserializer, depth))?;
    Ok(match read {
        Read::Value(names) | Read::Partly(names, _) => names,
        Read::Null | Read::Wrong(_) => Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn event(text: &str) -> Event {
        match decode(text) {
            Message::Event { event, .. } => event,
            other @ Message::Error { .. } => panic!("{other:?}"),
        }
    }

    #[test]
    fn payload_as_text_as_object_and_wrapped_twice() {
        let status = r#"{"id":"1","account":{"id":"2"},"content":"<p>hi</p>"}"#;
        let text = serde_json::to_string(status).unwrap();
        let twice = serde_json::to_string(&text).unwrap();
        for payload in [status, &text, &twice] {
            let message =
                format!(r#"{{"stream":["public"],"event":"update","payload":{payload}}}"#);
            let Event::Update(status) = event(&message) else {
                panic!("{message}");
            };
            assert_eq!(status.content.as_str(), "<p>hi</p>");
        }
    }

    #[test]
    fn a_payload_that_is_no_text_leaves_the_event_its_name() {
        for payload in [r#""\ud83d""#, "{}", "[1]"] {
            let message = format!(r#"{{"event":"delete","payload":{payload}}}"#);
            let event = event(&message);
            assert!(matches!(event, Event::Malformed(_)), "{message}");
            assert_eq!(event.name(), "delete");
        }
    }

    #[test]
    fn ids_as_text_and_number() {
        for payload in ["\"12\"", "12"] {
            let message = format!(r#"{{"event":"delete","payload":{payload}}}"#);
            assert_eq!(event(&message), Event::Delete("12".into()));
        }
    }

    #[test]
    fn no_payload() {
        assert_eq!(
            event(r#"{"stream":["user"],"event":"filters_changed"}"#),
            Event::FiltersChanged
        );
        for message in [
            r#"{"stream":["user"],"event":"update"}"#,
            r#"{"stream":["user"],"event":"update","payload":null}"#,
        ] {
            let Event::Malformed(malformed) = event(message) else {
                panic!("{message}");
            };
            assert_eq!(malformed.reason(), MalformedReason::NoPayload);
            assert_eq!(malformed.raw().name(), "update");
        }
    }

    #[test]
    fn the_stream_in_odd_shapes() {
        for (stream, expected) in [
            (r#"["hashtag","foo"]"#, &["hashtag", "foo"][..]),
            (r#"["list",12]"#, &["list", "12"]),
            (r#""user""#, &["user"]),
            ("null", &[]),
            ("{}", &[]),
        ] {
            let message = format!(r#"{{"stream":{stream},"event":"filters_changed"}}"#);
            let Message::Event { stream, event } = decode(&message) else {
                panic!("{message}");
            };
            assert_eq!(stream, expected);
            assert_eq!(event, Event::FiltersChanged);
        }
    }

    #[test]
    fn errors_of_the_server() {
        assert_eq!(
            decode(r#"{"error":"Unknown stream type","status":400}"#),
            Message::Error {
                error: "Unknown stream type".into(),
                status: Some(400)
            }
        );
        assert_eq!(
            decode(r#"{"error":"Error unsubscribing from channel"}"#),
            Message::Error {
                error: "Error unsubscribing from channel".into(),
                status: None
            }
        );
    }

    #[test]
    fn what_is_no_message_is_kept() {
        for text in [
            "",
            "null",
            "{}",
            "[]",
            "pong",
            r#"{"event":7}"#,
            r#"{"event":"a"} x"#,
        ] {
            let Event::Malformed(malformed) = event(text) else {
                panic!("{text}");
            };
            assert_eq!(malformed.reason(), MalformedReason::NoEvent);
            assert_eq!(malformed.raw().payload(), Some(text));
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>(), payload in any::<String>()) {
            let _ = decode(&text);
            let payload = serde_json::to_string(&payload).unwrap();
            for name in ["update", "delete", "notification", "conversation", "x"] {
                let message = format!(r#"{{"event":"{name}","payload":{payload}}}"#);
                let event = matches!(decode(&message), Message::Event { .. });
                prop_assert!(event);
            }
        }
    }
}
