//! A signed POST with a body of 2.5 KB, against the raw signature and hash of the same backend; and all that is not
//! cryptography, by itself.

use std::error::Error;
use std::time::SystemTime;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ED25519, Ed25519KeyPair, KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_SHA256, RsaKeyPair,
};
use bytes::Bytes;
use fedikit_bench::{case, case_on, compare};
use http::Request;
use http_sig::{
    ContentDigest, Digest, Policy, Sign, SignatureAlgorithm, Signer, SigningKey, VerifyingKey,
};

const KEY_ID: &str = "https://example.com/users/bob#main-key";

fn main() {
    let rsa = SigningKey::generate_rsa().unwrap();
    let ed25519 = SigningKey::generate_ed25519().unwrap();
    for (name, key) in [("RSA-2048", &rsa), ("Ed25519", &ed25519)] {
        sign(name, key);
        verify(name, key);
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
                raw.hash(&body);
                raw.sign()
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
            case("raw signature", || raw.sign()),
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
                raw.hash(by_draft.body());
                raw.verify();
            }),
            case_on("the draft", || by_draft.clone(), verify),
            case_on("RFC 9421", || by_rfc9421.clone(), verify),
        ],
    );
}

/// With a signature that costs an allocation and no more, a digest that is at hand, and bodies that are empty. What the
/// first case takes is the benchmark's own.
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
            .at_most(8),
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
            .at_most(7),
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
                "nothing: the request moved",
                || post_by_draft.clone(),
                |request| request,
            ),
            case_on("POST, the draft", || post_by_draft.clone(), read).at_most(4),
            case_on("POST, RFC 9421", || post_by_rfc9421.clone(), read).at_most(14),
            case_on("GET, the draft", || get_by_draft.clone(), read).at_most(4),
            case_on("GET, RFC 9421", || get_by_rfc9421.clone(), read).at_most(12),
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

/// The same key in the backend's own hands.
struct Raw {
    pair: Pair,
    public: ParsedPublicKey,
    signature: Vec<u8>,
    random: SystemRandom,
}

enum Pair {
    Rsa(RsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Raw {
    /// As long as the signature base of the request above.
    const BASE: [u8; 260] = [b'x'; 260];

    fn new(key: &SigningKey) -> Self {
        let der = pem::parse(key.to_pem().unwrap()).unwrap().into_contents();
        let (pair, public) = if let Ok(pair) = Ed25519KeyPair::from_pkcs8(&der) {
            let public = ParsedPublicKey::new(&ED25519, pair.public_key().as_ref());
            (Pair::Ed25519(pair), public)
        } else {
            let pair = RsaKeyPair::from_pkcs8(&der).unwrap();
            let public =
                ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref());
            (Pair::Rsa(pair), public)
        };
        let mut raw = Self {
            pair,
            public: public.unwrap(),
            signature: Vec::new(),
            random: SystemRandom::new(),
        };
        raw.signature = raw.sign();
        raw
    }

    fn hash(&self, body: &[u8]) {
        std::hint::black_box(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, body));
    }

    fn sign(&self) -> Vec<u8> {
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &self.random, &Self::BASE, &mut signature)
                    .unwrap();
                signature
            }
            Pair::Ed25519(pair) => pair.sign(&Self::BASE).as_ref().to_vec(),
        }
    }

    fn verify(&self) {
        self.public
            .verify_sig(&Self::BASE, &self.signature)
            .unwrap();
    }
}
