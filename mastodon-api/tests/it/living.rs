//! Streams that live: what is missed while they are down, and how they come back.

use std::time::Duration;

use http::StatusCode;
use mastodon_api::Client;
use mastodon_api::entities::Visibility;
use mastodon_api::streaming::{
    Event, EventStream, GapReason, Heard, OpenStream, RawEvent, Stream, StreamCursor, Transport,
};
use mastodon_api::testing::{FakeInstance, Fault};

pub(super) const SOON: Duration = Duration::from_millis(1);

pub(super) async fn start() -> (FakeInstance, Client) {
    let instance = FakeInstance::start().await.unwrap();
    let client = Client::new(instance.url()).unwrap();
    let client = client.with_token(instance.token("bot"));
    (instance, client)
}

/// A stream that does not wait long before it tries again.
pub(super) fn quick(client: &Client, stream: Stream) -> OpenStream {
    let stream = client.stream(stream).backoff(SOON, SOON * 10);
    stream.poll_every(SOON * 10)
}

pub(super) fn post(instance: &FakeInstance, text: &str) {
    instance.post_as("alice", text, Visibility::Public);
}

/// What happens until a post of this text, in short.
pub(super) async fn until(events: &mut EventStream, last: &str) -> Vec<String> {
    let mut heard = Vec::new();
    while heard.last().is_none_or(|heard| heard != last) {
        heard.push(match events.next().await.unwrap().unwrap() {
            Heard::Event(happened) => match happened.event {
                Event::Update(status) => status.content.to_text(),
                other => other.name().to_owned(),
            },
            Heard::Up(up) => format!("up: {}", up.transport),
            Heard::Down(_) => "down".to_owned(),
            Heard::Gap(gap) => match gap.why {
                GapReason::TooMuch { .. } => "too much".to_owned(),
                GapReason::Refused(_) => "refused".to_owned(),
                GapReason::EditsAndDeletes => "edits and deletes".to_owned(),
                other => format!("{other:?}"),
            },
            other => format!("{other:?}"),
        });
    }
    heard
}

/// Only the posts.
pub(super) async fn posts_until(events: &mut EventStream, last: &str) -> Vec<String> {
    let heard = until(events, last).await;
    let is_post = |heard: &String| heard.chars().all(|sign| sign.is_ascii_digit());
    heard.into_iter().filter(is_post).collect()
}

#[tokio::test]
async fn what_happens_while_a_server_is_away_comes_afterwards_in_order_and_once() {
    for transport in [Transport::WebSocket, Transport::Sse, Transport::Polling] {
        let (instance, client) = start().await;
        post(&instance, "0");
        let stream = quick(&client, Stream::Public).transport(transport);
        let mut events = stream.await.unwrap();
        assert_eq!(events.transport(), Some(transport));
        post(&instance, "1");
        assert_eq!(posts_until(&mut events, "1").await, ["1"], "{transport}");

        instance.go_down().await;
        // More than a page.
        for number in 2..60 {
            post(&instance, &number.to_string());
        }
        assert!(matches!(events.next().await, Some(Ok(Heard::Down(_)))));
        assert_eq!(events.transport(), None);
        instance.come_back().await.unwrap();
        let heard = until(&mut events, "59").await;
        let start = heard.iter().position(|heard| heard.starts_with("up: "));
        let expected: Vec<_> = (2..60).map(|number| number.to_string()).collect();
        assert_eq!(heard[start.unwrap() + 1..], expected, "{transport}");

        let heard = until(&mut events, "edits and deletes").await;
        assert_eq!(heard.len(), 1, "{heard:?}");
        post(&instance, "60");
        assert_eq!(until(&mut events, "60").await, ["60"], "{transport}");
    }
}

#[tokio::test]
async fn a_stored_cursor_goes_on_where_it_was() {
    let (instance, client) = start().await;
    let mut events = quick(&client, Stream::Public).await.unwrap();
    for number in 0..3 {
        post(&instance, &number.to_string());
    }
    assert_eq!(posts_until(&mut events, "1").await, ["0", "1"]);
    let stored = events.cursor().to_string();
    drop(events);
    post(&instance, "3");

    let cursor: StreamCursor = stored.parse().unwrap();
    let mut events = quick(&client, Stream::Public).resume(cursor).start();
    let heard = until(&mut events, "3").await;
    assert_eq!(heard, ["up: WebSocket", "2", "3"]);
    assert_eq!(until(&mut events, "edits and deletes").await.len(), 1);
    post(&instance, "4");
    assert_eq!(until(&mut events, "4").await, ["4"]);
}

#[tokio::test]
async fn a_gap_begins_where_polling_did() {
    let (instance, client) = start().await;
    let stream = quick(&client, Stream::Public).transport(Transport::Polling);
    let mut events = stream.await.unwrap();
    post(&instance, "1");
    until(&mut events, "1").await;
    let begun = events.cursor().at();
    post(&instance, "2");
    until(&mut events, "2").await;
    assert_eq!(events.cursor().at(), begun, "no edit was seen meanwhile");
}

#[tokio::test]
async fn notifications_and_statuses_of_a_user_are_both_brought_back() {
    let (instance, client) = start().await;
    instance.follow("bot", "alice");
    let mut events = quick(&client, Stream::User).await.unwrap();
    instance.mention("bob", "bot", "1");
    assert_eq!(until(&mut events, "notification").await.len(), 2);
    instance.go_down().await;
    instance.mention("bob", "bot", "2");
    post(&instance, "3");
    assert!(matches!(events.next().await, Some(Ok(Heard::Down(_)))));
    instance.come_back().await.unwrap();
    let mut heard = until(&mut events, "edits and deletes").await;
    heard.retain(|heard| !matches!(&**heard, "down" | "up: WebSocket"));
    assert_eq!(heard, ["3", "notification", "edits and deletes"]);
}

#[tokio::test]
async fn a_stream_travels_however_it_can() {
    let (instance, client) = start().await;
    let websocket = instance.inject(Fault::status(StatusCode::FORBIDDEN).websocket().always());
    let mut events = quick(&client, Stream::Public).await.unwrap();
    post(&instance, "1");
    assert_eq!(
        until(&mut events, "1").await,
        ["up: server-sent events", "1"]
    );

    let _sse = instance.inject(Fault::status(StatusCode::NOT_FOUND).sse().always());
    instance.disconnect_streams();
    post(&instance, "2");
    let mut heard = until(&mut events, "edits and deletes").await;
    // Whether it came before the end or afterwards, it comes once.
    heard.sort();
    assert_eq!(heard, ["2", "down", "edits and deletes", "up: polling"]);
    post(&instance, "3");
    assert_eq!(until(&mut events, "3").await, ["3"]);

    // When even that has failed, everything is tried anew.
    websocket.clear();
    let away = instance.inject(Fault::dropped().path("/api/v1/timelines/*").always());
    assert!(matches!(events.next().await, Some(Ok(Heard::Down(_)))));
    away.clear();
    post(&instance, "4");
    let heard = until(&mut events, "4").await;
    let back = heard.iter().find(|heard| heard.starts_with("up: "));
    assert_eq!(back.unwrap(), "up: WebSocket");
}

#[tokio::test]
async fn a_server_that_closes_at_once_is_not_stormed() {
    let (instance, client) = start().await;
    let closed = instance.inject(Fault::closed_at_once().streams().always());
    let mut events = quick(&client, Stream::Public).start();
    post(&instance, "1");
    let heard = until(&mut events, "up: polling").await;
    let downs = heard.iter().filter(|heard| *heard == "down").count();
    assert_eq!((downs, closed.hits()), (6, 6), "{heard:?}");
    post(&instance, "2");
    assert_eq!(posts_until(&mut events, "2").await.last().unwrap(), "2");
    assert_eq!(instance.connections(), 0, "none is left open");
}

#[tokio::test]
async fn what_comes_twice_is_delivered_once() {
    let (instance, client) = start().await;
    let mut events = quick(&client, Stream::Public).await.unwrap();
    let status = instance.post_as("alice", "1", Visibility::Public);
    instance.send_again(&status.id);
    post(&instance, "2");
    assert_eq!(posts_until(&mut events, "2").await, ["1", "2"]);
    // This comes over the connection only, after what was sent again.
    instance.send_event(&Stream::Public, &RawEvent::new("end", None::<&str>));
    assert_eq!(until(&mut events, "end").await, ["end"]);
    assert!(events.duplicates() >= 1);
}

#[tokio::test]
async fn what_is_too_much_is_told() {
    let (instance, client) = start().await;
    let stream = quick(&client, Stream::Public).backfill(2);
    let mut events = stream.await.unwrap();
    instance.go_down().await;
    for number in 1..=5 {
        post(&instance, &number.to_string());
    }
    assert!(matches!(events.next().await, Some(Ok(Heard::Up(_)))));
    assert!(matches!(events.next().await, Some(Ok(Heard::Down(_)))));
    instance.come_back().await.unwrap();
    let mut heard = until(&mut events, "edits and deletes").await;
    heard.retain(|heard| heard != "down");
    assert_eq!(
        heard,
        ["up: WebSocket", "1", "2", "too much", "edits and deletes"]
    );
    post(&instance, "6");
    assert_eq!(until(&mut events, "6").await, ["6"]);
}

#[tokio::test]
async fn streams_are_added_and_removed_while_it_runs() {
    for transport in [Transport::WebSocket, Transport::Sse] {
        let (instance, client) = start().await;
        let stream = quick(&client, Stream::UserNotification);
        let stream = stream.and(Stream::UserNotification).transport(transport);
        let mut events = stream.await.unwrap();
        let subscriptions = events.subscriptions();
        let tag = Stream::Hashtag("Rust".to_owned());
        subscriptions.add(tag.clone());
        let listening = tokio::spawn(async move {
            let heard = events.next_event().await.unwrap().unwrap();
            (heard, events)
        });
        instance.wait_for_subscriber(&tag).await.unwrap();
        instance.post_as("alice", "about #rust", Visibility::Public);
        let (heard, mut events) = listening.await.unwrap();
        assert_eq!(heard.name(), "update");

        subscriptions.remove(tag.clone());
        // Asked for twice, so it stays.
        subscriptions.remove(Stream::UserNotification);
        let listening = tokio::spawn(async move { events.next_event().await.unwrap().unwrap() });
        while instance.subscribers(&tag) > 0 {
            tokio::task::yield_now().await;
        }
        instance.post_as("alice", "more about #rust", Visibility::Public);
        instance.mention("alice", "bot", "hello");
        assert_eq!(listening.await.unwrap().name(), "notification");
    }
}

/// As a post of another server does that took long: its id is that of the moment when it was written.
#[tokio::test]
async fn what_comes_late_among_what_was_heard_is_brought_too() {
    let (instance, client) = start().await;
    instance.follow("bot", "alice");
    for transport in [Transport::WebSocket, Transport::Polling] {
        let mut events = quick(&client, Stream::User)
            .transport(transport)
            .await
            .unwrap();
        let late = format!("{transport}");
        instance.post_as(&late, "100", Visibility::Public);
        post(&instance, "101");
        assert_eq!(posts_until(&mut events, "101").await, ["101"]);
        // Now it stands in the timeline, before the other.
        instance.follow("bot", &late);
        instance.cut_streams();
        assert_eq!(
            posts_until(&mut events, "100").await,
            ["100"],
            "{transport}"
        );
        instance.cut_streams();
        post(&instance, "102");
        assert_eq!(
            posts_until(&mut events, "102").await,
            ["102"],
            "{transport}"
        );
    }
}
