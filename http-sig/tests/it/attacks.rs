//! Attacks on signed requests, one line each, and requests that must stay accepted so that "refuse all" does not pass.

use http::{HeaderValue, Request};
use http_sig::{Policy, Reason, VerifyError};

use crate::draft::{Draft, Key, date, ed25519, now, rsa};

struct Case {
    attack: &'static str,
    expected: Result<(), Reason>,
    policy: fn(Policy) -> Policy,
    /// Before signing.
    draft: fn(&mut Draft),
    /// The signature field.
    text: fn(String) -> String,
    /// After signing.
    wire: fn(&mut Request<Vec<u8>>),
}

fn refused(attack: &'static str, reason: Reason) -> Case {
    Case {
        attack,
        expected: Err(reason),
        policy: |p| p,
        draft: |_| {},
        text: |t| t,
        wire: |_| {},
    }
}

fn accepted(attack: &'static str) -> Case {
    Case {
        expected: Ok(()),
        ..refused(attack, Reason::Unsigned)
    }
}

impl Case {
    fn policy(self, policy: fn(Policy) -> Policy) -> Self {
        Self { policy, ..self }
    }

    fn draft(self, draft: fn(&mut Draft)) -> Self {
        Self { draft, ..self }
    }

    fn text(self, text: fn(String) -> String) -> Self {
        Self { text, ..self }
    }

    fn wire(self, wire: fn(&mut Request<Vec<u8>>)) -> Self {
        Self { wire, ..self }
    }
}

fn strict(_: Policy) -> Policy {
    Policy::strict().authorities(["example.org"])
}

fn set(request: &mut Request<Vec<u8>>, name: &'static str, value: &'static str) {
    request
        .headers_mut()
        .insert(name, HeaderValue::from_static(value));
}

fn again(request: &mut Request<Vec<u8>>, name: &'static str) {
    let value = request.headers()[name].clone();
    request.headers_mut().append(name, value);
}

/// A request with `(created)` and `(expires)` instead of a date.
fn timed(draft: &mut Draft, created: Option<&'static str>, expires: Option<&'static str>) {
    draft.algorithm = Some("hs2019");
    (draft.created, draft.expires) = (created, expires);
    let expires = if expires.is_some() { " (expires)" } else { "" };
    draft.cover(&format!("(request-target) (created){expires} host digest"));
}

#[rustfmt::skip]
fn cases() -> Vec<Case> {
    vec![
        // The signature field.
        refused("a request without a signature", Reason::Unsigned).wire(|r| { r.headers_mut().remove("signature"); }),
        refused("a signature field that is no list of parameters", Reason::HeaderMalformed).text(|_| "hello this is malformed!".into()),
        refused("an empty signature field", Reason::HeaderMalformed).text(|_| String::new()),
        refused("no key id", Reason::KeyIdMissing).text(|t| t.replacen("keyId", "keyIdea", 1)),
        refused("no signature value", Reason::SignatureMissing).text(|t| t.replacen("signature=", "sign=", 1)),
        refused("two key ids, the attacker's first", Reason::ParameterRepeated).text(|t| format!("keyId=\"https://evil.example/#k\",{t}")),
        refused("two key ids in different case", Reason::ParameterRepeated).text(|t| format!("keyid=\"https://evil.example/#k\",{t}")),
        refused("two signature values", Reason::ParameterRepeated).text(|t| format!("signature=\"AAEC\",{t}")),
        refused("a weak list of covered names and then a strong one", Reason::ParameterRepeated).text(|t| format!("headers=\"date\",{t}")),
        refused("an unknown parameter twice", Reason::ParameterRepeated).text(|t| format!("{t},x=1,x=2")),
        refused("two signature fields", Reason::SignatureRepeated).wire(|r| again(r, "signature")),
        refused("a signature in Signature and another in Authorization", Reason::SignatureRepeated)
            .wire(|r| set(r, "authorization", "Signature keyId=\"k\",signature=\"AAEC\"")),
        refused("a signature by the draft beside one by RFC 9421", Reason::SchemesMixed).wire(|r| set(r, "signature-input", "sig1=()")),
        refused("a signature field of 64 KiB", Reason::HeaderTooLong).text(|t| format!("{t},x={}", "y".repeat(64 * 1024))),
        refused("a thousand covered names", Reason::TooManyComponents)
            .text(|t| t.replacen("headers=\"", &format!("headers=\"{}", (0..1000).map(|i| format!("x{i} ")).collect::<String>()), 1)),
        refused("forty parameters", Reason::TooManyParameters).text(|t| (0..40).fold(t, |t, i| format!("{t},p{i}=1"))),
        refused("a quote smuggled into the key id", Reason::HeaderMalformed).text(|t| t.replacen("#main-key", "#\\\"main-key", 1)),
        refused("signature in base64 of the URL alphabet", Reason::SignatureNotBase64).text(|t| t.replacen("signature=\"", "signature=\"-_-_", 1)),
        refused("signature without its padding", Reason::SignatureNotBase64).text(|t| t.replace("==\"", "\"")),
        refused("signature with a space inside", Reason::SignatureNotBase64).text(|t| t.replacen("signature=\"", "signature=\"AAAA ", 1)),
        refused("signature with a tab inside", Reason::HeaderMalformed).text(|t| t.replacen("signature=\"", "signature=\"AAAA\t", 1)),
        refused("someone else's signature value", Reason::SignatureMismatch).text(|t| t.replacen("signature=\"", "signature=\"AAEC", 1)),

        // What is covered.
        refused("nothing covered", Reason::ComponentUncovered).draft(|d| d.cover("")),
        refused("no list of covered names", Reason::ComponentUncovered).draft(|d| d.headers = None),
        refused("no list of covered names with hs2019", Reason::ComponentUncovered).draft(|d| { d.headers = None; d.algorithm = Some("hs2019"); d.created = Some("1767225600"); }),
        refused("request target not covered", Reason::ComponentUncovered).draft(|d| d.cover("host date digest")),
        refused("digest of a POST not covered", Reason::ComponentUncovered).draft(|d| d.cover("(request-target) host date")),
        refused("digest of an empty POST not covered", Reason::ComponentUncovered).draft(|d| { d.body.clear(); d.cover("(request-target) host date"); }),
        refused("digest of a DELETE not covered", Reason::ComponentUncovered).draft(|d| { d.method = "DELETE"; d.cover("(request-target) host date"); }),
        refused("a GET that brings a body nobody signed", Reason::ComponentUncovered).draft(|d| d.get("/users/bob")).wire(|r| *r.body_mut() = b"{}".to_vec()),
        refused("host of a POST not covered", Reason::ComponentUncovered).draft(|d| d.cover("(request-target) date digest")),
        refused("host of a GET not covered", Reason::ComponentUncovered).draft(|d| { d.get("/users/bob"); d.cover("(request-target) date"); }),
        refused("neither date nor (created) covered", Reason::NoTimeCovered).draft(|d| d.cover("(request-target) host digest")),
        refused("created sent but not covered", Reason::NoTimeCovered).draft(|d| { timed(d, Some("1767225600"), None); d.cover("(request-target) host digest"); }),
        refused("(created) instead of date under the strict policy", Reason::NoTimeCovered).policy(strict).draft(|d| timed(d, Some("1767225600"), None)),
        refused("a name covered twice", Reason::ComponentRepeated).draft(|d| d.cover("(request-target) host host date digest")),
        refused("a name covered twice in different case", Reason::ComponentRepeated).draft(|d| d.cover("(request-target) host Host date digest")),
        refused("an invented component", Reason::ComponentUnknown).draft(|d| d.cover("(request-target) (method) host date digest")),
        refused("a name that is no field name", Reason::ComponentUnknown).draft(|d| d.cover("(request-target) host date digest a:b")),
        refused("a covered field that is not there", Reason::ComponentMissing).draft(|d| d.cover("(request-target) host date digest x-none")),

        // The body.
        refused("digest covered but not there", Reason::ComponentMissing).wire(|r| { r.headers_mut().remove("digest"); }),
        refused("another body under the old digest", Reason::DigestMismatch).wire(|r| *r.body_mut() = b"{\"type\":\"Delete\"}".to_vec()),
        refused("another body and its own digest", Reason::SignatureMismatch).wire(|r| {
            *r.body_mut() = b"{}".to_vec();
            set(r, "digest", "SHA-256=RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=");
        }),
        refused("SHA-256 given twice, the right one first", Reason::DigestRepeated).draft(|d| {
            let digest = d.fields[2].1.clone();
            d.set("digest", format!("{digest},SHA-256=RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="));
        }),
        refused("a digest by MD5", Reason::DigestWeak).draft(|d| d.set("digest", "MD5=1B2M2Y8AsgTpgAmY7PhCfg==")),
        refused("a digest by SHA-1", Reason::DigestWeak).draft(|d| d.set("digest", "SHA-1=2jmj7l5rSw0yVb/vlWAYkK/YBwk=")),
        refused("a digest by nothing known", Reason::DigestWeak).draft(|d| d.set("digest", "id-sha-256=AAEC")),
        refused("a digest of 31 bytes", Reason::DigestMalformed).draft(|d| d.set("digest", "SHA-256=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==")),
        refused("a digest of 33 bytes", Reason::DigestMalformed).draft(|d| d.set("digest", "SHA-256=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")),
        refused("a digest in bad base64", Reason::DigestMalformed).draft(|d| d.set("digest", "SHA-256=*")),
        refused("an empty digest", Reason::DigestMalformed).draft(|d| d.set("digest", "")),
        refused("digest of the plain text of a body sent compressed", Reason::DigestMismatch).wire(|r| {
            set(r, "content-encoding", "gzip");
            *r.body_mut() = vec![0x1f, 0x8b, 8, 0];
        }),

        // Fields.
        refused("two Date fields", Reason::FieldRepeated).wire(|r| again(r, "date")),
        refused("two Host fields", Reason::FieldRepeated).wire(|r| again(r, "host")),
        refused("two Digest fields", Reason::FieldRepeated).wire(|r| again(r, "digest")),
        refused("two Date fields where (created) is covered", Reason::FieldRepeated).draft(|d| timed(d, Some("1767225600"), None)).wire(|r| again(r, "date")),
        refused("two Content-Type fields, covered", Reason::FieldRepeated).wire(|r| again(r, "content-type")),
        refused("a covered field changed", Reason::SignatureMismatch).wire(|r| set(r, "content-type", "text/html")),

        // The target.
        refused("signed for one path, sent to another", Reason::SignatureMismatch).wire(|r| *r.uri_mut() = "/users/a/inbox".parse().unwrap()),
        refused("sent to a path that a router takes for the signed one", Reason::SignatureMismatch).wire(|r| *r.uri_mut() = "//inbox".parse().unwrap()),
        refused("sent to a path with dots that lead to the signed one", Reason::SignatureMismatch).wire(|r| *r.uri_mut() = "/actor/../inbox".parse().unwrap()),
        refused("signed as POST, sent as PUT", Reason::SignatureMismatch).wire(|r| *r.method_mut() = http::Method::PUT),
        refused("signed as GET, sent as HEAD", Reason::SignatureMismatch).draft(|d| d.get("/users/bob")).wire(|r| *r.method_mut() = http::Method::HEAD),
        refused("signed as POST, sent as pOST", Reason::MethodAmbiguous).wire(|r| *r.method_mut() = "pOST".parse().unwrap()),
        refused("signed for one page, sent for another", Reason::SignatureMismatch).draft(|d| { d.get("/outbox?page=1"); d.sent_target = Some("/outbox?page=2".into()); }),
        refused("query added to a signed POST", Reason::SignatureMismatch).draft(|d| d.sent_target = Some("/inbox?x=1".into())),
        refused("query added to a signed GET under the strict policy", Reason::SignatureMismatch).policy(strict).draft(|d| { d.get("/outbox"); d.sent_target = Some("/outbox?page=1".into()); }),
        refused("query added to a signed GET where that was switched off", Reason::SignatureMismatch).policy(|p| p.accept_query_left_out(false))
            .draft(|d| { d.get("/outbox"); d.sent_target = Some("/outbox?page=1".into()); }),
        refused("line break in the path, percent-decoded by the signer", Reason::SignatureMismatch)
            .draft(|d| { d.target = "/inbox\ndate: x".into(); d.sent_target = Some("/inbox%0adate:%20x".into()); }),

        // The host.
        refused("signed for another server and replayed here", Reason::HostNotOurs).draft(|d| d.set("host", "other.example")),
        refused("signed for another server, Host changed to ours", Reason::SignatureMismatch).draft(|d| d.set("host", "other.example")).wire(|r| set(r, "host", "example.org")),
        refused("signed for another port of ours", Reason::HostNotOurs).draft(|d| d.set("host", "example.org:8443")),
        refused("a host that begins like ours", Reason::HostNotOurs).draft(|d| d.set("host", "example.org.evil.example")),
        refused("another host, and X-Forwarded-Host says ours", Reason::HostNotOurs).draft(|d| d.set("host", "other.example")).wire(|r| set(r, "x-forwarded-host", "example.org")),
        refused("another host, and Forwarded says ours", Reason::HostNotOurs).draft(|d| d.set("host", "other.example")).wire(|r| set(r, "forwarded", "host=example.org")),
        refused("Host says ours, the target says another", Reason::HostConflict).wire(|r| *r.uri_mut() = "https://other.example/inbox".parse().unwrap()),
        refused("a target of another host without a Host field", Reason::HostNotOurs).wire(|r| { r.headers_mut().remove("host"); *r.uri_mut() = "https://other.example/inbox".parse().unwrap(); }),
        refused("no Host at all", Reason::ComponentMissing).wire(|r| { r.headers_mut().remove("host"); }),
        refused("a policy that names no authority", Reason::NoAuthorities).policy(|_| Policy::fediverse()),

        // The time.
        refused("13 hours and a second old", Reason::TooOld).draft(|d| d.set("date", date(-13 * 3600 - 1))),
        refused("an hour and a second old under the strict policy", Reason::TooOld).policy(strict).draft(|d| d.set("date", date(-3601))),
        refused("an hour and a second ahead", Reason::InFuture).draft(|d| d.set("date", date(3601))),
        refused("ten days ahead", Reason::InFuture).draft(|d| d.set("date", date(864_000))),
        refused("older than a window that was set shorter", Reason::TooOld).policy(|p| p.max_age(std::time::Duration::ZERO).clock_skew(std::time::Duration::ZERO)).draft(|d| d.set("date", date(-1))),
        refused("a date in words", Reason::DateMalformed).draft(|d| d.set("date", "tomorrow")),
        refused("a date with another weekday", Reason::DateMalformed).draft(|d| d.set("date", "Fri, 01 Jan 2026 00:00:00 GMT")),
        refused("a date with sixty thousand nested comments", Reason::DateMalformed).draft(|d| { let bomb = "(".repeat(60_000); d.set("date", bomb); }),
        refused("date covered but not there", Reason::ComponentMissing).wire(|r| { r.headers_mut().remove("date"); }),
        refused("(created) covered but not there", Reason::ComponentMissing).draft(|d| timed(d, None, None)),
        refused("(created) covered with rsa-sha256", Reason::TimeForbidden).draft(|d| { timed(d, Some("1767225600"), None); d.algorithm = Some("rsa-sha256"); }),
        refused("(expires) covered with rsa-sha512", Reason::TimeForbidden).draft(|d| { timed(d, Some("1767225600"), Some("1767225700")); d.algorithm = Some("rsa-sha512"); }),
        refused("created before 1970", Reason::TimeMalformed).draft(|d| timed(d, Some("-1"), None)),
        refused("created beyond all numbers", Reason::TimeMalformed).draft(|d| timed(d, Some("9223372036854775808"), None)),
        refused("created with a fraction", Reason::TimeMalformed).draft(|d| timed(d, Some("1767225600.5"), None)),
        refused("created that is empty", Reason::TimeMalformed).draft(|d| timed(d, Some(""), None)).text(|t| t.replacen("created=", "created=\"\"", 1)),
        refused("created 13 hours and a second ago, expires in ten years", Reason::TooOld).draft(|d| timed(d, Some("1767178799"), Some("2082844800"))),
        refused("created an hour and a second ahead", Reason::InFuture).draft(|d| timed(d, Some("1767229201"), None)),
        refused("expired a second ago", Reason::Expired).draft(|d| timed(d, Some("1767225500"), Some("1767225599"))),
        refused("expires before it was created", Reason::ExpiresBeforeCreated).draft(|d| timed(d, Some("1767225650"), Some("1767225640"))),
        refused("old date beside a new (created)", Reason::TooOld).draft(|d| { timed(d, Some("1767225600"), None); d.set("date", date(-864_000)); d.cover("(request-target) (created) host date digest"); }),

        // The algorithm.
        refused("HMAC, keyed with the public key", Reason::AlgorithmRefused).draft(|d| d.algorithm = Some("hmac-sha256")),
        refused("no algorithm by the name of none", Reason::AlgorithmRefused).draft(|d| d.algorithm = Some("none")),
        refused("an empty algorithm", Reason::AlgorithmRefused).draft(|d| d.algorithm = Some("")),
        refused("RSA with SHA-1", Reason::AlgorithmRefused).draft(|d| d.algorithm = Some("rsa-sha1")),
        refused("an invented algorithm", Reason::AlgorithmRefused).draft(|d| d.algorithm = Some("rsa-sha2")),
        refused("Ed25519 claimed for an RSA key", Reason::AlgorithmMismatch).draft(|d| d.algorithm = Some("ed25519")),
        refused("RSA claimed for an Ed25519 key", Reason::AlgorithmMismatch).draft(|d| d.key = Key::Ed25519),
        refused("SHA-512 under the name of rsa-sha256", Reason::SignatureMismatch).draft(|d| d.key = Key::RsaSha512),
        refused("SHA-256 under the name of rsa-sha512", Reason::SignatureMismatch).draft(|d| d.algorithm = Some("rsa-sha512")),
        refused("hs2019 with SHA-512 under the strict policy", Reason::SignatureMismatch).policy(strict).draft(|d| { d.key = Key::RsaSha512; d.algorithm = Some("hs2019"); }),
        refused("rsa-sha512 under the strict policy", Reason::AlgorithmRefused).policy(strict).draft(|d| { d.key = Key::RsaSha512; d.algorithm = Some("rsa-sha512"); }),

        // What must stay accepted.
        accepted("a delivery as Mastodon sends it"),
        accepted("a delivery as Mastodon sends it, under the strict policy").policy(strict),
        accepted("a signed GET").draft(|d| d.get("/users/bob?page=1")),
        accepted("a signed HEAD").draft(|d| { d.get("/users/bob"); d.method = "HEAD"; }),
        accepted("a signed GET with the digest of nothing").draft(|d| { d.get("/users/bob"); d.set("digest", "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="); d.cover("(request-target) host date digest"); }),
        accepted("in an Authorization field").draft(|d| d.carrier = "authorization").text(|t| format!("Signature {t}")),
        accepted("beside an Authorization of another scheme").wire(|r| set(r, "authorization", "Bearer abc")),
        accepted("with the word Signature in front").text(|t| format!("Signature {t}")),
        accepted("with tokens, spaces round = and a comma inside quotes")
            .text(|t| t.replacen("algorithm=\"rsa-sha256\",", "algorithm =  rsa-sha256 , opaque = \"a,b\" , ", 1)),
        accepted("with parameters that nobody knows").text(|t| format!("{t},opaque=\"x\",ext=1")),
        accepted("without an algorithm").draft(|d| d.algorithm = None),
        accepted("hs2019 with RSA and SHA-256").draft(|d| d.algorithm = Some("hs2019")),
        accepted("hs2019 with RSA and SHA-512").draft(|d| { d.key = Key::RsaSha512; d.algorithm = Some("hs2019"); }),
        accepted("rsa-sha512").draft(|d| { d.key = Key::RsaSha512; d.algorithm = Some("rsa-sha512"); }),
        accepted("hs2019 with Ed25519").draft(|d| { d.key = Key::Ed25519; d.algorithm = Some("hs2019"); }),
        accepted("ed25519 by its name").draft(|d| { d.key = Key::Ed25519; d.algorithm = Some("ed25519"); }),
        accepted("(created) instead of date").draft(|d| timed(d, Some("1767225600"), None)),
        accepted("(created) with quotes").draft(|d| timed(d, Some("1767225600"), None)).text(|t| t.replacen("1767225600", "\"1767225600\"", 1)),
        accepted("(expires) in this second").draft(|d| timed(d, Some("1767225500"), Some("1767225600"))),
        accepted("(expires) in ten years").draft(|d| timed(d, Some("1767225500"), Some("2082844800"))),
        accepted("an expires in the past that is not covered").draft(|d| d.expires = Some("1")),
        accepted("13 hours old").draft(|d| d.set("date", date(-13 * 3600))),
        accepted("an hour old under the strict policy").policy(strict).draft(|d| d.set("date", date(-3600))),
        accepted("an hour ahead").draft(|d| d.set("date", date(3600))),
        accepted("names of the list in any case and order").draft(|d| d.cover("Digest Date Host (Request-Target)")),
        accepted("digest token in lower case").draft(|d| { let digest = d.fields[2].1.replace("SHA-256", "sha-256"); d.set("digest", digest); }),
        accepted("digest token in mixed case").draft(|d| { let digest = d.fields[2].1.replace("SHA-256", "Sha-256"); d.set("digest", digest); }),
        accepted("another digest beside SHA-256").draft(|d| { let digest = format!("MD5=AAEC, {}", d.fields[2].1); d.set("digest", digest); }),
        accepted("blanks around the value of a covered field").wire(|r| set(r, "content-type", " application/activity+json\t")),
        accepted("a host in capitals").draft(|d| d.set("host", "EXAMPLE.org")),
        accepted("a host with its default port").draft(|d| d.set("host", "example.org:443")),
        accepted("X-Forwarded-Host of another server, which nobody reads").wire(|r| set(r, "x-forwarded-host", "other.example")),
        accepted("the authority of HTTP/2 in place of a Host field").wire(|r| { r.headers_mut().remove("host"); *r.uri_mut() = "https://example.org/inbox".parse().unwrap(); }),
        accepted("the whole URI as request target").wire(|r| *r.uri_mut() = "https://example.org/inbox".parse().unwrap()),
        accepted("a percent-encoded path as it came over the wire").draft(|d| d.target = "/users/%40a/inbox".into()),
        accepted("a percent-encoded line break as it came over the wire").draft(|d| d.target = "/inbox%0adate:%20x".into()),
        accepted("a GET signed without its query").draft(|d| { d.get("/outbox"); d.sent_target = Some("/outbox?page=1".into()); }),
        accepted("an inbox under an unusual path").draft(|d| d.target = "/uid/1/inbox".into()),
        accepted("64 covered names").draft(|d| {
            let mut cover = d.headers.clone().unwrap();
            for name in NAMES { d.set(name, "1"); cover = format!("{cover} {name}"); }
            d.headers = Some(cover);
        }),
    ]
}

const NAMES: [&str; 59] = [
    "x00", "x01", "x02", "x03", "x04", "x05", "x06", "x07", "x08", "x09", "x10", "x11", "x12",
    "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25",
    "x26", "x27", "x28", "x29", "x30", "x31", "x32", "x33", "x34", "x35", "x36", "x37", "x38",
    "x39", "x40", "x41", "x42", "x43", "x44", "x45", "x46", "x47", "x48", "x49", "x50", "x51",
    "x52", "x53", "x54", "x55", "x56", "x57", "x58",
];

#[test]
fn attacks_are_refused_and_controls_accepted() {
    let mut handled = 0;
    let mut counts = [(0, 0); 2];
    let mut wrong = Vec::new();
    for case in cases() {
        let outcome = run(&case);
        handled += usize::from(outcome.is_ok() && case.expected.is_err());
        let outcome = outcome.map_err(|error| error.reason());
        let (right, all) = &mut counts[usize::from(case.expected.is_ok())];
        *all += 1;
        if outcome == case.expected {
            *right += 1;
        } else {
            wrong.push(format!(
                "{}: expected {:?}, was {outcome:?}",
                case.attack, case.expected
            ));
        }
    }
    let [(refused, attacks), (accepted, controls)] = counts;
    println!(
        "refused {refused}/{attacks}, accepted {accepted}/{controls}, handler calls for refused requests {handled}"
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn run(case: &Case) -> Result<(), VerifyError> {
    let mut draft = Draft::post();
    (case.draft)(&mut draft);
    let key = if matches!(draft.key, Key::Ed25519) {
        ed25519()
    } else {
        rsa()
    };
    let signature = (case.text)(draft.signature());
    let mut request = draft.request(&signature);
    (case.wire)(&mut request);
    let policy = (case.policy)(Policy::fediverse().authorities(["example.org"]));
    let claim = policy.read(request, now())?;
    claim
        .check(&key.verifying_key())
        .map_err(|refused| refused.into_error())?;
    Ok(())
}

#[test]
fn a_query_that_nobody_signed_is_flagged_and_a_signed_one_is_not() {
    for (sent, left_out) in [("/outbox?page=1", true), ("/outbox", false)] {
        let mut draft = Draft::post();
        draft.get("/outbox");
        draft.sent_target = Some(sent.to_owned());
        let signature = draft.signature();
        let policy = Policy::fediverse().authorities(["example.org"]);
        let claim = policy.read(draft.request(&signature), now()).unwrap();
        let verified = claim.check(&rsa().verifying_key()).unwrap();
        assert_eq!(verified.query_left_out(), left_out, "{sent}");
    }
}

#[test]
fn line_breaks_and_nul_never_reach_the_verifier() {
    for value in ["a\r\n b", "a\nb", "a\rb", "a\0b"] {
        assert!(HeaderValue::from_str(value).is_err(), "{value:?}");
    }
}
