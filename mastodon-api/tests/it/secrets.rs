//! No secret in what is shown: every kind of error, the causes of each, and the log.

use std::collections::BTreeMap;

use mastodon_api::endpoint::Json;
use mastodon_api::methods::{accounts, instance, oauth, statuses};
use mastodon_api::oauth::ClientSecret;
use mastodon_api::waiting::{OnLimit, RateLimiter, RetryPolicy};
use mastodon_api::{Client, Error, MediaFile, Page, entities};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::hostile::{Log, shown};

/// Says back what it was sent, in the message and in a header.
fn echo(request: &Request) -> ResponseTemplate {
    let sent = String::from_utf8_lossy(&request.body).into_owned();
    let sent = format!("{sent} {:?}", request.headers.get("authorization"));
    ResponseTemplate::new(400)
        .insert_header("x-request-id", sent.replace(['\r', '\n'], " "))
        .set_body_json(json!({"error": sent, "error_description": sent,
            "details": {"code": [{"error": sent, "description": sent}]}}))
}

async fn on(server: &MockServer, verb: &str, at: &str, answer: ResponseTemplate) {
    let mock = Mock::given(method(verb)).and(path(at));
    mock.respond_with(answer).mount(server).await;
}

#[derive(Debug, serde::Deserialize)]
struct Counted {
    #[allow(dead_code)]
    count: u32,
}

/// One error of each kind, each from an answer or a request full of secrets.
async fn errors(server: &MockServer) -> Vec<Error> {
    for place in ["/oauth/token", "/oauth/revoke", "/api/v1/accounts"] {
        Mock::given(path(place))
            .respond_with(echo)
            .mount(server)
            .await;
    }
    let ok = |body: Value| ResponseTemplate::new(200).set_body_json(body);
    let odd = "planted-answer";
    let at = "/api/v1/accounts/verify_credentials";
    on(
        server,
        "GET",
        at,
        ok(json!({"id": {"token": odd}, "acct": [odd]})),
    )
    .await;
    on(server, "GET", "/api/v1/odd", ok(json!({"count": odd}))).await;
    on(
        server,
        "GET",
        "/api/v1/list",
        ok(json!([{"id": [odd]}, odd])),
    )
    .await;
    let at = "/api/v1/instance/translation_languages";
    on(server, "GET", at, ok(json!({"de": {"token": odd}}))).await;
    let page = ResponseTemplate::new(200).set_body_raw("<title>planted-token</title>", "text/html");
    on(server, "GET", "/api/v1/statuses/1", page).await;
    let taken = ResponseTemplate::new(202).set_body_json(json!({"id": "7", "url": null}));
    on(server, "POST", "/api/v2/media", taken).await;
    let failed = ResponseTemplate::new(422).set_body_json(json!({"error": "planted-token"}));
    on(server, "GET", "/api/v1/media/7", failed).await;
    let full = ResponseTemplate::new(429)
        .insert_header("retry-after", "900")
        .set_body_json(json!({"error": "planted-token"}));
    on(server, "GET", "/api/v1/statuses/2", full).await;

    let build = |base: &str, strict: bool| {
        let client = Client::builder(base)
            .token("planted-token")
            .check_limits(false)
            .retry(RetryPolicy::never())
            .rate_limiter(RateLimiter::new(OnLimit::Fail));
        let client = if strict { client.strict() } else { client };
        client.build().unwrap()
    };
    let (client, strict) = (build(&server.uri(), false), build(&server.uri(), true));
    let login = oauth::Token::new(
        "authorization_code",
        "id",
        ClientSecret::from("planted-secret"),
    )
    .code("planted-code")
    .code_verifier("planted-verifier")
    .refresh_token("planted-refresh");
    let revoke = oauth::Revoke::new(
        "id",
        ClientSecret::from("planted-secret"),
        "planted-revoked",
    );
    let raw = |name: &str| client.request(http::Method::POST, name);
    let sign_up = json!({"username": "a", "password": "planted-password"});
    let closed = build("http://127.0.0.1:1", false);
    let list = |client: &Client| client.request(http::Method::GET, "/api/v1/list");
    vec![
        client.send(login).await.unwrap_err(),
        client.send(revoke).await.unwrap_err(),
        raw("/api/v1/accounts")
            .json(&sign_up)
            .bytes()
            .await
            .unwrap_err(),
        client
            .send(accounts::VerifyCredentials::new())
            .await
            .unwrap_err(),
        client
            .request(http::Method::GET, "/api/v1/odd")
            .send::<Json<Counted>>()
            .await
            .unwrap_err(),
        list(&strict)
            .send::<Page<entities::Status>>()
            .await
            .unwrap_err(),
        list(&client)
            .send::<Json<BTreeMap<String, Counted>>>()
            .await
            .unwrap_err(),
        strict
            .send(instance::TranslationLanguages::new())
            .await
            .unwrap_err(),
        client.send(statuses::Get::new("1")).await.unwrap_err(),
        client
            .upload(MediaFile::bytes("planted-file"))
            .send()
            .await
            .unwrap_err(),
        client.send(statuses::Get::new("2")).await.unwrap_err(),
        client.send(statuses::Get::new("3")).await.unwrap_err(),
        closed.me().await.unwrap_err(),
        raw("/x")
            .header("x-odd", "planted-header\n")
            .bytes()
            .await
            .unwrap_err(),
        Client::builder("https://a.example")
            .token("planted-token\n")
            .build()
            .unwrap_err(),
    ]
}

#[tokio::test]
async fn no_error_and_no_log_shows_a_secret() {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    // With a single subscriber tracing remembers which places nobody listens to.
    let _second = tracing::Dispatch::new(Log::default());
    let server = MockServer::start().await;
    let errors = errors(&server).await;
    let mut kinds = BTreeMap::<&str, usize>::new();
    for error in &errors {
        let kind = match error {
            Error::Refused(_) => "refused",
            Error::NotUnderstood(_) => "not understood",
            Error::NotReached(_) => "not reached",
            Error::RateLimited(_) => "rate limited",
            Error::InvalidRequest(_) => "invalid request",
            Error::MediaNotReady(_) => "media not ready",
            other => panic!("{other:?}"),
        };
        *kinds.entry(kind).or_default() += 1;
        let shown = shown(error);
        assert!(!shown.contains("planted"), "{shown}");
    }
    println!("secrets: {kinds:?}");
    assert_eq!(kinds.len(), 6, "{kinds:?}");
    let logged = log.0.lock().unwrap();
    assert!(
        logged.contains("answered") || logged.contains("hyper"),
        "the log saw nothing"
    );
    assert!(!logged.contains("planted"), "{logged}");
}

#[tokio::test]
async fn entries_of_an_answer_that_is_an_object_are_told_by_a_strict_client() {
    let server = MockServer::start().await;
    let body = json!({"de": ["en"], "fr": {"odd": 1}});
    let at = "/api/v1/instance/translation_languages";
    on(
        &server,
        "GET",
        at,
        ResponseTemplate::new(200).set_body_json(body),
    )
    .await;
    let call = instance::TranslationLanguages::new;
    let lenient = Client::new(server.uri()).unwrap().send(call()).await;
    assert_eq!(lenient.unwrap().len(), 1);
    let strict = Client::builder(server.uri()).strict().build().unwrap();
    let Error::NotUnderstood(answer) = strict.send(call()).await.unwrap_err() else {
        panic!("it was refused");
    };
    assert_eq!(answer.problems[0].path(), "fr");
}
