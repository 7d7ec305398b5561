//! As much DER as it takes to see which key this is and whether its numbers may be used, before a backend sees them, and
//! to write it again.

use zeroize::Zeroizing;

use crate::crypto::{RsaPrivateNumbers, RsaPublicNumbers};
use crate::error::KeyError;
use crate::key::KeyAlgorithm;

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const NULL: u8 = 0x05;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
/// `[0]`, `[1]` and `[2]`, around another element or in place of its tag.
const CONSTRUCTED_0: u8 = 0xa0;
const CONSTRUCTED_1: u8 = 0xa1;
const CONSTRUCTED_2: u8 = 0xa2;
const PRIMITIVE_1: u8 = 0x81;

/// 1.2.840.113549.1.1.1
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// 1.2.840.113549.1.1.10
const RSASSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
/// 1.2.840.113549.1.1.8
const MGF1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08];
/// 2.16.840.1.101.3.4.2.3
const SHA512: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03];
/// 1.2.840.10045.2.1
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// 1.2.840.10045.3.1.7
const SECP256R1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
/// 1.3.132.0.34
const SECP384R1: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
/// 1.3.101.112
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

/// Longest DER that is looked at, in bytes: an RSA private key of 8192 bits has less than 5000.
const LONGEST: usize = 16 * 1024;

/// What the bytes are the encoding of.
pub(super) enum Encoding {
    SubjectPublicKeyInfo,
    RsaPublicKey,
    PrivateKeyInfo,
    RsaPrivateKey,
    EcPrivateKey,
    EncryptedPrivateKeyInfo,
}

/// Tells the encodings apart by the elements that they start with.
pub(super) fn encoding(der: &[u8]) -> Result<Encoding, KeyError> {
    if der.len() > LONGEST {
        return Err(KeyError::TooLong);
    }
    let mut key = Reader(Reader(der).element(SEQUENCE)?);
    if key.optional(SEQUENCE)?.is_some() {
        return match key.optional(OCTET_STRING)? {
            Some(_) => Ok(Encoding::EncryptedPrivateKeyInfo),
            None => Ok(Encoding::SubjectPublicKeyInfo),
        };
    }
    key.element(INTEGER)?;
    match key.0.first() {
        Some(&SEQUENCE) => Ok(Encoding::PrivateKeyInfo),
        Some(&OCTET_STRING) => Ok(Encoding::EcPrivateKey),
        _ => {
            key.element(INTEGER)?;
            match key.0 {
                [] => Ok(Encoding::RsaPublicKey),
                _ => Ok(Encoding::RsaPrivateKey),
            }
        }
    }
}

/// `SubjectPublicKeyInfo` (RFC 5280, section 4.1): the algorithm and the bits of the key.
pub(super) fn public_key(der: &[u8]) -> Result<(KeyAlgorithm, &[u8]), KeyError> {
    let mut outer = Reader(der);
    let mut info = Reader(outer.element(SEQUENCE)?);
    outer.end()?;
    let algorithm = algorithm(info.element(SEQUENCE)?)?;
    let bits = info.element(BIT_STRING)?;
    info.end()?;
    Ok((algorithm, whole_bytes(bits)?))
}

/// A private key, out of its wrapping.
pub(crate) struct PrivateKey<'a> {
    pub(crate) algorithm: KeyAlgorithm,
    /// An `RSAPrivateKey`, the seed of an Ed25519 key or the scalar of an ECDSA key.
    pub(crate) key: &'a [u8],
    /// The public key, if it was given: what a `SubjectPublicKeyInfo` would have in its bits.
    pub(crate) public: Option<&'a [u8]>,
}

/// `PrivateKeyInfo` (RFC 5208, section 5), or `OneAsymmetricKey` (RFC 5958, section 2), which has the public key too.
pub(crate) fn private_key(der: &[u8]) -> Result<PrivateKey<'_>, KeyError> {
    let mut outer = Reader(der);
    let mut info = Reader(outer.element(SEQUENCE)?);
    outer.end()?;
    let with_public_key = match info.element(INTEGER)? {
        [0] => false,
        [1] => true,
        _ => return Err(KeyError::Malformed),
    };
    let algorithm = algorithm(info.element(SEQUENCE)?)?;
    let octets = info.element(OCTET_STRING)?;
    // Attributes say nothing about the key itself.
    info.optional(CONSTRUCTED_0)?;
    let given = match info.optional(PRIMITIVE_1)? {
        Some(bits) if with_public_key => Some(whole_bytes(bits)?),
        Some(_) => return Err(KeyError::Malformed),
        None => None,
    };
    info.end()?;
    let mut key = match algorithm {
        KeyAlgorithm::Rsa | KeyAlgorithm::RsaPss => PrivateKey {
            algorithm,
            key: octets,
            public: None,
        },
        KeyAlgorithm::Ed25519 => {
            // RFC 8410, section 7: a string of octets in the string of octets.
            let mut outer = Reader(octets);
            let key = outer.element(OCTET_STRING)?;
            outer.end()?;
            PrivateKey {
                algorithm,
                key,
                public: None,
            }
        }
        KeyAlgorithm::EcdsaP256 | KeyAlgorithm::EcdsaP384 => {
            let key = ec_private_key(octets)?;
            if key.algorithm != algorithm {
                return Err(KeyError::Malformed);
            }
            key
        }
    };
    key.public = key.public.or(given);
    Ok(key)
}

/// `ECPrivateKey` (RFC 5915, section 3).
pub(super) fn ec_private_key(der: &[u8]) -> Result<PrivateKey<'_>, KeyError> {
    let mut outer = Reader(der);
    let mut info = Reader(outer.element(SEQUENCE)?);
    outer.end()?;
    if info.element(INTEGER)? != [1] {
        return Err(KeyError::Malformed);
    }
    let key = info.element(OCTET_STRING)?;
    let algorithm = match info.optional(CONSTRUCTED_0)? {
        Some(parameters) => {
            let mut parameters = Reader(parameters);
            let curve = curve(parameters.element(OBJECT_IDENTIFIER)?)?;
            parameters.end()?;
            curve
        }
        None if key.len() == 32 => KeyAlgorithm::EcdsaP256,
        None => KeyAlgorithm::EcdsaP384,
    };
    let public = match info.optional(CONSTRUCTED_1)? {
        Some(public) => {
            let mut public = Reader(public);
            let bits = public.element(BIT_STRING)?;
            public.end()?;
            Some(whole_bytes(bits)?)
        }
        None => None,
    };
    info.end()?;
    Ok(PrivateKey {
        algorithm,
        key,
        public,
    })
}

/// `RSAPublicKey` (RFC 8017, appendix A.1.1).
pub(super) fn rsa_public_numbers(der: &[u8]) -> Result<RsaPublicNumbers<'_>, KeyError> {
    let mut outer = Reader(der);
    let mut key = Reader(outer.element(SEQUENCE)?);
    outer.end()?;
    let numbers = RsaPublicNumbers {
        pkcs1: der,
        modulus: key.positive()?,
        exponent: key.positive()?,
    };
    key.end()?;
    Ok(numbers)
}

/// `RSAPrivateKey` (RFC 8017, appendix A.1.2) of two primes.
pub(super) fn rsa_private_numbers(der: &[u8]) -> Result<RsaPrivateNumbers<'_>, KeyError> {
    let mut outer = Reader(der);
    let mut key = Reader(outer.element(SEQUENCE)?);
    outer.end()?;
    if key.element(INTEGER)? != [0] {
        return Err(KeyError::Malformed);
    }
    let numbers = RsaPrivateNumbers {
        pkcs1: der,
        modulus: key.positive()?,
        exponent: key.positive()?,
        private_exponent: key.positive()?,
        primes: [key.positive()?, key.positive()?],
        exponents: [key.positive()?, key.positive()?],
        coefficient: key.positive()?,
    };
    key.end()?;
    Ok(numbers)
}

/// Writes a `SubjectPublicKeyInfo`.
pub(super) fn spki(algorithm: KeyAlgorithm, key: &[u8]) -> Vec<u8> {
    let bits = element(BIT_STRING, &[&[0], key]);
    element(SEQUENCE, &[&identifier(algorithm), &bits]).to_vec()
}

/// Writes a `PrivateKeyInfo`, with the parts that OpenSSL writes.
pub(super) fn pkcs8(algorithm: KeyAlgorithm, key: &[u8], public: &[u8]) -> Zeroizing<Vec<u8>> {
    let octets = match algorithm {
        KeyAlgorithm::Rsa | KeyAlgorithm::RsaPss => element(OCTET_STRING, &[key]),
        KeyAlgorithm::Ed25519 => element(OCTET_STRING, &[&element(OCTET_STRING, &[key])]),
        KeyAlgorithm::EcdsaP256 | KeyAlgorithm::EcdsaP384 => {
            let scalar = element(OCTET_STRING, &[key]);
            let public = element(CONSTRUCTED_1, &[&element(BIT_STRING, &[&[0], public])]);
            let key = element(SEQUENCE, &[&[INTEGER, 1, 1], &scalar, &public]);
            element(OCTET_STRING, &[&key])
        }
    };
    element(
        SEQUENCE,
        &[&[INTEGER, 1, 0], &identifier(algorithm), &octets],
    )
}

/// Writes an `RSAPublicKey`.
pub(super) fn rsa_public_key(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    element(SEQUENCE, &[&positive(modulus), &positive(exponent)]).to_vec()
}

/// Writes an `RSAPrivateKey`.
#[cfg(feature = "jwk")]
pub(super) fn rsa_private_key(numbers: &RsaPrivateNumbers<'_>) -> Zeroizing<Vec<u8>> {
    let [p, q] = numbers.primes.map(positive);
    let [dp, dq] = numbers.exponents.map(positive);
    let parts: [&[u8]; 9] = [
        &[INTEGER, 1, 0],
        &positive(numbers.modulus),
        &positive(numbers.exponent),
        &positive(numbers.private_exponent),
        &p,
        &q,
        &dp,
        &dq,
        &positive(numbers.coefficient),
    ];
    element(SEQUENCE, &parts)
}

/// Refuses RSA keys that are too weak to trust, too big to afford, or no RSA keys at all.
pub(super) fn check_rsa(modulus: &[u8], exponent: &[u8]) -> Result<(), KeyError> {
    let bits = bits(modulus);
    if !(2048..=8192).contains(&bits) {
        return Err(KeyError::RsaSize { bits });
    }
    let odd = |number: &[u8]| number.last().is_some_and(|byte| byte & 1 == 1);
    if !odd(modulus) || !odd(exponent) || !(2..=33).contains(&self::bits(exponent)) {
        return Err(KeyError::RsaNumbers);
    }
    Ok(())
}

/// Refuses what is no spelling of a point of Ed25519 that may be used (RFC 8032, section 5.1.3).
pub(super) fn check_ed25519(point: &[u8]) -> Result<&[u8; 32], KeyError> {
    let point: &[u8; 32] = point.try_into().map_err(|_| KeyError::Malformed)?;
    if small_order(point) {
        return Err(KeyError::SmallOrder);
    }
    let [first, middle @ .., last] = point;
    let beyond_the_field = *first >= 0xed && *middle == [0xff; 30] && last & 0x7f == 0x7f;
    if beyond_the_field {
        return Err(KeyError::Malformed);
    }
    Ok(point)
}

/// Whether an Ed25519 point has the order 1, 2, 4 or 8: for those, one signature fits many messages.
pub(super) fn small_order(point: &[u8; 32]) -> bool {
    // The y coordinates of those points, in every spelling that decodes to them; the top bit is the sign of x.
    const P: u8 = 0xed;
    const SMALL: [(u8, [u8; 30], u8); 7] = [
        (0x00, [0x00; 30], 0x00),
        (0x01, [0x00; 30], 0x00),
        (P - 1, [0xff; 30], 0x7f),
        (P, [0xff; 30], 0x7f),
        (P + 1, [0xff; 30], 0x7f),
        (
            0x26,
            [
                0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
                0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d,
                0x53, 0xfc,
            ],
            0x05,
        ),
        (
            0xc7,
            [
                0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
                0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92,
                0xac, 0x03,
            ],
            0x7a,
        ),
    ];
    let [first, middle @ .., last] = point;
    SMALL
        .iter()
        .any(|(low, between, high)| (first, middle, last & 0x7f) == (low, between, *high))
}

/// How many bits a number has that starts with no zero byte.
pub(super) fn bits(number: &[u8]) -> usize {
    number
        .first()
        .map_or(0, |first| 8 * number.len() - first.leading_zeros() as usize)
}

/// `AlgorithmIdentifier` (RFC 5280, section 4.1.1.2).
fn algorithm(identifier: &[u8]) -> Result<KeyAlgorithm, KeyError> {
    let mut identifier = Reader(identifier);
    let algorithm = match identifier.element(OBJECT_IDENTIFIER)? {
        RSA_ENCRYPTION => {
            // RFC 3279, section 2.3.1, demands it; not everybody writes it.
            identifier.optional(NULL)?;
            KeyAlgorithm::Rsa
        }
        RSASSA_PSS => {
            if let Some(parameters) = identifier.optional(SEQUENCE)? {
                check_pss(parameters).map_err(|_| KeyError::PssParameters)?;
            }
            KeyAlgorithm::RsaPss
        }
        ED25519 => KeyAlgorithm::Ed25519,
        EC_PUBLIC_KEY => curve(identifier.element(OBJECT_IDENTIFIER)?)?,
        _ => return Err(KeyError::Unsupported),
    };
    identifier.end()?;
    Ok(algorithm)
}

fn curve(identifier: &[u8]) -> Result<KeyAlgorithm, KeyError> {
    match identifier {
        SECP256R1 => Ok(KeyAlgorithm::EcdsaP256),
        SECP384R1 => Ok(KeyAlgorithm::EcdsaP384),
        _ => Err(KeyError::Unsupported),
    }
}

/// Refuses `RSASSA-PSS-params` (RFC 4055, section 3.1) other than SHA-512, MGF1 with SHA-512 and a salt of 64 bytes. What
/// is absent there has a default, and it is another one.
fn check_pss(parameters: &[u8]) -> Result<(), KeyError> {
    let sha512 = |identifier: &[u8]| {
        let mut identifier = Reader(identifier);
        let right = identifier.element(OBJECT_IDENTIFIER)? == SHA512;
        identifier.optional(NULL)?;
        identifier.end()?;
        right.then_some(()).ok_or(KeyError::PssParameters)
    };
    let mut parameters = Reader(parameters);
    let mut hash = Reader(parameters.element(CONSTRUCTED_0)?);
    sha512(hash.element(SEQUENCE)?)?;
    hash.end()?;
    let mut mask = Reader(parameters.element(CONSTRUCTED_1)?);
    let mut generation = Reader(mask.element(SEQUENCE)?);
    mask.end()?;
    let mgf1 = generation.element(OBJECT_IDENTIFIER)? == MGF1;
    sha512(generation.element(SEQUENCE)?)?;
    generation.end()?;
    let salt = parameters.element(CONSTRUCTED_2)? == [INTEGER, 1, 64];
    parameters.end()?;
    (mgf1 && salt).then_some(()).ok_or(KeyError::PssParameters)
}

/// Writes an `AlgorithmIdentifier`.
fn identifier(algorithm: KeyAlgorithm) -> Zeroizing<Vec<u8>> {
    let name = |name: &[u8]| element(OBJECT_IDENTIFIER, &[name]);
    match algorithm {
        KeyAlgorithm::Rsa => element(SEQUENCE, &[&name(RSA_ENCRYPTION), &[NULL, 0]]),
        KeyAlgorithm::RsaPss => element(SEQUENCE, &[&name(RSASSA_PSS)]),
        KeyAlgorithm::Ed25519 => element(SEQUENCE, &[&name(ED25519)]),
        KeyAlgorithm::EcdsaP256 => element(SEQUENCE, &[&name(EC_PUBLIC_KEY), &name(SECP256R1)]),
        KeyAlgorithm::EcdsaP384 => element(SEQUENCE, &[&name(EC_PUBLIC_KEY), &name(SECP384R1)]),
    }
}

/// Writes an element; the parts of its content may be those of a private key.
fn element(tag: u8, parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let bytes = length.to_be_bytes();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let significant = bytes.get(zeros..).unwrap_or_default();
    // As much as is needed at once, so that no copy is left behind.
    let mut der = Vec::with_capacity(length + 2 + bytes.len());
    der.push(tag);
    match u8::try_from(length) {
        Ok(length @ 0..=0x7f) => der.push(length),
        _ => {
            // A length of a length is at most 8.
            der.push(0x80 | u8::try_from(significant.len()).unwrap_or_default());
            der.extend_from_slice(significant);
        }
    }
    for part in parts {
        der.extend_from_slice(part);
    }
    Zeroizing::new(der)
}

/// Writes a number above zero that starts with no zero byte.
fn positive(number: &[u8]) -> Zeroizing<Vec<u8>> {
    match number {
        [0x80..=0xff, ..] => element(INTEGER, &[&[0], number]),
        _ => element(INTEGER, &[number]),
    }
}

/// The content of a bit string that has no unused bits.
fn whole_bytes(bits: &[u8]) -> Result<&[u8], KeyError> {
    match bits.split_first() {
        Some((0, bytes)) => Ok(bytes),
        _ => Err(KeyError::Malformed),
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// The content of the next element, which must have this tag and a length in its shortest form.
    fn element(&mut self, tag: u8) -> Result<&'a [u8], KeyError> {
        let (length, rest) = match self.0 {
            [found, length @ 0..=0x7f, rest @ ..] if *found == tag => (usize::from(*length), rest),
            [found, 0x81, length @ 0x80..=0xff, rest @ ..] if *found == tag => {
                (usize::from(*length), rest)
            }
            [found, 0x82, high @ 1..=0xff, low, rest @ ..] if *found == tag => {
                (usize::from(u16::from_be_bytes([*high, *low])), rest)
            }
            _ => return Err(KeyError::Malformed),
        };
        let (content, rest) = rest.split_at_checked(length).ok_or(KeyError::Malformed)?;
        self.0 = rest;
        Ok(content)
    }

    /// The next element as a number above zero, without the zero byte that keeps it positive.
    fn positive(&mut self) -> Result<&'a [u8], KeyError> {
        match self.element(INTEGER)? {
            [0, number @ ..] if number.first().is_some_and(|byte| *byte >= 0x80) => Ok(number),
            number @ [1..=0x7f, ..] => Ok(number),
            _ => Err(KeyError::Malformed),
        }
    }

    /// The content of the next element, if there is one with this tag.
    fn optional(&mut self, tag: u8) -> Result<Option<&'a [u8]>, KeyError> {
        if self.0.first() == Some(&tag) {
            self.element(tag).map(Some)
        } else {
            Ok(None)
        }
    }

    fn end(self) -> Result<(), KeyError> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(KeyError::Malformed)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rsa_numbers_are_held_to_their_limits() {
        let number = |bytes: usize, first: u8, last: u8| {
            let mut number = vec![0; bytes];
            number[0] = first;
            number[bytes - 1] |= last;
            number
        };
        let e = &[1, 0, 1][..];
        assert_eq!(check_rsa(&number(256, 0x80, 1), e), Ok(()));
        assert_eq!(check_rsa(&number(1024, 0x80, 1), e), Ok(()));
        assert_eq!(
            check_rsa(&number(256, 0x7f, 1), e),
            Err(KeyError::RsaSize { bits: 2047 })
        );
        assert_eq!(
            check_rsa(&number(1025, 0x01, 1), e),
            Err(KeyError::RsaSize { bits: 8193 })
        );
        assert_eq!(
            check_rsa(&number(2048, 0x80, 1), e),
            Err(KeyError::RsaSize { bits: 16384 })
        );
        assert_eq!(
            check_rsa(&number(256, 0x80, 0), e),
            Err(KeyError::RsaNumbers)
        );
        let modulus = number(256, 0x80, 1);
        assert_eq!(check_rsa(&modulus, &[3]), Ok(()));
        assert_eq!(check_rsa(&modulus, &number(5, 1, 1)), Ok(()));
        for exponent in [&[1][..], &[2], &[4], &number(5, 2, 1), &number(4096, 1, 1)] {
            assert_eq!(check_rsa(&modulus, exponent), Err(KeyError::RsaNumbers));
        }
    }

    #[test]
    fn points_of_small_order_are_refused_with_either_sign() {
        let mut point = [0; 32];
        point[0] = 1;
        assert_eq!(check_ed25519(&point), Err(KeyError::SmallOrder));
        point[31] = 0x80;
        assert_eq!(check_ed25519(&point), Err(KeyError::SmallOrder));
        point[5] = 1;
        assert!(check_ed25519(&point).is_ok());
        // The field has 2^255 - 19 numbers.
        let mut beyond = [0xff; 32];
        beyond[31] = 0x7f;
        for (first, expected) in [
            (0xeb, None),
            (0xec, Some(KeyError::SmallOrder)),
            (0xed, Some(KeyError::SmallOrder)),
            (0xee, Some(KeyError::SmallOrder)),
            (0xef, Some(KeyError::Malformed)),
            (0xff, Some(KeyError::Malformed)),
        ] {
            beyond[0] = first;
            assert_eq!(check_ed25519(&beyond).err(), expected, "{first}");
        }
        assert_eq!(check_ed25519(&point[1..]), Err(KeyError::Malformed));
    }

    #[test]
    fn lengths_in_der_have_one_spelling_and_stay_inside() {
        assert_eq!(Reader(&[2, 1, 5]).element(INTEGER), Ok(&[5][..]));
        for der in [
            &[2, 0x81, 1, 5][..],
            &[2, 0x82, 0, 1, 5],
            &[2, 0x80, 5, 0, 0],
            &[2, 2, 5],
            &[2],
            &[],
            &[2, 0x83, 0, 0, 1, 5],
            &[3, 1, 5],
        ] {
            assert_eq!(
                Reader(der).element(INTEGER),
                Err(KeyError::Malformed),
                "{der:?}"
            );
        }
    }
}
