//! Which standard is tried when: a fleet of servers, one line each in a data file, and what a hostile one can do.

use std::time::{Duration, SystemTime};

use http::{Method, Request, StatusCode, Uri};
use http_sig::negotiate::{DoubleKnock, Redirect, Scheme};
use http_sig::{Digest, Policy, Signer, VerifyingKey};
use serde_json::Value;

use crate::draft::{KEY_ID, ed25519, now};
use crate::message::p256;

const RFC_9421: &str = "https://datatracker.ietf.org/doc/html/rfc9421";
const BODY: &[u8] = br#"{"type":"Like"}"#;

fn cases(kind: &str) -> Vec<Value> {
    let cases = include_str!("../cases/negotiation.json");
    let cases: Value = serde_json::from_str(cases).unwrap();
    cases[kind].as_array().unwrap().clone()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{value}"))
}

fn status(value: &Value) -> StatusCode {
    StatusCode::from_u16(value.as_u64().unwrap().try_into().unwrap()).unwrap()
}

fn has(case: &Value, option: &str) -> bool {
    let options = case["options"].as_array();
    options.is_some_and(|options| options.iter().any(|one| one == option))
}

fn request(method: &str, uri: &str) -> Request<Vec<u8>> {
    let body = if method == "GET" { b"" } else { BODY };
    let request = Request::builder().method(method).uri(uri);
    request.body(body.to_vec()).unwrap()
}

fn named(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Draft => "draft",
        Scheme::Rfc9421 => "rfc9421",
        other => panic!("{other}"),
    }
}

/// What the server sees: by which standard the request is signed, and that it is a good signature of all of it.
fn seen(request: &Request<Vec<u8>>, key: &VerifyingKey, now: SystemTime) -> &'static str {
    let policy = Policy::strict().authorities(["example.org"]);
    let received = request.clone();
    let draft = !received.headers().contains_key("signature-input");
    let claim = policy.read(received, now).unwrap();
    let verified = claim.check(key).unwrap();
    assert_eq!(verified.request().body(), request.body());
    if draft { "draft" } else { "rfc9421" }
}

#[test]
fn a_fleet_of_servers_is_knocked_at() {
    let (mut requests, mut tries) = (0, 0);
    for case in cases("knocks") {
        let what = text(&case, "case");
        let mut knocks = DoubleKnock::new()
            .retry_post_after_forbidden(has(&case, "retry_post_after_forbidden"))
            .retry_post_after_server_error(has(&case, "retry_post_after_server_error"));
        if has(&case, "rfc9421_first") {
            knocks = knocks.first_scheme(Scheme::Rfc9421);
        }
        if has(&case, "no_memory") {
            knocks = knocks.capacity(0);
        }
        let key = if has(&case, "ecdsa") {
            p256()
        } else {
            ed25519()
        };
        let signer = Signer::new(KEY_ID, key.clone()).unwrap();
        let actor = Uri::from_static("https://example.org/users/bob");
        if has(&case, "hint") {
            assert!(knocks.implements(&actor, RFC_9421, now()));
        }
        for step in case["requests"].as_array().unwrap() {
            let hours = step["hours"].as_u64().unwrap_or(0);
            let now = now() + Duration::from_secs(hours * 60 * 60);
            let mut request = request(text(step, "method"), "https://example.org/inbox");
            let digest = (!request.body().is_empty()).then(|| Digest::sha256(request.body()));
            let mut tried = Vec::new();
            let mut knock = knocks.first(&signer, &request, now);
            let answer = loop {
                // Both ways to sign do the same.
                if requests % 2 == 0 {
                    knock.sign(&mut request, now).unwrap();
                } else {
                    knock
                        .sign_prepared(&mut request, digest.as_ref(), now)
                        .unwrap();
                }
                let scheme = seen(&request, &key.verifying_key(), now);
                assert_eq!(scheme, named(knock.scheme()), "{what}");
                assert_eq!(knock.is_second(), !tried.is_empty(), "{what}");
                tried.push(scheme);
                let answer = status(&step[scheme]);
                let headers = http::HeaderMap::new();
                match knock.next(&request, answer, &headers, now) {
                    Some(second) => knock = second,
                    None => break answer,
                }
            };
            assert_eq!(serde_json::json!(tried), step["tries"], "{what}: {step}");
            assert_eq!(answer, status(&step["status"]), "{what}: {step}");
            let remembered = knocks.remembered(now);
            let remembered = remembered.first().map(|(origin, scheme, _)| {
                assert_eq!(origin, "https://example.org");
                named(*scheme)
            });
            assert_eq!(remembered, step["remembered"].as_str(), "{what}: {step}");
            (requests, tries) = (requests + 1, tries + tried.len());
            if has(&case, "hint_again") {
                assert!(knocks.implements(&actor, RFC_9421, now));
            }
        }
    }
    println!("double knock: {requests} requests, {tries} tries, all as expected");
}

fn knock_at(knocks: &DoubleKnock, uri: &str) -> usize {
    knock_later(knocks, uri, 0)
}

/// Knocks at an origin that knows only RFC 9421; says how often.
fn knock_later(knocks: &DoubleKnock, uri: &str, seconds: u64) -> usize {
    let now = now() + Duration::from_secs(seconds);
    let signer = Signer::new(KEY_ID, ed25519().clone()).unwrap();
    let request = request("POST", uri);
    let mut knock = knocks.first(&signer, &request, now);
    let mut tries = 1;
    loop {
        let status = match knock.scheme() {
            Scheme::Rfc9421 => StatusCode::ACCEPTED,
            _ => StatusCode::UNAUTHORIZED,
        };
        match knock.next(&request, status, &http::HeaderMap::new(), now) {
            Some(second) => (knock, tries) = (second, tries + 1),
            None => return tries,
        }
    }
}

#[test]
fn a_flood_of_origins_is_bounded_and_costs_others_one_request() {
    let knocks = DoubleKnock::new().capacity(100);
    assert_eq!(knock_at(&knocks, "https://example.org/inbox"), 2);
    for number in 0..100 {
        let actor = format!("https://{number}.evil.example/").parse().unwrap();
        knocks.implements(&actor, RFC_9421, now());
    }
    // Hints do not push out experience.
    assert_eq!(knock_at(&knocks, "https://example.org/inbox"), 1);
    for number in 1..=1000 {
        let uri = format!("https://{number}.evil.example/inbox");
        knock_later(&knocks, &uri, number);
    }
    assert_eq!(knocks.remembered(now()).len(), 100);
    assert_eq!(knock_at(&knocks, "https://example.org/inbox"), 2);
    assert_eq!(knock_at(&knocks, "https://example.org/inbox"), 1);
    // A name that no server can have is not kept.
    let long = format!("https://{}.example/inbox", "a".repeat(60_000));
    assert_eq!([knock_at(&knocks, &long), knock_at(&knocks, &long)], [2, 2]);
}

#[test]
fn an_origin_is_scheme_host_and_port_and_nothing_less() {
    let knocks = DoubleKnock::new();
    assert_eq!(knock_at(&knocks, "https://example.org/inbox"), 2);
    for same in [
        "https://example.org/users/bob/inbox?a=b",
        "https://EXAMPLE.ORG:443/inbox",
        "https://user@example.org/inbox",
    ] {
        assert_eq!(knock_at(&knocks, same), 1, "{same}");
    }
    for other in [
        "http://example.org/inbox",
        "https://example.org:8443/inbox",
        "https://a.example.org/inbox",
        "https://example.org.evil.example/inbox",
    ] {
        assert_eq!(knock_at(&knocks, other), 2, "{other}");
    }
}

#[test]
fn a_request_is_signed_without_a_known_origin_too() {
    let knocks = DoubleKnock::new();
    let signer = Signer::new(KEY_ID, ed25519().clone()).unwrap();
    let knock = knocks.first(&signer, &request("POST", "/inbox"), now());
    assert_eq!(knock.scheme(), Scheme::Draft);
    let with_host = Request::post("/inbox").header("host", "example.org");
    let with_host = with_host.body(BODY.to_vec()).unwrap();
    let headers = http::HeaderMap::new();
    let knock = knocks.first(&signer, &with_host, now());
    let knock = knock.next(&with_host, StatusCode::UNAUTHORIZED, &headers, now());
    let knock = knock.unwrap();
    assert!(
        knock
            .next(&with_host, StatusCode::ACCEPTED, &headers, now())
            .is_none()
    );
    assert_eq!(knock_at(&knocks, "https://example.org/inbox"), 1);
}

#[test]
fn what_was_learnt_survives_a_restart() {
    let before = DoubleKnock::new();
    knock_at(&before, "https://example.org/inbox");
    before.implements(&Uri::from_static("https://hint.example/"), RFC_9421, now());
    let after = DoubleKnock::new();
    for (origin, scheme, until) in before.remembered(now()) {
        after.restore(&origin, scheme, until, now());
    }
    assert_eq!(after.remembered(now()), before.remembered(now()));
    assert_eq!(knock_at(&after, "https://example.org/inbox"), 1);
    assert_eq!(knock_at(&after, "https://hint.example/inbox"), 2);

    let year = Duration::from_secs(365 * 24 * 60 * 60);
    let after = DoubleKnock::new();
    for (origin, until) in [
        ("https://over.example", now()),
        ("no origin", now() + year),
        ("ftp://example.org", now() + year),
        ("", now() + year),
    ] {
        after.restore(origin, Scheme::Rfc9421, until, now());
        assert_eq!(after.remembered(now()), [], "{origin}");
    }
    // No longer than if it were learnt now.
    after.restore("https://far.example", Scheme::Rfc9421, now() + year, now());
    let week = now() + Duration::from_secs(7 * 24 * 60 * 60);
    assert_eq!(after.remembered(now())[0].2, week);
}

#[test]
fn only_the_capability_of_rfc_9421_is_a_hint() {
    for (capability, expected) in [
        (RFC_9421, true),
        (
            "https://datatracker.ietf.org/doc/html/rfc9421#name-eddsa-using-curve-edwards25",
            true,
        ),
        ("https://datatracker.ietf.org/doc/html/rfc94210", false),
        ("https://evil.example/rfc9421", false),
        ("", false),
    ] {
        let knocks = DoubleKnock::new();
        let actor = Uri::from_static("https://example.org/users/bob");
        assert_eq!(knocks.implements(&actor, capability, now()), expected);
        let signer = Signer::new(KEY_ID, ed25519().clone()).unwrap();
        let knock = knocks.first(&signer, &request("GET", "https://example.org/"), now());
        assert_eq!(knock.scheme() == Scheme::Rfc9421, expected, "{capability}");
    }
}

#[test]
fn many_tasks_share_one_memory() {
    let knocks = DoubleKnock::new();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let knocks = knocks.clone();
            scope.spawn(move || knock_at(&knocks, &format!("https://{thread}.example/inbox")));
        }
    });
    assert_eq!(knocks.remembered(now()).len(), 8);
}

#[test]
fn redirects_of_signed_requests() {
    let (mut followed, mut refused) = (0, 0);
    for case in cases("redirects") {
        let what = text(&case, "case");
        let method: Method = text(&case, "method").parse().unwrap();
        let location: Uri = text(&case, "location").parse().unwrap();
        let from = Uri::from_static("https://example.org/inbox");
        let outcome = Redirect::new(&method, &from, status(&case["status"]), &location);
        match outcome {
            Ok(redirect) => {
                assert_eq!(redirect.target(), text(&case, "target"), "{what}");
                let other = case["other_origin"] == true;
                assert_eq!(redirect.is_other_origin(), other, "{what}");
                followed += 1;
            }
            Err(why) => {
                assert_eq!(format!("{why:?}"), text(&case, "refused"), "{what}");
                refused += 1;
            }
        }
    }
    println!("redirects: refused {refused}/{refused}, followed {followed}/{followed}");
}

#[test]
fn a_redirected_request_is_signed_for_its_new_target_and_brings_no_secrets_there() {
    let signer = Signer::new(KEY_ID, ed25519().clone()).unwrap();
    let policy = Policy::fediverse().authorities(["other.example"]);
    for scheme in [Scheme::Draft, Scheme::Rfc9421] {
        let mut asked = request("GET", "https://example.org/users/bob?a=b");
        for name in ["authorization", "cookie", "proxy-authorization"] {
            asked.headers_mut().insert(name, "secret".parse().unwrap());
        }
        let knocks = DoubleKnock::new().first_scheme(scheme);
        let knock = knocks.first(&signer, &asked, now());
        knock.sign(&mut asked, now()).unwrap();
        let location = Uri::from_static("https://other.example/users/bob?a=c");
        let redirect = Redirect::new(asked.method(), asked.uri(), StatusCode::FOUND, &location);
        redirect.unwrap().apply(&mut asked);
        assert!(asked.headers().keys().all(|name| name == "date"));
        let knock = knocks.first(&signer, &asked, now());
        knock.sign(&mut asked, now()).unwrap();
        let claim = policy.read(asked, now()).unwrap();
        claim.check(&ed25519().verifying_key()).unwrap();
    }
}

#[test]
fn a_redirect_on_the_same_origin_keeps_what_is_meant_for_it() {
    let mut asked = request("POST", "https://example.org/inbox");
    asked
        .headers_mut()
        .insert("authorization", "Bearer token".parse().unwrap());
    let signer = Signer::new(KEY_ID, ed25519().clone()).unwrap();
    signer.sign(&mut asked, now()).unwrap();
    let status = StatusCode::PERMANENT_REDIRECT;
    let location = Uri::from_static("/ap/inbox");
    let redirect = Redirect::new(asked.method(), asked.uri(), status, &location).unwrap();
    redirect.apply(&mut asked);
    assert_eq!(asked.uri(), "https://example.org/ap/inbox");
    assert_eq!((asked.method(), &asked.body()[..]), (&Method::POST, BODY));
    assert!(asked.headers().contains_key("authorization"));
    assert!(!asked.headers().contains_key("signature"));
}
