//! Which sockets were opened: evidence for tests.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Writes down every socket that a client is about to open, so that a test can show that there was none, or only this one.
///
/// Give it to [`Builder::record`](crate::Builder::record); a clone shares its list. The list is never shortened, so it is for
/// tests, not for a client that lives long.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    dialled: Arc<Mutex<Vec<Dialled>>>,
}

impl Recorder {
    /// An empty list.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The sockets so far, in the order in which they were about to be opened. One that nobody answered counts too.
    #[must_use]
    pub fn dialled(&self) -> Vec<Dialled> {
        self.dialled
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn note(&self, dialled: Dialled) {
        self.dialled
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(dialled);
    }
}

/// A socket that was about to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dialled {
    /// The host of the URL, as written there: `alice.example`, `9.9.9.9`, `[2620:fe::9]`.
    pub host: String,
    /// Where the socket leads: an address of the host, or the proxy.
    pub address: SocketAddr,
    /// The address of the host that the proxy is asked for, if the socket leads to a proxy.
    pub tunnel: Option<SocketAddr>,
}
