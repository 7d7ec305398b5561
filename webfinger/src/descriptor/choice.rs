//! Which link of a descriptor is wanted, and where it leads.

use url::Url;

use super::{Descriptor, Link};
use crate::rel;
use crate::template;

impl Descriptor {
    /// The actor: the first link that is `self` and an ActivityPub media type, as [ActivityPub and
    /// WebFinger](https://swicg.github.io/activitypub-webfinger/) says.
    #[must_use]
    pub fn self_link(&self) -> Option<&Link> {
        self.self_links().next()
    }

    /// All actors behind the name: a Lemmy server may have a person and a community of one name
    /// ([`actor_type`](Link::actor_type) tells them apart). A target that is named twice is one.
    pub fn self_links(&self) -> impl Iterator<Item = &Link> {
        let is_actor = |link: &&Link| link.rel == rel::SELF && link.is_activity();
        let actors: Vec<_> = self.links.iter().filter(is_actor).collect();
        let mut seen = std::collections::HashSet::new();
        actors
            .into_iter()
            .filter(move |link| link.href.is_none() || seen.insert(link.href.as_deref()))
    }

    /// The page about the account, for people.
    #[must_use]
    pub fn profile_page(&self) -> Option<Url> {
        self.target(rel::PROFILE_PAGE)
    }

    /// The avatar.
    #[must_use]
    pub fn avatar(&self) -> Option<Url> {
        self.target(rel::AVATAR)
    }

    /// The Atom feed of what the account posts.
    #[must_use]
    pub fn feed(&self) -> Option<Url> {
        self.target(rel::UPDATES)
    }

    /// The page on which the account's owner confirms to follow or open what has this URI; the remote follow of OStatus,
    /// which most servers have. [`intents`](Self::intents) can do more.
    #[must_use]
    pub fn subscribe_url(&self, uri: &str) -> Option<Url> {
        self.links
            .iter()
            .filter(|link| link.rel == rel::SUBSCRIBE)
            .filter_map(|link| link.template.as_deref())
            .filter(|template| template.contains("{uri}"))
            .find_map(|template| {
                template::fill(template, |name| (name == "uri").then_some(uri), |_| false).ok()
            })
    }

    /// The server's own actor, in the answer about the server itself
    /// ([FEP-d556](https://codeberg.org/fediverse/fep/src/branch/main/fep/d556/fep-d556.md)); Mastodon has it as `self`.
    #[must_use]
    pub fn server_actor(&self) -> Option<&Link> {
        let is_service = |link: &&Link| {
            link.rel == rel::SERVER_ACTOR && (link.media_type.is_none() || link.is_activity())
        };
        self.links.iter().find(is_service).or(self.self_link())
    }

    fn target(&self, rel: &str) -> Option<Url> {
        self.links
            .iter()
            .filter(|link| link.rel == rel)
            .find_map(Link::url)
    }
}

impl Link {
    /// Where the link leads, if that is an absolute `https` URL without credentials. Whoever opens it connects to a host that
    /// a stranger chose.
    #[must_use]
    pub fn url(&self) -> Option<Url> {
        template::check(self.href.as_deref()?, |_| false).ok()
    }

    /// What kind of actor the link leads to, as Lemmy says: `Person` or `Group`.
    #[must_use]
    pub fn actor_type(&self) -> Option<&str> {
        self.properties.get(rel::ACTOR_TYPE)?.as_str()
    }
}
