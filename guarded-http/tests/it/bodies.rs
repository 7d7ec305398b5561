//! What an answer's body may cost: bytes, memory and time, encoded or not, at once or in pieces.

use std::time::Duration;

use async_compression::brotli::EncoderParams;
use async_compression::tokio::bufread::{BrotliEncoder, GzipEncoder, ZlibEncoder, ZstdEncoder};
use futures_util::StreamExt;
use guarded_http::{Answer, Builder, Error, GuardedClient, Limits, Rule, TransientReason};
use http::Method;
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::client::{reason, rule};
use crate::loopback::{Reply, Server, Then};

fn builder() -> Builder {
    GuardedClient::builder().danger_allow_loopback()
}

fn client(limits: Limits) -> GuardedClient {
    builder().limits(limits).build().unwrap()
}

async fn all(mut reader: impl AsyncRead + Unpin) -> Vec<u8> {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).await.unwrap();
    bytes
}

async fn gzip(bytes: &[u8]) -> Vec<u8> {
    all(GzipEncoder::new(bytes)).await
}

async fn brotli(bytes: &[u8], window: i32) -> Vec<u8> {
    let params = EncoderParams::default()
        .quality(async_compression::Level::Precise(6))
        .window_size(window);
    all(BrotliEncoder::with_params(bytes, params)).await
}

/// The same text in every encoding that is offered.
async fn encoded(bytes: &[u8]) -> [(&'static str, Vec<u8>); 3] {
    [
        ("gzip", gzip(bytes).await),
        ("deflate", all(ZlibEncoder::new(bytes)).await),
        ("br", brotli(bytes, 22).await),
    ]
}

/// A server that says the same to everybody.
async fn saying(encoding: &str, body: Vec<u8>) -> Server {
    let headers = format!("content-encoding: {encoding}\r\n");
    Server::start(move |_| Reply::new(200, &headers, &body)).await
}

/// The outcome when a whole answer is asked for, which a stream must have too.
async fn outcome(client: &GuardedClient, server: &Server) -> Result<Answer, Error> {
    let outcome = client.get(server.url("/")).send().await;
    let streamed = async {
        let mut stream = client.get(server.url("/")).stream().await?;
        let mut count = 0;
        while let Some(chunk) = stream.chunk().await? {
            count += chunk.len();
        }
        assert_eq!(stream.chunk().await.unwrap(), None, "nothing after the end");
        Ok(count)
    };
    let streamed: Result<usize, Error> = streamed.await;
    match (&outcome, &streamed) {
        (Ok(answer), Ok(count)) => assert_eq!(answer.bytes().len(), *count),
        (one, other) => assert_eq!(
            one.as_ref().unwrap_err().to_string(),
            other.as_ref().unwrap_err().to_string()
        ),
    }
    outcome
}

#[tokio::test]
async fn encodings_that_are_offered_are_decoded() {
    let client = client(Limits::new());
    let text = "fediverse ".repeat(10_000);
    let mut cases = encoded(text.as_bytes()).await.to_vec();
    cases.push(("X-GZip", gzip(text.as_bytes()).await));
    let (start, end) = text.as_bytes().split_at(5_000);
    cases.push(("gzip", [gzip(start).await, gzip(end).await].concat()));
    cases.push(("Identity", text.clone().into_bytes()));
    for (encoding, body) in cases {
        let length = body.len().to_string();
        let server = saying(encoding, body).await;
        let answer = outcome(&client, &server).await.unwrap();
        assert_eq!(answer.bytes(), text.as_bytes(), "{encoding}");
        assert_eq!(answer.headers()["content-length"], length, "the wire's");
        let request = server.requests().remove(0);
        assert!(
            request.contains("\r\naccept-encoding: gzip, deflate, br\r\n"),
            "{request}"
        );
    }
}

#[tokio::test]
async fn other_encodings_are_refused() {
    let client = client(Limits::new());
    let twice = gzip(&gzip(b"x").await).await;
    let zstd = all(ZstdEncoder::new(&b"x"[..])).await;
    for (encoding, body) in [
        ("gzip, gzip", twice.clone()),
        ("gzip\r\ncontent-encoding: gzip", twice),
        ("gzip, identity", gzip(b"x").await),
        ("zstd", zstd),
        ("compress", vec![0x1f, 0x9d]),
        ("gzip;q=1", gzip(b"x").await),
    ] {
        let server = saying(encoding, body).await;
        assert_eq!(
            rule(outcome(&client, &server).await),
            Some(Rule::Encoded),
            "{encoding}"
        );
    }
}

#[tokio::test]
async fn who_wants_the_bytes_as_they_are_gets_no_others() {
    let server = saying("gzip", gzip(b"x").await).await;
    let get = |client: GuardedClient| client.get(server.url("/")).identity().send();
    assert_eq!(rule(get(client(Limits::new())).await), Some(Rule::Encoded));
    assert!(server.requests()[0].contains("\r\naccept-encoding: identity\r\n"));
    let server = Server::start(|_| Reply::new(200, "", b"x")).await;
    let answer = client(Limits::new()).get(server.url("/")).identity().send();
    assert_eq!(&answer.await.unwrap().bytes()[..], b"x");
}

#[tokio::test]
async fn data_that_is_not_what_it_says_is_refused() {
    let client = client(Limits::new());
    let text = "fediverse ".repeat(100);
    let zlib = all(ZlibEncoder::new(text.as_bytes())).await;
    let bare = zlib[2..zlib.len() - 4].to_vec();
    let mut cases = vec![("gzip", b"<html>".to_vec()), ("deflate", bare)];
    for (encoding, mut body) in encoded(text.as_bytes()).await {
        // The checksum's last byte, or its last but four: after it gzip has the length.
        let checksum = body.len() - if encoding == "gzip" { 5 } else { 1 };
        body.push(b'x');
        cases.push((encoding, body.clone()));
        body.pop();
        if encoding != "br" {
            body[checksum] ^= 0xff;
            cases.push((encoding, body));
        }
    }
    for (encoding, body) in cases {
        let server = saying(encoding, body.clone()).await;
        assert_eq!(
            rule(outcome(&client, &server).await),
            Some(Rule::Undecodable),
            "{encoding} {body:x?}"
        );
    }
}

#[tokio::test]
async fn data_that_ends_too_early_is_no_success() {
    let client = client(Limits::new());
    for (encoding, body) in encoded("fediverse ".repeat(100).as_bytes()).await {
        for end in [1, body.len() / 2, body.len() - 1] {
            let server = saying(encoding, body[..end].to_vec()).await;
            assert_eq!(
                reason(&outcome(&client, &server).await.unwrap_err()),
                Some(TransientReason::Broken),
                "{encoding} {end}"
            );
        }
    }
}

#[tokio::test]
async fn no_body_is_nothing_encoded() {
    let server = Server::start(|request| match request.split(' ').nth(1).unwrap() {
        "/204" => Reply::raw(
            "HTTP/1.1 204 X\r\nconnection: close\r\ncontent-encoding: gzip\r\n\r\n",
            Then::Silence,
        ),
        "/head" => Reply::raw(
            "HTTP/1.1 200 X\r\nconnection: close\r\ncontent-encoding: zstd\r\ncontent-length: 99999999\r\n\r\n",
            Then::Silence,
        ),
        "/chunked" => Reply::raw(
            "HTTP/1.1 200 X\r\nconnection: close\r\ncontent-encoding: br\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
            Then::Silence,
        ),
        _ => Reply::new(200, "content-encoding: gzip\r\n", b""),
    })
    .await;
    let client = client(Limits::new());
    for (method, path) in [
        (Method::GET, "/204"),
        (Method::HEAD, "/head"),
        (Method::GET, "/chunked"),
        (Method::GET, "/empty"),
    ] {
        let answer = client
            .request(method, server.url(path))
            .send()
            .await
            .unwrap();
        assert!(
            answer.bytes().is_empty() && !answer.is_truncated(),
            "{path}"
        );
    }
}

#[tokio::test]
async fn decoded_bytes_and_those_on_the_wire_have_a_limit_each() {
    let text = "x".repeat(5000);
    for (encoding, body) in encoded(text.as_bytes()).await {
        let wire = body.len();
        let server = saying(encoding, body).await;
        let limited = |decoded, wire| client(Limits::new().body(decoded).wire_body(wire));
        assert!(outcome(&limited(5000, wire), &server).await.is_ok());
        for limits in [limited(4999, wire), limited(5000, wire - 1)] {
            assert_eq!(
                rule(outcome(&limits, &server).await),
                Some(Rule::BodyTooLong),
                "{encoding}"
            );
        }
        let request = limited(1, 1).get(server.url("/"));
        assert!(
            request.body_limit(5000).send().await.is_ok(),
            "for one call"
        );
    }
}

/// A thousandfold, and for Brotli many times that: what is handed out stays below the limit, and what is held is one chunk.
#[tokio::test]
async fn bombs_end_at_the_limit() {
    let zeros = vec![0; 8 * 1024 * 1024];
    for (encoding, body) in [
        ("gzip", gzip(&zeros).await),
        ("br", brotli(&zeros, 22).await),
    ] {
        assert!(body.len() < 9_000, "{} bytes are no bomb", body.len());
        let server = saying(encoding, body).await;
        let client = client(Limits::new());
        let error = client.get(server.url("/")).send().await.unwrap_err();
        assert_eq!(error.refused().unwrap().rule(), Rule::BodyTooLong);
        let mut stream = client.get(server.url("/")).stream().await.unwrap();
        let mut count = 0;
        let error = loop {
            match stream.chunk().await {
                Ok(chunk) => {
                    let length = chunk.unwrap().len();
                    assert!(length <= 64 * 1024);
                    count += length;
                }
                Err(error) => break error,
            }
        };
        assert_eq!(error.refused().unwrap().rule(), Rule::BodyTooLong);
        assert!(count <= 1024 * 1024, "{count}");
    }
}

/// The decoder fills its window before it hands out a byte.
#[tokio::test]
async fn a_window_beyond_4_mib_is_refused() {
    let client = client(Limits::new());
    for window in [10, 16, 17, 18, 22] {
        let server = saying("br", brotli(b"text", window).await).await;
        assert!(outcome(&client, &server).await.is_ok(), "{window}");
    }
    // 30 bits, by the extension for large windows: the mark, the number, an empty last block.
    let large = vec![0x11, 30 | 3 << 6];
    for body in [brotli(b"text", 23).await, brotli(b"text", 24).await, large] {
        let server = saying("br", body.clone()).await;
        assert_eq!(
            rule(outcome(&client, &server).await),
            Some(Rule::Encoded),
            "{body:x?}"
        );
    }
}

#[tokio::test]
async fn an_explanation_may_be_encoded_too() {
    let why = gzip(b"why").await;
    let server = Server::start(move |request| match request.split(' ').nth(1).unwrap() {
        "/gzip" => Reply::new(404, "content-encoding: gzip\r\n", &why),
        "/zstd" => Reply::new(404, "content-encoding: zstd\r\n", b"x"),
        _ => Reply::new(404, "content-encoding: gzip\r\n", b"x"),
    })
    .await;
    let client = client(Limits::new());
    for (path, body, truncated) in [
        ("/gzip", "why", false),
        ("/zstd", "", true),
        ("/x", "", true),
    ] {
        let error = client.get(server.url(path)).send().await.unwrap_err();
        assert!(error.is_not_found(), "{path}");
        let answer = error.answer().unwrap();
        assert_eq!(answer.bytes(), body, "{path}");
        assert_eq!(answer.is_truncated(), truncated, "{path}");
    }
}

#[tokio::test]
async fn a_large_answer_comes_in_pieces() {
    const LENGTH: usize = 8 * 1024 * 1024;
    let server = Server::start(|_| {
        Reply::new(
            200,
            "content-type: image/png\r\nx-a: b\r\n",
            &vec![b'x'; LENGTH],
        )
    })
    .await;
    let get = || client(Limits::new()).get(server.url("/a#b"));
    assert_eq!(
        rule(get().stream().await),
        Some(Rule::BodyTooLong),
        "announced"
    );
    let mut stream = get()
        .expect(&["image/png"])
        .body_limit(LENGTH)
        .stream()
        .await
        .unwrap();
    assert_eq!(stream.status(), 200);
    assert_eq!(stream.headers()["x-a"], "b");
    assert_eq!(stream.content_type(), Some("image/png"));
    assert_eq!(stream.url(), &server.url("/a"));
    let (mut count, mut largest) = (0, 0);
    while let Some(chunk) = stream.next().await {
        let length = chunk.unwrap().len();
        count += length;
        largest = largest.max(length);
    }
    assert_eq!(count, LENGTH);
    assert!(largest < 512 * 1024, "{largest}");
    assert_eq!(
        rule(get().expect(&["image/gif"]).stream().await),
        Some(Rule::ContentType)
    );
}

#[tokio::test]
async fn a_stream_of_a_failure_is_that_failure() {
    let server = Server::start(|_| Reply::new(410, "", b"why")).await;
    let get = client(Limits::new()).get(server.url("/"));
    let error = get.stream().await.unwrap_err();
    assert!(error.is_gone());
    assert_eq!(error.answer().unwrap().bytes(), "why");
}

/// The answer to a write is read in pieces too, as far as a body may go.
#[tokio::test]
async fn a_write_may_be_streamed() {
    let server = Server::start(|_| Reply::new(200, "", &[b'x'; 100_000])).await;
    let request = client(Limits::new()).request(Method::POST, server.url("/"));
    let mut stream = request.stream().await.unwrap();
    let mut count = 0;
    while let Some(chunk) = stream.chunk().await.unwrap() {
        count += chunk.len();
    }
    assert_eq!(count, 100_000);
}

#[tokio::test]
async fn a_stream_keeps_its_place_until_it_ends() {
    let server = Server::start(|request| match request.split(' ').nth(1).unwrap() {
        "/silent" => Reply::raw("HTTP/1.1 200 X\r\n\r\nx", Then::Silence),
        _ => Reply::new(200, "", b"x"),
    })
    .await;
    let client = client(Limits::new().per_host(1).waiting(0));
    let is_busy = async || match client.get(server.url("/")).send().await {
        Ok(_) => false,
        Err(error) => reason(&error) == Some(TransientReason::Busy),
    };
    let stream = client.get(server.url("/silent")).stream().await.unwrap();
    assert!(is_busy().await);
    drop(stream);
    assert!(!is_busy().await);
    let mut stream = client.get(server.url("/")).stream().await.unwrap();
    assert!(is_busy().await);
    while stream.chunk().await.unwrap().is_some() {}
    assert!(!is_busy().await, "over, though not dropped");
}

#[tokio::test]
async fn the_clocks_run_while_a_stream_is_read() {
    let server = Server::start(|request| match request.split(' ').nth(1).unwrap() {
        "/drip" => Reply::raw("HTTP/1.1 200 X\r\n\r\n", Then::Drip),
        "/gzip" => Reply::raw(
            "HTTP/1.1 200 X\r\ncontent-encoding: gzip\r\n\r\n\u{1f}",
            Then::Silence,
        ),
        _ => Reply::raw("HTTP/1.1 200 X\r\n\r\nx", Then::Silence),
    })
    .await;
    let total = client(Limits::new().total(Duration::from_millis(300)));
    let idle = client(Limits::new().idle(Duration::from_millis(100)));
    for (client, path) in [(&total, "/drip"), (&idle, "/silent"), (&idle, "/gzip")] {
        let mut stream = client.get(server.url(path)).stream().await.unwrap();
        let error = loop {
            if let Err(error) = stream.chunk().await {
                break error;
            }
        };
        assert!(error.is_timeout(), "{path}: {error:?}");
        assert_eq!(stream.chunk().await.unwrap(), None, "{path}");
    }
}

/// The silence that counts is the peer's.
#[tokio::test]
async fn a_slow_reader_is_no_silent_server() {
    let server = Server::start(|_| Reply::raw("HTTP/1.1 200 X\r\n\r\n", Then::Drip)).await;
    let client = client(Limits::new().idle(Duration::from_millis(150)));
    let mut stream = client.get(server.url("/")).stream().await.unwrap();
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(stream.chunk().await.unwrap().is_some());
    }
}
