//! What is heard, as rows.

use chrono::Utc;
use fedikit_examples::database::Batch;
use fedikit_examples::server::BoxError;
use mastodon_api::streaming::{Event, Heard, Stream};

/// Writes what was heard; `streams` is all that is listened to.
pub(crate) fn write(batch: &mut Batch<'_>, heard: &Heard, streams: &str) -> Result<(), BoxError> {
    match heard {
        Heard::Event(happened) => {
            let stream = happened.stream.as_ref().map(label);
            let stream = stream.as_deref().unwrap_or(streams);
            match &happened.event {
                Event::Update(status) | Event::StatusUpdate(status) => batch.status(status, stream),
                Event::Delete(id) => batch.delete(id),
                Event::Notification(notification) => batch.notification(notification, stream),
                Event::Conversation(conversation) => match &conversation.last_status {
                    Some(status) => batch.status(status, stream),
                    None => Ok(()),
                },
                // Something was said, and nobody knows what.
                Event::Malformed(_) => {
                    let missing =
                        format!("an event `{}` that cannot be read", happened.event.name());
                    batch.gap(stream, None, Utc::now(), &missing)
                }
                _ => Ok(()),
            }
        }
        Heard::Gap(gap) => batch.gap(&label(&gap.stream), gap.since, Utc::now(), &gap.to_string()),
        _ => Ok(()),
    }
}

/// A stream as the command line names it.
pub(crate) fn label(stream: &Stream) -> String {
    match stream {
        Stream::Hashtag(tag) => format!("hashtag:{}", tag.to_lowercase()),
        Stream::HashtagLocal(tag) => format!("hashtag:local:{}", tag.to_lowercase()),
        Stream::List(id) => format!("list:{id}"),
        stream => stream.name().to_owned(),
    }
}

/// The stream that the command line names.
pub(crate) fn stream(text: &str) -> Result<Stream, &'static str> {
    let named = |kind| {
        text.strip_prefix(kind)
            .map(|name| name.trim_start_matches('#'))
            .filter(|name| !name.is_empty())
    };
    let of_kind = |kind, name: &str| Stream::from_name(kind, Some(name), Some(name));
    let stream = match (named("hashtag:local:"), named("hashtag:"), named("list:")) {
        (Some(tag), _, _) => of_kind("hashtag:local", tag),
        (_, Some(tag), _) => of_kind("hashtag", tag),
        (_, _, Some(id)) => of_kind("list", id),
        _ => Stream::from_name(text, None, None),
    };
    let said = stream.filter(|_| !text.contains(char::is_whitespace));
    said.ok_or("write public, public:local, public:remote, user, user:notification, direct, hashtag:NAME, hashtag:local:NAME or list:ID")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_named_as_they_are_written() {
        for text in [
            "public",
            "public:media",
            "public:local",
            "public:local:media",
            "public:remote",
            "public:remote:media",
            "user",
            "user:notification",
            "direct",
            "hashtag:rust",
            "hashtag:local:rust",
            "list:12",
        ] {
            assert_eq!(label(&stream(text).unwrap()), text);
        }
        assert_eq!(label(&stream("hashtag:#Rust").unwrap()), "hashtag:rust");
        for text in [
            "",
            "home",
            "hashtag",
            "hashtag:",
            "list:",
            "hashtag:a b",
            "public ",
        ] {
            assert!(stream(text).is_err(), "{text}");
        }
    }
}
