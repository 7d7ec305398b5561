//! Says whether a fediverse profile and a web page are the same person's, because each names the other.
//!
//! ```text
//! verify-link @alice@example.com https://alice.example/
//! verify-link https://example.com/users/alice https://alice.example/ --json
//! ```
//!
//! Exit codes: 0, they are; 1, they are not; 2, it could not be found out.

use clap::Parser;
use fedikit_examples::network::{NetworkFlags, fetch_advice, lookup_advice};
use fedikit_examples::profile;
use fedikit_examples::terminal::shown;
use serde::Serialize;
use std::io::{self, Write};
use std::process::ExitCode;
use url::Url;
use webfinger::Client;

/// The longest document that is read, in bytes: 1 MiB.
const MAX_BYTES: usize = 1024 * 1024;

/// Says whether a fediverse profile and a web page name each other.
#[derive(Debug, Parser)]
#[command(name = "verify-link", version)]
struct Arguments {
    /// A handle, such as @alice@example.com, or the id of an actor.
    #[arg(value_name = "@HANDLE|URL")]
    profile: String,
    /// The page that is said to be the same person's.
    page: Url,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    network: NetworkFlags,
}

/// What both sides say.
#[derive(Debug, Serialize)]
struct Link {
    profile: String,
    page: String,
    /// The field of the profile that names the page, if one does.
    field: Option<String>,
    page_names_profile: bool,
    /// What the page says, as a sentence.
    page_says: String,
    verified: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let link = match verify(&arguments).await {
        Ok(link) => link,
        Err(sentence) => {
            // The sentence may quote what strangers wrote. Nobody is left to tell if this fails.
            let _ = writeln!(io::stderr(), "verify-link: {}", shown(&sentence, 1000));
            return ExitCode::from(2);
        }
    };
    let told = if arguments.json {
        serde_json::to_string(&link).map_err(io::Error::from)
    } else {
        Ok(link.in_words())
    };
    match told.and_then(|told| writeln!(io::stdout(), "{told}")) {
        Ok(()) => ExitCode::from(u8::from(!link.verified)),
        Err(error) => {
            let _ = writeln!(
                io::stderr(),
                "verify-link: the output could not be written: {error}"
            );
            ExitCode::from(2)
        }
    }
}

async fn verify(arguments: &Arguments) -> Result<Link, String> {
    let Arguments {
        profile: text,
        page,
        network,
        ..
    } = arguments;
    let http = network.client("verify-link", MAX_BYTES)?;
    let client = Client::new(http.clone());
    let id = match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "https" | "http") => url,
        _ => {
            let handle = network.handle(text)?;
            let found = client.lookup(&handle).await;
            let found = found.map_err(|error| lookup_advice(&handle, &error))?;
            found.actor().clone()
        }
    };
    let actor = profile::fetch(&http, &id).await?;
    let claims = profile::claims(&actor);
    let field = claims.into_iter().find(|claim| claim.page == *page);
    let verification = client
        .verify_link(&profile::urls(id.clone(), &actor), page)
        .await;
    let verification = verification.map_err(|error| fetch_advice(page, &error))?;
    Ok(Link {
        profile: id.into(),
        page: page.to_string(),
        verified: field.is_some() && verification.is_verified(),
        field: field.map(|claim| claim.field),
        page_names_profile: verification.is_verified(),
        page_says: verification.to_string(),
    })
}

impl Link {
    fn in_words(&self) -> String {
        let field = match &self.field {
            Some(field) => format!("yes, in its field {field:?}"),
            None => "no, in none of its fields".to_owned(),
        };
        let says = &self.page_says;
        let verdict = if self.verified {
            "the same person's"
        } else {
            "not shown to be the same person's"
        };
        [
            format!("profile   {}", self.profile),
            format!("page      {}", self.page),
            String::new(),
            format!("the profile names the page   {field}"),
            format!(
                "the page names the profile   {}, {says}",
                if self.page_names_profile { "yes" } else { "no" }
            ),
            String::new(),
            verdict.to_owned(),
        ]
        .map(|line| shown(&line, 1000))
        .join("\n")
    }
}
