//! What WebFinger and NodeInfo tell about this server.

use crate::{Application, Federation};
use activitypub::Id;
use url::Url;
use webfinger::server::{Directory, Unavailable};
use webfinger::{Descriptor, Link, NodeInfo, Resource};

/// The users of a server, as others look them up.
pub(crate) struct UserDirectory<A>(pub(crate) Federation<A>);

impl<A: Application> Directory for UserDirectory<A> {
    fn base(&self) -> &Url {
        &self.0.inner.origin
    }

    async fn find(&self, resource: &Resource) -> Result<Option<Descriptor>, Unavailable> {
        let federation = &self.0;
        if self.is_instance_actor(resource) {
            let name = self.base().host_str();
            return Ok(name.and_then(|name| self.describe(name, &federation.id(&["actor"]))));
        }
        let asked = match resource {
            Resource::Acct(handle) => Some(handle.user().to_owned()),
            Resource::Url(url) => federation.name_in(&url.into()).map(str::to_owned),
            _ => None,
        };
        let Some(asked) = asked else { return Ok(None) };
        let found = federation.application().actor(&asked).await;
        let local = found.map_err(|error| {
            tracing::error!(error = &*error.into(), "the application failed");
            Unavailable
        })?;
        Ok(local.and_then(|local| {
            // The application knows how the name is spelt.
            let name = local.actor.preferred_username.as_deref().unwrap_or(&asked);
            let descriptor = self.describe(name, &federation.actor_id(name))?;
            Some(match local.actor.url.ids().next() {
                Some(page) => descriptor.link(Link::to_profile_page(page.as_str())),
                None => descriptor,
            })
        }))
    }

    fn application_actor(&self) -> Option<Url> {
        self.0.id(&["actor"]).to_url().ok()
    }

    async fn nodeinfo(&self) -> Result<NodeInfo, Unavailable> {
        let (name, version) = &self.0.inner.software;
        let mut document = NodeInfo::new(name, version);
        match self.0.application().usage().await {
            Ok(usage) => {
                document.usage.users = Some(usage.users);
                document.usage.local_posts = Some(usage.local_posts);
                document.open_registrations = usage.open_registrations;
            }
            Err(error) => tracing::error!(error = &*error.into(), "the application failed"),
        }
        Ok(document)
    }
}

impl<A: Application> UserDirectory<A> {
    /// Mastodon believes no key whose actor cannot be found by its handle, and the one of the instance actor is the host's name twice.
    fn is_instance_actor(&self, resource: &Resource) -> bool {
        match resource {
            Resource::Acct(handle) => self.base().host_str() == Some(handle.user()),
            Resource::Url(url) => self.0.id(&["actor"]) == *url.as_str(),
            _ => false,
        }
    }

    fn describe(&self, name: &str, id: &Id) -> Option<Descriptor> {
        let host = self.base().host_str()?;
        let subject = match self.base().port() {
            Some(port) => format!("acct:{name}@{host}:{port}"),
            None => format!("acct:{name}@{host}"),
        };
        let descriptor = Descriptor::new(subject).alias(id.as_str());
        Some(descriptor.link(Link::to_actor(id.as_str())))
    }
}
