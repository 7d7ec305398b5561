//! The file in which alerts arrive, one JSON object a line, read while it grows.

use std::fs::{File, Metadata};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;

/// A line longer than this is no alert, whatever is in it.
const LONGEST_LINE: usize = 64 * 1024;

/// As `tail -F` reads: the whole file first, then what is written to it. A file that was rotated or truncated is read from its beginning,
/// and one that is not there yet is waited for.
pub(crate) struct Feed {
    path: PathBuf,
    open: Option<File>,
    read: u64,
    /// What stands after the last end of a line: its writer is not done.
    begun: Vec<u8>,
    is_too_long: bool,
}

/// What one look gave: the lines, or that there was one too long to be one.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Line {
    Text(String),
    Unreadable(&'static str),
}

impl Feed {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self {
            path,
            open: None,
            read: 0,
            begun: Vec::new(),
            is_too_long: false,
        }
    }

    /// The lines that were completed since the last look, at most about a megabyte of them: nothing means that there is no more at present.
    pub(crate) fn look(&mut self) -> io::Result<Vec<Line>> {
        let mut lines = Vec::new();
        if let Some(file) = self.open.take() {
            let length = file.metadata()?.len();
            if length < self.read {
                self.begin(file)?;
            } else {
                self.open = Some(file);
            }
            self.read_on(&mut lines)?;
            // The old file is read to its end before the new one is opened.
            if !lines.is_empty() || self.is_still_there()? {
                return Ok(lines);
            }
            self.open = None;
        }
        match File::open(&self.path) {
            Ok(file) => self.begin(file)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(lines),
            Err(error) => return Err(error),
        }
        self.read_on(&mut lines)?;
        Ok(lines)
    }

    fn begin(&mut self, mut file: File) -> io::Result<()> {
        file.seek(SeekFrom::Start(0))?;
        self.open = Some(file);
        self.read = 0;
        self.begun.clear();
        self.is_too_long = false;
        Ok(())
    }

    fn read_on(&mut self, lines: &mut Vec<Line>) -> io::Result<()> {
        let Some(file) = &mut self.open else {
            return Ok(());
        };
        let mut new = Vec::new();
        self.read += u64::try_from(file.take(1024 * 1024).read_to_end(&mut new)?).unwrap_or(0);
        for piece in new.split_inclusive(|byte| *byte == b'\n') {
            let (piece, is_whole) = match piece.strip_suffix(b"\n") {
                Some(piece) => (piece, true),
                None => (piece, false),
            };
            if self.begun.len() + piece.len() > LONGEST_LINE {
                self.is_too_long = true;
                self.begun.clear();
            } else if !self.is_too_long {
                self.begun.extend_from_slice(piece);
            }
            if is_whole {
                let line = std::mem::take(&mut self.begun);
                let line = match std::mem::take(&mut self.is_too_long) {
                    true => Line::Unreadable("the line is longer than 64 KiB"),
                    false => String::from_utf8(line)
                        .map_or(Line::Unreadable("the line is not UTF-8"), Line::Text),
                };
                if line != Line::Text(String::new()) {
                    lines.push(line);
                }
            }
        }
        Ok(())
    }

    /// Whether the file at the path is the one that is open. While there is none, the open one may still grow.
    fn is_still_there(&self) -> io::Result<bool> {
        let Some(open) = &self.open else {
            return Ok(false);
        };
        match std::fs::metadata(&self.path) {
            Ok(there) => Ok(is_same(&there, &open.metadata()?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
            Err(error) => Err(error),
        }
    }
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Elsewhere a file that is open cannot be replaced.
#[cfg(not(unix))]
fn is_same(_: &Metadata, _: &Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn texts(lines: &[Line]) -> Vec<&str> {
        fn text(line: &Line) -> &str {
            match line {
                Line::Text(text) => text,
                Line::Unreadable(_) => "?",
            }
        }
        lines.iter().map(text).collect()
    }

    #[test]
    fn reads_what_grows_is_rotated_and_truncated() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("feed.jsonl");
        let mut feed = Feed::new(path.clone());
        assert_eq!(feed.look().unwrap(), [], "it is not there yet");

        let mut file = File::create(&path).unwrap();
        file.write_all(b"one\n\ntwo\nthr").unwrap();
        assert_eq!(texts(&feed.look().unwrap()), ["one", "two"]);
        assert_eq!(feed.look().unwrap(), [], "the last line is half written");
        file.write_all(b"ee\n").unwrap();
        assert_eq!(texts(&feed.look().unwrap()), ["three"]);

        file.write_all(b"last of the old\n").unwrap();
        std::fs::rename(&path, folder.path().join("feed.1")).unwrap();
        file.write_all(b"later than that\n").unwrap();
        std::fs::write(&path, "first of the new\n").unwrap();
        assert_eq!(
            texts(&feed.look().unwrap()),
            ["last of the old", "later than that"]
        );
        assert_eq!(texts(&feed.look().unwrap()), ["first of the new"]);

        std::fs::write(&path, "short\n").unwrap();
        assert_eq!(texts(&feed.look().unwrap()), ["short"]);
    }

    #[test]
    fn a_line_that_is_none_costs_only_itself() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("feed.jsonl");
        let mut content = vec![b'x'; 3 * 1024 * 1024];
        content.extend_from_slice(b"\nfine\n\xff\xfe\nfine too\n");
        std::fs::write(&path, content).unwrap();
        let mut feed = Feed::new(path);
        let mut all = Vec::new();
        for _ in 0..8 {
            all.extend(feed.look().unwrap());
            assert!(feed.begun.len() <= LONGEST_LINE);
        }
        assert_eq!(texts(&all), ["?", "fine", "?", "fine too"]);
    }
}
