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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extension::quote::Authorization;

    #[test]
    fn a_collection_of_people() {
        let text = br##"{"type":"FeaturedCollection","orderedItems":[{"type":"FeaturedItem","featuredObject":"https://b.example/b","featuredObjectType":"Person","featureAuthorization":"https://b.example/stamp"}],"topic":{"type":"Hashtag","name":"#people"},"discoverable":true}"##;
        let Any::Collection(mut collection) = Any::from_slice(text).unwrap() else {
            panic!("not a collection")
        };
        let said: FeaturedCollection = collection.extension();
        assert!(
            matches!(said.topic.embedded().next(), Some(Any::Link(tag)) if tag.name.as_deref() == Some("#people"))
        );
        let Some(Any::Object(item)) = collection.ordered_items.embedded().next() else {
            panic!("no item")
        };
        let item: FeaturedItem = item.extension();
        assert_eq!(item.featured_object.id().unwrap(), "https://b.example/b");
        assert_eq!(
            item.feature_authorization.unwrap(),
            "https://b.example/stamp"
        );
        collection.set_extension(&said);
        assert_eq!(collection.to_string().as_bytes(), text);

        let stamp = crate::object::Object::from_slice(br#"{"type":"FeatureAuthorization","interactingObject":"https://a.example/c","interactionTarget":"https://b.example/b"}"#).unwrap();
        assert_eq!(
            stamp
                .extension::<Authorization>()
                .interaction_target
                .unwrap(),
            "https://b.example/b"
        );
    }
}
