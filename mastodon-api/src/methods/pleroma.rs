//! Not Mastodon's: what Pleroma and Akkoma have besides. Other servers answer 404.

use crate::Page;
use crate::endpoint::{Row, endpoints};
use crate::entities::Status;
use crate::entities::pleroma::EmojiReaction;
use crate::ids::StatusId;

endpoints! {
    of "Pleroma", "https://docs-develop.pleroma.social/backend/development/API/";

    /// Who reacted to a status, by emoji.
    GET "/api/v1/pleroma/statuses/{id}/reactions", "pleroma_api/#get-apiv1pleromastatusesidreactions",
        optional "read:statuses", since "2.0.0"
    Reactions(id: StatusId) => Page<EmojiReaction>

    /// React to a status, with an emoji or with the name of a custom one: `☕`, `:blobcat:`.
    PUT "/api/v1/pleroma/statuses/{id}/reactions/{emoji}",
        "pleroma_api/#put-apiv1pleromastatusesidreactionsemoji", user "write:statuses", since "2.0.0"
    React(id: StatusId, emoji: String) => Status

    /// Take a reaction back.
    DELETE "/api/v1/pleroma/statuses/{id}/reactions/{emoji}",
        "pleroma_api/#delete-apiv1pleromastatusesidreactionsemoji", user "write:statuses", since "2.0.0"
    Unreact(id: StatusId, emoji: String) => Status
}

/// Every call here, as a value; [`methods::rows`](super::rows) has Mastodon's only.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    ROWS.iter()
}
