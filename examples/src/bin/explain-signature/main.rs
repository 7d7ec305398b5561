//! Says why a captured request is refused, and what the sender signed instead.
//!
//! ```text
//! explain-signature request.txt                        all that can be said without the key
//! explain-signature request.txt --key alice.json       with the key: a PEM, a Multikey, or the actor's document
//! explain-signature - --key key.pem --authority example.org < request.txt
//! ```
//!
//! The capture is the text of HTTP/1.1, request line, fields, an empty line and the body, or a JSON object with `method`,
//! `url`, `headers` and `body`, as many servers log it.
//!
//! Ends with 0 if the request is accepted (without a key: if nothing else is wrong), with 1 if it is refused, and with 2 if
//! capture, key or arguments cannot be read.

mod capture;
mod key;

use chrono::{DateTime, SecondsFormat, Utc};
use clap::{Parser, ValueEnum};
use http::header::DATE;
use http::{HeaderMap, Request};
use http_sig::Policy;
use http_sig::cavage::SignatureHeader;
use http_sig::rfc9421::SignatureInput;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

/// The longest file that is read, in bytes: 16 MiB.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// Says why a captured request is refused, and what the sender signed instead.
///
/// Ends with 0 if it is accepted (without a key: if nothing else is wrong), with 1 if it is refused, with 2 if something
/// cannot be read.
#[derive(Debug, Parser)]
#[command(name = "explain-signature", version)]
struct Arguments {
    /// The captured request: the text of HTTP/1.1, or JSON with method, url, headers and body; `-` reads standard input.
    file: PathBuf,

    /// The sender's public key: a file with PEM, a Multikey, a JSON Web Key or the actor's document, or the Multikey itself.
    #[arg(long, value_name = "FILE")]
    key: Option<String>,

    /// A public host name of the recipient, such as `example.org` or `http://localhost:3000`; can be given several times.
    /// Without it, requests for any host are taken.
    #[arg(long, value_name = "HOST")]
    authority: Vec<String>,

    /// When the request arrived: as `2026-01-31T12:00:00Z` or as an HTTP date. Without it, the time in the request.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    now: Option<DateTime<Utc>>,

    /// What the recipient demands.
    #[arg(long, value_enum, default_value_t = Demands::Fediverse)]
    policy: Demands,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Demands {
    /// What every known server of the fediverse sends.
    Fediverse,
    /// The narrowest that current servers still pass.
    Strict,
    /// What Mastodon accepts.
    Mastodon,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok((text, accepted)) => match io::stdout().lock().write_all(text.as_bytes()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                fail(&format!("the output could not be written: {error}"))
            }
            _ if accepted => ExitCode::SUCCESS,
            _ => ExitCode::from(1),
        },
        Err(sentence) => fail(&sentence),
    }
}

fn fail(sentence: &str) -> ExitCode {
    // Nobody is left to tell if this fails.
    let _ = writeln!(io::stderr(), "explain-signature: {sentence}");
    ExitCode::from(2)
}

/// The explanation, and whether nothing was found wrong; or a sentence that says what cannot be read.
fn run(arguments: &Arguments) -> Result<(String, bool), String> {
    let capture::Capture { request, mut notes } = capture::read(&read(&arguments.file)?)?;
    let now = match arguments.now {
        Some(now) => SystemTime::from(now),
        None => {
            let (now, from) = time_of(&request);
            let text = DateTime::<Utc>::from(now).to_rfc3339_opts(SecondsFormat::Secs, true);
            notes.push(format!("the time is taken to be {text}, {from} (--now)"));
            now
        }
    };
    let policy = match arguments.policy {
        Demands::Fediverse => Policy::fediverse(),
        Demands::Strict => Policy::strict(),
        Demands::Mastodon => Policy::mastodon(),
    };
    let policy = if arguments.authority.is_empty() {
        notes.push("any host is taken for the recipient's (--authority)".to_owned());
        policy.danger_any_authority()
    } else {
        policy.authorities(&arguments.authority)
    };
    let mut explanation = policy.explain(&request, None, now);
    match &arguments.key {
        None => {
            notes.push("whether the signature is right only the key can tell (--key)".to_owned());
        }
        Some(place) => {
            let (key, said) = key::read(place, explanation.key_id())?;
            notes.push(said);
            explanation = policy.explain(&request, Some(&key), now);
        }
    }
    let fields = request.headers().len();
    let mut text = format!(
        "request:   {} {}, {fields} fields, a body of {} bytes\n",
        request.method(),
        shown(&request.uri().to_string()),
        request.body().len()
    );
    for note in notes {
        text.push_str(&format!("note:      {note}\n"));
    }
    text.push_str(&explanation.to_string());
    Ok((text, explanation.error().is_none()))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        io::stdin()
            .lock()
            .take(MAX_BYTES + 1)
            .read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
    };
    match read {
        Err(error) => Err(format!("{} cannot be read: {error}", path.display())),
        Ok(length) if length as u64 > MAX_BYTES => {
            Err(format!("{} is longer than 16 MiB", path.display()))
        }
        Ok(_) => Ok(bytes),
    }
}

fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    let parsed = DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_rfc2822(text));
    parsed.map(DateTime::<Utc>::from).map_err(|_| {
        "write it as 2026-01-31T12:00:00Z or as Sat, 31 Jan 2026 12:00:00 GMT".to_owned()
    })
}

/// When the request says that it was signed. Whether it is too old cannot be known from that.
fn time_of(request: &Request<Vec<u8>>) -> (SystemTime, &'static str) {
    let date = request.headers().get(DATE);
    let date = date.and_then(|date| moment(date.to_str().ok()?.trim()).ok());
    let created = created(request.headers());
    let created = created.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    if let Some(time) = created {
        (time.into(), "when the signature says it was made")
    } else if let Some(date) = date {
        (date.into(), "the Date of the request")
    } else {
        (SystemTime::now(), "which is now, as the request says none")
    }
}

fn created(headers: &HeaderMap) -> Option<i64> {
    if let Some(input) = headers.get("signature-input") {
        let inputs = SignatureInput::parse(input.as_bytes()).ok()?;
        return i64::try_from(inputs.first()?.created()?).ok();
    }
    let signature = SignatureHeader::parse(headers.get("signature")?.as_bytes()).ok()?;
    signature.created()?.parse().ok()
}

/// What strangers wrote, without what acts on a terminal.
fn shown(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(300)
        .flat_map(char::escape_debug)
        .collect();
    if text.chars().nth(300).is_some() {
        shown.push('…');
    }
    shown
}
