//! The e-mail address of a new account.

use crate::endpoint::{Empty, endpoints};

endpoints! {
    /// Have the confirmation sent again. Only with the token that [`accounts::Create`](crate::methods::accounts::Create)
    /// answered with, and before the address is confirmed.
    POST "/api/v1/emails/confirmations", "emails/#confirmation", user "write:accounts", since "3.4.0"
    Confirmation => Empty {
        /// Another address, if the first was wrong.
        email: String,
    }

    /// Whether the address is confirmed. Not in the documentation.
    GET "/api/v1/emails/check_confirmation", "emails/", user "read:accounts", since "4.2.0"
    CheckConfirmation => bool
}
