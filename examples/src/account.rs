//! Which account a program acts for, and where the credentials are that the program `login` saves.

use crate::server::BoxError;
use crate::{in_words, say};
use chrono::Utc;
use mastodon_api::entities::CredentialAccount;
use mastodon_api::oauth::Credentials;
use mastodon_api::{Client, Error};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;
use url::Url;

/// What programs that act for an account are told on the command line.
#[derive(clap::Args, Debug)]
#[non_exhaustive]
pub struct AccountArguments {
    /// The credentials that `login` saved. If nothing is said: the environment variables MASTODON_SERVER and MASTODON_TOKEN, otherwise the file where `login` saves.
    #[arg(long, value_name = "FILE")]
    pub credentials: Option<PathBuf>,
}

impl AccountArguments {
    /// The credentials of the account.
    ///
    /// # Errors
    ///
    /// When nobody has logged in, or the file is not one of credentials, in words that say what to do.
    pub fn credentials(&self) -> Result<Credentials, BoxError> {
        if let Some(file) = &self.credentials {
            return load(file);
        }
        match from_environment()? {
            Some(credentials) => Ok(credentials),
            None => load(&default_file()?),
        }
    }

    /// A client for the account.
    ///
    /// # Errors
    ///
    /// As for [`credentials`](Self::credentials), or when the address of the server is none.
    pub fn client(&self) -> Result<Client, BoxError> {
        Ok(self.credentials()?.client()?)
    }
}

/// The file where `login` saves and the others look: `fedikit/credentials.json` in this user's configuration folder.
///
/// # Errors
///
/// When the environment names no such folder.
pub fn default_file() -> Result<PathBuf, BoxError> {
    let folder = |variable| {
        let folder = std::env::var_os(variable).map(PathBuf::from);
        folder.filter(|folder| folder.is_absolute())
    };
    let folder = folder("XDG_CONFIG_HOME")
        .or_else(|| folder("APPDATA"))
        .or_else(|| Some(folder("HOME")?.join(".config")))
        .ok_or("there is no folder for credentials: name a file")?;
    Ok(folder.join("fedikit").join("credentials.json"))
}

/// The address of a server as people write it, `mastodon.example`.
#[must_use]
pub fn address(server: &str) -> String {
    match server.contains("://") {
        true => server.to_owned(),
        false => format!("https://{server}"),
    }
}

/// The account that the token is for. A program that has `been_here` before knows that the address is right: when the server is away, or in trouble,
/// it waits until it is back. Otherwise the error is for the person who typed the address.
///
/// # Errors
///
/// When the server refuses the token; the first time also when it cannot be reached.
pub async fn myself(client: &Client, been_here: bool) -> Result<CredentialAccount, Error> {
    let mut wait = Duration::from_secs(1);
    loop {
        let error = match client.me().await {
            Err(error) if been_here && error.is_transient() => error,
            answer => return answer,
        };
        let asked = error.retry_after(Utc::now()).unwrap_or_default();
        let this = wait.max(asked);
        eprintln!("trying again in {} s: {}", this.as_secs(), in_words(&error));
        tokio::time::sleep(this).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// A server that is away for a day is asked no more often.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// Has a person open the page and copy the code that it shows.
///
/// # Errors
///
/// When the terminal gives none.
pub async fn ask_for_code(page: Url) -> io::Result<String> {
    say!("Open this page, log in as the account, and copy the code that it shows:\n\n  {page}\n");
    print!("Code: ");
    io::stdout().flush()?;
    let mut code = String::new();
    io::stdin().read_line(&mut code)?;
    Ok(code)
}

fn load(file: &Path) -> Result<Credentials, BoxError> {
    Credentials::load(file).map_err(|error| match error.is_not_found() {
        true => format!(
            "{} is not there: run `login` first, or set MASTODON_SERVER and MASTODON_TOKEN",
            file.display()
        )
        .into(),
        false => error.into(),
    })
}

fn from_environment() -> Result<Option<Credentials>, BoxError> {
    let variable = |name| std::env::var(name).ok().filter(|text| !text.is_empty());
    match (variable("MASTODON_SERVER"), variable("MASTODON_TOKEN")) {
        (Some(server), Some(token)) => {
            let server = Client::new(address(&server))?;
            Ok(Some(Credentials::new(server.base(), token)))
        }
        (None, Some(_)) => Err("MASTODON_TOKEN is set and MASTODON_SERVER is not".into()),
        (_, None) => Ok(None),
    }
}
