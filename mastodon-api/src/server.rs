//! Which program answers, and in which version.

use crate::entities::Instance;

/// Which program answers, and in which version.
///
/// It advises and never decides: a server may have more or less than its version says.
///
/// ```
/// use mastodon_api::Server;
///
/// let server = Server::from_version("2.7.2 (compatible; Akkoma 3.13.2-0-gabc)");
/// assert_eq!(server.software, "Akkoma");
/// assert_eq!(server.version, "3.13.2-0-gabc");
/// assert_eq!(server.mastodon_version(), Some([2, 7, 2]));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Server {
    /// The program: `Mastodon`, `Pleroma`, `GoToSocial`.
    pub software: String,
    /// Its own version.
    pub version: String,
    mastodon: Option<[u32; 3]>,
}

impl Server {
    /// Reads the `version` text of an instance.
    #[must_use]
    pub fn from_version(text: &str) -> Self {
        let mastodon = numbers(text);
        let inside = text
            .split_once("(compatible;")
            .and_then(|(_, rest)| rest.split(')').next());
        let (software, version) = match inside.map(str::trim) {
            Some(inside) => inside.split_once(' ').unwrap_or((inside, "")),
            None => ("Mastodon", text.trim()),
        };
        Self {
            software: software.to_owned(),
            version: version.trim().to_owned(),
            mastodon,
        }
    }

    /// The version of Mastodon that it is, or says to be compatible with.
    #[must_use]
    pub fn mastodon_version(&self) -> Option<[u32; 3]> {
        self.mastodon
    }
}

impl From<&Instance> for Server {
    fn from(instance: &Instance) -> Self {
        Self::from_version(&instance.version)
    }
}

/// The three numbers that a version starts with.
fn numbers(text: &str) -> Option<[u32; 3]> {
    let mut parts = text.trim().split('.').map(|part| {
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
    use super::Server;

    #[test]
    fn versions_as_servers_write_them() {
        let server = Server::from_version("4.4.0-alpha.1+glitch");
        assert_eq!(
            (server.software.as_str(), server.mastodon_version()),
            ("Mastodon", Some([4, 4, 0]))
        );
        let server = Server::from_version("2.7.2 (compatible; Pleroma)");
        assert_eq!(
            (server.software.as_str(), server.version.as_str()),
            ("Pleroma", "")
        );
        for odd in ["", "v", "(compatible;", "4", "99999999999.1.1", "4.x"] {
            let _ = Server::from_version(odd);
        }
        assert_eq!(
            Server::from_version("4").mastodon_version(),
            Some([4, 0, 0])
        );
    }
}
