//! Work that goes on at the server.

use crate::endpoint::endpoints;
use crate::entities::WrappedAsyncRefresh;
use crate::ids::AsyncRefreshId;

endpoints! {
    /// Whether work at the server has ended. The id stands in the header `Mastodon-Async-Refresh` of the answer that
    /// will have more then. Not stable yet, as its path says.
    GET "/api/v1_alpha/async_refreshes/{id}", "async_refreshes/#show", user "read", since "4.4.0"
    Show(id: AsyncRefreshId) => WrappedAsyncRefresh
}
