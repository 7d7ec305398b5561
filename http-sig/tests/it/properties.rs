//! What holds for whatever is signed with whatever options.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Request};
use http_sig::{
    ContentDigest, Digest, DigestAlgorithm, Policy, Reason, SignatureAlgorithm, Signer, SigningKey,
    VerifiedRequest, cavage, rfc9421,
};
use proptest::prelude::*;

use crate::draft::{KEY_ID, ed25519, now, p256, p384, rsa};

/// A standard, a key, and how it signs.
#[derive(Clone, Copy, Debug)]
enum Way {
    Draft(&'static SigningKey, SignatureAlgorithm),
    Rfc9421(&'static SigningKey, SignatureAlgorithm),
}

impl Way {
    fn key(self) -> &'static SigningKey {
        match self {
            Self::Draft(key, _) | Self::Rfc9421(key, _) => key,
        }
    }
}

fn ways() -> impl Strategy<Value = Way> {
    prop_oneof![
        Just(Way::Draft(rsa(), SignatureAlgorithm::RsaSha256)),
        Just(Way::Draft(rsa(), SignatureAlgorithm::RsaSha512)),
        Just(Way::Draft(ed25519(), SignatureAlgorithm::Ed25519)),
        Just(Way::Rfc9421(rsa(), SignatureAlgorithm::RsaSha256)),
        Just(Way::Rfc9421(rsa(), SignatureAlgorithm::RsaPssSha512)),
        Just(Way::Rfc9421(ed25519(), SignatureAlgorithm::Ed25519)),
        Just(Way::Rfc9421(p256(), SignatureAlgorithm::EcdsaP256Sha256)),
        Just(Way::Rfc9421(p384(), SignatureAlgorithm::EcdsaP384Sha384)),
    ]
}

/// A field `x-0` to `x-3`, its lines, and how it is covered, if it is.
#[derive(Clone, Debug)]
struct Field {
    name: String,
    lines: Vec<String>,
    /// As a whole, or its lines as bytes where RFC 9421 signs.
    covered: Option<bool>,
}

fn fields() -> impl Strategy<Value = Vec<Field>> {
    let line = "[ -~]{0,12}";
    let field = (proptest::collection::vec(line, 1..3), any::<Option<bool>>());
    proptest::collection::vec(field, 0..4).prop_map(|fields| {
        let fields = fields.into_iter().enumerate();
        let field = |(at, (lines, covered))| Field {
            name: format!("x-{at}"),
            lines,
            covered,
        };
        fields.map(field).collect()
    })
}

/// Options that stand on their own: expiry, nonce and tag, and names left out.
#[derive(Clone, Copy, Debug)]
struct Options {
    expires: bool,
    extras: bool,
    named: bool,
    elsewhere: bool,
}

fn options() -> impl Strategy<Value = Options> {
    any::<[bool; 4]>().prop_map(|[expires, extras, named, elsewhere]| Options {
        expires,
        extras,
        named,
        elsewhere,
    })
}

fn signed(way: Way, fields: &[Field], options: Options, body: &[u8]) -> Request<Vec<u8>> {
    let mut request = Request::post("https://example.org/inbox?page=1");
    for field in fields {
        for line in &field.lines {
            request = request.header(&field.name, line);
        }
    }
    let mut request = request.body(body.to_vec()).unwrap();
    let signer = Signer::new(KEY_ID, way.key().clone()).unwrap();
    let minute = Duration::from_secs(60);
    let covered = fields.iter().filter(|field| field.covered.is_some());
    match way {
        Way::Draft(_, algorithm) => {
            let mut with = cavage::SigningOptions::new()
                .algorithm(algorithm)
                .in_authorization(options.elsewhere);
            for field in covered {
                with = with.cover(&field.name);
            }
            if options.expires {
                with = with.expires_in(minute);
            }
            let digest = Digest::sha256(body);
            signer
                .sign_with(&mut request, Some(&digest), &with, now())
                .unwrap();
        }
        Way::Rfc9421(_, algorithm) => {
            let mut with = rfc9421::SigningOptions::new()
                .algorithm(algorithm)
                .name_algorithm(options.named);
            for field in covered {
                let bytes = if field.covered == Some(true) {
                    ";bs"
                } else {
                    ""
                };
                with = with.cover(&format!("{}{bytes}", field.name));
            }
            if options.expires {
                with = with.expires_in(minute);
            }
            if options.extras {
                with = with.nonce("once").tag("a \"tag\"").label("other");
            }
            let digest = ContentDigest::new(DigestAlgorithm::Sha512, body);
            signer
                .sign_rfc9421_with(&mut request, Some(&digest), &with, now())
                .unwrap();
        }
    }
    request
}

fn verify(way: Way, request: Request<Vec<u8>>) -> Result<VerifiedRequest<Vec<u8>>, Reason> {
    let policy = Policy::fediverse().authorities(["example.org"]);
    let claim = policy.read(request, now());
    let claim = claim.map_err(|error| error.reason())?;
    let verified = claim.check(&way.key().verifying_key());
    verified.map_err(|refused| refused.error().reason())
}

/// The same fields in the other order; lines of one field keep theirs.
fn reversed(headers: &HeaderMap) -> HeaderMap {
    let mut reversed = HeaderMap::new();
    let names: Vec<&HeaderName> = headers.keys().collect();
    for name in names.into_iter().rev() {
        for line in headers.get_all(name) {
            reversed.append(name.clone(), line.clone());
        }
    }
    reversed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn whatever_is_signed_is_verified(
        way in ways(), fields in fields(), options in options(),
        body in proptest::collection::vec(any::<u8>(), 0..64),
    ) {
        let verified = verify(way, signed(way, &fields, options, &body)).unwrap();
        for field in &fields {
            prop_assert_eq!(verified.covers(&field.name), field.covered.is_some());
        }
        prop_assert_eq!(verified.request().body(), &body);
    }

    #[test]
    fn any_changed_bit_of_a_covered_field_is_refused(
        way in ways(), fields in fields(), options in options(),
        which in any::<prop::sample::Index>(), bit in any::<prop::sample::Index>(),
    ) {
        let covered: Vec<&Field> = fields.iter().filter(|field| field.covered.is_some()).collect();
        prop_assume!(!covered.is_empty());
        let field = which.get(&covered);
        let mut line = field.lines[0].clone().into_bytes();
        prop_assume!(!line.is_empty());
        let bit = bit.index(8 * line.len());
        line[bit / 8] ^= 1 << (bit % 8);
        // Blanks around a line are not signed.
        prop_assume!(line.trim_ascii() != field.lines[0].trim().as_bytes());
        let Ok(value) = HeaderValue::from_bytes(&line) else {
            return Ok(());
        };
        let mut request = signed(way, &fields, options, b"{}");
        *request.headers_mut().get_mut(&field.name).unwrap() = value;
        prop_assert_eq!(verify(way, request).map(drop), Err(Reason::SignatureMismatch));
    }

    #[test]
    fn what_is_not_covered_may_change(
        way in ways(), fields in fields(), options in options(), value in "[ -~]{0,12}",
    ) {
        let mut request = signed(way, &fields, options, b"{}");
        for field in fields.iter().filter(|field| field.covered.is_none()) {
            request.headers_mut().insert(
                HeaderName::try_from(&field.name).unwrap(),
                HeaderValue::try_from(&value).unwrap(),
            );
        }
        let headers = request.headers_mut();
        headers.append("via", HeaderValue::from_static("1.1 proxy"));
        headers.append("x-forwarded-for", HeaderValue::from_static("192.0.2.1"));
        *headers = reversed(headers);
        prop_assert!(verify(way, request).is_ok());
    }
}
