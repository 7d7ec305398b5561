//! A bot for your account: it answers whoever mentions it.

use clap::Parser;
use fedikit_examples::bot::Bot;
use fedikit_examples::server::BoxError;
use fedikit_examples::{in_words, say};
use mastodon_api::oauth::{AccessToken, Authorization, OUT_OF_BAND};
use mastodon_api::{Client, methods};
use serde_json::{Value, json};
use std::io::{ErrorKind, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use tokio::sync::mpsc;

/// Answers whoever mentions the account. Without a token it logs in first: it prints a page to open, and asks for the code that the page shows.
#[derive(Parser)]
struct Arguments {
    /// The server, such as `https://mastodon.example`.
    #[arg(long, value_name = "URL", env = "MASTODON_SERVER")]
    server: String,

    /// Where the token is kept. The environment variable MASTODON_TOKEN goes before it.
    #[arg(long, value_name = "FILE", default_value = "bot-credentials.json")]
    credentials: PathBuf,

    /// Shows that it works and ends: the account of MASTODON_OTHER_TOKEN mentions the bot twice.
    #[arg(long)]
    demo: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", in_words(&*error));
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), BoxError> {
    let client = Client::new(&arguments.server)?;
    let token = match token(&arguments)? {
        Some(token) => token,
        None => log_in(&client, &arguments.credentials).await?,
    };
    let other = arguments
        .demo
        .then(|| secret("MASTODON_OTHER_TOKEN"))
        .transpose()?;
    let client = client.with_token(token);
    let mut bot =
        Bot::arrive(client.clone())
            .await
            .map_err(|error| {
                match error.is_unauthorized() {
        true => format!(
            "{} does not accept the token: log in again (remove {} or unset MASTODON_TOKEN)",
            client.base(),
            arguments.credentials.display()
        )
        .into(),
        false => BoxError::from(error),
    }
            })?;
    say!(
        "@{} on {} answers whoever mentions it. Ctrl-C ends it.",
        bot.name(),
        client.base()
    );
    match other {
        Some(other) => demo(&mut bot, client.with_token(other)).await,
        None => {
            let answered = bot.answer_mentions(answer_to, |mention| {
                say!("answered @{}", mention.account.acct);
                ControlFlow::Continue(())
            });
            tokio::select! {
                ended = answered => ended,
                _ = tokio::signal::ctrl_c() => Ok(()),
            }
        }
    }
}

/// What the bot says. This is the line to change.
fn answer_to(said: &str) -> String {
    format!("You said: {said}")
}

/// One mention before the bot listens, one while it does: the first is found by asking, the second heard.
async fn demo(bot: &mut Bot, other: Client) -> Result<(), BoxError> {
    let name = bot.name().to_owned();
    let mention = async |text: &str| {
        other
            .post(format!("@{name} {text}"))
            .unlisted()
            .send()
            .await
    };
    let first = mention("are you there?").await?;
    let (heard, mut answered) = mpsc::unbounded_channel();
    let answering = bot.answer_mentions(answer_to, |mention| {
        let id = mention.status.as_ref().map(|status| status.id.clone());
        say!(
            "answered @{}: status {}",
            mention.account.acct,
            id.as_ref().map_or("?", |id| id.as_str())
        );
        match heard.send(id) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    });
    let asking = async {
        let same = |answered: Option<Option<_>>, asked| {
            if answered.flatten() == Some(asked) {
                Ok(())
            } else {
                Err(BoxError::from("the bot answered something else"))
            }
        };
        same(answered.recv().await, first.id.clone())?;
        let second = mention("and now?").await?;
        same(answered.recv().await, second.id.clone())?;
        for asked in [first, second] {
            let context = other.send(methods::statuses::Context::new(&asked)).await?;
            let answer = context
                .descendants
                .first()
                .ok_or("the server does not show the bot's answer")?;
            say!(
                "  {:?} → {:?}",
                asked.content.to_text(),
                answer.content.to_text()
            );
        }
        Ok::<(), BoxError>(())
    };
    tokio::select! {
        ended = answering => ended?,
        asked = asking => asked?,
        () = tokio::time::sleep(Duration::from_secs(30)) => return Err("the bot did not answer within 30 seconds".into()),
    }
    say!("Both mentions were answered.");
    Ok(())
}

fn token(arguments: &Arguments) -> Result<Option<AccessToken>, BoxError> {
    if std::env::var_os("MASTODON_TOKEN").is_some() {
        return secret("MASTODON_TOKEN").map(Some);
    }
    let text = match std::fs::read_to_string(&arguments.credentials) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(format!(
                "{} cannot be read: {error}",
                arguments.credentials.display()
            )
            .into());
        }
    };
    // What is wrong in it is not shown: it is a secret.
    let kept: Value = serde_json::from_str(&text).map_err(|_| {
        format!(
            "{} is not a file of this program: remove it to log in again",
            arguments.credentials.display()
        )
    })?;
    let text = |name| kept.get(name).and_then(Value::as_str);
    let (server, token) = (text("server"), text("access_token"));
    // A token is for the server that gave it, and for no other.
    if server != Some(arguments.server.trim_end_matches('/')) {
        return Err(format!(
            "{} is for another server: name another file with --credentials",
            arguments.credentials.display()
        )
        .into());
    }
    Ok(token.map(Into::into))
}

fn secret(variable: &str) -> Result<AccessToken, BoxError> {
    match std::env::var(variable) {
        Ok(token) if !token.is_empty() => Ok(token.into()),
        _ => Err(format!("{variable} holds no token").into()),
    }
}

async fn log_in(client: &Client, credentials: &Path) -> Result<AccessToken, BoxError> {
    let scopes = "read write:statuses";
    let app = client
        .send(methods::apps::Create::new("fedikit example bot", [OUT_OF_BAND]).scopes(scopes))
        .await?;
    let login = Authorization::new(&app, OUT_OF_BAND, scopes)?;
    say!(
        "Open this page, log in as the bot's account, and copy the code that it shows:\n\n  {}\n",
        login.url(client.base())
    );
    print!("Code: ");
    std::io::stdout().flush()?;
    let mut code = String::new();
    std::io::stdin().read_line(&mut code)?;
    if code.trim().is_empty() {
        return Err("no code was given: run it again when you have one".into());
    }
    let token = client
        .send(login.with_code(code.trim()))
        .await?
        .access_token;
    keep(client, &token, credentials)
        .map_err(|error| format!("{} cannot be written: {error}", credentials.display()))?;
    say!(
        "The token is kept in {} for the next time.\n",
        credentials.display()
    );
    Ok(token)
}

/// Writes the token where only this user can read it, from the first byte on.
fn keep(client: &Client, token: &AccessToken, credentials: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let kept = json!({ "server": client.base().as_str().trim_end_matches('/'), "access_token": token.expose() });
    options
        .open(credentials)?
        .write_all(kept.to_string().as_bytes())
}
