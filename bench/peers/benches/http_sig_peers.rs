//! The same POST with a body of 2.5 KB signed and verified by us and by others, with RSA-2048 and keys that are parsed
//! before. Where a peer leaves digest, date or cryptography to its caller, they are done here in the cheapest way.

use std::collections::BTreeMap;
use std::time::SystemTime;

use apx_core::crypto::common::PublicKey as ApxPublicKey;
use apx_core::crypto::rsa::rsa_secret_key_from_pkcs8_pem;
use apx_core::http_signatures::create::{
    HttpSigner, create_http_signature_cavage, create_http_signature_rfc9421,
};
use apx_core::http_signatures::verify::{parse_http_signature, verify_http_signature};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use fedikit_bench::{case, case_on, compare};
use futures_executor::block_on;
use http::{HeaderValue, Request};
use http_body_util::Full;
use http_sig::{Policy, Signer, SigningKey, VerifyingKey};
use http_signature_normalization::Config;
use httpsig_hyper::prelude::message_component::HttpMessageComponentId;
use httpsig_hyper::prelude::{AlgorithmName, HttpSignatureParams, PublicKey, SecretKey};
use httpsig_hyper::{ContentDigestType, MessageSignatureReq, RequestContentDigest};
use rsa::pkcs8::{DecodePrivateKey, DecodePublicKey};
use rsa::sha2::{Digest as _, Sha256};
use rsa::{Pkcs1v15Sign, RsaPrivateKey, RsaPublicKey};
use sigh::Key as _;
use sigh::alg::RsaSha256;

const KEY_ID: &str = "https://example.com/users/bob#main-key";
const URL: &str = "https://example.org/users/alice/inbox";

fn main() {
    let pem = SigningKey::generate_rsa().unwrap().to_pem().unwrap();
    let public = SigningKey::from_pem(&pem).unwrap().verifying_key().to_pem();
    let raw = Raw::new(&pem);
    sign(&pem, &raw);
    verify(&pem, &public, &raw);
}

fn post() -> Request<Bytes> {
    static BODY: [u8; 2_500] = [b'x'; 2_500];
    Request::post(URL)
        .header("content-type", "application/activity+json")
        .body(Bytes::from_static(&BODY))
        .unwrap()
}

fn sign(pem: &str, raw: &Raw) {
    let ours = Signer::new(KEY_ID, SigningKey::from_pem(pem).unwrap()).unwrap();
    let apx = apx(pem);
    let rsa = RsaPrivateKey::from_pkcs8_pem(pem).unwrap();
    let sigh = sigh::PrivateKey::from_pem(pem.as_bytes()).unwrap();
    let httpsig = SecretKey::from_pem(&AlgorithmName::RsaV1_5Sha256, pem).unwrap();
    compare(
        "sign a POST, RSA-2048, digest included",
        vec![
            case("raw signature and hash (AWS-LC)", || {
                let _ = digest(&SHA256, &[b'x'; 2_500]);
                raw.sign(&[b'x'; 260])
            }),
            case_on("ours, the draft", post, |mut request| {
                ours.sign(&mut request, SystemTime::now()).unwrap();
                request
            }),
            case_on("ours, RFC 9421", post, |mut request| {
                ours.sign_rfc9421(&mut request, SystemTime::now()).unwrap();
                request
            }),
            case_on("sigh, the draft (OpenSSL)", post, |request| {
                sigh_signed(request, &sigh)
            }),
            case_on(
                "http-signature-normalization (AWS-LC by hand)",
                post,
                |request| {
                    normalization_signed(request, |base| STANDARD.encode(raw.sign(base.as_bytes())))
                },
            ),
            case_on(
                "activitypub_federation's calls: the same, rsa",
                post,
                |request| {
                    let signature = |base: &str| {
                        // It hands over a copy of the key for each request.
                        let hash = Sha256::digest(base.as_bytes());
                        let signature = rsa.clone().sign(Pkcs1v15Sign::new::<Sha256>(), &hash);
                        STANDARD.encode(signature.unwrap())
                    };
                    normalization_signed(request, signature)
                },
            ),
            case_on("apx_core, the draft (rsa)", post, |request| {
                apx_signed(request, &apx)
            }),
            case_on("apx_core, RFC 9421 (rsa)", post, |request| {
                apx_signed_rfc9421(request, &apx)
            }),
            case_on("httpsig-hyper, RFC 9421 (rsa)", full, |request| {
                httpsig_signed(request, &httpsig)
            }),
        ],
    );
}

fn verify(pem: &str, public: &str, raw: &Raw) {
    let signer = Signer::new(KEY_ID, SigningKey::from_pem(pem).unwrap()).unwrap();
    let [mut by_draft, mut by_rfc9421] = [post(), post()];
    signer.sign(&mut by_draft, SystemTime::now()).unwrap();
    signer
        .sign_rfc9421(&mut by_rfc9421, SystemTime::now())
        .unwrap();
    let (by_draft, by_rfc9421) = (&by_draft, &by_rfc9421);
    let signature = raw.sign(&[b'x'; 260]);
    let key = VerifyingKey::from_pem(public).unwrap();
    let policy = Policy::fediverse().authorities(["example.org"]);
    let ours = |request| {
        let claim = policy.read(request, SystemTime::now()).unwrap();
        claim.check(&key).unwrap()
    };
    let apx_key = ApxPublicKey::from_pem(public).unwrap();
    let apx = |request: Request<Bytes>| {
        let digest = apx_core::http_digest::ContentDigest::new(request.body());
        let signature =
            parse_http_signature(request.method(), request.uri(), request.headers()).unwrap();
        verify_http_signature(&signature, &apx_key, Some(digest)).unwrap();
        request
    };
    let rsa_key = RsaPublicKey::from_public_key_pem(public).unwrap();
    let by_rsa = |key: &RsaPublicKey, base: &str, signature: &str| {
        let signature = STANDARD.decode(signature).unwrap();
        let hash = Sha256::digest(base.as_bytes());
        key.verify(Pkcs1v15Sign::new::<Sha256>(), &hash, &signature)
            .is_ok()
    };
    let sigh_key = sigh::PublicKey::from_pem(public.as_bytes()).unwrap();
    let httpsig = SecretKey::from_pem(&AlgorithmName::RsaV1_5Sha256, pem).unwrap();
    let (head, _) = httpsig_signed(full(), &httpsig).into_parts();
    let by_httpsig = &Request::from_parts(head, full().into_body());
    let httpsig_key = PublicKey::from_pem(&AlgorithmName::RsaV1_5Sha256, public).unwrap();
    compare(
        "verify a POST, RSA-2048, key parsed, digest included",
        vec![
            case("raw verification and hash (AWS-LC)", || {
                let _ = digest(&SHA256, &[b'x'; 2_500]);
                raw.verify(&[b'x'; 260], &signature)
            }),
            case_on("ours, the draft", || by_draft.clone(), ours),
            case_on("ours, RFC 9421", || by_rfc9421.clone(), ours),
            case_on(
                "sigh, the draft (OpenSSL)",
                || by_draft.clone(),
                |request| {
                    assert_eq!(
                        request.headers()["digest"].as_bytes(),
                        digest_field(request.body()).as_bytes()
                    );
                    let signature = sigh::Signature::from(&request);
                    assert!(signature.verify(&sigh_key).unwrap());
                    request
                },
            ),
            case_on(
                "http-signature-normalization (AWS-LC by hand)",
                || by_draft.clone(),
                |request| {
                    normalization_verified(request, |signature, base| {
                        let signature = STANDARD.decode(signature).unwrap();
                        raw.verify(base.as_bytes(), &signature)
                    })
                },
            ),
            case_on(
                "http-signature-normalization (rsa)",
                || by_draft.clone(),
                |request| {
                    normalization_verified(request, |signature, base| {
                        by_rsa(&rsa_key, base, signature)
                    })
                },
            ),
            case_on(
                "activitypub_federation's calls: key from PEM",
                || by_draft.clone(),
                |request| {
                    normalization_verified(request, |signature, base| {
                        let key = RsaPublicKey::from_public_key_pem(public).unwrap();
                        by_rsa(&key, base, signature)
                    })
                },
            ),
            case_on("apx_core, the draft (rsa)", || by_draft.clone(), apx),
            case_on("apx_core, RFC 9421 (rsa)", || by_rfc9421.clone(), apx),
            // It does not accept ours: it writes the parameters in an order of its own (RFC 9421, section 3.2, step 7,
            // wants that of the field).
            case_on(
                "httpsig-hyper, RFC 9421 (rsa), its own",
                || by_httpsig.clone(),
                |request| {
                    block_on(async {
                        request
                            .verify_message_signature(&httpsig_key, None)
                            .await
                            .unwrap();
                        request.verify_content_digest().await.unwrap()
                    })
                },
            ),
        ],
    );
}

fn digest_field(body: &[u8]) -> String {
    format!("SHA-256={}", STANDARD.encode(digest(&SHA256, body)))
}

fn date() -> String {
    httpdate::fmt_http_date(SystemTime::now())
}

fn insert(request: &mut Request<Bytes>, name: &'static str, value: String) {
    let value = HeaderValue::try_from(value).unwrap();
    request.headers_mut().insert(name, value);
}

fn sigh_signed(mut request: Request<Bytes>, key: &sigh::PrivateKey) -> Request<Bytes> {
    insert(&mut request, "host", "example.org".to_owned());
    insert(&mut request, "date", date());
    let digest = digest_field(request.body());
    insert(&mut request, "digest", digest);
    sigh::SigningConfig::new(RsaSha256, key, KEY_ID)
        .sign(&mut request)
        .unwrap();
    request
}

fn normalization_signed(
    mut request: Request<Bytes>,
    sign: impl FnOnce(&str) -> String,
) -> Request<Bytes> {
    insert(&mut request, "host", "example.org".to_owned());
    insert(&mut request, "date", date());
    let digest = digest_field(request.body());
    insert(&mut request, "digest", digest);
    let target = request.uri().path_and_query().unwrap().as_str();
    let unsigned = Config::new()
        .mastodon_compat()
        .begin_sign("POST", target, map(&request))
        .unwrap();
    let signed = unsigned.sign(KEY_ID.to_owned(), |base| Ok::<_, ()>(sign(base)));
    insert(
        &mut request,
        "signature",
        signed.unwrap().signature_header(),
    );
    request
}

fn normalization_verified(
    request: Request<Bytes>,
    verify: impl FnOnce(&str, &str) -> bool,
) -> Request<Bytes> {
    assert_eq!(
        request.headers()["digest"].as_bytes(),
        digest_field(request.body()).as_bytes()
    );
    let target = request.uri().path_and_query().unwrap().as_str();
    let unverified = Config::new()
        .require_digest()
        .set_expiration(std::time::Duration::from_secs(60 * 60))
        .begin_verify("POST", target, map(&request))
        .unwrap();
    assert!(unverified.verify(verify));
    request
}

/// As activitypub_federation makes it.
fn map(request: &Request<Bytes>) -> BTreeMap<String, String> {
    let headers = request.headers().iter();
    let text = |value: &HeaderValue| value.to_str().unwrap().to_string();
    headers
        .map(|(name, value)| (name.to_string(), text(value)))
        .collect()
}

fn apx(pem: &str) -> HttpSigner {
    let key = rsa_secret_key_from_pkcs8_pem(pem).unwrap();
    HttpSigner::new_rsa(key, KEY_ID.to_owned())
}

fn apx_signed(mut request: Request<Bytes>, signer: &HttpSigner) -> Request<Bytes> {
    let (method, body) = (request.method().clone(), request.body().clone());
    let fields = create_http_signature_cavage(method, URL, Some(&body), signer).unwrap();
    insert(&mut request, "host", fields.host);
    insert(&mut request, "date", fields.date);
    insert(&mut request, "digest", fields.digest.unwrap());
    insert(&mut request, "signature", fields.signature);
    request
}

fn apx_signed_rfc9421(mut request: Request<Bytes>, signer: &HttpSigner) -> Request<Bytes> {
    let (method, body) = (request.method().clone(), request.body().clone());
    let fields = create_http_signature_rfc9421(method, URL, Some(&body), signer).unwrap();
    insert(
        &mut request,
        "content-digest",
        fields.content_digest.unwrap(),
    );
    insert(&mut request, "signature-input", fields.signature_input);
    insert(&mut request, "signature", fields.signature);
    request
}

fn full() -> Request<Full<Bytes>> {
    post().map(Full::new)
}

fn httpsig_signed(request: Request<Full<Bytes>>, key: &SecretKey) -> Request<impl Sized + use<>> {
    block_on(async {
        let mut request = request
            .set_content_digest(&ContentDigestType::Sha256)
            .await
            .unwrap();
        let covered = ["@method", "@target-uri", "content-digest", "content-type"]
            .map(|name| HttpMessageComponentId::try_from(name).unwrap());
        let mut parameters = HttpSignatureParams::try_new(&covered).unwrap();
        parameters.set_alg(&AlgorithmName::RsaV1_5Sha256);
        parameters.set_keyid(KEY_ID);
        request
            .set_message_signature(&parameters, key, Some("sig1"))
            .await
            .unwrap();
        request
    })
}

struct Raw {
    pair: RsaKeyPair,
    public: ParsedPublicKey,
    random: SystemRandom,
}

impl Raw {
    fn new(pem: &str) -> Self {
        let pair = RsaKeyPair::from_pkcs8(pem::parse(pem).unwrap().contents()).unwrap();
        let public = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref());
        Self {
            pair,
            public: public.unwrap(),
            random: SystemRandom::new(),
        }
    }

    fn sign(&self, base: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &self.random, base, &mut signature)
            .unwrap();
        signature
    }

    fn verify(&self, base: &[u8], signature: &[u8]) -> bool {
        self.public.verify_sig(base, signature).is_ok()
    }
}
