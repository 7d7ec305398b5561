//! Knowing a request that came before, however it is spelled.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use http_sig::{Arrival, Policy, ReplayMemory, ReplayStore, VerifiedRequest, VerifyingKey};

use crate::draft::{Draft, KEY_ID, ed25519, now, rsa};
use crate::message::{Key, Message};

fn verified(request: Request<Vec<u8>>, key: &VerifyingKey) -> VerifiedRequest<Vec<u8>> {
    let policy = Policy::fediverse().authorities(["example.org"]);
    policy.read(request, now()).unwrap().check(key).unwrap()
}

fn draft(change: impl FnOnce(&mut Draft)) -> VerifiedRequest<Vec<u8>> {
    let mut draft = Draft::post();
    change(&mut draft);
    let signature = draft.signature();
    verified(draft.request(&signature), &rsa().verifying_key())
}

fn message(change: impl FnOnce(&mut Message)) -> VerifiedRequest<Vec<u8>> {
    let mut message = Message::post();
    change(&mut message);
    let key = message.key.verifying_key();
    let (input, signature) = message.signature();
    verified(message.request(&input, &signature), &key)
}

fn arrived(memory: &ReplayMemory, request: &VerifiedRequest<Vec<u8>>) -> Arrival {
    memory.remember(request.replay_key(), request.good_until(), now())
}

#[test]
fn the_same_request_comes_a_second_time_and_another_one_for_the_first() {
    let memory = ReplayMemory::default();
    let others: [fn(&mut Draft); 3] = [
        |_| {},
        |d| d.target = "/users/alice/inbox".to_owned(),
        |d| d.set("date", crate::draft::date(1)),
    ];
    for change in others {
        assert_eq!(arrived(&memory, &draft(change)), Arrival::First);
        assert_eq!(arrived(&memory, &draft(change)), Arrival::Duplicate);
    }
    assert_eq!(arrived(&memory, &message(|_| {})), Arrival::First);
    assert_eq!(arrived(&memory, &message(|_| {})), Arrival::Duplicate);
}

/// Whoever replays a request may write anew what is not signed.
#[test]
fn another_spelling_of_what_is_not_signed_does_not_make_another_request() {
    let key = rsa().verifying_key();
    let original = draft(|_| {}).replay_key();
    let respelled = |respell: fn(&str) -> String| {
        let draft = Draft::post();
        let signature = respell(&draft.signature());
        verified(draft.request(&signature), &key).replay_key()
    };
    let spellings: [fn(&str) -> String; 4] = [
        |field| field.replace(KEY_ID, "https://SENDER.example/users/alice?#main-key"),
        |field| field.replace("\",", "\"  ,  "),
        |field| field.replace("algorithm=\"rsa-sha256\"", "algorithm=\"hs2019\""),
        |field| format!("{field},opaque=\"1\""),
    ];
    for respell in spellings {
        assert_eq!(respelled(respell), original);
    }
    let with_field = draft(|d| d.set("user-agent", "another"));
    assert_eq!(with_field.replay_key(), original);
    let mut elsewhere = Draft::post();
    elsewhere.carrier = "authorization";
    let signature = format!("Signature {}", elsewhere.signature());
    let elsewhere = verified(elsewhere.request(&signature), &key);
    assert_eq!(elsewhere.replay_key(), original);
}

#[test]
fn a_query_that_was_not_signed_does_not_make_another_request() {
    let get = |query: &str| {
        let request = draft(|d| {
            d.get("/outbox");
            d.sent_target = Some(format!("/outbox{query}"));
        });
        assert_eq!(request.query_left_out(), !query.is_empty());
        request.replay_key()
    };
    assert_eq!(get("?page=1"), get("?page=2"));
    assert_eq!(get("?page=1"), get(""));
}

/// To every ECDSA signature there is a second one that is right as well, and needs no private key to be made.
#[test]
fn the_mirrored_signature_of_an_ecdsa_key_does_not_make_another_request() {
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
        0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];
    let mut message = Message::post();
    message.key = Key::P256;
    let key = message.key.verifying_key();
    let (input, field) = message.signature();
    let encoded = field.trim_start_matches("sig1=:").trim_end_matches(':');
    let mut signature = STANDARD.decode(encoded).unwrap();
    let mut borrow = 0;
    for at in (0..32).rev() {
        let difference = i16::from(ORDER[at]) - i16::from(signature[32 + at]) - borrow;
        borrow = i16::from(difference < 0);
        signature[32 + at] = u8::try_from(difference.rem_euclid(256)).unwrap();
    }
    let mirrored = format!("sig1=:{}:", STANDARD.encode(&signature));
    let mut again = Message::post();
    again.key = Key::P256;
    let original = verified(message.request(&input, &field), &key);
    let mirrored = verified(again.request(&input, &mirrored), &key);
    assert_ne!(original.signature(), mirrored.signature());
    assert_eq!(original.replay_key(), mirrored.replay_key());
}

/// Or else an attacker could have the request of another one taken for a duplicate.
#[test]
fn the_same_text_signed_with_another_key_is_another_request() {
    let mut draft = Draft::post();
    draft.algorithm = Some("hs2019");
    let by_rsa = draft.signature();
    draft.key = crate::draft::Key::Ed25519;
    let by_ed25519 = draft.signature();
    let mut other = Draft::post();
    other.algorithm = Some("hs2019");
    let by_rsa = verified(draft.request(&by_rsa), &rsa().verifying_key());
    let by_ed25519 = verified(other.request(&by_ed25519), &ed25519().verifying_key());
    assert_ne!(by_rsa.replay_key(), by_ed25519.replay_key());
}

#[test]
fn a_nonce_is_known_again_in_another_request_of_the_same_key() {
    let with = |nonce: &str, target: &str, key: Key| {
        let request = message(|m| {
            m.parameters = format!("{};nonce=\"{nonce}\"", m.parameters);
            m.target = target.to_owned();
            m.cover("\"@target-uri\"", &format!("https://example.org{target}"));
            m.key = key;
        });
        request.nonce_key().unwrap()
    };
    let first = with("abc", "/inbox", Key::Rsa);
    assert_eq!(first, with("abc", "/users/alice/inbox", Key::Rsa));
    assert_ne!(first, with("abd", "/inbox", Key::Rsa));
    assert_ne!(first, with("abc", "/inbox", Key::Ed25519));
    let plain = message(|_| {});
    assert_eq!(plain.nonce_key(), None);
    assert_ne!(plain.replay_key(), first);
}

#[tokio::test]
async fn the_memory_is_a_store() {
    let store: &dyn ReplayStore = &ReplayMemory::default();
    let request = draft(|_| {});
    let (key, until) = (request.replay_key(), request.good_until());
    let arrived = async || store.remember(key, until, now()).await.unwrap();
    assert_eq!(arrived().await, Arrival::First);
    assert_eq!(arrived().await, Arrival::Duplicate);
    store.forget(key).await;
    assert_eq!(arrived().await, Arrival::First);
}
