//! Text that strangers wrote: HTML and links.

use std::fmt;

use url::Url;

use crate::wire::wire_text;

/// HTML as the server sent it.
///
/// It comes from other people's servers: Mastodon cleans it, others may not. Do not put it into a page before you
/// have cleaned it.
#[derive(Clone, Default, Eq, Hash, PartialEq)]
pub struct Html(Box<str>);

impl Html {
    /// The HTML itself, not to be trusted.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for Html {
    fn from(html: &str) -> Self {
        Self(html.into())
    }
}

impl From<String> for Html {
    fn from(html: String) -> Self {
        Self(html.into())
    }
}

impl fmt::Debug for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

wire_text!(Html, "HTML text");

/// A link as the server sent it, which may be any text.
#[derive(Clone, Default, Eq, Hash, PartialEq)]
pub struct WebUrl(Box<str>);

impl WebUrl {
    /// The text as the server sent it: perhaps no URL at all, perhaps `javascript:`. Not for a link on a page.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The link, if it is an `https:` or `http:` URL.
    #[must_use]
    pub fn to_url(&self) -> Option<Url> {
        Url::parse(&self.0)
            .ok()
            .filter(|url| matches!(url.scheme(), "https" | "http"))
    }
}

impl From<&str> for WebUrl {
    fn from(url: &str) -> Self {
        Self(url.into())
    }
}

impl From<String> for WebUrl {
    fn from(url: String) -> Self {
        Self(url.into())
    }
}

impl From<Url> for WebUrl {
    fn from(url: Url) -> Self {
        Self(String::from(url).into())
    }
}

impl fmt::Debug for WebUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

wire_text!(WebUrl, "a URL");
