//! The text that is signed (draft section 2.3, "signing string"; RFC 9421 calls it the signature base).

use std::borrow::Cow;
use std::ops::Range;

use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, DATE, HOST};
use http::{HeaderMap, HeaderName, Request, Uri};

use crate::credentials::CREDENTIALS;
use crate::error::Reason;
use crate::policy::DIGEST;

/// Longest signature base, in bytes.
const LONGEST: usize = 64 * 1024;

/// Something that a signature covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Component {
    RequestTarget,
    Created,
    Expires,
    Field(HeaderName),
}

impl Component {
    /// Reads a name in any case.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case(DIGEST.as_str()) {
            return Some(Self::Field(DIGEST));
        }
        if !name.starts_with('(') {
            return HeaderName::from_bytes(name.as_bytes())
                .ok()
                .map(Self::Field);
        }
        [Self::RequestTarget, Self::Created, Self::Expires]
            .into_iter()
            .find(|component| name.eq_ignore_ascii_case(component.as_str()))
    }

    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::RequestTarget => "(request-target)",
            Self::Created => "(created)",
            Self::Expires => "(expires)",
            Self::Field(name) => name.as_str(),
        }
    }
}

pub(crate) struct SignatureBase {
    bytes: Vec<u8>,
    query: Option<Range<usize>>,
}

pub(crate) enum BaseError {
    /// The component is covered and the message does not have it.
    Missing(Component),
    /// The field may stand only once and stands there several times.
    Repeated(Component),
    /// With this component the base is longer than 64 KiB.
    TooLong(Component),
}

impl From<BaseError> for (Reason, Component) {
    fn from(error: BaseError) -> Self {
        match error {
            BaseError::Missing(component) => (Reason::ComponentMissing, component),
            BaseError::Repeated(component) => (Reason::FieldRepeated, component),
            BaseError::TooLong(component) => (Reason::TooManyComponents, component),
        }
    }
}

impl SignatureBase {
    /// Writes the base of a request; `created` and `expires` are the parameters of the signature, spelled as there.
    pub(crate) fn new<B>(
        request: &Request<B>,
        components: &[Component],
        created: Option<&str>,
        expires: Option<&str>,
    ) -> Result<Self, BaseError> {
        let mut base = Self {
            bytes: Vec::with_capacity(512),
            query: None,
        };
        for component in components {
            if !base.bytes.is_empty() {
                base.bytes.push(b'\n');
            }
            base.bytes.extend_from_slice(component.as_str().as_bytes());
            base.bytes.extend_from_slice(b": ");
            let missing = || BaseError::Missing(component.clone());
            match component {
                Component::RequestTarget => base.push_request_target(request),
                Component::Created => base
                    .bytes
                    .extend_from_slice(created.ok_or_else(missing)?.as_bytes()),
                Component::Expires => base
                    .bytes
                    .extend_from_slice(expires.ok_or_else(missing)?.as_bytes()),
                Component::Field(name) => {
                    base.push_field(request.headers(), request.uri(), name)?;
                }
            }
            if base.bytes.len() > LONGEST {
                return Err(BaseError::TooLong(component.clone()));
            }
        }
        Ok(base)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The base as it is if the signer left out the query; `None` if there is none in it.
    pub(crate) fn without_query(&self) -> Option<Vec<u8>> {
        let query = self.query.clone()?;
        let mut bytes = self.bytes.clone();
        bytes.drain(query);
        Some(bytes)
    }

    /// The base for people.
    pub(crate) fn to_text(&self) -> Cow<'_, str> {
        shown(&self.bytes)
    }

    /// The target as it came over the wire: nothing is decoded, encoded or resolved.
    fn push_request_target<B>(&mut self, request: &Request<B>) {
        let method = request.method().as_str().bytes();
        self.bytes
            .extend(method.map(|byte| byte.to_ascii_lowercase()));
        self.bytes.push(b' ');
        let target = request
            .uri()
            .path_and_query()
            .map_or("/", |target| target.as_str());
        let start = self.bytes.len();
        self.bytes.extend_from_slice(target.as_bytes());
        if let Some(query) = target.find('?') {
            self.query = Some(start + query..self.bytes.len());
        }
    }

    fn push_field(
        &mut self,
        headers: &HeaderMap,
        uri: &Uri,
        name: &HeaderName,
    ) -> Result<(), BaseError> {
        let mut values = headers.get_all(name).iter();
        let Some(first) = values.next() else {
            // HTTP/2 has no Host field; its `:authority` stands in the URI and is the same thing
            // (RFC 9113, section 8.3.1).
            let authority = uri.authority().filter(|_| *name == HOST);
            let authority =
                authority.ok_or_else(|| BaseError::Missing(Component::Field(name.clone())))?;
            self.bytes
                .extend_from_slice(without_userinfo(authority.as_str()).as_bytes());
            return Ok(());
        };
        self.bytes.extend_from_slice(first.as_bytes().trim_ascii());
        for value in values {
            let once = [HOST, DATE, CONTENT_TYPE, CONTENT_LENGTH, AUTHORIZATION].contains(name)
                || name == "digest";
            if once {
                return Err(BaseError::Repeated(Component::Field(name.clone())));
            }
            self.bytes.extend_from_slice(b", ");
            self.bytes.extend_from_slice(value.as_bytes().trim_ascii());
        }
        Ok(())
    }
}

/// A signature base of either scheme for people: line by line, without credentials and without characters that act on a
/// terminal.
pub(crate) fn shown(base: &[u8]) -> Cow<'_, str> {
    let secret = |line: &[u8]| {
        let line = line.strip_prefix(b"\"").unwrap_or(line);
        CREDENTIALS.iter().any(|name| {
            line.strip_prefix(name.as_str().as_bytes())
                .is_some_and(|rest| rest.starts_with(b": ") || rest.starts_with(b"\""))
        })
    };
    let plain = |byte: &u8| *byte == b'\n' || matches!(byte, b' '..=b'~');
    let mut lines = base.split(|byte| *byte == b'\n');
    if base.iter().all(plain) && !lines.clone().any(secret) {
        return String::from_utf8_lossy(base);
    }
    let mut text = String::new();
    let first = lines.next().unwrap_or_default();
    for (at, line) in std::iter::once(first).chain(lines).enumerate() {
        if at > 0 {
            text.push('\n');
        }
        if secret(line) {
            let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
            text.push_str(&String::from_utf8_lossy(name));
            text.push_str(": (hidden)");
        } else {
            for byte in line {
                match byte {
                    // Quotes stay as they are, so that a line can be compared with the sender's.
                    b'"' | b'\'' => text.push(char::from(*byte)),
                    byte => text.extend(byte.escape_ascii().map(char::from)),
                }
            }
        }
    }
    Cow::Owned(text)
}

pub(crate) fn without_userinfo(authority: &str) -> &str {
    let at = authority.bytes().rposition(|byte| byte == b'@');
    at.and_then(|at| authority.get(at + 1..))
        .unwrap_or(authority)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(request: &Request<()>, names: &str) -> Result<SignatureBase, BaseError> {
        let components: Vec<_> = names
            .split(' ')
            .map(|name| Component::parse(name).unwrap())
            .collect();
        SignatureBase::new(request, &components, None, None)
    }

    #[test]
    fn the_base_shows_neither_credentials_nor_control_characters() {
        let request = Request::builder()
            .uri("/inbox?a=1")
            .header("authorization", "Bearer hunter2")
            .header(
                "user-agent",
                http::HeaderValue::from_bytes("\u{9b}31m".as_bytes()).unwrap(),
            )
            .body(())
            .unwrap();
        let base = base(&request, "(request-target) authorization user-agent")
            .ok()
            .unwrap();
        assert_eq!(
            base.to_text(),
            "(request-target): get /inbox?a=1\nauthorization: (hidden)\nuser-agent: \\xc2\\x9b31m"
        );
        assert!(
            base.without_query()
                .unwrap()
                .starts_with(b"(request-target): get /inbox\nauthorization")
        );
    }

    #[test]
    fn credentials_of_every_kind_and_form_are_hidden() {
        for name in [
            "authorization",
            "proxy-authorization",
            "cookie",
            "set-cookie",
            "authentication-info",
            "x-api-key",
            "x-auth-token",
            "x-csrf-token",
        ] {
            for form in ["", ";bs", ";req", ";key=\"a\""] {
                let shown =
                    shown(format!("\"{name}\"{form}: hunter2\n\"x\": 1").as_bytes()).into_owned();
                assert_eq!(shown, format!("\"{name}\"{form}: (hidden)\n\"x\": 1"));
            }
            let by_the_draft = format!("x: 1\n{name}: hunter2");
            let shown = shown(by_the_draft.as_bytes()).into_owned();
            assert_eq!(shown, format!("x: 1\n{name}: (hidden)"));
        }
    }

    #[test]
    fn what_only_looks_like_a_credential_is_shown() {
        for line in [
            "authorization-server: a",
            "x-authorization: a",
            "x: authorization: a",
            "\"signature\";req;key=\"sig1\": :AAEC:",
            "signature: keyId=\"a\"",
        ] {
            assert!(matches!(shown(line.as_bytes()), Cow::Borrowed(text) if text == line));
        }
    }

    #[test]
    fn control_characters_are_escaped_without_a_credential_too() {
        assert!(matches!(shown(b"a: 1\nb: 2"), Cow::Borrowed("a: 1\nb: 2")));
        assert_eq!(
            shown(b"a: 1\nb: \x1b[31m\"'\n\x7f"),
            "a: 1\nb: \\x1b[31m\"'\n\\x7f"
        );
    }

    /// RFC 9113, section 8.3.1: the `:path` of `OPTIONS *` is `*`.
    #[test]
    fn the_whole_server_is_another_target_than_its_root() {
        for target in ["*", "/"] {
            let request = Request::options(target).body(()).unwrap();
            let base = base(&request, "(request-target)").ok().unwrap();
            assert_eq!(
                base.to_text(),
                format!("(request-target): options {target}")
            );
        }
    }

    #[test]
    fn fields_are_trimmed_and_joined_but_not_those_that_stand_once() {
        let request = Request::builder()
            .header("x-list", " a ")
            .header("x-list", "\tb")
            .header("x-empty", "")
            .header("date", "1")
            .header("date", "2")
            .body(())
            .unwrap();
        assert_eq!(
            base(&request, "x-list x-empty").ok().unwrap().as_bytes(),
            b"x-list: a, b\nx-empty: "
        );
        assert!(matches!(
            base(&request, "date"),
            Err(BaseError::Repeated(_))
        ));
        assert!(matches!(base(&request, "host"), Err(BaseError::Missing(_))));
    }

    #[test]
    fn a_base_beyond_its_limit_is_refused() {
        let long = |length: usize| {
            let request = Request::builder()
                .header("x", "y".repeat(length))
                .body(())
                .unwrap();
            base(&request, "x").is_ok()
        };
        assert!(long(65_536 - "x: ".len()));
        assert!(!long(65_537 - "x: ".len()));
    }
}
