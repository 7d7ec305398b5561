//! What a signature says and covers beyond what is usual.

use std::time::Duration;

use http::HeaderMap;
use http::header::{CONTENT_TYPE, DATE, HOST};

use crate::cavage::header::MOST_COMPONENTS;
use crate::cavage::{Component, forbids_times};
use crate::error::{Reason, SignError};
use crate::key::SignatureAlgorithm;
use crate::policy::DIGEST;
use crate::sign::expiry;

/// What a signature by the draft covers and says beyond the default, for [`Signer::sign_with`].
///
/// The setters cannot fail: what cannot be signed is reported when it is to be signed. The value is read by reference and
/// serves for many requests. The default is what every server takes; what differs from it, fewer do.
///
/// [Draft, section 2.1](https://datatracker.ietf.org/doc/html/draft-cavage-http-signatures-12#section-2.1)
///
/// [`Signer::sign_with`]: crate::Signer::sign_with
#[derive(Clone, Debug, Default)]
pub struct SigningOptions {
    components: Vec<String>,
    only: bool,
    expires_in: Option<Duration>,
    algorithm: Option<SignatureAlgorithm>,
    in_authorization: bool,
}

impl SigningOptions {
    /// The default: `(request-target) host date`, and `digest content-type` with a digest, in the field `Signature`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Covers this too: the name of a field, or `(created)`. What is covered already is not covered twice.
    ///
    /// The request must have the field when it is signed. With `(created)`, RSA keys sign under the name `hs2019`, as the
    /// draft forbids it under the older names; older servers do not read it.
    #[must_use]
    pub fn cover(mut self, name: &str) -> Self {
        self.components.push(name.to_owned());
        self
    }

    /// Covers what [`cover`](Self::cover) names, before and after this call, and nothing else, in that order.
    ///
    /// A signature that does not cover the target, the host, the time and the digest of the body can be moved to another
    /// request. No [`Policy`](crate::Policy) accepts it.
    #[must_use]
    pub fn danger_cover_only_these(mut self) -> Self {
        self.only = true;
        self
    }

    /// Says and covers when the signature stops to be good, in whole seconds. The algorithm is then named as with
    /// `(created)`.
    #[must_use]
    pub fn expires_in(mut self, expires_in: Duration) -> Self {
        self.expires_in = Some(expires_in);
        self
    }

    /// Signs with this algorithm, of those that the key has. The default for RSA keys is `rsa-sha256`, which every server
    /// knows; [`RsaSha512`](SignatureAlgorithm::RsaSha512) is named `hs2019`, by which the draft means it.
    #[must_use]
    pub fn algorithm(mut self, algorithm: SignatureAlgorithm) -> Self {
        self.algorithm = Some(algorithm);
        self
    }

    /// Whether the signature stands in `Authorization: Signature …` and not in the field `Signature`
    /// ([draft, section 3.1](https://datatracker.ietf.org/doc/html/draft-cavage-http-signatures-12#section-3.1)). There
    /// must be no other credentials.
    #[must_use]
    pub fn in_authorization(mut self, in_authorization: bool) -> Self {
        self.in_authorization = in_authorization;
        self
    }

    pub(crate) fn goes_into_authorization(&self) -> bool {
        self.in_authorization
    }

    pub(crate) fn covers_only_these(&self) -> bool {
        self.only
    }

    /// The algorithm to sign with, of those that the key has, the usual one first, and the name that it goes by.
    pub(crate) fn choose(
        &self,
        of_key: &[SignatureAlgorithm],
        components: &[Component],
    ) -> Result<(SignatureAlgorithm, &'static str), SignError> {
        let wanted = SignatureAlgorithm::choose(self.algorithm, of_key)?;
        let is_time = |c: &&Component| matches!(c, Component::Created | Component::Expires);
        let time = components.iter().find(is_time);
        let name = match wanted {
            // Misskey wants the name; Mastodon knows these two.
            SignatureAlgorithm::RsaSha256 if time.is_none() => "rsa-sha256",
            SignatureAlgorithm::HmacSha256 => "hmac-sha256",
            _ => "hs2019",
        };
        match time {
            Some(component) if forbids_times(name) => Err(SignError::Component {
                component: component.as_str().to_owned(),
                reason: Reason::TimeForbidden,
            }),
            _ => Ok((wanted, name)),
        }
    }

    /// What is covered in a request with these fields.
    pub(crate) fn components(&self, headers: &HeaderMap) -> Result<Vec<Component>, SignError> {
        let mut components = Vec::with_capacity(6 + self.components.len());
        if !self.only {
            components.push(Component::RequestTarget);
            components.extend([HOST, DATE].map(Component::Field));
            if headers.contains_key(DIGEST) {
                components.push(Component::Field(DIGEST));
                if headers.contains_key(CONTENT_TYPE) {
                    components.push(Component::Field(CONTENT_TYPE));
                }
            }
        }
        for name in &self.components {
            let component = Component::parse(name).ok_or_else(|| SignError::Component {
                component: name.clone(),
                reason: Reason::ComponentUnknown,
            })?;
            if !components.contains(&component) {
                components.push(component);
            }
        }
        if self.expires_in.is_some() && !components.contains(&Component::Expires) {
            components.push(Component::Expires);
        }
        match components.get(MOST_COMPONENTS) {
            None => Ok(components),
            Some(component) => Err(SignError::Component {
                component: component.as_str().to_owned(),
                reason: Reason::TooManyComponents,
            }),
        }
    }

    /// The parameters `created` and `expires`, if they are covered.
    pub(crate) fn times(
        &self,
        components: &[Component],
        now: u64,
    ) -> Result<[Option<String>; 2], SignError> {
        let created = components.contains(&Component::Created);
        let expires = self.expires_in.map(|expires_in| expiry(now, expires_in));
        let expires = expires.transpose()?.map(|expires| expires.to_string());
        Ok([created.then(|| now.to_string()), expires])
    }
}
