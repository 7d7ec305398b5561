//! The layer, in front of handlers that count how often they are reached.

use std::collections::HashMap;
use std::error::Error;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use ::tower::{ServiceBuilder, ServiceExt, service_fn};
use axum::body::Body;
use axum::extract::{Extension, Request as AxumRequest};
use axum::routing::{any, get, post};
use axum::{Router, middleware};
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, Version};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use http_sig::rfc9421::AcceptSignature;
use http_sig::tower::{Keys, NoKey, RefusedRequest, VerifyLayer, WireUri, WireUriLayer};
use http_sig::{
    Answer, Arrival, Policy, ReplayKey, ReplayMemory, ReplayStore, Signer, SigningKey,
    VerifiedRequest, VerifyingKey,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::draft::{KEY_ID, ed25519, now, rsa};

const ACTIVITY: &[u8] = b"{\"type\":\"Like\"}";

/// What the tests count.
#[derive(Default)]
struct Counts {
    handled: AtomicUsize,
    found: AtomicUsize,
    found_fresh: AtomicUsize,
    body_bytes: AtomicUsize,
    refused: Mutex<Vec<String>>,
}

impl Counts {
    fn handled(&self) -> usize {
        self.handled.load(Ordering::SeqCst)
    }

    fn found(&self) -> usize {
        self.found.load(Ordering::SeqCst)
    }

    fn found_fresh(&self) -> usize {
        self.found_fresh.load(Ordering::SeqCst)
    }

    fn body_bytes(&self) -> usize {
        self.body_bytes.load(Ordering::SeqCst)
    }

    fn refused(&self) -> Vec<String> {
        self.refused.lock().unwrap().clone()
    }
}

/// Keeps one answer for the first question and one for the second.
struct Answers {
    counts: Arc<Counts>,
    known: fn() -> Result<VerifyingKey, NoKey>,
    fresh: fn() -> Result<VerifyingKey, NoKey>,
}

impl Keys for Answers {
    async fn find(&self, key_id: &str, fresh: bool) -> Result<VerifyingKey, NoKey> {
        assert_eq!(key_id, KEY_ID);
        tokio::task::yield_now().await;
        if fresh {
            self.counts.found_fresh.fetch_add(1, Ordering::SeqCst);
            (self.fresh)()
        } else {
            self.counts.found.fetch_add(1, Ordering::SeqCst);
            (self.known)()
        }
    }
}

fn right() -> Result<VerifyingKey, NoKey> {
    Ok(ed25519().verifying_key())
}

fn wrong() -> Result<VerifyingKey, NoKey> {
    static OTHER: std::sync::OnceLock<SigningKey> = std::sync::OnceLock::new();
    let other = OTHER.get_or_init(|| SigningKey::generate_ed25519().unwrap());
    Ok(other.verifying_key())
}

fn of_another_kind() -> Result<VerifyingKey, NoKey> {
    Ok(rsa().verifying_key())
}

fn layer_with(
    counts: &Arc<Counts>,
    known: fn() -> Result<VerifyingKey, NoKey>,
    fresh: fn() -> Result<VerifyingKey, NoKey>,
) -> VerifyLayer<Answers> {
    let keys = Answers {
        counts: Arc::clone(counts),
        known,
        fresh,
    };
    let log = Arc::clone(counts);
    VerifyLayer::new(Policy::fediverse().authorities(["example.org"]), keys)
        .clock(now)
        .on_refused(move |refused: &RefusedRequest<'_>| {
            log.refused.lock().unwrap().push(refused.to_string());
        })
}

fn layer(counts: &Arc<Counts>) -> VerifyLayer<Answers> {
    layer_with(counts, right, right)
}

/// Says what the handler saw.
async fn inbox(
    Extension(counts): Extension<Arc<Counts>>,
    Extension(verified): Extension<Arc<VerifiedRequest<Bytes>>>,
    body: Bytes,
) -> (StatusCode, String) {
    counts.handled.fetch_add(1, Ordering::SeqCst);
    assert_eq!(verified.request().body(), &body);
    let status = if body == b"fail".as_slice() {
        StatusCode::INTERNAL_SERVER_ERROR
    } else {
        StatusCode::OK
    };
    let path = verified.request().uri().path();
    (status, format!("{} {path}", verified.key_id()))
}

async fn outbox(
    Extension(counts): Extension<Arc<Counts>>,
    verified: Option<Extension<Arc<VerifiedRequest<Bytes>>>>,
) -> &'static str {
    counts.handled.fetch_add(1, Ordering::SeqCst);
    match verified {
        Some(_) => "signed",
        None => "unsigned",
    }
}

fn routes() -> Router {
    Router::new()
        .route("/inbox", post(inbox))
        .route("/users/{name}/inbox", post(inbox))
        .route("/outbox", get(outbox).post(inbox))
}

/// The outside of every router here: counts what is read of a body.
fn counted(router: Router, counts: &Arc<Counts>) -> Router {
    let reading = Arc::clone(counts);
    router
        .layer(Extension(Arc::clone(counts)))
        .layer(middleware::map_request(move |request: AxumRequest| {
            let counts = Arc::clone(&reading);
            async move { request.map(|body| Body::new(CountedBody { body, counts })) }
        }))
}

struct CountedBody {
    body: Body,
    counts: Arc<Counts>,
}

impl http_body::Body for CountedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &frame
            && let Some(data) = frame.data_ref()
        {
            self.counts
                .body_bytes
                .fetch_add(data.len(), Ordering::SeqCst);
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

fn app(layer: VerifyLayer<Answers>, counts: &Arc<Counts>) -> Router {
    counted(routes().layer(layer), counts)
}

fn signer() -> Signer {
    Signer::new(KEY_ID, ed25519().clone()).unwrap()
}

fn signed(method: &str, path: &str, body: &[u8]) -> Request<Vec<u8>> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "example.org")
        .body(body.to_vec())
        .unwrap();
    signer().sign(&mut request, now()).unwrap();
    request
}

fn unsigned(method: &str, path: &str) -> Request<Vec<u8>> {
    Request::builder()
        .method(method)
        .uri(path)
        .header("host", "example.org")
        .body(Vec::new())
        .unwrap()
}

async fn send(app: &Router, request: Request<Vec<u8>>) -> (StatusCode, String) {
    let (response, text) = whole(app, request.map(Body::from)).await;
    (response.status(), text)
}

async fn whole(app: &Router, request: Request<Body>) -> (Response<()>, String) {
    let response = app.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let text = String::from_utf8(body.to_vec()).unwrap();
    (Response::from_parts(parts, ()), text)
}

/// Serves the router on a port of this machine.
async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

/// The request as it goes over the wire, up to the end of the head, with other fields for the body.
fn head(request: &Request<Vec<u8>>, more: &[&str]) -> String {
    let mut text = format!("{} {} HTTP/1.1\r\n", request.method(), request.uri());
    for (name, value) in request.headers() {
        text += &format!("{name}: {}\r\n", value.to_str().unwrap());
    }
    for line in more.iter().chain(&["connection: close"]) {
        text += &format!("{line}\r\n");
    }
    text + "\r\n"
}

/// Sends these bytes, keeps the connection open, and reads until the server closes it.
async fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    let reading = stream.read_to_end(&mut answer);
    // What came before a reset counts, too: the server does not read on.
    let _ = tokio::time::timeout(Duration::from_secs(20), reading)
        .await
        .unwrap();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn requests_of_both_standards_reach_the_handler_over_a_socket() {
    let counts = Arc::default();
    let address = serve(app(layer(&counts), &counts)).await;
    let draft = signed("POST", "/inbox", ACTIVITY);
    let mut rfc9421 = unsigned("POST", "/users/alice/inbox?a=%20b");
    *rfc9421.body_mut() = ACTIVITY.to_vec();
    signer().sign_rfc9421(&mut rfc9421, now()).unwrap();
    for (request, path) in [(draft, "/inbox"), (rfc9421, "/users/alice/inbox")] {
        let length = format!("content-length: {}", request.body().len());
        let mut bytes = head(&request, &[&length]).into_bytes();
        bytes.extend_from_slice(request.body());
        let answer = exchange(address, &bytes).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.ends_with(&format!("{KEY_ID} {path}")), "{answer}");
    }
    assert_eq!((counts.handled(), counts.found()), (2, 2));
    assert_eq!(counts.found_fresh(), 0);
}

#[tokio::test]
async fn a_chunked_body_is_verified_and_its_trailers_are_dropped() {
    let counts = Arc::default();
    let address = serve(app(layer(&counts), &counts)).await;
    let request = signed("POST", "/inbox", ACTIVITY);
    let mut text = head(&request, &["transfer-encoding: chunked"]);
    for chunk in ACTIVITY.chunks(4) {
        text += &format!(
            "{:x}\r\n{}\r\n",
            chunk.len(),
            String::from_utf8_lossy(chunk)
        );
    }
    text += "0\r\nx-trailer: 1\r\n\r\n";
    let answer = exchange(address, text.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");

    let wrong = text.replace("\"Lik", "\"Dik");
    let answer = exchange(address, wrong.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    assert!(
        answer.contains("the body is not the one that was signed"),
        "{answer}"
    );
    assert_eq!((counts.handled(), counts.found()), (1, 1));
}

#[tokio::test]
async fn a_gigabyte_without_a_signature_is_refused_before_a_byte_of_it_is_read() {
    let counts = Arc::default();
    let address = serve(app(layer(&counts), &counts)).await;
    let unsigned = unsigned("POST", "/inbox");
    let mut bare = head(&unsigned, &["content-length: 1073741824"]).into_bytes();
    bare.extend_from_slice(&[b'x'; 1000]);
    let answer = exchange(address, &bare).await;
    assert!(
        answer.starts_with("HTTP/1.1 401 Unauthorized\r\n"),
        "{answer}"
    );
    assert!(
        answer.contains("\r\n\r\nthe message is not signed"),
        "{answer}"
    );

    // The same where the sender waits to be told to go on.
    let expect = ["content-length: 1073741824", "expect: 100-continue"];
    let answer = exchange(address, head(&unsigned, &expect).as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    assert_eq!((counts.handled(), counts.found()), (0, 0));
    assert_eq!(counts.body_bytes(), 0);
}

#[tokio::test]
async fn a_sender_that_waits_is_told_to_go_on_once_its_head_is_good() {
    let counts = Arc::default();
    let address = serve(app(layer(&counts), &counts)).await;
    let request = signed("POST", "/inbox", ACTIVITY);
    let length = format!("content-length: {}", ACTIVITY.len());
    let head = head(&request, &[&length, "expect: 100-continue"]);
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(ACTIVITY).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
}

#[tokio::test]
async fn a_signed_body_over_the_limit_is_refused_without_looking_for_the_key() {
    let counts = Arc::default();
    let app = app(layer(&counts).body_limit(1000), &counts);
    let (status, _) = send(&app, signed("POST", "/inbox", &[b'x'; 1000])).await;
    assert_eq!((status, counts.handled()), (StatusCode::OK, 1));
    let before = counts.body_bytes();

    let request = signed("POST", "/inbox", &[b'x'; 1001]);
    let address = serve(app).await;
    let announced = head(&request, &["content-length: 1001"]);
    let answer = exchange(address, announced.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert_eq!(counts.body_bytes(), before);

    // Without a length that is known before, it is read up to the limit and no further.
    let endless = head(&request, &["transfer-encoding: chunked"]);
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(endless.as_bytes()).await.unwrap();
    let chunk = format!("1f4\r\n{}\r\n", "x".repeat(500));
    // The server stops reading at some time; then the writing fails.
    for _ in 0..10_000 {
        if stream.write_all(chunk.as_bytes()).await.is_err() {
            break;
        }
    }
    drop(stream);
    assert_eq!((counts.handled(), counts.found()), (1, 1));
    let read = counts.body_bytes() - before;
    assert!(read <= 64 * 1024, "{read} bytes were read");
    let refused = counts.refused();
    assert_eq!(refused.len(), 2, "{refused:?}");
    assert!(
        refused[1].contains("longer than it may be, expected at most 1000"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_get_with_a_body_that_nothing_covers_is_refused() {
    let counts = Arc::default();
    let app = app(layer(&counts).accept_unsigned_get(), &counts);
    let mut request = signed("GET", "/outbox", b"");
    *request.body_mut() = b"x".to_vec();
    let (status, text) = send(&app, request).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(
        text.contains("does not cover a component that it must cover: `digest`"),
        "{text}"
    );
    assert_eq!((counts.handled(), counts.found()), (0, 0));
}

#[tokio::test]
async fn a_storm_of_bad_signatures_asks_for_a_fresh_key_once_for_each_and_reaches_nobody() {
    let counts = Arc::default();
    let app = app(layer_with(&counts, wrong, wrong), &counts);
    for _ in 0..100 {
        let (status, text) = send(&app, signed("POST", "/inbox", ACTIVITY)).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        assert!(
            text.starts_with("the signature was not made with this key over this message"),
            "{text}"
        );
    }
    assert_eq!((counts.found(), counts.found_fresh()), (100, 100));
    assert_eq!(counts.handled(), 0);
}

#[tokio::test]
async fn a_key_that_was_replaced_is_fetched_anew() {
    for old in [wrong, of_another_kind] {
        let counts = Arc::default();
        let app = app(layer_with(&counts, old, right), &counts);
        let (status, _) = send(&app, signed("POST", "/inbox", ACTIVITY)).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!((counts.found(), counts.found_fresh()), (1, 1));
    }
}

#[tokio::test]
async fn without_a_key_the_answer_says_why() {
    fn lost() -> Box<dyn Error + Send + Sync> {
        "10.0.0.7 does not answer".into()
    }
    type Find = fn() -> Result<VerifyingKey, NoKey>;
    let cases: [(Find, Find, u16, &str); 7] = [
        (|| Err(NoKey::NotFound), right, 401, "does not exist"),
        (|| Err(NoKey::Gone), right, 401, "is gone"),
        (|| Err(NoKey::Blocked), right, 403, "not accepted"),
        (
            || Err(NoKey::Unusable(lost())),
            right,
            401,
            "cannot be used",
        ),
        (
            || Err(NoKey::Unreachable(lost())),
            right,
            503,
            "try again later",
        ),
        (
            wrong,
            || Err(NoKey::Unreachable(lost())),
            401,
            "not made with this key",
        ),
        (wrong, || Err(NoKey::Gone), 401, "is gone"),
    ];
    for (known, fresh, expected, words) in cases {
        let counts = Arc::default();
        let app = app(layer_with(&counts, known, fresh), &counts);
        let (status, text) = send(&app, signed("POST", "/inbox", ACTIVITY)).await;
        assert_eq!(status, expected, "{text}");
        assert!(text.contains(words), "{text}");
        // What concerns only this server is told to its own log.
        assert!(!text.contains("10.0.0.7"), "{text}");
        assert_eq!(counts.handled(), 0);
        let refused = counts.refused();
        assert!(
            refused[0].starts_with(&format!("POST /inbox by \"{KEY_ID}\": ")),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn a_request_that_comes_again_is_acknowledged_and_not_handled() {
    let counts = Arc::default();
    let app = app(layer(&counts), &counts);
    let request = || signed("POST", "/inbox", ACTIVITY);
    assert_eq!(send(&app, request()).await.0, StatusCode::OK);
    let again = send(&app, request()).await;
    assert_eq!(again, (StatusCode::ACCEPTED, String::new()));
    // The routes share one memory, and a GET may come as often as it likes.
    let other = signed("POST", "/users/alice/inbox", ACTIVITY);
    assert_eq!(send(&app, other.clone()).await.0, StatusCode::OK);
    assert_eq!(send(&app, other).await.0, StatusCode::ACCEPTED);
    for _ in 0..2 {
        let get = signed("GET", "/outbox", b"");
        assert_eq!(send(&app, get).await.0, StatusCode::OK);
    }
    assert_eq!(counts.handled(), 4);
    for method in ["PUT", "DELETE", "PATCH"] {
        let request = signed(method, "/inbox", ACTIVITY);
        let first = send(&app, request.clone()).await.0;
        assert_eq!(first, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(send(&app, request).await.0, StatusCode::ACCEPTED);
    }
    assert!(counts.refused().is_empty());
}

#[tokio::test]
async fn what_a_duplicate_is_answered_with_is_the_servers_choice() {
    let counts = Arc::default();
    let layer = layer(&counts).answer_duplicates_with(StatusCode::CONFLICT);
    let app = app(layer, &counts);
    for expected in [StatusCode::OK, StatusCode::CONFLICT] {
        let answer = send(&app, signed("POST", "/inbox", ACTIVITY)).await;
        assert_eq!(answer.0, expected);
    }
    assert_eq!(counts.handled(), 1);

    let counts = Arc::default();
    let app = self::app(self::layer(&counts).danger_accept_replays(), &counts);
    for _ in 0..2 {
        let answer = send(&app, signed("POST", "/inbox", ACTIVITY)).await;
        assert_eq!(answer.0, StatusCode::OK);
    }
    assert_eq!(counts.handled(), 2);
}

#[tokio::test]
async fn what_the_handler_failed_at_may_come_again() {
    let counts = Arc::default();
    let memory = Arc::new(ReplayMemory::new(10));
    let app = app(layer(&counts).replay_store(Arc::clone(&memory)), &counts);
    for handled in [1, 2] {
        let answer = send(&app, signed("POST", "/inbox", b"fail")).await;
        assert_eq!(answer.0, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(counts.handled(), handled);
        assert!(memory.is_empty());
    }
    send(&app, signed("POST", "/inbox", ACTIVITY)).await;
    assert_eq!(memory.len(), 1);
}

/// Signatures by the draft are good for 13 hours in all.
#[tokio::test]
async fn a_replay_whose_body_comes_after_the_memory_forgot_the_first_is_refused() {
    let counts = Arc::default();
    let passed = Arc::new(AtomicUsize::new(0));
    let clock = Arc::clone(&passed);
    let layer = layer(&counts).clock(move || {
        now() + Duration::from_secs(clock.load(Ordering::SeqCst).try_into().unwrap())
    });
    let app = app(layer, &counts);
    let request = || signed("POST", "/inbox", ACTIVITY);
    assert_eq!(send(&app, request()).await.0, StatusCode::OK);

    // The head of the replay comes while the signature is good, and the body later.
    passed.store(13 * 3600, Ordering::SeqCst);
    let later = Arc::clone(&passed);
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let body = async move {
        receiver.await.unwrap();
        Ok::<_, std::convert::Infallible>(Frame::data(Bytes::from_static(ACTIVITY)))
    };
    let body = http_body_util::StreamBody::new(Once(Some(Box::pin(body))));
    let replay = request().map(|_| Body::new(body));
    let replay = tokio::spawn({
        let app = app.clone();
        async move { whole(&app, replay).await.0.status() }
    });
    tokio::task::yield_now().await;
    later.store(13 * 3600 + 1, Ordering::SeqCst);
    // Another request makes the memory forget what is past.
    let mut other = request();
    signer()
        .sign(&mut other, now() + Duration::from_secs(13 * 3600))
        .unwrap();
    assert_eq!(send(&app, other).await.0, StatusCode::OK);
    sender.send(()).unwrap();
    assert_eq!(replay.await.unwrap(), StatusCode::UNAUTHORIZED);
    assert_eq!(counts.handled(), 2);
}

type Later = Pin<Box<dyn Future<Output = Result<Frame<Bytes>, std::convert::Infallible>> + Send>>;

/// A body of one piece that comes later.
struct Once(Option<Later>);

impl futures_core::Stream for Once {
    type Item = Result<Frame<Bytes>, std::convert::Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(piece) = &mut self.0 else {
            return Poll::Ready(None);
        };
        let piece = piece.as_mut().poll(context).map(Some);
        if piece.is_ready() {
            self.0 = None;
        }
        piece
    }
}

/// One that is out of order.
struct Broken;

impl ReplayStore for Broken {
    fn remember(
        &self,
        _key: ReplayKey,
        _until: SystemTime,
        _now: SystemTime,
    ) -> Answer<'_, Result<Arrival, Box<dyn Error + Send + Sync>>> {
        Box::pin(async { Err("no route to redis".into()) })
    }

    fn forget(&self, _key: ReplayKey) -> Answer<'_, ()> {
        Box::pin(async {})
    }
}

#[tokio::test]
async fn while_nobody_knows_what_came_before_nothing_is_handled() {
    let counts = Arc::default();
    let app = app(layer(&counts).replay_store(Broken), &counts);
    let (status, text) = send(&app, signed("POST", "/inbox", ACTIVITY)).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!text.contains("redis"), "{text}");
    assert!(counts.refused()[0].ends_with(": no route to redis"));
    assert_eq!(counts.handled(), 0);
    let (status, _) = send(&app, signed("GET", "/outbox", b"")).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn inside_a_nested_router_the_uri_of_the_wire_counts() {
    let counts = Arc::default();
    let inside = || Router::new().nest("/ap", routes().layer(layer(&counts)));
    let whole = signed("POST", "/ap/inbox", ACTIVITY);
    let stripped = || {
        let mut request = signed("POST", "/inbox", ACTIVITY);
        *request.uri_mut() = "/ap/inbox".parse().unwrap();
        request
    };

    // Without the layer around the router no honest request passes, and the log says what to do.
    let misplaced = counted(inside(), &counts);
    let (status, _) = send(&misplaced, whole.clone()).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let refused = counts.refused();
    assert!(
        refused[0].contains("strips a path prefix") && refused[0].contains("WireUriLayer"),
        "{refused:?}"
    );

    let right = counted(inside().layer(WireUriLayer::new()), &counts);
    let (status, text) = send(&right, whole).await;
    assert_eq!(
        (status, text),
        (StatusCode::OK, format!("{KEY_ID} /ap/inbox"))
    );
    // A request that was signed for another path of this server is refused.
    let (status, _) = send(&right, stripped()).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(counts.handled(), 1);
    assert!(!counts.refused()[1].contains("strips a path prefix"));
}

#[tokio::test]
async fn around_the_whole_router_nothing_gets_past() {
    let counts = Arc::default();
    let fallback = any(outbox);
    let router = Router::new()
        .nest("/ap", routes())
        .merge(routes())
        .fallback(fallback)
        .layer(layer(&counts));
    let app = counted(router, &counts);
    for (method, path) in [
        ("POST", "/inbox"),
        ("POST", "/ap/inbox"),
        ("POST", "//inbox"),
        ("POST", "/actor/../inbox"),
        ("POST", "/nothing/there"),
        ("PUT", "/inbox"),
        ("GET", "/outbox"),
        ("OPTIONS", "/inbox"),
        ("BREW", "/inbox"),
    ] {
        let (status, _) = send(&app, unsigned(method, path)).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {path}");
    }
    assert_eq!(counts.handled(), 0);
    for path in ["/inbox", "/ap/inbox", "/nothing/there"] {
        let (status, _) = send(&app, signed("POST", path, ACTIVITY)).await;
        assert_eq!(status, StatusCode::OK, "{path}");
    }
    assert_eq!(counts.handled(), 3);
}

#[tokio::test]
async fn http_2_has_its_host_in_the_uri() {
    let counts = Arc::default();
    let app = app(layer(&counts), &counts);
    for (authority, expected) in [
        ("example.org", StatusCode::OK),
        ("other.example", StatusCode::UNAUTHORIZED),
    ] {
        let mut request = signed("POST", "/inbox", ACTIVITY);
        request.headers_mut().remove("host");
        *request.uri_mut() = format!("https://{authority}/inbox").parse().unwrap();
        *request.version_mut() = Version::HTTP_2;
        assert_eq!(send(&app, request).await.0, expected);
    }
    assert_eq!(counts.handled(), 1);
}

#[tokio::test]
async fn what_a_proxy_may_have_forwarded_has_no_effect() {
    let counts = Arc::default();
    let app = app(layer(&counts), &counts);
    let mut request = unsigned("POST", "/inbox");
    let host = HeaderValue::from_static("other.example");
    request.headers_mut().insert("host", host);
    signer().sign(&mut request, now()).unwrap();
    for name in ["x-forwarded-host", "forwarded"] {
        let ours = HeaderValue::from_static("example.org");
        request.headers_mut().insert(name, ours);
    }
    let (status, text) = send(&app, request).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(
        text.starts_with("the request was signed for another host"),
        "{text}"
    );
    assert_eq!((counts.handled(), counts.found()), (0, 0));
}

#[tokio::test]
async fn a_get_without_a_signature_passes_only_where_that_was_chosen() {
    let counts = Arc::default();
    let strict = app(layer(&counts), &counts);
    let get = || unsigned("GET", "/outbox");
    assert_eq!(send(&strict, get()).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(counts.handled(), 0);

    let lenient = app(layer(&counts).accept_unsigned_get(), &counts);
    assert_eq!(send(&lenient, get()).await.1, "unsigned");
    let signed_get = signed("GET", "/outbox", b"");
    assert_eq!(send(&lenient, signed_get.clone()).await.1, "signed");
    assert_eq!(counts.handled(), 2);
    // A signature that is there must be right, and nothing but GET and HEAD passes without.
    let mut broken = get();
    let field = HeaderValue::from_static("hello this is malformed!");
    broken.headers_mut().insert("signature", field);
    assert_eq!(send(&lenient, broken).await.0, StatusCode::BAD_REQUEST);
    let mut tabbed = get();
    let field = HeaderValue::from_static("Signature\tkeyId=\"a\",signature=\"AAEC\"");
    tabbed.headers_mut().insert("authorization", field);
    assert_eq!(send(&lenient, tabbed).await.0, StatusCode::UNAUTHORIZED);
    let mut half = get();
    let field = HeaderValue::from_static("sig1=(\"@method\")");
    half.headers_mut().insert("signature-input", field);
    assert_eq!(send(&lenient, half).await.0, StatusCode::BAD_REQUEST);
    let mut changed = signed_get;
    *changed.uri_mut() = "/outbox?page=2".parse().unwrap();
    changed.headers_mut().insert(
        "date",
        HeaderValue::from_static("Thu, 01 Jan 2026 00:00:01 GMT"),
    );
    assert_eq!(send(&lenient, changed).await.0, StatusCode::UNAUTHORIZED);
    for method in ["POST", "DELETE", "OPTIONS"] {
        let answer = send(&lenient, unsigned(method, "/outbox")).await;
        assert_eq!(answer.0, StatusCode::UNAUTHORIZED, "{method}");
    }
    assert_eq!(counts.handled(), 2);
}

#[tokio::test]
async fn a_handler_that_wants_a_verified_request_is_not_reached_where_the_layer_is_missing() {
    let counts = Arc::default();
    let app = counted(routes(), &counts);
    let (status, _) = send(&app, signed("POST", "/inbox", ACTIVITY)).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(counts.handled(), 0);
}

#[tokio::test]
async fn a_refusal_says_how_to_sign() {
    let counts = Arc::default();
    let layer = layer(&counts).challenge(AcceptSignature::new);
    let app = app(layer, &counts);
    let request = unsigned("POST", "/inbox").map(Body::from);
    let (response, text) = whole(&app, request).await;
    let field = |name: &str| response.headers()[name].to_str().unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(
        field("www-authenticate"),
        "Signature headers=\"(request-target) host date digest\""
    );
    assert_eq!(
        field("accept-signature"),
        "sig1=(\"@method\" \"@target-uri\" \"content-digest\");created"
    );
    assert_eq!(field("content-type"), "text/plain; charset=utf-8");
    assert!(text.starts_with("the message is not signed"), "{text}");
    let expected = format!("POST /inbox: the signature was refused: {text}");
    assert_eq!(counts.refused(), [expected]);
}

#[tokio::test]
async fn what_a_signature_by_the_draft_covers_is_said_only_where_one_is_accepted() {
    let counts = Arc::default();
    let keys = Answers {
        counts: Arc::clone(&counts),
        known: right,
        fresh: right,
    };
    let policy = Policy::fediverse().authorities(["example.org"]);
    let layer = VerifyLayer::new(policy.accept_draft(false), keys);
    let request = unsigned("GET", "/outbox").map(Body::from);
    let (response, _) = whole(&app(layer, &counts), request).await;
    assert_eq!(response.headers()["www-authenticate"], "Signature");
}

#[tokio::test]
async fn the_log_can_have_the_text_that_must_have_been_signed() {
    let counts = Arc::default();
    let bases = Arc::new(Mutex::new(HashMap::new()));
    let kept = Arc::clone(&bases);
    let layer = layer_with(&counts, wrong, wrong).on_refused(move |refused| {
        let base = refused.signature_base().map(std::borrow::Cow::into_owned);
        let path = refused.uri().path().to_owned();
        kept.lock().unwrap().insert(path, base);
    });
    let app = app(layer, &counts);
    send(&app, signed("POST", "/inbox", ACTIVITY)).await;
    send(&app, unsigned("POST", "/outbox")).await;
    let bases = bases.lock().unwrap();
    let base = bases["/inbox"].as_deref().unwrap();
    assert!(
        base.starts_with("(request-target): post /inbox\nhost: example.org\n"),
        "{base}"
    );
    assert_eq!(bases["/outbox"], None);
}

#[tokio::test]
async fn a_line_of_the_log_is_one_short_line() {
    let counts = Arc::default();
    let app = app(layer(&counts), &counts);
    let path = format!("/\u{9b}31m/{}", "x".repeat(5000));
    let mut request = unsigned("POST", &path);
    let field = "keyId=\"\u{9b}31m\",headers=\"host\",signature=\"AAEC\"";
    let field = HeaderValue::from_bytes(field.as_bytes()).unwrap();
    request.headers_mut().insert("signature", field);
    send(&app, request).await;
    let line = &counts.refused()[0];
    assert!(line.starts_with("POST /\\u{9b}31m/xxx"), "{line}");
    assert!(line.len() < 1000 && !line.contains('\n'), "{line}");
}

#[tokio::test]
async fn what_a_foreign_error_says_makes_no_second_line_in_the_log() {
    let foreign = || {
        let text = format!(
            "answered:\r\nPOST /inbox by nobody\u{1b}[31m{}",
            "x".repeat(5000)
        );
        Err(NoKey::Unusable(text.into()))
    };
    let counts = Arc::default();
    let app = app(layer_with(&counts, foreign, right), &counts);
    send(&app, signed("POST", "/inbox", ACTIVITY)).await;
    let line = &counts.refused()[0];
    assert!(line.contains("cannot be used: answered:\\r\\n"), "{line}");
    assert!(
        line.len() < 1000 && !line.contains(char::is_control),
        "{line}"
    );
}

#[tokio::test]
async fn a_body_that_breaks_off_is_refused() {
    let counts = Arc::default();
    let app = app(layer(&counts), &counts);
    let request = signed("POST", "/inbox", ACTIVITY);
    let broken = http_body_util::StreamBody::new(Pieces(vec![
        Ok(Frame::data(Bytes::from_static(b"{\"type\""))),
        Err("connection reset"),
    ]));
    let (response, _) = whole(&app, request.map(|_| Body::new(broken))).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert!(counts.refused()[0].contains("could not be read to its end"));
    assert_eq!((counts.handled(), counts.found()), (0, 0));
}

struct Pieces(Vec<Result<Frame<Bytes>, &'static str>>);

impl futures_core::Stream for Pieces {
    type Item = Result<Frame<Bytes>, &'static str>;

    fn poll_next(mut self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let pieces = &mut self.0;
        Poll::Ready((!pieces.is_empty()).then(|| pieces.remove(0)))
    }
}

#[tokio::test]
async fn the_uri_that_was_kept_first_stays() {
    let service = service_fn(async |request: Request<()>| {
        let kept = request.extensions().get::<WireUri>().unwrap().uri();
        Ok::<_, std::convert::Infallible>(kept.clone())
    });
    let service = ServiceBuilder::new()
        .layer(WireUriLayer::new())
        .map_request(|mut request: Request<()>| {
            *request.uri_mut() = "/inner".parse().unwrap();
            request
        })
        .layer(WireUriLayer::new())
        .service(service);
    let request = Request::get("/outer/inner?a").body(()).unwrap();
    assert_eq!(service.oneshot(request).await.unwrap(), "/outer/inner?a");
}

#[tokio::test]
async fn two_layers_with_one_memory_let_a_request_through_once() {
    let shared = Arc::new(ReplayMemory::new(10));
    let counts = Arc::default();
    let one = layer(&counts);
    let clones = (one.clone(), one);
    let handles = || layer(&counts).replay_store(Arc::clone(&shared));
    for (outer, inner) in [clones, (handles(), handles())] {
        let before = counts.handled();
        let around = Router::new()
            .nest("/ap", routes().layer(inner.clone()))
            .merge(routes().layer(inner.clone()).layer(inner))
            .layer(outer)
            .layer(WireUriLayer::new());
        let app = counted(around, &counts);
        for path in ["/inbox", "/ap/inbox"] {
            let request = signed("POST", path, ACTIVITY);
            assert_eq!(send(&app, request.clone()).await.0, StatusCode::OK);
            for _ in 0..2 {
                let again = send(&app, request.clone()).await;
                assert_eq!(again, (StatusCode::ACCEPTED, String::new()));
            }
        }
        assert_eq!(counts.handled(), before + 2);
        // What the handler failed at is forgotten by both.
        for _ in 0..2 {
            let failed = send(&app, signed("POST", "/inbox", b"fail")).await;
            assert_eq!(failed.0, StatusCode::INTERNAL_SERVER_ERROR);
        }
        assert_eq!(counts.handled(), before + 4);
    }
    assert_eq!(shared.len(), 2);
    assert!(counts.refused().is_empty());
}

#[tokio::test]
async fn two_layers_with_memories_of_their_own_both_know_a_replay() {
    let counts = Arc::default();
    let inner = layer(&counts);
    let alone = app(inner.clone(), &counts);
    let both = counted(routes().layer(inner).layer(layer(&counts)), &counts);
    let request = signed("POST", "/inbox", ACTIVITY);
    assert_eq!(send(&alone, request.clone()).await.0, StatusCode::OK);
    // The outer one has not seen it, and the inner one has.
    assert_eq!(send(&both, request).await.0, StatusCode::ACCEPTED);
    let other = signed("POST", "/users/alice/inbox", ACTIVITY);
    assert_eq!(send(&both, other.clone()).await.0, StatusCode::OK);
    assert_eq!(send(&alone, other).await.0, StatusCode::ACCEPTED);
    assert_eq!(counts.handled(), 2);
}
