//! `aes128gcm`: RFC 8188, and the keys of RFC 8291.

use zeroize::Zeroizing;

use super::{DecryptError, EncryptError, Parties, open_records};
use crate::push::crypto::{Point, PrivateKey, RecordKey, TAG, derive, random};

const SALT: usize = 16;
/// Salt, record size, and the length of the key id (RFC 8188, section 2.1).
const HEADER: usize = SALT + 4 + 1;
/// The mark after the plaintext of the last record, and of any other (section 2).
const LAST: u8 = 2;
const NOT_LAST: u8 = 1;

/// The plaintext of a message to the subscriber with these keys.
pub(in crate::push) fn decrypt(
    keys: &PrivateKey,
    auth: &[u8; 16],
    message: &[u8],
) -> Result<Vec<u8>, DecryptError> {
    decrypt_content(message, |keyid| {
        let sender = Point::read(keyid).ok_or(DecryptError::Key)?;
        secret(&Parties::subscriber(keys, auth, &sender)).ok_or(DecryptError::Cryptography)
    })
}

/// A message with one record, as RFC 8291, section 4, has it.
pub(in crate::push) fn encrypt(
    subscriber: &Point,
    auth: &[u8; 16],
    plaintext: &[u8],
) -> Result<Vec<u8>, EncryptError> {
    let once = PrivateKey::generate().ok_or(EncryptError)?;
    let salt = random().ok_or(EncryptError)?;
    let secret = secret(&Parties::sender(&once, subscriber, auth)).ok_or(EncryptError)?;
    let size = (plaintext.len() + 1 + TAG).max(4096);
    encrypt_content(&*secret, &salt, once.point().as_bytes(), size, plaintext).ok_or(EncryptError)
}

/// RFC 8291, section 3.4.
pub(super) fn secret(parties: &Parties<'_>) -> Option<Zeroizing<[u8; 32]>> {
    let (subscriber, sender) = (parties.subscriber.as_bytes(), parties.sender.as_bytes());
    let purpose: [&[u8]; 3] = [b"WebPush: info\0", subscriber, sender];
    derive(parties.auth, &parties.agree()?, &purpose)
}

/// RFC 8188, with the key that the key id names.
pub(super) fn decrypt_content<S: AsRef<[u8]> + zeroize::Zeroize>(
    message: &[u8],
    secret: impl FnOnce(&[u8]) -> Result<Zeroizing<S>, DecryptError>,
) -> Result<Vec<u8>, DecryptError> {
    let (header, rest) = message
        .split_at_checked(HEADER)
        .ok_or(DecryptError::Header)?;
    let (salt, header) = header.split_at_checked(SALT).ok_or(DecryptError::Header)?;
    let [s0, s1, s2, s3, length] = *header else {
        return Err(DecryptError::Header);
    };
    let (keyid, records) = rest
        .split_at_checked(length.into())
        .ok_or(DecryptError::Header)?;
    let size = usize::try_from(u32::from_be_bytes([s0, s1, s2, s3])).unwrap_or(usize::MAX);
    if size < TAG + 2 {
        return Err(DecryptError::RecordSize);
    }
    if records.is_empty() {
        return Err(DecryptError::Truncated);
    }
    let key = record_key(salt, (*secret(keyid)?).as_ref()).ok_or(DecryptError::Cryptography)?;
    open_records(records.to_vec(), size, |number, is_last, record| {
        if record.len() <= TAG {
            return Err(DecryptError::Truncated);
        }
        let padded = key
            .open(number, record)
            .ok_or(DecryptError::Record { number })?;
        let mark = padded.iter().rposition(|byte| *byte != 0);
        let mark = mark.ok_or(DecryptError::Padding { number })?;
        match (padded.get(mark), is_last) {
            (Some(&LAST), true) | (Some(&NOT_LAST), false) => Ok(0..mark),
            // Records were cut off where one ends.
            (Some(&NOT_LAST), true) => Err(DecryptError::Truncated),
            _ => Err(DecryptError::Padding { number }),
        }
    })
}

/// RFC 8188: as many records as are needed. `size` is that of a record with all that is in it.
pub(super) fn encrypt_content(
    secret: &[u8],
    salt: &[u8; SALT],
    keyid: &[u8],
    size: usize,
    plaintext: &[u8],
) -> Option<Vec<u8>> {
    let key = record_key(salt, secret)?;
    let mut message = salt.to_vec();
    message.extend_from_slice(&u32::try_from(size).ok()?.to_be_bytes());
    message.push(u8::try_from(keyid.len()).ok()?);
    message.extend_from_slice(keyid);
    let room = size.checked_sub(TAG + 1).filter(|room| *room > 0)?;
    let mut pieces = plaintext.chunks(room).peekable();
    let mut number = 0;
    loop {
        let mut record = pieces.next().unwrap_or_default().to_vec();
        let is_last = pieces.peek().is_none();
        record.push(if is_last { LAST } else { NOT_LAST });
        key.seal(number, &mut record)?;
        message.append(&mut record);
        if is_last {
            return Some(message);
        }
        number += 1;
    }
}

/// RFC 8188, sections 2.2 and 2.3.
pub(super) fn record_key(salt: &[u8], secret: &[u8]) -> Option<RecordKey> {
    let key: Zeroizing<_> = derive(salt, secret, &[b"Content-Encoding: aes128gcm\0"])?;
    RecordKey::new(&key, derive(salt, secret, &[b"Content-Encoding: nonce\0"])?)
}
