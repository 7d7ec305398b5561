//! Sends the queries of a walk with the guarded client.

mod actor;
mod budget;
mod cache;
#[cfg(feature = "rel-me")]
mod rel_me;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use guarded_http::GuardedClient;
use http::StatusCode;
use serde_json::{Map, Value};
use url::Url;

use self::actor::{ActorDocument, Sign};
use self::budget::{Allowance, Budget};
use self::cache::Cache;
pub use self::cache::CachePolicy;
use crate::descriptor;
use crate::error::{LookupError, NodeInfoError};
use crate::lookup::{ActorNames, Answer, Confirmation, Confirmed, Found, Lookup, Rules, Step};
use crate::nodeinfo::{self, NodeInfo};
use crate::resource::{Handle, InvalidHandle, Locality, Resource, authority, parse_authority};

/// Looks up handles, actors and servers.
///
/// Everything is asked over `https`. Only a guarded client that was told to allow loopback changes that, and only for the
/// hosts for which [`GuardedClient::allows_plain_http`] says so: these are asked over plain `http`.
///
/// What was found is remembered for a while ([`CachePolicy`]), and so is that nothing was found. A clone shares this memory
/// with its original. However many ask for one handle at the same time, its server is asked once.
#[derive(Clone)]
pub struct Client {
    http: GuardedClient,
    rules: Rules,
    allowance: Allowance,
    sign: Option<Sign>,
    cache: Cache<Found>,
}

impl Client {
    /// A client that asks through this one.
    #[must_use]
    pub fn new(http: GuardedClient) -> Self {
        let mut rules = Rules::new();
        // Asked only of clients that allow it at all: a walk that may see local names is another walk.
        if http.allows_plain_http("localhost") {
            let http = http.clone();
            rules = rules.danger_allow_plain_http(move |host| http.allows_plain_http(host));
        }
        Self {
            http,
            rules,
            allowance: Allowance::new(),
            sign: None,
            cache: Cache::new(CachePolicy::new()),
        }
    }

    /// Other limits for the descriptors.
    #[must_use]
    pub fn limits(mut self, limits: descriptor::Limits) -> Self {
        self.rules = self.rules.limits(limits);
        self.cache = self.cache.emptied();
        self
    }

    /// Asks hosts without such an account for their host-meta too; see [`Rules::host_meta`].
    #[must_use]
    pub fn host_meta(mut self, format: descriptor::Format) -> Self {
        self.rules = self.rules.host_meta(format);
        self.cache = self.cache.emptied();
        self
    }

    /// What is remembered, and for how long. Begins with nothing remembered.
    #[must_use]
    pub fn cache(mut self, policy: CachePolicy) -> Self {
        self.cache = Cache::new(policy);
        self
    }

    /// Requests that one call may make, all steps together; 10. Each may be redirected as often as the guarded client allows.
    #[must_use]
    pub fn requests(mut self, requests: usize) -> Self {
        self.allowance.requests = requests;
        self
    }

    /// Time that one call may take, all requests together; 30 s.
    #[must_use]
    pub fn total(mut self, time: Duration) -> Self {
        self.allowance.total = time;
        self
    }

    /// Signs the requests for actors, again for every redirect: many servers show an actor to signed requests only. The hook
    /// is that of [`guarded_http::RequestBuilder::sign`]. WebFinger and NodeInfo are asked unsigned.
    #[must_use]
    pub fn sign_actor_requests<F>(mut self, hook: F) -> Self
    where
        F: Fn(&mut http::Request<bytes::Bytes>) -> Result<(), guarded_http::BoxError>
            + Send
            + Sync
            + 'static,
    {
        self.sign = Some(Arc::new(hook));
        self.cache = self.cache.emptied();
        self
    }

    /// Finds the actor behind a handle: one request, or two where the server names another account.
    ///
    /// The actor is not fetched, so whether it agrees is not known: [`resolve`](Self::resolve).
    ///
    /// # Errors
    ///
    /// Nobody has that handle, or the answers prove nothing; see [`LookupError`].
    pub async fn lookup(&self, handle: &Handle) -> Result<Found, LookupError> {
        self.find(handle, None, &Budget::new(self.allowance)).await
    }

    /// Finds the handle behind a URL: the id of an actor, or the page of a profile.
    ///
    /// The URL's server is asked by WebFinger, and the handle's own server has to confirm what it says. Where it does not
    /// answer for URLs, the actor is fetched and asked for its handle.
    ///
    /// The server of a URL says to whom it leads, and may say that it leads to somebody else's actor. So this is no name for the
    /// URL: who wants the name of an actor compares [`Found::actor`] with it, or asks [`handle_of`](Self::handle_of).
    ///
    /// # Errors
    ///
    /// The URL leads to nobody with a handle, or the answers prove nothing; see [`LookupError`].
    pub async fn lookup_url(&self, url: &Url) -> Result<Found, LookupError> {
        self.find_url(url, &Budget::new(self.allowance)).await
    }

    /// Finds the actor behind a handle, fetches it, and has it confirm the handle: what a name may be shown by.
    ///
    /// Two requests; three or four where handles and actors live on different hosts.
    ///
    /// # Errors
    ///
    /// Those of [`lookup`](Self::lookup); the actor cannot be fetched, names no handle, or another one.
    pub async fn resolve(&self, handle: &Handle) -> Result<Resolved, LookupError> {
        let budget = Budget::new(self.allowance);
        let found = self.find(handle, None, &budget).await?;
        self.resolve_found(&found, &budget).await
    }

    /// As [`resolve`](Self::resolve), from a URL.
    ///
    /// # Errors
    ///
    /// Those of [`lookup_url`](Self::lookup_url) and [`resolve`](Self::resolve).
    pub async fn resolve_url(&self, url: &Url) -> Result<Resolved, LookupError> {
        let budget = Budget::new(self.allowance);
        let found = self.find_url(url, &budget).await?;
        self.resolve_found(&found, &budget).await
    }

    /// Does the actor that was found go by this handle? For callers that fetch actors themselves.
    ///
    /// No request, unless the actor names another handle than the one that led to it: then that one is looked up.
    ///
    /// # Errors
    ///
    /// The names belong to another actor, there are none, or they lead elsewhere.
    pub async fn confirm(
        &self,
        found: &Found,
        names: &ActorNames,
    ) -> Result<Confirmed, LookupError> {
        let budget = Budget::new(self.allowance);
        self.confirm_within(found, names, &budget).await
    }

    /// Finds the handle of an actor whose document is at hand, proven both ways ([reverse
    /// discovery](https://swicg.github.io/activitypub-webfinger/#reverse-discovery)).
    ///
    /// # Errors
    ///
    /// The actor names no handle, or one that does not lead back to it.
    pub async fn handle_of(&self, names: &ActorNames) -> Result<Confirmed, LookupError> {
        let budget = Budget::new(self.allowance);
        self.handle_within(names, &budget).await
    }

    /// Asks a server what software it runs.
    ///
    /// # Errors
    ///
    /// It does not say, or not in a way that can be read.
    pub async fn nodeinfo(&self, host: &str) -> Result<NodeInfo, NodeInfoError> {
        let url = self.well_known(host, nodeinfo::PATH)?;
        let budget = Budget::new(self.allowance);
        let document = self.document(url, &budget).await?;
        let url = nodeinfo::discover_at(&document, |host| self.http.allows_plain_http(host))?;
        Ok(NodeInfo::read(&self.document(url, &budget).await?)?)
    }

    /// Finds the actor that stands for a server itself, as its NodeInfo links to it
    /// ([FEP-2677](https://codeberg.org/fediverse/fep/src/branch/main/fep/2677/fep-2677.md)), else as WebFinger says of the
    /// server ([FEP-d556](https://codeberg.org/fediverse/fep/src/branch/main/fep/d556/fep-d556.md)).
    ///
    /// It is the server's word, about an actor that may be anywhere.
    ///
    /// # Errors
    ///
    /// The server has none ([`LookupError::NoActor`]), or does not answer.
    pub async fn application_actor(&self, host: &str) -> Result<Url, LookupError> {
        let budget = Budget::new(self.allowance);
        let well_known = self.well_known(host, nodeinfo::PATH);
        let well_known = well_known.map_err(|_| LookupError::Host)?;
        let server = well_known.join("/").map_err(|_| LookupError::Host)?;
        let request = self.http.get(well_known).accept("application/json");
        match budget.spend(request).await? {
            Ok(answer) => {
                let plain_http = |host: &str| self.http.allows_plain_http(host);
                let discovery = nodeinfo::Discovery::read_at(answer.bytes(), plain_http);
                let actor = discovery
                    .ok()
                    .and_then(|found| found.application_actor().cloned());
                if let Some(actor) = actor.filter(|actor| self.http.check(actor).is_ok()) {
                    return Ok(actor);
                }
            }
            Err(error) if error.is_transient() => return Err(LookupError::Fetch(Arc::new(error))),
            Err(_) => {}
        }
        let lookup = Lookup::within(self.rules.clone(), Resource::Url(server))?;
        let request = self.http.get(lookup.url().clone()).accept(lookup.accept());
        let answer = match budget.spend(request).await? {
            Ok(answer) => answer,
            Err(error) if error.is_not_found() => return Err(LookupError::NoActor),
            Err(error) => return Err(LookupError::Fetch(Arc::new(error))),
        };
        let actor = lookup.server_actor(Answer {
            status: answer.status(),
            content_type: answer.content_type(),
            body: answer.bytes(),
        })?;
        let checked = self.http.check(&actor);
        checked.map(|_| actor).map_err(|_| LookupError::ActorUrl)
    }

    async fn find(
        &self,
        handle: &Handle,
        known: Option<&Found>,
        budget: &Budget,
    ) -> Result<Found, LookupError> {
        let resource = Resource::Acct(handle.clone());
        let begin = || {
            let (client, budget) = (self.clone(), budget.clone());
            let (resource, known) = (resource.clone(), known.cloned());
            async move {
                let mut lookup = Lookup::within(client.rules.clone(), resource)?;
                if let Some(known) = known {
                    lookup = lookup.knowing(known);
                }
                client.walk(lookup, &budget).await
            }
        };
        self.cache.find(&resource.to_string(), budget, begin).await
    }

    async fn find_url(&self, url: &Url, budget: &Budget) -> Result<Found, LookupError> {
        // Before anything is remembered: `acct:bob@example.com` is a URL too, and that entry is the handle's.
        Lookup::within(self.rules.clone(), Resource::Url(url.clone()))?;
        let begin = || {
            let (client, url, budget) = (self.clone(), url.clone(), budget.clone());
            async move {
                let lookup = Lookup::within(client.rules.clone(), Resource::Url(url.clone()))?;
                match client.walk(lookup, &budget).await {
                    Err(error) if is_no_answer(&error) => {
                        let document = client.actor(&url, &budget).await?;
                        let confirmed = client.handle_within(document.names(), &budget).await?;
                        Ok(confirmed.found().clone())
                    }
                    found => found,
                }
            }
        };
        self.cache.find(url.as_str(), budget, begin).await
    }

    async fn resolve_found(&self, found: &Found, budget: &Budget) -> Result<Resolved, LookupError> {
        let document = self.actor(found.actor(), budget).await?;
        if document.names().id() != found.actor() {
            return Err(LookupError::ActorDocument);
        }
        let confirmed = self.confirm_within(found, document.names(), budget).await?;
        Ok(Resolved {
            confirmed,
            document: document.into_json(),
        })
    }

    async fn confirm_within(
        &self,
        found: &Found,
        names: &ActorNames,
        budget: &Budget,
    ) -> Result<Confirmed, LookupError> {
        match found.confirm(names)? {
            Confirmation::Done(confirmed) => Ok(confirmed),
            Confirmation::Ask(named) => match self.find(&named, Some(found), budget).await {
                Ok(other) => found.confirm_by(&other, names),
                Err(error) if is_doubt(&error) => Err(LookupError::OtherHandle {
                    named: Box::new(named),
                }),
                Err(error) => Err(error),
            },
        }
    }

    async fn handle_within(
        &self,
        names: &ActorNames,
        budget: &Budget,
    ) -> Result<Confirmed, LookupError> {
        let handle = names.handle().ok_or(LookupError::Unnamed)?;
        let found = self.find(&handle, None, budget).await?;
        match found.confirm(names)? {
            Confirmation::Done(confirmed) => Ok(confirmed),
            Confirmation::Ask(named) => Err(LookupError::OtherHandle {
                named: Box::new(named),
            }),
        }
    }

    async fn walk(&self, mut lookup: Lookup, budget: &Budget) -> Result<Found, LookupError> {
        loop {
            let request = self.http.get(lookup.url().clone()).accept(lookup.accept());
            let step = match budget.spend(request).await? {
                Ok(answer) => lookup.answer(Answer {
                    status: answer.status(),
                    content_type: answer.content_type(),
                    body: answer.bytes(),
                })?,
                Err(error) => lookup.answer(Answer {
                    status: match &error {
                        error if error.is_not_found() => StatusCode::NOT_FOUND,
                        error if error.is_gone() => StatusCode::GONE,
                        _ => return Err(LookupError::Fetch(Arc::new(error))),
                    },
                    content_type: None,
                    body: &[],
                })?,
            };
            match step {
                Step::Ask(next) => lookup = *next,
                Step::Done(found) => {
                    // Nobody should have to remember that this URL was chosen by a stranger.
                    let checked = self.http.check(found.actor());
                    return checked.map(|_| found).map_err(|_| LookupError::ActorUrl);
                }
            }
        }
    }

    /// The actor at this URL, believed for its own id only.
    async fn actor(&self, url: &Url, budget: &Budget) -> Result<ActorDocument, LookupError> {
        match actor::fetch(&self.http, url, self.sign.as_ref(), budget).await? {
            Ok(document) => Ok(document),
            // A page, or an address that moved: the id is the address that counts.
            Err(id) => actor::fetch(&self.http, &id, self.sign.as_ref(), budget)
                .await?
                .map_err(|_| LookupError::ActorDocument),
        }
    }

    fn well_known(&self, host: &str, path: &str) -> Result<Url, NodeInfoError> {
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
        let url = format!("{scheme}://{}{path}", authority(&host, port));
        url.parse()
            .map_err(|_| NodeInfoError::Host(InvalidHandle::Host))
    }

    async fn document(&self, url: Url, budget: &Budget) -> Result<bytes::Bytes, NodeInfoError> {
        let request = self.http.get(url).accept("application/json");
        let answer = budget.spend(request).await?;
        Ok(answer.map_err(NodeInfoError::Fetch)?.into_bytes())
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("http", &self.http)
            .field("rules", &self.rules)
            .field("allowance", &self.allowance)
            .field("signs", &self.sign.is_some())
            .finish_non_exhaustive()
    }
}

/// A handle and an actor that confirmed each other, and the actor's document.
#[derive(Clone, Debug)]
pub struct Resolved {
    confirmed: Confirmed,
    document: Map<String, Value>,
}

impl Resolved {
    /// The canonical handle, as its own server spells it.
    #[must_use]
    pub fn handle(&self) -> &Handle {
        self.confirmed.handle()
    }

    /// The actor's id.
    #[must_use]
    pub fn actor(&self) -> &Url {
        self.confirmed.actor()
    }

    /// The proof.
    #[must_use]
    pub fn confirmed(&self) -> &Confirmed {
        &self.confirmed
    }

    /// The actor's document: it was fetched from its id, has that `id`, and no name stands twice in it.
    #[must_use]
    pub fn document(&self) -> &Map<String, Value> {
        &self.document
    }
}

/// The server does not answer for URLs, or not with a handle.
fn is_no_answer(error: &LookupError) -> bool {
    match error {
        LookupError::Fetch(error) => {
            let refuses = |status: StatusCode| status.is_client_error();
            error.status().is_some_and(refuses) && !error.is_transient()
        }
        LookupError::NotFound
        | LookupError::Status(_)
        | LookupError::MediaType
        | LookupError::Descriptor(_)
        | LookupError::NoSubject { .. }
        | LookupError::Subject
        | LookupError::HostMeta(_)
        | LookupError::NoActor => true,
        _ => false,
    }
}

/// The handle was asked about, and does not lead where it was said to.
fn is_doubt(error: &LookupError) -> bool {
    match error {
        LookupError::NotFound
        | LookupError::Gone
        | LookupError::Status(_)
        | LookupError::MediaType
        | LookupError::Descriptor(_)
        | LookupError::NoSubject { .. }
        | LookupError::Subject
        | LookupError::Unconfirmed
        | LookupError::HostMeta(_)
        | LookupError::NoActor
        | LookupError::ActorUrl
        | LookupError::Host => true,
        LookupError::Fetch(error) => error.is_refused(),
        _ => false,
    }
}
