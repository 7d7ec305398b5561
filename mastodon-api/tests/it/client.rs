//! The client against servers that answer oddly, over real sockets.

use std::time::Duration;

use mastodon_api::entities::{CredentialApplication, Status, Visibility};
use mastodon_api::error::{NotReachedReason, NotUnderstoodReason};
use mastodon_api::waiting::RetryPolicy;
use mastodon_api::{Client, Error, methods, oauth};
use serde_json::json;
use wiremock::matchers::{
    any, body_json, body_string_contains, header, header_exists, method, path, query_param,
};
use wiremock::{Mock, MockServer, ResponseTemplate};

const TOKEN: &str = "planted-token";

async fn server(answer: ResponseTemplate) -> (MockServer, Client) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let client = client(&server);
    (server, client)
}

fn client(server: &MockServer) -> Client {
    once(server.uri()).build().unwrap()
}

/// What is tried again is in the tests of the limits.
fn once(base: impl AsRef<str>) -> mastodon_api::ClientBuilder {
    Client::builder(base)
        .token(TOKEN)
        .check_limits(false)
        .retry(RetryPolicy::never())
}

async fn failure(client: &Client) -> Error {
    let error = client
        .send(methods::accounts::VerifyCredentials::new())
        .await
        .unwrap_err();
    let mut shown = format!("{error} {error:?} {error:#?}");
    let mut source = std::error::Error::source(&error);
    while let Some(inner) = source {
        shown.push_str(&format!("{inner} {inner:?}"));
        source = inner.source();
    }
    assert!(!shown.contains(TOKEN), "{shown}");
    error
}

fn not_understood(error: &Error) -> NotUnderstoodReason {
    match error {
        Error::NotUnderstood(answer) => answer.reason,
        other => panic!("{other:?}"),
    }
}

fn not_reached(error: &Error) -> NotReachedReason {
    match error {
        Error::NotReached(missing) => missing.reason,
        other => panic!("{other:?}"),
    }
}

fn a_status(id: &str) -> serde_json::Value {
    json!({"id": id, "account": {"id": "1", "acct": "ann"}, "visibility": "private"})
}

#[tokio::test]
async fn a_post_says_all_that_was_said() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/api/v1/statuses"))
        .and(header("authorization", "Bearer planted-token"))
        .and(header_exists("idempotency-key"))
        .and(body_json(json!({"status": "hello", "visibility": "unlisted", "in_reply_to_id": "7", "language": "en"})))
        .respond_with(ResponseTemplate::new(200).set_body_json(a_status("8")))
        .expect(1)
        .mount(&server)
        .await;
    let parent: Status = serde_json::from_value(a_status("7")).unwrap();
    let posted = client(&server)
        .post("hello")
        .unlisted()
        .reply_to(&parent)
        .language("en")
        .send()
        .await
        .unwrap();
    assert_eq!(posted.id.as_str(), "8");
}

#[tokio::test]
async fn a_reply_is_seen_by_no_more_people_unless_asked_for() {
    let (server, client) = server(ResponseTemplate::new(200).set_body_json(a_status("8"))).await;
    let parent: Status = serde_json::from_value(a_status("7")).unwrap();
    let post = client.post("hello").reply_to(&parent);
    post.clone().send().await.unwrap();
    post.send().await.unwrap();
    let requests = server.received_requests().await.unwrap();
    let body: serde_json::Value = requests[0].body_json().unwrap();
    assert_eq!(body["visibility"], Visibility::Private.as_str());
    let key = |index: usize| {
        requests[index]
            .headers
            .get("idempotency-key")
            .unwrap()
            .clone()
    };
    assert_eq!(key(0), key(1), "one post, one key");
    client.post("hello").send().await.unwrap();
    let requests = server.received_requests().await.unwrap();
    assert_ne!(
        requests[2].headers.get("idempotency-key").unwrap(),
        key(0),
        "another post, another key"
    );
}

#[tokio::test]
async fn a_page_for_people_is_not_an_answer() {
    let (_server, client) =
        server(ResponseTemplate::new(200).set_body_raw("<!DOCTYPE html><p>Hi", "text/html")).await;
    let error = failure(&client).await;
    assert_eq!(not_understood(&error), NotUnderstoodReason::Html);
    let Error::NotUnderstood(answer) = error else {
        unreachable!()
    };
    assert_eq!(answer.body, "<!DOCTYPE html><p>Hi");
}

#[tokio::test]
async fn a_strict_client_takes_no_answer_with_a_problem() {
    let home =
        json!([a_status("3"), {"no": "status"}, {"id": "4", "account": {"id": "1", "bot": "?"}}]);
    let (server, lenient) = server(ResponseTemplate::new(200).set_body_json(home)).await;
    assert!(lenient.home().next().await.unwrap().is_ok());
    let strict = Client::builder(server.uri()).strict().build().unwrap();
    let error = strict.home().next().await.unwrap().unwrap_err();
    assert_eq!(not_understood(&error), NotUnderstoodReason::Partly);
    let Error::NotUnderstood(answer) = &error else {
        unreachable!()
    };
    let told: Vec<_> = answer
        .problems
        .iter()
        .map(|problem| (problem.path(), problem.raw().get()))
        .collect();
    assert_eq!(
        told,
        [
            ("[1].id", r#"{"no":"status"}"#),
            ("[2].account.bot", r#""?""#)
        ]
    );
    assert_eq!(answer.path, "[1].id");
    assert!(!format!("{error} {error:?} {answer}").contains('?'));
}

#[tokio::test]
async fn an_answer_may_be_as_long_as_the_limit() {
    let body = serde_json::to_vec(&json!({"id": "1", "note": "x".repeat(1000)})).unwrap();
    let (server, _) = server(ResponseTemplate::new(200).set_body_bytes(body.clone())).await;
    let with_limit = |limit| once(server.uri()).body_limit(limit).build().unwrap();
    assert!(with_limit(body.len()).me().await.is_ok());
    let error = failure(&with_limit(body.len() - 1)).await;
    assert_eq!(not_understood(&error), NotUnderstoodReason::TooLarge);
}

#[tokio::test]
async fn a_refusal_longer_than_the_limit_is_still_a_refusal() {
    let (server, _) = server(ResponseTemplate::new(503).set_body_bytes(vec![b'x'; 100_000])).await;
    let client = once(server.uri()).body_limit(1000).build().unwrap();
    assert_eq!(failure(&client).await.status().unwrap(), 503);
}

#[tokio::test]
async fn the_token_is_not_sent_elsewhere() {
    let (elsewhere, _) = server(ResponseTemplate::new(200).set_body_json(json!({"id": "1"}))).await;
    for status in [301, 302, 303, 307, 308] {
        let target = format!("{}/api/v1/accounts/verify_credentials", elsewhere.uri());
        let (_server, client) =
            server(ResponseTemplate::new(status).insert_header("location", target)).await;
        assert_eq!(
            not_reached(&failure(&client).await),
            NotReachedReason::RedirectedElsewhere
        );
    }
    let following = reqwest::Client::new();
    let target = format!("{}/", elsewhere.uri());
    let (origin, _) = server(ResponseTemplate::new(302).insert_header("location", target)).await;
    let client = Client::builder(origin.uri())
        .token(TOKEN)
        .http_client(following)
        .build()
        .unwrap();
    assert_eq!(
        not_reached(&failure(&client).await),
        NotReachedReason::RedirectedElsewhere
    );
    for request in elsewhere.received_requests().await.unwrap() {
        assert!(!request.headers.contains_key("authorization"));
    }
}

#[tokio::test]
async fn a_redirect_within_the_server_is_followed_to_read() {
    let server = MockServer::start().await;
    Mock::given(path("/api/v1/accounts/verify_credentials"))
        .respond_with(ResponseTemplate::new(302).insert_header("location", "/moved"))
        .mount(&server)
        .await;
    Mock::given(path("/moved"))
        .and(header("authorization", "Bearer planted-token"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"id": "1"})))
        .mount(&server)
        .await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(307).insert_header("location", "/moved"))
        .mount(&server)
        .await;
    assert_eq!(client(&server).me().await.unwrap().id.as_str(), "1");
    let error = client(&server).post("once").send().await.unwrap_err();
    assert_eq!(not_reached(&error), NotReachedReason::RedirectedWrite);
}

#[tokio::test]
async fn redirects_end() {
    let answer = ResponseTemplate::new(302).insert_header("location", "/again");
    let (server, client) = server(answer).await;
    assert_eq!(
        not_reached(&failure(&client).await),
        NotReachedReason::TooManyRedirects
    );
    assert_eq!(server.received_requests().await.unwrap().len(), 6);
}

#[tokio::test]
async fn refusals_say_what_the_server_said() {
    for (status, is) in [
        (401, Error::is_unauthorized as fn(&Error) -> bool),
        (403, Error::is_forbidden),
        (404, Error::is_not_found),
        (410, Error::is_not_found),
        (422, Error::is_invalid_value),
        (429, Error::is_rate_limited),
    ] {
        let answer = ResponseTemplate::new(status)
            .insert_header("date", "Thu, 01 Jan 2026 00:00:00 GMT")
            .insert_header("x-ratelimit-limit", "300")
            .insert_header("x-ratelimit-remaining", "0")
            .insert_header("x-ratelimit-reset", "2026-01-01T00:05:00.000000Z")
            .set_body_json(json!({"error": "the reason"}));
        let (_server, client) = server(answer).await;
        let error = failure(&client).await;
        assert!(is(&error), "{error}");
        assert!(error.to_string().contains("the reason"), "{error}");
        let refused = error.refused().unwrap();
        assert_eq!(
            (refused.rate.limit, refused.rate.remaining),
            (Some(300), Some(0))
        );
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(
            error.retry_after(now),
            (status == 429).then_some(Duration::from_secs(300))
        );
    }
}

#[tokio::test]
async fn no_server_no_answer() {
    let address = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let client = once(format!("http://{address}")).build().unwrap();
    assert_eq!(
        not_reached(&failure(&client).await),
        NotReachedReason::ConnectionRefused
    );
}

#[tokio::test]
async fn a_server_that_hangs_is_left() {
    // It takes connections and never answers.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let limit = Duration::from_millis(50);
    let client = once(format!("http://{address}"))
        .timeout(limit)
        .build()
        .unwrap();
    assert_eq!(
        not_reached(&failure(&client).await),
        NotReachedReason::Timeout
    );
}

#[tokio::test]
async fn cookies_are_not_kept() {
    let answer = ResponseTemplate::new(200)
        .insert_header("set-cookie", "a=b")
        .set_body_json(json!({"id": "1"}));
    let (server, client) = server(answer).await;
    client.me().await.unwrap();
    client.me().await.unwrap();
    assert!(
        !server.received_requests().await.unwrap()[1]
            .headers
            .contains_key("cookie")
    );
}

fn link(text: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).insert_header("link", text)
}

#[tokio::test]
async fn a_list_is_walked_to_its_end() {
    let server = MockServer::start().await;
    Mock::given(query_param("max_id", "3"))
        .respond_with(
            link("<http://127.0.0.1:1/elsewhere?max_id=1>; rel=\"next\"").set_body_json(json!([
                a_status("2"), {"no": "status"}, a_status("1"),
            ])),
        )
        .mount(&server)
        .await;
    Mock::given(query_param("max_id", "1"))
        .respond_with(link("<?min_id=0>; rel=prev").set_body_json(json!([])))
        .mount(&server)
        .await;
    Mock::given(path("/api/v1/timelines/home"))
        .respond_with(
            link("<https://a.example/?max_id=3&limit=80>; rel=\"next\"")
                .set_body_json(json!([a_status("3")])),
        )
        .mount(&server)
        .await;
    let mut home = client(&server).home();
    let mut seen = Vec::new();
    while let Some(status) = home.next().await {
        seen.push(status.unwrap().id.to_string());
    }
    assert_eq!(seen, ["3", "2", "1"]);
    let mut pages = client(&server).pages(methods::timelines::Home::new());
    assert!(pages.next().await.unwrap().unwrap().problems.is_empty());
    let second = pages.next().await.unwrap().unwrap();
    assert_eq!(second.problems[0].raw().get(), r#"{"no":"status"}"#);
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn a_list_that_bites_its_tail_ends() {
    let answer = link("<?max_id=3>; rel=\"next\"").set_body_json(json!([a_status("3")]));
    let (server, client) = server(answer).await;
    let mut home = client.home();
    assert!(home.next().await.unwrap().is_ok());
    assert_eq!(
        not_understood(&home.next().await.unwrap().unwrap_err()),
        NotUnderstoodReason::PageLoop
    );
    assert!(home.next().await.is_none());
    assert_eq!(server.received_requests().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_value_with_all_that_came_with_it() {
    let answer = ResponseTemplate::new(202)
        .insert_header("x-ratelimit-remaining", "17")
        .insert_header("deprecation", "@1668384000")
        .set_body_json(json!({"id": "1"}));
    let (_server, client) = server(answer).await;
    let answered = client
        .send_full(methods::media::Get::new("1"))
        .await
        .unwrap();
    assert_eq!(
        (answered.status.as_u16(), answered.rate.remaining),
        (202, Some(17))
    );
    assert_eq!(answered.headers["deprecation"], "@1668384000");
}

#[tokio::test]
async fn from_registration_to_a_worthless_token() {
    let server = MockServer::start().await;
    let app =
        json!({"id": 1, "name": "bot", "client_id": "client", "client_secret": "planted-secret"});
    Mock::given(path("/api/v1/apps"))
        .and(body_json(
            json!({"client_name": "bot", "redirect_uris": "http://127.0.0.1/", "scopes": "read"}),
        ))
        .respond_with(ResponseTemplate::new(200).set_body_json(app))
        .mount(&server)
        .await;
    Mock::given(path("/oauth/token"))
        .and(header("content-type", "application/x-www-form-urlencoded"))
        .and(body_string_contains("grant_type=authorization_code"))
        .and(body_string_contains("client_secret=planted-secret"))
        .and(body_string_contains("code_verifier="))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({
            "access_token": TOKEN, "token_type": "Bearer", "scope": "read", "created_at": 1_573_979_017,
        })))
        .mount(&server)
        .await;
    Mock::given(path("/oauth/revoke"))
        .and(body_string_contains("token=planted-token"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({})))
        .expect(1)
        .mount(&server)
        .await;

    let client = Client::new(server.uri()).unwrap();
    let call = methods::apps::Create::new("bot", ["http://127.0.0.1/"]).scopes("read");
    let app: CredentialApplication = client.send(call).await.unwrap();
    let at = oauth::AuthorizationServer::new(client.base());
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let authorization =
        oauth::Authorization::new(&at, &app, "http://127.0.0.1/", "read", now).unwrap();
    let mut back: url::Url = "http://127.0.0.1/?code=abc".parse().unwrap();
    let login = authorization.url();
    let (_, state) = login
        .query_pairs()
        .find(|(name, _)| name == "state")
        .unwrap();
    back.query_pairs_mut().append_pair("state", &state);
    let token = client
        .send(authorization.with_redirect(&back, now).unwrap())
        .await
        .unwrap();
    assert_eq!(token.access_token.expose(), TOKEN);
    client
        .send(at.revoke(&app, &token.access_token))
        .await
        .unwrap();
    assert!(!format!("{app:?}{token:?}").contains("planted"));
}
