//! Over which bytes a digest was taken, if not over those that came.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use http::Request;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::{Cause, Finding};
use crate::policy::{CONTENT_DIGEST, DIGEST};
use crate::structured_field;
use crate::verify::SIGNATURE_INPUT;

/// Longest body that is hashed in other spellings, in bytes.
const LONGEST: usize = 1024 * 1024;
/// Most values of a digest field that are looked at.
const MOST_DIGESTS: usize = 4;

const HASH_WHAT_IS_SENT: &str = "the sender must hash the very bytes that it sends; here, take the body as it was received, before decompressing, \
     decoding or parsing it";
const SPELL_IT_RIGHT: &str = "write `Digest: SHA-256=` and standard base64 with its padding, or `Content-Digest: sha-256=:…:`";

/// Finds what was hashed, or says what can be seen of the body.
pub(super) fn find(request: &Request<&[u8]>, signature_fits: bool) -> Option<Finding> {
    let name = if request.headers().contains_key(SIGNATURE_INPUT) {
        CONTENT_DIGEST
    } else {
        DIGEST
    };
    let body = *request.body();
    let field = structured_field::joined(request.headers(), &name)?;
    let sent = digests(&field);
    let right = |digest: &Sent| digest.is_of(body);
    if let Some(digest) = sent.iter().find(|digest| right(digest)) {
        return Some(Finding {
            cause: Cause::DigestSpelling,
            sentence: format!("the digest is that of the body, and {}", digest.spelling),
            advice: SPELL_IT_RIGHT,
            signature_base: None,
        });
    }
    let because = if signature_fits {
        "; the digest itself is what was signed, so the body was changed after that"
    } else {
        ""
    };
    let finding = |sentence: String, advice: &'static str| Finding {
        cause: Cause::Body,
        sentence: format!("{sentence}{because}"),
        advice,
        signature_base: None,
    };
    if body.len() <= LONGEST && !sent.is_empty() {
        for (what, other) in others() {
            let hashed = other(body).filter(|other| other != body);
            if hashed.is_some_and(|hashed| sent.iter().any(|digest| digest.is_of(&hashed))) {
                let sentence = format!("the digest was taken over {what}");
                return Some(finding(sentence, HASH_WHAT_IS_SENT));
            }
        }
    }
    let length = request.headers().get(CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.trim().parse::<usize>().ok());
    if let Some(length) = length.filter(|length| *length != body.len()) {
        let sentence = format!(
            "the body has {} bytes, and Content-Length says {length}",
            body.len()
        );
        return Some(finding(
            sentence,
            "the body is not the one that was received: it was cut, extended or decoded",
        ));
    }
    let encoded = request.headers().get(CONTENT_ENCODING);
    let gzip = body.starts_with(&[0x1f, 0x8b]);
    match (encoded.is_some(), gzip) {
        (true, false) => Some(finding(
            "Content-Encoding says that the body is compressed, and it is not".to_owned(),
            "something in front decompressed the body: the digest is of the bytes as they were received",
        )),
        (_, true) => Some(finding(
            "the body is compressed, and the digest is not that of the compressed bytes".to_owned(),
            HASH_WHAT_IS_SENT,
        )),
        (false, false) if signature_fits => Some(finding(
            "the digest fits no spelling of the body that was tried".to_owned(),
            "a proxy or framework changed the body, or gave it out parsed and written again",
        )),
        (false, false) => None,
    }
}

/// A digest as somebody may have written it.
struct Sent {
    bytes: Vec<u8>,
    spelling: String,
}

impl Sent {
    fn is_of(&self, body: &[u8]) -> bool {
        match self.bytes.len() {
            32 => Sha256::digest(body).as_slice() == self.bytes,
            48 => Sha384::digest(body).as_slice() == self.bytes,
            64 => Sha512::digest(body).as_slice() == self.bytes,
            _ => false,
        }
    }
}

/// Every value of the field that can be a digest in any encoding.
fn digests(field: &[u8]) -> Vec<Sent> {
    let field = String::from_utf8_lossy(field);
    let members = field.split(',').take(MOST_DIGESTS);
    let digests = members.filter_map(|member| {
        let member = member.trim();
        let (name, value) = member.split_once('=').unwrap_or(("", member));
        let name = name.trim();
        let bare = value.trim_matches([':', '"', ' ']);
        let (bytes, how) = decoded(bare)?;
        let kind = match bytes.len() {
            32 => "SHA-256",
            48 => "SHA-384",
            64 => "SHA-512",
            _ => return None,
        };
        let spelling = if !name.eq_ignore_ascii_case(kind) {
            let name = if name.is_empty() { "no name" } else { name };
            format!("is a {kind} under {}", super::received::quoted(name))
        } else if bare != value {
            "stands between colons, quotes or blanks where none belong".to_owned()
        } else {
            how.to_owned()
        };
        Some(Sent { bytes, spelling })
    });
    digests.collect()
}

fn decoded(text: &str) -> Option<(Vec<u8>, &'static str)> {
    let is_digest = |bytes: &Vec<u8>| [32, 48, 64].contains(&bytes.len());
    if let Some(bytes) = super::variations::hex(text).filter(is_digest) {
        return Some((bytes, "written in hexadecimal digits in place of base64"));
    }
    let standard = STANDARD.decode(text).ok();
    let below = standard
        .as_deref()
        .and_then(|bytes| str::from_utf8(bytes).ok());
    if let Some(bytes) = below.and_then(super::variations::hex).filter(is_digest) {
        return Some((bytes, "written in hexadecimal digits below the base64"));
    }
    let spellings = [
        (
            standard,
            "written as it should be, in a field that cannot be read as a whole",
        ),
        (
            STANDARD_NO_PAD.decode(text).ok(),
            "written in base64 without its padding",
        ),
        (URL_SAFE.decode(text).ok(), "written in the base64 of URLs"),
        (
            URL_SAFE_NO_PAD.decode(text).ok(),
            "written in the base64 of URLs",
        ),
    ];
    let mut spellings = spellings.into_iter();
    spellings.find_map(|(bytes, how)| Some((bytes.filter(is_digest)?, how)))
}

type Other = fn(&[u8]) -> Option<Vec<u8>>;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What else than the body may have been hashed.
fn others() -> [(&'static str, Other); 18] {
    [
        ("an empty body", |_| Some(Vec::new())),
        ("the body with a line break at its end", |body| {
            Some([body, b"\n"].concat())
        }),
        ("the body with CR LF at its end", |body| {
            Some([body, b"\r\n"].concat())
        }),
        ("the body without the line break at its end", |body| {
            let body = body.strip_suffix(b"\n")?;
            Some(body.strip_suffix(b"\r").unwrap_or(body).to_vec())
        }),
        (
            "the body without blanks and line breaks around it",
            |body| Some(body.trim_ascii().to_vec()),
        ),
        ("the body without its byte order mark", |body| {
            Some(body.strip_prefix(BYTE_ORDER_MARK)?.to_vec())
        }),
        ("the body with a byte order mark", |body| {
            Some([BYTE_ORDER_MARK, body].concat())
        }),
        ("the body with the line ends CR LF", |body| {
            Some(text(body)?.replace('\n', "\r\n").into_bytes())
        }),
        ("the body with the line ends LF", |body| {
            Some(text(body)?.replace("\r\n", "\n").into_bytes())
        }),
        ("the same JSON without blanks", |body| json(body, "", "")),
        (
            "the same JSON with a blank after each colon and comma",
            |body| json(body, ": ", ", "),
        ),
        (
            "the same JSON with slashes escaped, as PHP writes it",
            |body| {
                Some(
                    text(body)?
                        .replace("\\/", "/")
                        .replace('/', "\\/")
                        .into_bytes(),
                )
            },
        ),
        ("the same JSON with slashes that are not escaped", |body| {
            Some(text(body)?.replace("\\/", "/").into_bytes())
        }),
        (
            "the same JSON with characters beyond ASCII escaped",
            |body| escaped(body, "", ""),
        ),
        (
            "the same JSON with characters beyond ASCII escaped and a blank after each colon and comma, as Python writes it",
            |body| escaped(body, ": ", ", "),
        ),
        (
            "the same JSON with no escapes for characters beyond ASCII",
            unescaped,
        ),
        ("the body read as Latin-1 and written as UTF-8", |body| {
            let text: String = body.iter().map(|byte| char::from(*byte)).collect();
            Some(text.into_bytes())
        }),
        ("the body in base64", |body| {
            Some(STANDARD.encode(body).into_bytes())
        }),
    ]
}

fn text(body: &[u8]) -> Option<&str> {
    str::from_utf8(body).ok()
}

/// The same JSON with other separators; `None` if the body does not look like JSON.
fn json(body: &[u8], colon: &str, comma: &str) -> Option<Vec<u8>> {
    let text = text(body)?;
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let (colon, comma) = if colon.is_empty() {
        (":", ",")
    } else {
        (colon, comma)
    };
    let mut written = String::with_capacity(text.len() + text.len() / 8);
    let (mut in_string, mut escaped) = (false, false);
    for char in text.chars() {
        if in_string {
            in_string = escaped || char != '"';
            escaped = !escaped && char == '\\';
            written.push(char);
            continue;
        }
        match char {
            ' ' | '\t' | '\n' | '\r' => {}
            ':' => written.push_str(colon),
            ',' => written.push_str(comma),
            char => {
                in_string = char == '"';
                written.push(char);
            }
        }
    }
    Some(written.into_bytes())
}

fn escaped(body: &[u8], colon: &str, comma: &str) -> Option<Vec<u8>> {
    let body = if colon.is_empty() {
        body.to_vec()
    } else {
        json(body, colon, comma)?
    };
    let text = text(&body)?;
    let mut written = String::with_capacity(2 * text.len());
    for char in text.chars() {
        if char.is_ascii() {
            written.push(char);
            continue;
        }
        for unit in char.encode_utf16(&mut [0; 2]) {
            written.push_str(&format!("\\u{unit:04x}"));
        }
    }
    Some(written.into_bytes())
}

fn unescaped(body: &[u8]) -> Option<Vec<u8>> {
    let text = text(body)?;
    let mut parts = text.split("\\u");
    let mut units: Vec<u16> = parts.next()?.encode_utf16().collect();
    for part in parts {
        let (digits, rest) = part.split_at_checked(4)?;
        let unit = u16::from_str_radix(digits, 16).ok()?;
        // Escapes below this are there because they must be.
        if unit < 0x80 {
            units.extend("\\u".encode_utf16().chain(digits.encode_utf16()));
        } else {
            units.push(unit);
        }
        units.extend(rest.encode_utf16());
    }
    Some(String::from_utf16(&units).ok()?.into_bytes())
}
