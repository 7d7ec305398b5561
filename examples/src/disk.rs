//! Files of a program for one person, which others may not read and which are never half written.

use std::io::{self, Write as _};
use std::path::Path;

/// Makes a folder that only this user can read, with those above it. One that is there already stays as it is.
///
/// # Errors
///
/// When the system refuses.
pub fn make_private_folder(folder: &Path) -> io::Result<()> {
    if folder.as_os_str().is_empty() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Makes a file that only this user can read. One that is there already stays as it is.
///
/// # Errors
///
/// When the system refuses.
pub fn make_private_file(file: &Path) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map(drop)
}

/// Writes a file that only this user can read, in the place of what was there: whoever looks sees the old one or the new one, also after a crash.
///
/// # Errors
///
/// When the system refuses; then the old one is there.
pub fn write_whole(file: &Path, content: &[u8]) -> io::Result<()> {
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    new.write_all(content)?;
    new.as_file().sync_all()?;
    new.persist(file)?;
    Ok(())
}
