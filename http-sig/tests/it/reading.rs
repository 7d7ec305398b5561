//! The first step needs no key and so no cryptographic backend.

use std::time::{Duration, UNIX_EPOCH};

use http::{Request, StatusCode};
use http_sig::{Digest, Policy, Reason, VerifyError};

#[test]
fn a_request_is_read_and_explained_without_a_key() {
    let now = UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    let policy = Policy::fediverse().authorities(["example.org"]);
    let request = Request::post("/inbox")
        .header("host", "example.org")
        .header("date", "Thu, 01 Jan 2026 00:00:00 GMT")
        .header("digest", Digest::sha256(b"{}").field_value())
        .header(
            "signature",
            "keyId=\"https://a.example/alice#main-key\",headers=\"(request-target) host date digest\",signature=\"AAEC\"",
        );
    let claim = policy.read(request.body(b"{}").unwrap(), now).unwrap();
    assert_eq!(claim.key_id(), "https://a.example/alice#main-key");
    assert_eq!(
        claim.signature_base(),
        "(request-target): post /inbox\nhost: example.org\ndate: Thu, 01 Jan 2026 00:00:00 GMT\n\
         digest: SHA-256=RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="
    );

    let error = policy
        .read(Request::get("/").body(b"").unwrap(), now)
        .unwrap_err();
    assert_eq!(
        (error.reason(), error.status()),
        (Reason::Unsigned, StatusCode::UNAUTHORIZED)
    );
}

#[test]
fn a_request_by_rfc_9421_is_read_and_shown_without_credentials() {
    let now = UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    let policy = Policy::fediverse().authorities(["example.org"]);
    let request = Request::get("/users/alice")
        .header("host", "example.org")
        .header("authorization", "Bearer hunter2")
        .header("cookie", "hunter2")
        .header(
            "signature-input",
            "sig1=(\"@method\" \"@target-uri\" \"authorization\" \"cookie\";bs);created=1767225600;keyid=\"k\"",
        )
        .header("signature", "sig1=:AAEC:");
    let claim = policy.read(request.body(b"").unwrap(), now).unwrap();
    assert_eq!(claim.key_id(), "k");
    assert_eq!(
        claim.signature_base(),
        "\"@method\": GET\n\"@target-uri\": https://example.org/users/alice\n\"authorization\": (hidden)\n\
         \"cookie\";bs: (hidden)\n\"@signature-params\": \
         (\"@method\" \"@target-uri\" \"authorization\" \"cookie\";bs);created=1767225600;keyid=\"k\""
    );
}

#[test]
fn a_refusal_says_what_was_expected_what_came_and_what_to_look_at() {
    let now = UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    let policy = Policy::fediverse().authorities(["example.org"]);
    let request = Request::get("/users/alice")
        .header("host", "127.0.0.1:3000")
        .header("date", "Thu, 01 Jan 2026 00:00:00 GMT")
        .header(
            "signature",
            "keyId=k,headers=\"(request-target) host date\",signature=\"AAEC\"",
        )
        .body(b"")
        .unwrap();
    let error = policy.read(request, now).unwrap_err();
    assert!(matches!(error, VerifyError::Insufficient(_)));
    assert_eq!(error.reason(), Reason::HostNotOurs);
    assert_eq!(error.component(), Some("host"));
    assert_eq!(error.expected(), Some("example.org"));
    assert_eq!(error.found(), Some("127.0.0.1:3000"));
    let text = error.to_string();
    assert!(
        text.starts_with(
            "the request was signed for another host: `host`, expected example.org, found "
        ),
        "{text}"
    );
    assert!(text.contains("reverse proxy"), "{text}");
}

#[test]
fn a_refusal_that_honest_senders_meet_says_what_to_do() {
    for (reason, word) in [
        (Reason::Unsigned, "GET too"),
        (Reason::SchemesMixed, "fall_back_to_draft"),
        (Reason::LabelUnclear, "label and tag"),
        (Reason::HeaderMalformed, "keyId="),
        (Reason::SignatureMissing, "sig1=:…:"),
        (Reason::SignatureNotBase64, "standard base64"),
        (Reason::TimeMalformed, "whole seconds"),
        (Reason::ComponentUnknown, "lower case"),
        (Reason::ComponentMissing, "removed the field"),
        (Reason::FieldRepeated, "added a field"),
        (Reason::ComponentUncovered, "(request-target) host date"),
        (Reason::NoTimeCovered, "cover date"),
        (Reason::TimeForbidden, "hs2019"),
        (Reason::AlgorithmRefused, "rsa-v1_5-sha256"),
        (Reason::AlgorithmMismatch, "the key id names"),
        (Reason::HostNotOurs, "public host name"),
        (Reason::HostConflict, "public host name"),
        (Reason::DateMalformed, "GMT"),
        (Reason::DigestMalformed, "Digest: SHA-256="),
        (Reason::DigestWeak, "Digest: SHA-256="),
        (Reason::DigestRepeated, "Digest: SHA-256="),
        (Reason::DigestMismatch, "as it was received"),
        (Reason::SignatureMismatch, "Policy::explain"),
        (Reason::TooOld, "clocks"),
        (Reason::InFuture, "clocks"),
        (Reason::Expired, "clocks"),
    ] {
        let error = VerifyError::from(reason);
        let hint = error.hint().unwrap_or_default();
        assert!(hint.contains(word), "{reason:?}: {hint}");
        assert!(
            error.to_string().ends_with(&format!(" ({hint})")),
            "{error}"
        );
    }
    // No proxy does this by accident.
    assert_eq!(VerifyError::from(Reason::ParameterRepeated).hint(), None);
}

#[test]
fn foreign_text_in_an_error_is_escaped_and_short() {
    let field = format!("\u{9b}31m{}", "x".repeat(5000));
    let error = http_sig::cavage::SignatureHeader::parse(field.as_bytes()).unwrap_err();
    let found = error.found().unwrap();
    assert!(
        found.starts_with("\\u{9b}31m") && found.chars().count() == 201,
        "{found}"
    );
    // Characters are counted, however many bytes they have.
    let error = http_sig::cavage::SignatureHeader::parse("🦣".repeat(201).as_bytes()).unwrap_err();
    let expected = format!("{}…", "🦣".repeat(200));
    assert_eq!(error.found(), Some(&*expected));
}

#[test]
fn without_a_configured_authority_nothing_is_accepted_and_the_fault_is_ours() {
    let request = Request::get("/")
        .header("host", "example.org")
        .header("date", "Thu, 01 Jan 2026 00:00:00 GMT")
        .header(
            "signature",
            "keyId=k,headers=\"(request-target) host date\",signature=\"AAEC\"",
        )
        .body(b"")
        .unwrap();
    let error = Policy::fediverse().read(request, UNIX_EPOCH).unwrap_err();
    assert!(matches!(error, VerifyError::Setup(_)));
    assert_eq!(error.status(), StatusCode::INTERNAL_SERVER_ERROR);
}
