//! Waiting until something is seen.

use std::{fmt, pin::pin, time::Duration};

use tokio::time::timeout;

use super::{FakeInstance, RecordedRequest, state::Fake};
use crate::{entities::Status, streaming::Stream};

/// What was waited for and did not come, and what was seen instead.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NotSeen {
    wanted: String,
    patience: Duration,
    seen: Vec<String>,
}

impl NotSeen {
    /// What was seen instead, a line each, oldest first; at most the last 20.
    #[must_use]
    pub fn seen(&self) -> &[String] {
        &self.seen
    }
}

impl fmt::Display for NotSeen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} within {:?}, but ", self.wanted, self.patience)?;
        if self.seen.is_empty() {
            return f.write_str("nothing");
        }
        f.write_str("this:")?;
        self.seen
            .iter()
            .try_for_each(|line| write!(f, "\n  {line}"))
    }
}

impl std::error::Error for NotSeen {}

/// How long one waits.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
const MAX_SEEN: usize = 20;

impl FakeInstance {
    /// How long the `wait_for_…` calls wait before they give up. Without this call: 10 s.
    pub fn set_patience(&self, patience: Duration) {
        self.fake().patience = patience;
    }

    /// Waits until this account has posted a status that fits, also by a boost; at once if it has.
    ///
    /// # Errors
    ///
    /// [`NotSeen`] with the account's statuses when it did not come in time.
    pub async fn wait_for_status_of(
        &self,
        account: &str,
        fits: impl Fn(&Status) -> bool,
    ) -> Result<Status, NotSeen> {
        let wanted = format!("no status of {account} that fits");
        let of = |fake: &Fake| -> Vec<Status> {
            let statuses = fake.all_statuses();
            statuses
                .filter(|status| status.account.username == account)
                .cloned()
                .collect()
        };
        let find = |fake: &Fake| of(fake).into_iter().find(&fits);
        let seen = |status: Status| {
            let text = status.text.unwrap_or_default();
            format!("{} {}: {text:?}", status.id, status.visibility)
        };
        self.wait_for(wanted, find, |fake| {
            of(fake).into_iter().map(seen).collect()
        })
        .await
    }

    /// Waits until a request came in that fits; at once if one did.
    ///
    /// # Errors
    ///
    /// [`NotSeen`] with the requests that came in when it did not come in time.
    pub async fn wait_for_request(
        &self,
        fits: impl Fn(&RecordedRequest) -> bool,
    ) -> Result<RecordedRequest, NotSeen> {
        let find = |fake: &Fake| fake.requests.iter().find(|request| fits(request)).cloned();
        let seen = |request: &RecordedRequest| format!("{} {}", request.method(), request.path());
        let wanted = "no request that fits".to_owned();
        self.wait_for(wanted, find, |fake| {
            fake.requests.iter().map(seen).collect()
        })
        .await
    }

    /// Waits until somebody listens to this stream; at once if somebody does.
    ///
    /// # Errors
    ///
    /// [`NotSeen`] with the streams to which somebody listens when nobody came in time.
    pub async fn wait_for_subscriber(&self, stream: &Stream) -> Result<(), NotSeen> {
        self.wait_for_subscribers(stream, 1).await
    }

    /// Waits until so many connections or more listen to this stream.
    ///
    /// # Errors
    ///
    /// [`NotSeen`] with the streams to which somebody listens when not enough came in time.
    pub async fn wait_for_subscribers(&self, stream: &Stream, count: usize) -> Result<(), NotSeen> {
        let wanted = format!("not {count} listening to {stream:?}");
        let find = |fake: &Fake| (fake.subscribers(stream) >= count).then_some(());
        let seen = |fake: &Fake| {
            fake.listened()
                .map(|stream| format!("{stream:?}"))
                .collect()
        };
        self.wait_for(wanted, find, seen).await
    }

    async fn wait_for<T>(
        &self,
        wanted: String,
        find: impl Fn(&Fake) -> Option<T>,
        seen: impl FnOnce(&Fake) -> Vec<String>,
    ) -> Result<T, NotSeen> {
        let patience = self.fake().patience;
        let search = async {
            loop {
                let mut changed = pin!(self.shared.changed.notified());
                // From here on no change is missed.
                changed.as_mut().enable();
                let found = find(&self.fake());
                match found {
                    Some(found) => return found,
                    None => changed.await,
                }
            }
        };
        let found = timeout(patience, search).await;
        found.map_err(|_| {
            let mut seen = seen(&self.fake());
            seen.drain(..seen.len().saturating_sub(MAX_SEEN));
            NotSeen {
                wanted,
                patience,
                seen,
            }
        })
    }
}
