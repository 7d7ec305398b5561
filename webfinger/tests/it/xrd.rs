//! Descriptors in XML.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use webfinger::Descriptor;
use webfinger::descriptor::{DescriptorError, Format, Limits, Problem};

fn xrd(inside: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{inside}</XRD>"#
    )
}

fn read(text: &str) -> Result<Descriptor, DescriptorError> {
    Descriptor::read_xrd(text.as_bytes())
}

#[test]
fn it_says_the_same_as_the_json() {
    let descriptor = read(&xrd(r#"
        <!-- a comment -->
        <Expires>2030-01-01T00:00:00Z</Expires>
        <Subject>
            acct:a@example.com
        </Subject>
        <Alias>https://example.com/a?x=1&amp;y=&#x32;</Alias>
        <Property type="https://p.example/">v</Property>
        <Property type="https://q.example/" xsi:nil="true"/>
        <Link rel="self" type="application/activity+json" href="https://example.com/a"/>
        <Link rel="x" template="https://example.com/?uri={uri}">
            <Title>t</Title><Title xml:lang="de"><![CDATA[<ü>]]></Title>
            <Property type="p" xsi:nil="1">not this</Property>
        </Link>
        <hm:Host xmlns:hm="http://host-meta.net/xrd/1.0">example.com</hm:Host>
        <Unknown>x</Unknown>"#))
    .unwrap();
    assert_eq!(
        descriptor.to_json(),
        json!({
            "subject": "acct:a@example.com",
            "expires": "2030-01-01T00:00:00Z",
            "aliases": ["https://example.com/a?x=1&y=2"],
            "properties": { "https://p.example/": "v", "https://q.example/": null },
            "links": [
                { "rel": "self", "type": "application/activity+json", "href": "https://example.com/a" },
                { "rel": "x", "template": "https://example.com/?uri={uri}", "titles": { "und": "t", "de": "<ü>" }, "properties": { "p": null } },
            ],
        })
    );
    assert!(descriptor.problems().is_empty());
    let again = Descriptor::read(descriptor.to_json().to_string().as_bytes()).unwrap();
    assert_eq!(again, descriptor);
}

#[test]
fn a_comment_does_not_cut_a_name_short() {
    let descriptor = read(&xrd(
        "<Subject>acct:a@example.com<!-- -->.evil.example</Subject>",
    ));
    assert_eq!(
        descriptor.unwrap().subject.as_deref(),
        Some("acct:a@example.com.evil.example")
    );
}

#[test]
fn a_link_without_a_relation_is_told() {
    let descriptor = read(&xrd(r#"<Link href="https://a.example/"/><Link rel="x"/>"#)).unwrap();
    assert_eq!(descriptor.links.len(), 1);
    assert_eq!(descriptor.problems(), [Problem::Item("links", 0)]);
}

#[test]
fn what_is_no_such_document_says_why() {
    use DescriptorError as E;
    type Reason = fn(&E) -> bool;
    let dtd: Reason = |e| matches!(e, E::Dtd);
    let entity: Reason = |e| matches!(e, E::Entity);
    let xml: Reason = |e| matches!(e, E::Xml { .. });
    let not_xrd: Reason = |e| matches!(e, E::NotXrd);
    let twice: Reason = |e| matches!(e, E::Duplicate);
    let encoding: Reason = |e| matches!(e, E::Encoding);
    let long: Reason = |e| matches!(e, E::TooLong);
    let many: Reason = |e| matches!(e, E::TooMany(_));
    let bomb = r#"<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><XRD>&b;</XRD>"#;
    let rows: &[(&str, String, Reason)] = &[
        ("empty", String::new(), xml),
        ("text", "x".into(), xml),
        ("JSON", "{}".into(), xml),
        ("a page", "<!DOCTYPE html><html></html>".into(), dtd),
        ("no namespace", "<XRD/>".into(), not_xrd),
        (
            "a list of them",
            r#"<XRDS xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0"/>"#.into(),
            not_xrd,
        ),
        ("not closed", xrd("<Subject>"), xml),
        ("two roots", xrd("") + "<x/>", xml),
        ("entity bomb", bomb.into(), dtd),
        (
            "file of ours",
            r#"<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><XRD>&f;</XRD>"#.into(),
            dtd,
        ),
        (
            "document type elsewhere",
            r#"<!DOCTYPE x SYSTEM "https://evil.example/x.dtd"><XRD/>"#.into(),
            dtd,
        ),
        ("entity of HTML", xrd("<Subject>&nbsp;</Subject>"), entity),
        (
            "two subjects",
            xrd("<Subject>a</Subject><Subject>b</Subject>"),
            twice,
        ),
        ("two times", xrd("<Expires/><Expires/>"), twice),
        (
            "two properties",
            xrd(r#"<Property type="p"/><Property type="p"/>"#),
            twice,
        ),
        (
            "two hrefs",
            xrd(r#"<Link rel="x" href="a" href="b"/>"#),
            twice,
        ),
        (
            "other encoding",
            xrd("ü").replace("UTF-8", "ISO-8859-1"),
            encoding,
        ),
        ("unknown prefix", xrd("<x:Link/>"), xml),
        ("control character", xrd("\u{1}"), xml),
        ("links", xrd(&"<Link rel=\"x\"/>".repeat(1001)), many),
        ("aliases", xrd(&"<Alias/>".repeat(1001)), many),
        ("elements", xrd(&"<a/>".repeat(40_000)), many),
        (
            "attributes",
            xrd(&format!("<Link {}/>", flood(2000, ""))),
            many,
        ),
        (
            "namespaces",
            xrd(&format!("<Link {}/>", flood(70, "xmlns:"))),
            many,
        ),
        ("length", xrd(&" ".repeat(256 * 1024)), long),
    ];
    for (name, text, reason) in rows {
        let refused = read(text).expect_err(name);
        assert!(reason(&refused), "{name}: {refused:?}");
    }
    assert!(matches!(
        Descriptor::read_xrd(b"\xff\xfe<\0X\0"),
        Err(E::Encoding)
    ));
    for accepted in [
        xrd("ü"),
        xrd("u").replace("UTF-8", "ISO-8859-1"),
        format!("\u{feff}{}", xrd("ü")),
        xrd("ü").replace(r#" encoding="UTF-8""#, ""),
        xrd("ü").replace("\"UTF-8\"", "'utf-8'"),
        xrd(&"<Link rel=\"x\"/>".repeat(1000)),
        xrd(&format!("<Link rel=\"x\" {}/>", flood(990, ""))),
    ] {
        read(&accepted).unwrap();
    }
}

#[test]
fn no_flood_takes_long_or_deep() {
    let limits = Limits::new().bytes(16 << 20).items(1 << 20);
    let count = 100_000;
    let namespaces: String = (0..60).map(|n| format!(r#"<a xmlns:n{n}="n">"#)).collect();
    for (name, text, accepted) in [
        (
            "links",
            xrd(&"<Link rel=\"x\" href=\"https://a.example/\"/>".repeat(count)),
            true,
        ),
        (
            "attributes",
            xrd(&format!("<Link {}/>", flood(count, ""))),
            false,
        ),
        (
            "namespaces",
            xrd(&format!("<Link {}/>", flood(count, "xmlns:"))),
            false,
        ),
        (
            "namespaces repeated",
            xrd(&format!(
                "{namespaces}{}{}",
                "<b c=\"\"/>".repeat(count),
                "</a>".repeat(60)
            )),
            true,
        ),
        (
            "depth",
            xrd(&format!("{}{}", "<a>".repeat(count), "</a>".repeat(count))),
            true,
        ),
        ("depth, never closed", xrd(&"<a>".repeat(count)), false),
        (
            "text in pieces",
            xrd(&format!(
                "<Subject>{}</Subject>",
                "<![CDATA[x]]>&amp;".repeat(count)
            )),
            true,
        ),
        (
            "comments",
            xrd(&format!("<Subject>{}</Subject>", "x<!---->".repeat(count))),
            true,
        ),
        ("processing", xrd(&"<?x?>".repeat(count)), true),
    ] {
        let begun = Instant::now();
        let read = Descriptor::read_within(text.as_bytes(), Format::Xrd, &limits);
        let took = begun.elapsed();
        println!("{name}: {} KiB in {took:?}", text.len() / 1024);
        assert_eq!(read.is_ok(), accepted, "{name}: {:?}", read.err());
        assert!(took < Duration::from_secs(20), "{name}: {took:?}");
    }
}

#[test]
fn an_error_does_not_quote_the_document() {
    for inside in [
        "<secret>",
        "</secret>",
        "<secret:x/>",
        "&secret;",
        "<a secret>",
    ] {
        let error = read(&xrd(inside)).unwrap_err();
        assert!(
            !format!("{error} {error:?}").contains("secret"),
            "{error:?}"
        );
    }
}

fn flood(count: usize, prefix: &str) -> String {
    (0..count).map(|n| format!("{prefix}a{n}=\"x\" ")).collect()
}

#[test]
fn null_is_null() {
    let descriptor = read(&xrd(r#"<Property type="p" xsi:nil="false">v</Property>"#)).unwrap();
    assert_eq!(descriptor.properties["p"], Value::from("v"));
}
