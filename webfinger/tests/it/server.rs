//! The answers of a server.

use http::Response;
use serde_json::Value;
use url::Url;
use webfinger::server::{self, Directory};
use webfinger::{Descriptor, Link, NodeInfo, Resource, rel};

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
    for (query, status) in [
        (None, 400),
        (Some(""), 400),
        (Some("resource="), 400),
        (Some("resource=alice"), 400),
        (Some("resource=acct:a@b@example.com"), 400),
        (
            Some("resource=acct:alice@example.com&resource=acct:bob@example.com"),
            400,
        ),
        (Some("resource=acct:*@example.com"), 404),
        (Some("resource=acct:bob@example.com"), 404),
        (Some("resource=acct:alice@elsewhere.example"), 404),
        (Some("resource=acct:alice@localhost"), 404),
        (Some("resource=https://elsewhere.example/users/alice"), 404),
    ] {
        let response = server::webfinger(&accounts(), query).await;
        assert_eq!(response.status(), status, "{query:?}");
        assert_eq!(response.headers()["access-control-allow-origin"], "*");
    }
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

    let discovery = server::nodeinfo_discovery(&accounts());
    let url = webfinger::nodeinfo::discover(discovery.body()).unwrap();
    assert_eq!(url.as_str(), "https://example.com/nodeinfo/2.1");
    let info = NodeInfo::read(server::nodeinfo(&accounts()).await.body()).unwrap();
    assert_eq!(info.software.name, "test");
}
