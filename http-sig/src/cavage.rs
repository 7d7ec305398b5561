//! [draft-cavage-http-signatures-12](https://datatracker.ietf.org/doc/html/draft-cavage-http-signatures-12), the scheme
//! that the whole fediverse understands.
//!
//! Signing is [`Signer`](crate::Signer), with [`SigningOptions`] where something else than usual is wanted, verifying is [`Policy::read`](crate::Policy::read). What stands here is the
//! syntax: [`SignatureHeader`] reads the value of a `Signature` field without judging it.

mod header;
mod signature_base;
mod signing_options;

pub use self::header::SignatureHeader;
pub(crate) use self::header::{forbids_times, has_escapes, named_algorithm};
pub(crate) use self::signature_base::{
    BaseError, Component, SignatureBase, shown, without_userinfo,
};
pub use self::signing_options::SigningOptions;

#[cfg(test)]
#[cfg(feature = "_backend")]
mod appendix_c;
