//! Reading and writing documents, against `serde_json::Value` as it is by default. Against `Value` that keeps the order of what it
//! read, which a document needs that is to be written back: `documents/`.

use activitypub::Any;
use fedikit_bench::{case, compare, documents};
use serde_json::Value;

fn main() {
    // A few more than there are: a document that is read needs so many, whatever the machine.
    for ((name, document), most) in documents::all().into_iter().zip([64, 44, 1200]) {
        let bytes = serde_json::to_vec(&document).unwrap();
        let typed = Any::from_slice(&bytes).unwrap();
        compare(
            &format!("read {name}, {} bytes", bytes.len()),
            vec![
                case("serde_json::Value", || {
                    serde_json::from_slice::<Value>(&bytes).unwrap()
                }),
                case("activitypub::Any", || Any::from_slice(&bytes).unwrap()).at_most(most),
            ],
        );
        compare(
            &format!("write {name}"),
            vec![
                case("serde_json::Value", || {
                    serde_json::to_vec(&document).unwrap()
                }),
                case("activitypub::Any", || typed.to_vec()),
            ],
        );
    }
}
