//! Keys in every spelling that is in use. Those that must not be taken are rows of `tests/cases/keys.json`.

use http::Request;
use http_sig::{
    KeyAlgorithm, KeyError, Policy, Sign, SignError, SignatureAlgorithm, Signer, SigningKey,
    VerifyingKey,
};

use crate::draft::{der, ed25519, now, rsa};
use crate::message::{p256, p384};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

fn pem(label: &str, der: &[u8]) -> String {
    pem_with(label, der, 64, "\n")
}

pub(crate) fn pem_with(label: &str, der: &[u8], width: usize, end: &str) -> String {
    let base64 = STANDARD.encode(der);
    let lines: Vec<_> = base64
        .as_bytes()
        .chunks(width)
        .map(|line| str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN {label}-----{end}{}{end}-----END {label}-----{end}",
        lines.join(end)
    )
}

pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let mut der = match length {
        [0, low @ 0..=0x7f] => vec![tag, low],
        [0, low] => vec![tag, 0x81, low],
        [high, low] => vec![tag, 0x82, high, low],
    };
    der.extend_from_slice(content);
    der
}

/// A positive one, from its bytes without leading zeros.
pub(crate) fn integer(bytes: &[u8]) -> Vec<u8> {
    let zero: &[u8] = if bytes[0] >= 0x80 { &[0] } else { &[] };
    element(2, &[zero, bytes].concat())
}

fn rsa_public(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    element(0x30, &[integer(modulus), integer(exponent)].concat())
}

fn spki(pkcs1: &[u8]) -> Vec<u8> {
    let algorithm = [
        0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 1, 5, 0,
    ];
    element(
        0x30,
        &[&algorithm[..], &element(3, &[&[0], pkcs1].concat())].concat(),
    )
}

fn public_der(key: &SigningKey) -> Vec<u8> {
    let pem = key.verifying_key().to_pem();
    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(base64).unwrap()
}

fn refused(pem: &str) -> KeyError {
    VerifyingKey::from_pem(pem).unwrap_err()
}

#[test]
fn a_key_that_was_written_is_read_again() {
    for key in [rsa(), ed25519(), p256(), p384()] {
        let again = SigningKey::from_pem(&key.to_pem().unwrap()).unwrap();
        assert_eq!(again.verifying_key(), key.verifying_key());
        let public = VerifyingKey::from_pem(&key.verifying_key().to_pem()).unwrap();
        assert_eq!(public, key.verifying_key());
        assert_eq!(public.algorithm(), key.algorithm());
        let multikey = public.to_multikey();
        assert_eq!(VerifyingKey::from_multikey(&multikey), Ok(public));
    }
    assert_eq!(rsa().verifying_key().bits(), 2048);
    assert_eq!(ed25519().verifying_key().bits(), 256);
    assert_eq!(p256().verifying_key().bits(), 256);
    assert_eq!(p384().verifying_key().bits(), 384);
    assert_ne!(
        rsa().verifying_key(),
        SigningKey::generate_rsa().unwrap().verifying_key()
    );
}

/// The test key of RFC 9421, appendix B.1.3.
#[test]
fn an_ecdsa_key_in_its_own_encoding_is_read() {
    let key = SigningKey::from_pem(
        "\
-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIFKbhfNZfpDsW43+0+JjUr9K+bTeuxopu653+hBaXGA7oAoGCCqGSM49
AwEHoUQDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lfw0EkjqF7xB4FivAxzic30tMM
4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==
-----END EC PRIVATE KEY-----",
    )
    .unwrap();
    let public = VerifyingKey::from_pem(
        "\
-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf
w0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==
-----END PUBLIC KEY-----",
    )
    .unwrap();
    assert_eq!(key.verifying_key(), public);
    assert_eq!(key.algorithm(), KeyAlgorithm::EcdsaP256);
}

/// Examples of the did:key method, whose identifiers are Multikeys.
#[test]
fn multikeys_of_others_are_read_and_written_as_they_were() {
    for (text, algorithm) in [
        (
            "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
            KeyAlgorithm::Ed25519,
        ),
        (
            "zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169",
            KeyAlgorithm::EcdsaP256,
        ),
        (
            "z82Lm1MpAkeJcix9K8TMiLd5NMAhnwkjjCBeWHXyu3U4oT2MVJJKXkcVBgjGhnLBn2Kaau9",
            KeyAlgorithm::EcdsaP384,
        ),
    ] {
        let key = VerifyingKey::from_multikey(text).unwrap();
        assert_eq!(key.algorithm(), algorithm);
        assert_eq!(key.to_multikey(), text);
    }
}

#[test]
fn every_usual_spelling_of_pem_is_read() {
    let public = rsa().verifying_key();
    let spki = public_der(rsa());
    let pkcs1 = &spki[24..];
    let private = der(rsa());
    let private_pkcs1 = &private[26..];
    for (width, end) in [
        (64, "\n"),
        (64, "\r\n"),
        (76, "\n"),
        (17, "\r\n"),
        (4096, "\n"),
    ] {
        for (label, der) in [("PUBLIC KEY", &spki[..]), ("RSA PUBLIC KEY", pkcs1)] {
            let pem = pem_with(label, der, width, end);
            for pem in [&pem[..], pem.trim_end(), &format!("\n  {pem}\n\n")] {
                assert_eq!(VerifyingKey::from_pem(pem).as_ref(), Ok(&public), "{pem:?}");
            }
        }
        for (label, der) in [
            ("PRIVATE KEY", &private[..]),
            ("RSA PRIVATE KEY", private_pkcs1),
        ] {
            let key = SigningKey::from_pem(&pem_with(label, der, width, end)).unwrap();
            assert_eq!(key.verifying_key(), public, "{label} {width} {end:?}");
        }
    }
}

#[test]
fn rsa_keys_too_small_too_big_or_absurd_are_refused() {
    let modulus = |bytes: usize| {
        let mut modulus = vec![0x5a; bytes];
        modulus[0] = 0x80;
        modulus[bytes - 1] = 1;
        modulus
    };
    let long = [&[1], &[0; 4094][..], &[1]].concat();
    let f4 = &[1, 0, 1][..];
    for (what, modulus, exponent, expected) in [
        (
            "1024 bits",
            modulus(128),
            f4,
            KeyError::RsaSize { bits: 1024 },
        ),
        (
            "16384 bits",
            modulus(2048),
            f4,
            KeyError::RsaSize { bits: 16384 },
        ),
        (
            "8200 bits",
            modulus(1025),
            f4,
            KeyError::RsaSize { bits: 8200 },
        ),
        ("exponent 1", modulus(256), &[1], KeyError::RsaNumbers),
        ("an even exponent", modulus(256), &[2], KeyError::RsaNumbers),
        (
            "an exponent of 4 KB",
            modulus(256),
            &long,
            KeyError::RsaNumbers,
        ),
        (
            "an even modulus",
            [&[0x80][..], &[0; 255]].concat(),
            f4,
            KeyError::RsaNumbers,
        ),
    ] {
        let pkcs1 = rsa_public(&modulus, exponent);
        assert_eq!(refused(&pem("RSA PUBLIC KEY", &pkcs1)), expected, "{what}");
        assert_eq!(
            refused(&pem("PUBLIC KEY", &spki(&pkcs1))),
            expected,
            "{what}"
        );
    }
    for (what, bytes) in [("2048 bits", 256), ("4096 bits", 512), ("8192 bits", 1024)] {
        let key =
            VerifyingKey::from_pem(&pem("PUBLIC KEY", &spki(&rsa_public(&modulus(bytes), f4))));
        assert_eq!(key.unwrap().algorithm(), KeyAlgorithm::Rsa, "{what}");
    }
}

#[test]
fn no_key_material_is_shown() {
    for key in [rsa(), ed25519()] {
        let signer = Signer::new("https://example.org/a#main-key", key.clone()).unwrap();
        let shown = format!("{key:?} {:?} {signer:?}", key.verifying_key());
        assert!(shown.len() < 200, "{shown}");
        assert!(
            shown.contains("SigningKey(") && shown.contains("VerifyingKey("),
            "{shown}"
        );
    }
    let pem = rsa().to_pem().unwrap();
    let error = VerifyingKey::from_pem(&pem).unwrap_err();
    let shown = format!("{error} {error:?}");
    let lines: Vec<_> = pem.lines().filter(|line| !line.starts_with('-')).collect();
    assert!(lines.iter().all(|line| !shown.contains(line)), "{shown}");
}

#[test]
fn a_key_kept_elsewhere_signs_and_is_not_exported() {
    struct Module;
    impl Sign for Module {
        fn sign(
            &self,
            algorithm: SignatureAlgorithm,
            message: &[u8],
        ) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
            assert_eq!(algorithm, SignatureAlgorithm::Ed25519);
            match message.starts_with(b"(request-target): get /locked") {
                true => Err("the module is locked".into()),
                false => Ok(crate::draft::sign(&crate::draft::Key::Ed25519, message)),
            }
        }
    }
    let key = SigningKey::kept_elsewhere(ed25519().verifying_key(), Module);
    assert_eq!(key.to_pem(), Err(KeyError::KeptElsewhere));
    let signer = Signer::new("k", key.clone()).unwrap();
    let mut request = Request::get("https://example.org/").body(b"").unwrap();
    signer.sign(&mut request, now()).unwrap();
    let claim = Policy::fediverse()
        .authorities(["example.org"])
        .read(request, now())
        .unwrap();
    assert!(claim.check(&key.verifying_key()).is_ok());

    let mut request = Request::get("https://example.org/locked")
        .body(b"")
        .unwrap();
    let error = signer.sign(&mut request, now()).unwrap_err();
    assert!(matches!(error, SignError::Key(_)));
    assert_eq!(
        std::error::Error::source(&error).unwrap().to_string(),
        "the module is locked"
    );
}

#[test]
fn every_encoding_in_der_is_read_and_no_other() {
    let rsa_private = der(rsa());
    let ec_private = der(p256());
    for (key, private) in [
        (rsa(), &rsa_private[..]),
        (rsa(), &rsa_private[26..]),
        (ed25519(), &der(ed25519())),
        (p256(), &ec_private),
        // The ECPrivateKey inside.
        (p256(), &ec_private[ec_private.len() - 109..]),
        (p384(), &der(p384())),
    ] {
        let read = SigningKey::from_der(private).unwrap();
        assert_eq!(read.to_der().unwrap().as_ref(), der(key));
        let refused = VerifyingKey::from_der(private);
        assert_eq!(refused, Err(KeyError::PrivateKey));
    }
    let rsa_public = public_der(rsa());
    for public in [&rsa_public[..], &rsa_public[24..], &public_der(ed25519())] {
        let key = VerifyingKey::from_der(public).unwrap();
        assert_eq!(VerifyingKey::from_der(&key.to_der()), Ok(key));
        let refused = SigningKey::from_der(public).unwrap_err();
        assert_eq!(refused, KeyError::PublicKey);
    }
    let encrypted = element(0x30, &[element(0x30, &[]), element(4, &[0])].concat());
    let refused = SigningKey::from_der(&encrypted).unwrap_err();
    assert_eq!(refused, KeyError::Encrypted);
    let refused = VerifyingKey::from_der(&encrypted);
    assert_eq!(refused, Err(KeyError::PrivateKey));
    for (bytes, expected) in [
        (&[][..], KeyError::Malformed),
        (b"-----BEGIN PUBLIC KEY-----", KeyError::Malformed),
        (&[0x30, 0], KeyError::Malformed),
        (&[0x30, 0x80, 0, 0], KeyError::Malformed),
        (&[0x30; 16 * 1024 + 1], KeyError::TooLong),
    ] {
        assert_eq!(VerifyingKey::from_der(bytes), Err(expected));
        assert_eq!(SigningKey::from_der(bytes).unwrap_err(), expected);
    }
}

#[test]
fn a_key_for_rsassa_pss_is_taken_for_our_parameters_only() {
    let pkcs1 = &public_der(rsa())[24..];
    let sha = |last: u8| {
        let name = element(6, &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, last]);
        element(0x30, &[&name[..], &[5, 0]].concat())
    };
    let mgf1 = |hash: &[u8]| {
        let name = element(6, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 8]);
        element(0xa1, &element(0x30, &[&name[..], hash].concat()))
    };
    let (sha256, sha512) = (sha(1), sha(3));
    let hash = |hash: &[u8]| element(0xa0, hash);
    let salt = |bytes: u8| element(0xa2, &[2, 1, bytes]);
    let ours = [hash(&sha512), mgf1(&sha512), salt(64)];
    for (parameters, expected) in [
        (None, Ok(KeyAlgorithm::RsaPss)),
        (Some(ours.concat()), Ok(KeyAlgorithm::RsaPss)),
        // What is absent is SHA-1 and 20 bytes.
        (Some(vec![]), Err(KeyError::PssParameters)),
        (Some(ours[..2].concat()), Err(KeyError::PssParameters)),
        (Some(ours[1..].concat()), Err(KeyError::PssParameters)),
        (
            Some([hash(&sha256), mgf1(&sha512), salt(64)].concat()),
            Err(KeyError::PssParameters),
        ),
        (
            Some([hash(&sha512), mgf1(&sha256), salt(64)].concat()),
            Err(KeyError::PssParameters),
        ),
        (
            Some([hash(&sha512), mgf1(&sha512), salt(32)].concat()),
            Err(KeyError::PssParameters),
        ),
    ] {
        let mut identifier = element(6, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 10]);
        identifier.extend(parameters.iter().flat_map(|list| element(0x30, list)));
        let bits = element(3, &[&[0], pkcs1].concat());
        let der = element(0x30, &[element(0x30, &identifier), bits].concat());
        let key = VerifyingKey::from_der(&der);
        assert_eq!(
            key.as_ref().map(VerifyingKey::algorithm),
            expected.as_ref().copied()
        );
        if let Ok(key) = key {
            assert_ne!(key, rsa().verifying_key());
            assert_eq!(VerifyingKey::from_multikey(&key.to_multikey()), Ok(key));
        }
    }
}
