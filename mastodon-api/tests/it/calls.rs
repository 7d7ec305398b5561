//! What the client does around a call.

use std::time::Duration;

use http::Method;
use mastodon_api::endpoint::{Json, Upload};
use mastodon_api::entities::{Account, Token};
use mastodon_api::error::NotReachedReason;
use mastodon_api::oauth::{BearerToken, MissingScope, Scope, Scopes};
use mastodon_api::{Client, Error, Software, Support, methods};
use serde_json::json;
use wiremock::matchers::{any, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

async fn server(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

fn an_account() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"id": "1", "acct": "ann"}))
}

#[tokio::test]
async fn a_call_that_the_token_does_not_allow_is_not_sent() {
    let server = server(an_account()).await;
    let token: Token =
        serde_json::from_value(json!({"access_token": "planted-token", "scope": "write push"}))
            .unwrap();
    let client = Client::new(server.uri()).unwrap().with_token(&token);
    assert_eq!(client.scopes(), Some(&[Scope::Write, Scope::Push].into()));
    let Error::InvalidRequest(error) = client.me().await.unwrap_err() else {
        panic!("it was sent");
    };
    let source = std::error::Error::source(&error).unwrap();
    let missing: &MissingScope = source.downcast_ref().unwrap();
    assert_eq!(missing.wanted, ["profile", "read:accounts"]);
    assert!(server.received_requests().await.unwrap().is_empty());

    // What needs no token, what the token allows, and what nobody knows about is sent.
    client
        .send(methods::accounts::Follow::new("1"))
        .await
        .unwrap();
    client.send(methods::instance::V2::new()).await.unwrap();
    let unknown = client.clone().with_token("planted-token");
    assert_eq!(unknown.scopes(), None);
    unknown.me().await.unwrap();
    Client::builder(server.uri())
        .token(BearerToken::from("planted-token").with_scopes(Scopes::default()))
        .check_scopes(false)
        .build()
        .unwrap()
        .me()
        .await
        .unwrap();
    assert_eq!(server.received_requests().await.unwrap().len(), 4);
}

#[tokio::test]
async fn what_the_server_is_is_asked_once() {
    let server = MockServer::start().await;
    let v1 = json!({"uri": "a.example", "version": "0.17.3 git-abc", "max_toot_chars": 5000});
    let found = json!({"links": [
        {"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": format!("{}/nodeinfo/2.0", server.uri())},
        {"rel": "https://else.example/", "href": "https://else.example/"},
    ]});
    let node = json!({"version": "2.0", "software": {"name": "gotosocial", "version": "0.17.3"}});
    for (at, body) in [
        ("/api/v1/instance", v1),
        ("/.well-known/nodeinfo", found),
        ("/nodeinfo/2.0", node),
    ] {
        Mock::given(path(at))
            .respond_with(ResponseTemplate::new(200).set_body_json(body))
            .expect(1)
            .mount(&server)
            .await;
    }
    let client = Client::new(server.uri())
        .unwrap()
        .with_token("planted-token");
    let (one, two) = tokio::join!(client.server(), client.server());
    let known = one.unwrap();
    assert_eq!(known, two.unwrap());
    assert_eq!(known.software, Software::GoToSocial);
    assert_eq!(known.limits.statuses.max_characters, Some(5000));
    assert!(matches!(
        known.supports::<methods::media::V2>(),
        Support::Unknown(_)
    ));
    for request in server.received_requests().await.unwrap() {
        let is_api = request.url.path().starts_with("/api/");
        assert_eq!(request.headers.contains_key("authorization"), is_api);
    }
}

#[tokio::test]
async fn node_info_of_another_server_says_nothing() {
    let elsewhere = server(ResponseTemplate::new(200)).await;
    let server = MockServer::start().await;
    let rel = "http://nodeinfo.diaspora.software/ns/schema/2.1";
    let found = json!({"links": [{"rel": rel, "href": elsewhere.uri()}]});
    Mock::given(path("/.well-known/nodeinfo"))
        .respond_with(ResponseTemplate::new(200).set_body_json(found))
        .mount(&server)
        .await;
    Mock::given(path("/api/v2/instance"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"version": "4.1.0"})))
        .expect(2)
        .mount(&server)
        .await;
    let client = Client::builder(server.uri())
        .server_lifetime(Duration::ZERO)
        .build()
        .unwrap();
    let known = client.server().await.unwrap();
    assert_eq!(known.mastodon_version(), Some([4, 1, 0]));
    client.server().await.unwrap();
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}

fn client(server: &MockServer) -> Client {
    Client::new(server.uri())
        .unwrap()
        .with_token("planted-token")
}

#[tokio::test]
async fn a_request_that_no_row_makes() {
    let server = server(an_account()).await;
    let client = client(&server);
    let request = |method, path: &str| client.request(method, path);
    let account: Account = request(Method::GET, "/api/v1/pleroma/accounts/1")
        .query("with", "a b&c")
        .query("with", 2)
        .header("x-own", "yes")
        .send()
        .await
        .unwrap();
    assert_eq!(account.acct, "ann");
    let Json(value): Json<serde_json::Value> = request(Method::POST, "/api/x")
        .json(&json!(["a", 1]))
        .send()
        .await
        .unwrap();
    assert_eq!(value["id"], "1");
    let put = request(Method::PUT, "/api/x")
        .query("q", 1)
        .field("a", &["b", "c"]);
    assert_eq!(put.bytes().await.unwrap(), r#"{"acct":"ann","id":"1"}"#);
    let file = Upload::new(&b"content"[..]).name("a.txt");
    let post = request(Method::POST, "/api/x")
        .field("a", &1)
        .file("file", file);
    assert_eq!(post.send_full::<Account>().await.unwrap().status, 200);

    let requests = server.received_requests().await.unwrap();
    let seen = |index: usize| {
        let request = &requests[index];
        let header = |name: &str| {
            request
                .headers
                .get(name)
                .map(|value| value.to_str().unwrap())
        };
        assert_eq!(header("authorization"), Some("Bearer planted-token"));
        let path = request.url[url::Position::BeforePath..].to_owned();
        let kind = header("content-type").unwrap_or_default().to_owned();
        (
            path,
            kind,
            String::from_utf8_lossy(&request.body).into_owned(),
        )
    };
    let (path, _, _) = seen(0);
    assert_eq!(path, "/api/v1/pleroma/accounts/1?with=a+b%26c&with=2");
    assert_eq!(requests[0].headers["x-own"], "yes");
    let (_, kind, body) = seen(1);
    assert_eq!((&*kind, &*body), ("application/json", r#"["a",1]"#));
    let (path, kind, body) = seen(2);
    assert_eq!(path, "/api/x?q=1");
    assert_eq!(kind, "application/x-www-form-urlencoded");
    assert_eq!(body, "a%5B%5D=b&a%5B%5D=c");
    let (_, kind, body) = seen(3);
    assert!(kind.starts_with("multipart/form-data;"), "{kind}");
    assert!(body.contains("filename=\"a.txt\""), "{body}");
}

#[tokio::test]
async fn a_request_that_cannot_be_sent_is_not() {
    let server = server(an_account()).await;
    let client = client(&server);
    let get = |path: &str| client.request(Method::GET, path);
    for (request, name) in [
        (get("//evil.example/x"), "path"),
        (get("https://evil.example/x"), "path"),
        (
            get("/x").header("authorization", "Bearer other"),
            "authorization",
        ),
        (get("/x").header("host", "evil.example"), "host"),
        (get("/x").header("x-a", "a\r\nb"), "x-a"),
        (get("/x").json(&1).field("a", &1), "json"),
    ] {
        let Error::InvalidRequest(error) = request.bytes().await.unwrap_err() else {
            panic!("{name} was sent");
        };
        assert_eq!(error.name, name);
    }
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn the_server_is_still_collecting() {
    let server = MockServer::start().await;
    let state = |status: &str| {
        let body = json!({"async_refresh": {"id": "a b", "status": status, "result_count": 3}});
        ResponseTemplate::new(200).set_body_json(body)
    };
    Mock::given(path("/api/v1_alpha/async_refreshes/a%20b"))
        .respond_with(state("running"))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    Mock::given(path("/api/v1_alpha/async_refreshes/a%20b"))
        .respond_with(state("finished"))
        .mount(&server)
        .await;
    let context = ResponseTemplate::new(200)
        .insert_header("mastodon-async-refresh", "id=\"a b\", retry=1")
        .insert_header("deprecation", "@1668384000")
        .insert_header("x-request-id", "abc")
        .set_body_json(json!({"ancestors": [], "descendants": []}));
    Mock::given(any())
        .respond_with(context)
        .mount(&server)
        .await;
    let client = client(&server);
    let call = methods::statuses::Context::new("1");
    let answered = client.send_full(call).await.unwrap();
    assert_eq!(answered.request_id(), Some("abc"));
    assert!(answered.deprecation.unwrap().since.is_some());
    let refresh = answered.refresh.unwrap();
    let too_short = client.refreshed(&refresh, Duration::from_millis(500)).await;
    let Err(Error::NotReached(error)) = too_short else {
        panic!("{too_short:?}");
    };
    assert_eq!(error.reason, NotReachedReason::Timeout);
    let count = client.refreshed(&refresh, Duration::from_secs(60)).await;
    assert_eq!(count.unwrap(), Some(3));
}

#[tokio::test]
async fn an_account_of_another_server_is_asked_for_there() {
    let server = MockServer::start().await;
    Mock::given(path("/api/v1/accounts/lookup"))
        .respond_with(
            ResponseTemplate::new(404).set_body_json(json!({"error": "Record not found"})),
        )
        .mount(&server)
        .await;
    Mock::given(path("/api/v1/accounts/search"))
        .and(query_param("q", "Ann@a.example"))
        .and(query_param("resolve", "true"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!([
            {"id": "1", "acct": "annabel@a.example"}, {"id": "2", "acct": "ann@a.example"},
        ])))
        .mount(&server)
        .await;
    Mock::given(path("/api/v1/accounts/search"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!([])))
        .mount(&server)
        .await;
    Mock::given(path("/api/v2/search"))
        .and(query_param("resolve", "true"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({
            "accounts": [], "hashtags": [],
            "statuses": [{"id": "7", "account": {"id": "1", "acct": "ann"}}],
        })))
        .mount(&server)
        .await;
    let client = client(&server);
    assert_eq!(
        client.account("@Ann@a.example").await.unwrap().id,
        "2".into()
    );
    assert!(
        client
            .account("bob@a.example")
            .await
            .unwrap_err()
            .is_not_found()
    );
    let stranger = client.clone().without_token();
    assert!(
        stranger
            .account("ann@a.example")
            .await
            .unwrap_err()
            .is_not_found()
    );
    let status = client.status_at("https://a.example/@ann/1").await.unwrap();
    assert_eq!(status.unwrap().id, "7".into());
}

#[tokio::test]
async fn what_is_done_most_is_one_line() {
    let server = MockServer::start().await;
    for (verb, at, body) in [
        (
            "POST",
            "/api/v1/accounts/1/follow",
            json!({"id": "1", "following": true}),
        ),
        (
            "POST",
            "/api/v1/accounts/1/unfollow",
            json!({"id": "1", "following": false}),
        ),
        (
            "GET",
            "/api/v1/accounts/relationships",
            json!([{"id": "1", "following": true}]),
        ),
        ("POST", "/api/v1/statuses/7/favourite", a_status()),
        ("POST", "/api/v1/statuses/7/reblog", a_status()),
        ("POST", "/api/v1/statuses/7/bookmark", a_status()),
        ("GET", "/api/v1/timelines/tag/rust", json!([a_status()])),
        ("GET", "/api/v1/timelines/public", json!([a_status()])),
        (
            "GET",
            "/api/v1/notifications",
            json!([{"id": "3", "type": "follow", "account": {"id": "1"}}]),
        ),
    ] {
        Mock::given(method(verb))
            .and(path(at))
            .respond_with(ResponseTemplate::new(200).set_body_json(body))
            .expect(1..)
            .mount(&server)
            .await;
    }
    let client = client(&server);
    assert!(client.follow("1").await.unwrap().following);
    assert!(!client.unfollow("1").await.unwrap().following);
    assert!(client.relationship("1").await.unwrap().unwrap().following);
    let status = client.favourite("7").await.unwrap();
    client.reblog(&status).await.unwrap();
    client.bookmark(&status).await.unwrap();
    for mut items in [
        client.hashtag("#rust"),
        client.public_timeline(),
        client.local_timeline(),
    ] {
        assert_eq!(items.next().await.unwrap().unwrap().id, status.id);
    }
    let mut notifications = client.notifications();
    assert!(notifications.next().await.unwrap().is_ok());
}

fn a_status() -> serde_json::Value {
    json!({"id": "7", "account": {"id": "1", "acct": "ann"}})
}
