//! Says what fedikit understands of a document, a folder of documents, a URL or a handle, and what it does not.
//!
//! ```text
//! inspect note.json             one document: what it is, properties nobody knows, problems
//! compose "Hi #cats" | inspect -
//! inspect captures/             a folder with its sub-folders: how much was read, and read exactly
//! inspect https://example.com/users/alice
//! inspect @alice@example.com    the descriptor and the actor behind a handle; `whois` says whether they hold
//! ```

mod document;
mod folder;
mod network;
mod show;
mod unknown;

use clap::Parser;
use fedikit_examples::network::NetworkFlags;
use fedikit_examples::terminal::shown;
use serde::Serialize;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use url::Url;

use document::Description;
use folder::Survey;
use network::Network;

/// The longest document that is read, in bytes: 16 MiB.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Reads fediverse documents and says what was understood, which properties are unknown, and what is wrong.
#[derive(Debug, Parser)]
#[command(name = "inspect", version)]
struct Arguments {
    /// A file, - for the standard input, a folder, the URL of a post or actor, or a handle such as @alice@example.com.
    #[arg(value_name = "FILE|-|FOLDER|URL|@HANDLE")]
    target: OsString,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
    /// Of a folder: also name the files that were skipped.
    #[arg(long)]
    verbose: bool,
    #[command(flatten)]
    network: NetworkFlags,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut out = BufWriter::new(io::stdout().lock());
    let outcome = run(&arguments, &mut out).await;
    // What was understood before something failed is worth seeing, too.
    let flushed = out.flush().map_err(Failed::from);
    match outcome.and(flushed) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads the output has seen enough, as in `inspect … | head`.
        Err(Failed::Output(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell if this fails.
            let _ = writeln!(io::stderr(), "inspect: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Why what was given could not be read.
#[derive(Debug, thiserror::Error)]
enum Failed {
    /// What was wrong and what to do, as a sentence.
    #[error("{0}")]
    Sentence(String),
    /// Standard output is full or closed.
    #[error("the output could not be written: {0}")]
    Output(#[from] io::Error),
}

impl Failed {
    /// The sentence may quote what strangers wrote, so it is cleaned for the terminal here.
    fn new(sentence: impl AsRef<str>) -> Self {
        Self::Sentence(shown(sentence.as_ref(), 1000))
    }
}

async fn run(arguments: &Arguments, out: &mut impl Write) -> Result<(), Failed> {
    match Target::of(&arguments.target)? {
        Target::File(path) => {
            let source = path.display().to_string();
            let (bytes, marked) = document::without_byte_order_mark(read_file(&path)?);
            let mut documents = describe_all(&bytes).map_err(|reason| {
                Failed::new(format!(
                    "{source} is not a document that can be read: {reason}; inspect reads ActivityStreams, WebFinger and NodeInfo in JSON"
                ))
            })?;
            if marked && let Some(first) = documents.first_mut() {
                let reason =
                    "the file begins with a byte order mark: a message that did would be refused";
                first.problems.insert(
                    0,
                    document::Problem {
                        path: String::new(),
                        reason: reason.to_owned(),
                    },
                );
            }
            write_documents(&source, &documents, arguments.json, out)
        }
        Target::Folder(path) => {
            let survey = Survey::of(&path, arguments.verbose)
                .map_err(|error| Failed::new(format!("cannot open the folder: {error}")))?;
            if survey.is_empty() {
                return Err(Failed::new(format!(
                    "there is no JSON document in {}: name a folder that holds *.json files",
                    path.display()
                )));
            }
            if arguments.json {
                write_json(&survey, out)
            } else {
                Ok(show::survey(&survey, out)?)
            }
        }
        Target::Url(url) => {
            let network = Network::new(&arguments.network)?;
            let fetched = network.fetch(&url).await?;
            let documents = fetched.describe()?;
            write_documents(fetched.url.as_str(), &documents, arguments.json, out)
        }
        Target::Handle(text) => {
            let handle = arguments.network.handle(&text).map_err(Failed::new)?;
            let network = Network::new(&arguments.network)?;
            network.find(&handle, arguments.json, out).await
        }
    }
}

/// What the argument means.
enum Target {
    File(PathBuf),
    Folder(PathBuf),
    Url(Url),
    Handle(String),
}

impl Target {
    fn of(argument: &OsStr) -> Result<Self, Failed> {
        let text = argument.to_string_lossy();
        if text == "-" {
            return Ok(Self::File(argument.into()));
        }
        if text.contains("://") {
            return match Url::parse(&text) {
                Ok(url) if matches!(url.scheme(), "https" | "http") => Ok(Self::Url(url)),
                _ => Err(Failed::new(format!(
                    "{text} is not a URL that can be fetched: it has to begin with https://"
                ))),
            };
        }
        if text.starts_with('@') || text.starts_with("acct:") {
            return Ok(Self::Handle(text.into_owned()));
        }
        match fs::metadata(argument) {
            Ok(metadata) if metadata.is_dir() => Ok(Self::Folder(argument.into())),
            Ok(_) => Ok(Self::File(argument.into())),
            Err(error) if error.kind() == ErrorKind::NotFound && is_bare_handle(&text) => {
                Ok(Self::Handle(text.into_owned()))
            }
            Err(error) => Err(Failed::new(format!(
                "cannot open {text}: {error}; give a file, a folder, a URL or a handle such as @user@example.com"
            ))),
        }
    }
}

fn is_bare_handle(text: &str) -> bool {
    text.contains('@') && !text.contains(['/', '\\'])
}

fn read_file(path: &Path) -> Result<Vec<u8>, Failed> {
    let mut bytes = Vec::new();
    let mut read_from =
        |file: &mut dyn Read| file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes);
    let read = if path == Path::new("-") {
        read_from(&mut io::stdin().lock())
    } else {
        File::open(path).and_then(|mut file| read_from(&mut file))
    };
    match read {
        Ok(length) if length > MAX_BYTES => Err(Failed::new(format!(
            "{} is too large: documents of at most 16 MiB are read",
            path.display()
        ))),
        Ok(_) => Ok(bytes),
        Err(error) => Err(Failed::new(format!(
            "cannot read {}: {error}",
            path.display()
        ))),
    }
}

/// Every document in the bytes: mostly one, several if they are a list.
fn describe_all(bytes: &[u8]) -> Result<Vec<Description>, String> {
    document::split(bytes)?
        .into_iter()
        .map(document::describe)
        .collect()
}

fn write_documents(
    source: &str,
    documents: &[Description],
    json: bool,
    out: &mut impl Write,
) -> Result<(), Failed> {
    if json {
        #[derive(Serialize)]
        struct One<'a> {
            source: &'a str,
            #[serde(flatten)]
            document: &'a Description,
        }
        #[derive(Serialize)]
        struct Several<'a> {
            source: &'a str,
            documents: &'a [Description],
        }
        return match documents {
            [document] => write_json(&One { source, document }, out),
            documents => write_json(&Several { source, documents }, out),
        };
    }
    writeln!(out, "{}", shown(source, 1000))?;
    if documents.is_empty() {
        writeln!(out, "\nan empty list: there is no document in it")?;
    }
    for document in documents {
        show::document(document, out)?;
    }
    Ok(())
}

fn write_json(value: &impl Serialize, out: &mut impl Write) -> Result<(), Failed> {
    serde_json::to_writer(&mut *out, value).map_err(io::Error::from)?;
    Ok(writeln!(out)?)
}
