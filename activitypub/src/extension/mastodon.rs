//! Mastodon's vocabulary (`toot:`), and the terms that it uses in the namespace of ActivityStreams.
//!
//! Its properties are fields of [`Object`] and [`Actor`](crate::Actor); see <https://docs.joinmastodon.org/spec/activitypub/>.

use crate::any::Any;
use crate::collection::Collection;
use crate::context::{Term, Vocabulary};
use crate::extension;
use crate::id::Id;
use crate::kind::{LinkKind, ObjectKind};
use crate::link::Link;
use crate::object::Object;
use crate::property::{OneOrMany, Ref};

/// The terms of the types and fields.
pub(crate) static VOCABULARY: Vocabulary = Vocabulary::new(
    &[],
    &[("toot", "http://joinmastodon.org/ns#")],
    &[
        Term::new("manuallyApprovesFollowers", "as:manuallyApprovesFollowers"),
        Term::ids("movedTo", "as:movedTo"),
        Term::ids("alsoKnownAs", "as:alsoKnownAs"),
        Term::new("sensitive", "as:sensitive"),
        Term::new("Hashtag", "as:Hashtag"),
        Term::new("Emoji", ""),
        Term::ids("featured", ""),
        Term::ids("featuredTags", ""),
        Term::new("discoverable", ""),
        Term::new("indexable", ""),
        Term::new("memorial", ""),
        Term::new("suspended", ""),
        Term::new("attributionDomains", ""),
        Term::new("blurhash", ""),
        Term::list("focalPoint", ""),
        Term::new("votersCount", ""),
        // FEP-2c59, which Mastodon reads since 4.6.
        Term::new(
            "webfinger",
            "https://purl.archive.org/socialweb/webfinger#webfinger",
        ),
    ],
);

extension! {
    /// What is left of messages encrypted from end to end, which Mastodon never had in use.
    pub struct Devices for Actor
    prefixes { toot: "http://joinmastodon.org/ns#" }
    {
        /// Their devices; older versions write the address of an empty collection.
        devices: OneOrMany<Ref<Collection>> = "devices",
    }
}

extension! {
    /// Which parts of their profile an actor shows (Mastodon 4.6).
    pub struct Profile for Actor
    prefixes { toot: "http://joinmastodon.org/ns#" }
    {
        /// Whether there is a part with what they feature.
        show_featured: Option<bool> = "showFeatured",
        /// Whether there is a part with their media.
        show_media: Option<bool> = "showMedia",
        /// Whether that part also has the media of their answers.
        show_replies_in_media: Option<bool> = "showRepliesInMedia",
    }
}

/// A `Hashtag` for `tag`. The name gets its `#` if it has none; `href` is the page of the tag and should be absolute.
#[must_use]
pub fn hashtag(name: &str, href: impl Into<Id>) -> Link {
    let mut link = Link::new(LinkKind::Hashtag, href);
    link.name = Some(format!("#{}", name.trim_start_matches('#')));
    link
}

/// A custom emoji for `tag`: the text `:name:` stands for the picture at `icon`.
#[must_use]
pub fn emoji(id: impl Into<Id>, name: &str, media_type: &str, icon: impl Into<Id>) -> Object {
    let mut image = Object::new(ObjectKind::Image);
    image.media_type = Some(media_type.to_owned());
    image.url = OneOrMany::one(icon.into());
    let mut emoji = Object::new(ObjectKind::Emoji);
    emoji.id = Some(id.into());
    emoji.name = Some(format!(":{}:", name.trim_matches(':')));
    emoji.icon = OneOrMany::one(Ref::from(Any::from(image)));
    emoji
}
