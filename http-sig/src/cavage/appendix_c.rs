//! The examples of appendix C of the draft. Their key has 1024 bits, so no public function takes it and no policy takes
//! what two of them cover; what is tested is the syntax, the signature base and the signature.

use aws_lc_rs::signature::{
    RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY as SHA256, UnparsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Request;

use crate::cavage::{SignatureBase, SignatureHeader};
use crate::{Digest, KeyError, VerifyingKey};

const PUBLIC_KEY: &str = "-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDCFENGw33yGihy92pDjZQhl0C3
6rPJj+CvfSC8+q28hxA161QFNUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6
Z4UMR7EOcpfdUE9Hf3m/hs+FUR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJw
oYi+1hqp1fIekaxsyQIDAQAB
-----END PUBLIC KEY-----
";

/// C.1: no `headers`, so that with `rsa-sha256` the date alone is signed.
const DEFAULT: &str = r#"keyId="Test",algorithm="rsa-sha256",signature="SjWJWbWN7i0wzBvtPl8rbASWz5xQW6mcJmn+ibttBqtifLN7Sazz6m79cNfwwb8DMJ5cou1s7uEGKKCs+FLEEaDV5lp7q25WqS+lavg7T8hc0GppauB6hbgEKTwblDHYGEtbGmtdHgVCk9SuS13F0hZ8FD0k/5OxEPXe5WozsbM=""#;
const DEFAULT_BASE: &str = "date: Sun, 05 Jan 2014 21:31:40 GMT";

/// C.2
const BASIC: &str = r#"keyId="Test",algorithm="rsa-sha256",headers="(request-target) host date",signature="qdx+H7PHHDZgy4y/Ahn9Tny9V3GP6YgBPyUXMmoxWtLbHpUnXS2mg2+SbrQDMCJypxBLSPQR2aAjn7ndmw2iicw3HMbe8VfEdKFYRqzic+efkb3nndiv/x1xSHDJWeSWkx3ButlYSuBskLu6kd9Fswtemr3lgdDEmn04swr2Os0=""#;
const BASIC_BASE: &str = "(request-target): post /foo?param=value&pet=dog
host: example.com
date: Sun, 05 Jan 2014 21:31:40 GMT";

/// C.3, with the `headers` that its signature was made over.
const ALL_HEADERS: &str = r#"keyId="Test",algorithm="rsa-sha256",headers="(request-target) host date content-type digest content-length",signature="vSdrb+dS3EceC9bcwHSo4MlyKS59iFIrhgYkz8+oVLEEzmYZZvRs8rgOp+63LEM3v+MFHB32NfpB2bEKBIvB1q52LaEUHFv120V01IL+TAD48XaERZFukWgHoBTLMhYS2Gb51gWxpeIq8knRmPnYePbF5MOkR0Zkly4zKH7s1dE=""#;
const ALL_HEADERS_BASE: &str = "(request-target): post /foo?param=value&pet=dog
host: example.com
date: Sun, 05 Jan 2014 21:31:40 GMT
content-type: application/json
digest: SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=
content-length: 18";

/// C.3 as printed: the list names `(created)` and `(expires)`, the signature is the same and does not cover them.
const ALL_HEADERS_AS_PRINTED: &str = r#"keyId="Test",algorithm="rsa-sha256",created=1402170695, expires=1402170699,headers="(request-target) (created) (expires) host date content-type digest content-length",signature="vSdrb+dS3EceC9bcwHSo4MlyKS59iFIrhgYkz8+oVLEEzmYZZvRs8rgOp+63LEM3v+MFHB32NfpB2bEKBIvB1q52LaEUHFv120V01IL+TAD48XaERZFukWgHoBTLMhYS2Gb51gWxpeIq8knRmPnYePbF5MOkR0Zkly4zKH7s1dE=""#;
const ALL_HEADERS_AS_PRINTED_BASE: &str = "(request-target): post /foo?param=value&pet=dog
(created): 1402170695
(expires): 1402170699
host: example.com
date: Sun, 05 Jan 2014 21:31:40 GMT
content-type: application/json
digest: SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=
content-length: 18";

#[test]
fn the_examples_verify_and_the_misprinted_one_does_not() {
    for (section, field, base, right) in [
        ("C.1", DEFAULT, DEFAULT_BASE, true),
        ("C.2", BASIC, BASIC_BASE, true),
        ("C.3", ALL_HEADERS, ALL_HEADERS_BASE, true),
        (
            "C.3 as printed",
            ALL_HEADERS_AS_PRINTED,
            ALL_HEADERS_AS_PRINTED_BASE,
            false,
        ),
    ] {
        // As the value of `Signature` and of `Authorization`.
        for field in [field.to_owned(), format!("Signature {field}")] {
            let (written, verified) = verify(&example(), &field);
            assert_eq!(written, base, "{section}");
            assert_eq!(verified, right, "{section}");
        }
    }
}

#[test]
fn a_changed_date_does_not_verify() {
    let mut request = example();
    request
        .headers_mut()
        .insert("date", "Sun, 05 Jan 2014 21:31:41 GMT".parse().unwrap());
    assert!(!verify(&request, BASIC).1);
}

#[test]
fn the_key_of_the_examples_is_too_small_for_use() {
    assert_eq!(
        VerifyingKey::from_pem(PUBLIC_KEY),
        Err(KeyError::RsaSize { bits: 1024 })
    );
}

fn example() -> Request<&'static str> {
    let body = "{\"hello\": \"world\"}";
    Request::post("https://example.com/foo?param=value&pet=dog")
        .header("Host", "example.com")
        .header("Date", "Sun, 05 Jan 2014 21:31:40 GMT")
        .header("Content-Type", "application/json")
        .header("Digest", Digest::sha256(body.as_bytes()).field_value())
        .header("Content-Length", "18")
        .body(body)
        .unwrap()
}

fn verify(request: &Request<&str>, field: &str) -> (String, bool) {
    let header = SignatureHeader::parse(field.as_bytes()).unwrap();
    assert_eq!(header.key_id(), "Test");
    let components = header.components().unwrap();
    let base = SignatureBase::new(request, &components, header.created(), header.expires());
    let base = base.unwrap_or_else(|_| panic!("no base for {field}"));
    let spki: String = PUBLIC_KEY
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect();
    let key = UnparsedPublicKey::new(&SHA256, STANDARD.decode(spki).unwrap());
    let verified = key.verify(base.as_bytes(), header.signature()).is_ok();
    (base.to_text().into_owned(), verified)
}
