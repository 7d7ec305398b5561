//! What can go wrong, grouped by whose fault it is.

use std::error::Error;
use std::fmt;

use http::StatusCode;

/// Why a message was not accepted.
///
/// The variant says whose fault it is; [`reason`](Self::reason) says which rule was broken and can be compared in
/// tests; [`component`](Self::component), [`expected`](Self::expected) and [`found`](Self::found) are the evidence.
/// Nothing in it is secret, and foreign text in it is shortened and escaped, so it may be logged and shown.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VerifyError {
    /// The sender's: what it sent cannot be read without guessing.
    Unreadable(Refusal),
    /// The sender's: it can be read, but does not prove what the policy asks for.
    Insufficient(Refusal),
    /// Nobody's yet: signature or digest do not fit. The message was forged or changed on the way, or the key is
    /// no longer the sender's; with a freshly fetched key a second try is worth it.
    Mismatch(Refusal),
    /// Ours: this server is not set up to judge any message.
    Setup(Refusal),
}

/// Which rule was broken, and the evidence for it. Read it through the methods of [`VerifyError`].
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    reason: Reason,
    evidence: Option<Box<Evidence>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Evidence {
    component: Option<String>,
    expected: Option<String>,
    found: Option<String>,
}

/// The rule that a refused message broke.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// There is no `Signature` field and no `Authorization: Signature`.
    Unsigned,
    /// The message is signed by the draft and by RFC 9421 both, and the policy does not say which one counts.
    SchemesMixed,
    /// The message is signed by a standard that the policy does not accept.
    StandardRefused,
    /// More than one signature field.
    SignatureRepeated,
    /// The signature field is longer than 16 KiB.
    HeaderTooLong,
    /// The signature field is not a list of `name="value"`.
    HeaderMalformed,
    /// A parameter of the signature field stands in it twice.
    ParameterRepeated,
    /// The signature field has more than 32 parameters.
    TooManyParameters,
    /// `Signature-Input` has no signature, several, or none with the label or tag that the policy wants.
    LabelUnclear,
    /// There is no `nonce`, or an empty one, and the policy demands one.
    NonceMissing,
    /// There is no `keyId`, or an empty one.
    KeyIdMissing,
    /// There is no `signature` parameter.
    SignatureMissing,
    /// The `signature` parameter is not standard base64 with its padding, or a member of the `Signature` field is not a
    /// byte sequence.
    SignatureNotBase64,
    /// `created` or `expires` is covered and is not a whole number of seconds in the years 1970 to 9999.
    TimeMalformed,
    /// More than 64 covered components, or a signature base longer than 64 KiB.
    TooManyComponents,
    /// The list of covered components names one twice.
    ComponentRepeated,
    /// The list of covered components names something that is not a field name nor a known `(…)` or `@…`, or it has a
    /// parameter that is not known or does not belong there.
    ComponentUnknown,
    /// A component is covered as a structured field or a part of one, and the field is not one that can be read so.
    FieldNotStructured,
    /// The method has lower-case letters, which the signature base cannot tell from upper-case ones.
    MethodAmbiguous,
    /// A component is covered, but the message does not have it.
    ComponentMissing,
    /// A field that may stand only once stands in the message several times.
    FieldRepeated,
    /// The policy demands that a component is covered, and it is not.
    ComponentUncovered,
    /// Neither `date` nor `(created)` is covered, or there is no `created`, so nothing says when this was signed.
    NoTimeCovered,
    /// `(created)` or `(expires)` is covered with an algorithm whose name forbids that (draft section 2.3).
    TimeForbidden,
    /// The algorithm is none that may be used: `none`, `rsa-sha1`, an empty or unknown name, or one that the policy does
    /// not accept, as `hmac-sha256` if it was not asked to.
    AlgorithmRefused,
    /// The algorithm that the message names is not one of the key.
    AlgorithmMismatch,
    /// The RSA key has fewer bits than the policy demands.
    KeyTooSmall,
    /// The `Host` is none of this server's configured authorities.
    HostNotOurs,
    /// The `Host` field and the authority of the request target differ.
    HostConflict,
    /// The signature is not the one that this server asked for by `Accept-Signature`.
    ChallengeUnanswered,
    /// `Date` is not an HTTP date.
    DateMalformed,
    /// Signed too long ago.
    TooOld,
    /// Signed in the future.
    InFuture,
    /// The time in `expires` has passed.
    Expired,
    /// `expires` lies before `created`.
    ExpiresBeforeCreated,
    /// The `Digest` field is not a list of `algorithm=base64`, or `Content-Digest` not a dictionary of byte sequences, or a
    /// SHA-256 or SHA-512 value in it is not of the right length.
    DigestMalformed,
    /// The digest field gives an algorithm twice.
    DigestRepeated,
    /// The digest field has neither a SHA-256 nor a SHA-512 value, or only one by an algorithm that the policy does not
    /// accept.
    DigestWeak,
    /// The body is longer than the recipient reads.
    BodyTooLong,
    /// The body is not the one whose digest was sent.
    DigestMismatch,
    /// The signature was not made with this key over this message.
    SignatureMismatch,
    /// No authority is configured, so no request can be meant for this server.
    NoAuthorities,
}

impl VerifyError {
    /// Which rule was broken.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.refusal().reason
    }

    /// The component, field or parameter that the rule is about, by its name.
    #[must_use]
    pub fn component(&self) -> Option<&str> {
        self.refusal().evidence.as_deref()?.component.as_deref()
    }

    /// What would have been accepted.
    #[must_use]
    pub fn expected(&self) -> Option<&str> {
        self.refusal().evidence.as_deref()?.expected.as_deref()
    }

    /// What the message had instead; escaped, at most 200 characters.
    #[must_use]
    pub fn found(&self) -> Option<&str> {
        self.refusal().evidence.as_deref()?.found.as_deref()
    }

    /// What to look at when the sender is believed to be honest; most often a proxy that rewrites requests.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self.reason() {
            Reason::Unsigned => {
                "the sender must sign its requests, GET too; if it does, a proxy may have removed the Signature field"
            }
            Reason::SchemesMixed => {
                "the sender must sign by one of the standards; a policy may fall_back_to_draft"
            }
            Reason::LabelUnclear => {
                "name in the policy the label and tag of the signature that counts; a proxy may have added one of its own"
            }
            Reason::HeaderMalformed | Reason::SignatureMissing => {
                "the draft writes keyId=\"…\",headers=\"…\",signature=\"…\" into Signature; RFC 9421 writes sig1=(…);keyid=\"…\" \
                 into Signature-Input and sig1=:…: into Signature"
            }
            Reason::SignatureNotBase64 => {
                "write the bytes of the signature in standard base64 with its padding: not in that of URLs, not in hexadecimal \
                 digits, and without line breaks"
            }
            Reason::TimeMalformed => {
                "write whole seconds since 1970: no milliseconds, no fraction and no date"
            }
            Reason::ComponentUnknown => {
                "RFC 9421 writes names of fields in lower case; the draft knows (request-target), (created) and (expires)"
            }
            Reason::ComponentMissing => {
                "a proxy may have removed the field, or the sender names one that it does not send"
            }
            Reason::FieldRepeated => {
                "a proxy may have added a field beside the sender's; let it replace none and add none"
            }
            Reason::ComponentUncovered => {
                "by the draft cover (request-target) host date, and digest if there is a body; by RFC 9421 \
                 \"@method\" \"@target-uri\", and \"content-digest\""
            }
            Reason::NoTimeCovered => {
                "cover date, or (created) with the algorithm hs2019; by RFC 9421 send the parameter created"
            }
            Reason::TimeForbidden => {
                "name the algorithm hs2019, or cover date in place of (created)"
            }
            Reason::AlgorithmRefused => {
                "sign with RSA and SHA-256, named rsa-sha256 or hs2019 by the draft and rsa-v1_5-sha256 by RFC 9421, in lower case"
            }
            Reason::AlgorithmMismatch => {
                "the key may be another one of the same sender: fetch the one that the key id names"
            }
            Reason::HostNotOurs | Reason::HostConflict => {
                "if a reverse proxy stands in front, let it pass on the Host field as the sender wrote it, \
                 and list every public host name in the policy"
            }
            Reason::DateMalformed => {
                "write it as in `Thu, 01 Jan 2026 00:00:00 GMT`: in English and in GMT"
            }
            Reason::DigestMalformed | Reason::DigestWeak | Reason::DigestRepeated => {
                "write `Digest: SHA-256=` and standard base64, or `Content-Digest: sha-256=:…:`"
            }
            Reason::DigestMismatch => {
                "check the body exactly as it was received: before decompressing, decoding or parsing it"
            }
            Reason::SignatureMismatch => {
                "compare the signature base with the sender's; a proxy may have changed the path, its percent-encoding \
                 or a covered field, or the key may be an old one; Policy::explain tries that out"
            }
            Reason::TooOld | Reason::InFuture | Reason::Expired => {
                "compare the clocks of both servers; a queue must sign anew when it sends again"
            }
            _ => return None,
        })
    }

    /// The answer to give: 400 for what cannot be read, 401 for what is not proved, 413 for a body that is too long, 500 if
    /// it is our own setup.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            _ if self.reason() == Reason::BodyTooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unreadable(_) => StatusCode::BAD_REQUEST,
            Self::Insufficient(_) | Self::Mismatch(_) => StatusCode::UNAUTHORIZED,
            Self::Setup(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What was wrong, without what to do about it.
    pub(crate) fn write_without_hint(&self, f: &mut impl fmt::Write) -> fmt::Result {
        write!(f, "{}", self.reason())?;
        if let Some(component) = self.component() {
            write!(f, ": `{component}`")?;
        }
        if let Some(expected) = self.expected() {
            write!(f, ", expected {expected}")?;
        }
        if let Some(found) = self.found() {
            write!(f, ", found \"{found}\"")?;
        }
        Ok(())
    }

    fn refusal(&self) -> &Refusal {
        match self {
            Self::Unreadable(refusal)
            | Self::Insufficient(refusal)
            | Self::Mismatch(refusal)
            | Self::Setup(refusal) => refusal,
        }
    }

    fn with(mut self, set: impl FnOnce(&mut Evidence)) -> Self {
        let (Self::Unreadable(refusal)
        | Self::Insufficient(refusal)
        | Self::Mismatch(refusal)
        | Self::Setup(refusal)) = &mut self;
        set(refusal.evidence.get_or_insert_default());
        self
    }

    pub(crate) fn about(self, component: &str) -> Self {
        self.with(|evidence| evidence.component = Some(printable(component.as_bytes())))
    }

    pub(crate) fn expecting(self, expected: impl Into<String>) -> Self {
        self.with(|evidence| evidence.expected = Some(expected.into()))
    }

    pub(crate) fn finding(self, found: impl AsRef<[u8]>) -> Self {
        self.with(|evidence| evidence.found = Some(printable(found.as_ref())))
    }
}

impl From<Reason> for VerifyError {
    fn from(reason: Reason) -> Self {
        let refusal = Refusal {
            reason,
            evidence: None,
        };
        match reason {
            Reason::SignatureRepeated
            | Reason::HeaderTooLong
            | Reason::HeaderMalformed
            | Reason::ParameterRepeated
            | Reason::TooManyParameters
            | Reason::SchemesMixed
            | Reason::FieldNotStructured
            | Reason::KeyIdMissing
            | Reason::SignatureMissing
            | Reason::SignatureNotBase64
            | Reason::TimeMalformed
            | Reason::TooManyComponents
            | Reason::ComponentRepeated
            | Reason::ComponentUnknown
            | Reason::MethodAmbiguous
            | Reason::FieldRepeated
            | Reason::HostConflict
            | Reason::DateMalformed
            | Reason::DigestMalformed
            | Reason::DigestRepeated
            | Reason::BodyTooLong => Self::Unreadable(refusal),
            Reason::Unsigned
            | Reason::StandardRefused
            | Reason::NonceMissing
            | Reason::KeyTooSmall
            | Reason::LabelUnclear
            | Reason::ComponentMissing
            | Reason::ComponentUncovered
            | Reason::NoTimeCovered
            | Reason::TimeForbidden
            | Reason::AlgorithmRefused
            | Reason::AlgorithmMismatch
            | Reason::HostNotOurs
            | Reason::ChallengeUnanswered
            | Reason::TooOld
            | Reason::InFuture
            | Reason::Expired
            | Reason::ExpiresBeforeCreated
            | Reason::DigestWeak => Self::Insufficient(refusal),
            Reason::DigestMismatch | Reason::SignatureMismatch => Self::Mismatch(refusal),
            Reason::NoAuthorities => Self::Setup(refusal),
        }
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_without_hint(f)?;
        if let Some(hint) = self.hint() {
            write!(f, " ({hint})")?;
        }
        Ok(())
    }
}

impl Error for VerifyError {}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unsigned => "the message is not signed",
            Self::SchemesMixed => "the message is signed by two standards at once",
            Self::StandardRefused => "the message is signed by a standard that is not accepted",
            Self::NonceMissing => "the signature has no nonce",
            Self::LabelUnclear => "it is not clear which one of the signatures is meant",
            Self::FieldNotStructured => "the signature covers a structured field that cannot be read as one",
            Self::SignatureRepeated => "the message has more than one signature field",
            Self::HeaderTooLong => "the signature field is longer than 16 KiB",
            Self::HeaderMalformed => "the signature field is not a list of name=\"value\"",
            Self::ParameterRepeated => "a parameter of the signature field stands in it twice",
            Self::TooManyParameters => "the signature field has more than 32 parameters",
            Self::KeyIdMissing => "the signature names no key",
            Self::SignatureMissing => "the signature field has no signature value",
            Self::SignatureNotBase64 => "the signature value is not standard base64",
            Self::TimeMalformed => "a time in the signature field is not a whole number of seconds",
            Self::TooManyComponents => "the signature covers more than 64 components or 64 KiB",
            Self::ComponentRepeated => "the signature covers a component twice",
            Self::ComponentUnknown => "the signature covers a component that is not known",
            Self::MethodAmbiguous => "the method has lower-case letters, which a signature cannot tell from upper-case",
            Self::ComponentMissing => "the signature covers a component that the message does not have",
            Self::FieldRepeated => "a field that may stand only once stands in the message several times",
            Self::ComponentUncovered => "the signature does not cover a component that it must cover",
            Self::NoTimeCovered => "the signature does not say when it was made",
            Self::TimeForbidden => "(created) and (expires) may not be covered with this algorithm",
            Self::AlgorithmRefused => "the algorithm of the signature is not accepted",
            Self::AlgorithmMismatch => "the algorithm of the signature is not one of the key",
            Self::KeyTooSmall => "the RSA key is too small",
            Self::HostNotOurs => "the request was signed for another host",
            Self::HostConflict => "the Host field and the request target name different hosts",
            Self::ChallengeUnanswered => "the signature is not the one that was asked for",
            Self::DateMalformed => "the Date field is not an HTTP date",
            Self::TooOld => "the message was signed too long ago",
            Self::InFuture => "the message was signed in the future",
            Self::Expired => "the signature has expired",
            Self::ExpiresBeforeCreated => "the signature expires before it was created",
            Self::DigestMalformed => "the digest field cannot be read",
            Self::DigestRepeated => "the digest field gives an algorithm twice",
            Self::DigestWeak => "the digest field has neither a SHA-256 nor a SHA-512 value that is accepted",
            Self::BodyTooLong => "the body is longer than it may be",
            Self::DigestMismatch => "the body is not the one that was signed",
            Self::SignatureMismatch => "the signature was not made with this key over this message",
            Self::NoAuthorities => {
                "the policy names no authority of this server, so no request can be meant for it; call `authorities`"
            }
        })
    }
}

/// Why a message could not be signed.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The key id is empty, longer than 2048 bytes, or has a character other than visible ASCII without `"` and `\`.
    #[error("the key id must be 1 to 2048 visible ASCII characters without quotes and backslashes")]
    KeyId,
    /// The request has no `Host` field and its URI has no host, or the field cannot be read or stands there twice.
    #[error("the request has no host: give it an absolute URI or a Host field")]
    NoHost,
    /// A request by a method that may have a body, or a response, was to be signed without a digest.
    #[error(
        "a {method} request, and every response, is signed with the digest of its body, even an empty one: give the digest"
    )]
    NoDigest {
        /// The method of the request, or of that which the response answers.
        method: http::Method,
    },
    /// A component cannot be covered: it is not known, the message does not have it, or it is a field that stands in the
    /// message several times.
    #[error("`{component}` cannot be signed: {reason}")]
    Component {
        /// The component, as it was named.
        component: String,
        /// The rule that a recipient would find broken.
        reason: Reason,
    },
    /// The label is not one that can be written, another signature of the message has it, or the signatures beside which
    /// it was to stand cannot be read or are too many.
    #[error("the message cannot have a signature with the label `{label}`")]
    Label {
        /// The label.
        label: String,
    },
    /// A parameter cannot be written: it has other characters than printable ASCII or more than 1024 of them.
    #[error("the parameter `{name}` is not one of at most 1024 printable ASCII characters")]
    Parameter {
        /// The name of the parameter.
        name: &'static str,
    },
    /// The time to sign with, or that at which the signature expires, is before 1970 or after 9999.
    #[error("the time of the signature is not in the years 1970 to 9999")]
    Time,
    /// The key is of a kind that the standard does not know (the draft has no ECDSA), or not one for the algorithm that
    /// was asked for.
    #[error("the key is not of a kind that signs with this algorithm, or not by this standard")]
    KeyAlgorithm,
    /// The key did not sign; a key kept elsewhere says why in the source.
    #[error("the key did not sign")]
    Key(#[source] Box<dyn Error + Send + Sync>),
}

/// Why a key was not accepted. It never holds any part of the key.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum KeyError {
    /// The text is no PEM block.
    #[error("this is not a PEM block (-----BEGIN … KEY-----)")]
    NotPem,
    /// The text is no Multikey: not base 58 after a `z` nor base64url after a `u`, or too short to say what it is.
    #[error("this is not a Multikey (z… or u…)")]
    NotMultikey,
    /// The text is no JSON Web Key: no JSON object, or one with a member of another type, one that stands in it twice, or
    /// none that says the kind of the key.
    #[error("this is not a JSON Web Key")]
    NotJwk,
    /// The PEM, DER or JWK is longer than 16 KiB, or the Multikey longer than 1500 characters; an RSA key of 8192 bits
    /// needs less.
    #[error("the key is longer than 16 KiB, or than 1500 characters as a Multikey")]
    TooLong,
    /// The text holds more than one PEM block, so that it is not clear which key is meant.
    #[error("the PEM text holds more than one block; give only the key")]
    SeveralBlocks,
    /// A private key stands where a public one belongs. Whoever published it must replace it.
    #[error(
        "this is a private key where a public key belongs; it must be replaced, as others may have seen it"
    )]
    PrivateKey,
    /// A public key stands where a private one belongs.
    #[error("this is a public key where a private key belongs")]
    PublicKey,
    /// The shared secret has fewer than 32 bytes.
    #[error("the shared secret has fewer than 32 bytes; make a random one")]
    SecretTooShort,
    /// What was given as a shared secret has the form of a key. A public key is no secret.
    #[error("a shared secret is random bytes, and this is a key")]
    NotSecret,
    /// The JWK is a symmetric key (`oct`), which is no key pair's half.
    #[error("this is a symmetric key, and signatures here are made with key pairs")]
    Symmetric,
    /// The JWK says with `alg`, `use` or `key_ops` that it is for something else than such signatures.
    #[error("the key says that it is for something else than signatures of this kind")]
    OtherPurpose,
    /// The private key is encrypted with a passphrase.
    #[error("the private key is encrypted; decrypt it first (openssl pkey -in key.pem)")]
    Encrypted,
    /// The block is no RSA, Ed25519 or ECDSA key, or over another curve than P-256 and P-384.
    #[error("this is no RSA, Ed25519 or ECDSA P-256 or P-384 key")]
    Unsupported,
    /// The label or number of its kind is right, but its content is not the encoding of such a key.
    #[error("the content is not a key of the kind that its label says")]
    Malformed,
    /// The RSA modulus is not of 2048 to 8192 bits.
    #[error("the RSA key has {bits} bits; 2048 to 8192 are accepted")]
    RsaSize {
        /// How many bits it has.
        bits: usize,
    },
    /// The RSA numbers cannot be those of a real key: an even modulus, an exponent that is even, 1, or over 33 bits.
    #[error("the numbers of the RSA key are not those of a sound key")]
    RsaNumbers,
    /// The key is marked for RSASSA-PSS with another hash than SHA-512, or another salt than 64 bytes.
    #[error("the RSASSA-PSS key is for another hash than SHA-512 or another salt than 64 bytes")]
    PssParameters,
    /// The Ed25519 point has a small order: signatures of such a key prove nothing.
    #[error("the Ed25519 key is one of the points for which a signature proves nothing")]
    SmallOrder,
    /// The key is kept elsewhere and cannot be exported.
    #[error("the key is kept elsewhere and cannot be exported")]
    KeptElsewhere,
    /// The cryptographic backend could not make or write the key.
    #[error("the cryptographic backend could not make or write the key")]
    Backend,
}

/// Foreign bytes as text for people: escaped, and cut after 200 characters.
pub(crate) fn printable(bytes: &[u8]) -> String {
    const LONGEST: usize = 200;
    let start = bytes.get(..4 * LONGEST).unwrap_or(bytes);
    let mut text: String = String::from_utf8_lossy(start)
        .escape_debug()
        .take(LONGEST)
        .collect();
    if text.chars().count() == LONGEST {
        text.push('…');
    }
    text
}
