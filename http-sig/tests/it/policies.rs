//! What each choice of a policy accepts and refuses, and what the presets choose.

use std::time::Duration;

use http_sig::{ContentDigest, DigestAlgorithm, Policy, Reason, SignatureAlgorithm};

use crate::draft::{self, Draft, KEY_ID, date, ed25519, now, rsa};
use crate::message::{Key, Message};

fn by_draft(policy: &Policy, change: impl FnOnce(&mut Draft)) -> Result<(), Reason> {
    let mut draft = Draft::post();
    change(&mut draft);
    let key = match draft.key {
        draft::Key::Ed25519 => ed25519(),
        _ => rsa(),
    };
    let signature = draft.signature();
    let claim = policy.read(draft.request(&signature), now());
    let claim = claim.map_err(|error| error.reason())?;
    let refused = claim.check(&key.verifying_key());
    refused
        .map(drop)
        .map_err(|refused| refused.error().reason())
}

fn by_rfc9421(policy: &Policy, change: impl FnOnce(&mut Message)) -> Result<(), Reason> {
    let mut message = Message::post();
    change(&mut message);
    let key = message.key.verifying_key();
    let (input, signature) = message.signature();
    let claim = policy.read(message.request(&input, &signature), now());
    let claim = claim.map_err(|error| error.reason())?;
    let refused = claim.check(&key);
    refused
        .map(drop)
        .map_err(|refused| refused.error().reason())
}

fn ours(policy: Policy) -> Policy {
    policy.authorities(["example.org"])
}

fn digest(message: &mut Message, algorithms: &[DigestAlgorithm]) {
    let fields = algorithms.iter().map(|algorithm| {
        let field = ContentDigest::new(*algorithm, &message.body).field_value();
        field.to_str().unwrap().to_owned()
    });
    let field = fields.collect::<Vec<_>>().join(", ");
    message.set("content-digest", &field);
    message.cover("\"content-digest\"", &field);
}

fn created(message: &mut Message, seconds_ago: u64, more: &str) {
    let created = 1_767_225_600 - seconds_ago;
    message.parameters = format!(";created={created};keyid=\"{KEY_ID}\"{more}");
}

#[test]
fn a_standard_can_be_left_out() {
    let no_draft = ours(Policy::fediverse()).accept_draft(false);
    assert_eq!(by_draft(&no_draft, |_| {}), Err(Reason::StandardRefused));
    assert_eq!(by_rfc9421(&no_draft, |_| {}), Ok(()));
    let draft_only = ours(Policy::fediverse()).accept_rfc9421(false);
    assert_eq!(by_draft(&draft_only, |_| {}), Ok(()));
    assert_eq!(
        by_rfc9421(&draft_only, |_| {}),
        Err(Reason::StandardRefused)
    );
    let unsigned = http::Request::get("/").body(b"").unwrap();
    let error = no_draft.read(unsigned, now()).unwrap_err();
    assert_eq!(error.reason(), Reason::Unsigned);
}

#[test]
fn further_components_can_be_required() {
    let policy = ours(Policy::fediverse()).require("Content-Type");
    assert_eq!(by_draft(&policy, |_| {}), Ok(()));
    let uncovered = Err(Reason::ComponentUncovered);
    let without = |d: &mut Draft| d.cover("(request-target) host date digest");
    assert_eq!(by_draft(&policy, without), uncovered);
    assert_eq!(by_rfc9421(&policy, |_| {}), uncovered);
    let with = |identifier: &'static str, value: &'static str| {
        move |m: &mut Message| {
            m.set("content-type", "a/b");
            m.cover(identifier, value);
        }
    };
    assert_eq!(by_rfc9421(&policy, with("\"content-type\"", "a/b")), Ok(()));
    // All of it in another form is as good.
    let bytes = with("\"content-type\";bs", ":YS9i:");
    assert_eq!(by_rfc9421(&policy, bytes), Ok(()));

    // Each standard has names of its own.
    let policy = ours(Policy::fediverse()).require("@authority");
    assert_eq!(by_draft(&policy, |_| {}), Ok(()));
    assert_eq!(by_rfc9421(&policy, |_| {}), uncovered);
    let covered = |m: &mut Message| m.cover("\"@authority\"", "example.org");
    assert_eq!(by_rfc9421(&policy, covered), Ok(()));
    let policy = ours(Policy::fediverse()).require("(expires)");
    assert_eq!(by_draft(&policy, |_| {}), uncovered);
    assert_eq!(by_rfc9421(&policy, |_| {}), Ok(()));

    // A member is not the field.
    let policy = ours(Policy::fediverse()).require("x-dict");
    let member = |m: &mut Message| {
        m.set("x-dict", "a=1");
        m.cover("\"x-dict\";key=\"a\"", "1");
    };
    assert_eq!(by_rfc9421(&policy, member), uncovered);
}

#[test]
fn algorithms_and_sizes_of_keys_can_be_refused() {
    let policy = ours(Policy::fediverse()).accept_algorithm(SignatureAlgorithm::RsaSha256, false);
    let refused = Err(Reason::AlgorithmRefused);
    assert_eq!(by_draft(&policy, |_| {}), refused);
    // Without a name the key says which it could be.
    let mismatch = Err(Reason::SignatureMismatch);
    assert_eq!(by_rfc9421(&policy, |_| {}), mismatch);
    let named = |m: &mut Message| m.parameters.push_str(";alg=\"rsa-v1_5-sha256\"");
    assert_eq!(by_rfc9421(&policy, named), refused);
    assert_eq!(by_rfc9421(&policy, |m| m.key = Key::RsaPss), Ok(()));
    let policy = policy.accept_algorithm(SignatureAlgorithm::RsaPssSha512, false);
    assert_eq!(by_rfc9421(&policy, |_| {}), refused);
    assert_eq!(by_rfc9421(&policy, |m| m.key = Key::P384), Ok(()));
    let policy = policy.accept_algorithm(SignatureAlgorithm::RsaSha256, true);
    assert_eq!(by_rfc9421(&policy, |_| {}), Ok(()));

    let policy = ours(Policy::fediverse()).min_rsa_bits(2048);
    assert_eq!(by_draft(&policy, |_| {}), Ok(()));
    let policy = policy.min_rsa_bits(2049);
    assert_eq!(by_draft(&policy, |_| {}), Err(Reason::KeyTooSmall));
    assert_eq!(by_rfc9421(&policy, |_| {}), Err(Reason::KeyTooSmall));
    assert_eq!(by_rfc9421(&policy, |m| m.key = Key::P256), Ok(()));
}

#[test]
fn digests_can_be_too_weak_and_must_be_right_all_the_same() {
    use DigestAlgorithm::{Sha256, Sha512};
    let policy = ours(Policy::fediverse()).accept_digest(Sha256, false);
    let weak = Err(Reason::DigestWeak);
    assert_eq!(by_draft(&policy, |_| {}), weak);
    assert_eq!(by_rfc9421(&policy, |_| {}), weak);
    assert_eq!(by_rfc9421(&policy, |m| digest(m, &[Sha512])), Ok(()));
    assert_eq!(
        by_rfc9421(&policy, |m| digest(m, &[Sha256, Sha512])),
        Ok(())
    );
    let wrong = |m: &mut Message| {
        digest(m, &[Sha256, Sha512]);
        m.body.push(b' ');
    };
    assert_eq!(by_rfc9421(&policy, wrong), Err(Reason::DigestMismatch));
    let policy = policy
        .accept_digest(Sha256, true)
        .accept_digest(Sha512, false);
    assert_eq!(by_draft(&policy, |_| {}), Ok(()));
    assert_eq!(by_rfc9421(&policy, |m| digest(m, &[Sha512])), weak);
}

#[test]
fn a_signature_that_does_not_say_when_it_expires_can_be_good_for_less() {
    let policy = ours(Policy::fediverse())
        .max_age_without_expires(Duration::from_secs(60))
        .clock_skew(Duration::ZERO);
    let old = |seconds: i64| by_draft(&policy, |d| d.set("date", date(-seconds)));
    assert_eq!((old(60), old(61)), (Ok(()), Err(Reason::TooOld)));
    let expiring = |d: &mut Draft| {
        d.set("date", date(-3600));
        d.algorithm = Some("hs2019");
        d.expires = Some("1767225600");
        d.cover("(request-target) host date digest (expires)");
    };
    assert_eq!(by_draft(&policy, expiring), Ok(()));
    let old = |seconds| by_rfc9421(&policy, |m| created(m, seconds, ""));
    assert_eq!((old(60), old(61)), (Ok(()), Err(Reason::TooOld)));
    let expiring = |m: &mut Message| created(m, 3600, ";expires=1767225600");
    assert_eq!(by_rfc9421(&policy, expiring), Ok(()));
    // It does not lengthen the time that a signature may have at most.
    let policy = policy
        .max_age(Duration::from_secs(10))
        .max_age_without_expires(Duration::from_secs(60));
    let outcome = by_rfc9421(&policy, |m| created(m, 11, ""));
    assert_eq!(outcome, Err(Reason::TooOld));
}

#[test]
fn a_nonce_can_be_required() {
    let policy = ours(Policy::fediverse()).require_nonce(true);
    let missing = Err(Reason::NonceMissing);
    assert_eq!(by_rfc9421(&policy, |_| {}), missing);
    let nonce = |m: &mut Message, n: &str| m.parameters.push_str(&format!(";nonce=\"{n}\""));
    assert_eq!(by_rfc9421(&policy, |m| nonce(m, "")), missing);
    assert_eq!(by_rfc9421(&policy, |m| nonce(m, "once")), Ok(()));
}

#[test]
fn created_stands_in_for_the_date_where_it_may() {
    let created = |d: &mut Draft| {
        d.algorithm = Some("hs2019");
        d.created = Some("1767225600");
        d.cover("(request-target) host digest (created)");
    };
    let policy = ours(Policy::strict());
    assert_eq!(by_draft(&policy, created), Err(Reason::NoTimeCovered));
    assert_eq!(by_draft(&policy.accept_created(true), created), Ok(()));
}

/// What Mastodon 4.5 accepts and what it refuses, each in a line.
#[test]
fn the_preset_of_mastodon() {
    use DigestAlgorithm::{Sha256, Sha512};
    let policy = ours(Policy::mastodon());
    assert_eq!(by_draft(&policy, |_| {}), Ok(()));
    assert_eq!(by_draft(&policy, |d| d.set("date", date(-3900))), Ok(()));
    let old = by_draft(&policy, |d| d.set("date", date(-3901)));
    assert_eq!(old, Err(Reason::TooOld));
    assert_eq!(by_draft(&policy, |d| d.algorithm = Some("hs2019")), Ok(()));
    assert_eq!(by_draft(&policy, |d| d.algorithm = None), Ok(()));
    let sha512 = by_draft(&policy, |d| {
        d.algorithm = Some("hs2019");
        d.key = draft::Key::RsaSha512;
    });
    assert_eq!(sha512, Err(Reason::SignatureMismatch));
    let ed25519 = by_draft(&policy, |d| {
        d.algorithm = Some("hs2019");
        d.key = draft::Key::Ed25519;
    });
    assert_eq!(ed25519, Err(Reason::AlgorithmRefused));

    assert_eq!(by_rfc9421(&policy, |_| {}), Ok(()));
    assert_eq!(
        by_rfc9421(&policy, |m| digest(m, &[Sha512, Sha256])),
        Ok(())
    );
    let sha512 = by_rfc9421(&policy, |m| digest(m, &[Sha512]));
    assert_eq!(sha512, Err(Reason::DigestWeak));
    let old = |seconds, more| by_rfc9421(&policy, |m| created(m, seconds, more));
    assert_eq!(
        (old(3900, ""), old(3901, "")),
        (Ok(()), Err(Reason::TooOld))
    );
    assert_eq!(old(46_800, ";expires=1767225600"), Ok(()));
    assert_eq!(old(46_801, ";expires=1767225600"), Err(Reason::TooOld));
    let in_parts = by_rfc9421(&policy, |m| {
        m.uncover("\"@target-uri\"");
        m.cover("\"@authority\"", "example.org");
        m.cover("\"@path\"", "/inbox");
        m.cover("\"@query\"", "?");
    });
    assert_eq!(in_parts, Err(Reason::ComponentUncovered));
    for key in [Key::Ed25519, Key::P256, Key::P384] {
        let outcome = by_rfc9421(&policy, |m| m.key = key);
        assert_eq!(outcome, Err(Reason::AlgorithmRefused));
    }
    let pss = by_rfc9421(&policy, |m| m.key = Key::RsaPss);
    assert_eq!(pss, Err(Reason::SignatureMismatch));
}
