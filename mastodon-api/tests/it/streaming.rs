//! Streams over real sockets, from servers that do what they should not.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use mastodon_api::{
    Client, Error,
    error::NotReachedReason,
    streaming::{
        Breakage, Event, EventStream, ForeignHost, Heard, MalformedReason, OpenStream, Outage,
        RawEvent, Stream, Transport, websocket,
    },
};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use url::Url;

mod attacks;

const TOKEN: &str = "planted-token-that-nobody-may-see";
const STATUS: &str = r#"{"id":"1","account":{"id":"2"},"content":"<p>hi</p>"}"#;

/// A server that hands each connection to `answer`, with the head of the request that came over it.
pub(super) struct Odd {
    url: Url,
    connections: Arc<AtomicUsize>,
}

impl Odd {
    pub(super) async fn new<F, A>(answer: F) -> Self
    where
        F: Fn(String, TcpStream) -> A + Send + Sync + 'static,
        A: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = connections.clone();
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                counter.fetch_add(1, Ordering::SeqCst);
                let head = head(&mut socket).await;
                tokio::spawn(answer(head, socket));
            }
        });
        Self {
            url: url.parse().unwrap(),
            connections,
        }
    }

    /// A server that answers everything with this and hangs up.
    async fn saying(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::new(move |_, mut socket| {
            let answer = answer.clone();
            async move { write(&mut socket, &answer).await }
        })
        .await
    }

    /// A server that opens a WebSocket, writes these bytes into it and hangs up.
    async fn websocket(frames: Vec<u8>) -> Self {
        Self::new(move |head, mut socket| {
            let frames = frames.clone();
            async move {
                write(&mut socket, switch(&head).as_bytes()).await;
                write(&mut socket, &frames).await;
            }
        })
        .await
    }

    /// A server that answers with an event stream of these bytes.
    async fn sse(body: &str) -> Self {
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        Self::saying(answer).await
    }

    fn client(&self) -> Client {
        client(&self.url)
    }

    /// A stream there, and no timelines.
    pub(super) fn stream(&self, stream: Stream) -> OpenStream {
        let stream = self.client().stream(stream).base_url(self.url.clone());
        stream.backfill(0)
    }

    async fn open(&self, transport: Transport) -> Result<EventStream, Error> {
        up(self.stream(Stream::User).transport(transport)).await
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn client(base: &Url) -> Client {
    Client::new(base.as_str()).unwrap().with_token(TOKEN)
}

async fn head(socket: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match socket.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(head).unwrap()
}

pub(super) async fn write(socket: &mut TcpStream, bytes: &[u8]) {
    // The client may have seen enough and hung up.
    let _ = socket.write_all(bytes).await;
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then_some(value.trim())
    })
}

pub(super) fn switch(head: &str) -> String {
    let key = header(head, "sec-websocket-key").unwrap_or_default();
    let accept = derive_accept_key(key.as_bytes());
    format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\n\r\n"
    )
}

fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        short @ 0..126 => frame.push(short as u8),
        long => {
            frame.push(127);
            frame.extend((long as u64).to_be_bytes());
        }
    }
    frame.extend(payload);
    frame
}

pub(super) fn text(payload: &str) -> Vec<u8> {
    frame(0x81, payload.as_bytes())
}

/// A stream that has said that it is up.
async fn up(stream: OpenStream) -> Result<EventStream, Error> {
    let mut stream = stream.await?;
    match stream.next().await {
        Some(Ok(Heard::Up(up))) => assert_eq!(stream.transport(), Some(up.transport)),
        other => panic!("{other:?}"),
    }
    Ok(stream)
}

async fn event(stream: &mut EventStream) -> Event {
    match stream.next().await {
        Some(Ok(Heard::Event(happened))) => happened.event,
        other => panic!("{other:?}"),
    }
}

/// Why a stream is down.
async fn end(mut stream: EventStream) -> Outage {
    let down = match stream.next().await {
        Some(Ok(Heard::Down(down))) => down,
        other => panic!("{other:?}"),
    };
    assert_eq!(stream.transport(), None);
    assert!(!format!("{down:?} {}", down.why).contains(TOKEN));
    down.why
}

fn breakage(outage: Outage) -> Breakage {
    match outage {
        Outage::Broken { breakage, .. } => breakage,
        other => panic!("{other:?}"),
    }
}

fn malformed(event: &Event) -> MalformedReason {
    match event {
        Event::Malformed(malformed) => malformed.reason(),
        other => panic!("{other:?}"),
    }
}

fn is_status(event: &Event) -> bool {
    matches!(event, Event::Update(status) if status.content.as_str() == "<p>hi</p>")
}

#[tokio::test]
async fn odd_events_over_a_websocket_and_the_stream_lives() {
    let once = serde_json::to_string(STATUS).unwrap();
    let twice = serde_json::to_string(&once).unwrap();
    let frames = [
        text(r#"{"stream":["user"],"event":"quack","payload":"loud"}"#),
        text(r#"{"stream":["user"],"event":"update","payload":"{not json"}"#),
        text(&format!(
            r#"{{"stream":["user"],"event":"update","payload":{twice}}}"#
        )),
        text(r#"{"stream":["user"],"event":"update"}"#),
        text("pong"),
        frame(0x82, b"\xFF"),
        text(&format!(
            r#"{{"stream":["user"],"event":"update","payload":{}}}"#,
            STATUS.replace(r#""1""#, r#""3""#)
        )),
        frame(0x88, b"\x03\xE9restart"),
    ];
    let server = Odd::websocket(frames.concat()).await;
    let mut stream = server.open(Transport::WebSocket).await.unwrap();

    let unknown = Event::Unknown(RawEvent::new("quack", Some("loud")));
    assert_eq!(event(&mut stream).await, unknown);
    let bad = event(&mut stream).await;
    assert_eq!(malformed(&bad), MalformedReason::BadPayload);
    assert_eq!(bad.name(), "update");
    assert!(is_status(&event(&mut stream).await));
    let missing = event(&mut stream).await;
    assert_eq!(malformed(&missing), MalformedReason::NoPayload);
    for _ in ["pong", "binary"] {
        assert_eq!(
            malformed(&event(&mut stream).await),
            MalformedReason::NoEvent
        );
    }
    assert!(is_status(&event(&mut stream).await));
    match end(stream).await {
        Outage::Closed { code, reason, .. } => {
            assert_eq!((code, &*reason), (Some(1001), "restart"));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn odd_events_over_server_sent_events_and_the_stream_lives() {
    let twice = serde_json::to_string(STATUS).unwrap();
    let body = format!(
        ":)\n\nevent: quack\ndata: loud\n\n:thump\n\nevent: update\ndata: {{not json\n\n\
         event: update\ndata: {twice}\n\nevent: update\n\nevent: update\r\ndata: {}\r\n\r\n\
         event: filters_changed\ndata: undefined\n\nevent: delete\ndata: 5\n\nevent: delete\ndata: lost",
        "x".repeat(2000),
    );
    let server = Odd::sse(&body).await;
    let stream = server.stream(Stream::User).transport(Transport::Sse);
    let mut stream = up(stream.max_message(1000)).await.unwrap();

    let unknown = Event::Unknown(RawEvent::new("quack", Some("loud")));
    assert_eq!(event(&mut stream).await, unknown);
    assert_eq!(
        malformed(&event(&mut stream).await),
        MalformedReason::BadPayload
    );
    assert!(is_status(&event(&mut stream).await));
    assert_eq!(
        malformed(&event(&mut stream).await),
        MalformedReason::NoPayload
    );
    assert_eq!(
        malformed(&event(&mut stream).await),
        MalformedReason::TooLong
    );
    assert_eq!(event(&mut stream).await, Event::FiltersChanged);
    assert_eq!(event(&mut stream).await, Event::Delete("5".into()));
    assert!(matches!(end(stream).await, Outage::Closed { .. }));
}

#[tokio::test]
async fn a_message_at_the_limit_passes_and_one_past_it_ends_the_stream() {
    let message = r#"{"event":"delete","payload":"5"}"#;
    let frames = [text(message), text(&format!("{message} "))].concat();
    let server = Odd::websocket(frames).await;
    let stream = server.stream(Stream::User).max_message(message.len());
    let mut stream = up(stream).await.unwrap();
    assert_eq!(event(&mut stream).await, Event::Delete("5".into()));
    assert_eq!(breakage(end(stream).await), Breakage::TooLong);
}

#[tokio::test]
async fn a_frame_bomb_is_refused_before_it_comes() {
    let limit = 1024 * 1024_u64;
    let announced = [&[0x81, 127][..], &(limit + 1).to_be_bytes()].concat();
    let exactly = [&[0x81, 127][..], &u64::MAX.to_be_bytes()].concat();
    let part = vec![b' '; 300_000];
    let parts = [
        frame(0x01, &part),
        frame(0x00, &part),
        frame(0x00, &part),
        frame(0x00, &part),
    ];
    for frames in [announced, exactly, parts.concat()] {
        let server = Odd::new(move |head, mut socket| {
            let frames = frames.clone();
            async move {
                write(&mut socket, switch(&head).as_bytes()).await;
                write(&mut socket, &frames).await;
                // It does not hang up, so the client cannot be waiting for more.
                std::future::pending::<()>().await;
            }
        })
        .await;
        let stream = server.open(Transport::WebSocket).await.unwrap();
        assert_eq!(breakage(end(stream).await), Breakage::TooLong);
    }
}

#[tokio::test]
async fn frames_against_the_rules_end_the_stream() {
    for (frames, expected) in [
        (frame(0x81, b"\xFF\xFE"), Breakage::NotUtf8),
        (frame(0xC1, b"{}"), Breakage::Protocol),
        (frame(0x83, b""), Breakage::Protocol),
        (frame(0x09, b"ping in pieces"), Breakage::Protocol),
        (vec![0x81, 0x80, 1, 2, 3, 4], Breakage::Protocol),
        (Vec::new(), Breakage::Lost),
        (vec![0x81, 20, b'{'], Breakage::Lost),
    ] {
        let server = Odd::websocket(frames.clone()).await;
        let stream = server.open(Transport::WebSocket).await.unwrap();
        assert_eq!(breakage(end(stream).await), expected, "{frames:?}");
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_told() {
    let server = Odd::saying(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n\
         19\r\nevent: delete\ndata: 5\n\n\r\n",
    )
    .await;
    let mut stream = server.open(Transport::Sse).await.unwrap();
    assert_eq!(event(&mut stream).await, Event::Delete("5".into()));
    assert_eq!(breakage(end(stream).await), Breakage::Lost);
}

#[tokio::test]
async fn the_words_of_the_server_end_the_stream() {
    for (message, expected) in [
        (
            r#"{"error":"Invalid\u001b access token","status":401}"#,
            (Some(401), "Invalid access token"),
        ),
        (
            r#"{"error":"Unknown stream type","status":400}"#,
            (Some(400), "Unknown stream type"),
        ),
        (
            r#"{"error":"An unexpected error occurred"}"#,
            (None, "An unexpected error occurred"),
        ),
    ] {
        let server = Odd::websocket(text(message)).await;
        match end(server.open(Transport::WebSocket).await.unwrap()).await {
            Outage::Refused {
                status, message, ..
            } => assert_eq!((status, &*message), expected),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn many_pings_do_no_harm() {
    let server = Odd::new(|head, mut socket| async move {
        write(&mut socket, switch(&head).as_bytes()).await;
        let mut frames = frame(0x89, b"?").repeat(100_000);
        frames.extend(text(r#"{"event":"delete","payload":"5"}"#));
        let (mut reader, mut writer) = socket.split();
        let mut pongs = tokio::io::sink();
        let answers = tokio::io::copy(&mut reader, &mut pongs);
        let _ = tokio::join!(writer.write_all(&frames), answers);
    })
    .await;
    let mut stream = server.open(Transport::WebSocket).await.unwrap();
    assert_eq!(event(&mut stream).await, Event::Delete("5".into()));
}

/// Time stands still but for what the test moves it, so nothing here is luck.
#[tokio::test]
async fn silence_ends_a_stream_and_a_heartbeat_prolongs_it() {
    // The clock does not run ahead by itself while something blocks.
    let (done, blocked) = std::sync::mpsc::channel::<()>();
    tokio::task::spawn_blocking(move || blocked.recv());
    for (transport, opening, heartbeat) in [
        (Transport::WebSocket, None, frame(0x89, b"?")),
        (
            Transport::Sse,
            Some("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"),
            b":thump\n\n".to_vec(),
        ),
    ] {
        let (beat, beats) = tokio::sync::watch::channel(0);
        let server = Odd::new(move |head, mut socket| {
            let (mut beats, heartbeat) = (beats.clone(), heartbeat.clone());
            async move {
                let opening = opening.map_or_else(|| switch(&head), ToOwned::to_owned);
                write(&mut socket, opening.as_bytes()).await;
                while beats.changed().await.is_ok() {
                    write(&mut socket, &heartbeat).await;
                }
            }
        })
        .await;
        let mut stream = server.open(transport).await.unwrap();

        tokio::time::pause();
        let mut next = Box::pin(stream.next());
        for number in 1..=3 {
            assert!(is_pending(&mut next).await);
            tokio::time::advance(Duration::from_secs(60)).await;
            beat.send(number).unwrap();
            arrived(&mut next).await;
        }
        assert!(
            is_pending(&mut next).await,
            "180 s, but never 90 in silence"
        );
        tokio::time::advance(Duration::from_secs(91)).await;
        match next.await {
            Some(Ok(Heard::Down(down))) => {
                let Outage::Silent { limit, .. } = down.why else {
                    panic!("{down:?}")
                };
                assert_eq!(limit, Duration::from_secs(90));
            }
            other => panic!("{other:?}"),
        }
        tokio::time::resume();
    }
    drop(done);
}

/// Whether nothing has come yet, after all that is ready has been done.
async fn is_pending<F: Future + Unpin>(future: &mut F) -> bool {
    tokio::select! {
        biased;
        _ = future => false,
        () = tokio::task::yield_now() => true,
    }
}

/// Lets a heartbeat travel: from the task of the server over the loopback interface to the reader.
async fn arrived<F: Future + Unpin>(future: &mut F) {
    for _ in 0..1000 {
        assert!(is_pending(future).await);
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Odd::saying("HTTP/1.1 200 OK\r\n\r\n").await;
    let answer = format!(
        "HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n",
        elsewhere.url
    );
    for transport in [Transport::WebSocket, Transport::Sse] {
        let server = Odd::saying(answer.clone()).await;
        match server.open(transport).await.unwrap_err() {
            Error::NotReached(error) => {
                assert_eq!(error.reason, NotReachedReason::RedirectedElsewhere);
            }
            other => panic!("{other:?}"),
        }
    }
    let server = Odd::saying(answer).await;
    assert!(server.stream(Stream::User).await.is_err());
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn a_refused_token_is_told_at_once() {
    let server = Odd::saying(
        "HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nX-Error-Message: Invalid access token\r\n\r\n",
    )
    .await;
    let error = server.stream(Stream::User).await.unwrap_err();
    assert!(error.is_unauthorized());
    assert!(!format!("{error:?} {error}").contains(TOKEN));
    // A proxy may refuse one way or another; that the timelines say the same settles it.
    assert_eq!(server.connections(), 4);
}

#[tokio::test]
async fn where_a_websocket_is_refused_server_sent_events_take_its_place() {
    let page = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/html\r\n\r\n<h1>Hi</h1>";
    for refusal in [
        "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n",
        page,
    ] {
        let server = Odd::new(move |head, mut socket| async move {
            let answer = if head.starts_with("GET /api/v1/streaming/user ") {
                "HTTP/1.1 200 OK\r\nContent-Type: Text/Event-Stream; charset=utf-8\r\n\r\n\
                 event: delete\ndata: 5\n\n"
            } else {
                refusal
            };
            write(&mut socket, answer.as_bytes()).await;
        })
        .await;
        let mut stream = up(server.stream(Stream::User)).await.unwrap();
        assert_eq!(stream.transport(), Some(Transport::Sse));
        assert_eq!(event(&mut stream).await, Event::Delete("5".into()));
        assert!(server.open(Transport::WebSocket).await.is_err());
    }
    let server = Odd::saying(page).await;
    let error = server.open(Transport::Sse).await.unwrap_err();
    assert!(matches!(error, Error::NotUnderstood(_)), "{error:?}");
}

#[tokio::test]
async fn handshakes_against_the_rules_are_refused() {
    let good = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
    for extra in [
        format!("{good}Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n"),
        good.to_owned(),
        "Connection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n".to_owned(),
        "Upgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n".to_owned(),
        format!(
            "{good}Sec-WebSocket-Accept: {{accept}}\r\nSec-WebSocket-Extensions: permessage-deflate\r\n"
        ),
        format!("{good}Sec-WebSocket-Accept: {{accept}}\r\nSec-WebSocket-Protocol: other\r\n"),
    ] {
        let server = Odd::new(move |head, mut socket| {
            let key = header(&head, "sec-websocket-key").unwrap();
            let extra = extra.replace("{accept}", &derive_accept_key(key.as_bytes()));
            async move {
                let answer = format!("HTTP/1.1 101 Switching Protocols\r\n{extra}\r\n");
                write(&mut socket, answer.as_bytes()).await;
            }
        })
        .await;
        let error = server.open(Transport::WebSocket).await.unwrap_err();
        assert!(matches!(error, Error::NotUnderstood(_)), "{error:?}");
    }
}

#[tokio::test]
async fn endless_headers_are_refused() {
    let server = Odd::new(|_, mut socket| async move {
        write(&mut socket, b"HTTP/1.1 101 Switching Protocols\r\nX: ").await;
        let piece = [b'x'; 64 * 1024];
        while socket.write_all(&piece).await.is_ok() {}
    })
    .await;
    let error = server.open(Transport::WebSocket).await.unwrap_err();
    assert!(matches!(error, Error::NotReached(_)), "{error:?}");
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_left() {
    let server = Odd::new(|_, socket| async move {
        std::future::pending::<()>().await;
        drop(socket);
    })
    .await;
    let stream = server.stream(Stream::User);
    match stream
        .connect_timeout(Duration::from_millis(50))
        .await
        .unwrap_err()
    {
        Error::NotReached(error) => assert_eq!(error.reason, NotReachedReason::Timeout),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_token_travels_in_headers_only_and_is_never_shown() {
    for (transport, is_foreign) in [
        (Transport::WebSocket, false),
        (Transport::Sse, false),
        (Transport::WebSocket, true),
    ] {
        let (heads, mut received) = tokio::sync::mpsc::unbounded_channel();
        let server = Odd::new(move |head, _| {
            let heads = heads.clone();
            async move { heads.send(head).unwrap() }
        })
        .await;
        let stream = server.stream(Stream::Hashtag("größe".into()));
        let mut stream = stream.transport(transport);
        if is_foreign {
            // It might follow a redirect, which only the usual header survives unharmed.
            stream = stream.http_client(reqwest::Client::new());
        }
        assert!(!format!("{stream:?}").contains(TOKEN));
        let error = stream.await.unwrap_err();
        assert!(!format!("{error:?}").contains(TOKEN));

        let head = received.recv().await.unwrap();
        let line = head.lines().next().unwrap();
        assert!(line.contains("tag=gr%C3%B6%C3%9Fe"), "{line}");
        assert!(!line.contains(TOKEN), "{line}");
        let bearer = format!("Bearer {TOKEN}");
        assert_eq!(header(&head, "authorization"), Some(&*bearer));
        let protocol = header(&head, "sec-websocket-protocol");
        let expected = (transport == Transport::WebSocket && !is_foreign).then_some(TOKEN);
        assert_eq!(protocol, expected);
        assert_eq!(header(&head, "sec-websocket-extensions"), None);
    }
}

#[tokio::test]
async fn the_token_goes_to_another_host_only_if_allowed() {
    let streams = Odd::websocket(text(r#"{"event":"delete","payload":"5"}"#)).await;
    let port = streams.url.port().unwrap();
    let instance = instance_that_names(&format!("ws://localhost:{port}")).await;

    let error = instance
        .client()
        .stream(Stream::User)
        .backfill(0)
        .await
        .unwrap_err();
    let source = std::error::Error::source(&error).unwrap().source().unwrap();
    let foreign: &ForeignHost = source.downcast_ref().unwrap();
    assert_eq!(foreign.url, format!("http://localhost:{port}/"));
    assert_eq!(streams.connections(), 0);

    let stream = instance.client().stream(Stream::User);
    let mut stream = up(stream.allow_host("localhost").backfill(0))
        .await
        .unwrap();
    assert_eq!(event(&mut stream).await, Event::Delete("5".into()));
}

#[tokio::test]
async fn a_streaming_address_that_makes_no_sense_is_refused() {
    for named in [
        "ftp://127.0.0.1",
        "not a url",
        "ws://",
        "javascript:alert(1)",
    ] {
        let instance = instance_that_names(named).await;
        let stream = instance.client().stream(Stream::User);
        let error = stream.backfill(0).await.unwrap_err();
        assert!(
            matches!(error, Error::InvalidRequest(_)),
            "{named}: {error:?}"
        );
    }
}

/// An instance that says that its streams are there.
async fn instance_that_names(streaming: &str) -> Odd {
    let body = serde_json::json!({ "configuration": { "urls": { "streaming": streaming } } });
    let body = body.to_string();
    Odd::saying(format!(
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    ))
    .await
}

/// The examples of the documentation, and its list of streams, where they are at hand.
#[test]
fn the_examples_of_the_documentation_are_read() {
    let Some(folder) = std::env::var_os("FEDIKIT_SHARED") else {
        println!("skipped: FEDIKIT_SHARED names no folder with the documentation's facts");
        return;
    };
    let folder = std::path::Path::new(&folder).join("mastodon-api");
    let read = |name: &str| -> Value {
        let text = std::fs::read(folder.join(name)).unwrap();
        serde_json::from_slice(&text).unwrap()
    };
    let facts = read("streaming.json");

    let mut count = 0;
    for name in facts["examples"].as_array().unwrap() {
        let name = name.as_str().unwrap();
        let example = read(&format!("examples/{name}"));
        let event = if let Some(event) = example["event"]
            .as_str()
            .filter(|_| name.contains("event."))
        {
            let data = match &example["data"] {
                Value::Null => None,
                Value::String(text) => Some(text.clone()),
                other => Some(other.to_string()),
            };
            Event::decode(event, data.as_deref())
        } else if example.get("event").is_some() {
            match websocket::decode(&example.to_string()) {
                websocket::Message::Event { event, .. } => event,
                other => panic!("{name}: {other:?}"),
            }
        } else {
            continue;
        };
        let is_known = !matches!(event, Event::Unknown(_) | Event::Malformed(_));
        assert!(is_known, "{name}: {event:?}");
        count += 1;
    }
    assert!(count >= 30, "{count}");

    for stream in facts["streams"].as_array().unwrap() {
        let name = stream["name"].as_str().unwrap();
        let found = Stream::from_name(name, Some(":tag"), Some(":list_id")).expect(name);
        let target = stream["sse"].as_str().unwrap().trim_start_matches("GET ");
        assert_eq!(found.sse_target(), target);
    }
}
