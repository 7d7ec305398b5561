//! Credentials in a file that nobody else reads.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::Credentials;

/// Bytes that a file of credentials may have.
const MAX_FILE: u64 = 64 * 1024;

impl Credentials {
    /// Writes them to a file, in the place of one that may be there.
    ///
    /// On Unix only this user can read it, from the first byte on; elsewhere the folder decides. It is replaced as a
    /// whole, so an interruption leaves the old one. The folder must exist.
    ///
    /// # Errors
    ///
    /// [`CredentialsError::Write`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), CredentialsError> {
        let path = path.as_ref();
        let write = || {
            let text = Zeroizing::new(serde_json::to_vec_pretty(self)?);
            let folder = path
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty());
            // This crate makes files with the mode 0600.
            let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
            file.write_all(&text)?;
            file.as_file().sync_all()?;
            file.persist(path)?;
            Ok(())
        };
        write().map_err(|source| CredentialsError::Write {
            path: path.to_owned(),
            source,
        })
    }

    /// Reads them from a file.
    ///
    /// # Errors
    ///
    /// When there is no such file ([`CredentialsError::is_not_found`]), when others may read it (on Unix), or when it
    /// holds something else. No error shows what it holds.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, CredentialsError> {
        let path = path.as_ref();
        let unreadable = |source| CredentialsError::Read {
            path: path.to_owned(),
            source,
        };
        // A pipe would make `open` wait, so it is looked at before, and again when it is open.
        let is_file = |metadata: &fs::Metadata| match metadata.is_file() {
            true => Ok(()),
            false => Err(unreadable(io::Error::other("it is not a file"))),
        };
        is_file(&fs::metadata(path).map_err(unreadable)?)?;
        let file = File::open(path).map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        is_file(&metadata)?;
        only_mine(path, &metadata)?;
        let mut text = Zeroizing::new(Vec::new());
        file.take(MAX_FILE + 1)
            .read_to_end(&mut text)
            .map_err(unreadable)?;
        if text.len() as u64 > MAX_FILE {
            return Err(CredentialsError::TooLong {
                path: path.to_owned(),
            });
        }
        // What the reader says may quote a secret, so only the place is kept.
        serde_json::from_slice(&text).map_err(|error| CredentialsError::NotCredentials {
            path: path.to_owned(),
            line: error.line(),
            column: error.column(),
        })
    }
}

#[cfg(unix)]
fn only_mine(path: &Path, metadata: &fs::Metadata) -> Result<(), CredentialsError> {
    let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o7777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(CredentialsError::OpenToOthers {
        path: path.to_owned(),
        mode,
    })
}

#[cfg(not(unix))]
fn only_mine(_: &Path, _: &fs::Metadata) -> Result<(), CredentialsError> {
    Ok(())
}

/// Why credentials cannot be kept in a file, or had from there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialsError {
    /// It cannot be read.
    #[error("the credentials in {} cannot be read", path.display())]
    #[non_exhaustive]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It cannot be written.
    #[error("the credentials cannot be written to {}", path.display())]
    #[non_exhaustive]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others on this computer may read it, or change it.
    #[error(
        "others on this computer may read the credentials in {} (mode {mode:04o}): run `chmod 600 {}`, and log in \
         anew if somebody may have done so",
        path.display(),
        path.display()
    )]
    #[non_exhaustive]
    OpenToOthers {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// It is longer than 64 KiB.
    #[error("{} is too long for credentials: name another file, or remove it and log in again", path.display())]
    #[non_exhaustive]
    TooLong {
        /// The file.
        path: PathBuf,
    },
    /// It holds something else.
    #[error(
        "{} holds no credentials (line {line}, column {column}): name another file, or remove it and log in again",
        path.display()
    )]
    #[non_exhaustive]
    NotCredentials {
        /// The file.
        path: PathBuf,
        /// The line, from 1 on.
        line: usize,
        /// The column, from 1 on.
        column: usize,
    },
}

impl CredentialsError {
    /// Whether there is no such file: nobody has logged in yet.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Read { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> Credentials {
        Credentials::new(
            &"https://mastodon.example".parse().unwrap(),
            "planted-token",
        )
    }

    #[test]
    fn saved_and_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials.json");
        assert!(Credentials::load(&path).unwrap_err().is_not_found());
        some().save(&path).unwrap();
        let mut other = some();
        other.account = Some("ann".to_owned());
        other.save(&path).unwrap();
        let read = Credentials::load(&path).unwrap();
        assert_eq!(read.account.as_deref(), Some("ann"));
        assert_eq!(read.access_token.expose(), "planted-token");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        let nowhere = folder.path().join("none").join("credentials.json");
        assert!(matches!(
            some().save(&nowhere).unwrap_err(),
            CredentialsError::Write { .. }
        ));
    }

    /// Two programs, or two parts of one, save at the same moment: each reader finds one of both, whole.
    #[test]
    fn saved_by_many_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials.json");
        let names: Vec<String> = (1..=8).map(|number| "x".repeat(number * 4000)).collect();
        let of = |name: &String| Credentials {
            account: Some(name.clone()),
            ..some()
        };
        of(&names[0]).save(&path).unwrap();
        std::thread::scope(|scope| {
            for name in &names {
                scope.spawn(|| {
                    for _ in 0..20 {
                        of(name).save(&path).unwrap();
                        let read = Credentials::load(&path).unwrap().account.unwrap();
                        assert!(names.contains(&read));
                    }
                });
            }
        });
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials.json");
        some().save(&path).unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        for mode in [0o644, 0o640, 0o604, 0o620, 0o601] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let error = Credentials::load(&path).unwrap_err();
            assert!(
                matches!(error, CredentialsError::OpenToOthers { mode: said, .. } if said == mode)
            );
            let said = error.to_string();
            let command = format!("run `chmod 600 {}`", path.display());
            assert!(
                said.contains(&command) && said.contains(&format!("0{mode:o}")),
                "{said}"
            );
            // Saving mends it.
            some().save(&path).unwrap();
            assert!(Credentials::load(&path).is_ok());
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
        assert!(Credentials::load(&path).is_ok());
    }

    #[test]
    fn what_a_file_holds_is_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials.json");
        let mut long = some();
        long.scopes = "x".repeat(70_000);
        for (contents, is_long) in [
            (String::new(), false),
            ("planted".to_owned(), false),
            (r#""planted""#.to_owned(), false),
            (
                r#"{"server":["planted"],"access_token":"planted"}"#.to_owned(),
                false,
            ),
            (serde_json::to_string(&long).unwrap(), true),
        ] {
            some().save(&path).unwrap();
            // Not a new file: its mode stays.
            fs::write(&path, contents).unwrap();
            let error = Credentials::load(&path).unwrap_err();
            assert_eq!(
                matches!(error, CredentialsError::TooLong { .. }),
                is_long,
                "{error}"
            );
            assert!(
                !format!("{error} {error:?}").contains("planted"),
                "{error:?}"
            );
        }
        assert!(
            Credentials::load(folder.path())
                .unwrap_err()
                .to_string()
                .contains("cannot be read")
        );
    }
}
