//! A place in streams that can be stored.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Stream;

/// How far one or more streams were heard: the last status, notification or conversation of each.
///
/// Store its text together with what you made of the events, and give it to
/// `OpenStream::resume` when the program starts again: what happened in between comes first.
///
/// ```
/// use mastodon_api::streaming::StreamCursor;
///
/// let cursor: StreamCursor = "at=1795392000&user=115593&user.notifications=4711".parse()?;
/// assert_eq!(cursor.to_string(), "at=1795392000&user=115593&user.notifications=4711");
/// # Ok::<(), mastodon_api::streaming::InvalidStreamCursor>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct StreamCursor {
    /// When something was heard last.
    at: Option<DateTime<Utc>>,
    places: Vec<(Timeline, Place)>,
}

/// A list of the REST API that holds what a stream brings.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Timeline {
    pub(crate) stream: Stream,
    pub(crate) part: Part,
}

/// Which part of a stream.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Part {
    Statuses,
    Notifications,
    Conversations,
}

/// A place in a timeline.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Place {
    /// Before all that is in it: it was empty.
    Start,
    /// After the element with this id.
    After(Box<str>),
}

/// Bytes of a stored cursor that is looked at, and of one id in it. Ids are shorter by far.
const MAX_TEXT: usize = 64 * 1024;
const MAX_ID: usize = 512;

/// What follows the name of the user's stream for its notifications.
const NOTIFICATIONS: &str = "user.notifications";
const AT: &str = "at";

impl StreamCursor {
    /// When something was heard last, as far as it is known.
    #[must_use]
    pub fn at(&self) -> Option<DateTime<Utc>> {
        self.at
    }

    /// Whether it holds no place at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }
}

#[cfg_attr(not(feature = "client"), allow(dead_code, reason = "for what listens"))]
impl StreamCursor {
    pub(crate) fn place(&self, timeline: &Timeline) -> Option<&Place> {
        let found = self.places.iter().find(|(known, _)| known == timeline);
        found.map(|(_, place)| place)
    }

    pub(crate) fn set(&mut self, timeline: &Timeline, place: Place) {
        match self.places.iter_mut().find(|(known, _)| known == timeline) {
            Some((_, known)) => *known = place,
            None => self.places.push((timeline.clone(), place)),
        }
    }

    /// Forgets a timeline.
    pub(crate) fn remove(&mut self, timeline: &Timeline) {
        self.places.retain(|(known, _)| known != timeline);
    }

    /// Goes on to this element, unless it is an older one that came late.
    pub(crate) fn advance(&mut self, timeline: &Timeline, id: &str) {
        // What is stored can be read again.
        if id.len() > MAX_ID {
            return;
        }
        match self.place(timeline) {
            Some(Place::After(known)) if age(id) <= age(known) => {}
            _ => self.set(timeline, Place::After(id.into())),
        }
    }

    pub(crate) fn heard_at(&mut self, at: DateTime<Utc>) {
        self.at = Some(at);
    }
}

impl Timeline {
    fn name(&self) -> String {
        match (&self.stream, self.part) {
            (Stream::User, Part::Notifications) => NOTIFICATIONS.to_owned(),
            (Stream::Hashtag(tag) | Stream::HashtagLocal(tag), _) => {
                format!("{}/{tag}", self.stream.name())
            }
            (Stream::List(list), _) => format!("{}/{list}", self.stream.name()),
            _ => self.stream.name().to_owned(),
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        if name == NOTIFICATIONS {
            let (stream, part) = (Stream::User, Part::Notifications);
            return Some(Self { stream, part });
        }
        let (name, parameter) = match name.split_once('/') {
            Some((name, parameter)) => (name, Some(parameter)),
            None => (name, None),
        };
        let stream = Stream::from_name(name, parameter, parameter)?;
        let part = match stream {
            Stream::UserNotification => Part::Notifications,
            Stream::Direct => Part::Conversations,
            _ => Part::Statuses,
        };
        Some(Self { stream, part })
    }

    /// The timelines that hold what this stream brings.
    #[cfg_attr(not(feature = "client"), allow(dead_code, reason = "for what listens"))]
    pub(crate) fn of(stream: &Stream) -> Vec<Self> {
        let timeline = |part: &Part| Self {
            stream: stream.clone(),
            part: *part,
        };
        Part::of(stream).iter().map(timeline).collect()
    }
}

#[cfg_attr(not(feature = "client"), allow(dead_code, reason = "for what listens"))]
impl Part {
    /// The parts of this stream. Servers send other things too, for which there is no timeline.
    pub(crate) fn of(stream: &Stream) -> &'static [Self] {
        match stream {
            Stream::User => &[Self::Statuses, Self::Notifications],
            Stream::UserNotification => &[Self::Notifications],
            Stream::Direct => &[Self::Conversations],
            _ => &[Self::Statuses],
        }
    }
}

/// What the ids of one server are compared by. They have no order of their own, but those of all known servers grow with
/// time, as numbers or as texts of one length; Mastodon's own web app compares them like this.
#[cfg_attr(not(feature = "client"), allow(dead_code, reason = "for what listens"))]
pub(crate) fn age(id: &str) -> (usize, &str) {
    (id.len(), id)
}

impl fmt::Display for StreamCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = url::form_urlencoded::Serializer::new(String::new());
        if let Some(at) = self.at {
            text.append_pair(AT, &at.timestamp().to_string());
        }
        for (timeline, place) in &self.places {
            let id = match place {
                Place::Start => "",
                Place::After(id) => id,
            };
            text.append_pair(&timeline.name(), id);
        }
        f.pad(&text.finish())
    }
}

impl FromStr for StreamCursor {
    type Err = InvalidStreamCursor;

    fn from_str(text: &str) -> Result<Self, InvalidStreamCursor> {
        if text.len() > MAX_TEXT {
            return Err(InvalidStreamCursor("is too long"));
        }
        let mut cursor = Self::default();
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            if value.len() > MAX_ID {
                return Err(InvalidStreamCursor("has an id that is too long"));
            }
            if name == AT {
                let at = value
                    .parse()
                    .ok()
                    .and_then(|at| DateTime::from_timestamp(at, 0));
                cursor.at = Some(at.ok_or(InvalidStreamCursor("has a time that is none"))?);
                continue;
            }
            let timeline = Timeline::from_name(&name)
                .ok_or(InvalidStreamCursor("names a stream that is not known"))?;
            if cursor.place(&timeline).is_some() {
                return Err(InvalidStreamCursor("names a stream twice"));
            }
            let place = match &*value {
                "" => Place::Start,
                id => Place::After(id.into()),
            };
            cursor.places.push((timeline, place));
        }
        Ok(cursor)
    }
}

impl Serialize for StreamCursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StreamCursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A text that is no [`StreamCursor`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the stored place of a stream {0}")]
pub struct InvalidStreamCursor(&'static str);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_as_text_and_read_again() {
        let mut cursor = StreamCursor::default();
        let streams = [
            Stream::User,
            Stream::UserNotification,
            Stream::PublicLocalMedia,
            Stream::Hashtag("größe&/x".into()),
            Stream::HashtagLocal("a=b".into()),
            Stream::List("12".into()),
            Stream::Direct,
        ];
        for (number, stream) in streams.iter().enumerate() {
            for timeline in Timeline::of(stream) {
                cursor.advance(&timeline, &format!("{number}"));
            }
        }
        cursor.set(&Timeline::of(&Stream::Public)[0], Place::Start);
        cursor.heard_at(DateTime::from_timestamp(1_795_392_000, 0).unwrap());
        let text = cursor.to_string();
        assert_eq!(text.parse(), Ok(cursor.clone()), "{text}");
        let json = serde_json::to_string(&cursor).unwrap();
        assert_eq!(serde_json::from_str::<StreamCursor>(&json).unwrap(), cursor);
        assert_eq!("".parse(), Ok(StreamCursor::default()));
    }

    #[test]
    fn it_never_goes_back() {
        let timeline = &Timeline::of(&Stream::Public)[0];
        let mut cursor = StreamCursor::default();
        for (id, expected) in [
            ("9", "9"),
            ("10", "10"),
            ("8", "10"),
            ("10", "10"),
            ("01ARZ3NDEKTSV4RRFFQ69G5FAV", "01ARZ3NDEKTSV4RRFFQ69G5FAV"),
            ("01ARZ3NDEKTSV4RRFFQ69G5FAU", "01ARZ3NDEKTSV4RRFFQ69G5FAV"),
        ] {
            cursor.advance(timeline, id);
            assert_eq!(cursor.place(timeline), Some(&Place::After(expected.into())));
        }
    }

    #[test]
    fn what_is_no_cursor() {
        let long_id = format!("user={}", "1".repeat(MAX_ID + 1));
        let long = "user=1&".repeat(MAX_TEXT);
        for text in [
            "users=1",
            "hashtag=1",
            "list=1",
            "at=noon",
            "at=99999999999999999999",
            "user=1&user=2",
            "{}",
            &long_id,
            &long,
        ] {
            let read = text.parse::<StreamCursor>();
            assert!(read.is_err(), "{}", &text[..text.len().min(40)]);
        }
        let longest = format!("user={}", "1".repeat(MAX_ID));
        assert!(longest.parse::<StreamCursor>().is_ok());
    }
}
