//! Where a host says its WebFinger is.

use serde_json::json;
use webfinger::host_meta::{HostMetaError, webfinger_url};
use webfinger::template::InvalidTemplate;
use webfinger::{Descriptor, Resource};

fn find(links: serde_json::Value) -> Result<String, HostMetaError> {
    let document = Descriptor::read(json!({ "links": links }).to_string().as_bytes()).unwrap();
    let resource = Resource::parse("acct:a+b@example.com").unwrap();
    webfinger_url(&document, &resource).map(String::from)
}

#[test]
fn the_best_template_is_filled() {
    let link = |media_type: Option<&str>, path: &str| json!({ "rel": "lrdd", "type": media_type, "template": format!("https://{path}?r={{uri}}") });
    let any = link(None, "any.example/");
    let xrd = link(Some("application/xrd+xml"), "xrd.example/");
    let json = link(Some("application/json; charset=utf-8"), "json.example/");
    let jrd = link(Some("Application/JRD+json"), "jrd.example/");
    for (links, host) in [
        (json!([any, xrd, json, jrd]), "jrd"),
        (json!([any, xrd, json]), "json"),
        (json!([any, xrd]), "xrd"),
        (
            json!([{ "rel": "other", "template": "https://x.example/{uri}" }, { "rel": "lrdd", "href": "https://y.example/" }, any]),
            "any",
        ),
        (
            json!([{ "rel": "lrdd", "type": "application/jrd+json", "template": "http://a.example/{uri}" }, any]),
            "any",
        ),
    ] {
        assert_eq!(
            find(links).unwrap(),
            format!("https://{host}.example/?r=acct%3Aa%2Bb%40example.com")
        );
    }
}

#[test]
fn what_leads_nowhere_says_why() {
    assert_eq!(find(json!([])), Err(HostMetaError::NoTemplate));
    let lrdd = |template: &str| find(json!([{ "rel": "lrdd", "template": template }]));
    for (template, reason) in [
        ("http://a.example/?r={uri}", InvalidTemplate::NotHttps),
        ("/?r={uri}", InvalidTemplate::NotHttps),
        ("https://a.example/", InvalidTemplate::NoGap),
        ("https://{uri}/", InvalidTemplate::Host),
        ("https://u:p@a.example/{uri}", InvalidTemplate::Credentials),
        ("https://a.example/{uri}{", InvalidTemplate::Gap),
        ("https://a.example/#{uri}", InvalidTemplate::Lost),
        ("https://a.example/{uri}/../x", InvalidTemplate::Lost),
        ("https://a.example/{uri}/%2E./x", InvalidTemplate::Lost),
    ] {
        assert_eq!(
            lrdd(template),
            Err(HostMetaError::Template(reason)),
            "{template}"
        );
    }
}
