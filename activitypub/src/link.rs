//! Links: what points elsewhere and says how.

use url::Url;

use crate::any::Any;
use crate::family::family;
use crate::id::{Id, is_web};
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
    pub fn new(kind: impl Into<LinkKind>, href: impl Into<Id>) -> Self {
        Self {
            types: OneOrMany::one(kind.into()),
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
        LinkKind::of(&self.types).unwrap_or(LinkKind::Link)
    }
}

impl OneOrMany<Ref<Link>> {
    /// The first address, as it came: a text alone, or the `href` of a link; the one that is said to be HTML before others.
    #[must_use]
    pub fn href(&self) -> Option<&str> {
        let html = self
            .embedded()
            .find(|link| link.media_type.as_deref() == Some("text/html"));
        let first = || {
            self.iter().find_map(|link| match link {
                Ref::Id(text) => Some(text),
                Ref::Embedded(link) => link.href.as_ref(),
            })
        };
        html.and_then(|link| link.href.as_ref())
            .or_else(first)
            .map(Id::as_str)
    }

    /// The address if a browser may open it: an `https` or `http` URL. `javascript:`, `file:` and what is no URL give `None`. It
    /// says nothing about who wrote what is there.
    #[must_use]
    pub fn web_url(&self) -> Option<Url> {
        Url::parse(self.href()?).ok().filter(is_web)
    }

    /// The web address if it is on the host of this id.
    pub(crate) fn page_of(&self, id: &Id) -> Option<Url> {
        let own = id.to_url().ok()?;
        self.web_url().filter(|url| url.host() == own.host())
    }
}

#[cfg(test)]
mod tests {
    use crate::object::Object;

    #[test]
    fn only_web_addresses_are_to_be_opened() {
        let url = |url: &str| {
            Object::from_slice(format!("{{\"url\":{url}}}").as_bytes())
                .unwrap()
                .url
        };
        assert_eq!(
            url("\"https://a.example\"").web_url().unwrap().as_str(),
            "https://a.example/"
        );
        for bad in [
            "\"javascript:alert(1)\"",
            "\"file:///etc/passwd\"",
            "\"/x\"",
            "7",
            "null",
            "[]",
            "{}",
            r#"{"enableUnixSockets":true,"url":"unix:/run/x"}"#,
        ] {
            assert_eq!(url(bad).web_url(), None, "{bad}");
        }
        let video = url(
            r#"[{"type":"Link","mediaType":"video/mp4","href":"a:1"},{"type":"Link","mediaType":"text/html","href":"https://a.example/w"}]"#,
        );
        assert_eq!(video.href(), Some("https://a.example/w"));
    }
}
