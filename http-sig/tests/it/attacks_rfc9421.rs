//! Attacks on requests that are signed by RFC 9421, one line each, and requests that must stay accepted.

use http::{HeaderValue, Request};
use http_sig::{ContentDigest, DigestAlgorithm, Policy, Reason, VerifyError};

use crate::draft::now;
use crate::message::{Key, Message};

struct Case {
    attack: &'static str,
    expected: Result<(), Reason>,
    policy: fn(Policy) -> Policy,
    /// Before signing.
    message: fn(&mut Message),
    /// `Signature-Input` and `Signature`.
    text: fn(&mut String, &mut String),
    /// After signing.
    wire: fn(&mut Request<Vec<u8>>),
    /// The key to check with, if it is not the one that signed.
    key: Option<Key>,
}

fn refused(attack: &'static str, reason: Reason) -> Case {
    Case {
        attack,
        expected: Err(reason),
        policy: |p| p,
        message: |_| {},
        text: |_, _| {},
        wire: |_| {},
        key: None,
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

    fn message(self, message: fn(&mut Message)) -> Self {
        Self { message, ..self }
    }

    fn text(self, text: fn(&mut String, &mut String)) -> Self {
        Self { text, ..self }
    }

    fn wire(self, wire: fn(&mut Request<Vec<u8>>)) -> Self {
        Self { wire, ..self }
    }

    fn key(self, key: Key) -> Self {
        Self {
            key: Some(key),
            ..self
        }
    }
}

fn set(request: &mut Request<Vec<u8>>, name: &'static str, value: &str) {
    let value = HeaderValue::from_str(value).unwrap();
    request.headers_mut().insert(name, value);
}

/// The parameters of the signature, with this in place of `created`.
fn times(message: &mut Message, times: &str) {
    message.parameters = message.parameters.replacen(";created=1767225600", times, 1);
}

fn parameter(message: &mut Message, parameter: &str) {
    message.parameters.push_str(parameter);
}

fn in_parts(message: &mut Message) {
    message.uncover("\"@target-uri\"");
    message.cover("\"@authority\"", "example.org");
    message.cover("\"@path\"", "/inbox");
    message.cover("\"@query\"", "?");
}

/// Another digest, in the message and in what is signed.
fn digest(message: &mut Message, value: &str) {
    message.cover("\"content-digest\"", value);
    message.set("content-digest", value);
}

fn sha256(body: &[u8]) -> String {
    let field = ContentDigest::new(DigestAlgorithm::Sha256, body).field_value();
    field.to_str().unwrap().to_owned()
}

const DICTIONARY: &str = "a=1,   b=2;x=1;y=2,  c=(a   b   c)";

/// The same member under another label.
fn other_label(member: &str) -> String {
    member.replacen("sig1", "sig2", 1)
}

#[rustfmt::skip]
fn cases() -> Vec<Case> {
    vec![
        // The two fields.
        refused("Signature-Input without Signature", Reason::SignatureMissing).wire(|r| { r.headers_mut().remove("signature"); }),
        refused("Signature without Signature-Input", Reason::HeaderMalformed).wire(|r| { r.headers_mut().remove("signature-input"); }),
        refused("another label in Signature", Reason::SignatureMissing).text(|_, s| *s = other_label(s)),
        refused("a second signature that somebody added", Reason::LabelUnclear).text(|i, s| { *i = format!("{i}, {}", other_label(i)); *s = format!("{s}, {}", other_label(s)); }),
        refused("a second signature in a line of its own", Reason::LabelUnclear).wire(|r| { let other = other_label(r.headers()["signature-input"].to_str().unwrap()); r.headers_mut().append("signature-input", HeaderValue::try_from(other).unwrap()); }),
        refused("the label twice, the attacker's last", Reason::ParameterRepeated).text(|i, _| *i = format!("{i}, sig1=();created=1767225600;keyid=\"k\"")),
        refused("the signature twice under one label", Reason::ParameterRepeated).text(|_, s| *s = format!("{s}, sig1=:AAEC:")),
        refused("none with the label that is wanted", Reason::LabelUnclear).policy(|p| p.label("main")),
        refused("an empty Signature-Input", Reason::LabelUnclear).text(|i, _| i.clear()),
        refused("a Signature-Input that is no dictionary", Reason::HeaderMalformed).text(|i, _| *i = "hello this is malformed!".into()),
        refused("a member that is no list", Reason::HeaderMalformed).text(|i, _| *i = "sig1=1;created=1767225600".into()),
        refused("a string without its end", Reason::HeaderMalformed).text(|i, _| { i.pop(); }),
        refused("a number of sixteen digits", Reason::HeaderMalformed).text(|i, _| *i = i.replacen("1767225600", "1000000000000000", 1)),
        refused("a letter that is not ASCII", Reason::HeaderMalformed).wire(|r| { r.headers_mut().insert("signature-input", HeaderValue::from_bytes("sig1=(\"é\")".as_bytes()).unwrap()); }),
        refused("ten thousand parameters", Reason::HeaderTooLong).text(|i, _| (0..10_000).for_each(|n| *i += &format!(";p{n}"))),
        refused("forty parameters", Reason::TooManyParameters).text(|i, _| (0..40).for_each(|n| *i += &format!(";p{n}"))),
        refused("forty parameters of one component", Reason::TooManyParameters).text(|i, _| *i = i.replacen("\"@method\"", &(0..40).fold("\"@method\"".to_owned(), |t, n| format!("{t};p{n}")), 1)),
        refused("forty signatures", Reason::TooManyParameters).text(|i, _| (0..40).for_each(|n| *i += &format!(", s{n}=()"))),
        refused("a hundred components", Reason::TooManyComponents).text(|i, _| *i = i.replacen('(', &(0..100).fold("(".to_owned(), |t, n| format!("{t}\"x{n}\" ")), 1)),
        refused("a signature that is no byte sequence", Reason::SignatureNotBase64).text(|_, s| *s = s.replace(':', "\"")),
        refused("an empty signature", Reason::SignatureNotBase64).text(|_, s| *s = "sig1=::".into()),
        refused("someone else's signature", Reason::SignatureMismatch).text(|_, s| *s = "sig1=:AAEC:".into()),
        refused("a signature by the draft beside it", Reason::SchemesMixed).wire(|r| set(r, "authorization", "Signature keyId=\"k\",signature=\"AAEC\"")),
        refused("a signature by the draft in a second line", Reason::SchemesMixed).wire(|r| { r.headers_mut().append("signature", HeaderValue::from_static("keyId=\"k\",signature=\"AAEC\"")); }),
        refused("a poor signature by the draft beside it, when falling back", Reason::ComponentUncovered).policy(|p| p.fall_back_to_draft(true)).wire(|r| set(r, "authorization", "Signature keyId=\"k\",algorithm=\"hs2019\",headers=\"date\",signature=\"AAEC\"")),

        // The key and the algorithm.
        refused("no keyid", Reason::KeyIdMissing).message(|m| m.parameters = ";created=1767225600".into()),
        refused("an empty keyid", Reason::KeyIdMissing).message(|m| m.parameters = ";created=1767225600;keyid=\"\"".into()),
        refused("a keyid that is a token", Reason::HeaderMalformed).message(|m| m.parameters = ";created=1767225600;keyid=alice".into()),
        refused("a keyid that is a number", Reason::HeaderMalformed).message(|m| m.parameters = ";created=1767225600;keyid=7".into()),
        refused("two keyids", Reason::ParameterRepeated).message(|m| parameter(m, ";keyid=\"https://evil.example/#k\"")),
        refused("another keyid than was signed", Reason::SignatureMismatch).text(|i, _| *i = i.replacen("alice", "mallory", 1)),
        refused("HMAC, keyed with the public key", Reason::AlgorithmRefused).message(|m| parameter(m, ";alg=\"hmac-sha256\"")),
        refused("an invented algorithm", Reason::AlgorithmRefused).message(|m| parameter(m, ";alg=\"none\"")),
        refused("an algorithm of the draft", Reason::AlgorithmRefused).message(|m| parameter(m, ";alg=\"hs2019\"")),
        refused("an algorithm in capitals", Reason::AlgorithmRefused).message(|m| parameter(m, ";alg=\"ED25519\"")),
        refused("Ed25519 claimed for an RSA key", Reason::AlgorithmMismatch).message(|m| parameter(m, ";alg=\"ed25519\"")),
        refused("P-384 claimed for a P-256 key", Reason::AlgorithmMismatch).message(|m| { m.key = Key::P256; parameter(m, ";alg=\"ecdsa-p384-sha384\""); }),
        refused("PSS under the name of PKCS#1 v1.5", Reason::SignatureMismatch).message(|m| { m.key = Key::RsaPss; parameter(m, ";alg=\"rsa-v1_5-sha256\""); }),
        refused("PKCS#1 v1.5 under the name of PSS", Reason::SignatureMismatch).message(|m| parameter(m, ";alg=\"rsa-pss-sha512\"")),
        refused("a key of another kind than signed", Reason::SignatureMismatch).message(|m| m.key = Key::P256).key(Key::Ed25519),

        // What is covered.
        refused("nothing covered", Reason::ComponentUncovered).message(|m| m.lines.clear()),
        refused("method not covered", Reason::ComponentUncovered).message(|m| m.uncover("\"@method\"")),
        refused("target not covered", Reason::ComponentUncovered).message(|m| m.uncover("\"@target-uri\"")),
        refused("the target in parts without its query", Reason::ComponentUncovered).message(|m| { in_parts(m); m.uncover("\"@query\""); }),
        refused("the target in parts without its authority", Reason::ComponentUncovered).message(|m| { in_parts(m); m.uncover("\"@authority\""); }),
        refused("the target in parts without its path", Reason::ComponentUncovered).message(|m| { in_parts(m); m.uncover("\"@path\""); }),
        refused("the request target in place of the target URI", Reason::ComponentUncovered).message(|m| { m.uncover("\"@target-uri\""); m.cover("\"@request-target\"", "/inbox"); }),
        refused("digest of a POST not covered", Reason::ComponentUncovered).message(|m| m.uncover("\"content-digest\"")),
        refused("only one member of the digest covered", Reason::ComponentUncovered).message(|m| { let value = m.fields[1].1.replace("sha-256=", ""); m.uncover("\"content-digest\""); m.cover("\"content-digest\";key=\"sha-256\"", &value); }),
        refused("digest of an empty POST not covered", Reason::ComponentUncovered).message(|m| { m.body.clear(); m.uncover("\"content-digest\""); }),
        refused("a GET that brings a body nobody signed", Reason::ComponentUncovered).message(|m| m.get("/users/bob")).wire(|r| *r.body_mut() = b"{}".to_vec()),
        refused("a component twice", Reason::ComponentRepeated).text(|i, _| *i = i.replacen("\"@method\"", "\"@method\" \"@method\"", 1)),
        refused("a member of a field twice", Reason::ComponentRepeated).text(|i, _| *i = i.replacen('(', "(\"x\";key=\"a\" \"x\";key=\"a\" ", 1)),
        refused("the signature's own parameters as a component", Reason::ComponentUnknown).message(|m| m.cover("\"@signature-params\"", "")),
        refused("an invented derived component", Reason::ComponentUnknown).message(|m| m.cover("\"@body\"", "")),
        refused("the status of a response", Reason::ComponentUnknown).message(|m| m.cover("\"@status\"", "200")),
        refused("a field name with capitals", Reason::ComponentUnknown).message(|m| m.cover("\"Host\"", "example.org")),
        refused("a component that is a token", Reason::HeaderMalformed).message(|m| m.cover("host", "example.org")),
        refused("an unknown parameter of a component", Reason::ComponentUnknown).message(|m| m.cover("\"host\";x", "example.org")),
        refused("sf that is not true", Reason::ComponentUnknown).message(|m| m.cover("\"host\";sf=?0", "example.org")),
        refused("bs of a derived component", Reason::ComponentUnknown).message(|m| m.cover("\"@path\";bs", ":L2luYm94:")),
        refused("bs and sf together", Reason::ComponentUnknown).message(|m| m.cover("\"host\";bs;sf", "example.org")),
        refused("a name for a component that has none", Reason::ComponentUnknown).message(|m| m.cover("\"@path\";name=\"x\"", "/inbox")),
        refused("a parameter of the query without its name", Reason::ComponentUnknown).message(|m| m.cover("\"@query-param\"", "x")),
        refused("a trailer, of which the verifier sees none", Reason::ComponentUnknown).message(|m| m.cover("\"host\";tr", "example.org")),
        refused("a part of another request", Reason::ComponentUnknown).message(|m| m.cover("\"@method\";req", "POST")),
        refused("a covered field that is not there", Reason::ComponentMissing).message(|m| m.cover("\"x-none\"", "")),
        refused("a covered member that is not there", Reason::ComponentMissing).message(|m| { m.set("x-dict", DICTIONARY); m.cover("\"x-dict\";key=\"d\"", ""); }),
        refused("a member of what is no dictionary", Reason::FieldNotStructured).message(|m| { m.set("x-dict", "?"); m.cover("\"x-dict\";key=\"d\"", ""); }),
        refused("sf of what is no structured field", Reason::FieldNotStructured).message(|m| { m.set("x-dict", "a b"); m.cover("\"x-dict\";sf", "a b"); }),
        refused("sf of what is one thing as a list and another as a dictionary", Reason::FieldNotStructured).message(|m| { m.set("x-dict", "a, a"); m.cover("\"x-dict\";sf", "a"); }),
        refused("sf signed as it was spelled", Reason::SignatureMismatch).message(|m| { m.set("x-dict", DICTIONARY); m.cover("\"x-dict\";sf", DICTIONARY); }),
        refused("bs signed as plain text", Reason::SignatureMismatch).message(|m| m.cover("\"host\";bs", "example.org")),
        refused("a covered field changed", Reason::SignatureMismatch).message(|m| { m.set("content-type", "text/html"); m.cover("\"content-type\"", "application/activity+json"); }),
        refused("a parameter of the query that is not there", Reason::ComponentMissing).message(|m| { m.get("/o?page=1"); m.cover("\"@query-param\";name=\"min_id\"", "1"); }),
        refused("a parameter of the query that stands there twice", Reason::FieldRepeated).message(|m| { m.get("/o?page=1&page=2"); m.cover("\"@query-param\";name=\"page\"", "1"); }),

        // The target.
        refused("another path", Reason::SignatureMismatch).wire(|r| *r.uri_mut() = "/users/bob/inbox".parse().unwrap()),
        refused("another query", Reason::SignatureMismatch).message(|m| m.get("/o?page=1")).wire(|r| *r.uri_mut() = "/o?page=2".parse().unwrap()),
        refused("a query that nobody signed", Reason::SignatureMismatch).message(|m| m.get("/o")).wire(|r| *r.uri_mut() = "/o?page=2".parse().unwrap()),
        refused("another method", Reason::SignatureMismatch).wire(|r| *r.method_mut() = http::Method::PUT),
        refused("a method in small letters", Reason::SignatureMismatch).message(|m| m.cover("\"@method\"", "post")),
        refused("signed for another server", Reason::HostNotOurs).message(|m| { m.set("host", "other.example"); m.cover("\"@target-uri\"", "https://other.example/inbox"); }),
        refused("signed for another server, our host on the wire", Reason::SignatureMismatch).message(|m| m.cover("\"@target-uri\"", "https://other.example/inbox")),
        refused("signed for another server, which a proxy field names", Reason::SignatureMismatch).message(|m| { m.cover("\"@target-uri\"", "https://other.example/inbox"); m.set("x-forwarded-host", "other.example"); m.set("forwarded", "host=other.example"); }),
        refused("signed for http", Reason::SignatureMismatch).message(|m| { m.cover("\"@target-uri\"", "http://example.org/inbox"); m.set("x-forwarded-proto", "http"); }),
        refused("signed for http, the whole URI on the wire", Reason::SignatureMismatch).message(|m| { m.cover("\"@target-uri\"", "http://example.org/inbox"); m.target = "http://example.org/inbox".into(); }),
        refused("signed for another port", Reason::HostNotOurs).message(|m| { m.set("host", "example.org:8443"); m.cover("\"@target-uri\"", "https://example.org:8443/inbox"); }),
        refused("two hosts", Reason::FieldRepeated).wire(|r| { r.headers_mut().append("host", HeaderValue::from_static("other.example")); }),
        refused("one host in the field, another in the URI", Reason::HostConflict).message(|m| m.target = "https://other.example/inbox".into()),
        refused("no authority configured", Reason::NoAuthorities).policy(|_| Policy::fediverse()),

        // The body.
        refused("digest covered but not there", Reason::ComponentMissing).wire(|r| { r.headers_mut().remove("content-digest"); }),
        refused("another body under the old digest", Reason::DigestMismatch).wire(|r| *r.body_mut() = b"{\"type\":\"Delete\"}".to_vec()),
        refused("another body and its own digest", Reason::SignatureMismatch).wire(|r| { *r.body_mut() = b"{}".to_vec(); set(r, "content-digest", &sha256(b"{}")); }),
        refused("a digest in the form of the old field", Reason::DigestMalformed).message(|m| digest(m, "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")),
        refused("a digest by MD5", Reason::DigestWeak).message(|m| digest(m, "md5=:1B2M2Y8AsgTpgAmY7PhCfg==:")),
        refused("SHA-256 right and SHA-512 wrong", Reason::DigestMismatch).message(|m| { let other = ContentDigest::new(DigestAlgorithm::Sha512, b"").field_value(); let both = format!("{}, {}", sha256(&m.body), other.to_str().unwrap()); digest(m, &both); }),
        refused("SHA-256 twice", Reason::DigestRepeated).message(|m| { let both = format!("{}, {}", sha256(b""), sha256(&m.body)); digest(m, &both); }),
        refused("SHA-256 in two lines", Reason::DigestRepeated).wire(|r| { r.headers_mut().append("content-digest", HeaderValue::try_from(sha256(b"")).unwrap()); }),

        // The time.
        refused("no created", Reason::NoTimeCovered).message(|m| times(m, "")),
        refused("a date but no created", Reason::NoTimeCovered).message(|m| { times(m, ""); m.set("date", "Thu, 01 Jan 2026 00:00:00 GMT"); m.cover("\"date\"", "Thu, 01 Jan 2026 00:00:00 GMT"); }),
        refused("created as a string", Reason::TimeMalformed).message(|m| times(m, ";created=\"1767225600\"")),
        refused("created with a fraction", Reason::TimeMalformed).message(|m| times(m, ";created=1767225600.5")),
        refused("created as a date", Reason::TimeMalformed).message(|m| times(m, ";created=@1767225600")),
        refused("created before 1970", Reason::TimeMalformed).message(|m| times(m, ";created=-1")),
        refused("created after 9999", Reason::TimeMalformed).message(|m| times(m, ";created=253402300800")),
        refused("created twice", Reason::ParameterRepeated).message(|m| times(m, ";created=1;created=1767225600")),
        refused("65 minutes and a second old, without expires", Reason::TooOld).message(|m| times(m, ";created=1767221699")),
        refused("13 hours and a second old, expires in ten years", Reason::TooOld).message(|m| times(m, ";created=1767178799;expires=2082844800")),
        refused("an hour and a second ahead", Reason::InFuture).message(|m| times(m, ";created=1767229201")),
        refused("expired a second ago", Reason::Expired).message(|m| times(m, ";created=1767225500;expires=1767225599")),
        refused("expires before it was created", Reason::ExpiresBeforeCreated).message(|m| times(m, ";created=1767225650;expires=1767225640")),
        refused("ten minutes and a second old under the strict policy", Reason::TooOld).policy(|_| Policy::strict().authorities(["example.org"])).message(|m| times(m, ";created=1767224999")),
        refused("created later than was signed", Reason::SignatureMismatch).message(|m| times(m, ";created=1767225000")).text(|i, _| *i = i.replacen("1767225000", "1767225600", 1)),
        refused("no tag where one is wanted", Reason::LabelUnclear).policy(|p| p.tag("fedi")),
        refused("another tag than is wanted", Reason::LabelUnclear).policy(|p| p.tag("fedi")).message(|m| parameter(m, ";tag=\"bank\"")),

        // What must stay accepted.
        accepted("a delivery as Mastodon sends it"),
        accepted("a delivery under the strict policy").policy(|_| Policy::strict().authorities(["example.org"])),
        accepted("a signed GET").message(|m| m.get("/users/bob?page=1")),
        accepted("the target in parts").message(in_parts),
        accepted("RSA by name").message(|m| parameter(m, ";alg=\"rsa-v1_5-sha256\"")),
        accepted("RSA-PSS").message(|m| m.key = Key::RsaPss),
        accepted("RSA-PSS by name").message(|m| { m.key = Key::RsaPss; parameter(m, ";alg=\"rsa-pss-sha512\""); }),
        accepted("Ed25519").message(|m| { m.key = Key::Ed25519; parameter(m, ";alg=\"ed25519\""); }),
        accepted("ECDSA over P-256").message(|m| { m.key = Key::P256; parameter(m, ";alg=\"ecdsa-p256-sha256\""); }),
        accepted("ECDSA over P-384").message(|m| { m.key = Key::P384; parameter(m, ";alg=\"ecdsa-p384-sha384\""); }),
        accepted("every parameter there is, and one that is not").message(|m| parameter(m, ";nonce=\"n\";tag=\"t\";alg=\"rsa-v1_5-sha256\";expires=1767225600;x=?0")),
        accepted("the tag that is wanted").policy(|p| p.tag("fedi")).message(|m| parameter(m, ";tag=\"fedi\"")),
        accepted("the label that is wanted, of two").policy(|p| p.label("sig1")).text(|i, s| { *i = format!("{}, {i}", other_label(i)); *s = format!("sig2=:AAEC:, {s}"); }),
        accepted("odd spaces in Signature-Input").text(|i, _| *i = i.replacen('(', "(   ", 1).replace(";c", ";  c")),
        accepted("65 minutes old, without expires").message(|m| times(m, ";created=1767221700")),
        accepted("13 hours old, expires in ten years").message(|m| times(m, ";created=1767178800;expires=2082844800")),
        accepted("an hour ahead").message(|m| times(m, ";created=1767229200")),
        accepted("a host in capitals with its default port").message(|m| m.set("host", "EXAMPLE.org:443")),
        accepted("X-Forwarded-Host of another server, which nobody reads").wire(|r| set(r, "x-forwarded-host", "other.example")),
        accepted("http on one machine").policy(|p| p.authorities(["http://localhost:3000"])).message(|m| { m.set("host", "localhost:3000"); m.cover("\"@target-uri\"", "http://localhost:3000/inbox"); }),
        accepted("the authority of HTTP/2 in place of a Host field").wire(|r| { r.headers_mut().remove("host"); *r.uri_mut() = "http://example.org/inbox".parse().unwrap(); }),
        accepted("a percent-encoded path as it came over the wire").message(|m| { m.target = "/users/%40a/inbox".into(); m.cover("\"@target-uri\"", "https://example.org/users/%40a/inbox"); }),
        accepted("SHA-512 beside SHA-256").message(|m| { let other = ContentDigest::new(DigestAlgorithm::Sha512, &m.body).field_value(); let both = format!("{}, {}", sha256(&m.body), other.to_str().unwrap()); digest(m, &both); }),
        accepted("an unknown digest beside SHA-256").message(|m| { let both = format!("{}, id-sha-256=:AAEC:", sha256(&m.body)); digest(m, &both); }),
        accepted("a structured field in its canonical spelling").message(|m| { m.set("x-dict", DICTIONARY); m.cover("\"x-dict\";sf", "a=1, b=2;x=1;y=2, c=(a b c)"); }),
        accepted("a member of a dictionary").message(|m| { m.set("x-dict", DICTIONARY); m.cover("\"x-dict\";key=\"b\"", "2;x=1;y=2"); m.cover("\"x-dict\";key=\"c\"", "(a b c)"); }),
        accepted("a field as bytes").message(|m| { m.set("x-words", "of, commas"); m.cover("\"x-words\";bs", ":b2YsIGNvbW1hcw==:"); }),
        accepted("two parameters of the query").message(|m| { m.get("/o?a=with+plus%20x&fa%C3%A7ade%22%3A%20=&a%3db"); m.cover("\"@query-param\";name=\"a\"", "with%20plus%20x"); m.cover("\"@query-param\";name=\"fa%C3%A7ade%22%3A%20\"", ""); m.cover("\"@query-param\";name=\"a%3Db\"", ""); }),
        accepted("the request target and the scheme beside the target URI").message(|m| { m.get("/o?a"); m.cover("\"@request-target\"", "/o?a"); m.cover("\"@scheme\"", "https"); }),
        accepted("a field of several lines").message(|m| m.cover("\"accept\"", "a, b")).wire(|r| { set(r, "accept", " a"); r.headers_mut().append("accept", HeaderValue::from_static("b\t")); }),
        accepted("an empty field").message(|m| { m.set("x-empty", ""); m.cover("\"x-empty\"", ""); }),
    ]
}

#[test]
fn attacks_are_refused_and_controls_accepted() {
    let mut counts = [(0, 0); 2];
    let mut handled = 0;
    let mut wrong = Vec::new();
    for case in cases() {
        let outcome = run(&case).map_err(|error| error.reason());
        handled += usize::from(outcome.is_ok() && case.expected.is_err());
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
        "RFC 9421: refused {refused}/{attacks}, accepted {accepted}/{controls}, handler calls for refused requests {handled}"
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn run(case: &Case) -> Result<(), VerifyError> {
    let mut message = Message::post();
    (case.message)(&mut message);
    let key = case.key.unwrap_or(message.key).verifying_key();
    let (mut input, mut signature) = message.signature();
    (case.text)(&mut input, &mut signature);
    let mut request = message.request(&input, &signature);
    (case.wire)(&mut request);
    let policy = (case.policy)(Policy::fediverse().authorities(["example.org"]));
    let claim = policy.read(request, now())?;
    claim.check(&key).map_err(|refused| refused.into_error())?;
    Ok(())
}

#[test]
fn a_part_of_a_field_does_not_count_as_the_field() {
    let mut message = Message::post();
    message.set("x-dict", DICTIONARY);
    message.cover("\"x-dict\";key=\"a\"", "1");
    message.cover("\"host\";bs", ":ZXhhbXBsZS5vcmc=:");
    parameter(&mut message, ";nonce=\"once\"");
    let (input, signature) = message.signature();
    let policy = Policy::fediverse().authorities(["example.org"]);
    let claim = policy.read(message.request(&input, &signature), now());
    let verified = claim.unwrap().check(&Key::Rsa.verifying_key()).unwrap();
    assert!(verified.covers("host") && !verified.covers("x-dict"));
    assert_eq!(verified.nonce(), Some("once"));
}
