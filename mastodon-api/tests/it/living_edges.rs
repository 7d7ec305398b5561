//! Streams that live, where it gets narrow: slow programs, odd servers, and both at once.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::Utc;
use http::StatusCode;
use mastodon_api::entities::Visibility;
use mastodon_api::streaming::{
    Event, EventStream, Heard, Outage, RawEvent, Stream, StreamCursor, StreamError, Transport,
};
use mastodon_api::testing::{FakeInstance, Fault};
use serde_json::json;
use tokio::sync::Notify;
use tokio::task::yield_now;
use tokio::time::timeout;

use super::living::{SOON, post, posts_until, quick, start, until};
use super::streaming::{Odd, switch, text, write};

const LONG: Duration = Duration::from_secs(30);

fn tag() -> Stream {
    Stream::Hashtag("rust".to_owned())
}

/// Waits for something while the stream is polled, on which nothing may happen.
async fn meanwhile<T>(events: &mut EventStream, done: impl Future<Output = T>) -> T {
    tokio::select! {
        heard = events.next() => panic!("{heard:?}"),
        done = timeout(LONG, done) => done.unwrap(),
    }
}

/// Waits until all that was missed before is fetched: then only what comes live follows.
async fn caught_up(instance: &FakeInstance, events: &mut EventStream) {
    instance.send_event(&Stream::Public, &RawEvent::new("now", None::<&str>));
    until(events, "now").await;
}

fn numbers(range: std::ops::RangeInclusive<usize>) -> Vec<String> {
    range.map(|number| number.to_string()).collect()
}

#[tokio::test]
async fn a_cursor_can_be_read_again_whatever_the_server_sends() {
    let (instance, client) = start().await;
    let stream = quick(&client, Stream::Public).and(Stream::Direct);
    let mut events = stream.transport(Transport::WebSocket).await.unwrap();
    let send = |stream: serde_json::Value, id: &str| {
        let status = json!({ "id": id, "account": { "id": "2" } }).to_string();
        let message = json!({ "stream": stream, "event": "update", "payload": status });
        instance.send_text(&Stream::Public, &message.to_string());
    };
    for list in 0..5000 {
        send(json!(["list", format!("made-up-{list}")]), "5");
    }
    // Akkoma does so.
    send(json!(["direct"]), "6");
    send(json!(["public"]), &"9".repeat(600));
    instance.send_event(&Stream::Public, &RawEvent::new("end", None::<&str>));
    until(&mut events, "end").await;
    let text = events.cursor().to_string();
    assert!(text.len() < 200, "{} bytes", text.len());
    assert_eq!(text.parse::<StreamCursor>().unwrap().to_string(), text);
}

#[tokio::test]
async fn one_event_stream_of_two_that_goes_silent_is_noticed() {
    let (instance, client) = start().await;
    instance.set_heartbeat(SOON * 20);
    let notifications = "/api/v1/streaming/user/notification";
    instance.inject(Fault::stalled().path(notifications));
    let stream = quick(&client, Stream::UserNotification).and(Stream::Public);
    let stream = stream.transport(Transport::Sse).silence(SOON * 400);
    let mut events = stream.await.unwrap();
    assert!(matches!(events.next().await, Some(Ok(Heard::Up(_)))));
    let heard = timeout(LONG, events.next()).await.unwrap();
    let Some(Ok(Heard::Down(down))) = heard else {
        panic!("{heard:?}");
    };
    assert!(matches!(down.why, Outage::Silent { .. }), "{down:?}");
}

#[tokio::test]
async fn a_websocket_that_something_swallows_is_given_up() {
    for fault in [Fault::never(), Fault::dropped()] {
        let (instance, client) = start().await;
        instance.inject(fault.websocket().always());
        let stream = quick(&client, Stream::Public).connect_timeout(SOON * 300);
        let mut events = stream.start();
        let up = until(&mut events, "up: server-sent events");
        let heard = timeout(LONG, up).await.unwrap();
        assert_eq!(heard.len(), 4, "{heard:?}");
    }
}

#[tokio::test]
async fn a_timeline_whose_last_element_cannot_be_read_does_not_come_from_its_beginning() {
    let (instance, client) = start().await;
    post(&instance, "0");
    let last = instance.post_as("alice", "1", Visibility::Public);
    let page = json!([{ "id": last.id, "account": 5 }]).to_string();
    instance.next_answer_to("/api/v1/timelines/public", StatusCode::OK, page);
    let mut events = quick(&client, Stream::Public).await.unwrap();
    post(&instance, "2");
    assert_eq!(until(&mut events, "2").await, ["up: WebSocket", "2"]);
}

#[tokio::test]
async fn polling_gets_past_what_cannot_be_read() {
    let (instance, client) = start().await;
    post(&instance, "1");
    let stream = quick(&client, Stream::Public).transport(Transport::Polling);
    let mut events = stream.await.unwrap();
    let odd = instance.post_as("alice", "2", Visibility::Public);
    let page = json!([{ "id": odd.id, "account": 5 }]).to_string();
    instance.next_answer_to("/api/v1/timelines/public", StatusCode::OK, page);
    assert_eq!(
        until(&mut events, "update").await,
        ["up: polling", "update"]
    );
    post(&instance, "3");
    assert_eq!(until(&mut events, "3").await, ["3"]);
}

#[tokio::test]
async fn one_timeline_that_fails_does_not_hold_up_the_others() {
    for transport in [Transport::WebSocket, Transport::Polling] {
        let (instance, client) = start().await;
        instance.follow("bot", "alice");
        let stream = quick(&client, Stream::User).transport(transport);
        let mut events = stream.await.unwrap();
        let fails = Fault::status(StatusCode::INTERNAL_SERVER_ERROR);
        let fails = instance.inject(fails.path("/api/v1/notifications").always());
        instance.cut_streams();
        let refused = timeout(LONG * 3, until(&mut events, "refused")).await;
        refused.unwrap_or_else(|_| panic!("{transport}"));
        post(&instance, "1");
        timeout(LONG, until(&mut events, "1")).await.unwrap();
        // Later it works again.
        fails.clear();
        instance.mention("bob", "bot", "hello");
        let notified = timeout(LONG, until(&mut events, "notification")).await;
        notified.unwrap_or_else(|_| panic!("{transport}"));
    }
}

#[tokio::test]
async fn a_timeline_that_is_gone_while_it_is_polled_is_told_once() {
    let (instance, client) = start().await;
    let stream = quick(&client, Stream::Public).and(tag());
    let mut events = stream.transport(Transport::Polling).await.unwrap();
    post(&instance, "1");
    until(&mut events, "1").await;
    let gone = Fault::status(StatusCode::NOT_FOUND).path("/api/v1/timelines/tag/rust");
    instance.inject(gone.always());
    let heard = timeout(LONG, until(&mut events, "refused")).await.unwrap();
    assert_eq!(heard, ["refused"]);
    for number in 2..5 {
        post(&instance, &number.to_string());
        let number = number.to_string();
        assert_eq!(until(&mut events, &number).await, [&*number]);
    }
}

#[tokio::test]
async fn a_change_comes_into_effect_however_much_there_is_to_read() {
    let (instance, client) = start().await;
    let mut events = quick(&client, Stream::Public).await.unwrap();
    assert!(matches!(events.next().await, Some(Ok(Heard::Up(_)))));
    let event = RawEvent::new("many", None::<&str>);
    for _ in 0..3000 {
        instance.send_event(&Stream::Public, &event);
    }
    for _ in 0..5000 {
        yield_now().await;
    }
    events.subscriptions().add(tag());
    for _ in 0..1500 {
        events.next().await.unwrap().unwrap();
    }
    let asked = |path: &str| path == "/api/v1/timelines/tag/rust";
    assert!(
        instance
            .requests()
            .iter()
            .any(|request| asked(request.path()))
    );
}

#[tokio::test]
async fn just_as_much_as_is_allowed_is_not_too_much() {
    let (instance, client) = start().await;
    let mut events = quick(&client, Stream::Public).backfill(2).await.unwrap();
    instance.go_down().await;
    post(&instance, "1");
    post(&instance, "2");
    assert!(matches!(events.next().await, Some(Ok(Heard::Up(_)))));
    assert!(matches!(events.next().await, Some(Ok(Heard::Down(_)))));
    instance.come_back().await.unwrap();
    let mut heard = until(&mut events, "edits and deletes").await;
    heard.retain(|heard| heard != "down");
    assert_eq!(heard, ["up: WebSocket", "1", "2", "edits and deletes"]);
}

#[tokio::test]
async fn a_stream_that_is_added_again_begins_anew() {
    let (instance, client) = start().await;
    let stream = quick(&client, Stream::UserNotification).and(tag());
    let mut events = stream.transport(Transport::WebSocket).await.unwrap();
    assert!(matches!(events.next().await, Some(Ok(Heard::Up(_)))));
    meanwhile(&mut events, instance.wait_for_subscriber(&tag()))
        .await
        .unwrap();
    post(&instance, "#rust 1");
    until(&mut events, "#rust 1").await;

    events.subscriptions().remove(tag());
    let removed = async {
        while instance.subscribers(&tag()) > 0 {
            yield_now().await;
        }
    };
    meanwhile(&mut events, removed).await;
    post(&instance, "#rust 2");
    events.subscriptions().add(tag());
    meanwhile(&mut events, instance.wait_for_subscriber(&tag()))
        .await
        .unwrap();
    post(&instance, "#rust 3");
    assert_eq!(until(&mut events, "#rust 3").await, ["#rust 3"]);
    instance.cut_streams();
    post(&instance, "#rust 4");
    let mut heard = until(&mut events, "#rust 4").await;
    heard.retain(|heard| heard.starts_with('#'));
    assert_eq!(heard, ["#rust 4"]);
}

#[tokio::test]
async fn what_comes_before_an_added_stream_is_heard_is_brought() {
    let (instance, client) = start().await;
    let stream = quick(&client, Stream::UserNotification);
    let mut events = stream.transport(Transport::WebSocket).await.unwrap();
    assert!(matches!(events.next().await, Some(Ok(Heard::Up(_)))));
    events.subscriptions().add(tag());
    let asked = instance.wait_for_request(|request| request.path().ends_with("/tag/rust"));
    meanwhile(&mut events, asked).await.unwrap();
    for _ in 0..1000 {
        yield_now().await;
    }
    assert_eq!(instance.subscribers(&tag()), 0);
    post(&instance, "#rust 1");
    let heard = timeout(LONG, until(&mut events, "#rust 1")).await.unwrap();
    assert_eq!(heard, ["#rust 1"]);
}

#[tokio::test]
async fn with_nothing_to_be_fetched_nothing_is_asked_for_an_added_stream_either() {
    let (instance, client) = start().await;
    let mut events = quick(&client, Stream::Public).backfill(0).await.unwrap();
    assert!(matches!(events.next().await, Some(Ok(Heard::Up(_)))));
    events.subscriptions().add(tag());
    meanwhile(&mut events, instance.wait_for_subscriber(&tag()))
        .await
        .unwrap();
    let asked = instance.requests();
    assert!(!asked.iter().any(|asked| asked.path().contains("timelines")));
}

/// While what was missed is fetched, big messages come and come.
#[tokio::test]
async fn what_is_read_ahead_has_a_limit_in_bytes() {
    const LIMIT: usize = 64 * 1024 * 1024;
    let written = Arc::new(AtomicUsize::new(0));
    let over = Arc::new(Notify::new());
    let (count, done) = (written.clone(), over.clone());
    let odd = Odd::new(move |head, mut socket| {
        let (count, done) = (count.clone(), done.clone());
        async move {
            if head.contains("min_id") {
                done.notified().await;
            } else if head.contains("/timelines/") {
                let page = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]";
                write(&mut socket, page.as_bytes()).await;
            } else {
                write(&mut socket, switch(&head).as_bytes()).await;
                let big = json!({ "event": "big", "payload": "x".repeat(900_000) });
                let big = text(&big.to_string());
                while count.load(Ordering::SeqCst) <= LIMIT {
                    write(&mut socket, &big).await;
                    count.fetch_add(big.len(), Ordering::SeqCst);
                }
                done.notified().await;
            }
        }
    })
    .await;
    let stream = odd.stream(Stream::Public).backfill(10);
    let mut events = stream.transport(Transport::WebSocket).await.unwrap();
    assert!(matches!(events.next().await, Some(Ok(Heard::Up(_)))));
    loop {
        let before = written.load(Ordering::SeqCst);
        let waited = timeout(Duration::from_secs(2), events.next()).await;
        assert!(waited.is_err(), "{waited:?}");
        let now = written.load(Ordering::SeqCst);
        assert!(now <= LIMIT, "{now} bytes were read ahead");
        if now == before {
            break;
        }
    }
    over.notify_waiters();
}

/// What was read ahead is fetched too, and then more than is remembered.
#[tokio::test]
async fn nothing_comes_twice_when_much_comes_while_much_is_fetched() {
    let (instance, client) = start().await;
    let mut events = quick(&client, Stream::Public).await.unwrap();
    caught_up(&instance, &mut events).await;
    let held = instance.inject(Fault::held().path("/api/v1/timelines/public"));
    instance.cut_streams();
    post(&instance, "1");
    while !matches!(events.next().await, Some(Ok(Heard::Up(_)))) {}
    for number in 2..=2400 {
        post(&instance, &number.to_string());
    }
    let waited = timeout(Duration::from_secs(2), events.next()).await;
    assert!(waited.is_err(), "{waited:?}");
    held.release();
    let mut heard = posts_until(&mut events, "2400").await;
    instance.send_event(&Stream::Public, &RawEvent::new("end", None::<&str>));
    heard.extend(posts_until(&mut events, "end").await);
    assert!(heard == numbers(1..=2400), "{} heard", heard.len());
}

#[tokio::test]
async fn nothing_is_lost_by_who_reads_nothing_while_much_happens() {
    let (instance, client) = start().await;
    let mut events = quick(&client, Stream::Public).await.unwrap();
    caught_up(&instance, &mut events).await;
    for number in 1..=10_000 {
        post(&instance, &number.to_string());
        if number % 100 == 0 {
            yield_now().await;
        }
    }
    instance.send_event(&Stream::Public, &RawEvent::new("end", None::<&str>));
    let heard = until(&mut events, "end").await;
    let mut expected = numbers(1..=10_000);
    expected.push("end".to_owned());
    assert!(heard == expected, "{} heard", heard.len());
}

#[tokio::test]
async fn nothing_is_lost_by_who_drops_what_it_waits_for() {
    let (instance, client) = start().await;
    let mut events = quick(&client, Stream::Public).await.unwrap();
    let mut heard = Vec::new();
    let mut dropped = 0;
    for number in 1..=300 {
        post(&instance, &number.to_string());
        if number % 100 == 50 {
            instance.cut_streams();
        }
        yield_now().await;
    }
    while heard.len() < 300 {
        tokio::select! {
            biased;
            next = events.next() => if let Heard::Event(happened) = next.unwrap().unwrap()
                && let Event::Update(status) = happened.event
            {
                heard.push(status.content.to_text());
            },
            () = yield_now() => dropped += 1,
        }
    }
    assert_eq!(heard, numbers(1..=300));
    assert!(dropped > 0);
}

#[tokio::test]
async fn a_token_that_is_revoked_ends_it_however_it_travels() {
    for transport in [
        None,
        Some(Transport::WebSocket),
        Some(Transport::Sse),
        Some(Transport::Polling),
    ] {
        let (instance, client) = start().await;
        let token = instance.token("second");
        let client = client.with_token(token.clone());
        let mut stream = quick(&client, Stream::User);
        if let Some(transport) = transport {
            stream = stream.transport(transport);
        }
        let mut events = stream.await.unwrap();
        instance.revoke(&token);
        let end = async {
            loop {
                match events.next().await {
                    Some(Ok(_)) => {}
                    other => break other,
                }
            }
        };
        let end = timeout(LONG, end).await.unwrap();
        assert!(
            matches!(end, Some(Err(StreamError::Unauthorized(_)))),
            "{transport:?}: {end:?}"
        );
        assert!(events.next().await.is_none());
    }
}

#[tokio::test]
async fn what_was_heard_live_is_not_counted_as_fetched() {
    let (instance, client) = start().await;
    let mut events = quick(&client, Stream::Public).backfill(2).await.unwrap();
    caught_up(&instance, &mut events).await;
    for number in 1..=5 {
        post(&instance, &number.to_string());
    }
    assert_eq!(until(&mut events, "5").await, numbers(1..=5));
    let waited = timeout(Duration::from_secs(5), events.next()).await;
    assert!(waited.is_err(), "{waited:?}");
}

#[tokio::test]
async fn a_gap_begins_where_something_was_heard_last_not_where_the_end_was() {
    for transport in [Transport::WebSocket, Transport::Sse] {
        let (instance, client) = start().await;
        let stream = quick(&client, Stream::Public).transport(transport);
        let mut events = stream.await.unwrap();
        caught_up(&instance, &mut events).await;
        let heard = Utc::now();
        // Time passes in which something may be deleted, and the end comes before the word of it.
        tokio::time::sleep(Duration::from_millis(50)).await;
        instance.cut_streams_in_message();
        let since = loop {
            if let Heard::Gap(gap) = events.next().await.unwrap().unwrap() {
                break gap.since.unwrap();
            }
        };
        assert!(since <= heard, "{transport}: {since} {heard}");
    }
}
