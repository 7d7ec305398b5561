//! URLs and handles: asked through the guarded client, unsigned.

use activitypub::{Actor, Any};
use guarded_http::{Error, GuardedClient, Limits};
use serde::Serialize;
use std::io::Write;
use url::Url;
use webfinger::lookup::{ActorNames, Reverse, reverse};
use webfinger::{Client, Found, Handle};

use crate::document::{
    Description, Document, Fact, Facts, Problem, authority, nodeinfo_facts, reason,
};
use crate::{Failed, MAX_BYTES, describe_all, show, write_json};

/// What ActivityPub demands of a GET (section 3.2), and for documents that are no ActivityStreams the rest.
const ACCEPT: &str = "application/activity+json, \
    application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\", \
    application/jrd+json; q=0.5, application/json; q=0.4";

/// The way out.
pub(crate) struct Network {
    http: GuardedClient,
    allow_loopback: bool,
}

/// What a server answered.
pub(crate) struct Fetched {
    /// Where it came from, after redirects.
    pub(crate) url: Url,
    content_type: String,
    bytes: Vec<u8>,
}

/// What became of a handle.
#[derive(Serialize)]
struct Person {
    handle: String,
    webfinger: Facts,
    actor: Description,
    confirmed: bool,
    confirmation: String,
    /// Absent if the server does not say.
    software: Option<Facts>,
}

impl Network {
    pub(crate) fn new(allow_loopback: bool) -> Result<Self, Failed> {
        let builder = GuardedClient::builder()
            .user_agent(concat!("fedikit-inspect/", env!("CARGO_PKG_VERSION")))
            .limits(Limits::new().body(MAX_BYTES));
        let builder = if allow_loopback {
            builder.danger_allow_loopback()
        } else {
            builder
        };
        let http = builder
            .build()
            .map_err(|error| Failed::new(reason(error)))?;
        Ok(Self {
            http,
            allow_loopback,
        })
    }

    /// Fetches a document.
    pub(crate) async fn fetch(&self, url: &Url) -> Result<Fetched, Failed> {
        let answer = self.http.get(url.clone()).accept(ACCEPT).send().await;
        let answer = answer
            .map_err(|error| Failed::new(format!("cannot fetch {url}: {}", advice(&error))))?;
        Ok(Fetched {
            url: answer.url().clone(),
            content_type: answer
                .content_type()
                .unwrap_or("no content type")
                .to_owned(),
            bytes: answer.into_bytes().to_vec(),
        })
    }

    /// Looks a handle up, fetches the actor, asks both sides, and asks for the software.
    pub(crate) async fn find(
        &self,
        text: &str,
        json: bool,
        out: &mut impl Write,
    ) -> Result<(), Failed> {
        let handle = if self.allow_loopback {
            Handle::danger_parse_local(text)
        } else {
            text.parse()
        };
        let handle = handle.map_err(|error| {
            Failed::new(format!("{text} is not a handle that can be looked up: {error}; it looks like @user@example.com"))
        })?;
        let client = Client::new(self.http.clone());

        let found = client.lookup(&handle).await;
        let found = found.map_err(|error| {
            Failed::new(format!("cannot find @{handle}: {}", lookup_advice(error)))
        })?;
        let mut webfinger = Facts::default();
        webfinger.text("handle", Some(format!("@{}", found.handle)));
        webfinger.text("actor", Some(&found.actor));
        if !json {
            writeln!(out, "WebFinger")?;
            show::facts(&webfinger, 2, out)?;
        }

        let fetched = self.fetch(&found.actor).await?;
        let mut documents = fetched.describe()?;
        let (Some(description), Some(actor)) = (documents.pop(), fetched.actor()) else {
            return Err(Failed::new(format!(
                "{} is not an actor: WebFinger leads to something else there",
                found.actor
            )));
        };
        let (confirmed, confirmation) = confirm(&client, &found, &actor).await;
        if !json {
            writeln!(
                out,
                "\nactor, from {}",
                show::shown(fetched.url.as_str(), 1000)
            )?;
            show::document(&description, out)?;
            writeln!(out, "\n{}", show::shown(&confirmation, 1000))?;
        }

        let software = client.nodeinfo(authority(&found.actor)).await;
        if !json {
            writeln!(out, "\nserver")?;
            match &software {
                Ok(info) => show::facts(&nodeinfo_facts(info), 2, out)?,
                Err(error) => writeln!(out, "  it does not say what software it runs: {error}")?,
            }
            return Ok(());
        }
        let person = Person {
            handle: found.handle.to_string(),
            webfinger,
            actor: description,
            confirmed,
            confirmation,
            software: software.ok().as_ref().map(nodeinfo_facts),
        };
        write_json(&person, out)
    }
}

impl Fetched {
    /// What was understood of it.
    pub(crate) fn describe(&self) -> Result<Vec<Description>, Failed> {
        let mut documents = describe_all(&self.bytes).map_err(|reason| {
            let (url, content_type) = (&self.url, &self.content_type);
            Failed::new(format!(
                "{url} answered with {content_type}, which cannot be read as a document: {reason}; \
                 give the id of a post or actor, not the address of a web page"
            ))
        })?;
        for document in &mut documents {
            let id = document
                .understood
                .0
                .iter()
                .find_map(|(name, fact)| match fact {
                    Fact::Text(id) if *name == "id" => Url::parse(id).ok(),
                    _ => None,
                });
            if id.is_some_and(|mut id| {
                id.set_fragment(None);
                id != self.url
            }) {
                document.problems.push(Problem {
                    path: "/id".to_owned(),
                    reason: "it was fetched from another address: before it is believed it has to be fetched from its id".to_owned(),
                });
            }
        }
        Ok(documents)
    }

    fn actor(&self) -> Option<Actor> {
        match Document::read(&self.bytes).ok()? {
            Document::ActivityStreams(any) => match *any {
                Any::Actor(actor) => Some(actor),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Whether the actor agrees with the handle that led to it, and a sentence about it.
async fn confirm(client: &Client, found: &Found, actor: &Actor) -> (bool, String) {
    let handle = &found.handle;
    let Some(id) = actor.id.as_ref().filter(|id| *id == found.actor.as_str()) else {
        return (
            false,
            format!(
                "the document at {} has another id: it is not the actor of @{handle}",
                found.actor
            ),
        );
    };
    let names = ActorNames {
        id: &found.actor,
        preferred_username: actor.preferred_username.as_deref(),
        webfinger: actor.webfinger.as_deref(),
    };
    match reverse(handle, names) {
        Reverse::Confirmed => (true, format!("the actor confirms the handle @{handle}")),
        Reverse::Contradicted => (
            false,
            format!("the actor {id} does not have the handle @{handle}"),
        ),
        // The actor lives on another host: that host has to name the same account and actor.
        Reverse::Ask(other) => match client.lookup(&other).await {
            Ok(there) if there.actor == found.actor && there.handle.is_same_account(handle) => (
                true,
                format!("{} confirms the handle @{handle}", other.host()),
            ),
            Ok(_) => (
                false,
                format!("{} does not confirm the handle @{handle}", other.host()),
            ),
            Err(error) => (
                false,
                format!(
                    "{} does not confirm the handle @{handle}: {error}",
                    other.host()
                ),
            ),
        },
    }
}

/// What went wrong, and what to do.
fn advice(error: &Error) -> String {
    let hint = match error {
        Error::NeedsSignature(_) | Error::Forbidden(_) => {
            "it shows documents to signed requests only, or not to everyone, and inspect signs nothing: \
             save the document with a program that signs, and inspect the file"
        }
        Error::NotFound(_) | Error::Gone(_) => "check the address",
        Error::Refused(_) => "inspect asks public servers only, over https",
        Error::RateLimited(_) => "try again later",
        Error::Transient(_) => "check the address and the network, or try again later",
        _ => "check the address",
    };
    format!("{error}; {hint}")
}

fn lookup_advice(error: webfinger::LookupError) -> String {
    match &error {
        webfinger::LookupError::Fetch(fetch) => format!("{error}: {}", advice(fetch)),
        webfinger::LookupError::NotFound | webfinger::LookupError::Gone => {
            format!("{error}; check the spelling")
        }
        _ => format!("{}; ask the people who run the server", reason(error)),
    }
}
