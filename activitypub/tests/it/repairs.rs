//! Known deviations: read as what they mean, named, and written back as they came.

use activitypub::extension::peertube::Video;
use activitypub::{Actor, Any, Object, OneOrMany, Reason, Timestamp};

/// The document says what is odd in it, and comes back as it came.
fn odd(text: &str, expected: &[(&str, Reason)]) -> Object {
    let object = Object::from_slice(text.as_bytes()).unwrap();
    let problems = object.problems();
    let told: Vec<_> = problems
        .iter()
        .map(|problem| (problem.path.as_str(), problem.reason))
        .collect();
    assert_eq!(told, expected, "{text}");
    assert_eq!(object.to_string(), text);
    assert_eq!(
        Object::from_slice(object.to_string().as_bytes()).unwrap(),
        object
    );
    object
}

#[test]
fn what_can_mean_but_one_thing_is_read() {
    for (value, expected, reason) in [
        (r#""true""#, true, Reason::BooleanAsText),
        (r#""False""#, false, Reason::BooleanAsText),
        ("[true]", true, Reason::ListOfOne),
    ] {
        let note = odd(
            &format!("{{\"sensitive\":{value}}}"),
            &[("/sensitive", reason)],
        );
        assert_eq!(note.sensitive, Some(expected), "{value}");
    }
    for (value, expected, reason) in [
        (r#""640""#, 640, Reason::NumberAsText),
        ("[640]", 640, Reason::ListOfOne),
    ] {
        let picture = odd(&format!("{{\"width\":{value}}}"), &[("/width", reason)]);
        assert_eq!(picture.width, Some(expected), "{value}");
    }
    for (value, expected, reason) in [
        ("120", "120", Reason::TextAsNumber),
        ("1.50", "1.50", Reason::TextAsNumber),
        (r#"["x"]"#, "x", Reason::ListOfOne),
    ] {
        let field = odd(&format!("{{\"value\":{value}}}"), &[("/value", reason)]);
        assert_eq!(field.value.as_deref(), Some(expected), "{value}");
    }
    for (value, expected, reason) in [
        ("1769860800", "2026-01-31T12:00:00+00:00", Reason::UnixTime),
        (
            "1769860800000",
            "2026-01-31T12:00:00+00:00",
            Reason::UnixTime,
        ),
        (
            r#""2026-01-31""#,
            "2026-01-31T00:00:00+00:00",
            Reason::DayOnly,
        ),
        (
            r#""Sat, 31 Jan 2026 12:00:00 GMT""#,
            "2026-01-31T12:00:00+00:00",
            Reason::MailDate,
        ),
        (
            r#"["2026-01-31T12:00:00Z"]"#,
            "2026-01-31T12:00:00+00:00",
            Reason::ListOfOne,
        ),
    ] {
        let note = odd(
            &format!("{{\"published\":{value}}}"),
            &[("/published", reason)],
        );
        assert_eq!(
            note.published.unwrap().to_utc().to_rfc3339(),
            expected,
            "{value}"
        );
    }
    let place = odd(
        r#"{"latitude":"-37.50","focalPoint":["0.25",0]}"#,
        &[
            ("/latitude", Reason::NumberAsText),
            ("/focalPoint/0", Reason::NumberAsText),
        ],
    );
    let latitude = place.latitude.unwrap();
    assert_eq!((latitude.as_str(), latitude.to_f64()), ("-37.50", -37.5));
    assert_eq!(place.focal_point.first().unwrap().to_f64(), 0.25);
}

#[test]
fn what_is_wrong_in_a_list_of_one_is_told_at_its_element() {
    odd(
        r#"{"contentMap":[{"en":false}],"published":["2026-01-31"]}"#,
        &[
            ("/contentMap", Reason::ListOfOne),
            ("/contentMap/0/en", Reason::NotAString),
            ("/published", Reason::ListOfOne),
            ("/published/0", Reason::DayOnly),
        ],
    );
}

#[test]
fn what_says_that_there_is_none_is_named() {
    for (member, reason) in [
        (r#""published":"""#, Reason::EmptyText),
        (r#""contentMap":[]"#, Reason::EmptyList),
        (r#""name":[]"#, Reason::EmptyList),
        (r#""inReplyTo":"""#, Reason::EmptyId),
        (r#""id":"""#, Reason::EmptyId),
    ] {
        let path = format!("/{}", member.split('"').nth(1).unwrap());
        let note = odd(&format!("{{{member}}}"), &[(&path, reason)]);
        assert!(note.published.is_none() && note.name.is_none() && note.in_reply_to.is_empty());
    }
}

#[test]
fn what_can_mean_two_things_is_not_read() {
    for (member, reason) in [
        (r#""id":["https://a.example/1"]"#, Reason::NotAString),
        (r#""id":7"#, Reason::NotAString),
        (r#""name":["a","b"]"#, Reason::NotAString),
        (r#""name":true"#, Reason::NotAString),
        (r#""name":[["a"]]"#, Reason::NotAString),
        (r#""sensitive":"yes""#, Reason::NotABoolean),
        (r#""sensitive":1"#, Reason::NotABoolean),
        (r#""width":"6e2""#, Reason::NotACount),
        (r#""width":"+6""#, Reason::NotACount),
        (r#""width":6.0"#, Reason::NotACount),
        (r#""width":-6"#, Reason::NotACount),
        (r#""latitude":"37,5""#, Reason::NotANumber),
        (r#""latitude":" 37""#, Reason::NotANumber),
        (r#""latitude":"1e999""#, Reason::NotANumber),
        (r#""published":3"#, Reason::NotADate),
        (r#""published":"1769860800""#, Reason::NotADate),
        (r#""published":"01/02/2026""#, Reason::NotADate),
    ] {
        let path = format!("/{}", member.split('"').nth(1).unwrap());
        let note = odd(&format!("{{{member}}}"), &[(&path, reason)]);
        assert!(note.id.is_none() && note.name.is_none() && note.sensitive.is_none());
        assert!(note.width.is_none() && note.latitude.is_none() && note.published.is_none());
    }
}

#[test]
fn a_field_that_was_changed_is_written_as_it_should_be() {
    let text = r#"{"sensitive":"true","width":"640","name":["x"],"published":1769860800}"#;
    let read = Object::from_slice(text.as_bytes()).unwrap();
    let mut changed = read.clone();
    changed.sensitive = Some(false);
    changed.width = None;
    assert_eq!(
        changed.to_string(),
        r#"{"sensitive":false,"name":["x"],"published":1769860800}"#
    );
    assert_eq!(changed.problems().len(), 2);
    changed.extra.set("width", 7).unwrap();
    changed.name = Some("y".to_owned());
    changed.published = Timestamp::parse("2026-01-31");
    assert_eq!(
        changed.to_string(),
        r#"{"sensitive":false,"name":"y","published":"2026-01-31","width":7}"#
    );

    // Another property that no field has does not touch it.
    let mut kept = read;
    kept.extra.set("other", 1).unwrap();
    kept.extra.remove("other");
    assert_eq!(
        kept.to_value().unwrap(),
        serde_json::from_str::<serde_json::Value>(text).unwrap()
    );
}

#[test]
fn under_another_name_and_within_other_things() {
    let note = odd(
        r#"{"as:sensitive":"true","tag":[{"type":"Image","as:width":"6"}]}"#,
        &[
            ("/as:sensitive", Reason::BooleanAsText),
            ("/tag/0/as:width", Reason::NumberAsText),
        ],
    );
    assert_eq!(note.sensitive, Some(true));

    let twice = Object::from_slice(br#"{"as:sensitive":"true","sensitive":"false"}"#).unwrap();
    assert_eq!(twice.sensitive, Some(false));
    assert_eq!(
        twice.to_value().unwrap(),
        serde_json::json!({"as:sensitive": "true", "sensitive": "false"})
    );

    let actor = Actor::from_slice(
        br#"{"type":"Person","discoverable":"true","manuallyApprovesFollowers":"false"}"#,
    )
    .unwrap();
    assert_eq!(
        (actor.discoverable, actor.manually_approves_followers),
        (Some(true), Some(false))
    );
}

#[test]
fn in_vocabularies_too() {
    let mut video = odd(
        r#"{"type":"Video","views":"7","commentsEnabled":"true","uuid":9}"#,
        &[
            ("/views", Reason::NumberAsText),
            ("/commentsEnabled", Reason::BooleanAsText),
            ("/uuid", Reason::TextAsNumber),
        ],
    );
    let mut said: Video = video.extension();
    assert_eq!(
        (said.views, said.comments_enabled, said.uuid.as_deref()),
        (Some(7), Some(true), Some("9"))
    );
    said.comments_enabled = Some(false);
    video.set_extension(&said);
    assert_eq!(
        video.to_string(),
        r#"{"type":"Video","views":"7","commentsEnabled":false,"uuid":9}"#
    );
    said.views = None;
    video.set_extension(&said);
    assert_eq!(video.extra.raw("views"), None);
}

#[test]
fn single_values_lists_and_things_in_full_are_no_deviation() {
    let text = r#"{"to":{"id":"https://a.example/f","type":"Collection"},"attributedTo":["https://a.example/1"],"tag":{"type":"Mention","href":"https://a.example/1"},"url":{"type":"Link","href":"https://a.example/w"},"icon":[{"type":"Image","url":"https://a.example/i"}],"sensitive":null}"#;
    let note = Object::from_slice(text.as_bytes()).unwrap();
    assert_eq!(note.problems(), []);
    assert_eq!(note.recipients(), ["https://a.example/f"]);
    assert_eq!(note.attributed_to_id().unwrap(), "https://a.example/1");
    assert_eq!(note.mentions().count(), 1);
    assert_eq!(note.url.href(), Some("https://a.example/w"));

    let actor = Any::from_slice(
        br#"{"type":"Person","id":"https://a.example/1","endpoints":[{"sharedInbox":"https://a.example/in"}],"publicKey":[{"id":"https://a.example/1#k"},{"id":"https://a.example/1#l"}]}"#,
    )
    .unwrap();
    let actor = actor.as_actor().unwrap();
    assert_eq!(actor.problems(), []);
    assert_eq!(actor.shared_inbox().unwrap(), "https://a.example/in");
    assert_eq!(actor.public_keys().count(), 2);
    let empty: OneOrMany<String> = OneOrMany::absent();
    assert_eq!(actor.attribution_domains, empty);
}

#[test]
fn pictures_are_on_the_host_of_the_thing() {
    let actor = |icon: &str| {
        let text = format!(
            r#"{{"type":"Person","id":"https://a.example/users/1","icon":{{"type":"Image","url":"{icon}"}}}}"#
        );
        text.parse::<Actor>().unwrap()
    };
    let missing = actor("/avatars/missing.png");
    assert_eq!(
        missing.avatar().unwrap().url.as_str(),
        "https://a.example/avatars/missing.png"
    );
    assert_eq!(missing.problems()[0].path, "/icon/url");
    assert_eq!(missing.problems()[0].reason, Reason::NoHost);
    for elsewhere in [
        "//b.example/x",
        "/\\\\b.example/x",
        "/\\t/b.example/x",
        "x.png",
        "",
    ] {
        assert_eq!(actor(elsewhere).avatar(), None, "{elsewhere}");
    }
    let mut nowhere = missing;
    nowhere.id = None;
    assert_eq!(nowhere.avatar(), None);

    let note: Object = r#"{"type":"Note","id":"https://a.example/1","attachment":{"type":"Image","url":"/x.png"}}"#
        .parse()
        .unwrap();
    assert_eq!(note.media()[0].url.as_str(), "https://a.example/x.png");
}
