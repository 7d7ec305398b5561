//! Is this web page's owner that profile? Links with `rel="me"`, read from both sides (feature `rel-me`).
//!
//! A profile names a page in one of its fields ([`claim`]), and the page names the profile with a link
//! `<a rel="me" href="…">` ([`links`], or an HTTP `Link` field, [`header_links`]). [`verify`] compares them without a
//! socket; `Client::verify_link` fetches the page too. This is the check behind the green links of
//! [Mastodon](https://docs.joinmastodon.org/user/profile/#verification), after
//! [rel-me](https://microformats.org/wiki/rel-me) of the microformats.
//!
//! HTML is read by the rules of browsers, for what a browser takes as text or as a comment is often what the *readers* of
//! a page wrote. Where two browsers could read differently, reading ends. Whoever may put links with `rel="me"` into a
//! page is its owner here: a site that lets its users do that says so about all of them.
//!
//! ```
//! use webfinger::rel_me::{self, Answer, Profile, Verification};
//!
//! let profile = Profile::new("https://social.example/users/alice".parse()?).url("https://social.example/@alice".parse()?);
//! let page = rel_me::claim(r#"<a href="https://alice.example/" rel="me">https://alice.example/</a>"#).unwrap();
//! let answer = Answer {
//!     url: &page,
//!     headers: &http::HeaderMap::new(),
//!     body: br#"<p>I am <a rel="me" href="https://social.example/@alice">@alice@social.example</a>"#,
//! };
//! assert_eq!(rel_me::verify(&profile, &page, answer), Verification::Verified);
//! # Ok::<(), url::ParseError>(())
//! ```

mod header;
mod html;

use std::fmt;

use http::HeaderMap;
use url::{Position, Url};

pub use self::header::header_links;
pub use self::html::{claim, links};

/// Bytes of a page that are read: 1 MiB. Mastodon refuses longer ones.
pub const MAX_BYTES: usize = 1024 * 1024;

/// Links of a page that are kept: 256, the first ones.
pub const MAX_LINKS: usize = 256;

/// Bytes of a link's target; a longer one is no link: 2,048.
pub const MAX_HREF: usize = 2048;

/// A link that says "this is me too".
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RelMe {
    /// Where it leads, `http` or `https`.
    pub url: Url,
    /// Where it stands.
    pub place: Place,
}

/// Where a link stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// An `<a>` that people see.
    Anchor,
    /// A `<link>` that they do not see.
    Link,
    /// The HTTP header field `Link`.
    Header,
}

/// The URLs of a profile: a link to any of them is one to the profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    urls: Vec<Url>,
}

impl Profile {
    /// The profile with this id. Take it from the actor document, never from the page.
    #[must_use]
    pub fn new(id: Url) -> Self {
        Self { urls: vec![id] }
    }

    /// Adds a page of the profile: the actor's `url`, or the profile page of its WebFinger answer.
    ///
    /// One that does not have the origin of the id is left out, because an actor may name any page as its own.
    #[must_use]
    pub fn url(mut self, url: Url) -> Self {
        if self.urls.iter().all(|id| id.origin() == url.origin()) {
            self.urls.push(url);
        }
        self
    }

    /// Whether a URL is one of the profile's.
    ///
    /// Both are parsed, so the case of the host and a default port do not count. Nor do a fragment that the profile's own URL
    /// does not have, one slash at the end, and the case of a path `/@user`, which Mastodon and those who copy it do not
    /// distinguish. `http` is not `https`, and the query counts.
    #[must_use]
    pub fn is(&self, url: &Url) -> bool {
        // One page may have the ids of several people.
        let is_part = |own: &Url| own.fragment().is_none() || own.fragment() == url.fragment();
        self.urls
            .iter()
            .any(|own| is_part(own) && is_same_page(own, url))
    }

    /// Whether the profile stands on this page, which then cannot speak for it.
    pub(crate) fn is_on(&self, page: &Url) -> bool {
        self.urls.iter().any(|own| is_same_page(own, page))
    }
}

/// A page as it was answered.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::exhaustive_structs,
    reason = "made by whoever fetched the page"
)]
pub struct Answer<'a> {
    /// The URL that answered, after all redirects.
    pub url: &'a Url,
    /// The header fields.
    pub headers: &'a HeaderMap,
    /// The HTML.
    pub body: &'a [u8],
}

/// Whether the owner of a page is the one of the profile.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verification {
    /// The page links to the profile with `rel="me"`.
    Verified,
    /// The page has no link with `rel="me"`.
    NotLinked,
    /// The page has such links, and all lead to somebody else.
    LinksElsewhere(Vec<RelMe>),
    /// A path of one host led to another host, here. Anybody can make such a URL where a site redirects to wherever one
    /// asks, or shortens links; so only the front page of a site may move.
    RedirectedElsewhere(Url),
    /// The page is the profile itself, which would vouch for itself.
    ProfileItself,
}

impl Verification {
    /// Whether the page is the profile owner's.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        *self == Self::Verified
    }
}

impl fmt::Display for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Verified => "the page links back to the profile",
            Self::NotLinked => "the page has no link with rel=\"me\"",
            Self::LinksElsewhere(_) => "the page's rel=\"me\" links lead to other profiles",
            Self::RedirectedElsewhere(_) => "the link leads to a page of another site",
            Self::ProfileItself => "the page is the profile itself",
        })
    }
}

/// Does this page, which the profile named, name the profile?
///
/// Whoever fetched the page followed redirects over `https` only, and saw the status 200 and the media type `text/html`. Mastodon
/// also verifies a page whose *first* link redirects to the profile; only a client can find that out.
#[must_use]
pub fn verify(profile: &Profile, page: &Url, answer: Answer<'_>) -> Verification {
    if profile.is_on(page) || profile.is_on(answer.url) {
        return Verification::ProfileItself;
    }
    if !may_move(page, answer.url) {
        return Verification::RedirectedElsewhere(answer.url.clone());
    }
    let mut links = links(answer.body, answer.url);
    links.extend(header_links(answer.headers, answer.url));
    if links.iter().any(|link| profile.is(&link.url)) {
        Verification::Verified
    } else if links.is_empty() {
        Verification::NotLinked
    } else {
        Verification::LinksElsewhere(links)
    }
}

fn is_same_page(own: &Url, other: &Url) -> bool {
    fn place(url: &Url) -> (&str, &str, Option<&str>) {
        let path = url.path();
        (
            &url[..Position::BeforePath],
            path.strip_suffix('/').unwrap_or(path),
            url.query(),
        )
    }
    let ((at, path, query), (other_at, other_path, other_query)) = (place(own), place(other));
    let is_user = path
        .strip_prefix("/@")
        .is_some_and(|user| !user.contains('/'));
    at == other_at
        && query == other_query
        && (path == other_path || is_user && path.eq_ignore_ascii_case(other_path))
}

/// Whether the answer may still be the page that was named.
fn may_move(page: &Url, answered: &Url) -> bool {
    fn site(url: &Url) -> Option<&str> {
        let host = url.host_str()?;
        Some(host.strip_prefix("www.").unwrap_or(host))
    }
    let is_front_page = page.path() == "/" && page.query().is_none();
    is_front_page || site(page) == site(answered) && page.port() == answered.port()
}
