//! Misskey's vocabulary and that of its descendants Sharkey and Firefish.
//!
//! See <https://misskey-hub.net/ns>. Quotes are in [`quote`](super::quote).

use crate::extension;
use crate::extension::security::PublicKey;
use crate::id::Id;
use crate::object::Object;
use crate::property::{Decimal, OneOrMany, Ref};

extension! {
    /// What Misskey says of a post.
    pub struct Note for Object
    prefixes { misskey: "https://misskey-hub.net/ns#" }
    {
        /// The text in Misskey's markup, MFM.
        content: Option<String> = "_misskey_content",
        /// The text to show where `content` is empty.
        fallback_content: Option<String> = "_misskey_fallback_content",
        /// Of an answer to a poll: how many chose it.
        votes: Option<u64> = "_misskey_votes",
        /// Whether it is a chat message of old versions.
        talk: Option<bool> = "_misskey_talk",
        /// Of an emoji: an object with `freeText`, its licence in words.
        license: OneOrMany<Ref<Object>> = "_misskey_license",
    }
}

extension! {
    /// The licence of an emoji in words.
    pub struct License for Object
    prefixes { misskey: "https://misskey-hub.net/ns#" }
    {
        /// What its owner says.
        free_text: Option<String> = "freeText",
    }
}

extension! {
    /// What Misskey says of an actor.
    pub struct Actor for Actor
    prefixes {
        misskey: "https://misskey-hub.net/ns#",
        vcard: "http://www.w3.org/2006/vcard/ns#",
        sharkey: "https://joinsharkey.org/ns#",
        firefish: "https://joinfirefish.org/ns#",
    }
    {
        /// The inbox of the server, which also stands in `endpoints`.
        shared_inbox: Option<Id> = "sharedInbox" as "as:sharedInbox",
        /// The profile's text in Misskey's markup, MFM.
        summary: Option<String> = "_misskey_summary",
        /// What is shown to whom they let follow.
        followed_message: Option<String> = "_misskey_followedMessage",
        /// Whether they speak as a cat.
        is_cat: Option<bool> = "isCat",
        /// Whether only those who logged in may see their posts.
        require_signin_to_view_contents: Option<bool> = "_misskey_requireSigninToViewContents",
        /// Before when posts are for followers only: milliseconds since 1970, or before now if negative.
        make_notes_followers_only_before: Option<Decimal> = "_misskey_makeNotesFollowersOnlyBefore",
        /// Before when posts are for nobody, in the same measure.
        make_notes_hidden_before: Option<Decimal> = "_misskey_makeNotesHiddenBefore",
        /// The birthday, as `2001-12-31`.
        birthday: Option<String> = "vcard:bday",
        /// Where they live, in their words.
        address: Option<String> = "vcard:Address",
        /// Keys beside `publicKey`.
        additional_public_keys: OneOrMany<Ref<PublicKey>> = "additionalPublicKeys",
        /// The picture behind their profile (Sharkey, Iceshrimp).
        background_url: OneOrMany<Ref<Object>> = "backgroundUrl" as "sharkey:backgroundUrl",
        /// Their name at ListenBrainz (Sharkey).
        listenbrainz: Option<String> = "listenbrainz" as "sharkey:listenbrainz",
        /// Whether they do speak as a cat (Firefish).
        speak_as_cat: Option<bool> = "speakAsCat" as "firefish:speakAsCat",
        /// Whether search engines should leave them out (Firefish).
        noindex: Option<bool> = "noindex" as "firefish:noindex",
    }
}

extension! {
    /// What Misskey says of a Like: a reaction is one.
    pub struct Reaction for Activity
    prefixes { misskey: "https://misskey-hub.net/ns#" }
    {
        /// The emoji, or `:name:` of one in `tag`.
        reaction: Option<String> = "_misskey_reaction",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activity::Activity;

    #[test]
    fn a_cat() {
        let text = br#"{"type":"Person","isCat":true,"_misskey_summary":"meow","vcard:bday":"2001-12-31","vcard:Address":true}"#;
        let mut actor = crate::actor::Actor::from_slice(text).unwrap();
        let mut said: Actor = actor.extension();
        assert_eq!(
            (
                said.is_cat,
                said.birthday.as_deref(),
                said.address.as_deref()
            ),
            (Some(true), Some("2001-12-31"), None)
        );
        assert_eq!(actor.problems()[0].path, "/vcard:Address");
        // Unset is removed, unreadable stays.
        said.is_cat = None;
        actor.set_extension(&said);
        assert_eq!(
            actor.to_string(),
            r#"{"type":"Person","_misskey_summary":"meow","vcard:bday":"2001-12-31","vcard:Address":true}"#
        );
    }

    #[test]
    fn a_reaction() {
        let like = Activity::from_slice(br#"{"type":"Like","_misskey_reaction":":cat:"}"#).unwrap();
        assert_eq!(
            like.extension::<Reaction>().reaction.as_deref(),
            Some(":cat:")
        );
        let vote = Object::from_slice(
            br#"{"type":"Note","_misskey_votes":-1,"_misskey_license":{"freeText":null}}"#,
        )
        .unwrap();
        let said: Note = vote.extension();
        assert_eq!(said.votes, None);
        assert!(
            said.license
                .embedded()
                .next()
                .unwrap()
                .extension::<License>()
                .free_text
                .is_none()
        );
        assert_eq!(vote.problems().len(), 1);
    }
}
