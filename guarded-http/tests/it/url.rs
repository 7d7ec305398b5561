//! Which URLs may be fetched, as a table.

use std::net::Ipv6Addr;

use guarded_http::{Rule, UrlRules};

/// Attack, URL, and the rule that has to refuse it (`None`: some address block).
const REFUSED: &[(&str, &str, Option<Rule>)] = &[
    ("plain http", "http://v.example/", Some(Rule::Scheme)),
    ("file", "file:///etc/passwd", Some(Rule::Scheme)),
    ("data", "data:text/plain,x", Some(Rule::Scheme)),
    ("gopher", "gopher://v.example/", Some(Rule::Scheme)),
    ("unix", "unix:/run/x.sock", Some(Rule::Scheme)),
    ("blob", "blob:https://v.example/x", Some(Rule::Scheme)),
    ("javascript", "javascript:alert(1)", Some(Rule::Scheme)),
    ("loopback", "https://127.0.0.1/", None),
    ("loopback", "https://127.255.255.255/", None),
    ("loopback", "https://[::1]/", None),
    ("this network", "https://0.0.0.0/", None),
    ("this network", "https://0.1.2.3/", None),
    ("private", "https://10.0.0.1/", None),
    ("private", "https://172.16.0.1/", None),
    ("private", "https://192.168.1.1/", None),
    ("shared", "https://100.64.0.1/", None),
    (
        "metadata service",
        "https://169.254.169.254/latest/meta-data/",
        None,
    ),
    ("metadata service", "https://[fd00:ec2::254]/", None),
    ("protocol assignments", "https://192.0.0.1/", None),
    ("benchmarking", "https://198.18.0.1/", None),
    ("multicast", "https://224.0.0.1/", None),
    ("reserved", "https://240.0.0.1/", None),
    ("broadcast", "https://255.255.255.255/", None),
    ("unspecified", "https://[::]/", None),
    ("mapped", "https://[::ffff:127.0.0.1]/", None),
    ("mapped", "https://[::ffff:0.0.0.0]/", None),
    ("compatible", "https://[::127.0.0.1]/", None),
    ("NAT64", "https://[64:ff9b::7f00:1]/", None),
    ("NAT64", "https://[64:ff9b:1::7f00:1]/", None),
    ("6to4", "https://[2002:7f00:1::]/", None),
    (
        "Teredo",
        "https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
        None,
    ),
    ("unique local", "https://[fc00::1]/", None),
    ("link-local", "https://[fe80::1]/", None),
    ("site-local", "https://[fec0::1]/", None),
    ("multicast", "https://[ff02::1]/", None),
    ("discard", "https://[100::1]/", None),
    ("documentation", "https://[2001:db8::1]/", None),
    ("documentation", "https://[3fff::1]/", None),
    ("segment routing", "https://[5f00::1]/", None),
    ("hexadecimal", "https://0x7f.1/", None),
    ("one number", "https://2130706433/", None),
    ("octal", "https://0177.0.0.1/", None),
    ("short", "https://127.1/", None),
    ("trailing dot", "https://127.0.0.1./", None),
    (
        "full-width digits",
        "https://\u{ff11}\u{ff12}\u{ff17}.0.0.1/",
        None,
    ),
    (
        "ideographic full stop",
        "https://127\u{3002}0\u{3002}0\u{3002}1/",
        None,
    ),
    ("percent-encoded digits", "https://%31%32%37.0.0.1/", None),
    ("tab and newline", "https://127.\t0.\n0.1/", None),
    ("backslash", "https:\\\\127.0.0.1\\x", None),
    ("localhost", "https://localhost/", Some(Rule::LocalName)),
    ("localhost", "https://localhost./", Some(Rule::LocalName)),
    ("localhost", "https://x.LOCALHOST/", Some(Rule::LocalName)),
    ("localhost", "https://%6cocalhost/", Some(Rule::LocalName)),
    ("mDNS", "https://printer.local/", Some(Rule::LocalName)),
    (
        "internal",
        "https://metadata.google.internal/",
        Some(Rule::LocalName),
    ),
    (
        "home network",
        "https://router.home.arpa/",
        Some(Rule::LocalName),
    ),
    ("onion", "https://x.onion/", Some(Rule::LocalName)),
    ("single label", "https://intranet/", Some(Rule::LocalName)),
    ("single label", "https://com./", Some(Rule::LocalName)),
    (
        "two trailing dots",
        "https://v.example../",
        Some(Rule::HostName),
    ),
    ("empty label", "https://v..example/", Some(Rule::HostName)),
    ("no host", "https://", Some(Rule::Unreadable)),
    ("port", "https://v.example:22/", Some(Rule::Port)),
    ("port", "https://v.example:8443/", Some(Rule::Port)),
    ("port 0", "https://v.example:0/", Some(Rule::Port)),
    ("http on 443", "http://v.example:443/", Some(Rule::Scheme)),
    (
        "user and password",
        "https://a:b@v.example/",
        Some(Rule::Credentials),
    ),
    (
        "user",
        "https://v.example@w.example/",
        Some(Rule::Credentials),
    ),
    (
        "password only",
        "https://:b@v.example/",
        Some(Rule::Credentials),
    ),
    (
        "ASCII mask",
        "https://xn--example-.org/",
        Some(Rule::Unreadable),
    ),
    ("not a URL", "v.example", Some(Rule::Unreadable)),
    (
        "line break in the host",
        "https://v.example%0a/",
        Some(Rule::Unreadable),
    ),
];

/// URL, and what will be fetched.
const ACCEPTED: &[(&str, &str)] = &[
    (
        "https://v.example/users/a?b=c#main-key",
        "https://v.example/users/a?b=c",
    ),
    ("https://v.example./", "https://v.example/"),
    ("HTTPS://V.EXAMPLE:443", "https://v.example/"),
    (
        "https://b\u{fc}cher.example/",
        "https://xn--bcher-kva.example/",
    ),
    ("https://9.9.9.9/", "https://9.9.9.9/"),
    ("https://[2620:fe::9]/", "https://[2620:fe::9]/"),
    (
        "https://localhost.v.example/",
        "https://localhost.v.example/",
    ),
    ("https://notlocal.example/", "https://notlocal.example/"),
];

#[test]
fn refused() {
    let rules = UrlRules::new();
    for &(attack, url, rule) in REFUSED {
        let refused = rules
            .parse(url)
            .expect_err(&format!("{attack}: {url}"))
            .rule();
        match rule {
            Some(rule) => assert_eq!(refused, rule, "{attack}: {url}"),
            None => assert!(
                matches!(refused, Rule::Address(_)),
                "{attack}: {url}: {refused:?}"
            ),
        }
    }
}

#[test]
fn accepted_in_one_spelling() {
    let rules = UrlRules::new();
    for (url, normal) in ACCEPTED {
        assert_eq!(rules.parse(url).unwrap().as_url().as_str(), *normal);
    }
}

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
