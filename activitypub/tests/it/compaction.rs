//! Documents in other forms of JSON-LD.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use activitypub::json_ld::{CompactError, Contexts, compact, compact_with, needs_compaction};
use activitypub::{Any, Limits};
use serde_json::{Value, json};

fn compacted(document: &Value) -> Value {
    let text = document.to_string();
    let compacted = compact(text.as_bytes()).expect(&text);
    assert_eq!(compacted.conflicts(), [""; 0], "{document}");
    let mut value = compacted.into_any().to_value().unwrap();
    value.as_object_mut().unwrap().remove("@context");
    value
}

/// The same post in all the forms that JSON-LD allows.
#[test]
fn every_form_reads_as_the_plain_one() {
    let plain = json!({
        "id": "https://example.com/1", "type": "Create", "actor": "https://example.com/a",
        "to": "https://www.w3.org/ns/activitystreams#Public",
        "object": {
            "id": "https://example.com/2", "type": "Note", "content": "Hello",
            "contentMap": {"en": "Hello"}, "published": "2026-01-31T12:00:00Z", "sensitive": true,
            "quoteUrl": "https://example.com/3",
            "tag": [{"type": "Hashtag", "name": "#a"}, {"type": "Emoji", "name": ":b:"}],
        },
    });
    let as_ = "https://www.w3.org/ns/activitystreams";
    let name = |name: &str| format!("{as_}#{name}");
    let note = json!({
        "@id": "https://example.com/2", "@type": [name("Note")],
        name("content"): [{"@value": "Hello", "@language": "en"}],
        name("published"): [{"@type": "http://www.w3.org/2001/XMLSchema#dateTime", "@value": "2026-01-31T12:00:00Z"}],
        name("sensitive"): [{"@value": true}],
        name("quoteUrl"): [{"@id": "https://example.com/3"}],
        name("tag"): [
            {"@type": [name("Hashtag")], name("name"): [{"@value": "#a"}]},
            {"@type": ["http://joinmastodon.org/ns#Emoji"], name("name"): [{"@value": ":b:"}]},
        ],
    });
    let create = json!({
        "@id": "https://example.com/1", "@type": [name("Create")],
        name("actor"): [{"@id": "https://example.com/a"}],
        name("to"): [{"@id": "https://www.w3.org/ns/activitystreams#Public"}],
        name("object"): [note],
    });
    let forms = [
        json!([create]),
        json!({"@graph": [create]}),
        create,
        json!({
            "@context": [as_, {"who": "as:actor", "toot": "http://joinmastodon.org/ns#", "self": "@id", "is": "@type", "x": "as:Note",
                "says": {"@id": "as:content", "@language": "en"}, "sensitive": "as:sensitive", "quoteUrl": {"@id": "as:quoteUrl", "@type": "@id"}}],
            "self": "https://example.com/1", "is": "Create",
            "who": {"self": "https://example.com/a"}, "to": {"@set": ["as:Public"]},
            "object": {
                "self": "https://example.com/2", "is": "x", "says": "Hello", "published": "2026-01-31T12:00:00Z",
                "sensitive": {"@value": true}, "quoteUrl": "https://example.com/3",
                "tag": [{"is": "as:Hashtag", "name": "#a"}, {"is": "toot:Emoji", "name": ":b:"}],
            },
        }),
        json!({
            "@context": {"@vocab": "https://www.w3.org/ns/activitystreams#", "other": "http://joinmastodon.org/ns#", "actor": {"@type": "@id"},
                "quoteUrl": {"@type": "@id"}, "to": {"@type": "@vocab"}, "contentMap": {"@id": "content", "@container": "@language"}},
            "@id": "https://example.com/1", "@type": "Create", "actor": "https://example.com/a", "to": "Public",
            "object": {
                "@id": "https://example.com/2", "@type": "Note", "contentMap": {"en": "Hello"}, "published": "2026-01-31T12:00:00Z",
                "sensitive": true, "quoteUrl": "https://example.com/3",
                "tag": [{"@type": "Hashtag", "name": "#a"}, {"@type": "other:Emoji", "name": ":b:"}],
            },
        }),
    ];
    for form in forms {
        let text = form.to_string();
        assert!(needs_compaction(text.as_bytes()), "{text}");
        let compacted = compact(text.as_bytes()).expect(&text);
        let mut value = compacted.into_any().to_value().unwrap();
        assert_eq!(
            value["@context"],
            json!([as_, {"Emoji": "toot:Emoji", "Hashtag": "as:Hashtag", "quoteUrl": "as:quoteUrl",
                "sensitive": "as:sensitive", "toot": "http://joinmastodon.org/ns#"}]),
        );
        value.as_object_mut().unwrap().remove("@context");
        assert_eq!(value, plain, "{form}");
    }
    let mut came = plain;
    came["@context"] = json!([as_, {"sensitive": "as:sensitive", "Hashtag": "as:Hashtag", "toot": "http://joinmastodon.org/ns#", "Emoji": "toot:Emoji"}]);
    assert!(!needs_compaction(came.to_string().as_bytes()));
}

#[test]
fn lists_proofs_and_names_of_nobody_keep_their_form() {
    let plain = json!({
        "type": "OrderedCollection", "orderedItems": ["https://example.com/b", "https://example.com/a"],
        "https://farm.example/ns#weight": {"@type": "https://farm.example/ns#kg", "@value": "7"},
        "https://farm.example/ns#steps": {"@list": [1, 1]},
        "mood": "sunny",
        // Identity v1 calls it `name`, and that is another one.
        "http://schema.org/name": "Farm",
        "proof": {"type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022", "proofPurpose": "assertionMethod",
            "verificationMethod": "https://example.com/a#key", "created": "2026-01-31T12:00:00Z", "proofValue": "z1"},
        "totalItems": 2,
    });
    let mut came = plain.clone();
    came["@context"] = json!([
        "https://www.w3.org/ns/activitystreams",
        "https://w3id.org/security/data-integrity/v2"
    ]);
    assert_eq!(compacted(&came), plain);
    let text = r#"{"https://www.w3.org/ns/activitystreams#name":"a","totalItems":1.50,"x:y":12345678901234567890123}"#;
    let value = compact(text.as_bytes()).unwrap().into_any().to_string();
    assert!(value.contains(r#""name":"a""#), "{value}");
    assert!(value.contains("12345678901234567890123"), "{value}");
}

#[test]
fn tells_where_a_document_says_two_things() {
    let as_ = "https://www.w3.org/ns/activitystreams";
    let conflicts = |document: Value| {
        let text = document.to_string();
        assert!(needs_compaction(text.as_bytes()), "{text}");
        let compacted = compact(text.as_bytes()).expect(&text);
        (
            compacted.conflicts().join(" "),
            compacted.into_any().to_value().unwrap(),
        )
    };
    // A name with another meaning, and another name for the meaning.
    let (paths, value) = conflicts(
        json!({"@context": [as_, {"actor": "https://x.example/x", "wirklich": {"@id": "as:actor", "@type": "@id"}}],
        "type": "Create", "actor": "https://good.example/a", "wirklich": "https://evil.example/e"}),
    );
    assert_eq!(paths, "/actor");
    assert_eq!(value["actor"], "https://evil.example/e");
    // A second value beside the plain one.
    let (paths, _) = conflicts(
        json!({"@context": [as_, {"x": {"@id": "as:to", "@type": "@id"}}], "to": "https://a.example/", "x": "https://b.example/"}),
    );
    assert_eq!(paths, "/to");
    // A context that takes the meaning away leaves nothing that could be taken for it.
    let (paths, value) = conflicts(
        json!({"@context": [as_, null], "type": "Delete", "id": "https://a.example/1", "object": {"type": "Note", "content": "x"}, "@value2": 1,
        "https://www.w3.org/ns/activitystreams#name": "y"}),
    );
    assert_eq!(paths, "/id /object /type");
    assert!(
        value.get("type").is_none() && value.get("object").is_none(),
        "{value}"
    );
    // Deep inside.
    let (paths, _) = conflicts(json!({"@context": [as_, {"inhalt": "as:content"}],
        "object": [{"content": "a", "inhalt": "b"}]}));
    assert_eq!(paths, "/object/content");
}

#[test]
fn refuses_what_it_cannot_do() {
    let error = |document: Value| compact(document.to_string().as_bytes()).unwrap_err();
    let unknown = |url: &str| CompactError::UnknownContext(url.to_owned());
    assert_eq!(
        error(json!({"@context": "https://x.example/"})),
        unknown("https://x.example/")
    );
    assert_eq!(error(json!({"object": {"@context": ["a"]}})), unknown("a"));
    assert_eq!(error(json!([])), CompactError::NotOneThing);
    assert_eq!(
        error(json!([{"@id": "a:1", "x:a": 1}, {"@id": "a:2", "x:a": 1}])),
        CompactError::NotOneThing
    );
    assert_eq!(
        error(json!({"@context": {"@import": "https://www.w3.org/ns/activitystreams"}})),
        CompactError::TooComplex
    );
    assert_eq!(
        error(json!({"@context": {"a": {"@id": "x:a", "@context": {}}}})),
        CompactError::TooComplex
    );
    assert!(matches!(
        error(json!({"@context": {"a": "a:b"}, "x:y": 1})),
        CompactError::TooComplex | CompactError::Invalid(_)
    ));
    assert!(matches!(
        error(json!({"@context": 7, "x:y": 1})),
        CompactError::Invalid(_)
    ));
    assert!(matches!(
        error(json!({"type": 7})),
        CompactError::Invalid(_)
    ));
    assert!(matches!(compact(b"{"), Err(CompactError::Document(_))));
    let small = Limits::default().max_items(3);
    let four = br#"{"@context":{"t":"as:tag"},"t":[1,2],"as:tag":[3,4]}"#;
    assert!(matches!(
        compact_with(four, &small, &Contexts::new()),
        Err(CompactError::Result(_))
    ));
    assert!(compact(four).is_ok());
    // A context of the caller that names one that is not known, or cannot be read.
    let contexts = Contexts::new()
        .with(
            "https://a.example/",
            r#"{"@context": "https://b.example/"}"#,
        )
        .with("https://c.example/", "{");
    let error =
        |text: &str| compact_with(text.as_bytes(), &Limits::default(), &contexts).unwrap_err();
    assert_eq!(
        error(r#"{"@context": "https://a.example/"}"#),
        unknown("https://b.example/")
    );
    assert!(matches!(
        error(r#"{"@context": "https://c.example/"}"#),
        CompactError::Context(_)
    ));
}

/// What costs its sender little and could cost us much.
#[test]
fn hostile_contexts_end_soon() {
    let many = |count: usize, one: &dyn Fn(usize) -> String| {
        (0..count).map(one).collect::<Vec<_>>().join(",")
    };
    let deep = |open: &str, close: &str, count: usize| {
        format!("{}1{}", open.repeat(count), close.repeat(count))
    };
    let documents = [
        (
            "terms",
            format!(
                "{{\"@context\":{{{}}}}}",
                many(9_000, &|n| format!("\"t{n}\":\"x:{n}\""))
            ),
        ),
        (
            "terms, fewer",
            format!(
                "{{\"@context\":{{{}}},\"x:y\":1}}",
                many(3_900, &|n| format!("\"t{n}\":\"x:{n}\""))
            ),
        ),
        (
            "entries",
            format!(
                "{{\"@context\":[{}]}}",
                many(9_000, &|_| "\"https://www.w3.org/ns/activitystreams\""
                    .into())
            ),
        ),
        (
            "entries, fewer",
            format!(
                "{{\"@context\":[{}],\"x:y\":1}}",
                many(290, &|_| "\"https://www.w3.org/ns/activitystreams\"".into())
            ),
        ),
        (
            "contexts",
            format!(
                "{{\"tag\":[{}]}}",
                many(140, &|n| format!(
                    "{{\"@context\":\"https://example.com/schemas/litepub-0.1.jsonld\",\"name\":\"{n}\"}}"
                ))
            ),
        ),
        (
            "prefixes",
            format!(
                "{{\"@context\":{{{},\"p0\":\"x:\"}},\"p900:y\":1}}",
                many(900, &|n| format!("\"p{}\":\"p{n}:x\"", n + 1))
            ),
        ),
        (
            "cycle",
            r#"{"@context":{"a":"b:x","b":"c:x","c":"a:x"},"a:y":1}"#.into(),
        ),
        (
            "cycle of two",
            r#"{"@context":{"a":"b:x","b":"a:x"},"a:y":1}"#.into(),
        ),
        (
            "cycle of one",
            r#"{"@context":{"a":{"@id":"a"}},"a":1}"#.into(),
        ),
        (
            "long",
            format!(
                "{{\"@context\":{{\"p\":\"x:{}\"}},{}}}",
                "y".repeat(250),
                many(9_000, &|n| format!("\"p:{n}\":0"))
            ),
        ),
        (
            "longer",
            format!(
                "{{\"@context\":{{\"p\":\"x:{}\"}},\"p:a\":0}}",
                "y".repeat(100_000)
            ),
        ),
        (
            "vocabulary",
            format!(
                "{{\"@context\":{{\"@vocab\":\"x:{}\"}},{}}}",
                "y".repeat(250),
                many(9_000, &|n| format!("\"{n}\":0"))
            ),
        ),
        (
            "wide",
            format!(
                "{{\"tag\":[{}]}}",
                many(9_900, &|n| format!("{{\"name\":\"{n}\"}}"))
            ),
        ),
        (
            "ids",
            format!(
                "{{\"to\":[{}]}}",
                many(9_900, &|n| format!("\"https://example.com/{n}\""))
            ),
        ),
        (
            "same",
            format!(
                "{{\"to\":[{}]}}",
                many(9_900, &|_| "\"https://example.com/\"".into())
            ),
        ),
        (
            "graph",
            format!(
                "{{\"x:y\":1,\"@graph\":[{}]}}",
                many(5_000, &|n| format!("{{\"@id\":\"x:{n}\",\"x:a\":1}}"))
            ),
        ),
        (
            "included",
            format!(
                "{{\"x:y\":1,\"@included\":[{}]}}",
                many(5_000, &|n| format!("{{\"@id\":\"x:{n}\",\"x:a\":1}}"))
            ),
        ),
        (
            "reverse",
            format!(
                "{{\"x:y\":1,\"@reverse\":{{\"x:z\":[{}]}}}}",
                many(5_000, &|n| format!("{{\"@id\":\"x:{n}\",\"x:a\":1}}"))
            ),
        ),
        (
            "languages",
            format!(
                "{{\"contentMap\":{{{}}}}}",
                many(9_000, &|n| format!("\"a{n}\":\"x\""))
            ),
        ),
        ("deep", deep("{\"tag\":", "}", 47)),
        ("deep lists", format!("{{\"tag\":{}}}", deep("[", "]", 46))),
        ("deep @list", deep("{\"x:y\":{\"@list\":[", "]}}", 15)),
        ("deep @graph", deep("{\"x:y\":1,\"@graph\":", "}", 47)),
        ("deep @set", deep("{\"x:y\":{\"@set\":", "}}", 23)),
        ("deep @included", deep("{\"x:y\":1,\"@included\":", "}", 47)),
        (
            "deep @reverse",
            deep("{\"x:y\":1,\"@reverse\":{\"x:z\":", "}}", 23),
        ),
        ("deep @nest", deep("{\"x:y\":1,\"@nest\":", "}", 47)),
        (
            "deep @json",
            format!(
                "{{\"x:y\":{{\"@type\":\"@json\",\"@value\":{}}}}}",
                deep("[", "]", 45)
            ),
        ),
        (
            "deep contexts",
            deep("{\"@context\":{\"a\":\"x:a\"},\"a\":", "}", 47),
        ),
        (
            "propagate",
            deep(
                "{\"@context\":{\"@propagate\":false,\"a\":\"x:a\"},\"a\":",
                "}",
                47,
            ),
        ),
        (
            "protected",
            r#"{"@context":[{"@protected":true,"a":"x:a"},{"a":"x:b"}],"a":1}"#.into(),
        ),
        ("too deep", deep("{\"tag\":", "}", 90)),
    ];
    let thread = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
    let run = thread.spawn(move || {
        for (name, document) in documents {
            let start = Instant::now();
            let outcome = compact(document.as_bytes());
            let took = start.elapsed();
            println!(
                "{name}: {took:?} {:?}",
                outcome.as_ref().map(|_| ()).map_err(ToString::to_string)
            );
            std::hint::black_box(needs_compaction(document.as_bytes()));
            assert!(took < Duration::from_secs(20), "{name} took {took:?}");
        }
    });
    run.unwrap().join().unwrap();
}

/// Of every real document whose contexts are known, JSON-LD reads what everybody reads.
#[test]
fn real_documents_say_the_same_compacted() {
    let Some(shared) = std::env::var_os("FEDIKIT_SHARED") else {
        println!("skipped: set FEDIKIT_SHARED to a folder that has a corpus in it");
        return;
    };
    let corpus = PathBuf::from(shared).join("corpus");
    let mut files = Vec::new();
    collect(&corpus.join("wild"), &mut files);
    collect(&corpus.join("as2/w3c-test"), &mut files);
    let mut unknown: BTreeMap<String, usize> = BTreeMap::new();
    let (mut agree, mut needed, mut nothing) = (0, 0, 0);
    let mut differ = BTreeMap::new();
    for file in &files {
        let bytes = std::fs::read(file).unwrap();
        let Ok(plain) = Any::from_slice(&bytes) else {
            continue;
        };
        let name = file.strip_prefix(&corpus).unwrap();
        let name = name.to_string_lossy().into_owned();
        needed += usize::from(needs_compaction(&bytes));
        match compact(&bytes) {
            Ok(compacted) => {
                let paths = compacted.conflicts().join(" ");
                let (was, is) = (told(&plain, &plain), told(compacted.as_any(), &plain));
                if !paths.is_empty() {
                    differ.insert(name, paths);
                } else if was == is || needs_compaction(&bytes) {
                    agree += 1;
                } else {
                    differ.insert(name, format!("{was} {is}"));
                }
            }
            Err(CompactError::UnknownContext(url)) => *unknown.entry(url).or_default() += 1,
            // It says nothing, or its id alone.
            Err(CompactError::NotOneThing) => nothing += 1,
            Err(error) => {
                differ.insert(name, error.to_string());
            }
        }
    }
    println!(
        "{agree} say the same, {nothing} say nothing, {needed} need compaction; unknown contexts: {unknown:#?}"
    );
    let expected = EXPECTED
        .iter()
        .map(|(name, why)| (name.to_string(), why.to_string()));
    assert_eq!(differ, expected.collect());
}

/// Documents that are no JSON-LD, and where honest contexts say something else than plain JSON.
const EXPECTED: &[(&str, &str)] = &[
    ("as2/w3c-test/fail/number-as-context.json", CONTEXT),
    ("as2/w3c-test/fail/number-as-id.json", ID),
    ("as2/w3c-test/fail/number-as-type.json", TYPE),
    ("wild/bookwyrm/bookwyrm__data_user_import.json", ID),
    (
        "wild/fedify/fedify__federation_handler.test__L2993.json",
        CONTEXT,
    ),
    // A context inside the definition of a term.
    (
        "wild/fedify/fedify__sig_ld.test__L1082.json",
        "the contexts of the document are too complex",
    ),
    (
        "wild/funkwhale/funkwhale__federation_index.rst__L416.json",
        ID,
    ),
    (
        "wild/funkwhale/funkwhale__federation_schema_org__L1.json",
        TYPE,
    ),
    // `nameMap` without `@container` is no map.
    (
        "wild/ktistec/ktistec__framework_json_ld_spec__L381.json",
        "/name",
    ),
    (
        "wild/mastodon/catstodon__activitypub_process_status_update_service_spec__L1211.json",
        CONTEXT,
    ),
    // schema.org's location, which everybody reads as that of ActivityStreams.
    (
        "wild/mobilizon/bonfire_federate_activitypub__fixtures_mobilizon.org-event.json",
        "/location",
    ),
    ("wild/mobilizon/lemmy__objects_group.json", "/location"),
    (
        "wild/mobilizon/pleroma__tesla_mock_mobilizon.org-event.json",
        "/location",
    ),
    // The definition of `capabilities` is none.
    (
        "wild/pixelfed/pixelfed__ActivityPub_NoteAttachmentTest__L20.json",
        "the document is not valid JSON-LD: invalid term definition",
    ),
];

const CONTEXT: &str = "the document is not valid JSON-LD: invalid context entry";
const ID: &str = "the document is not valid JSON-LD: invalid @id value";
const TYPE: &str = "the document is not valid JSON-LD: invalid type value";

/// What of a document decides: who says it, of what, to whom; of that, what the plain form has.
fn told(any: &Any, plain: &Any) -> Value {
    let (value, plain) = (any.to_value().unwrap(), plain.to_value().unwrap());
    let told = |name: &str| {
        let values = match &value[name] {
            Value::Array(values) => values.clone(),
            value => vec![value.clone()],
        };
        let mut once: Vec<Value> = Vec::new();
        for value in values {
            let id = match &value {
                Value::Object(thing) => thing.get("id").or(thing.get("@id")).cloned(),
                value => Some(value.clone()),
            };
            let id = match id.unwrap_or_default() {
                id if id == "as:Public" => json!("https://www.w3.org/ns/activitystreams#Public"),
                id => id,
            };
            if !id.is_null() && !once.contains(&id) {
                once.push(id);
            }
        }
        once
    };
    let names = ["actor", "object", "attributedTo", "to", "cc", "content"];
    let names = names.into_iter().filter(|name| plain.get(name).is_some());
    json!([
        any.id().map(|id| id.as_str()),
        names.map(told).collect::<Vec<_>>()
    ])
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
    files.sort();
}
