//! [RFC 9421](https://www.rfc-editor.org/rfc/rfc9421), HTTP Message Signatures: the standard that follows the draft.
//!
//! Requests are signed by [`Signer::sign_rfc9421`](crate::Signer::sign_rfc9421), with [`SigningOptions`] by
//! [`Signer::sign_rfc9421_with`](crate::Signer::sign_rfc9421_with), and verified by
//! [`Policy::read`](crate::Policy::read), responses by [`Signer::sign_response`](crate::Signer::sign_response) and
//! [`Policy::read_response`](crate::Policy::read_response). What else stands here is the syntax: [`SignatureInput`] reads
//! the value of a `Signature-Input` field without judging it. [`AcceptSignature`] asks for a signature and answers who asks.

mod accept_signature;
mod component;
mod coverage;
mod nonces;
mod response;
mod signature_base;
mod signature_input;
mod signing_options;

pub(crate) use self::accept_signature::ACCEPT_SIGNATURE;
pub use self::accept_signature::{AcceptSignature, Declined};
pub(crate) use self::component::{Component, Covered};
pub(crate) use self::coverage::{check_coverage, check_target, uncovered};
pub use self::nonces::Nonces;
pub use self::response::{ResponseClaim, VerifiedResponse};
pub use self::signature_base::Trailers;
pub(crate) use self::signature_base::{Asked, Message, Origin, signature_base};
pub use self::signature_input::SignatureInput;
pub(crate) use self::signature_input::{algorithm_name, named_algorithm, signature};
pub use self::signing_options::SigningOptions;

#[cfg(test)]
#[cfg(feature = "_backend")]
mod vectors;
