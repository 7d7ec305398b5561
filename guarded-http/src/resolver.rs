//! Turns a name into addresses that may be connected to.
//!
//! What comes out of here is what is dialled, so a second DNS answer gains nothing. An address written in the URL never
//! comes here (the HTTP stack does not ask): [`UrlRules`](crate::UrlRules) judges those.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::address::SpecialBlock;
use crate::error::BoxError;
use crate::url::UrlRules;

/// Asks somebody for all addresses of a name.
pub(crate) type Lookup = Arc<
    dyn Fn(String) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> + Send + Sync,
>;

/// The operating system's own resolver.
pub(crate) fn system() -> Lookup {
    Arc::new(|name| {
        Box::pin(async move {
            Ok(tokio::net::lookup_host((name, 0))
                .await?
                .map(|address| address.ip())
                .collect())
        })
    })
}

/// Resolves names and hands out only addresses that passed the rules.
pub(crate) struct GuardedResolver {
    pub(crate) rules: Arc<UrlRules>,
    pub(crate) lookup: Lookup,
    /// How many addresses of an answer are handed out.
    pub(crate) tries: usize,
    /// Counted up by the connector before it asks; taken back here when nothing is handed out.
    pub(crate) connections: Arc<AtomicU64>,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let rules = Arc::clone(&self.rules);
        let lookup = Arc::clone(&self.lookup);
        let connections = Arc::clone(&self.connections);
        let tries = self.tries;
        Box::pin(async move {
            let answer = vetted(&rules, &lookup, name.as_str(), tries).await;
            if answer.is_err() {
                connections.fetch_sub(1, Ordering::Relaxed);
            }
            answer.map(|addresses| Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// One address of the answer is not public, so the name is refused.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the name resolves to an address that is not public: {0}")]
pub(crate) struct NotPublic(pub(crate) SpecialBlock);

async fn vetted(
    rules: &UrlRules,
    lookup: &Lookup,
    name: &str,
    tries: usize,
) -> Result<Vec<SocketAddr>, BoxError> {
    if let Some(addresses) = rules.known_addresses(name) {
        return Ok(addresses);
    }
    let addresses = lookup(name.to_owned()).await?;
    // One bad address refuses all: who mixes them is trying which one we take.
    for address in &addresses {
        rules.check_address(*address).map_err(NotPublic)?;
    }
    if addresses.is_empty() {
        return Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address").into());
    }
    // Port 0 lets the port of the URL count.
    Ok(addresses
        .into_iter()
        .take(tries.max(1))
        .map(|address| SocketAddr::new(address, 0))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answering(addresses: &[&str]) -> Lookup {
        let addresses: Vec<IpAddr> = addresses.iter().map(|a| a.parse().unwrap()).collect();
        Arc::new(move |_| {
            let addresses = addresses.clone();
            Box::pin(async move { Ok(addresses) })
        })
    }

    async fn refused(addresses: &[&str]) -> bool {
        match vetted(&UrlRules::new(), &answering(addresses), "v.example", 8).await {
            Ok(_) => false,
            Err(error) => error.is::<NotPublic>(),
        }
    }

    #[tokio::test]
    async fn every_address_of_an_answer_is_checked() {
        assert!(refused(&["127.0.0.1"]).await);
        assert!(refused(&["9.9.9.9", "10.0.0.1"]).await);
        assert!(refused(&["2620:fe::9", "9.9.9.9", "::ffff:9.9.9.9"]).await);
        assert!(!refused(&["9.9.9.9", "2620:fe::9"]).await);
    }

    #[tokio::test]
    async fn addresses_that_are_not_tried_are_checked_too() {
        let many = ["9.9.9.9"; 20];
        let addresses = vetted(&UrlRules::new(), &answering(&many), "v.example", 8)
            .await
            .unwrap();
        assert_eq!(addresses.len(), 8);
        let mut many = many.to_vec();
        many.push("192.168.0.1");
        assert!(refused(&many).await);
    }

    #[tokio::test]
    async fn an_empty_answer_is_an_error() {
        assert!(
            vetted(&UrlRules::new(), &answering(&[]), "v.example", 8)
                .await
                .is_err()
        );
    }

    #[tokio::test]
    async fn localhost_is_never_asked_of_anybody() {
        let rules = UrlRules::new().danger_allow_loopback();
        let addresses = vetted(&rules, &answering(&["10.0.0.1"]), "a.localhost", 8)
            .await
            .unwrap();
        assert!(addresses.iter().all(|address| address.ip().is_loopback()));
    }
}
