//! The operator's domain policy, on every hop.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, RwLock};

use guarded_http::{DomainList, GuardedClient, Recorder, Refused, Resolver, Rule};

use crate::loopback::{Reply, Server};

/// Both names lead to the same server, which says nothing but "go to the other".
#[tokio::test]
async fn a_blocked_domain_is_never_asked() {
    let server = Server::start(|request| {
        if request.contains("host: a.example") {
            Reply::redirect(302, "http://sub.Evil.example./hush")
        } else {
            Reply::new(200, "", b"")
        }
    })
    .await;
    let blocked = Arc::new(RwLock::new(DomainList::new()));
    let now = Arc::clone(&blocked);
    let client = GuardedClient::builder()
        .danger_allow_loopback()
        .danger_resolve("a.example", server.address())
        .danger_resolve("sub.evil.example", server.address())
        .policy(move |host| !now.read().unwrap().contains(host))
        .build()
        .unwrap();
    let get = |url: &str| client.get(url.parse().unwrap()).send();
    assert!(get("http://a.example/").await.is_ok());
    assert_eq!(server.requests().len(), 2);

    blocked.write().unwrap().insert("*.EVIL.example").unwrap();
    let error = get("http://a.example/").await.unwrap_err();
    let refused = error.refused().unwrap();
    assert_eq!(refused.rule(), Rule::Blocked);
    assert_eq!(refused.host(), Some("sub.evil.example"));
    assert_eq!(
        error.to_string(),
        "refused sub.evil.example: the domain policy does not allow this host"
    );
    assert_eq!(server.requests().len(), 3, "the redirect was not followed");
    assert!(get("http://sub.evil.example/").await.is_err());
    assert_eq!(server.requests().len(), 3);
    let url = "http://sub.evil.example/".parse().unwrap();
    assert_eq!(client.check(&url).unwrap_err().rule(), Rule::Blocked);
}

#[tokio::test]
async fn an_allow_list_lets_nobody_else_through() {
    let server = Server::start(|_| Reply::new(200, "", b"")).await;
    let allowed = DomainList::read("127.0.0.1").0;
    let client = GuardedClient::builder()
        .danger_allow_loopback()
        .danger_resolve("a.example", server.address())
        .policy(move |host| allowed.contains(host))
        .build()
        .unwrap();
    assert!(client.get(server.url("/")).send().await.is_ok());
    let error = client
        .get("http://a.example/".parse().unwrap())
        .send()
        .await;
    assert_eq!(error.unwrap_err().refused().unwrap().rule(), Rule::Blocked);
}

/// Writes down what it is asked; every name is on a private network.
#[derive(Clone, Default)]
struct Asked(Arc<Mutex<Vec<String>>>);

impl Resolver for Asked {
    fn resolve<'a>(
        &'a self,
        name: &'a str,
    ) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>> {
        self.0.lock().unwrap().push(name.to_owned());
        Box::pin(async { Ok(vec![IpAddr::from([10, 0, 0, 1])]) })
    }
}

/// Whom a client looks up is seen by name servers, that of the blocked domain among them.
#[tokio::test]
async fn the_policy_comes_before_the_dns() {
    let server = Server::start(|request| {
        Reply::redirect(
            302,
            if request.starts_with("GET /blocked") {
                "https://evil.example/"
            } else {
                "https://good.example/"
            },
        )
    })
    .await;
    let (asked, recorder) = (Asked::default(), Recorder::new());
    let client = GuardedClient::builder()
        .danger_allow_loopback()
        .resolver(asked.clone())
        .record(&recorder)
        .policy(|host| host != "evil.example")
        .build()
        .unwrap();
    for (url, rule_is_blocked, names, sockets) in [
        ("https://evil.example/".parse().unwrap(), true, vec![], 0),
        (server.url("/blocked"), true, vec![], 1),
        (
            "https://good.example/".parse().unwrap(),
            false,
            vec!["good.example"],
            1,
        ),
        (server.url("/good"), false, vec!["good.example"; 2], 2),
    ] {
        let error = client.get(url).send().await.unwrap_err();
        let rule = error.refused().map(Refused::rule);
        assert_eq!(rule == Some(Rule::Blocked), rule_is_blocked, "{error}");
        assert_eq!(*asked.0.lock().unwrap(), names);
        assert_eq!(recorder.dialled().len(), sockets);
    }
}
