//! NodeInfo in both directions.

use serde_json::json;
use webfinger::NodeInfo;
use webfinger::nodeinfo::{Discovery, InvalidNodeInfo, MAX_BYTES, Version, discover};

#[test]
fn what_was_written_is_read_again() {
    let mut info = NodeInfo::new("my-server", "1.0.0");
    info.software.repository = Some("https://example.com/source".into());
    info.open_registrations = true;
    info.usage.users = Some(3);
    info.usage.local_posts = Some(5);
    info.metadata.insert("nodeName".into(), json!("x"));
    let document = info.to_json().unwrap();
    assert_eq!(
        NodeInfo::read(document.to_string().as_bytes()).unwrap(),
        info
    );
}

#[test]
fn odd_documents_are_read() {
    let document = json!({
        "version": 2,
        "software": { "name": "Odd Name" },
        "protocols": { "inbound": ["activitypub", "diaspora"], "outbound": ["activitypub", 4] },
        "openRegistrations": "yes",
        "usage": { "users": { "total": "9", "activeMonth": -1, "activeHalfyear": 1e18 }, "localPosts": 1.5 },
        "metadata": [],
        "more": 1,
    });
    let info = NodeInfo::read(document.to_string().as_bytes()).unwrap();
    assert_eq!(info.software.name, "Odd Name");
    assert_eq!(info.protocols, ["activitypub", "diaspora"]);
    assert_eq!(
        (
            info.usage.users,
            info.usage.active_month,
            info.usage.local_posts
        ),
        (Some(9), None, None)
    );
    assert_eq!(info.extra["more"], 1);
    assert!(matches!(info.to_json(), Err(InvalidNodeInfo::SoftwareName)));
}

#[test]
fn what_the_schema_forbids_is_not_written() {
    let good = NodeInfo::new("a-1", "");
    for spoil in [
        (|info| info.software.name = "A".into()) as fn(&mut NodeInfo),
        |info| info.software.name = String::new(),
        |info| info.protocols.clear(),
        |info| info.protocols.push("ActivityPub".into()),
        |info| info.inbound_services.push("smtp".into()),
        |info| info.outbound_services.push("x".into()),
    ] {
        let mut info = good.clone();
        spoil(&mut info);
        assert!(info.to_json().is_err(), "{info:?}");
    }
    assert!(good.to_json().is_ok());
}

#[test]
fn what_is_no_nodeinfo_is_refused() {
    for text in ["", "[]", "{}", r#"{"software":{}}"#, r#"{"software":"x"}"#] {
        assert!(NodeInfo::read(text.as_bytes()).is_err(), "{text}");
    }
    let padded = |length: usize| {
        format!(
            r#"{}{{"software":{{"name":"x"}}}}"#,
            " ".repeat(length - 25)
        )
    };
    assert_eq!(padded(MAX_BYTES).len(), MAX_BYTES);
    assert!(NodeInfo::read(padded(MAX_BYTES).as_bytes()).is_ok());
    assert!(matches!(
        NodeInfo::read(padded(MAX_BYTES + 1).as_bytes()),
        Err(InvalidNodeInfo::TooLong)
    ));
}

#[test]
fn the_newest_readable_version_is_discovered() {
    let link = |version: &str, href: &str| json!({ "rel": format!("http://nodeinfo.diaspora.software/ns/schema/{version}"), "href": href });
    let find = |links| discover(json!({ "links": links }).to_string().as_bytes()).map(String::from);
    assert_eq!(
        find(json!([
            link("2.0", "https://a.example/0"),
            link("2.1", "https://a.example/1")
        ]))
        .unwrap(),
        "https://a.example/1"
    );
    assert_eq!(
        find(json!([
            7,
            link("2.1", "/relative"),
            link("2.0", "https://a.example/0")
        ]))
        .unwrap(),
        "https://a.example/0"
    );
    for links in [
        json!([]),
        json!("x"),
        json!([link("3.0", "https://a.example/")]),
        json!([link("2.1", "http://a.example/")]),
        json!([link("2.1", "data:application/json,{}")]),
        json!([link("2.1", "https://u:p@a.example/")]),
    ] {
        assert!(matches!(find(links), Err(InvalidNodeInfo::NoLink)));
    }
}

#[test]
fn each_version_has_what_its_schema_has() {
    let mut info = NodeInfo::new("my-server", "1.0.0");
    info.software.repository = Some("https://example.com/source".into());
    info.software.homepage = Some("https://example.com/".into());
    info.instance.name = Some("My server".into());
    info.instance.description = Some("For friends".into());
    info.usage.active_week = Some(2);
    let [v2_0, v2_1, v2_2] =
        [Version::V2_0, Version::V2_1, Version::V2_2].map(|version| info.write(version).unwrap());
    for (document, version, has_addresses, has_instance) in [
        (&v2_0, "2.0", false, false),
        (&v2_1, "2.1", true, false),
        (&v2_2, "2.2", true, true),
    ] {
        assert_eq!(document["version"], version);
        assert_eq!(
            document["software"].get("repository").is_some(),
            has_addresses
        );
        assert_eq!(
            document["software"].get("homepage").is_some(),
            has_addresses
        );
        assert_eq!(document.get("instance").is_some(), has_instance);
        assert_eq!(
            document["usage"]["users"].get("activeWeek").is_some(),
            has_instance
        );
    }
    let read = NodeInfo::read(v2_2.to_string().as_bytes()).unwrap();
    assert_eq!(read.instance, info.instance);
    assert_eq!(read.usage, info.usage);
    assert_eq!(info.to_json().unwrap(), v2_1);
    for version in [Version::V1_0, Version::V1_1] {
        assert!(matches!(info.write(version), Err(InvalidNodeInfo::Version)));
    }
    info.protocols.push("nostr".into());
    assert!(info.write(Version::V2_1).is_err());
    assert!(info.write(Version::V2_2).is_ok());
}

#[test]
fn the_name_of_a_server_has_its_measure() {
    let mut info = NodeInfo::new("a", "");
    let mut fits = |name: String| {
        info.instance.name = Some(name);
        info.write(Version::V2_2).is_ok()
    };
    assert!(fits("\u{fc}".repeat(500)));
    assert!(!fits("\u{fc}".repeat(501)));
    assert!(!fits("a\nb".into()));
    info.instance.name = None;
    info.instance.description = Some("x".repeat(5001));
    assert!(matches!(
        info.write(Version::V2_2),
        Err(InvalidNodeInfo::Instance)
    ));
    assert!(info.write(Version::V2_1).is_ok());
}

#[test]
fn the_name_of_a_server_is_found_in_either_place() {
    let read =
        |document: serde_json::Value| NodeInfo::read(document.to_string().as_bytes()).unwrap();
    let old = read(
        json!({ "software": { "name": "x" }, "metadata": { "nodeName": "N", "nodeDescription": "D" } }),
    );
    assert_eq!(
        (old.server_name(), old.server_description()),
        (Some("N"), Some("D"))
    );
    let new = read(
        json!({ "software": { "name": "x" }, "instance": { "name": "I" }, "metadata": { "nodeName": "N" } }),
    );
    assert_eq!(
        (new.server_name(), new.server_description()),
        (Some("I"), None)
    );
}

#[test]
fn numbers_are_hints_and_never_wrong_by_reading() {
    for (number, expected) in [
        (json!(0), Some(0)),
        (json!(10_u64.pow(18)), Some(10_u64.pow(18))),
        (json!(u64::MAX), Some(u64::MAX)),
        (json!(12.0), Some(12)),
        (json!("9"), Some(9)),
        (json!(-1), None),
        (json!(1.5), None),
        (json!(1e300), None),
        (json!("-1"), None),
        (json!("many"), None),
        (json!([1]), None),
        (json!(null), None),
    ] {
        let document =
            json!({ "software": { "name": "x" }, "usage": { "users": { "total": number } } });
        let info = NodeInfo::read(document.to_string().as_bytes()).unwrap();
        assert_eq!(info.usage.users, expected, "{number}");
    }
}

#[test]
fn a_name_that_stands_twice_refuses_the_document() {
    let twice = br#"{"software":{"name":"x","name":"y"}}"#;
    assert!(matches!(
        NodeInfo::read(twice),
        Err(InvalidNodeInfo::Duplicate)
    ));
    assert!(Discovery::read(br#"{"links":[],"links":[]}"#).is_err());
}

#[test]
fn the_application_actor_needs_no_nodeinfo() {
    let rel = webfinger::rel::APPLICATION_ACTOR;
    let read = |links| Discovery::read(json!({ "links": links }).to_string().as_bytes()).unwrap();
    let found = read(json!([
        { "rel": rel, "href": "http://a.example/actor" },
        { "rel": rel, "href": "https://a.example/actor" },
        { "rel": rel, "href": "https://a.example/second" },
    ]));
    assert_eq!(
        found.application_actor().unwrap().as_str(),
        "https://a.example/actor"
    );
    assert_eq!(found.newest(), None);
    let old = read(json!([
        { "rel": Version::V1_0.rel(), "href": "https://a.example/1.0" },
        { "rel": Version::V1_1.rel(), "href": "https://a.example/1.1" },
    ]));
    assert_eq!(old.newest().unwrap().0, Version::V1_1);
}
