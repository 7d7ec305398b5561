//! What the client does around a call.

use mastodon_api::entities::Token;
use mastodon_api::oauth::{BearerToken, MissingScope, Scope, Scopes};
use mastodon_api::{Client, Error, Software, Support, methods};
use serde_json::json;
use wiremock::matchers::{any, path};
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
        .server_lifetime(std::time::Duration::ZERO)
        .build()
        .unwrap();
    let known = client.server().await.unwrap();
    assert_eq!(known.mastodon_version(), Some([4, 1, 0]));
    client.server().await.unwrap();
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}
