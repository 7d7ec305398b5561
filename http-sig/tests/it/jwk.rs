//! JSON Web Keys: those of the standards, those that WebCrypto exports, and those that must not be taken.

use http::Request;
use http_sig::{
    KeyAlgorithm, KeyError, Policy, Reason, SignError, Signer, SigningKey, VerifyingKey,
};
use serde_json::{Value, json};

use crate::draft::{ed25519, now, p256, p384, rsa};

/// RFC 7517, appendix A.1, and RFC 9421, appendix B.1.1.
const RSA: &str = r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#;
const RSA_PRIVATE: &str = r#"{"kty":"RSA","kid":"test-key-rsa","p":"sqeUJmqXE3LP8tYoIjMIAKiTm9o6psPlc8CrLI9CH0UbuaA2JCOMcCNq8SyYbTqgnWlB9ZfcAm_cFpA8tYci9m5vYK8HNxQr-8FS3Qo8N9RJ8d0U5CswDzMYfRghAfUGwmlWj5hp1pQzAuhwbOXFtxKHVsMPhz1IBtF9Y8jvgqgYHLbmyiu1mw","q":"vSlgXQbvHzWmuUBFRHAejRh_naQTDV3GnH4lcRHuFBFZCSLn82xQS2_7xFOqfabqq17kNcvKfzdvWpGxxJ2cILAq0pZS6DmrZlvBU4IkK2ZHCac_XfWVZFh-PrsH_EnVkDpfcYR_iw1F40C1q5w8R6WBHaew3SAp","d":"b8lm5JZ2hUduLnq-OAKCSODeWQ7Uqs7eet2bqeuAD0_2po-PG4qhZoo7VwFCUTWlJan9wqdxiAPlbEQKkCdFRcbakbjN2TMJjMCHWL5zfgvqhmgeyKsrqg1wSce97J1_Mkvn3fh6CbqnwNb6bVFDvTJS3i5FzRhKiv6rUsYm8ZAdF4XRaYkFkeuHPl7rc-ruUTSAjC4GovxIxoDJFe0r4kbFmkiZOr40e8RZYK7T1IKrSvzfxx5AjnlK_OZOTCq0L7wBPbMW-IxmQpFCjpI-yuoi3FlZG3LaLNrBMXQF_lLZUDHs77q3fAGxDWwum2hKBfdBuUQtjlqwjQlgXPsskQ","e":"AQAB","qi":"PkbARLOwU_LcZrQy9mmfcPoQlAuCyeu1Q9nH7PYSnbHTFzmiud4Hl8bIXU9a0_58blDoOl3PctF-b4rAEJYUpCODu5PFyN6uEFYRg-YQwpjBMkXk8Eb39128ctARB40Lx8caDhRdTyaEedIG3cQDXSpAl9EOzXkzfx4bZxjAHU9mkMdJwOcMDQ","dp":"aiodZsrWpi8HFfZfeRs8OS_0L5x6WBl3Y9btoZgsIeruc9uZ8NXTIdxaM6FdnyNEyOYA1VH94tDYR-xEt1br1ud_dkPslLV_Aac7d7EaYc7cdkb7oC9t6sphVg0dqE0UTDlOwBxBYMtGmQbJsFzGpmjzVgKqWqJ3B947li2U7t63HXEvKprY2w","dq":"b0DzpSMb5p42dcQgOTU8Mr4S6JOEhRr_YjErMkpaXUEqvZ3jEB9HRmcRi5Gtt4NBiBMiY6V9br8a5gjEpiAQoIUcWokBMAYjEeurU8M6JLBd3YaZVVjISaFmdtynwLFoQxCh6_EC1rSywwrfDpSwO29S9i8Xbaap","n":"hAKYdtoeoy8zcAcR874L8cnZxKzAGwd7v36APp7Pv6Q2jdsPBRrwWEBnez6d0UDKDwGbc6nxfEXAy5mbhgajzrw3MOEt8uA5txSKobBpKDeBLOsdJKFqMGmXCQvEG7YemcxDTRPxAleIAgYYRjTSd_QBwVW9OwNFhekro3RtlinV0a75jfZgkne_YiktSvLG34lw2zqXBDTC5NHROUqGTlML4PlNZS5Ri2U4aCNx2rUPRcKIlE0PuKxI4T-HIaFpv8-rdV6eUgOrB2xeI1dSFFn_nnv5OoZJEIB-VmuKn3DCUcCZSFlQPSXSfBDiUGhwOw76WuSSsf1D4b_vLoJ10w"}"#;
const RSA_PEM: &str = "-----BEGIN RSA PUBLIC KEY-----
MIIBCgKCAQEAhAKYdtoeoy8zcAcR874L8cnZxKzAGwd7v36APp7Pv6Q2jdsPBRrw
WEBnez6d0UDKDwGbc6nxfEXAy5mbhgajzrw3MOEt8uA5txSKobBpKDeBLOsdJKFq
MGmXCQvEG7YemcxDTRPxAleIAgYYRjTSd/QBwVW9OwNFhekro3RtlinV0a75jfZg
kne/YiktSvLG34lw2zqXBDTC5NHROUqGTlML4PlNZS5Ri2U4aCNx2rUPRcKIlE0P
uKxI4T+HIaFpv8+rdV6eUgOrB2xeI1dSFFn/nnv5OoZJEIB+VmuKn3DCUcCZSFlQ
PSXSfBDiUGhwOw76WuSSsf1D4b/vLoJ10wIDAQAB
-----END RSA PUBLIC KEY-----";

/// RFC 9421, appendix B.1.3.
const P256_PRIVATE: &str = r#"{"kty":"EC","crv":"P-256","kid":"test-key-ecc-p256","d":"UpuF81l-kOxbjf7T4mNSv0r5tN67Gim7rnf6EFpcYDs","x":"qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA","y":"Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0"}"#;
const P256_PEM: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf
w0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==
-----END PUBLIC KEY-----";

/// RFC 8037, appendices A.1 and A.3.
const ED25519_PRIVATE: &str = r#"{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
const ED25519: &str =
    r#"{"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

/// The object with members changed, added, or taken away where the value is null.
fn with(jwk: &str, changes: Value) -> String {
    let mut jwk: Value = serde_json::from_str(jwk).unwrap();
    for (name, value) in changes.as_object().unwrap() {
        jwk[name] = value.clone();
    }
    jwk.as_object_mut()
        .unwrap()
        .retain(|_, value| !value.is_null());
    jwk.to_string()
}

fn public(jwk: &str) -> String {
    let private = ["d", "p", "q", "dp", "dq", "qi"].map(|name| (name.to_owned(), Value::Null));
    with(jwk, Value::Object(private.into_iter().collect()))
}

#[test]
fn the_keys_of_the_standards_are_read() {
    for (private, pem) in [(RSA_PRIVATE, RSA_PEM), (P256_PRIVATE, P256_PEM)] {
        let key = VerifyingKey::from_pem(pem).unwrap();
        assert_eq!(VerifyingKey::from_jwk(&public(private)).as_ref(), Ok(&key));
        assert_eq!(SigningKey::from_jwk(private).unwrap().verifying_key(), key);
    }
    let key = SigningKey::from_jwk(ED25519_PRIVATE).unwrap();
    assert_eq!(
        key.verifying_key(),
        VerifyingKey::from_jwk(ED25519).unwrap()
    );
    assert_eq!(key.verifying_key().to_jwk(), ED25519);
    assert_eq!(VerifyingKey::from_jwk(RSA).unwrap().bits(), 2048);
}

/// As Fedify stores and publishes them.
#[test]
fn what_webcrypto_exports_is_read() {
    let exported = json!({"key_ops": ["verify"], "ext": true, "alg": "RS256"});
    assert!(VerifyingKey::from_jwk(&with(RSA, exported)).is_ok());
    for alg in ["EdDSA", "Ed25519"] {
        let exported = json!({"key_ops": ["verify"], "ext": true, "alg": alg});
        assert!(VerifyingKey::from_jwk(&with(ED25519, exported)).is_ok());
        let exported = json!({"key_ops": ["sign"], "ext": true, "alg": alg});
        assert!(SigningKey::from_jwk(&with(ED25519_PRIVATE, exported)).is_ok());
    }
}

#[test]
fn a_key_that_was_written_is_read_again() {
    for key in [rsa(), ed25519(), p256(), p384()] {
        let jwk = key.to_jwk().unwrap();
        let again = SigningKey::from_jwk(&jwk).unwrap();
        assert_eq!(again.to_pem(), key.to_pem());
        let members: Value = serde_json::from_str(&jwk).unwrap();
        assert!(members["d"].is_string());
        let jwk = key.verifying_key().to_jwk();
        assert!(!jwk.contains("\"d\""), "{jwk}");
        assert_eq!(VerifyingKey::from_jwk(&jwk), Ok(key.verifying_key()));
    }
}

#[test]
fn what_is_no_public_jwk_is_refused_by_name() {
    let twice = |member: &str| ED25519.replacen('{', &format!("{{{member},"), 1);
    for (jwk, expected) in [
        (String::new(), KeyError::NotJwk),
        ("[]".into(), KeyError::NotJwk),
        ("{}".into(), KeyError::NotJwk),
        (format!("{ED25519} {ED25519}"), KeyError::NotJwk),
        (format!("{{\"keys\":[{ED25519}]}}"), KeyError::NotJwk),
        (with(ED25519, json!({"x": 5})), KeyError::NotJwk),
        (
            with(ED25519, json!({"key_ops": "verify"})),
            KeyError::NotJwk,
        ),
        (twice("\"x\":\"AAAA\""), KeyError::NotJwk),
        (twice("\"kty\":\"OKP\""), KeyError::NotJwk),
        (
            format!("{ED25519}{}", " ".repeat(16 * 1024)),
            KeyError::TooLong,
        ),
        (format!("{{\"a\":{}", "[".repeat(10_000)), KeyError::NotJwk),
        // A private key in an actor.
        (RSA_PRIVATE.into(), KeyError::PrivateKey),
        (P256_PRIVATE.into(), KeyError::PrivateKey),
        (ED25519_PRIVATE.into(), KeyError::PrivateKey),
        (with(RSA, json!({"p": "Aw"})), KeyError::PrivateKey),
        (with(RSA, json!({"oth": []})), KeyError::PrivateKey),
        // A secret is never taken for a key, whatever else the object says.
        (r#"{"kty":"oct","k":"AAAA"}"#.into(), KeyError::Symmetric),
        (with(RSA, json!({"kty": "oct"})), KeyError::Symmetric),
        (with(RSA, json!({"alg": "HS256"})), KeyError::OtherPurpose),
        (with(RSA, json!({"kty": "rsa"})), KeyError::Unsupported),
        (with(ED25519, json!({"kty": "EC"})), KeyError::Unsupported),
        (
            with(ED25519, json!({"crv": "Ed448"})),
            KeyError::Unsupported,
        ),
        (
            with(ED25519, json!({"crv": "X25519"})),
            KeyError::Unsupported,
        ),
        (
            public(&with(P256_PRIVATE, json!({"crv": "secp256k1"}))),
            KeyError::Unsupported,
        ),
        (
            public(&with(P256_PRIVATE, json!({"crv": "P-384"}))),
            KeyError::Malformed,
        ),
        (
            public(&with(P256_PRIVATE, json!({"y": null}))),
            KeyError::Malformed,
        ),
        (
            public(&with(P256_PRIVATE, json!({"y": "AAAA"}))),
            KeyError::Malformed,
        ),
        (
            // A point that is not on the curve.
            public(&with(
                P256_PRIVATE,
                json!({"y": "Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F4"}),
            )),
            KeyError::Malformed,
        ),
        (with(RSA, json!({"n": null})), KeyError::Malformed),
        (with(RSA, json!({"n": ""})), KeyError::Malformed),
        (with(RSA, json!({"e": "AAEAAQ"})), KeyError::Malformed),
        (with(RSA, json!({"e": "AQAB="})), KeyError::Malformed),
        (with(RSA, json!({"e": "AQ+B"})), KeyError::Malformed),
        (with(RSA, json!({"e": "AQ"})), KeyError::RsaNumbers),
        (
            with(RSA, json!({"n": "_____w"})),
            KeyError::RsaSize { bits: 32 },
        ),
        (with(ED25519, json!({"x": "AQ"})), KeyError::Malformed),
        (
            with(ED25519, json!({"x": "A".repeat(43)})),
            KeyError::SmallOrder,
        ),
        // Bits that no byte has.
        (ED25519.replace("cHURo", "cHURp"), KeyError::Malformed),
        (with(RSA, json!({"use": "enc"})), KeyError::OtherPurpose),
        (
            with(RSA, json!({"key_ops": ["sign"]})),
            KeyError::OtherPurpose,
        ),
        (with(RSA, json!({"key_ops": []})), KeyError::OtherPurpose),
        (with(RSA, json!({"alg": "RS384"})), KeyError::OtherPurpose),
        (with(RSA, json!({"alg": "PS256"})), KeyError::OtherPurpose),
        (with(RSA, json!({"alg": "ES256"})), KeyError::OtherPurpose),
        (with(RSA, json!({"alg": "none"})), KeyError::OtherPurpose),
        (
            with(ED25519, json!({"alg": "RS256"})),
            KeyError::OtherPurpose,
        ),
    ] {
        assert_eq!(VerifyingKey::from_jwk(&jwk), Err(expected), "{jwk:.300}");
    }
}

#[test]
fn what_is_no_private_jwk_is_refused_by_name() {
    let other = ed25519().verifying_key().to_jwk();
    let other: Value = serde_json::from_str(&other).unwrap();
    let zeros = "A".repeat(43);
    for (jwk, expected) in [
        (RSA.into(), KeyError::PublicKey),
        (ED25519.into(), KeyError::PublicKey),
        (r#"{"kty":"oct","k":"AAAA"}"#.into(), KeyError::Symmetric),
        // The public half of another key.
        (
            with(ED25519_PRIVATE, json!({"x": other["x"]})),
            KeyError::Malformed,
        ),
        (
            with(ED25519_PRIVATE, json!({"x": null})),
            KeyError::Malformed,
        ),
        (
            with(ED25519_PRIVATE, json!({"d": "AQAB"})),
            KeyError::Malformed,
        ),
        (with(P256_PRIVATE, json!({"d": zeros})), KeyError::Malformed),
        (
            with(P256_PRIVATE, json!({"d": "AQAB"})),
            KeyError::Malformed,
        ),
        (with(RSA_PRIVATE, json!({"q": null})), KeyError::Malformed),
        (
            with(RSA_PRIVATE, json!({"qi": "AQAB"})),
            KeyError::Malformed,
        ),
        (with(RSA_PRIVATE, json!({"oth": []})), KeyError::Unsupported),
        (
            with(RSA_PRIVATE, json!({"key_ops": ["verify"]})),
            KeyError::OtherPurpose,
        ),
        (
            with(RSA_PRIVATE, json!({"use": "enc"})),
            KeyError::OtherPurpose,
        ),
    ] {
        let error = SigningKey::from_jwk(&jwk).unwrap_err();
        assert_eq!(error, expected, "{jwk:.100}");
    }
}

#[test]
fn alg_narrows_what_a_key_may_do() {
    let check = |signing: &SigningKey, verifying: &VerifyingKey| {
        let mut request = Request::get("https://example.org/").body(b"").unwrap();
        let signer = Signer::new("k", signing.clone()).unwrap();
        signer.sign_rfc9421(&mut request, now()).unwrap();
        let policy = Policy::fediverse().authorities(["example.org"]);
        let claim = policy.read(request, now()).unwrap();
        let outcome = claim.check(verifying).map(drop);
        outcome.map_err(|refused| refused.error().reason())
    };
    let key = |alg: Value| SigningKey::from_jwk(&with(RSA_PRIVATE, json!({"alg": alg}))).unwrap();
    let (any, pkcs1, pss) = (key(Value::Null), key(json!("RS256")), key(json!("PS512")));
    assert_eq!(pkcs1.algorithm(), KeyAlgorithm::Rsa);
    assert_eq!(pss.algorithm(), KeyAlgorithm::RsaPss);

    assert_eq!(check(&any, &pkcs1.verifying_key()), Ok(()));
    assert_eq!(check(&pss, &any.verifying_key()), Ok(()));
    assert_eq!(check(&pss, &pss.verifying_key()), Ok(()));
    let mismatch = Err(Reason::AlgorithmMismatch);
    assert_eq!(check(&pss, &pkcs1.verifying_key()), mismatch);
    assert_eq!(check(&any, &pss.verifying_key()), mismatch);

    // It stands again in what is written, and stays with another backend.
    for (key, alg) in [(&any, None), (&pkcs1, Some("RS256")), (&pss, Some("PS512"))] {
        let moved = key.with_backend(key.backend()).unwrap();
        for jwk in [
            key.to_jwk().unwrap(),
            key.verifying_key().to_jwk(),
            moved.to_jwk().unwrap(),
            moved
                .verifying_key()
                .with_backend(key.backend())
                .unwrap()
                .to_jwk(),
        ] {
            let jwk: Value = serde_json::from_str(&jwk).unwrap();
            assert_eq!(jwk["alg"].as_str(), alg);
        }
    }

    // The draft has no algorithm for such a key, nor RFC 9421 for RS512.
    let mut request = Request::get("https://example.org/").body(b"").unwrap();
    let signer = Signer::new("k", pss).unwrap();
    let error = signer.sign(&mut request, now()).unwrap_err();
    assert!(matches!(error, SignError::KeyAlgorithm), "{error}");
    let signer = Signer::new("k", key(json!("RS512"))).unwrap();
    let error = signer.sign_rfc9421(&mut request, now()).unwrap_err();
    assert!(matches!(error, SignError::KeyAlgorithm), "{error}");
}
