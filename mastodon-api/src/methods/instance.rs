//! The server.

use crate::endpoint::endpoints;
use crate::entities::{Instance, instance};

endpoints! {
    /// What the server says about itself.
    GET "/api/v2/instance", "instance/#v2", public, since "4.0.0"
    V2 => Instance

    /// What the server says about itself, in the form that older servers and some programs only have.
    #[deprecated = "use `V2`, and this where the answer to it is 404"]
    GET "/api/v1/instance", "instance/#v1", public, since "1.1.0"
    V1 => instance::v1::Instance
}
