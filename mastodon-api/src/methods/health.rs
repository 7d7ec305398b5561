//! Whether the server works.

use crate::endpoint::{Text, endpoints};

endpoints! {
    /// Whether the server works: `OK`, or `{"status":"UP"}` as newer ones say.
    GET "/health", "health/#get", public, since "3.0.0"
    Get => Text
}
