//! What happened while nobody listened, from the REST API.

use crate::entities::{Conversation, Notification, Status};
use crate::methods::{conversations, notifications, timelines};
use crate::streaming::cursor::{Part, Place, Timeline, age};
use crate::streaming::{Event, Stream};
use crate::{At, Client, Cursor, Endpoint, Error, Page};

/// Something that a timeline holds.
pub(super) struct Element {
    /// What a cursor goes by. `None` if it cannot be read.
    pub(super) id: Option<Box<str>>,
    pub(super) event: Event,
}

/// How many are asked for at once: the most that Mastodon gives.
const PAGE: u64 = 40;

/// The last element of a timeline.
pub(super) async fn last(client: &Client, timeline: &Timeline) -> Result<Place, Error> {
    let mut elements = page(client, timeline, None, 1).await?;
    // A conversation may have no last status any more.
    if elements.last().is_some_and(|last| last.id.is_none()) {
        elements = page(client, timeline, None, PAGE).await?;
    }
    let mut ids = elements.into_iter().filter_map(|element| element.id);
    Ok(ids.next_back().map_or(Place::Start, Place::After))
}

/// What follows a place, the oldest first, as much of it as comes on one page.
pub(super) async fn after(
    client: &Client,
    timeline: &Timeline,
    place: &Place,
) -> Result<Vec<Element>, Error> {
    let id = match place {
        // Before all ids of all known servers.
        Place::Start => "0",
        Place::After(id) => id,
    };
    page(client, timeline, Some(Cursor::newer_than(id)), PAGE).await
}

/// What stands before an element, the oldest first: one page of it.
pub(super) async fn before(
    client: &Client,
    timeline: &Timeline,
    id: &str,
) -> Result<Vec<Element>, Error> {
    page(client, timeline, Some(Cursor::older_than(id)), PAGE).await
}

async fn page(
    client: &Client,
    timeline: &Timeline,
    from: Option<Cursor>,
    limit: u64,
) -> Result<Vec<Element>, Error> {
    let stream = &timeline.stream;
    match timeline.part {
        Part::Notifications => {
            let endpoint = notifications::List::new().limit(limit);
            read(client, endpoint, from, timeline.part, notification).await
        }
        Part::Conversations => {
            let endpoint = conversations::List::new().limit(limit);
            read(client, endpoint, from, timeline.part, conversation).await
        }
        Part::Statuses => match stream {
            Stream::Hashtag(tag) | Stream::HashtagLocal(tag) => {
                let tag = tag.strip_prefix('#').unwrap_or(tag);
                let mut endpoint = timelines::Tag::new(tag).limit(limit);
                if matches!(stream, Stream::HashtagLocal(_)) {
                    endpoint = endpoint.local(true);
                }
                read(client, endpoint, from, timeline.part, status).await
            }
            Stream::List(list) => {
                let endpoint = timelines::List::new(list).limit(limit);
                read(client, endpoint, from, timeline.part, status).await
            }
            Stream::User => {
                let endpoint = timelines::Home::new().limit(limit);
                read(client, endpoint, from, timeline.part, status).await
            }
            _ => {
                let mut endpoint = timelines::Public::new().limit(limit);
                if matches!(stream, Stream::PublicLocal | Stream::PublicLocalMedia) {
                    endpoint = endpoint.local(true);
                }
                if matches!(stream, Stream::PublicRemote | Stream::PublicRemoteMedia) {
                    endpoint = endpoint.remote(true);
                }
                if stream.name().ends_with(":media") {
                    endpoint = endpoint.only_media(true);
                }
                read(client, endpoint, from, timeline.part, status).await
            }
        },
    }
}

async fn read<E, T>(
    client: &Client,
    endpoint: E,
    from: Option<Cursor>,
    part: Part,
    element: fn(T) -> Element,
) -> Result<Vec<Element>, Error>
where
    E: Endpoint<Response = Page<T>>,
{
    let page = match from {
        Some(from) => client.send(At::new(endpoint, from)).await?,
        None => client.send(endpoint).await?,
    };
    let unreadable = page.problems.iter().map(|problem| Element {
        id: bare_id(problem.raw().get(), part),
        event: Event::unreadable(problem.raw().get(), problem.to_string()),
    });
    let mut elements: Vec<_> = unreadable.collect();
    elements.extend(page.items.into_iter().map(element));
    // Servers send the newest first, most of them.
    elements.sort_by(|one, other| {
        one.id
            .as_deref()
            .map(age)
            .cmp(&other.id.as_deref().map(age))
    });
    Ok(elements)
}

/// The id of what cannot be read otherwise.
fn bare_id(text: &str, part: Part) -> Option<Box<str>> {
    let element: serde_json::Value = serde_json::from_str(text).ok()?;
    let id = match part {
        Part::Conversations => element.pointer("/last_status/id"),
        Part::Statuses | Part::Notifications => element.get("id"),
    };
    match id? {
        serde_json::Value::String(id) => Some(id.as_str().into()),
        serde_json::Value::Number(id) => Some(id.to_string().into()),
        _ => None,
    }
}

fn status(status: Status) -> Element {
    Element {
        id: Some(status.id.as_str().into()),
        event: Event::Update(Box::new(status)),
    }
}

fn notification(notification: Notification) -> Element {
    Element {
        id: Some(notification.id.as_str().into()),
        event: Event::Notification(Box::new(notification)),
    }
}

/// Conversations are ordered by their last status.
fn conversation(conversation: Conversation) -> Element {
    let last = conversation.last_status.as_ref();
    Element {
        id: last.map(|status| status.id.as_str().into()),
        event: Event::Conversation(Box::new(conversation)),
    }
}
