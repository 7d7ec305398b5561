//! Groups as Lemmy, PieFed and Mbin have them (FEP-1b12).
//!
//! See <https://join-lemmy.org/docs/contributors/05-federation.html>. Of a group `attributedTo` is, with Lemmy, the collection of
//! its moderators. `audience` of a post is its group.

use crate::collection::Collection;
use crate::context::{Term, Vocabulary};
use crate::extension;
use crate::object::Object;
use crate::property::{OneOrMany, Ref, Timestamp};

/// The terms of the types.
pub(crate) static VOCABULARY: Vocabulary = Vocabulary::new(
    &[],
    &[("lemmy", "https://join-lemmy.org/ns#")],
    &[
        Term::new("Lock", ""),
        Term::new("CommunityTag", ""),
        Term::new("CommunityPostTag", ""),
        Term::new("Warn", ""),
        Term::new("Resolve", ""),
    ],
);

extension! {
    /// What is said of a group.
    pub struct Community for Actor
    prefixes { lemmy: "https://join-lemmy.org/ns#", sc: "http://schema.org/" }
    {
        /// Its moderators; Lemmy itself uses `attributedTo` now.
        moderators: OneOrMany<Ref<Collection>> = "moderators",
        /// Whether only moderators may post.
        posting_restricted_to_mods: Option<bool> = "postingRestrictedToMods",
        /// Whether it is about what not everyone wants to see.
        sensitive: Option<bool> = "sensitive" as "as:sensitive",
        /// The languages in which one may post: each with a `name` and an [`Identifier`](super::schema::Identifier).
        language: OneOrMany<Ref<Object>> = "language" as "sc:inLanguage",
        /// The tags that a post may get; see [`CommunityTag`].
        tags_for_posts: OneOrMany<Ref<Object>> = "lemmy:tagsForPosts",
        /// Whether it looks for moderators (PieFed).
        new_mods_wanted: Option<bool> = "newModsWanted",
        /// A word of warning to whoever posts (PieFed).
        posting_warning: Option<String> = "postingWarning",
        /// Whether its moderators are not named (PieFed).
        private_mods: Option<bool> = "privateMods",
    }
}

extension! {
    /// A tag that a group has for its posts (Lemmy, PieFed).
    pub struct CommunityTag for Object
    prefixes { lemmy: "https://join-lemmy.org/ns#" }
    {
        /// The name in its id (Lemmy).
        preferred_username: Option<String> = "preferredUsername" as "as:preferredUsername",
        /// The text to show (PieFed).
        display_name: Option<String> = "display_name",
        /// The colour of the text, `#rrggbb` (PieFed).
        text_color: Option<String> = "text_color",
        /// The colour behind it, `#rrggbb` (PieFed).
        background_color: Option<String> = "background_color",
        /// Whether the pictures of such posts are blurred (PieFed).
        blur_images: Option<bool> = "blur_images",
    }
}

extension! {
    /// What is said of a person.
    pub struct Person for Actor
    prefixes { lemmy: "https://join-lemmy.org/ns#" }
    {
        /// Where to reach them on Matrix: `@alice:example.com`.
        matrix_user_id: Option<String> = "matrixUserId",
    }
}

extension! {
    /// What is said of a post in a group.
    pub struct Post for Object
    prefixes { lemmy: "https://join-lemmy.org/ns#", pt: "https://joinpeertube.org/ns#", sc: "http://schema.org/" }
    {
        /// Whether it is pinned.
        stickied: Option<bool> = "stickied",
        /// Whether a moderator speaks as such.
        distinguished: Option<bool> = "distinguished",
        /// Whether it may be answered.
        comments_enabled: Option<bool> = "commentsEnabled" as "pt:commentsEnabled",
        /// Its language: a `name` and an [`Identifier`](super::schema::Identifier).
        language: OneOrMany<Ref<Object>> = "language" as "sc:inLanguage",
    }
}

extension! {
    /// What is said of an act of moderation: Block, Delete and their Undo.
    pub struct Moderation for Activity
    prefixes { lemmy: "https://join-lemmy.org/ns#" }
    {
        /// Whether all that the person wrote is to go too.
        remove_data: Option<bool> = "removeData",
        /// When a Block ends; newer versions use `endTime`.
        expires: Option<Timestamp> = "expires" as "as:endTime",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::any::Any;

    #[test]
    fn a_post_in_a_group() {
        let text = br#"{"type":"Page","audience":"https://l.example/c/x","stickied":true,"commentsEnabled":false,"language":{"identifier":"fr","name":"x"},"tag":[{"type":"CommunityPostTag","preferredUsername":"news"}]}"#;
        let mut post = Object::from_slice(text).unwrap();
        let said: Post = post.extension();
        assert_eq!(
            (said.stickied, said.comments_enabled),
            (Some(true), Some(false))
        );
        let language: super::super::schema::Identifier =
            said.language.embedded().next().unwrap().extension();
        assert_eq!(language.identifier.as_deref(), Some("fr"));
        assert!(
            matches!(post.tag.embedded().next(), Some(Any::Object(tag)) if tag.extension::<CommunityTag>().preferred_username.as_deref() == Some("news"))
        );
        let before = post.to_value().unwrap();
        post.set_extension(&said);
        assert_eq!(post.to_value().unwrap(), before);
    }
}
