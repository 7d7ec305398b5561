//! HMAC: only where both sides asked for it.

use http::{Request, Response};
use http_sig::rfc9421::SigningOptions;
use http_sig::{
    Policy, Reason, SharedSecret, SignError, SignatureAlgorithm, Signer, VerifyError, cavage,
};

use crate::draft::{KEY_ID, ed25519, now, rsa};

fn secret() -> SharedSecret {
    SharedSecret::new([7; 32]).unwrap()
}

fn signer() -> Signer {
    Signer::with_shared_secret(KEY_ID, secret()).unwrap()
}

fn policy() -> Policy {
    Policy::fediverse().authorities(["example.org"])
}

fn post() -> Request<Vec<u8>> {
    let request = Request::post("https://example.org/inbox");
    request.body(b"{}".to_vec()).unwrap()
}

/// By the draft, by RFC 9421, and by RFC 9421 without the name of the algorithm.
fn signed() -> [Request<Vec<u8>>; 3] {
    let [mut draft, mut named, mut unnamed] = [post(), post(), post()];
    signer().sign(&mut draft, now()).unwrap();
    signer().sign_rfc9421(&mut named, now()).unwrap();
    let digest = http_sig::Digest::sha256(b"{}");
    let options = SigningOptions::new().name_algorithm(false);
    signer()
        .sign_rfc9421_with(&mut unnamed, Some(&(&digest).into()), &options, now())
        .unwrap();
    [draft, named, unnamed]
}

fn check(
    policy: &Policy,
    request: Request<Vec<u8>>,
    secret: &SharedSecret,
) -> Result<(), VerifyError> {
    let refused = policy.read(request, now())?.check_shared_secret(secret);
    refused.map(drop).map_err(|refused| refused.into_error())
}

#[test]
fn what_is_signed_with_a_secret_is_verified_with_it_by_either_standard() {
    let policy = policy().accept_hmac(true);
    let other = SharedSecret::new([8; 32]).unwrap();
    for request in signed() {
        assert_eq!(check(&policy, request.clone(), &secret()), Ok(()));
        let error = check(&policy, request.clone(), &other).unwrap_err();
        assert_eq!(error.reason(), Reason::SignatureMismatch);
        let mut changed = request;
        *changed.uri_mut() = "https://example.org/outbox".parse().unwrap();
        let error = check(&policy, changed, &secret()).unwrap_err();
        assert_eq!(error.reason(), Reason::SignatureMismatch);
    }
    let [draft, named, _] = signed();
    let field = |request: &Request<_>, name: &str| {
        let headers: &http::HeaderMap = request.headers();
        headers[name].to_str().unwrap().to_owned()
    };
    assert!(field(&draft, "signature").contains("algorithm=\"hmac-sha256\""));
    assert!(field(&named, "signature-input").contains("alg=\"hmac-sha256\""));
}

#[test]
fn a_replay_is_known_by_the_secret_that_signed() {
    let policy = policy().accept_hmac(true);
    let replay_key = |bytes: [u8; 32]| {
        let secret = SharedSecret::new(bytes).unwrap();
        let mut request = post();
        let signer = Signer::with_shared_secret(KEY_ID, secret.clone()).unwrap();
        signer.sign(&mut request, now()).unwrap();
        let claim = policy.read(request, now()).unwrap();
        claim.check_shared_secret(&secret).unwrap().replay_key()
    };
    assert_eq!(replay_key([7; 32]), replay_key([7; 32]));
    assert_ne!(replay_key([7; 32]), replay_key([8; 32]));
}

#[test]
fn without_the_opt_in_no_secret_is_tried() {
    for policy in [Policy::fediverse(), Policy::strict(), Policy::mastodon()] {
        let policy = policy.authorities(["example.org"]);
        for request in signed() {
            let error = check(&policy, request, &secret()).unwrap_err();
            assert_eq!(error.reason(), Reason::AlgorithmRefused);
        }
    }
}

#[test]
fn a_public_key_is_no_secret_and_checks_no_hmac() {
    let policy = policy().accept_hmac(true);
    for key in [rsa(), ed25519()] {
        let key = key.verifying_key();
        assert!(SharedSecret::new(key.to_pem()).is_err());
        let [draft, named, unnamed] = signed();
        for (request, expected) in [
            (draft, Reason::AlgorithmMismatch),
            (named, Reason::AlgorithmMismatch),
            (unnamed, Reason::SignatureMismatch),
        ] {
            let claim = policy.read(request, now()).unwrap();
            assert_eq!(claim.check(&key).unwrap_err().error().reason(), expected);
        }
    }
    // And a signature is no HMAC.
    let mut request = post();
    let signer = Signer::new(KEY_ID, rsa().clone()).unwrap();
    signer.sign(&mut request, now()).unwrap();
    let error = check(&policy, request, &secret()).unwrap_err();
    assert_eq!(error.reason(), Reason::AlgorithmMismatch);
}

#[test]
fn a_secret_signs_by_hmac_only_and_is_never_shown() {
    let options = SigningOptions::new().algorithm(SignatureAlgorithm::RsaSha256);
    let digest = http_sig::Digest::sha256(b"{}");
    let outcome = signer().sign_rfc9421_with(&mut post(), Some(&(&digest).into()), &options, now());
    assert!(matches!(outcome, Err(SignError::KeyAlgorithm)));
    let options = SigningOptions::new().algorithm(SignatureAlgorithm::HmacSha256);
    let pair = Signer::new(KEY_ID, rsa().clone()).unwrap();
    let outcome = pair.sign_rfc9421_with(&mut post(), Some(&(&digest).into()), &options, now());
    assert!(matches!(outcome, Err(SignError::KeyAlgorithm)));
    // The draft forbids it under this name.
    let options = cavage::SigningOptions::new().cover("(created)");
    let outcome = signer().sign_with(&mut post(), Some(&digest), &options, now());
    assert!(matches!(
        outcome,
        Err(SignError::Component {
            reason: Reason::TimeForbidden,
            ..
        })
    ));
    let shown = format!("{:?}", signer());
    assert!(
        shown.contains("SharedSecret") && !shown.contains('7'),
        "{shown}"
    );
}

#[test]
fn a_response_is_checked_with_a_secret() {
    let request = post();
    let mut response = Response::new(b"ok");
    signer()
        .sign_response(&mut response, &request, now())
        .unwrap();
    let claim = policy().read_response(response.clone(), &request, now());
    assert_eq!(claim.unwrap_err().reason(), Reason::AlgorithmRefused);
    let policy = policy().accept_hmac(true);
    let claim = policy.read_response(response, &request, now()).unwrap();
    assert!(claim.check_shared_secret(&secret()).is_ok());
    let other = SharedSecret::new([8; 32]).unwrap();
    let error = claim.check_shared_secret(&other).unwrap_err();
    assert_eq!(error.reason(), Reason::SignatureMismatch);
    let error = claim.check(&rsa().verifying_key()).unwrap_err();
    assert_eq!(error.reason(), Reason::AlgorithmMismatch);
}
