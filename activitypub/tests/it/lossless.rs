//! Parse, then write, gives the same JSON value.

use activitypub::{Activity, Actor, Any, Collection, Link, Object, OneOrMany};
use proptest::prelude::*;
use serde_json::Value;

/// Documents whose bytes come back too, because fields are written in the order in which these have them.
#[test]
fn the_text_of_what_is_odd_comes_back() {
    for text in [
        r#"{"id":"https://EXAMPLE.com:443/a/../b?","type":"Note"}"#,
        r#"{"type":"Note","published":"2026-01-31t12:00:00.000000Z"}"#,
        r#"{"type":["Note","Zot"],"to":[],"cc":null}"#,
        r#"{"type":"Note","to":"a:1","cc":["a:2"]}"#,
        r#"{"type":"Note","tag":[null,1,{"type":"Mention","href":7},"x",[[]],""]}"#,
        r#"{"type":"Place","latitude":1.50,"longitude":-0.0,"radius":1e3}"#,
        r#"{"type":"Note","x":[1.0,1e3,123456789012345678901234567890,-0,1E-2,"\u0041"]}"#,
        r#"{"totalItems":1.0}"#,
        r#"{"type":"Collection","totalItems":18446744073709551615}"#,
        r#"{"type":"Collection","totalItems":18446744073709551616}"#,
        r#"{"type":"Note","nameMap":{"en":"a","de":null,"fr":[1]},"summaryMap":[]}"#,
        r#"{"@id":"a:1","@type":"as:Note","as:name":"b","https://www.w3.org/ns/activitystreams#content":"c"}"#,
        r#"{"@context":null,"id":null,"type":null,"name":null,"sensitive":null}"#,
        r#"{"type":"Note","name":["a"],"summary":{"a":1},"sensitive":"true","height":-1}"#,
        r#"{}"#,
        r#"{"":"","a":{"":{"b":[{}]}}}"#,
        r#"{"publicKey":"a:1"}"#,
        r#"{"@context":[{"b":1,"a":2}],"type":"Create","actor":{"type":"Person","inbox":["a:1"]},"object":["a:2",{"type":"Note"}]}"#,
    ] {
        assert_eq!(
            Any::from_slice(text.as_bytes()).unwrap().to_string(),
            sorted_like(text),
            "{text}"
        );
    }
}

/// Extras stand behind the fields; where a text above has a bad value of a field in the middle, compare values, else bytes.
fn sorted_like(text: &str) -> String {
    let written = Any::from_slice(text.as_bytes()).unwrap().to_string();
    if written == text {
        return text.to_owned();
    }
    let (came, went): (Value, Value) = (
        serde_json::from_str(text).unwrap(),
        serde_json::from_str(&written).unwrap(),
    );
    assert_eq!(came, went);
    assert_eq!(written.len(), text.len(), "spelled otherwise: {written}");
    written
}

#[test]
fn changing_one_property_changes_only_that() {
    let text = r#"{"@type":"Note","as:name":"a","to":"x:1","zot":1.0,"published":"yesterday","summary":null}"#;
    let mut note = Object::from_slice(text.as_bytes()).unwrap();
    note.name = Some("b".into());
    let expected: Value = serde_json::from_str(&text.replace("\"a\"", "\"b\"")).unwrap();
    assert_eq!(note.to_value().unwrap(), expected);

    note.summary = Some("s".into());
    assert_eq!(note.to_value().unwrap()["summary"], "s");
    note.summary = None;
    assert_eq!(note.to_value().unwrap(), expected);
}

#[test]
fn a_property_under_two_names_keeps_both_and_the_plain_one_counts() {
    for text in [
        r#"{"name":"a","as:name":"b"}"#,
        r#"{"as:name":"b","name":"a"}"#,
    ] {
        let object = Object::from_slice(text.as_bytes()).unwrap();
        assert_eq!(object.name.as_deref(), Some("a"));
        assert_eq!(
            object.to_value().unwrap(),
            serde_json::from_str::<Value>(text).unwrap()
        );
        assert_eq!(object.problems()[0].path, "/as:name");
    }
    // Not even if the plain one is unreadable.
    let object = Object::from_slice(br#"{"as:name":"b","name":true}"#).unwrap();
    assert_eq!(object.name, None);
    assert_eq!(object.problems().len(), 2);
}

#[test]
fn a_term_of_the_documents_own_context_gives_no_power() {
    let text = br#"{"@context":["https://www.w3.org/ns/activitystreams",{"doer":"as:actor","x":"@id"}],"type":"Like","doer":"a:1","x":"a:2"}"#;
    let like = Activity::from_slice(text).unwrap();
    assert_eq!((like.actor_id(), like.id.as_ref()), (None, None));
    assert_eq!(like.extra.raw("doer"), Some("\"a:1\""));
}

#[test]
fn serde_reads_and_writes_the_same() {
    let value = serde_json::json!({"type": "Create", "actor": "a:1", "object": {"type": "Note", "x": [1, null]}});
    let activity: Activity = serde_json::from_value(value.clone()).unwrap();
    assert_eq!(serde_json::to_value(&activity).unwrap(), value);
    let from_reader: Any = serde_json::from_reader(value.to_string().as_bytes()).unwrap();
    assert_eq!(
        serde_json::to_value(vec![from_reader]).unwrap(),
        serde_json::json!([value])
    );
    // The rules of the edge hold on this way too.
    assert!(serde_json::from_str::<Vec<Any>>(r#"[{"a":1,"a":2}]"#).is_err());
    assert!("{\"type\":\"Note\"}".parse::<Object>().is_ok());
}

/// Names that mean something, so that chance meets the typed fields too.
const NAMES: &[&str] = &[
    "@context",
    "@id",
    "@type",
    "id",
    "type",
    "as:type",
    "actor",
    "object",
    "to",
    "as:to",
    "cc",
    "name",
    "nameMap",
    "as:name",
    "content",
    "published",
    "tag",
    "href",
    "rel",
    "items",
    "orderedItems",
    "first",
    "totalItems",
    "inbox",
    "publicKey",
    "publicKeyPem",
    "endpoints",
    "sharedInbox",
    "latitude",
    "sensitive",
    "url",
    "mediaType",
    "width",
    "zot",
    "https://www.w3.org/ns/activitystreams#content",
    "attributionDomains",
    "focalPoint",
    "source",
];

const TEXTS: &[&str] = &[
    "",
    "Note",
    "Person",
    "Create",
    "Collection",
    "Mention",
    "as:Note",
    "Zot",
    "https://a.example/1",
    "2026-01-31T12:00:00Z",
    "2026-01-31T12:00:00",
    "2026-01-31",
    "Sat, 31 Jan 2026 12:00:00 GMT",
    "true",
    "7",
    "-0.5",
    "\u{0}\"\\/\u{1f600}",
];

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        // Seconds of our days.
        (1_000_000_000_u64..2_000_000_000).prop_map(Value::from),
        proptest::num::f64::NORMAL.prop_map(Value::from),
        proptest::sample::select(TEXTS).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            object_of(inner).prop_map(Value::Object),
        ]
    })
}

fn object_of(
    value: impl Strategy<Value = Value>,
) -> impl Strategy<Value = serde_json::Map<String, Value>> {
    let name = prop_oneof![4 => proptest::sample::select(NAMES).prop_map(str::to_owned), 1 => any::<String>()];
    proptest::collection::hash_map(name, value, 0..8)
        .prop_map(|members| members.into_iter().collect())
}

proptest! {
    #[test]
    fn any_object_comes_back(members in object_of(json())) {
        let value = Value::Object(members);
        let bytes = serde_json::to_vec(&value).unwrap();
        let any = Any::from_slice(&bytes).unwrap();
        drop(any.problems());
        // The numbers are compared as text: reading a double's text again may differ in its last digit.
        let exact = |text: &[u8]| serde_json::from_slice::<Value>(text).unwrap();
        prop_assert_eq!(any.to_value().unwrap(), exact(&bytes));
        prop_assert_eq!(any.to_vec().len(), bytes.len(), "{}", any);
        prop_assert_eq!(&Any::from_slice(&any.to_vec()).unwrap(), &any);
        // Every family takes every object.
        prop_assert_eq!(Object::from_slice(&bytes).unwrap().to_value().unwrap(), exact(&bytes));
        prop_assert_eq!(Actor::from_slice(&bytes).unwrap().to_value().unwrap(), exact(&bytes));
        prop_assert_eq!(Activity::from_slice(&bytes).unwrap().to_value().unwrap(), exact(&bytes));
        prop_assert_eq!(Collection::from_slice(&bytes).unwrap().to_value().unwrap(), exact(&bytes));
        prop_assert_eq!(Link::from_slice(&bytes).unwrap().to_value().unwrap(), exact(&bytes));
    }
}

/// Nothing is lost while nothing is changed; what was set is then written under one name.
#[test]
fn a_field_that_is_set_is_written_under_one_name() {
    const TO: &str = "https://www.w3.org/ns/activitystreams#to";
    for came in [
        r#"{"as:to":7}"#.to_owned(),
        r#"{"to":"a:1","as:to":"a:2"}"#.to_owned(),
        r#"{"to":["a:1",7],"as:to":["a:2",7]}"#.to_owned(),
        format!(r#"{{"as:to":"a:1","{TO}":"a:2"}}"#),
        format!(r#"{{"as:to":"a:1","{TO}":"a:2","to":"a:3"}}"#),
    ] {
        let read = || Object::from_slice(came.as_bytes()).unwrap();
        assert_eq!(read().to_value().unwrap(), came.parse::<Value>().unwrap());
        let mut changed = read();
        changed.to = OneOrMany::one("a:9");
        let written = changed.to_value().unwrap();
        let names: Vec<_> = written.as_object().unwrap().iter().collect();
        assert_eq!(names.len(), 1, "{came}: {written}");
        assert_eq!(names[0].1, "a:9");
        assert_eq!(changed.problems(), []);
        let again = Object::from_slice(written.to_string().as_bytes()).unwrap();
        assert_eq!(again.recipients(), ["a:9"]);
        // What was taken away does not come back under another name.
        let mut emptied = changed;
        emptied.to = OneOrMany::absent();
        if !came.starts_with(r#"{"as:to":7"#) {
            assert_eq!(emptied.to_string(), "{}", "{came}");
        }
    }

    for (came, changed) in [
        (r#"{"content":null,"as:content":"a"}"#, r#"{"content":"b"}"#),
        (r#"{"content":7,"as:content":"a"}"#, r#"{"content":"b"}"#),
        (r#"{"as:content":{},"x":1}"#, r#"{"content":"b","x":1}"#),
        (r#"{"as:content":"a","x":1}"#, r#"{"as:content":"b","x":1}"#),
    ] {
        let mut note = Object::from_slice(came.as_bytes()).unwrap();
        assert_eq!(note.to_value().unwrap(), came.parse::<Value>().unwrap());
        note.content = Some("b".to_owned());
        assert_eq!(note.to_string(), changed, "{came}");
    }

    let mut note = Object::from_slice(br#"{"content":"a","as:content":"b","x":1}"#).unwrap();
    note.extra.set("x", 2).unwrap();
    assert_eq!(
        note.to_string(),
        r#"{"content":"a","x":2,"as:content":"b"}"#
    );
}
