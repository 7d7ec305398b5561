//! Work that goes on at the server.

use crate::ids::AsyncRefreshId;
use crate::string_enum::string_enum;
use crate::wire::entity;

entity! {
    /// Work that goes on at the server, after which an answer will have more: replies that it fetches from other
    /// servers. Mastodon since 4.4.
    AsyncRefresh, "AsyncRefresh/" (
        /// Its id.
        id: AsyncRefreshId,
    ) {
        /// Whether it goes on.
        status: AsyncRefreshStatus,
        /// How many new things there are, if the server counts them.
        result_count: Option<u64> = null,
    }
}

string_enum! {
    /// Whether work at the server goes on.
    AsyncRefreshStatus {
        /// It goes on.
        Running = "running",
        /// It has ended: ask again for what it was about.
        Finished = "finished",
    }
}

entity! {
    /// An [`AsyncRefresh`] as the answer to the question about it.
    WrappedAsyncRefresh, "AsyncRefresh/" (
        /// The work.
        async_refresh: AsyncRefresh,
    ) {}
}
