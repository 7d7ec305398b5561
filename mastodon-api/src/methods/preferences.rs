//! What the user has set on the server for all programs.

use crate::endpoint::endpoints;
use crate::entities::Preferences;

endpoints! {
    /// What the user has set.
    GET "/api/v1/preferences", "preferences/#get", user "read:accounts", since "2.8.0"
    Get => Preferences
}
