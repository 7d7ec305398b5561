//! Linked Data Signatures (`RsaSignature2017`).

use std::cell::{Cell, RefCell};
use std::path::PathBuf;

use activitypub::proof::{LinkedDataError, LinkedDataSignature, ToSignLinkedData};
use activitypub::{Id, Refusal};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

const ALICE: &str = "https://a.example/alice";
const KEY: &str = "https://a.example/alice#main-key";

/// As Mastodon writes it.
fn create() -> Value {
    json!({
        "@context": [
            "https://www.w3.org/ns/activitystreams",
            "https://w3id.org/security/v1",
            {
                "ostatus": "http://ostatus.org#",
                "atomUri": "ostatus:atomUri",
                "sensitive": "as:sensitive",
                "toot": "http://joinmastodon.org/ns#",
                "focalPoint": {"@container": "@list", "@id": "toot:focalPoint"},
                "Hashtag": "as:Hashtag"
            }
        ],
        "id": "https://a.example/notes/1/activity",
        "type": "Create",
        "actor": ALICE,
        "published": "2026-01-31T12:00:00Z",
        "to": "as:Public",
        "cc": [],
        "object": {
            "id": "https://a.example/notes/1",
            "type": "Note",
            "summary": null,
            "inReplyTo": null,
            "attributedTo": ALICE,
            "to": ["https://www.w3.org/ns/activitystreams#Public"],
            "sensitive": false,
            "atomUri": "https://a.example/notes/1",
            "content": "<p>Hello\t<b>\"all\"</b></p>\n",
            "contentMap": {"en-GB": "<p>Hello</p>"},
            "tag": [{"type": "Hashtag", "name": "#a", "href": "https://a.example/tags/a"}],
            "attachment": [{"type": "Document", "mediaType": "image/png", "url": "https://a.example/1.png", "width": 4, "focalPoint": [0.0, -0.25]}],
            "replies": {"type": "Collection", "totalItems": 0},
            "likes": {"type": "Collection", "totalItems": 0},
            "location": {"type": "Place", "latitude": 25.273_962}
        }
    })
}

/// What would be signed, as its own signature.
fn signed(document: &Value) -> Result<Value, LinkedDataError> {
    let now = "2026-01-31T12:00:00Z".parse().unwrap();
    let to_sign = ToSignLinkedData::new(document.to_string().as_bytes(), &KEY.into(), now)?;
    let bytes = to_sign.bytes().to_owned();
    Ok(serde_json::from_str(&to_sign.finish(&bytes)).unwrap())
}

fn verify(signed: &Value) -> Result<Id, LinkedDataError> {
    let signature = LinkedDataSignature::from_slice(signed.to_string().as_bytes())?;
    assert_eq!(signature.creator(), &KEY);
    let verified = signature.verify(&ALICE.into(), |text, signature| text == signature)?;
    let document = verified.made_by(&ALICE.into()).unwrap();
    assert_eq!(document.to_value().unwrap(), *signed);
    Ok(verified.owner().clone())
}

/// The signed document after a change, at a JSON pointer.
fn changed(pointer: &str, value: Value) -> Result<Id, LinkedDataError> {
    let mut document = signed(&create()).unwrap();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match document.pointer_mut(parent).unwrap() {
        Value::Object(object) => drop(object.insert(name.to_owned(), value)),
        Value::Array(array) => array.push(value),
        other => panic!("{other}"),
    }
    verify(&document)
}

#[test]
fn what_is_signed_is_verified() {
    let document = signed(&create()).unwrap();
    assert_eq!(document["signature"]["type"], "RsaSignature2017");
    assert_eq!(verify(&document).unwrap(), ALICE);
    // Signing once more replaces the signature.
    assert_eq!(signed(&document).unwrap(), document);
}

/// The expected text was made with another implementation of JSON-LD and URDNA2015.
#[test]
fn the_text_is_the_one_of_others() {
    let document = signed(&create()).unwrap();
    let text = STANDARD
        .decode(document["signature"]["signatureValue"].as_str().unwrap())
        .unwrap();
    assert_eq!(
        String::from_utf8(text).unwrap(),
        "766fe4f2ac4490a90c528712b3208252ac4941db45a054f930a23b1ecbbc4d16\
         cfedef4a131b73794911c22a4dd2bdd0dae6d62fdd1e7743ebeac694c0e8f2c9"
    );
}

#[test]
fn nothing_can_be_changed_after_signing() {
    for (pointer, value) in [
        ("/actor", json!("https://a.example/bob")),
        ("/id", json!("https://a.example/notes/2/activity")),
        ("/cc", json!(["https://b.example/bob"])),
        ("/object/content", json!("<p>Hello</p>")),
        ("/object/contentMap", json!({"en": "<p>Hello</p>"})),
        ("/object/sensitive", json!(true)),
        ("/object/summary", json!("x")),
        ("/object/location/latitude", json!(25.3)),
        ("/object/attachment/0/focalPoint", json!([-0.25, 0.0])),
        ("/object/published", json!("2026-01-31T12:00:00Z")),
        ("/signature/created", json!("2026-01-31T12:00:01Z")),
        ("/signature/nonce", json!("1")),
        ("/signature/domain", json!("a.example")),
    ] {
        let outcome = changed(pointer, value).unwrap_err();
        let expected = if pointer == "/actor" {
            LinkedDataError::OtherController
        } else {
            LinkedDataError::WrongSignature
        };
        assert_eq!(outcome, expected, "{pointer}");
    }
}

/// Some write language tags in lower case before they sign, some do not.
#[test]
fn capitals_of_language_tags_are_left_open() {
    let document = signed(&create()).unwrap();
    let signature = LinkedDataSignature::from_slice(document.to_string().as_bytes()).unwrap();
    let asked = Cell::new(0);
    let outcome = signature.verify(&ALICE.into(), |text, signature| {
        asked.set(asked.get() + 1);
        text != signature
    });
    assert!(outcome.is_ok());
    assert_eq!(asked.get(), 2);
}

/// What can be changed means the same to all who read it.
#[test]
fn spelling_does_not_count() {
    for (pointer, value) in [
        (
            "/to",
            json!(["https://www.w3.org/ns/activitystreams#Public"]),
        ),
        ("/bto", json!(null)),
        ("/object/summary", json!([])),
        ("/object/location/latitude", json!(2.527_396_2e1)),
        ("/signature/@context", json!("https://w3id.org/identity/v1")),
    ] {
        assert_eq!(changed(pointer, value), Ok(ALICE.into()), "{pointer}");
    }
}

#[test]
fn what_no_signature_covers_is_refused() {
    for (pointer, value) in [
        // Keywords.
        ("/@graph", json!([])),
        ("/@included", json!([{"id": "https://a.example/notes/2"}])),
        ("/@reverse", json!({"object": "https://a.example/3"})),
        ("/object/@id", json!("https://a.example/notes/1")),
        ("/object/@type", json!("Note")),
        ("/object/tag", json!({"@value": "a"})),
        ("/object/@context", json!({"content": "as:summary"})),
        ("/object/@nest", json!({"content": "x"})),
        // Names without a definition, prefixes, and IRIs as names.
        ("/object/quoteUrl", json!("https://b.example/1")),
        ("/object/as:content", json!("x")),
        (
            "/object/https:~1~1www.w3.org~1ns~1activitystreams#content",
            json!("x"),
        ),
        ("/object/toot:blurhash", json!("x")),
        ("/object/type", json!(["Note", "EmojiReact"])),
        ("/object/type", json!("id")),
        ("/object/type", json!("as:Note")),
        ("/object/type", json!("_:Note")),
        // Ids that are none.
        ("/cc", json!("Public")),
        ("/cc", json!("/users/bob")),
        ("/cc", json!("")),
        ("/cc", json!("_:b")),
        ("/cc", json!("toot:a")),
        ("/cc", json!("as:Followers")),
        ("/cc", json!(7)),
        ("/cc", json!([["https://b.example/bob"]])),
        ("/cc", json!("https://b.example/a> <b> <c> .\n<d")),
        ("/object/id", json!(null)),
        ("/object/contentMap", json!("x")),
        ("/object/contentMap", json!({"@none": "x"})),
        ("/object/contentMap", json!({"e n": "x"})),
        // The same thing written out twice.
        (
            "/object/location",
            json!({"id": "https://a.example/notes/1", "content": "x"}),
        ),
        ("/proof", json!({"type": "DataIntegrityProof"})),
    ] {
        let pointer = pointer.replace("~1", "/");
        let outcome = match pointer.split_once("/object/https:") {
            None => changed(&pointer, value.clone()),
            Some((_, rest)) => {
                let mut document = signed(&create()).unwrap();
                document["object"][format!("https:{rest}")] = value.clone();
                verify(&document)
            }
        };
        assert!(
            matches!(outcome, Err(LinkedDataError::NotCovered(_))),
            "{pointer} {value}: {outcome:?}"
        );
    }
}

#[test]
fn names_are_not_remapped() {
    for context in [
        json!({"content": "as:summary"}),
        json!({"summary": "http://ostatus.org#atomUri"}),
        json!({"text": "as:content"}),
        json!({"text": {"@id": "as:content"}}),
        json!({"publicKey": "https://evil.example/key"}),
        json!({"featured": "https://evil.example/featured"}),
        json!({"pinned": {"@id": "toot:featured", "@type": "@id"}}),
        json!({"a": "https://b.example/a", "b": "https://b.example/a"}),
        json!({"kind": "@type"}),
        json!({"kind": {"@id": "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "@type": "@id"}}),
        json!({"first_of": "http://www.w3.org/1999/02/22-rdf-syntax-ns#first"}),
        json!({"id": "as:url"}),
        json!({"as": "https://evil.example/ns#"}),
        json!({"content": null}),
        json!({"parent": {"@reverse": "as:object"}}),
        json!({"box": {"@id": "https://b.example/box", "@container": "@graph"}}),
        json!({"box": {"@id": "https://b.example/box", "@context": {}}}),
        json!({"box": {"@id": "https://b.example/box", "@type": "@json"}}),
        json!({"box": "box"}),
        json!({"box": 1}),
    ] {
        let outcome = changed("/@context/-", context.clone());
        assert!(
            matches!(outcome, Err(LinkedDataError::Remapped(_))),
            "{context}: {outcome:?}"
        );
    }
    for context in [
        json!({"@vocab": "https://b.example/"}),
        json!({"@base": "https://b.example/"}),
        json!({"@language": "en"}),
        json!({"@import": "https://b.example/"}),
        json!({"a:b": "https://b.example/"}),
        json!(null),
        json!(1),
        json!([]),
    ] {
        let outcome = changed("/@context/-", context.clone());
        assert_eq!(outcome, Err(LinkedDataError::BadContext), "{context}");
    }
    assert_eq!(
        changed("/@context/-", json!("https://evil.example/context")),
        Err(LinkedDataError::UnknownContext(
            "https://evil.example/context".into()
        ))
    );
    // A name more, for something that has none, changes nothing.
    assert_eq!(
        changed(
            "/@context/-",
            json!({"c": "https://b.example/c", "blurhash": "toot:blurhash"})
        ),
        Ok(ALICE.into())
    );
    assert_eq!(
        changed(
            "/@context/-",
            json!("https://w3id.org/security/data-integrity/v1")
        ),
        Ok(ALICE.into())
    );
}

/// Each of these is the same to JSON-LD as what was signed, and hides something from those who read plain JSON.
#[test]
fn nothing_can_be_hidden_after_signing() {
    let with = |context: Value, pointer: &str, value: Value, without: &str| {
        let mut document = create();
        document["object"]["summary"] = json!("A warning");
        document["object"]["quoteUrl"] = json!("https://b.example/1");
        document["@context"][2]["quoteUrl"] = json!({"@id": "as:quoteUrl", "@type": "@id"});
        let mut document = signed(&document).unwrap();
        assert_eq!(verify(&document), Ok(ALICE.into()));
        let own = document["@context"][2].as_object_mut().unwrap();
        own.extend(context.as_object().unwrap().clone());
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let thing = document.pointer_mut(parent).unwrap();
        thing.as_object_mut().unwrap().remove(without);
        thing[name] = value;
        verify(&document)
    };
    let none = || json!({});
    for (context, pointer, value, without) in [
        (
            none(),
            "/object/summary",
            json!(["A warning", "A warning"]),
            "",
        ),
        (
            none(),
            "/object/quoteUrl",
            json!(["https://b.example/1"]),
            "",
        ),
        (
            none(),
            "/object/quoteUrl",
            json!({"id": "https://b.example/1"}),
            "",
        ),
        (
            none(),
            "/object/tag/0/href",
            json!(["https://a.example/tags/a"]),
            "",
        ),
        (none(), "/type", json!(["Create", "Create"]), ""),
        (
            json!({"summaryMap": "as:summary"}),
            "/object/summaryMap",
            json!("A warning"),
            "summary",
        ),
    ] {
        let outcome = with(context, pointer, value.clone(), without);
        assert!(
            matches!(outcome, Err(LinkedDataError::NotCovered(_))),
            "{pointer} {value}: {outcome:?}"
        );
    }
    // Which of two types came first is not signed, and the first decides.
    let mut document = create();
    document["type"] = json!(["Create", "Note"]);
    assert_eq!(
        signed(&document),
        Err(LinkedDataError::NotCovered("/type".to_owned()))
    );
}

#[test]
fn the_signature_has_to_be_complete() {
    for (name, value) in [
        ("creator", json!(null)),
        ("creator", json!("alice")),
        ("created", json!("now")),
        ("created", json!(7)),
        ("signatureValue", json!("?")),
        ("signatureValue", json!("A".repeat(1_000_000))),
        ("nonce", json!(7)),
        ("expires", json!("2027-01-31T12:00:00Z")),
    ] {
        assert_eq!(
            changed(&format!("/signature/{name}"), value.clone()),
            Err(LinkedDataError::BadOptions),
            "{name} {value:.40}"
        );
    }
    assert_eq!(
        changed("/signature/type", json!("RsaSignature2018")),
        Err(LinkedDataError::NoSignature)
    );
    assert_eq!(verify(&create()), Err(LinkedDataError::NoSignature));
    let error = LinkedDataSignature::from_slice(br#"{"a":1,"a":2}"#).unwrap_err();
    assert!(
        matches!(error, LinkedDataError::Document(error) if error.refusal() == Refusal::DuplicateKey)
    );

    let signature =
        LinkedDataSignature::from_slice(signed(&create()).unwrap().to_string().as_bytes()).unwrap();
    let stranger = signature.verify(&"https://a.example/bob".into(), |_, _| {
        panic!("the key is not asked")
    });
    assert_eq!(stranger, Err(LinkedDataError::OtherController));
}

#[test]
fn a_poisoned_document_ends() {
    let things = |count: usize| Value::Array(vec![json!({}); count]);
    let mut document = create();
    document["object"]["tag"] = json!([{"items": things(12)}, {"items": things(12)}]);
    assert_eq!(signed(&document).unwrap_err(), LinkedDataError::TooComplex);
    document["object"]["tag"] = things(5_000);
    assert_eq!(signed(&document).unwrap_err(), LinkedDataError::TooComplex);
    document["object"]["tag"] = json!(null);
    let names: Value = (0..201)
        .map(|n| (format!("n{n}"), json!(format!("https://b.example/{n}"))))
        .collect::<serde_json::Map<_, _>>()
        .into();
    for context in [
        names,
        json!(vec!["https://www.w3.org/ns/activitystreams"; 30]),
    ] {
        let mut document = document.clone();
        document["@context"] = json!([context]);
        if let Some(many) = context.as_array() {
            document["@context"] = json!(many);
        }
        assert_eq!(signed(&document).unwrap_err(), LinkedDataError::TooComplex);
    }
    document["object"]["tag"] = things(500);
    assert!(verify(&signed(&document).unwrap()).is_ok());
}

/// Documents of real servers, if a folder with them is at hand.
#[test]
fn documents_of_others_are_verified() {
    let Some(shared) = std::env::var_os("FEDIKIT_SHARED") else {
        println!("skipped: set FEDIKIT_SHARED to a folder that has a corpus in it");
        return;
    };
    let path = PathBuf::from(shared).join("corpus/signatures/ld-signatures/vectors.json");
    let vectors: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut verified = 0;
    for vector in vectors["vectors"].as_array().unwrap() {
        let name = vector["name"].as_str().unwrap();
        let uncovered = UNCOVERED.iter().find(|(uncovered, _)| *uncovered == name);
        match LinkedDataSignature::from_slice(vector["document"].to_string().as_bytes()) {
            Ok(signature) => {
                let pem = vector["public_key_pem"].as_str().unwrap();
                let pem: String = pem
                    .split("-----")
                    .nth(2)
                    .unwrap()
                    .split_whitespace()
                    .collect();
                let key = UnparsedPublicKey::new(
                    &RSA_PKCS1_2048_8192_SHA256,
                    STANDARD.decode(pem).unwrap(),
                );
                let (text, valid) = (RefCell::new(String::new()), Cell::new(false));
                let owner = vector["document"]
                    .get("actor")
                    .or(vector["document"].get("id"))
                    .unwrap()
                    .as_str()
                    .unwrap();
                let outcome = signature.verify(&owner.into(), |bytes, signature| {
                    *text.borrow_mut() = String::from_utf8(bytes.to_owned()).unwrap();
                    valid.set(key.verify(bytes, signature).is_ok());
                    valid.get()
                });
                assert_eq!(outcome.is_ok(), valid.get(), "{name}");
                assert_eq!(
                    *text.borrow(),
                    vector["to_be_signed"].as_str().unwrap(),
                    "{name}"
                );
                assert_eq!(json!(valid.get()), vector["expect_valid"], "{name}");
                verified += usize::from(valid.get());
            }
            Err(error) => assert_eq!(
                Some(error.to_string().as_str()),
                uncovered.map(|(_, why)| *why),
                "{name}"
            ),
        }
    }
    println!("{verified} verified, {} not covered", UNCOVERED.len());
}

/// Their signatures verify for those who read JSON-LD, and leave something open that readers of plain JSON take for signed.
const UNCOVERED: &[(&str, &str)] = &[
    (
        "Friendica Create",
        "the signature does not cover /object/diaspora:comment",
    ),
    // Pleroma's tests put it in after signing.
    (
        "Mastodon 2.x Accept (Pleroma fixtures)",
        "the signature does not cover /nickname",
    ),
    (
        "Mastodon 2.x Follow (Pleroma fixtures)",
        "the signature does not cover /nickname",
    ),
    // A key with the id of its actor.
    (
        "Osada actor signed by itself",
        "the signature does not cover /publicKey",
    ),
    (
        "Osada actor signed by itself (2)",
        "the signature does not cover /discoverable",
    ),
    (
        "Hubzilla actor signed by itself (2024)",
        "the context gives commentPolicy another meaning",
    ),
];
