//! Verifying requests in two steps, between which the caller finds the key.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::time::SystemTime;

use http::header::{AUTHORIZATION, DATE, HOST};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};

use crate::cavage::{self, Component, SignatureBase, SignatureHeader};
use crate::digest::{self, Hashing};
use crate::error::{Reason, VerifyError};
use crate::key::{SharedSecret, SignatureAlgorithm, VerifyingKey};
use crate::policy::{CONTENT_DIGEST, DIGEST, Lifetime, Policy, Terms};
use crate::replay::ReplayKey;
use crate::rfc9421::{self, Asked, Covered, Message, SignatureInput};
use crate::sign::needs_digest;
use crate::structured_field;

mod head;

pub use self::head::{Head, Receiving};

pub(crate) const SIGNATURE: HeaderName = HeaderName::from_static("signature");
pub(crate) const SIGNATURE_INPUT: HeaderName = HeaderName::from_static("signature-input");

impl Policy {
    /// The first step: reads the signature of a request, checks all that can be checked without the key, and says which
    /// key the request names.
    ///
    /// The body must be the bytes as they were received, before decompressing or parsing them, and the URI as it came
    /// over the wire. The digest is checked here, so that no key is fetched for a request whose body was exchanged.
    ///
    /// A `Signature-Input` field makes it a request by RFC 9421, otherwise it is one by draft-cavage-12.
    ///
    /// # Errors
    /// [`VerifyError`] if the request is not signed, if its signature cannot be read, or if the signature would not prove
    /// what this policy demands even if it were right.
    pub fn read<B: AsRef<[u8]>>(
        &self,
        request: Request<B>,
        now: SystemTime,
    ) -> Result<Claim<B>, VerifyError> {
        let (head, body) = request.into_parts();
        self.read_head(head, now)?.with_body(body)
    }

    /// Like [`read`](Self::read), for a server that has the head of a request and has not read its body yet: does all of
    /// it but looking at the body, so that nothing is read for a request that is refused anyway.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_head(&self, head: Parts, now: SystemTime) -> Result<Head, VerifyError> {
        let request = Request::from_parts(head, ());
        let headers = request.headers();
        if !headers.contains_key(SIGNATURE_INPUT) {
            return self.read_draft(request, now);
        }
        let both = draft_fields(headers).next().is_some();
        match (both, self.falls_back_to_draft()) {
            (false, _) => self.read_rfc9421(request, now),
            (true, true) => self.read_draft(request, now),
            (true, false) => Err(Reason::SchemesMixed.into()),
        }
    }

    fn read_rfc9421(&self, request: Request<()>, now: SystemTime) -> Result<Head, VerifyError> {
        if !self.accepts_rfc9421() {
            return Err(Reason::StandardRefused.into());
        }
        let headers = request.headers();
        if headers.get_all(HOST).iter().nth(1).is_some() {
            return Err(VerifyError::from(Reason::FieldRepeated).about("host"));
        }
        let field = structured_field::joined(headers, &SIGNATURE_INPUT).unwrap_or_default();
        let mut input = self.choose(SignatureInput::parse(&field)?)?;
        let field = structured_field::joined(headers, &SIGNATURE);
        let signature = rfc9421::signature(field.as_deref(), input.label())?;
        if input.key_id().unwrap_or_default().is_empty() {
            return Err(Reason::KeyIdMissing.into());
        }
        let algorithm = rfc9421::named_algorithm(input.algorithm())?;
        self.check_algorithm("alg", input.algorithm(), algorithm)?;
        self.check_components(input.covered(), needs_digest(request.method()))?;
        let origin = self.check_host(&request)?;
        let lifetime = self.check_lifetime(&input, now)?;
        let digest = Covered::Field(CONTENT_DIGEST);
        let digest = if input.covered().iter().any(|c| c.covered == digest) {
            let field = structured_field::joined(headers, &CONTENT_DIGEST).ok_or_else(|| {
                VerifyError::from(Reason::ComponentMissing).about("content-digest")
            })?;
            let sent = digest::read_content_digest(&field)?;
            self.check_digests(&CONTENT_DIGEST, &sent)?;
            Some(Hashing::new(CONTENT_DIGEST, sent))
        } else {
            None
        };
        let message = Message::Request(Asked::new(&request, &origin));
        let base = rfc9421::signature_base(&message, input.covered(), input.parameters())
            .map_err(|(reason, component)| VerifyError::from(reason).about(&component))?;
        let key_id = input.take_key_id();
        Ok(Head {
            request,
            digest,
            signed: Signed {
                facts: Facts {
                    key_id,
                    components: Components::Rfc9421(input),
                    lifetime,
                    signature,
                },
                base: Base::Rfc9421(base),
                algorithm,
                terms: self.terms(),
                query_may_be_left_out: false,
            },
        })
    }

    fn read_draft(&self, request: Request<()>, now: SystemTime) -> Result<Head, VerifyError> {
        let headers = request.headers();
        let field = draft_field(headers)?;
        if !self.accepts_draft() {
            return Err(Reason::StandardRefused.into());
        }
        check_fields_of_draft(&request)?;
        let signature = SignatureHeader::parse(field)?;
        let components = signature.components()?;
        let algorithm = self.named_algorithm(&signature, &components)?;
        self.check_coverage(&components, needs_digest(request.method()))?;
        self.check_host(&request)?;
        let lifetime = self.check_time(headers, &signature, &components, now)?;
        let digest = if components.contains(&Component::Field(DIGEST)) {
            let field = headers.get(DIGEST);
            let field =
                field.ok_or_else(|| VerifyError::from(Reason::ComponentMissing).about("digest"))?;
            let sent = digest::read(field.as_bytes())?;
            self.check_digests(&DIGEST, &sent)?;
            Some(Hashing::new(DIGEST, sent))
        } else {
            None
        };
        let base = SignatureBase::new(
            &request,
            &components,
            signature.created(),
            signature.expires(),
        )
        .map_err(|error| {
            let (reason, component) = error.into();
            VerifyError::from(reason).about(component.as_str())
        })?;
        let facts = Facts {
            key_id: signature.key_id().to_owned(),
            components: Components::Draft(components),
            lifetime,
            signature: signature.into_signature(),
        };
        let query_may_be_left_out = self.allows_query_left_out() && request.method() == Method::GET;
        Ok(Head {
            request,
            digest,
            signed: Signed {
                facts,
                base: Base::Draft(base),
                algorithm,
                terms: self.terms(),
                query_may_be_left_out,
            },
        })
    }

    pub(crate) fn named_algorithm(
        &self,
        signature: &SignatureHeader<'_>,
        components: &[Component],
    ) -> Result<Option<SignatureAlgorithm>, VerifyError> {
        let name = signature.algorithm();
        let algorithm = cavage::named_algorithm(name)?;
        self.check_algorithm("algorithm", name, algorithm)?;
        let is_time = |c: &Component| matches!(c, Component::Created | Component::Expires);
        if name.is_some_and(cavage::forbids_times) && components.iter().any(is_time) {
            return Err(VerifyError::from(Reason::TimeForbidden)
                .about("algorithm")
                .finding(name.unwrap_or_default()));
        }
        Ok(algorithm)
    }
}

/// A request that says by whom it was signed, with nothing wrong in it so far, and not yet believed.
///
/// Find the key that [`key_id`](Self::key_id) names, then [`check`](Self::check).
pub struct Claim<B> {
    request: Request<B>,
    signed: Signed,
}

/// What was read of a signature, and what its check needs.
struct Signed {
    facts: Facts,
    base: Base,
    algorithm: Option<SignatureAlgorithm>,
    terms: Terms,
    query_may_be_left_out: bool,
}

struct Facts {
    key_id: String,
    components: Components,
    lifetime: Lifetime,
    signature: Vec<u8>,
}

enum Components {
    Draft(Vec<Component>),
    Rfc9421(SignatureInput),
}

enum Base {
    Draft(SignatureBase),
    Rfc9421(Vec<u8>),
}

impl<B> Claim<B> {
    /// The key that the request says it was signed with, as the sender wrote it. Anybody may have written it: parse it
    /// as a URL, and guard the request that fetches it.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.signed.facts.key_id
    }

    /// The text that must have been signed, to compare with the sender's. Safe to print: control characters are escaped, and
    /// the values of `Authorization`, `Proxy-Authorization`, `Cookie`, `Set-Cookie`, `Authentication-Info`, and of widely used
    /// fields for keys and tokens such as `X-Api-Key`, `X-Auth-Token` and `X-Csrf-Token` are left out. A field of your own
    /// that holds a secret is shown, if the sender covers it.
    #[must_use]
    pub fn signature_base(&self) -> Cow<'_, str> {
        match &self.signed.base {
            Base::Draft(base) => base.to_text(),
            Base::Rfc9421(base) => cavage::shown(base),
        }
    }

    /// The request, not verified yet: to look at it, not to act on it.
    #[must_use]
    pub fn request(&self) -> &Request<B> {
        &self.request
    }

    #[cfg(feature = "tower")]
    pub(crate) fn map<C>(self, change: impl FnOnce(B) -> C) -> Claim<C> {
        Claim {
            request: self.request.map(change),
            signed: self.signed,
        }
    }

    /// The second step: checks the signature with the key. That the key belongs to `key_id` is the caller's to know.
    ///
    /// # Errors
    /// [`Refused`] gives the claim back. With [`VerifyError::Mismatch`] the sender may have changed its key since: fetch it
    /// anew, once and not too often, and check again.
    pub fn check(self, key: &VerifyingKey) -> Result<VerifiedRequest<B>, Refused<B>> {
        match self.signed.check(key) {
            Ok(query_left_out) => Ok(self.verified(query_left_out, SignedBy::Key(key.clone()))),
            Err(error) => Err(Refused(Box::new((self, error)))),
        }
    }

    /// The second step for a request whose key id names a secret that both sides share: checks its HMAC. Only under a
    /// policy that [accepts it](Policy::accept_hmac); no secret is ever tried by [`check`](Self::check), and no public key
    /// here.
    ///
    /// # Errors
    /// [`Refused`] gives the claim back: with [`Reason::AlgorithmRefused`] without that opt-in.
    pub fn check_shared_secret(
        self,
        secret: &SharedSecret,
    ) -> Result<VerifiedRequest<B>, Refused<B>> {
        match self.signed.check_shared_secret(secret) {
            Ok(query_left_out) => {
                Ok(self.verified(query_left_out, SignedBy::Secret(secret.clone())))
            }
            Err(error) => Err(Refused(Box::new((self, error)))),
        }
    }

    fn verified(self, query_left_out: bool, signed_by: SignedBy) -> VerifiedRequest<B> {
        VerifiedRequest {
            request: self.request,
            facts: self.signed.facts,
            base: self.signed.base,
            signed_by,
            query_left_out,
        }
    }
}

impl Signed {
    /// Whether the query was left out, if the signature is right.
    fn check(&self, key: &VerifyingKey) -> Result<bool, VerifyError> {
        let algorithms = match &self.base {
            Base::Draft(_) => key.draft(),
            Base::Rfc9421(_) => key.rfc9421(),
        };
        let (named, signature) = (self.algorithm, &self.facts.signature);
        self.check_by(|base| key.check(algorithms, named, self.terms, base, signature))
    }

    fn check_shared_secret(&self, secret: &SharedSecret) -> Result<bool, VerifyError> {
        let (named, signature) = (self.algorithm, &self.facts.signature);
        self.check_by(|base| secret.check(named, self.terms, base, signature))
    }

    fn check_by(
        &self,
        check: impl Fn(&[u8]) -> Result<(), VerifyError>,
    ) -> Result<bool, VerifyError> {
        let base = match &self.base {
            Base::Draft(base) => base,
            Base::Rfc9421(base) => return check(base).map(|()| false),
        };
        let outcome = check(base.as_bytes());
        if matches!(outcome, Err(VerifyError::Mismatch(_)))
            && self.query_may_be_left_out
            && base
                .without_query()
                .is_some_and(|base| check(&base).is_ok())
        {
            return Ok(true);
        }
        outcome.map(|()| false)
    }
}

/// Shows where the request goes and who claims to have sent it, not what it says.
impl<B> fmt::Debug for Claim<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug(f, "Claim", &self.signed.facts.key_id, &self.request)
    }
}

/// A claim that did not hold, with the reason, so that it can be tried once more with another key.
pub struct Refused<B>(Box<(Claim<B>, VerifyError)>);

impl<B> Refused<B> {
    /// The claim that did not hold.
    #[must_use]
    pub fn claim(&self) -> &Claim<B> {
        &self.0.0
    }

    /// Why it did not hold.
    #[must_use]
    pub fn error(&self) -> &VerifyError {
        &self.0.1
    }

    /// Gives the claim back, to check it with another key.
    #[must_use]
    pub fn into_claim(self) -> Claim<B> {
        self.0.0
    }

    /// Keeps only the reason.
    #[must_use]
    pub fn into_error(self) -> VerifyError {
        self.0.1
    }
}

impl<B> fmt::Debug for Refused<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Refused")
            .field(self.claim())
            .field(self.error())
            .finish()
    }
}

impl<B> fmt::Display for Refused<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error().fmt(f)
    }
}

impl<B> Error for Refused<B> {}

/// A request whose signature was checked, with the exact body that was signed. Only [`Claim::check`] makes one.
///
/// It proves that the holder of the key signed the covered parts. That the key is an actor's, and that the actor may say
/// what the body says, is for the caller to check.
pub struct VerifiedRequest<B> {
    request: Request<B>,
    facts: Facts,
    base: Base,
    signed_by: SignedBy,
    query_left_out: bool,
}

enum SignedBy {
    Key(VerifyingKey),
    Secret(SharedSecret),
}

impl SignedBy {
    /// What tells this key from all others, and of a secret nothing more.
    fn identity(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Key(key) => Cow::Borrowed(key.spki()),
            Self::Secret(secret) => Cow::Owned(secret.sign(b"")),
        }
    }
}

impl<B> VerifiedRequest<B> {
    /// The id of the key that made the signature.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.facts.key_id
    }

    /// The request; what is not [covered](Self::covers) in it is not proved.
    #[must_use]
    pub fn request(&self) -> &Request<B> {
        &self.request
    }

    /// Gives the request away. From here on nothing says that it was verified.
    #[must_use]
    pub fn into_request(self) -> Request<B> {
        self.request
    }

    /// Whether the signature covers a component, such as `content-type`, `(request-target)` or `@target-uri`. Case does
    /// not matter. A member of a field (`;key`) is not the field.
    #[must_use]
    pub fn covers(&self, component: &str) -> bool {
        match &self.facts.components {
            Components::Draft(covered) => covered
                .iter()
                .any(|covered| covered.as_str().eq_ignore_ascii_case(component)),
            Components::Rfc9421(input) => input.covered().iter().any(|c| c.covers(component)),
        }
    }

    /// The `nonce` of an RFC 9421 signature. That it comes only once is for the caller to see to, by its
    /// [`nonce_key`](Self::nonce_key).
    #[must_use]
    pub fn nonce(&self) -> Option<&str> {
        self.signature_input()?.nonce()
    }

    /// What the signature says, if it is one by RFC 9421, but for the key id.
    pub(crate) fn signature_input(&self) -> Option<&SignatureInput> {
        match &self.facts.components {
            Components::Draft(_) => None,
            Components::Rfc9421(input) => Some(input),
        }
    }

    /// When it was signed: `(created)` or `created` if that is covered, otherwise `date`.
    #[must_use]
    pub fn signed_at(&self) -> SystemTime {
        self.facts.lifetime.signed_at
    }

    /// Until when the policy accepts this signature: the same request is refused as too old or expired after that moment.
    #[must_use]
    pub fn good_until(&self) -> SystemTime {
        self.facts.lifetime.good_until
    }

    /// By what the same request is known again when it is sent a second time. Remember it [until](Self::good_until) the
    /// signature is no longer good.
    #[must_use]
    pub fn replay_key(&self) -> ReplayKey {
        let without_query;
        let base = match &self.base {
            Base::Draft(base) if self.query_left_out => {
                without_query = base.without_query();
                without_query.as_deref().unwrap_or(base.as_bytes())
            }
            Base::Draft(base) => base.as_bytes(),
            Base::Rfc9421(base) => base,
        };
        ReplayKey::of_request(&self.signed_by.identity(), base)
    }

    /// By what the [nonce](Self::nonce) is known again when the same key uses it a second time, in whatever request.
    #[must_use]
    pub fn nonce_key(&self) -> Option<ReplayKey> {
        let nonce = self.nonce()?;
        Some(ReplayKey::of_nonce(&self.signed_by.identity(), nonce))
    }

    /// The bytes of the signature. Two signatures of the same request may differ: know a replay by
    /// [`replay_key`](Self::replay_key).
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.facts.signature
    }

    /// Whether the signer left the query out of the request target, so that nobody vouches for it. Only for GET, and only
    /// under a policy that accepts it.
    #[must_use]
    pub fn query_left_out(&self) -> bool {
        self.query_left_out
    }
}

/// Shows where the request goes and who sent it, not what it says.
impl<B> fmt::Debug for VerifiedRequest<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug(f, "VerifiedRequest", &self.facts.key_id, &self.request)
    }
}

fn debug<B>(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    key_id: &str,
    request: &Request<B>,
) -> fmt::Result {
    f.debug_struct(name)
        .field("key_id", &key_id)
        .field("method", request.method())
        .field("path", &request.uri().path())
        .finish_non_exhaustive()
}

/// Refuses what the signature base of the draft could not tell apart: fields that stand twice, a method in lower case.
pub(crate) fn check_fields_of_draft<B>(request: &Request<B>) -> Result<(), VerifyError> {
    for name in [HOST, DATE, DIGEST] {
        if request.headers().get_all(&name).iter().nth(1).is_some() {
            return Err(VerifyError::from(Reason::FieldRepeated).about(name.as_str()));
        }
    }
    let method = request.method().as_str();
    if method.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return Err(VerifyError::from(Reason::MethodAmbiguous)
            .about("(request-target)")
            .finding(method));
    }
    Ok(())
}

/// The one field that holds a signature by the draft.
pub(crate) fn draft_field(headers: &HeaderMap) -> Result<&[u8], VerifyError> {
    let mut fields = draft_fields(headers);
    let first = fields.next().ok_or(Reason::Unsigned)?;
    // apsig writes the same parameters into both fields, so that whichever counts says the same.
    let says_the_same = |field: &[u8]| field.strip_prefix(b"Signature ") == Some(first);
    if fields.all(says_the_same) {
        Ok(first)
    } else {
        Err(Reason::SignatureRepeated.into())
    }
}

/// The fields that hold signatures by the draft: `Signature`, and `Authorization` of that scheme.
pub(crate) fn draft_fields(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    // Beside `Signature-Input` the field is also what RFC 9421 uses, and only its form tells them apart.
    let beside = headers.contains_key(SIGNATURE_INPUT);
    let fields = headers.get_all(SIGNATURE).iter().map(HeaderValue::as_bytes);
    fields
        .filter(move |field| !beside || SignatureHeader::can_parse(field))
        .chain(authorization_fields(headers))
}

fn authorization_fields(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    let fields = headers.get_all(AUTHORIZATION).iter();
    fields
        .map(HeaderValue::as_bytes)
        .filter(|value| says_signature(value))
}

/// Whether the value of an `Authorization` field is of the scheme `Signature`.
pub(crate) fn says_signature(value: &[u8]) -> bool {
    let mut words = value.trim_ascii_start().split(|byte| b" \t".contains(byte));
    let scheme = words.next();
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"signature"))
}
