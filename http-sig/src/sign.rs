//! Signing requests.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, DATE, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Uri};

use crate::cavage::{self, Component, SignatureBase, without_userinfo};
use crate::digest::{ContentDigest, Digest, DigestAlgorithm};
use crate::error::{Reason, SignError};
use crate::key::{SharedSecret, SignatureAlgorithm, SigningKey};
use crate::policy::{CONTENT_DIGEST, DIGEST, LAST_SECOND};
use crate::rfc9421::{
    Asked, Component as Component9421, Message, Origin, SigningOptions, signature_base,
};
use crate::verify::{SIGNATURE, SIGNATURE_INPUT, says_signature};

/// Longest key id, in bytes.
const LONGEST_KEY_ID: usize = 2048;

/// Signs messages with one key under one key id. A clone is cheap and shares the key.
#[derive(Clone)]
pub struct Signer {
    inner: Arc<Inner>,
}

struct Inner {
    key_id: String,
    key: Key,
}

enum Key {
    Pair(SigningKey),
    Secret(SharedSecret),
}

impl Key {
    /// The algorithms of the draft, the usual one first.
    fn draft(&self) -> &'static [SignatureAlgorithm] {
        match self {
            Self::Pair(key) => key.draft(),
            Self::Secret(_) => &[SignatureAlgorithm::HmacSha256],
        }
    }

    /// The algorithms of RFC 9421, the usual one first.
    fn rfc9421(&self) -> &'static [SignatureAlgorithm] {
        match self {
            Self::Pair(key) => key.rfc9421(),
            Self::Secret(_) => &[SignatureAlgorithm::HmacSha256],
        }
    }

    fn sign(&self, algorithm: SignatureAlgorithm, base: &[u8]) -> Result<Vec<u8>, SignError> {
        match self {
            Self::Pair(key) => key.sign(algorithm, base).map_err(SignError::Key),
            Self::Secret(secret) => Ok(secret.sign(base)),
        }
    }
}

impl Signer {
    /// A signer whose signatures name the key by `key_id`: the URL under which recipients find the public half, such as
    /// `https://example.org/users/alice#main-key`.
    ///
    /// # Errors
    /// [`SignError::KeyId`] if it is empty or longer than 2048 bytes, or has a character that cannot stand between the
    /// quotes of a `Signature` field: anything but visible ASCII, `"` and `\`.
    pub fn new(key_id: impl Into<String>, key: SigningKey) -> Result<Self, SignError> {
        Self::with(key_id.into(), Key::Pair(key))
    }

    /// A signer that makes no signatures but message authentication codes (HMAC with SHA-256), for a recipient that knows
    /// the same secret by the name `key_id` and [accepts HMAC](crate::Policy::accept_hmac). No server of the fediverse does.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_shared_secret(
        key_id: impl Into<String>,
        secret: SharedSecret,
    ) -> Result<Self, SignError> {
        Self::with(key_id.into(), Key::Secret(secret))
    }

    fn with(key_id: String, key: Key) -> Result<Self, SignError> {
        let fits = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
        if key_id.is_empty() || key_id.len() > LONGEST_KEY_ID || !key_id.bytes().all(fits) {
            return Err(SignError::KeyId);
        }
        Ok(Self {
            inner: Arc::new(Inner { key_id, key }),
        })
    }

    /// The key id that the signatures name.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.inner.key_id
    }

    /// Whether the key is of a kind that the draft knows.
    pub(crate) fn signs_draft(&self) -> bool {
        !self.inner.key.draft().is_empty()
    }

    /// The algorithms of RFC 9421 that the key has, the usual one first.
    pub(crate) fn algorithms(&self) -> &'static [SignatureAlgorithm] {
        self.inner.key.rfc9421()
    }

    /// Signs a request with its body by draft-cavage-12, the scheme that every server understands.
    ///
    /// Adds `Host` if it is absent (the authority of the URI); sets `Date` to `now`, `Digest` if there is a body or a
    /// method that has one, and `Signature`. Covered are `(request-target) host date`, and `digest content-type` with a
    /// digest. Signing again replaces what was there.
    ///
    /// # Errors
    /// [`SignError`] if the key is an ECDSA one, if the request has no host, if a covered field stands in it twice, if
    /// `now` is not in the years 1970 to 9999, or if the key refuses. The request may then have new `Host`, `Date` and
    /// `Digest` fields, but no new signature.
    pub fn sign<B: AsRef<[u8]>>(
        &self,
        request: &mut Request<B>,
        now: SystemTime,
    ) -> Result<(), SignError> {
        let body = request.body().as_ref();
        let digest =
            (!body.is_empty() || needs_digest(request.method())).then(|| Digest::sha256(body));
        self.sign_prepared(request, digest.as_ref(), now)
    }

    /// Like [`sign`](Self::sign), with the digest computed before, once for all recipients. The body is not looked at.
    ///
    /// # Errors
    /// As [`sign`](Self::sign), and [`SignError::NoDigest`] if the method is neither GET nor HEAD and there is neither a
    /// digest nor a `Digest` field.
    pub fn sign_prepared<B>(
        &self,
        request: &mut Request<B>,
        digest: Option<&Digest>,
        now: SystemTime,
    ) -> Result<(), SignError> {
        self.sign_with(request, digest, &cavage::SigningOptions::new(), now)
    }

    /// Like [`sign_prepared`](Self::sign_prepared), covering and saying what the options name.
    ///
    /// # Errors
    /// As [`sign_prepared`](Self::sign_prepared), and [`SignError::Component`] or [`SignError::KeyAlgorithm`] if an option
    /// does not fit the request or the key. Signatures that the new one was to replace are gone then.
    pub fn sign_with<B>(
        &self,
        request: &mut Request<B>,
        digest: Option<&Digest>,
        options: &cavage::SigningOptions,
        now: SystemTime,
    ) -> Result<(), SignError> {
        let created = seconds(now)?;
        let date =
            HeaderValue::try_from(httpdate::fmt_http_date(now)).map_err(|_| SignError::Time)?;
        if !request.headers().contains_key(HOST) {
            let host = host(request.uri()).ok_or(SignError::NoHost)?;
            request.headers_mut().insert(HOST, host);
        }
        let headers = request.headers_mut();
        headers.insert(DATE, date);
        if let Some(digest) = digest {
            headers.insert(DIGEST, digest.field_value().clone());
        }
        remove_signatures(headers);
        let field = if options.goes_into_authorization() {
            AUTHORIZATION
        } else {
            SIGNATURE
        };
        let refuse = |(reason, component): (Reason, Component)| SignError::Component {
            component: component.as_str().to_owned(),
            reason,
        };
        if headers.contains_key(&field) {
            return Err(refuse((Reason::FieldRepeated, Component::Field(field))));
        }
        let digest_needed = !options.covers_only_these() && needs_digest(request.method());
        check_digest(digest_needed, request.headers(), &DIGEST, request.method())?;
        let components = options.components(request.headers())?;
        let (algorithm, name) = options.choose(self.inner.key.draft(), &components)?;
        let [created, expires] = options.times(&components, created)?;
        let (created, expires) = (created.as_deref(), expires.as_deref());
        let base = SignatureBase::new(request, &components, created, expires)
            .map_err(|error| refuse(error.into()))?;
        let signature = self.inner.key.sign(algorithm, base.as_bytes())?;
        let times = [("created", created), ("expires", expires)];
        let value = self.field(&field, &components, name, &times, &signature)?;
        request.headers_mut().insert(field, value);
        Ok(())
    }

    /// Signs a request with its body by RFC 9421, for recipients that are known to understand it: fewer do than the draft.
    ///
    /// Adds `Host` if it is absent; sets `Content-Digest` if there is a body or a method that has one, `Signature-Input`
    /// and `Signature`, both with the one label `sig1`. Covered are `"@method" "@target-uri"`, and `"content-digest"
    /// "content-type"` with a digest; the parameters are `created`, `keyid` and `alg`. Signing again,
    /// by either scheme, replaces what was there.
    ///
    /// The target URI is what the recipient will see: the scheme of the URI (`https` if it has none), the `Host` field even
    /// if the URI names another host, and the path and query.
    ///
    /// An RSA key signs with `rsa-v1_5-sha256`, the one algorithm that every such server of the fediverse knows.
    ///
    /// # Errors
    /// As [`sign`](Self::sign).
    pub fn sign_rfc9421<B: AsRef<[u8]>>(
        &self,
        request: &mut Request<B>,
        now: SystemTime,
    ) -> Result<(), SignError> {
        let body = request.body().as_ref();
        let digest = (!body.is_empty() || needs_digest(request.method()))
            .then(|| ContentDigest::new(DigestAlgorithm::Sha256, body));
        self.sign_rfc9421_prepared(request, digest.as_ref(), now)
    }

    /// Like [`sign_rfc9421`](Self::sign_rfc9421), with the digest computed before, once for all recipients. The body is
    /// not looked at.
    ///
    /// # Errors
    /// As [`sign`](Self::sign), and [`SignError::NoDigest`] if the method is neither GET nor HEAD and there is neither a
    /// digest nor a `Content-Digest` field.
    pub fn sign_rfc9421_prepared<B>(
        &self,
        request: &mut Request<B>,
        digest: Option<&ContentDigest>,
        now: SystemTime,
    ) -> Result<(), SignError> {
        self.sign_rfc9421_with(request, digest, &SigningOptions::new(), now)
    }

    /// Like [`sign_rfc9421_prepared`](Self::sign_rfc9421_prepared), covering and saying what the options name.
    ///
    /// # Errors
    /// As [`sign`](Self::sign), and [`SignError::NoDigest`] if the method is neither GET nor HEAD and there is neither a
    /// digest nor a `Content-Digest` field, [`SignError::Component`], [`SignError::Label`], [`SignError::Parameter`] or
    /// [`SignError::KeyAlgorithm`] if an option does not fit the message or the key. Signatures that the new one was to
    /// replace are gone then.
    pub fn sign_rfc9421_with<B>(
        &self,
        request: &mut Request<B>,
        digest: Option<&ContentDigest>,
        options: &SigningOptions,
        now: SystemTime,
    ) -> Result<(), SignError> {
        let created = seconds(now)?;
        if !request.headers().contains_key(HOST) {
            let host = host(request.uri()).ok_or(SignError::NoHost)?;
            request.headers_mut().insert(HOST, host);
        }
        let headers = request.headers_mut();
        if let Some(digest) = digest {
            headers.insert(CONTENT_DIGEST, digest.field_value());
        }
        if !options.adds() {
            remove_signatures(headers);
        }
        let digest_needed = !options.covers_only_these() && needs_digest(request.method());
        check_digest(
            digest_needed,
            request.headers(),
            &CONTENT_DIGEST,
            request.method(),
        )?;
        let components = options.of_request(request.headers())?;
        let origin = Origin::of(request).ok_or(SignError::NoHost)?;
        let message = Message::Request(Asked::sent(request, &origin));
        let (member, signature) = self.signature(&message, &components, options, created)?;
        options.write(request.headers_mut(), member, &signature)
    }

    /// Signs a response with its body by RFC 9421, bound to the request that it answers.
    ///
    /// Sets `Content-Digest`, `Signature-Input` and `Signature`. Covered are `"@status" "content-digest"`, `"content-type"`
    /// if there is one, and of the request `"@method";req "@target-uri";req`, and `"content-digest";req` if it has one. The
    /// request must be as it came over the wire; where its URI has no scheme, it is taken for an `https` one.
    ///
    /// # Errors
    /// [`SignError`] if the request has no host or several, if a covered field stands twice where it may stand once, if
    /// `now` is not in the years 1970 to 9999, or if the key refuses.
    pub fn sign_response<B: AsRef<[u8]>, R>(
        &self,
        response: &mut Response<B>,
        request: &Request<R>,
        now: SystemTime,
    ) -> Result<(), SignError> {
        let digest = ContentDigest::new(DigestAlgorithm::Sha256, response.body().as_ref());
        let options = SigningOptions::new();
        self.sign_response_with(response, request, Some(&digest), &options, now)
    }

    /// Like [`sign_response`](Self::sign_response), covering and saying what the options name, with the digest computed
    /// before: the body is not looked at. To answer a signed request, cover its signature too:
    /// `options.cover("signature;req;key=\"sig1\"")`.
    ///
    /// # Errors
    /// As [`sign_response`](Self::sign_response) and [`sign_rfc9421_with`](Self::sign_rfc9421_with).
    pub fn sign_response_with<B, R>(
        &self,
        response: &mut Response<B>,
        request: &Request<R>,
        digest: Option<&ContentDigest>,
        options: &SigningOptions,
        now: SystemTime,
    ) -> Result<(), SignError> {
        let created = seconds(now)?;
        let origin = Origin::of(request).ok_or(SignError::NoHost)?;
        let headers = response.headers_mut();
        if let Some(digest) = digest {
            headers.insert(CONTENT_DIGEST, digest.field_value());
        }
        if !options.adds() {
            remove_signatures(headers);
        }
        let digest_needed = !options.covers_only_these();
        check_digest(digest_needed, headers, &CONTENT_DIGEST, request.method())?;
        let components = options.of_response(headers, request.headers())?;
        let message = Message::of_response(response, Asked::new(request, &origin));
        let (member, signature) = self.signature(&message, &components, options, created)?;
        options.write(response.headers_mut(), member, &signature)
    }

    /// The member of `Signature-Input`, and the signature.
    fn signature(
        &self,
        message: &Message<'_>,
        components: &[Component9421],
        options: &SigningOptions,
        created: u64,
    ) -> Result<(String, Vec<u8>), SignError> {
        let Inner { key_id, key } = &*self.inner;
        let algorithm = options.choose(key.rfc9421())?;
        let member = options.member(components, created, key_id, algorithm)?;
        let base = signature_base(message, components, options.parameters(&member))
            .map_err(|(reason, component)| SignError::Component { component, reason })?;
        let signature = key.sign(algorithm, &base)?;
        Ok((member, signature))
    }

    /// The value of the field `Signature` or `Authorization`.
    fn field(
        &self,
        name: &HeaderName,
        components: &[Component],
        algorithm: &str,
        times: &[(&str, Option<&str>)],
        signature: &[u8],
    ) -> Result<HeaderValue, SignError> {
        // As long as it mostly gets, to the byte, so that the value takes over the memory.
        let fixed = "keyId=\"\",algorithm=\"\",headers=\"\",signature=\"\"".len();
        let names: usize = components.iter().map(|c| c.as_str().len() + 1).sum();
        let varying = self.inner.key_id.len() + algorithm.len() + names.saturating_sub(1);
        let base64 = signature.len().div_ceil(3) * 4;
        let mut field = String::with_capacity(fixed + varying + base64);
        if *name == AUTHORIZATION {
            field.push_str("Signature ");
        }
        field.push_str("keyId=\"");
        field.push_str(&self.inner.key_id);
        field.push_str("\",algorithm=\"");
        field.push_str(algorithm);
        field.push('"');
        for (name, time) in times {
            if let Some(time) = time {
                for part in [",", name, "=", time] {
                    field.push_str(part);
                }
            }
        }
        field.push_str(",headers=\"");
        for (at, component) in components.iter().enumerate() {
            if at > 0 {
                field.push(' ');
            }
            field.push_str(component.as_str());
        }
        field.push_str("\",signature=\"");
        STANDARD.encode_string(signature, &mut field);
        field.push('"');
        HeaderValue::try_from(field).map_err(|_| SignError::KeyId)
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key: &dyn fmt::Debug = match &self.inner.key {
            Key::Pair(key) => key,
            Key::Secret(secret) => secret,
        };
        f.debug_struct("Signer")
            .field("key_id", &self.inner.key_id)
            .field("key", key)
            .finish()
    }
}

/// Removes what was signed before, by either standard.
fn remove_signatures(headers: &mut HeaderMap) {
    headers.remove(SIGNATURE_INPUT);
    headers.remove(SIGNATURE);
    let authorization = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
    if authorization.is_some_and(says_signature) {
        headers.remove(AUTHORIZATION);
    }
}

/// Refuses a message that must be signed with a digest and has none.
fn check_digest(
    needed: bool,
    headers: &HeaderMap,
    field: &HeaderName,
    method: &Method,
) -> Result<(), SignError> {
    if needed && !headers.contains_key(field) {
        return Err(SignError::NoDigest {
            method: method.clone(),
        });
    }
    Ok(())
}

/// When a signature stops to be good, in seconds since 1970.
pub(crate) fn expiry(now: u64, expires_in: Duration) -> Result<u64, SignError> {
    now.checked_add(expires_in.as_secs())
        .filter(|expires| *expires <= LAST_SECOND)
        .ok_or(SignError::Time)
}

/// Seconds since 1970.
fn seconds(now: SystemTime) -> Result<u64, SignError> {
    let since_1970 = now
        .duration_since(UNIX_EPOCH)
        .map_err(|_| SignError::Time)?;
    let seconds = since_1970.as_secs();
    if seconds > LAST_SECOND {
        return Err(SignError::Time);
    }
    Ok(seconds)
}

/// Whether a request is signed with a digest even if its body is empty.
pub(crate) fn needs_digest(method: &Method) -> bool {
    *method != Method::GET && *method != Method::HEAD
}

/// The authority of the URI without credentials and without the scheme's default port.
fn host(uri: &Uri) -> Option<HeaderValue> {
    let authority = without_userinfo(uri.authority()?.as_str());
    let default_port = match uri.scheme_str() {
        Some("https") => ":443",
        Some("http") => ":80",
        _ => "",
    };
    HeaderValue::try_from(authority.strip_suffix(default_port).unwrap_or(authority)).ok()
}
