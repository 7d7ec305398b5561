//! Roles.

use crate::ids::RoleId;
use crate::wire::entity;

entity! {
    /// What an account may do on its server.
    Role, "Role/" (
        /// Its id.
        id: RoleId,
    ) {
        /// Its name.
        name: String,
        /// Its colour as `#rrggbb`, empty for none.
        color: String,
        /// A number whose bits are permissions, as text.
        permissions: String,
        /// Whether it is shown on profiles.
        highlighted: bool,
        /// How many collections such an account may have. Mastodon since 4.6.
        collection_limit: Option<u64>,
    }
}
