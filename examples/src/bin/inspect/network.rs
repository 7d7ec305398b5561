//! URLs and handles: asked through the guarded client, unsigned.

use fedikit_examples::network::{NetworkFlags, fetch_advice, lookup_advice};
use fedikit_examples::terminal::shown;
use guarded_http::GuardedClient;
use serde::Serialize;
use std::io::Write;
use url::Url;
use webfinger::{Client, Handle};

use crate::document::{Description, Fact, Facts, Problem};
use crate::{Failed, MAX_BYTES, describe_all, show, write_json};

/// [`network::ACCEPT`](fedikit_examples::network::ACCEPT), and for documents that are no ActivityStreams the rest.
const ACCEPT_ANY: &str = "application/activity+json, \
    application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\", \
    application/jrd+json; q=0.5, application/json; q=0.4";

/// The way out.
pub(crate) struct Network {
    http: GuardedClient,
}

/// What a server answered.
pub(crate) struct Fetched {
    /// Where it came from, after redirects.
    pub(crate) url: Url,
    content_type: String,
    bytes: Vec<u8>,
}

/// The documents behind a handle.
#[derive(Serialize)]
struct Person {
    webfinger: Facts,
    actor: Description,
}

impl Network {
    pub(crate) fn new(flags: &NetworkFlags) -> Result<Self, Failed> {
        let http = flags.client("inspect", MAX_BYTES).map_err(Failed::new)?;
        Ok(Self { http })
    }

    /// Fetches a document.
    pub(crate) async fn fetch(&self, url: &Url) -> Result<Fetched, Failed> {
        let answer = self.http.get(url.clone()).accept(ACCEPT_ANY).send().await;
        let answer = answer.map_err(|error| Failed::new(fetch_advice(url, &error)))?;
        Ok(Fetched {
            url: answer.url().clone(),
            content_type: answer
                .content_type()
                .unwrap_or("no content type")
                .to_owned(),
            bytes: answer.into_bytes().to_vec(),
        })
    }

    /// Looks a handle up and fetches the actor.
    pub(crate) async fn find(
        &self,
        handle: &Handle,
        json: bool,
        out: &mut impl Write,
    ) -> Result<(), Failed> {
        let found = Client::new(self.http.clone()).lookup(handle).await;
        let found = found.map_err(|error| Failed::new(lookup_advice(handle, &error)))?;
        let mut webfinger = Facts::default();
        webfinger.text("handle", Some(format!("@{}", found.handle())));
        webfinger.text("actor", Some(found.actor()));
        if !json {
            writeln!(out, "WebFinger")?;
            show::facts(&webfinger, 2, out)?;
        }
        let fetched = self.fetch(found.actor()).await?;
        let Some(actor) = fetched.describe()?.pop() else {
            return Err(Failed::new(format!(
                "{} is an empty list: WebFinger leads to no actor there",
                found.actor()
            )));
        };
        if !json {
            writeln!(out, "\nactor, from {}", shown(fetched.url.as_str(), 1000))?;
            return Ok(show::document(&actor, out)?);
        }
        write_json(&Person { webfinger, actor }, out)
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
}
