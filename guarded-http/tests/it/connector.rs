//! Which sockets are opened, and what it means when none can be.

use std::collections::VecDeque;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use guarded_http::{
    Builder, CertificateProblem, GuardedClient, Limits, Recorder, Refused, Resolver, Rule,
    TransientReason,
};
use rcgen::date_time_ymd;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::LocalSet;

use crate::client::reason;
use crate::loopback::{Reply, Server};
use crate::secure::{Proxy, Secure, TOGETHER, certificate};

/// Answers one question after the other; further ones wait for ever.
#[derive(Clone)]
struct Answers(Arc<Mutex<VecDeque<Vec<IpAddr>>>>);

impl Answers {
    fn new(answers: &[&[&str]]) -> Self {
        let answer = |texts: &&[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        Self(Arc::new(Mutex::new(answers.iter().map(answer).collect())))
    }

    fn left(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

impl Resolver for Answers {
    fn resolve<'a>(
        &'a self,
        _: &'a str,
    ) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>> {
        let answer = self.0.lock().unwrap().pop_front();
        Box::pin(async move {
            match answer {
                Some(answer) => Ok(answer),
                None => std::future::pending().await,
            }
        })
    }
}

#[tokio::test]
async fn a_name_that_leads_inward_is_refused_before_a_socket() {
    for answer in [
        &["127.0.0.1"][..],
        &["9.9.9.9", "10.0.0.1"],
        &["::ffff:9.9.9.9"],
        &["fd00:ec2::254"],
    ] {
        let recorder = Recorder::new();
        let client = GuardedClient::builder()
            .resolver(Answers::new(&[answer]))
            .record(&recorder)
            .build()
            .unwrap();
        let error = client
            .get("https://v.example/".parse().unwrap())
            .send()
            .await
            .unwrap_err();
        assert!(
            matches!(error.refused().map(Refused::rule), Some(Rule::Address(_))),
            "{answer:?}: {error:?}"
        );
        assert_eq!(error.refused().unwrap().host(), Some("v.example"));
        assert_eq!(recorder.dialled(), []);
    }
}

/// The name is asked once a connection, so an answer that changes after the check is never seen; the one after it is
/// checked like the first.
#[tokio::test]
async fn a_changed_answer_gains_nothing() {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = server.local_addr().unwrap();
    // Whoever comes is sent away before TLS begins.
    tokio::spawn(async move { while server.accept().await.is_ok() {} });
    let answers = Answers::new(&[&["127.0.0.1"], &["10.0.0.1"]]);
    let recorder = Recorder::new();
    let client = GuardedClient::builder()
        .danger_allow_loopback()
        .allow_port(address.port())
        .resolver(answers.clone())
        .record(&recorder)
        .build()
        .unwrap();
    let get = || {
        let url = format!("https://v.example:{}/", address.port());
        client.get(url.parse().unwrap()).send()
    };
    assert_eq!(
        reason(&get().await.unwrap_err()),
        Some(TransientReason::Tls)
    );
    assert_eq!(answers.left(), 1);
    assert!(get().await.unwrap_err().is_refused());
    let [dialled] = &recorder.dialled()[..] else {
        panic!("{recorder:?}")
    };
    assert_eq!(dialled.host, "v.example");
    assert_eq!(dialled.address, address);
    assert_eq!(dialled.tunnel, None);
}

#[tokio::test]
async fn names_without_an_address_and_silent_name_servers_are_told_apart() {
    let client = GuardedClient::builder()
        .resolver(Answers::new(&[&[]]))
        .limits(Limits::new().connect(Duration::from_millis(50)))
        .build()
        .unwrap();
    let get = || client.get("https://v.example/".parse().unwrap()).send();
    let error = get().await.unwrap_err();
    assert_eq!(reason(&error), Some(TransientReason::Dns));
    assert!(!error.is_timeout());
    let error = get().await.unwrap_err();
    assert_eq!(reason(&error), Some(TransientReason::DnsTimeout));
    assert!(error.is_timeout());
}

fn v_example(server: &Secure) -> Builder {
    GuardedClient::builder()
        .danger_resolve("v.example", server.address)
        .trust_root(server.root.clone())
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_request() {
    for (protocol, version) in [("h2", "HTTP/2.0"), ("http/1.1", "HTTP/1.1")] {
        for (kept, sockets) in [(1, 1), (0, 3)] {
            let server = Secure::start(&[protocol]).await;
            let recorder = Recorder::new();
            let client = v_example(&server)
                .limits(Limits::new().kept_overall(kept))
                .record(&recorder)
                .build()
                .unwrap();
            for _ in 0..3 {
                let answer = client
                    .get("https://v.example/".parse().unwrap())
                    .send()
                    .await
                    .unwrap();
                assert_eq!(answer.bytes(), version);
                // The connection comes back to the pool in a task of its own.
                tokio::task::yield_now().await;
            }
            assert_eq!(recorder.dialled().len(), sockets, "{protocol}, {kept} kept");
        }
    }
}

#[tokio::test]
async fn http2_carries_many_requests_at_once() {
    let server = Secure::start(&["h2", "http/1.1"]).await;
    let recorder = Recorder::new();
    let client = v_example(&server).record(&recorder).build().unwrap();
    let get = |path: &str| {
        client
            .get(format!("https://v.example{path}").parse().unwrap())
            .send()
    };
    get("/").await.unwrap();
    // None of them is answered before all are there.
    let together = (0..TOGETHER).map(|_| get("/together"));
    for answer in futures_util::future::join_all(together).await {
        answer.unwrap();
    }
    assert_eq!(recorder.dialled().len(), 1);
}

#[tokio::test]
async fn more_connections_than_are_kept_serve_all_the_same() {
    for (protocol, kept) in [("h2", 0), ("h2", 1), ("http/1.1", 1)] {
        let server = Secure::start(&[protocol]).await;
        let client = v_example(&server)
            .limits(Limits::new().kept_overall(kept))
            .build()
            .unwrap();
        let together = (0..TOGETHER).map(|_| {
            client
                .get("https://v.example/together".parse().unwrap())
                .send()
        });
        for answer in futures_util::future::join_all(together).await {
            answer.unwrap();
        }
    }
}

#[tokio::test]
async fn a_connection_without_use_is_closed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let closed = tokio::spawn(async move {
        let mut socket = answered(&listener).await;
        socket.read(&mut [0; 4096]).await.unwrap()
    });
    let client = GuardedClient::builder()
        .danger_allow_loopback()
        .limits(Limits::new().keep_alive(Duration::from_millis(50)))
        .build()
        .unwrap();
    client
        .get(format!("http://{address}/").parse().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(closed.await.unwrap(), 0);
}

/// One request that is never answered must not hold up those after it.
#[tokio::test]
async fn a_connection_that_fell_silent_is_given_up() {
    let server = Secure::start(&["h2"]).await;
    let recorder = Recorder::new();
    let client = v_example(&server)
        .limits(Limits::new().idle(Duration::from_millis(300)))
        .record(&recorder)
        .build()
        .unwrap();
    let get = |path: &str| {
        client
            .get(format!("https://v.example{path}").parse().unwrap())
            .send()
    };
    // It waits for others, who never come.
    assert!(get("/together").await.unwrap_err().is_timeout());
    get("/").await.unwrap();
    assert_eq!(recorder.dialled().len(), 2);
}

#[tokio::test]
async fn header_fields_are_bounded_over_http2() {
    let server = Secure::start(&["h2"]).await;
    let client = v_example(&server).build().unwrap();
    let error = client
        .get("https://v.example/headers".parse().unwrap())
        .send()
        .await
        .unwrap_err();
    assert_eq!(reason(&error), Some(TransientReason::Broken));
}

#[tokio::test]
async fn a_certificate_that_does_not_hold_says_why() {
    let mut expired = certificate();
    expired.not_before = date_time_ymd(2001, 1, 1);
    expired.not_after = date_time_ymd(2002, 1, 1);
    let mut not_yet_valid = certificate();
    not_yet_valid.not_before = date_time_ymd(2999, 1, 1);
    let wrong_name = rcgen::CertificateParams::new(["hush.example".to_owned()]).unwrap();
    for (certificate, trusted, problem) in [
        (expired, true, CertificateProblem::Expired),
        (not_yet_valid, true, CertificateProblem::NotYetValid),
        (wrong_name, true, CertificateProblem::WrongName),
        (certificate(), false, CertificateProblem::UnknownIssuer),
    ] {
        let server = Secure::with(certificate, &["h2"]).await;
        let builder = if trusted {
            v_example(&server)
        } else {
            GuardedClient::builder().danger_resolve("v.example", server.address)
        };
        let error = builder
            .build()
            .unwrap()
            .get("https://v.example/".parse().unwrap())
            .send()
            .await
            .unwrap_err();
        assert_eq!(reason(&error), Some(TransientReason::Certificate(problem)));
        assert_eq!(server.requests(), [] as [&str; 0], "{problem}");
        // The certificate's own words stay out.
        assert!(!format!("{error} {error:?}").contains("hush"), "{error:?}");
    }
}

#[tokio::test]
async fn a_server_that_swallows_the_call_ends_by_the_connect_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = GuardedClient::builder()
        .danger_resolve("v.example", listener.local_addr().unwrap())
        .limits(Limits::new().connect(Duration::from_millis(100)))
        .build()
        .unwrap();
    let error = client
        .get("https://v.example/".parse().unwrap())
        .send()
        .await
        .unwrap_err();
    assert_eq!(reason(&error), Some(TransientReason::ConnectTimeout));
    assert!(error.is_timeout());
}

/// The first address is dead, the second one answers.
#[tokio::test]
async fn the_next_address_is_tried() {
    let server = Secure::start(&["h2"]).await;
    let port = server.address.port();
    let recorder = Recorder::new();
    let client = |tries| {
        GuardedClient::builder()
            .danger_allow_loopback()
            .resolver(Answers::new(&[&[
                "127.0.0.2",
                "127.0.0.3",
                "::1",
                "127.0.0.1",
            ]]))
            .trust_root(server.root.clone())
            .limits(Limits::new().addresses(tries))
            .allow_port(port)
            .record(&recorder)
            .build()
            .unwrap()
    };
    let url = || format!("https://v.example:{port}/").parse().unwrap();
    client(4).get(url()).send().await.unwrap();
    let dialled: Vec<_> = recorder
        .dialled()
        .iter()
        .map(|dialled| dialled.address.ip().to_string())
        .collect();
    assert_eq!(dialled, ["127.0.0.2", "::1", "127.0.0.3", "127.0.0.1"]);
    let error = client(3).get(url()).send().await.unwrap_err();
    assert_eq!(reason(&error), Some(TransientReason::Connect));
    assert_eq!(recorder.dialled().len(), 7);
}

/// A kept connection that the server closes when a write arrives: nobody knows whether it took effect.
#[tokio::test]
async fn a_write_that_was_sent_is_not_sent_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        let mut socket = answered(&listener).await;
        assert!(socket.read(&mut [0; 4096]).await.unwrap() > 0);
        drop(socket);
        // Whoever comes after that would be the same write again.
        listener.accept().await
    });
    let client = GuardedClient::builder()
        .danger_allow_loopback()
        .build()
        .unwrap();
    let post = || {
        let request = http::Request::post(format!("http://{address}/inbox"));
        client.execute(request.body(Bytes::from("{}")).unwrap())
    };
    post().await.unwrap();
    tokio::task::yield_now().await;
    let error = post().await.unwrap_err();
    assert_eq!(reason(&error), Some(TransientReason::Broken));
    assert!(!server.is_finished());
    server.abort();
}

#[tokio::test]
async fn a_proxy_is_asked_for_the_checked_address() {
    let local = LocalSet::new();
    local
        .run_until(async {
            let server = Secure::start(&["h2"]).await;
            let http = Proxy::http(server.address, 200).await;
            let socks = Proxy::socks(server.address).await;
            for (proxy, url, asked) in [
                (
                    &http,
                    format!("http://user:p%40ss@{}", http.address),
                    "CONNECT 9.9.9.9:443 HTTP/1.1\r\nHost: 9.9.9.9:443\r\n\
                     Proxy-Authorization: Basic dXNlcjpwQHNz\r\n\r\n",
                ),
                (
                    &socks,
                    format!("socks5://user:p%40ss@{}", socks.address),
                    "user p@ss [5, 1, 0, 1, 9, 9, 9, 9, 1, 187]",
                ),
            ] {
                let recorder = Recorder::new();
                let builder = GuardedClient::builder()
                    .proxy(url.parse().unwrap())
                    .resolver(Answers::new(&[&["9.9.9.9"], &["9.9.9.9", "10.0.0.1"]]))
                    .trust_root(server.root.clone())
                    .record(&recorder);
                let shown = format!("{builder:?}");
                let client = builder.build().unwrap();
                assert!(!format!("{shown} {client:?}").contains("p%40ss"));

                let get = |url: &str| client.get(url.parse().unwrap()).send();
                let answer = get("https://v.example/hush").await.unwrap();
                assert_eq!(answer.bytes(), "HTTP/2.0");
                assert_eq!(proxy.asked(), [asked]);
                let [dialled] = &recorder.dialled()[..] else {
                    panic!("{recorder:?}")
                };
                assert_eq!(dialled.address, proxy.address);
                assert_eq!(dialled.tunnel, Some(([9, 9, 9, 9], 443).into()));

                for inward in [
                    "https://w.example/",
                    "https://10.0.0.1/",
                    "https://localhost/",
                ] {
                    assert!(get(inward).await.unwrap_err().is_refused(), "{inward}");
                }
                assert_eq!(recorder.dialled().len(), 1);
            }
        })
        .await;
}

#[tokio::test]
async fn a_proxy_that_does_not_help_is_to_blame() {
    let local = LocalSet::new();
    local
        .run_until(async {
            let server = Secure::start(&["h2"]).await;
            let unwilling = Proxy::http(server.address, 407).await;
            let nobody = TcpListener::bind("127.0.0.1:0")
                .await
                .unwrap()
                .local_addr()
                .unwrap();
            for address in [unwilling.address, nobody] {
                let client = GuardedClient::builder()
                    .proxy(format!("http://hush:hush@{address}").parse().unwrap())
                    .resolver(Answers::new(&[&["9.9.9.9"]]))
                    .build()
                    .unwrap();
                let error = client
                    .get("https://v.example/".parse().unwrap())
                    .send()
                    .await
                    .unwrap_err();
                assert_eq!(reason(&error), Some(TransientReason::Proxy));
                assert!(!format!("{error} {error:?}").contains("hush"), "{error:?}");
            }
        })
        .await;
    for no_proxy in ["https://127.0.0.1/", "socks4://127.0.0.1/", "file:///x"] {
        let builder = GuardedClient::builder().proxy(no_proxy.parse().unwrap());
        assert!(builder.build().is_err(), "{no_proxy}");
    }
}

#[tokio::test]
async fn plain_http_goes_past_the_proxy() {
    let server = Server::start(|_| Reply::new(200, "", b"")).await;
    let client = GuardedClient::builder()
        .danger_allow_loopback()
        .proxy("http://127.0.0.1:9".parse().unwrap())
        .build()
        .unwrap();
    client.get(server.url("/")).send().await.unwrap();
}

/// Takes a connection and answers its first request.
async fn answered(listener: &TcpListener) -> TcpStream {
    let (mut socket, _) = listener.accept().await.unwrap();
    assert_ne!(socket.read(&mut [0; 4096]).await.unwrap(), 0);
    let answer = b"HTTP/1.1 200 X\r\ncontent-length: 0\r\n\r\n";
    socket.write_all(answer).await.unwrap();
    socket
}
