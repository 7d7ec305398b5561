//! Who sent a message: VAPID (RFC 8292), and the draft of it that Mastodon's older encoding comes with.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, HeaderName, header};
use serde::{Deserialize, Serialize};
use url::{Origin, Url};

use super::base64_bytes;
use super::crypto::{Point, PrivateKey};
use super::encryption::Parameters;

/// How long a signature may be good for (RFC 8292, section 2).
const LONGEST: TimeDelta = TimeDelta::hours(24);
/// A token is a few hundred bytes long.
const LONGEST_TOKEN: usize = 4096;

/// What the sender of a message said about itself, signed.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Sender {
    /// How its operator can be reached: `mailto:` or `https:`. It is what the server wrote, and not checked.
    pub subject: Option<String>,
    /// When the signature ends.
    pub expires_at: DateTime<Utc>,
}

/// Why a message does not come from the server of the subscription, as far as can be told.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SenderError {
    /// There is no signature: no header `Authorization`.
    #[error("the message is not signed")]
    Missing,
    /// `Authorization` is there twice, or is none of `vapid` and `WebPush`, or lacks something, or cannot be read.
    #[error("the header `Authorization` holds no signature of a push message")]
    Malformed,
    /// The signature is of another kind than ES256, or asks for more than this program knows.
    #[error("the message is signed in a way that is not ES256")]
    Algorithm,
    /// The message names another key than the one of the subscription.
    #[error("the message is signed with another key than the subscription's")]
    Key,
    /// The signature is wrong.
    #[error("the signature is wrong")]
    Signature,
    /// The signature is for another push service than ours.
    #[error("the signature is for another address")]
    Audience,
    /// The signature has ended. Is the clock right?
    #[error("the signature has ended, or the clock is wrong")]
    Expired,
    /// The signature is good for more than 24 hours, which is not allowed. Is the clock right?
    #[error("the signature is good for too long, or the clock is wrong")]
    TooLong,
}

/// Checks who sent a message with these headers.
pub(super) fn verify(
    headers: &HeaderMap,
    key: &Point,
    origin: &Origin,
    leeway: TimeDelta,
    now: DateTime<Utc>,
) -> Result<Sender, SenderError> {
    let (token, named) = authorization(headers)?;
    if base64_bytes(&named).is_none_or(|named| named != key.as_bytes()) {
        return Err(SenderError::Key);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(SenderError::Malformed)?;
    let (header, claims) = signed.split_once('.').ok_or(SenderError::Malformed)?;
    let header: Header = read(header)?;
    if header.alg != "ES256" || header.crit.is_some() {
        return Err(SenderError::Algorithm);
    }
    let signature = base64_bytes(signature).ok_or(SenderError::Malformed)?;
    if !key.verifies(signed.as_bytes(), &signature) {
        return Err(SenderError::Signature);
    }
    let claims: Claims = read(claims)?;
    let audience = Url::parse(&claims.aud).map_err(|_| SenderError::Audience)?;
    let is_origin =
        audience.path() == "/" && audience.query().is_none() && audience.fragment().is_none();
    if !is_origin || audience.origin() != *origin {
        return Err(SenderError::Audience);
    }
    let beyond_time = match claims.exp < 0 {
        true => SenderError::Expired,
        false => SenderError::TooLong,
    };
    let expires_at = DateTime::from_timestamp(claims.exp, 0).ok_or(beyond_time)?;
    let left = expires_at - now;
    if left <= -leeway {
        return Err(SenderError::Expired);
    }
    if left > LONGEST + leeway {
        return Err(SenderError::TooLong);
    }
    Ok(Sender {
        subject: claims.sub,
        expires_at,
    })
}

/// The token that says who sends a message, signed with this key.
pub(super) fn sign(
    key: &PrivateKey,
    origin: &Origin,
    subject: Option<&str>,
    expires_at: DateTime<Utc>,
) -> Option<String> {
    let claims = Claims {
        aud: origin.ascii_serialization(),
        exp: expires_at.timestamp(),
        sub: subject.map(str::to_owned),
    };
    let header = URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"ES256"}"#);
    let claims = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&claims).ok()?);
    let signed = format!("{header}.{claims}");
    let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes())?);
    Some(format!("{signed}.{signature}"))
}

/// The token, and the key that the message says it is signed with.
fn authorization(headers: &HeaderMap) -> Result<(String, String), SenderError> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or(SenderError::Missing)?;
    let value = value.to_str().map_err(|_| SenderError::Malformed)?;
    if values.next().is_some() || value.len() > LONGEST_TOKEN {
        return Err(SenderError::Malformed);
    }
    let (scheme, value) = value.split_once(' ').ok_or(SenderError::Malformed)?;
    let (token, key) = if scheme.eq_ignore_ascii_case("vapid") {
        let parameters = Parameters::read(value);
        let of = |name| parameters.one(name).ok().flatten().map(str::to_owned);
        (of("t"), of("k"))
    } else if scheme.eq_ignore_ascii_case("webpush") {
        let parameters = Parameters::of(headers, &HeaderName::from_static("crypto-key"));
        let key = parameters.one("p256ecdsa").ok().flatten();
        (Some(value.trim().to_owned()), key.map(str::to_owned))
    } else {
        (None, None)
    };
    token.zip(key).ok_or(SenderError::Malformed)
}

fn read<T: for<'de> Deserialize<'de>>(part: &str) -> Result<T, SenderError> {
    let json = base64_bytes(part).ok_or(SenderError::Malformed)?;
    serde_json::from_slice(&json).map_err(|_| SenderError::Malformed)
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    /// Parts of the header that a reader must understand (RFC 7515, section 4.1.11): there are none that we do.
    crit: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize, Serialize)]
struct Claims {
    aud: String,
    #[serde(deserialize_with = "seconds")]
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
}

/// A number of seconds, of which RFC 7519 allows fractions.
fn seconds<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let number = serde_json::Number::deserialize(deserializer)?;
    let rounded = || number.as_f64().map(|seconds| seconds as i64);
    number
        .as_i64()
        .or_else(rounded)
        .ok_or_else(|| serde::de::Error::custom("no number of seconds"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = concat!(
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.",
        "eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.",
        "i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA",
    );
    const KEY: &str =
        "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs";

    fn check(headers: &[(&'static str, String)], at: i64) -> Result<Sender, SenderError> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        let key = Point::read(&base64_bytes(KEY).unwrap()).unwrap();
        let origin = Url::parse("https://push.example.net/p/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV");
        let now = DateTime::from_timestamp(at, 0).unwrap();
        verify(
            &map,
            &key,
            &origin.unwrap().origin(),
            TimeDelta::minutes(5),
            now,
        )
    }

    #[test]
    fn rfc_8292_section_2_4() {
        let vapid = [("authorization", format!("vapid t={TOKEN}, k={KEY}"))];
        let older = [
            ("authorization", format!("WebPush {TOKEN}")),
            ("crypto-key", format!("dh=AA;p256ecdsa={KEY}")),
        ];
        for headers in [&vapid[..], &older] {
            let sender = check(headers, 1_453_480_568).unwrap();
            assert_eq!(sender.subject.as_deref(), Some("mailto:push@example.com"));
            assert_eq!(sender.expires_at.timestamp(), 1_453_523_768);
            // The limits, five minutes beyond them, and no more.
            check(headers, 1_453_523_768 + 299).unwrap();
            let ended = check(headers, 1_453_523_768 + 300);
            assert_eq!(ended, Err(SenderError::Expired));
            check(headers, 1_453_523_768 - 24 * 3600 - 300).unwrap();
            let early = check(headers, 1_453_523_768 - 24 * 3600 - 301);
            assert_eq!(early, Err(SenderError::TooLong));
        }
    }
}
