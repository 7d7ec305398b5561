//! What the rules for URLs can be told; which URLs they refuse stands in `tests/cases/urls.json`.

use std::net::Ipv6Addr;

use guarded_http::{Rule, UrlRules};

#[test]
fn the_length_counts_to_the_byte() {
    let rules = UrlRules::new();
    let url = |length: usize| {
        format!(
            "https://v.example/{}",
            "a".repeat(length - "https://v.example/".len())
        )
    };
    assert!(rules.parse(&url(2048)).is_ok());
    assert_eq!(
        rules.parse(&url(2049)).unwrap_err().rule(),
        Rule::UrlTooLong
    );
    assert!(rules.max_length(2049).parse(&url(2049)).is_ok());
}

#[test]
fn a_port_is_allowed_by_name() {
    let rules = UrlRules::new().allow_port(8443);
    assert!(rules.parse("https://v.example:8443/").is_ok());
    assert_eq!(
        rules.parse("https://v.example:22/").unwrap_err().rule(),
        Rule::Port
    );
}

#[test]
fn loopback_opens_loopback_and_nothing_else() {
    let rules = UrlRules::new()
        .danger_allow_loopback()
        .danger_resolve("alice.example", ([127, 0, 0, 1], 80).into())
        .danger_resolve("bob.example", ([9, 9, 9, 9], 443).into());
    for url in [
        "http://127.0.0.1:81/",
        "http://[::1]/",
        "http://a.localhost:82/",
        "http://alice.example:83/",
        "https://bob.example/",
    ] {
        assert!(rules.parse(url).is_ok(), "{url}");
    }
    for (url, rule) in [
        ("http://v.example/", Rule::Scheme),
        ("https://v.example:81/", Rule::Port),
        ("http://bob.example/", Rule::Scheme),
        ("http://printer.local/", Rule::LocalName),
    ] {
        assert_eq!(rules.parse(url).unwrap_err().rule(), rule, "{url}");
    }
    for url in [
        "http://10.0.0.1/",
        "http://0.0.0.0/",
        "http://[::ffff:127.0.0.1]/",
        "http://169.254.169.254/",
    ] {
        assert!(
            matches!(rules.parse(url).unwrap_err().rule(), Rule::Address(_)),
            "{url}"
        );
    }
}

#[test]
fn a_name_by_hand_alone_does_not_open_plain_http() {
    let rules = UrlRules::new().danger_resolve("alice.example", ([127, 0, 0, 1], 80).into());
    assert!(rules.parse("https://alice.example/").is_ok());
    assert_eq!(
        rules.parse("http://alice.example/").unwrap_err().rule(),
        Rule::Scheme
    );
}

#[test]
fn a_refusal_names_the_host_and_nothing_more() {
    let refused = UrlRules::new()
        .parse("https://user:hush@10.0.0.1/hush?hush")
        .unwrap_err();
    assert_eq!(refused.host(), Some("10.0.0.1"));
    assert!(!format!("{refused} {refused:?}").contains("hush"));
}

#[test]
fn a_nat64_is_judged_by_the_address_inside() {
    let operators: Ipv6Addr = "2620:fe:64::".parse().unwrap();
    let rules = UrlRules::new()
        .allow_nat64("64:ff9b::".parse().unwrap())
        .allow_nat64(operators)
        .danger_allow_loopback();
    for (inner, passes) in [
        ("9.9.9.9", true),
        ("10.0.0.1", false),
        ("127.0.0.1", false),
        ("169.254.169.254", false),
        ("0.0.0.0", false),
        ("255.255.255.255", false),
    ] {
        for prefix in ["64:ff9b::", "2620:fe:64::"] {
            let url = format!("https://[{prefix}{inner}]/");
            assert_eq!(rules.parse(&url).is_ok(), passes, "{url}");
        }
        // Another prefix stays what it was.
        let url = format!("https://[64:ff9b:1::{inner}]/");
        assert!(rules.parse(&url).is_err(), "{url}");
    }
    let url = "https://[64:ff9b::9.9.9.9]/";
    assert!(UrlRules::new().parse(url).is_err());
}

/// Errors and logs name hosts, and strangers choose how long these are.
#[test]
fn a_refusal_names_no_host_that_is_longer_than_names_are() {
    let refused = |host: String| {
        let url = ::url::Url::parse(&format!("https://{host}/{:x<2048}", "")).unwrap();
        UrlRules::new().check(&url).unwrap_err()
    };
    let longest = format!("{}a.example", "a.".repeat(122));
    assert_eq!(longest.len(), 253);
    assert_eq!(refused(longest.clone()).host(), Some(&*longest));
    let long = refused("a.".repeat(100_000) + "example");
    assert_eq!(long.host(), None);
    assert_eq!(long.to_string(), "refused: the URL is too long");
}

/// What is allowed for this machine is allowed for no other.
#[test]
fn a_danger_reaches_no_further_than_its_name() {
    let rules = UrlRules::new()
        .danger_allow_loopback()
        .danger_resolve("db", ([10, 0, 0, 1], 443).into())
        .danger_resolve("v.example", ([127, 0, 0, 1], 443).into());
    for url in [
        "http://127.0.0.1:81/",
        "http://[::1]:81/",
        "http://v.example:81/",
        "https://db/",
        "https://a.notlocal/",
    ] {
        assert!(rules.parse(url).is_ok(), "{url}");
    }
    for (url, rule) in [
        ("http://9.9.9.9/", Rule::Scheme),
        ("http://[2620:fe::9]/", Rule::Scheme),
        ("http://a.v.example/", Rule::Scheme),
        ("http://db/", Rule::Scheme),
        ("https://9.9.9.9:81/", Rule::Port),
        ("https://[2620:fe::9]:81/", Rule::Port),
        ("https://db:81/", Rule::Port),
        ("https://a.db.local/", Rule::LocalName),
    ] {
        let refused = rules.parse(url).unwrap_err();
        assert_eq!(refused.rule(), rule, "{url}");
    }
}
