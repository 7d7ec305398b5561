//! Our side of `interop/webfinger.sh`: a server with https whose handles are partly on other names than its actors.
//!
//! ```text
//! webfinger-peer FOLDER NAME…   writes certificates for its own names and these, prints its port, and serves until killed
//! ```
//!
//! @bob@social.example is not split. `handles.example` redirects questions for its handles to `social.example`, as Mastodon
//! proposes it; `names.example` answers them itself.

use activitypub::Actor;
use axum::Router;
use axum::extract::{Path, Request};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HOST, LOCATION};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::serve::Listener as _;
use clap::Parser;
use fedikit_examples::say;
use fedikit_examples::server::BoxError;
use fedikit_examples::tls::Certificate;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use url::Url;
use webfinger::server::{Directory, Unavailable};
use webfinger::{Descriptor, Link, NodeInfo, Resource, server};

/// Where the actors are.
const ACTORS: &str = "social.example";

/// Where handles are that are asked for there and answered at [`ACTORS`].
const REDIRECTING: &str = "handles.example";

/// Where handles are that are answered there.
const ANSWERING: &str = "names.example";

/// Everybody, and where their handles are.
const PEOPLE: [(&str, &str); 3] = [("ada", REDIRECTING), ("bob", ACTORS), ("carol", ANSWERING)];

/// Serves people whose handles are partly on other names than their actors, for other implementations to find.
#[derive(Debug, Parser)]
#[command(name = "webfinger-peer", version)]
struct Arguments {
    /// Where ca.pem, certificate.pem and key.pem are written.
    folder: PathBuf,
    /// Names of other servers that use the same certificate.
    names: Vec<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let arguments = Arguments::parse();
    let names = [ACTORS, REDIRECTING, ANSWERING].map(str::to_owned);
    let certificate = Certificate::new([names.to_vec(), arguments.names].concat())?;
    for (name, pem) in [
        ("ca.pem", &certificate.authority),
        ("certificate.pem", &certificate.certificate),
        ("key.pem", &certificate.key),
    ] {
        fs::write(arguments.folder.join(name), pem)?;
    }
    let socket = certificate.listen().await?;
    say!("{}", socket.local_addr()?.port());
    let people = People {
        base: format!("https://{ACTORS}/").parse()?,
    };
    let routes = Router::new()
        .route("/users/{name}", get(actor))
        .merge(server::routes(Arc::new(people)))
        .layer(from_fn(by_name));
    axum::serve(socket, routes).await?;
    Ok(())
}

/// Answers only what the name in the request is for.
async fn by_name(request: Request, next: Next) -> Response {
    let host = request
        .headers()
        .get(HOST)
        .and_then(|host| host.to_str().ok());
    let is_webfinger = request.uri().path() == webfinger::query::PATH;
    match host {
        Some(ACTORS) => next.run(request).await,
        Some(ANSWERING) if is_webfinger => next.run(request).await,
        Some(REDIRECTING) if is_webfinger => {
            let there = format!("https://{ACTORS}{}", request.uri());
            (StatusCode::MOVED_PERMANENTLY, [(LOCATION, there)]).into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn actor(Path(name): Path<String>) -> Response {
    let Some((name, _)) = PEOPLE.iter().find(|(known, _)| *known == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let id = id_of(name);
    let mut actor = Actor::person(id.as_str(), *name, format!("{id}/inbox"));
    actor.name = Some(name.to_uppercase());
    (
        [(CONTENT_TYPE, "application/activity+json")],
        actor.to_vec(),
    )
        .into_response()
}

fn id_of(name: &str) -> String {
    format!("https://{ACTORS}/users/{name}")
}

struct People {
    base: Url,
}

impl Directory for People {
    fn base(&self) -> &Url {
        &self.base
    }

    fn serves(&self, host: &str) -> bool {
        [ACTORS, REDIRECTING, ANSWERING].contains(&host)
    }

    async fn find(&self, resource: &Resource) -> Result<Option<Descriptor>, Unavailable> {
        let asked = PEOPLE.iter().find(|(name, host)| match resource {
            // Whoever knows only the actor's host may ask with that: the subject says what the handle is.
            Resource::Acct(asked) => {
                asked.user().eq_ignore_ascii_case(name) && [host, ACTORS].contains(&asked.host())
            }
            Resource::Url(url) => url.as_str() == id_of(name),
            _ => false,
        });
        Ok(asked.map(|(name, host)| {
            let id = id_of(name);
            Descriptor::new(format!("acct:{name}@{host}"))
                .alias(id.as_str())
                .link(Link::to_actor(id))
                .link(Link::to_profile_page(format!("https://{ACTORS}/@{name}")))
        }))
    }

    async fn nodeinfo(&self) -> Result<NodeInfo, Unavailable> {
        let mut info = NodeInfo::new("fedikit-peer", "1.2.3");
        info.usage.users = Some(PEOPLE.len() as u64);
        Ok(info)
    }
}
