//! Signed responses, bound to the request that they answer.

use http::{HeaderValue, Request, Response, StatusCode};
use http_sig::{ContentDigest, DigestAlgorithm, Policy, Reason, Signer};

use crate::draft::{KEY_ID, ed25519, now, rsa};
use crate::message::{p256, p384};

fn asked() -> Request<&'static [u8]> {
    Request::get("https://example.org/users/bob?page=1")
        .body(&b""[..])
        .unwrap()
}

fn signed() -> Response<&'static [u8]> {
    let mut response = Response::builder()
        .header("content-type", "application/activity+json")
        .body(&b"{}"[..])
        .unwrap();
    let signer = Signer::new(KEY_ID, ed25519().clone()).unwrap();
    // As the server sees the request.
    let mut request = asked();
    *request.uri_mut() = "/users/bob?page=1".parse().unwrap();
    let host = HeaderValue::from_static("example.org");
    request.headers_mut().insert("host", host);
    signer
        .sign_response(&mut response, &request, now())
        .unwrap();
    response
}

fn verify(response: Response<&'static [u8]>, request: &Request<&[u8]>) -> Result<(), Reason> {
    let claim = Policy::fediverse().read_response(response, request, now());
    let claim = claim.map_err(|error| error.reason())?;
    let verified = claim.check(&ed25519().verifying_key());
    verified.map(drop).map_err(|error| error.reason())
}

#[test]
fn what_is_answered_is_verified_with_every_kind_of_key() {
    for key in [rsa(), ed25519(), p256(), p384()] {
        let signer = Signer::new(KEY_ID, key.clone()).unwrap();
        let mut request = asked().map(<[u8]>::to_vec);
        *request.method_mut() = http::Method::POST;
        *request.body_mut() = b"{}".to_vec();
        signer.sign_rfc9421(&mut request, now()).unwrap();
        let mut response = Response::builder().status(202).body(b"ok").unwrap();
        signer
            .sign_response(&mut response, &request, now())
            .unwrap();

        let policy = Policy::fediverse();
        let claim = policy.read_response(response, &request, now()).unwrap();
        assert_eq!(claim.key_id(), KEY_ID);
        let digest =
            "\"content-digest\";req: sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:";
        assert!(claim.signature_base().contains(digest));
        let verified = claim.check(&key.verifying_key()).unwrap();
        assert_eq!(verified.response().status(), StatusCode::ACCEPTED);
        assert_eq!((verified.key_id(), verified.signed_at()), (KEY_ID, now()));
        assert!(verified.covers("@status") && verified.covers("content-digest"));
        // That is the method of the request, not of the response.
        assert!(!verified.covers("@method"));
        assert_eq!(claim.into_response().into_body(), b"ok");
    }
}

#[test]
fn a_response_that_was_changed_or_answers_another_request_is_refused() {
    type Change = fn(&mut Response<&'static [u8]>, &mut Request<&'static [u8]>);
    fn replace(response: &mut Response<&'static [u8]>, from: &str, to: &str) {
        let value = response.headers_mut().get_mut("signature-input").unwrap();
        let text = value.to_str().unwrap();
        assert!(text.contains(from), "{text}");
        *value = HeaderValue::try_from(text.replacen(from, to, 1)).unwrap();
    }
    let uncovered = Err(Reason::ComponentUncovered);
    let unknown = Err(Reason::ComponentUnknown);
    let mismatch = Err(Reason::SignatureMismatch);
    let cases: Vec<(&str, Result<(), Reason>, Change)> = vec![
        ("as it was sent", Ok(()), |_, _| {}),
        ("another status", mismatch, |r, _| {
            *r.status_mut() = StatusCode::GONE;
        }),
        ("another type", mismatch, |r, _| {
            r.headers_mut()
                .insert("content-type", HeaderValue::from_static("text/html"));
        }),
        ("another body", Err(Reason::DigestMismatch), |r, _| {
            *r.body_mut() = b"[]";
        }),
        ("another body and its own digest", mismatch, |r, _| {
            *r.body_mut() = b"[]";
            let digest = ContentDigest::new(DigestAlgorithm::Sha256, b"[]").field_value();
            r.headers_mut().insert("content-digest", digest);
        }),
        ("no digest", Err(Reason::ComponentMissing), |r, _| {
            r.headers_mut().remove("content-digest");
        }),
        ("the answer to another path", mismatch, |_, q| {
            *q.uri_mut() = "https://example.org/users/eve?page=1".parse().unwrap();
        }),
        ("the answer to another query", mismatch, |_, q| {
            *q.uri_mut() = "https://example.org/users/bob?page=2".parse().unwrap();
        }),
        ("the answer of another server", mismatch, |_, q| {
            *q.uri_mut() = "https://evil.example/users/bob?page=1".parse().unwrap();
        }),
        ("the answer over another scheme", mismatch, |_, q| {
            *q.uri_mut() = "http://example.org/users/bob?page=1".parse().unwrap();
        }),
        ("the answer to another method", mismatch, |_, q| {
            *q.method_mut() = http::Method::HEAD;
        }),
        (
            "a request that went nowhere",
            Err(Reason::ComponentMissing),
            |_, q| *q.uri_mut() = "/users/bob?page=1".parse().unwrap(),
        ),
        ("unsigned", Err(Reason::Unsigned), |r, _| {
            r.headers_mut().remove("signature-input");
        }),
        (
            "without the signature",
            Err(Reason::SignatureMissing),
            |r, _| {
                r.headers_mut().remove("signature");
            },
        ),
        ("without the status", uncovered, |r, _| {
            replace(r, "\"@status\"", "");
        }),
        ("without the digest", uncovered, |r, _| {
            replace(r, "\"content-digest\"", "");
        }),
        ("with the digest of the request only", uncovered, |r, _| {
            replace(r, "\"content-digest\"", "\"content-digest\";req");
        }),
        ("without the method", uncovered, |r, _| {
            replace(r, "\"@method\";req", "");
        }),
        ("without the target", uncovered, |r, _| {
            replace(r, "\"@target-uri\";req", "");
        }),
        ("with a method of its own", unknown, |r, _| {
            replace(r, "\"@method\";req", "\"@method\"");
        }),
        ("with a status of the request", unknown, |r, _| {
            replace(r, "\"@status\"", "\"@status\";req");
        }),
        (
            "with the target twice",
            Err(Reason::ComponentRepeated),
            |r, _| replace(r, ")", " \"@method\";req)"),
        ),
        ("with a trailer", unknown, |r, _| {
            replace(r, "\"content-type\"", "\"content-type\";tr");
        }),
        ("older than it may be", Err(Reason::TooOld), |r, _| {
            replace(r, "=1767225600", "=1767221699");
        }),
        (
            "by another algorithm",
            Err(Reason::AlgorithmMismatch),
            |r, _| replace(r, "=\"ed25519\"", "=\"rsa-pss-sha512\""),
        ),
    ];
    let all = cases.len();
    for (what, expected, change) in cases {
        let (mut response, mut request) = (signed(), asked());
        change(&mut response, &mut request);
        assert_eq!(verify(response, &request), expected, "{what}");
    }
    println!("responses: refused {0}/{0}, accepted 1/1", all - 1);
}
