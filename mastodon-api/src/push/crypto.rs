//! What the library for cryptography does for this module, and all that it does.

use std::sync::Arc;

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::agreement::{self, ECDH_P256, UnparsedPublicKey};
use aws_lc_rs::encoding::{AsBigEndian, EcPrivateKeyBin};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use aws_lc_rs::rand::{self, SystemRandom};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair,
    UnparsedPublicKey as VerifyingKey,
};
use zeroize::Zeroizing;

/// Bytes that a record has more than its plaintext.
pub(super) const TAG: usize = 16;

/// A public key: a point of P-256, uncompressed (X9.62), that lies on the curve.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Point([u8; Self::BYTES]);

impl Point {
    pub(super) const BYTES: usize = 65;

    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let point: [u8; Self::BYTES] = bytes.try_into().ok()?;
        // The library reads other forms of the same length too.
        if point.first() != Some(&4) {
            return None;
        }
        agreement::ParsedPublicKey::try_from(UnparsedPublicKey::new(&ECDH_P256, point)).ok()?;
        Some(Self(point))
    }

    pub(super) fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }

    /// ES256 (RFC 7518, section 3.4).
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        VerifyingKey::new(&ECDSA_P256_SHA256_FIXED, self.0)
            .verify(message, signature)
            .is_ok()
    }
}

/// A private key of P-256. The library wipes it from memory when it is dropped.
#[derive(Clone)]
pub(super) struct PrivateKey {
    key: Arc<agreement::PrivateKey>,
    point: Point,
}

impl PrivateKey {
    pub(super) fn generate() -> Option<Self> {
        Self::new(agreement::PrivateKey::generate(&ECDH_P256).ok()?)
    }

    /// The number alone (32 bytes), or in the DER of SEC 1 or PKCS#8.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let key = match bytes.len() {
            32 => agreement::PrivateKey::from_private_key(&ECDH_P256, bytes),
            _ => agreement::PrivateKey::from_private_key_der(&ECDH_P256, bytes),
        };
        Self::new(key.ok()?)
    }

    fn new(key: agreement::PrivateKey) -> Option<Self> {
        let point = Point::read(key.compute_public_key().ok()?.as_ref())?;
        Some(Self {
            key: Arc::new(key),
            point,
        })
    }

    pub(super) fn point(&self) -> &Point {
        &self.point
    }

    /// The number, 32 bytes.
    pub(super) fn scalar(&self) -> Option<Zeroizing<Vec<u8>>> {
        let bytes: EcPrivateKeyBin<'_> = self.key.as_be_bytes().ok()?;
        Some(Zeroizing::new(bytes.as_ref().to_vec()))
    }

    pub(super) fn agree(&self, other: &Point) -> Option<Zeroizing<Vec<u8>>> {
        let other = UnparsedPublicKey::new(&ECDH_P256, other.0);
        agreement::agree(&self.key, other, (), |secret| {
            Ok(Zeroizing::new(secret.to_vec()))
        })
        .ok()
    }

    /// ES256 (RFC 7518, section 3.4).
    pub(super) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let pair = EcdsaKeyPair::from_private_key_and_public_key(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            &self.scalar()?,
            &self.point.0,
        );
        let signature = pair.ok()?.sign(&SystemRandom::new(), message).ok()?;
        Some(signature.as_ref().to_vec())
    }
}

/// HKDF with SHA-256 (RFC 5869): `N` bytes, of what was agreed on and the pieces of what they are for.
pub(super) fn derive<const N: usize>(
    salt: &[u8],
    secret: &[u8],
    purpose: &[&[u8]],
) -> Option<Zeroizing<[u8; N]>> {
    let mut derived = Zeroizing::new([0; N]);
    Salt::new(HKDF_SHA256, salt)
        .extract(secret)
        .expand(purpose, Length(N))
        .and_then(|bytes| bytes.fill(derived.as_mut_slice()))
        .ok()?;
    Some(derived)
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// The key of the records of one message (AES-128-GCM), and what their nonces are made of.
pub(super) struct RecordKey {
    key: LessSafeKey,
    nonce: Zeroizing<[u8; NONCE_LEN]>,
}

impl RecordKey {
    pub(super) fn new(key: &[u8; 16], nonce: Zeroizing<[u8; NONCE_LEN]>) -> Option<Self> {
        let key = UnboundKey::new(&AES_128_GCM, key).ok()?;
        Some(Self {
            key: LessSafeKey::new(key),
            nonce,
        })
    }

    /// The plaintext of a record, if it is the one of this number and nobody changed it.
    pub(super) fn open<'a>(&self, number: u64, record: &'a mut [u8]) -> Option<&'a mut [u8]> {
        self.key
            .open_in_place(self.nonce(number), Aad::empty(), record)
            .ok()
    }

    pub(super) fn seal(&self, number: u64, record: &mut Vec<u8>) -> Option<()> {
        self.key
            .seal_in_place_append_tag(self.nonce(number), Aad::empty(), record)
            .ok()
    }

    /// RFC 8188, section 2.3; the draft has the same.
    fn nonce(&self, number: u64) -> Nonce {
        let mut nonce = *self.nonce;
        for (byte, of_number) in nonce.iter_mut().rev().zip(number.to_le_bytes()) {
            *byte ^= of_number;
        }
        Nonce::assume_unique_for_key(nonce)
    }
}

pub(super) fn random<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).ok()?;
    Some(bytes)
}
