//! How many requests run at the same time, per host and in all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Counts running requests. Holds an entry only for hosts with a request that runs or waits.
pub(crate) struct Gate {
    hosts: Arc<Hosts>,
    all: Arc<Semaphore>,
    per_host: usize,
}

type Hosts = Mutex<HashMap<String, Entry>>;

struct Entry {
    users: usize,
    places: Arc<Semaphore>,
}

/// A request's right to run; dropping it lets the next one in.
pub(crate) struct Place {
    _all: Option<OwnedSemaphorePermit>,
    _host: Option<OwnedSemaphorePermit>,
    _user: User,
}

impl Gate {
    pub(crate) fn new(per_host: usize, overall: usize) -> Self {
        let places = |count: usize| count.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            hosts: Arc::default(),
            all: Arc::new(Semaphore::new(places(overall))),
            per_host: places(per_host),
        }
    }

    pub(crate) async fn enter(&self, host: &str) -> Place {
        let (user, places) = self.user_of(host);
        // First the host, then all: whoever waits for a busy host takes no place from the others.
        // Nobody closes these semaphores, so neither is `None`.
        let host = places.acquire_owned().await.ok();
        let all = Arc::clone(&self.all).acquire_owned().await.ok();
        Place {
            _all: all,
            _host: host,
            _user: user,
        }
    }

    fn user_of(&self, host: &str) -> (User, Arc<Semaphore>) {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = hosts.entry(host.to_owned()).or_insert_with(|| Entry {
            users: 0,
            places: Arc::new(Semaphore::new(self.per_host)),
        });
        entry.users += 1;
        (
            User {
                hosts: Arc::clone(&self.hosts),
                host: host.to_owned(),
            },
            Arc::clone(&entry.places),
        )
    }
}

/// Keeps a host's entry alive, also while waiting, and removes it with the last user.
struct User {
    hosts: Arc<Hosts>,
    host: String,
}

impl Drop for User {
    fn drop(&mut self) {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = hosts.get_mut(&self.host) {
            entry.users -= 1;
            if entry.users == 0 {
                hosts.remove(&self.host);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;

    fn is_waiting(future: impl Future<Output = Place>) -> bool {
        pin!(future)
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_pending()
    }

    #[tokio::test]
    async fn a_busy_host_waits_and_the_others_do_not() {
        let gate = Gate::new(2, 3);
        let first = gate.enter("a").await;
        let second = gate.enter("a").await;
        assert!(is_waiting(gate.enter("a")));
        let third = gate.enter("b").await;
        assert!(is_waiting(gate.enter("c")), "all three places are taken");
        drop(third);
        assert!(!is_waiting(gate.enter("c")));
        drop(first);
        assert!(!is_waiting(gate.enter("a")));
        drop(second);
        assert!(
            gate.hosts.lock().unwrap().is_empty(),
            "nothing is remembered about hosts that nobody asks"
        );
    }
}
