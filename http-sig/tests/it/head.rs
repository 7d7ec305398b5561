//! Verifying the head of a request before its body is there.

use std::time::{Duration, SystemTime};

use http::Request;
use http_sig::{Head, Policy, Reason, Signer, VerifyError};
use serde_json::json;

use crate::draft::{self, KEY_ID, now, rsa};
use crate::message;

fn policy() -> Policy {
    Policy::fediverse().authorities(["example.org"])
}

fn signed(standard: &str, method: &str, body: &[u8]) -> Request<Vec<u8>> {
    let mut request = Request::builder()
        .method(method)
        .uri("https://example.org/inbox")
        .body(body.to_vec())
        .unwrap();
    let signer = Signer::new(KEY_ID, rsa().clone()).unwrap();
    match standard {
        "draft" => signer.sign(&mut request, now()),
        _ => signer.sign_rfc9421(&mut request, now()),
    }
    .unwrap();
    request
}

fn head(request: Request<Vec<u8>>) -> Result<Head, VerifyError> {
    policy().read_head(request.into_parts().0, now())
}

/// A GET that has a body all the same, with a signature that covers no digest.
fn get(standard: &str) -> Request<Vec<u8>> {
    signed(standard, "GET", b"")
}

const STANDARDS: [&str; 2] = ["draft", "RFC 9421"];

#[test]
fn a_head_says_whose_it_is_and_where_it_goes() {
    for standard in STANDARDS {
        let head = head(signed(standard, "POST", b"secret words")).unwrap();
        assert_eq!(head.key_id(), KEY_ID);
        assert_eq!(head.request().method(), "POST");
        assert_eq!(head.request().uri(), "https://example.org/inbox");
        let shown = format!("{head:?}") + &format!("{:?}", head.receive(100).unwrap());
        assert_eq!(shown.matches(KEY_ID).count(), 2, "{shown}");
    }
}

#[test]
fn a_body_in_pieces_is_the_body_in_one() {
    let body: Vec<u8> = (0..=255).cycle().take(1000).collect();
    for standard in STANDARDS {
        for size in [1, 7, 999, 1000] {
            let receiving = head(signed(standard, "POST", &body)).unwrap();
            let mut receiving = receiving.receive(1000).unwrap();
            for piece in body.chunks(size) {
                receiving = receiving.push(piece).unwrap();
            }
            let claim = receiving.finish().unwrap();
            assert_eq!(claim.key_id(), KEY_ID);
            let verified = claim.check(&rsa().verifying_key()).unwrap();
            assert_eq!(verified.request().body(), &body, "{standard}, {size}");
        }
    }
}

#[test]
fn a_body_beyond_the_limit_is_refused_at_the_first_byte_too_many() {
    for standard in STANDARDS {
        let receiving = || {
            let head = head(signed(standard, "POST", b"0123456789")).unwrap();
            let receiving = head.receive(10).unwrap();
            receiving.push(b"01234").unwrap().push(b"56789").unwrap()
        };
        receiving().finish().unwrap();
        let error = receiving().push(b"x").unwrap_err();
        assert_eq!(error.reason(), Reason::BodyTooLong);
        assert_eq!(error.status(), 413);
    }
}

#[test]
fn a_body_that_the_head_announces_as_too_long_is_never_read() {
    let announcing = |length: &str| {
        let mut request = signed("draft", "POST", b"0123456789");
        let length = length.parse().unwrap();
        request.headers_mut().insert("content-length", length);
        let receiving = head(request).unwrap().receive(10);
        receiving.map(drop).map_err(|error| error.reason())
    };
    assert_eq!(announcing("10"), Ok(()));
    for length in ["11", "18446744073709551615"] {
        assert_eq!(announcing(length), Err(Reason::BodyTooLong), "{length}");
    }
}

#[test]
fn another_body_than_the_signed_one_is_refused_in_pieces_too() {
    for standard in STANDARDS {
        for (at, pieces) in [
            &[&b"{\"a\":1}"[..], b"{\"a\":2}"][..],
            &[b"{\"a\"", b":2}"],
            &[b"{\"a\":1"],
            &[],
        ]
        .iter()
        .enumerate()
        {
            let receiving = head(signed(standard, "POST", b"{\"a\":1}")).unwrap();
            let mut receiving = receiving.receive(1000).unwrap();
            for piece in *pieces {
                receiving = receiving.push(piece).unwrap();
            }
            let error = receiving.finish().unwrap_err();
            assert_eq!(error.reason(), Reason::DigestMismatch, "{standard}, {at}");
        }
    }
}

#[test]
fn a_body_without_a_covered_digest_is_refused_whatever_the_method() {
    for standard in STANDARDS {
        let uncovered = |error: VerifyError| {
            assert_eq!(error.reason(), Reason::ComponentUncovered, "{standard}");
            assert!(error.component().unwrap().ends_with("digest"), "{error}");
        };
        head(get(standard)).unwrap().with_body(b"").unwrap();
        uncovered(head(get(standard)).unwrap().with_body(b"x").unwrap_err());
        // Of unknown length: known at the first byte.
        let receiving = head(get(standard)).unwrap().receive(10).unwrap();
        uncovered(receiving.push(b"").unwrap().push(b"x").unwrap_err());
        // Of a length that the head announces: nothing is read.
        let announcing = |length: &str| {
            let mut request = get(standard);
            let length = length.parse().unwrap();
            request.headers_mut().insert("content-length", length);
            head(request).unwrap().receive(10)
        };
        uncovered(announcing("1").unwrap_err());
        announcing("0").unwrap();
        let mut request = get(standard);
        *request.body_mut() = b"x".to_vec();
        uncovered(policy().read(request, now()).unwrap_err());
    }
}

#[test]
fn a_head_that_cannot_be_accepted_is_refused_without_its_body() {
    let refused = |request: Request<Vec<u8>>| head(request).unwrap_err().reason();
    let unsigned = Request::post("/inbox").body(Vec::new()).unwrap();
    assert_eq!(refused(unsigned), Reason::Unsigned);

    let uncovered = draft::signed(&json!([["cover", "(request-target) host date"]]));
    assert_eq!(refused(uncovered.request()), Reason::ComponentUncovered);
    let malformed = draft::signed(&json!([["set", "digest", "SHA-256=AAEC"]]));
    assert_eq!(refused(malformed.request()), Reason::DigestMalformed);
    let uncovered = message::signed(&json!([["uncover", "\"content-digest\""]]));
    assert_eq!(refused(uncovered.request()), Reason::ComponentUncovered);
}

/// The moment that is said to be the last one is the last one.
#[test]
fn a_signature_is_good_until_the_moment_that_it_says() {
    let created = json!([
        ["algorithm", "hs2019"],
        ["created", "1767225500"],
        ["cover", "(request-target) host date (created) digest"],
    ]);
    let expiring = json!([
        ["timed", "1767225500", "1767225700"],
        [
            "cover",
            "(request-target) host date (created) (expires) digest"
        ],
    ]);
    let dated_before = json!([
        ["algorithm", "hs2019"],
        ["created", "1767225500"],
        ["cover", "(request-target) host date (created) digest"],
        ["set", "date", {"date": -200}],
    ]);
    let parameters = format!(";created=1767225600;expires=1767225900;keyid=\"{KEY_ID}\"");
    let drafts =
        [json!([]), created, dated_before, expiring].map(|steps| draft::signed(&steps).request());
    let messages = [json!([]), json!([["parameters", parameters]])]
        .map(|steps| message::signed(&steps).request());
    let hour = 60 * 60;
    let expected = [
        13 * hour,
        13 * hour - 100,
        13 * hour - 200,
        100,
        hour + 300,
        300,
    ];
    for (request, expected) in drafts.into_iter().chain(messages).zip(expected) {
        let claim = policy().read(request.clone(), now()).unwrap();
        let verified = claim.check(&rsa().verifying_key()).unwrap();
        let until = verified.good_until();
        assert_eq!(until, now() + Duration::from_secs(expected));
        policy().read(request.clone(), until).unwrap();
        let later = until + Duration::from_secs(1);
        let error = policy().read(request, later).unwrap_err();
        assert!([Reason::TooOld, Reason::Expired].contains(&error.reason()));
    }
}

#[test]
fn no_choice_of_times_overflows() {
    let far = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 60);
    for standard in ["draft", "rfc9421"] {
        let request = signed(standard, "POST", b"{}");
        for (age, skew) in [
            (Duration::MAX, Duration::ZERO),
            (Duration::ZERO, Duration::MAX),
            (Duration::MAX, Duration::MAX),
        ] {
            let policy = policy()
                .max_age(age)
                .max_age_without_expires(age)
                .clock_skew(skew);
            for (time, ahead) in [(SystemTime::UNIX_EPOCH, true), (now(), false), (far, false)] {
                let outcome = policy.read(request.clone(), time).map(drop);
                let outcome = outcome.map_err(|error| error.reason());
                let expected = if ahead && skew == Duration::ZERO {
                    Err(Reason::InFuture)
                } else {
                    Ok(())
                };
                assert_eq!(outcome, expected, "{standard} {age:?} {skew:?} {time:?}");
            }
            // And it is good, and so remembered, for as long as can be said.
            let claim = policy.read(request.clone(), now()).unwrap();
            let verified = claim.check(&rsa().verifying_key()).unwrap();
            let century = Duration::from_secs(100 * 365 * 24 * 60 * 60);
            assert!(verified.good_until() > now() + century);
        }
    }
}

#[test]
fn only_spellings_of_our_host_are_ours() {
    for (host, ours) in [
        ("EXAMPLE.org:443", true),
        ("example.org:", true),
        ("u@example.org", false),
        ("example.org, example.org", false),
        ("example.org:80:443", false),
        ("example.org::", false),
        ("example.org:0443", false),
        ("example.org.", false),
        ("", false),
    ] {
        for standard in ["draft", "rfc9421"] {
            let mut request = signed(standard, "POST", b"{}");
            *request.uri_mut() = "/inbox".parse().unwrap();
            let host = http::HeaderValue::from_str(host).unwrap();
            request.headers_mut().insert("host", host.clone());
            let outcome = policy().read(request, now()).map(drop);
            let outcome = outcome.map_err(|error| error.reason());
            let expected = if ours {
                Ok(())
            } else {
                Err(Reason::HostNotOurs)
            };
            assert_eq!(outcome, expected, "{standard} {host:?}");
        }
    }
}
