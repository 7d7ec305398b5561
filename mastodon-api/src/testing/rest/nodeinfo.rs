//! [NodeInfo](https://nodeinfo.diaspora.software/): which program answers.

use serde_json::{Value, json};

use super::instance::VERSION;
use crate::testing::state::Fake;

pub(super) fn links(fake: &Fake) -> Value {
    json!({"links": [{
        "rel": "http://nodeinfo.diaspora.software/ns/schema/2.0",
        "href": format!("http://{}/nodeinfo/2.0", fake.domain()),
    }]})
}

pub(super) fn document(fake: &Fake) -> Value {
    json!({
        "version": "2.0",
        "software": {"name": "mastodon", "version": VERSION},
        "protocols": ["activitypub"],
        "services": {"outbound": [], "inbound": []},
        "usage": {"users": {"total": fake.accounts.len()}, "localPosts": fake.statuses.len()},
        "openRegistrations": false,
        "metadata": {},
    })
}
