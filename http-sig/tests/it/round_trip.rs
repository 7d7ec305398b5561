//! What we sign we verify, and what was changed after that we do not.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderValue, Method, Request};
use http_sig::{Digest, KeyAlgorithm, Policy, Reason, SignError, Signer, SigningKey, VerifyError};
use proptest::prelude::*;

use crate::draft::{KEY_ID, ed25519, now, rsa};
use crate::message::{p256, p384};

fn policy() -> Policy {
    Policy::fediverse().authorities(["example.org"])
}

fn signer(key: &SigningKey) -> Signer {
    Signer::new(KEY_ID, key.clone()).unwrap()
}

fn post(body: &'static [u8]) -> Request<&'static [u8]> {
    Request::post("https://example.org/inbox")
        .header("content-type", "application/activity+json")
        .body(body)
        .unwrap()
}

#[test]
fn a_delivery_goes_out_as_the_fediverse_expects_it() {
    for (key, algorithm) in [(rsa(), "rsa-sha256"), (ed25519(), "hs2019")] {
        let mut request = post(b"{}");
        signer(key).sign(&mut request, now()).unwrap();
        let headers = request.headers();
        assert_eq!(headers["host"], "example.org");
        assert_eq!(headers["date"], "Thu, 01 Jan 2026 00:00:00 GMT");
        assert_eq!(
            headers["digest"],
            "SHA-256=RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="
        );
        let start = format!(
            "keyId=\"{KEY_ID}\",algorithm=\"{algorithm}\",\
             headers=\"(request-target) host date digest content-type\",signature=\""
        );
        assert!(
            headers["signature"].to_str().unwrap().starts_with(&start),
            "{headers:?}"
        );

        let claim = policy().read(request, now()).unwrap();
        let verified = claim.check(&key.verifying_key()).unwrap();
        assert_eq!(verified.key_id(), KEY_ID);
        assert_eq!(verified.signed_at(), now());
        assert!(verified.covers("Content-Type") && !verified.covers("content-length"));
        assert_eq!(verified.into_request().into_body(), b"{}");
    }
}

#[test]
fn a_get_covers_no_digest_and_an_empty_post_does() {
    let mut get = Request::get("https://EXAMPLE.org:443/users/bob?page=1")
        .body(b"")
        .unwrap();
    signer(rsa()).sign(&mut get, now()).unwrap();
    assert_eq!(get.headers()["host"], "EXAMPLE.org");
    assert!(!get.headers().contains_key("digest"));
    let verified = policy()
        .read(get, now())
        .unwrap()
        .check(&rsa().verifying_key())
        .unwrap();
    assert!(!verified.covers("digest") && !verified.query_left_out());

    let mut request = post(b"");
    signer(rsa()).sign(&mut request, now()).unwrap();
    assert!(
        policy()
            .read(request, now())
            .unwrap()
            .check(&rsa().verifying_key())
            .is_ok()
    );
}

#[test]
fn the_host_of_the_uri_keeps_its_port_and_loses_its_credentials() {
    for (uri, host) in [
        ("http://localhost:8101/inbox", "localhost:8101"),
        ("http://example.org:80/inbox", "example.org"),
        ("https://example.org:80/inbox", "example.org:80"),
        ("https://user:secret@example.org/inbox", "example.org"),
        ("https://[2001:db8::443]/inbox", "[2001:db8::443]"),
    ] {
        let mut request = Request::get(uri).body(b"").unwrap();
        signer(ed25519()).sign(&mut request, now()).unwrap();
        assert_eq!(request.headers()["host"], host);
    }
}

#[test]
fn a_delivery_by_rfc_9421_goes_out_as_mastodon_expects_it() {
    for (key, algorithm) in [
        (rsa(), "rsa-v1_5-sha256"),
        (ed25519(), "ed25519"),
        (p256(), "ecdsa-p256-sha256"),
        (p384(), "ecdsa-p384-sha384"),
    ] {
        let mut request = post(b"{}");
        if key.algorithm() == KeyAlgorithm::Rsa {
            // What was signed by the draft before is replaced.
            signer(key).sign(&mut request, now()).unwrap();
        }
        signer(key).sign_rfc9421(&mut request, now()).unwrap();
        let headers = request.headers();
        assert_eq!(headers["host"], "example.org");
        assert_eq!(
            headers["content-digest"],
            "sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:"
        );
        assert_eq!(
            headers["signature-input"],
            format!(
                "sig1=(\"@method\" \"@target-uri\" \"content-digest\" \"content-type\")\
                 ;created=1767225600;keyid=\"{KEY_ID}\";alg=\"{algorithm}\""
            )
        );
        assert_eq!(headers.get_all("signature").iter().count(), 1);

        let claim = policy().read(request, now()).unwrap();
        assert_eq!(claim.key_id(), KEY_ID);
        assert!(claim.signature_base().starts_with(
            "\"@method\": POST\n\"@target-uri\": https://example.org/inbox\n\"content-digest\": sha-256=:"
        ));
        let verified = claim.check(&key.verifying_key()).unwrap();
        assert_eq!(verified.signed_at(), now());
        assert!(verified.covers("Content-Type") && verified.covers("@target-uri"));
        assert!(!verified.covers("@path") && !verified.query_left_out());
        assert_eq!(verified.nonce(), None);

        // And back: the draft replaces it.
        let mut request = verified.into_request();
        let outcome = signer(key).sign(&mut request, now());
        if [KeyAlgorithm::Rsa, KeyAlgorithm::Ed25519].contains(&key.algorithm()) {
            outcome.unwrap();
            assert_eq!(verify(request.map(<[u8]>::to_vec), key, now()), Ok(()));
        } else {
            assert!(matches!(outcome, Err(SignError::KeyAlgorithm)));
        }
    }
}

#[test]
fn a_get_by_rfc_9421_covers_no_digest_and_what_cannot_be_signed_says_why() {
    let mut get = Request::get("http://EXAMPLE.org:80/users/bob?page=1")
        .body(b"")
        .unwrap();
    signer(rsa()).sign_rfc9421(&mut get, now()).unwrap();
    assert!(!get.headers().contains_key("content-digest"));
    let policy = Policy::fediverse().authorities(["http://example.org"]);
    let claim = policy.read(get, now()).unwrap();
    assert!(claim.signature_base().starts_with(
        "\"@method\": GET\n\"@target-uri\": http://example.org/users/bob?page=1\n\"@sig"
    ));
    claim.check(&rsa().verifying_key()).unwrap();

    // Over a connection to somewhere else, the recipient still sees the host that is asked for.
    let mut elsewhere = post(b"{}");
    *elsewhere.uri_mut() = "https://127.0.0.1:8080/inbox".parse().unwrap();
    let host = HeaderValue::from_static("example.org");
    elsewhere.headers_mut().insert("host", host);
    signer(rsa()).sign_rfc9421(&mut elsewhere, now()).unwrap();
    *elsewhere.uri_mut() = "/inbox".parse().unwrap();
    assert_eq!(verify(elsewhere.map(<[u8]>::to_vec), rsa(), now()), Ok(()));

    let signer = signer(rsa());
    let outcome = signer.sign_rfc9421_prepared(&mut post(b"{}"), None, now());
    assert!(matches!(outcome, Err(SignError::NoDigest { .. })));
    let mut nowhere = Request::get("/users/bob").body(b"").unwrap();
    let outcome = signer.sign_rfc9421(&mut nowhere, now());
    assert!(matches!(outcome, Err(SignError::NoHost)));
    let mut two_hosts = post(b"{}");
    for host in ["a.example", "b.example"] {
        let host = HeaderValue::from_static(host);
        two_hosts.headers_mut().append("host", host);
    }
    let outcome = signer.sign_rfc9421(&mut two_hosts, now());
    assert!(matches!(outcome, Err(SignError::NoHost)));
    let outcome = signer.sign_rfc9421(&mut post(b"{}"), UNIX_EPOCH - Duration::from_secs(1));
    assert!(matches!(outcome, Err(SignError::Time)));
}

#[test]
fn one_digest_serves_many_recipients_and_signing_again_replaces_the_old_signature() {
    let body = Bytes::from_static(b"{\"type\":\"Create\"}");
    let digest = Digest::sha256(&body);
    for host in ["a.example", "b.example"] {
        let mut request = Request::post(format!("https://{host}/inbox"))
            .body(body.clone())
            .unwrap();
        for later in [0, 100_000] {
            let now = now() + Duration::from_secs(later);
            signer(rsa())
                .sign_prepared(&mut request, Some(&digest), now)
                .unwrap();
            let policy = Policy::strict().authorities([host]);
            assert!(
                policy
                    .read(request.clone(), now)
                    .unwrap()
                    .check(&rsa().verifying_key())
                    .is_ok()
            );
        }
    }
}

#[test]
fn a_failed_check_gives_the_claim_back_for_a_new_key() {
    let mut request = post(b"{}");
    signer(rsa()).sign(&mut request, now()).unwrap();
    let old = SigningKey::generate_rsa().unwrap().verifying_key();
    let refused = policy()
        .read(request, now())
        .unwrap()
        .check(&old)
        .unwrap_err();
    assert!(matches!(refused.error(), VerifyError::Mismatch(_)));
    assert_eq!(refused.error().reason(), Reason::SignatureMismatch);
    assert_eq!(refused.claim().key_id(), KEY_ID);
    assert!(refused.into_claim().check(&rsa().verifying_key()).is_ok());
}

#[test]
fn what_is_shown_says_whose_request_it_is_but_neither_body_nor_fields() {
    let mut request = post(b"secret words");
    request
        .headers_mut()
        .insert("authorization", HeaderValue::from_static("Bearer hunter2"));
    signer(rsa()).sign(&mut request, now()).unwrap();
    let claim = policy().read(request, now()).unwrap();
    let claimed = format!("{claim:?}");
    let refused = claim.check(&ed25519().verifying_key()).unwrap_err();
    let [why, refused_claim] = [refused.to_string(), format!("{refused:?}")];
    assert_eq!(why, refused.error().to_string());
    let verified = refused.into_claim().check(&rsa().verifying_key()).unwrap();
    let verified = format!("{verified:?}");
    for (shown, name) in [
        (&claimed, "Claim"),
        (&refused_claim, "Refused(Claim"),
        (&verified, "VerifiedRequest"),
    ] {
        // What tells one request from another in a log, and nothing that was said in confidence.
        assert!(shown.starts_with(name), "{shown}");
        assert!(
            shown.contains(KEY_ID) && shown.contains("/inbox"),
            "{shown}"
        );
    }
    let shown = [claimed, why, refused_claim, verified].concat();
    for secret in ["secret words", "hunter2"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn what_cannot_be_signed_says_why() {
    for key_id in ["", "a\"b", "a\\b", "a b", "a\nb", "é", &"k".repeat(2049)] {
        assert!(
            matches!(
                Signer::new(key_id, ed25519().clone()),
                Err(SignError::KeyId)
            ),
            "{key_id}"
        );
    }
    assert!(Signer::new("k".repeat(2048), ed25519().clone()).is_ok());

    let signer = signer(ed25519());
    let mut request = Request::get("/inbox").body(b"").unwrap();
    assert!(matches!(
        signer.sign(&mut request, now()),
        Err(SignError::NoHost)
    ));

    let mut request = post(b"{}");
    assert!(matches!(
        signer.sign_prepared(&mut request, None, now()),
        Err(SignError::NoDigest {
            method: Method::POST
        })
    ));

    let mut request = post(b"{}");
    request
        .headers_mut()
        .append("content-type", HeaderValue::from_static("text/html"));
    let error = signer.sign(&mut request, now()).unwrap_err();
    assert!(
        matches!(error, SignError::Component { component, reason: Reason::FieldRepeated } if component == "content-type")
    );

    let second = Duration::from_secs(1);
    let year_10000 = UNIX_EPOCH + Duration::from_secs(253_402_300_800);
    for time in [UNIX_EPOCH - second, year_10000] {
        assert!(matches!(
            signer.sign(&mut post(b"{}"), time),
            Err(SignError::Time)
        ));
    }
    assert!(signer.sign(&mut post(b"{}"), year_10000 - second).is_ok());
}

fn verify(request: Request<Vec<u8>>, key: &SigningKey, now: SystemTime) -> Result<(), VerifyError> {
    let claim = policy().read(request, now)?;
    claim
        .check(&key.verifying_key())
        .map(drop)
        .map_err(|refused| refused.into_error())
}

fn requests() -> impl Strategy<Value = Request<Vec<u8>>> {
    let method = prop_oneof![Just(Method::GET), Just(Method::POST), Just(Method::PUT)];
    let target = "(/[a-zA-Z0-9%._~@:-]{0,12}){1,4}(\\?[a-z0-9=&%/?]{0,20})?";
    (
        method,
        target,
        proptest::collection::vec(any::<u8>(), 0..200),
    )
        .prop_map(|(method, target, body)| {
            Request::builder()
                .method(method)
                .uri(format!("https://example.org{target}"))
                .header("content-type", "application/activity+json")
                .body(body)
                .unwrap()
        })
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Scheme {
    Draft,
    Rfc9421,
}

fn schemes() -> impl Strategy<Value = (Scheme, &'static SigningKey)> {
    prop_oneof![
        Just((Scheme::Draft, rsa())),
        Just((Scheme::Draft, ed25519())),
        Just((Scheme::Rfc9421, rsa())),
        Just((Scheme::Rfc9421, ed25519())),
        Just((Scheme::Rfc9421, p256())),
        Just((Scheme::Rfc9421, p384())),
    ]
}

impl Scheme {
    fn sign(self, key: &SigningKey, request: &mut Request<Vec<u8>>) {
        match self {
            Self::Draft => signer(key).sign(request, now()).unwrap(),
            Self::Rfc9421 => signer(key).sign_rfc9421(request, now()).unwrap(),
        }
    }

    /// The fields that are covered or say what is.
    fn fields(self) -> [&'static str; 4] {
        match self {
            Self::Draft => ["host", "date", "digest", "content-type"],
            Self::Rfc9421 => ["host", "signature-input", "content-digest", "content-type"],
        }
    }

    /// The bytes of the signature, and the field with others in their place.
    fn signature(self, field: &HeaderValue) -> (Vec<u8>, impl Fn(&[u8]) -> String + use<>) {
        let (start, end) = match self {
            Self::Draft => ("signature=\"", "\""),
            Self::Rfc9421 => ("sig1=:", ":"),
        };
        let field = field.to_str().unwrap();
        let at = field.find(start).unwrap() + start.len();
        let (before, signature) = field.split_at(at);
        let bytes = STANDARD
            .decode(signature.strip_suffix(end).unwrap())
            .unwrap();
        let before = before.to_owned();
        (bytes, move |bytes| {
            format!("{before}{}{end}", STANDARD.encode(bytes))
        })
    }
}

/// The same request with one bit of a covered part changed, if that is a request at all.
fn with_bit_changed(
    scheme: Scheme,
    request: &Request<Vec<u8>>,
    part: usize,
    bit: usize,
) -> Option<Request<Vec<u8>>> {
    let change = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        let bit = bit % (8 * bytes.len()).max(1);
        *bytes.get_mut(bit / 8)? ^= 1 << (bit % 8);
        Some(bytes)
    };
    let mut changed = request.clone();
    match part {
        0 => {
            *changed.method_mut() =
                Method::from_bytes(&change(request.method().as_str().as_bytes())?).ok()?;
        }
        1 => {
            let target = change(request.uri().path_and_query()?.as_str().as_bytes())?;
            *changed.uri_mut() = std::str::from_utf8(&target).ok()?.parse().ok()?;
        }
        2 => *changed.body_mut() = change(request.body())?,
        3..=6 => {
            let value = changed.headers_mut().get_mut(scheme.fields()[part - 3])?;
            *value = HeaderValue::from_bytes(&change(value.as_bytes())?).ok()?;
        }
        _ => {
            let value = changed.headers_mut().get_mut("signature")?;
            let (signature, with) = scheme.signature(value);
            *value = HeaderValue::try_from(with(&change(&signature)?)).ok()?;
        }
    }
    // The parser of URIs drops fragments, so a target may come out as it was.
    let same_target = part == 1 && changed.uri().path_and_query() == request.uri().path_and_query();
    // RFC 9421 signs the host in lower case, however it is spelled.
    let same_host = scheme == Scheme::Rfc9421
        && part == 3
        && changed.headers()["host"]
            .as_bytes()
            .eq_ignore_ascii_case(b"example.org");
    (!same_target && !same_host).then_some(changed)
}

proptest! {
    #[test]
    fn what_is_signed_is_verified(request in requests(), (scheme, key) in schemes()) {
        let mut request = request;
        scheme.sign(key, &mut request);
        prop_assert_eq!(verify(request, key, now()), Ok(()));
    }

    #[test]
    fn any_changed_bit_of_a_covered_part_is_noticed(
        request in requests(), (scheme, key) in schemes(), part in 0..8_usize, bit in any::<usize>(),
    ) {
        let mut request = request;
        scheme.sign(key, &mut request);
        // A content type that is not covered (GET without a body) is not proved.
        let covered = part != 6 || request.headers().contains_key(scheme.fields()[2]);
        if let Some(changed) = with_bit_changed(scheme, &request, part, bit).filter(|_| covered) {
            prop_assert!(verify(changed, key, now()).is_err());
        }
    }

    #[test]
    fn no_bytes_make_the_structured_fields_panic(field in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = http_sig::rfc9421::SignatureInput::parse(&field);
        let _ = http_sig::ContentDigest::parse(&field);
        let _ = http_sig::DigestAlgorithm::wanted(&field);
    }

    #[test]
    fn no_signature_field_makes_the_parser_panic(field in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = http_sig::cavage::SignatureHeader::parse(&field);
    }

    #[test]
    fn no_text_makes_the_key_parser_panic(der in proptest::collection::vec(any::<u8>(), 0..300)) {
        let base64 = STANDARD.encode(der);
        for label in ["PUBLIC KEY", "RSA PUBLIC KEY", "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"] {
            let pem = format!("-----BEGIN {label}-----\n{base64}\n-----END {label}-----\n");
            prop_assert!(http_sig::VerifyingKey::from_pem(&pem).is_err());
            prop_assert!(SigningKey::from_pem(&pem).is_err());
        }
    }
}
