//! The client that signs, against servers on this machine that verify.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ::reqwest::{Client, RequestBuilder, redirect};
use axum::Router;
use axum::extract::Extension;
use axum::response::Redirect;
use axum::routing::{any, get, post};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, Uri};
use http_sig::negotiate::{DoubleKnock, RedirectRefused, Scheme};
use http_sig::reqwest::{SendError, SigningClient};
use http_sig::tower::{Keys, NoKey, VerifyLayer};
use http_sig::{Policy, Signer, VerifiedRequest, VerifyingKey};
use tokio::net::TcpListener;

use crate::draft::{KEY_ID, ed25519};

const ACTIVITY: &str = "{\"type\":\"Like\"}";

struct OneKey;

impl Keys for OneKey {
    async fn find(&self, key_id: &str, _fresh: bool) -> Result<VerifyingKey, NoKey> {
        assert_eq!(key_id, KEY_ID);
        Ok(ed25519().verifying_key())
    }
}

/// A server that says what it verified and counts what came.
struct Server {
    base: String,
    came: Arc<AtomicUsize>,
    fields: Arc<Mutex<HeaderMap>>,
}

impl Server {
    async fn start(routes: impl FnOnce(&str) -> Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let came = Arc::new(AtomicUsize::new(0));
        let fields = Arc::new(Mutex::new(HeaderMap::new()));
        let policy = Policy::fediverse().authorities([&base]);
        let (counter, kept) = (Arc::clone(&came), Arc::clone(&fields));
        let app = routes(&base)
            .route("/inbox", post(verified))
            .route("/outbox", any(verified))
            .layer(VerifyLayer::new(policy, OneKey))
            .layer(axum::middleware::map_request(
                move |request: axum::extract::Request| {
                    counter.fetch_add(1, Ordering::SeqCst);
                    kept.lock().unwrap().clone_from(request.headers());
                    std::future::ready(request)
                },
            ));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { base, came, fields }
    }

    async fn plain() -> Self {
        Self::start(|_| Router::new()).await
    }

    fn came(&self) -> usize {
        self.came.load(Ordering::SeqCst)
    }

    fn field(&self, name: &str) -> Option<String> {
        let fields = self.fields.lock().unwrap();
        let field = fields.get(name)?;
        Some(field.to_str().unwrap().to_owned())
    }
}

async fn verified(Extension(verified): Extension<Arc<VerifiedRequest<Bytes>>>) -> String {
    let request = verified.request();
    let body = String::from_utf8_lossy(request.body()).into_owned();
    let standard = if verified.covers("@method") {
        "RFC 9421"
    } else {
        "draft"
    };
    format!("{standard} {} {} {body}", request.method(), request.uri())
}

fn client() -> SigningClient {
    // What the builder says about redirects does not count.
    SigningClient::new(Client::builder().redirect(redirect::Policy::limited(10))).unwrap()
}

fn signer() -> Signer {
    Signer::new(KEY_ID, ed25519().clone()).unwrap()
}

async fn text(client: &SigningClient, request: RequestBuilder) -> String {
    let answer = client.send(request, &signer()).await.unwrap();
    let status = answer.status();
    let text = answer.text().await.unwrap();
    assert_eq!(status, StatusCode::OK, "{text}");
    text
}

async fn error(client: &SigningClient, request: RequestBuilder) -> SendError {
    client.send(request, &signer()).await.unwrap_err()
}

fn post_to(client: &SigningClient, url: &str) -> RequestBuilder {
    let request = client.client().post(url);
    request
        .header("content-type", "application/activity+json")
        .body(ACTIVITY)
}

#[tokio::test]
async fn what_is_sent_is_verified_by_both_standards() {
    let server = Server::plain().await;
    let inbox = format!("{}/inbox?a=%20%7C&b=é", server.base);
    let outbox = format!("{}/outbox", server.base);
    for (scheme, name) in [(Scheme::Draft, "draft"), (Scheme::Rfc9421, "RFC 9421")] {
        let client = client().scheme(scheme);
        assert_eq!(
            text(&client, post_to(&client, &inbox)).await,
            format!("{name} POST /inbox?a=%20%7C&b=%C3%A9 {ACTIVITY}")
        );
        let get = client.client().get(&outbox);
        assert_eq!(text(&client, get).await, format!("{name} GET /outbox "));
    }
    assert_eq!(server.came(), 4);
}

#[tokio::test]
async fn a_redirect_on_the_same_origin_is_signed_anew() {
    let server = Server::start(|_| {
        Router::new()
            .route("/moved", any(async || Redirect::permanent("/inbox?b=2")))
            .route("/found", get(found))
    })
    .await;
    let client = client();
    let moved = format!("{}/moved?a=1", server.base);
    assert_eq!(
        text(&client, post_to(&client, &moved)).await,
        format!("draft POST /inbox?b=2 {ACTIVITY}")
    );
    let found = client.client().get(format!("{}/found", server.base));
    assert_eq!(text(&client, found).await, "draft GET /outbox ");
    assert_eq!(server.came(), 4);
}

/// 302, with a relative reference.
async fn found() -> (StatusCode, [(&'static str, &'static str); 1]) {
    (StatusCode::FOUND, [("location", "./outbox")])
}

#[tokio::test]
async fn a_get_is_signed_for_the_server_that_it_is_sent_on_to() {
    let target = Server::plain().await;
    let to = format!("{}/outbox", target.base);
    let server = Server::start(|_| {
        Router::new().route("/moved", get(async move || Redirect::temporary(&to)))
    })
    .await;
    let client = client();
    let get = client.client().get(format!("{}/moved", server.base));
    let get = get.header("authorization", "Bearer secret");
    let get = get.header("x-api-key", "secret").header("x-own", "1");
    assert_eq!(text(&client, get).await, "draft GET /outbox ");
    assert_eq!(
        target.field("host").as_deref(),
        target.base.strip_prefix("http://")
    );
    assert_eq!(target.field("authorization"), None);
    assert!(server.field("authorization").is_some());
    assert_eq!(target.field("x-api-key"), None);
    assert!(server.field("x-api-key").is_some());
    assert_eq!(target.field("x-own").as_deref(), Some("1"));
    assert_eq!((server.came(), target.came()), (1, 1));
}

#[tokio::test]
async fn a_post_is_not_sent_on_to_another_server_nor_turned_into_a_get() {
    let target = Server::plain().await;
    let away = format!("{}/inbox", target.base);
    let server = Server::start(|_| {
        let to = |status: u16, location: &str| {
            let location = location.to_owned();
            let status = StatusCode::from_u16(status).unwrap();
            post(async move || (status, [("location", location)]))
        };
        Router::new()
            .route("/307", to(307, &away))
            .route("/308", to(308, &away))
            .route("/301", to(301, "/inbox"))
            .route("/302", to(302, "/inbox"))
            .route("/303", to(303, "/outbox"))
            .route("/nowhere", to(307, "http://[/"))
            .route("/300", to(300, &away))
    })
    .await;
    let client = client();
    for (path, expected) in [
        ("307", RedirectRefused::OtherOrigin),
        ("308", RedirectRefused::OtherOrigin),
        ("301", RedirectRefused::MethodUnclear),
        ("302", RedirectRefused::MethodUnclear),
        ("303", RedirectRefused::MethodUnclear),
        ("nowhere", RedirectRefused::Target),
    ] {
        let request = post_to(&client, &format!("{}/{path}", server.base));
        match error(&client, request).await {
            SendError::Redirect(refused) => assert_eq!(refused, expected, "{path}"),
            other => panic!("{path}: {other:?}"),
        }
    }
    // That is no redirect but an answer.
    let request = post_to(&client, &format!("{}/300", server.base));
    let answer = client.send(request, &signer()).await.unwrap();
    assert_eq!(answer.status(), StatusCode::MULTIPLE_CHOICES);
    assert_eq!((server.came(), target.came()), (7, 0));
}

#[tokio::test]
async fn a_circle_ends_after_three_redirects() {
    let server = Server::start(|_| {
        Router::new().route("/circle", any(async || Redirect::temporary("/circle")))
    })
    .await;
    let client = client();
    let request = client.client().get(format!("{}/circle", server.base));
    let refused = error(&client, request).await;
    assert!(
        matches!(refused, SendError::TooManyRedirects { most: 3 }),
        "{refused:?}"
    );
    assert_eq!(server.came(), 4);
}

#[tokio::test]
async fn who_allows_no_redirect_gets_it_for_an_answer() {
    let server = Server::start(|_| {
        let away = [("location", "http://[/")];
        Router::new().route("/moved", any(async move || (StatusCode::FOUND, away)))
    })
    .await;
    let client = client().redirects(0);
    let request = post_to(&client, &format!("{}/moved", server.base));
    let answer = client.send(request, &signer()).await.unwrap();
    assert_eq!(answer.status(), StatusCode::FOUND);
    assert_eq!(answer.headers()["location"], "http://[/");
    assert_eq!(server.came(), 1);
}

#[tokio::test]
async fn a_body_stays_on_its_origin_whatever_the_method() {
    let target = Server::plain().await;
    let away = format!("{}/outbox", target.base);
    let server = Server::start(|_| {
        Router::new()
            .route("/away", get(async move || Redirect::temporary(&away)))
            .route("/here", get(async || Redirect::temporary("/outbox")))
    })
    .await;
    let client = client();
    let get = |path: &str| client.client().get(format!("{}/{path}", server.base));
    let refused = error(&client, get("away").body(ACTIVITY)).await;
    assert!(
        matches!(refused, SendError::Redirect(RedirectRefused::OtherOrigin)),
        "{refused:?}"
    );
    assert_eq!((server.came(), target.came()), (1, 0));
    assert_eq!(
        text(&client, get("here").body(ACTIVITY)).await,
        format!("draft GET /outbox {ACTIVITY}")
    );
    assert_eq!(text(&client, get("away")).await, "draft GET /outbox ");
}

#[tokio::test]
async fn a_target_that_is_not_allowed_is_not_asked() {
    let server = Server::start(|_| {
        Router::new().route("/moved", get(async || Redirect::temporary("/outbox")))
    })
    .await;
    let client = client().follow_only(|target: &Uri| target.path() != "/outbox");
    let request = client.client().get(format!("{}/moved", server.base));
    let refused = error(&client, request).await;
    assert!(matches!(refused, SendError::RedirectNotAllowed));
    assert_eq!(server.came(), 1);
}

#[tokio::test]
async fn a_server_that_wants_the_other_standard_gets_it_from_then_on_at_once() {
    let server = Server::plain().await;
    // In front of the server: knows RFC 9421 only.
    let gate = Server::start(|_| {
        Router::new().route(
            "/gate",
            any(async |headers: HeaderMap| {
                if headers.contains_key("signature-input") {
                    StatusCode::OK
                } else {
                    StatusCode::UNAUTHORIZED
                }
            }),
        )
    })
    .await;
    let knocks = DoubleKnock::new();
    let client = client().negotiate(knocks.clone());
    // Each is another request, or else the server would know them again.
    let url = |number: u8| format!("{}/gate?{number}", gate.base);
    assert_eq!(text(&client, post_to(&client, &url(1))).await, "");
    assert_eq!(gate.came(), 2);
    assert_eq!(text(&client, post_to(&client, &url(2))).await, "");
    assert_eq!(gate.came(), 3);
    assert_eq!(knocks.remembered(std::time::SystemTime::now()).len(), 1);
    // Another one is still asked by the draft first.
    let other = client.client().get(format!("{}/outbox", server.base));
    assert_eq!(text(&client, other).await, "draft GET /outbox ");
    // Without negotiation a refusal is the answer.
    let client = client.scheme(Scheme::Draft);
    let answer = client.send(post_to(&client, &url(3)), &signer()).await;
    assert_eq!(answer.unwrap().status(), StatusCode::UNAUTHORIZED);
    assert_eq!(gate.came(), 4);
}

#[tokio::test]
async fn a_body_that_is_a_stream_is_not_sent() {
    let server = Server::plain().await;
    let client = client();
    let stream = http_body_util::Full::new(Bytes::from_static(b"{}"));
    let request = client.client().post(format!("{}/inbox", server.base));
    let refused = error(&client, request.body(::reqwest::Body::wrap(stream))).await;
    assert!(matches!(refused, SendError::StreamingBody));
    assert_eq!(server.came(), 0);
}

#[tokio::test]
async fn the_time_limit_of_the_request_holds_and_the_url_is_not_told() {
    let server =
        Server::start(|_| Router::new().route("/never", any(std::future::pending::<StatusCode>)))
            .await;
    let client = client();
    let url = format!("{}/never?token=secret", server.base);
    let request = client.client().get(&url).timeout(Duration::from_millis(50));
    let error = error(&client, request).await;
    assert!(!format!("{error:?}").contains("secret"), "{error:?}");
    match error {
        SendError::Request(error) => assert!(error.is_timeout(), "{error:?}"),
        other => panic!("{other:?}"),
    }
}
