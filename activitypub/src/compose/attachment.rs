//! Media that belong to a post.

use crate::id::Id;
use crate::kind::ObjectKind;
use crate::object::Object;
use crate::property::{Decimal, OneOrMany};

/// A picture, film, sound or file that belongs to a post.
///
/// ```
/// use activitypub::compose::Attachment;
///
/// let cat = Attachment::new("image/png", "https://example.com/cat.png")
///     .description("A cat in a box")
///     .size(800, 600)
///     .focal_point(0.0, 0.4);
/// # let note = activitypub::compose::Draft::new("look").attach(cat)
/// #     .into_post("https://example.com/1", &activitypub::Actor::default());
/// # assert_eq!(note.to_value()?["attachment"][0]["focalPoint"], serde_json::json!([0.0, 0.4]));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Attachment(Object);

impl Attachment {
    /// What stands at `url`. The media type (`image/png`, `video/mp4`) tells whether it is an `Image`, `Video`, `Audio` or another
    /// `Document`.
    #[must_use]
    pub fn new(media_type: impl Into<String>, url: impl Into<Id>) -> Self {
        let media_type = media_type.into();
        let mut object = Object::new(match media_type.split('/').next() {
            Some("image") => ObjectKind::Image,
            Some("video") => ObjectKind::Video,
            Some("audio") => ObjectKind::Audio,
            _ => ObjectKind::Document,
        });
        object.media_type = Some(media_type);
        object.url = OneOrMany::one(url.into());
        Self(object)
    }

    /// What is to be seen or heard, as plain text, for those who cannot.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.0.name = Some(text.into());
        self
    }

    /// Its width and height, in pixels.
    #[must_use]
    pub fn size(mut self, width: u64, height: u64) -> Self {
        self.0.width = Some(width);
        self.0.height = Some(height);
        self
    }

    /// A blurred preview as text (<https://blurha.sh>).
    #[must_use]
    pub fn blurhash(mut self, blurhash: impl Into<String>) -> Self {
        self.0.blurhash = Some(blurhash.into());
        self
    }

    /// The point that remains to be seen when it is cropped: x from -1 (left) to 1, y from -1 (bottom) to 1, as in Mastodon. What lies
    /// outside is drawn to the edge; what is no number is the middle.
    #[must_use]
    pub fn focal_point(mut self, x: f64, y: f64) -> Self {
        let inside = |number: f64| {
            let number = if number.is_nan() { 0.0 } else { number };
            Decimal::from_f64(number.clamp(-1.0, 1.0))
        };
        self.0.focal_point = OneOrMany::many([x, y].into_iter().filter_map(inside));
        self
    }

    /// How long it plays, as an `xsd:duration` (`PT2M30S`).
    #[must_use]
    pub fn duration(mut self, duration: impl Into<String>) -> Self {
        self.0.duration = Some(duration.into());
        self
    }
}

impl From<Attachment> for Object {
    fn from(attachment: Attachment) -> Self {
        attachment.0
    }
}
