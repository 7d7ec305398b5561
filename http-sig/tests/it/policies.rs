//! What each choice of a policy accepts and refuses, and what the presets choose.

use std::time::Duration;

use http::Request;
use http_sig::{DigestAlgorithm, Policy, Reason, SignatureAlgorithm, Signer, VerifyingKey};
use serde_json::{Value, json};

use crate::attacks::sent::Sent;
use crate::draft::{self, KEY_ID, now};
use crate::message;

fn by_draft(policy: &Policy, steps: Value) -> Result<(), Reason> {
    let (key, sent) = draft::signed_with(&steps);
    verify(policy, &sent, &key.verifying_key())
}

fn by_rfc9421(policy: &Policy, steps: Value) -> Result<(), Reason> {
    let (key, sent) = message::signed_with(&steps);
    verify(policy, &sent, &key.verifying_key())
}

fn verify(policy: &Policy, sent: &Sent, key: &VerifyingKey) -> Result<(), Reason> {
    let claim = policy.read(sent.request(), now());
    let claim = claim.map_err(|error| error.reason())?;
    claim
        .check(key)
        .map(drop)
        .map_err(|refused| refused.error().reason())
}

fn ours(policy: Policy) -> Policy {
    policy.authorities(["example.org"])
}

const SHA_256: &str = "sha-256=:fQLcyuiC5b53id2wfhThCI+LFjFoCGXZfRwgMiR7Fp0=:";
const SHA_512: &str = "sha-512=:NAXEQDGBSkprjmtC8dU1lrtUmLQdolTcqbFzwT3Tqyf5/E33A5WwxNfFMHUUs1O1G3tHVb6EnOOJRm335AvT9A==:";

fn digest(digests: &[&str]) -> Value {
    json!([["cover-field", "content-digest", digests.join(", ")]])
}

fn created(seconds_ago: u64, more: &str) -> Value {
    let created = 1_767_225_600 - seconds_ago;
    let parameters = format!(";created={created};keyid=\"{KEY_ID}\"{more}");
    json!([["parameters", parameters]])
}

fn key(name: &str) -> Value {
    json!([["key", name]])
}

fn old(seconds: i64) -> Value {
    json!([["set", "date", {"date": -seconds}]])
}

#[test]
fn without_authorities_the_scheme_is_that_of_the_request() {
    let policy = Policy::fediverse().danger_any_authority();
    let signer = Signer::new(KEY_ID, draft::rsa().clone()).unwrap();
    for [signed, received, outcome] in [
        ["http://a.example/inbox", "http://a.example/inbox", "right"],
        [
            "https://a.example/inbox",
            "https://a.example/inbox",
            "right",
        ],
        ["https://a.example/inbox", "/inbox", "right"],
        ["http://a.example/inbox", "/inbox", "wrong"],
        ["http://a.example/inbox", "https://a.example/inbox", "wrong"],
    ] {
        let mut request = Request::post(signed).body(Vec::new()).unwrap();
        signer.sign_rfc9421(&mut request, now()).unwrap();
        *request.uri_mut() = received.parse().unwrap();
        let claim = policy.read(request, now()).unwrap();
        let checked = claim.check(&draft::rsa().verifying_key());
        assert_eq!(checked.is_ok(), outcome == "right", "{signed} {received}");
    }
}

#[test]
fn a_standard_can_be_left_out() {
    let no_draft = ours(Policy::fediverse()).accept_draft(false);
    assert_eq!(by_draft(&no_draft, json!([])), Err(Reason::StandardRefused));
    assert_eq!(by_rfc9421(&no_draft, json!([])), Ok(()));
    let draft_only = ours(Policy::fediverse()).accept_rfc9421(false);
    assert_eq!(by_draft(&draft_only, json!([])), Ok(()));
    assert_eq!(
        by_rfc9421(&draft_only, json!([])),
        Err(Reason::StandardRefused)
    );
    let unsigned = Request::get("/").body(b"").unwrap();
    let error = no_draft.read(unsigned, now()).unwrap_err();
    assert_eq!(error.reason(), Reason::Unsigned);
}

#[test]
fn further_components_can_be_required() {
    let policy = ours(Policy::fediverse()).require("Content-Type");
    assert_eq!(by_draft(&policy, json!([])), Ok(()));
    let uncovered = Err(Reason::ComponentUncovered);
    let without = json!([["cover", "(request-target) host date digest"]]);
    assert_eq!(by_draft(&policy, without), uncovered);
    assert_eq!(by_rfc9421(&policy, json!([])), uncovered);
    let with = |identifier: &str, value: &str| {
        json!([["set", "content-type", "a/b"], ["cover", identifier, value]])
    };
    assert_eq!(by_rfc9421(&policy, with("\"content-type\"", "a/b")), Ok(()));
    // All of it in another form is as good.
    let bytes = with("\"content-type\";bs", ":YS9i:");
    assert_eq!(by_rfc9421(&policy, bytes), Ok(()));

    // Each standard has names of its own.
    let policy = ours(Policy::fediverse()).require("@authority");
    assert_eq!(by_draft(&policy, json!([])), Ok(()));
    assert_eq!(by_rfc9421(&policy, json!([])), uncovered);
    let covered = json!([["cover", "\"@authority\"", "example.org"]]);
    assert_eq!(by_rfc9421(&policy, covered), Ok(()));
    let policy = ours(Policy::fediverse()).require("(expires)");
    assert_eq!(by_draft(&policy, json!([])), uncovered);
    assert_eq!(by_rfc9421(&policy, json!([])), Ok(()));

    // A member is not the field.
    let policy = ours(Policy::fediverse()).require("x-dict");
    let member = json!([
        ["set", "x-dict", "a=1"],
        ["cover", "\"x-dict\";key=\"a\"", "1"]
    ]);
    assert_eq!(by_rfc9421(&policy, member), uncovered);
}

#[test]
fn algorithms_and_sizes_of_keys_can_be_refused() {
    let policy = ours(Policy::fediverse()).accept_algorithm(SignatureAlgorithm::RsaSha256, false);
    let refused = Err(Reason::AlgorithmRefused);
    assert_eq!(by_draft(&policy, json!([])), refused);
    // Without a name the key says which it could be.
    let mismatch = Err(Reason::SignatureMismatch);
    assert_eq!(by_rfc9421(&policy, json!([])), mismatch);
    let named = json!([["parameter", ";alg=\"rsa-v1_5-sha256\""]]);
    assert_eq!(by_rfc9421(&policy, named), refused);
    assert_eq!(by_rfc9421(&policy, key("rsa-pss-sha512")), Ok(()));
    let policy = policy.accept_algorithm(SignatureAlgorithm::RsaPssSha512, false);
    assert_eq!(by_rfc9421(&policy, json!([])), refused);
    assert_eq!(by_rfc9421(&policy, key("p384")), Ok(()));
    let policy = policy.accept_algorithm(SignatureAlgorithm::RsaSha256, true);
    assert_eq!(by_rfc9421(&policy, json!([])), Ok(()));

    let policy = ours(Policy::fediverse()).min_rsa_bits(2048);
    assert_eq!(by_draft(&policy, json!([])), Ok(()));
    let policy = policy.min_rsa_bits(2049);
    assert_eq!(by_draft(&policy, json!([])), Err(Reason::KeyTooSmall));
    assert_eq!(by_rfc9421(&policy, json!([])), Err(Reason::KeyTooSmall));
    assert_eq!(by_rfc9421(&policy, key("p256")), Ok(()));
}

#[test]
fn digests_can_be_too_weak_and_must_be_right_all_the_same() {
    use DigestAlgorithm::{Sha256, Sha512};
    let policy = ours(Policy::fediverse()).accept_digest(Sha256, false);
    let weak = Err(Reason::DigestWeak);
    assert_eq!(by_draft(&policy, json!([])), weak);
    assert_eq!(by_rfc9421(&policy, json!([])), weak);
    assert_eq!(by_rfc9421(&policy, digest(&[SHA_512])), Ok(()));
    assert_eq!(by_rfc9421(&policy, digest(&[SHA_256, SHA_512])), Ok(()));
    let both = [SHA_256, SHA_512].join(", ");
    let wrong = json!([
        ["cover-field", "content-digest", both],
        ["body", "{\"type\":\"Like\"} "],
    ]);
    assert_eq!(by_rfc9421(&policy, wrong), Err(Reason::DigestMismatch));
    let policy = policy
        .accept_digest(Sha256, true)
        .accept_digest(Sha512, false);
    assert_eq!(by_draft(&policy, json!([])), Ok(()));
    assert_eq!(by_rfc9421(&policy, digest(&[SHA_512])), weak);
}

#[test]
fn a_signature_that_does_not_say_when_it_expires_can_be_good_for_less() {
    let policy = ours(Policy::fediverse())
        .max_age_without_expires(Duration::from_secs(60))
        .clock_skew(Duration::ZERO);
    let by_date = |seconds| by_draft(&policy, old(seconds));
    assert_eq!((by_date(60), by_date(61)), (Ok(()), Err(Reason::TooOld)));
    let expiring = json!([
        ["set", "date", {"date": -3600}],
        ["algorithm", "hs2019"],
        ["expires", "1767225600"],
        ["cover", "(request-target) host date digest (expires)"],
    ]);
    assert_eq!(by_draft(&policy, expiring), Ok(()));
    let by_created = |seconds| by_rfc9421(&policy, created(seconds, ""));
    assert_eq!(
        (by_created(60), by_created(61)),
        (Ok(()), Err(Reason::TooOld))
    );
    let expiring = created(3600, ";expires=1767225600");
    assert_eq!(by_rfc9421(&policy, expiring), Ok(()));
    // It does not lengthen the time that a signature may have at most.
    let policy = policy
        .max_age(Duration::from_secs(10))
        .max_age_without_expires(Duration::from_secs(60));
    let outcome = by_rfc9421(&policy, created(11, ""));
    assert_eq!(outcome, Err(Reason::TooOld));
}

#[test]
fn a_nonce_can_be_required() {
    let policy = ours(Policy::fediverse()).require_nonce(true);
    let missing = Err(Reason::NonceMissing);
    assert_eq!(by_rfc9421(&policy, json!([])), missing);
    let nonce = |nonce: &str| json!([["parameter", format!(";nonce=\"{nonce}\"")]]);
    assert_eq!(by_rfc9421(&policy, nonce("")), missing);
    assert_eq!(by_rfc9421(&policy, nonce("once")), Ok(()));
}

#[test]
fn created_stands_in_for_the_date_where_it_may() {
    let created = json!([["timed", "1767225600", null]]);
    let policy = ours(Policy::strict());
    assert_eq!(
        by_draft(&policy, created.clone()),
        Err(Reason::NoTimeCovered)
    );
    assert_eq!(by_draft(&policy.accept_created(true), created), Ok(()));
}

/// What Mastodon 4.5 accepts and what it refuses, each in a line.
#[test]
fn the_preset_of_mastodon() {
    let policy = ours(Policy::mastodon());
    assert_eq!(by_draft(&policy, json!([])), Ok(()));
    assert_eq!(by_draft(&policy, old(3900)), Ok(()));
    let stale = by_draft(&policy, old(3901));
    assert_eq!(stale, Err(Reason::TooOld));
    assert_eq!(by_draft(&policy, json!([["algorithm", "hs2019"]])), Ok(()));
    assert_eq!(by_draft(&policy, json!([["algorithm", null]])), Ok(()));
    let sha512 = json!([["algorithm", "hs2019"], ["key", "rsa-sha512"]]);
    let sha512 = by_draft(&policy, sha512);
    assert_eq!(sha512, Err(Reason::SignatureMismatch));
    let ed25519 = json!([["algorithm", "hs2019"], ["key", "ed25519"]]);
    let ed25519 = by_draft(&policy, ed25519);
    assert_eq!(ed25519, Err(Reason::AlgorithmRefused));

    assert_eq!(by_rfc9421(&policy, json!([])), Ok(()));
    assert_eq!(by_rfc9421(&policy, digest(&[SHA_512, SHA_256])), Ok(()));
    let sha512 = by_rfc9421(&policy, digest(&[SHA_512]));
    assert_eq!(sha512, Err(Reason::DigestWeak));
    let old = |seconds, more| by_rfc9421(&policy, created(seconds, more));
    assert_eq!(
        (old(3900, ""), old(3901, "")),
        (Ok(()), Err(Reason::TooOld))
    );
    assert_eq!(old(46_800, ";expires=1767225600"), Ok(()));
    assert_eq!(old(46_801, ";expires=1767225600"), Err(Reason::TooOld));
    let in_parts = by_rfc9421(&policy, json!([["in-parts"]]));
    assert_eq!(in_parts, Err(Reason::ComponentUncovered));
    for name in ["ed25519", "p256", "p384"] {
        let outcome = by_rfc9421(&policy, key(name));
        assert_eq!(outcome, Err(Reason::AlgorithmRefused));
    }
    let pss = by_rfc9421(&policy, key("rsa-pss-sha512"));
    assert_eq!(pss, Err(Reason::SignatureMismatch));
}
