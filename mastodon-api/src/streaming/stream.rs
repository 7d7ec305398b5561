//! Which stream to listen to.

use std::{borrow::Cow, fmt};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use crate::ids::ListId;

/// A stream of the instance.
///
/// Every one needs a user's token with the scope `read:statuses` (`read:notifications` for
/// [`UserNotification`](Self::UserNotification)). The names and parameters are those of the
/// [documentation](https://docs.joinmastodon.org/methods/streaming/#streams).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Stream {
    /// The home timeline and the notifications of the token's account.
    User,
    /// The notifications of the token's account only.
    UserNotification,
    /// All public statuses that the instance knows.
    Public,
    /// Like [`Public`](Self::Public), only statuses with media.
    PublicMedia,
    /// Public statuses of the instance's own accounts.
    PublicLocal,
    /// Like [`PublicLocal`](Self::PublicLocal), only statuses with media.
    PublicLocalMedia,
    /// Public statuses of other instances.
    PublicRemote,
    /// Like [`PublicRemote`](Self::PublicRemote), only statuses with media.
    PublicRemoteMedia,
    /// Public statuses with this hashtag; a leading `#` is left out.
    Hashtag(String),
    /// Public statuses of the instance's own accounts with this hashtag; a leading `#` is left out.
    HashtagLocal(String),
    /// The statuses of a list.
    List(ListId),
    /// Conversations by direct message.
    Direct,
}

impl Stream {
    /// The stream that a server is asked for by these parameters, `None` if there is no such stream or its parameter
    /// is missing.
    #[must_use]
    pub fn from_name(name: &str, tag: Option<&str>, list: Option<&str>) -> Option<Self> {
        Some(match name {
            "user" => Self::User,
            "user:notification" => Self::UserNotification,
            "public" => Self::Public,
            "public:media" => Self::PublicMedia,
            "public:local" => Self::PublicLocal,
            "public:local:media" => Self::PublicLocalMedia,
            "public:remote" => Self::PublicRemote,
            "public:remote:media" => Self::PublicRemoteMedia,
            "hashtag" => Self::Hashtag(tag?.to_owned()),
            "hashtag:local" => Self::HashtagLocal(tag?.to_owned()),
            "list" => Self::List(ListId::from(list?)),
            "direct" => Self::Direct,
            _ => return None,
        })
    }

    /// The name of the stream, without its tag or list.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::User => "user",
            Self::UserNotification => "user:notification",
            Self::Public => "public",
            Self::PublicMedia => "public:media",
            Self::PublicLocal => "public:local",
            Self::PublicLocalMedia => "public:local:media",
            Self::PublicRemote => "public:remote",
            Self::PublicRemoteMedia => "public:remote:media",
            Self::Hashtag(_) => "hashtag",
            Self::HashtagLocal(_) => "hashtag:local",
            Self::List(_) => "list",
            Self::Direct => "direct",
        }
    }

    /// Path and query of the stream as server-sent events, such as `/api/v1/streaming/public?only_media=true`.
    #[must_use]
    pub fn sse_target(&self) -> String {
        let page = match self {
            Self::User => "user",
            Self::UserNotification => "user/notification",
            Self::Public | Self::PublicMedia => "public",
            Self::PublicLocal | Self::PublicLocalMedia => "public/local",
            Self::PublicRemote | Self::PublicRemoteMedia => "public/remote",
            Self::Hashtag(_) => "hashtag",
            Self::HashtagLocal(_) => "hashtag/local",
            Self::List(_) => "list",
            Self::Direct => "direct",
        };
        let only_media = match self {
            Self::PublicMedia | Self::PublicLocalMedia | Self::PublicRemoteMedia => {
                Some(("only_media", Cow::Borrowed("true")))
            }
            _ => None,
        };
        match only_media.or(self.parameter()) {
            Some((key, value)) => format!("/api/v1/streaming/{page}?{key}={}", Encoded(&value)),
            None => format!("/api/v1/streaming/{page}"),
        }
    }

    /// Path and query of a WebSocket that is subscribed to this stream from its start.
    ///
    /// Other than [`subscribe`](Self::subscribe), servers of every age and make know this.
    #[must_use]
    pub fn websocket_target(&self) -> String {
        let name = self.name();
        let mut target = format!("/api/v1/streaming?stream={}", Encoded(name));
        if let Some((key, value)) = self.parameter() {
            target.push_str(&format!("&{key}={}", Encoded(&value)));
        }
        target
    }

    /// The text message that subscribes an open WebSocket to this stream (Mastodon 3.3.0 and later).
    #[must_use]
    pub fn subscribe(&self) -> String {
        self.command("subscribe")
    }

    /// The text message that ends the subscription of an open WebSocket to this stream.
    #[must_use]
    pub fn unsubscribe(&self) -> String {
        self.command("unsubscribe")
    }

    fn command(&self, kind: &str) -> String {
        let mut command = json!({ "type": kind, "stream": self.name() });
        if let (Some((key, value)), Some(command)) = (self.parameter(), command.as_object_mut()) {
            command.insert(key.to_owned(), value.into());
        }
        command.to_string()
    }

    fn parameter(&self) -> Option<(&'static str, Cow<'_, str>)> {
        match self {
            Self::Hashtag(tag) | Self::HashtagLocal(tag) => {
                Some(("tag", tag.strip_prefix('#').unwrap_or(tag).into()))
            }
            Self::List(list) => Some(("list", list.to_string().into())),
            _ => None,
        }
    }
}

/// A value of a query, percent-encoded.
struct Encoded<'a>(&'a str);

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b':');

impl fmt::Display for Encoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&utf8_percent_encode(self.0, UNRESERVED), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_each_is_found() {
        for (stream, sse, websocket) in [
            (Stream::User, "user", "user"),
            (
                Stream::UserNotification,
                "user/notification",
                "user:notification",
            ),
            (Stream::Public, "public", "public"),
            (
                Stream::PublicMedia,
                "public?only_media=true",
                "public:media",
            ),
            (Stream::PublicLocal, "public/local", "public:local"),
            (
                Stream::PublicLocalMedia,
                "public/local?only_media=true",
                "public:local:media",
            ),
            (Stream::PublicRemote, "public/remote", "public:remote"),
            (
                Stream::PublicRemoteMedia,
                "public/remote?only_media=true",
                "public:remote:media",
            ),
            (
                Stream::Hashtag("#größe&x".into()),
                "hashtag?tag=gr%C3%B6%C3%9Fe%26x",
                "hashtag&tag=gr%C3%B6%C3%9Fe%26x",
            ),
            (
                Stream::HashtagLocal("a".into()),
                "hashtag/local?tag=a",
                "hashtag:local&tag=a",
            ),
            (Stream::List("12".into()), "list?list=12", "list&list=12"),
            (Stream::Direct, "direct", "direct"),
        ] {
            assert_eq!(stream.sse_target(), format!("/api/v1/streaming/{sse}"));
            assert_eq!(
                stream.websocket_target(),
                format!("/api/v1/streaming?stream={websocket}")
            );
            let name = stream.name();
            let again = Stream::from_name(name, Some("größe&x"), Some("12")).unwrap();
            assert_eq!(again.name(), name);
        }
        assert_eq!(Stream::from_name("hashtag", None, None), None);
        assert_eq!(Stream::from_name("else", None, None), None);
    }

    #[test]
    fn commands() {
        let read = |text: String| serde_json::from_str::<serde_json::Value>(&text).unwrap();
        assert_eq!(
            read(Stream::HashtagLocal("foo".into()).subscribe()),
            json!({"type": "subscribe", "stream": "hashtag:local", "tag": "foo"})
        );
        assert_eq!(
            read(Stream::User.unsubscribe()),
            json!({"type": "unsubscribe", "stream": "user"})
        );
    }
}
