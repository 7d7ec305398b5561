//! What comes with an answer besides its value.

use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::header::HeaderMap;
use http::{Response, StatusCode};
use tokio::time::Instant;

use super::Client;
use crate::entities::{AsyncRefreshStatus, WrappedAsyncRefresh};
use crate::error::{Error, NotReachedReason, RateLimit};
use crate::methods::async_refreshes;

/// A value and all that came with it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Answered<T> {
    /// The value.
    pub value: T,
    /// The status, one of success: 202 says of a medium that the server still works on it.
    pub status: StatusCode,
    /// How much may still be asked, as far as the server says.
    pub rate: RateLimit,
    /// That the call will go away, if the server says so.
    pub deprecation: Option<Deprecation>,
    /// That the server is still collecting what belongs to the answer, if it says so.
    pub refresh: Option<Refresh>,
    /// The headers.
    pub headers: HeaderMap,
}

impl<T> Answered<T> {
    /// What the server calls this request: its administrators find it in their log by this text. At most 200
    /// characters.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        text(&self.headers, "x-request-id").filter(|id| id.len() <= 200)
    }
}

/// That a call is deprecated, and will go away.
///
/// [RFC 9745](https://www.rfc-editor.org/rfc/rfc9745), and for the end
/// [RFC 8594](https://www.rfc-editor.org/rfc/rfc8594).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Deprecation {
    /// Since when, or from when on. `None` if the server does not say when.
    pub since: Option<DateTime<Utc>>,
    /// When it will be gone.
    pub sunset: Option<DateTime<Utc>>,
}

impl Deprecation {
    /// What the headers of an answer say: `Deprecation: @1668384000`, or `true` as drafts of the standard had it.
    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let since = text(headers, "deprecation")?;
        if since == "false" || since == "?0" {
            return None;
        }
        let seconds = since.strip_prefix('@').unwrap_or_default().parse().ok();
        let date = |text: &str| DateTime::parse_from_rfc2822(text).ok();
        let sunset = text(headers, "sunset").filter(|text| text.len() <= 64);
        Some(Self {
            since: seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
            sunset: sunset.and_then(date).map(|time| time.to_utc()),
        })
    }
}

/// That the server is still collecting what belongs to an answer, such as the replies to a status from other
/// servers. [`Client::refreshed`] waits for it. Mastodon since 4.4.
///
/// [Mastodon documentation](https://docs.joinmastodon.org/methods/async_refreshes/)
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Refresh {
    /// By what it can be asked about.
    pub id: String,
    /// How long to wait before asking, from one second to one minute whatever the server says.
    pub retry: Duration,
    /// How much was collected so far, if the server counts.
    pub result_count: Option<u64>,
}

impl Refresh {
    /// What the header `Mastodon-Async-Refresh` of an answer says.
    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let said = text(headers, "mastodon-async-refresh").filter(|text| text.len() <= 1024)?;
        let value = |wanted: &str| {
            said.split(',').find_map(|pair| {
                let (name, value) = pair.split_once('=')?;
                (name.trim() == wanted).then(|| value.trim().trim_matches('"'))
            })
        };
        let number = |wanted| value(wanted).and_then(|text| text.parse::<u64>().ok());
        Some(Self {
            id: value("id").filter(|id| !id.is_empty())?.to_owned(),
            retry: Duration::from_secs(number("retry").unwrap_or(1).clamp(1, 60)),
            result_count: number("result_count"),
        })
    }
}

impl Client {
    /// Waits until the server has collected what belongs to an answer, and at most `limit`. Then make the call again.
    ///
    /// The answer says how much was collected, if the server counts.
    ///
    /// ```no_run
    /// # use mastodon_api::{Client, Error, methods};
    /// # async fn example(client: Client) -> Result<(), Error> {
    /// let call = methods::statuses::Context::new("1");
    /// let mut answered = client.send_full(call.clone()).await?;
    /// if let Some(refresh) = &answered.refresh {
    ///     client.refreshed(refresh, std::time::Duration::from_secs(30)).await?;
    ///     answered = client.send_full(call).await?;
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotReachedReason::Timeout`] when it takes longer, and as other calls.
    pub async fn refreshed(
        &self,
        refresh: &Refresh,
        limit: Duration,
    ) -> Result<Option<u64>, Error> {
        let call = async_refreshes::Show::new(&*refresh.id);
        let end = Instant::now().checked_add(limit);
        loop {
            let next = Instant::now().checked_add(refresh.retry);
            if end.is_some_and(|end| next.is_none_or(|next| next > end)) {
                return Err(super::not_reached(NotReachedReason::Timeout));
            }
            tokio::time::sleep(refresh.retry).await;
            let WrappedAsyncRefresh { async_refresh, .. } = self.send(call.clone()).await?;
            if async_refresh.status == AsyncRefreshStatus::Finished {
                return Ok(async_refresh.result_count);
            }
        }
    }

    pub(super) fn answered<T>(
        &self,
        response: Response<Bytes>,
        read: impl FnOnce(Response<Bytes>) -> Result<T, Error>,
    ) -> Result<Answered<T>, Error> {
        let (status, headers) = (response.status(), response.headers().clone());
        Ok(Answered {
            value: read(response)?,
            status,
            rate: RateLimit::from_headers(&headers),
            deprecation: Deprecation::from_headers(&headers),
            refresh: Refresh::from_headers(&headers),
            headers,
        })
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_str(value).unwrap());
        headers
    }

    #[test]
    fn deprecation_in_all_its_forms() {
        let of = |value: &str| Deprecation::from_headers(&headers("deprecation", value));
        let since = of("@1668384000").unwrap().since.unwrap();
        assert_eq!(since.to_rfc3339(), "2022-11-14T00:00:00+00:00");
        for vague in ["true", "?1", "@", "@soon", "@99999999999999999"] {
            assert_eq!(of(vague).unwrap().since, None, "{vague}");
        }
        assert_eq!(of("false"), None);
        assert_eq!(Deprecation::from_headers(&HeaderMap::new()), None);
        let mut both = headers("deprecation", "true");
        let sunset = HeaderValue::from_static("Wed, 11 Nov 2026 23:59:59 GMT");
        both.insert("sunset", sunset);
        let sunset = Deprecation::from_headers(&both).unwrap().sunset.unwrap();
        assert_eq!(sunset.to_rfc3339(), "2026-11-11T23:59:59+00:00");
    }

    #[test]
    fn a_refresh_is_bounded() {
        let of = |value: &str| Refresh::from_headers(&headers("mastodon-async-refresh", value));
        let refresh = of(r#"id="abc", retry=5, result_count=2"#).unwrap();
        assert_eq!(
            (&*refresh.id, refresh.retry.as_secs(), refresh.result_count),
            ("abc", 5, Some(2))
        );
        let seconds = |value| of(value).unwrap().retry.as_secs();
        assert_eq!(seconds("id=a, retry=0"), 1);
        assert_eq!(seconds("id=a, retry=99999999999"), 60);
        assert_eq!(seconds("id=a, retry=-1"), 1);
        for nothing in ["", "id=", "retry=5", "id"] {
            assert_eq!(of(nothing), None, "{nothing}");
        }
    }
}
