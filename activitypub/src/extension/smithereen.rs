//! Smithereen's vocabulary (`sm:`): walls, friends, names in parts.
//!
//! See <https://github.com/grishka/Smithereen/blob/master/FEDERATION.md> and FEP-400e.

use crate::collection::Collection;
use crate::extension;
use crate::id::Id;
use crate::property::{Decimal, OneOrMany, Ref};

extension! {
    /// What is said of a person or group.
    pub struct Profile for Actor
    prefixes { sm: "http://smithereen.software/ns#", sc: "http://schema.org#" }
    {
        /// The collection to which others add posts (FEP-400e).
        wall: OneOrMany<Ref<Collection>> = "wall",
        /// Their friends.
        friends: OneOrMany<Ref<Collection>> = "friends",
        /// Their groups.
        groups: OneOrMany<Ref<Collection>> = "groups",
        /// Whether they take requests of friendship.
        supports_friend_requests: Option<bool> = "supportsFriendRequests",
        /// First name.
        first_name: Option<String> = "firstName" as "sc:givenName",
        /// Name between first and last.
        middle_name: Option<String> = "middleName" as "sc:additionalName",
        /// Last name.
        last_name: Option<String> = "lastName" as "sc:familyName",
        /// Last name at birth.
        maiden_name: Option<String> = "maidenName",
        /// Their gender, as an IRI of schema.org.
        gender: Option<String> = "gender" as "sc:gender",
    }
}

extension! {
    /// Addresses of the server of an actor.
    pub struct Endpoints for Endpoints
    prefixes { sm: "http://smithereen.software/ns#" }
    {
        /// Where to ask which of some ids a collection holds.
        collection_simple_query: Option<Id> = "collectionSimpleQuery",
    }
}

extension! {
    /// What is said of a poll.
    pub struct Poll for Object
    prefixes { sm: "http://smithereen.software/ns#" }
    {
        /// Whether everyone can see who chose what.
        non_anonymous: Option<bool> = "nonAnonymous",
    }
}

extension! {
    /// What is said of a picture.
    pub struct Photo for Object
    prefixes { sm: "http://smithereen.software/ns#" }
    {
        /// The part to show: left, top, right and bottom from 0 to 1.
        crop_region: OneOrMany<Decimal> = "cropRegion" list "sm:cropRegion",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::Actor;

    #[test]
    fn a_wall() {
        let text = br#"{"type":"Person","wall":"https://s.example/1/wall","firstName":"G","icon":{"type":"Image","cropRegion":[0.1,0,0.5,1]}}"#;
        let actor = Actor::from_slice(text).unwrap();
        let profile: Profile = actor.extension();
        assert_eq!(
            (
                profile.wall.id().unwrap().as_str(),
                profile.first_name.as_deref()
            ),
            ("https://s.example/1/wall", Some("G"))
        );
        assert!(actor.problems().is_empty());
    }
}
