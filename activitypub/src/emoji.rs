//! Custom emoji: the pictures that stand for `:shortcodes:` in a text (Mastodon, FEP-9098).

use url::Url;

use crate::activity::Activity;
use crate::actor::Actor;
use crate::any::Any;
use crate::id::Id;
use crate::kind::ObjectKind;
use crate::object::Object;
use crate::property::{OneOrMany, Ref};

/// A picture that stands for a `:shortcode:` in the texts of a thing.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct CustomEmoji<'a> {
    /// The shortcode, without colons. Foreign text.
    pub shortcode: &'a str,
    /// Where the picture is: an `https` or `http` URL, of whatever host.
    pub picture: Url,
    /// The media type of the picture, as its sender says.
    pub media_type: Option<&'a str>,
    /// The id, which Akkoma and GoToSocial may leave out.
    pub id: Option<&'a Id>,
}

impl CustomEmoji<'_> {
    /// Whether a text is this emoji: the shortcode with or without colons, and with or without the host that Misskey and Pleroma write
    /// behind it (`:cat@example.com:`).
    #[must_use]
    pub fn is_named(&self, text: &str) -> bool {
        let name = text.trim_matches(':');
        name.split('@').next() == Some(self.shortcode)
    }
}

macro_rules! with_emojis {
    ($( $family:ident ),+) => {
        $(
            impl $family {
                /// The custom emoji in `tag`; those without a picture that a browser may open are left out.
                pub fn emojis(&self) -> impl Iterator<Item = CustomEmoji<'_>> {
                    emojis(&self.tag)
                }
            }
        )+
    };
}

with_emojis!(Object, Actor, Activity);

fn emojis(tag: &OneOrMany<Ref<Any>>) -> impl Iterator<Item = CustomEmoji<'_>> {
    tag.embedded().filter_map(|thing| {
        let emoji = thing.as_object()?;
        let icon = emoji.icon.embedded().find_map(Any::as_object)?;
        let shortcode = emoji.name.as_deref()?.trim_matches(':');
        let is_emoji = emoji.kind() == ObjectKind::Emoji && !shortcode.is_empty();
        is_emoji.then_some(CustomEmoji {
            shortcode,
            picture: icon.url.web_url()?,
            media_type: icon.media_type.as_deref(),
            id: emoji.id.as_ref(),
        })
    })
}
