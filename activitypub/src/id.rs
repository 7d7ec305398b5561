//! Ids, as exact text.

use std::fmt;

use arcstr::ArcStr;
use url::Url;

/// The id of an actor, object, activity or collection: the exact text that came in.
///
/// Two ids are equal when their texts are (ActivityPub section 3.1 compares ids and never resolves them), so nothing is ever normalised:
/// `https://example.com` and `https://example.com/` are two ids. Cloning copies a pointer. Whether it is a URL at all is asked
/// with [`to_url`](Self::to_url).
// One pointer wide: things have dozens of places where an id may stand, and most of them stay empty.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Id(ArcStr);

impl Id {
    /// Takes the text as it is.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self(ArcStr::from(text.as_ref()))
    }

    /// The text as it came in.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id as a URL, for example to fetch it. The URL may be spelled otherwise than the id: never use it to compare.
    ///
    /// # Errors
    /// The text is not an absolute URL.
    pub fn to_url(&self) -> Result<Url, url::ParseError> {
        Url::parse(&self.0)
    }

    /// Whether it is an address that leaves out the host, `/media/1.png`.
    pub(crate) fn is_path(&self) -> bool {
        self.0.starts_with('/') && !self.0.starts_with("//")
    }
}

/// Whether a browser may open it; `javascript:` and `file:` it may not.
pub(crate) fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "https" | "http")
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl AsRef<str> for Id {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for Id {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for Id {
    fn eq(&self, other: &str) -> bool {
        *self.0 == *other
    }
}

impl PartialEq<&str> for Id {
    fn eq(&self, other: &&str) -> bool {
        *self.0 == **other
    }
}

impl From<&str> for Id {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Id {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<&Self> for Id {
    fn from(id: &Self) -> Self {
        id.clone()
    }
}

impl From<Url> for Id {
    fn from(url: Url) -> Self {
        Self(String::from(url).into())
    }
}

impl From<&Url> for Id {
    fn from(url: &Url) -> Self {
        Self::new(url.as_str())
    }
}

impl serde::Serialize for Id {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Id {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}
