//! The answers of a server.

use std::sync::Arc;

use http::{Method, Request, Response};
use serde_json::{Value, json};
use tower::ServiceExt as _;
use url::Url;
use webfinger::server::{self, Answers, Directory, MAX_QUERY};
use webfinger::{Descriptor, Link, NodeInfo, Resource, host_meta, rel};

/// Alice, at whatever host this runs on.
pub(crate) struct Accounts(pub(crate) Url);

impl Directory for Accounts {
    fn base(&self) -> &Url {
        &self.0
    }

    async fn find(&self, resource: &Resource) -> Option<Descriptor> {
        let Resource::Acct(handle) = resource else {
            return None;
        };
        let actor = self.0.join("/users/alice").unwrap();
        handle.user().eq_ignore_ascii_case("alice").then(|| {
            Descriptor::new(format!("acct:alice@{}", handle.authority()))
                .link(
                    Link::new(rel::PROFILE_PAGE)
                        .media_type("text/html")
                        .href("https://example.com/@alice"),
                )
                .link(Link::to_actor(actor))
        })
    }

    async fn is_gone(&self, resource: &Resource) -> bool {
        matches!(resource, Resource::Acct(handle) if handle.user() == "old")
    }

    fn application_actor(&self) -> Option<Url> {
        self.0.join("/actor").ok()
    }

    async fn nodeinfo(&self) -> NodeInfo {
        NodeInfo::new("test", "1")
    }
}

fn accounts() -> Accounts {
    Accounts("https://example.com".parse().unwrap())
}

fn json(response: &Response<Vec<u8>>) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}

#[tokio::test]
async fn known_accounts_are_found() {
    for query in [
        "resource=acct%3Aalice%40example.com",
        "resource=acct:ALICE@Example.com",
        "x=y&resource=alice@example.com",
    ] {
        let response = server::webfinger(&accounts(), Some(query)).await;
        assert_eq!(response.status(), 200, "{query}");
        assert_eq!(response.headers()["content-type"], "application/jrd+json");
        assert_eq!(response.headers()["access-control-allow-origin"], "*");
        assert_eq!(
            json(&response)["links"][1]["href"],
            "https://example.com/users/alice"
        );
    }
}

#[tokio::test]
async fn rel_selects_links() {
    let response = server::webfinger(
        &accounts(),
        Some("resource=acct:alice@example.com&rel=self&rel=x"),
    )
    .await;
    assert_eq!(json(&response)["links"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn everything_else_is_refused() {
    let long = |length| {
        let query = "resource=acct:alice@example.com&x=";
        format!("{query}{}", "x".repeat(length - query.len()))
    };
    for (query, status) in [
        ("", 400),
        ("resource", 400),
        ("resource=", 400),
        ("rel=self", 400),
        ("Resource=acct:alice@example.com", 400),
        ("resource=alice", 400),
        ("resource=acct:a@b@example.com", 400),
        ("resource=mailto:alice@example.com", 400),
        (
            "resource=acct:alice@example.com&resource=acct:bob@example.com",
            400,
        ),
        (
            "resource=acct:alice@example.com&resource=acct:alice@example.com",
            400,
        ),
        ("resource=acct:alice@example.com%", 400),
        ("resource=acct:alice@example.com%4", 400),
        ("resource=acct:alice@example.com&x=%zz", 400),
        ("resource=acct:alice%FF@example.com", 400),
        ("resource=acct:alice@example.com%00", 400),
        ("resource=acct:ali%0Ace@example.com", 400),
        ("resource=https://exam%09ple.com/users/alice", 400),
        ("resource=acct:alice@example.com%20", 200),
        ("resource=acct:al+ice@example.com", 404),
        ("resource=acct:*@example.com", 404),
        ("resource=acct:*@*", 400),
        ("resource=*", 400),
        ("resource=acct:bob@example.com", 404),
        ("resource=acct:old@example.com", 410),
        ("resource=acct:old@elsewhere.example", 404),
        ("resource=acct:alice@elsewhere.example", 404),
        ("resource=acct:alice@example.com.elsewhere.example", 404),
        ("resource=acct:alice@localhost", 404),
        ("resource=acct:alice@127.0.0.1", 404),
        ("resource=https://elsewhere.example/users/alice", 404),
        (&long(MAX_QUERY), 200),
        (&long(MAX_QUERY + 1), 414),
    ] {
        let response = server::webfinger(&accounts(), Some(query)).await;
        assert_eq!(response.status(), status, "{query:?}");
        assert_eq!(response.headers()["access-control-allow-origin"], "*");
    }
    assert_eq!(server::webfinger(&accounts(), None).await.status(), 400);
}

#[tokio::test]
async fn handles_may_live_on_another_domain() {
    struct Split(Accounts);

    impl Directory for Split {
        fn base(&self) -> &Url {
            self.0.base()
        }

        fn serves(&self, host: &str) -> bool {
            matches!(host, "example.com" | "social.example.com")
        }

        async fn find(&self, resource: &Resource) -> Option<Descriptor> {
            self.0.find(resource).await.map(|mut found| {
                found.subject = Some("acct:alice@example.com".into());
                found
            })
        }

        async fn nodeinfo(&self) -> NodeInfo {
            self.0.nodeinfo().await
        }
    }

    let split = Split(Accounts("https://social.example.com".parse().unwrap()));
    for host in ["example.com", "social.example.com"] {
        let query = format!("resource=acct:alice@{host}");
        let found = json(&server::webfinger(&split, Some(&query)).await);
        assert_eq!(found["subject"], "acct:alice@example.com");
        assert_eq!(
            found["links"][1]["href"],
            "https://social.example.com/users/alice"
        );
    }
    let other = server::webfinger(&split, Some("resource=acct:alice@www.example.com")).await;
    assert_eq!(other.status(), 404);
}

#[tokio::test]
async fn the_server_itself_has_an_actor() {
    let actor = "https://example.com/actor";
    for origin in [
        "https://example.com/",
        "https://example.com",
        "https%3A%2F%2FEXAMPLE.com%2F",
    ] {
        let query = format!("resource={origin}");
        let found = json(&server::webfinger(&accounts(), Some(&query)).await);
        let link =
            json!({ "rel": rel::SERVER_ACTOR, "type": "application/activity+json", "href": actor });
        assert_eq!(
            found,
            json!({ "subject": "https://example.com/", "links": [link] })
        );
    }
    for not_it in [
        "http://example.com/",
        "https://example.com/?x",
        "https://example.com/x",
    ] {
        let query = format!("resource={not_it}");
        let response = server::webfinger(&accounts(), Some(&query)).await;
        assert_eq!(response.status(), 404, "{not_it}");
    }
    let discovery = json(&server::nodeinfo_discovery(&accounts()));
    assert_eq!(
        discovery["links"][1],
        json!({ "rel": rel::APPLICATION_ACTOR, "href": actor })
    );
}

async fn ask(method: Method, target: &str) -> Response<Vec<u8>> {
    let request = Request::builder().method(method).uri(target).body(());
    let answers = Answers::new(Arc::new(accounts()));
    answers.oneshot(request.unwrap()).await.unwrap()
}

const ALICE: &str = "/.well-known/webfinger?resource=acct:alice@example.com";

#[tokio::test]
async fn the_service_answers_every_path_and_method() {
    for (target, media_type) in [
        (ALICE, "application/jrd+json"),
        ("/.well-known/host-meta", "application/xrd+xml"),
        ("/.well-known/host-meta.json", "application/json"),
        ("/.well-known/nodeinfo", "application/json"),
        (
            server::NODEINFO_PATH,
            "application/json; profile=\"http://nodeinfo.diaspora.software/ns/schema/2.1#\"",
        ),
    ] {
        let response = ask(Method::GET, target).await;
        assert_eq!(response.status(), 200, "{target}");
        assert_eq!(response.headers()["content-type"], media_type);
        assert_eq!(response.headers()["cache-control"], "public, max-age=3600");
        assert!(!response.body().is_empty());

        let head = ask(Method::HEAD, target).await;
        assert_eq!(head.status(), 200, "{target}");
        assert_eq!(head.headers()["content-type"], media_type);
        let length = response.body().len().to_string();
        assert_eq!(head.headers()["content-length"], *length);
        assert!(head.body().is_empty());

        let options = ask(Method::OPTIONS, target).await;
        assert_eq!(options.status(), 204, "{target}");
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            let refused = ask(method, target).await;
            assert_eq!(refused.status(), 405, "{target}");
            assert_eq!(refused.headers()["allow"], "GET, HEAD, OPTIONS");
            assert_eq!(refused.headers()["access-control-allow-origin"], "*");
        }
    }
    for target in [
        "/",
        "/.well-known/webfinger/",
        "/.well-known/",
        "/nodeinfo/1.0",
    ] {
        assert_eq!(ask(Method::GET, target).await.status(), 404, "{target}");
    }
    let unknown = ask(Method::GET, &ALICE.replace("alice", "bob")).await;
    assert_eq!(unknown.headers()["cache-control"], "public, max-age=180");
}

#[tokio::test]
async fn the_other_documents_point_home() {
    let host_meta = server::host_meta(&accounts());
    assert_eq!(host_meta.headers()["content-type"], "application/xrd+xml");
    let text = String::from_utf8(host_meta.into_body()).unwrap();
    assert!(
        text.contains(r#"template="https://example.com/.well-known/webfinger?resource={uri}""#),
        "{text}"
    );

    let odd = Accounts("https://a&b\"c.example".parse().unwrap());
    let text = String::from_utf8(server::host_meta(&odd).into_body()).unwrap();
    assert!(text.contains("https://a&amp;b&quot;c.example/"), "{text}");

    let document = server::host_meta_json(&accounts());
    let document = Descriptor::read(document.body()).unwrap();
    let alice = Resource::parse("acct:alice@example.com").unwrap();
    assert_eq!(
        host_meta::webfinger_url(&document, &alice).unwrap(),
        webfinger::query::url(&"alice@example.com".parse().unwrap()).unwrap()
    );

    let discovery = server::nodeinfo_discovery(&accounts());
    let url = webfinger::nodeinfo::discover(discovery.body()).unwrap();
    assert_eq!(url.as_str(), "https://example.com/nodeinfo/2.1");
    let info = NodeInfo::read(server::nodeinfo(&accounts()).await.body()).unwrap();
    assert_eq!(info.software.name, "test");
}
