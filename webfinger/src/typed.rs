//! What people type or paste to name somebody.

use percent_encoding::percent_decode_str;
use url::Url;

use crate::resource::{Handle, InvalidHandle, Locality, Resource, parse_authority};

/// What somebody typed into a search box, understood.
///
/// `@user@example.com`, `user@example.com`, `acct:` and `mailto:` before it, Lemmy's `!community@example.com`, full-width
/// signs, quotation marks and invisible signs around it, and the punctuation of the sentence that it was copied from; or the
/// address of a profile, with `https://`, with `web+ap://`, with neither.
///
/// ```
/// use webfinger::Typed;
///
/// let Typed::Handle(handle) = Typed::read("“＠alice＠Bücher.example”,")? else { panic!() };
/// assert_eq!(handle.to_string(), "alice@xn--bcher-kva.example");
///
/// let Typed::Profile { url, guess, .. } = Typed::read("social.example/@alice")? else { panic!() };
/// assert_eq!(url.as_str(), "https://social.example/@alice");
/// assert_eq!(guess.unwrap().to_string(), "alice@social.example");
/// # Ok::<(), webfinger::InvalidHandle>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Typed {
    /// A handle.
    Handle(Handle),
    /// The address of a page or an actor, `https` and public.
    #[non_exhaustive]
    Profile {
        /// The address.
        url: Url,
        /// Whose it is if the server uses the paths that most servers use. A guess: nobody has said so.
        guess: Option<Handle>,
    },
}

impl Typed {
    /// Reads what somebody typed.
    ///
    /// # Errors
    ///
    /// It names nobody who could be looked up; the reason is meant for whoever typed it.
    pub fn read(text: &str) -> Result<Self, InvalidHandle> {
        let text = text.trim_matches(is_around);
        if text.len() > MAX_TYPED {
            return Err(InvalidHandle::UserTooLong);
        }
        if let Some(address) = as_address(text) {
            return read_address(&address);
        }
        let exact = read_handle(text);
        if exact.is_ok() {
            return exact.map(Self::Handle);
        }
        let bare = text
            .trim_start_matches(['(', '[', '{', '<', '«', '„', '“', '‘', '"', '\''])
            .trim_end_matches(|c: char| ".,;:!?)]}>»“”’\"'…。、".contains(c) || is_around(c));
        read_handle(bare).or(exact).map(Self::Handle)
    }

    /// What to ask a server about.
    #[must_use]
    pub fn to_resource(&self) -> Resource {
        match self {
            Self::Handle(handle) => Resource::Acct(handle.clone()),
            Self::Profile { url, .. } => Resource::Url(url.clone()),
        }
    }
}

fn read_handle(text: &str) -> Result<Handle, InvalidHandle> {
    let text: String = text
        .chars()
        .map(|c| {
            if matches!(c, '\u{ff20}' | '\u{fe6b}') {
                '@'
            } else {
                c
            }
        })
        .collect();
    let rest = without_scheme(&text, "acct:")
        .or_else(|| without_scheme(&text, "mailto:"))
        .unwrap_or(&text);
    let rest = rest.strip_prefix(['@', '!']).unwrap_or(rest);
    let Some((user, host)) = rest.split_once('@') else {
        return Err(if text.starts_with('@') && !rest.is_empty() {
            InvalidHandle::Relative
        } else {
            InvalidHandle::NoHost
        });
    };
    if host.contains('@') {
        return Err(InvalidHandle::SeveralAt);
    }
    // RFC 7565: letters that ASCII does not have stand percent-encoded as UTF-8.
    let mut encoded = String::with_capacity(user.len());
    for c in user.chars() {
        if !c.is_ascii() && c.is_alphanumeric() {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                encoded.push_str(percent_encoding::percent_encode_byte(byte));
            }
        } else {
            encoded.push(c);
        }
    }
    Handle::new(&encoded, host)
}

/// The text as an `https` URL, if it is any URL, or a host with a path.
fn as_address(text: &str) -> Option<String> {
    let text = text
        .strip_prefix('<')
        .and_then(|inner| inner.strip_suffix('>'))
        .unwrap_or(text);
    for scheme in ["https://", "http://", "web+ap://"] {
        if let Some(rest) = without_scheme(text, scheme) {
            return Some(format!("https://{rest}"));
        }
    }
    let (host, _) = text.split_once('/')?;
    if text.contains("://") {
        return Some(text.to_owned());
    }
    (host.contains('.') && !host.contains(['@', '\u{ff20}', ':', ' ']))
        .then(|| format!("https://{text}"))
}

fn read_address(text: &str) -> Result<Typed, InvalidHandle> {
    let url = Url::parse(text).map_err(|_| InvalidHandle::Host)?;
    if url.scheme() != "https" {
        return Err(InvalidHandle::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(InvalidHandle::Credentials);
    }
    if url.port().is_some() {
        return Err(InvalidHandle::Port);
    }
    let host = url.host_str().ok_or(InvalidHandle::NoHost)?;
    let (host, _) = parse_authority(host, Locality::Public)?;
    let guess = guess(&url, &host);
    Ok(Typed::Profile { url, guess })
}

/// Mastodon and most others: `/@user`, with the host behind it if the account is another server's; and what others have.
fn guess(url: &Url, host: &str) -> Option<Handle> {
    let mut segments = url.path_segments()?.filter(|segment| !segment.is_empty());
    let (first, second) = (segments.next()?, segments.next());
    if segments.next().is_some() {
        return None;
    }
    let decoded = |segment: &str| {
        let text = percent_decode_str(segment).decode_utf8().ok()?;
        Some(text.into_owned())
    };
    let name = match second {
        None => decoded(first)?.strip_prefix('@')?.to_owned(),
        Some(name) if USER_FOLDERS.contains(&first) => decoded(name)?,
        Some(_) => return None,
    };
    match name.contains('@') {
        true => read_handle(&name).ok(),
        false => Handle::new(&name, host).ok(),
    }
}

fn without_scheme<'a>(text: &'a str, scheme: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(scheme.len())?;
    start.eq_ignore_ascii_case(scheme).then_some(rest)
}

/// Blanks, and signs that are not seen: marks of direction, joiners, soft hyphens.
fn is_around(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// A user and a host, each at its longest, percent-encoded.
const MAX_TYPED: usize = 8192;

/// Akkoma, Pixelfed and Mastodon itself; Lemmy; PeerTube; Friendica and Hubzilla; WordPress.
const USER_FOLDERS: &[&str] = &[
    "users", "user", "u", "c", "m", "a", "accounts", "profile", "channel", "author",
];
