//! Asking for a signature, and giving the one that is asked for (section 5).

use std::time::Duration;

use http::header::{
    ACCEPT, ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH,
    CONTENT_TYPE, DATE, ETAG, HOST, LAST_MODIFIED, USER_AGENT,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};

use crate::error::{Reason, SignError, VerifyError, printable};
use crate::key::SignatureAlgorithm;
use crate::policy::{CONTENT_DIGEST, DIGEST};
use crate::rfc9421::component::push_components;
use crate::rfc9421::signature_input::{MOST_COMPONENTS, string};
use crate::rfc9421::signing_options::push_string;
use crate::rfc9421::{
    Asked, Component, Covered, Message, Origin, SignatureInput, SigningOptions, VerifiedResponse,
    algorithm_name, named_algorithm, signature_base,
};
use crate::sign::{Signer, needs_digest};
use crate::structured_field::{self, BareItem, Item, Member, Parameters};
use crate::verify::{SIGNATURE, SIGNATURE_INPUT, VerifiedRequest};

pub(crate) const ACCEPT_SIGNATURE: HeaderName = HeaderName::from_static("accept-signature");

/// Longest label, nonce and tag that are signed because somebody asked, in bytes.
const LONGEST: usize = 256;
/// How long a signature is good for if it is asked to say so.
const EXPIRES_IN: Duration = Duration::from_secs(5 * 60);

/// The fields that are signed because somebody asked. What a request says of itself in them is nobody's secret; of others
/// that cannot be known, and `Authorization`, `Cookie` and their like are for one recipient only.
const FIELDS: [HeaderName; 16] = [
    ACCEPT,
    ACCEPT_LANGUAGE,
    CACHE_CONTROL,
    HeaderName::from_static("collection-synchronization"),
    CONTENT_DIGEST,
    CONTENT_ENCODING,
    CONTENT_LANGUAGE,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    DATE,
    DIGEST,
    ETAG,
    HOST,
    LAST_MODIFIED,
    HeaderName::from_static("repr-digest"),
    USER_AGENT,
];

/// One member of an `Accept-Signature` field: the signature that a server asks for with the next request, what it must cover
/// and say. A challenge, if it has a nonce. In a request it is the client that asks for a signed response.
///
/// A server makes one with [`new`](Self::new), sends it with a 401 by [`add_to`](Self::add_to), and then
/// [checks](Self::check) that a verified request is signed so. A client reads the field of the answer with
/// [`parse`](Self::parse) and [answers](Self::answer).
///
/// ```
/// use http::Method;
/// use http_sig::rfc9421::AcceptSignature;
///
/// let challenge = AcceptSignature::new(&Method::POST).with_nonce("b3k2pp5k7z-50gnwp.yemd");
/// let field = "sig1=(\"@method\" \"@target-uri\" \"content-digest\");created;nonce=\"b3k2pp5k7z-50gnwp.yemd\"";
/// assert_eq!(challenge.field_value()?, field);
///
/// let read = AcceptSignature::parse(field.as_bytes()).unwrap();
/// assert_eq!(read[0].nonce(), Some("b3k2pp5k7z-50gnwp.yemd"));
/// # Ok::<(), http_sig::SignError>(())
/// ```
///
/// [RFC 9421, section 5](https://www.rfc-editor.org/rfc/rfc9421#section-5)
#[derive(Clone, Debug)]
pub struct AcceptSignature {
    in_response: bool,
    label: String,
    /// Identifiers, as they were named; whether they are known is seen when they are used.
    components: Vec<String>,
    created: bool,
    expires: bool,
    key_id: Option<String>,
    algorithm: Option<String>,
    nonce: Option<String>,
    tag: Option<String>,
}

impl AcceptSignature {
    /// Asks that the next request by this method has a signature with the label `sig1` over `"@method" "@target-uri"`, and
    /// `"content-digest"` unless the method is GET or HEAD, which says when it was `created`.
    ///
    /// Fedify 2.3 covers the digest of a body unasked, and once more if asked, which every verifier must refuse. To ask
    /// only Fedify for a POST, make the challenge as for a GET: a [`Policy`](crate::Policy) demands the digest anyway.
    #[must_use]
    pub fn new(method: &Method) -> Self {
        let components = ["@method", "@target-uri", "content-digest"].map(str::to_owned);
        let mut components = Vec::from(components);
        if !needs_digest(method) {
            components.pop();
        }
        Self::asking(components, false)
    }

    /// Asks, in a request, that the response to it has a signature with the label `sig1` over `"@status" "content-digest"`
    /// and what it answers, `"@method";req "@target-uri";req`, which says when it was `created`.
    #[must_use]
    pub fn for_response() -> Self {
        let components = [
            "@status",
            "content-digest",
            "@method;req",
            "@target-uri;req",
        ];
        Self::asking(Vec::from(components.map(str::to_owned)), true)
    }

    fn asking(components: Vec<String>, in_response: bool) -> Self {
        Self {
            in_response,
            label: "sig1".to_owned(),
            components,
            created: true,
            expires: false,
            key_id: None,
            algorithm: None,
            nonce: None,
            tag: None,
        }
    }

    /// Asks that this is covered, too: a component identifier as [`SigningOptions::cover`] takes it.
    #[must_use]
    pub fn cover(mut self, component: &str) -> Self {
        self.components.push(component.to_owned());
        self
    }

    /// Asks for another label than `sig1`.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Asks that the signature says when it `expires`.
    #[must_use]
    pub fn with_expires(mut self) -> Self {
        self.expires = true;
        self
    }

    /// Asks for the key with this id.
    #[must_use]
    pub fn with_key_id(mut self, key_id: impl Into<String>) -> Self {
        self.key_id = Some(key_id.into());
        self
    }

    /// Asks for this algorithm. RSA PKCS#1 v1.5 with SHA-512 has no name in RFC 9421 and cannot be asked for.
    #[must_use]
    pub fn with_algorithm(mut self, algorithm: SignatureAlgorithm) -> Self {
        self.algorithm = algorithm_name(algorithm).map(str::to_owned);
        self
    }

    /// Asks that the signature repeats this nonce: a value that was never given out before.
    #[must_use]
    pub fn with_nonce(mut self, nonce: impl Into<String>) -> Self {
        self.nonce = Some(nonce.into());
        self
    }

    /// Asks for this `tag`: the application that the signature is for.
    #[must_use]
    pub fn with_tag(mut self, tag: impl Into<String>) -> Self {
        self.tag = Some(tag.into());
        self
    }

    /// Reads the value of an `Accept-Signature` field that came with a response: a member for each signature that is asked
    /// for, in their order. Unknown parameters are passed over; components are not looked at until one
    /// [answers](Self::answer), so that a member which cannot be answered leaves the others.
    ///
    /// # Errors
    /// [`VerifyError::Unreadable`] if it is not a dictionary of inner lists of strings, at most 16 KiB long, with at most 32
    /// members, 32 parameters and 64 components each; if a label, parameter or component stands in it twice; if `created`
    /// or `expires` has a value, or another parameter is not a string.
    pub fn parse(field: &[u8]) -> Result<Vec<Self>, VerifyError> {
        Self::parse_any(field, false)
    }

    /// Reads the value of an `Accept-Signature` field that came with a request, and asks that the response is signed.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn parse_for_response(field: &[u8]) -> Result<Vec<Self>, VerifyError> {
        Self::parse_any(field, true)
    }

    fn parse_any(field: &[u8], in_response: bool) -> Result<Vec<Self>, VerifyError> {
        let members = structured_field::dictionary(field)
            .map_err(|reason| VerifyError::from(reason).about("accept-signature"))?;
        let members = members.into_iter().map(|(label, member)| match member {
            Member::InnerList(items, parameters) => {
                Self::read(label, &items, &parameters, in_response)
            }
            Member::Item(_) => Err(malformed().finding(label)),
        });
        members.collect()
    }

    /// The label that the signature is to have.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The identifiers of the components that are to be covered, in their order.
    pub fn components(&self) -> impl Iterator<Item = &str> {
        self.components.iter().map(String::as_str)
    }

    /// Whether the signature is to say when it was made.
    #[must_use]
    pub fn created(&self) -> bool {
        self.created
    }

    /// Whether it is to say when it expires.
    #[must_use]
    pub fn expires(&self) -> bool {
        self.expires
    }

    /// The key that is to be used.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// The algorithm that is to be used, as the sender wrote it.
    #[must_use]
    pub fn algorithm(&self) -> Option<&str> {
        self.algorithm.as_deref()
    }

    /// The nonce that is to be repeated.
    #[must_use]
    pub fn nonce(&self) -> Option<&str> {
        self.nonce.as_deref()
    }

    /// The tag that the signature is to have.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The value of an `Accept-Signature` field that asks for this one signature.
    ///
    /// # Errors
    /// [`SignError::Label`], [`SignError::Component`] or [`SignError::Parameter`] if what was asked for cannot be written,
    /// or no such message could have it.
    pub fn field_value(&self) -> Result<HeaderValue, SignError> {
        let refuse = || SignError::Label {
            label: self.label.clone(),
        };
        if sfv::KeyRef::from_str(&self.label).is_err() {
            return Err(refuse());
        }
        let mut text = format!("{}=", self.label);
        push_components(&mut text, &self.read_components()?);
        for (name, asked) in [("created", self.created), ("expires", self.expires)] {
            if asked {
                text.push(';');
                text.push_str(name);
            }
        }
        for (name, value) in [
            ("keyid", &self.key_id),
            ("alg", &self.algorithm),
            ("nonce", &self.nonce),
            ("tag", &self.tag),
        ] {
            if let Some(value) = value {
                push_string(&mut text, name, value)?;
            }
        }
        HeaderValue::try_from(text).map_err(|_| refuse())
    }

    /// Sets `Accept-Signature` in the header of a response, and with a nonce `Cache-Control: no-store`, as it is for one
    /// recipient.
    ///
    /// # Errors
    /// As [`field_value`](Self::field_value).
    pub fn add_to(&self, headers: &mut HeaderMap) -> Result<(), SignError> {
        headers.insert(ACCEPT_SIGNATURE, self.field_value()?);
        if self.nonce.is_some() {
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
        Ok(())
    }

    /// Checks that a request was signed as it was asked for: all components covered, nonce and tag repeated, key and
    /// algorithm those that were named. More may be covered, and the label does not matter.
    ///
    /// That a nonce counts only once is for the caller to see to, and that it was given out at all:
    /// [`Nonces`](crate::rfc9421::Nonces) know their own.
    ///
    /// # Errors
    /// [`Reason::ComponentUncovered`], or [`Reason::ChallengeUnanswered`] with the name of the parameter. A request signed
    /// by the draft answers nothing.
    pub fn check<B>(&self, request: &VerifiedRequest<B>) -> Result<(), VerifyError> {
        match request.signature_input() {
            Some(input) => self.check_input(input, request.key_id()),
            None => Err(unanswered("signature-input")),
        }
    }

    /// Checks that a response was signed as its request [asked](Self::for_response) for, as [`check`](Self::check) does.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn check_response<B>(&self, response: &VerifiedResponse<'_, B>) -> Result<(), VerifyError> {
        self.check_input(response.signature_input(), response.key_id())
    }

    /// How to sign the next request as it is asked for: pass it to [`Signer::sign_rfc9421_with`] with the digest of the
    /// body, even an empty one if `content-digest` is asked for.
    ///
    /// What is signed is never less than without being asked (`"@method" "@target-uri"`, and `"content-digest"` with a body),
    /// and never with another key or a secret in it: who asks may be hostile. Beyond the derived components only these
    /// fields are covered: `accept`, `accept-language`, `cache-control`, `collection-synchronization`, `content-digest`,
    /// `content-encoding`, `content-language`, `content-length`, `content-type`, `date`, `digest`, `host`, `repr-digest`
    /// and `user-agent`. If `expires` is asked for, it is in five minutes.
    ///
    /// [Section 5.2](https://www.rfc-editor.org/rfc/rfc9421#section-5.2) has a request carry all signatures that the field
    /// asks for. Servers of the fediverse accept one, so answer the first member that can be answered.
    ///
    /// # Errors
    /// [`Declined`] if it asks for what this signer cannot or will not sign.
    pub fn answer<B>(
        &self,
        signer: &Signer,
        request: &Request<B>,
    ) -> Result<SigningOptions, Declined> {
        let origin = Origin::of(request);
        let asked = origin.as_ref().map(|origin| Asked::sent(request, origin));
        self.options(signer, asked.map(Message::Request).as_ref())
    }

    /// How to sign the response to this request as it was asked for: pass it to [`Signer::sign_response_with`] with the
    /// digest of the body. What is signed is never less than without being asked, and beside the fields of requests only
    /// `etag`, `last-modified`, and of the request its signature.
    ///
    /// # Errors
    /// As [`answer`](Self::answer).
    pub fn answer_response<B, R>(
        &self,
        signer: &Signer,
        response: &Response<B>,
        request: &Request<R>,
    ) -> Result<SigningOptions, Declined> {
        let origin = Origin::of(request);
        let message = origin
            .as_ref()
            .map(|origin| Message::of_response(response, Asked::new(request, origin)));
        self.options(signer, message.as_ref())
    }

    fn options(
        &self,
        signer: &Signer,
        message: Option<&Message<'_>>,
    ) -> Result<SigningOptions, Declined> {
        let in_response = matches!(message, Some(Message::Response { .. }));
        if self.key_id().is_some_and(|asked| asked != signer.key_id()) {
            return Err(Declined::KeyId);
        }
        let mut options = SigningOptions::new().label(&self.label);
        if self.algorithm.is_some() {
            let asked = named_algorithm(self.algorithm()).ok().flatten();
            let asked = asked.filter(|asked| signer.algorithms().contains(asked));
            options = options.algorithm(asked.ok_or(Declined::Algorithm)?);
        }
        let length = |value: Option<&str>| value.map_or(0, str::len);
        for (name, length) in [
            ("label", self.label.len()),
            ("nonce", length(self.nonce())),
            ("tag", length(self.tag())),
        ] {
            if length > LONGEST {
                return Err(Declined::TooLong { name });
            }
        }
        let mut needed = Vec::with_capacity(self.components.len());
        for text in &self.components {
            let refused = || Declined::Component {
                component: printable(text.as_bytes()),
            };
            let component = Component::from_text(text, in_response).map_err(|_| refused())?;
            if !is_no_secret(&component.covered, component.of_request) {
                return Err(refused());
            }
            // The signer adds these.
            let added = [CONTENT_DIGEST, HOST].map(Covered::Field);
            let added = !component.of_request && added.contains(&component.covered);
            options = options.cover(component.identifier());
            if !added {
                needed.push(component);
            }
        }
        // One base for all of them, as each look into the message costs.
        let missing = match message {
            Some(message) => signature_base(message, &needed, "").err(),
            None => needed
                .first()
                .map(|component| (Reason::ComponentMissing, component.identifier().to_owned())),
        };
        if let Some((_, component)) = missing {
            return Err(Declined::Absent {
                component: printable(component.as_bytes()),
            });
        }
        if self.expires {
            options = options.expires_in(EXPIRES_IN);
        }
        if let Some(nonce) = self.nonce() {
            options = options.nonce(nonce);
        }
        if let Some(tag) = self.tag() {
            options = options.tag(tag);
        }
        Ok(options)
    }

    /// Whether `Content-Digest` is to be covered.
    pub(crate) fn wants_digest(&self) -> bool {
        let components = self.components.iter();
        components
            .filter_map(|text| Component::from_text(text, false).ok())
            .any(|component| component.covered == Covered::Field(CONTENT_DIGEST))
    }

    pub(crate) fn check_input(
        &self,
        input: &SignatureInput,
        key_id: &str,
    ) -> Result<(), VerifyError> {
        for text in &self.components {
            let covered = Component::from_text(text, self.in_response)
                .is_ok_and(|asked| input.covered().iter().any(|c| c.is_same(&asked)));
            if !covered {
                return Err(VerifyError::from(Reason::ComponentUncovered).about(text));
            }
        }
        for (name, asked, said) in [
            ("created", self.created, input.created()),
            ("expires", self.expires, input.expires()),
        ] {
            if asked && said.is_none() {
                return Err(unanswered(name));
            }
        }
        for (name, asked, said) in [
            ("keyid", self.key_id(), Some(key_id)),
            ("alg", self.algorithm(), input.algorithm()),
            ("nonce", self.nonce(), input.nonce()),
            ("tag", self.tag(), input.tag()),
        ] {
            if asked.is_some() && asked != said {
                return Err(unanswered(name).finding(said.unwrap_or_default()));
            }
        }
        Ok(())
    }

    fn read(
        label: &str,
        items: &[Item<'_>],
        parameters: &Parameters<'_>,
        in_response: bool,
    ) -> Result<Self, VerifyError> {
        if items.len() > MOST_COMPONENTS {
            return Err(Reason::TooManyComponents.into());
        }
        let mut components: Vec<String> = Vec::with_capacity(items.len());
        for item in items {
            if !matches!(item.value, BareItem::String(_)) {
                return Err(malformed());
            }
            let mut identifier = String::new();
            structured_field::write_item(&mut identifier, item);
            if components.contains(&identifier) {
                return Err(VerifyError::from(Reason::ComponentRepeated).about(&identifier));
            }
            components.push(identifier);
        }
        let mut asked = Self {
            in_response,
            label: label.to_owned(),
            components,
            created: false,
            expires: false,
            key_id: None,
            algorithm: None,
            nonce: None,
            tag: None,
        };
        for (name, value) in parameters {
            match name.as_str() {
                "created" => asked.created = flag("created", value)?,
                "expires" => asked.expires = flag("expires", value)?,
                "keyid" => asked.key_id = Some(string("keyid", value)?),
                "alg" => asked.algorithm = Some(string("alg", value)?),
                "nonce" => asked.nonce = Some(string("nonce", value)?),
                "tag" => asked.tag = Some(string("tag", value)?),
                _ => {}
            }
        }
        Ok(asked)
    }

    fn read_components(&self) -> Result<Vec<Component>, SignError> {
        let mut components: Vec<Component> = Vec::with_capacity(self.components.len());
        for text in &self.components {
            let refuse = |reason: Reason| SignError::Component {
                component: text.clone(),
                reason,
            };
            let component = Component::from_text(text, self.in_response).map_err(refuse)?;
            if components.len() == MOST_COMPONENTS {
                return Err(refuse(Reason::TooManyComponents));
            }
            if !components.iter().any(|other| other.is_same(&component)) {
                components.push(component);
            }
        }
        Ok(components)
    }
}

/// Why a signature that was asked for is not given.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Declined {
    /// It is to be by another key than the signer's.
    #[error("a signature with another key is asked for")]
    KeyId,
    /// It is to be by an algorithm that is not known or not one of the key.
    #[error("a signature by an algorithm that the key does not have is asked for")]
    Algorithm,
    /// It is to repeat more than 256 characters.
    #[error("the `{name}` that the signature is to have is longer than 256 characters")]
    TooLong {
        /// `nonce`, `tag` or `label`.
        name: &'static str,
    },
    /// It is to cover what may be a secret, what is not known, or what no request has.
    #[error("the signature is to cover {component}, which is not signed for the asking")]
    Component {
        /// The identifier; escaped, at most 200 characters.
        component: String,
    },
    /// It is to cover what this request does not have, or what stands in it in a way that cannot be signed.
    #[error("the signature is to cover {component}, which the request does not have")]
    Absent {
        /// The identifier; escaped, at most 200 characters.
        component: String,
    },
}

fn is_no_secret(covered: &Covered, of_request: bool) -> bool {
    match covered {
        Covered::Field(name)
        | Covered::Canonical(name)
        | Covered::Member(name, _)
        | Covered::Bytes(name) => {
            // Who asked has signed that itself, and wants its answer bound to it (section 2.4).
            let of_signature = of_request && [SIGNATURE, SIGNATURE_INPUT].contains(name);
            of_signature || FIELDS.contains(name)
        }
        Covered::Trailer(covered) => is_no_secret(covered, of_request),
        Covered::Method
        | Covered::TargetUri
        | Covered::Authority
        | Covered::Scheme
        | Covered::RequestTarget
        | Covered::Path
        | Covered::Query
        | Covered::QueryParam(_)
        | Covered::Status => true,
    }
}

fn flag(name: &str, value: &BareItem<'_>) -> Result<bool, VerifyError> {
    match value {
        BareItem::Boolean(true) => Ok(true),
        _ => Err(VerifyError::from(Reason::HeaderMalformed).about(name)),
    }
}

fn malformed() -> VerifyError {
    VerifyError::from(Reason::HeaderMalformed).about("accept-signature")
}

fn unanswered(name: &str) -> VerifyError {
    VerifyError::from(Reason::ChallengeUnanswered).about(name)
}
