//! What the script lets go wrong, seen from the other end of the socket.

use std::time::Duration;

use futures_util::StreamExt as _;
use http::{HeaderValue, Method, StatusCode, header};
use mastodon_api::{
    Client, Error,
    entities::Visibility,
    streaming::{RawEvent, Stream},
    testing::{FakeInstance, Fault},
    waiting::RetryPolicy,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{self, Message, client::IntoClientRequest as _},
};
use url::Url;

use super::start;

fn client(instance: &FakeInstance) -> Client {
    let builder = Client::builder(instance.url())
        .token(instance.token("bot"))
        .check_limits(false);
    builder.retry(RetryPolicy::never()).build().unwrap()
}

async fn posted(client: &Client) -> Result<(), Error> {
    client.post("hello").send().await.map(drop)
}

/// All that comes until the connection ends.
async fn raw(instance: &FakeInstance, request: &str) -> String {
    let mut socket = ask(instance, request).await;
    let mut answer = Vec::new();
    // An end without a farewell is an end as well.
    let _ = socket.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

async fn ask(instance: &FakeInstance, request: &str) -> TcpStream {
    let address = instance.url().socket_addrs(|| None).unwrap();
    let mut socket = TcpStream::connect(&*address).await.unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
    socket
}

const GET: &str = "GET /api/v2/instance HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn answers_are_replaced() {
    let instance = start().await;
    let bot = client(&instance);

    instance.inject(Fault::too_many_requests(Duration::from_millis(1500)));
    let error = posted(&bot).await.unwrap_err();
    let refused = error.refused().unwrap();
    assert!(error.is_rate_limited());
    assert_eq!(refused.message.as_deref(), Some("Too many requests"));
    instance.inject(Fault::too_many_requests(Duration::from_millis(1500)));
    let answer = raw(&instance, GET).await.to_ascii_lowercase();
    assert!(answer.contains("\r\nretry-after: 2\r\n"), "{answer}");
    assert!(
        answer.contains("\r\nx-ratelimit-remaining: 0\r\n"),
        "{answer}"
    );

    instance.inject(Fault::html(StatusCode::BAD_GATEWAY));
    let error = posted(&bot).await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::BAD_GATEWAY));
    instance.inject(Fault::status(StatusCode::SERVICE_UNAVAILABLE));
    assert_eq!(
        posted(&bot).await.unwrap_err().status(),
        Some(StatusCode::SERVICE_UNAVAILABLE)
    );
    let elsewhere = Url::parse("https://else.example/").unwrap();
    instance.inject(Fault::redirect(&elsewhere));
    let answer = raw(&instance, GET).await;
    assert!(
        answer.starts_with("HTTP/1.1 302 ") && answer.contains("location: https://else.example/")
    );
    assert_eq!(instance.statuses().len(), 0, "nothing was done");

    for fault in [Fault::malformed(), Fault::huge(3_000_000).after_doing()] {
        instance.inject(fault.method(Method::POST));
        let error = posted(&bot).await.unwrap_err();
        assert!(
            matches!(error, Error::NotUnderstood(_) | Error::NotReached(_)),
            "{error:?}"
        );
    }
    instance.inject(Fault::wrong_content_type());
    assert!(
        raw(&instance, GET)
            .await
            .contains("content-type: text/plain\r\n")
    );
    let server = HeaderValue::from_static("other");
    instance.inject(Fault::slow(Duration::ZERO).header(header::SERVER, server));
    assert!(raw(&instance, GET).await.contains("server: other\r\n"));
    assert_eq!(
        instance.statuses().len(),
        2,
        "their answers were wrong, but they were posted"
    );
}

#[tokio::test]
async fn connections_end_where_the_script_says() {
    let instance = start().await;
    instance.inject(Fault::dropped());
    assert_eq!(raw(&instance, GET).await, "");

    instance.inject(Fault::dropped_after_headers());
    let answer = raw(&instance, GET).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert_eq!(body, "");

    instance.inject(Fault::dropped_in_body());
    let answer = raw(&instance, GET).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let promised = head.split_once("content-length: ").unwrap().1;
    let promised: usize = promised.lines().next().unwrap().parse().unwrap();
    assert!(
        !body.is_empty() && body.len() < promised,
        "{} of {promised}",
        body.len()
    );

    let bot = client(&instance);
    instance.inject(Fault::dropped().after_doing());
    assert!(matches!(posted(&bot).await, Err(Error::NotReached(_))));
    assert_eq!(instance.statuses_of("bot").len(), 1);
}

#[tokio::test]
async fn answers_wait_for_the_script() {
    let instance = start().await;
    let bot = client(&instance);
    let held = instance.inject(Fault::held());
    let posting = tokio::spawn({
        let bot = bot.clone();
        async move { posted(&bot).await }
    });
    instance.wait_for_status_of("bot", |_| true).await.unwrap();
    assert!(!posting.is_finished());
    assert_eq!(held.hits(), 1);
    held.release();
    posting.await.unwrap().unwrap();

    instance.inject(Fault::never());
    let posting = tokio::spawn(async move { posted(&bot).await });
    let fits = |request: &mastodon_api::testing::RecordedRequest| *request.method() == Method::POST;
    instance.wait_for_request(fits).await.unwrap();
    assert_eq!(
        instance.statuses_of("bot").len(),
        1,
        "the second was not done"
    );
    instance.stop().await;
    assert!(matches!(posting.await.unwrap(), Err(Error::NotReached(_))));
}

#[tokio::test]
async fn a_fault_meets_the_requests_that_it_fits_as_often_as_it_says() {
    let instance = start().await;
    let bot = client(&instance);
    let me = async || bot.me().await.is_ok();
    let post = async || posted(&bot).await.is_ok();
    let error = || Fault::status(StatusCode::INTERNAL_SERVER_ERROR);

    let posts = instance.inject(error().method(Method::POST).times(2));
    assert_eq!(
        [me().await, post().await, post().await, post().await],
        [true, false, false, true]
    );
    assert_eq!(posts.hits(), 2);

    let accounts = instance.inject(error().path("/api/v1/accounts/*").always());
    assert_eq!([me().await, me().await, post().await], [false, false, true]);
    accounts.clear();
    instance.inject(error().streams().always());
    assert!(me().await);

    instance.clear_faults();
    let mut runs = Vec::new();
    for _ in 0..2 {
        let weather = instance.inject(error().rest().with_probability(0.5, 7));
        let mut run = Vec::new();
        for _ in 0..20 {
            run.push(me().await);
        }
        weather.clear();
        assert!(run.contains(&true) && run.contains(&false));
        runs.push(run);
    }
    assert_eq!(runs[0], runs[1], "the same seed makes the same choices");
}

pub(super) type Socket = WebSocketStream<TcpStream>;

pub(super) async fn websocket(instance: &FakeInstance) -> Result<Socket, tungstenite::Error> {
    let mut url = instance
        .url()
        .join("/api/v1/streaming?stream=user")
        .unwrap();
    url.set_scheme("ws").unwrap();
    let mut request = url.as_str().into_client_request().unwrap();
    let token = instance.token("bot");
    let value = HeaderValue::from_str(&format!("Bearer {}", token.expose())).unwrap();
    request.headers_mut().insert(header::AUTHORIZATION, value);
    let address = instance.url().socket_addrs(|| None).unwrap();
    let socket = TcpStream::connect(&*address).await?;
    Ok(tokio_tungstenite::client_async(request, socket).await?.0)
}

async fn sse(instance: &FakeInstance) -> TcpStream {
    let token = instance.token("bot");
    let request = format!(
        "GET /api/v1/streaming/user HTTP/1.1\r\nhost: here\r\nconnection: close\r\nauthorization: Bearer {}\r\n\r\n",
        token.expose()
    );
    ask(instance, &request).await
}

async fn rest_of(mut socket: TcpStream) -> String {
    let mut answer = Vec::new();
    let _ = socket.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn streams_end_in_three_ways() {
    let instance = start().await;
    let hello = RawEvent::new("hello", None::<&str>);
    type Way = (&'static str, fn(&FakeInstance));
    let ways: [Way; 3] = [
        ("orderly", FakeInstance::disconnect_streams),
        ("cut", FakeInstance::cut_streams),
        ("in a message", FakeInstance::cut_streams_in_message),
    ];
    for (way, end) in ways {
        let mut socket = websocket(&instance).await.unwrap();
        let text = sse(&instance).await;
        instance
            .wait_for_subscribers(&Stream::User, 2)
            .await
            .unwrap();
        instance.send_event(&Stream::User, &hello);
        end(&instance);
        assert_eq!(instance.connections(), 0);

        let first = socket.next().await.unwrap().unwrap();
        assert!(
            first.to_text().unwrap().contains("hello"),
            "{way}: what was sent before arrives"
        );
        let last = socket.next().await.unwrap();
        assert_eq!(
            matches!(last, Ok(Message::Close(Some(_)))),
            way == "orderly",
            "{last:?}"
        );
        assert_eq!(last.is_err(), way != "orderly", "{last:?}");

        let text = rest_of(text).await;
        assert!(text.contains("event: hello\n"), "{way}: {text}");
        assert_eq!(text.ends_with("\r\n0\r\n\r\n"), way == "orderly", "{text}");
        assert_eq!(
            text.contains("event: update"),
            way == "in a message",
            "{text}"
        );
        assert!(!text.contains("xxx"), "{text}");
    }
}

#[tokio::test]
async fn streams_are_refused_closed_at_once_or_silent() {
    let instance = start().await;
    let blocked = instance.inject(Fault::status(StatusCode::FORBIDDEN).websocket().always());
    let refused = websocket(&instance).await.unwrap_err();
    assert!(
        matches!(&refused, tungstenite::Error::Http(answer) if answer.status() == 403),
        "{refused:?}"
    );
    drop(sse(&instance).await);
    instance.wait_for_subscriber(&Stream::User).await.unwrap();
    blocked.clear();

    instance.inject(Fault::closed_at_once().times(2));
    let last = websocket(&instance).await.unwrap().next().await.unwrap();
    assert!(matches!(last, Ok(Message::Close(_))), "{last:?}");
    assert!(rest_of(sse(&instance).await).await.ends_with("0\r\n\r\n"));

    instance.set_heartbeat(Duration::from_millis(5));
    instance.inject(Fault::stalled().times(1));
    let mut silent = websocket(&instance).await.unwrap();
    let mut stalled = websocket(&instance).await.unwrap();
    assert!(matches!(stalled.next().await, Some(Ok(Message::Ping(_)))));
    instance.stall_streams();
    let mut lively = websocket(&instance).await.unwrap();
    instance.wait_for_subscriber(&Stream::User).await.unwrap();
    instance.send_text(&Stream::User, "no event");
    let mut seen = false;
    // The lively one has pings and the text, after which the others have had time for theirs.
    for _ in 0..5 {
        seen |= lively.next().await.unwrap().unwrap() == Message::text("no event");
    }
    assert!(seen);
    let none = std::future::poll_fn(|context| {
        std::task::Poll::Ready(silent.poll_next_unpin(context).is_pending())
    });
    assert!(none.await);
    instance.stop().await;
    assert!(silent.next().await.unwrap().is_err());
}

#[tokio::test]
async fn a_restart_ends_all_and_forgets_nothing() {
    let instance = start().await;
    let bot = client(&instance);
    posted(&bot).await.unwrap();
    let mut socket = websocket(&instance).await.unwrap();
    let text = sse(&instance).await;
    instance.inject(Fault::never().path("/api/v1/timelines/home"));
    let waiting = tokio::spawn({
        let bot = bot.clone();
        async move {
            bot.send(mastodon_api::methods::timelines::Home::new())
                .await
        }
    });
    let fits = |request: &mastodon_api::testing::RecordedRequest| request.path().ends_with("/home");
    instance.wait_for_request(fits).await.unwrap();

    instance.go_down().await;
    assert!(socket.next().await.unwrap().is_err());
    rest_of(text).await;
    assert!(waiting.await.unwrap().is_err());
    assert!(matches!(bot.me().await, Err(Error::NotReached(_))));
    let missed = instance.post_as("bot", "while it was away", Visibility::Public);

    instance.come_back().await.unwrap();
    assert!(bot.me().await.is_ok());
    let call = mastodon_api::methods::statuses::Get::new(&missed.id);
    assert!(bot.send(call).await.is_ok());
    websocket(&instance).await.unwrap();
    instance.restart().await.unwrap();
    websocket(&instance).await.unwrap();
    assert_eq!(instance.statuses_of("bot").len(), 2);
}

#[tokio::test]
async fn one_who_waits_in_vain_is_told_what_was_seen() {
    let instance = start().await;
    instance.set_patience(Duration::from_millis(20));
    instance.post_as("bot", "good morning", Visibility::Unlisted);
    let not_seen = instance
        .wait_for_status_of("bot", |_| false)
        .await
        .unwrap_err();
    assert!(
        not_seen.seen()[0].contains("unlisted: \"good morning\""),
        "{not_seen}"
    );
    let _ = client(&instance).me().await;
    let not_seen = instance.wait_for_request(|_| false).await.unwrap_err();
    assert_eq!(not_seen.seen(), ["GET /api/v1/accounts/verify_credentials"]);
    let mut socket = websocket(&instance).await.unwrap();
    let not_seen = instance
        .wait_for_subscriber(&Stream::Direct)
        .await
        .unwrap_err();
    assert_eq!(not_seen.seen(), ["User"]);
    let _ = socket.close(None).await;
}

#[tokio::test]
async fn what_the_fake_does_not_know_is_listed() {
    let instance = start().await;
    let bot = client(&instance);
    let error = bot
        .send(mastodon_api::methods::trends::Tags::new())
        .await
        .unwrap_err();
    assert!(error.is_not_found());
    let error = bot
        .send(mastodon_api::methods::statuses::Get::new("999"))
        .await
        .unwrap_err();
    assert!(error.is_not_found());
    let unknown = instance.unknown_requests();
    assert_eq!(unknown.len(), 1, "{unknown:?}");
    assert_eq!(unknown[0].path(), "/api/v1/trends/tags");
}
