//! Reading and writing documents, against `serde_json::Value` with `preserve_order` and against `activitystreams`, which is asked for
//! what ours gives at once: the activity and the post or posts in it.

use activitypub::Any;
use activitystreams::activity::{AsActivityObjectExt, Create};
use activitystreams::actor::{ApActor, Person};
use activitystreams::base::{AnyBase, ExtendsExt};
use activitystreams::collection::{CollectionExt, OrderedCollectionPage};
use activitystreams::object::Note;
use fedikit_bench::{case, compare, documents};
use serde_json::Value;

fn main() {
    for (name, document) in documents::all() {
        let bytes = serde_json::to_vec(&document).unwrap();
        let typed = Any::from_slice(&bytes).unwrap();
        let theirs = match name {
            "actor" => case("activitystreams::actor::ApActor<Person>", || {
                serde_json::from_slice::<ApActor<Person>>(&bytes).unwrap()
            }),
            "page of 20" => case("activitystreams::collection::OrderedCollectionPage", || {
                let page: OrderedCollectionPage = serde_json::from_slice(&bytes).unwrap();
                let creates = page.ordered_items().unwrap().clone();
                let creates = creates
                    .into_iter()
                    .map(|create| Create::from_any_base(create).unwrap().unwrap());
                creates.map(with_note).collect::<Vec<_>>()
            }),
            _ => case("activitystreams::activity::Create", || {
                with_note(serde_json::from_slice(&bytes).unwrap())
            }),
        };
        compare(
            &format!("read {name}, {} bytes", bytes.len()),
            vec![
                case("serde_json::Value, preserve_order", || {
                    serde_json::from_slice::<Value>(&bytes).unwrap()
                }),
                case("activitypub::Any", || Any::from_slice(&bytes).unwrap()),
                theirs,
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

fn with_note(create: Create) -> (Create, Note) {
    let object: AnyBase = create.object_unchecked().clone().one().unwrap();
    let note = Note::from_any_base(object).unwrap().unwrap();
    (create, note)
}
