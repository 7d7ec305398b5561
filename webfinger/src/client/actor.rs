//! An actor's document, read for its names.

use std::sync::Arc;

use bytes::Bytes;
use guarded_http::{BoxError, GuardedClient};
use serde_json::{Map, Value};
use url::Url;

use super::budget::Budget;
use crate::error::LookupError;
use crate::json::read_object;
use crate::lookup::{ActorNames, without_fragment};

/// The application's hook.
pub(super) type Sign = Arc<dyn Fn(&mut http::Request<Bytes>) -> Result<(), BoxError> + Send + Sync>;

/// The media types of an actor ([ActivityPub, section 3.2](https://www.w3.org/TR/activitypub/#retrieving-objects)).
const MEDIA_TYPES: [&str; 2] = [
    "application/activity+json",
    "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
];

/// A document that was fetched from its own id.
pub(super) struct ActorDocument {
    names: ActorNames,
    json: Map<String, Value>,
}

impl ActorDocument {
    pub(super) fn names(&self) -> &ActorNames {
        &self.names
    }

    pub(super) fn into_json(self) -> Map<String, Value> {
        self.json
    }
}

/// Fetches an actor. What came from elsewhere than its id gives that id instead.
pub(super) async fn fetch(
    http: &GuardedClient,
    url: &Url,
    sign: Option<&Sign>,
    budget: &Budget,
) -> Result<Result<ActorDocument, Url>, LookupError> {
    let mut request = http
        .get(url.clone())
        .accept(&MEDIA_TYPES.join(", "))
        .expect(&MEDIA_TYPES);
    if let Some(sign) = sign {
        request = request.sign(|request| sign(request));
    }
    let answer = budget.spend(request).await?;
    let answer = answer.map_err(|error| LookupError::Actor(Arc::new(error)))?;
    read(url, answer.url(), answer.bytes())
}

/// The final URL has the last word: a redirect to another origin makes no document of the first one.
fn read(
    asked: &Url,
    answered: &Url,
    body: &[u8],
) -> Result<Result<ActorDocument, Url>, LookupError> {
    // How long a body may be is the guarded client's business.
    let json = read_object(body, usize::MAX).map_err(|_| LookupError::ActorDocument)?;
    let text = |name| json.get(name).and_then(Value::as_str);
    let id = text("id").and_then(|id| Url::parse(id).ok());
    let id = id.ok_or(LookupError::ActorDocument)?;
    let is_own = id.origin() == answered.origin()
        && [asked, answered]
            .map(without_fragment)
            .contains(&without_fragment(&id));
    if !is_own {
        return Ok(Err(id));
    }
    let names = ActorNames::new(id.clone())
        .preferred_username(text("preferredUsername"))
        .webfinger(text("webfinger"), &id);
    Ok(Ok(ActorDocument { names, json }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn a_document_speaks_for_the_id_it_was_fetched_from() {
        let a = "https://a.example/users/bob";
        for (asked, answered, id, own) in [
            (a, a, a, true),
            (a, a, "https://a.example/users/bob#main", true),
            // Moved inside its origin.
            (a, "https://a.example/actors/1", a, true),
            (
                a,
                "https://a.example/actors/1",
                "https://a.example/actors/1",
                true,
            ),
            // A page that shows the actor.
            ("https://a.example/@bob", "https://a.example/@bob", a, false),
            // An open redirect on the origin of the id.
            (a, "https://evil.example/x", a, false),
            ("https://evil.example/x", "https://evil.example/x", a, false),
            // Something that others may write on the same origin.
            (
                "https://a.example/media/1",
                "https://a.example/media/1",
                a,
                false,
            ),
            (a, "https://a.example:8443/users/bob", a, false),
        ] {
            let body = serde_json::json!({ "id": id, "preferredUsername": "bob", "webfinger": "bob@b.example" });
            let read = read(&url(asked), &url(answered), body.to_string().as_bytes()).unwrap();
            match read {
                Ok(document) => {
                    assert!(own, "{asked} {answered} {id}");
                    let handle = document.names().handle().unwrap();
                    assert_eq!(handle.to_string(), "bob@b.example");
                }
                Err(other) => {
                    assert!(!own, "{asked} {answered} {id}");
                    assert_eq!(other, url(id));
                }
            }
        }
        for body in [
            "",
            "[]",
            "{}",
            r#"{"id": 3}"#,
            r#"{"id": "bob"}"#,
            r#"{"id": "https://a.example/users/bob", "id": "https://a.example/users/bob"}"#,
        ] {
            let read = read(&url(a), &url(a), body.as_bytes());
            assert!(matches!(read, Err(LookupError::ActorDocument)), "{body}");
        }
    }
}
