//! The values of the fields `Signature-Input` (section 4.1) and `Signature` (section 4.2).

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sfv::{Integer, KeyRef, StringRef};

use crate::cavage::has_escapes;
use crate::error::{Reason, VerifyError};
use crate::key::SignatureAlgorithm;
use crate::policy::LAST_SECOND;
use crate::rfc9421::Component;
use crate::structured_field::{self, BareItem, Item, Member, Parameters};

/// Most covered components.
pub(crate) const MOST_COMPONENTS: usize = 64;

/// One member of a `Signature-Input` field, read but neither judged nor believed: what a signature covers, and its
/// parameters.
#[derive(Clone, Debug)]
pub struct SignatureInput {
    /// The whole member in its canonical spelling: the label, an equals sign, and what is signed of it.
    member: String,
    components: Vec<Component>,
    created: Option<u64>,
    expires: Option<u64>,
    key_id: Option<String>,
    algorithm: Option<Cow<'static, str>>,
    nonce: Option<String>,
    tag: Option<String>,
}

impl SignatureInput {
    /// Reads the value of a `Signature-Input` field of a request: a member for each signature, in their order.
    ///
    /// # Errors
    /// [`VerifyError::Unreadable`] if it is not a dictionary of inner lists of strings, at most 16 KiB long, with at most
    /// 32 members, 32 parameters and 64 components each; if a label, parameter or component stands in it twice; if a
    /// component is not one of a request (`req` and unknown parameters are refused); if a parameter of section 2.3
    /// is of another type than it must be, or a time is not in the years 1970 to 9999.
    pub fn parse(field: &[u8]) -> Result<Vec<Self>, VerifyError> {
        Self::parse_any(field, false)
    }

    /// Reads the value of a `Signature-Input` field of a response.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), but for components: those of a response count, and with `req` those of its request.
    pub fn parse_response(field: &[u8]) -> Result<Vec<Self>, VerifyError> {
        Self::parse_any(field, true)
    }

    fn parse_any(field: &[u8], in_response: bool) -> Result<Vec<Self>, VerifyError> {
        if let Some(input) = Self::parse_plain(field, in_response) {
            return Ok(vec![input]);
        }
        let members = structured_field::dictionary(field)
            .map_err(|reason| VerifyError::from(reason).about("signature-input"))?;
        let members = members.into_iter().map(|(label, member)| match member {
            Member::InnerList(items, parameters) => {
                Self::new(label, &items, &parameters, in_response)
            }
            Member::Item(_) => Err(VerifyError::from(Reason::HeaderMalformed)
                .about("signature-input")
                .finding(label)),
        });
        members.collect()
    }

    /// The label, under which the `Signature` field has the signature.
    #[must_use]
    pub fn label(&self) -> &str {
        self.split().0
    }

    /// The identifiers of the covered components, such as `"@method"` or `"example-dict";key="a"`, in their order.
    pub fn components(&self) -> impl Iterator<Item = &str> {
        self.components.iter().map(Component::identifier)
    }

    /// When the signature was made, in seconds since 1970.
    #[must_use]
    pub fn created(&self) -> Option<u64> {
        self.created
    }

    /// Until when the signature is good, in seconds since 1970.
    #[must_use]
    pub fn expires(&self) -> Option<u64> {
        self.expires
    }

    /// The `keyid`: in the fediverse the URL of the key.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// The `alg`, as the sender wrote it.
    #[must_use]
    pub fn algorithm(&self) -> Option<&str> {
        self.algorithm.as_deref()
    }

    /// The `nonce`, as the sender wrote it.
    #[must_use]
    pub fn nonce(&self) -> Option<&str> {
        self.nonce.as_deref()
    }

    /// The `tag`: for which application the signature was made.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The signature parameters as they are signed: covered components and parameters in their canonical spelling.
    #[must_use]
    pub fn parameters(&self) -> &str {
        self.split().1
    }

    pub(crate) fn covered(&self) -> &[Component] {
        &self.components
    }

    /// Moves the key id out.
    pub(crate) fn take_key_id(&mut self) -> String {
        self.key_id.take().unwrap_or_default()
    }

    fn split(&self) -> (&str, &str) {
        // No label has an equals sign in it.
        split(&self.member, b'=').unwrap_or_default()
    }

    fn new(
        label: &str,
        items: &[Item<'_>],
        parameters: &Parameters<'_>,
        in_response: bool,
    ) -> Result<Self, VerifyError> {
        if items.len() > MOST_COMPONENTS {
            return Err(Reason::TooManyComponents.into());
        }
        let mut components: Vec<Component> = Vec::with_capacity(items.len());
        for item in items {
            let component = Component::parse(item, in_response)?;
            if components.iter().any(|other| other.is_same(&component)) {
                let repeated = VerifyError::from(Reason::ComponentRepeated);
                return Err(repeated.about(component.identifier()));
            }
            components.push(component);
        }
        let mut member = String::with_capacity(256);
        member.push_str(label);
        member.push('=');
        structured_field::write_inner_list(&mut member, items, parameters);
        let mut input = Self::with(member, components);
        for (name, value) in parameters {
            input.set(name.as_str(), value)?;
        }
        Ok(input)
    }

    /// Reads what nearly everybody writes, without spelling it anew: one member, in its canonical spelling, with
    /// components and parameters that need no escape and are known. `None` only means that the field is not one of these.
    fn parse_plain(field: &[u8], in_response: bool) -> Option<Self> {
        if field.len() > structured_field::LONGEST {
            return None;
        }
        let member = str::from_utf8(field).ok()?;
        let (label, parameters) = split(member, b'=')?;
        KeyRef::from_str(label).ok()?;
        let (mut list, mut rest) = split(parameters.strip_prefix('(')?, b')')?;
        let mut components: Vec<Component> = Vec::with_capacity(8);
        while !list.is_empty() {
            if !components.is_empty() {
                list = list.strip_prefix(' ')?;
            }
            let (name, after) = split(list.strip_prefix('"')?, b'"')?;
            list = after;
            let item = Item {
                value: plain_string(name)?,
                parameters: Parameters::new(),
            };
            let component = Component::parse(&item, in_response).ok()?;
            let repeated = components.iter().any(|other| other.is_same(&component));
            if repeated || components.len() == MOST_COMPONENTS {
                return None;
            }
            components.push(component);
        }
        let mut input = Self::with(member.to_owned(), components);
        while !rest.is_empty() {
            let (name, value) = split(rest.strip_prefix(';')?, b'=')?;
            let value = match value.strip_prefix('"') {
                Some(value) => {
                    let (value, after) = split(value, b'"')?;
                    rest = after;
                    plain_string(value)?
                }
                None => {
                    let end = value.find(';').unwrap_or(value.len());
                    let (value, after) = value.split_at_checked(end)?;
                    rest = after;
                    plain_integer(value)?
                }
            };
            if !input.set(name, &value).ok()? {
                return None;
            }
        }
        Some(input)
    }

    fn with(member: String, components: Vec<Component>) -> Self {
        Self {
            member,
            components,
            created: None,
            expires: None,
            key_id: None,
            algorithm: None,
            nonce: None,
            tag: None,
        }
    }

    /// Whether it is a parameter of section 2.3 and stands here for the first time.
    fn set(&mut self, name: &str, value: &BareItem<'_>) -> Result<bool, VerifyError> {
        let before = match name {
            "created" => self.created.replace(seconds(name, value)?).is_some(),
            "expires" => self.expires.replace(seconds(name, value)?).is_some(),
            "keyid" => self.key_id.replace(string(name, value)?).is_some(),
            "alg" => {
                let written = text(name, value)?;
                let known = NAMES.iter().find(|(known, _)| *known == written);
                let algorithm = match known {
                    Some((known, _)) => Cow::Borrowed(*known),
                    None => Cow::Owned(written.to_owned()),
                };
                self.algorithm.replace(algorithm).is_some()
            }
            "nonce" => self.nonce.replace(string(name, value)?).is_some(),
            "tag" => self.tag.replace(string(name, value)?).is_some(),
            _ => return Ok(false),
        };
        Ok(!before)
    }
}

/// What stands before the first such byte, and after it. The texts are too short for a search to be worth its start.
fn split(text: &str, at: u8) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| byte == at)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// What stands between quotes, spelled without escapes.
fn plain_string(text: &str) -> Option<BareItem<'_>> {
    let string = StringRef::from_str(text).ok()?;
    (!has_escapes(text)).then_some(BareItem::String(Cow::Borrowed(string)))
}

/// A number that is not negative, in its canonical spelling.
fn plain_integer(text: &str) -> Option<BareItem<'_>> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || (text.starts_with('0') && text != "0") {
        return None;
    }
    let integer = Integer::try_from(text.parse::<i64>().ok()?).ok()?;
    Some(BareItem::Integer(integer))
}

/// The signature under this label in the value of a `Signature` field, all of which must be readable.
pub(crate) fn signature(field: Option<&[u8]>, label: &str) -> Result<Vec<u8>, VerifyError> {
    let missing = || VerifyError::from(Reason::SignatureMissing).about(label);
    let field = field.ok_or_else(missing)?;
    let encoded = structured_field::only_byte_sequence(field, label);
    if let Some(Ok(signature)) = encoded.map(|encoded| STANDARD.decode(encoded))
        && !signature.is_empty()
    {
        return Ok(signature);
    }
    let members = structured_field::dictionary(field)
        .map_err(|reason| VerifyError::from(reason).about("signature"))?;
    let mut found = None;
    for (other, member) in members {
        match member {
            Member::Item(Item {
                value: BareItem::ByteSequence(bytes),
                ..
            }) if !bytes.is_empty() => {
                if other == label {
                    found = Some(bytes);
                }
            }
            _ => return Err(VerifyError::from(Reason::SignatureNotBase64).about(other)),
        }
    }
    found.ok_or_else(missing)
}

const NAMES: [(&str, SignatureAlgorithm); 6] = [
    ("rsa-v1_5-sha256", SignatureAlgorithm::RsaSha256),
    ("rsa-pss-sha512", SignatureAlgorithm::RsaPssSha512),
    ("ecdsa-p256-sha256", SignatureAlgorithm::EcdsaP256Sha256),
    ("ecdsa-p384-sha384", SignatureAlgorithm::EcdsaP384Sha384),
    ("ed25519", SignatureAlgorithm::Ed25519),
    ("hmac-sha256", SignatureAlgorithm::HmacSha256),
];

/// The one algorithm that a message allows by naming it; `None` leaves the choice to the key.
pub(crate) fn named_algorithm(
    name: Option<&str>,
) -> Result<Option<SignatureAlgorithm>, VerifyError> {
    let Some(name) = name else { return Ok(None) };
    match NAMES.iter().find(|(known, _)| *known == name) {
        Some((_, algorithm)) => Ok(Some(*algorithm)),
        None => Err(VerifyError::from(Reason::AlgorithmRefused)
            .about("alg")
            .finding(name)),
    }
}

/// The name of an algorithm in the registry of section 6.2; none for RSA PKCS#1 v1.5 with SHA-512.
pub(crate) fn algorithm_name(algorithm: SignatureAlgorithm) -> Option<&'static str> {
    let mut names = NAMES.iter();
    names
        .find(|(_, known)| *known == algorithm)
        .map(|(name, _)| *name)
}

fn seconds(name: &str, value: &BareItem<'_>) -> Result<u64, VerifyError> {
    let malformed = || VerifyError::from(Reason::TimeMalformed).about(name);
    let BareItem::Integer(seconds) = value else {
        return Err(malformed());
    };
    u64::try_from(i64::from(*seconds))
        .ok()
        .filter(|seconds| *seconds <= LAST_SECOND)
        .ok_or_else(malformed)
}

pub(crate) fn string(name: &str, value: &BareItem<'_>) -> Result<String, VerifyError> {
    text(name, value).map(str::to_owned)
}

fn text<'a>(name: &str, value: &'a BareItem<'_>) -> Result<&'a str, VerifyError> {
    match value {
        BareItem::String(text) => Ok(text.as_str()),
        _ => Err(VerifyError::from(Reason::HeaderMalformed).about(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read of a field as a plain one, and as any.
    fn both(field: &str, in_response: bool) -> [Option<String>; 2] {
        let field = field.as_bytes();
        let plain = SignatureInput::parse_plain(field, in_response);
        let members = structured_field::dictionary(field).unwrap_or_default();
        let any = match members.as_slice() {
            [(label, Member::InnerList(items, parameters))] => {
                SignatureInput::new(label, items, parameters, in_response).ok()
            }
            _ => None,
        };
        [plain, any].map(|input| input.map(|input| format!("{input:?}")))
    }

    const PLAIN: &str = "sig1=(\"@method\" \"@target-uri\" \"content-digest\");created=1618884473;\
                         expires=0;keyid=\"https://a.example/u#k\";alg=\"ed25519\";nonce=\"n=;)\";tag=\"\"";

    #[test]
    fn a_plain_field_is_read_as_one() {
        for field in [PLAIN, "*=(\"@method\")", "a=(\"date\");alg=\"unknown\""] {
            let [plain, any] = both(field, false);
            assert!(plain.is_some(), "{field}");
            assert_eq!(plain, any, "{field}");
        }
        let [plain, any] = both("a=(\"@status\" \"date\")", true);
        assert!(plain.is_some());
        assert_eq!(plain, any);
    }

    #[test]
    fn what_is_read_as_plain_is_what_any_reading_gives() {
        // Each place of the field with something else there, or with nothing.
        let others = [
            "",
            " ",
            "  ",
            "\"",
            "\\",
            "\\\\",
            ";",
            "=",
            "(",
            ")",
            ",",
            "0",
            "9",
            "-",
            "A",
            "a",
            "\t",
            "\u{7f}",
            "é",
            ":",
            "?1",
            "1.0",
            ";req",
            "created=1;",
            "\"date\"",
            "\"@method\" ",
        ];
        let mut plain_ones = 0;
        for start in 0..=PLAIN.len() {
            for end in [start, start + 1] {
                let (Some(before), Some(after)) = (PLAIN.get(..start), PLAIN.get(end..)) else {
                    continue;
                };
                for other in others {
                    let field = format!("{before}{other}{after}");
                    for in_response in [false, true] {
                        let [plain, any] = both(&field, in_response);
                        if plain.is_some() {
                            assert_eq!(plain, any, "{field}");
                            plain_ones += 1;
                        }
                    }
                }
            }
        }
        assert!(plain_ones > 1000, "{plain_ones}");
    }

    #[test]
    fn each_limit_is_kept_at_its_edge() {
        let reason = |field: &str| {
            let read = SignatureInput::parse(field.as_bytes());
            read.err().map(|error| error.reason())
        };
        let components = |count: usize| {
            let names: Vec<_> = (0..count).map(|i| format!("\"x{i}\"")).collect();
            format!("a=({})", names.join(" "))
        };
        assert_eq!(reason(&components(MOST_COMPONENTS)), None);
        let one_more = reason(&components(MOST_COMPONENTS + 1));
        assert_eq!(one_more, Some(Reason::TooManyComponents));
        let start = "a=(\"date\");keyid=\"";
        let long = |length: usize| format!("{start}{}\"", "x".repeat(length - start.len() - 1));
        assert_eq!(reason(&long(structured_field::LONGEST)), None);
        let one_more = reason(&long(structured_field::LONGEST + 1));
        assert_eq!(one_more, Some(Reason::HeaderTooLong));

        let long =
            |digits: usize| signature(Some(format!("a=:{}:", "A".repeat(digits)).as_bytes()), "a");
        assert!(long(structured_field::LONGEST - 4 - 4).is_ok());
        let too_long = long(structured_field::LONGEST).unwrap_err();
        assert_eq!(too_long.reason(), Reason::HeaderTooLong);
    }
}
