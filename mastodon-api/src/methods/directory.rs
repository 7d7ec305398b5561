//! The directory of profiles.

use crate::Page;
use crate::endpoint::endpoints;
use crate::entities::Account;
use crate::string_enum::string_enum;

endpoints! {
    /// Accounts that want to be found.
    GET offset "/api/v1/directory", "directory/#get", public, since "3.0.0"
    List => Page<Account> {
        /// How many to skip.
        offset: u64,
        /// How many at most: 40 if nothing is said, never more than 80.
        limit: u64,
        /// In which order. The active ones first if nothing is said.
        order: Order,
        /// Only accounts of this server.
        local: bool,
    }
}

string_enum! {
    /// The order of the directory.
    Order {
        /// Who has posted last stands first.
        Active = "active",
        /// Who has joined last stands first.
        New = "new",
    }
}
