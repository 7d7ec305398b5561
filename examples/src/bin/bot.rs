//! A bot for your account: it answers whoever mentions it.

use clap::Parser;
use fedikit_examples::bot::Bot;
use fedikit_examples::server::BoxError;
use fedikit_examples::{account, ended, say};
use mastodon_api::oauth::{AccessToken, Credentials};
use mastodon_api::{Client, methods};
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
    ended(run(Arguments::parse()).await)
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
    let kept = match Credentials::load(&arguments.credentials) {
        Ok(kept) => kept,
        Err(error) if error.is_not_found() => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    // A token is for the server that gave it, and for no other.
    if kept.server != arguments.server.trim_end_matches('/') {
        return Err(format!(
            "{} is for another server: name another file with --credentials",
            arguments.credentials.display()
        )
        .into());
    }
    Ok(Some(kept.access_token))
}

fn secret(variable: &str) -> Result<AccessToken, BoxError> {
    match std::env::var(variable) {
        Ok(token) if !token.is_empty() => Ok(token.into()),
        _ => Err(format!("{variable} holds no token").into()),
    }
}

async fn log_in(client: &Client, file: &Path) -> Result<AccessToken, BoxError> {
    let login = client
        .log_in("fedikit example bot")
        .scopes("read write:statuses");
    let credentials = login.out_of_band(account::ask_for_code).await?;
    credentials.save(file)?;
    say!(
        "The token is kept in {} for the next time.\n",
        file.display()
    );
    Ok(credentials.access_token)
}
