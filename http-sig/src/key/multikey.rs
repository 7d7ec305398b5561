//! Multikey, as actors publish keys beside `publicKeyPem`
//! ([FEP-521a](https://codeberg.org/fediverse/fep/src/branch/main/fep/521a/fep-521a.md)): a multibase text whose bytes
//! start with a multicodec number that says what kind of key follows.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::KeyError;
use crate::key::KeyAlgorithm;

/// Longest text that is looked at, in characters: an RSA key of 8192 bits has about 1450. Base 58 takes time that grows
/// with the square of it.
const LONGEST: usize = 1500;

/// The numbers of the table of multicodecs, as variable-length integers.
const PUBLIC: [(KeyAlgorithm, [u8; 2]); 4] = [
    (KeyAlgorithm::Ed25519, [0xed, 0x01]),
    (KeyAlgorithm::EcdsaP256, [0x80, 0x24]),
    (KeyAlgorithm::EcdsaP384, [0x81, 0x24]),
    (KeyAlgorithm::Rsa, [0x85, 0x24]),
];
/// The same for private keys.
const PRIVATE: [[u8; 2]; 4] = [[0x80, 0x26], [0x86, 0x26], [0x87, 0x26], [0x85, 0x26]];

/// What kind of key it is, and its bytes.
pub(super) fn decode(text: &str) -> Result<(KeyAlgorithm, Vec<u8>), KeyError> {
    if text.len() > LONGEST {
        return Err(KeyError::TooLong);
    }
    let bytes = match text.split_at_checked(1) {
        Some(("z", digits)) => bs58::decode(digits).into_vec().ok(),
        Some(("u", digits)) => URL_SAFE_NO_PAD.decode(digits).ok(),
        _ => None,
    };
    let bytes = bytes.ok_or(KeyError::NotMultikey)?;
    let (codec, key) = bytes.split_at_checked(2).ok_or(KeyError::NotMultikey)?;
    if PRIVATE.iter().any(|private| private == codec) {
        return Err(KeyError::PrivateKey);
    }
    let known = PUBLIC.iter().find(|(_, known)| known == codec);
    let (algorithm, _) = known.ok_or(KeyError::Unsupported)?;
    Ok((*algorithm, key.to_vec()))
}

pub(super) fn encode(algorithm: KeyAlgorithm, key: &[u8]) -> String {
    let codec = PUBLIC.iter().find(|(known, _)| *known == algorithm);
    let codec = codec.map_or([0; 2], |(_, codec)| *codec);
    let bytes = [&codec[..], key].concat();
    format!("z{}", bs58::encode(bytes).into_string())
}
