//! The way out of programs that ask servers for a person: flags, client, and advice when it does not work.

use crate::in_words;
use guarded_http::{Error, GuardedClient, Limits, Rule};
use std::net::SocketAddr;
use std::path::PathBuf;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use url::Url;
use webfinger::{Handle, LookupError};

/// What ActivityPub demands of the GET of an object (section 3.2).
pub const ACCEPT: &str = "application/activity+json, \
    application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"";

/// The flags that open what a stranger's address must not reach. For tests and demonstrations.
#[derive(Clone, Debug, clap::Args)]
pub struct NetworkFlags {
    /// Also ask servers on this machine, over plain http. For tests and demonstrations.
    #[arg(long)]
    danger_allow_loopback: bool,
    /// Where a host is, whatever the DNS says. For tests and demonstrations; may be given several times.
    #[arg(long, value_name = "HOST=ADDRESS:PORT", value_parser = place)]
    danger_resolve: Vec<(String, SocketAddr)>,
    /// Also trust the certificate authority in this file (PEM).
    #[arg(long, value_name = "FILE")]
    trust_root: Option<PathBuf>,
}

impl NetworkFlags {
    /// A client that calls itself `program`, and reads documents of up to `max_bytes`.
    ///
    /// # Errors
    ///
    /// TLS could not be set up, or the certificate not read, in words.
    pub fn client(&self, program: &str, max_bytes: usize) -> Result<GuardedClient, String> {
        let mut builder = GuardedClient::builder()
            .user_agent(format!("fedikit-{program}/{}", env!("CARGO_PKG_VERSION")))
            .limits(Limits::new().body(max_bytes));
        if self.danger_allow_loopback {
            builder = builder.danger_allow_loopback();
        }
        for (host, address) in &self.danger_resolve {
            builder = builder.danger_resolve(host, *address);
        }
        if let Some(file) = &self.trust_root {
            let root = CertificateDer::from_pem_file(file);
            let root = root.map_err(|error| {
                format!("cannot read a certificate in {}: {error}", file.display())
            })?;
            builder = builder.trust_root(root.as_ref());
        }
        builder.build().map_err(|error| in_words(&error))
    }

    /// Reads a handle as a person gives it.
    ///
    /// # Errors
    ///
    /// It is none that could be looked up, in words.
    pub fn handle(&self, text: &str) -> Result<Handle, String> {
        let handle = if self.danger_allow_loopback {
            Handle::danger_parse_local(text)
        } else {
            text.parse()
        };
        handle.map_err(|error| {
            format!("{text} is not a handle that can be looked up: {error}; it looks like @user@example.com")
        })
    }
}

fn place(text: &str) -> Result<(String, SocketAddr), String> {
    let (host, address) = text
        .split_once('=')
        .ok_or("write it as HOST=ADDRESS:PORT, such as alice.example=127.0.0.1:8443")?;
    let address = address
        .parse()
        .map_err(|_| format!("{address} is not an address with a port, such as 127.0.0.1:8443"))?;
    Ok((host.to_owned(), address))
}

/// Why a document could not be fetched, and what to do.
#[must_use]
pub fn fetch_advice(url: &Url, error: &Error) -> String {
    format!("cannot fetch {url}: {}", advice(error))
}

/// Why nobody was found, and what to do.
#[must_use]
pub fn lookup_advice(handle: &Handle, error: &LookupError) -> String {
    let advice = match error {
        LookupError::Fetch(fetch) if fetch.is_needs_signature() || fetch.is_forbidden() => {
            format!("{error}: {fetch}; it does not tell everyone who is there")
        }
        LookupError::Fetch(fetch) => format!("{error}: {}", advice(fetch)),
        LookupError::NotFound => format!("{error}; check the spelling"),
        LookupError::Gone => error.to_string(),
        _ => format!("{}; ask the people who run the server", in_words(error)),
    };
    format!("cannot find @{handle}: {advice}")
}

fn advice(error: &Error) -> String {
    let hint = match error {
        Error::NeedsSignature(_) | Error::Forbidden(_) => {
            "it shows documents to signed requests only, or not to everyone, and this program signs nothing"
        }
        // These say it all.
        Error::Gone(_) => return error.to_string(),
        Error::Refused(refused) if is_about_the_answer(refused.rule()) => return error.to_string(),
        Error::Refused(_) => "only public servers are asked, and only over https",
        Error::RateLimited(_) => "try again later",
        Error::Transient(_) => "check the address and the network, or try again later",
        _ => "check the address",
    };
    format!("{error}; {hint}")
}

fn is_about_the_answer(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::TooManyRedirects
            | Rule::BodyTooLong
            | Rule::HeadersTooLong
            | Rule::ContentType
            | Rule::Encoded
            | Rule::Undecodable
    )
}
