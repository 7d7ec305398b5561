//! How the messages are encrypted: RFC 8291 over RFC 8188, and the draft of it that went before.

use http::{HeaderMap, HeaderName, header};
use zeroize::Zeroizing;

use super::crypto::{Point, PrivateKey};

pub(super) mod aes128gcm;
pub(super) mod aesgcm;

/// How a message is encrypted: what its header `Content-Encoding` says.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Encoding {
    /// `aes128gcm`: [RFC 8291](https://www.rfc-editor.org/rfc/rfc8291). Mastodon since 4.4 if the subscription is a
    /// standard one, GoToSocial.
    #[default]
    Aes128Gcm,
    /// `aesgcm`: the [draft](https://datatracker.ietf.org/doc/html/draft-ietf-webpush-encryption-04) that went before.
    /// Mastodon otherwise, Pleroma, Akkoma.
    AesGcm,
}

impl Encoding {
    /// As it stands in `Content-Encoding`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aes128Gcm => "aes128gcm",
            Self::AesGcm => "aesgcm",
        }
    }

    pub(super) fn of(headers: &HeaderMap) -> Result<Self, DecryptError> {
        let mut named = headers.get_all(header::CONTENT_ENCODING).iter();
        let (Some(encoding), None) = (named.next(), named.next()) else {
            return Err(DecryptError::Encoding);
        };
        [Self::Aes128Gcm, Self::AesGcm]
            .into_iter()
            .find(|known| {
                encoding
                    .as_bytes()
                    .eq_ignore_ascii_case(known.as_str().as_bytes())
            })
            .ok_or(DecryptError::Encoding)
    }
}

/// Which rule an encrypted message breaks.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DecryptError {
    /// `Content-Encoding` is absent, is there twice, or names another than `aes128gcm` and `aesgcm`.
    #[error("`Content-Encoding` is not one of `aes128gcm` and `aesgcm`")]
    Encoding,
    /// What should stand before the records is cut off (RFC 8188, section 2.1).
    #[error("the message ends before its first record")]
    Header,
    /// The header `Encryption` is absent, or its salt is not 16 bytes in base64, or there are two.
    #[error("the header `Encryption` has no salt of 16 bytes")]
    Salt,
    /// The sender's key is absent, is there twice, or is no point of P-256 in 65 bytes.
    #[error("the key of the sender is not an uncompressed point of P-256")]
    Key,
    /// The size of records is none, or too small to hold anything.
    #[error("records of that size hold nothing")]
    RecordSize,
    /// The end of the message is missing.
    #[error("the end of the message is missing")]
    Truncated,
    /// A record was encrypted for other keys, or was changed, or does not stand in its place.
    #[error("record {number} was encrypted for other keys, or was changed")]
    #[non_exhaustive]
    Record {
        /// Which, from 0.
        number: u64,
    },
    /// A record has no mark where its padding begins, or the last is marked as another, or another as the last
    /// (RFC 8188, section 2). In the draft: its padding is longer than the record, or not empty.
    #[error("the padding of record {number} is wrong")]
    #[non_exhaustive]
    Padding {
        /// Which, from 0.
        number: u64,
    },
    /// The library for cryptography failed.
    #[error("the cryptography failed")]
    Cryptography,
}

/// Why a message could not be encrypted.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the cryptography failed, or the operating system has no randomness to give")]
#[non_exhaustive]
pub struct EncryptError;

/// What encrypts for a subscriber, or decrypts as one: the two keys and the secret that both know.
pub(super) struct Parties<'a> {
    pub(super) own: &'a PrivateKey,
    pub(super) other: &'a Point,
    pub(super) subscriber: &'a Point,
    pub(super) sender: &'a Point,
    pub(super) auth: &'a [u8; 16],
}

impl<'a> Parties<'a> {
    pub(super) fn subscriber(keys: &'a PrivateKey, auth: &'a [u8; 16], sender: &'a Point) -> Self {
        Self {
            own: keys,
            other: sender,
            subscriber: keys.point(),
            sender,
            auth,
        }
    }

    pub(super) fn sender(once: &'a PrivateKey, subscriber: &'a Point, auth: &'a [u8; 16]) -> Self {
        Self {
            own: once,
            other: subscriber,
            subscriber,
            sender: once.point(),
            auth,
        }
    }

    fn agree(&self) -> Option<Zeroizing<Vec<u8>>> {
        self.own.agree(self.other)
    }
}

/// The records of a message, one after the other, each of `size` bytes and the last one of at most as many.
///
/// What `open` returns stands in the message where the record stood; it is moved to the front.
fn open_records(
    mut records: Vec<u8>,
    size: usize,
    mut open: impl FnMut(u64, bool, &mut [u8]) -> Result<std::ops::Range<usize>, DecryptError>,
) -> Result<Vec<u8>, DecryptError> {
    let (mut start, mut written, mut number) = (0, 0, 0);
    while start < records.len() {
        let end = records.len().min(start.saturating_add(size));
        let is_last = end == records.len();
        let record = records.get_mut(start..end).ok_or(DecryptError::Truncated)?;
        let plaintext = open(number, is_last, record)?;
        let plaintext = start + plaintext.start..start + plaintext.end;
        let length = plaintext.len();
        records.copy_within(plaintext, written);
        (start, written, number) = (end, written + length, number + 1);
    }
    records.truncate(written);
    Ok(records)
}

/// The parameters of a header of the draft: `a=b;c="d"`, also `,` between them, also in several lines.
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub(super) fn of(headers: &HeaderMap, name: &HeaderName) -> Self {
        let lines = headers.get_all(name).iter();
        Self(
            lines
                .filter_map(|line| line.to_str().ok())
                .flat_map(Self::pairs)
                .collect(),
        )
    }

    pub(super) fn read(line: &str) -> Self {
        Self(Self::pairs(line).collect())
    }

    fn pairs(line: &str) -> impl Iterator<Item = (String, String)> {
        line.split([';', ',']).filter_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            let value = value.trim();
            let unquoted = value
                .strip_prefix('"')
                .and_then(|value| value.strip_suffix('"'));
            let value = unquoted.unwrap_or(value);
            Some((name.trim().to_ascii_lowercase(), value.to_owned()))
        })
    }

    /// The only one of this name; an error if there are two, of which others may read the other.
    pub(super) fn one(&self, name: &str) -> Result<Option<&str>, Ambiguous> {
        let mut values = self.0.iter().filter(|(key, _)| key == name);
        let first = values.next().map(|(_, value)| &**value);
        match values.next() {
            Some(_) => Err(Ambiguous),
            None => Ok(first),
        }
    }
}

pub(super) struct Ambiguous;

#[cfg(test)]
mod vectors;
