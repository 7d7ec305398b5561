//! Handshakes that do not end, and HTTP/2 that floods, over real TLS on loopback.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use guarded_http::{GuardedClient, Limits, TransientReason};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::server::TlsStream;
use url::Url;

use crate::client::reason;
use crate::secure::{acceptor, certificate};

fn client(server: SocketAddr, root: Option<Vec<u8>>, limits: Limits) -> GuardedClient {
    let builder = GuardedClient::builder()
        .danger_resolve("v.example", server)
        .limits(limits);
    match root {
        Some(root) => builder.trust_root(root),
        None => builder,
    }
    .build()
    .unwrap()
}

fn url() -> Url {
    "https://v.example/".parse().unwrap()
}

/// Somebody who takes the call and says nothing, or something else than TLS.
#[tokio::test]
async fn a_handshake_that_does_not_end_ends_at_the_connect_limit() {
    const LIMIT: Duration = Duration::from_millis(200);
    for (said, expected) in [
        (&b""[..], TransientReason::ConnectTimeout),
        // A TLS record that announces more than comes.
        (&[22, 3, 3, 64, 0, 2], TransientReason::ConnectTimeout),
        (b"220 mail.example ESMTP\r\n", TransientReason::Tls),
        (b"HTTP/1.1 400 X\r\n\r\n", TransientReason::Tls),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let silent = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            socket.write_all(said).await.unwrap();
            let mut all = Vec::new();
            let _ = socket.read_to_end(&mut all).await;
        });
        let client = client(address, None, Limits::new().connect(LIMIT));
        let begun = Instant::now();
        let error = client.get(url()).send().await.unwrap_err();
        assert_eq!(reason(&error), Some(expected));
        assert!(begun.elapsed() < 10 * LIMIT);
        silent.await.unwrap();
    }
}

/// A peer that takes the connection, and none of what is sent, has it no longer than the request may last.
#[tokio::test]
async fn who_takes_nothing_keeps_no_connection() {
    const LIMIT: Duration = Duration::from_millis(300);
    for protocol in ["http/1.1", "h2"] {
        let (acceptor, root) = acceptor(certificate(), &[protocol]);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let peer = tokio::spawn(async move {
            let (socket, _) = listener.accept().await.unwrap();
            acceptor.accept(socket).await.unwrap()
        });
        let client = client(address, Some(root), Limits::new().idle(LIMIT));
        let request = client.request(http::Method::POST, url());
        // More than the two ends of a socket hold.
        let error = request.body(vec![0; 32 << 20]).send().await.unwrap_err();
        assert!(error.is_transient(), "{protocol}: {error}");
        // Who says something to a socket that is closed is told so.
        let mut socket = peer.await.unwrap().into_inner().0;
        let told = async { while socket.write_all(b"x").await.is_ok() {} };
        let told = tokio::time::timeout(20 * LIMIT, told).await;
        assert!(told.is_ok(), "{protocol}");
    }
}

/// Each of them ends inside the limits, whatever a peer sends for ever.
#[tokio::test]
async fn floods_of_http_2_end() {
    const TOTAL: Duration = Duration::from_millis(300);
    let nothing = |_: &[u8]| Vec::new();
    let begin = |_: &[u8]| head(END_HEADERS, OK);
    let begin_open = |_: &[u8]| head(0, OK);
    // `x: y` that no table remembers: 0x00, a name of one byte, a value of one byte.
    let field = [0, 1, b'x', 1, b'y'];
    type Before = fn(&[u8]) -> Vec<u8>;
    let rows: [(&str, Before, Vec<u8>); 14] = [
        ("empty DATA", begin, frame(DATA, 0, 1, b"")),
        (
            "padded DATA without content",
            begin,
            frame(DATA, 8, 1, &[9, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        ),
        (
            "DATA without end",
            begin,
            frame(DATA, 0, 1, &[b'x'; 16_000]),
        ),
        (
            "CONTINUATION",
            begin_open,
            frame(CONTINUATION, 0, 1, &field),
        ),
        (
            "empty CONTINUATION",
            begin_open,
            frame(CONTINUATION, 0, 1, b""),
        ),
        ("PING", nothing, frame(PING, 0, 0, &[0; 8])),
        ("PING inside an answer", begin, frame(PING, 0, 0, &[0; 8])),
        ("SETTINGS", nothing, frame(SETTINGS, 0, 0, b"")),
        (
            "SETTINGS with a table that changes",
            nothing,
            frame(SETTINGS, 0, 0, &[0, 1, 0, 0, 16, 0]),
        ),
        (
            "WINDOW_UPDATE",
            nothing,
            frame(WINDOW_UPDATE, 0, 0, &[0, 0, 0, 1]),
        ),
        (
            "WINDOW_UPDATE of nothing",
            nothing,
            frame(WINDOW_UPDATE, 0, 1, &[0, 0, 0, 0]),
        ),
        (
            "PUSH_PROMISE",
            nothing,
            frame(PUSH_PROMISE, END_HEADERS, 1, &[0, 0, 0, 2, 0x82]),
        ),
        ("PRIORITY", nothing, frame(PRIORITY, 0, 1, &[0, 0, 0, 0, 1])),
        (
            "frames of a type that is none",
            nothing,
            frame(0xfe, 0, 1, &[0; 100]),
        ),
    ];
    for (flood, before, again) in rows {
        let server = Http2::start(before, move || again.repeat(100)).await;
        let client = client(
            server.address,
            Some(server.root),
            Limits::new().total(TOTAL),
        );
        let begun = Instant::now();
        let outcome = client.get(url()).send().await;
        let error = outcome.expect_err(flood);
        let time = begun.elapsed();
        println!("{flood}: {error} after {time:?}");
        assert!(time < 20 * TOTAL, "{flood}: {time:?}");
        assert!(
            error.is_transient() || error.is_refused(),
            "{flood}: {error:?}"
        );
    }
}

/// A table of HPACK turns two bytes into four thousand.
#[tokio::test]
async fn a_header_bomb_of_http_2_is_refused() {
    let value = vec![b'y'; 3000];
    // `x: yyy…`, remembered as entry 62, and then that entry again and again.
    let mut block = vec![0x88, 0x40, 1, b'x', 0x7f];
    let mut rest = value.len() - 0x7f;
    while rest >= 128 {
        block.push(u8::try_from(rest % 128).unwrap() | 128);
        rest /= 128;
    }
    block.push(u8::try_from(rest).unwrap());
    block.extend_from_slice(&value);
    block.extend_from_slice(&[0xbe; 8000]);
    let server = Http2::start(
        move |_| frame(HEADERS, END_HEADERS | END_STREAM, 1, &block),
        Vec::new,
    )
    .await;
    let error = client(server.address, Some(server.root), Limits::new())
        .get(url())
        .send()
        .await
        .unwrap_err();
    assert!(error.is_refused() || error.is_transient(), "{error:?}");
}

/// A server that is taken away in the middle, by the connection or by the stream.
#[tokio::test]
async fn an_answer_of_http_2_that_breaks_off_is_no_answer() {
    for (broken, last) in [
        ("reset", frame(RST_STREAM, 0, 1, &[0, 0, 0, 2])),
        ("refused", frame(RST_STREAM, 0, 1, &[0, 0, 0, 7])),
        ("gone", frame(GOAWAY, 0, 0, &[0, 0, 0, 0, 0, 0, 0, 11])),
        ("closed", Vec::new()),
    ] {
        let whole = [head(END_HEADERS, OK), frame(DATA, 0, 1, b"half"), last].concat();
        let server = Http2::start(move |_| whole.clone(), Vec::new).await;
        let limits = Limits::new().total(Duration::from_secs(5));
        let error = client(server.address, Some(server.root), limits)
            .get(url())
            .send()
            .await
            .expect_err(broken);
        assert!(
            error.is_transient() && !error.is_timeout(),
            "{broken}: {error:?}"
        );
    }
}

/// Frames by hand, because no library sends what these tests need.
struct Http2 {
    address: SocketAddr,
    root: Vec<u8>,
}

impl Http2 {
    /// Answers the first request of each connection with these frames, and then sends others while there are any.
    async fn start(
        first: impl Fn(&[u8]) -> Vec<u8> + Send + Sync + 'static,
        then: impl Fn() -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        let (tls, root) = acceptor(certificate(), &["h2"]);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (first, then) = (Arc::new(first), Arc::new(then));
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (tls, first, then) = (tls.clone(), Arc::clone(&first), Arc::clone(&then));
                tokio::spawn(async move {
                    let Ok(mut socket) = tls.accept(socket).await else {
                        return;
                    };
                    let request = read_head(&mut socket).await;
                    let mut frames = frame(SETTINGS, 0, 0, b"");
                    frames.extend(first(&request));
                    loop {
                        if socket.write_all(&frames).await.is_err() {
                            return;
                        }
                        frames = then();
                        if frames.is_empty() {
                            let _ = socket.shutdown().await;
                            return;
                        }
                    }
                });
            }
        });
        Self { address, root }
    }
}

/// The header block of the first request.
async fn read_head(socket: &mut TlsStream<tokio::net::TcpStream>) -> Vec<u8> {
    socket.read_exact(&mut [0; 24]).await.unwrap();
    loop {
        let mut head = [0; 9];
        socket.read_exact(&mut head).await.unwrap();
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; length as usize];
        socket.read_exact(&mut payload).await.unwrap();
        if head[3] == HEADERS {
            return payload;
        }
    }
}

/// RFC 9113, section 4.1.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let [_, a, b, c] = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = vec![a, b, c, kind, flags];
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

fn head(flags: u8, block: &[u8]) -> Vec<u8> {
    frame(HEADERS, flags, 1, block)
}

/// `:status: 200`, entry 8 of the static table.
const OK: &[u8] = &[0x88];

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const PRIORITY: u8 = 2;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PUSH_PROMISE: u8 = 5;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;

const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
