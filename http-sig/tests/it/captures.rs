//! Requests of real servers and the published vectors, from a folder that `FEDIKIT_SHARED` names.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use http_sig::cavage::SignatureHeader;
use http_sig::rfc9421::Trailers;
use http_sig::{ContentDigest, DigestAlgorithm, Policy, Reason, VerifyError, VerifyingKey};
use serde_json::Value;

/// The folder, or nothing with a line that says so.
fn shared(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("FEDIKIT_SHARED").map(|folder| Path::new(&folder).join("corpus"));
    if folder.is_none() {
        println!("{test}: skipped, as FEDIKIT_SHARED names no folder");
    }
    folder
}

fn json(path: &Path) -> Value {
    let text =
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A request of the vectors: method, target, pairs of fields, body, and the signature field beside them.
fn request(vector: &Value) -> Request<Vec<u8>> {
    let sent = &vector["request"];
    let mut request = Request::builder()
        .method(text(&sent["method"]))
        .uri(text(&sent["target"]));
    for field in sent["headers"].as_array().unwrap() {
        request = request.header(text(&field[0]), text(&field[1]));
    }
    let request = request.header("signature", text(&vector["signature_header"]));
    request
        .body(text(&sent["body"]).as_bytes().to_vec())
        .unwrap()
}

fn verify(
    request: Request<Vec<u8>>,
    key: &VerifyingKey,
    now: SystemTime,
    base: Option<&str>,
) -> Result<(), VerifyError> {
    let host = request.headers()["host"].to_str().unwrap().to_owned();
    let claim = Policy::fediverse().authorities([host]).read(request, now)?;
    if let Some(base) = base {
        assert_eq!(claim.signature_base(), base);
    }
    claim
        .check(key)
        .map(drop)
        .map_err(|refused| refused.into_error())
}

#[test]
fn mastodons_own_vectors() {
    let Some(folder) = shared("mastodons_own_vectors") else {
        return;
    };
    let file = json(&folder.join("signatures/cavage12/mastodon.json"));
    let key = VerifyingKey::from_pem(text(&file["keys"]["rsa"]["public_pem"])).unwrap();
    // 2023-12-20T10:00:00Z, the time of all of them.
    let now = UNIX_EPOCH + Duration::from_secs(1_703_066_400);
    let vectors = file["vectors"].as_array().unwrap();
    let mut counts = [0, 0];
    for vector in vectors {
        assert_eq!(text(&vector["now"]), "2023-12-20T10:00:00Z");
        // There the key cannot be fetched; here it is at hand.
        let unreachable = text(&vector["mastodon_error"]).starts_with("Unable to fetch key");
        let expected = vector["mastodon_accepts"] == true || unreachable;
        let base = (vector["signature_verifies"] == true).then(|| text(&vector["signing_string"]));
        let outcome = verify(request(vector), &key, now, base);
        assert_eq!(outcome.is_ok(), expected, "{}: {outcome:?}", vector["name"]);
        counts[usize::from(expected)] += 1;
    }
    println!(
        "mastodon.json: accepted {}, refused {}, all as expected",
        counts[1], counts[0]
    );
    assert_eq!(vectors.len(), 15);
}

#[test]
fn vectors_of_other_servers() {
    let Some(folder) = shared("vectors_of_other_servers") else {
        return;
    };
    let file = json(&folder.join("signatures/cavage12/others.json"));
    let vectors = file["vectors"].as_array().unwrap();
    for vector in vectors {
        let key = VerifyingKey::from_pem(text(&vector["public_key_pem"])).unwrap();
        let request = request(vector);
        let now = httpdate::parse_http_date(request.headers()["date"].to_str().unwrap()).unwrap();
        let expected =
            vector["signature_verifies"] == true && vector["digest_matches_body"] != false;
        let outcome = verify(request, &key, now, Some(text(&vector["signing_string"])));
        assert_eq!(outcome.is_ok(), expected, "{}: {outcome:?}", vector["name"]);
    }
    println!("others.json: {} as expected", vectors.len());
    assert_eq!(vectors.len(), 6);
}

#[test]
fn digests_of_rfc_9530() {
    let Some(folder) = shared("digests_of_rfc_9530") else {
        return;
    };
    let file = json(&folder.join("signatures/rfc9530/digests.json"));
    let mut counts = [0, 0];
    for vector in file["digests"].as_array().unwrap() {
        let body = STANDARD.decode(text(&vector["body_base64"])).unwrap();
        let known = ["sha-256", "sha-512"].contains(&text(&vector["algorithm"]));
        let outcome = ContentDigest::parse(text(&vector["field_member"]).as_bytes())
            .and_then(|digest| digest.check(&body))
            .map_err(|error| error.reason());
        let expected = if known {
            Ok(())
        } else {
            Err(Reason::DigestWeak)
        };
        assert_eq!(outcome, expected, "{vector}");
        counts[usize::from(known)] += 1;
    }
    println!(
        "digests.json: right {}, too weak to count {}",
        counts[1], counts[0]
    );
    assert_eq!(counts, [6, 14]);
}

#[test]
fn headers_of_mastodons_parser_tests() {
    let Some(folder) = shared("headers_of_mastodons_parser_tests") else {
        return;
    };
    let file = json(&folder.join("signatures/cavage12/parser.json"));
    for case in file["cases"].as_array().unwrap() {
        let parsed = SignatureHeader::parse(text(&case["header"]).as_bytes());
        if case["error"] == true {
            assert!(parsed.is_err());
            continue;
        }
        let parsed = parsed.unwrap();
        assert_eq!(parsed.key_id(), text(&case["parsed"]["keyId"]));
        assert_eq!(parsed.algorithm(), case["parsed"]["algorithm"].as_str());
        assert_eq!(parsed.headers(), case["parsed"]["headers"].as_str());
    }
}

/// The examples of the draft's appendix cover less than any policy demands, and their key is too small: what a server
/// must answer to them is a refusal. That they verify is tested beside the code.
#[test]
fn examples_of_the_draft_are_refused_by_the_policy() {
    let Some(folder) = shared("examples_of_the_draft_are_refused_by_the_policy") else {
        return;
    };
    let file = json(&folder.join("signatures/cavage12/appendix_c.json"));
    let now = httpdate::parse_http_date("Sun, 05 Jan 2014 21:31:40 GMT").unwrap();
    let policy = Policy::fediverse().authorities(["example.com"]);
    let mut read = Vec::new();
    for vector in file["vectors"].as_array().unwrap() {
        let claim = policy.read(request(vector), now);
        if let Ok(claim) = &claim {
            assert_eq!(claim.signature_base(), text(&vector["signing_string"]));
        }
        read.push(claim.map(drop).map_err(|error| error.reason()));
    }
    let [uncovered, forbidden] = [Reason::ComponentUncovered, Reason::TimeForbidden].map(Err);
    assert_eq!(read, [uncovered, uncovered, Ok(()), forbidden, uncovered]);
}

#[test]
fn requests_that_real_servers_sent() {
    let Some(folder) = shared("requests_that_real_servers_sent") else {
        return;
    };
    let captured = folder.join("captured");
    let mut keys = HashMap::new();
    for actor in [
        "snac-dave",
        "mitra-erin",
        "fedify-8101-actor",
        "fedify-8102-actor",
    ] {
        let actor = json(&captured.join(format!("{actor}.json")));
        let key = &actor["publicKey"];
        let parsed = VerifyingKey::from_pem(text(&key["publicKeyPem"])).unwrap();
        keys.insert(text(&key["id"]).to_owned(), parsed);
    }
    let (mut accepted, mut without_key, mut rfc9421, mut with_fragment) = (0, 0, 0, 0);
    for log in ["fedify-8101-log.json", "fedify-8102-log.json"] {
        for sent in json(&captured.join(log))["raw"].as_array().unwrap() {
            let fields = sent["headers"].as_object().unwrap();
            if !fields.contains_key("signature") {
                continue;
            }
            let mut request = Request::builder()
                .method(text(&sent["method"]))
                .uri(text(&sent["url"]));
            for (name, value) in fields {
                request = request.header(name, text(value));
            }
            let request = request
                .body(text(&sent["body"]).as_bytes().to_vec())
                .unwrap();
            let now = httpdate::parse_http_date(text(&fields["date"])).unwrap();
            let host = text(&fields["host"]);
            let policy = Policy::fediverse().authorities([format!("http://{host}")]);
            rfc9421 += usize::from(fields.contains_key("signature-input"));
            let claim = policy.read(request, now).unwrap();
            let Some(key) = keys.get(claim.key_id()) else {
                without_key += 1;
                continue;
            };
            let outcome = claim
                .check(key)
                .map_err(|refused| refused.into_error().reason());
            // Fedify 2.3.6 signed the URL of the key together with its fragment, which does not go over the wire.
            let at = text(&fields["date"]) == "Sun, 22 Nov 2026 04:57:49 GMT";
            if at && fields.contains_key("signature-input") {
                assert_eq!(outcome.err(), Some(Reason::SignatureMismatch));
                with_fragment += 1;
                continue;
            }
            outcome.unwrap();
            accepted += 1;
        }
    }
    println!(
        "captures: accepted {accepted}, no key at hand {without_key}, by RFC 9421 {rfc9421}, \
         of these signed with a fragment {with_fragment}"
    );
    assert!(accepted >= 33 && (rfc9421, with_fragment) == (3, 1));
}

#[test]
fn multikeys_that_real_servers_publish() {
    let Some(folder) = shared("multikeys_that_real_servers_publish") else {
        return;
    };
    let mut read = 0;
    for actor in ["mitra-erin", "fedify-8101-actor", "fedify-8102-actor"] {
        let actor = json(&folder.join(format!("captured/{actor}.json")));
        let pem = VerifyingKey::from_pem(text(&actor["publicKey"]["publicKeyPem"])).unwrap();
        let keys = actor["assertionMethod"].as_array().unwrap().iter();
        let keys = keys.map(|key| VerifyingKey::from_multikey(text(&key["publicKeyMultibase"])));
        let keys: Vec<_> = keys.collect::<Result<_, _>>().unwrap();
        assert!(keys.contains(&pem), "{}", actor["id"]);
        read += keys.len();
    }
    println!("multikeys: {read}/{read}");
}

#[test]
fn mastodons_own_vectors_of_rfc_9421() {
    let Some(folder) = shared("mastodons_own_vectors_of_rfc_9421") else {
        return;
    };
    let file = json(&folder.join("signatures/rfc9421/mastodon.json"));
    let now = UNIX_EPOCH + Duration::from_secs(1_703_066_400);
    let vectors = file["vectors"].as_array().unwrap();
    let mut counts = [0, 0];
    for vector in vectors {
        let key = text(&file["keys"][text(&vector["key"])]["public_pem"]);
        let mut request = request(vector);
        let input = HeaderValue::from_str(text(&vector["signature_input"])).unwrap();
        request.headers_mut().insert("signature-input", input);
        // There the key cannot be fetched; here it is at hand.
        let unreachable = text(&vector["mastodon_error"]).starts_with("Unable to fetch key");
        let expected = vector["mastodon_accepts"] == true
            || unreachable && vector["signature_verifies"] == true;
        let base = (vector["signature_verifies"] == true).then(|| text(&vector["signature_base"]));
        let key = VerifyingKey::from_pem(key).unwrap();
        let outcome = verify(request, &key, now, base);
        assert_eq!(outcome.is_ok(), expected, "{}: {outcome:?}", vector["name"]);
        counts[usize::from(expected)] += 1;
    }
    println!(
        "RFC 9421 mastodon.json: accepted {}, refused {}, all as expected",
        counts[1], counts[0]
    );
    assert_eq!(vectors.len(), 13);
}

/// The examples of sections 2.1 and 2.2, each covered beside what the policy demands.
#[test]
fn components_of_rfc_9421() {
    let Some(folder) = shared("components_of_rfc_9421") else {
        return;
    };
    let file = json(&folder.join("signatures/rfc9421/components.json"));
    let (mut right, mut of_responses) = (0, 0);
    for example in file["components"].as_array().unwrap() {
        let in_response = example["kind"] == "response";
        let message = example["message"].as_str().unwrap_or("GET / HTTP/1.1");
        let (start, rest) = message.split_once('\n').unwrap_or((message, ""));
        let (header, body) = rest.split_once("\n\n").unwrap_or((rest, ""));
        // What stands after the last chunk of the body.
        let trailers = body
            .split_once("\n0\n")
            .map_or("", |(_, trailers)| trailers);
        let [mut headers, trailers] = [header, trailers].map(|text| {
            let fields = text.lines().filter_map(|line| line.split_once(": "));
            let fields = fields.map(|(name, value)| {
                let value = HeaderValue::from_str(value).unwrap();
                (name.parse::<HeaderName>().unwrap(), value)
            });
            // Each line is a field of its own, also if there are several of a name.
            let mut headers = HeaderMap::new();
            for (name, value) in fields {
                headers.append(name, value);
            }
            headers
        });
        for field in example["fields"].as_array().into_iter().flatten() {
            let name: HeaderName = text(&field[0]).parse().unwrap();
            headers.append(name, text(&field[1]).parse().unwrap());
        }
        let expected = example["signature_base_lines"].as_array().unwrap();
        let expected: Vec<&str> = expected.iter().map(text).collect();
        let mut covered = if in_response {
            vec![
                "\"@status\"",
                "\"content-digest\"",
                "\"@method\";req",
                "\"@target-uri\";req",
            ]
        } else {
            vec!["\"@method\"", "\"@target-uri\"", "\"content-digest\""]
        };
        for line in &expected {
            // The identifier ends at the first colon outside of quotes.
            let mut quoted = false;
            let end = line.find(|char| {
                quoted ^= char == '"';
                char == ':' && !quoted
            });
            let identifier = &line[..end.unwrap()];
            if !covered.contains(&identifier) {
                covered.push(identifier);
            }
        }
        let digest = ContentDigest::new(DigestAlgorithm::Sha256, b"").field_value();
        let input = format!("s=({});created=0;keyid=\"k\"", covered.join(" "));
        headers.insert("content-digest", digest);
        headers.insert("signature-input", input.parse().unwrap());
        headers.insert("signature", HeaderValue::from_static("s=:AAEC:"));
        let scheme = example["scheme"].as_str().unwrap_or("https");
        let policy = Policy::fediverse().authorities([format!("{scheme}://www.example.com")]);
        let base = if in_response {
            let status: u16 = start.split(' ').nth(1).unwrap().parse().unwrap();
            let mut response = Response::builder().status(status).body(b"").unwrap();
            *response.headers_mut() = headers;
            response.extensions_mut().insert(Trailers::new(trailers));
            let asked = Request::get("https://www.example.com/").body(()).unwrap();
            let claim = policy.read_response(response, &asked, UNIX_EPOCH);
            let claim = claim.unwrap_or_else(|error| panic!("{}: {error}", example["section"]));
            claim.signature_base().into_owned()
        } else {
            let host = HeaderValue::from_static("www.example.com");
            headers.entry("host").or_insert(host);
            let mut line = start.split(' ');
            let request = Request::builder()
                .method(line.next().unwrap())
                .uri(line.next().unwrap());
            let mut request = request.body(b"").unwrap();
            *request.headers_mut() = headers;
            request.extensions_mut().insert(Trailers::new(trailers));
            let claim = policy.read(request, UNIX_EPOCH);
            let claim = claim.unwrap_or_else(|error| panic!("{}: {error}", example["section"]));
            claim.signature_base().into_owned()
        };
        for line in expected {
            assert!(
                base.lines().any(|found| found == line),
                "{}: {line} is not in\n{base}",
                example["section"]
            );
        }
        right += 1;
        of_responses += usize::from(in_response);
    }
    println!("components.json: right {right}/{right}, of these of responses {of_responses}");
    assert_eq!((right, of_responses), (21, 2));
}
