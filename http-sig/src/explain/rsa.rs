//! What an RSA signature says by itself: with which hash it was made, and over which.
//!
//! An RSA key turns the signature back into the padded hash that was signed. So one knows for certain whether this is the
//! key, and can look for the text with nothing but hashes. All numbers here are public.

use num_bigint::BigUint;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use crate::key::{SignatureAlgorithm, VerifyingKey};

/// What was found below the padding.
pub(super) enum Recovered {
    /// RSASSA-PKCS1-v1_5 over this hash.
    Pkcs1 { hash: Hash, value: Vec<u8> },
    /// RSASSA-PSS with this hash and so many bytes of salt; over what it does not tell.
    Pss { hash: Hash, salt: usize },
    /// Not made with this key.
    OtherKey,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Hash {
    Md5,
    Sha1,
    Sha256,
    Sha384,
    Sha512,
    /// The hash itself, without the structure that names its kind.
    Bare,
}

impl Hash {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
            Self::Bare => "a hash without its name",
        }
    }

    pub(super) fn algorithm(self) -> Option<SignatureAlgorithm> {
        match self {
            Self::Sha256 => Some(SignatureAlgorithm::RsaSha256),
            Self::Sha512 => Some(SignatureAlgorithm::RsaSha512),
            _ => None,
        }
    }

    /// Whether `value` is this hash of the text. Of hashes that nobody should use it is not known.
    pub(super) fn is_of(self, value: &[u8], text: &[u8]) -> bool {
        match (self, value.len()) {
            (Self::Sha256 | Self::Bare, 32) => Sha256::digest(text).as_slice() == value,
            (Self::Sha384 | Self::Bare, 48) => Sha384::digest(text).as_slice() == value,
            (Self::Sha512 | Self::Bare, 64) => Sha512::digest(text).as_slice() == value,
            _ => false,
        }
    }

    /// RFC 8017, section 9.2, note 1: what stands before the hash.
    const DIGEST_INFOS: [(Self, &[u8]); 5] = [
        (
            Self::Md5,
            &[
                0x30, 0x20, 0x30, 0x0c, 6, 8, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 5, 5, 0, 4, 16,
            ],
        ),
        (
            Self::Sha1,
            &[
                0x30, 0x21, 0x30, 9, 6, 5, 0x2b, 0x0e, 3, 2, 0x1a, 5, 0, 4, 20,
            ],
        ),
        (
            Self::Sha256,
            &[
                0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 32,
            ],
        ),
        (
            Self::Sha384,
            &[
                0x30, 0x41, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2, 5, 0, 4, 48,
            ],
        ),
        (
            Self::Sha512,
            &[
                0x30, 0x51, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3, 5, 0, 4, 64,
            ],
        ),
    ];
}

/// Turns a signature back; `None` if the key is no RSA key.
pub(super) fn recover(key: &VerifyingKey, signature: &[u8]) -> Option<Recovered> {
    let (modulus, exponent) = key.rsa_numbers()?;
    if signature.len() != modulus.len() {
        return Some(Recovered::OtherKey);
    }
    let padded = power(signature, exponent, modulus);
    let top_bits = modulus.first().map_or(0, |first| first.leading_zeros());
    let recovered = pkcs1(&padded).or_else(|| pss(&padded, top_bits));
    Some(recovered.unwrap_or(Recovered::OtherKey))
}

/// RFC 8017, section 9.2.
fn pkcs1(padded: &[u8]) -> Option<Recovered> {
    let rest = padded.strip_prefix(&[0, 1])?;
    let end = rest.iter().position(|byte| *byte != 0xff)?;
    let rest = rest.get(end..)?.strip_prefix(&[0])?;
    // Less is what chance gives to one number in many millions.
    if end < 8 {
        return None;
    }
    let named = Hash::DIGEST_INFOS.iter().find_map(|(hash, start)| {
        let value = rest.strip_prefix(*start)?;
        Some((*hash, value))
    });
    let (hash, value) = named.unwrap_or((Hash::Bare, rest));
    Some(Recovered::Pkcs1 {
        hash,
        value: value.to_vec(),
    })
}

/// RFC 8017, section 9.1.2, but for the comparison with the message.
fn pss(padded: &[u8], top_bits: u32) -> Option<Recovered> {
    // The modulus has one bit more than the padded hash.
    let unused = top_bits + 1;
    let (padded, unused) = if unused == 8 {
        (padded.strip_prefix(&[0])?, 0)
    } else {
        (padded, unused)
    };
    let padded = padded.strip_suffix(&[0xbc])?;
    [Hash::Sha512, Hash::Sha256, Hash::Sha384]
        .into_iter()
        .find_map(|hash| {
            let length = match hash {
                Hash::Sha512 => 64,
                Hash::Sha384 => 48,
                _ => 32,
            };
            let (masked, seed) = padded.split_at_checked(padded.len().checked_sub(length)?)?;
            let mask = mask(hash, seed, masked.len());
            let mut block: Vec<u8> = masked.iter().zip(mask).map(|(a, b)| a ^ b).collect();
            let first = block.first_mut()?;
            *first &= 0xff_u8 >> unused;
            let zeros = block.iter().position(|byte| *byte != 0)?;
            let salt = block.get(zeros..)?.strip_prefix(&[1])?.len();
            // Fewer zeros than this may come by chance.
            (zeros >= 8).then_some(Recovered::Pss { hash, salt })
        })
}

/// MGF1 (RFC 8017, appendix B.2.1).
fn mask(hash: Hash, seed: &[u8], length: usize) -> Vec<u8> {
    let mut mask = Vec::with_capacity(length + 64);
    let mut counter = 0_u32;
    while mask.len() < length {
        let text = [seed, &counter.to_be_bytes()].concat();
        match hash {
            Hash::Sha512 => mask.extend_from_slice(&Sha512::digest(&text)),
            Hash::Sha384 => mask.extend_from_slice(&Sha384::digest(&text)),
            _ => mask.extend_from_slice(&Sha256::digest(&text)),
        }
        counter += 1;
    }
    mask
}

/// `base` to the power of `exponent` modulo `modulus`, all big-endian, in as many bytes as the modulus. The caller has seen to
/// it that the modulus has at most 8192 bits and the exponent at most 33.
fn power(base: &[u8], exponent: &[u8], modulus: &[u8]) -> Vec<u8> {
    let [base, exponent, n] = [base, exponent, modulus].map(BigUint::from_bytes_be);
    let power = base.modpow(&exponent, &n).to_bytes_be();
    let zeros = modulus.len().saturating_sub(power.len());
    [&vec![0; zeros], &power[..]].concat()
}
