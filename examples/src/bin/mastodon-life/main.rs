//! The life of an account, call by call, against a server made for tests: what a client does, what a moderator does, and a server that fails.
//!
//! ```text
//! interop/mastodon-mock.sh cargo run --bin mastodon-life
//! ```
//!
//! It posts, follows, blocks and deletes: give it no account that somebody uses.

mod faults;
mod moderation;
mod people;
mod posts;
mod reading;

use clap::Parser;
use fedikit_examples::server::BoxError;
use fedikit_examples::{in_words, say};
use mastodon_api::entities::{Account, CredentialAccount};
use mastodon_api::oauth::Credentials;
use mastodon_api::{Client, methods};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use url::Url;

/// Lives the life of an account on mastodon-mock, and checks every answer.
#[derive(Parser)]
struct Arguments {
    /// The server.
    #[arg(long, value_name = "URL", env = "MASTODON_SERVER")]
    server: String,

    /// Who logs in on it: a moderator.
    #[arg(long, value_name = "NAME", default_value = "ada")]
    name: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    let began = Instant::now();
    let mut life = Life { steps: 0 };
    match run(Arguments::parse(), &mut life).await {
        Ok(()) => {
            say!(
                "{} steps in {:.1} s",
                life.steps,
                began.elapsed().as_secs_f64()
            );
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: after {} steps: {}", life.steps, in_words(&*error));
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments, life: &mut Life) -> Result<(), BoxError> {
    let browser = reqwest::Client::new();
    let credentials = log_in(life, &arguments, &browser).await?;
    // Nothing that the server says may be unreadable.
    let client = Client::builder(&credentials.server)
        .token(&credentials)
        .strict()
        .build()?;
    let other_token = std::env::var("MASTODON_OTHER_TOKEN")?;
    let other = Client::builder(&arguments.server)
        .token(other_token)
        .strict()
        .build()?;
    let (me, friend) = life
        .step("who I am, who the other is", async {
            let me = client.me().await?;
            check(
                me.username == arguments.name,
                "the token is somebody else's",
            )?;
            Ok((me, other.me().await?))
        })
        .await?;
    let world = World {
        client,
        other,
        me,
        friend: friend.account,
    };
    posts::live(life, &world).await?;
    reading::live(life, &world).await?;
    people::live(life, &world).await?;
    moderation::live(life, &world).await?;
    faults::live(life, &world).await?;
    life.step("log out: the token is worthless", async {
        world.client.log_out(&credentials).await?;
        let refused = world.client.me().await;
        check(
            refused.is_err_and(|error| error.is_unauthorized()),
            "the token is still good",
        )
    })
    .await
}

/// Who takes part.
struct World {
    client: Client,
    /// The client of another account.
    other: Client,
    me: CredentialAccount,
    friend: Account,
}

/// Counts and times what was done, and stops at the first thing that is wrong.
struct Life {
    steps: usize,
}

impl Life {
    async fn step<T>(
        &mut self,
        name: &str,
        work: impl Future<Output = Result<T, BoxError>>,
    ) -> Result<T, BoxError> {
        let began = Instant::now();
        // No step may hang.
        let done = tokio::time::timeout(Duration::from_secs(30), Box::pin(work)).await;
        let value = done
            .map_err(BoxError::from)
            .flatten()
            .map_err(|error| format!("{name}: {}", in_words(&*error)))?;
        self.steps += 1;
        say!(
            "{:3}  {name} ({} ms)",
            self.steps,
            began.elapsed().as_millis()
        );
        Ok(value)
    }
}

fn check(holds: bool, otherwise: &str) -> Result<(), BoxError> {
    match holds {
        true => Ok(()),
        false => Err(otherwise.into()),
    }
}

/// Registers, logs in with PKCE as a person with a browser does, and keeps the credentials on disk.
async fn log_in(
    life: &mut Life,
    arguments: &Arguments,
    browser: &reqwest::Client,
) -> Result<Credentials, BoxError> {
    let client = Client::new(&arguments.server)?;
    life.step("what the server is and where it wants logins", async {
        let instance = client.send(methods::instance::V2::new()).await?;
        check(!instance.version.is_empty(), "the server has no version")?;
        let server = client.authorization_server().await?;
        check(
            server.authorization_endpoint().origin() == client.base().origin(),
            "logins are elsewhere",
        )
    })
    .await?;
    let app = life
        .step("register the program", async {
            let app = client
                .register("mastodon-life")
                .scopes("read write")
                .website("https://example.org")
                .send()
                .await?;
            check(
                app.name == "mastodon-life" && !app.client_id.is_empty(),
                "another program was registered",
            )?;
            Ok(app)
        })
        .await?;
    life.step("a token of the program itself", async {
        let server = client.authorization_server().await?;
        let call = server.client_credentials(&app, "read");
        let token = client.send(call).await?;
        let known = client
            .clone()
            .with_token(&token)
            .send(methods::apps::VerifyCredentials::new())
            .await?;
        check(known.name == app.name, "the token is of another program")
    })
    .await?;
    let credentials = life
        .step("log in with PKCE, through the browser", async {
            let mut visit = None;
            let login = client
                .log_in("mastodon-life")
                .scopes("read write follow push admin:read admin:write")
                .wait_for(Duration::from_secs(20))
                .open(|page| {
                    let person = agree(browser.clone(), page.clone(), arguments.name.clone());
                    visit = Some(tokio::spawn(person));
                });
            let credentials = login.await?;
            if let Some(visit) = visit {
                visit.await??;
            }
            check(
                credentials.account.as_deref() == Some(&*arguments.name),
                "somebody else is logged in",
            )?;
            Ok(credentials)
        })
        .await?;
    life.step("credentials to the disk and back", async {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("credentials.json");
        credentials.save(&file)?;
        let loaded = Credentials::load(&file)?;
        check(
            loaded.access_token == credentials.access_token,
            "the token is another",
        )?;
        Ok(loaded)
    })
    .await
}

/// What a person does in the browser: looks at the page, chooses the account, and is sent back to the program.
async fn agree(browser: reqwest::Client, page: Url, name: String) -> Result<(), BoxError> {
    check(
        page.query_pairs()
            .any(|(key, value)| key == "code_challenge_method" && value == "S256"),
        "the login is without PKCE",
    )?;
    browser.get(page.clone()).send().await?.error_for_status()?;
    let mut form = page.clone();
    form.query_pairs_mut().append_pair("username", &name);
    let form = form.query().unwrap_or_default().to_owned();
    let mut submit = page;
    submit.set_query(None);
    let sent = browser
        .post(submit)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form)
        .send()
        .await?;
    let back = sent.url().clone();
    sent.error_for_status()?;
    check(
        back.query_pairs().any(|(key, _)| key == "state"),
        "the browser did not come back with the state",
    )
}
