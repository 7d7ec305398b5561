//! The value of a `Signature` field (draft section 2.1 and 4.1).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::DATE;

use crate::cavage::Component;
use crate::error::{Reason, VerifyError};
use crate::key::SignatureAlgorithm;

/// Longest signature field, in bytes.
const LONGEST_FIELD: usize = 16 * 1024;
/// Most parameters of a signature field; the draft knows six.
const MOST_PARAMETERS: usize = 32;
/// Most covered components.
pub(super) const MOST_COMPONENTS: usize = 64;

/// What a `Signature` field says, read but neither judged nor believed.
///
/// Its syntax is read as people write it: tokens without quotes, spaces around `=` and `,`, commas inside quotes, the
/// word `Signature` in front (as in an `Authorization` field), unknown parameters. What could be read in two ways is
/// refused: a parameter that stands there twice, with any spelling of its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureHeader<'a> {
    key_id: &'a str,
    algorithm: Option<&'a str>,
    created: Option<&'a str>,
    expires: Option<&'a str>,
    headers: Option<&'a str>,
    signature: Vec<u8>,
}

impl<'a> SignatureHeader<'a> {
    /// Reads the value of a `Signature` field, or of an `Authorization` field of the scheme `Signature`.
    ///
    /// Takes time linear in its length and no memory but for the signature.
    ///
    /// # Errors
    /// [`VerifyError::Unreadable`] if it is longer than 16 KiB or has more than 32 parameters, if it is not a list of
    /// `name=value` or `name="value"`, if a parameter is repeated, if `keyId` or `signature` are missing, or if the
    /// signature is not standard base64.
    pub fn parse(field: &'a [u8]) -> Result<Self, VerifyError> {
        Self::read(field).map_err(|(reason, part)| {
            let error = VerifyError::from(reason);
            match reason {
                Reason::HeaderMalformed | Reason::SignatureNotBase64 => error.finding(part),
                Reason::ParameterRepeated => error.about(str::from_utf8(part).unwrap_or_default()),
                _ => error,
            }
        })
    }

    /// Whether [`parse`](Self::parse) reads it. Says so without the cost of an error for people.
    pub(crate) fn can_parse(field: &'a [u8]) -> bool {
        Self::read(field).is_ok()
    }

    /// The rule that is broken, and the part of the field that breaks it.
    fn read(field: &'a [u8]) -> Result<Self, (Reason, &'a [u8])> {
        if field.len() > LONGEST_FIELD {
            return Err((Reason::HeaderTooLong, field));
        }
        let malformed = || (Reason::HeaderMalformed, field);
        let text = str::from_utf8(field).map_err(|_| malformed())?;
        let mut rest = without_scheme(text.trim_matches([' ', '\t']));
        let mut count = 0;
        let mut unknown: Vec<&str> = Vec::new();
        let [
            mut key_id,
            mut algorithm,
            mut created,
            mut expires,
            mut headers,
            mut signature,
        ] = [None; 6];
        loop {
            let (name, value, after) = parameter(rest).ok_or_else(malformed)?;
            count += 1;
            if count > MOST_PARAMETERS {
                return Err((Reason::TooManyParameters, field));
            }
            let repeated = || (Reason::ParameterRepeated, name.as_bytes());
            let known = [
                ("keyId", &mut key_id),
                ("algorithm", &mut algorithm),
                ("created", &mut created),
                ("expires", &mut expires),
                ("headers", &mut headers),
                ("signature", &mut signature),
            ];
            let mut known = known.into_iter();
            match known.find(|(known, _)| name.eq_ignore_ascii_case(known)) {
                Some((_, Some(_))) => return Err(repeated()),
                // Nobody escapes anything in these; whoever does may hope to be read in two ways.
                Some(_) if has_escapes(value) => return Err(malformed()),
                Some((_, place)) => *place = Some(value),
                None if unknown.iter().any(|other| other.eq_ignore_ascii_case(name)) => {
                    return Err(repeated());
                }
                None => unknown.push(name),
            }
            match after.strip_prefix(',') {
                Some(next) => rest = next,
                None if after.is_empty() => break,
                None => return Err(malformed()),
            }
        }
        let key_id = key_id
            .filter(|key_id| !key_id.is_empty())
            .ok_or((Reason::KeyIdMissing, field))?;
        let signature = signature.ok_or((Reason::SignatureMissing, field))?;
        let signature = STANDARD
            .decode(signature)
            .ok()
            .filter(|bytes| !bytes.is_empty())
            .ok_or((Reason::SignatureNotBase64, signature.as_bytes()))?;
        Ok(Self {
            key_id,
            algorithm,
            created,
            expires,
            headers,
            signature,
        })
    }

    /// The `keyId`: by convention the URL of the key. Nothing is known about it yet but that it is not empty.
    #[must_use]
    pub fn key_id(&self) -> &'a str {
        self.key_id
    }

    /// The `algorithm`, as the sender wrote it.
    #[must_use]
    pub fn algorithm(&self) -> Option<&'a str> {
        self.algorithm
    }

    /// The `created` parameter, as the sender wrote it. It counts only if `(created)` is covered.
    #[must_use]
    pub fn created(&self) -> Option<&'a str> {
        self.created
    }

    /// The `expires` parameter, as the sender wrote it. It counts only if `(expires)` is covered.
    #[must_use]
    pub fn expires(&self) -> Option<&'a str> {
        self.expires
    }

    /// The `headers` parameter: the names of the covered components, as the sender wrote them.
    #[must_use]
    pub fn headers(&self) -> Option<&'a str> {
        self.headers
    }

    /// The bytes of the signature.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    pub(crate) fn into_signature(self) -> Vec<u8> {
        self.signature
    }

    /// The covered components in their order.
    pub(crate) fn components(&self) -> Result<Vec<Component>, VerifyError> {
        let Some(headers) = self.headers else {
            // Draft section 2.1.6 says `(created)`, which section 2.3 forbids for the older algorithms; these stay
            // with the `date` of earlier drafts and of the example in appendix C.1.
            return Ok(vec![if self.algorithm.is_some_and(forbids_times) {
                Component::Field(DATE)
            } else {
                Component::Created
            }]);
        };
        let mut components = Vec::with_capacity(8);
        for name in headers.split_ascii_whitespace() {
            if components.len() == MOST_COMPONENTS {
                return Err(Reason::TooManyComponents.into());
            }
            let component = Component::parse(name)
                .ok_or_else(|| VerifyError::from(Reason::ComponentUnknown).about(name))?;
            if components.contains(&component) {
                return Err(VerifyError::from(Reason::ComponentRepeated).about(component.as_str()));
            }
            components.push(component);
        }
        Ok(components)
    }
}

/// The one algorithm that a message allows by naming it; `None` leaves the choice to the key.
///
/// The names are those of the draft's registry that prove anything, and `ed25519-sha512` of Misskey's library.
pub(crate) fn named_algorithm(
    name: Option<&str>,
) -> Result<Option<SignatureAlgorithm>, VerifyError> {
    match name {
        None | Some("hs2019") => Ok(None),
        Some("rsa-sha256") => Ok(Some(SignatureAlgorithm::RsaSha256)),
        Some("rsa-sha512") => Ok(Some(SignatureAlgorithm::RsaSha512)),
        Some("ed25519" | "ed25519-sha512") => Ok(Some(SignatureAlgorithm::Ed25519)),
        Some("hmac-sha256") => Ok(Some(SignatureAlgorithm::HmacSha256)),
        Some(other) => Err(VerifyError::from(Reason::AlgorithmRefused)
            .about("algorithm")
            .finding(other)),
    }
}

/// Draft section 2.3: with these algorithms `(created)` and `(expires)` may not be covered.
pub(crate) fn forbids_times(algorithm: &str) -> bool {
    ["rsa", "hmac", "ecdsa"]
        .iter()
        .any(|start| algorithm.starts_with(start))
}

fn without_scheme(text: &str) -> &str {
    match text.split_at_checked("Signature".len()) {
        Some((scheme, rest))
            if scheme.eq_ignore_ascii_case("Signature") && rest.starts_with([' ', '\t']) =>
        {
            let parameters = rest.trim_start_matches([' ', '\t']);
            // `signature = "…"` is a parameter, too.
            if parameters.starts_with('=') {
                text
            } else {
                parameters
            }
        }
        _ => text,
    }
}

/// Splits `name = value` off the front, spaces around it included.
fn parameter(text: &str) -> Option<(&str, &str, &str)> {
    let (name, text) = token(text.trim_start_matches([' ', '\t']))?;
    let text = text.trim_start_matches([' ', '\t']).strip_prefix('=')?;
    let text = text.trim_start_matches([' ', '\t']);
    let (value, text) = match text.strip_prefix('"') {
        Some(text) => quoted(text)?,
        None => token(text)?,
    };
    Some((name, value, text.trim_start_matches([' ', '\t'])))
}

fn token(text: &str) -> Option<(&str, &str)> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let end = text
        .bytes()
        .position(|byte| !is_token(byte))
        .unwrap_or(text.len());
    text.split_at_checked(end)
        .filter(|(token, _)| !token.is_empty())
}

/// The inside of a quoted string, with its escapes as they stand, and what follows the closing quote.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let mut end = text.find('"')?;
    // Hardly anybody escapes anything, so that this is a second look.
    if has_escapes(text.get(..end)?) {
        let mut escaped = false;
        end = text.bytes().position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        })?;
    }
    let (inside, after) = (text.get(..end)?, text.get(end + 1..)?);
    let is_plain = inside
        .bytes()
        .fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~'));
    (is_plain || !inside.contains(char::is_control)).then_some((inside, after))
}

/// Whether there is a backslash in it. Looks at every byte, as that is faster than to look for the first.
pub(crate) fn has_escapes(text: &str) -> bool {
    text.bytes()
        .fold(false, |escapes, byte| escapes | (byte == b'\\'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(field: &str) -> Reason {
        SignatureHeader::parse(field.as_bytes())
            .unwrap_err()
            .reason()
    }

    #[test]
    fn loose_spelling_is_read() {
        let field = "Signature keyId = \"https://a.example/u#main,key\" ,algorithm=  rsa-sha256, created=12,\
                     Headers=\"host  Date (request-target)\",opaque=\"a \\\" b\",signature=\"AAEC\"";
        let header = SignatureHeader::parse(field.as_bytes()).unwrap();
        assert_eq!(header.key_id(), "https://a.example/u#main,key");
        assert_eq!(header.algorithm(), Some("rsa-sha256"));
        assert_eq!(header.created(), Some("12"));
        assert_eq!(header.expires(), None);
        assert_eq!(header.signature(), [0, 1, 2]);
        let names: Vec<_> = header
            .components()
            .unwrap()
            .iter()
            .map(|c| c.as_str().to_owned())
            .collect();
        assert_eq!(names, ["host", "date", "(request-target)"]);
    }

    #[test]
    fn the_word_signature_in_front_is_not_taken_for_the_parameter() {
        let header = SignatureHeader::parse(b"signature = \"AAEC\", keyId=k").unwrap();
        assert_eq!((header.key_id(), header.signature()), ("k", &[0, 1, 2][..]));
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for (field, expected) in [
            ("", Reason::HeaderMalformed),
            ("hello this is malformed!", Reason::HeaderMalformed),
            ("keyId=\"a\",,signature=\"AAEC\"", Reason::HeaderMalformed),
            ("keyId=\"a\",signature=\"AAEC\",", Reason::HeaderMalformed),
            ("keyId=\"a\" signature=\"AAEC\"", Reason::HeaderMalformed),
            (
                "keyId=\"a\\\"b\",signature=\"AAEC\"",
                Reason::HeaderMalformed,
            ),
            (
                "keyId=\"a\\\\b\",signature=\"AAEC\"",
                Reason::HeaderMalformed,
            ),
            ("keyId=\"a,signature=AAEC", Reason::HeaderMalformed),
            (
                "keyId=a,KEYID=b,signature=\"AAEC\"",
                Reason::ParameterRepeated,
            ),
            (
                "keyId=a,x=1,x=1,signature=\"AAEC\"",
                Reason::ParameterRepeated,
            ),
            ("keyId=\"\",signature=\"AAEC\"", Reason::KeyIdMissing),
            ("keyId=a", Reason::SignatureMissing),
            ("keyId=a,signature=\"\"", Reason::SignatureNotBase64),
            ("keyId=a,signature=\"AAE\"", Reason::SignatureNotBase64),
            ("keyId=a,signature=\"AA_-\"", Reason::SignatureNotBase64),
            ("keyId=a,signature=\"AAF=\"", Reason::SignatureNotBase64),
        ] {
            assert_eq!(reason(field), expected, "{field}");
        }
        let twice = SignatureHeader::parse(b"keyId=a,KEYID=b,signature=AAEC").unwrap_err();
        assert_eq!(twice.component(), Some("KEYID"));
        let digits = SignatureHeader::parse(b"keyId=a,signature=AA_-").unwrap_err();
        assert_eq!(digits.found(), Some("AA_-"));
    }

    #[test]
    fn a_quoted_string_ends_at_the_first_quote_that_is_not_escaped() {
        for (text, inside) in [
            (r#"" rest"#, ""),
            (r#"a b" rest"#, "a b"),
            (r#"a\\" rest"#, r"a\\"),
            (r#"a\"b" rest"#, r#"a\"b"#),
            (r#"ab\"c" rest"#, r#"ab\"c"#),
            (r#"a\\\"b" rest"#, r#"a\\\"b"#),
            (r#"\a\"b" rest"#, r#"\a\"b"#),
            (r#"é" rest"#, "é"),
        ] {
            assert_eq!(quoted(text), Some((inside, " rest")), "{text}");
        }
        for text in ["", "a", r#"a\""#, "a\tb\"", "é\u{9b}\"", "\u{7f}\""] {
            assert_eq!(quoted(text), None, "{text:?}");
        }
    }

    #[test]
    fn each_limit_is_kept_at_its_edge() {
        let start = "keyId=a,signature=\"AAEC\"";
        let parameters =
            |count: usize| (0..count).fold(start.to_owned(), |text, i| format!("{text},p{i}=1"));
        assert!(SignatureHeader::parse(parameters(MOST_PARAMETERS - 2).as_bytes()).is_ok());
        assert_eq!(
            reason(&parameters(MOST_PARAMETERS - 1)),
            Reason::TooManyParameters
        );

        let long = |length: usize| format!("{start},x={}", "y".repeat(length - start.len() - 3));
        assert!(SignatureHeader::parse(long(LONGEST_FIELD).as_bytes()).is_ok());
        assert_eq!(reason(&long(LONGEST_FIELD + 1)), Reason::HeaderTooLong);

        let covering = |count: usize| {
            let names: Vec<_> = (0..count).map(|i| format!("x-{i}")).collect();
            let field = format!("{start},headers=\"{}\"", names.join(" "));
            SignatureHeader::parse(field.as_bytes())
                .unwrap()
                .components()
                .map_err(|error| error.reason())
        };
        assert_eq!(covering(MOST_COMPONENTS).unwrap().len(), MOST_COMPONENTS);
        assert_eq!(
            covering(MOST_COMPONENTS + 1),
            Err(Reason::TooManyComponents)
        );
    }
}
