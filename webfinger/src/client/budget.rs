//! What one call may cost, over all of its requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use guarded_http::{Answer, Error, RequestBuilder};
use tokio::time::{Instant, timeout_at};

use crate::error::{LookupError, NodeInfoError};

/// The setting.
#[derive(Clone, Copy, Debug)]
pub(super) struct Allowance {
    pub(super) requests: usize,
    pub(super) total: Duration,
}

impl Allowance {
    pub(super) fn new() -> Self {
        Self {
            requests: 10,
            total: Duration::from_secs(30),
        }
    }
}

/// What is left of it. A clone draws on the same.
#[derive(Clone)]
pub(super) struct Budget {
    left: Arc<AtomicUsize>,
    pub(super) deadline: Instant,
}

impl Budget {
    pub(super) fn new(allowance: Allowance) -> Self {
        let now = Instant::now();
        // A limit too far away to be written down is none; so is a year.
        let deadline = now.checked_add(allowance.total);
        Self {
            left: Arc::new(AtomicUsize::new(allowance.requests)),
            deadline: deadline.unwrap_or_else(|| now + Duration::from_secs(365 * 24 * 60 * 60)),
        }
    }

    /// Sends a request, if it still may be sent.
    pub(super) async fn spend(
        &self,
        request: RequestBuilder<'_>,
    ) -> Result<Result<Answer, Error>, Spent> {
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            })
            .map_err(|_| Spent)?;
        timeout_at(self.deadline, request.send())
            .await
            .map_err(|_| Spent)
    }
}

/// Nothing is left.
pub(super) struct Spent;

impl From<Spent> for LookupError {
    fn from(Spent: Spent) -> Self {
        Self::Budget
    }
}

impl From<Spent> for NodeInfoError {
    fn from(Spent: Spent) -> Self {
        Self::Budget
    }
}
