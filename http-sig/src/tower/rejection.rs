//! Why the layer refused a request, and what it answers.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode, Uri};

use super::{Refused, WireUri};
use crate::error::printable;
use crate::rfc9421::AcceptSignature;
use crate::{Claim, Reason, VerifyError};

/// Why there is no key, by whose fault.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum NoKey {
    /// There is no key of that id. Answered with 401.
    #[error("the key that the signature names does not exist")]
    NotFound,
    /// The key was there and is gone for good, most often with its actor. Answered with 401.
    #[error("the key that the signature names is gone")]
    Gone,
    /// Nothing is accepted from there. Answered with 403.
    #[error("keys from there are not accepted")]
    Blocked,
    /// There is something, but not a key of that id that can be used. Answered with 401.
    #[error("the key that the signature names cannot be used")]
    Unusable(#[source] Box<dyn Error + Send + Sync>),
    /// The place where the key is could not be reached. Answered with 503, so that the sender tries again later; but with
    /// 401 if a key is known already and the signature does not fit it.
    #[error("the key that the signature names could not be fetched; try again later")]
    Unreachable(#[source] Box<dyn Error + Send + Sync>),
}

/// Why the layer refused a request.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum Rejection {
    /// The signature, or the body under it.
    #[error("the signature was refused")]
    Signature(#[source] VerifyError),
    /// There is no key to check the signature with.
    #[error("there is no key to check the signature with")]
    Key(#[source] NoKey),
    /// The body broke off.
    #[error("the body could not be read to its end")]
    Body(#[source] Box<dyn Error + Send + Sync>),
    /// The store that knows which requests came before did not answer.
    #[error("whether the request came before could not be found out; try again later")]
    ReplayStore(#[source] Box<dyn Error + Send + Sync>),
}

impl Rejection {
    /// The answer that is given.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Signature(error) => error.status(),
            Self::Key(NoKey::Blocked) => StatusCode::FORBIDDEN,
            Self::Key(NoKey::Unreachable(_)) | Self::ReplayStore(_) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Key(_) => StatusCode::UNAUTHORIZED,
            Self::Body(_) => StatusCode::BAD_REQUEST,
        }
    }

    pub(super) fn without_claim(self, key_id: Option<String>) -> Refused {
        Refused {
            rejection: self,
            key_id,
            claim: None,
        }
    }

    pub(super) fn response<R: From<Bytes>>(
        &self,
        covering: Option<&str>,
        challenge: Option<AcceptSignature>,
    ) -> Response<R> {
        // The sources of the others are of this server's own matters.
        let text = match self {
            Self::Signature(error) => error.to_string(),
            Self::Key(no_key) => no_key.to_string(),
            other => other.to_string(),
        };
        let mut response = Response::new(R::from(Bytes::from(text)));
        let status = self.status();
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("text/plain; charset=utf-8"),
        );
        if status == StatusCode::UNAUTHORIZED {
            // RFC 9110, section 15.5.2, demands it; the words are those of draft-cavage-12, section 3.1.1.
            let scheme = covering.map(|covering| format!("Signature headers=\"{covering}\""));
            let scheme = scheme.and_then(|scheme| HeaderValue::try_from(scheme).ok());
            let scheme = scheme.unwrap_or(HeaderValue::from_static("Signature"));
            headers.insert(WWW_AUTHENTICATE, scheme);
            // One that cannot be written is not sent: the refusal matters more.
            if let Some(challenge) = challenge {
                let _ = challenge.add_to(headers);
            }
        }
        response
    }
}

/// A request that the layer refused, for a log. Nothing of its body is at hand.
pub struct RefusedRequest<'a> {
    pub(super) head: &'a Parts,
    pub(super) key_id: Option<&'a str>,
    pub(super) claim: Option<&'a Claim<Bytes>>,
    pub(super) rejection: &'a Rejection,
}

impl RefusedRequest<'_> {
    /// Its method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.head.method
    }

    /// Its URI as it came.
    #[must_use]
    pub fn uri(&self) -> &Uri {
        let kept = self.head.extensions.get();
        kept.map_or(&self.head.uri, WireUri::uri)
    }

    /// The key that it names, if that could be read. Anybody may have written it.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.key_id
    }

    /// Why it was refused.
    #[must_use]
    pub fn rejection(&self) -> &Rejection {
        self.rejection
    }

    /// The text that must have been signed, if the signature was not made over it: to compare with the sender's. Safe to
    /// print.
    #[must_use]
    pub fn signature_base(&self) -> Option<Cow<'_, str>> {
        self.claim.map(Claim::signature_base)
    }

    /// What to look at on this side when the sender is believed to be honest.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self.rejection {
            Rejection::Signature(error)
                if error.reason() == Reason::SignatureMismatch
                    && self.head.extensions.get::<WireUri>().is_none() =>
            {
                Some(
                    "if the router strips a path prefix before this layer, as nesting does, the path is not the one that \
                     was signed: put the layer, or a WireUriLayer, around the whole router",
                )
            }
            Rejection::Signature(error) => error.hint(),
            _ => None,
        }
    }
}

/// In one line, with all reasons; foreign text in it is shortened and escaped.
impl fmt::Display for RefusedRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = printable(self.uri().path().as_bytes());
        write!(f, "{} {path}", self.method())?;
        if let Some(key_id) = self.key_id {
            write!(f, " by \"{}\"", printable(key_id.as_bytes()))?;
        }
        write!(f, ": {}", self.rejection)?;
        let mut source = self.rejection.source();
        while let Some(error) = source {
            if error.is::<VerifyError>() || error.is::<NoKey>() {
                write!(f, ": {error}")?;
            } else {
                // Of which nobody knows what is in it.
                write!(f, ": {}", printable(error.to_string().as_bytes()))?;
            }
            source = error.source();
        }
        match self.hint() {
            Some(hint) if !matches!(self.rejection, Rejection::Signature(error) if error.hint() == Some(hint)) =>
            {
                write!(f, " ({hint})")
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for RefusedRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefusedRequest")
            .field("method", self.method())
            .field("path", &self.uri().path())
            .field("key_id", &self.key_id)
            .field("rejection", self.rejection)
            .finish_non_exhaustive()
    }
}
