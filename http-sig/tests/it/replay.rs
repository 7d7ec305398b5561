//! Knowing a request that came before, however it is spelled.

use std::sync::Arc;

use http::Request;
use http_sig::{
    Arrival, Policy, ReplayMemory, ReplayStore, SigningKey, VerifiedRequest, VerifyingKey,
};
use serde_json::{Value, json};

use crate::draft::{self, KEY_ID, ed25519, now, p256, rsa};
use crate::message;

fn verified(request: Request<Vec<u8>>, key: &VerifyingKey) -> VerifiedRequest<Vec<u8>> {
    let policy = Policy::fediverse().authorities(["example.org"]);
    policy.read(request, now()).unwrap().check(key).unwrap()
}

fn draft(signed: &Value, sent: &Value) -> VerifiedRequest<Vec<u8>> {
    let request = draft::signed(signed).after(sent).request();
    verified(request, &rsa().verifying_key())
}

fn message(steps: &Value, key: &VerifyingKey) -> VerifiedRequest<Vec<u8>> {
    verified(message::signed(steps).request(), key)
}

fn arrived(memory: &ReplayMemory, request: &VerifiedRequest<Vec<u8>>) -> Arrival {
    memory.remember(request.replay_key(), request.good_until(), now())
}

#[test]
fn the_same_request_comes_a_second_time_and_another_one_for_the_first() {
    let memory = ReplayMemory::default();
    let others = [
        json!([]),
        json!([["target", "/users/alice/inbox"]]),
        json!([["set", "date", {"date": 1}]]),
    ];
    for signed in others {
        let request = draft(&signed, &json!([]));
        assert_eq!(arrived(&memory, &request), Arrival::First);
        let again = draft(&signed, &json!([]));
        assert_eq!(arrived(&memory, &again), Arrival::Duplicate);
    }
    let request = message(&json!([]), &rsa().verifying_key());
    assert_eq!(arrived(&memory, &request), Arrival::First);
    assert_eq!(arrived(&memory, &request), Arrival::Duplicate);
}

/// Whoever replays a request may write anew what is not signed.
#[test]
fn another_spelling_of_what_is_not_signed_does_not_make_another_request() {
    let other_key_id = "https://SENDER.example/users/alice?#main-key";
    let original = draft(&json!([]), &json!([])).replay_key();
    for respelled in [
        json!([["replace", "signature", KEY_ID, other_key_id]]),
        json!([["replace-all", "signature", "\",", "\"  ,  "]]),
        json!([["replace", "signature", "rsa-sha256", "hs2019"]]),
        json!([["after", "signature", ",opaque=\"1\""]]),
        json!([["set", "user-agent", "another"]]),
    ] {
        let again = draft(&json!([]), &respelled);
        assert_eq!(again.replay_key(), original, "{respelled}");
    }
    let elsewhere = draft(
        &json!([["carrier", "authorization"]]),
        &json!([["before", "authorization", "Signature "]]),
    );
    assert_eq!(elsewhere.replay_key(), original);
}

#[test]
fn a_query_makes_another_request_only_if_it_was_signed() {
    let get = |query: &str| {
        let sent = json!([["target", format!("/outbox{query}")]]);
        let request = draft(&json!([["get", "/outbox"]]), &sent);
        assert_eq!(request.query_left_out(), !query.is_empty());
        request.replay_key()
    };
    assert_eq!(get("?page=1"), get("?page=2"));
    assert_eq!(get("?page=1"), get(""));

    let signed = |query: &str| {
        let target = format!("/outbox{query}");
        draft(&json!([["get", target]]), &json!([])).replay_key()
    };
    assert_ne!(signed("?page=1"), signed("?page=2"));
    assert_ne!(signed("?page=1"), signed(""));
}

/// To every ECDSA signature there is a second one that is right as well, and needs no private key to be made.
#[test]
fn the_mirrored_signature_of_an_ecdsa_key_does_not_make_another_request() {
    let key = p256().verifying_key();
    // No two signatures of ECDSA are the same, so it must be this one.
    let original = message::signed(&json!([["key", "p256"]]));
    let mirrored = original
        .clone()
        .after(&json!([["edit-signature", "mirrored"]]));
    let [original, mirrored] = [original, mirrored].map(|sent| verified(sent.request(), &key));
    assert_ne!(original.signature(), mirrored.signature());
    assert_eq!(original.replay_key(), mirrored.replay_key());
}

/// Or else an attacker could have the request of another one taken for a duplicate.
#[test]
fn the_same_text_signed_with_another_key_is_another_request() {
    let by_rsa = draft(&json!([["algorithm", "hs2019"]]), &json!([]));
    let by_ed25519 = draft::signed(&json!([["algorithm", "hs2019"], ["key", "ed25519"]]));
    let by_ed25519 = verified(by_ed25519.request(), &ed25519().verifying_key());
    assert_ne!(by_rsa.replay_key(), by_ed25519.replay_key());
}

#[test]
fn a_nonce_is_known_again_in_another_request_of_the_same_key() {
    let with = |nonce: &str, target: &str, key: &SigningKey, name: &str| {
        let steps = json!([
            ["parameter", format!(";nonce=\"{nonce}\"")],
            ["target", target],
            [
                "cover",
                "\"@target-uri\"",
                format!("https://example.org{target}")
            ],
            ["key", name],
        ]);
        message(&steps, &key.verifying_key()).nonce_key().unwrap()
    };
    let first = with("abc", "/inbox", rsa(), "rsa-sha256");
    let elsewhere = with("abc", "/users/alice/inbox", rsa(), "rsa-sha256");
    assert_eq!(first, elsewhere);
    assert_ne!(first, with("abd", "/inbox", rsa(), "rsa-sha256"));
    assert_ne!(first, with("abc", "/inbox", ed25519(), "ed25519"));
    let plain = message(&json!([]), &rsa().verifying_key());
    assert_eq!(plain.nonce_key(), None);
    assert_ne!(plain.replay_key(), first);
}

#[test]
fn a_key_is_shown_by_its_bytes() {
    let key = draft(&json!([]), &json!([])).replay_key();
    let bytes = key.as_bytes().iter().map(|byte| format!("{byte:02x}"));
    let bytes: String = bytes.collect();
    assert_eq!(format!("{key:?}"), format!("ReplayKey({bytes})"));
}

#[test]
fn a_store_is_the_same_behind_each_of_its_pointers() {
    let [one, other] = [(); 2].map(|()| Arc::new(ReplayMemory::default()));
    let memory: &ReplayMemory = &one;
    assert_eq!(one.identity(), memory.identity());
    assert_eq!(one.identity(), Arc::clone(&one).identity());
    assert_ne!(one.identity(), other.identity());
}

#[tokio::test]
async fn the_memory_is_a_store() {
    let store: &dyn ReplayStore = &ReplayMemory::default();
    let request = draft(&json!([]), &json!([]));
    let (key, until) = (request.replay_key(), request.good_until());
    let arrived = async || store.remember(key, until, now()).await.unwrap();
    assert_eq!(arrived().await, Arrival::First);
    assert_eq!(arrived().await, Arrival::Duplicate);
    store.forget(key).await;
    assert_eq!(arrived().await, Arrival::First);
}
