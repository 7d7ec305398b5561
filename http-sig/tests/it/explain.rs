//! One thing is wrong with each of these requests, and the explanation must name it.

use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PSS_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use cpu_time::ThreadTime;
use http::{HeaderName, HeaderValue, Request};
use http_sig::explain::{Cause, Explanation};
use http_sig::{ContentDigest, Digest, DigestAlgorithm, Policy, Reason, VerifyingKey};
use sha2::{Digest as _, Sha256, Sha512};

use crate::attacks::sent::ecdsa_to_der;
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
        sign(&mut request, self.standard, &|base| {
            let base = (self.base)(String::from_utf8(base.to_vec()).unwrap());
            (self.signature)(draft::sign(key, &base))
        });
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

/// Writes the base as the standards say it, and sends what signs it.
fn sign(request: &mut Request<Vec<u8>>, standard: Standard, signs: &dyn Fn(&[u8]) -> Vec<u8>) {
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
        let signature = signs(lines.join("\n").as_bytes());
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
    let signature = STANDARD.encode(signs(text.join("\n").as_bytes()));
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

/// Sets the digest of something else than the body.
fn digest_of(request: &mut Request<Vec<u8>>, hashed: fn(&str) -> Vec<u8>) {
    let hashed = hashed(std::str::from_utf8(request.body()).unwrap());
    let digest = ContentDigest::new(DigestAlgorithm::Sha256, &hashed).field_value();
    let headers = request.headers_mut();
    headers.insert("digest", Digest::sha256(&hashed).field_value().clone());
    headers.insert("content-digest", digest);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
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

    // The body and its digest.
    by_both(all, Cause::Body, "a line break added", "without the line break at its end; the digest itself is what was signed", |c| c.wire(|r| r.body_mut().push(b'\n')));
    by_both(all, Cause::Body, "a line break hashed", "with a line break at its end", |c| c.sent(|r| digest_of(r, |b| format!("{b}\n").into_bytes())));
    by_both(all, Cause::Body, "a byte order mark cut off", "with a byte order mark", |c| c.sent(|r| digest_of(r, |b| format!("\u{feff}{b}").into_bytes())));
    by_both(all, Cause::Body, "the line ends changed", "with the line ends LF", |c| c.sent(|r| { *r.body_mut() = b"{\n}".to_vec(); digest_of(r, |b| b.to_owned().into_bytes()); }).wire(|r| *r.body_mut() = b"{\r\n}".to_vec()));
    by_both(all, Cause::Body, "the body lost", "the body has 0 bytes, and Content-Length says 49", |c| c.wire(|r| { set(r, "content-length", "49"); r.body_mut().clear(); }));
    by_both(all, Cause::Body, "an empty body hashed", "over an empty body", |c| c.sent(|r| digest_of(r, |_| Vec::new())));
    by_both(all, Cause::Body, "JSON written again with blanks", "the same JSON without blanks", |c| c.wire(|r| { let text = std::str::from_utf8(r.body()).unwrap(); *r.body_mut() = text.replace(',', ",\n  ").replace("\":", "\" : ").into_bytes(); }));
    by_both(all, Cause::Body, "JSON written again without blanks", "a blank after each colon and comma", |c| c.sent(|r| digest_of(r, |b| b.replace("\":", "\": ").replace(",\"", ", \"").into_bytes())));
    by_both(all, Cause::Body, "JSON as PHP writes it", "as PHP writes it", |c| c.sent(|r| digest_of(r, |b| b.replace('/', "\\/").into_bytes())));
    by_both(all, Cause::Body, "JSON as Python writes it", "as Python writes it", |c| c.sent(|r| digest_of(r, |b| b.replace('\u{e9}', "\\u00e9").replace("\":", "\": ").replace(",\"", ", \"").into_bytes())));
    by_both(all, Cause::Body, "escapes undone", "characters beyond ASCII escaped", |c| c.sent(|r| digest_of(r, |b| b.replace('\u{e9}', "\\u00e9").into_bytes())));
    by_both(all, Cause::Body, "escapes done", "no escapes for characters beyond ASCII", |c| c.wire(|r| { let text = std::str::from_utf8(r.body()).unwrap(); *r.body_mut() = text.replace('\u{e9}', "\\u00e9").into_bytes(); }));
    by_both(all, Cause::Body, "Latin-1 taken for UTF-8", "read as Latin-1", |c| c.sent(|r| digest_of(r, |b| b.bytes().map(char::from).collect::<String>().into_bytes())));
    by_both(all, Cause::Body, "a body that was decompressed", "Content-Encoding says", |c| c.sent(|r| { set(r, "content-encoding", "gzip"); digest_of(r, |_| b"\x1f\x8bgzip".to_vec()); }));
    by_both(all, Cause::Body, "a body that was compressed", "the body is compressed", |c| c.wire(|r| *r.body_mut() = b"\x1f\x8bgzip".to_vec()));
    by_both(all, Cause::Body, "another body", "fits no spelling of the body that was tried; the digest itself", |c| c.wire(|r| *r.body_mut() = b"{}".to_vec()));
    all.push(draft(Cause::DigestSpelling, "digits for base64", "hexadecimal digits in place of base64").sent(|r| { let digits = hex(&Sha256::digest(r.body())); set(r, "digest", &format!("SHA-256={digits}")); }));
    all.push(draft(Cause::DigestSpelling, "digits below base64", "hexadecimal digits below the base64").sent(|r| { let digits = hex(&Sha256::digest(r.body())); set(r, "digest", &format!("SHA-256={}", STANDARD.encode(digits))); }));
    all.push(draft(Cause::DigestSpelling, "the base64 of URLs", "the base64 of URLs").sent(|r| { let digest = URL_SAFE.encode(Sha256::digest(r.body())); set(r, "digest", &format!("SHA-256={digest}")); }));
    all.push(draft(Cause::DigestSpelling, "no padding", "without its padding").sent(|r| { let digest = STANDARD.encode(Sha256::digest(r.body())); set(r, "digest", &format!("SHA-256={}", digest.trim_end_matches('='))); }));
    all.push(draft(Cause::DigestSpelling, "SHA-512 by another name", "is a SHA-512 under `SHA-256`").sent(|r| { let digest = STANDARD.encode(Sha512::digest(r.body())); set(r, "digest", &format!("SHA-256={digest}")); }));
    all.push(draft(Cause::DigestSpelling, "the new field's form in the old field", "between colons").sent(|r| { let digest = STANDARD.encode(Sha256::digest(r.body())); set(r, "digest", &format!("sha-256=:{digest}:")); }));
    all.push(rfc9421(Cause::DigestSpelling, "the old field's form in the new field", "as it should be").sent(|r| { let digest = STANDARD.encode(Sha256::digest(r.body())); set(r, "content-digest", &format!("sha-256={digest}")); }));

    // The clock.
    all.push(draft(Cause::Clock, "local time", "2 hours ahead of our clock").sent(|r| set(r, "date", &date(2 * 3600 + 3))));

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

/// An RSA signature tells by itself with what it was made, and whether with this key.
#[test]
fn what_a_signature_tells_of_its_algorithm() {
    const SHA_1: &str = "0001 ff… 00 3021300906052b0e03021a05000414";
    let zeros = "00".repeat(20);
    let pss_sha256 = |base: &[u8]| {
        let pair = RsaKeyPair::from_pkcs8(&draft::der(draft::rsa())).unwrap();
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(&RSA_PSS_SHA256, &SystemRandom::new(), base, &mut signature)
            .unwrap();
        signature
    };
    type Signs<'a> = Box<dyn Fn(&[u8]) -> Vec<u8> + 'a>;
    let by = |key: Key| -> Signs<'static> { Box::new(move |base| draft::sign(&key, base)) };
    let (old, new) = (Standard::Draft, Standard::Rfc9421);
    let rsa = Key::RsaSha256.verifying_key();
    let other = draft::other_rsa().verifying_key();
    let p256 = Key::P256.verifying_key();
    let cases: [(Standard, Signs<'_>, &VerifyingKey, Cause, &str); 12] = [
        (
            new,
            by(Key::RsaSha512),
            &rsa,
            Cause::Algorithm,
            "right by RsaSha512",
        ),
        (
            old,
            by(Key::RsaPssSha512),
            &rsa,
            Cause::Algorithm,
            "right by RsaPssSha512",
        ),
        (
            old,
            by(Key::P256),
            &p256,
            Cause::Algorithm,
            "right by EcdsaP256Sha256",
        ),
        (
            old,
            by(Key::RsaBlock(format!("{SHA_1} {zeros}"))),
            &rsa,
            Cause::Algorithm,
            "made with this key, with SHA-1",
        ),
        (
            old,
            by(Key::RsaBlock("0001 ff… 00 hash".to_owned())),
            &rsa,
            Cause::Algorithm,
            "made with this key and over this text, with a hash without its name",
        ),
        (
            new,
            Box::new(pss_sha256),
            &rsa,
            Cause::Algorithm,
            "RSASSA-PSS with SHA-256 and a salt of 32 bytes",
        ),
        (old, by(Key::RsaSha256), &other, Cause::Key, "another key"),
        (
            new,
            by(Key::RsaPssSha512),
            &other,
            Cause::Key,
            "another key",
        ),
        (new, by(Key::Ed25519), &rsa, Cause::Key, "another key"),
        (new, by(Key::P256), &rsa, Cause::Key, "another key"),
        (
            old,
            Box::new(|_| draft::sign(&Key::RsaSha256, b"?")),
            &rsa,
            Cause::OtherText,
            "with this key, over another text",
        ),
        (
            new,
            Box::new(|base| ecdsa_to_der(&draft::sign(&Key::P256, base))),
            &p256,
            Cause::SignatureEncoding,
            "in DER",
        ),
    ];
    for (standard, signs, key, cause, words) in cases {
        let mut request = request();
        sign(&mut request, standard, &*signs);
        let policy = Policy::fediverse().authorities(["example.org"]);
        let explanation = agreed(&policy, &request, key);
        let found = explanation
            .findings()
            .iter()
            .any(|finding| finding.cause() == cause && finding.to_string().contains(words));
        assert!(found, "{words}\n{explanation}");
    }
}

#[test]
fn what_came_of_fedify_with_a_fragment_is_found() {
    // Fedify 2.3.6 signs the URL of the key as it stands in the key id.
    let mut request = request();
    sign(&mut request, Standard::Rfc9421, &|base| {
        let base = std::str::from_utf8(base).unwrap();
        draft::sign(
            &Key::Ed25519,
            base.replace("c\n", "c#main-key\n").as_bytes(),
        )
    });
    let policy = Policy::fediverse().authorities(["example.org"]);
    let explanation = agreed(&policy, &request, &Key::Ed25519.verifying_key());
    assert_eq!(
        explanation.findings()[0].cause(),
        Cause::Fragment,
        "{explanation}"
    );
}

#[test]
fn the_text_is_fit_for_people_and_holds_no_secret() {
    let mut request = request();
    set(&mut request, "authorization", "Bearer hunter2");
    set(&mut request, "cookie", "session=hunter2");
    let lines = "authorization: Bearer hunter2\ncookie: session=hunter2";
    let base = format!("(request-target): post /inbox\nhost: example.org\n{lines}");
    let signature = STANDARD.encode(draft::sign(&Key::RsaSha256, base.as_bytes()));
    let field = format!(
        "keyId=\"{KEY_ID}\",headers=\"(request-target) host authorization cookie\",signature=\"{signature}\""
    );
    set(&mut request, "signature", &field);
    request.headers_mut().remove("content-digest");
    let policy = Policy::fediverse().authorities(["example.org"]);
    for key in [None, Some(&Key::RsaSha256.verifying_key())] {
        let explanation = policy.explain(&request, key, now());
        let texts = [explanation.to_string(), format!("{explanation:?}")];
        for text in texts {
            assert!(
                !text.contains("hunter2") && text.contains("authorization: (hidden)"),
                "{text}"
            );
        }
        let reasons: Vec<_> = explanation
            .checks()
            .iter()
            .filter_map(|check| check.error())
            .collect();
        assert!(
            reasons
                .iter()
                .any(|error| error.reason() == Reason::ComponentUncovered)
        );
        assert!(!explanation.is_accepted() && explanation.key_id() == Some(KEY_ID));
    }
}

/// Whatever comes, the work is bounded: by the limits of what is read, and by the number of tries.
#[test]
fn long_messages_are_explained_in_bounded_time() {
    let policy = Policy::fediverse().authorities(["example.org"]);
    let mut request = request();
    let path = format!("/{}", "%40/a/".repeat(10_000));
    target(&mut request, &path);
    *request.body_mut() = vec![b'['; 3 * 1024 * 1024];
    for name in [
        "x-forwarded-host",
        "forwarded",
        "x-original-uri",
        "x-forwarded-prefix",
    ] {
        set(&mut request, name, &"host=a,/b;".repeat(6_000));
    }
    for key in [Key::RsaSha256, Key::Ed25519] {
        sign(&mut request, Standard::Draft, &|_| draft::sign(&key, b"?"));
        let started = ThreadTime::now();
        let explanation = policy.explain(&request, Some(&key.verifying_key()), now());
        assert!(!explanation.is_accepted());
        // In a build without optimisation.
        let took = started.elapsed();
        println!("a path of {} bytes, a body of 3 MiB: {took:?}", path.len());
        assert!(took < Duration::from_secs(20), "{took:?}");
    }
}
