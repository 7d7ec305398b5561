//! Who is asked for the addresses of a name.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;

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
pub(crate) struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve<'a>(
        &'a self,
        name: &'a str,
    ) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>> {
        Box::pin(async move {
            Ok(tokio::net::lookup_host((name, 0))
                .await?
                .map(|address| address.ip())
                .collect())
        })
    }
}
