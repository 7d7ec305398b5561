//! Media: the pictures, films and sounds of a post or a profile, wherever its server puts them.
//!
//! Mastodon has them in `attachment`; PeerTube's and Funkwhale's are the `url` of the post itself, in several sizes; Lemmy, WordPress and
//! Mobilizon set a picture with `image`. Only `https` and `http` URLs are media here, also those without a host, which are on that of the
//! thing: what says `javascript:`, `file:` or nothing at all is left out. They may be on any host, and everything said of them is a
//! claim.

use url::Url;

use crate::actor::Actor;
use crate::any::Any;
use crate::extension::peertube;
use crate::id::{Id, is_web};
use crate::link::Link;
use crate::object::Object;
use crate::property::{OneOrMany, Ref};

/// A picture, film or sound.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Media {
    /// Where it is.
    pub url: Url,
    /// What it is.
    pub kind: MediaKind,
    /// The property that holds it.
    pub source: MediaSource,
    /// The media type.
    pub media_type: Option<String>,
    /// What it shows, for those who cannot see it: plain text (`summary`, else `name`, as Mastodon reads it).
    pub description: Option<String>,
    /// A blurred preview as text (<https://blurha.sh>).
    pub blurhash: Option<String>,
    /// The point that matters, x and y from -1 to 1, from the middle to the right and up.
    pub focal_point: Option<(f64, f64)>,
    /// Pixels.
    pub width: Option<u64>,
    /// Pixels.
    pub height: Option<u64>,
    /// A still picture of a film or the cover of a sound.
    pub preview: Option<Url>,
}

/// What a medium is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum MediaKind {
    /// A picture.
    Image,
    /// A film, or a list of its parts (HLS).
    Video,
    /// A sound.
    Audio,
    /// Something else, or nobody says what.
    Unknown,
}

/// The property that holds a medium.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum MediaSource {
    /// `attachment`
    Attachment,
    /// `url` of a post that is a medium itself: one of its sizes or forms.
    Url,
    /// `image`
    Image,
    /// `icon`
    Icon,
}

/// PeerTube offers about thirty. Each repeats the name and the preview of the film, which may be long.
const MOST_FORMS: usize = 64;

/// The longest id that completes an address, in bytes: it is read again for each.
const LONGEST_ID: usize = 2048;

impl Object {
    /// Its media: those in `attachment`, then those that it is itself (each size that its `url` offers, up to 64), then those in `image`.
    ///
    /// ```
    /// use activitypub::{Object, media::MediaKind};
    ///
    /// let note = Object::from_slice(br#"{"type": "Note", "attachment": [
    ///     {"type": "Document", "mediaType": "image/png", "url": "https://example.com/cat.png", "name": "A cat", "focalPoint": [0, 0.5]},
    ///     {"type": "Image", "url": "file:///etc/passwd"}]}"#)?;
    /// let media = note.media();
    /// assert_eq!(media.len(), 1);
    /// assert_eq!((media[0].kind, media[0].description.as_deref()), (MediaKind::Image, Some("A cat")));
    /// assert_eq!(media[0].focal_point, Some((0.0, 0.5)));
    /// # Ok::<(), activitypub::ReadError>(())
    /// ```
    #[must_use]
    pub fn media(&self) -> Vec<Media> {
        let held = |source| Holder::of(self.id.as_ref(), source);
        let attached = |value| attached(value, held(MediaSource::Attachment));
        let mut media: Vec<Media> = self.attachment.iter().filter_map(attached).collect();
        let own = MediaKind::of_type(self.kind().as_str());
        if own != MediaKind::Unknown {
            let preview = widest(&self.icon, held(MediaSource::Icon))
                .or_else(|| widest(&self.image, held(MediaSource::Image)))
                .map(|picture| picture.url);
            for link in self.url.embedded().flat_map(forms).take(MOST_FORMS) {
                media.extend(of_link(&link, held(MediaSource::Url)).map(|form| Media {
                    description: self.name.clone(),
                    preview: preview.clone(),
                    ..form
                }));
            }
            let says_so = MediaKind::of_media_type(self.media_type.as_deref()) == own;
            if says_so && self.url.embedded().next().is_none() {
                media.extend(of_object(self, held(MediaSource::Url)));
            }
        }
        media.extend(pictures(&self.image, held(MediaSource::Image)));
        media
    }

    /// The page that it is about, as Lemmy and Mbin send it: the first link in `attachment` that is no medium. Of a picture that Lemmy
    /// links and shows in `image` too, there is none.
    #[must_use]
    pub fn linked_page(&self) -> Option<Url> {
        let held = |source| Holder::of(self.id.as_ref(), source);
        let attached = held(MediaSource::Attachment);
        self.attachment
            .embedded()
            .filter_map(Any::as_link)
            .filter(|link| of_link(link, attached).is_none())
            .find_map(|link| attached.url(link.href.as_ref()?))
            .filter(|page| {
                !pictures(&self.image, held(MediaSource::Image)).any(|picture| picture.url == *page)
            })
    }
}

impl Actor {
    /// The small picture: of those in `icon` the widest, as PeerTube begins with that of 48 pixels; the first if they do not tell.
    #[must_use]
    pub fn avatar(&self) -> Option<Media> {
        widest(&self.icon, Holder::of(self.id.as_ref(), MediaSource::Icon))
    }

    /// The wide picture above the profile, of those in `image` in the same manner.
    #[must_use]
    pub fn header(&self) -> Option<Media> {
        widest(
            &self.image,
            Holder::of(self.id.as_ref(), MediaSource::Image),
        )
    }
}

impl MediaKind {
    fn of_type(name: &str) -> Self {
        match name {
            "Image" => Self::Image,
            "Video" => Self::Video,
            "Audio" => Self::Audio,
            _ => Self::Unknown,
        }
    }

    fn of_media_type(media_type: Option<&str>) -> Self {
        let media_type = media_type.unwrap_or_default();
        match media_type.split('/').next() {
            Some("image") => Self::Image,
            Some("video") => Self::Video,
            Some("audio") => Self::Audio,
            _ if media_type.eq_ignore_ascii_case("application/x-mpegURL") => Self::Video,
            _ if media_type.eq_ignore_ascii_case("application/vnd.apple.mpegurl") => Self::Video,
            _ => Self::Unknown,
        }
    }
}

/// Where a medium stands: in which property, of which thing.
#[derive(Clone, Copy)]
struct Holder<'a> {
    source: MediaSource,
    id: Option<&'a Id>,
}

impl<'a> Holder<'a> {
    fn of(id: Option<&'a Id>, source: MediaSource) -> Self {
        Self { source, id }
    }

    /// A web address; one without a host is on that of the thing (RFC 3986 section 5.2).
    fn url(self, address: &Id) -> Option<Url> {
        let url = if address.is_path() {
            let own = self.id.filter(|id| id.as_str().len() <= LONGEST_ID)?;
            let own = own.to_url().ok()?;
            let joined = own.join(address.as_str()).ok();
            joined.filter(|url| url.host() == own.host())
        } else {
            address.to_url().ok()
        };
        url.filter(is_web)
    }
}

fn attached(value: &Ref<Any>, holder: Holder<'_>) -> Option<Media> {
    match value.embedded()? {
        Any::Link(link) => of_link(link, holder),
        Any::Object(object) => {
            let is_medium = matches!(
                object.kind().as_str(),
                "Document" | "Image" | "Video" | "Audio"
            ) || object.types.is_empty()
                || MediaKind::of_media_type(object.media_type.as_deref()) != MediaKind::Unknown;
            is_medium.then(|| of_object(object, holder)).flatten()
        }
        _ => None,
    }
}

/// A picture may also be a mere URL.
fn pictures(values: &OneOrMany<Ref<Any>>, holder: Holder<'_>) -> impl Iterator<Item = Media> {
    values.iter().filter_map(move |value| {
        let picture = match value {
            Ref::Id(id) => Some(Media::at(id, holder)?),
            Ref::Embedded(thing) => match &**thing {
                Any::Object(object) => of_object(object, holder),
                Any::Link(link) => {
                    let mut picture = Media::at(link.href.as_ref()?, holder)?;
                    picture.describe(link);
                    Some(picture)
                }
                _ => None,
            },
        };
        picture.map(|picture| Media {
            kind: MediaKind::Image,
            ..picture
        })
    })
}

fn of_object(object: &Object, holder: Holder<'_>) -> Option<Media> {
    let mut media = object
        .url
        .iter()
        .find_map(|value| {
            let (id, link) = match value {
                Ref::Id(id) => (id, None),
                Ref::Embedded(link) => (link.href.as_ref()?, Some(&**link)),
            };
            let mut media = Media::at(id, holder)?;
            link.into_iter().for_each(|link| media.describe(link));
            Some(media)
        })
        .or_else(|| {
            // Some write the attribute of a link.
            let href: Option<Id> = object.extra.property("href").ok()?;
            Media::at(&href?, holder)
        })?;
    let focal_point: Vec<f64> = object
        .focal_point
        .iter()
        .map(|number| number.to_f64())
        .filter(|number| (-1.0..=1.0).contains(number))
        .collect();
    media.media_type = media.media_type.or_else(|| object.media_type.clone());
    media.kind = match MediaKind::of_media_type(media.media_type.as_deref()) {
        MediaKind::Unknown => MediaKind::of_type(object.kind().as_str()),
        kind => kind,
    };
    let text = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    media.description = text(&object.summary).or_else(|| text(&object.name));
    media.blurhash.clone_from(&object.blurhash);
    media.focal_point = match *focal_point {
        [x, y] => Some((x, y)),
        _ => None,
    };
    media.width = media.width.or(pixels(object.width));
    media.height = media.height.or(pixels(object.height));
    media.preview = widest(&object.icon, holder).map(|picture| picture.url);
    Some(media)
}

/// A link that says that it leads to a medium.
fn of_link(link: &Link, holder: Holder<'_>) -> Option<Media> {
    let kind = MediaKind::of_media_type(link.media_type.as_deref());
    if kind == MediaKind::Unknown {
        return None;
    }
    let mut media = Media::at(link.href.as_ref()?, holder)?;
    media.describe(link);
    media.description.clone_from(&link.name);
    Some(Media { kind, ..media })
}

/// A link, and the links in its `tag`: there PeerTube has the sizes of a film that is sent in parts.
fn forms(link: &Link) -> Vec<Link> {
    let file: peertube::File = link.extension();
    let within = file.tag.embedded().filter_map(Any::as_link).cloned();
    let own = Link {
        media_type: link.media_type.clone().or(file.mime_type),
        ..link.clone()
    };
    std::iter::once(own).chain(within).collect()
}

fn widest(values: &OneOrMany<Ref<Any>>, holder: Holder<'_>) -> Option<Media> {
    pictures(values, holder).reduce(|widest, next| {
        if next.width > widest.width {
            next
        } else {
            widest
        }
    })
}

impl Media {
    fn at(address: &Id, holder: Holder<'_>) -> Option<Self> {
        Some(Self {
            url: holder.url(address)?,
            source: holder.source,
            kind: MediaKind::Unknown,
            media_type: None,
            description: None,
            blurhash: None,
            focal_point: None,
            width: None,
            height: None,
            preview: None,
        })
    }

    fn describe(&mut self, link: &Link) {
        self.media_type.clone_from(&link.media_type);
        self.width = pixels(link.width);
        self.height = pixels(link.height);
    }
}

/// PeerTube gives the sound of a film that is played alone a height of nothing.
fn pixels(length: Option<u64>) -> Option<u64> {
    length.filter(|pixels| *pixels > 0)
}
