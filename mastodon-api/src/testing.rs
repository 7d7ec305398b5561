//! A fake instance with which a bot's author tests the bot: real sockets, no network, no account.
//!
//! [`FakeInstance`] speaks the part of the API that a bot needs: registering an application and logging in, reading
//! and writing statuses, timelines, notifications, and streams over WebSocket and server-sent events. It answers
//! in Mastodon's words, also when it refuses. What it does not know: media, polls, scheduled statuses, edits, lists,
//! blocks, other instances; asked for such things it answers 404 or 422.
//!
//! ```
//! use mastodon_api::{streaming::{Event, Stream}, testing::FakeInstance, Client};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let instance = FakeInstance::start().await?;
//! let client = Client::new(instance.url().as_str())?.with_token(instance.token("bot"));
//!
//! let mut events = client.stream(Stream::User).await?;
//! instance.mention("alice", "bot", "are you there?");
//! let Some(Ok(Event::Notification(mention))) = events.next().await else { panic!() };
//! assert_eq!(mention.account.username, "alice");
//! # Ok(()) }
//! ```
//!
//! Every call that names an account makes it if there is none of that name.

mod content;
mod oauth;
mod rest;
mod state;
mod streaming;

use std::{
    fmt, io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    body::to_bytes,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri, header, request};
use serde_json::json;
use tokio::{
    net::TcpListener,
    sync::{Notify, watch},
    task::JoinHandle,
};
use url::Url;

use self::state::{Draft, Fake};
use crate::{
    entities::{Account, Status, Visibility},
    ids::StatusId,
    oauth::AccessToken,
    streaming::{RawEvent, Stream},
};

/// An instance on a port of the loopback interface, with its own accounts and statuses. Dropping it stops it.
pub struct FakeInstance {
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
}

impl FakeInstance {
    /// Starts an empty instance on a free port. It runs on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// When the system gives no port.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}/", listener.local_addr()?);
        let url = Url::parse(&url).map_err(io::Error::other)?;
        let shared = Arc::new(Shared {
            fake: Mutex::new(Fake::new(url.clone())),
            subscribed: Notify::new(),
            url,
        });
        let (stop, mut stopped) = watch::channel(false);
        let router = Router::new().fallback(answer).with_state(shared.clone());
        let server = tokio::spawn(async move {
            let stopped = async move {
                // An error means that the sender is gone, which is a stop as well.
                let _ = stopped.wait_for(|stopped| *stopped).await;
            };
            // It only fails if the listener does, and then the tests see it.
            let _ = axum::serve(listener, router)
                .with_graceful_shutdown(stopped)
                .await;
        });
        Ok(Self {
            shared,
            stop,
            server,
        })
    }

    /// Stops it and waits until its connections are closed.
    pub async fn stop(mut self) {
        self.shut_down();
        // An error means that it is over already.
        let _ = (&mut self.server).await;
    }

    /// Where it is: `http://127.0.0.1:…/`.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.shared.url
    }

    /// The account of this name.
    pub fn account(&self, name: &str) -> Account {
        self.fake().account(name)
    }

    /// A new token of this account, as if it had logged in, with the scopes `read write follow push`.
    pub fn token(&self, account: &str) -> AccessToken {
        self.token_with_scopes(account, "read write follow push")
    }

    /// A new token of this account with these scopes, spaces between them.
    pub fn token_with_scopes(&self, account: &str, scopes: &str) -> AccessToken {
        self.fake().token(account, scopes)
    }

    /// Makes a token invalid and ends its streams.
    pub fn revoke(&self, token: &AccessToken) {
        self.fake().revoke(token.expose());
    }

    /// Lets one account follow another, so that it sees the other's statuses in its home timeline.
    pub fn follow(&self, follower: &str, followed: &str) {
        self.fake().follow(follower, followed);
    }

    /// Posts a status; those who are mentioned in it are notified.
    pub fn post_as(&self, account: &str, text: &str, visibility: Visibility) -> Status {
        let mut fake = self.fake();
        let author = fake.account(account).id;
        fake.publish(Draft::new(author, text, visibility))
    }

    /// Replies to a status, with the visibility of that status. Only those are notified whom the text mentions.
    ///
    /// `None` if there is no such status.
    pub fn reply_as(&self, account: &str, text: &str, to: &StatusId) -> Option<Status> {
        let mut fake = self.fake();
        let author = fake.account(account).id;
        let visibility = fake.status(to)?.visibility.clone();
        let mut draft = Draft::new(author, text, visibility);
        draft.in_reply_to = Some(to.clone());
        Some(fake.publish(draft))
    }

    /// Lets one account mention another in a public status: `@to text`.
    pub fn mention(&self, from: &str, to: &str, text: &str) -> Status {
        self.account(to);
        self.post_as(from, &format!("@{to} {text}"), Visibility::Public)
    }

    /// Deletes a status. `false` if there is no such status.
    pub fn delete(&self, status: &StatusId) -> bool {
        self.fake().delete(status).is_some()
    }

    /// Sends any event to all who listen to this stream.
    pub fn send_event(&self, stream: &Stream, event: &RawEvent) {
        self.fake().send(|_, listened| listened == stream, event);
    }

    /// Waits until somebody listens to this stream. It returns at once if somebody does already.
    pub async fn wait_for_subscriber(&self, stream: &Stream) {
        loop {
            let subscribed = self.shared.subscribed.notified();
            if self.fake().has_subscriber(stream) {
                return;
            }
            subscribed.await;
        }
    }

    /// Ends all streams in an orderly way, as a server does that restarts.
    pub fn disconnect_streams(&self) {
        self.fake().connections.clear();
    }

    /// Answers the next request of any kind with this, and does nothing else for it.
    ///
    /// Calls add up: the first answers the first request, the second the second one.
    pub fn next_answer(&self, status: StatusCode, body: impl Into<Bytes>) {
        self.fake().script(None, status, body.into());
    }

    /// Answers the next request for this path with this, and does nothing else for it.
    pub fn next_answer_to(&self, path: &str, status: StatusCode, body: impl Into<Bytes>) {
        self.fake()
            .script(Some(path.to_owned()), status, body.into());
    }

    /// The account that opens the pages in the browser: `GET /oauth/authorize` approves at once in its name.
    ///
    /// Without this call it is the first account that was made.
    pub fn sign_in(&self, account: &str) {
        let mut fake = self.fake();
        let id = fake.account(account).id;
        fake.signed_in = Some(id);
    }

    /// Does what a person does in a browser: opens the authorization page and approves.
    ///
    /// The answer is the URL to which the browser is sent then, with `code` and `state` in its query; out of band
    /// too, where a person would copy the code from that page.
    ///
    /// # Errors
    ///
    /// [`Refusal`] when the page would show an error: unknown application, redirect URI or scope.
    pub fn approve(&self, account: &str, authorization: &Url) -> Result<Url, Refusal> {
        let mut fake = self.fake();
        let account = fake.account(account).id;
        let query = Params::from_query(authorization.query().unwrap_or_default());
        oauth::authorize(&mut fake, &query, account)
    }

    /// Does what a person does who reads the authorization page and does not agree: where the browser goes next.
    ///
    /// # Errors
    ///
    /// [`Refusal`] when the page would show an error: unknown application, redirect URI or scope.
    pub fn deny(&self, authorization: &Url) -> Result<Url, Refusal> {
        let mut fake = self.fake();
        let query = Params::from_query(authorization.query().unwrap_or_default());
        oauth::deny(&mut fake, &query)
    }

    /// All statuses that exist, oldest first.
    #[must_use]
    pub fn statuses(&self) -> Vec<Status> {
        self.fake().all_statuses().cloned().collect()
    }

    /// The statuses that this account has posted, oldest first.
    #[must_use]
    pub fn statuses_of(&self, account: &str) -> Vec<Status> {
        let fake = self.fake();
        let statuses = fake
            .all_statuses()
            .filter(|status| status.account.username == account);
        statuses.cloned().collect()
    }

    /// All requests that came in, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.fake().requests.clone()
    }

    fn fake(&self) -> MutexGuard<'_, Fake> {
        self.shared.fake()
    }

    fn shut_down(&self) {
        self.fake().shut_down();
        self.stop.send_replace(true);
    }
}

impl Drop for FakeInstance {
    fn drop(&mut self) {
        self.shut_down();
    }
}

impl fmt::Debug for FakeInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeInstance")
            .field("url", &self.shared.url.as_str())
            .finish_non_exhaustive()
    }
}

/// A request that a [`FakeInstance`] received.
#[derive(Clone, Debug)]
pub struct RecordedRequest {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
}

impl RecordedRequest {
    /// Its method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Its path, without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.uri.path()
    }

    /// Its query, as it came.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.uri.query()
    }

    /// Its headers; the token among them is not shown by `Debug`.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Its body.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }
}

/// Why the fake instance refuses something, in Mastodon's words.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{error}{}", description.as_deref().map(|text| format!(": {text}")).unwrap_or_default())]
pub struct Refusal {
    status: StatusCode,
    error: String,
    description: Option<String>,
}

impl Refusal {
    fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self {
            status,
            error: error.into(),
            description: None,
        }
    }

    fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Record not found")
    }

    fn unprocessable(error: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, error)
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What stands in `error` of the answer.
    #[must_use]
    pub fn error(&self) -> &str {
        &self.error
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut body = json!({ "error": self.error });
        if let (Some(description), Some(body)) = (self.description, body.as_object_mut()) {
            body.insert("error_description".to_owned(), description.into());
        }
        (self.status, axum::Json(body)).into_response()
    }
}

/// What the requests and the script share.
struct Shared {
    url: Url,
    fake: Mutex<Fake>,
    subscribed: Notify,
}

impl Shared {
    fn fake(&self) -> MutexGuard<'_, Fake> {
        self.fake.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// More than a bot sends without media.
const MAX_BODY: usize = 1024 * 1024;

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let scripted = {
        let mut fake = shared.fake();
        fake.requests.push(recorded(&parts, &body));
        fake.scripted(parts.uri.path())
    };
    if let Some((status, body)) = scripted {
        let kind = [(header::CONTENT_TYPE, "application/json; charset=utf-8")];
        return (status, kind, body).into_response();
    }
    if parts.uri.path().starts_with("/api/v1/streaming") {
        return streaming::answer(&shared, &mut parts).await;
    }
    let params = Params::new(&parts, &body);
    let mut fake = shared.fake();
    let answer = if parts.uri.path().starts_with("/oauth/") {
        oauth::answer(&mut fake, &parts, &params)
    } else {
        rest::answer(&mut fake, &parts, &params)
    };
    answer.unwrap_or_else(Refusal::into_response)
}

fn recorded(parts: &request::Parts, body: &Bytes) -> RecordedRequest {
    let mut headers = parts.headers.clone();
    for name in [header::AUTHORIZATION, header::SEC_WEBSOCKET_PROTOCOL] {
        if let Some(value) = headers.get_mut(name) {
            value.set_sensitive(true);
        }
    }
    RecordedRequest {
        method: parts.method.clone(),
        uri: parts.uri.clone(),
        headers,
        body: body.clone(),
    }
}

/// The parameters of a request, from its query and its body (a form or JSON), arrays as `name[]`.
struct Params(Vec<(String, String)>);

impl Params {
    fn new(parts: &request::Parts, body: &Bytes) -> Self {
        let mut params = Self::from_query(parts.uri.query().unwrap_or_default());
        let body = Self::from_json(body)
            .unwrap_or_else(|| Self::from_query(&String::from_utf8_lossy(body)));
        params.0.extend(body.0);
        params
    }

    fn from_json(text: &[u8]) -> Option<Self> {
        let object: serde_json::Map<_, _> = serde_json::from_slice(text).ok()?;
        let mut params = Self(Vec::new());
        for (name, value) in object {
            params.push_json(name, value);
        }
        Some(params)
    }

    fn from_query(query: &str) -> Self {
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        Self(pairs.into_owned().collect())
    }

    fn push_json(&mut self, name: String, value: serde_json::Value) {
        use serde_json::Value;
        match value {
            Value::Null => {}
            Value::String(text) => self.0.push((name, text)),
            Value::Array(values) => {
                for value in values {
                    self.push_json(format!("{name}[]"), value);
                }
            }
            other => self.0.push((name, other.to_string())),
        }
    }

    /// The value of a parameter; an empty one counts as absent.
    fn text(&self, name: &str) -> Option<&str> {
        self.all(name).find(|value| !value.is_empty())
    }

    /// All values of an array.
    fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(key, _)| key.strip_suffix("[]").unwrap_or(key) == name)
            .map(|(_, value)| &**value)
    }
}
