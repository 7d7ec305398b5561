//! Sends the queries of a walk with the guarded client.

#[cfg(feature = "rel-me")]
mod rel_me;

use guarded_http::GuardedClient;

use crate::descriptor;
use crate::error::{LookupError, NodeInfoError};
use crate::lookup::{Answer, Found, Lookup, Step};
use crate::nodeinfo::{self, NodeInfo};
use crate::resource::{Handle, Locality, authority, parse_authority};

/// Looks up handles and servers.
///
/// Everything is asked over `https`. Only a guarded client that was told to allow loopback changes that, and only for the
/// hosts for which [`GuardedClient::allows_plain_http`] says so: these are asked over plain `http`.
#[derive(Clone, Debug)]
pub struct Client {
    http: GuardedClient,
    limits: descriptor::Limits,
}

impl Client {
    /// A client that asks through this one.
    #[must_use]
    pub fn new(http: GuardedClient) -> Self {
        Self {
            http,
            limits: descriptor::Limits::new(),
        }
    }

    /// Other limits for the descriptors.
    #[must_use]
    pub fn limits(mut self, limits: descriptor::Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Finds the actor behind a handle: one query, or two where the server names another account.
    ///
    /// # Errors
    ///
    /// Nobody has that handle, or the answers prove nothing; see [`LookupError`].
    pub async fn lookup(&self, handle: &Handle) -> Result<Found, LookupError> {
        let http = self.http.clone();
        let mut lookup = Lookup::new(handle.clone())?.limits(self.limits.clone());
        // Asked only of clients that allow it at all: a walk that may see local names is another walk.
        if self.http.allows_plain_http("localhost") {
            lookup = lookup.danger_allow_plain_http(move |host| http.allows_plain_http(host))?;
        }
        loop {
            let request = self
                .http
                .get(lookup.url().clone())
                .accept("application/jrd+json, application/json;q=0.9");
            let answer = match request.send().await {
                Ok(answer) => answer,
                Err(error) if error.is_not_found() => return Err(LookupError::NotFound),
                Err(error) if error.is_gone() => return Err(LookupError::Gone),
                Err(error) => return Err(LookupError::Fetch(error)),
            };
            let step = lookup.answer(Answer {
                status: answer.status(),
                content_type: answer.content_type(),
                body: answer.bytes(),
            })?;
            match step {
                Step::Ask(next) => lookup = *next,
                Step::Done(found) => {
                    // Nobody should have to remember that this URL was chosen by a stranger.
                    self.http
                        .check(&found.actor)
                        .map_err(|_| LookupError::ActorUrl)?;
                    return Ok(*found);
                }
            }
        }
    }

    /// Asks a server what software it runs.
    ///
    /// # Errors
    ///
    /// It does not say, or not in a way that can be read.
    pub async fn nodeinfo(&self, host: &str) -> Result<NodeInfo, NodeInfoError> {
        let local = self.http.allows_plain_http("localhost");
        let locality = if local {
            Locality::Any
        } else {
            Locality::Public
        };
        let (host, port) = parse_authority(host, locality).map_err(NodeInfoError::Host)?;
        let scheme = if self.http.allows_plain_http(&host) {
            "http"
        } else {
            "https"
        };
        let url = format!("{scheme}://{}{}", authority(&host, port), nodeinfo::PATH);
        let url = url
            .parse()
            .map_err(|_| NodeInfoError::Host(crate::resource::InvalidHandle::Host))?;
        let url = nodeinfo::discover(&self.document(url).await?)?;
        Ok(NodeInfo::read(&self.document(url).await?)?)
    }

    async fn document(
        &self,
        url: url::Url,
    ) -> Result<impl AsRef<[u8]> + std::ops::Deref<Target = [u8]>, NodeInfoError> {
        let request = self.http.get(url).accept("application/json");
        Ok(request
            .send()
            .await
            .map_err(NodeInfoError::Fetch)?
            .into_bytes())
    }
}
