//! Which standard is tried when: a fleet of servers, one line each in a data file, and what a hostile one can do.

use std::time::{Duration, SystemTime};

use http::{Method, Request, StatusCode, Uri};
use http_sig::negotiate::{DoubleKnock, Knock, Redirect, Scheme};
use http_sig::rfc9421::{AcceptSignature, Declined};
use http_sig::{Arrival, Digest, Policy, Reason, ReplayMemory, SignError, Signer, VerifyingKey};
use proptest::option;
use proptest::prelude::*;
use serde_json::Value;

use crate::draft::{KEY_ID, ed25519, now, rsa};
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
            let hours = step["hours"].as_f64().unwrap_or(0.0);
            let now = now() + Duration::from_secs_f64(hours * 3600.0);
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
fn what_is_remembered_ends_when_it_is_told_to() {
    let knocks = DoubleKnock::new().remember_for(Duration::from_secs(60));
    let tries = [0, 59, 60].map(|at| knock_later(&knocks, "https://example.org/inbox", at));
    assert_eq!(tries, [2, 1, 2]);
}

#[test]
fn a_hint_counts_from_the_moment_at_which_experience_ends() {
    let knocks = DoubleKnock::new();
    let end = now() + Duration::from_secs(60);
    knocks.restore("https://example.org", Scheme::Draft, end, now());
    let signer = Signer::new(KEY_ID, ed25519().clone()).unwrap();
    let request = request("GET", "https://example.org/users/bob");
    for (now, expected) in [
        (end - Duration::from_secs(1), Scheme::Draft),
        (end, Scheme::Rfc9421),
    ] {
        assert!(knocks.implements(request.uri(), RFC_9421, now));
        assert_eq!(knocks.first(&signer, &request, now).scheme(), expected);
    }
}

#[test]
fn what_is_learnt_of_an_origin_takes_the_place_of_what_was_known() {
    let knocks = DoubleKnock::new().capacity(3);
    knocks.implements(&Uri::from_static("https://a.example/"), RFC_9421, now());
    for (origin, seconds) in [
        ("https://b.example", 100),
        ("https://a.example", 200),
        ("https://c.example", 300),
        // There is no room for it, and `b` ends soonest.
        ("https://d.example", 400),
    ] {
        let until = now() + Duration::from_secs(seconds);
        knocks.restore(origin, Scheme::Rfc9421, until, now());
    }
    let mut origins: Vec<_> = knocks
        .remembered(now())
        .into_iter()
        .map(|(origin, ..)| origin)
        .collect();
    origins.sort();
    let expected = ["a", "c", "d"].map(|host| format!("https://{host}.example"));
    assert_eq!(origins, expected);
}

#[test]
fn what_is_shown_says_how_much_is_known_and_where_a_request_goes() {
    let knocks = DoubleKnock::new();
    for host in ["a", "b"] {
        knock_at(&knocks, &format!("https://{host}.example/inbox"));
    }
    let shown = format!("{knocks:?}");
    assert_eq!(shown, "DoubleKnock { first: Draft, remembered: 2, .. }");
    let signer = Signer::new(KEY_ID, ed25519().clone()).unwrap();
    let knock = knocks.first(&signer, &request("GET", "https://example.org/"), now());
    let shown = format!("{knock:?}");
    assert!(
        shown.contains("origin: Some(\"https://example.org\")"),
        "{shown}"
    );
    let names = [Scheme::Draft, Scheme::Rfc9421].map(|scheme| scheme.to_string());
    assert_eq!(names, ["draft-cavage-12", "RFC 9421"]);
}

#[test]
fn a_digest_is_signed_with_a_body_and_where_one_is_usual_or_asked_for() {
    let signer = Signer::new(KEY_ID, ed25519().clone()).unwrap();
    let key = ed25519().verifying_key();
    for (scheme, name) in [
        (Scheme::Draft, "digest"),
        (Scheme::Rfc9421, "content-digest"),
    ] {
        let knocks = DoubleKnock::new().first_scheme(scheme);
        for (method, body, digested) in [
            ("POST", "{}", true),
            ("POST", "", true),
            ("GET", "{}", true),
            ("GET", "", false),
        ] {
            let mut sent = request(method, "https://example.org/inbox");
            *sent.body_mut() = body.into();
            let knock = knocks.first(&signer, &sent, now());
            knock.sign(&mut sent, now()).unwrap();
            assert_eq!(seen(&sent, &key, now()), named(scheme));
            let has_one = sent.headers().contains_key(name);
            assert_eq!(has_one, digested, "{name} {method} {body}");
        }
        // The body is not looked at, so that it may not be empty.
        let mut sent = request("POST", "https://example.org/inbox");
        let knock = knocks.first(&signer, &sent, now());
        let outcome = knock.sign_prepared(&mut sent, None, now());
        assert!(matches!(outcome, Err(SignError::NoDigest { .. })), "{name}");
    }

    let mut sent = request("GET", "https://example.org/users/bob");
    let field = "sig1=(\"@method\" \"@target-uri\" \"content-digest\");created";
    let mut headers = http::HeaderMap::new();
    headers.insert("accept-signature", field.parse().unwrap());
    let knock = DoubleKnock::new().first(&signer, &sent, now());
    let knock = knock.next(&sent, StatusCode::UNAUTHORIZED, &headers, now());
    knock
        .unwrap()
        .sign_prepared(&mut sent, None, now())
        .unwrap();
    assert_eq!(seen(&sent, &key, now()), "rfc9421");
    assert!(sent.headers().contains_key("content-digest"));
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

/// A request with things in it that no stranger may have signed.
fn with_secrets(method: &str) -> Request<Vec<u8>> {
    let mut request = request(method, "https://example.org/inbox?page=1");
    for (name, value) in [
        ("authorization", "Bearer secret"),
        ("cookie", "session=secret"),
        ("proxy-authorization", "Basic secret"),
        ("x-api-key", "secret"),
        ("user-agent", "fedikit (test)"),
        ("cache-control", "max-age=1, no-cache"),
        ("date", "Thu, 01 Jan 2026 00:00:00 GMT"),
        ("signature", "sig0=:AAEC:"),
        ("signature-input", "sig0=()"),
    ] {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    if method == "POST" {
        let media_type = "application/activity+json".parse().unwrap();
        request.headers_mut().insert("content-type", media_type);
    }
    request
}

fn named_reason(why: &Declined) -> String {
    let text = format!("{why:?}");
    let end = text.find([' ', '{']).unwrap_or(text.len());
    text[..end].to_owned()
}

#[test]
fn challenges_are_answered_as_far_as_they_are_honest() {
    let [mut answered, mut declined, mut unreadable] = [0; 3];
    for case in cases("challenges") {
        let what = text(&case, "case");
        let key = if case["key"] == "rsa" {
            rsa()
        } else {
            ed25519()
        };
        let signer = Signer::new(KEY_ID, key.clone()).unwrap();
        let mut sent = with_secrets(text(&case, "method"));
        let field = text(&case, "field");

        // A refusal with this field leads to the answer, or else to a signature that is not the one asked for.
        let knock = DoubleKnock::new().first(&signer, &sent, now());
        let mut headers = http::HeaderMap::new();
        headers.insert("accept-signature", field.parse().unwrap());
        let knock = knock.next(&sent, StatusCode::UNAUTHORIZED, &headers, now());
        let knock = knock.unwrap();
        assert_eq!(knock.scheme(), Scheme::Rfc9421, "{what}");
        knock.sign(&mut sent, now()).unwrap();
        let input = sent.headers()["signature-input"].to_str().unwrap();
        let body = sent.body().clone();
        let policy = Policy::strict().authorities(["example.org"]);
        let mut received = sent.clone();
        *received.uri_mut() = Uri::from_static("/inbox?page=1");
        let claim = policy.read(received, now()).unwrap();
        let verified = claim.check(&key.verifying_key()).unwrap();
        assert_eq!(verified.request().body(), &body, "{what}");
        assert!(!verified.covers("authorization") && !verified.covers("cookie"));

        match AcceptSignature::parse(field.as_bytes()) {
            Err(error) => {
                let reason = format!("{:?}", error.reason());
                assert_eq!(reason, text(&case, "unreadable"), "{what}");
                assert!(
                    knock.answers().is_none() && knock.declined().is_none(),
                    "{what}"
                );
                unreadable += 1;
            }
            Ok(asked) => match knock.declined() {
                Some(why) => {
                    assert_eq!(named_reason(why), text(&case, "declined"), "{what}");
                    let declined_again = asked[0].answer(&signer, &sent).unwrap_err();
                    assert_eq!(&declined_again, why);
                    assert!(knock.answers().is_none(), "{what}");
                    asked[0].check(&verified).unwrap_err();
                    declined += 1;
                }
                None => {
                    assert_eq!(input, text(&case, "input"), "{what}");
                    knock.answers().unwrap().check(&verified).unwrap();
                    answered += 1;
                }
            },
        }
    }
    println!(
        "challenges: answered {answered}/{answered}, declined {declined}/{declined}, unreadable {unreadable}/{unreadable}"
    );
}

/// A server that wants its nonce back, each only once.
struct Challenging {
    replays: ReplayMemory,
    issued: Vec<AcceptSignature>,
}

impl Challenging {
    fn answer(&mut self, request: &Request<Vec<u8>>) -> (StatusCode, http::HeaderMap) {
        let mut headers = http::HeaderMap::new();
        let policy = Policy::strict().authorities(["example.org"]);
        let verified = policy
            .read(request.clone(), now())
            .map(|claim| claim.check(&ed25519().verifying_key()).unwrap());
        if let Ok(verified) = verified
            && let Some(asked) = self.issued.last()
            && asked.check(&verified).is_ok()
            && let Some(key) = verified.nonce_key()
            && self.replays.remember(key, verified.good_until(), now()) == Arrival::First
        {
            return (StatusCode::ACCEPTED, headers);
        }
        let challenge = AcceptSignature::new(request.method())
            .cover("@authority")
            .with_nonce(format!("nonce-{}", self.issued.len()));
        challenge.add_to(&mut headers).unwrap();
        assert_eq!(headers["cache-control"], "no-store");
        self.issued.push(challenge);
        (StatusCode::UNAUTHORIZED, headers)
    }
}

fn knock_on(
    knock: Knock,
    request: &mut Request<Vec<u8>>,
    server: &mut Challenging,
) -> (u16, usize) {
    let (mut knock, mut tries) = (knock, 1);
    loop {
        knock.sign(request, now()).unwrap();
        let (status, headers) = server.answer(request);
        match knock.next(request, status, &headers, now()) {
            Some(second) => (knock, tries) = (second, tries + 1),
            None => return (status.as_u16(), tries),
        }
    }
}

#[test]
fn a_nonce_is_fetched_repeated_and_good_for_one_request() {
    let signer = Signer::new(KEY_ID, ed25519().clone()).unwrap();
    let mut server = Challenging {
        replays: ReplayMemory::new(10),
        issued: Vec::new(),
    };
    let knocks = DoubleKnock::new();
    for method in ["POST", "GET", "POST"] {
        let mut sent = request(method, "https://example.org/inbox");
        let knock = knocks.first(&signer, &sent, now());
        assert_eq!(
            knock_on(knock, &mut sent, &mut server),
            (202, 2),
            "{method}"
        );
        // The same once more, byte for byte.
        assert_eq!(server.answer(&sent).0, StatusCode::UNAUTHORIZED);
    }
    // It is remembered that it wants RFC 9421, not its nonces.
    assert_eq!(knocks.remembered(now()).len(), 1);
}

#[test]
fn a_server_that_challenges_for_ever_gets_two_requests_and_then_the_draft() {
    let signer = Signer::new(KEY_ID, ed25519().clone()).unwrap();
    let knocks = DoubleKnock::new().first_scheme(Scheme::Rfc9421);
    let challenge = "sig1=();nonce=\"again\"".parse().unwrap();
    let headers = http::HeaderMap::from_iter([(
        http::HeaderName::from_static("accept-signature"),
        challenge,
    )]);
    let mut sent = request("POST", "https://example.org/inbox");
    let knock = knocks.first(&signer, &sent, now());
    knock.sign(&mut sent, now()).unwrap();
    let knock = knock.next(&sent, StatusCode::UNAUTHORIZED, &headers, now());
    let knock = knock.unwrap();
    assert_eq!(knock.answers().unwrap().nonce(), Some("again"));
    knock.sign(&mut sent, now()).unwrap();
    let third = knock.next(&sent, StatusCode::UNAUTHORIZED, &headers, now());
    assert!(third.is_none());
    assert_eq!(knocks.first(&signer, &sent, now()).scheme(), Scheme::Draft);
}

#[test]
fn what_was_refused_is_not_sent_again_because_it_is_asked_for() {
    let signer = Signer::new(KEY_ID, ed25519().clone()).unwrap();
    let knocks = DoubleKnock::new().first_scheme(Scheme::Rfc9421);
    let mut sent = request("POST", "https://example.org/inbox");
    let knock = knocks.first(&signer, &sent, now());
    knock.sign(&mut sent, now()).unwrap();
    let mut headers = http::HeaderMap::new();
    AcceptSignature::new(&Method::POST)
        .add_to(&mut headers)
        .unwrap();
    let knock = knock.next(&sent, StatusCode::UNAUTHORIZED, &headers, now());
    assert_eq!(knock.unwrap().scheme(), Scheme::Draft);
}

#[test]
fn who_asks_for_signatures_beside_a_success_is_sent_them() {
    let signer = Signer::new(KEY_ID, ed25519().clone()).unwrap();
    let knocks = DoubleKnock::new();
    let sent = request("GET", "https://example.org/users/bob");
    let mut headers = http::HeaderMap::new();
    AcceptSignature::new(&Method::GET)
        .add_to(&mut headers)
        .unwrap();
    assert!(!headers.contains_key("cache-control"));
    let knock = knocks.first(&signer, &sent, now());
    assert!(knock.next(&sent, StatusCode::OK, &headers, now()).is_none());
    assert_eq!(
        knocks.first(&signer, &sent, now()).scheme(),
        Scheme::Rfc9421
    );
    assert_eq!(knocks.remembered(now()), []);
}

#[test]
fn an_answer_that_is_not_what_was_asked_for_is_refused() {
    let asked = || {
        AcceptSignature::new(&Method::POST)
            .cover("@authority")
            .cover("cache-control;key=\"max-age\";x")
            .with_label("other")
    };
    assert!(asked().field_value().is_err());
    let asked = AcceptSignature::new(&Method::POST)
        .cover("@authority")
        .with_label("any")
        .with_key_id(KEY_ID)
        .with_algorithm(http_sig::SignatureAlgorithm::Ed25519)
        .with_expires()
        .with_nonce("n")
        .with_tag("t");
    let field = asked.field_value().unwrap();
    assert_eq!(
        field,
        "any=(\"@method\" \"@target-uri\" \"content-digest\" \"@authority\");created;expires;\
         keyid=\"https://sender.example/users/alice#main-key\";alg=\"ed25519\";nonce=\"n\";tag=\"t\""
    );
    let signer = Signer::new(KEY_ID, ed25519().clone()).unwrap();
    let other = Signer::new("https://sender.example/users/eve#key", ed25519().clone()).unwrap();
    let sign = |signer: &Signer, field: &str| {
        let mut sent = request("POST", "https://example.org/inbox");
        let digest = http_sig::ContentDigest::from(&Digest::sha256(sent.body()));
        let wanted = AcceptSignature::parse(field.as_bytes()).unwrap();
        let options = wanted[0].answer(signer, &sent).unwrap();
        signer
            .sign_rfc9421_with(&mut sent, Some(&digest), &options, now())
            .unwrap();
        let policy = Policy::strict().authorities(["example.org"]);
        let claim = policy.read(sent, now()).unwrap();
        claim.check(&ed25519().verifying_key()).unwrap()
    };
    let field = field.to_str().unwrap();
    asked.check(&sign(&signer, field)).unwrap();
    // Another label and more than was asked for.
    let more = field.replace("any=(", "more=(\"@path\" ");
    asked.check(&sign(&signer, &more)).unwrap();

    let mut refused = 0;
    for (signer, from, to, component) in [
        (&signer, " \"@authority\"", "", "@authority"),
        (&signer, ";expires", "", "expires"),
        (
            &other,
            ";keyid=\"https://sender.example/users/alice#main-key\"",
            "",
            "keyid",
        ),
        (&signer, ";nonce=\"n\"", "", "nonce"),
        (&signer, ";nonce=\"n\"", ";nonce=\"N\"", "nonce"),
        (&signer, ";tag=\"t\"", "", "tag"),
        (&signer, ";tag=\"t\"", ";tag=\"u\"", "tag"),
    ] {
        assert!(field.contains(from), "{from}");
        let error = asked.check(&sign(signer, &field.replace(from, to)));
        let error = error.unwrap_err();
        let reason = if component == "@authority" {
            Reason::ComponentUncovered
        } else {
            Reason::ChallengeUnanswered
        };
        assert_eq!(
            (error.reason(), error.component()),
            (reason, Some(component))
        );
        assert_eq!(error.status(), StatusCode::UNAUTHORIZED);
        refused += 1;
    }
    let mut sent = request("POST", "https://example.org/inbox");
    signer.sign(&mut sent, now()).unwrap();
    let policy = Policy::fediverse().authorities(["example.org"]);
    let claim = policy.read(sent, now()).unwrap();
    let by_draft = claim.check(&ed25519().verifying_key()).unwrap();
    let error = asked.check(&by_draft).unwrap_err();
    assert_eq!(error.reason(), Reason::ChallengeUnanswered);
    println!(
        "answers to a challenge: refused {0}/{0}, accepted 2/2",
        refused + 1
    );
}

#[test]
fn what_is_asked_for_can_be_looked_at() {
    let field =
        "one=(\"@method\" \"date\";bs);created;keyid=\"k\";alg=\"a\", two=();expires;tag=\"t\"";
    let asked = AcceptSignature::parse(field.as_bytes()).unwrap();
    let [one, two] = &asked[..] else {
        panic!("{asked:?}")
    };
    assert_eq!([one.label(), two.label()], ["one", "two"]);
    assert!(one.components().eq(["\"@method\"", "\"date\";bs"]));
    assert_eq!(two.components().next(), None);
    assert!(one.created() && !two.created());
    assert!(!one.expires() && two.expires());
    assert_eq!([one.key_id(), two.key_id()], [Some("k"), None]);
    assert_eq!([one.algorithm(), two.algorithm()], [Some("a"), None]);
    assert_eq!([one.tag(), two.tag()], [None, Some("t")]);

    let read = |count: usize| {
        let names: Vec<_> = (0..count).map(|at| format!("\"x{at}\"")).collect();
        let field = format!("a=({})", names.join(" "));
        let asked = AcceptSignature::parse(field.as_bytes());
        asked.map(drop).map_err(|error| error.reason())
    };
    assert_eq!(read(64), Ok(()));
    assert_eq!(read(65), Err(Reason::TooManyComponents));
}

#[test]
fn a_client_asks_for_a_signed_response() {
    let asked = AcceptSignature::for_response()
        .cover("signature;req;key=\"sig1\"")
        .with_nonce("n");
    let mut sent = request("POST", "https://example.org/inbox");
    let client = Signer::new("https://sender.example/#key", ed25519().clone()).unwrap();
    asked.add_to(sent.headers_mut()).unwrap();
    client.sign_rfc9421(&mut sent, now()).unwrap();
    let field = &sent.headers()["accept-signature"];
    assert_eq!(
        field,
        "sig1=(\"@status\" \"content-digest\" \"@method\";req \"@target-uri\";req \
         \"signature\";req;key=\"sig1\");created;nonce=\"n\""
    );

    let wanted = AcceptSignature::parse_for_response(field.as_bytes()).unwrap();
    assert_eq!(wanted[0].field_value().unwrap(), field);
    let signer = Signer::new(KEY_ID, ed25519().clone()).unwrap();
    let mut response = http::Response::new(b"{}");
    response
        .headers_mut()
        .insert("set-cookie", "session=secret".parse().unwrap());
    let options = wanted[0].answer_response(&signer, &response, &sent);
    let digest = http_sig::ContentDigest::from(&Digest::sha256(b"{}"));
    signer
        .sign_response_with(
            &mut response,
            &sent,
            Some(&digest),
            &options.unwrap(),
            now(),
        )
        .unwrap();
    let policy = Policy::strict();
    let claim = policy
        .read_response(response.clone(), &sent, now())
        .unwrap();
    let verified = claim.check(&ed25519().verifying_key()).unwrap();
    asked.check_response(&verified).unwrap();
    let other = AcceptSignature::for_response().with_nonce("other");
    let error = other.check_response(&verified).unwrap_err();
    assert_eq!(error.reason(), Reason::ChallengeUnanswered);
    let more = AcceptSignature::for_response().cover("content-type");
    let error = more.check_response(&verified).unwrap_err();
    assert_eq!(error.reason(), Reason::ComponentUncovered);

    for (component, expected) in [
        ("set-cookie", "Component"),
        ("authorization;req", "Component"),
        ("signature", "Component"),
        ("@method", "Component"),
        ("content-type", "Absent"),
        ("signature;req;key=\"sig2\"", "Absent"),
    ] {
        let asked = AcceptSignature::for_response().cover(component);
        let declined = asked.answer_response(&signer, &response, &sent);
        assert_eq!(
            named_reason(&declined.unwrap_err()),
            expected,
            "{component}"
        );
    }
    // What is asked of a response is nothing for a request.
    let declined = asked.answer(&signer, &sent).unwrap_err();
    assert_eq!(named_reason(&declined), "Component");
}

#[test]
fn what_cannot_be_asked_for_is_reported() {
    let asked = || AcceptSignature::new(&Method::GET);
    let many = (0..64).fold(asked(), |asked, number| asked.cover(&format!("x-{number}")));
    for asked in [
        asked().cover("@status"),
        asked().cover("@method;req"),
        asked().cover("a b"),
        asked().with_label("Sig1"),
        asked().with_label(""),
        asked().with_nonce("a\r\nb"),
        asked().with_nonce("é"),
        asked().with_tag("t".repeat(2000)),
        many,
    ] {
        assert!(asked.field_value().is_err(), "{asked:?}");
    }
    let field = asked().cover("@method").cover("\"@method\"").field_value();
    assert_eq!(field.unwrap(), "sig1=(\"@method\" \"@target-uri\");created");
    let field = asked().with_nonce("a\"\\b").field_value().unwrap();
    let read = AcceptSignature::parse(field.as_bytes()).unwrap();
    assert_eq!(read[0].nonce(), Some("a\"\\b"));
}

/// What a challenge may name, and whether it may be signed.
const NAMED: [(&str, bool); 17] = [
    ("@method", true),
    ("@target-uri", true),
    ("@authority", true),
    ("@query-param;name=\"page\"", true),
    ("user-agent", true),
    ("user-agent;bs", true),
    ("cache-control;sf", true),
    ("content-digest", true),
    ("date", true),
    ("authorization", false),
    ("authorization;bs", false),
    ("cookie", false),
    ("proxy-authorization", false),
    ("x-api-key", false),
    ("signature;key=\"sig0\"", false),
    ("@status", false),
    ("@method;req", false),
];

proptest! {
    #[test]
    fn no_challenge_makes_a_signature_cover_less_or_secrets(
        named in prop::collection::vec(prop::sample::select(&NAMED), 0..6),
        nonce in option::of("[ -~]{0,300}"),
        tag in option::of("[ -~]{0,300}"),
        expires: bool,
    ) {
        let mut asked = AcceptSignature::new(&Method::GET);
        for (name, _) in &named {
            asked = asked.cover(name);
        }
        if let Some(nonce) = &nonce {
            asked = asked.with_nonce(nonce);
        }
        if let Some(tag) = &tag {
            asked = asked.with_tag(tag);
        }
        if expires {
            asked = asked.with_expires();
        }
        let signer = Signer::new(KEY_ID, ed25519().clone()).unwrap();
        let mut sent = with_secrets("POST");
        let too_long = |text: &Option<String>| text.as_ref().is_some_and(|text| text.len() > 256);
        let honest = named.iter().all(|(_, honest)| *honest) && !too_long(&nonce) && !too_long(&tag);
        let answer = asked.answer(&signer, &sent);
        prop_assert_eq!(answer.is_ok(), honest);
        if let Ok(options) = answer {
            let digest = http_sig::ContentDigest::from(&Digest::sha256(sent.body()));
            signer.sign_rfc9421_with(&mut sent, Some(&digest), &options, now()).unwrap();
            let policy = Policy::strict().authorities(["example.org"]);
            let claim = policy.read(sent, now()).unwrap();
            let verified = claim.check(&ed25519().verifying_key()).unwrap();
            for component in ["@method", "@target-uri", "content-digest", "content-type"] {
                prop_assert!(verified.covers(component));
            }
            prop_assert!(asked.check(&verified).is_ok());
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused_and_what_is_written_is_read_as_the_same(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        text in "([a-c]{1,2}=\\((\"@?[a-z-]{1,8}\"(;bs)?( |\\)))?(\"[a-z]{1,9}\")?\\)?(;(created|expires|keyid=\"k\"|nonce=\"[ -~]{0,3}\"|x=1)){0,3}(, |)){0,3}",
    ) {
        for field in [&bytes[..], text.as_bytes()] {
            for asked in AcceptSignature::parse(field).unwrap_or_default() {
                if let Ok(written) = asked.field_value() {
                    let again = AcceptSignature::parse(written.as_bytes());
                    let [again] = &again.unwrap()[..] else { panic!("{written:?}") };
                    prop_assert_eq!(again.field_value().unwrap(), written);
                    prop_assert_eq!(format!("{again:?}"), format!("{asked:?}"));
                }
            }
        }
    }
}
