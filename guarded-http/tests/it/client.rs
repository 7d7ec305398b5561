//! The client against real servers on loopback.

use std::error::Error as _;
use std::future::Future;
use std::net::{TcpListener, TcpStream};
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use guarded_http::{
    Builder, Error, GuardedClient, InvalidRequest, Limits, Recorder, Rule, TransientReason,
};
use http::{Method, StatusCode};

use crate::loopback::{Reply, Server, Then};

fn builder() -> Builder {
    GuardedClient::builder().danger_allow_loopback()
}

fn client() -> GuardedClient {
    builder().build().unwrap()
}

pub(crate) fn rule<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Option<Rule> {
    outcome.unwrap_err().refused().map(|refused| refused.rule())
}

pub(crate) fn reason(error: &Error) -> Option<TransientReason> {
    match error {
        Error::Transient(transient) => Some(transient.reason),
        _ => None,
    }
}

#[tokio::test]
async fn a_success_is_handed_over() {
    let server =
        Server::start(|_| Reply::new(200, "content-type: text/plain\r\nx-a: b\r\n", b"hello"))
            .await;
    let answer = client()
        .get(server.url("/x?y#z"))
        .accept("text/plain")
        .header("x-q", "1")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["x-a"], "b");
    assert_eq!(answer.content_type(), Some("text/plain"));
    assert_eq!(answer.url(), &server.url("/x?y"));
    assert_eq!(&answer.bytes()[..], b"hello");
    assert!(!answer.is_truncated());
    let request = server.requests().remove(0);
    assert!(request.starts_with("GET /x?y HTTP/1.1\r\n"), "{request}");
    assert!(
        request.contains("\r\naccept: text/plain\r\n") && request.contains("\r\nx-q: 1\r\n"),
        "{request}"
    );
}

/// What a client with default rules refuses opens no socket: the listener's first visitor is the test itself.
#[tokio::test]
async fn refused_urls_open_no_socket() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let recorder = Recorder::new();
    let client = GuardedClient::builder()
        .allow_port(port)
        .record(&recorder)
        .build()
        .unwrap();
    for url in [
        format!("http://127.0.0.1:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        format!("https://127.1:{port}/"),
        format!("https://2130706433:{port}/"),
        format!("https://0x7f.1:{port}/"),
        format!("https://[::ffff:127.0.0.1]:{port}/"),
        format!("https://localhost:{port}/"),
        format!("https://a.localhost:{port}/"),
        format!("https://localhost.:{port}/"),
        format!("https://a:b@127.0.0.1:{port}/"),
    ] {
        assert!(
            client
                .get(url.parse().unwrap())
                .send()
                .await
                .unwrap_err()
                .is_refused(),
            "{url}"
        );
        let request = http::Request::post(&url).body(Bytes::new()).unwrap();
        assert!(client.execute(request).await.is_err(), "{url}");
    }
    assert_eq!(recorder.dialled(), []);
    let visitor = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (_, first) = listener.accept().unwrap();
    assert_eq!(first, visitor.local_addr().unwrap());
}

#[tokio::test]
async fn redirects_are_followed_three_times() {
    let server = Server::start(|request| match request.split(' ').nth(1).unwrap() {
        "/0" => Reply::redirect(301, "/1"),
        "/1" => Reply::redirect(302, "2?x"),
        "/2?x" => Reply::redirect(308, "/3"),
        "/3" => Reply::new(200, "", b"there"),
        "/loop" => Reply::redirect(302, "/loop"),
        _ => Reply::redirect(302, "/0"),
    })
    .await;
    let answer = client().get(server.url("/0")).send().await.unwrap();
    assert_eq!(answer.url(), &server.url("/3"));
    assert_eq!(
        rule(client().get(server.url("/start")).send().await),
        Some(Rule::TooManyRedirects)
    );
    let before = server.requests().len();
    assert_eq!(
        rule(client().get(server.url("/loop")).send().await),
        Some(Rule::TooManyRedirects)
    );
    assert_eq!(server.requests().len() - before, 4);
    let wider = builder()
        .limits(Limits::new().redirects(4))
        .build()
        .unwrap();
    assert!(wider.get(server.url("/start")).send().await.is_ok());
}

#[tokio::test]
async fn a_redirect_inward_opens_no_second_socket() {
    let to = [
        "http://10.0.0.1/",
        "http://169.254.169.254/",
        "http://[fd00::1]/",
        "http://v.example/",
        "file:///etc/passwd",
        "https://u@v.example/",
    ];
    let server = Server::start(move |request| {
        let index: usize = request.split(['/', ' ']).nth(2).unwrap().parse().unwrap();
        Reply::redirect(302, to[index])
    })
    .await;
    let recorder = Recorder::new();
    let client = builder().record(&recorder).build().unwrap();
    for (index, to) in to.iter().enumerate() {
        let error = client
            .get(server.url(&format!("/{index}")))
            .send()
            .await
            .unwrap_err();
        assert!(error.is_refused(), "{to}: {error}");
        assert_eq!(recorder.dialled().len(), index + 1, "{to}");
    }
    assert!(
        recorder
            .dialled()
            .iter()
            .all(|dialled| dialled.address == server.address())
    );
}

#[tokio::test]
async fn secrets_stay_on_their_origin() {
    let other = Server::start(|_| Reply::new(200, "", b"")).await;
    let to = other.url("/v").to_string();
    let server = Server::start(move |request| match request.split(' ').nth(1).unwrap() {
        "/away" => Reply::redirect(302, &to),
        "/stay" => Reply::redirect(302, "/v"),
        _ => Reply::new(200, "", b""),
    })
    .await;
    let get = |path: &str| {
        let request = client()
            .get(server.url(path))
            .header("x-plain", "1")
            .header("signature", "hush");
        request
            .header("signature-input", "hush")
            .header("authorization", "Bearer hush")
            .header("cookie", "hush")
    };
    get("/away").send().await.unwrap();
    let seen = other.requests().remove(0);
    assert!(
        seen.contains("x-plain: 1") && !seen.contains("hush"),
        "{seen}"
    );

    get("/stay").send().await.unwrap();
    let seen = server.requests().pop().unwrap();
    assert!(
        seen.contains("authorization: Bearer hush") && !seen.contains("signature"),
        "{seen}"
    );
}

#[tokio::test]
async fn every_hop_is_signed_for_its_own_target() {
    let other = Server::start(|_| Reply::new(200, "", b"")).await;
    let to = other.url("/v").to_string();
    let server = Server::start(move |_| Reply::redirect(307, &to)).await;
    let mut signed = Vec::new();
    let hook = |request: &mut http::Request<Bytes>| {
        assert!(!request.headers().contains_key("signature"));
        let target = format!(
            "{} {} {}",
            request.method(),
            request.uri(),
            request.headers()["host"].to_str()?
        );
        request.headers_mut().insert("signature", target.parse()?);
        signed.push(target);
        Ok(())
    };
    client()
        .get(server.url("/u"))
        .sign(hook)
        .send()
        .await
        .unwrap();
    let expected = [(&server, "/u"), (&other, "/v")]
        .map(|(server, path)| format!("GET {} {}", server.url(path), server.address()));
    assert_eq!(signed, expected);
    assert!(other.requests()[0].contains(&format!("signature: {}\r\n", expected[1])));
}

#[tokio::test]
async fn a_hook_that_fails_sends_nothing() {
    let recorder = Recorder::new();
    let client = builder().record(&recorder).build().unwrap();
    let error = client
        .get("http://127.0.0.1:9/".parse().unwrap())
        .sign(|_| Err("no key".into()))
        .send()
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Sign(_)));
    assert_eq!(error.source().unwrap().to_string(), "no key");
    assert_eq!(recorder.dialled(), []);
}

#[tokio::test]
async fn a_write_is_sent_once_and_never_becomes_a_read() {
    let other = Server::start(|_| Reply::new(200, "", b"")).await;
    let to = other.url("/v").to_string();
    let server = Server::start(move |request| match request.split(' ').nth(1).unwrap() {
        "/same" => Reply::redirect(307, "/inbox"),
        "/other" => Reply::redirect(307, &to),
        "/get" => Reply::redirect(303, "/inbox"),
        _ => Reply::new(202, "", b""),
    })
    .await;
    let post = |path: &str| {
        let request = http::Request::post(server.url(path).as_str());
        request
            .header("content-type", "application/activity+json")
            .header("signature", "x")
            .body(Bytes::from("{}"))
            .unwrap()
    };
    assert_eq!(
        client().execute(post("/inbox")).await.unwrap().status(),
        202
    );
    assert!(server.requests()[0].ends_with("\r\n\r\n{}"));
    for path in ["/same", "/other", "/get"] {
        assert_eq!(
            rule(client().execute(post(path)).await),
            Some(Rule::RedirectedWrite),
            "{path}"
        );
    }
    assert!(other.requests().is_empty());

    let count = server.requests().len();
    let again = client()
        .request(Method::POST, server.url("/same"))
        .body("{}")
        .sign(|_| Ok(()))
        .send()
        .await
        .unwrap();
    assert_eq!(again.status(), 202);
    let seen = server.requests()[count + 1].clone();
    assert!(
        seen.starts_with("POST /inbox ") && seen.ends_with("\r\n\r\n{}"),
        "{seen}"
    );
}

#[tokio::test]
async fn a_complete_request_must_be_what_is_sent() {
    let recorder = Recorder::new();
    let client = builder().record(&recorder).build().unwrap();
    let send = |uri: &'static str, host: &'static str| {
        let request = http::Request::post(uri)
            .header("host", host)
            .body(Bytes::new())
            .unwrap();
        client.execute(request)
    };
    assert_eq!(
        rule(send("http://127.0.0.1:9/a/../b", "127.0.0.1:9").await),
        Some(Rule::NotNormal)
    );
    assert_eq!(
        rule(send("http://127.0.0.1:9/%2e%2e/b", "127.0.0.1:9").await),
        Some(Rule::NotNormal)
    );
    for host in ["v.example", "127.0.0.1"] {
        assert!(matches!(
            send("http://127.0.0.1:9/b", host).await,
            Err(Error::Request(InvalidRequest::Host))
        ));
    }
    assert!(matches!(
        send("/b", "127.0.0.1").await,
        Err(Error::Request(InvalidRequest::Target))
    ));
    let broken = client
        .get("http://127.0.0.1:9/".parse().unwrap())
        .header("x", "a\r\nb")
        .send()
        .await;
    assert!(matches!(
        broken,
        Err(Error::Request(InvalidRequest::Header))
    ));
    assert_eq!(recorder.dialled(), []);
}

#[tokio::test]
async fn every_status_has_its_outcome() {
    let server = Server::start(|request| {
        let status = request.split(['/', ' ']).nth(2).unwrap().parse().unwrap();
        Reply::new(
            status,
            "retry-after: 30\r\naccept-signature: x\r\n",
            b"the peer's words",
        )
    })
    .await;
    let client = client();
    for status in 200..=999 {
        let fits: fn(&Error) -> bool = match status {
            410 => Error::is_gone,
            404 => Error::is_not_found,
            401 => Error::is_needs_signature,
            403 => Error::is_forbidden,
            429 => Error::is_rate_limited,
            408 | 425 | 500 | 502..=599 => |error| matches!(error, Error::Transient(_)),
            // Nowhere to go.
            301 | 302 | 303 | 307 | 308 => |error| matches!(error, Error::Refused(_)),
            // A part that nobody asked for; 304, 501 and whatever is unheard of.
            206 | 300..=999 => |error| matches!(error, Error::Rejected(_)),
            _ => {
                let answer = client.get(server.url(&format!("/{status}"))).send();
                assert_eq!(answer.await.unwrap().status(), status);
                continue;
            }
        };
        let error = client
            .get(server.url(&format!("/{status}")))
            .send()
            .await
            .unwrap_err();
        assert!(fits(&error), "{status}: {error:?}");
        assert!(!format!("{error} {error:?}").contains("words"));
        if error.is_refused() {
            continue;
        }
        assert_eq!(error.status().unwrap(), status);
        assert_eq!(error.answer().unwrap().headers()["accept-signature"], "x");
        assert_eq!(error.retry_at().is_some(), error.is_transient(), "{status}");
    }
    let part = client.get(server.url("/206")).header("range", "bytes=0-15");
    assert!(part.send().await.is_ok());
}

/// What comes before the answer is not the answer; a protocol that nobody asked for is none either.
#[tokio::test]
async fn a_provisional_status_is_passed_over() {
    let server = Server::start(|request| match request.split(' ').nth(1).unwrap() {
        "/early" => Reply::raw(
            "HTTP/1.1 103 X\r\nlink: x\r\n\r\nHTTP/1.1 200 X\r\ncontent-length: 1\r\n\r\nx",
            Then::Silence,
        ),
        _ => Reply::raw(
            "HTTP/1.1 101 X\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
            Then::Silence,
        ),
    })
    .await;
    let answer = client().get(server.url("/early")).send().await.unwrap();
    assert_eq!(&answer.bytes()[..], b"x");
    assert!(client().get(server.url("/switch")).send().await.is_err());
}

#[tokio::test]
async fn a_body_may_be_as_long_as_the_limit() {
    let server = Server::start(|request| {
        let length = request.split(['/', ' ']).nth(2).unwrap().parse().unwrap();
        Reply::new(200, "", &vec![b'x'; length])
    })
    .await;
    let client = builder().limits(Limits::new().body(5000)).build().unwrap();
    assert_eq!(
        client
            .get(server.url("/5000"))
            .send()
            .await
            .unwrap()
            .bytes()
            .len(),
        5000
    );
    assert_eq!(
        rule(client.get(server.url("/5001")).send().await),
        Some(Rule::BodyTooLong)
    );
}

#[tokio::test]
async fn endless_bodies_end() {
    const HEAD: &str = "HTTP/1.1 200 X\r\n";
    let server = Server::start(|request| match request.split(' ').nth(1).unwrap() {
        // Announced, and never sent: refused before a byte of it came.
        "/announced" => Reply::raw(
            &format!("{HEAD}content-length: 1073741824\r\n\r\n"),
            Then::Silence,
        ),
        "/chunks" => Reply::raw(
            &format!("{HEAD}transfer-encoding: chunked\r\n\r\n"),
            Then::Flood(b"5\r\nxxxxx\r\n".repeat(1000)),
        ),
        "/until-close" => Reply::raw(&format!("{HEAD}\r\n"), Then::Flood(vec![b'x'; 10_000])),
        _ => Reply::raw(HEAD, Then::Flood(b"x-a: b\r\n".repeat(50))),
    })
    .await;
    for path in ["/announced", "/chunks", "/until-close"] {
        assert_eq!(
            rule(client().get(server.url(path)).send().await),
            Some(Rule::BodyTooLong),
            "{path}"
        );
    }
    assert_eq!(
        rule(client().get(server.url("/headers")).send().await),
        Some(Rule::HeadersTooLong)
    );
}

#[tokio::test]
async fn header_fields_are_bounded() {
    let server = Server::start(|request| {
        let length = request.split(['/', ' ']).nth(2).unwrap().parse().unwrap();
        Reply::new(200, &format!("x: {}\r\n", "y".repeat(length)), b"")
    })
    .await;
    assert!(client().get(server.url("/60000")).send().await.is_ok());
    assert_eq!(
        rule(client().get(server.url("/70000")).send().await),
        Some(Rule::HeadersTooLong)
    );
}

#[tokio::test]
async fn header_fields_are_counted() {
    let server = Server::start(|request| {
        let count: usize = request.split(['/', ' ']).nth(2).unwrap().parse().unwrap();
        // The other two are `connection` and `content-length`.
        Reply::new(200, &"x: y\r\n".repeat(count - 2), b"")
    })
    .await;
    assert!(client().get(server.url("/100")).send().await.is_ok());
    assert_eq!(
        rule(client().get(server.url("/101")).send().await),
        Some(Rule::HeadersTooLong)
    );
}

#[tokio::test]
async fn an_explanation_is_kept_as_far_as_its_limit() {
    let server = Server::start(|request| {
        let length = request.split(['/', ' ']).nth(2).unwrap().parse().unwrap();
        Reply::new(404, "", &vec![b'x'; length])
    })
    .await;
    let client = builder()
        .limits(Limits::new().discarded_body(5000))
        .build()
        .unwrap();
    for (length, truncated) in [(5000, false), (5001, true)] {
        let error = client.get(server.url(&format!("/{length}"))).send().await;
        let error = error.unwrap_err();
        let answer = error.answer().unwrap();
        assert_eq!(answer.is_truncated(), truncated, "{length}");
        assert!(answer.bytes().len() <= 5000);
    }
}

#[tokio::test]
async fn a_delivery_does_not_read_what_it_does_not_need() {
    let server =
        Server::start(|_| Reply::raw("HTTP/1.1 200 X\r\n\r\n", Then::Flood(vec![b'x'; 10_000])))
            .await;
    let request = http::Request::post(server.url("/inbox").as_str())
        .body(Bytes::new())
        .unwrap();
    let answer = client().execute(request).await.unwrap();
    assert!(answer.is_truncated() && answer.bytes().len() <= 64 * 1024);
}

#[tokio::test]
async fn slow_answers_end_by_the_total_time() {
    let server = Server::start(|request| match request.split(' ').nth(1).unwrap() {
        "/body" => Reply::raw("HTTP/1.1 200 X\r\n\r\n", Then::Drip),
        "/head" => Reply::raw("HTTP/1.1 200 X\r\nx-a: ", Then::Drip),
        _ => Reply::raw("", Then::Silence),
    })
    .await;
    let client = builder()
        .limits(Limits::new().total(Duration::from_millis(200)))
        .build()
        .unwrap();
    for path in ["/body", "/head", "/silence"] {
        let error = client.get(server.url(path)).send().await.unwrap_err();
        assert!(error.is_timeout(), "{path}: {error:?}");
    }
}

#[tokio::test]
async fn a_status_counts_though_its_body_never_ends() {
    let server = Server::start(|request| match request.split(' ').next().unwrap() {
        "POST" => Reply::raw("HTTP/1.1 202 X\r\n\r\n", Then::Drip),
        _ => Reply::raw("HTTP/1.1 410 X\r\n\r\n", Then::Drip),
    })
    .await;
    let client = builder()
        .limits(Limits::new().total(Duration::from_secs(1)))
        .build()
        .unwrap();
    assert!(
        client
            .get(server.url("/"))
            .send()
            .await
            .unwrap_err()
            .is_gone()
    );
    let answer = client
        .request(Method::POST, server.url("/"))
        .send()
        .await
        .unwrap();
    assert!(answer.is_truncated());
}

#[tokio::test]
async fn a_silent_server_ends_by_the_idle_time() {
    let server = Server::start(|_| Reply::raw("HTTP/1.1 200 X\r\n\r\nx", Then::Silence)).await;
    let client = builder()
        .limits(Limits::new().idle(Duration::from_millis(100)))
        .build()
        .unwrap();
    assert!(
        client
            .get(server.url("/"))
            .send()
            .await
            .unwrap_err()
            .is_timeout()
    );
}

#[tokio::test]
async fn only_expected_media_types_pass() {
    let server = Server::start(|request| match request.split(' ').nth(1).unwrap() {
        "/activity" => Reply::new(
            200,
            "content-type: application/activity+json; charset=utf-8\r\n",
            b"{}",
        ),
        "/html" => Reply::new(200, "content-type: text/html\r\n", b""),
        "/two" => Reply::new(
            200,
            "content-type: application/activity+json\r\ncontent-type: text/html\r\n",
            b"",
        ),
        _ => Reply::new(200, "", b""),
    })
    .await;
    let get = |path: &str| {
        client()
            .get(server.url(path))
            .expect(&["application/activity+json"])
            .send()
    };
    assert!(get("/activity").await.is_ok());
    for path in ["/html", "/two", "/none"] {
        assert_eq!(rule(get(path).await), Some(Rule::ContentType), "{path}");
    }
}

#[tokio::test]
async fn a_name_by_hand_reaches_loopback() {
    let server = Server::start(|_| Reply::new(200, "", b"")).await;
    let client = builder()
        .danger_resolve("Alice.example.", server.address())
        .build()
        .unwrap();
    client
        .get("http://alice.example/x".parse().unwrap())
        .send()
        .await
        .unwrap();
    let with_port = format!("http://alice.example:{}/x", server.address().port());
    client.get(with_port.parse().unwrap()).send().await.unwrap();
    assert!(server.requests()[0].contains("\r\nhost: alice.example\r\n"));
    assert!(server.requests()[1].contains(&format!(
        "\r\nhost: alice.example:{}\r\n",
        server.address().port()
    )));
}

#[tokio::test]
async fn nobody_listening_may_be_tried_later() {
    // Bound and closed again: nothing listens there.
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let error = client()
        .get(format!("http://{address}/hush?hush").parse().unwrap())
        .send()
        .await
        .unwrap_err();
    assert!(error.is_transient() && !error.is_timeout());
    assert_eq!(reason(&error), Some(TransientReason::Connect));
    let mut text = format!("{error} {error:?}");
    let mut cause = error.source();
    while let Some(inner) = cause {
        text += &inner.to_string();
        cause = inner.source();
    }
    assert!(!text.contains("hush"), "{text}");
}

#[tokio::test]
async fn a_busy_host_lets_the_next_one_in_later() {
    let server = Server::start(|request| match request.split(' ').nth(1).unwrap() {
        "/first" => Reply::raw("", Then::Silence),
        _ => Reply::new(200, "", b""),
    })
    .await;
    let recorder = Recorder::new();
    let client = builder()
        .limits(Limits::new().per_host(1))
        .record(&recorder)
        .build()
        .unwrap();
    let first = tokio::spawn(client.get(server.url("/first")).send());
    while server.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    let mut second = Box::pin(client.get(server.url("/second")).send());
    let waiting =
        std::future::poll_fn(|context| Poll::Ready(second.as_mut().poll(context).is_pending()))
            .await;
    assert!(
        waiting && recorder.dialled().len() == 1,
        "there is one place, and it is taken"
    );
    first.abort();
    assert!(second.await.is_ok());
}

#[test]
fn a_client_that_cannot_be_set_up_says_why() {
    let new = GuardedClient::builder;
    for (builder, words) in [
        (new().user_agent("a\nb"), "header value"),
        (new().proxy("ftp://a.example".parse().unwrap()), "http:"),
        (new().trust_root(b"-----BEGIN CERTIFICATE-----"), "PEM"),
    ] {
        let error = builder.build().unwrap_err();
        let cause = error.source().unwrap().to_string();
        assert!(cause.contains(words), "{cause}");
    }
}
