//! Routes ready to mount in an axum server.

use crate::causes::with_causes;
use crate::directory::UserDirectory;
use crate::inbox::{MAX_BODY, check_head, is_activity_json};
use crate::{Application, CollectionName, Envelope, Federation, InboxError};
use activitypub::{Any, Id};
use axum::Router;
use axum::body::{Body, HttpBody as _, to_bytes};
use axum::extract::{Path, Query, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// How long a sender may take over its request.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// Everything that other servers ask for: actors, inboxes, collections, the instance actor, WebFinger, host-meta and NodeInfo; and,
/// as the fallback, [`Application::object`] for every other path, if the client accepts ActivityPub.
///
/// Mount it at the root (`Router::merge`); ids are made for that.
pub fn routes<A: Application>(federation: Federation<A>) -> Router {
    let directory = webfinger::server::routes(Arc::new(UserDirectory(federation.clone())));
    Router::new()
        .route("/inbox", post(inbox::<A>))
        .route("/actor", get(instance_actor::<A>))
        .route("/users/{name}", get(actor::<A>))
        .route("/users/{name}/inbox", post(inbox::<A>))
        .route("/users/{name}/outbox", get(outbox::<A>))
        .route("/users/{name}/followers", get(followers::<A>))
        .route("/users/{name}/following", get(following::<A>))
        .fallback(get(object::<A>))
        .with_state(federation)
        .merge(directory)
}

async fn inbox<A: Application>(
    State(federation): State<Federation<A>>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let head = check_head(&parts.method, &parts.headers).and_then(|()| {
        let stated = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
        (stated <= MAX_BODY).then_some(()).ok_or(Envelope::TooLarge)
    });
    if let Err(envelope) = head {
        return refused(&InboxError::Envelope(envelope));
    }
    let body = match tokio::time::timeout(READ_TIMEOUT, to_bytes(body, MAX_BODY)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => {
            return text(
                StatusCode::PAYLOAD_TOO_LARGE,
                "the body is larger than 1 MiB, or broke off",
            );
        }
        Err(_) => return text(StatusCode::REQUEST_TIMEOUT, "the body took too long"),
    };
    let request = http::Request::from_parts(parts, body);
    match federation.receive(request, SystemTime::now()).await {
        Ok(_) => StatusCode::ACCEPTED.into_response(),
        Err(error) => refused(&error),
    }
}

fn refused(error: &InboxError) -> Response {
    if let InboxError::Application(_) = error {
        tracing::error!(reason = %with_causes(error), "an activity could not be processed");
    } else {
        tracing::info!(reason = %with_causes(error), "a request to the inbox was refused");
    }
    text(error.status(), error.explanation())
}

async fn actor<A: Application>(
    State(federation): State<Federation<A>>,
    Path(name): Path<String>,
) -> Response {
    match federation.application().actor(&name).await {
        Ok(Some(local)) => document(&Any::from(federation.actor_document(&name, local))),
        Ok(None) => not_found(),
        Err(error) => failed(error),
    }
}

async fn instance_actor<A: Application>(State(federation): State<Federation<A>>) -> Response {
    document(&Any::from(federation.instance_actor()))
}

#[derive(Deserialize)]
struct Page {
    page: Option<String>,
}

async fn outbox<A: Application>(
    state: State<Federation<A>>,
    name: Path<String>,
    page: Query<Page>,
) -> Response {
    collection(state, name, page, CollectionName::Outbox).await
}

async fn followers<A: Application>(
    state: State<Federation<A>>,
    name: Path<String>,
    page: Query<Page>,
) -> Response {
    collection(state, name, page, CollectionName::Followers).await
}

async fn following<A: Application>(
    state: State<Federation<A>>,
    name: Path<String>,
    page: Query<Page>,
) -> Response {
    collection(state, name, page, CollectionName::Following).await
}

async fn collection<A: Application>(
    State(federation): State<Federation<A>>,
    Path(name): Path<String>,
    Query(Page { page }): Query<Page>,
    collection: CollectionName,
) -> Response {
    match federation
        .collection(&name, collection, page.as_deref())
        .await
    {
        Ok(Some(collection)) => document(&Any::from(collection)),
        Ok(None) => not_found(),
        Err(error) => failed(error),
    }
}

async fn object<A: Application>(
    State(federation): State<Federation<A>>,
    request: Request,
) -> Response {
    if !accepts_activity_json(&request) {
        return not_found();
    }
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    let origin = federation.inner.origin.as_str().trim_end_matches('/');
    match federation
        .application()
        .object(&Id::from(format!("{origin}{path}")))
        .await
    {
        Ok(Some(object)) => document(&object),
        Ok(None) => not_found(),
        Err(error) => failed(error),
    }
}

fn accepts_activity_json(request: &Request) -> bool {
    request
        .headers()
        .get_all(header::ACCEPT)
        .iter()
        .any(|value| {
            value
                .to_str()
                .is_ok_and(|value| value.split(',').any(|one| is_activity_json(one.trim())))
        })
}

fn document(document: &Any) -> Response {
    let is_tombstone =
        matches!(document, Any::Object(object) if object.kind().as_str() == "Tombstone");
    let status = if is_tombstone {
        StatusCode::GONE
    } else {
        StatusCode::OK
    };
    let mut response = Response::new(Body::from(document.to_vec()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(crate::fetch::ACTIVITY_JSON),
    );
    // The same URL may be a web page of the application's.
    headers.insert(header::VARY, HeaderValue::from_static("Accept, Signature"));
    response
}

fn failed(error: impl Into<Box<dyn Error + Send + Sync>>) -> Response {
    tracing::error!(error = &*error.into(), "the application failed");
    text(
        StatusCode::INTERNAL_SERVER_ERROR,
        "something went wrong here; try again later",
    )
}

fn not_found() -> Response {
    text(StatusCode::NOT_FOUND, "there is nothing here")
}

fn text(status: StatusCode, text: impl Into<String>) -> Response {
    (status, text.into()).into_response()
}
