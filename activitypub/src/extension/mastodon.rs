//! Mastodon's vocabulary (`toot:`), and the terms that it uses in the namespace of ActivityStreams.
//!
//! Its properties are fields of [`Object`] and [`Actor`](crate::Actor); see <https://docs.joinmastodon.org/spec/activitypub/>.

use crate::any::Any;
use crate::id::Id;
use crate::kind::{LinkKind, ObjectKind};
use crate::link::Link;
use crate::object::Object;
use crate::property::{OneOrMany, Ref};

/// The terms that a document needs in its context; see [`context::written`](crate::context::written).
pub(crate) const TERMS: &[(&str, &str)] = &[
    ("toot", "http://joinmastodon.org/ns#"),
    ("manuallyApprovesFollowers", "as:manuallyApprovesFollowers"),
    ("movedTo", "@as:movedTo"),
    ("alsoKnownAs", "@as:alsoKnownAs"),
    ("sensitive", "as:sensitive"),
    ("Hashtag", "as:Hashtag"),
    ("Emoji", "toot:Emoji"),
    ("featured", "@toot:featured"),
    ("featuredTags", "@toot:featuredTags"),
    ("discoverable", "toot:discoverable"),
    ("indexable", "toot:indexable"),
    ("memorial", "toot:memorial"),
    ("suspended", "toot:suspended"),
    ("attributionDomains", "@toot:attributionDomains"),
    ("blurhash", "toot:blurhash"),
    ("focalPoint", "[toot:focalPoint"),
    ("votersCount", "toot:votersCount"),
];

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
