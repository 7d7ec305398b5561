//! What a signature says and covers beyond what is usual.

use std::borrow::Cow;
use std::fmt::Write;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};

use crate::error::{Reason, SignError};
use crate::key::SignatureAlgorithm;
use crate::policy::CONTENT_DIGEST;
use crate::rfc9421::component::push_components;
use crate::rfc9421::signature_input::MOST_COMPONENTS;
use crate::rfc9421::{Component, Covered, algorithm_name};
use crate::sign::expiry;
use crate::structured_field;
use crate::verify::{SIGNATURE, SIGNATURE_INPUT};

/// The label of our signatures; the RFC gives it no meaning.
const LABEL: &str = "sig1";
/// Longest label, nonce and tag, in bytes.
const LONGEST: usize = 1024;

/// What a signature by RFC 9421 covers and says beyond the default, for [`Signer::sign_rfc9421_with`] and
/// [`Signer::sign_response_with`].
///
/// The setters cannot fail: what cannot be signed is reported when it is to be signed. The value is read by reference and
/// serves for many messages.
///
/// ```
/// use std::time::Duration;
/// use http_sig::rfc9421::SigningOptions;
///
/// let options = SigningOptions::new()
///     .cover("content-length")
///     .cover("@query-param;name=\"page\"")
///     .expires_in(Duration::from_secs(60))
///     .tag("my-application");
/// # let _ = options;
/// ```
///
/// [RFC 9421, section 2.3](https://www.rfc-editor.org/rfc/rfc9421#section-2.3)
///
/// [`Signer::sign_rfc9421_with`]: crate::Signer::sign_rfc9421_with
/// [`Signer::sign_response_with`]: crate::Signer::sign_response_with
#[derive(Clone, Debug)]
pub struct SigningOptions {
    label: Cow<'static, str>,
    components: Vec<String>,
    only: bool,
    expires_in: Option<Duration>,
    nonce: Option<String>,
    tag: Option<String>,
    algorithm: Option<SignatureAlgorithm>,
    names_algorithm: bool,
    beside: bool,
}

impl SigningOptions {
    /// The default: the label `sig1`, the usual components, and the parameters `created`, `keyid` and `alg`.
    #[must_use]
    pub fn new() -> Self {
        Self {
            label: Cow::Borrowed(LABEL),
            components: Vec::new(),
            only: false,
            expires_in: None,
            nonce: None,
            tag: None,
            algorithm: None,
            names_algorithm: true,
            beside: false,
        }
    }

    /// Covers this too: a component identifier with its parameters, such as `content-length`, `"@authority"`,
    /// `cache-control;sf`, `example-dict;key="a"`, `@query-param;name="page"`, `expires;tr`, or in a response
    /// `signature;req;key="sig1"`. Quotes around the name may be left out. What is covered already is not covered twice.
    ///
    /// The message must have it when it is signed. `@request-target` is the path and the query, as a client sends them
    /// unless it asks an HTTP proxy for an `http` URL.
    ///
    /// [RFC 9421, section 2](https://www.rfc-editor.org/rfc/rfc9421#section-2)
    #[must_use]
    pub fn cover(mut self, component: &str) -> Self {
        self.components.push(component.to_owned());
        self
    }

    /// Covers what [`cover`](Self::cover) names, before and after this call, and nothing else, in that order.
    ///
    /// A signature that does not cover the method, the whole target and the digest of the body can be moved to another
    /// request, and one of a response that does not cover its status, its digest and those of its request to another
    /// answer. No [`Policy`](crate::Policy) accepts it.
    #[must_use]
    pub fn danger_cover_only_these(mut self) -> Self {
        self.only = true;
        self
    }

    /// The label of the signature: a lower-case letter or `*`, then lower-case letters, digits, `_`, `-`, `.` and `*`.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Cow::Owned(label.into());
        self
    }

    /// Says when the signature stops to be good, in whole seconds. Without it recipients decide: Mastodon takes 5 minutes.
    #[must_use]
    pub fn expires_in(mut self, expires_in: Duration) -> Self {
        self.expires_in = Some(expires_in);
        self
    }

    /// Says a `nonce`: something that comes only once, often because the recipient asked for it. At most 1024 printable
    /// ASCII characters.
    #[must_use]
    pub fn nonce(mut self, nonce: impl Into<String>) -> Self {
        self.nonce = Some(nonce.into());
        self
    }

    /// Says a `tag`: for which application the signature is made. At most 1024 printable ASCII characters.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tag = Some(tag.into());
        self
    }

    /// Signs with this algorithm, of those that the key has. The default for RSA keys is `rsa-v1_5-sha256`, which every
    /// such server of the fediverse knows; [`RsaPssSha512`](SignatureAlgorithm::RsaPssSha512) is the other.
    #[must_use]
    pub fn algorithm(mut self, algorithm: SignatureAlgorithm) -> Self {
        self.algorithm = Some(algorithm);
        self
    }

    /// Whether the signature says `alg`. Recipients know the algorithm from the key; the word can only contradict it.
    #[must_use]
    pub fn name_algorithm(mut self, name: bool) -> Self {
        self.names_algorithm = name;
        self
    }

    /// Whether the signature is added beside those that stand in the message, as a proxy does
    /// ([RFC 9421, section 4.3](https://www.rfc-editor.org/rfc/rfc9421#section-4.3)), and not in their place. It needs a
    /// [`label`](Self::label) of its own, and can cover another with `signature;key="sig1"`.
    #[must_use]
    pub fn beside_others(mut self, beside: bool) -> Self {
        self.beside = beside;
        self
    }

    pub(crate) fn adds(&self) -> bool {
        self.beside
    }

    pub(crate) fn covers_only_these(&self) -> bool {
        self.only
    }

    /// The algorithm to sign with, of those that the key has, the usual one first.
    pub(crate) fn choose(
        &self,
        of_key: &[SignatureAlgorithm],
    ) -> Result<SignatureAlgorithm, SignError> {
        SignatureAlgorithm::choose(self.algorithm, of_key)
    }

    /// What is covered in a request with these fields.
    pub(crate) fn of_request(&self, headers: &HeaderMap) -> Result<Vec<Component>, SignError> {
        let mut components = Vec::with_capacity(4 + self.components.len());
        if !self.only {
            components.extend([Covered::Method, Covered::TargetUri].map(Component::plain));
            push_content(&mut components, headers);
        }
        self.add_to(components, false)
    }

    /// What is covered in a response, and of the request that it answers.
    pub(crate) fn of_response(
        &self,
        headers: &HeaderMap,
        of_request: &HeaderMap,
    ) -> Result<Vec<Component>, SignError> {
        let mut components = Vec::with_capacity(6 + self.components.len());
        if !self.only {
            components.push(Component::plain(Covered::Status));
            push_content(&mut components, headers);
            components.extend([Covered::Method, Covered::TargetUri].map(Component::of_request));
            if of_request.contains_key(CONTENT_DIGEST) {
                components.push(Component::of_request(Covered::Field(CONTENT_DIGEST)));
            }
        }
        self.add_to(components, true)
    }

    fn add_to(
        &self,
        mut components: Vec<Component>,
        in_response: bool,
    ) -> Result<Vec<Component>, SignError> {
        for text in &self.components {
            let refuse = |reason: Reason| SignError::Component {
                component: text.clone(),
                reason,
            };
            let component = Component::from_text(text, in_response).map_err(refuse)?;
            if component.is_of_signatures() {
                // It is not there yet and cannot cover itself; a member for it is missed when the base is written.
                return Err(refuse(Reason::ComponentMissing));
            }
            if !components.iter().any(|other| other.is_same(&component)) {
                components.push(component);
            }
        }
        if let Some(component) = components.get(MOST_COMPONENTS) {
            return Err(SignError::Component {
                component: component.identifier().to_owned(),
                reason: Reason::TooManyComponents,
            });
        }
        Ok(components)
    }

    /// What goes into `Signature-Input`: the label, an equals sign, and the signature parameters (section 2.3) in their
    /// canonical spelling.
    pub(crate) fn member(
        &self,
        components: &[Component],
        created: u64,
        key_id: &str,
        algorithm: SignatureAlgorithm,
    ) -> Result<String, SignError> {
        let algorithm = algorithm_name(algorithm).filter(|_| self.names_algorithm);
        // As long as it mostly gets, to the byte, so that the value of the field takes over the memory.
        let fixed = "=();created=1234567890;keyid=\"\"".len();
        let names: usize = components.iter().map(|c| c.identifier().len() + 1).sum();
        let named = algorithm.map_or(0, |name| ";alg=\"\"".len() + name.len());
        let varying = self.label.len() + names.saturating_sub(1) + key_id.len() + named;
        let mut text = String::with_capacity(fixed + varying);
        text.push_str(&self.label);
        text.push('=');
        push_components(&mut text, components);
        let _ = write!(text, ";created={created}");
        if let Some(expires_in) = self.expires_in {
            let _ = write!(text, ";expires={}", expiry(created, expires_in)?);
        }
        // No character of a key id needs an escape between these quotes.
        text.push_str(";keyid=\"");
        text.push_str(key_id);
        text.push('"');
        if let Some(name) = algorithm {
            text.push_str(";alg=\"");
            text.push_str(name);
            text.push('"');
        }
        for (name, value) in [("nonce", &self.nonce), ("tag", &self.tag)] {
            if let Some(value) = value {
                push_string(&mut text, name, value)?;
            }
        }
        Ok(text)
    }

    /// The signature parameters of such a member.
    pub(crate) fn parameters<'a>(&self, member: &'a str) -> &'a str {
        member.get(self.label.len() + 1..).unwrap_or_default()
    }

    /// Adds to the fields `Signature-Input` and `Signature`; those that it replaces are gone before.
    pub(crate) fn write(
        &self,
        headers: &mut HeaderMap,
        member: String,
        signature: &[u8],
    ) -> Result<(), SignError> {
        let label = &*self.label;
        let refuse = || SignError::Label {
            label: label.to_owned(),
        };
        if label.len() > LONGEST || sfv::KeyRef::from_str(label).is_err() {
            return Err(refuse());
        }
        let mut field = String::with_capacity(label.len() + signature.len().div_ceil(3) * 4 + 3);
        field.push_str(label);
        field.push_str("=:");
        STANDARD.encode_string(signature, &mut field);
        field.push(':');
        let beside = |name, member: String| match structured_field::joined(headers, &name) {
            Some(others) => {
                let members = structured_field::dictionary(&others).map_err(|_| refuse())?;
                let taken = members.iter().any(|(other, _)| *other == label);
                if taken || members.len() == structured_field::MOST_MEMBERS {
                    return Err(refuse());
                }
                drop(members);
                let mut text = String::from_utf8(others.into_owned()).map_err(|_| refuse())?;
                for part in [", ", &member] {
                    text.push_str(part);
                }
                Ok(text)
            }
            None => Ok(member),
        };
        let [input, field] = [beside(SIGNATURE_INPUT, member)?, beside(SIGNATURE, field)?];
        if input.len().max(field.len()) > structured_field::LONGEST {
            return Err(refuse());
        }
        let value = |text: String| HeaderValue::try_from(text).map_err(|_| refuse());
        let [input, field] = [value(input)?, value(field)?];
        headers.insert(SIGNATURE_INPUT, input);
        headers.insert(SIGNATURE, field);
        Ok(())
    }
}

impl Default for SigningOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// The digest of the body if it is known, and with it what the body is.
fn push_content(components: &mut Vec<Component>, headers: &HeaderMap) {
    if headers.contains_key(CONTENT_DIGEST) {
        components.push(Component::plain(Covered::Field(CONTENT_DIGEST)));
        if headers.contains_key(CONTENT_TYPE) {
            components.push(Component::plain(Covered::Field(CONTENT_TYPE)));
        }
    }
}

/// Appends a parameter that is a string (RFC 9651, section 4.1.6).
pub(crate) fn push_string(
    text: &mut String,
    name: &'static str,
    value: &str,
) -> Result<(), SignError> {
    if value.len() > LONGEST || !value.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err(SignError::Parameter { name });
    }
    for part in [";", name, "=\""] {
        text.push_str(part);
    }
    for char in value.chars() {
        if matches!(char, '"' | '\\') {
            text.push('\\');
        }
        text.push(char);
    }
    text.push('"');
    Ok(())
}
