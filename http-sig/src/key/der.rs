//! As much DER as it takes to see which key this is and whether its numbers may be used, before a backend sees it.

use crate::error::KeyError;
use crate::key::KeyAlgorithm;

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;

/// 1.2.840.113549.1.1.1
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// 1.2.840.10045.2.1
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// 1.2.840.10045.3.1.7
const SECP256R1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
/// 1.3.132.0.34
const SECP384R1: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
/// 1.3.101.112
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

/// `SubjectPublicKeyInfo` (RFC 5280, section 4.1): the algorithm and the bits of the key.
pub(super) fn public_key(der: &[u8]) -> Result<(KeyAlgorithm, &[u8]), KeyError> {
    let mut outer = Reader(der);
    let mut info = Reader(outer.element(SEQUENCE)?);
    outer.end()?;
    let algorithm = algorithm(info.element(SEQUENCE)?)?;
    let bits = info.element(BIT_STRING)?;
    info.end()?;
    match bits.split_first() {
        Some((0, key)) => Ok((algorithm, key)),
        _ => Err(KeyError::Malformed),
    }
}

/// `PrivateKeyInfo` (RFC 5208, section 5): the algorithm and the octets of the key.
pub(super) fn private_key(der: &[u8]) -> Result<(KeyAlgorithm, &[u8]), KeyError> {
    let mut outer = Reader(der);
    let mut info = Reader(outer.element(SEQUENCE)?);
    outer.end()?;
    info.element(INTEGER)?;
    let algorithm = algorithm(info.element(SEQUENCE)?)?;
    Ok((algorithm, info.element(OCTET_STRING)?))
}

/// `RSAPublicKey` (RFC 8017, appendix A.1.1): modulus and exponent.
pub(super) fn rsa_public_numbers(der: &[u8]) -> Result<(&[u8], &[u8]), KeyError> {
    let mut outer = Reader(der);
    let mut key = Reader(outer.element(SEQUENCE)?);
    outer.end()?;
    let numbers = (key.positive()?, key.positive()?);
    key.end()?;
    Ok(numbers)
}

/// `RSAPrivateKey` (RFC 8017, appendix A.1.2): modulus and public exponent.
pub(super) fn rsa_private_numbers(der: &[u8]) -> Result<(&[u8], &[u8]), KeyError> {
    let mut outer = Reader(der);
    let mut key = Reader(outer.element(SEQUENCE)?);
    outer.end()?;
    key.element(INTEGER)?;
    Ok((key.positive()?, key.positive()?))
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

/// Refuses Ed25519 points of order 1, 2, 4 and 8: for those, one signature fits many messages.
pub(super) fn check_ed25519(point: &[u8]) -> Result<&[u8; 32], KeyError> {
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
    let point: &[u8; 32] = point.try_into().map_err(|_| KeyError::Malformed)?;
    let [first, middle @ .., last] = point;
    let small = SMALL
        .iter()
        .any(|(low, between, high)| (first, middle, last & 0x7f) == (low, between, *high));
    if small {
        Err(KeyError::SmallOrder)
    } else {
        Ok(point)
    }
}

/// How many bits a number has that starts with no zero byte.
pub(super) fn bits(number: &[u8]) -> usize {
    number
        .first()
        .map_or(0, |first| 8 * number.len() - first.leading_zeros() as usize)
}

fn algorithm(identifier: &[u8]) -> Result<KeyAlgorithm, KeyError> {
    let mut identifier = Reader(identifier);
    match identifier.element(OBJECT_IDENTIFIER)? {
        RSA_ENCRYPTION => Ok(KeyAlgorithm::Rsa),
        ED25519 => Ok(KeyAlgorithm::Ed25519),
        EC_PUBLIC_KEY => match identifier.element(OBJECT_IDENTIFIER)? {
            SECP256R1 => Ok(KeyAlgorithm::EcdsaP256),
            SECP384R1 => Ok(KeyAlgorithm::EcdsaP384),
            _ => Err(KeyError::Unsupported),
        },
        _ => Err(KeyError::Unsupported),
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
