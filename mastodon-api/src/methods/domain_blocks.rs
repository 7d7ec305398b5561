//! Servers that the account blocks.

use crate::Page;
use crate::endpoint::{Empty, endpoints};
use crate::entities::DomainBlockPreview;

endpoints! {
    /// The servers that you block.
    GET "/api/v1/domain_blocks", "domain_blocks/#get", user "read:blocks", since "1.4.0"
    List => Page<String> {
        /// Only what stands after this place of the list, as the answer before says ([`Page::next`]).
        max_id: String,
        /// Only what stands before this place of the list.
        since_id: String,
        /// Only what stands right before this place of the list ([`Page::prev`]).
        min_id: String,
        /// How many at most: 100 if nothing is said, never more than 200.
        limit: u64,
    }

    /// Block a server: its posts and notifications are hidden, and followers from there are removed.
    POST form "/api/v1/domain_blocks", "domain_blocks/#block", user "write:blocks", since "1.4.0"
    Block[domain: String] => Empty

    /// No longer block a server. Followers that were removed do not come back.
    DELETE "/api/v1/domain_blocks", "domain_blocks/#unblock", user "write:blocks", since "1.4.0"
    Unblock[domain: String] => Empty

    /// What blocking a server would end. Not in the documentation.
    GET "/api/v1/domain_blocks/preview", "domain_blocks/", user "write:blocks", since "4.3.0"
    Preview[domain: String] => DomainBlockPreview
}
