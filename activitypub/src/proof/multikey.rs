//! Ed25519 keys as Multikeys and `did:key`.

use crate::id::Id;

/// What a Multikey of Ed25519 begins with, once decoded (multicodec `ed25519-pub`).
const ED25519_PUB: [u8; 2] = [0xed, 0x01];

/// No value here is longer in base58; decoding takes time that grows with the square of the length.
const LONGEST: usize = 100;

/// The 32 bytes of an Ed25519 key out of `publicKeyMultibase` (`z6Mk…`); `None` if it is anything else. Whether the bytes are a point
/// of the curve is for the one who uses the key to find out.
///
/// See <https://www.w3.org/TR/cid-1.0/#Multikey> and FEP-521a.
#[must_use]
pub fn ed25519_key(multibase: &str) -> Option<[u8; 32]> {
    let bytes: [u8; 34] = base58btc(multibase)?;
    bytes.strip_prefix(&ED25519_PUB)?.try_into().ok()
}

/// The DID and the 32 bytes of the Ed25519 key of a `did:key`, with or without its fragment; `None` if it is anything else. The DID is the
/// controller of the key.
///
/// ```
/// use activitypub::proof::did_key;
///
/// let method = "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2#z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";
/// let (did, _key) = did_key(method).unwrap();
/// assert_eq!(did, "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2");
/// ```
///
/// See <https://w3c-ccg.github.io/did-key-spec/>.
#[must_use]
pub fn did_key(verification_method: &str) -> Option<(Id, [u8; 32])> {
    let (did, fragment) = match verification_method.split_once('#') {
        Some((did, fragment)) => (did, Some(fragment)),
        None => (verification_method, None),
    };
    let multibase = did.strip_prefix("did:key:")?;
    if fragment.is_some_and(|fragment| fragment != multibase) {
        return None;
    }
    Some((Id::new(did), ed25519_key(multibase)?))
}

/// Exactly so many bytes out of base58btc with its multibase prefix `z`.
pub(super) fn base58btc<const LENGTH: usize>(multibase: &str) -> Option<[u8; LENGTH]> {
    let base58 = multibase.strip_prefix('z')?;
    if base58.len() > LONGEST {
        return None;
    }
    bs58::decode(base58).into_vec().ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";

    #[test]
    fn keys_are_read() {
        // The public key of vc-di-eddsa's test vectors.
        let key = ed25519_key(KEY).unwrap();
        assert_eq!(key[..4], [0xb0, 0x0d, 0x8d, 0x93]);
        assert_eq!(did_key(&format!("did:key:{KEY}")).unwrap().1, key);
    }

    #[test]
    fn what_is_no_key_is_none() {
        let p256 = "zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP";
        for text in [
            "",
            "z",
            "z6Mk",
            &KEY[1..],
            &KEY[..47],
            p256,
            &format!("z{}", "6".repeat(1_000_000)),
            "z6Mk0OIl",
            "zé",
        ] {
            assert_eq!(ed25519_key(text), None, "{text:.60}");
        }
        for text in [
            KEY,
            "did:web:example.com",
            &format!("did:key:{KEY}#other"),
            &format!("did:key:{KEY}#"),
        ] {
            assert_eq!(did_key(text), None, "{text}");
        }
    }
}
