//! Servers that a server does not talk to.

use crate::string_enum::string_enum;
use crate::wire::entity;

entity! {
    /// A server that a server limits or does not talk to, as everyone may know it. Mastodon since 4.0.
    DomainBlock, "DomainBlock/" () {
        /// Its domain; some letters may be `*`.
        domain: String,
        /// The SHA-256 of its domain, in hexadecimal.
        digest: String,
        /// How far it is blocked.
        severity: DomainBlockSeverity,
        /// Why.
        comment: Option<String>,
    }
}

string_enum! {
    /// How far a server blocks another.
    DomainBlockSeverity {
        /// Its accounts are limited: only their followers see them.
        Silence = "silence",
        /// Nothing comes from it and nothing goes there.
        Suspend = "suspend",
        /// Not at all, but media or reports may be rejected. Only moderators get to see it.
        Noop = "noop",
    }
}
