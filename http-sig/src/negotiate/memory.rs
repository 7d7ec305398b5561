//! What is known of each origin, within bounds.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use http::header::HOST;
use http::{Request, Uri};

use crate::negotiate::Scheme;
use crate::rfc9421;

/// Longest authority that is remembered, in bytes: a name of the DNS has at most 253, and a port 6.
const LONGEST: usize = 260;

/// The scheme, host and port of a server, as they are compared.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Origin(Arc<str>);

impl Origin {
    /// Where a request is sent: what its URI says, and if that has no authority, its `Host`.
    pub(super) fn of<B>(request: &Request<B>) -> Option<Self> {
        if request.uri().authority().is_some() {
            return Self::of_uri(request.uri());
        }
        let host = request.headers().get(HOST)?.to_str().ok()?;
        Self::new("https", host)
    }

    pub(super) fn of_uri(uri: &Uri) -> Option<Self> {
        let scheme = match uri.scheme_str() {
            Some("https") => "https",
            Some("http") => "http",
            _ => return None,
        };
        Self::new(scheme, uri.authority()?.as_str())
    }

    fn new(scheme: &'static str, authority: &str) -> Option<Self> {
        let origin = rfc9421::Origin::new(scheme, authority);
        let authority = origin.authority();
        (!authority.is_empty() && authority.len() <= LONGEST)
            .then(|| Self(format!("{scheme}://{authority}").into()))
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why a standard comes first; what weighs more is greater.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    Hint,
    Experience,
}

struct Entry {
    scheme: Scheme,
    why: Why,
    until: SystemTime,
}

pub(super) struct Memory {
    capacity: usize,
    entries: HashMap<Origin, Entry>,
    /// What of it goes first if there is too much.
    order: BTreeSet<(Why, SystemTime, Origin)>,
}

impl Memory {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            entries: HashMap::new(),
            order: BTreeSet::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The standard that this origin wants, if that is known.
    pub(super) fn scheme(&mut self, origin: &Origin, now: SystemTime) -> Option<Scheme> {
        let entry = self.entries.get(origin)?;
        if entry.until > now {
            return Some(entry.scheme);
        }
        self.forget(origin);
        None
    }

    /// A hint does not replace experience.
    pub(super) fn learn(
        &mut self,
        origin: Origin,
        scheme: Scheme,
        why: Why,
        until: SystemTime,
        now: SystemTime,
    ) {
        if let Some(known) = self.entries.get(&origin) {
            if known.why > why && known.until > now {
                return;
            }
            self.forget(&origin);
        }
        if self.capacity == 0 {
            return;
        }
        if self.entries.len() >= self.capacity
            && let Some((_, _, least)) = self.order.pop_first()
        {
            self.entries.remove(&least);
        }
        self.order.insert((why, until, origin.clone()));
        self.entries.insert(origin, Entry { scheme, why, until });
    }

    pub(super) fn experience(&self, now: SystemTime) -> Vec<(String, Scheme, SystemTime)> {
        let entries = self.entries.iter();
        entries
            .filter(|(_, entry)| entry.why == Why::Experience && entry.until > now)
            .map(|(origin, entry)| (origin.0.to_string(), entry.scheme, entry.until))
            .collect()
    }

    fn forget(&mut self, origin: &Origin) {
        if let Some(entry) = self.entries.remove(origin) {
            self.order.remove(&(entry.why, entry.until, origin.clone()));
        }
    }
}
