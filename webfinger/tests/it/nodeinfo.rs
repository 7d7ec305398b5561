//! NodeInfo in both directions.

use serde_json::json;
use webfinger::NodeInfo;
use webfinger::nodeinfo::{InvalidNodeInfo, MAX_BYTES, discover};

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
        json!([link("1.0", "https://a.example/")]),
    ] {
        assert!(matches!(find(links), Err(InvalidNodeInfo::NoLink)));
    }
}
