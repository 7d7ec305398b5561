//! With both backends on: what one signs the other verifies, and what one refuses the other refuses.

use std::ops::{Add, Mul};

use ed25519_dalek::Verifier as _;
use sha2::{Digest as _, Sha512};

use crate::crypto::{Backend, Curve};
use crate::error::KeyError;
use crate::key::der::private_key;
use crate::key::{KeyAlgorithm, SignatureAlgorithm, SigningKey, VerifyingKey};

const BACKENDS: [Backend; 2] = [Backend::AwsLcRs, Backend::PureRust];

/// RFC 9421, appendix B.1.2: PKCS#8 with the object identifier id-RSASSA-PSS.
const RSA_PSS: &str = "-----BEGIN PRIVATE KEY-----
MIIEvgIBADALBgkqhkiG9w0BAQoEggSqMIIEpgIBAAKCAQEAr4tmm3r20Wd/Pbqv
P1s2+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry5
3mm+oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7Oyr
FAHqgDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUA
AN5WUtzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw
9lq4aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oy
c6XI2wIDAQABAoIBAQCUB8ip+kJiiZVKF8AqfB/aUP0jTAqOQewK1kKJ/iQCXBCq
pbo360gvdt05H5VZ/RDVkEgO2k73VSsbulqezKs8RFs2tEmU+JgTI9MeQJPWcP6X
aKy6LIYs0E2cWgp8GADgoBs8llBq0UhX0KffglIeek3n7Z6Gt4YFge2TAcW2WbN4
XfK7lupFyo6HHyWRiYHMMARQXLJeOSdTn5aMBP0PO4bQyk5ORxTUSeOciPJUFktQ
HkvGbym7KryEfwH8Tks0L7WhzyP60PL3xS9FNOJi9m+zztwYIXGDQuKM2GDsITeD
2mI2oHoPMyAD0wdI7BwSVW18p1h+jgfc4dlexKYRAoGBAOVfuiEiOchGghV5vn5N
RDNscAFnpHj1QgMr6/UG05RTgmcLfVsI1I4bSkbrIuVKviGGf7atlkROALOG/xRx
DLadgBEeNyHL5lz6ihQaFJLVQ0u3U4SB67J0YtVO3R6lXcIjBDHuY8SjYJ7Ci6Z6
vuDcoaEujnlrtUhaMxvSfcUJAoGBAMPsCHXte1uWNAqYad2WdLjPDlKtQJK1diCm
rqmB2g8QE99hDOHItjDBEdpyFBKOIP+NpVtM2KLhRajjcL9Ph8jrID6XUqikQuVi
4J9FV2m42jXMuioTT13idAILanYg8D3idvy/3isDVkON0X3UAVKrgMEne0hJpkPL
FYqgetvDAoGBAKLQ6JZMbSe0pPIJkSamQhsehgL5Rs51iX4m1z7+sYFAJfhvN3Q/
OGIHDRp6HjMUcxHpHw7U+S1TETxePwKLnLKj6hw8jnX2/nZRgWHzgVcY+sPsReRx
NJVf+Cfh6yOtznfX00p+JWOXdSY8glSSHJwRAMog+hFGW1AYdt7w80XBAoGBAImR
NUugqapgaEA8TrFxkJmngXYaAqpA0iYRA7kv3S4QavPBUGtFJHBNULzitydkNtVZ
3w6hgce0h9YThTo/nKc+OZDZbgfN9s7cQ75x0PQCAO4fx2P91Q+mDzDUVTeG30mE
t2m3S0dGe47JiJxifV9P3wNBNrZGSIF3mrORBVNDAoGBAI0QKn2Iv7Sgo4T/XjND
dl2kZTXqGAk8dOhpUiw/HdM3OGWbhHj2NdCzBliOmPyQtAr770GITWvbAI+IRYyF
S7Fnk6ZVVVHsxjtaHy1uJGFlaZzKR4AGNaUTOJMs6NadzCmGPAxNQQOCqoUjn4XR
rOjr9w349JooGXhOxbu8nOxX
-----END PRIVATE KEY-----
";

#[test]
fn each_verifies_what_the_other_signs() {
    let rsa_of_the_other = Backend::PureRust.cryptography().generate_rsa().unwrap();
    let mut checked = 0;
    for key in [
        SigningKey::generate_rsa().unwrap(),
        SigningKey::from_der(&rsa_of_the_other).unwrap(),
        SigningKey::from_pem(RSA_PSS).unwrap(),
        SigningKey::generate_ed25519().unwrap(),
        SigningKey::generate_ecdsa_p256().unwrap(),
        SigningKey::generate_ecdsa_p384().unwrap(),
    ] {
        let keys = BACKENDS.map(|backend| key.with_backend(backend).unwrap());
        for algorithm in SignatureAlgorithm::OF_KEY_PAIRS {
            let fits = key.draft().contains(&algorithm) || key.rfc9421().contains(&algorithm);
            for (signing, backend) in keys.iter().zip(BACKENDS) {
                assert_eq!(signing.backend(), backend);
                let Ok(mut signature) = signing.sign(algorithm, b"message") else {
                    assert!(!fits, "{algorithm:?}");
                    continue;
                };
                assert!(fits, "{algorithm:?}");
                for verifying in keys.each_ref().map(SigningKey::verifying_key) {
                    let mut verify = |message: &[u8], signature: &[u8]| {
                        checked += 1;
                        verifying.verify(algorithm, message, signature)
                    };
                    assert!(verify(b"message", &signature), "{algorithm:?}");
                    assert!(!verify(b"massage", &signature), "{algorithm:?}");
                    assert!(!verify(b"message", &signature[1..]), "{algorithm:?}");
                    assert!(!verify(b"message", &[&signature[..], &[0]].concat()));
                    assert!(!verify(b"message", &[&[0], &signature[..]].concat()));
                    assert!(!verify(b"message", &[]));
                    signature[0] ^= 1;
                    assert!(!verify(b"message", &signature), "{algorithm:?}");
                    signature[0] ^= 1;
                    for other in SignatureAlgorithm::OF_KEY_PAIRS
                        .into_iter()
                        .filter(|other| *other != algorithm)
                    {
                        assert!(!verifying.verify(other, b"message", &signature));
                    }
                }
            }
        }
    }
    println!("signatures that both backends judged alike: {checked}");
}

#[test]
fn a_key_is_the_same_with_both() {
    for key in [
        SigningKey::generate_rsa().unwrap(),
        SigningKey::from_pem(RSA_PSS).unwrap(),
        SigningKey::generate_ed25519().unwrap(),
        SigningKey::generate_ecdsa_p256().unwrap(),
        SigningKey::generate_ecdsa_p384().unwrap(),
    ] {
        let pem = key.to_pem().unwrap();
        let other = key.with_backend(Backend::PureRust).unwrap();
        assert_eq!(other.to_pem().unwrap(), pem);
        assert_eq!(other.verifying_key(), key.verifying_key());
        let public = key.verifying_key();
        let other = public.with_backend(Backend::PureRust).unwrap();
        assert_eq!(other, public);
        assert_eq!(other.to_pem(), public.to_pem());
        assert_eq!(other.to_multikey(), public.to_multikey());
        assert_eq!(other.bits(), public.bits());
    }
    assert_eq!(
        SigningKey::from_pem(RSA_PSS).unwrap().to_pem().unwrap(),
        RSA_PSS
    );
}

#[test]
fn what_each_makes_is_a_key() {
    for backend in BACKENDS {
        let cryptography = backend.cryptography();
        let one = cryptography.generate_ed25519().unwrap();
        assert_ne!(one, cryptography.generate_ed25519().unwrap());
        for curve in [Curve::P256, Curve::P384] {
            let scalar = cryptography.generate_ecdsa(curve).unwrap();
            assert_eq!(scalar.len(), curve.bytes());
            assert_ne!(scalar, cryptography.generate_ecdsa(curve).unwrap());
            let (_, point) = cryptography.ecdsa_private_key(curve, &scalar).unwrap();
            let compressed = [
                &[2 + (point[2 * curve.bytes()] & 1)],
                &point[1..=curve.bytes()],
            ];
            let again = cryptography.uncompressed(curve, &compressed.concat());
            assert_eq!(again, Ok(point));
        }
    }
}

#[test]
fn both_refuse_numbers_that_do_not_fit_together() {
    // One bit of each number of an RSA key, and of an ECDSA key's scalar beyond the order of its curve.
    let rsa = SigningKey::from_pem(RSA_PSS).unwrap();
    let rsa = rsa.to_der().unwrap();
    let rsa = rsa.as_ref();
    // From the end: the coefficient, both exponents, both primes, the private exponent, and the modulus.
    for from_end in [20, 150, 280, 410, 540, 700, 1000] {
        let mut der = rsa.to_vec();
        let at = der.len() - from_end;
        der[at] ^= 2;
        refused_by_both(&der);
    }
    for (curve, key) in [
        (Curve::P256, SigningKey::generate_ecdsa_p256().unwrap()),
        (Curve::P384, SigningKey::generate_ecdsa_p384().unwrap()),
    ] {
        let good = key.to_der().unwrap();
        let good = good.as_ref();
        let octets = [4, u8::try_from(curve.bytes()).unwrap()];
        let scalar = 2 + good.windows(2).position(|bytes| bytes == octets).unwrap();
        for byte in [0, 0xff] {
            let mut der = good.to_vec();
            der[scalar..scalar + curve.bytes()].fill(byte);
            refused_by_both(&der);
        }
        // The public half of another key.
        let mut der = good.to_vec();
        *der.last_mut().unwrap() ^= 1;
        refused_by_both(&der);
        // A point that is not on the curve.
        let mut public = key.verifying_key().to_der();
        *public.last_mut().unwrap() ^= 1;
        let point = &public[public.len() - 1 - 2 * curve.bytes()..];
        for backend in BACKENDS {
            let key = backend.cryptography().ecdsa_public_key(curve, point);
            assert_eq!(key.err(), Some(KeyError::Malformed), "{backend:?}");
        }
    }
}

fn refused_by_both(der: &[u8]) {
    let private = private_key(der).unwrap();
    for backend in BACKENDS {
        let key = SigningKey::new(backend, &private);
        assert_eq!(key.unwrap_err(), KeyError::Malformed, "{backend:?}");
    }
}

/// No point has such a y. AWS-LC does not look before it verifies, so both take the key and no signature of it.
#[test]
fn a_point_beside_the_curve_of_ed25519_verifies_nothing() {
    let mut point = [0; 32];
    point[0] = 2;
    let signature = SigningKey::generate_ed25519().unwrap();
    let signature = signature.sign(SignatureAlgorithm::Ed25519, b"").unwrap();
    for backend in BACKENDS {
        let key = VerifyingKey::new(backend, KeyAlgorithm::Ed25519, &point).unwrap();
        assert!(!key.verify(SignatureAlgorithm::Ed25519, b"", &signature));
    }
}

/// The equation holds: R is the neutral point, and S is the private scalar times the hash of all.
#[test]
fn both_refuse_a_signature_whose_point_is_of_small_order() {
    fn times<S: From<u64> + Mul<Output = S> + Add<Output = S>>(bytes: &[u8], scalar: S) -> S {
        let digits = bytes.iter().rev();
        let number = digits.fold(S::from(0), |number, byte| {
            number * S::from(256) + S::from(u64::from(*byte))
        });
        number * scalar
    }
    let seed = [7; 32];
    let (_, point) = Backend::AwsLcRs
        .cryptography()
        .ed25519_private_key(&seed)
        .unwrap();
    let mut signature = [0; 64];
    signature[0] = 1;
    let all = Sha512::new()
        .chain_update(&signature[..32])
        .chain_update(point)
        .chain_update(b"message");
    let scalar = ed25519_dalek::SigningKey::from_bytes(&seed).to_scalar();
    signature[32..].copy_from_slice(&times(&all.finalize(), scalar).to_bytes());
    let key = ed25519_dalek::VerifyingKey::from_bytes(&point).unwrap();
    let right = key.verify(
        b"message",
        &ed25519_dalek::Signature::from_bytes(&signature),
    );
    assert!(right.is_ok());
    for backend in BACKENDS {
        let key = VerifyingKey::new(backend, KeyAlgorithm::Ed25519, &point).unwrap();
        assert!(!key.verify(SignatureAlgorithm::Ed25519, b"message", &signature));
    }
}

/// RFC 8017, section 5.2.2: what is not below the modulus is no signature, though it is the same number modulo it.
#[test]
fn both_refuse_a_second_spelling_of_an_rsa_signature() {
    let key = SigningKey::from_pem(RSA_PSS).unwrap();
    let public = key.verifying_key();
    let (modulus, _) = public.rsa_numbers().unwrap();
    let algorithm = SignatureAlgorithm::RsaPssSha512;
    // Every second sum fits into as many bytes.
    let sum = (0..100).find_map(|_| {
        let mut sum = key.sign(algorithm, b"message").unwrap();
        let mut carry = 0;
        for (byte, other) in sum.iter_mut().zip(modulus).rev() {
            let digits = u16::from(*byte) + u16::from(*other) + carry;
            (*byte, carry) = ((digits & 0xff) as u8, digits >> 8);
        }
        (carry == 0).then_some(sum)
    });
    for backend in BACKENDS {
        let key = public.with_backend(backend).unwrap();
        assert!(!key.verify(algorithm, b"message", sum.as_ref().unwrap()));
    }
}
