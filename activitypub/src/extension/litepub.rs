//! LitePub: what Pleroma and Akkoma added, and others took up: reactions with emoji, chat messages, lists.
//!
//! See <https://docs.akkoma.dev/stable/development/ap_extensions/> and FEP-c0e0.

use crate::any::Any;
use crate::collection::Collection;
use crate::context::{Term, Vocabulary};
use crate::extension;
use crate::id::Id;
use crate::object::Object;
use crate::property::{OneOrMany, Ref};

/// The terms of the types.
pub(crate) static VOCABULARY: Vocabulary = Vocabulary::new(
    &[],
    &[("litepub", "http://litepub.social/ns#")],
    &[Term::new("EmojiReact", ""), Term::new("ChatMessage", "")],
);

extension! {
    /// What LitePub says of an actor.
    pub struct Actor for Actor
    prefixes { litepub: "http://litepub.social/ns#" }
    {
        /// What they can do: see [`Capabilities`].
        capabilities: OneOrMany<Ref<Object>> = "capabilities",
        /// Whether they are internal to their server and shown nowhere.
        invisible: Option<bool> = "invisible",
    }
}

extension! {
    /// What an actor can do.
    pub struct Capabilities for Object
    prefixes { litepub: "http://litepub.social/ns#", sm: "http://smithereen.software/ns#" }
    {
        /// Whether a `ChatMessage` reaches them.
        accepts_chat_messages: Option<bool> = "acceptsChatMessages",
        /// Whether one may join them (Smithereen).
        accepts_joins: Option<bool> = "acceptsJoins",
        /// Whether they take requests of friendship (Smithereen).
        supports_friend_requests: Option<bool> = "supportsFriendRequests" as "sm:supportsFriendRequests",
    }
}

extension! {
    /// Addresses of a server beside those of ActivityPub.
    pub struct Endpoints for Endpoints
    prefixes { litepub: "http://litepub.social/ns#" }
    {
        /// Where a client registers itself, as with Mastodon's `/api/v1/apps`.
        oauth_registration_endpoint: Option<Id> = "oauthRegistrationEndpoint",
    }
}

extension! {
    /// What LitePub says of a post and what is done with it.
    pub struct Message for Object, Activity
    prefixes { litepub: "http://litepub.social/ns#" }
    {
        /// Whether it is meant for those alone whom it names.
        direct_message: Option<bool> = "directMessage",
        /// The list of the author to which it was sent.
        list_message: Option<Id> = "listMessage",
    }
}

extension! {
    /// What LitePub says of a post alone.
    pub struct Post for Object
    prefixes { litepub: "http://litepub.social/ns#" }
    {
        /// Who made it, again (Pleroma, Mobilizon, BookWyrm; FEP-2277). `attributed_to` counts.
        actor: OneOrMany<Ref<Any>> = "actor" as "as:actor",
        /// What it was before it was changed, newest first.
        former_representations: OneOrMany<Ref<Collection>> = "formerRepresentations",
    }
}

extension! {
    /// What Pleroma lets slip out: its own data, read for what they are worth and never written.
    pub struct Internal for Object, Activity
    prefixes { litepub: "http://litepub.social/ns#" }
    {
        /// The handle's name of who did it.
        nickname: Option<String> = "nickname",
        /// A number of the thread.
        context_id: Option<u64> = "context_id",
        /// How many answers it has.
        replies_count: Option<u64> = "repliesCount",
        /// How often it was boosted.
        announcement_count: Option<u64> = "announcement_count",
        /// Who boosted it.
        announcements: OneOrMany<Id> = "announcements",
        /// How a request to follow stands.
        state: Option<String> = "state",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chat_and_lists() {
        let text = br#"{"type":"Person","capabilities":{"acceptsChatMessages":true},"invisible":false,"endpoints":{"oauthRegistrationEndpoint":"https://a.example/api/v1/apps"}}"#;
        let actor = crate::actor::Actor::from_slice(text).unwrap();
        let said: Actor = actor.extension();
        let capabilities: Capabilities = said.capabilities.embedded().next().unwrap().extension();
        assert_eq!(
            (said.invisible, capabilities.accepts_chat_messages),
            (Some(false), Some(true))
        );
        let endpoints: Endpoints = actor.endpoints.embedded().next().unwrap().extension();
        assert_eq!(
            endpoints.oauth_registration_endpoint.unwrap(),
            "https://a.example/api/v1/apps"
        );
    }
}
