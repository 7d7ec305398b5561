//! A bot for your account: it answers whoever mentions it.

use clap::Parser;
use fedikit_examples::bot::{Bot, Question};
use fedikit_examples::server::BoxError;
use fedikit_examples::terminal::shown;
use fedikit_examples::{account, ended, say};
use mastodon_api::oauth::{AccessToken, Credentials};
use mastodon_api::streaming::StreamError;
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

    /// Where it is kept what was answered, so that nothing is answered twice or forgotten.
    #[arg(long, value_name = "FILE", default_value = "bot-memory.json")]
    memory: PathBuf,

    /// How many answers one person gets in an hour.
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    answers_per_hour: usize,

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
    // What is shown is not to be remembered.
    let memory = (!arguments.demo).then_some(&*arguments.memory);
    let mut bot = Bot::arrive(client.clone(), memory)
        .await
        .map_err(|error| explained(error, &arguments))?
        .answers_per_hour(arguments.answers_per_hour);
    say!(
        "@{} on {} answers whoever mentions it. Ctrl-C ends it.",
        bot.name(),
        client.base()
    );
    match other {
        Some(other) => demo(&mut bot, client.with_token(other)).await,
        None => {
            let answered = bot.answer_mentions(answer, |question| {
                say!("answered @{}", shown(&question.from.acct, 200));
                ControlFlow::Continue(())
            });
            tokio::select! {
                ended = answered => ended.map_err(|error| explained(error, &arguments)),
                _ = tokio::signal::ctrl_c() => Ok(()),
            }
        }
    }
}

/// What the bot says, if it says anything. This is the function to write.
fn answer(question: Question<'_>) -> Option<String> {
    Some(format!("You said: {}", question.text))
}

fn explained(error: BoxError, arguments: &Arguments) -> BoxError {
    let is_unauthorized = match error.downcast_ref::<mastodon_api::Error>() {
        Some(error) => error.is_unauthorized(),
        None => matches!(
            error.downcast_ref::<StreamError>(),
            Some(StreamError::Unauthorized { .. })
        ),
    };
    match is_unauthorized {
        true => format!(
            "{} does not accept the token: log in again (remove {} or unset MASTODON_TOKEN); what is said meanwhile will be answered then",
            arguments.server,
            arguments.credentials.display()
        )
        .into(),
        false => error,
    }
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
    let answering = bot.answer_mentions(answer, |question| {
        let id = question.status.id.clone();
        say!("answered @{}: status {id}", shown(&question.from.acct, 200));
        match heard.send(id) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    });
    let asking = async {
        let same = |answered: Option<_>, asked| {
            if answered == Some(asked) {
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
