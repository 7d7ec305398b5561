//! Fields that come after the body.

use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use http_sig::rfc9421::{SigningOptions, Trailers};
use http_sig::{ContentDigest, DigestAlgorithm, Policy, Reason, SignError, Signer};

use crate::draft::{KEY_ID, ed25519, now};

fn trailers(fields: &[(&'static str, &'static str)]) -> Trailers {
    let fields = fields.iter().map(|(name, value)| {
        let name = HeaderName::from_static(name);
        (name, HeaderValue::from_static(value))
    });
    Trailers::new(fields.collect::<HeaderMap>())
}

fn post(trailers: Trailers) -> Request<&'static [u8]> {
    let mut request = Request::post("https://example.org/inbox")
        .header("trailer", "expires")
        .body(&b"{}"[..])
        .unwrap();
    request.extensions_mut().insert(trailers);
    request
}

fn digest(body: &[u8]) -> ContentDigest {
    ContentDigest::new(DigestAlgorithm::Sha256, body)
}

fn signer() -> Signer {
    Signer::new(KEY_ID, ed25519().clone()).unwrap()
}

fn verify(request: Request<&'static [u8]>) -> Result<(), Reason> {
    let policy = Policy::fediverse().authorities(["example.org"]);
    let claim = policy
        .read(request, now())
        .map_err(|error| error.reason())?;
    let refused = claim.check(&ed25519().verifying_key());
    refused
        .map(drop)
        .map_err(|refused| refused.error().reason())
}

const DATE: &str = "Wed, 9 Nov 2022 07:28:00 GMT";

#[test]
fn trailers_of_a_request_are_covered_in_every_form() {
    let options = SigningOptions::new()
        .cover("trailer")
        .cover("expires;tr")
        .cover("x-list;tr;sf")
        .cover("x-list;key=\"b\";tr")
        .cover("expires;bs;tr");
    let sent = || trailers(&[("expires", DATE), ("x-list", "a=1,   b=2")]);
    let mut request = post(sent());
    signer()
        .sign_rfc9421_with(&mut request, Some(&digest(b"{}")), &options, now())
        .unwrap();
    let policy = Policy::fediverse().authorities(["example.org"]);
    let claim = policy.read(request.clone(), now()).unwrap();
    let base = claim.signature_base().into_owned();
    for line in [
        "\"trailer\": expires",
        "\"expires\";tr: Wed, 9 Nov 2022 07:28:00 GMT",
        "\"x-list\";tr;sf: a=1, b=2",
        "\"x-list\";key=\"b\";tr: 2",
        "\"expires\";bs;tr: :V2VkLCA5IE5vdiAyMDIyIDA3OjI4OjAwIEdNVA==:",
    ] {
        assert!(base.lines().any(|found| found == line), "{line}\n{base}");
    }
    let verified = claim.check(&ed25519().verifying_key()).unwrap();
    // That was the trailer, and no field of the header.
    assert!(verified.covers("trailer") && !verified.covers("expires"));

    let mut changed = request.clone();
    let later = trailers(&[
        ("expires", "Thu, 10 Nov 2022 07:28:00 GMT"),
        ("x-list", "a=1,   b=2"),
    ]);
    changed.extensions_mut().insert(later);
    assert_eq!(verify(changed), Err(Reason::SignatureMismatch));
    let mut lost = request.clone();
    lost.extensions_mut().remove::<Trailers>();
    assert_eq!(verify(lost), Err(Reason::ComponentMissing));
    // The field of the same name in the header is another one.
    let mut moved = request;
    moved.extensions_mut().remove::<Trailers>();
    moved
        .headers_mut()
        .insert("expires", HeaderValue::from_static(DATE));
    assert_eq!(verify(moved), Err(Reason::ComponentMissing));
}

#[test]
fn a_digest_among_the_trailers_does_not_bind_the_body() {
    let request = || {
        let field = "sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:";
        post(trailers(&[("content-digest", field)]))
    };
    let options = SigningOptions::new()
        .danger_cover_only_these()
        .cover("@method")
        .cover("@target-uri")
        .cover("content-digest;tr");
    let mut request = request();
    signer()
        .sign_rfc9421_with(&mut request, None, &options, now())
        .unwrap();
    assert_eq!(verify(request), Err(Reason::ComponentUncovered));
}

#[test]
fn what_is_not_there_or_no_field_cannot_be_signed_as_a_trailer() {
    for (component, expected) in [
        ("accept;tr", Reason::ComponentMissing),
        ("trailer;tr", Reason::ComponentMissing),
        ("host;tr", Reason::ComponentMissing),
        ("@method;tr", Reason::ComponentUnknown),
        ("expires;tr=?0", Reason::ComponentUnknown),
        ("expires;tr=\"a\"", Reason::ComponentUnknown),
    ] {
        let options = SigningOptions::new().cover(component);
        let mut request = post(trailers(&[("expires", DATE)]));
        match signer().sign_rfc9421_with(&mut request, Some(&digest(b"{}")), &options, now()) {
            Err(SignError::Component { reason, .. }) => assert_eq!(reason, expected, "{component}"),
            other => panic!("{component}: {other:?}"),
        }
    }
}

#[test]
fn trailers_of_a_response_and_of_its_request_are_covered() {
    let request = post(trailers(&[("expires", "of the request")]));
    let mut response = Response::new(&b"ok"[..]);
    let sent = trailers(&[("expires", "of the response")]);
    response.extensions_mut().insert(sent);
    let options = SigningOptions::new()
        .cover("expires;tr")
        .cover("expires;tr;req");
    signer()
        .sign_response_with(
            &mut response,
            &request,
            Some(&digest(b"ok")),
            &options,
            now(),
        )
        .unwrap();
    let policy = Policy::fediverse();
    let claim = policy.read_response(response.clone(), &request, now());
    let claim = claim.unwrap();
    let base = claim.signature_base().into_owned();
    assert!(base.contains("\"expires\";tr: of the response\n\"expires\";tr;req: of the request\n"));
    assert!(claim.check(&ed25519().verifying_key()).is_ok());
    response.extensions_mut().remove::<Trailers>();
    let error = policy.read_response(response, &request, now()).unwrap_err();
    assert_eq!(error.reason(), Reason::ComponentMissing);
    assert!(error.component().unwrap().contains("expires"));
}
