//! Verifying responses, each bound to the request that it answers (section 2.4).

use std::borrow::Cow;
use std::fmt;
use std::time::SystemTime;

use http::{Request, Response};

use crate::cavage::shown;
use crate::digest;
use crate::error::{Reason, VerifyError};
use crate::key::{SharedSecret, SignatureAlgorithm, VerifyingKey};
use crate::policy::{CONTENT_DIGEST, Policy, Terms};
use crate::rfc9421::{self, Asked, Covered, Message, Origin, SignatureInput, signature_base};
use crate::structured_field;
use crate::verify::{SIGNATURE, SIGNATURE_INPUT};

impl Policy {
    /// The first step for a response, on the side that asked: reads its signature, checks all that can be checked without
    /// the key, and says which key the response names.
    ///
    /// The signature must cover `"@status"` and `"content-digest"`, and of the request that was sent `"@method";req` and
    /// `"@target-uri";req` (or `"@authority";req "@path";req "@query";req`), so that the answer to another request does
    /// not count. Age, `label`, `tag`, nonce, algorithms, digests and key size are those of this policy; its authorities,
    /// and what it [requires](Policy::require) besides, do not matter here. A request URI without a scheme is taken for an
    /// `https` one.
    ///
    /// # Errors
    /// [`VerifyError`] if the response is not signed, if its signature cannot be read, or if the signature would not prove
    /// that much even if it were right.
    pub fn read_response<B: AsRef<[u8]>, R>(
        &self,
        response: Response<B>,
        request: &Request<R>,
        now: SystemTime,
    ) -> Result<ResponseClaim<B>, VerifyError> {
        let headers = response.headers();
        let field = structured_field::joined(headers, &SIGNATURE_INPUT).ok_or(Reason::Unsigned)?;
        let input = self.choose(SignatureInput::parse_response(&field)?)?;
        let field = structured_field::joined(headers, &SIGNATURE);
        let signature = rfc9421::signature(field.as_deref(), input.label())?;
        let key_id = input.key_id().filter(|key_id| !key_id.is_empty());
        let key_id = key_id.ok_or(Reason::KeyIdMissing)?.to_owned();
        let algorithm = rfc9421::named_algorithm(input.algorithm())?;
        self.check_algorithm("alg", input.algorithm(), algorithm)?;
        let own = [Covered::Status, Covered::Field(CONTENT_DIGEST)];
        rfc9421::check_coverage(input.covered(), &own, false)?;
        rfc9421::check_target(input.covered(), true)?;
        let signed_at = self.check_lifetime(&input, now)?.signed_at;
        let field = structured_field::joined(headers, &CONTENT_DIGEST)
            .ok_or_else(|| VerifyError::from(Reason::ComponentMissing).about("content-digest"))?;
        let digests = digest::read_content_digest(&field)?;
        self.check_digests(&CONTENT_DIGEST, &digests)?;
        digests.check(CONTENT_DIGEST, response.body().as_ref())?;
        let origin = Origin::of(request)
            .ok_or_else(|| VerifyError::from(Reason::ComponentMissing).about("host"))?;
        let message = Message::of_response(&response, Asked::sent(request, &origin));
        let base = signature_base(&message, input.covered(), input.parameters())
            .map_err(|(reason, component)| VerifyError::from(reason).about(&component))?;
        Ok(ResponseClaim {
            key_id,
            input,
            signed_at,
            signature,
            base,
            algorithm,
            terms: self.terms(),
            response,
        })
    }
}

/// A response that says by whom it was signed, with nothing wrong in it so far, and not yet believed.
///
/// Find the key that [`key_id`](Self::key_id) names, then [`check`](Self::check).
pub struct ResponseClaim<B> {
    key_id: String,
    input: SignatureInput,
    signed_at: SystemTime,
    signature: Vec<u8>,
    base: Vec<u8>,
    algorithm: Option<SignatureAlgorithm>,
    terms: Terms,
    response: Response<B>,
}

impl<B> ResponseClaim<B> {
    /// The key that the response says it was signed with, as the sender wrote it.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The text that must have been signed, to compare with the sender's. As safe to print as that of a
    /// [request](crate::Claim::signature_base).
    #[must_use]
    pub fn signature_base(&self) -> Cow<'_, str> {
        shown(&self.base)
    }

    /// The second step: checks the signature with the key. That the key belongs to `key_id` is the caller's to know. The
    /// claim can be checked again with another key.
    ///
    /// # Errors
    /// [`VerifyError::Mismatch`] if the signature is not right, [`Reason::AlgorithmMismatch`] if the key is of another
    /// kind than the response names.
    pub fn check(&self, key: &VerifyingKey) -> Result<VerifiedResponse<'_, B>, VerifyError> {
        let algorithms = key.rfc9421();
        key.check(
            algorithms,
            self.algorithm,
            self.terms,
            &self.base,
            &self.signature,
        )?;
        Ok(VerifiedResponse { claim: self })
    }

    /// The second step for a response whose key id names a secret that both sides share, as
    /// [`Claim::check_shared_secret`](crate::Claim::check_shared_secret).
    ///
    /// # Errors
    /// As [`check`](Self::check), and [`Reason::AlgorithmRefused`] if the policy does not accept HMAC.
    pub fn check_shared_secret(
        &self,
        secret: &SharedSecret,
    ) -> Result<VerifiedResponse<'_, B>, VerifyError> {
        secret.check(self.algorithm, self.terms, &self.base, &self.signature)?;
        Ok(VerifiedResponse { claim: self })
    }

    /// Gives the response away. From here on nothing says whether it was verified.
    #[must_use]
    pub fn into_response(self) -> Response<B> {
        self.response
    }
}

/// Shows who claims to have answered and with which status, not what the answer says.
impl<B> fmt::Debug for ResponseClaim<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseClaim")
            .field("key_id", &self.key_id)
            .field("status", &self.response.status())
            .finish_non_exhaustive()
    }
}

/// A response whose signature was checked, with the exact body that was signed. Only [`ResponseClaim::check`] makes one.
#[derive(Debug)]
pub struct VerifiedResponse<'a, B> {
    claim: &'a ResponseClaim<B>,
}

impl<B> VerifiedResponse<'_, B> {
    /// The id of the key that made the signature.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.claim.key_id
    }

    /// The response; what is not [covered](Self::covers) in it is not proved.
    #[must_use]
    pub fn response(&self) -> &Response<B> {
        &self.claim.response
    }

    /// Whether the signature covers a component of the response, such as `content-type`. Case does not matter.
    #[must_use]
    pub fn covers(&self, component: &str) -> bool {
        let mut components = self.claim.input.covered().iter();
        components.any(|c| !c.of_request && c.covers(component))
    }

    /// What the signature says.
    pub(crate) fn signature_input(&self) -> &SignatureInput {
        &self.claim.input
    }

    /// When it was signed.
    #[must_use]
    pub fn signed_at(&self) -> SystemTime {
        self.claim.signed_at
    }
}
