//! Proofs that accounts elsewhere belong to an account.

use chrono::{DateTime, Utc};

use crate::text::WebUrl;
use crate::wire::entity;

entity! {
    /// A proof that an account elsewhere belongs to an account. Mastodon from 2.8 to 3.4.
    IdentityProof, "IdentityProof/" () {
        /// Who has checked it.
        provider: String,
        /// The name of the account there.
        provider_username: String,
        /// When the account was last seen there.
        updated_at: Option<DateTime<Utc>>,
        /// The proof.
        proof_url: Option<WebUrl>,
        /// The account there.
        profile_url: Option<WebUrl>,
    }
}
