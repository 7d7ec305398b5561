//! Which program answers, in which version, and what it can do.

use std::collections::BTreeMap;
use std::fmt;

use crate::endpoint::Endpoint;
use crate::entities::Instance;
use crate::entities::instance::v1;
use crate::string_enum::string_enum;

pub use limits::InstanceLimits;

mod check;
mod limits;

/// Which program answers, in which version, and what it can do.
///
/// It advises and never decides: a server may have more or less than its version says.
/// [`Client::server`](crate::Client::server) asks a server.
///
/// ```
/// use mastodon_api::{Server, Software, Support, methods};
///
/// let server = Server::from_version("2.7.2 (compatible; Akkoma 3.13.2-0-gabc)");
/// assert_eq!(server.software, Software::Akkoma);
/// assert_eq!(server.version, "3.13.2-0-gabc");
/// assert_eq!(server.mastodon_version(), Some([2, 7, 2]));
///
/// let server = Server::from_version("4.1.2");
/// assert_eq!(server.supports::<methods::timelines::Home>(), Support::Yes);
/// assert_eq!(server.supports_since("4.3.0").to_string(), "Mastodon has it since 4.3.0, and this is 4.1.2");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Server {
    /// The program.
    pub software: Software,
    /// Its own version.
    pub version: String,
    /// Versions of its API: `mastodon` is a number that grows with every change. Mastodon since 4.3.
    pub api_versions: BTreeMap<String, u64>,
    /// What it allows.
    pub limits: InstanceLimits,
    /// Where it says that its streams are.
    pub streaming: Option<String>,
    mastodon: Option<MastodonVersion>,
}

string_enum! {
    /// A program that speaks the API of Mastodon, by its name in [NodeInfo](https://nodeinfo.diaspora.software/).
    ///
    /// Forks that do not say that they are one are [`Mastodon`](Self::Mastodon) (glitch-soc).
    Software {
        /// Akkoma.
        Akkoma = "akkoma",
        /// Fedibird, a fork of Mastodon.
        Fedibird = "fedibird",
        /// Firefish, of the Misskey family.
        Firefish = "firefish",
        /// Friendica.
        Friendica = "friendica",
        /// GoToSocial.
        GoToSocial = "gotosocial",
        /// Hollo.
        Hollo = "hollo",
        /// Hometown, a fork of Mastodon.
        Hometown = "hometown",
        /// Iceshrimp, of the Misskey family.
        Iceshrimp = "iceshrimp",
        /// Iceshrimp.NET.
        IceshrimpNet = "iceshrimp.net",
        /// Mastodon.
        Mastodon = "mastodon",
        /// Misskey.
        Misskey = "misskey",
        /// Mitra.
        Mitra = "mitra",
        /// Pixelfed.
        Pixelfed = "pixelfed",
        /// Pleroma.
        Pleroma = "pleroma",
        /// Sharkey, of the Misskey family.
        Sharkey = "sharkey",
        /// snac.
        Snac = "snac",
        /// Takahē.
        Takahe = "takahe",
    }
}

impl Software {
    /// Whether its version is one of Mastodon.
    pub(crate) fn counts_as_mastodon(&self) -> bool {
        matches!(self, Self::Mastodon | Self::Hometown | Self::Fedibird)
    }
}

impl Server {
    /// Reads the `version` text of an instance.
    #[must_use]
    pub fn from_version(text: &str) -> Self {
        let inside = text
            .split_once("(compatible;")
            .and_then(|(_, rest)| rest.split(')').next());
        let (software, version) = match inside.map(str::trim) {
            Some(inside) => inside.split_once([' ', '/']).unwrap_or((inside, "")),
            None => ("mastodon", text.trim()),
        };
        Self {
            software: software.to_lowercase().into(),
            version: version.trim().to_owned(),
            api_versions: BTreeMap::new(),
            limits: InstanceLimits::default(),
            streaming: None,
            mastodon: MastodonVersion::from_text(text),
        }
    }

    /// The same server, with what its NodeInfo says of `software`.
    ///
    /// It is surer than the version of the instance, where programs say what clients want to read.
    #[must_use]
    pub fn with_software(mut self, name: &str, version: &str) -> Self {
        let software = Software::from(name.to_lowercase());
        if self.software.counts_as_mastodon() && !software.counts_as_mastodon() {
            // Then the version was the program's own.
            self.mastodon = None;
        }
        self.software = software;
        self.version = version.trim().to_owned();
        self
    }

    /// The version of Mastodon that it is, or says to be compatible with.
    #[must_use]
    pub fn mastodon_version(&self) -> Option<[u32; 3]> {
        self.mastodon.map(|version| version.numbers)
    }

    /// Whether it has a call, as far as its version says.
    #[must_use]
    pub fn supports<E: Endpoint>(&self) -> Support {
        self.supports_since(E::SINCE)
    }

    /// Whether it has what Mastodon has since this version, `4.3.0`: a parameter, a value, a call.
    #[must_use]
    pub fn supports_since(&self, version: &str) -> Support {
        let Some(wanted) = MastodonVersion::from_text(version) else {
            return Support::Unknown(self.reason(version));
        };
        // Programs that are not Mastodon may keep their old version text and say with the number what they have.
        let by_number = self.api_versions.get("mastodon").and_then(|number| {
            let (_, version) = API_VERSIONS
                .into_iter()
                .find(|(first, _)| number >= first)?;
            Some(version)
        });
        let numbers = self.mastodon.map(|version| version.numbers).max(by_number);
        let is_before_release = by_number < Some(wanted.numbers)
            && self.mastodon.is_some_and(|version| {
                version.is_before_release && version.numbers == wanted.numbers
            });
        match numbers {
            _ if wanted.numbers == [0; 3] => Support::Yes,
            Some(_) if is_before_release => Support::Unknown(self.reason(version)),
            Some(numbers) if numbers >= wanted.numbers => Support::Yes,
            Some(_) if self.software.counts_as_mastodon() => Support::No(self.reason(version)),
            _ => Support::Unknown(self.reason(version)),
        }
    }

    fn reason(&self, since: &str) -> SupportReason {
        let this = if self.software == Software::Mastodon {
            self.version.clone()
        } else {
            format!("{} {}", self.software, self.version)
        };
        SupportReason {
            since: since.to_owned(),
            this: this.trim().to_owned(),
        }
    }
}

/// Which version of Mastodon has at least which number in `api_versions`, the newest first.
const API_VERSIONS: [(u64, [u32; 3]); 4] = [
    (11, [4, 6, 0]),
    (7, [4, 5, 0]),
    (6, [4, 4, 0]),
    (2, [4, 3, 0]),
];

impl From<&Instance> for Server {
    fn from(instance: &Instance) -> Self {
        Self {
            api_versions: instance.api_versions.clone(),
            limits: instance.into(),
            streaming: instance.configuration.urls.streaming.clone(),
            ..Self::from_version(&instance.version)
        }
    }
}

impl From<&v1::Instance> for Server {
    fn from(instance: &v1::Instance) -> Self {
        let urls = instance.urls.as_ref();
        Self {
            limits: instance.into(),
            streaming: urls.and_then(|urls| urls.streaming_api.clone()),
            ..Self::from_version(&instance.version)
        }
    }
}

/// Whether a server has something, as far as its version says.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Support {
    /// Its version has it.
    Yes,
    /// It is Mastodon, of a version that is too old.
    No(SupportReason),
    /// It is another program, or says too little.
    Unknown(SupportReason),
}

impl fmt::Display for Support {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Yes => f.write_str("the server has it"),
            Self::No(reason) => reason.fmt(f),
            Self::Unknown(reason) => write!(f, "{reason}, which may or may not have it"),
        }
    }
}

/// Why a server may not have something.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SupportReason {
    /// The version of Mastodon that has it first.
    pub since: String,
    /// What the server is.
    pub this: String,
}

impl fmt::Display for SupportReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { since, this } = self;
        write!(f, "Mastodon has it since {since}, and this is {this}")
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct MastodonVersion {
    numbers: [u32; 3],
    /// `4.4.0-alpha.1` comes before `4.4.0` and may have some of it.
    is_before_release: bool,
}

impl MastodonVersion {
    fn from_text(text: &str) -> Option<Self> {
        let first = text.trim().split([' ', '+']).next().unwrap_or_default();
        let (numbers, suffix) = first.split_once('-').unwrap_or((first, ""));
        let is_before_release = ["alpha", "beta", "rc", "nightly"]
            .iter()
            .any(|name| suffix.starts_with(name));
        Some(Self {
            numbers: three(numbers)?,
            is_before_release,
        })
    }
}

/// The three numbers that a version starts with.
fn three(text: &str) -> Option<[u32; 3]> {
    let mut parts = text.split('.').map(|part| {
        let digits = part
            .find(|c: char| !c.is_ascii_digit())
            .map_or(part, |end| part.split_at(end).0);
        digits.parse().ok()
    });
    Some([
        parts.next()??,
        parts.next().flatten().unwrap_or(0),
        parts.next().flatten().unwrap_or(0),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_as_servers_write_them() {
        let server = Server::from_version("4.4.0-alpha.1+glitch");
        assert_eq!(
            (&server.software, server.mastodon_version()),
            (&Software::Mastodon, Some([4, 4, 0]))
        );
        let server = Server::from_version("2.7.2 (compatible; Pleroma)");
        assert_eq!(
            (&server.software, server.version.as_str()),
            (&Software::Pleroma, "")
        );
        let server = Server::from_version("4.2.1 (compatible; Iceshrimp.NET/2025.1)");
        assert_eq!(server.software, Software::IceshrimpNet);
        for odd in ["", "v", "(compatible;", "4", "99999999999.1.1", "4.x"] {
            let _ = Server::from_version(odd);
        }
        assert_eq!(
            Server::from_version("4").mastodon_version(),
            Some([4, 0, 0])
        );
    }

    #[test]
    fn what_a_version_has() {
        let mastodon = Server::from_version("4.4.0-rc.1");
        assert_eq!(mastodon.supports_since("4.3.9"), Support::Yes);
        assert!(matches!(
            mastodon.supports_since("4.4.0"),
            Support::Unknown(_)
        ));
        assert!(matches!(mastodon.supports_since("4.5.0"), Support::No(_)));
        assert_eq!(
            Server::from_version("").supports_since("0.0.0"),
            Support::Yes
        );

        let mut pleroma = Server::from_version("2.7.2 (compatible; Pleroma 2.6)");
        assert_eq!(pleroma.supports_since("2.4.3"), Support::Yes);
        let unknown = pleroma.supports_since("4.3.0");
        assert_eq!(
            unknown.to_string(),
            "Mastodon has it since 4.3.0, and this is pleroma 2.6, which may or may not have it"
        );
        pleroma.api_versions.insert("mastodon".into(), 6);
        assert_eq!(pleroma.supports_since("4.4.0"), Support::Yes);
    }

    #[test]
    fn what_node_info_says_is_surer() {
        let server = Server::from_version("0.17.3+git-abc").with_software("GoToSocial", "0.17.3");
        assert_eq!(server.software, Software::GoToSocial);
        assert_eq!(server.mastodon_version(), None);
        assert!(matches!(
            server.supports_since("1.0.0"),
            Support::Unknown(_)
        ));
        let server = Server::from_version("4.4.1 (compatible; Hollo 0.6)");
        let server = server.with_software("hollo", "0.6.1");
        assert_eq!(server.mastodon_version(), Some([4, 4, 1]));
        let server = Server::from_version("4.4.1+glitch").with_software("mastodon", "4.4.1+glitch");
        assert_eq!(server.supports_since("4.4.0"), Support::Yes);
    }
}
