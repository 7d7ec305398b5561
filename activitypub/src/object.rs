//! Objects: posts, media, places, tombstones, emoji, fields of a profile.

use chrono::{DateTime, Utc};
use url::Url;

use crate::any::Any;
use crate::context::Context;
use crate::extra::Raw;
use crate::family::object_family;
use crate::id::Id;
use crate::kind::ObjectKind;
use crate::link::Link;
use crate::property::{Decimal, OneOrMany, Ref, Timestamp};

object_family! {
    /// A thing that is neither actor, activity, collection nor link: above all a post.
    ///
    /// It has the properties of every object type of the ActivityStreams Vocabulary (section 3.3), because what a server calls
    /// Note is called Article, Page, Question or Video by others.
    ///
    /// ```
    /// use activitypub::Object;
    ///
    /// let note = Object::from_slice(br##"{
    ///     "type": "Note", "content": "<p>Hi @bob</p>", "published": "2026-01-31T12:00:00Z",
    ///     "to": "as:Public", "tag": [{"type": "Mention", "href": "https://example.com/bob", "name": "@bob"}]
    /// }"##)?;
    /// assert_eq!(note.content.as_deref(), Some("<p>Hi @bob</p>"));
    /// assert_eq!(note.mentions().next().unwrap().href.as_ref().unwrap(), "https://example.com/bob");
    /// # Ok::<(), activitypub::ReadError>(())
    /// ```
    Object {
        /// The answers of a poll of which one may be chosen.
        one_of: OneOrMany<Ref<Any>> = "oneOf",
        /// The answers of a poll of which several may be chosen.
        any_of: OneOrMany<Ref<Any>> = "anyOf",
        /// Of a poll: since when it is closed, or `true`; see [`is_closed`](Self::is_closed).
        closed: Option<Raw> = "closed",
        /// Of a tombstone: what it was.
        former_type: OneOrMany<crate::property::TypeName> = "formerType",
        /// Of a tombstone: since when.
        deleted: Option<Timestamp> = "deleted",
        /// Of a profile: whom it describes.
        describes: OneOrMany<Ref<Any>> = "describes",
        /// Of a relationship: the one side.
        subject: OneOrMany<Ref<Any>> = "subject",
        /// Of a relationship: the other side.
        object: OneOrMany<Ref<Any>> = "object",
        /// Of a relationship: what it is.
        relationship: OneOrMany<Ref<Any>> = "relationship",
        /// Of a place: how well it is known, in percent.
        accuracy: Option<Decimal> = "accuracy",
        /// Of a place: its height, in `units`.
        altitude: Option<Decimal> = "altitude",
        /// Of a place: degrees north.
        latitude: Option<Decimal> = "latitude",
        /// Of a place: degrees east.
        longitude: Option<Decimal> = "longitude",
        /// Of a place: its radius, in `units`.
        radius: Option<Decimal> = "radius",
        /// Of a place: the unit of its measures (`m`, `km`, `miles`, …).
        units: Option<String> = "units",
        /// Whether it is hidden until the reader wants to see it (Mastodon).
        sensitive: Option<bool> = "sensitive",
        /// Of a picture or film: pixels.
        height: Option<u64> = "height",
        /// Of a picture or film: pixels.
        width: Option<u64> = "width",
    }
    extensions {
        /// Of a picture: a blurred preview as text (<https://blurha.sh>, Mastodon).
        blurhash: Option<String> = "blurhash" of Mastodon,
        /// Of a picture: the point that matters, x and y from -1 to 1 (Mastodon).
        focal_point: OneOrMany<Decimal> = "focalPoint" of Mastodon,
        /// Of a poll: how many took part (Mastodon).
        voters_count: Option<u64> = "votersCount" of Mastodon,
        /// Of a `PropertyValue`: the HTML of the field (schema.org).
        value: Option<String> = "value" of Schema,
    }
}

impl Object {
    /// An object of this kind with nothing else: something that stands inside another. A document of its own also needs an `id`, and
    /// [`Context::ours`] as `ld_context`.
    #[must_use]
    pub fn new(kind: impl Into<ObjectKind>) -> Self {
        Self {
            types: OneOrMany::one(kind.into()),
            ..Self::default()
        }
    }

    /// A post with what every server asks for: context, empty lists of tags and attachments, `summary` and `sensitive`.
    /// `content` is HTML and written as it is; [`compose`](crate::compose) makes it from plain text.
    ///
    /// It is addressed to nobody: see [`addressed`](Self::addressed).
    #[must_use]
    pub fn note(
        id: impl Into<Id>,
        attributed_to: impl Into<Id>,
        content: impl Into<String>,
    ) -> Self {
        let mut note = Self {
            ld_context: Some(Context::ours()),
            id: Some(id.into()),
            attributed_to: OneOrMany::one(attributed_to.into()),
            to: OneOrMany::many::<Id>([]),
            cc: OneOrMany::many::<Id>([]),
            content: Some(content.into()),
            tag: OneOrMany::many::<Id>([]),
            attachment: OneOrMany::many::<Id>([]),
            sensitive: Some(false),
            ..Self::new(ObjectKind::Note)
        };
        // Pixelfed refuses a post that does not say that it has no summary.
        note.extra.keep("summary", "null");
        note
    }

    /// What is left of a deleted object.
    #[must_use]
    pub fn tombstone(id: impl Into<Id>) -> Self {
        Self {
            id: Some(id.into()),
            ..Self::new(ObjectKind::Tombstone)
        }
    }

    /// What is left of it when it is deleted: its id, its types and since when. It is the answer to whoever still asks for the id
    /// (ActivityPub section 6.4), with the status 410.
    #[must_use]
    pub fn into_tombstone(self, deleted: DateTime<Utc>) -> Self {
        Self {
            ld_context: Some(Context::ours()),
            id: self.id,
            former_type: self.types,
            deleted: Some(deleted.into()),
            ..Self::new(ObjectKind::Tombstone)
        }
    }

    /// What it is: the first type that this version knows, else the first; `Object` if it has none.
    #[must_use]
    pub fn kind(&self) -> ObjectKind {
        ObjectKind::of(&self.types).unwrap_or(ObjectKind::Object)
    }

    /// Who made it, if `attributedTo` names exactly one.
    #[must_use]
    pub fn attributed_to_id(&self) -> Option<&Id> {
        self.attributed_to.id()
    }

    /// What it answers, if `inReplyTo` names exactly one.
    #[must_use]
    pub fn in_reply_to_id(&self) -> Option<&Id> {
        self.in_reply_to.id()
    }

    /// Of a poll: whether no more votes count at this time. It is closed when `closed` is `true` or anything but a point in time to
    /// come, and when `end_time` is over.
    #[must_use]
    pub fn is_closed(&self, now: DateTime<Utc>) -> bool {
        let closed = self.closed.as_ref().map(|closed| {
            let text = closed.read::<String>().ok();
            match text.as_deref().and_then(Timestamp::parse) {
                Some(time) => time.to_utc() <= now,
                None => !matches!(closed.as_str(), "false" | "null"),
            }
        });
        closed == Some(true)
            || self
                .end_time
                .as_ref()
                .is_some_and(|end| end.to_utc() <= now)
    }

    /// The page at which people look at it: `url`, if a browser may open it and it is on the host of the id. Elsewhere it could show them
    /// anything under the author's name. It is never a name for the thing: that is the id alone.
    #[must_use]
    pub fn page(&self) -> Option<Url> {
        self.url.page_of(self.id.as_ref()?)
    }

    /// The mentions in `tag`.
    pub fn mentions(&self) -> impl Iterator<Item = &Link> {
        crate::addressing::mentions(&self.tag)
    }

    /// The hashtags in `tag`.
    pub fn hashtags(&self) -> impl Iterator<Item = &Link> {
        crate::addressing::hashtags(&self.tag)
    }
}
