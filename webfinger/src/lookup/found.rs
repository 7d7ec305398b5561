//! What a walk proves.

use std::sync::Arc;

use url::Url;

use crate::descriptor::Descriptor;
use crate::error::LookupError;
use crate::resource::{Handle, Locality, authority, parse_authority};

/// A handle whose own server names this actor.
///
/// Only a walk makes one. It is the word of one side: whether the actor goes by that handle is for
/// [`confirm`](Self::confirm). Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    inner: Arc<Inner>,
}

#[derive(Debug, PartialEq)]
struct Inner {
    handle: Handle,
    actor: Url,
    descriptor: Descriptor,
    redirected_from: Option<Handle>,
}

impl Found {
    pub(super) fn new(
        handle: Handle,
        actor: Url,
        descriptor: Descriptor,
        redirected_from: Option<Handle>,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                handle,
                actor,
                descriptor,
                redirected_from,
            }),
        }
    }

    /// The canonical handle, as its own server spells it. It may differ from the one asked for.
    #[must_use]
    pub fn handle(&self) -> &Handle {
        &self.inner.handle
    }

    /// The actor's id, as the server of the handle says: `https`, a public host, no user name or password.
    #[must_use]
    pub fn actor(&self) -> &Url {
        &self.inner.actor
    }

    /// Everything else that was said.
    #[must_use]
    pub fn descriptor(&self) -> &Descriptor {
        &self.inner.descriptor
    }

    /// The handle that was asked for, if its server named another one, and that one's server agreed: `bob@social.example.com`
    /// where [`handle`](Self::handle) is `bob@example.com`.
    #[must_use]
    pub fn redirected_from(&self) -> Option<&Handle> {
        self.inner.redirected_from.as_ref()
    }

    /// Does the actor go by this handle?
    ///
    /// The names are those of the actor's own document, fetched from [`actor`](Self::actor).
    ///
    /// # Errors
    ///
    /// [`LookupError::OtherActor`] if they belong to another actor, [`LookupError::Unnamed`] if that one names no handle.
    pub fn confirm(&self, names: &ActorNames) -> Result<Confirmation, LookupError> {
        if names.id != *self.actor() {
            return Err(LookupError::OtherActor);
        }
        let named = names.handle().ok_or(LookupError::Unnamed)?;
        let is_named = |handle: &Handle| handle.is_same_account(&named);
        // The server of the handle that was asked for says that it is this one, so the actor may name either.
        if is_named(self.handle()) || self.redirected_from().is_some_and(is_named) {
            Ok(Confirmation::Done(Confirmed(self.clone())))
        } else {
            Ok(Confirmation::Ask(named))
        }
    }

    /// Does the actor go by this handle, given where the one that it names leads to ([`Confirmation::Ask`])?
    ///
    /// # Errors
    ///
    /// Those of [`confirm`](Self::confirm), and [`LookupError::OtherHandle`]: the actor has another handle.
    pub fn confirm_by(&self, named: &Self, names: &ActorNames) -> Result<Confirmed, LookupError> {
        if names.id != *self.actor() {
            return Err(LookupError::OtherActor);
        }
        let other = |handle: &Handle| LookupError::OtherHandle {
            named: Box::new(handle.clone()),
        };
        match named.confirm(names) {
            Ok(Confirmation::Done(there)) if there.handle().is_same_account(self.handle()) => {
                Ok(Confirmed(self.clone()))
            }
            Ok(Confirmation::Done(there)) => Err(other(there.handle())),
            Ok(Confirmation::Ask(named)) => Err(other(&named)),
            // What the actor names leads to somebody else.
            Err(LookupError::OtherActor) => Err(other(named.handle())),
            Err(error) => Err(error),
        }
    }
}

/// Whether an actor confirms a handle.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a caller that misses a case would bind a name to a stranger"
)]
pub enum Confirmation {
    /// It does.
    Done(Confirmed),
    /// It names this handle, which is not the one that led to it. Look it up ([`Lookup::knowing`](super::Lookup::knowing) what
    /// was found already) and ask [`Found::confirm_by`].
    Ask(Handle),
}

/// A handle and an actor that name each other: the proof that a name may be shown for an actor.
///
/// Only [`Found::confirm`] and [`Found::confirm_by`] make one.
#[derive(Clone, Debug, PartialEq)]
pub struct Confirmed(Found);

impl Confirmed {
    /// The canonical handle, as its own server spells it.
    #[must_use]
    pub fn handle(&self) -> &Handle {
        self.0.handle()
    }

    /// The actor's id.
    #[must_use]
    pub fn actor(&self) -> &Url {
        self.0.actor()
    }

    /// What the server of the handle said.
    #[must_use]
    pub fn found(&self) -> &Found {
        &self.0
    }
}

/// What an actor's document says about its own name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActorNames {
    id: Url,
    preferred_username: Option<String>,
    webfinger: Option<String>,
}

impl ActorNames {
    /// The actor with this `id`, with no name yet.
    #[must_use]
    pub fn new(id: Url) -> Self {
        Self {
            id,
            preferred_username: None,
            webfinger: None,
        }
    }

    /// `preferredUsername`.
    #[must_use]
    pub fn preferred_username(mut self, name: Option<&str>) -> Self {
        self.preferred_username = name.map(str::to_owned);
        self
    }

    /// `webfinger` ([FEP-2c59](https://codeberg.org/fediverse/fep/src/branch/main/fep/2c59/fep-2c59.md)), with or without
    /// `acct:`, and the URL that the document was fetched from.
    ///
    /// Ignored unless that is the actor's id: in somebody else's document anybody can write a name beside an id.
    #[must_use]
    pub fn webfinger(mut self, address: Option<&str>, fetched_from: &Url) -> Self {
        let is_own = without_fragment(fetched_from) == without_fragment(&self.id);
        self.webfinger = address.filter(|_| is_own).map(str::to_owned);
        self
    }

    /// The actor's `id`.
    #[must_use]
    pub fn id(&self) -> &Url {
        &self.id
    }

    /// The handle that the actor claims: a claim, no more, before it was looked up.
    ///
    /// The `webfinger` property if it is a handle, else `preferredUsername` at the host of the id ([ActivityPub and
    /// WebFinger](https://swicg.github.io/activitypub-webfinger/#reverse-discovery)). A local host counts only if the id
    /// itself is on one.
    #[must_use]
    pub fn handle(&self) -> Option<Handle> {
        let authority = authority(self.id.host_str()?, self.id.port());
        let locality = match parse_authority(&authority, Locality::Public) {
            Ok(_) => Locality::Public,
            Err(_) => Locality::Any,
        };
        let explicit = self.webfinger.as_deref();
        if let Some(handle) = explicit.and_then(|address| Handle::parse(address, locality).ok()) {
            return Some(handle);
        }
        let user = self.preferred_username.as_deref()?;
        // A name is only the user: what Handle::parse would strip is no part of it.
        if user.contains(['@', ':']) || user.trim() != user {
            return None;
        }
        Handle::parse(&format!("{user}@{authority}"), locality).ok()
    }
}

pub(crate) fn without_fragment(url: &Url) -> &str {
    let text = url.as_str();
    text.split_once('#').map_or(text, |(before, _)| before)
}
