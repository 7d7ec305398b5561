//! What the client does around a call.

use mastodon_api::entities::Token;
use mastodon_api::oauth::{BearerToken, MissingScope, Scope, Scopes};
use mastodon_api::{Client, Error, methods};
use serde_json::json;
use wiremock::matchers::any;
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
