//! A signed POST with a body of 2.5 KB, against the raw signature and hash of the same backend, of each backend; and all
//! that is not cryptography, by itself.

use std::error::Error;
use std::time::SystemTime;

use aws_lc_rs::encoding::{AsBigEndian as _, Curve25519SeedBin};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ED25519, Ed25519KeyPair, KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_SHA256, RsaKeyPair,
};
use bytes::Bytes;
use fedikit_bench::{case, case_on, compare};
use http::Request;
use http_sig::{
    Backend, ContentDigest, Digest, KeyAlgorithm, Policy, Sign, SignatureAlgorithm, Signer,
    SigningKey, VerifyingKey,
};
use rsa::pkcs8::DecodePrivateKey;
use sha2::{Digest as _, Sha256};

const KEY_ID: &str = "https://example.com/users/bob#main-key";

fn main() {
    let rsa = SigningKey::generate_rsa().unwrap();
    let ed25519 = SigningKey::generate_ed25519().unwrap();
    for backend in [Backend::AwsLcRs, Backend::PureRust] {
        for (name, key) in [("RSA-2048", &rsa), ("Ed25519", &ed25519)] {
            let name = format!("{name}, {backend:?}");
            let key = key.with_backend(backend).unwrap();
            sign(&name, &key);
            verify(&name, &key);
        }
    }
    all_but_the_crypto(&rsa.verifying_key());
}

fn post() -> Request<Bytes> {
    static BODY: [u8; 2_500] = [b'x'; 2_500];
    Request::post("https://example.org/users/alice/inbox")
        .header("content-type", "application/activity+json")
        .body(Bytes::from_static(&BODY))
        .unwrap()
}

fn get() -> Request<Bytes> {
    Request::get("https://example.org/users/alice")
        .header("accept", "application/activity+json")
        .body(Bytes::new())
        .unwrap()
}

fn sign(name: &str, key: &SigningKey) {
    let now = SystemTime::now();
    let signer = Signer::new(KEY_ID, key.clone()).unwrap();
    let raw = Raw::new(key);
    let body = post().into_body();
    compare(
        &format!("sign a POST, {name}, digest included"),
        vec![
            case("raw signature and hash of the body", || {
                (raw.hash)(&body);
                (raw.sign)()
            }),
            case_on("the draft", post, |mut request| {
                signer.sign(&mut request, now).unwrap();
                request
            }),
            case_on("RFC 9421", post, |mut request| {
                signer.sign_rfc9421(&mut request, now).unwrap();
                request
            }),
        ],
    );
    let digest = Digest::sha256(&body);
    let content_digest = ContentDigest::from(&digest);
    compare(
        &format!("sign a POST, {name}, digest shared"),
        vec![
            case("raw signature", || (raw.sign)()),
            case_on("the draft", post, |mut request| {
                let digest = Some(&digest);
                signer.sign_prepared(&mut request, digest, now).unwrap();
                request
            }),
            case_on("RFC 9421", post, |mut request| {
                signer
                    .sign_rfc9421_prepared(&mut request, Some(&content_digest), now)
                    .unwrap();
                request
            }),
        ],
    );
}

fn verify(name: &str, key: &SigningKey) {
    let now = SystemTime::now();
    let signer = Signer::new(KEY_ID, key.clone()).unwrap();
    let raw = Raw::new(key);
    let policy = Policy::fediverse().authorities(["example.org"]);
    let public = key.verifying_key();
    let (by_draft, by_rfc9421) = signed(&signer, post(), now);
    let verify = |request| policy.read(request, now).unwrap().check(&public).unwrap();
    compare(
        &format!("verify a POST, {name}, key parsed"),
        vec![
            case("raw verification and hash of the body", || {
                (raw.hash)(by_draft.body());
                (raw.verify)();
            }),
            case_on("the draft", || by_draft.clone(), verify),
            case_on("RFC 9421", || by_rfc9421.clone(), verify),
        ],
    );
}

/// With a signature that costs an allocation and no more, a digest that is at hand, and bodies that are empty. What the
/// first case takes is the benchmark's own, and where something is verified, the hash of the empty body.
fn all_but_the_crypto(public: &VerifyingKey) {
    let now = SystemTime::now();
    let key = SigningKey::kept_elsewhere(public.clone(), Zeros);
    let signer = Signer::new(KEY_ID, key).unwrap();
    let digest = Digest::sha256(post().body());
    let content_digest = ContentDigest::from(&digest);
    compare(
        "sign, all but the cryptography",
        vec![
            case_on("nothing: the request moved", post, |request| request),
            case_on("POST, the draft", post, |mut request| {
                let digest = Some(&digest);
                signer.sign_prepared(&mut request, digest, now).unwrap();
                request
            })
            .at_most(6),
            case_on("POST, RFC 9421", post, |mut request| {
                signer
                    .sign_rfc9421_prepared(&mut request, Some(&content_digest), now)
                    .unwrap();
                request
            })
            .at_most(6),
            case_on("GET, the draft", get, |mut request| {
                signer.sign_prepared(&mut request, None, now).unwrap();
                request
            })
            .at_most(6),
            case_on("GET, RFC 9421", get, |mut request| {
                signer
                    .sign_rfc9421_prepared(&mut request, None, now)
                    .unwrap();
                request
            })
            .at_most(6),
        ],
    );
    let policy = Policy::fediverse().authorities(["example.org"]);
    let empty = post().map(|_| Bytes::new());
    let (post_by_draft, post_by_rfc9421) = signed(&signer, empty, now);
    let (get_by_draft, get_by_rfc9421) = signed(&signer, get(), now);
    let read = |request| policy.read(request, now).unwrap();
    compare(
        "verify, all but the cryptography",
        vec![
            case_on(
                "nothing: the request moved and its body hashed",
                || post_by_draft.clone(),
                |request| (Sha256::digest(request.body()), request),
            ),
            case_on("POST, the draft", || post_by_draft.clone(), read).at_most(4),
            case_on("POST, RFC 9421", || post_by_rfc9421.clone(), read).at_most(6),
            case_on("GET, the draft", || get_by_draft.clone(), read).at_most(4),
            case_on("GET, RFC 9421", || get_by_rfc9421.clone(), read).at_most(6),
        ],
    );
}

/// The request signed by the draft, and by RFC 9421.
fn signed(
    signer: &Signer,
    request: Request<Bytes>,
    now: SystemTime,
) -> (Request<Bytes>, Request<Bytes>) {
    let [mut by_draft, mut by_rfc9421] = [request.clone(), request];
    signer.sign(&mut by_draft, now).unwrap();
    signer.sign_rfc9421(&mut by_rfc9421, now).unwrap();
    (by_draft, by_rfc9421)
}

struct Zeros;

impl Sign for Zeros {
    fn sign(
        &self,
        _: SignatureAlgorithm,
        _: &[u8],
    ) -> Result<Vec<u8>, Box<dyn Error + Send + Sync + 'static>> {
        Ok(vec![0; 256])
    }
}

/// The same key in the hands of its backend, without anything of ours.
struct Raw {
    hash: fn(&[u8]),
    sign: Box<dyn Fn() -> Vec<u8>>,
    verify: Box<dyn Fn()>,
}

/// As long as the signature base of the request above.
const BASE: [u8; 260] = [b'x'; 260];

impl Raw {
    fn new(key: &SigningKey) -> Self {
        let der = pem::parse(key.to_pem().unwrap()).unwrap().into_contents();
        match (key.backend(), key.algorithm()) {
            (Backend::PureRust, KeyAlgorithm::Rsa) => Self::pure_rust_rsa(&der),
            (Backend::PureRust, _) => Self::pure_rust_ed25519(&der),
            (_, KeyAlgorithm::Rsa) => Self::aws_lc_rs_rsa(&der),
            (_, _) => Self::aws_lc_rs_ed25519(&der),
        }
    }

    fn aws_lc_rs_rsa(der: &[u8]) -> Self {
        let pair = RsaKeyPair::from_pkcs8(der).unwrap();
        let public = pair.public_key().as_ref();
        let public = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public).unwrap();
        let random = SystemRandom::new();
        let sign = move || {
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(&RSA_PKCS1_SHA256, &random, &BASE, &mut signature)
                .unwrap();
            signature
        };
        Self::aws_lc_rs(sign, public)
    }

    fn aws_lc_rs_ed25519(der: &[u8]) -> Self {
        let pair = Ed25519KeyPair::from_pkcs8(der).unwrap();
        let public = ParsedPublicKey::new(&ED25519, pair.public_key().as_ref()).unwrap();
        Self::aws_lc_rs(move || pair.sign(&BASE).as_ref().to_vec(), public)
    }

    fn aws_lc_rs(sign: impl Fn() -> Vec<u8> + 'static, public: ParsedPublicKey) -> Self {
        let signature = sign();
        Self {
            hash: |body| {
                let sha256 = &aws_lc_rs::digest::SHA256;
                std::hint::black_box(aws_lc_rs::digest::digest(sha256, body));
            },
            sign: Box::new(sign),
            verify: Box::new(move || public.verify_sig(&BASE, &signature).unwrap()),
        }
    }

    fn pure_rust_rsa(der: &[u8]) -> Self {
        let key = rsa::RsaPrivateKey::from_pkcs8_der(der).unwrap();
        let public = key.to_public_key();
        let padding = rsa::Pkcs1v15Sign::new::<rsa::sha2::Sha256>;
        let sign = move || {
            let hash = Sha256::digest(BASE);
            key.sign_with_rng(&mut rsa::rand_core::OsRng, padding(), &hash)
                .unwrap()
        };
        let verify = move |signature: &[u8]| {
            let hash = Sha256::digest(BASE);
            public.verify(padding(), &hash, signature).unwrap();
        };
        Self::pure_rust(sign, verify)
    }

    fn pure_rust_ed25519(der: &[u8]) -> Self {
        use ed25519_dalek::Signer as _;
        let seed = Ed25519KeyPair::from_pkcs8(der).unwrap().seed().unwrap();
        let seed: Curve25519SeedBin<'_> = seed.as_be_bytes().unwrap();
        let seed: &[u8; 32] = seed.as_ref().try_into().unwrap();
        let key = ed25519_dalek::SigningKey::from_bytes(seed);
        let public = key.verifying_key();
        let verify = move |signature: &[u8]| {
            let signature = ed25519_dalek::Signature::from_slice(signature).unwrap();
            public.verify_strict(&BASE, &signature).unwrap();
        };
        Self::pure_rust(move || key.sign(&BASE).to_bytes().to_vec(), verify)
    }

    fn pure_rust(sign: impl Fn() -> Vec<u8> + 'static, verify: impl Fn(&[u8]) + 'static) -> Self {
        let signature = sign();
        Self {
            hash: |body| {
                std::hint::black_box(Sha256::digest(body));
            },
            sign: Box::new(sign),
            verify: Box::new(move || verify(&signature)),
        }
    }
}
