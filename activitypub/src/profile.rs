//! Profiles: the handle and the fields of an actor.

use url::Url;

use crate::actor::Actor;
use crate::any::Any;
use crate::kind::{LinkKind, ObjectKind};

/// A field of a profile.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ProfileField<'a> {
    /// What the field is about. Plain text.
    pub name: &'a str,
    /// What it says.
    pub value: FieldValue<'a>,
}

/// What a field of a profile says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum FieldValue<'a> {
    /// HTML written by a stranger.
    Html(&'a str),
    /// An address: check the scheme before you show it.
    Href(&'a str),
}

/// The longest user name that is read, in bytes, as in Mastodon.
const LONGEST_USERNAME: usize = 2048;

impl Actor {
    /// The handle, `alice@example.com`: the `webfinger` property if it is one (FEP-2c59), else `preferredUsername` and the host of the
    /// id. `None` if the name is over 2048 bytes long or cannot stand in a handle, or the id is on no web server.
    ///
    /// It is a claim: WebFinger says whether the handle leads back to this actor, and whether the server prefers another host.
    #[must_use]
    pub fn handle(&self) -> Option<String> {
        let stated = self.webfinger.as_deref().and_then(stated_handle);
        stated.or_else(|| {
            let username = self.preferred_username.as_deref()?;
            let url = crate::origin::web(self.id.as_ref()?)?;
            let host = url.host_str()?;
            is_username(username).then(|| match url.port() {
                Some(port) => format!("{username}@{host}:{port}"),
                None => format!("{username}@{host}"),
            })
        })
    }

    /// The page at which people look at the profile: `url`, if a browser may open it and it is on the host of the id; see
    /// [`Object::page`](crate::Object::page).
    #[must_use]
    pub fn page(&self) -> Option<Url> {
        self.url.page_of(self.id.as_ref()?)
    }

    /// The fields of the profile in `attachment`, in order: schema.org's `PropertyValue`, and a `Note` or `Link` with a name (FEP-fb2a).
    pub fn fields(&self) -> impl Iterator<Item = ProfileField<'_>> {
        self.attachment.embedded().filter_map(|thing| {
            let (name, value) = match thing {
                Any::Object(object) => match object.kind() {
                    ObjectKind::PropertyValue => {
                        (&object.name, FieldValue::Html(object.value.as_deref()?))
                    }
                    ObjectKind::Note => {
                        (&object.name, FieldValue::Html(object.content.as_deref()?))
                    }
                    _ => return None,
                },
                Any::Link(link) if link.kind() == LinkKind::Link => {
                    (&link.name, FieldValue::Href(link.href.as_ref()?.as_str()))
                }
                _ => return None,
            };
            Some(ProfileField {
                name: name.as_deref()?,
                value,
            })
        })
    }
}

fn stated_handle(text: &str) -> Option<String> {
    let text = text.strip_prefix("acct:").unwrap_or(text);
    let (username, host) = text.strip_prefix('@').unwrap_or(text).split_once('@')?;
    let url = Url::parse(&format!("https://{host}/")).ok()?;
    let is_host = url.path() == "/" && url.username().is_empty() && url.query().is_none();
    let plain = !host.contains(['/', '@', '?', '#', '\\']);
    (is_username(username) && is_host && plain).then(|| format!("{username}@{host}"))
}

fn is_username(text: &str) -> bool {
    let odd =
        |letter: char| letter.is_whitespace() || letter.is_control() || "@/:?#\\".contains(letter);
    !text.is_empty() && text.len() <= LONGEST_USERNAME && !text.contains(odd)
}
