//! A home timeline of 40 statuses read by us and by `mastodon-async`. `megalodon` refuses it: it wants `quote_approval`, which servers
//! before Mastodon 4.5 do not send.

use bytes::Bytes;
use fedikit_bench::documents::home_timeline;
use fedikit_bench::{case, compare};
use http::Response;
use mastodon_api::{Endpoint as _, methods};
use serde_json::Value;

fn main() {
    let bytes = Bytes::from(serde_json::to_vec(&home_timeline()).unwrap());
    let home = methods::timelines::Home::new();
    compare(
        &format!("read a home timeline of 40 statuses, {} bytes", bytes.len()),
        vec![
            case("serde_json::Value", || {
                serde_json::from_slice::<Value>(&bytes).unwrap()
            }),
            case("mastodon_api::Page<Status>", || {
                home.read_response(Response::new(bytes.clone())).unwrap()
            }),
            case("mastodon_async::Status", || {
                serde_json::from_slice::<Vec<mastodon_async_entities::prelude::Status>>(&bytes).unwrap()
            }),
        ],
    );
}
