//! Streaming. The streams themselves are in [`streaming`](crate::streaming).

use crate::endpoint::{Text, endpoints};

endpoints! {
    /// Whether streaming works: the answer is `OK`.
    GET "/api/v1/streaming/health", "streaming/#health", public, since "2.5.0"
    Health => Text
}
