//! Who is asked for the addresses of a name.

use std::io;
use std::net::{IpAddr, ToSocketAddrs};
use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Asks somebody for the addresses of a name: the operating system by default, or whom
/// [`Builder::resolver`](crate::Builder::resolver) names (another DNS server, DNS over HTTPS, a table in a test).
///
/// Its answer is never trusted: every address in it is checked, one that is not public refuses the name, and what was
/// checked is what is connected to. It is asked once for each connection and has [`Limits::connect`](crate::Limits::connect)
/// of time; a name given by hand, `localhost` and an address written in the URL are not asked at all.
///
/// ```
/// use std::{future::Future, io, net::IpAddr, pin::Pin};
///
/// struct Table;
///
/// impl guarded_http::Resolver for Table {
///     fn resolve<'a>(
///         &'a self,
///         name: &'a str,
///     ) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>> {
///         Box::pin(async move {
///             match name {
///                 "alice.example" => Ok(vec![IpAddr::from([9, 9, 9, 9])]),
///                 _ => Err(io::ErrorKind::NotFound.into()),
///             }
///         })
///     }
/// }
///
/// let client = guarded_http::GuardedClient::builder().resolver(Table).build()?;
/// # Ok::<(), guarded_http::BuildError>(())
/// ```
pub trait Resolver: Send + Sync {
    /// All addresses of a name, which is lower-case ASCII (A-labels) without a trailing dot. The order says which to try
    /// first; none is the same as an error.
    fn resolve<'a>(
        &'a self,
        name: &'a str,
    ) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>>;
}

/// The operating system's own resolver.
///
/// It takes a thread for each name, and keeps it until it has an answer, also when nobody waits for that any more. Name servers
/// of strangers may let it wait long, so there is an end to these threads: the runtime has 512, which the application wants too.
pub(crate) struct SystemResolver {
    threads: Arc<Semaphore>,
}

impl SystemResolver {
    pub(crate) fn new() -> Self {
        Self {
            threads: Arc::new(Semaphore::new(THREADS)),
        }
    }
}

impl Resolver for SystemResolver {
    fn resolve<'a>(
        &'a self,
        name: &'a str,
    ) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>> {
        Box::pin(async move {
            let name = name.to_owned();
            in_thread(&self.threads, move || {
                let addresses = (name.as_str(), 0).to_socket_addrs()?;
                Ok(addresses.map(|address| address.ip()).collect())
            })
            .await
        })
    }
}

const THREADS: usize = 128;

/// Runs in a thread of its own as soon as one of these is free, which it is again when `ask` returns.
async fn in_thread<T: Send + 'static>(
    threads: &Arc<Semaphore>,
    ask: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let place = Arc::clone(threads).acquire_owned().await;
    let place = place.map_err(io::Error::other)?;
    let asking = spawn_blocking(move || {
        let _place = place;
        ask()
    });
    asking.await.map_err(io::Error::other)?
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn who_gives_up_leaves_the_thread_behind_and_no_more_than_so_many() {
        let threads = Arc::new(Semaphore::new(2));
        let (answer, answers) = channel::<()>();
        let answers = Arc::new(std::sync::Mutex::new(answers));
        let slow = || {
            let answers = Arc::clone(&answers);
            in_thread(&threads, move || {
                answers.lock().unwrap().recv().map_err(io::Error::other)
            })
        };
        for _ in 0..2 {
            assert!(slow().now_or_never().is_none());
        }
        let mut third = Box::pin(in_thread(&threads, || Ok(3)));
        assert!(third.as_mut().now_or_never().is_none());
        assert_eq!(
            threads.available_permits(),
            0,
            "nobody waits, two are asked"
        );
        answer.send(()).unwrap();
        assert_eq!(third.await.unwrap(), 3);
        answer.send(()).unwrap();
    }
}
