//! A kind of things in the folder: JSON lines, and beside them how far they go.
//!
//! Lines are added first and noted afterwards. What was added and not noted when the program was killed is cut off at the next start, and asked for again.

use fedikit_examples::disk;
use fedikit_examples::server::BoxError;
use mastodon_api::Cursor;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

pub(crate) struct Store {
    lines: File,
    state_file: PathBuf,
    state: State,
}

/// How far a kind was exported.
#[derive(Default, Deserialize, Serialize)]
struct State {
    /// Bytes of the lines that count.
    bytes: u64,
    /// Lines that count.
    lines: u64,
    /// Where to go on. The beginning if it is missing.
    cursor: Option<String>,
    /// Whether there is no more.
    done: bool,
}

impl Store {
    pub(crate) fn open(folder: &Path, kind: &str) -> Result<Self, BoxError> {
        let state_file = folder.join(format!("{kind}.cursor.json"));
        let state = match std::fs::read(&state_file) {
            Ok(text) => serde_json::from_slice(&text)
                .map_err(|error| format!("{}: {error}", state_file.display()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => State::default(),
            Err(error) => return Err(error.into()),
        };
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut lines = options.open(lines_file(folder, kind))?;
        if lines.metadata()?.len() < state.bytes {
            return Err(format!(
                "{kind}.jsonl is shorter than {} says: remove both to export them anew",
                state_file.display()
            )
            .into());
        }
        lines.set_len(state.bytes)?;
        lines.seek(SeekFrom::End(0))?;
        Ok(Self {
            lines,
            state_file,
            state,
        })
    }

    pub(crate) fn is_done(&self) -> bool {
        self.state.done
    }

    pub(crate) fn count(&self) -> u64 {
        self.state.lines
    }

    pub(crate) fn cursor(&self) -> Result<Option<Cursor>, BoxError> {
        let cursor = self.state.cursor.as_deref();
        Ok(cursor.map(str::parse).transpose()?)
    }

    /// Adds lines, and says where to go on after them.
    pub(crate) fn append(
        &mut self,
        lines: &[Value],
        cursor: Option<&Cursor>,
    ) -> Result<(), BoxError> {
        let mut text = Vec::new();
        for line in lines {
            serde_json::to_writer(&mut text, line)?;
            text.push(b'\n');
        }
        self.lines.write_all(&text)?;
        self.lines.sync_data()?;
        self.state.bytes += text.len() as u64;
        self.state.lines += lines.len() as u64;
        self.state.cursor = cursor.map(Cursor::to_string);
        self.note()
    }

    pub(crate) fn finish(&mut self) -> Result<(), BoxError> {
        self.state.done = true;
        self.note()
    }

    fn note(&self) -> Result<(), BoxError> {
        Ok(disk::write_whole(
            &self.state_file,
            &serde_json::to_vec(&self.state)?,
        )?)
    }
}

/// The lines of a kind.
pub(crate) fn lines(
    folder: &Path,
    kind: &str,
) -> Result<impl Iterator<Item = Result<Value, BoxError>>, BoxError> {
    let lines = BufReader::new(File::open(lines_file(folder, kind))?).lines();
    Ok(lines.map(|line| Ok(serde_json::from_str(&line?)?)))
}

fn lines_file(folder: &Path, kind: &str) -> PathBuf {
    folder.join(format!("{kind}.jsonl"))
}
