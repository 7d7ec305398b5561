//! A folder: how many of its documents were read, and how many exactly.

use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fs::{self, DirEntry, File};
use std::io::{self, Read as _};
use std::path::Path;

use crate::MAX_BYTES;
use crate::document::{self, Document};

/// How many folders inside each other are walked.
const MAX_DEPTH: usize = 32;

/// What was found. A file is read, counted and forgotten, so memory grows with the number of folders and failures only.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Survey {
    pub(crate) total: Count,
    /// By path from the folder that was given; `.` is that folder.
    pub(crate) folders: BTreeMap<String, Count>,
    pub(crate) failures: Vec<Failure>,
    /// What was passed over, by the ending of the name or in words.
    pub(crate) skipped: BTreeMap<String, u64>,
    /// How many files begin with a byte order mark, without which they were read.
    pub(crate) byte_order_marks: u64,
    #[serde(skip)]
    pub(crate) skipped_names: Vec<String>,
    #[serde(skip)]
    keep_names: bool,
}

/// The documents of a folder.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Count {
    /// All of them.
    pub(crate) files: u64,
    /// Those that their reader accepted.
    pub(crate) parsed: u64,
    /// Those that are the same JSON value after they were read and written.
    pub(crate) exact: u64,
}

/// A document that is not exact, or a folder that could not be opened.
#[derive(Debug, Serialize)]
pub(crate) struct Failure {
    pub(crate) file: String,
    pub(crate) reason: String,
}

impl Survey {
    /// Walks a folder and its sub-folders. `keep_names` also notes the names of skipped files.
    pub(crate) fn of(folder: &Path, keep_names: bool) -> io::Result<Self> {
        let mut survey = Self {
            keep_names,
            ..Self::default()
        };
        survey.walk(folder, ".", 1)?;
        Ok(survey)
    }

    /// Whether there was no document at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.total.files == 0
    }

    fn walk(&mut self, folder: &Path, name: &str, depth: usize) -> io::Result<()> {
        let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
        entries.sort_by_key(DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            let file_name = entry.file_name();
            let file_name = file_name.to_string_lossy();
            let below = match name {
                "." => file_name.into_owned(),
                name => format!("{name}/{file_name}"),
            };
            // Of the entry itself: what a symbolic link points at may be anywhere, or the folder it stands in.
            let kind = entry.file_type()?;
            if kind.is_dir() && depth < MAX_DEPTH {
                if let Err(error) = self.walk(&path, &below, depth + 1) {
                    self.fail(below, format!("the folder cannot be opened: {error}"));
                }
            } else if kind.is_dir() {
                self.skip(below, "(folders nested too deeply)");
            } else if kind.is_file() {
                self.file(&path, name, below);
            } else {
                self.skip(below, "(symbolic links and special files)");
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, folder: &str, name: String) {
        let ending = path
            .extension()
            .map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        let ending = ending.unwrap_or_else(|| "(no ending)".to_owned());
        let outcome = match read(path, is_json(&ending)) {
            Ok(Contents::NotJson) => return self.skip(name, &ending),
            Ok(Contents::TooLarge) => {
                Outcome::refused("too large: documents of at most 16 MiB are read")
            }
            Ok(Contents::Json(bytes)) => {
                let (bytes, marked) = document::without_byte_order_mark(bytes);
                self.byte_order_marks += u64::from(marked);
                Outcome::of(&bytes)
            }
            Err(error) => Outcome::refused(&format!("it cannot be read: {error}")),
        };
        for count in [
            &mut self.total,
            self.folders.entry(folder.to_owned()).or_default(),
        ] {
            count.files += 1;
            count.parsed += u64::from(outcome.parsed);
            count.exact += u64::from(outcome.failure.is_none());
        }
        if let Some(reason) = outcome.failure {
            self.fail(name, reason);
        }
    }

    fn fail(&mut self, file: String, reason: String) {
        self.failures.push(Failure { file, reason });
    }

    fn skip(&mut self, name: String, why: &str) {
        *self.skipped.entry(why.to_owned()).or_default() += 1;
        if self.keep_names {
            self.skipped_names.push(name);
        }
    }
}

/// What became of a file.
struct Outcome {
    parsed: bool,
    /// Why it is not exact.
    failure: Option<String>,
}

impl Outcome {
    fn of(bytes: &[u8]) -> Self {
        let documents = match document::split(bytes) {
            Ok(documents) => documents,
            Err(reason) => return Self::refused(&reason),
        };
        let mut outcome = Self {
            parsed: true,
            failure: None,
        };
        let several = documents.len() > 1;
        for (at, document) in documents.into_iter().enumerate() {
            let place = if several {
                format!("document {at}: ")
            } else {
                String::new()
            };
            if let Err(reason) = Document::read(document) {
                return Self::refused(&format!("{place}{reason}"));
            }
            if let Err(reason) = document::check_exact(document) {
                outcome
                    .failure
                    .get_or_insert(format!("{place}read, but not exactly: {reason}"));
            }
        }
        outcome
    }

    fn refused(reason: &str) -> Self {
        Self {
            parsed: false,
            failure: Some(reason.to_owned()),
        }
    }
}

/// What a file holds.
enum Contents {
    Json(Vec<u8>),
    NotJson,
    TooLarge,
}

/// Reads a file if it is JSON. `named_so` says that its name claims it; all others are tried.
fn read(path: &Path, named_so: bool) -> io::Result<Contents> {
    let mut file = File::open(path)?.take(MAX_BYTES as u64 + 1);
    let mut bytes = Vec::new();
    if !named_so {
        // The beginning tells what most other files are not, however large they are.
        file.by_ref().take(1024).read_to_end(&mut bytes)?;
        let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
        if !matches!(first, Some(b'{' | b'[')) {
            return Ok(Contents::NotJson);
        }
    }
    file.read_to_end(&mut bytes)?;
    if bytes.len() > MAX_BYTES {
        return Ok(if named_so {
            Contents::TooLarge
        } else {
            Contents::NotJson
        });
    }
    let is_json = named_so || serde_json::from_slice::<&RawValue>(&bytes).is_ok();
    Ok(if is_json {
        Contents::Json(bytes)
    } else {
        Contents::NotJson
    })
}

/// `json`, `geojson`, `activity+json`, `jsonld`, `jrd`, `activity`.
fn is_json(ending: &str) -> bool {
    ending.ends_with("json") || matches!(ending, "jsonld" | "jrd" | "activity")
}
