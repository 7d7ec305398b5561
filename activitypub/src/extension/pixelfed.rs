//! Pixelfed's vocabulary: what may be done to a picture, and stories.
//!
//! See <https://docs.pixelfed.org/spec/activitypub.html>.

use crate::extension;
use crate::id::Id;
use crate::object::Object;
use crate::property::{OneOrMany, Ref, Timestamp};

extension! {
    /// What is said of a post.
    pub struct Note for Object
    prefixes { pixelfed: "http://pixelfed.org/ns#", pt: "https://joinpeertube.org/ns#" }
    {
        /// Whether it may be answered.
        comments_enabled: Option<bool> = "commentsEnabled" as "pt:commentsEnabled",
        /// Who may do what: see [`Capabilities`].
        capabilities: OneOrMany<Ref<Object>> = "capabilities",
    }
}

extension! {
    /// Who may do something to a post: Public, a collection, or nobody.
    pub struct Capabilities for Object
    prefixes { pixelfed: "http://pixelfed.org/ns#" }
    {
        /// Who may boost it.
        announce: Option<Id> = "announce" as "pixelfed:canAnnounce",
        /// Who may like it.
        like: Option<Id> = "like" as "pixelfed:canLike",
        /// Who may answer it.
        reply: Option<Id> = "reply" as "pixelfed:canReply",
    }
}

extension! {
    /// What is said of a story, which is to be forgotten after a day.
    pub struct Story for Object
    prefixes { pixelfed: "http://pixelfed.org/ns#" }
    types { "Story" }
    {
        /// When it is to be deleted.
        expires_at: Option<Timestamp> = "expiresAt",
        /// Whether it may be answered.
        can_reply: Option<bool> = "can_reply",
        /// Whether one may react to it.
        can_react: Option<bool> = "can_react",
    }
}

extension! {
    /// What is said of a place.
    pub struct Place for Object
    prefixes { pixelfed: "http://pixelfed.org/ns#" }
    {
        /// Its country.
        country: Option<String> = "country",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture() {
        let note = Object::from_slice(
            br#"{"type":"Note","commentsEnabled":true,"capabilities":{"announce":"https://www.w3.org/ns/activitystreams#Public","reply":null}}"#,
        )
        .unwrap();
        let said: Note = note.extension();
        let may: Capabilities = said.capabilities.embedded().next().unwrap().extension();
        assert_eq!(
            (said.comments_enabled, may.reply, may.like),
            (Some(true), None, None)
        );
        assert!(crate::addressing::is_public(&may.announce.unwrap()));
    }

    #[test]
    fn a_story() {
        let story: Story = Object::from_slice(
            br#"{"type":"Story","expiresAt":"2026-01-31T12:00:00+00:00","can_reply":false}"#,
        )
        .unwrap()
        .extension();
        assert_eq!(story.can_reply, Some(false));
        assert!(story.expires_at.is_some());
    }
}
