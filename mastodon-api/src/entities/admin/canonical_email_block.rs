//! Blocked e-mail addresses.

use crate::ids::CanonicalEmailBlockId;
use crate::wire::entity;

entity! {
    /// An e-mail address with which nobody can sign up, whatever dots and `+` parts it is written with.
    /// Mastodon since 4.0.
    CanonicalEmailBlock, "Admin_CanonicalEmailBlock/" (
        /// Its id.
        id: CanonicalEmailBlockId,
    ) {
        /// The SHA-256 of the address without dots and `+` part, in hexadecimal.
        canonical_email_hash: String,
    }
}
