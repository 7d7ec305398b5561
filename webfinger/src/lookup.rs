//! The walk from a handle or a URL to an actor, without a socket: ask this URL, take this answer, done or ask again.
//!
//! [`Lookup`] ends with a [`Found`]: the handle's own server names that actor. Whether the actor names the handle too is said
//! by [`Found::confirm`], which needs the actor's document and ends with a [`Confirmed`]. Neither can be made by hand.

mod found;

use std::fmt;
use std::sync::Arc;

use http::StatusCode;
use url::Url;

#[cfg(feature = "client")]
pub(crate) use self::found::without_fragment;
pub use self::found::{ActorNames, Confirmation, Confirmed, Found};
use crate::descriptor::{self, Descriptor, Format, Link, Problem};
use crate::error::LookupError;
use crate::host_meta;
use crate::query;
use crate::resource::{Handle, Locality, Resource, parse_authority};

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
    Done(Found),
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

/// A walk from a handle, or from a URL, to an actor.
///
/// Where the server names another account than the one asked for, that account's own server has to confirm the name and the
/// actor, or the walk fails. So no server can speak for the names of another, nor one account for another one of its server.
/// That makes two queries at most, and up to four more where [`Rules::host_meta`] is on.
///
/// Redirects belong to the sender of the queries: follow them over `https` only, and hand in the last answer. A server that
/// redirects lets the other one answer for the account that was asked for, and for no other.
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
/// assert_eq!(found.actor().as_str(), "https://example.com/users/bob");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Lookup {
    rules: Rules,
    asked: Resource,
    url: Url,
    stage: Stage,
    /// What the first answer said, if this is the confirming query.
    claimed: Option<Claimed>,
    known: Option<Found>,
}

/// Whose answer is waited for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    WellKnown,
    HostMeta,
    Template,
}

struct Claimed {
    actor: Url,
    /// The handle whose server said so; none if a URL was asked for.
    by: Option<Handle>,
}

impl Lookup {
    /// Begins a walk from a handle.
    ///
    /// # Errors
    ///
    /// [`LookupError::Host`].
    pub fn new(handle: Handle) -> Result<Self, LookupError> {
        Self::within(Rules::new(), Resource::Acct(handle))
    }

    /// Begins a walk from a URL: the id of an actor, or the page of a profile.
    ///
    /// Not every server answers for URLs. [`LookupError::NotFound`] then means that the actor has to be fetched and asked for
    /// its handle: [`ActorNames::handle`].
    ///
    /// # Errors
    ///
    /// [`LookupError::Host`], also for a URL that is not `https` or holds a user name.
    pub fn for_url(url: Url) -> Result<Self, LookupError> {
        Self::within(Rules::new(), Resource::Url(url))
    }

    /// Begins a walk by other rules.
    ///
    /// # Errors
    ///
    /// [`LookupError::Host`].
    pub fn within(rules: Rules, resource: Resource) -> Result<Self, LookupError> {
        let url = rules.query(&resource)?;
        Ok(Self {
            rules,
            asked: resource,
            url,
            stage: Stage::WellKnown,
            claimed: None,
            known: None,
        })
    }

    /// What was found before. If the walk leads there too, it need not be confirmed again.
    #[must_use]
    pub fn knowing(mut self, found: Found) -> Self {
        self.known = Some(found);
        self
    }

    /// What to ask now.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The `Accept` to ask it with.
    #[must_use]
    pub fn accept(&self) -> &'static str {
        match (self.stage, self.rules.host_meta) {
            (Stage::HostMeta, Some(Format::Json)) => "application/json",
            #[cfg(feature = "xrd")]
            (Stage::HostMeta, Some(Format::Xrd)) => {
                "application/xrd+xml, application/xml;q=0.9, text/xml;q=0.9"
            }
            #[cfg(feature = "xrd")]
            (_, Some(Format::Xrd)) => {
                "application/jrd+json, application/json;q=0.9, application/xrd+xml;q=0.5"
            }
            _ => "application/jrd+json, application/json;q=0.9",
        }
    }

    /// Takes the answer.
    ///
    /// # Errors
    ///
    /// The account does not exist, or the answer proves nothing.
    pub fn answer(self, answer: Answer<'_>) -> Result<Step, LookupError> {
        match answer.status {
            StatusCode::OK if self.stage == Stage::HostMeta => {
                return self.follow_host_meta(answer);
            }
            StatusCode::OK => {}
            StatusCode::NOT_FOUND if self.stage == Stage::WellKnown => {
                if let Some(format) = self.rules.host_meta {
                    return self.have_host_meta(format);
                }
                return Err(self.nobody());
            }
            // Whatever is wrong there, the account was not found before.
            _ if self.stage == Stage::HostMeta => return Err(self.nobody()),
            StatusCode::GONE if self.claimed.is_some() => return Err(LookupError::Unconfirmed),
            StatusCode::NOT_FOUND => return Err(self.nobody()),
            StatusCode::GONE => return Err(LookupError::Gone),
            status => return Err(LookupError::Status(status)),
        }
        let (mut descriptor, as_json) = self.read(answer)?;
        if as_json {
            descriptor.problems.push(Problem::MediaType);
        }
        let actor = self.actor(&descriptor);
        let subject = match self.subject(&descriptor) {
            Ok(subject) => subject,
            Err(LookupError::NoSubject { .. }) => {
                return Err(LookupError::NoSubject {
                    actor: actor.ok().map(Box::new),
                });
            }
            Err(error) => return Err(error),
        };
        let actor = actor?;
        let is_asked =
            matches!(&self.asked, Resource::Acct(asked) if subject.is_same_account(asked));
        match self.claimed {
            Some(claimed) if is_asked && claimed.actor == actor => Ok(Step::Done(Found::new(
                subject, actor, descriptor, claimed.by,
            ))),
            Some(_) => Err(LookupError::Unconfirmed),
            None if is_asked => Ok(Step::Done(Found::new(subject, actor, descriptor, None))),
            None => self.have_confirmed(subject, actor),
        }
    }

    /// The server has named another account: what does that account's own server say?
    fn have_confirmed(self, subject: Handle, actor: Url) -> Result<Step, LookupError> {
        let by = match self.asked {
            Resource::Acct(asked) => Some(asked),
            Resource::Url(_) => None,
        };
        if let Some(known) = &self.known
            && known.handle().is_same_account(&subject)
            && *known.actor() == actor
        {
            // What the handle's own server said, as a walk without this shortcut would end.
            let (handle, descriptor) = (known.handle().clone(), known.descriptor().clone());
            return Ok(Step::Done(Found::new(handle, actor, descriptor, by)));
        }
        let asked = Resource::Acct(subject);
        let url = self.rules.query(&asked)?;
        Ok(Step::Ask(Box::new(Self {
            asked,
            url,
            stage: Stage::WellKnown,
            claimed: Some(Claimed { actor, by }),
            ..self
        })))
    }

    /// Nobody of that name.
    fn nobody(&self) -> LookupError {
        match &self.claimed {
            // The server was named by another one, which was wrong about it.
            Some(_) => LookupError::Unconfirmed,
            None => LookupError::NotFound,
        }
    }

    /// Perhaps that host has its WebFinger elsewhere.
    fn have_host_meta(self, format: Format) -> Result<Step, LookupError> {
        let path = match format {
            Format::Json => host_meta::JSON_PATH,
            #[cfg(feature = "xrd")]
            Format::Xrd => host_meta::PATH,
        };
        let url = self.url.join(path).map_err(|_| LookupError::Host)?;
        Ok(Step::Ask(Box::new(Self {
            url,
            stage: Stage::HostMeta,
            ..self
        })))
    }

    fn follow_host_meta(self, answer: Answer<'_>) -> Result<Step, LookupError> {
        let (document, _) = self.read(answer)?;
        let plain_http = |host: &str| self.rules.is_plain(host);
        let url = host_meta::webfinger_url_at(&document, &self.asked, plain_http)?;
        if !self.rules.is_fit(&url) {
            return Err(LookupError::Host);
        }
        Ok(Step::Ask(Box::new(Self {
            url,
            stage: Stage::Template,
            ..self
        })))
    }

    /// The document, and whether it has the media type of plain JSON.
    fn read(&self, answer: Answer<'_>) -> Result<(Descriptor, bool), LookupError> {
        let content_type = answer.content_type.unwrap_or_default();
        let format = Format::of(content_type)
            // XRD is read only by those who asked for it.
            .filter(|format| *format == Format::Json || Some(*format) == self.rules.host_meta)
            .ok_or(LookupError::MediaType)?;
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        // The RFC wants the other one, and several servers do not know that.
        let as_json = essence.eq_ignore_ascii_case("application/json");
        let document = Descriptor::read_within(answer.body, format, &self.rules.limits)?;
        Ok((document, as_json))
    }

    fn subject(&self, descriptor: &Descriptor) -> Result<Handle, LookupError> {
        let subject = descriptor
            .subject
            .as_deref()
            .ok_or(LookupError::NoSubject { actor: None })?;
        Handle::parse(subject, self.rules.locality()).map_err(|_| LookupError::Subject)
    }

    fn actor(&self, descriptor: &Descriptor) -> Result<Url, LookupError> {
        self.target(descriptor.self_link())
    }

    /// The actor of the server that was asked about.
    #[cfg(feature = "client")]
    pub(crate) fn server_actor(&self, answer: Answer<'_>) -> Result<Url, LookupError> {
        let (descriptor, _) = self.read(answer)?;
        self.target(descriptor.server_actor())
    }

    fn target(&self, link: Option<&Link>) -> Result<Url, LookupError> {
        let url = link
            .ok_or(LookupError::NoActor)?
            .href
            .as_deref()
            .and_then(|href| Url::parse(href).ok())
            .ok_or(LookupError::ActorUrl)?;
        self.rules
            .is_fit(&url)
            .then_some(url)
            .ok_or(LookupError::ActorUrl)
    }
}

impl fmt::Debug for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lookup")
            .field("asked", &self.asked)
            .field(
                "confirms",
                &self.claimed.as_ref().map(|claimed| &claimed.actor),
            )
            .finish_non_exhaustive()
    }
}

/// By what rules a [`Lookup`] goes.
#[derive(Clone)]
pub struct Rules {
    limits: descriptor::Limits,
    host_meta: Option<Format>,
    plain_http: Option<PlainHttp>,
}

type PlainHttp = Arc<dyn Fn(&str) -> bool + Send + Sync>;

impl Rules {
    /// The default rules.
    #[must_use]
    pub fn new() -> Self {
        Self {
            limits: descriptor::Limits::new(),
            host_meta: None,
            plain_http: None,
        }
    }

    /// Other limits for the descriptors.
    #[must_use]
    pub fn limits(mut self, limits: descriptor::Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Asks a host that has no such account (404) for its host-meta in this format, and then where that says that WebFinger
    /// is: up to two queries more for each host. Off by default, for hardly a server still needs it.
    ///
    /// With that of XRD (feature `xrd`), descriptors may be XRD too.
    #[must_use]
    pub fn host_meta(mut self, format: Format) -> Self {
        self.host_meta = Some(format);
        self
    }

    /// Hosts for which this is true are asked over plain `http`, and their actors may have `http` ids; handles may then
    /// name local hosts and ports.
    ///
    /// For tests and demonstrations on one machine.
    #[must_use]
    pub fn danger_allow_plain_http(
        mut self,
        hosts: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.plain_http = Some(Arc::new(hosts));
        self
    }

    /// Where to ask about a resource: its own host.
    fn query(&self, resource: &Resource) -> Result<Url, LookupError> {
        let (host, authority) = match resource {
            // A handle that names a local host was made by somebody who said so.
            Resource::Acct(handle) => (handle.host(), handle.authority()),
            Resource::Url(url) if self.is_fit(url) => {
                let host = url.host_str().ok_or(LookupError::Host)?;
                (host, crate::resource::authority(host, url.port()))
            }
            Resource::Url(_) => return Err(LookupError::Host),
        };
        let scheme = if self.is_plain(host) { "http" } else { "https" };
        query::at(scheme, &authority, resource).map_err(|_| LookupError::Host)
    }

    /// Whether this may be an actor's id, or a page to ask about: `https`, a public name, no user name or password.
    fn is_fit(&self, url: &Url) -> bool {
        let Some(host) = url.host_str() else {
            return false;
        };
        let scheme_fits = match url.scheme() {
            "https" => true,
            "http" => self.is_plain(host),
            _ => false,
        };
        let authority = crate::resource::authority(host, url.port());
        scheme_fits
            && url.username().is_empty()
            && url.password().is_none()
            && parse_authority(&authority, self.locality()).is_ok()
    }

    fn locality(&self) -> Locality {
        if self.plain_http.is_some() {
            Locality::Any
        } else {
            Locality::Public
        }
    }

    fn is_plain(&self, host: &str) -> bool {
        self.plain_http.as_ref().is_some_and(|hosts| hosts(host))
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules")
            .field("limits", &self.limits)
            .field("host_meta", &self.host_meta)
            .field("plain_http", &self.plain_http.is_some())
            .finish()
    }
}
