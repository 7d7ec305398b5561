//! `aesgcm`: draft-ietf-webpush-encryption-04 over draft-ietf-httpbis-encryption-encoding-03.

use zeroize::Zeroizing;

use super::{DecryptError, EncryptError, Parameters, Parties, open_records};
use crate::push::base64_bytes;
use crate::push::crypto::{Point, PrivateKey, RecordKey, TAG, derive, random};

/// Bytes before the plaintext of a record that say how much padding there is.
const PADDING_LENGTH: usize = 2;
/// The size of records, without their tags, if the message does not say.
const SIZE: usize = 4096;

/// What stands in the headers `Encryption` and `Crypto-Key`.
pub(in crate::push) struct Header {
    pub(in crate::push) salt: [u8; 16],
    pub(in crate::push) sender: Point,
    pub(in crate::push) size: usize,
}

impl Header {
    pub(in crate::push) fn read(
        encryption: &Parameters,
        crypto_key: &Parameters,
    ) -> Result<Self, DecryptError> {
        let salt = encryption.one("salt").map_err(|_| DecryptError::Salt)?;
        let size = encryption.one("rs").map_err(|_| DecryptError::RecordSize)?;
        let sender = crypto_key.one("dh").map_err(|_| DecryptError::Key)?;
        Ok(Self {
            salt: salt
                .and_then(base64_bytes)
                .and_then(|salt| salt.try_into().ok())
                .ok_or(DecryptError::Salt)?,
            sender: sender
                .and_then(base64_bytes)
                .and_then(|point| Point::read(&point))
                .ok_or(DecryptError::Key)?,
            size: match size {
                None => SIZE,
                Some(size) => size
                    .parse()
                    .ok()
                    .filter(|size| *size > PADDING_LENGTH)
                    .ok_or(DecryptError::RecordSize)?,
            },
        })
    }
}

/// The plaintext of a message to the subscriber with these keys.
pub(in crate::push) fn decrypt(
    keys: &PrivateKey,
    auth: &[u8; 16],
    header: &Header,
    records: &[u8],
) -> Result<Vec<u8>, DecryptError> {
    let parties = Parties::subscriber(keys, auth, &header.sender);
    let key = record_key(&parties, &header.salt).ok_or(DecryptError::Cryptography)?;
    let size = header.size.saturating_add(TAG);
    // The last record is a short one, so that it shows when it is missing.
    if records.len().is_multiple_of(size) {
        return Err(DecryptError::Truncated);
    }
    open_records(records.to_vec(), size, |number, _, record| {
        if record.len() < PADDING_LENGTH + TAG {
            return Err(DecryptError::Truncated);
        }
        let padded = key
            .open(number, record)
            .ok_or(DecryptError::Record { number })?;
        let wrong = DecryptError::Padding { number };
        let (length, rest) = padded.split_first_chunk().ok_or(wrong)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let padding = rest.get(..length).ok_or(wrong)?;
        match padding.iter().all(|byte| *byte == 0) {
            true => Ok(PADDING_LENGTH + length..padded.len()),
            false => Err(wrong),
        }
    })
}

/// A message with one record: its header and its body.
pub(in crate::push) fn encrypt(
    subscriber: &Point,
    auth: &[u8; 16],
    plaintext: &[u8],
) -> Result<(Header, Vec<u8>), EncryptError> {
    let once = PrivateKey::generate().ok_or(EncryptError)?;
    let header = Header {
        salt: random().ok_or(EncryptError)?,
        sender: *once.point(),
        size: SIZE.max(PADDING_LENGTH + plaintext.len() + 1),
    };
    let parties = Parties::sender(&once, subscriber, auth);
    let body = encrypt_records(&parties, &header, plaintext).ok_or(EncryptError)?;
    Ok((header, body))
}

pub(super) fn encrypt_records(
    parties: &Parties<'_>,
    header: &Header,
    plaintext: &[u8],
) -> Option<Vec<u8>> {
    let key = record_key(parties, &header.salt)?;
    let mut message = Vec::new();
    let room = header.size.checked_sub(PADDING_LENGTH);
    let room = room.filter(|room| *room > 0)?;
    let mut pieces = plaintext.chunks(room);
    let mut number = 0;
    loop {
        let piece = pieces.next().unwrap_or_default();
        let mut record = [&[0; PADDING_LENGTH], piece].concat();
        key.seal(number, &mut record)?;
        message.append(&mut record);
        if piece.len() < room {
            return Some(message);
        }
        number += 1;
    }
}

/// Section 3.5 of the draft, and sections 3.2 and 3.3 of the other.
pub(super) fn record_key(parties: &Parties<'_>, salt: &[u8; 16]) -> Option<RecordKey> {
    const LENGTH: [u8; 2] = (Point::BYTES as u16).to_be_bytes();
    let secret: Zeroizing<[u8; 32]> = derive(
        parties.auth,
        &parties.agree()?,
        &[b"Content-Encoding: auth\0"],
    )?;
    let (subscriber, sender) = (parties.subscriber.as_bytes(), parties.sender.as_bytes());
    let context: [&[u8]; 5] = [b"P-256\0", &LENGTH, subscriber, &LENGTH, sender];
    let context = context.concat();
    let key: Zeroizing<_> = derive(salt, &*secret, &[b"Content-Encoding: aesgcm\0", &context])?;
    let nonce = derive(salt, &*secret, &[b"Content-Encoding: nonce\0", &context])?;
    RecordKey::new(&key, nonce)
}
