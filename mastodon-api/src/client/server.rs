//! What the server is, asked once.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::ACCEPT;
use http::{Method, Request};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};
use url::Url;

use crate::endpoint::{Answer, Json};
use crate::methods::instance;
use crate::{Client, Error, Server};

impl Client {
    /// Which program the server is, in which version, and what it can do and allows.
    ///
    /// It is asked for once and kept for an hour ([`ClientBuilder::server_lifetime`](crate::ClientBuilder::server_lifetime)),
    /// by all clones together: `/api/v2/instance`, or the first version of it on servers that have no other, and NodeInfo.
    /// Who asks while another is asking gets the same answer, also if it is an error.
    ///
    /// # Errors
    ///
    /// By whose fault: see [`Error`]. That there is no NodeInfo is none.
    pub async fn server(&self) -> Result<Arc<Server>, Error> {
        let came = Instant::now();
        let mut known = self.shared.server.answer.lock().await;
        match &*known {
            Some((until, Ok(server))) if Instant::now() < *until => return Ok(server.clone()),
            // Otherwise each of those who waited would wait for the broken server once more, one after the other.
            Some((failed, Err(error))) if came < *failed => {
                if let Some(error) = error.told_again() {
                    return Err(error);
                }
            }
            _ => {}
        }
        match Box::pin(self.ask_server()).await {
            Ok(server) => {
                let server = Arc::new(server);
                let until = Instant::now().checked_add(self.shared.server_lifetime);
                *known = until.map(|until| (until, Ok(server.clone())));
                Ok(server)
            }
            Err(error) => {
                let again = error.told_again();
                *known = again.map(|error| (Instant::now(), Err(error)));
                Err(error)
            }
        }
    }

    /// The same for a check before something is sent, as [`ClientBuilder::check_limits`](crate::ClientBuilder::check_limits)
    /// says. That it is not known keeps nothing from being sent.
    pub(super) async fn advice(&self) -> Option<Arc<Server>> {
        if !self.shared.check_limits {
            return None;
        }
        let known = self.known_server();
        if known.is_some() || self.shared.server.is_silent() {
            return known;
        }
        let client = self.once_each();
        let asked = timeout(LONGEST_ADVICE, client.server());
        let why = match Box::pin(asked).await {
            Ok(Ok(server)) => return Some(server),
            Ok(Err(error)) => error.report().to_string(),
            Err(late) => late.to_string(),
        };
        tracing::debug!(why, "the limits of the server are not known");
        self.shared.server.be_silent();
        None
    }

    /// What was answered and still holds; nothing is asked.
    fn known_server(&self) -> Option<Arc<Server>> {
        let known = self.shared.server.answer.try_lock().ok()?;
        let (until, answer) = known.as_ref()?;
        let server = answer.as_ref().ok()?;
        (Instant::now() < *until).then(|| server.clone())
    }

    async fn ask_server(&self) -> Result<Server, Error> {
        let server = match self.send(instance::V2::new()).await {
            Ok(instance) => Server::from(&instance),
            // Before Mastodon 4.0 there was only the first version, and some servers have no other.
            Err(error) if error.is_not_found() => {
                #[allow(deprecated, reason = "it is there for this very case")]
                let instance = self.send(instance::V1::new()).await?;
                Server::from(&instance)
            }
            Err(error) => return Err(error),
        };
        Ok(match self.software().await {
            Some(Program { name, version }) => server.with_software(&name, &version),
            None => server,
        })
    }

    /// What NodeInfo says, if this server has one.
    async fn software(&self) -> Option<Program> {
        let base = self.base();
        let well_known: WellKnown = self.json(&base.join("/.well-known/nodeinfo").ok()?).await?;
        let newest = well_known
            .links
            .into_iter()
            .filter(|link| link.rel.contains("nodeinfo.diaspora.software/ns/schema/"))
            .max_by(|one, other| one.rel.cmp(&other.rel))?;
        let url = base.join(&newest.href).ok()?;
        // An address elsewhere says nothing about this server.
        if url.origin() != base.origin() {
            return None;
        }
        let node: Node = self.json(&url).await?;
        Some(node.software)
    }

    async fn json<T: DeserializeOwned>(&self, url: &Url) -> Option<T> {
        let request = Request::builder()
            .method(Method::GET)
            .uri(url.as_str())
            .header(ACCEPT, "application/json");
        let request = request.body(Bytes::new()).ok()?;
        // Everybody may read it, so it needs no token; and it is not worth a second try.
        let client = self.clone().without_token().once_each();
        let response = client.send_patiently("nodeinfo", request).await.ok()?;
        let is_there = response.status().is_success();
        Json::read(response)
            .ok()
            .filter(|_| is_there)
            .map(|json| json.0)
    }
}

/// For how long what the server is counts as known if nothing is said.
pub(super) const DEFAULT_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// How long a call waits for advice, and how long nobody asks for it after that failed.
const LONGEST_ADVICE: Duration = Duration::from_secs(10);
const SILENCE: Duration = Duration::from_secs(5 * 60);

#[derive(Default)]
pub(super) struct Known {
    /// What the server is, and until when that counts; or why that is not known, and when it failed.
    answer: Mutex<Option<Answered>>,
    /// When advice may be asked for again.
    silent_until: std::sync::Mutex<Option<Instant>>,
}

impl Known {
    fn is_silent(&self) -> bool {
        let until = self.silent_until.lock();
        until
            .unwrap_or_else(PoisonError::into_inner)
            .is_some_and(|until| Instant::now() < until)
    }

    fn be_silent(&self) {
        let until = Instant::now().checked_add(SILENCE);
        *self
            .silent_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = until;
    }
}

type Answered = (Instant, Result<Arc<Server>, Error>);

#[derive(Deserialize)]
struct WellKnown {
    links: Vec<Link>,
}

#[derive(Deserialize)]
struct Link {
    rel: String,
    href: String,
}

#[derive(Deserialize)]
struct Node {
    software: Program,
}

#[derive(Deserialize)]
struct Program {
    name: String,
    version: String,
}
