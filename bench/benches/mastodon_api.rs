//! A home timeline of 40 statuses, against `serde_json::Value` (as it is by default: without `preserve_order`).

use bytes::Bytes;
use fedikit_bench::documents::home_timeline;
use fedikit_bench::{case, compare};
use http::Response;
use mastodon_api::{Endpoint as _, methods};
use serde_json::Value;

fn main() {
    let timeline = home_timeline();
    let bytes = Bytes::from(serde_json::to_vec(&timeline).unwrap());
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
        ],
    );
}
