//! A request whose body is still to come.

use std::fmt;

use http::Request;
use http::header::CONTENT_LENGTH;

use super::{Claim, Components, Signed};
use crate::cavage;
use crate::digest::Hashing;
use crate::error::{Reason, VerifyError};

/// The head of a request, with nothing wrong in it so far; its body is still to come. [`Policy::read_head`] makes one.
///
/// [`Policy::read_head`]: crate::Policy::read_head
pub struct Head {
    pub(super) request: Request<()>,
    /// Unless no digest is covered: then there must be no body.
    pub(super) digest: Option<Hashing>,
    pub(super) signed: Signed,
}

impl Head {
    /// The key that the request says it was signed with, as the sender wrote it.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.signed.facts.key_id
    }

    /// The request without its body, not verified yet.
    #[must_use]
    pub fn request(&self) -> &Request<()> {
        &self.request
    }

    /// Adds the whole body, as it was received.
    ///
    /// # Errors
    /// [`Reason::DigestMismatch`] if it is not the body whose digest was sent; [`Reason::ComponentUncovered`] if there is
    /// a body and the signature covers no digest, whatever the method.
    pub fn with_body<B: AsRef<[u8]>>(mut self, body: B) -> Result<Claim<B>, VerifyError> {
        self.update(body.as_ref())?;
        self.finish(body)
    }

    /// Takes the body in pieces, of at most `limit` bytes in all, and hashes it as it comes.
    ///
    /// # Errors
    /// What the head says already is refused before the first piece is read: [`Reason::BodyTooLong`] if `Content-Length`
    /// is more than `limit`, [`Reason::ComponentUncovered`] if it announces a body of which no digest is covered.
    pub fn receive(self, limit: usize) -> Result<Receiving, VerifyError> {
        let length = self.request.headers().get(CONTENT_LENGTH);
        let length = length.and_then(|length| length.to_str().ok()?.trim().parse::<u64>().ok());
        if let Some(length) = length {
            if usize::try_from(length).map_or(true, |length| length > limit) {
                return Err(too_long(limit).finding(length.to_string()));
            }
            if length > 0 && self.digest.is_none() {
                return Err(self.uncovered());
            }
        }
        Ok(Receiving {
            head: self,
            body: Vec::new(),
            limit,
        })
    }

    fn update(&mut self, chunk: &[u8]) -> Result<(), VerifyError> {
        match &mut self.digest {
            Some(digest) => digest.update(chunk),
            None if chunk.is_empty() => {}
            None => return Err(self.uncovered()),
        }
        Ok(())
    }

    fn finish<B>(self, body: B) -> Result<Claim<B>, VerifyError> {
        self.digest.map_or(Ok(()), Hashing::finish)?;
        Ok(Claim {
            request: self.request.map(|()| body),
            signed: self.signed,
        })
    }

    fn uncovered(&self) -> VerifyError {
        let (digest, covered) = match &self.signed.facts.components {
            Components::Draft(covered) => (
                "digest",
                covered.iter().map(cavage::Component::as_str).collect(),
            ),
            Components::Rfc9421(input) => {
                ("content-digest", input.components().collect::<Vec<_>>())
            }
        };
        VerifyError::from(Reason::ComponentUncovered)
            .about(digest)
            .finding(covered.join(" "))
    }
}

/// Shows where the request goes and who claims to have sent it.
impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::debug(f, "Head", self.key_id(), &self.request)
    }
}

/// A request of which the body is being read. [`Head::receive`] makes one.
pub struct Receiving {
    head: Head,
    body: Vec<u8>,
    limit: usize,
}

impl Receiving {
    /// Adds a piece of the body.
    ///
    /// # Errors
    /// [`Reason::BodyTooLong`] if there is more than the limit, [`Reason::ComponentUncovered`] at the first byte if the
    /// signature covers no digest.
    pub fn push(mut self, chunk: &[u8]) -> Result<Self, VerifyError> {
        if chunk.len() > self.limit - self.body.len() {
            return Err(too_long(self.limit));
        }
        self.head.update(chunk)?;
        self.body.extend_from_slice(chunk);
        Ok(self)
    }

    /// Ends the body.
    ///
    /// # Errors
    /// [`Reason::DigestMismatch`] if it is not the body whose digest was sent.
    pub fn finish(self) -> Result<Claim<Vec<u8>>, VerifyError> {
        self.head.finish(self.body)
    }
}

/// Shows where the request goes and who claims to have sent it.
impl fmt::Debug for Receiving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::debug(f, "Receiving", self.head.key_id(), &self.head.request)
    }
}

fn too_long(limit: usize) -> VerifyError {
    VerifyError::from(Reason::BodyTooLong).expecting(format!("at most {limit} bytes"))
}
