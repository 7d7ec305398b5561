//! Links: what points elsewhere and says how.

use crate::any::Any;
use crate::family::family;
use crate::id::Id;
use crate::kind::LinkKind;
use crate::property::{LanguageMap, OneOrMany, Ref};

family! {
    /// A link, mention or hashtag (ActivityStreams Vocabulary section 3.3).
    Link {
        /// Where it points. Foreign text: check the scheme before you show it.
        href: Option<Id> = "href",
        /// How the two relate (`me`, `canonical`, …).
        rel: OneOrMany<String> = "rel",
        /// The media type of the other end.
        media_type: Option<String> = "mediaType",
        /// The text of the link: `@alice@example.com`, `#tag`.
        name: Option<String> = "name",
        /// The text in several languages.
        name_map: Option<LanguageMap> = "nameMap",
        /// The language of the other end.
        hreflang: Option<String> = "hreflang",
        /// Of a picture or film: pixels.
        height: Option<u64> = "height",
        /// Of a picture or film: pixels.
        width: Option<u64> = "width",
        /// A foretaste of it.
        preview: OneOrMany<Ref<Any>> = "preview",
    }
    extensions {}
}

impl Link {
    /// A link of this kind.
    #[must_use]
    pub fn new(kind: LinkKind, href: impl Into<Id>) -> Self {
        Self {
            types: OneOrMany::one(kind),
            href: Some(href.into()),
            ..Self::default()
        }
    }

    /// A mention of an actor; `name` is the handle, `@alice@example.com`.
    #[must_use]
    pub fn mention(actor: impl Into<Id>, name: impl Into<String>) -> Self {
        Self {
            name: Some(name.into()),
            ..Self::new(LinkKind::Mention, actor)
        }
    }

    /// What it is: the first type that this version knows, else the first; `Link` if it has none.
    #[must_use]
    pub fn kind(&self) -> LinkKind {
        let known = self
            .types
            .iter()
            .find_map(|name| LinkKind::known(name.plain()));
        known
            .or_else(|| self.types.first().map(|name| name.plain().into()))
            .unwrap_or(LinkKind::Link)
    }
}

impl OneOrMany<Ref<Link>> {
    /// The first address: a text alone, or the `href` of a link; the one that is said to be HTML before others.
    #[must_use]
    pub fn href(&self) -> Option<&str> {
        let html = self
            .embedded()
            .find(|link| link.media_type.as_deref() == Some("text/html"));
        html.and_then(|link| link.href.as_ref())
            .or_else(|| {
                self.iter().find_map(|link| match link {
                    Ref::Id(text) => Some(text),
                    Ref::Embedded(link) => link.href.as_ref(),
                })
            })
            .map(Id::as_str)
    }
}
