//! Which sockets are opened, and what it means when none can be.

use std::collections::VecDeque;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use guarded_http::{GuardedClient, Limits, Recorder, Refused, Resolver, Rule, TransientReason};
use tokio::net::TcpListener;

use crate::client::reason;

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
