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

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

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
        Some(("z", digits)) => base58_decoded(digits),
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
    format!("z{}", base58([&codec[..], key].concat()))
}

fn base58(bytes: Vec<u8>) -> String {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    // Least significant digit first.
    let mut digits: Vec<u8> = Vec::with_capacity(bytes.len() * 138 / 100 + 1);
    for byte in bytes {
        let mut carry = u32::from(byte);
        for digit in &mut digits {
            carry += u32::from(*digit) << 8;
            *digit = u8::try_from(carry % 58).unwrap_or_default();
            carry /= 58;
        }
        while carry > 0 {
            digits.push(u8::try_from(carry % 58).unwrap_or_default());
            carry /= 58;
        }
    }
    let digits = std::iter::repeat_n(&0, zeros).chain(digits.iter().rev());
    digits
        .filter_map(|digit| ALPHABET.get(usize::from(*digit)))
        .map(|char| char::from(*char))
        .collect()
}

fn base58_decoded(text: &str) -> Option<Vec<u8>> {
    let zeros = text.bytes().take_while(|char| *char == b'1').count();
    // Least significant byte first.
    let mut bytes: Vec<u8> = Vec::with_capacity(text.len());
    for char in text.bytes() {
        let digit = ALPHABET.iter().position(|known| *known == char)?;
        let mut carry = u32::try_from(digit).ok()?;
        for byte in &mut bytes {
            carry += u32::from(*byte) * 58;
            *byte = u8::try_from(carry & 0xff).unwrap_or_default();
            carry >>= 8;
        }
        while carry > 0 {
            bytes.push(u8::try_from(carry & 0xff).unwrap_or_default());
            carry >>= 8;
        }
    }
    bytes.extend(std::iter::repeat_n(0, zeros));
    bytes.reverse();
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// draft-msporny-base58, section 5, and a leading zero.
    #[test]
    fn base_58_is_written_and_read() {
        for (bytes, text) in [
            (&b"Hello World!"[..], "2NEpo7TZRRrLZSi2U"),
            (&[0, 0, 0x28, 0x7f, 0xb4, 0xcd], "11233QC4"),
            (&[0], "1"),
            (&[], ""),
        ] {
            assert_eq!(base58(bytes.to_vec()), text);
            assert_eq!(base58_decoded(text).as_deref(), Some(bytes));
        }
        for text in ["0", "O", "I", "l", "é", "2 "] {
            assert_eq!(base58_decoded(text), None, "{text}");
        }
    }
}
