//! Reading and writing documents, against `serde_json::Value` with `preserve_order`.

use activitypub::Any;
use fedikit_bench::{case, compare, documents};
use serde_json::Value;

fn main() {
    for (name, document) in documents::all() {
        let bytes = serde_json::to_vec(&document).unwrap();
        let typed = Any::from_slice(&bytes).unwrap();
        compare(
            &format!("read {name}, {} bytes", bytes.len()),
            vec![
                case("serde_json::Value, preserve_order", || {
                    serde_json::from_slice::<Value>(&bytes).unwrap()
                }),
                case("activitypub::Any", || Any::from_slice(&bytes).unwrap()),
            ],
        );
        compare(
            &format!("write {name}"),
            vec![
                case("serde_json::Value, preserve_order", || {
                    serde_json::to_vec(&document).unwrap()
                }),
                case("activitypub::Any", || typed.to_vec()),
            ],
        );
    }
}
