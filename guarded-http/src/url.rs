//! May this URL be fetched? Judged on the parsed value, never on the text it came from.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use url::{Host, Url};

use crate::address;
use crate::error::{Refused, Rule};

/// What a URL must look like to be fetched.
///
/// By default: `https`, port 443, no user name or password, at most 2,048 bytes, and a host that is a public address
/// or a name of the public DNS. `Url::parse` has by then turned `0x7f.1`, `2130706433` and full-width digits into an
/// address, `\` into `/`, and taken tabs and newlines out; these rules look only at what it made.
///
/// A name is judged here by its form alone; the addresses behind it are checked when the connection is made.
#[derive(Clone, Debug)]
pub struct UrlRules {
    max_length: usize,
    ports: Vec<u16>,
    loopback: bool,
    nat64: Vec<Ipv6Addr>,
    mapped: HashMap<String, SocketAddr>,
}

impl UrlRules {
    /// Names that mean this machine, this network, or an overlay that the DNS does not reach, with all that end in them: RFC 6761
    /// (`localhost`), RFC 6762 (`local`, and the private names of its appendix G), RFC 7686 (`onion`), RFC 9476 (`alt`), all of
    /// `arpa` (RFC 3172; home networks have `home.arpa`), `internal` and `mail`, which ICANN keeps out of the DNS, and `consul` and
    /// `svc`, which service discovery answers.
    ///
    /// `test`, `invalid` and `example` (RFC 6761) are not among them: nobody has them, so there is nobody to protect, and their
    /// addresses would be checked like all others.
    pub const LOCAL_SUFFIXES: &[&str] = &[
        "alt",
        "arpa",
        "consul",
        "corp",
        "home",
        "i2p",
        "internal",
        "intranet",
        "lan",
        "local",
        "localdomain",
        "localhost",
        "mail",
        "onion",
        "private",
        "svc",
    ];

    /// The default rules.
    #[must_use]
    pub fn new() -> Self {
        Self {
            max_length: 2048,
            ports: vec![443],
            loopback: false,
            nat64: Vec::new(),
            mapped: HashMap::new(),
        }
    }

    /// Sets how many bytes a URL may have; 2,048 by default.
    #[must_use]
    pub fn max_length(mut self, bytes: usize) -> Self {
        self.max_length = bytes;
        self
    }

    /// Allows one more port beside 443.
    #[must_use]
    pub fn allow_port(mut self, port: u16) -> Self {
        self.ports.push(port);
        self
    }

    /// Allows addresses that a NAT64 with this prefix of 96 bits translates, where the IPv4 address inside is public; the last
    /// 32 bits given here do not count.
    ///
    /// For a network that reaches IPv4 only by DNS64: the prefix is `64:ff9b::`, or the network's own. An address inside it is
    /// judged by the rules for IPv4 alone, so `64:ff9b::7f00:1` stays refused. A network with a prefix of its own should name it
    /// here in any case: it looks like any public address, and only then is what it leads to checked.
    /// ([RFC 6052](https://www.rfc-editor.org/rfc/rfc6052#section-2.2))
    #[must_use]
    pub fn allow_nat64(mut self, prefix: Ipv6Addr) -> Self {
        self.nat64.push(prefix);
        self
    }

    /// Allows loopback addresses and `localhost` names, and there plain `http` and any port.
    ///
    /// For tests and demonstrations: in production this lets strangers reach every service on this machine.
    #[must_use]
    pub fn danger_allow_loopback(mut self) -> Self {
        self.loopback = true;
        self
    }

    /// Says that `host` has this address, whatever the DNS says, and takes the name and the address unchecked.
    ///
    /// A port in the URL wins over the port given here. Together with
    /// [`danger_allow_loopback`](Self::danger_allow_loopback), a name with a loopback address may also be asked over
    /// plain `http` and on any port. For tests and demonstrations.
    #[must_use]
    pub fn danger_resolve(mut self, host: &str, address: SocketAddr) -> Self {
        self.mapped.insert(normal_name(host), address);
        self
    }

    /// Checks a parsed URL.
    ///
    /// # Errors
    ///
    /// The first rule that the URL breaks.
    pub fn check(&self, url: &Url) -> Result<CheckedUrl, Refused> {
        let refuse = |rule| Refused::new(rule, url.host_str());
        if url.as_str().len() > self.max_length {
            return Err(refuse(Rule::UrlTooLong));
        }
        if !matches!(url.scheme(), "https" | "http") {
            return Err(refuse(Rule::Scheme));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refuse(Rule::Credentials));
        }
        let mut url = url.clone();
        url.set_fragment(None);
        match url.host() {
            None => return Err(refuse(Rule::HostName)),
            Some(Host::Ipv4(address)) => {
                self.check_address(address.into())
                    .map_err(|block| refuse(Rule::Address(block)))?;
            }
            Some(Host::Ipv6(address)) => {
                self.check_address(address.into())
                    .map_err(|block| refuse(Rule::Address(block)))?;
            }
            Some(Host::Domain(name)) => {
                let name = normal_name(name);
                if !self.mapped.contains_key(&name) {
                    self.check_name(&name).map_err(refuse)?;
                }
                // `example.com.` and `example.com` are one host: one spelling for block lists, pools and origins.
                if url.set_host(Some(&name)).is_err() || url.domain() != Some(&*name) {
                    return Err(refuse(Rule::HostName));
                }
            }
        }
        let plain = url
            .host_str()
            .is_some_and(|host| self.allows_plain_http(host));
        if url.scheme() == "http" && !plain {
            return Err(refuse(Rule::Scheme));
        }
        if !plain
            && !url
                .port_or_known_default()
                .is_some_and(|port| self.ports.contains(&port))
        {
            return Err(refuse(Rule::Port));
        }
        Ok(CheckedUrl(url))
    }

    /// Parses and checks a URL.
    ///
    /// # Errors
    ///
    /// [`Rule::Unreadable`] for a text that is no URL, else the first rule that the URL breaks.
    pub fn parse(&self, text: &str) -> Result<CheckedUrl, Refused> {
        if text.len() > self.max_length {
            return Err(Refused::new(Rule::UrlTooLong, None));
        }
        match Url::parse(text) {
            Ok(url) => self.check(&url),
            Err(_) => Err(Refused::new(Rule::Unreadable, None)),
        }
    }

    /// Whether plain `http` and any port are allowed for this host (written as in a URL: `[::1]`, `alice.example`).
    ///
    /// Only ever true after [`danger_allow_loopback`](Self::danger_allow_loopback): for loopback addresses,
    /// `localhost` names, and names that [`danger_resolve`](Self::danger_resolve) gave a loopback address.
    #[must_use]
    pub fn allows_plain_http(&self, host: &str) -> bool {
        if !self.loopback {
            return false;
        }
        match Host::parse(host) {
            Ok(Host::Ipv4(address)) => address.is_loopback(),
            Ok(Host::Ipv6(address)) => address.is_loopback(),
            Ok(Host::Domain(name)) => {
                let name = normal_name(&name);
                match self.mapped.get(&name) {
                    Some(address) => address.ip().is_loopback(),
                    None => is_localhost(&name),
                }
            }
            Err(_) => false,
        }
    }

    pub(crate) fn check_address(&self, address: IpAddr) -> Result<(), address::SpecialBlock> {
        if self.loopback && address.is_loopback() {
            return Ok(());
        }
        if let IpAddr::V6(address) = address
            && let Some(inner) = self
                .nat64
                .iter()
                .find_map(|prefix| address::nat64(address, *prefix, 96))
        {
            return address::check(inner.into());
        }
        address::check(address)
    }

    /// The address of a name that needs no DNS: one given by hand, or a `localhost` name where these are allowed.
    #[cfg_attr(
        not(feature = "client"),
        expect(dead_code, reason = "asked by the resolver")
    )]
    pub(crate) fn known_addresses(&self, name: &str) -> Option<Vec<SocketAddr>> {
        let name = normal_name(name);
        if let Some(address) = self.mapped.get(&name) {
            return Some(vec![*address]);
        }
        // RFC 6761, section 6.3: such names are never asked of the DNS. Port 0 lets the URL's port count.
        (self.loopback && is_localhost(&name)).then(|| {
            vec![
                (Ipv4Addr::LOCALHOST, 0).into(),
                (Ipv6Addr::LOCALHOST, 0).into(),
            ]
        })
    }

    fn check_name(&self, name: &str) -> Result<(), Rule> {
        if !is_dns_name(name) {
            return Err(Rule::HostName);
        }
        if is_localhost(name) {
            return if self.loopback {
                Ok(())
            } else {
                Err(Rule::LocalName)
            };
        }
        let is_local = |suffix: &&str| has_suffix(name, suffix);
        if !name.contains('.') || Self::LOCAL_SUFFIXES.iter().any(is_local) {
            return Err(Rule::LocalName);
        }
        Ok(())
    }
}

impl Default for UrlRules {
    fn default() -> Self {
        Self::new()
    }
}

/// A URL that passed [`UrlRules`], without fragment and without a trailing dot in its host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedUrl(Url);

impl CheckedUrl {
    /// The URL.
    #[must_use]
    pub fn as_url(&self) -> &Url {
        &self.0
    }

    /// The URL, no longer marked as checked.
    #[must_use]
    pub fn into_url(self) -> Url {
        self.0
    }
}

pub(crate) fn normal_name(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

/// Letters, digits, `-` and `_` in labels of at most 63 bytes, 253 bytes in all.
pub(crate) fn is_dns_name(name: &str) -> bool {
    let sound = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    name.len() <= 253 && name.split('.').all(sound)
}

fn is_localhost(name: &str) -> bool {
    has_suffix(name, "localhost")
}

fn has_suffix(name: &str, suffix: &str) -> bool {
    name.strip_suffix(suffix)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}
