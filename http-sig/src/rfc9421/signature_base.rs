//! The text that is signed (section 2.5).

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, DATE, HOST};
use http::uri::Authority;
use http::{HeaderMap, HeaderName, Method, Request, Response, StatusCode, Uri, Version};

use crate::cavage::without_userinfo;
use crate::error::Reason;
use crate::rfc9421::{Component, Covered};
use crate::structured_field;

/// Longest signature base, in bytes; and as much may be read again for components that take only a part of what they
/// read, so that many of them over a long field or query cost no more.
const LONGEST: usize = 64 * 1024;

/// The trailers of a message: fields that came after its body, which a signature can cover (`tr`).
///
/// Nothing in an [`http::Request`] or [`http::Response`] holds them, so hand them over in its extensions, before it is
/// signed or read. Where they are not, a signature that covers one is refused: it covers a component that the message does
/// not have. A server that verifies the head of a request before it reads the body has no trailers yet.
///
/// Trailers can be dropped or merged into the header on the way; what is signed among them is better off in the header.
///
/// ```
/// use http::{HeaderMap, HeaderValue, Request};
/// use http_sig::rfc9421::Trailers;
///
/// let mut trailers = HeaderMap::new();
/// trailers.insert("expires", HeaderValue::from_static("Wed, 9 Nov 2022 07:28:00 GMT"));
/// let mut request = Request::new(b"body, as it was received");
/// request.extensions_mut().insert(Trailers::new(trailers));
/// ```
///
/// [RFC 9421, section 2.1.4](https://www.rfc-editor.org/rfc/rfc9421#section-2.1.4)
#[derive(Clone, Debug, Default)]
pub struct Trailers(HeaderMap);

impl Trailers {
    /// The fields that came after the body.
    #[must_use]
    pub fn new(fields: HeaderMap) -> Self {
        Self(fields)
    }
}

/// Where a request is sent to, as the world knows the place.
pub(crate) struct Origin<'a> {
    scheme: &'static str,
    authority: Cow<'a, str>,
}

impl<'a> Origin<'a> {
    /// Section 2.2.3: the authority in lower case and without the default port of its scheme.
    pub(crate) fn new(scheme: &'static str, authority: &'a str) -> Self {
        let authority = without_userinfo(authority.trim());
        let default_port = if scheme == "http" { ":80" } else { ":443" };
        let host = authority.strip_suffix(default_port);
        let host = host.or_else(|| authority.strip_suffix(':'));
        let mut authority = Cow::Borrowed(host.unwrap_or(authority));
        if authority.bytes().any(|byte| byte.is_ascii_uppercase()) {
            authority.to_mut().make_ascii_lowercase();
        }
        Self { scheme, authority }
    }

    pub(crate) fn scheme(&self) -> &'static str {
        self.scheme
    }

    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    /// Where a request goes that we send, or that came to us: its `Host`, or the authority of its URI; `None` if it has
    /// neither, or several. Without a scheme it is taken for one by `https`.
    pub(crate) fn of<B>(request: &'a Request<B>) -> Option<Self> {
        let scheme = if request.uri().scheme_str() == Some("http") {
            "http"
        } else {
            "https"
        };
        let mut hosts = request.headers().get_all(HOST).iter();
        let host = match hosts.next() {
            Some(host) => host.to_str().ok()?,
            None => request.uri().authority()?.as_str(),
        };
        hosts.next().is_none().then(|| Self::new(scheme, host))
    }
}

/// A message that is signed.
pub(crate) enum Message<'a> {
    Request(Asked<'a>),
    /// With the request that it answers.
    Response {
        status: StatusCode,
        headers: &'a HeaderMap,
        trailers: Option<&'a Trailers>,
        request: Asked<'a>,
    },
}

impl<'a> Message<'a> {
    pub(crate) fn of_response<B>(response: &'a Response<B>, request: Asked<'a>) -> Self {
        Self::Response {
            status: response.status(),
            headers: response.headers(),
            trailers: response.extensions().get(),
            request,
        }
    }
}

/// A request without its body.
pub(crate) struct Asked<'a> {
    method: &'a Method,
    uri: &'a Uri,
    version: Version,
    headers: &'a HeaderMap,
    trailers: Option<&'a Trailers>,
    origin: &'a Origin<'a>,
    /// Whether its URI is as it came over the wire, so that a whole one stood in the request line.
    received: bool,
}

impl<'a> Asked<'a> {
    /// A request that came to us.
    pub(crate) fn new<B>(request: &'a Request<B>, origin: &'a Origin<'a>) -> Self {
        Self {
            method: request.method(),
            uri: request.uri(),
            version: request.version(),
            headers: request.headers(),
            trailers: request.extensions().get(),
            origin,
            received: true,
        }
    }

    /// A request that we send. Its URI says where to; over the wire goes only the path and the query of it.
    pub(crate) fn sent<B>(request: &'a Request<B>, origin: &'a Origin<'a>) -> Self {
        Self {
            received: false,
            ..Self::new(request, origin)
        }
    }
}

/// Why there is no base: the rule, and the identifier of the component that breaks it.
type BaseError = (Reason, String);

/// Writes the base of a message; `parameters` is the canonical spelling of the covered components and parameters.
pub(crate) fn signature_base(
    message: &Message<'_>,
    components: &[Component],
    parameters: &str,
) -> Result<Vec<u8>, BaseError> {
    let mut base = Vec::with_capacity(512 + parameters.len());
    let mut reread = 0;
    for component in components {
        let refuse = |reason: Reason| (reason, component.identifier().to_owned());
        base.extend_from_slice(component.identifier().as_bytes());
        base.extend_from_slice(b": ");
        push(&mut base, &mut reread, message, component).map_err(refuse)?;
        base.push(b'\n');
        if base.len() > LONGEST || reread > LONGEST {
            return Err(refuse(Reason::TooManyComponents));
        }
    }
    base.extend_from_slice(b"\"@signature-params\": ");
    base.extend_from_slice(parameters.as_bytes());
    Ok(base)
}

fn push(
    base: &mut Vec<u8>,
    reread: &mut usize,
    message: &Message<'_>,
    component: &Component,
) -> Result<(), Reason> {
    let (asked, own) = match message {
        Message::Request(asked) => (asked, None),
        Message::Response {
            status,
            headers,
            trailers,
            request,
        } => (request, Some((status, *headers, *trailers))),
    };
    let (uri, origin) = (asked.uri, asked.origin);
    let (headers, trailers, authority) = match own {
        Some((_, headers, trailers)) if !component.of_request => (headers, trailers, None),
        _ => (asked.headers, asked.trailers, uri.authority()),
    };
    match &component.covered {
        Covered::Status => {
            let (status, ..) = own.ok_or(Reason::ComponentMissing)?;
            base.extend_from_slice(status.as_str().as_bytes());
        }
        Covered::Method => base.extend_from_slice(asked.method.as_str().as_bytes()),
        Covered::TargetUri => {
            for part in [origin.scheme, "://", &origin.authority, path_and_query(uri)] {
                base.extend_from_slice(part.as_bytes());
            }
        }
        Covered::Authority => base.extend_from_slice(origin.authority.as_bytes()),
        Covered::Scheme => base.extend_from_slice(origin.scheme.as_bytes()),
        Covered::RequestTarget => base.extend_from_slice(request_target(asked).as_bytes()),
        Covered::Path => base.extend_from_slice(match uri.path() {
            "" | "*" => b"/",
            path => path.as_bytes(),
        }),
        Covered::Query => {
            base.push(b'?');
            base.extend_from_slice(uri.query().unwrap_or_default().as_bytes());
        }
        Covered::QueryParam(name) => {
            let query = uri.query().unwrap_or_default();
            *reread += query.len();
            base.extend_from_slice(query_param(query, name)?.as_bytes());
        }
        Covered::Trailer(covered) => {
            let trailers = trailers.ok_or(Reason::ComponentMissing)?;
            push_part(base, reread, &trailers.0, None, covered)?;
        }
        covered => push_part(base, reread, headers, authority, covered)?,
    }
    Ok(())
}

/// Appends a field of these, or the part of it that is covered.
fn push_part(
    base: &mut Vec<u8>,
    reread: &mut usize,
    headers: &HeaderMap,
    authority: Option<&Authority>,
    covered: &Covered,
) -> Result<(), Reason> {
    match covered {
        Covered::Field(name) => push_field(base, headers, authority, name)?,
        Covered::Canonical(name) => {
            let field = structured_field::joined(headers, name);
            let field = field.ok_or(Reason::ComponentMissing)?;
            *reread += field.len();
            let text = structured_field::canonical(&field).ok_or(Reason::FieldNotStructured)?;
            base.extend_from_slice(text.as_bytes());
        }
        Covered::Member(name, key) => {
            let field = structured_field::joined(headers, name);
            let field = field.ok_or(Reason::ComponentMissing)?;
            *reread += field.len();
            let text = structured_field::canonical_member(&field, key)
                .map_err(|_| Reason::FieldNotStructured)?;
            base.extend_from_slice(text.ok_or(Reason::ComponentMissing)?.as_bytes());
        }
        Covered::Bytes(name) => {
            let mut lines = headers.get_all(name).iter().peekable();
            if lines.peek().is_none() {
                return Err(Reason::ComponentMissing);
            }
            for (at, line) in lines.enumerate() {
                let encoded = STANDARD.encode(line.as_bytes().trim_ascii());
                let separator = if at > 0 { ", :" } else { ":" };
                for part in [separator, &encoded, ":"] {
                    base.extend_from_slice(part.as_bytes());
                }
            }
        }
        // What is derived is no field.
        _ => return Err(Reason::ComponentUnknown),
    }
    Ok(())
}

/// The target as it came over the wire: nothing is decoded, encoded or resolved.
fn path_and_query(uri: &Uri) -> &str {
    match uri.path_and_query().map(|target| target.as_str()) {
        // RFC 9110, section 7.1: the target URI of `*` has no path.
        Some("*") => "",
        Some(target) => target,
        None => "/",
    }
}

/// Section 2.2.5.
fn request_target(request: &Asked<'_>) -> String {
    let uri = request.uri;
    // In HTTP/2 and later there is only the `:path`; in HTTP/1.1 the whole URI may stand in the request line.
    let whole = request.received && uri.scheme().is_some() && request.version <= Version::HTTP_11;
    match (uri.path_and_query(), uri.authority()) {
        _ if whole => uri.to_string(),
        (None, Some(authority)) => authority.to_string(),
        (target, _) => target.map_or("/", |target| target.as_str()).to_owned(),
    }
}

fn push_field(
    base: &mut Vec<u8>,
    headers: &HeaderMap,
    authority: Option<&Authority>,
    name: &HeaderName,
) -> Result<(), Reason> {
    let mut lines = headers.get_all(name).iter();
    let Some(first) = lines.next() else {
        // HTTP/2 has no Host field; its `:authority` stands in the URI and is the same thing
        // (RFC 9113, section 8.3.1).
        let authority = authority.filter(|_| *name == HOST);
        let authority = authority.ok_or(Reason::ComponentMissing)?;
        base.extend_from_slice(without_userinfo(authority.as_str()).as_bytes());
        return Ok(());
    };
    base.extend_from_slice(first.as_bytes().trim_ascii());
    for line in lines {
        if [HOST, DATE, CONTENT_TYPE, CONTENT_LENGTH, AUTHORIZATION].contains(name) {
            return Err(Reason::FieldRepeated);
        }
        base.extend_from_slice(b", ");
        base.extend_from_slice(line.as_bytes().trim_ascii());
    }
    Ok(())
}

/// The value of a parameter of the query, decoded and encoded again (section 2.2.8).
fn query_param(query: &str, name: &str) -> Result<String, Reason> {
    let mut values = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .filter_map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (encoded(&decoded(key)) == name).then(|| encoded(&decoded(value)))
        });
    let value = values.next().ok_or(Reason::ComponentMissing)?;
    match values.next() {
        None => Ok(value),
        Some(_) => Err(Reason::FieldRepeated),
    }
}

/// The percent-decoding of `application/x-www-form-urlencoded` (WHATWG URL, section 5.1).
fn decoded(text: &str) -> Vec<u8> {
    let digit = |byte: Option<&u8>| char::from(*byte?).to_digit(16);
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        let escape = digit(bytes.get(at)).zip(digit(bytes.get(at + 1)));
        decoded.push(match (byte, escape) {
            (b'%', Some((high, low))) => {
                at += 2;
                u8::try_from(16 * high + low).unwrap_or_default()
            }
            (b'+', _) => b' ',
            (byte, _) => *byte,
        });
    }
    decoded
}

/// Percent-encoding by the set of `application/x-www-form-urlencoded`, with `%20` for a blank.
fn encoded(bytes: &[u8]) -> String {
    const HEX: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
    ];
    let text = String::from_utf8_lossy(bytes);
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"*-._".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let hex = |nibble: u8| HEX.get(usize::from(nibble)).copied().unwrap_or_default();
            encoded.extend(['%', hex(byte >> 4), hex(byte & 15)]);
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(request: &Request<()>, covered: &[Covered]) -> Result<usize, Reason> {
        let origin = Origin::new("https", "example.org");
        let message = Message::Request(Asked::new(request, &origin));
        let components: Vec<_> = covered.iter().cloned().map(Component::plain).collect();
        signature_base(&message, &components, "")
            .map(|base| base.len())
            .map_err(|(reason, _)| reason)
    }

    #[test]
    fn a_base_beyond_its_limit_is_refused() {
        let long = |length_of_field: usize| {
            let name = HeaderName::from_static("x");
            let request = Request::builder().header(&name, "y".repeat(length_of_field));
            length(&request.body(()).unwrap(), &[Covered::Field(name)])
        };
        assert!(long(60 * 1024).is_ok());
        assert!(long(LONGEST - "\"x\": \n".len()).is_ok());
        assert_eq!(
            long(LONGEST - "\"x\": ".len()),
            Err(Reason::TooManyComponents)
        );
    }

    /// The target URI of `OPTIONS *` has an empty path (RFC 9110, section 7.1), and `@path` writes that as `/` (section
    /// 2.2.6), so that only the target URI and the request target tell it from `OPTIONS /`.
    #[test]
    fn the_whole_server_is_another_target_than_its_root() {
        let shown = |target: &str| {
            let request = Request::options(target).body(()).unwrap();
            let origin = Origin::new("https", "example.org");
            let message = Message::Request(Asked::new(&request, &origin));
            let components = [
                Covered::TargetUri,
                Covered::RequestTarget,
                Covered::Path,
                Covered::Query,
            ];
            let base = signature_base(&message, &components.map(Component::plain), "");
            String::from_utf8(base.unwrap()).unwrap()
        };
        let rest = "\"@path\": /\n\"@query\": ?\n\"@signature-params\": ";
        assert_eq!(
            shown("*"),
            format!("\"@target-uri\": https://example.org\n\"@request-target\": *\n{rest}")
        );
        assert_eq!(
            shown("/"),
            format!("\"@target-uri\": https://example.org/\n\"@request-target\": /\n{rest}")
        );
    }

    #[test]
    fn many_parts_of_something_long_are_refused() {
        let query = format!("a=1&{}", "b".repeat(LONGEST / 4 - 4));
        let request = Request::builder()
            .uri(format!("/?{query}"))
            // What is read is long, and what is written is short.
            .header("x", format!("a=1,{}b", " ".repeat(LONGEST / 4 - 5)))
            .body(())
            .unwrap();
        let name = HeaderName::from_static("x");
        let parts = [
            vec![Covered::QueryParam("a".to_owned()); 5],
            vec![Covered::Canonical(name.clone()); 5],
            vec![Covered::Member(name, "a".to_owned()); 5],
        ];
        for parts in parts {
            assert!(length(&request, &parts[..4]).is_ok());
            assert_eq!(length(&request, &parts), Err(Reason::TooManyComponents));
        }
    }
}
