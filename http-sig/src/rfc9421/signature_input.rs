//! The values of the fields `Signature-Input` (section 4.1) and `Signature` (section 4.2).

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
    label: String,
    components: Vec<Component>,
    created: Option<u64>,
    expires: Option<u64>,
    key_id: Option<String>,
    algorithm: Option<String>,
    nonce: Option<String>,
    tag: Option<String>,
    parameters: String,
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
        &self.label
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
        &self.parameters
    }

    pub(crate) fn covered(&self) -> &[Component] {
        &self.components
    }

    /// Moves the key id out.
    pub(crate) fn take_key_id(&mut self) -> String {
        self.key_id.take().unwrap_or_default()
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
        let mut text = String::with_capacity(256);
        structured_field::write_inner_list(&mut text, items, parameters);
        let mut input = Self {
            label: label.to_owned(),
            components,
            created: None,
            expires: None,
            key_id: None,
            algorithm: None,
            nonce: None,
            tag: None,
            parameters: text,
        };
        for (name, value) in parameters {
            match name.as_str() {
                "created" => input.created = Some(seconds("created", value)?),
                "expires" => input.expires = Some(seconds("expires", value)?),
                "keyid" => input.key_id = Some(string("keyid", value)?),
                "alg" => input.algorithm = Some(string("alg", value)?),
                "nonce" => input.nonce = Some(string("nonce", value)?),
                "tag" => input.tag = Some(string("tag", value)?),
                _ => {}
            }
        }
        Ok(input)
    }
}

/// The signature under this label in the value of a `Signature` field, all of which must be readable.
pub(crate) fn signature(field: Option<&[u8]>, label: &str) -> Result<Vec<u8>, VerifyError> {
    let missing = || VerifyError::from(Reason::SignatureMissing).about(label);
    let members = structured_field::dictionary(field.ok_or_else(missing)?)
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
    match value {
        BareItem::String(text) => Ok(text.as_str().to_owned()),
        _ => Err(VerifyError::from(Reason::HeaderMalformed).about(name)),
    }
}
