//! What nobody sends by accident.

use activitypub::{Activity, Any, Limits, Object, ReadError, Reason, Refusal};

fn refusal(text: &str) -> Refusal {
    Any::from_slice(text.as_bytes())
        .map_err(|error: ReadError| error.refusal())
        .expect_err(text)
}

/// `levels` objects inside each other.
fn deep(levels: usize) -> String {
    format!("{}1{}", "{\"object\":".repeat(levels), "}".repeat(levels))
}

#[test]
fn depth_is_limited() {
    assert!(Any::from_slice(deep(64).as_bytes()).is_ok());
    assert_eq!(refusal(&deep(65)), Refusal::TooDeep);
    assert_eq!(
        refusal(&format!("{{\"x\":{}", "[".repeat(1_000_000))),
        Refusal::TooDeep
    );

    let deeper = Limits::default().max_depth(usize::MAX);
    let any = Any::from_slice_with(deep(Limits::DEEPEST).as_bytes(), &deeper).unwrap();
    assert_eq!(any.to_string(), deep(Limits::DEEPEST));
    drop((any.problems(), any.clone(), format!("{any:?}").len()));
    drop(any.without_blind_recipients());
    assert!(Any::from_slice_with(deep(Limits::DEEPEST + 1).as_bytes(), &deeper).is_err());

    // A relationship holds objects too, and activities hold actors.
    for text in [
        "{\"type\":\"Create\",\"object\":",
        "{\"type\":\"Person\",\"icon\":",
        "{\"type\":\"Collection\",\"first\":",
    ] {
        let document = format!(
            "{}1{}",
            text.repeat(Limits::DEEPEST),
            "}".repeat(Limits::DEEPEST)
        );
        assert_eq!(
            Any::from_slice_with(document.as_bytes(), &deeper)
                .unwrap()
                .to_string(),
            document
        );
    }
}

#[test]
fn length_is_limited() {
    let document = |length: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(length - 8));
    assert!(Any::from_slice(document(1024 * 1024).as_bytes()).is_ok());
    assert_eq!(refusal(&document(1024 * 1024 + 1)), Refusal::TooLong);
    assert!(
        Any::from_slice_with(
            document(2_000_000).as_bytes(),
            &Limits::default().max_bytes(2_000_000)
        )
        .is_ok()
    );
}

#[test]
fn a_flood_is_refused() {
    let list = |count: usize| vec!["\"x\""; count].join(",");
    assert!(Any::from_slice(format!("{{\"to\":[{}]}}", list(10_000)).as_bytes()).is_ok());
    let error = Any::from_slice(format!("{{\"to\":[{}]}}", list(100_000)).as_bytes()).unwrap_err();
    assert_eq!(
        (error.refusal(), error.path()),
        (Refusal::TooManyItems, "/to/10000")
    );
    // Also where nobody looks.
    assert_eq!(
        refusal(&format!("{{\"zot\":{{\"a\":[{}]}}}}", list(10_001))),
        Refusal::TooManyItems
    );
    let names: Vec<String> = (0..10_001).map(|n| format!("\"{n}\":0")).collect();
    assert_eq!(
        refusal(&format!("{{{}}}", names.join(","))),
        Refusal::TooManyItems
    );
    // Two bytes here are a kilobyte in memory.
    let objects = vec!["{}"; 6_000].join(",");
    assert_eq!(
        refusal(&format!(
            "{{\"tag\":[{objects}],\"attachment\":[{objects}]}}"
        )),
        Refusal::TooManyObjects
    );
    assert!(Any::from_slice_with(b"{\"a\":[1,2]}", &Limits::default().max_items(1)).is_err());
    assert!(Any::from_slice_with(b"{\"a\":{}}", &Limits::default().max_objects(1)).is_err());
}

#[test]
fn names_stand_once() {
    assert_eq!(
        refusal(r#"{"actor":"a:1","actor":"a:2"}"#),
        Refusal::DuplicateKey
    );
    assert_eq!(
        refusal(r#"{"object":{"id":"a:1","i\u0064":"a:2"}}"#),
        Refusal::DuplicateKey
    );
    assert_eq!(refusal(r#"{"zot":[{"a":1,"a":1}]}"#), Refusal::DuplicateKey);
}

#[test]
fn only_one_object_in_utf8_is_a_document() {
    assert_eq!(refusal("\u{feff}{}"), Refusal::ByteOrderMark);
    assert_eq!(refusal("{} {}"), Refusal::TrailingBytes);
    assert_eq!(refusal("{}\0"), Refusal::TrailingBytes);
    assert_eq!(refusal("[{}]"), Refusal::NotAnObject);
    assert_eq!(refusal("\"a\""), Refusal::NotAnObject);
    assert_eq!(refusal(""), Refusal::UnexpectedEnd);
    assert_eq!(refusal("<html>"), Refusal::Syntax);
    assert_eq!(
        Any::from_slice(b"{\"a\":\"\xff\"}").unwrap_err().refusal(),
        Refusal::NotUtf8
    );
    assert_eq!(refusal(r#"{"a":"\ud800"}"#), Refusal::LoneSurrogate);
    assert_eq!(refusal(r#"{"a":1e400}"#), Refusal::NumberOutOfRange);
}

#[test]
fn an_error_says_where() {
    let strict = Limits::default().max_bytes(64).max_items(3).max_objects(3);
    let strict = strict.max_depth(4);
    for (document, expected) in [
        (&[b' '; 65][..], (Refusal::TooLong, 64, "")),
        (
            br#"{"object":{"tag":[[[]]]}}"#,
            (Refusal::TooDeep, 19, "/object/tag/0/0"),
        ),
        (
            br#"{"to":["a","b","c","d"]}"#,
            (Refusal::TooManyItems, 19, "/to/3"),
        ),
        (
            br#"{"a":{},"b":[{},{}]}"#,
            (Refusal::TooManyObjects, 16, "/b/1"),
        ),
        (
            br#"{"object":{"a":1,"a":2}}"#,
            (Refusal::DuplicateKey, 17, "/object/a"),
        ),
        (b"\xef\xbb\xbf{}", (Refusal::ByteOrderMark, 0, "")),
        (b"{\"a\":\"\xff\"}", (Refusal::NotUtf8, 6, "")),
        (b"[{}]", (Refusal::NotAnObject, 0, "")),
        (b"{} {}", (Refusal::TrailingBytes, 3, "")),
        (br#"{"a":[1,x]}"#, (Refusal::Syntax, 8, "/a/1")),
        (br#"{"a~/b":tru"#, (Refusal::UnexpectedEnd, 11, "/a~0~1b")),
        (
            br#"{"a":{"b":"\ud800"}}"#,
            (Refusal::LoneSurrogate, 17, "/a/b"),
        ),
        (br#"{"a":[1e400]}"#, (Refusal::NumberOutOfRange, 11, "/a/0")),
        (br#"{"a":{"b":1,}}"#, (Refusal::Syntax, 12, "/a")),
        (br#"{"a":{"b":1,2:3}}"#, (Refusal::Syntax, 12, "/a")),
        (br#"{"a":{"b":1,"\x":3}}"#, (Refusal::Syntax, 14, "/a")),
        (br#"{"a":{"\ud800":3}}"#, (Refusal::LoneSurrogate, 13, "/a")),
        (br#"{"a":{"":x}}"#, (Refusal::Syntax, 9, "/a/")),
        (br#"{"a":{"b"}}"#, (Refusal::Syntax, 9, "/a/b")),
        (br#"{"a":{"b":1 "c":2}}"#, (Refusal::Syntax, 12, "/a/b")),
        (br#"{"a":[1,]}"#, (Refusal::Syntax, 8, "/a/1")),
        (
            br#"{"a":{"b":1,"c":2,"d":3,"e":4}}"#,
            (Refusal::TooManyItems, 24, "/a"),
        ),
    ] {
        let error = Any::from_slice_with(document, &strict).unwrap_err();
        assert_eq!(
            (error.refusal(), error.offset(), error.path()),
            expected,
            "{}",
            String::from_utf8_lossy(document)
        );
    }
}

#[test]
fn an_error_shows_no_control_characters() {
    let error = Any::from_slice(b"{\"\\u001b[31m\":[}").unwrap_err();
    assert!(!error.to_string().contains('\u{1b}'), "{error}");
    assert!(error.to_string().contains("not JSON"), "{error}");
}

#[test]
fn nothing_that_is_no_id_is_one() {
    let activity = Activity::from_slice(
        br#"{"id":7,"type":"Like","actor":["a:1",{"id":"a:2"}],"object":{"id":["a:3"],"url":"a:4"},"to":[null,null,{},7,""]}"#,
    )
    .unwrap();
    assert_eq!(activity.id, None);
    assert_eq!(activity.actor_id(), None);
    assert_eq!(activity.object_id(), None);
    assert!(activity.recipients().is_empty());
    let problems: Vec<_> = activity
        .problems()
        .into_iter()
        .map(|problem| (problem.path, problem.reason))
        .collect();
    for expected in [
        ("/id", Reason::NotAString),
        ("/object/id", Reason::NotAString),
        ("/to/0", Reason::Null),
        ("/to/3", Reason::NotAReference),
        ("/to/4", Reason::EmptyId),
    ] {
        assert!(
            problems.contains(&(expected.0.to_owned(), expected.1)),
            "{expected:?} not in {problems:?}"
        );
    }
    // One actor beside something unreadable is not one actor.
    for actor in [
        r#"["a:1",7]"#,
        r#"["a:1",null]"#,
        r#"["a:1","a:1"]"#,
        "[]",
        "{}",
        "null",
    ] {
        let activity = Activity::from_slice(format!("{{\"actor\":{actor}}}").as_bytes()).unwrap();
        assert_eq!(activity.actor_id(), None, "{actor}");
    }
}

#[test]
fn odd_dates_lose_nothing_but_themselves() {
    for date in [
        "9999-12-31T23:59:59Z",
        "-1",
        "2016-12-31T23:59:60Z",
        "2026-01-31T12:00:00",
        "10000-01-01T00:00:00Z",
    ] {
        let text = format!("{{\"type\":\"Note\",\"content\":\"c\",\"published\":\"{date}\"}}");
        let note = Object::from_slice(text.as_bytes()).unwrap();
        assert_eq!(note.content.as_deref(), Some("c"));
        assert_eq!(note.to_string(), text);
    }
    let note = Object::from_slice(br#"{"published":"2026-01-31T12:00:00"}"#).unwrap();
    assert_eq!(
        note.published.as_ref().unwrap().to_utc().to_rfc3339(),
        "2026-01-31T12:00:00+00:00"
    );
    assert_eq!(note.problems()[0].reason, Reason::NoZone);
}

#[test]
fn a_wide_object_takes_no_square_of_time() {
    let long = "k".repeat(80);
    let names: Vec<String> = (0..9_000).map(|n| format!("\"{long}{n}\":0")).collect();
    let text = format!("{{{}}}", names.join(","));
    assert!(Any::from_slice(text.as_bytes()).is_ok());
}
