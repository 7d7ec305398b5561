//! What WebFinger and NodeInfo tell about this server.

use crate::{Application, Federation};
use activitypub::Id;
use url::Url;
use webfinger::server::Directory;
use webfinger::{Descriptor, Link, NodeInfo, Resource};

/// The users of a server, as others look them up.
pub(crate) struct UserDirectory<A>(pub(crate) Federation<A>);

impl<A: Application> Directory for UserDirectory<A> {
    fn base(&self) -> &Url {
        &self.0.inner.origin
    }

    async fn find(&self, resource: &Resource) -> Option<Descriptor> {
        let federation = &self.0;
        if self.is_instance_actor(resource) {
            return self.describe(self.base().host_str()?, &federation.id(&["actor"]));
        }
        let asked = match resource {
            Resource::Acct(handle) => handle.user().to_owned(),
            Resource::Url(url) => federation.name_in(&url.into())?.to_owned(),
            _ => return None,
        };
        let local = match federation.application().actor(&asked).await {
            Ok(local) => local?,
            Err(error) => {
                tracing::error!(error = &*error.into(), "the application failed");
                return None;
            }
        };
        // The application knows how the name is spelt.
        let name = local.actor.preferred_username.as_deref().unwrap_or(&asked);
        let id = federation.actor_id(name);
        let mut descriptor = self.describe(name, &id)?;
        if let Some(page) = local.actor.url.ids().next() {
            let page = Link::new(webfinger::rel::PROFILE_PAGE)
                .media_type("text/html")
                .href(page.as_str());
            descriptor = descriptor.link(page);
        }
        Some(descriptor)
    }

    fn application_actor(&self) -> Option<Url> {
        self.0.id(&["actor"]).to_url().ok()
    }

    async fn nodeinfo(&self) -> NodeInfo {
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
        document
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
