//! Keys in every spelling that is in use, and those that must not be taken.

use http::Request;
use http_sig::{
    KeyAlgorithm, KeyError, Policy, Reason, Sign, SignError, SignatureAlgorithm, Signer,
    SigningKey, VerifyingKey,
};

use crate::draft::{der, ed25519, now, rsa};
use crate::message::{p256, p384};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

fn pem(label: &str, der: &[u8]) -> String {
    pem_with(label, der, 64, "\n")
}

fn pem_with(label: &str, der: &[u8], width: usize, end: &str) -> String {
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

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let mut der = match length {
        [0, low @ 0..=0x7f] => vec![tag, low],
        [0, low] => vec![tag, 0x81, low],
        [high, low] => vec![tag, 0x82, high, low],
    };
    der.extend_from_slice(content);
    der
}

fn rsa_public(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let number = |bytes: &[u8]| {
        let zero: &[u8] = if bytes[0] >= 0x80 { &[0] } else { &[] };
        element(2, &[zero, bytes].concat())
    };
    element(0x30, &[number(modulus), number(exponent)].concat())
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
fn what_is_no_multikey_is_refused_by_name() {
    let with = |bytes: &[u8]| format!("u{}", URL_SAFE_NO_PAD.encode(bytes));
    let point = &public_der(ed25519())[12..];
    let good = with(&[&[0xed, 1], point].concat());
    assert_eq!(
        VerifyingKey::from_multikey(&good),
        Ok(ed25519().verifying_key())
    );
    let spki = with(&[&[0x85, 0x24], &public_der(rsa())[..]].concat());
    let as_fedify_writes_it = VerifyingKey::from_multikey(&spki);
    assert_eq!(as_fedify_writes_it, Ok(rsa().verifying_key()));
    let p384 = public_der(p384());
    for (text, expected) in [
        (String::new(), KeyError::NotMultikey),
        ("z".into(), KeyError::NotMultikey),
        ("z1".into(), KeyError::NotMultikey),
        ("é".into(), KeyError::NotMultikey),
        ("z0OIl".into(), KeyError::NotMultikey),
        (good.replacen('u', "m", 1), KeyError::NotMultikey),
        (format!("{good}=="), KeyError::NotMultikey),
        ("z".repeat(1501), KeyError::TooLong),
        // secp256k1, and nothing that is known.
        (with(&[&[0xe7, 1], point].concat()), KeyError::Unsupported),
        (with(&[0, 0, 0]), KeyError::Unsupported),
        (with(&[&[0x80, 0x26], point].concat()), KeyError::PrivateKey),
        (
            with(&[&[0xed, 1], &point[1..]].concat()),
            KeyError::Malformed,
        ),
        (
            with(&[&[0xed, 1], &[0; 32][..]].concat()),
            KeyError::SmallOrder,
        ),
        (
            with(&[&[0x80, 0x24, 5], &[1; 32][..]].concat()),
            KeyError::Malformed,
        ),
        // An uncompressed point, and one of the other curve.
        (
            with(&[&[0x81, 0x24], &p384[23..]].concat()),
            KeyError::Malformed,
        ),
        (
            with(&[&[0x80, 0x24, 2], &p384[24..72]].concat()),
            KeyError::Malformed,
        ),
        (with(&[0x85, 0x24, 0x30, 0]), KeyError::Malformed),
    ] {
        assert_eq!(VerifyingKey::from_multikey(&text), Err(expected), "{text}");
    }
}

#[test]
fn an_ecdsa_point_that_is_none_is_refused() {
    let good = public_der(p256());
    let with = |change: fn(&mut Vec<u8>)| {
        let mut der = good.clone();
        change(&mut der);
        refused(&pem("PUBLIC KEY", &der))
    };
    for change in [
        // Not on the curve.
        (|der| der[90] ^= 1) as fn(&mut Vec<u8>),
        // The other curve, as its identifier says.
        |der| der[13..23].copy_from_slice(&[6, 5, 0x2b, 0x81, 4, 0, 0x22, 3, 0x42, 0]),
        // Not an uncompressed point.
        |der| der[26] = 2,
        |der| der[26] = 0,
    ] {
        assert_eq!(with(change), KeyError::Malformed);
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
fn what_is_no_public_key_is_refused_by_name() {
    let spki_der = public_der(rsa());
    let good = pem("PUBLIC KEY", &spki_der);
    for (what, pem, expected) in [
        ("nothing", String::new(), KeyError::NotPem),
        (
            "base64 without a frame",
            STANDARD.encode(&spki_der),
            KeyError::NotPem,
        ),
        (
            "a block without an end",
            good.replace("-----END PUBLIC KEY-----", ""),
            KeyError::NotPem,
        ),
        (
            "a block that ends as another",
            good.replace("END PUBLIC", "END PRIVATE"),
            KeyError::NotPem,
        ),
        (
            "base64 with a character that is none",
            good.replacen('\n', "\n*", 1),
            KeyError::NotPem,
        ),
        (
            "a private key in an actor",
            rsa().to_pem().unwrap(),
            KeyError::PrivateKey,
        ),
        (
            "an Ed25519 private key in an actor",
            ed25519().to_pem().unwrap(),
            KeyError::PrivateKey,
        ),
        (
            "a PKCS#1 private key in an actor",
            pem("RSA PRIVATE KEY", &der(rsa())[26..]),
            KeyError::PrivateKey,
        ),
        (
            "an encrypted private key in an actor",
            pem("ENCRYPTED PRIVATE KEY", &[0]),
            KeyError::PrivateKey,
        ),
        (
            "a private key under the label of a public one",
            pem("PUBLIC KEY", &der(rsa())),
            KeyError::Malformed,
        ),
        (
            "a certificate",
            pem("CERTIFICATE", &spki_der),
            KeyError::Unsupported,
        ),
        (
            "two blocks",
            format!("{good}{good}"),
            KeyError::SeveralBlocks,
        ),
        ("fifty blocks", good.repeat(30), KeyError::SeveralBlocks),
        (
            "a megabyte",
            pem("PUBLIC KEY", &vec![0; 700_000]),
            KeyError::TooLong,
        ),
        ("no DER", pem("PUBLIC KEY", b"hello"), KeyError::Malformed),
        (
            "bytes after the key",
            pem("PUBLIC KEY", &[&spki_der[..], &[0]].concat()),
            KeyError::Malformed,
        ),
        (
            "a key cut short",
            pem("PUBLIC KEY", &spki_der[..spki_der.len() - 1]),
            KeyError::Malformed,
        ),
        (
            "an elliptic curve of another kind",
            pem(
                "PUBLIC KEY",
                &element(
                    0x30,
                    &element(
                        0x30,
                        // 1.3.132.0.10, secp256k1.
                        &[
                            element(6, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1]),
                            element(6, &[0x2b, 0x81, 4, 0, 10]),
                        ]
                        .concat(),
                    ),
                ),
            ),
            KeyError::Unsupported,
        ),
    ] {
        assert_eq!(refused(&pem), expected, "{what}");
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
fn an_ed25519_point_of_small_order_is_refused() {
    let spki = |point: &[u8]| {
        [
            &[0x30, 42, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 33, 0][..],
            point,
        ]
        .concat()
    };
    let mut point = [0; 32];
    assert_eq!(
        refused(&pem("PUBLIC KEY", &spki(&point))),
        KeyError::SmallOrder
    );
    point[0] = 1;
    assert_eq!(
        refused(&pem("PUBLIC KEY", &spki(&point))),
        KeyError::SmallOrder
    );
}

#[test]
fn an_ed25519_signature_has_one_spelling() {
    // The order of the group, added to the second half of a signature, gives the same equation.
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut request = Request::get("https://example.org/").body(b"").unwrap();
    Signer::new("k", ed25519().clone())
        .unwrap()
        .sign(&mut request, now())
        .unwrap();
    let field = request.headers()["signature"].to_str().unwrap().to_owned();
    let (start, signature) = field.split_once("signature=\"").unwrap();
    let mut bytes = STANDARD.decode(signature.trim_end_matches('"')).unwrap();
    let mut carry = 0;
    for (byte, order) in bytes[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        (*byte, carry) = (sum as u8, sum >> 8);
    }
    let other = format!("{start}signature=\"{}\"", STANDARD.encode(bytes));
    let policy = Policy::fediverse().authorities(["example.org"]);
    let check = |field: &str| {
        let mut request = request.clone();
        request
            .headers_mut()
            .insert("signature", field.parse().unwrap());
        let claim = policy.read(request, now()).unwrap();
        claim
            .check(&ed25519().verifying_key())
            .map(drop)
            .map_err(|refused| refused.error().reason())
    };
    assert_eq!(check(&field), Ok(()));
    assert_eq!(check(&other), Err(Reason::SignatureMismatch));
}

#[test]
fn what_is_no_private_key_is_refused_by_name() {
    let public = rsa().verifying_key().to_pem();
    for (what, pem, expected) in [
        ("a public key", public.clone(), KeyError::PublicKey),
        (
            "an encrypted key",
            pem("ENCRYPTED PRIVATE KEY", &[0]),
            KeyError::Encrypted,
        ),
        (
            "a key encrypted in the old way",
            pem("RSA PRIVATE KEY", &[0]).replacen(
                '\n',
                "\nProc-Type: 4,ENCRYPTED\nDEK-Info: X,1\n\n",
                1,
            ),
            KeyError::Encrypted,
        ),
        (
            "a key and its certificate",
            format!("{}{public}", rsa().to_pem().unwrap()),
            KeyError::SeveralBlocks,
        ),
        (
            "a key cut short",
            pem("PRIVATE KEY", &der(rsa())[..600]),
            KeyError::Malformed,
        ),
        (
            "an SSH key",
            pem("OPENSSH PRIVATE KEY", &[0]),
            KeyError::Unsupported,
        ),
    ] {
        assert_eq!(SigningKey::from_pem(&pem).unwrap_err(), expected, "{what}");
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
