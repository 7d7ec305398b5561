//! The walk from a handle to an actor, without a socket: ask this URL, take this answer, done or ask again.

use std::fmt;

use http::StatusCode;
use url::Url;

use crate::descriptor::{self, Descriptor, Problem};
use crate::error::LookupError;
use crate::query;
use crate::resource::{Handle, Locality, Resource};

/// Somebody who was found.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Found {
    /// The handle as the account's own server spells it. It may differ from the one asked for.
    pub handle: Handle,
    /// The actor's id. Whether the actor agrees is another question: [`reverse`].
    pub actor: Url,
    /// Everything else that was said.
    pub descriptor: Descriptor,
}

/// What to do after an answer.
#[derive(Debug)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the caller must do one of these; a third one would have to break the loop"
)]
pub enum Step {
    /// Ask [`Lookup::url`] again.
    Ask(Box<Lookup>),
    /// The walk is over.
    Done(Box<Found>),
}

/// The answer to a query, as the walk needs it.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::exhaustive_structs,
    reason = "made by whoever sends the queries"
)]
pub struct Answer<'a> {
    /// The status.
    pub status: StatusCode,
    /// The `Content-Type`.
    pub content_type: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
}

/// A walk from a handle to an actor.
///
/// At most two queries: where the server names another account than the one asked for, that account's own server has to
/// confirm the name and the actor, or the walk fails. So no server can speak for the names of another. Redirects belong to
/// the sender of the queries: follow them over `https` only, and hand in the last answer.
///
/// ```
/// use webfinger::lookup::{Answer, Lookup, Step};
///
/// let lookup = Lookup::new("bob@example.com".parse()?)?;
/// assert_eq!(lookup.url().host_str(), Some("example.com"));
///
/// let body = br#"{"subject": "acct:bob@example.com", "links": [
///     {"rel": "self", "type": "application/activity+json", "href": "https://example.com/users/bob"}]}"#;
/// let answer = Answer { status: http::StatusCode::OK, content_type: Some("application/jrd+json"), body };
/// let Step::Done(found) = lookup.answer(answer)? else { panic!("one query is enough here") };
/// assert_eq!(found.actor.as_str(), "https://example.com/users/bob");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Lookup {
    asked: Handle,
    url: Url,
    /// What the first answer claimed, if this is the confirming query.
    claimed: Option<Url>,
    limits: descriptor::Limits,
    plain_http: Option<PlainHttp>,
}

type PlainHttp = Box<dyn Fn(&str) -> bool + Send + Sync>;

impl Lookup {
    /// Begins a walk.
    ///
    /// # Errors
    ///
    /// [`LookupError::Host`].
    pub fn new(handle: Handle) -> Result<Self, LookupError> {
        let url = query::url(&handle).map_err(|_| LookupError::Host)?;
        Ok(Self {
            asked: handle,
            url,
            claimed: None,
            limits: descriptor::Limits::new(),
            plain_http: None,
        })
    }

    /// Other limits for the descriptors.
    #[must_use]
    pub fn limits(mut self, limits: descriptor::Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Hosts for which this is true are asked over plain `http`, and their actors may have `http` ids; handles may then
    /// name local hosts and ports.
    ///
    /// For tests and demonstrations on one machine.
    ///
    /// # Errors
    ///
    /// [`LookupError::Host`].
    pub fn danger_allow_plain_http(
        mut self,
        hosts: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Result<Self, LookupError> {
        self.plain_http = Some(Box::new(hosts));
        self.url = self.query_for(&self.asked)?;
        Ok(self)
    }

    /// What to ask now, with `Accept: application/jrd+json`.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Takes the answer.
    ///
    /// # Errors
    ///
    /// The account does not exist, or the answer proves nothing.
    pub fn answer(self, answer: Answer<'_>) -> Result<Step, LookupError> {
        match answer.status {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Err(LookupError::NotFound),
            StatusCode::GONE => return Err(LookupError::Gone),
            status => return Err(LookupError::Status(status)),
        }
        let essence = answer
            .content_type
            .map(|value| value.split(';').next().unwrap_or(value).trim());
        let as_json = match essence {
            Some(essence) if essence.eq_ignore_ascii_case(descriptor::MEDIA_TYPE) => false,
            // The RFC wants the other one, and several servers do not know that.
            Some(essence) if essence.eq_ignore_ascii_case("application/json") => true,
            _ => return Err(LookupError::MediaType),
        };
        let mut descriptor =
            Descriptor::read_within(answer.body, descriptor::Format::Json, &self.limits)?;
        if as_json {
            descriptor.problems.push(Problem::MediaType);
        }
        let subject = self.subject(&descriptor)?;
        let actor = self.actor(&descriptor)?;
        if subject.is_same_account(&self.asked) {
            return match &self.claimed {
                Some(claimed) if *claimed != actor => Err(LookupError::Unconfirmed),
                _ => Ok(Step::Done(Box::new(Found {
                    handle: subject,
                    actor,
                    descriptor,
                }))),
            };
        }
        if self.claimed.is_some() {
            return Err(LookupError::Unconfirmed);
        }
        let url = self.query_for(&subject)?;
        Ok(Step::Ask(Box::new(Self {
            asked: subject,
            url,
            claimed: Some(actor),
            ..self
        })))
    }

    fn subject(&self, descriptor: &Descriptor) -> Result<Handle, LookupError> {
        let locality = if self.plain_http.is_some() {
            Locality::Any
        } else {
            Locality::Public
        };
        let subject = descriptor.subject.as_deref().ok_or(LookupError::Subject)?;
        Handle::parse(subject, locality).map_err(|_| LookupError::Subject)
    }

    fn actor(&self, descriptor: &Descriptor) -> Result<Url, LookupError> {
        let link = descriptor.self_link().ok_or(LookupError::NoActor)?;
        let url = link
            .href
            .as_deref()
            .and_then(|href| Url::parse(href).ok())
            .ok_or(LookupError::ActorUrl)?;
        let host = url.host_str().ok_or(LookupError::ActorUrl)?;
        match url.scheme() {
            "https" => Ok(url),
            "http" if self.is_plain(host) => Ok(url),
            _ => Err(LookupError::ActorUrl),
        }
    }

    fn query_for(&self, handle: &Handle) -> Result<Url, LookupError> {
        let scheme = if self.is_plain(handle.host()) {
            "http"
        } else {
            "https"
        };
        query::at(scheme, &handle.authority(), &Resource::Acct(handle.clone()))
            .map_err(|_| LookupError::Host)
    }

    fn is_plain(&self, host: &str) -> bool {
        self.plain_http.as_ref().is_some_and(|hosts| hosts(host))
    }
}

impl fmt::Debug for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lookup")
            .field("asked", &self.asked)
            .field("claimed", &self.claimed)
            .finish_non_exhaustive()
    }
}

/// What an actor document says about its own handle.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::exhaustive_structs,
    reason = "made by whoever fetched the actor"
)]
pub struct ActorNames<'a> {
    /// `id`.
    pub id: &'a Url,
    /// `preferredUsername`.
    pub preferred_username: Option<&'a str>,
    /// `webfinger` ([FEP-2c59](https://codeberg.org/fediverse/fep/src/branch/main/fep/2c59/fep-2c59.md)), `user@host`. Only
    /// of an actor that was fetched from its own id.
    pub webfinger: Option<&'a str>,
}

/// What an actor says about a handle that led to it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a caller that misses a case would bind a name to a stranger"
)]
pub enum Reverse {
    /// The actor has this handle.
    Confirmed,
    /// The actor lives on another host than the handle. Look this handle up: it must lead to the same actor and to the
    /// handle in question as its canonical one.
    Ask(Handle),
    /// The actor has another handle, or none.
    Contradicted,
}

/// Does the actor confirm the handle that led to it?
///
/// The `webfinger` property decides if there is one; else `preferredUsername` at the host of the id does, as [ActivityPub
/// and WebFinger](https://swicg.github.io/activitypub-webfinger/#reverse-discovery) says. Users are compared without
/// regard to case: both sides speak for the same host.
#[must_use]
pub fn reverse(handle: &Handle, actor: ActorNames<'_>) -> Reverse {
    if let Some(named) = actor.webfinger {
        return match Handle::danger_parse_local(named) {
            Ok(named) if named.is_same_account(handle) => Reverse::Confirmed,
            _ => Reverse::Contradicted,
        };
    }
    let (Some(user), Some(host)) = (actor.preferred_username, actor.id.host_str()) else {
        return Reverse::Contradicted;
    };
    let authority = crate::resource::authority(host, actor.id.port());
    match Handle::danger_parse_local(&format!("{user}@{authority}")) {
        Ok(named) if named.is_same_account(handle) => Reverse::Confirmed,
        Ok(named) if named.authority() != handle.authority() => Reverse::Ask(named),
        _ => Reverse::Contradicted,
    }
}
