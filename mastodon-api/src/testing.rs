//! A fake instance with which a bot's author tests the bot: real sockets, no network, no account.
//!
//! [`FakeInstance`] speaks the part of the API that a bot needs: registering an application and logging in; statuses
//! with media, polls, edits and boosts; scheduled statuses; timelines, lists and conversations; follows, requests to
//! follow, blocks and mutes; filters, markers, hashtags that are followed, and search; notifications, in groups too,
//! and by push; streams over WebSocket and server-sent events. It answers in Mastodon's words, also when it refuses,
//! and counts the requests against the limits that a test sets ([`FakeInstance::limit`]).
//!
//! What it does not know it answers with 404, and [`FakeInstance::unknown_requests`] lists it: changes of the profile,
//! translations, reports, trends, announcements, requests for notifications, what administrators do, and more. It has
//! no quotes and knows no other instances.
//!
//! A test plays people ([`FakeInstance::mention`], [`FakeInstance::post_as`]), lets things go wrong
//! ([`FakeInstance::inject`], [`FakeInstance::cut_streams`], [`FakeInstance::restart`]) and waits for what the bot does
//! ([`FakeInstance::wait_for_status_of`]). Nothing happens by itself, and only what has an end of its own ends by the
//! clock: polls, mutes, filters and rate limits.
//!
//! ```
//! use std::time::Duration;
//! use mastodon_api::{Client, entities::{Status, Visibility}, methods::notifications, testing::{FakeInstance, Fault}};
//!
//! /// The bot: it answers all who mention it.
//! async fn answer(client: &Client) -> Result<(), mastodon_api::Error> {
//!     for mention in client.send(notifications::List::new()).await?.items {
//!         if let Some(status) = mention.status {
//!             let text = format!("@{} hello", mention.account.acct);
//!             client.post(text).reply_to(&status).unlisted().send().await?;
//!         }
//!     }
//!     Ok(())
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let instance = FakeInstance::start().await?;
//! let client = Client::new(instance.url().as_str())?.with_token(instance.token("bot"));
//! let question = instance.mention("alice", "bot", "are you there?");
//! let busy = instance.inject(Fault::too_many_requests(Duration::ZERO).path("/api/v1/statuses"));
//!
//! answer(&client).await?;
//!
//! let is_answer = |status: &Status| status.in_reply_to_id.as_ref() == Some(&question.id);
//! let answer = instance.wait_for_status_of("bot", is_answer).await?;
//! assert_eq!(answer.text.as_deref(), Some("@alice hello"));
//! assert_eq!(answer.visibility, Visibility::Unlisted);
//! assert_eq!(busy.hits(), 1);
//! assert!(instance.unknown_requests().is_empty());
//! # Ok(()) }
//! ```
//!
//! Every call that names an account makes it if there is none of that name.

mod content;
mod conversations;
mod door;
mod fault;
mod lists;
mod oauth;
mod params;
mod people;
mod posts;
mod push;
mod rate_limits;
mod refusal;
mod request;
mod rest;
mod server;
mod state;
mod streaming;
mod ties;
mod waiting;

use std::{
    fmt, io,
    net::SocketAddr,
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::Router;
use tokio::{net::TcpListener, sync::Notify, task::JoinHandle, time::sleep};
use tokio_util::sync::CancellationToken;
use url::Url;

use self::{
    door::{Door, Switch},
    params::Params,
    server::Server,
    state::Fake,
};
pub use self::{
    fault::{Fault, Injected},
    rate_limits::Limited,
    refusal::Refusal,
    request::RecordedRequest,
    waiting::NotSeen,
};
use crate::{
    entities::{Account, Status},
    oauth::AccessToken,
};

/// An instance on a port of the loopback interface, with its own accounts and statuses. Dropping it stops it.
pub struct FakeInstance {
    shared: Arc<Shared>,
    address: SocketAddr,
    running: Mutex<Option<Running>>,
}

impl FakeInstance {
    /// Starts an empty instance on a free port. It runs on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// When the system gives no port.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let url = Url::parse(&format!("http://{address}/")).map_err(io::Error::other)?;
        let shared = Arc::new(Shared {
            fake: Mutex::new(Fake::new(url.clone())),
            changed: Notify::new(),
            url,
        });
        let running = Mutex::new(Some(Running::new(listener, &shared)));
        Ok(Self {
            shared,
            address,
            running,
        })
    }

    /// Stops it in an orderly way and waits until its connections are closed.
    pub async fn stop(self) {
        let running = self.running().take();
        self.fake().shut_down();
        if let Some(mut running) = running {
            running.stopping.cancel();
            // An error means that it is over already.
            let _ = (&mut running.server).await;
        }
    }

    /// Ends all connections without a farewell, and takes no new ones until [`come_back`](Self::come_back). What it
    /// knows stays, and the script goes on: what is posted now nobody hears of.
    pub async fn go_down(&self) {
        let Some(mut running) = self.running().take() else {
            return;
        };
        running.cut.cancel();
        self.fake().shut_down();
        running.server.abort();
        // Only when the task has ended is the port free.
        let _ = (&mut running.server).await;
    }

    /// Takes connections again, on the same port, after [`go_down`](Self::go_down).
    ///
    /// # Errors
    ///
    /// When the system does not give the port again, even after some tries.
    pub async fn come_back(&self) -> io::Result<()> {
        if self.running().is_some() {
            return Ok(());
        }
        let mut tries = 0;
        let listener = loop {
            match TcpListener::bind(self.address).await {
                Err(error) if tries == MAX_TRIES => return Err(error),
                Err(_) => sleep(BETWEEN_TRIES).await,
                Ok(listener) => break listener,
            }
            tries += 1;
        };
        self.fake().is_stopped = false;
        *self.running() = Some(Running::new(listener, &self.shared));
        Ok(())
    }

    /// [Goes down](Self::go_down) and [comes back](Self::come_back) at once, as a server does that is updated.
    ///
    /// # Errors
    ///
    /// As [`come_back`](Self::come_back).
    pub async fn restart(&self) -> io::Result<()> {
        self.go_down().await;
        self.come_back().await
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

    /// The requests that came in, oldest first; of more than 10,000 the last ones.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.fake().requests.iter().cloned().collect()
    }

    /// Those among the requests that the fake instance does not know, though a real one might: it answered 404.
    #[must_use]
    pub fn unknown_requests(&self) -> Vec<RecordedRequest> {
        self.fake().unknown_requests.iter().cloned().collect()
    }

    fn fake(&self) -> Guard<'_> {
        self.shared.fake()
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for FakeInstance {
    fn drop(&mut self) {
        self.fake().shut_down();
    }
}

impl fmt::Debug for FakeInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeInstance")
            .field("url", &self.shared.url.as_str())
            .finish_non_exhaustive()
    }
}

/// How often and how far apart the port is asked for again; something else may just have had it.
const MAX_TRIES: u32 = 50;
const BETWEEN_TRIES: Duration = Duration::from_millis(20);

/// The server, from one start to the next. Dropping it stops it.
struct Running {
    /// Ends the server and what never answers, in an orderly way.
    stopping: CancellationToken,
    /// Cuts all connections.
    cut: CancellationToken,
    server: JoinHandle<()>,
}

impl Running {
    fn new(listener: TcpListener, shared: &Arc<Shared>) -> Self {
        let (stopping, cut) = (CancellationToken::new(), CancellationToken::new());
        let state = Server {
            shared: shared.clone(),
            stopping: stopping.clone(),
        };
        let service = Router::new()
            .fallback(server::answer)
            .with_state(state)
            .into_make_service_with_connect_info::<Switch>();
        let server = axum::serve(Door::new(listener, cut.clone()), service)
            .with_graceful_shutdown(stopping.clone().cancelled_owned());
        let server = tokio::spawn(async move {
            // It only fails if the listener does, and then the tests see it.
            let _ = server.await;
        });
        Self {
            stopping,
            cut,
            server,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stopping.cancel();
    }
}

/// What the requests and the script share.
struct Shared {
    url: Url,
    fake: Mutex<Fake>,
    changed: Notify,
}

impl Shared {
    fn fake(&self) -> Guard<'_> {
        Guard {
            fake: self.fake.lock().unwrap_or_else(PoisonError::into_inner),
            changed: &self.changed,
            is_changed: false,
        }
    }
}

/// Tells those who wait when what the instance knows has changed.
struct Guard<'a> {
    fake: MutexGuard<'a, Fake>,
    changed: &'a Notify,
    is_changed: bool,
}

impl Deref for Guard<'_> {
    type Target = Fake;

    fn deref(&self) -> &Fake {
        &self.fake
    }
}

impl DerefMut for Guard<'_> {
    fn deref_mut(&mut self) -> &mut Fake {
        self.is_changed = true;
        &mut self.fake
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if self.is_changed {
            self.changed.notify_waiters();
        }
    }
}
