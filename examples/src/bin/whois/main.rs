//! Says who is behind a handle: the account, its actor, the software of its server, and what is odd.
//!
//! ```text
//! whois @alice@example.com
//! whois @alice@example.com --json
//! ```
//!
//! Exit codes: 0, handle and actor name each other; 1, nobody has the handle, or the actor does not agree; 2, it could not
//! be found out.

mod ask;
mod show;

use clap::Parser;
use fedikit_examples::network::NetworkFlags;
use fedikit_examples::terminal::shown;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::process::ExitCode;

/// Says who is behind a handle, and what is odd.
#[derive(Debug, Parser)]
#[command(name = "whois", version)]
struct Arguments {
    /// Whom to look up, such as @alice@example.com.
    #[arg(value_name = "@HANDLE")]
    handle: String,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    network: NetworkFlags,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let person = match Box::pin(ask::about(&arguments.handle, &arguments.network)).await {
        Ok(person) => person,
        Err(failed) => {
            // The sentence may quote what strangers wrote. Nobody is left to tell if this fails.
            let sentence = shown(&failed.sentence, 1000);
            let _ = writeln!(io::stderr(), "whois: {sentence}");
            return ExitCode::from(failed.code);
        }
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let written = if arguments.json {
        serde_json::to_writer(&mut out, &person)
            .map_err(io::Error::from)
            .and_then(|()| writeln!(out))
    } else {
        show::person(&person, &mut out)
    };
    match written.and_then(|()| out.flush()) {
        Ok(()) => ExitCode::from(u8::from(!person.proven)),
        // Whoever reads the output has seen enough, as in `whois … | head`.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(
                io::stderr(),
                "whois: the output could not be written: {error}"
            );
            ExitCode::from(2)
        }
    }
}
