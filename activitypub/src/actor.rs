//! Actors: whoever has an inbox.

use crate::any::Any;
use crate::collection::Collection;
use crate::context::Context;
use crate::extension::security::PublicKey;
use crate::family::{family, object_family};
use crate::id::Id;
use crate::kind::ActorKind;
use crate::property::{OneOrMany, Ref};

object_family! {
    /// A person, bot, group, organisation or program (ActivityPub section 4).
    ///
    /// ```
    /// use activitypub::Actor;
    ///
    /// let alice = Actor::from_slice(br#"{
    ///     "id": "https://example.com/alice", "type": "Person", "preferredUsername": "alice",
    ///     "inbox": "https://example.com/alice/inbox", "endpoints": {"sharedInbox": "https://example.com/inbox"}
    /// }"#)?;
    /// assert_eq!(alice.inbox.id().unwrap(), "https://example.com/alice/inbox");
    /// assert_eq!(alice.shared_inbox().unwrap(), "https://example.com/inbox");
    /// # Ok::<(), activitypub::ReadError>(())
    /// ```
    Actor {
        /// The name in the handle: `alice` of `@alice@example.com`.
        preferred_username: Option<String> = "preferredUsername",
        /// That name in several languages.
        preferred_username_map: Option<crate::property::LanguageMap> = "preferredUsernameMap",
        /// Where to deliver to.
        inbox: OneOrMany<Ref<Collection>> = "inbox",
        /// What they did.
        outbox: OneOrMany<Ref<Collection>> = "outbox",
        /// Who follows them.
        followers: OneOrMany<Ref<Collection>> = "followers",
        /// Whom they follow.
        following: OneOrMany<Ref<Collection>> = "following",
        /// What they liked.
        liked: OneOrMany<Ref<Collection>> = "liked",
        /// Further collections of theirs.
        streams: OneOrMany<Ref<Collection>> = "streams",
        /// Addresses that belong to the whole server.
        endpoints: OneOrMany<Ref<Endpoints>> = "endpoints",
        /// Whether a Follow waits for their consent (Mastodon).
        manually_approves_followers: Option<bool> = "manuallyApprovesFollowers",
        /// Other names under which they may move here: one half of the proof of a Move (FEP-7628).
        also_known_as: OneOrMany<Ref<Any>> = "alsoKnownAs",
        /// Where they moved to: a claim until the other side agrees.
        moved_to: OneOrMany<Ref<Any>> = "movedTo",
    }
    extensions {
        /// The keys with which they sign requests.
        public_key: OneOrMany<Ref<PublicKey>> = "publicKey" of Security,
        /// Whether they want to be found in directories (Mastodon).
        discoverable: Option<bool> = "discoverable" of Mastodon,
        /// Whether their posts may be searched by others (FEP-5feb).
        indexable: Option<bool> = "indexable" of Mastodon,
        /// The posts they pinned (Mastodon).
        featured: OneOrMany<Ref<Collection>> = "featured" of Mastodon,
        /// The hashtags they pinned (Mastodon).
        featured_tags: OneOrMany<Ref<Collection>> = "featuredTags" of Mastodon,
        /// Whether they have died (Mastodon).
        memorial: Option<bool> = "memorial" of Mastodon,
        /// Whether their server has suspended them (Mastodon).
        suspended: Option<bool> = "suspended" of Mastodon,
        /// The web sites that may name them as author (Mastodon).
        attribution_domains: OneOrMany<String> = "attributionDomains" of Mastodon,
        /// Their handle without the `@` in front, `alice@example.com` (FEP-2c59).
        webfinger: Option<String> = "webfinger" of Webfinger,
    }
}

family! {
    /// Addresses that belong to the whole server of an actor (ActivityPub section 4.1).
    Endpoints {
        /// The inbox to deliver to once for all actors of the server.
        shared_inbox: Option<Id> = "sharedInbox",
        /// Where a client of the actor fetches things through its server.
        proxy_url: Option<Id> = "proxyUrl",
        /// Where a client of the actor sends media (ActivityPub section 4.1, in the wild).
        upload_media: Option<Id> = "uploadMedia",
        /// Where a person allows a client to act for them.
        oauth_authorization_endpoint: Option<Id> = "oauthAuthorizationEndpoint",
        /// Where a client gets its token.
        oauth_token_endpoint: Option<Id> = "oauthTokenEndpoint",
        /// Where a browser gets its public key signed.
        provide_client_key: Option<Id> = "provideClientKey",
        /// Where a client's key is signed by the actor's.
        sign_client_key: Option<Id> = "signClientKey",
    }
    extensions {}
}

impl Actor {
    /// An actor of this kind with what every server asks for.
    #[must_use]
    pub fn new(
        kind: impl Into<ActorKind>,
        id: impl Into<Id>,
        preferred_username: impl Into<String>,
        inbox: impl Into<Id>,
    ) -> Self {
        Self {
            ld_context: Some(Context::ours()),
            id: Some(id.into()),
            types: OneOrMany::one(kind.into()),
            preferred_username: Some(preferred_username.into()),
            inbox: OneOrMany::one(inbox.into()),
            tag: OneOrMany::many::<Id>([]),
            attachment: OneOrMany::many::<Id>([]),
            // Pixelfed refuses actors that do not say it.
            manually_approves_followers: Some(false),
            summary: Some(String::new()),
            ..Self::default()
        }
    }

    /// A person; further collections and the key are fields to set.
    #[must_use]
    pub fn person(
        id: impl Into<Id>,
        preferred_username: impl Into<String>,
        inbox: impl Into<Id>,
    ) -> Self {
        Self::new(ActorKind::Person, id, preferred_username, inbox)
    }

    /// Sets where to deliver once for the whole server.
    #[must_use]
    pub fn with_shared_inbox(mut self, shared_inbox: impl Into<Id>) -> Self {
        self.endpoints = OneOrMany::one(Endpoints {
            shared_inbox: Some(shared_inbox.into()),
            ..Endpoints::default()
        });
        self
    }

    /// Sets the key: `id` is mostly the actor's with `#main-key` behind it.
    #[must_use]
    pub fn with_public_key(mut self, id: impl Into<Id>, public_key_pem: impl Into<String>) -> Self {
        let owner = self.id.clone();
        self.public_key = OneOrMany::one(PublicKey {
            id: Some(id.into()),
            owner,
            public_key_pem: Some(public_key_pem.into()),
            ..PublicKey::default()
        });
        self
    }

    /// What it is: the first type that this version knows, else the first; `Person` if it has none.
    #[must_use]
    pub fn kind(&self) -> ActorKind {
        ActorKind::of(&self.types).unwrap_or(ActorKind::Person)
    }

    /// The inbox to deliver to once for all actors of the server.
    #[must_use]
    pub fn shared_inbox(&self) -> Option<&Id> {
        self.endpoints.only()?.embedded()?.shared_inbox.as_ref()
    }

    /// The keys that stand in the document in full.
    pub fn public_keys(&self) -> impl Iterator<Item = &PublicKey> {
        self.public_key.embedded()
    }
}
