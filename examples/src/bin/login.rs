//! Logs in to a server and saves the credentials for the other programs, or logs out.

use clap::Parser;
use fedikit_examples::server::BoxError;
use fedikit_examples::terminal::shown;
use fedikit_examples::{account, disk, ended, say};
use mastodon_api::Client;
use mastodon_api::oauth::Credentials;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Logs in: opens the server's page in a browser, waits until you have agreed there, and saves the credentials for the other programs.
#[derive(Parser)]
struct Arguments {
    /// The server, such as `mastodon.example`.
    #[arg(required_unless_present = "logout", conflicts_with = "logout")]
    instance: Option<String>,

    /// What the programs are to be allowed: scopes with a space between them.
    #[arg(long, value_name = "SCOPES", default_value = "read write follow push")]
    scopes: String,

    /// Has you copy a code from the page: for a browser on another computer.
    #[arg(long)]
    out_of_band: bool,

    /// Prints the page and opens no browser.
    #[arg(long)]
    no_browser: bool,

    /// Where to save the credentials. If nothing is said: in this user's configuration folder.
    #[arg(long, value_name = "FILE", conflicts_with = "logout")]
    save: Option<PathBuf>,

    /// Makes the token of these credentials worthless and removes the file. If no file is named: the one where `login` saves.
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    #[expect(
        clippy::option_option,
        reason = "not asked for, asked for, with a file"
    )]
    logout: Option<Option<PathBuf>>,
}

#[tokio::main]
async fn main() -> ExitCode {
    ended(run(Arguments::parse()).await)
}

async fn run(arguments: Arguments) -> Result<(), BoxError> {
    let named = |file: Option<PathBuf>| file.map_or_else(account::default_file, Ok);
    match (arguments.instance, arguments.logout) {
        (Some(instance), _) => {
            let file = named(arguments.save)?;
            // Before somebody logs in for nothing.
            disk::make_private_folder(file.parent().unwrap_or(Path::new("")))?;
            let client = Client::new(account::address(&instance))?;
            let login = client
                .log_in("fedikit examples")
                .scopes(&arguments.scopes)
                .force_login();
            let credentials = match arguments.out_of_band {
                true => login.out_of_band(account::ask_for_code).await?,
                false => {
                    login
                        .open(|page| show(page.as_str(), arguments.no_browser))
                        .await?
                }
            };
            credentials.save(&file)?;
            let name = credentials.account.as_deref().unwrap_or("(unknown)");
            say!("You are @{} on {}.", shown(name, 100), credentials.server);
            let missing = credentials.missing_scopes(&*arguments.scopes);
            if !missing.is_empty() {
                say!(
                    "The server did not allow: {}",
                    shown(&missing.to_string(), 500)
                );
            }
            say!("The credentials are in {}.", file.display());
            Ok(())
        }
        (None, Some(file)) => log_out(&named(file)?).await,
        (None, None) => Err("no server is named".into()),
    }
}

/// The page goes to the browser, and to the terminal for those whose browser does not open.
fn show(page: &str, no_browser: bool) {
    say!("Log in and agree on this page:\n\n  {page}\n");
    if no_browser {
        return;
    }
    if let Err(error) = open::that_detached(page) {
        say!("No browser opens ({error}): open the page yourself.");
    }
}

async fn log_out(file: &Path) -> Result<(), BoxError> {
    let credentials = Credentials::load(file)?;
    if credentials.client.is_none() {
        return Err(format!(
            "{} does not say which program the token is for: revoke it on the pages of {}",
            file.display(),
            credentials.server
        )
        .into());
    }
    let client = Client::new(&credentials.server)?;
    client.log_out(&credentials).await?;
    std::fs::remove_file(file)?;
    say!(
        "The token is worthless now, and {} is gone.",
        file.display()
    );
    Ok(())
}
