//! What WebFinger is asked about: a handle, or a URL.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

use crate::display::Shown;

/// An account's address, `user@host`.
///
/// The host is lower-case and in its ASCII form, so both spellings of an international name are one handle. The user
/// keeps its case; two handles are equal only if it agrees ([`is_same_account`](Self::is_same_account) is wider).
/// Characters of the user are those of [RFC 7565](https://www.rfc-editor.org/rfc/rfc7565#section-7); what is
/// percent-encoded stays so, unless it need not be.
///
/// ```
/// use webfinger::Handle;
///
/// let handle: Handle = "@Alice@Bücher.example".parse()?;
/// assert_eq!(handle.user(), "Alice");
/// assert_eq!(handle.host(), "xn--bcher-kva.example");
/// assert_eq!(handle.to_string(), "Alice@xn--bcher-kva.example");
/// # Ok::<(), webfinger::InvalidHandle>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Handle {
    user: String,
    host: String,
    port: Option<u16>,
}

impl Handle {
    /// The longest user part in bytes.
    pub const MAX_USER: usize = 2048;

    /// Puts a handle together.
    ///
    /// # Errors
    ///
    /// The same as when it is parsed.
    pub fn new(user: &str, host: &str) -> Result<Self, InvalidHandle> {
        Self::from_parts(user, host, Locality::Public)
    }

    /// Parses a handle that may name a local server: with a port, an IP address, `localhost`, a name without a dot.
    ///
    /// For tests and demonstrations, and for comparing; whoever connects to such a host on a stranger's word reaches
    /// into the own network.
    ///
    /// # Errors
    ///
    /// The text is no handle even so.
    pub fn danger_parse_local(text: &str) -> Result<Self, InvalidHandle> {
        Self::parse(text, Locality::Any)
    }

    /// The user part.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The host, in its ASCII form; an IPv6 address stands in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port; only local handles have one.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Host and port, as in a URL.
    #[must_use]
    pub fn authority(&self) -> String {
        authority(&self.host, self.port)
    }

    /// The handle as an `acct:` URI ([RFC 7565](https://www.rfc-editor.org/rfc/rfc7565)).
    #[must_use]
    pub fn to_acct(&self) -> String {
        format!("acct:{self}")
    }

    /// How to show the handle to people: with its `@`, and the host in its own letters unless they imitate others.
    #[must_use]
    pub fn display(&self) -> Shown {
        Shown::handle(&self.user, &self.host, self.port)
    }

    /// Whether both name one account for all that is known of servers: same host, and users that differ by case at
    /// most.
    #[must_use]
    pub fn is_same_account(&self, other: &Self) -> bool {
        self.host == other.host
            && self.port == other.port
            && self.user.eq_ignore_ascii_case(&other.user)
    }

    pub(crate) fn parse(text: &str, locality: Locality) -> Result<Self, InvalidHandle> {
        let text = text.trim_ascii();
        let text = match strip_acct(text) {
            Some(rest) => rest,
            None => text.strip_prefix('@').unwrap_or(text),
        };
        let (user, host) = text.split_once('@').ok_or(InvalidHandle::NoHost)?;
        if host.contains('@') {
            return Err(InvalidHandle::SeveralAt);
        }
        Self::from_parts(user, host, locality)
    }

    fn from_parts(user: &str, host: &str, locality: Locality) -> Result<Self, InvalidHandle> {
        let user = parse_user(user)?;
        let (host, port) = parse_authority(host, locality)?;
        Ok(Self { user, host, port })
    }
}

impl FromStr for Handle {
    type Err = InvalidHandle;

    /// Reads `@user@host`, `user@host` or `acct:user@host`; blanks around it do not count.
    fn from_str(text: &str) -> Result<Self, InvalidHandle> {
        Self::parse(text, Locality::Public)
    }
}

impl fmt::Display for Handle {
    /// `user@host`, without a leading `@`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.user, self.authority())
    }
}

/// Why a text is no handle that could be looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidHandle {
    /// There is no `@` between a user and a host, or no host after it.
    #[error("a handle needs a host: user@example.com")]
    NoHost,
    /// `@user` alone, which names somebody only on the server where it stands.
    #[error("that names somebody on one server only; add the server: @user@example.com")]
    Relative,
    /// There is nothing before the `@`.
    #[error("a handle needs a user: user@example.com")]
    NoUser,
    /// There is more than one `@` beside the leading one.
    #[error("a handle has one @ between user and host")]
    SeveralAt,
    /// The user part is longer than [`Handle::MAX_USER`].
    #[error("the user part is too long")]
    UserTooLong,
    /// A character that a user part may not hold; others than ASCII must be percent-encoded.
    #[error("the user part has a character that handles cannot have")]
    UserCharacter,
    /// The host is not a valid DNS name.
    #[error("the host is not a valid name")]
    Host,
    /// A host with a port.
    #[error("the host of a handle has no port")]
    Port,
    /// The host is an IP address.
    #[error("the host of a handle is a name, not an address")]
    Address,
    /// The name means this machine or this network.
    #[error("the host is a local name")]
    LocalName,
    /// A link that does not begin with `https`.
    #[error("links of that kind name nobody; it must begin with https://")]
    Scheme,
    /// A link with a user name or a password in front of the host.
    #[error("the link has a user name or a password before its host")]
    Credentials,
}

/// What a WebFinger query asks about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Resource {
    /// An account, `acct:user@host`.
    Acct(Handle),
    /// Anything with a URL, such as an actor.
    Url(Url),
}

impl Resource {
    /// A server as a whole, to ask for its own actor
    /// ([FEP-d556](https://codeberg.org/fediverse/fep/src/branch/main/fep/d556/fep-d556.md)): `https://example.com/`.
    ///
    /// # Errors
    ///
    /// That is no public host.
    pub fn server(host: &str) -> Result<Self, InvalidHandle> {
        let (host, _) = parse_authority(host, Locality::Public)?;
        let url = Url::parse(&format!("https://{host}/")).map_err(|_| InvalidHandle::Host)?;
        Ok(Self::Url(url))
    }

    /// Reads a resource as a server receives it. Local hosts and ports are accepted, for a server only compares them
    /// with its own.
    ///
    /// # Errors
    ///
    /// It is neither an `acct:` URI (or a bare handle, which people's tools send) nor an absolute `http(s)` URL.
    pub fn parse(text: &str) -> Result<Self, InvalidHandle> {
        match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "https" | "http") => Ok(Self::Url(url)),
            _ => Handle::danger_parse_local(text).map(Self::Acct),
        }
    }

    /// The host that the resource belongs to, without a port.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        match self {
            Self::Acct(handle) => Some(handle.host()),
            Self::Url(url) => url.host_str(),
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Acct(handle) => f.write_str(&handle.to_acct()),
            Self::Url(url) => f.write_str(url.as_str()),
        }
    }
}

/// Which hosts a text may name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Locality {
    Public,
    Any,
}

pub(crate) fn authority(host: &str, port: Option<u16>) -> String {
    match port {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// A host and perhaps a port, in one spelling.
pub(crate) fn parse_authority(
    text: &str,
    locality: Locality,
) -> Result<(String, Option<u16>), InvalidHandle> {
    if text.is_empty() {
        return Err(InvalidHandle::NoHost);
    }
    // Those that would end the host inside a URL, and `%`, which would be decoded there.
    if text.bytes().any(|b| {
        matches!(b, b'/' | b'?' | b'#' | b'%' | b'\\' | b'@')
            || b.is_ascii_whitespace()
            || b.is_ascii_control()
    }) {
        return Err(InvalidHandle::Host);
    }
    let (host, port) = match text.rsplit_once(':') {
        // The colons inside `[::1]` are not before a port.
        Some((host, port)) if !port.contains(']') => {
            if locality == Locality::Public {
                return Err(InvalidHandle::Port);
            }
            (host, Some(port.parse().map_err(|_| InvalidHandle::Port)?))
        }
        _ => (text, None),
    };
    let host =
        Host::parse(host.strip_suffix('.').unwrap_or(host)).map_err(|_| InvalidHandle::Host)?;
    if let Host::Domain(name) = &host {
        let sound = |label: &str| {
            (1..=63).contains(&label.len())
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        };
        if name.len() > 253 || !name.split('.').all(sound) {
            return Err(InvalidHandle::Host);
        }
        if locality == Locality::Public && is_local(name) {
            return Err(InvalidHandle::LocalName);
        }
    } else if locality == Locality::Public {
        return Err(InvalidHandle::Address);
    }
    Ok((host.to_string(), port))
}

fn is_local(name: &str) -> bool {
    let has_suffix = |suffix: &&str| {
        name.strip_suffix(*suffix)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    !name.contains('.') || LOCAL_SUFFIXES.iter().any(has_suffix)
}

fn strip_acct(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once(':')?;
    scheme.eq_ignore_ascii_case("acct").then_some(rest)
}

fn parse_user(text: &str) -> Result<String, InvalidHandle> {
    if text.is_empty() {
        return Err(InvalidHandle::NoUser);
    }
    if text.len() > Handle::MAX_USER {
        return Err(InvalidHandle::UserTooLong);
    }
    let mut user = String::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let mut digit = || {
                bytes
                    .next()
                    .and_then(|b| char::from(b).to_digit(16))
                    .ok_or(InvalidHandle::UserCharacter)
            };
            let byte =
                u8::try_from(digit()? * 16 + digit()?).map_err(|_| InvalidHandle::UserCharacter)?;
            if is_unreserved(byte) {
                user.push(char::from(byte));
            } else {
                user.push_str(percent_encoding::percent_encode_byte(byte));
            }
        } else if is_unreserved(byte) || b"!$&'()*+,;=".contains(&byte) {
            user.push(char::from(byte));
        } else {
            return Err(InvalidHandle::UserCharacter);
        }
    }
    Ok(user)
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// Names that mean this machine, this network or an overlay. The guarded client refuses the same ones (a test compares);
/// they stand here too because this crate's core has no edge to it.
const LOCAL_SUFFIXES: &[&str] = &[
    "alt",
    "arpa",
    "consul",
    "corp",
    "home",
    "i2p",
    "internal",
    "intranet",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "mail",
    "onion",
    "private",
    "svc",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[cfg(feature = "client")]
    #[test]
    fn the_guarded_client_agrees_on_local_names() {
        assert_eq!(LOCAL_SUFFIXES, guarded_http::UrlRules::LOCAL_SUFFIXES);
        let rules = guarded_http::UrlRules::new();
        let names = LOCAL_SUFFIXES.iter().flat_map(|suffix| {
            [
                (*suffix).to_owned(),
                format!("a.{suffix}"),
                format!("a{suffix}.example"),
            ]
        });
        for name in names.chain(["example".into(), "a.example".into(), "local.example".into()]) {
            let refused = rules
                .parse(&format!("https://{name}/"))
                .err()
                .map(|refused| refused.rule());
            let expected = is_local(&name).then_some(guarded_http::Rule::LocalName);
            assert_eq!(refused, expected, "{name}");
        }
    }

    proptest! {
        #[test]
        fn what_was_parsed_parses_again_to_the_same(text in "(acct:|@)?[!-~é]{1,8}@[!-~é]{1,12}") {
            if let Ok(handle) = Handle::danger_parse_local(&text) {
                prop_assert_eq!(Handle::danger_parse_local(&handle.to_string()).unwrap(), handle.clone());
                prop_assert_eq!(Handle::danger_parse_local(&handle.to_acct()).unwrap(), handle);
            }
        }
    }
}
