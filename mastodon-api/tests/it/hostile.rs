//! The client against servers that break, lie or attack: data in `cases/client.json`, over real sockets.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mastodon_api::waiting::{RateLimiter, RetryPolicy};
use mastodon_api::{Client, Error, methods};
use serde::Deserialize;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tracing::field::{Field, Visit};
use tracing::span;

const TOKEN: &str = "planted-token";

#[derive(Deserialize)]
struct Case {
    id: String,
    attack: String,
    input: Input,
    outcome: String,
}

#[derive(Deserialize)]
struct Input {
    /// The address that the client is given; without it, that of the scripted server.
    #[serde(default)]
    base: Option<String>,
    #[serde(default)]
    call: Call,
    /// One after the other; the last one again and again.
    #[serde(default)]
    answers: Vec<Answer>,
    /// Milliseconds that a call may take.
    #[serde(default)]
    timeout: Option<u64>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Call {
    #[default]
    Me,
    Post,
}

#[derive(Clone, Deserialize)]
struct Answer {
    /// Status line and headers. `{self}` and `{elsewhere}` are addresses.
    head: String,
    #[serde(default)]
    body: String,
    /// Bytes that are no text, in base64, after the body.
    #[serde(default)]
    bytes: String,
    #[serde(default)]
    then: Then,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Then {
    #[default]
    Close,
    /// Nothing more comes, and the connection stays open.
    Hang,
    /// A byte now and then, without end.
    Drip,
    /// As much as goes, without end.
    Flood,
}

/// What a scripted server saw.
#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    requests: Mutex<Vec<String>>,
}

struct Server {
    address: String,
    seen: Arc<Seen>,
}

impl Server {
    async fn start(answers: impl FnOnce(&str) -> Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let answers = answers(&address);
        let seen = Arc::new(Seen::default());
        let shared = seen.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let number = shared.connections.fetch_add(1, Ordering::SeqCst);
                let answer = answers.get(number).or(answers.last()).cloned();
                tokio::spawn(serve(stream, answer, shared.clone()));
            }
        });
        Self { address, seen }
    }
}

async fn serve(mut stream: TcpStream, answer: Option<Answer>, seen: Arc<Seen>) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while !is_whole(&request) {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(count) => request.extend_from_slice(&buffer[..count]),
        }
    }
    let request = String::from_utf8_lossy(&request).into_owned();
    seen.requests.lock().unwrap().push(request);
    let Some(answer) = answer else { return };
    let mut bytes = answer.head.replace('\n', "\r\n").into_bytes();
    bytes.extend_from_slice(answer.body.as_bytes());
    bytes.extend_from_slice(&STANDARD.decode(&answer.bytes).unwrap());
    if stream.write_all(&bytes).await.is_err() {
        return;
    }
    match answer.then {
        Then::Close => {}
        Then::Hang => {
            // It ends when the client hangs up.
            let _ = stream.read(&mut buffer).await;
        }
        Then::Drip => {
            let mut tick = tokio::time::interval(Duration::from_millis(20));
            while stream.write_all(b"a").await.is_ok() {
                tick.tick().await;
            }
        }
        Then::Flood => while stream.write_all(&[b'a'; 4096]).await.is_ok() {},
    }
}

/// Whether a request is there with its body.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.parse().unwrap());
    body.len() >= length
}

/// Writes down all that is logged.
#[derive(Clone, Default)]
pub(super) struct Log(pub(super) Arc<Mutex<String>>);

impl tracing::Subscriber for Log {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        attributes.record(&mut Writer(&mut self.0.lock().unwrap()));
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut Writer(&mut self.0.lock().unwrap()));
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut Writer(&mut self.0.lock().unwrap()));
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

struct Writer<'a>(&'a mut String);

impl Visit for Writer<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        writeln!(self.0, "{field}={value:?}").unwrap();
    }
}

async fn outcome(client: &Client, call: Call) -> (String, String) {
    let answer = match call {
        Call::Me => client
            .send(methods::accounts::VerifyCredentials::new())
            .await
            .map(|account| format!("{account:?}")),
        Call::Post => client
            .post("planted-text")
            .send()
            .await
            .map(|status| format!("{status:?}")),
    };
    match answer {
        Ok(shown) => ("ok".to_owned(), shown),
        Err(error) => (name(&error), shown(&error)),
    }
}

fn name(error: &Error) -> String {
    match error {
        Error::Refused(refused) => format!("refused {}", refused.status.as_u16()),
        Error::NotUnderstood(answer) => format!("not understood: {:?}", answer.reason),
        Error::NotReached(missing) => format!("not reached: {:?}", missing.reason),
        Error::InvalidRequest(error) => format!("invalid {}", error.name),
        other => panic!("{other:?}"),
    }
}

pub(super) fn shown(error: &Error) -> String {
    let report = error.report();
    let mut shown = format!("{report} {error} {error:?} {error:#?}");
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        write!(shown, "{inner} {inner:?}").unwrap();
        source = inner.source();
    }
    shown
}

#[tokio::test]
async fn what_hostile_servers_send() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("../cases/client.json")).unwrap();
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    // With one subscriber alone, what another test logs first, on its own thread, counts as never wanted.
    let _second = tracing::Dispatch::new(Log::default());
    let (mut refused, mut controls, mut wrong) = (0, 0, Vec::new());
    for Case {
        id,
        attack,
        input,
        outcome: expected,
    } in &cases
    {
        let elsewhere = Server::start(|_| Vec::new()).await;
        let server = Server::start(|address| {
            let mut answers = input.answers.clone();
            for answer in &mut answers {
                let head = answer.head.replace("{elsewhere}", &elsewhere.address);
                let user = address.replace("http://", "http://user:planted-word@");
                let password = user.replace("user:", ":");
                let head = head.replace("{password}", &password);
                answer.head = head.replace("{self}", address).replace("{user}", &user);
            }
            answers
        })
        .await;
        let base = input.base.as_ref().unwrap_or(&server.address);
        let built = Client::builder(base)
            .token(TOKEN)
            .body_limit(64 * 1024)
            .check_limits(false)
            .retry(RetryPolicy::never())
            .timeout(Duration::from_millis(input.timeout.unwrap_or(30_000)))
            .build();
        let (seen, shown) = match built {
            Ok(_) if input.base.is_some() => ("ok".to_owned(), String::new()),
            Ok(client) => {
                let (seen, shown) = outcome(&client, input.call).await;
                (seen, format!("{shown} {client:?}"))
            }
            Err(error) => (name(&error), shown(&error)),
        };
        if seen != *expected {
            wrong.push(format!("{id} ({attack}): {seen}, not {expected}"));
        }
        for secret in [TOKEN, "planted-text", "planted-word"] {
            assert!(!shown.contains(secret), "{id}: {shown}");
        }
        let turns = |c| matches!(c, '\u{2028}' | '\u{202e}' | '\u{2066}' | '\u{1b}');
        assert!(!shown.contains(turns), "{id}: {shown}");
        assert_eq!(elsewhere.seen.connections.load(Ordering::SeqCst), 0, "{id}");
        for request in server.seen.requests.lock().unwrap().iter() {
            assert!(!request.to_lowercase().contains("\r\ncookie:"), "{id}");
            assert!(request.contains(TOKEN), "{id}: {request}");
        }
        if id.ends_with("control") {
            controls += 1;
        } else {
            refused += 1;
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let logged = log.0.lock().unwrap();
    assert!(logged.contains("answered"), "the log saw nothing");
    for secret in [TOKEN, "planted-text", "planted-word"] {
        assert!(!logged.contains(secret), "{logged}");
    }
    println!("client: refused {refused}/{refused}, controls {controls}/{controls}");
}

/// Run again by the next test, as a program of its own: what stands in the environment counts for all of a program.
#[tokio::test]
async fn an_address_of_this_computer_is_asked_directly() {
    let Ok(base) = std::env::var("FEDIKIT_TEST_BASE") else {
        return;
    };
    let client = Client::builder(base).token(TOKEN).build().unwrap();
    client.me().await.unwrap();
}

#[tokio::test]
async fn a_proxy_of_the_environment_reads_no_token_for_this_computer() {
    let ok = "HTTP/1.1 200 OK\nContent-Type: application/json\nConnection: close\n\n";
    let account = Answer {
        head: ok.to_owned(),
        body: r#"{"id":"1","acct":"ann"}"#.to_owned(),
        bytes: String::new(),
        then: Then::Close,
    };
    let proxy = Server::start(|_| vec![account.clone()]).await;
    let server = Server::start(|_| vec![account]).await;
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command.args([
        "--exact",
        "hostile::an_address_of_this_computer_is_asked_directly",
    ]);
    command
        .env("FEDIKIT_TEST_BASE", &server.address)
        .env_remove("NO_PROXY");
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        command.env(name, &proxy.address);
    }
    let ran = tokio::task::spawn_blocking(move || command.output().unwrap());
    assert!(ran.await.unwrap().status.success());
    assert_eq!(proxy.seen.connections.load(Ordering::SeqCst), 0);
    assert_eq!(server.seen.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_broken_server_is_asked_once_for_all_who_wait() {
    let down = "HTTP/1.1 503 Service Unavailable\nContent-Length: 0\nConnection: close\n\n";
    let server = Server::start(|_| {
        vec![Answer {
            head: down.to_owned(),
            body: String::new(),
            bytes: String::new(),
            then: Then::Close,
        }]
    })
    .await;
    let client = Client::builder(&server.address)
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let all = futures_util::future::join_all((0..1000).map(|_| client.server())).await;
    for answer in all {
        assert_eq!(name(&answer.unwrap_err()), "refused 503");
    }
    assert_eq!(server.seen.connections.load(Ordering::SeqCst), 1);
    // A later caller asks anew.
    client.server().await.unwrap_err();
    assert_eq!(server.seen.connections.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn no_duration_and_no_length_is_too_long_to_reckon_with() {
    let ok = "HTTP/1.1 200 OK\nContent-Type: application/json\nConnection: close\n\n";
    let server = Server::start(|_| {
        vec![Answer {
            head: ok.to_owned(),
            body: r#"{"id":"1","acct":"ann"}"#.to_owned(),
            bytes: String::new(),
            then: Then::Close,
        }]
    })
    .await;
    let most = Duration::MAX;
    let client = Client::builder(&server.address)
        .timeout(most)
        .connect_timeout(most)
        .server_lifetime(most)
        .retry(
            RetryPolicy::default()
                .waits(most, most)
                .total_time(most)
                .tries(u32::MAX),
        )
        .rate_limiter(RateLimiter::default().with_max_wait(most))
        .build()
        .unwrap();
    client.me().await.unwrap();
    let short = futures_util::stream::iter([Ok(vec![0; 10].into())]);
    let file = mastodon_api::MediaFile::stream(short, u64::MAX);
    client.upload(file).send().await.unwrap_err();
}

#[test]
fn a_long_list_of_nothing_keeps_a_thousand_problems() {
    use mastodon_api::endpoint::Answer as _;
    for element in ["1", "{}", "1e999"] {
        let body = format!("[{}{element}]", format!("{element},").repeat(100_000));
        let page: mastodon_api::Page<mastodon_api::entities::Account> =
            mastodon_api::Page::read(http::Response::new(body.into())).unwrap();
        assert_eq!(
            (page.items.len(), page.problems.len()),
            (0, 1001),
            "{element}"
        );
        let last = page.problems[1000].to_string();
        assert!(last.contains("99001 more"), "{last}");
    }
}
