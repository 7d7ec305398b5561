//! The operator's domain policy, on every hop.

use std::sync::{Arc, RwLock};

use guarded_http::{DomainList, GuardedClient, Rule};

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
