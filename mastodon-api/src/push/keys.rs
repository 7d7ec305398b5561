//! What a subscriber keeps.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderName};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::base64_bytes;
use super::crypto::{PrivateKey, random};
use super::encryption::{DecryptError, Encoding, Parameters, aes128gcm, aesgcm};
use crate::methods::push::{Create, Subscription};

/// The keys of a subscription: what messages are encrypted for, and what decrypts them.
///
/// Each subscription should have keys of its own. They read and write as JSON, to be kept with the token where
/// nobody else reads: who has them can read the messages. `Debug` shows none of it.
#[derive(Clone)]
pub struct Keys {
    private: PrivateKey,
    auth: Zeroizing<[u8; 16]>,
}

impl Keys {
    /// New ones.
    ///
    /// # Errors
    ///
    /// When the operating system has no randomness to give.
    pub fn generate() -> Result<Self, InvalidKeys> {
        Ok(Self {
            private: PrivateKey::generate().ok_or(InvalidKeys::Random)?,
            auth: Zeroizing::new(random().ok_or(InvalidKeys::Random)?),
        })
    }

    /// Those that another program made: the private key of P-256, as 32 bytes or in the DER of SEC 1 or PKCS#8, and
    /// the secret of 16 bytes.
    ///
    /// # Errors
    ///
    /// When they are not that.
    pub fn new(private_key: &[u8], auth: &[u8]) -> Result<Self, InvalidKeys> {
        Ok(Self {
            private: PrivateKey::read(private_key).ok_or(InvalidKeys::PrivateKey)?,
            auth: Zeroizing::new(auth.try_into().map_err(|_| InvalidKeys::Auth)?),
        })
    }

    /// The public key in base64, as the server wants it.
    #[must_use]
    pub fn p256dh(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.private.point().as_bytes())
    }

    /// The secret that the server knows too, in base64 as it wants it. Keep it out of logs.
    #[must_use]
    pub fn auth(&self) -> String {
        URL_SAFE_NO_PAD.encode(*self.auth)
    }

    /// Where messages go, and what they are encrypted for: to be sent to the server. `endpoint` is the address of the
    /// push service, `https:`.
    ///
    /// It asks for the standard encoding. Who does not know that sends the other, which is read as well.
    #[must_use]
    pub fn subscription(&self, endpoint: impl Into<String>) -> Subscription {
        Subscription::new(endpoint, self.p256dh(), self.auth()).standard(true)
    }

    /// The call that subscribes; say with [`data`](Create::data) what there shall be messages about.
    pub fn subscribe(&self, endpoint: impl Into<String>) -> Create {
        Create::new(self.subscription(endpoint))
    }

    /// Decrypts a message in either encoding: `Content-Encoding` says which, and for the older one `Encryption` and
    /// `Crypto-Key` say more.
    ///
    /// That it can be decrypted does not say who sent it: [`Receiver`](super::Receiver) does. What comes out is never
    /// longer than the body.
    ///
    /// # Errors
    ///
    /// Which rule it breaks.
    pub fn decrypt(&self, headers: &HeaderMap, body: &[u8]) -> Result<Vec<u8>, DecryptError> {
        match Encoding::of(headers)? {
            Encoding::Aes128Gcm => self.decrypt_aes128gcm(body),
            Encoding::AesGcm => {
                let [encryption, crypto_key] = ["encryption", "crypto-key"]
                    .map(|name| Parameters::of(headers, &HeaderName::from_static(name)));
                let header = aesgcm::Header::read(&encryption, &crypto_key)?;
                aesgcm::decrypt(&self.private, &self.auth, &header, body)
            }
        }
    }

    /// Decrypts a message in the standard encoding of which only the body is there, as UnifiedPush hands it over.
    ///
    /// # Errors
    ///
    /// Which rule it breaks.
    pub fn decrypt_aes128gcm(&self, body: &[u8]) -> Result<Vec<u8>, DecryptError> {
        aes128gcm::decrypt(&self.private, &self.auth, body)
    }

    /// Decrypts a message in the older encoding, with the texts of its headers `Encryption` and `Crypto-Key`.
    ///
    /// # Errors
    ///
    /// Which rule it breaks.
    pub fn decrypt_aesgcm(
        &self,
        encryption: &str,
        crypto_key: &str,
        body: &[u8],
    ) -> Result<Vec<u8>, DecryptError> {
        let header =
            aesgcm::Header::read(&Parameters::read(encryption), &Parameters::read(crypto_key))?;
        aesgcm::decrypt(&self.private, &self.auth, &header, body)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(…)")
    }
}

/// Why there are no keys.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidKeys {
    /// The private key is none of P-256.
    #[error("the private key is none of P-256 in 32 bytes or DER")]
    PrivateKey,
    /// The secret is not 16 bytes long.
    #[error("the secret is not 16 bytes long")]
    Auth,
    /// The operating system has no randomness to give.
    #[error("the operating system has no randomness to give")]
    Random,
}

/// As they are kept, both in base64 for URLs.
#[derive(Deserialize, Serialize)]
struct Stored<T> {
    private_key: T,
    auth: T,
}

impl Serialize for Keys {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let failed = || serde::ser::Error::custom("the cryptography failed");
        let private_key = self.private.scalar().ok_or_else(failed)?;
        let private_key = Zeroizing::new(URL_SAFE_NO_PAD.encode(&*private_key));
        let auth = Zeroizing::new(self.auth());
        Stored {
            private_key: &**private_key,
            auth: &**auth,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Stored { private_key, auth } = Stored::<String>::deserialize(deserializer)?;
        let [private_key, auth] = [private_key, auth].map(|text| {
            let text = Zeroizing::new(text);
            Zeroizing::new(base64_bytes(&text).unwrap_or_default())
        });
        Self::new(&private_key, &auth).map_err(serde::de::Error::custom)
    }
}
