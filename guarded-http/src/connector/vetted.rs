//! From a host to addresses that may be connected to.

use std::io;
use std::net::{IpAddr, SocketAddr};

use http::Uri;
use http::uri::Scheme;
use url::Host;

use super::ConnectError;
use crate::resolver::Resolver;
use crate::url::UrlRules;

/// An address that passed the rules. Nothing outside this file can make one, and nothing else is connected to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Vetted(SocketAddr);

impl Vetted {
    pub(super) fn address(&self) -> SocketAddr {
        self.0
    }

    fn check(rules: &UrlRules, address: IpAddr, port: u16) -> Result<Self, ConnectError> {
        rules
            .check_address(address)
            .map_err(ConnectError::NotPublic)?;
        Ok(Self(SocketAddr::new(address, port)))
    }
}

/// Every address of the URL's host, if all of them may be connected to.
pub(super) async fn addresses(
    rules: &UrlRules,
    resolver: &dyn Resolver,
    uri: &Uri,
) -> Result<Vec<Vetted>, ConnectError> {
    let port = uri
        .port_u16()
        .unwrap_or(if uri.scheme() == Some(&Scheme::HTTP) {
            80
        } else {
            443
        });
    let name = match Host::parse(uri.host().unwrap_or_default()) {
        Ok(Host::Ipv4(address)) => return Ok(vec![Vetted::check(rules, address.into(), port)?]),
        Ok(Host::Ipv6(address)) => return Ok(vec![Vetted::check(rules, address.into(), port)?]),
        Ok(Host::Domain(name)) => name,
        Err(_) => return Err(ConnectError::Dns(io::ErrorKind::InvalidInput.into())),
    };
    if let Some(known) = rules.known_addresses(&name) {
        // The port given by hand counts where the URL has none.
        let by_hand = |mut address: SocketAddr| {
            if address.port() == 0 || uri.port().is_some() {
                address.set_port(port);
            }
            Vetted(address)
        };
        return Ok(known.into_iter().map(by_hand).collect());
    }
    let answer = resolver.resolve(&name).await.map_err(ConnectError::Dns)?;
    if answer.is_empty() {
        return Err(ConnectError::Dns(io::ErrorKind::NotFound.into()));
    }
    // One bad address refuses all: who mixes them is trying which one we take.
    answer
        .into_iter()
        .map(|address| Vetted::check(rules, address, port))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;

    use super::*;

    struct Answer(Vec<IpAddr>);

    impl Answer {
        fn new(addresses: &[&str]) -> Self {
            Self(addresses.iter().map(|a| a.parse().unwrap()).collect())
        }
    }

    impl Resolver for Answer {
        fn resolve<'a>(
            &'a self,
            _: &'a str,
        ) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>> {
            Box::pin(async { Ok(self.0.clone()) })
        }
    }

    async fn vetted(
        rules: UrlRules,
        answer: &[&str],
        uri: &'static str,
    ) -> Result<Vec<String>, ConnectError> {
        let addresses = addresses(&rules, &Answer::new(answer), &Uri::from_static(uri)).await?;
        Ok(addresses.iter().map(|it| it.0.to_string()).collect())
    }

    #[tokio::test]
    async fn every_address_of_an_answer_is_checked() {
        for (answer, passes) in [
            (&["127.0.0.1"][..], false),
            (&["9.9.9.9", "10.0.0.1"], false),
            (&["2620:fe::9", "9.9.9.9", "::ffff:9.9.9.9"], false),
            (&["9.9.9.9", "2620:fe::9"], true),
        ] {
            match vetted(UrlRules::new(), answer, "https://v.example").await {
                Ok(_) => assert!(passes, "{answer:?}"),
                Err(ConnectError::NotPublic(_)) => assert!(!passes, "{answer:?}"),
                Err(error) => panic!("{answer:?}: {error}"),
            }
        }
    }

    /// Even if a URL came here unchecked.
    #[tokio::test]
    async fn literals_are_checked() {
        for uri in [
            "https://127.0.0.1",
            "https://0x7f.1",
            "https://2130706433",
            "https://[::1]",
            "https://[::ffff:10.0.0.1]",
        ] {
            assert!(
                matches!(
                    vetted(UrlRules::new(), &["9.9.9.9"], uri).await,
                    Err(ConnectError::NotPublic(_))
                ),
                "{uri}"
            );
        }
        assert_eq!(
            vetted(UrlRules::new(), &[], "https://[2620:fe::9]:8443")
                .await
                .unwrap(),
            ["[2620:fe::9]:8443"]
        );
    }

    #[tokio::test]
    async fn an_empty_answer_is_an_error() {
        assert!(matches!(
            vetted(UrlRules::new(), &[], "https://v.example").await,
            Err(ConnectError::Dns(_))
        ));
    }

    #[tokio::test]
    async fn localhost_is_never_asked_of_anybody() {
        let rules = UrlRules::new().danger_allow_loopback();
        assert_eq!(
            vetted(rules, &["10.0.0.1"], "http://a.localhost")
                .await
                .unwrap(),
            ["127.0.0.1:80", "[::1]:80"]
        );
        // Nor does it mean this machine where that is not allowed.
        let strict = vetted(UrlRules::new(), &["10.0.0.1"], "https://a.localhost").await;
        assert!(matches!(strict, Err(ConnectError::NotPublic(_))));
    }

    #[tokio::test]
    async fn the_port_of_the_url_wins() {
        let rules = UrlRules::new().danger_resolve("v.example", ([10, 0, 0, 1], 8443).into());
        for (uri, expected) in [
            ("https://v.example", "10.0.0.1:8443"),
            ("https://v.example:444", "10.0.0.1:444"),
        ] {
            assert_eq!(vetted(rules.clone(), &[], uri).await.unwrap(), [expected]);
        }
    }
}
