//! Languages.

use crate::wire::entity;

entity! {
    /// A language. Mastodon since 4.2, not documented.
    Language, "Instance/#languages" () {
        /// Its code (ISO 639).
        code: String,
        /// Its name, in itself.
        name: String,
    }
}
