//! Handles as people and servers write them.

use webfinger::{Handle, InvalidHandle, Resource};

#[test]
fn every_spelling_of_a_handle_is_one_handle() {
    for text in [
        "@Alice@Example.com",
        "Alice@example.com",
        "acct:Alice@EXAMPLE.COM",
        "ACCT:Alice@example.com.",
        " @Alice@example.com\n",
        "acct:%41lice@example.com",
    ] {
        let handle: Handle = text.parse().expect(text);
        assert_eq!(
            (handle.user(), handle.host(), handle.port()),
            ("Alice", "example.com", None),
            "{text}"
        );
        assert_eq!(handle.to_string(), "Alice@example.com");
        assert_eq!(handle.to_acct(), "acct:Alice@example.com");
    }
}

#[test]
fn both_forms_of_an_international_host_are_one() {
    let unicode: Handle = "a@b\u{fc}cher.example".parse().unwrap();
    let ascii: Handle = "a@xn--bcher-kva.example".parse().unwrap();
    assert_eq!(unicode, ascii);
    // Looks like apple.com; its ASCII form shows that it is not.
    let mask: Handle = "a@\u{430}pple.com".parse().unwrap();
    assert_eq!(mask.host(), "xn--pple-43d.com");
}

#[test]
fn the_case_of_the_user_is_kept() {
    let upper: Handle = "Alice@example.com".parse().unwrap();
    let lower: Handle = "alice@example.com".parse().unwrap();
    assert_ne!(upper, lower);
    assert!(upper.is_same_account(&lower));
    assert!(!upper.is_same_account(&"alice@example.org".parse().unwrap()));
}

#[test]
fn users_may_have_the_characters_of_the_acct_scheme() {
    for user in ["a.b-c_d~1", "a!$&'()*+,;=", "%40x", &"a".repeat(2048)] {
        let handle: Handle = format!("{user}@example.com").parse().expect(user);
        assert_eq!(handle.user(), user);
    }
    assert_eq!(
        "a%c3%bc@example.com".parse::<Handle>().unwrap().user(),
        "a%C3%BC"
    );
}

#[test]
fn what_cannot_be_a_handle_says_why() {
    use InvalidHandle::*;
    let long = format!("{}@example.com", "a".repeat(2049));
    for (text, reason) in [
        ("", NoHost),
        ("@", NoHost),
        ("alice", NoHost),
        ("@alice", NoHost),
        ("a@", NoHost),
        ("@@b.example", NoUser),
        ("acct:@b.example", NoUser),
        ("@b.example", NoHost),
        ("a@b@c.example", SeveralAt),
        ("@@a@b.example", SeveralAt),
        ("acct:@a@b.example", SeveralAt),
        (&long, UserTooLong),
        ("a b@example.com", UserCharacter),
        ("a/b@example.com", UserCharacter),
        ("\u{fc}@example.com", UserCharacter),
        ("a%4@example.com", UserCharacter),
        ("a%zz@example.com", UserCharacter),
        ("a\u{202e}b@example.com", UserCharacter),
        ("https://a@example.com", UserCharacter),
        ("x@host.example:1337/p?q#", Host),
        ("x@host.example/p", Host),
        ("x@host.example?q", Host),
        ("x@host.example#f", Host),
        ("x@host.exa%6dple", Host),
        ("x@host.example\\y", Host),
        ("x@host exa.mple", Host),
        ("x@host.exa\u{0}mple", Host),
        ("x@host.exa\nmple", Host),
        ("x@host..example", Host),
        ("x@host.example..", Host),
        ("x@xn--example-.org", Host),
        ("x@[v.example]", Host),
        ("x@host.example:1337", Port),
        ("x@host.example:", Port),
        ("a@127.0.0.1", Address),
        ("a@2130706433", Address),
        ("a@0x7f.1", Address),
        ("a@\u{ff11}27.0.0.1", Address),
        ("a@9.9.9.9", Address),
        ("a@[::1]", Address),
        ("a@localhost", LocalName),
        ("a@localhost.", LocalName),
        ("a@x.LOCALHOST", LocalName),
        ("a@printer.local", LocalName),
        ("a@x.internal", LocalName),
        ("a@intranet", LocalName),
    ] {
        assert_eq!(text.parse::<Handle>(), Err(reason), "{text:?}");
    }
}

#[test]
fn local_handles_only_by_name() {
    for (text, authority) in [
        ("a@127.0.0.1:3000", "127.0.0.1:3000"),
        ("a@[::1]:3000", "[::1]:3000"),
        ("a@[::1]", "[::1]"),
        ("a@localhost", "localhost"),
        ("a@alice.example:80", "alice.example:80"),
    ] {
        let handle = Handle::danger_parse_local(text).expect(text);
        assert_eq!(handle.authority(), authority);
        assert_eq!(handle.to_string(), text);
    }
    for text in ["x@host:1337/p", "x@host:99999", "x@host:", "x@a@b"] {
        assert!(Handle::danger_parse_local(text).is_err(), "{text}");
    }
}

#[test]
fn a_resource_is_a_handle_or_a_url() {
    assert!(matches!(
        Resource::parse("acct:a@example.com"),
        Ok(Resource::Acct(_))
    ));
    assert!(matches!(
        Resource::parse("a@example.com"),
        Ok(Resource::Acct(_))
    ));
    assert!(matches!(
        Resource::parse("https://example.com/a"),
        Ok(Resource::Url(_))
    ));
    for text in ["", "x", "mailto:a@example.com", "file:///etc/passwd"] {
        assert!(Resource::parse(text).is_err(), "{text}");
    }
}

#[test]
fn a_host_is_as_long_as_the_dns_allows() {
    let host = format!("{}a.example", "a.".repeat(122));
    assert_eq!(host.len(), 253);
    assert!(Handle::new("bob", &host).is_ok());
    let longer = Handle::new("bob", &format!("a{host}"));
    assert_eq!(longer, Err(InvalidHandle::Host));
}

#[test]
fn another_port_is_another_server() {
    let local = |text| Handle::danger_parse_local(text).unwrap();
    let bob = local("bob@localhost:3000");
    assert!(bob.is_same_account(&local("BOB@localhost:3000")));
    assert!(!bob.is_same_account(&local("bob@localhost:3001")));
    assert!(!bob.is_same_account(&local("bob@localhost")));
}
