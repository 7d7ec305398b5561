//! Signatures that cover and say more than usual.

use std::time::Duration;

use http::{HeaderName, HeaderValue, Request, Response};
use http_sig::rfc9421::{SignatureInput, SigningOptions};
use http_sig::{
    ContentDigest, Digest, DigestAlgorithm, Policy, Reason, SignError, SignatureAlgorithm, Signer,
    cavage,
};

use proptest::prelude::*;

use crate::draft::{KEY_ID, date, ed25519, now, rsa};
use crate::message::p256;

fn post() -> Request<&'static [u8]> {
    Request::post("https://example.org/inbox?page=1&page%20size=2")
        .header("content-type", "application/activity+json")
        .header("content-length", "2")
        .header("cache-control", "max-age=60,   must-revalidate")
        .header("example-dict", "a=1,   b=(x y);z")
        .body(&b"{}"[..])
        .unwrap()
}

fn digest() -> ContentDigest {
    ContentDigest::new(DigestAlgorithm::Sha512, b"{}")
}

fn signed(options: &SigningOptions) -> Result<Request<&'static [u8]>, SignError> {
    let mut request = post();
    let signer = Signer::new(KEY_ID, rsa().clone()).unwrap();
    signer.sign_rfc9421_with(&mut request, Some(&digest()), options, now())?;
    Ok(request)
}

fn policy() -> Policy {
    Policy::fediverse().authorities(["example.org"])
}

fn input(request: &Request<&[u8]>) -> String {
    let field = &request.headers()["signature-input"];
    field.to_str().unwrap().to_owned()
}

#[test]
fn what_is_covered_and_said_beyond_the_default_is_verified() {
    let options = SigningOptions::new()
        .label("mine")
        .cover("content-length")
        .cover("\"@authority\"")
        .cover("cache-control;sf")
        .cover("example-dict;key=\"b\"")
        .cover("content-type;bs")
        .cover("@query-param;name=\"page%20size\"")
        // Covered already.
        .cover("@method")
        .cover("content-length")
        .expires_in(Duration::from_secs(90))
        .nonce("a \"quoted\" \\ nonce")
        .tag("fedi")
        .algorithm(SignatureAlgorithm::RsaPssSha512);
    let request = signed(&options).unwrap();
    assert_eq!(
        input(&request),
        format!(
            "mine=(\"@method\" \"@target-uri\" \"content-digest\" \"content-type\" \"content-length\" \
             \"@authority\" \"cache-control\";sf \"example-dict\";key=\"b\" \"content-type\";bs \
             \"@query-param\";name=\"page%20size\")\
             ;created=1767225600;expires=1767225690;keyid=\"{KEY_ID}\";alg=\"rsa-pss-sha512\"\
             ;nonce=\"a \\\"quoted\\\" \\\\ nonce\";tag=\"fedi\""
        )
    );
    let claim = policy().tag("fedi").label("mine").read(request, now());
    let claim = claim.unwrap();
    let base = claim.signature_base().into_owned();
    for line in [
        "\"content-length\": 2",
        "\"@authority\": example.org",
        "\"cache-control\";sf: max-age=60, must-revalidate",
        "\"example-dict\";key=\"b\": (x y);z",
        "\"content-type\";bs: :YXBwbGljYXRpb24vYWN0aXZpdHkranNvbg==:",
        "\"@query-param\";name=\"page%20size\": 2",
    ] {
        assert!(base.lines().any(|found| found == line), "{line}\n{base}");
    }
    let verified = claim.check(&rsa().verifying_key()).unwrap();
    assert_eq!(verified.nonce(), Some("a \"quoted\" \\ nonce"));
    assert!(verified.covers("content-length") && !verified.covers("example-dict"));

    let expired = now() + Duration::from_secs(91);
    let request = verified.into_request();
    let error = policy().read(request, expired).unwrap_err();
    assert_eq!(error.reason(), Reason::Expired);
    assert_eq!(error.found(), Some("1 s ago"));
}

#[test]
fn the_algorithm_may_stay_unnamed_and_must_be_one_of_the_key() {
    let request = signed(&SigningOptions::new().name_algorithm(false)).unwrap();
    assert!(!input(&request).contains("alg="));
    let claim = policy().read(request, now()).unwrap();
    assert!(claim.check(&rsa().verifying_key()).is_ok());

    for other in [
        SignatureAlgorithm::Ed25519,
        SignatureAlgorithm::EcdsaP256Sha256,
        // It has no name in RFC 9421.
        SignatureAlgorithm::RsaSha512,
    ] {
        let outcome = signed(&SigningOptions::new().algorithm(other));
        assert!(matches!(outcome, Err(SignError::KeyAlgorithm)), "{other:?}");
    }
}

#[test]
fn an_option_that_does_not_fit_is_reported_when_signing() {
    for (component, expected) in [
        ("accept", Reason::ComponentMissing),
        ("@query-param;name=\"none\"", Reason::ComponentMissing),
        ("content-length;key=\"a\"", Reason::FieldNotStructured),
        ("Accept", Reason::ComponentUnknown),
        ("@unknown", Reason::ComponentUnknown),
        ("@status", Reason::ComponentUnknown),
        ("@method;req", Reason::ComponentUnknown),
        ("", Reason::ComponentUnknown),
        ("a b", Reason::ComponentUnknown),
        ("a\" \"b", Reason::ComponentUnknown),
        ("\"a", Reason::ComponentUnknown),
        ("signature", Reason::ComponentMissing),
        ("signature-input;sf", Reason::ComponentMissing),
        ("signature;key=\"sig1\"", Reason::ComponentMissing),
    ] {
        match signed(&SigningOptions::new().cover(component)) {
            Err(SignError::Component {
                component: found,
                reason,
            }) => {
                assert_eq!(reason, expected, "{component}");
                let name = |text: &str| text.replace('"', "");
                assert_eq!(name(&found), name(component));
            }
            other => panic!("{component}: {other:?}"),
        }
    }
    let many = (0..64).fold(SigningOptions::new(), |options, at| {
        options.cover(&format!("x-{at}"))
    });
    assert!(matches!(
        signed(&many),
        Err(SignError::Component {
            reason: Reason::TooManyComponents,
            ..
        })
    ));
    for label in ["", "Sig", "1", "a b", "a=b", &"a".repeat(1025)] {
        let outcome = signed(&SigningOptions::new().label(label));
        assert!(matches!(outcome, Err(SignError::Label { .. })), "{label}");
    }
    let longest = "a".repeat(1024);
    let options = SigningOptions::new().label(&longest);
    assert!(signed(&options.nonce(&longest).tag(&longest)).is_ok());
    for text in ["é", "a\nb", &"a".repeat(1025)] {
        let outcome = signed(&SigningOptions::new().nonce(text));
        assert!(matches!(
            outcome,
            Err(SignError::Parameter { name: "nonce" })
        ));
        let outcome = signed(&SigningOptions::new().tag(text));
        assert!(matches!(outcome, Err(SignError::Parameter { name: "tag" })));
    }
    let years = Duration::from_secs(u64::MAX);
    let outcome = signed(&SigningOptions::new().expires_in(years));
    assert!(matches!(outcome, Err(SignError::Time)));
}

#[test]
fn a_signature_stands_beside_another_and_covers_it() {
    let mut request = signed(&SigningOptions::new()).unwrap();
    let proxy = Signer::new("https://proxy.example/#key", ed25519().clone()).unwrap();
    let options = SigningOptions::new().beside_others(true);
    let taken = proxy.sign_rfc9421_with(&mut request, None, &options, now());
    assert!(matches!(taken, Err(SignError::Label { label }) if label == "sig1"));

    let options = options.label("proxy").cover("signature;key=\"sig1\"");
    proxy
        .sign_rfc9421_with(&mut request, None, &options, now())
        .unwrap();
    let inputs = SignatureInput::parse(input(&request).as_bytes()).unwrap();
    let labels: Vec<_> = inputs.iter().map(SignatureInput::label).collect();
    assert_eq!(labels, ["sig1", "proxy"]);

    // Without a label it is not clear which one counts.
    let error = policy().read(request.clone(), now()).unwrap_err();
    assert_eq!(error.reason(), Reason::LabelUnclear);
    for (label, key) in [("sig1", rsa()), ("proxy", ed25519())] {
        let claim = policy().label(label).read(request.clone(), now()).unwrap();
        assert!(claim.check(&key.verifying_key()).is_ok(), "{label}");
    }
    // The proxy vouches for the signature that it saw.
    let field = request.headers()["signature"].to_str().unwrap();
    let (first, other) = (field.find("sig1=:").unwrap() + 6, "AAAA");
    let mut forged = field.to_owned();
    forged.replace_range(first..first + 4, other);
    let forged = HeaderValue::try_from(forged).unwrap();
    request.headers_mut().insert("signature", forged);
    let claim = policy()
        .label("proxy")
        .read(request.clone(), now())
        .unwrap();
    let refused = claim.check(&ed25519().verifying_key()).unwrap_err();
    assert_eq!(refused.error().reason(), Reason::SignatureMismatch);

    // What cannot be read is not added to.
    for (name, value) in [("signature", "keyId=\"k\""), ("signature-input", "sig1=")] {
        let mut odd = post();
        odd.headers_mut()
            .insert(name, HeaderValue::from_static(value));
        let outcome = proxy.sign_rfc9421_with(&mut odd, Some(&digest()), &options, now());
        assert!(outcome.is_err(), "{name}");
    }
    let many: Vec<_> = (0..32).map(|at| format!("s{at}=:AAEC:")).collect();
    let mut full = post();
    let many = HeaderValue::try_from(many.join(", ")).unwrap();
    full.headers_mut().insert("signature", many);
    let options = SigningOptions::new().beside_others(true);
    let outcome = proxy.sign_rfc9421_with(&mut full, Some(&digest()), &options, now());
    assert!(matches!(outcome, Err(SignError::Label { .. })));
}

#[test]
fn a_signature_stands_beside_another_in_a_response() {
    let request = signed(&SigningOptions::new()).unwrap();
    let server = Signer::new(KEY_ID, ed25519().clone()).unwrap();
    let mut response = Response::new(&b"ok"[..]);
    server
        .sign_response(&mut response, &request, now())
        .unwrap();
    let proxy = Signer::new("https://proxy.example/#key", p256().clone()).unwrap();
    let options = SigningOptions::new().label("proxy").beside_others(true);
    proxy
        .sign_response_with(&mut response, &request, None, &options, now())
        .unwrap();
    for (label, key) in [("sig1", ed25519()), ("proxy", p256())] {
        let policy = policy().label(label);
        let claim = policy.read_response(response.clone(), &request, now());
        assert!(
            claim.unwrap().check(&key.verifying_key()).is_ok(),
            "{label}"
        );
    }

    // Unless it is to stand beside them, it takes their place.
    server
        .sign_response(&mut response, &request, now())
        .unwrap();
    let claim = policy().read_response(response, &request, now()).unwrap();
    assert!(claim.check(&ed25519().verifying_key()).is_ok());
}

/// What is longer no recipient reads.
#[test]
fn a_signature_is_said_in_16_kib_or_not_made() {
    let name = HeaderName::try_from("x".repeat(15_500)).unwrap();
    let signer = Signer::new(KEY_ID, ed25519().clone()).unwrap();
    let with_nonce = |length: usize| {
        let mut request = post();
        request
            .headers_mut()
            .insert(&name, HeaderValue::from_static("1"));
        let options = SigningOptions::new().cover(name.as_str());
        let options = options.nonce("n".repeat(length));
        let outcome = signer.sign_rfc9421_with(&mut request, Some(&digest()), &options, now());
        outcome.map(|()| request)
    };
    let left = 16 * 1024 - input(&with_nonce(0).unwrap()).len();
    let longest = with_nonce(left).unwrap();
    let claim = policy().read(longest, now()).unwrap();
    assert!(claim.check(&ed25519().verifying_key()).is_ok());
    let outcome = with_nonce(left + 1);
    assert!(matches!(outcome, Err(SignError::Label { .. })));
}

/// The fields change when it is added to them, and so it could not be verified.
#[test]
fn no_signature_covers_the_fields_that_it_stands_in() {
    let proxy = Signer::new("https://proxy.example/#key", ed25519().clone()).unwrap();
    for component in [
        "signature",
        "signature;sf",
        "signature;bs",
        "signature-input",
        "signature;key=\"proxy\"",
        "signature-input;key=\"proxy\"",
    ] {
        let mut request = signed(&SigningOptions::new()).unwrap();
        let options = SigningOptions::new().label("proxy").beside_others(true);
        let options = options.cover(component);
        let outcome = proxy.sign_rfc9421_with(&mut request, None, &options, now());
        let refused = matches!(outcome, Err(SignError::Component { reason, .. }) if reason == Reason::ComponentMissing);
        assert!(refused, "{component}");
        assert!(!input(&request).contains("proxy"), "{component}");
    }
}

#[test]
fn signing_again_replaces_what_either_standard_signed_before() {
    let mut request = signed(&SigningOptions::new().label("old")).unwrap();
    let credentials = HeaderValue::from_static("Signature keyId=\"k\",signature=\"AAEC\"");
    request.headers_mut().insert("authorization", credentials);
    let signer = Signer::new(KEY_ID, rsa().clone()).unwrap();
    signer.sign_rfc9421(&mut request, now()).unwrap();
    assert!(input(&request).starts_with("sig1="));
    assert!(!request.headers().contains_key("authorization"));

    let token = HeaderValue::from_static("Bearer hunter2");
    request.headers_mut().insert("authorization", token);
    signer.sign(&mut request, now()).unwrap();
    assert_eq!(request.headers()["authorization"], "Bearer hunter2");
    assert!(policy().read(request, now()).is_ok());
}

#[test]
fn only_what_is_named_is_covered_and_no_policy_takes_too_little() {
    let options = SigningOptions::new().danger_cover_only_these();
    let error = policy().read(signed(&options).unwrap(), now()).unwrap_err();
    assert_eq!(error.reason(), Reason::ComponentUncovered);

    let options = options
        .cover("@method")
        .cover("@authority")
        .cover("@path")
        .cover("@query")
        .cover("content-digest");
    let request = signed(&options).unwrap();
    let expected = "sig1=(\"@method\" \"@authority\" \"@path\" \"@query\" \"content-digest\");";
    assert!(input(&request).starts_with(expected));
    let claim = policy().read(request, now()).unwrap();
    assert!(claim.check(&rsa().verifying_key()).is_ok());
}

#[test]
fn a_response_covers_the_signature_of_its_request() {
    let request = signed(&SigningOptions::new()).unwrap();
    let signer = Signer::new(KEY_ID, p256().clone()).unwrap();
    let options = SigningOptions::new().cover("signature;req;key=\"sig1\"");
    let mut response = Response::new(&b"ok"[..]);
    let undigested = signer.sign_response_with(&mut response, &request, None, &options, now());
    assert!(matches!(undigested, Err(SignError::NoDigest { .. })));
    let digest = ContentDigest::new(DigestAlgorithm::Sha256, b"ok");
    signer
        .sign_response_with(&mut response, &request, Some(&digest), &options, now())
        .unwrap();
    let field = response.headers()["signature-input"].to_str().unwrap();
    assert!(field.contains("\"content-digest\";req \"signature\";req;key=\"sig1\")"));

    let key = p256().verifying_key();
    let claim = policy().read_response(response.clone(), &request, now());
    assert!(claim.unwrap().check(&key).is_ok());
    // The answer to the same request, signed anew.
    let other = signed(&SigningOptions::new().nonce("other")).unwrap();
    let claim = policy().read_response(response, &other, now()).unwrap();
    let error = claim.check(&key).unwrap_err();
    assert_eq!(error.reason(), Reason::SignatureMismatch);
}

/// The URI of a request that is sent is whole, and the request line has only the path and the query of it.
#[test]
fn the_request_target_is_the_one_that_goes_over_the_wire() {
    let options = SigningOptions::new().cover("@request-target");
    let sent = signed(&options).unwrap();
    let mut received = sent.clone();
    *received.uri_mut() = "/inbox?page=1&page%20size=2".parse().unwrap();
    let claim = policy().read(received.clone(), now()).unwrap();
    claim.check(&rsa().verifying_key()).unwrap();

    let signer = Signer::new(KEY_ID, rsa().clone()).unwrap();
    let mut response = Response::new(&b"{}"[..]);
    let options = SigningOptions::new().cover("@request-target;req");
    let digest = digest();
    signer
        .sign_response_with(&mut response, &received, Some(&digest), &options, now())
        .unwrap();
    let claim = policy().read_response(response, &sent, now()).unwrap();
    claim.check(&rsa().verifying_key()).unwrap();
}

fn by_draft(options: &cavage::SigningOptions) -> Result<Request<&'static [u8]>, SignError> {
    let mut request = post();
    let signer = Signer::new(KEY_ID, rsa().clone()).unwrap();
    let digest = Digest::sha256(b"{}");
    signer.sign_with(&mut request, Some(&digest), options, now())?;
    Ok(request)
}

#[test]
fn the_draft_covers_further_fields_and_times() {
    let options = cavage::SigningOptions::new()
        .cover("Content-Length")
        .cover("(created)")
        .cover("date")
        .expires_in(Duration::from_secs(90));
    let request = by_draft(&options).unwrap();
    let field = request.headers()["signature"].to_str().unwrap();
    let start = format!(
        "keyId=\"{KEY_ID}\",algorithm=\"hs2019\",created=1767225600,expires=1767225690,headers=\"\
         (request-target) host date digest content-type content-length (created) (expires)\",signature=\""
    );
    assert!(field.starts_with(&start), "{field}");
    assert_eq!(request.headers()["date"], date(0));
    let claim = policy().read(request.clone(), now()).unwrap();
    let verified = claim.check(&rsa().verifying_key()).unwrap();
    assert!(verified.covers("content-length") && verified.covers("(expires)"));
    let error = policy().read(request, now() + Duration::from_secs(91));
    let error = error.unwrap_err();
    assert_eq!(
        (error.reason(), error.found()),
        (Reason::Expired, Some("1 s ago"))
    );

    for (component, expected) in [
        ("accept", Reason::ComponentMissing),
        ("(expires)", Reason::ComponentMissing),
        ("signature", Reason::ComponentMissing),
        ("@method", Reason::ComponentUnknown),
        ("(unknown)", Reason::ComponentUnknown),
    ] {
        match by_draft(&cavage::SigningOptions::new().cover(component)) {
            Err(SignError::Component { reason, .. }) => assert_eq!(reason, expected, "{component}"),
            other => panic!("{component}: {other:?}"),
        }
    }
    let only = cavage::SigningOptions::new().danger_cover_only_these();
    let only = only.cover("(request-target)").cover("host");
    let error = policy().read(by_draft(&only).unwrap(), now()).unwrap_err();
    assert_eq!(error.reason(), Reason::ComponentUncovered);
    // Nor need there be a digest.
    let signer = Signer::new(KEY_ID, rsa().clone()).unwrap();
    let mut undigested = post();
    let outcome = signer.sign_with(&mut undigested, None, &only, now());
    assert!(outcome.is_ok() && !undigested.headers().contains_key("digest"));
}

#[test]
fn the_draft_signs_with_sha_512_as_hs2019() {
    let options = cavage::SigningOptions::new().algorithm(SignatureAlgorithm::RsaSha512);
    let request = by_draft(&options).unwrap();
    let field = request.headers()["signature"].to_str().unwrap();
    assert!(field.contains(",algorithm=\"hs2019\","), "{field}");
    let claim = policy().read(request.clone(), now()).unwrap();
    assert!(claim.check(&rsa().verifying_key()).is_ok());
    // It is SHA-512: who takes no other takes this one no more.
    let sha256 = policy().accept_rsa_sha512(false);
    let claim = sha256.read(request, now()).unwrap();
    assert!(claim.check(&rsa().verifying_key()).is_err());

    let pss = cavage::SigningOptions::new().algorithm(SignatureAlgorithm::RsaPssSha512);
    assert!(matches!(by_draft(&pss), Err(SignError::KeyAlgorithm)));
}

#[test]
fn the_draft_signs_in_the_authorization_field_where_nothing_else_stands() {
    let options = cavage::SigningOptions::new().in_authorization(true);
    let mut request = by_draft(&options).unwrap();
    assert!(!request.headers().contains_key("signature"));
    let field = request.headers()["authorization"].to_str().unwrap();
    assert!(field.starts_with("Signature keyId=\""), "{field}");
    let claim = policy().read(request.clone(), now()).unwrap();
    assert!(claim.check(&rsa().verifying_key()).is_ok());

    // A signature is replaced, credentials are not.
    let signer = Signer::new(KEY_ID, rsa().clone()).unwrap();
    let again = signer.sign_with(&mut request, None, &options, now());
    assert!(again.is_ok());
    let token = HeaderValue::from_static("Bearer hunter2");
    request.headers_mut().insert("authorization", token);
    let outcome = signer.sign_with(&mut request, None, &options, now());
    assert!(
        matches!(outcome, Err(SignError::Component { component, .. }) if component == "authorization")
    );
    assert_eq!(request.headers()["authorization"], "Bearer hunter2");
}

/// Components that the request of these tests has, and the field of which each covers every byte.
const COMPONENTS: [(&str, &str); 12] = [
    ("content-length", "content-length"),
    ("cache-control", "cache-control"),
    ("cache-control;sf", ""),
    ("cache-control;bs", "cache-control"),
    ("example-dict;key=\"b\"", ""),
    ("example-dict;sf", ""),
    ("\"example-dict\";bs", "example-dict"),
    ("host", "host"),
    ("@authority", "host"),
    ("@query-param;name=\"page\"", ""),
    ("\"@request-target\"", ""),
    ("@query", ""),
];

fn any_options() -> impl Strategy<Value = (SigningOptions, Vec<&'static str>)> {
    let components = proptest::sample::subsequence(COMPONENTS.to_vec(), 0..=COMPONENTS.len());
    let text = || proptest::option::of("[ -~]{0,40}");
    (
        components.prop_shuffle(),
        "[a-z*][a-z0-9_.*-]{0,12}",
        proptest::option::of(0..1_000_000_u64),
        text(),
        text(),
        any::<bool>(),
    )
        .prop_map(|(components, label, expires, nonce, tag, names)| {
            let mut options = SigningOptions::new().label(label).name_algorithm(names);
            for (component, _) in &components {
                options = options.cover(component);
            }
            if let Some(expires) = expires {
                options = options.expires_in(Duration::from_secs(expires));
            }
            if let Some(nonce) = nonce {
                options = options.nonce(nonce);
            }
            if let Some(tag) = tag {
                options = options.tag(tag);
            }
            let fields = components.into_iter().map(|(_, field)| field);
            (options, fields.filter(|field| !field.is_empty()).collect())
        })
}

proptest! {
    #[test]
    fn what_is_signed_with_any_options_is_verified_until_a_bit_of_it_changes(
        (options, fields) in any_options(), field in any::<prop::sample::Index>(), bit in any::<usize>(),
    ) {
        let key = ed25519();
        let mut request = post();
        let signer = Signer::new(KEY_ID, key.clone()).unwrap();
        signer.sign_rfc9421_with(&mut request, Some(&digest()), &options, now()).unwrap();
        // As it comes over the wire.
        *request.uri_mut() = request.uri().path_and_query().unwrap().as_str().parse().unwrap();
        let check = |request| {
            let claim = policy().read(request, now()).map_err(|error| error.reason())?;
            let refused = claim.check(&key.verifying_key());
            refused.map(drop).map_err(|refused| refused.error().reason())
        };
        prop_assert_eq!(check(request.clone()), Ok(()));

        // What the signature says is signed, whichever bit of it changes; and so is every covered field.
        let fields = [fields, vec!["signature-input", "content-digest", "content-type"]].concat();
        let name = fields[field.index(fields.len())];
        let value = request.headers()[name].clone();
        let mut bytes = value.as_bytes().to_vec();
        let at = bit % (8 * bytes.len());
        bytes[at / 8] ^= 1 << (at % 8);
        let changed = HeaderValue::from_bytes(&bytes).ok();
        // A host is the same in upper case.
        let same = |changed: &HeaderValue| {
            name == "host" && changed.as_bytes().eq_ignore_ascii_case(value.as_bytes())
        };
        if let Some(changed) = changed.filter(|changed| !same(changed)) {
            request.headers_mut().insert(name, changed);
            prop_assert!(check(request).is_err(), "bit {} of {}", at, name);
        }
    }
}
