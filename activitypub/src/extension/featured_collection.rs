//! Collections of actors that people put together for others (FEP-7aa9, Mastodon 4.6, Pixelfed).
//!
//! The collection is a `FeaturedCollection`; its things are each a `FeaturedItem`. Whoever is featured agrees by a
//! `FeatureAuthorization`, a stamp as of [`quote::Authorization`](super::quote::Authorization). Who may feature an actor
//! without asking stands in `canFeature` of their [`InteractionPolicy`](super::gotosocial::InteractionPolicy).

use crate::any::Any;
use crate::collection::Collection;
use crate::extension;
use crate::id::Id;
use crate::property::{OneOrMany, Ref};

extension! {
    /// A collection that somebody put together.
    pub struct FeaturedCollection for Collection
    prefixes { toot: "http://joinmastodon.org/ns#" }
    types {
        "FeaturedCollection" as "https://w3id.org/fep/7aa9#FeaturedCollection",
        "FeatureRequest" as "https://w3id.org/fep/7aa9#FeatureRequest",
        "FeatureAuthorization" as "https://w3id.org/fep/7aa9#FeatureAuthorization",
    }
    {
        /// What it is about: a hashtag.
        topic: OneOrMany<Ref<Any>> = "topic" as "https://w3id.org/fep/7aa9#topic",
        /// Whether its content may be hidden until the reader wants to see it.
        sensitive: Option<bool> = "sensitive" as "as:sensitive",
        /// Whether it wants to be found.
        discoverable: Option<bool> = "discoverable",
    }
}

extension! {
    /// One thing in such a collection.
    pub struct FeaturedItem for Object
    prefixes { toot: "http://joinmastodon.org/ns#" }
    types { "FeaturedItem" as "https://w3id.org/fep/7aa9#FeaturedItem" }
    {
        /// Who is featured.
        featured_object: OneOrMany<Ref<Any>> = "featuredObject" as "https://w3id.org/fep/7aa9#featuredObject",
        /// The type of who is featured.
        featured_object_type: Option<String> = "featuredObjectType" as "https://w3id.org/fep/7aa9#featuredObjectType",
        /// The stamp by which they agreed.
        feature_authorization: Option<Id> = "featureAuthorization" as "https://w3id.org/fep/7aa9#featureAuthorization",
    }
}

extension! {
    /// The collections of an actor.
    pub struct FeaturedCollections for Actor
    prefixes { toot: "http://joinmastodon.org/ns#" }
    {
        /// The collection of the collections that they put together.
        featured_collections: OneOrMany<Ref<Collection>> = "featuredCollections" as "https://w3id.org/fep/7aa9#featuredCollections",
    }
}
