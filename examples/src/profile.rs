//! An actor as a person's profile: fetched, and with the web pages that it names as the same person's.

use crate::in_words;
use crate::network::{ACCEPT, fetch_advice};
use activitypub::Actor;
use activitypub::profile::FieldValue;
use guarded_http::GuardedClient;
use url::Url;
use webfinger::rel_me::{Profile, claim};

/// A web page that a profile names as its owner's.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Claim {
    /// The name of the field.
    pub field: String,
    /// The page.
    pub page: Url,
}

/// Fetches the actor with this id.
///
/// # Errors
///
/// It cannot be had, or is another one, in words.
pub async fn fetch(http: &GuardedClient, id: &Url) -> Result<Actor, String> {
    let answer = http.get(id.clone()).accept(ACCEPT).expect(&MEDIA_TYPES);
    let answer = answer
        .send()
        .await
        .map_err(|error| fetch_advice(id, &error))?;
    let actor = Actor::from_slice(answer.bytes())
        .map_err(|error| format!("{id} is no actor that can be read: {}", in_words(&error)))?;
    // Anybody can serve a document with somebody else's id.
    match &actor.id {
        Some(own) if *own == id.as_str() && answer.url() == id => Ok(actor),
        _ => Err(format!("{id} leads to the document of another actor")),
    }
}

/// The web pages that the fields of a profile name, in order.
#[must_use]
pub fn claims(actor: &Actor) -> Vec<Claim> {
    let claims = actor.fields().filter_map(|field| {
        let (FieldValue::Html(text) | FieldValue::Href(text)) = field.value else {
            return None;
        };
        Some(Claim {
            field: field.name.to_owned(),
            page: claim(text)?,
        })
    });
    claims.collect()
}

/// The URLs of the profile with this id.
#[must_use]
pub fn urls(id: Url, actor: &Actor) -> Profile {
    let profile = Profile::new(id);
    match actor.page() {
        Some(page) => profile.url(page),
        None => profile,
    }
}

const MEDIA_TYPES: [&str; 2] = [
    "application/activity+json",
    "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
];
