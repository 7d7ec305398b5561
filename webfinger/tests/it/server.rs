//! The answers of a server.

use std::sync::{Arc, LazyLock};

use http::{Method, Request, Response};
use serde_json::{Value, json};
use tower::ServiceExt as _;
use url::Url;
use webfinger::nodeinfo::{Discovery, Version};
use webfinger::server::{self, Answers, Directory, MAX_QUERY, Unavailable};
use webfinger::{Descriptor, Link, NodeInfo, Resource, host_meta, rel};

/// Alice, at whatever host this runs on.
pub(crate) struct Accounts(pub(crate) Url);

impl Directory for Accounts {
    fn base(&self) -> &Url {
        &self.0
    }

    async fn find(&self, resource: &Resource) -> Result<Option<Descriptor>, Unavailable> {
        let Resource::Acct(handle) = resource else {
            return Ok(None);
        };
        if handle.user() == "unknowable" {
            return Err(Unavailable);
        }
        let actor = self.0.join("/users/alice").unwrap();
        Ok(handle.user().eq_ignore_ascii_case("alice").then(|| {
            Descriptor::new(format!("acct:alice@{}", handle.authority()))
                .link(Link::to_profile_page("https://example.com/@alice"))
                .link(Link::to_actor(actor))
        }))
    }

    async fn is_gone(&self, resource: &Resource) -> Result<bool, Unavailable> {
        match resource {
            Resource::Acct(handle) if handle.user() == "perhaps-gone" => Err(Unavailable),
            Resource::Acct(handle) => Ok(handle.user() == "old"),
            _ => Ok(false),
        }
    }

    fn application_actor(&self) -> Option<Url> {
        self.0.join("/actor").ok()
    }

    async fn nodeinfo(&self) -> Result<NodeInfo, Unavailable> {
        let mut info = NodeInfo::new("test", "1");
        info.software.homepage = Some("https://example.com/".into());
        info.instance.name = Some("Tests".into());
        Ok(info)
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
        ("resource=acct:unknowable@example.com", 503),
        ("resource=acct:perhaps-gone@example.com", 503),
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

        async fn find(&self, resource: &Resource) -> Result<Option<Descriptor>, Unavailable> {
            let mut found = self.0.find(resource).await?;
            if let Some(found) = &mut found {
                found.subject = Some("acct:alice@example.com".into());
            }
            Ok(found)
        }

        async fn nodeinfo(&self) -> Result<NodeInfo, Unavailable> {
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
        *discovery["links"].as_array().unwrap().last().unwrap(),
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
            "/nodeinfo/2.0",
            "application/json; profile=\"http://nodeinfo.diaspora.software/ns/schema/2.0#\"",
        ),
        (
            "/nodeinfo/2.1",
            "application/json; profile=\"http://nodeinfo.diaspora.software/ns/schema/2.1#\"",
        ),
        (
            "/nodeinfo/2.2",
            "application/json; profile=\"http://nodeinfo.diaspora.software/ns/schema/2.2#\"",
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
    for (user, status, cached) in [
        ("bob", 404, "public, max-age=180"),
        ("old", 410, "public, max-age=180"),
        ("unknowable", 503, "no-store"),
    ] {
        let response = ask(Method::GET, &ALICE.replace("alice", user)).await;
        assert_eq!(response.status(), status, "{user}");
        assert_eq!(response.headers()["cache-control"], cached, "{user}");
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
    let discovery = Discovery::read(discovery.body()).unwrap();
    let (version, url) = discovery.newest().unwrap();
    assert_eq!(version, Version::V2_2);
    assert_eq!(url.as_str(), "https://example.com/nodeinfo/2.2");
}

#[tokio::test]
async fn nodeinfo_is_linked_and_written_in_three_versions() {
    let discovery = json(&server::nodeinfo_discovery(&accounts()));
    let links = discovery["links"].as_array().unwrap();
    // Who takes the first link gets the version that everybody reads.
    for (link, (version, homepage, instance)) in links.iter().zip([
        (Version::V2_1, true, false),
        (Version::V2_0, false, false),
        (Version::V2_2, true, true),
    ]) {
        assert_eq!(link["rel"], version.rel());
        let url: Url = link["href"].as_str().unwrap().parse().unwrap();
        let response = ask(Method::GET, url.path()).await;
        let media_type = response.headers()["content-type"].to_str().unwrap();
        assert!(media_type.contains(version.rel()), "{media_type}");
        let document = json(&response);
        assert_eq!(document["version"], version.as_str());
        assert_eq!(document["software"]["homepage"].is_string(), homepage);
        assert_eq!(document["instance"].is_object(), instance);
        let info = NodeInfo::read(response.body()).unwrap();
        assert_eq!(info.software.name, "test");
    }
    let old = server::nodeinfo(&accounts(), Version::V1_0).await;
    assert_eq!(old.status(), 404);
}

#[tokio::test]
async fn what_goes_wrong_in_the_application_is_not_cached() {
    struct Silent(Option<NodeInfo>);

    impl Directory for Silent {
        fn base(&self) -> &Url {
            static BASE: LazyLock<Url> = LazyLock::new(|| "https://example.com".parse().unwrap());
            &BASE
        }

        async fn find(&self, _: &Resource) -> Result<Option<Descriptor>, Unavailable> {
            Err(Unavailable)
        }

        async fn nodeinfo(&self) -> Result<NodeInfo, Unavailable> {
            self.0.clone().ok_or(Unavailable)
        }
    }

    for (info, status) in [(None, 503), (Some(NodeInfo::new("No Name!", "1")), 500)] {
        let response = server::nodeinfo(&Silent(info), Version::V2_1).await;
        assert_eq!(response.status(), status);
        assert_eq!(response.headers()["cache-control"], "no-store");
    }
}
