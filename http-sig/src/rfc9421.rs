//! [RFC 9421](https://www.rfc-editor.org/rfc/rfc9421), HTTP Message Signatures: the standard that follows the draft.
//!
//! Signing is [`Signer::sign_rfc9421`](crate::Signer::sign_rfc9421), verifying is [`Policy::read`](crate::Policy::read).
//! What stands here is the syntax: [`SignatureInput`] reads the value of a `Signature-Input` field without judging it.

mod component;
mod signature_base;
mod signature_input;

pub(crate) use self::component::{Component, Covered};
pub(crate) use self::signature_base::{Origin, signature_base};
pub use self::signature_input::SignatureInput;
pub(crate) use self::signature_input::{algorithm_name, named_algorithm, signatures};

#[cfg(test)]
#[cfg(feature = "aws-lc-rs")]
mod vectors;
