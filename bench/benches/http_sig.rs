//! A signed POST with a body of 2.5 KB, against the raw signature and hash of the same backend.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    Ed25519KeyPair, KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use aws_lc_rs::{digest, signature};
use bytes::Bytes;
use fedikit_bench::{case, compare};
use http::Request;
use http_sig::{Digest, Policy, Signer, SigningKey};
use std::time::SystemTime;

fn main() {
    let body = Bytes::from(vec![b'x'; 2_500]);
    let now = SystemTime::now();
    let request = || {
        Request::post("https://example.org/users/alice/inbox")
            .header("content-type", "application/activity+json")
            .body(body.clone())
            .unwrap()
    };
    let policy = Policy::fediverse().authorities(["example.org"]);
    let rsa = SigningKey::generate_rsa().unwrap();
    let ed25519 = SigningKey::generate_ed25519().unwrap();
    let der = |key: &SigningKey| pem::parse(key.to_pem().unwrap()).unwrap().into_contents();
    let raw_rsa = RsaKeyPair::from_pkcs8(&der(&rsa)).unwrap();
    let raw_ed25519 = Ed25519KeyPair::from_pkcs8(&der(&ed25519)).unwrap();
    let random = SystemRandom::new();
    let mut signature = vec![0; 256];
    // As long as the signature base of the request above.
    let base = [b'x'; 260];
    let shared = Digest::sha256(&body);

    for (name, key) in [("RSA-2048", &rsa), ("Ed25519", &ed25519)] {
        let signer = Signer::new("https://example.com/users/bob#main-key", key.clone()).unwrap();
        let is_rsa = name == "RSA-2048";
        compare(
            &format!("sign a POST, {name}"),
            vec![
                case("raw signature", || {
                    if is_rsa {
                        raw_rsa
                            .sign(&RSA_PKCS1_SHA256, &random, &base, &mut signature)
                            .unwrap();
                    } else {
                        std::hint::black_box(raw_ed25519.sign(&base));
                    }
                }),
                case("sign_prepared, digest shared", || {
                    let mut request = request();
                    signer
                        .sign_prepared(&mut request, Some(&shared), now)
                        .unwrap();
                    request
                }),
                case("sign, digest included", || {
                    let mut request = request();
                    signer.sign(&mut request, now).unwrap();
                    request
                }),
            ],
        );
        let mut signed = request();
        signer.sign(&mut signed, now).unwrap();
        let public = key.verifying_key();
        let mut raw_signature = vec![0; 256];
        raw_rsa
            .sign(&RSA_PKCS1_SHA256, &random, &base, &mut raw_signature)
            .unwrap();
        let raw_public =
            ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, raw_rsa.public_key().as_ref())
                .unwrap();
        let ed_signature = raw_ed25519.sign(&base);
        let ed_public =
            ParsedPublicKey::new(&signature::ED25519, raw_ed25519.public_key().as_ref()).unwrap();
        compare(
            &format!("verify a POST, {name}, key parsed"),
            vec![
                case("raw verification and hash of the body", || {
                    std::hint::black_box(digest::digest(&digest::SHA256, &body));
                    if is_rsa {
                        raw_public.verify_sig(&base, &raw_signature).unwrap();
                    } else {
                        ed_public.verify_sig(&base, ed_signature.as_ref()).unwrap();
                    }
                }),
                case("read and check (and a copy of the request)", || {
                    policy
                        .read(signed.clone(), now)
                        .unwrap()
                        .check(&public)
                        .unwrap()
                }),
                case("a copy of the request alone", || signed.clone()),
            ],
        );
    }
}
