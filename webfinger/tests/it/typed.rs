//! What people type, and what they are shown.

use proptest::prelude::*;
use webfinger::{Handle, InvalidHandle, Resource, Shown, Typed};

#[test]
fn a_handle_is_understood_however_it_is_typed() {
    for text in [
        "@Alice@example.com",
        "Alice@example.com",
        "acct:Alice@example.com",
        "ACCT:@Alice@example.com",
        "mailto:Alice@example.com",
        "!Alice@example.com",
        "\u{ff20}Alice\u{ff20}example.com",
        "Alice\u{fe6b}example.com",
        "@Alice@example.com.",
        "(@Alice@example.com).",
        "\u{201c}@Alice@example.com\u{201d}, ",
        "<Alice@EXAMPLE.com>",
        "\u{202a}@Alice@example.com\u{202c}",
        "\u{2068}@Alice@example.com\u{2069}",
        "\u{feff}\u{200b}@Alice@example.com\u{a0}\n",
        "@Alice@example.com\u{2026}",
        "@Alice@ex\u{ff41}mple\u{3002}com",
        "%41lice@example.com",
    ] {
        let Ok(Typed::Handle(handle)) = Typed::read(text) else {
            panic!("{text:?}: {:?}", Typed::read(text));
        };
        assert_eq!(handle.to_string(), "Alice@example.com", "{text:?}");
    }
}

#[test]
fn letters_that_ascii_does_not_have_are_encoded() {
    let typed = Typed::read("@Jos\u{e9}@example.com").unwrap();
    assert_eq!(
        typed.to_resource().to_string(),
        "acct:Jos%C3%A9@example.com"
    );
    assert_eq!(typed, Typed::read("Jos%c3%a9@example.com").unwrap());
}

#[test]
fn a_profile_has_an_address_and_a_guess() {
    for (text, address, guess) in [
        (
            "https://b.example/@alice",
            "https://b.example/@alice",
            Some("alice@b.example"),
        ),
        (
            "https://b.example/@alice/",
            "https://b.example/@alice/",
            Some("alice@b.example"),
        ),
        (
            "http://b.example/users/alice",
            "https://b.example/users/alice",
            Some("alice@b.example"),
        ),
        (
            "<https://b.example/u/alice>",
            "https://b.example/u/alice",
            Some("alice@b.example"),
        ),
        (
            "HTTPS://b.example/c/cats",
            "https://b.example/c/cats",
            Some("cats@b.example"),
        ),
        (
            "web+ap://b.example/@alice",
            "https://b.example/@alice",
            Some("alice@b.example"),
        ),
        (
            "b.example/@alice",
            "https://b.example/@alice",
            Some("alice@b.example"),
        ),
        (
            "https://b.example/@alice@c.example",
            "https://b.example/@alice@c.example",
            Some("alice@c.example"),
        ),
        (
            "https://b.example/%40alice",
            "https://b.example/%40alice",
            Some("alice@b.example"),
        ),
        (
            "https://b.example/@alice/1234",
            "https://b.example/@alice/1234",
            None,
        ),
        ("https://b.example/@", "https://b.example/@", None),
        (
            "https://b.example/@alice@127.0.0.1",
            "https://b.example/@alice@127.0.0.1",
            None,
        ),
        ("https://b.example/", "https://b.example/", None),
        (
            "https://b.example/post/alice",
            "https://b.example/post/alice",
            None,
        ),
        (
            "https://b\u{fc}cher.example/@a",
            "https://xn--bcher-kva.example/@a",
            Some("a@xn--bcher-kva.example"),
        ),
    ] {
        let Ok(Typed::Profile {
            url,
            guess: guessed,
            ..
        }) = Typed::read(text)
        else {
            panic!("{text}: {:?}", Typed::read(text));
        };
        assert_eq!(url.as_str(), address);
        assert_eq!(
            guessed.map(|handle| handle.to_string()).as_deref(),
            guess,
            "{text}"
        );
    }
}

#[test]
fn what_names_nobody_says_why() {
    use InvalidHandle::*;
    let long = format!("{}@example.com", "a".repeat(2049));
    let endless = "a".repeat(1 << 20);
    for (text, reason) in [
        ("", NoHost),
        ("alice", NoHost),
        ("@", NoHost),
        ("@alice", Relative),
        ("!cats", NoHost),
        ("@@b.example", NoUser),
        ("a@b@c.example", SeveralAt),
        ("@\u{ff20}a@b.example", SeveralAt),
        (&long, UserTooLong),
        (&endless, UserTooLong),
        ("a b@example.com", UserCharacter),
        ("a\u{202e}b@example.com", UserCharacter),
        ("a\u{200b}b@example.com", UserCharacter),
        ("x@host.example:1337/p?q#", Host),
        ("x@host.example?q", Host),
        ("x@host.exa\u{202e}mple", Host),
        ("x@host.example:1337", Port),
        ("a@127.0.0.1", Address),
        ("a@[::1]", Address),
        ("a@localhost", LocalName),
        ("mailto:a@x.internal", LocalName),
        ("ftp://b.example/@a", Scheme),
        ("javascript://b.example/@a", Scheme),
        ("https://me@b.example/@a", Credentials),
        ("https://me:x@b.example/@a", Credentials),
        ("https://b.example:8443/@a", Port),
        ("https://127.0.0.1/@a", Address),
        ("https://0x7f.1/@a", Address),
        ("https://[::1]/@a", Address),
        ("https://localhost/@a", LocalName),
        ("https:///", Host),
    ] {
        assert_eq!(Typed::read(text).unwrap_err(), reason, "{:.40?}", text);
        assert!(!reason.to_string().is_empty());
    }
}

#[test]
fn a_server_is_asked_about_by_its_address() {
    assert_eq!(
        Resource::server("B\u{fc}cher.example").unwrap().to_string(),
        "https://xn--bcher-kva.example/"
    );
    for host in ["localhost", "127.0.0.1", "a.example:1", "a.example/x", ""] {
        assert!(Resource::server(host).is_err(), "{host}");
    }
}

#[test]
fn hosts_are_shown_in_their_own_letters_unless_these_imitate() {
    for (host, shown) in [
        ("example.com", "example.com"),
        ("b\u{fc}cher.example", "b\u{fc}cher.example"),
        (
            "\u{43f}\u{440}\u{438}\u{43c}\u{435}\u{440}.\u{440}\u{444}",
            "\u{43f}\u{440}\u{438}\u{43c}\u{435}\u{440}.\u{440}\u{444}",
        ),
        ("\u{4f8b}\u{3048}.jp", "\u{4f8b}\u{3048}.jp"),
        ("\u{d55c}\u{ad6d}.kr", "\u{d55c}\u{ad6d}.kr"),
        (
            "\u{645}\u{62b}\u{627}\u{644}.example",
            "\u{645}\u{62b}\u{627}\u{644}.example",
        ),
        // One letter of another script.
        ("\u{430}pple.com", "xn--pple-43d.com (look-alike)"),
        // All of another script.
        (
            "\u{430}\u{440}\u{440}\u{4cf}\u{435}.com",
            "xn--80ak6aa92e.com (look-alike)",
        ),
        (
            "a.\u{441}\u{43e}.example",
            "a.xn--n1af.example (look-alike)",
        ),
        // Greek, and a letter without its dot.
        ("g\u{3bf}\u{3bf}gle.com", "xn--ggle-0nda.com (look-alike)"),
        ("tw\u{131}tter.com", "xn--twtter-q9a.com (look-alike)"),
    ] {
        let handle = Handle::new("a", host).expect(host);
        let host_shown = Shown::host(handle.host());
        assert_eq!(host_shown.to_string(), shown);
        assert_eq!(host_shown.is_suspicious(), shown.ends_with(')'));
        assert_eq!(handle.display().to_string(), format!("@a@{shown}"));
        assert!(handle.host().is_ascii());
    }
    let local = Handle::danger_parse_local("a@127.0.0.1:3000").unwrap();
    assert_eq!(local.display().to_string(), "@a@127.0.0.1:3000");
}

proptest! {
    #[test]
    fn what_is_a_handle_is_typed_as_one(text in "(acct:|@)?[a-zA-Z0-9._~-]{1,12}@[a-z\u{430}-\u{44f}\u{fc}]{1,8}\\.example\\.?") {
        if let Ok(handle) = text.parse::<Handle>() {
            prop_assert_eq!(Typed::read(&text), Ok(Typed::Handle(handle.clone())));
            prop_assert_eq!(Typed::read(&handle.to_string()), Ok(Typed::Handle(handle.clone())));
            let shown = handle.display();
            if !shown.is_suspicious() {
                prop_assert_eq!(Typed::read(&shown.to_string()), Ok(Typed::Handle(handle)));
            }
        }
    }
}
