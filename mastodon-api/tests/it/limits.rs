//! What the client does when the server wants less, over real sockets.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mastodon_api::error::{DetailCode, NotReachedReason};
use mastodon_api::waiting::{Bucket, OnLimit, RateLimiter, RetryPolicy};
use mastodon_api::{Client, Error, MediaFile, methods};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

struct Script {
    answers: Vec<ResponseTemplate>,
    next: AtomicUsize,
}

impl Respond for Script {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        let index = self.next.fetch_add(1, Ordering::SeqCst);
        self.answers[index.min(self.answers.len() - 1)].clone()
    }
}

async fn scripted(answers: Vec<ResponseTemplate>) -> MockServer {
    let server = MockServer::start().await;
    let script = Script {
        answers,
        next: AtomicUsize::new(0),
    };
    Mock::given(any()).respond_with(script).mount(&server).await;
    server
}

fn quick(server: &MockServer, on_limit: OnLimit) -> Client {
    let waits = (Duration::from_millis(1), Duration::from_millis(2));
    Client::builder(server.uri())
        .token("planted-token")
        .check_limits(false)
        .retry(RetryPolicy::default().waits(waits.0, waits.1))
        .rate_limiter(RateLimiter::new(on_limit).with_max_wait(Duration::from_secs(30)))
        .build()
        .unwrap()
}

fn refusal(case: &Value) -> ResponseTemplate {
    let status = u16::try_from(case["status"].as_u64().unwrap()).unwrap();
    let mut answer = ResponseTemplate::new(status)
        .set_body_raw(case["body"].as_str().unwrap_or("{}"), "application/json");
    for (name, value) in case["headers"].as_object().into_iter().flatten() {
        answer = answer.insert_header(name.as_str(), value.as_str().unwrap());
    }
    answer
}

fn done() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"id": "1", "account": {"id": "1"}}))
}

/// How often the server was asked, and whether it went well in the end; the keys are one, where there are any.
#[tokio::test]
async fn cases() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("../cases/limits.json")).unwrap();
    let (mut refused, mut controls) = (0, 0);
    for case in &cases {
        let input = &case["input"];
        let server = scripted(vec![refusal(input), done()]).await;
        let client = quick(&server, OnLimit::Wait);
        let error = match input["call"].as_str().unwrap() {
            "read" => client.me().await.err(),
            "post" => client.post("hello").send().await.err(),
            "favourite" => {
                let call = methods::statuses::Favourite::new("1");
                client.send(call).await.err()
            }
            "delete" => client.send(methods::statuses::Delete::new("1")).await.err(),
            other => panic!("{other}"),
        };
        let requests = server.received_requests().await.unwrap();
        let keys: Vec<_> = requests
            .iter()
            .filter_map(|request| request.headers.get("idempotency-key"))
            .collect();
        let seen = match (&error, requests.len()) {
            (None, 2) if keys.len() == 2 && keys[0] != keys[1] => "again with another key",
            (None, 2) => "again",
            (Some(_), 1) => "once",
            other => panic!("{}: {other:?}", case["id"]),
        };
        assert_eq!(case["outcome"], seen, "{}: {error:?}", case["id"]);
        if seen == "once" {
            refused += 1;
        } else {
            controls += 1;
        }
    }
    println!("limits: refused {refused}/{refused}, controls {controls}/{controls}");
    assert_eq!(refused + controls, cases.len());
}

#[tokio::test]
async fn tries_end() {
    let server = scripted(vec![ResponseTemplate::new(502)]).await;
    let error = quick(&server, OnLimit::Wait).me().await.unwrap_err();
    assert_eq!(error.status().unwrap(), 502);
    assert_eq!(server.received_requests().await.unwrap().len(), 4);
}

#[tokio::test]
async fn what_is_known_to_be_refused_is_not_sent() {
    let empty = done()
        .insert_header("x-ratelimit-limit", "300")
        .insert_header("x-ratelimit-remaining", "0")
        .insert_header("date", "Thu, 01 Jan 2026 00:00:00 GMT")
        .insert_header("x-ratelimit-reset", "2026-01-01T00:02:00.000000Z");
    let server = scripted(vec![empty]).await;
    for on_limit in [OnLimit::Fail, OnLimit::Wait, OnLimit::Pace] {
        let client = quick(&server, on_limit);
        client.me().await.unwrap();
        let before = server.received_requests().await.unwrap().len();
        let error = client.clone().me().await.unwrap_err();
        let Error::RateLimited(limited) = &error else {
            panic!("{error:?}")
        };
        assert_eq!(limited.bucket, Bucket::Requests);
        assert!(limited.wait > Duration::from_secs(100) && error.is_rate_limited());
        assert_eq!(server.received_requests().await.unwrap().len(), before);
    }
}

#[tokio::test]
async fn one_post_has_one_key_at_every_try() {
    let server = scripted(vec![ResponseTemplate::new(502)]).await;
    let client = quick(&server, OnLimit::Wait);
    client.post("hello").send().await.unwrap_err();
    let call = methods::statuses::Create::new().status("hello");
    client.send(call).await.unwrap_err();
    let requests = server.received_requests().await.unwrap();
    let key = |at: usize| requests[at].headers["idempotency-key"].to_str().unwrap();
    assert_eq!(requests.len(), 8);
    for post in [0, 4] {
        assert_eq!(key(post).len(), 32);
        assert!((post..post + 4).all(|at| key(at) == key(post)));
    }
    assert_ne!(key(0), key(4));
}

/// How often a file goes out, always whole.
#[tokio::test]
async fn a_file_is_sent_again_only_if_nothing_was_done_and_it_can_be_read_again() {
    let bytes = || MediaFile::bytes("planted-file");
    let stream = || {
        let bytes = futures_util::stream::iter([Ok("planted-file".into())]);
        MediaFile::stream(bytes, 12)
    };
    let later = || ResponseTemplate::new(429).insert_header("retry-after", "0");
    for (file, first, times) in [
        (bytes(), later(), 2),
        (stream(), later(), 1),
        (bytes(), ResponseTemplate::new(500), 1),
        (bytes(), ResponseTemplate::new(422), 1),
    ] {
        let server = scripted(vec![first, done()]).await;
        let sent = quick(&server, OnLimit::Wait).upload(file).send().await;
        assert_eq!(sent.is_ok(), times == 2, "{sent:?}");
        let requests = server.received_requests().await.unwrap();
        assert_eq!(requests.len(), times);
        for request in requests {
            assert!(String::from_utf8_lossy(&request.body).contains("planted-file"));
        }
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_sent_is_not_counted() {
    let one_left = done()
        .insert_header("x-ratelimit-limit", "30")
        .insert_header("x-ratelimit-remaining", "1")
        .insert_header("date", "Thu, 01 Jan 2026 00:00:00 GMT")
        .insert_header("x-ratelimit-reset", "2026-01-01T00:20:00.000000Z");
    let server = scripted(vec![one_left, done()]).await;
    let client = quick(&server, OnLimit::Fail);
    let upload = async |file: MediaFile| client.upload(file).send().await;
    upload(MediaFile::bytes("x")).await.unwrap();
    for bad in [MediaFile::bytes(""), MediaFile::path("/nowhere/a.png")] {
        assert!(upload(bad).await.unwrap_err().invalid_file().is_some());
    }
    upload(MediaFile::bytes("x")).await.unwrap();
    let error = upload(MediaFile::bytes("x")).await.unwrap_err();
    assert!(matches!(&error, Error::RateLimited(limited) if limited.bucket == Bucket::Media));
    assert_eq!(server.received_requests().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_server_that_says_nothing_is_not_tried_for_ever() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let tiny = Duration::from_millis(1);
    let policy = RetryPolicy::default()
        .tries(1_000_000)
        .waits(tiny, tiny)
        .total_time(Duration::from_millis(100));
    let client = Client::builder(format!("http://{}", listener.local_addr().unwrap()))
        .timeout(Duration::from_millis(40))
        .retry(policy)
        .build()
        .unwrap();
    let call = tokio::time::timeout(Duration::from_secs(30), client.me());
    let Err(Error::NotReached(missing)) = call.await.unwrap() else {
        panic!("it was reached")
    };
    assert_eq!(missing.reason, NotReachedReason::Timeout);
}

#[tokio::test]
async fn a_broken_connection_is_told() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        for _ in 0..4 {
            use std::io::{Read as _, Write as _};
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 4096]).unwrap();
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\":")
                .unwrap();
        }
    });
    let tiny = Duration::from_millis(1);
    let client = Client::builder(format!("http://{address}"))
        .retry(RetryPolicy::default().waits(tiny, tiny))
        .build()
        .unwrap();
    let error = client.me().await.unwrap_err();
    server.join().unwrap();
    let Error::NotReached(missing) = &error else {
        panic!("{error:?}")
    };
    assert_eq!(missing.reason, NotReachedReason::Interrupted);
    assert!(error.is_transient() && error.report().to_string().contains("connection broke"));
}

#[tokio::test]
async fn details_come_with_a_refusal() {
    let body = json!({"error": "Validation failed", "details": {"text": [
        {"error": "ERR_BLANK", "description": "can't be blank"}]}});
    let server = scripted(vec![ResponseTemplate::new(422).set_body_json(body)]).await;
    let error = quick(&server, OnLimit::Wait).me().await.unwrap_err();
    assert_eq!(error.refused().unwrap().details[0].code, DetailCode::Blank);
}
