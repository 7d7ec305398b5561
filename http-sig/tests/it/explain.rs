//! One thing is wrong with each of these requests, and the explanation must name it.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue, Request};
use http_sig::explain::{Cause, Explanation};
use http_sig::{ContentDigest, Digest, DigestAlgorithm, Policy, VerifyingKey};
use sha2::{Digest as _, Sha256};

use crate::draft::{self, KEY_ID, Key, now};

const BODY: &str = "{\"type\":\"Like\",\"name\":\"caf\u{e9} https://a.example/\"}";

/// What is covered, and what a sender signs that makes no mistake.
#[derive(Clone, Copy, PartialEq)]
enum Standard {
    Draft,
    Rfc9421,
}

struct Case {
    what: &'static str,
    expected: Cause,
    /// What the finding must say.
    words: &'static str,
    standard: Standard,
    /// Changes the request before signing.
    sent: fn(&mut Request<Vec<u8>>),
    /// Changes the base before signing.
    base: fn(String) -> Vec<u8>,
    /// Changes the bytes of the signature.
    signature: fn(Vec<u8>) -> Vec<u8>,
    /// Changes the request on its way.
    wire: fn(&mut Request<Vec<u8>>),
}

fn draft(expected: Cause, what: &'static str, words: &'static str) -> Case {
    Case {
        what,
        expected,
        words,
        standard: Standard::Draft,
        sent: |_| {},
        base: String::into_bytes,
        signature: |signature| signature,
        wire: |_| {},
    }
}

fn rfc9421(expected: Cause, what: &'static str, words: &'static str) -> Case {
    Case {
        standard: Standard::Rfc9421,
        ..draft(expected, what, words)
    }
}

impl Case {
    fn sent(self, sent: fn(&mut Request<Vec<u8>>)) -> Self {
        Self { sent, ..self }
    }

    fn base(self, base: fn(String) -> Vec<u8>) -> Self {
        Self { base, ..self }
    }

    fn signature(self, signature: fn(Vec<u8>) -> Vec<u8>) -> Self {
        Self { signature, ..self }
    }

    fn wire(self, wire: fn(&mut Request<Vec<u8>>)) -> Self {
        Self { wire, ..self }
    }

    fn explained(&self, key: &Key) -> Explanation {
        let mut request = request();
        (self.sent)(&mut request);
        sign(&mut request, self.standard, key, self.base, self.signature);
        (self.wire)(&mut request);
        let policy = Policy::fediverse().authorities(["example.org"]);
        agreed(&policy, &request, &key.verifying_key())
    }
}

/// A request that lacks nothing but its signature.
fn request() -> Request<Vec<u8>> {
    let body = BODY.as_bytes().to_vec();
    let digest = ContentDigest::new(DigestAlgorithm::Sha256, &body).field_value();
    Request::post("/users/@bob/inbox?a=b%20c")
        .header("host", "example.org")
        .header("date", date(0))
        .header("digest", Digest::sha256(&body).field_value())
        .header("content-digest", digest)
        .header("content-type", "application/activity+json")
        .header("x-list", "a")
        .header("x-list", "b")
        .body(body)
        .unwrap()
}

/// Signs as the standards say, but for what the case changes.
fn sign(
    request: &mut Request<Vec<u8>>,
    standard: Standard,
    key: &Key,
    base: fn(String) -> Vec<u8>,
    encode: fn(Vec<u8>) -> Vec<u8>,
) {
    let field = |name: &str| {
        let lines = request.headers().get_all(name).iter();
        let lines: Vec<&str> = lines.map(|line| line.to_str().unwrap()).collect();
        lines.join(", ")
    };
    let target = request.uri().path_and_query().unwrap();
    let method = request.method();
    if standard == Standard::Draft {
        request.headers_mut().remove("content-digest");
        let field = |name: &str| {
            let lines = request.headers().get_all(name).iter();
            let lines: Vec<&str> = lines.map(|line| line.to_str().unwrap()).collect();
            format!("{name}: {}", lines.join(", "))
        };
        let target = request.uri().path_and_query().unwrap();
        let method = request.method().as_str().to_lowercase();
        let created = "(created): 1767225600".to_owned();
        let mut lines = vec![format!("(request-target): {method} {target}"), created];
        let names = ["host", "date", "digest", "content-type", "x-list"];
        lines.extend(names.map(field));
        let signature = encode(draft::sign(key, &base(lines.join("\n"))));
        let text = format!(
            "keyId=\"{KEY_ID}\",algorithm=\"hs2019\",created=1767225600,\
             headers=\"(request-target) (created) {}\",signature=\"{}\"",
            names.join(" "),
            STANDARD.encode(signature)
        );
        request
            .headers_mut()
            .insert("signature", text.parse().unwrap());
        return;
    }
    let names = "\"@method\" \"@target-uri\" \"content-digest\" \"content-type\" \"x-list\"";
    let parameters = format!("({names});created=1767225600;keyid=\"{KEY_ID}\"");
    let text = [
        format!("\"@method\": {method}"),
        format!("\"@target-uri\": https://{}{target}", field("host")),
        format!("\"content-digest\": {}", field("content-digest")),
        format!("\"content-type\": {}", field("content-type")),
        format!("\"x-list\": {}", field("x-list")),
        format!("\"@signature-params\": {parameters}"),
    ];
    let signature = STANDARD.encode(encode(draft::sign(key, &base(text.join("\n")))));
    let headers = request.headers_mut();
    headers.remove("digest");
    let input = format!("sig1={parameters}").parse().unwrap();
    headers.insert("signature-input", input);
    let signature = format!("sig1=:{signature}:").parse().unwrap();
    headers.insert("signature", signature);
}

/// The explanation, after making sure that it says what the verifier says.
pub(crate) fn agreed(
    policy: &Policy,
    request: &Request<Vec<u8>>,
    key: &VerifyingKey,
) -> Explanation {
    let explanation = policy.explain(request, Some(key), now());
    let outcome = policy.read(request.clone(), now()).and_then(|claim| {
        let checked = claim.check(key);
        checked.map(drop).map_err(|refused| refused.into_error())
    });
    assert_eq!(explanation.error(), outcome.as_ref().err(), "{explanation}");
    assert_eq!(explanation.is_accepted(), outcome.is_ok(), "{explanation}");
    let failed: Vec<_> = explanation
        .checks()
        .iter()
        .filter_map(|check| check.error())
        .collect();
    match &outcome {
        Ok(()) => {
            assert!(failed.is_empty(), "{explanation}");
            let passed = explanation
                .checks()
                .iter()
                .filter(|check| check.is_passed());
            assert!(passed.count() >= 9, "{explanation}");
        }
        Err(error) => assert!(
            failed.contains(&error),
            "{error} is not among\n{explanation}"
        ),
    }
    // Without the key it says the same, as far as it goes.
    let without = policy.explain(request, None, now());
    let outcome = policy.read(request.clone(), now());
    assert_eq!(without.error(), outcome.as_ref().err(), "{without}");
    explanation
}

/// So many seconds from now.
fn date(seconds: u64) -> String {
    httpdate::fmt_http_date(now() + Duration::from_secs(seconds))
}

fn target(request: &mut Request<Vec<u8>>, target: &str) {
    *request.uri_mut() = target.parse().unwrap();
}

fn set(request: &mut Request<Vec<u8>>, name: &'static str, value: &str) {
    let value = HeaderValue::from_str(value).unwrap();
    request
        .headers_mut()
        .insert(HeaderName::from_static(name), value);
}

fn by_both(
    cases: &mut Vec<Case>,
    expected: Cause,
    what: &'static str,
    words: &'static str,
    change: fn(Case) -> Case,
) {
    cases.push(change(draft(expected, what, words)));
    cases.push(change(rfc9421(expected, what, words)));
}

#[rustfmt::skip]
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let all = &mut cases;
    // What a proxy changes.
    by_both(all, Cause::Host, "the host rewritten", "the host `example.org`, and the request came with `10.0.0.7:3000`", |c| c.wire(|r| set(r, "host", "10.0.0.7:3000")));
    by_both(all, Cause::Host, "a host that only the proxy knows", "the host `social.example`", |c| c.sent(|r| set(r, "host", "social.example")).wire(|r| { set(r, "host", "example.org"); set(r, "x-forwarded-host", "social.example"); }));
    by_both(all, Cause::Host, "a host in Forwarded", "the host `social.example`", |c| c.sent(|r| set(r, "host", "social.example")).wire(|r| { set(r, "host", "example.org"); set(r, "forwarded", "for=10.0.0.7;Host=\"social.example\";proto=https"); }));
    by_both(all, Cause::Host, "the sender's own host", "the host `sender.example`", |c| c.base(|b| b.replace("example.org", "sender.example").into_bytes()));
    by_both(all, Cause::Port, "a port that is not sent", "the host `example.org:443`", |c| c.base(|b| b.replace("example.org", "example.org:443").into_bytes()));
    all.push(draft(Cause::Port, "a port that the proxy adds", "the host `example.org`, and the request came with `example.org:443`").wire(|r| set(r, "host", "example.org:443")));
    all.push(rfc9421(Cause::Scheme, "http for https", "the scheme `http`").base(|b| b.replace("https://example.org", "http://example.org").into_bytes()));
    by_both(all, Cause::PathPrefix, "a prefix stripped", "`/ap/users/@bob/inbox`, and the request came with `/users/@bob/inbox`", |c| c.sent(|r| target(r, "/ap/users/@bob/inbox")).wire(|r| target(r, "/users/@bob/inbox")));
    by_both(all, Cause::PathPrefix, "a prefix stripped that the proxy names", "`/social/users/@bob/inbox`", |c| c.sent(|r| target(r, "/social/users/@bob/inbox")).wire(|r| { target(r, "/users/@bob/inbox"); set(r, "x-forwarded-prefix", "/social/"); }));
    by_both(all, Cause::PathPrefix, "a prefix added", "`/users/@bob/inbox?a=b%20c`", |c| c.wire(|r| { target(r, "/backend/users/@bob/inbox?a=b%20c"); set(r, "x-original-uri", "/users/@bob/inbox?a=b%20c"); }));
    by_both(all, Cause::PathPrefix, "a prefix added silently", "`/users/@bob/inbox`, and the request came with `/backend/users/@bob/inbox`", |c| c.wire(|r| target(r, "/backend/users/@bob/inbox?a=b%20c")));
    by_both(all, Cause::RequestTarget, "another path that the proxy names", "`/u/bob?in`", |c| c.sent(|r| target(r, "/u/bob?in")).wire(|r| { target(r, "/users/@bob/inbox"); set(r, "x-original-uri", "https://example.org/u/bob?in"); }));
    by_both(all, Cause::Query, "the query lost", "`/users/@bob/inbox?a=b%20c`", |c| c.wire(|r| { target(r, "/users/@bob/inbox"); set(r, "x-forwarded-uri", "/users/@bob/inbox?a=b%20c"); }));
    by_both(all, Cause::Query, "the query not signed", "no query, and the request came with `?a=b%20c`", |c| c.base(|b| b.replace("?a=b%20c", "").into_bytes()));
    by_both(all, Cause::Query, "an empty query", "the query `?`, and the request came with none", |c| c.sent(|r| target(r, "/users/@bob/inbox?")).wire(|r| target(r, "/users/@bob/inbox")));
    by_both(all, Cause::PercentEncoding, "a query written again", "the query `?a=b%20c`", |c| c.wire(|r| target(r, "/users/@bob/inbox?a=b+c")));
    by_both(all, Cause::PercentEncoding, "a query decoded", "the query `?a=b:c`", |c| c.sent(|r| target(r, "/users/@bob/inbox?a=b:c")).wire(|r| target(r, "/users/@bob/inbox?a=b%3Ac")));
    by_both(all, Cause::PercentEncoding, "a path decoded", "the path `/users/%40bob/inbox`", |c| c.sent(|r| target(r, "/users/%40bob/inbox")).wire(|r| target(r, "/users/@bob/inbox")));
    by_both(all, Cause::PercentEncoding, "a path encoded", "the path `/users/@bob/inbox`", |c| c.wire(|r| target(r, "/users/%40bob/inbox?a=b%20c")));
    by_both(all, Cause::PercentEncoding, "escapes in capitals", "the path `/users/%c3%a9`", |c| c.sent(|r| target(r, "/users/%c3%a9")).wire(|r| target(r, "/users/%C3%A9")));
    by_both(all, Cause::Slash, "a slash added at the end", "the path `/users/@bob/inbox`", |c| c.wire(|r| target(r, "/users/@bob/inbox/?a=b%20c")));
    by_both(all, Cause::Slash, "a slash taken from the end", "the path `/users/@bob/inbox/`", |c| c.sent(|r| target(r, "/users/@bob/inbox/")).wire(|r| target(r, "/users/@bob/inbox")));
    by_both(all, Cause::Slash, "a slash too many", "the path `/users/@bob/inbox`", |c| c.wire(|r| target(r, "/users//@bob/inbox?a=b%20c")));
    by_both(all, Cause::PathCase, "a path in other letters", "the path `/users/@bob/inbox`", |c| c.wire(|r| target(r, "/users/@Bob/inbox?a=b%20c")));
    by_both(all, Cause::Fragment, "the fragment signed", "`?a=b%20c#main-key`", |c| c.base(|b| b.replace("?a=b%20c", "?a=b%20c#main-key").into_bytes()));
    by_both(all, Cause::Method, "HEAD answered as GET", "the method `head`", |c| c.sent(|r| *r.method_mut() = "HEAD".parse().unwrap()).wire(|r| *r.method_mut() = "GET".parse().unwrap()));
    all.retain(|case| case.expected != Cause::Method || case.standard == Standard::Draft);
    all.push(draft(Cause::Method, "the method in capitals", "the method `POST`").base(|b| b.replace("post ", "POST ").into_bytes()));
    all.push(rfc9421(Cause::Method, "the method in small letters", "the method `post`").base(|b| b.replace("POST", "post").into_bytes()));
    all.push(draft(Cause::RequestTarget, "the whole URL as target", "`https://example.org/users/@bob/inbox?a=b%20c`").base(|b| b.replace("post /", "post https://example.org/").into_bytes()));
    by_both(all, Cause::Field, "a charset added", "content-type", |c| c.wire(|r| set(r, "content-type", "application/activity+json; charset=utf-8")));
    by_both(all, Cause::Field, "a charset signed", "content-type", |c| c.base(|b| b.replace("activity+json", "activity+json; charset=utf-8").into_bytes()));
    by_both(all, Cause::Field, "lines joined without a blank", "a,b", |c| c.base(|b| b.replace("a, b", "a,b").into_bytes()));
    by_both(all, Cause::Field, "only the last of two lines", "x-list", |c| c.base(|b| b.replace("a, b", "b").into_bytes()));
    by_both(all, Cause::Field, "a field removed", "the request came without this field", |c| c.base(|b| b.replace("a, b", "").into_bytes()).wire(|r| { r.headers_mut().remove("x-list"); }));
    all.push(draft(Cause::Date, "the date rewritten", "`date: Thu, 01 Jan 2026 00:00:00 GMT`").wire(|r| set(r, "date", &date(2))));
    all.push(draft(Cause::Date, "the date written by RFC 5322", "`date: Thu, 01 Jan 2026 00:00:00 +0000`").base(|b| b.replace("00 GMT", "00 +0000").into_bytes()));
    all.push(draft(Cause::Date, "the date written by RFC 3339", "`date: 2026-01-01T00:00:00Z`").base(|b| b.replace("Thu, 01 Jan 2026 00:00:00 GMT", "2026-01-01T00:00:00Z").into_bytes()));
    all.push(draft(Cause::Date, "the date in the oldest form", "`date: Thursday, 01-Jan-26 00:00:00 GMT`").base(|b| b.replace("Thu, 01 Jan 2026 00:00:00 GMT", "Thursday, 01-Jan-26 00:00:00 GMT").into_bytes()));
    all.push(draft(Cause::Digest, "the digest in small letters", "sha-256=").base(|b| b.replace("SHA-256", "sha-256").into_bytes()));
    all.push(draft(Cause::Digest, "the digest without its name", "the sender signed `digest: ").base(|b| b.replace("SHA-256=", "").into_bytes()));
    all.push(rfc9421(Cause::Digest, "the digest by another algorithm", "sha-256=:").wire(|r| { let digest = ContentDigest::new(DigestAlgorithm::Sha512, r.body()).field_value(); r.headers_mut().insert("content-digest", digest); }));
    all.push(draft(Cause::Created, "(created) in quotes", "(created): \"1767225600\"").base(|b| b.replace("1767225600", "\"1767225600\"").into_bytes()));

    // Signature bases that are put together otherwise.
    by_both(all, Cause::SignatureBase, "CR LF", "CR LF", |c| c.base(|b| b.replace('\n', "\r\n").into_bytes()));
    by_both(all, Cause::SignatureBase, "a line break at the end", "a line break at its end", |c| c.base(|b| (b + "\n").into_bytes()));
    by_both(all, Cause::SignatureBase, "no blanks", "without the blank", |c| c.base(|b| b.replace(": ", ":").into_bytes()));
    all.push(draft(Cause::SignatureBase, "names in capitals", "upper case").base(|b| b.replace("host:", "Host:").replace("date:", "Date:").replace("digest:", "Digest:").replace("content-type:", "Content-Type:").replace("x-list:", "X-List:").into_bytes()));
    all.push(rfc9421(Cause::SignatureBase, "no parameters", "without the line @signature-params").base(|b| b.as_bytes()[..b.find("\n\"@signature-params").unwrap()].to_vec()));
    all.push(rfc9421(Cause::SignatureBase, "names without quotes", "without the quotes").base(|b| b.lines().map(|l| { let (n, v) = l.split_once(": ").unwrap(); format!("{}: {v}", n.trim_matches('"')) }).collect::<Vec<_>>().join("\n").into_bytes()));
    by_both(all, Cause::Components, "another order", "in reverse order", |c| c.base(|b| { let mut lines: Vec<&str> = b.lines().filter(|l| !l.contains("-params")).collect(); lines.reverse(); lines.extend(b.lines().filter(|l| l.contains("-params"))); lines.join("\n").into_bytes() }));
    by_both(all, Cause::Components, "one component not signed", "without `", |c| c.base(|b| b.lines().filter(|l| !l.contains("content-type:") && !l.contains("content-type\":")).collect::<Vec<_>>().join("\n").into_bytes()));
    by_both(all, Cause::SignatureBase, "the hash of the base", "hashed again", |c| c.base(|b| Sha256::digest(b).to_vec()));
    by_both(all, Cause::SignatureBase, "the body in place of the base", "the body in place", |c| c.base(|_| BODY.as_bytes().to_vec()));

    // The bytes of the signature.
    by_both(all, Cause::SignatureEncoding, "base64 of base64", "base64 twice", |c| c.signature(|s| STANDARD.encode(s).into_bytes()));
    by_both(all, Cause::SignatureEncoding, "base64 of digits", "hexadecimal", |c| c.signature(|s| s.iter().map(|b| format!("{b:02x}")).collect::<String>().into_bytes()));

    // Two things at once.
    by_both(all, Cause::Host, "host and prefix", "the host `example.org`", |c| c.sent(|r| target(r, "/social/inbox")).wire(|r| { target(r, "/inbox"); set(r, "host", "backend"); set(r, "x-forwarded-prefix", "/social"); }));
    cases
}

#[test]
fn each_mistake_is_named() {
    let cases = cases();
    let mut wrong = Vec::new();
    let mut named = [0, 0];
    for case in &cases {
        for (place, key) in [Key::RsaSha256, Key::Ed25519].into_iter().enumerate() {
            let explanation = case.explained(&key);
            assert!(!explanation.is_accepted(), "{}", case.what);
            let found = explanation.findings().iter().any(|finding| {
                finding.cause() == case.expected && finding.to_string().contains(case.words)
            });
            if found {
                named[place] += 1;
            } else {
                wrong.push(format!("{} ({place}):\n{explanation}", case.what));
            }
        }
    }
    let all = cases.len();
    println!(
        "mistakes named: with RSA {}/{all}, with Ed25519 {}/{all}",
        named[0], named[1]
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_right_is_called_right() {
    for standard in [Standard::Draft, Standard::Rfc9421] {
        for key in [Key::RsaSha256, Key::Ed25519] {
            let case = Case {
                standard,
                ..draft(Cause::NotFound, "", "")
            };
            let explanation = case.explained(&key);
            assert!(
                explanation.is_accepted() && explanation.findings().is_empty(),
                "{explanation}"
            );
        }
    }
}
