//! Keys by the crates `rsa`, `ed25519-dalek`, `p256` and `p384`.

use std::error::Error;
use std::sync::Arc;

use ed25519_dalek::Signer as _;
use rsa::pkcs8::EncodePrivateKey as _;
use rsa::rand_core::OsRng;
use rsa::traits::PrivateKeyParts as _;
use rsa::{BigUint, Pkcs1v15Sign, Pss};
use sha2::{Digest as _, Sha256, Sha512};
use zeroize::Zeroizing;

use crate::crypto::{Cryptography, Curve, PublicKey, RsaPrivateNumbers, RsaPublicNumbers};
use crate::error::KeyError;
use crate::key::{Sign, SignatureAlgorithm, wrong_algorithm};

pub(crate) struct PureRust;

impl Cryptography for PureRust {
    fn rsa_public_key(
        &self,
        numbers: &RsaPublicNumbers<'_>,
    ) -> Result<Arc<dyn PublicKey>, KeyError> {
        let key = rsa::RsaPublicKey::new_with_max_size(
            BigUint::from_bytes_be(numbers.modulus),
            BigUint::from_bytes_be(numbers.exponent),
            8 * numbers.modulus.len(),
        );
        Ok(Arc::new(RsaPublicKey {
            key: key.map_err(|_| KeyError::Malformed)?,
            modulus: numbers.modulus.to_vec(),
        }))
    }

    fn rsa_private_key(&self, numbers: &RsaPrivateNumbers<'_>) -> Result<Arc<dyn Sign>, KeyError> {
        let number = BigUint::from_bytes_be;
        let modulus = number(numbers.modulus);
        let private_exponent = number(numbers.private_exponent);
        if private_exponent >= modulus {
            return Err(KeyError::Malformed);
        }
        let key = rsa::RsaPrivateKey::from_components(
            modulus,
            number(numbers.exponent),
            private_exponent,
            numbers.primes.map(number).to_vec(),
        );
        let key = key.map_err(|_| KeyError::Malformed)?;
        // The crate computes these three anew; other numbers than those are no key.
        let same = |number: Option<&BigUint>, given: &[u8]| {
            number.is_some_and(|number| *Zeroizing::new(number.to_bytes_be()) == given)
        };
        let [first, second] = numbers.exponents;
        if same(key.dp(), first)
            && same(key.dq(), second)
            && same(key.crt_coefficient().as_ref(), numbers.coefficient)
        {
            Ok(Arc::new(RsaPrivateKey(key)))
        } else {
            Err(KeyError::Malformed)
        }
    }

    fn ed25519_public_key(&self, point: &[u8; 32]) -> Result<Arc<dyn PublicKey>, KeyError> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(point);
        Ok(Arc::new(Ed25519PublicKey(key.ok())))
    }

    fn ed25519_private_key(&self, seed: &[u8; 32]) -> Result<(Arc<dyn Sign>, [u8; 32]), KeyError> {
        let key = ed25519_dalek::SigningKey::from_bytes(seed);
        let point = key.verifying_key().to_bytes();
        Ok((Arc::new(Ed25519PrivateKey(key)), point))
    }

    fn ecdsa_public_key(&self, curve: Curve, point: &[u8]) -> Result<Arc<dyn PublicKey>, KeyError> {
        Ok(match curve {
            Curve::P256 => Arc::new(P256PublicKey(p256_public(point)?)),
            Curve::P384 => Arc::new(P384PublicKey(p384_public(point)?)),
        })
    }

    fn ecdsa_private_key(
        &self,
        curve: Curve,
        scalar: &[u8],
    ) -> Result<(Arc<dyn Sign>, Vec<u8>), KeyError> {
        Ok(match curve {
            Curve::P256 => {
                let key = p256::ecdsa::SigningKey::from_slice(scalar);
                let key = key.map_err(|_| KeyError::Malformed)?;
                let point = key.verifying_key().to_sec1_point(false);
                (Arc::new(P256PrivateKey(key)), point.as_bytes().to_vec())
            }
            Curve::P384 => {
                let key = p384::ecdsa::SigningKey::from_slice(scalar);
                let key = key.map_err(|_| KeyError::Malformed)?;
                let point = key.verifying_key().to_sec1_point(false);
                (Arc::new(P384PrivateKey(key)), point.as_bytes().to_vec())
            }
        })
    }

    fn uncompressed(&self, curve: Curve, point: &[u8]) -> Result<Vec<u8>, KeyError> {
        Ok(match curve {
            Curve::P256 => p256_public(point)?.to_sec1_point(false).as_bytes().to_vec(),
            Curve::P384 => p384_public(point)?.to_sec1_point(false).as_bytes().to_vec(),
        })
    }

    fn generate_rsa(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let key = rsa::RsaPrivateKey::new(&mut OsRng, 2048).map_err(|_| KeyError::Backend)?;
        let der = key.to_pkcs8_der().map_err(|_| KeyError::Backend)?;
        Ok(Zeroizing::new(der.as_bytes().to_vec()))
    }

    fn generate_ed25519(&self) -> Result<Zeroizing<[u8; 32]>, KeyError> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut_slice()).map_err(|_| KeyError::Backend)?;
        Ok(seed)
    }

    fn generate_ecdsa(&self, curve: Curve) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let mut scalar = Zeroizing::new(vec![0; curve.bytes()]);
        // One number in four thousand million is zero or beyond the order of P-256, and fewer are of P-384.
        for _ in 0..8 {
            getrandom::fill(&mut scalar).map_err(|_| KeyError::Backend)?;
            if self.ecdsa_private_key(curve, &scalar).is_ok() {
                return Ok(scalar);
            }
        }
        Err(KeyError::Backend)
    }
}

struct RsaPublicKey {
    key: rsa::RsaPublicKey,
    modulus: Vec<u8>,
}

impl PublicKey for RsaPublicKey {
    fn verify(&self, algorithm: SignatureAlgorithm, message: &[u8], signature: &[u8]) -> bool {
        // For PSS the crate does not look whether the number is below the modulus (RFC 8017, section 5.2.2), so that a
        // signature would have a second spelling.
        if signature.len() != self.modulus.len() || signature >= self.modulus.as_slice() {
            return false;
        }
        let outcome = match algorithm {
            SignatureAlgorithm::RsaSha256 => {
                let padding = Pkcs1v15Sign::new::<rsa::sha2::Sha256>();
                self.key
                    .verify(padding, &Sha256::digest(message), signature)
            }
            SignatureAlgorithm::RsaSha512 => {
                let padding = Pkcs1v15Sign::new::<rsa::sha2::Sha512>();
                self.key
                    .verify(padding, &Sha512::digest(message), signature)
            }
            SignatureAlgorithm::RsaPssSha512 => {
                let padding = Pss::new::<rsa::sha2::Sha512>();
                self.key
                    .verify(padding, &Sha512::digest(message), signature)
            }
            _ => return false,
        };
        outcome.is_ok()
    }
}

struct RsaPrivateKey(rsa::RsaPrivateKey);

impl Sign for RsaPrivateKey {
    fn sign(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
    ) -> Result<Vec<u8>, Box<dyn Error + Send + Sync + 'static>> {
        // With a source of randomness the number is blinded before the private exponent touches it.
        let signature = match algorithm {
            SignatureAlgorithm::RsaSha256 => {
                let padding = Pkcs1v15Sign::new::<rsa::sha2::Sha256>();
                self.0
                    .sign_with_rng(&mut OsRng, padding, &Sha256::digest(message))
            }
            SignatureAlgorithm::RsaSha512 => {
                let padding = Pkcs1v15Sign::new::<rsa::sha2::Sha512>();
                self.0
                    .sign_with_rng(&mut OsRng, padding, &Sha512::digest(message))
            }
            SignatureAlgorithm::RsaPssSha512 => {
                let padding = Pss::new_blinded::<rsa::sha2::Sha512>();
                self.0
                    .sign_with_rng(&mut OsRng, padding, &Sha512::digest(message))
            }
            _ => return wrong_algorithm(),
        };
        Ok(signature?)
    }
}

/// Empty if the point is not on the curve. AWS-LC finds that out when it verifies, so it is found out here too.
struct Ed25519PublicKey(Option<ed25519_dalek::VerifyingKey>);

impl PublicKey for Ed25519PublicKey {
    fn verify(&self, algorithm: SignatureAlgorithm, message: &[u8], signature: &[u8]) -> bool {
        let signature = ed25519_dalek::Signature::from_slice(signature);
        match (&self.0, signature) {
            (Some(key), Ok(signature)) if algorithm == SignatureAlgorithm::Ed25519 => {
                key.verify_strict(message, &signature).is_ok()
            }
            _ => false,
        }
    }
}

struct Ed25519PrivateKey(ed25519_dalek::SigningKey);

impl Sign for Ed25519PrivateKey {
    fn sign(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
    ) -> Result<Vec<u8>, Box<dyn Error + Send + Sync + 'static>> {
        if algorithm != SignatureAlgorithm::Ed25519 {
            return wrong_algorithm();
        }
        Ok(self.0.try_sign(message)?.to_bytes().to_vec())
    }
}

struct P256PublicKey(p256::ecdsa::VerifyingKey);

impl PublicKey for P256PublicKey {
    fn verify(&self, algorithm: SignatureAlgorithm, message: &[u8], signature: &[u8]) -> bool {
        use p256::ecdsa::signature::Verifier as _;
        algorithm == Curve::P256.algorithm()
            && p256::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| self.0.verify(message, &signature).is_ok())
    }
}

struct P256PrivateKey(p256::ecdsa::SigningKey);

impl Sign for P256PrivateKey {
    fn sign(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
    ) -> Result<Vec<u8>, Box<dyn Error + Send + Sync + 'static>> {
        use p256::ecdsa::signature::Signer as _;
        if algorithm != Curve::P256.algorithm() {
            return wrong_algorithm();
        }
        let signature: p256::ecdsa::Signature = self.0.try_sign(message)?;
        Ok(signature.to_bytes().to_vec())
    }
}

struct P384PublicKey(p384::ecdsa::VerifyingKey);

impl PublicKey for P384PublicKey {
    fn verify(&self, algorithm: SignatureAlgorithm, message: &[u8], signature: &[u8]) -> bool {
        use p384::ecdsa::signature::Verifier as _;
        algorithm == Curve::P384.algorithm()
            && p384::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| self.0.verify(message, &signature).is_ok())
    }
}

struct P384PrivateKey(p384::ecdsa::SigningKey);

impl Sign for P384PrivateKey {
    fn sign(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
    ) -> Result<Vec<u8>, Box<dyn Error + Send + Sync + 'static>> {
        use p384::ecdsa::signature::Signer as _;
        if algorithm != Curve::P384.algorithm() {
            return wrong_algorithm();
        }
        let signature: p384::ecdsa::Signature = self.0.try_sign(message)?;
        Ok(signature.to_bytes().to_vec())
    }
}

fn p256_public(point: &[u8]) -> Result<p256::ecdsa::VerifyingKey, KeyError> {
    p256::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(|_| KeyError::Malformed)
}

fn p384_public(point: &[u8]) -> Result<p384::ecdsa::VerifyingKey, KeyError> {
    p384::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(|_| KeyError::Malformed)
}
