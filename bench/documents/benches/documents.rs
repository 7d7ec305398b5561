//! Reading and writing documents, against `serde_json::Value` with `preserve_order` and against `activitystreams`, which is asked for
//! what ours gives at once: the activity and the post or posts in it, the actor with pictures, fields and key.

use activitypub::Any;
use activitystreams::activity::{AsActivityObjectExt, Create};
use activitystreams::actor::{ApActor, Person};
use activitystreams::base::{AnyBase, ExtendsExt};
use activitystreams::collection::{CollectionExt, OrderedCollectionPage};
use activitystreams::iri_string::types::IriString;
use activitystreams::object::{Image, Note, Object, ObjectExt};
use activitystreams::primitives::OneOrMany;
use activitystreams::unparsed::{UnparsedMut, UnparsedMutExt};
use fedikit_bench::{case, compare, documents};
use serde::Deserialize;
use serde_json::Value;

fn main() {
    for (name, document) in documents::all() {
        let bytes = serde_json::to_vec(&document).unwrap();
        let typed = Any::from_slice(&bytes).unwrap();
        let theirs = match name {
            "actor" => case("activitystreams::actor::ApActor<Person>", || {
                with_parts(serde_json::from_slice(&bytes).unwrap())
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

/// With what ours gives at once too: the pictures, the fields and the key, which no type of this library names.
fn with_parts(mut actor: ApActor<Person>) -> (ApActor<Person>, [Image; 2], Vec<Field>, Key) {
    let picture = |picture: Option<&OneOrMany<AnyBase>>| {
        let picture = picture.unwrap().clone().one().unwrap();
        Image::from_any_base(picture).unwrap().unwrap()
    };
    let pictures = [picture(actor.icon()), picture(actor.image())];
    let fields = actor.attachment().unwrap().clone().into_iter();
    let fields = fields.map(|field| {
        let mut field = Object::<String>::from_any_base(field).unwrap().unwrap();
        let value: String = field.unparsed_mut().remove("value").unwrap();
        (field, value)
    });
    let fields = fields.collect();
    let key = actor.unparsed_mut().remove("publicKey").unwrap();
    (actor, pictures, fields, key)
}

type Field = (Object<String>, String);

/// As the crate's documentation has it for extensions.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "to be read is all that is asked of it")]
struct Key {
    id: IriString,
    owner: IriString,
    public_key_pem: String,
}

fn with_note(create: Create) -> (Create, Note) {
    let object: AnyBase = create.object_unchecked().clone().one().unwrap();
    let note = Note::from_any_base(object).unwrap().unwrap();
    (create, note)
}
