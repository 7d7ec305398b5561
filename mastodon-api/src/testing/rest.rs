//! The requests that read and write: one file for each page of the documentation.

mod accounts;
mod conversations;
pub(super) mod filters;
mod grouped_notifications;
pub(super) mod instance;
mod lists;
mod markers;
mod media;
mod nodeinfo;
mod notifications;
mod page;
mod polls;
mod scheduled_statuses;
mod search;
mod statuses;
mod tags;
mod ties;
mod timelines;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header, request};
use serde::Serialize;

use super::{
    Refusal, oauth,
    params::Params,
    push,
    state::{Access, Fake},
};
use crate::{
    entities::{Application, Status},
    ids::{AccountId, StatusId},
};

type Answer = Result<Response, Refusal>;

/// A request, and in whose name it comes.
struct Call<'a> {
    parts: &'a request::Parts,
    params: &'a Params,
    access: Option<Access>,
}

impl Call<'_> {
    /// The account that asks, if its token allows this.
    fn user(&self, scope: &str) -> Result<AccountId, Refusal> {
        user(self.access.as_ref(), scope)
    }

    /// The account that asks, if one does.
    fn viewer(&self) -> Option<&AccountId> {
        self.access.as_ref()?.account.as_ref()
    }

    /// A status that the asking account may see.
    fn seen<'a>(&self, fake: &'a Fake, id: &str) -> Result<&'a Status, Refusal> {
        let status = fake.status(&StatusId::from(id));
        let status = status.filter(|status| fake.sees(self.viewer(), status));
        status.ok_or_else(Refusal::not_found)
    }
}

pub(super) fn answer(fake: &mut Fake, parts: &request::Parts, params: &Params) -> Answer {
    let path: Vec<_> = parts.uri.path().trim_matches('/').split('/').collect();
    let method = parts.method.as_str();
    // For these Mastodon does not even look at the token.
    match (method, path.as_slice()) {
        ("GET", ["api", "v2", "instance"]) => return json(instance::v2(fake)),
        ("GET", ["api", "v1", "instance"]) => return json(instance::v1(fake)),
        ("GET", [".well-known", "oauth-authorization-server"]) => {
            return json(oauth::metadata(fake));
        }
        ("GET", [".well-known", "nodeinfo"]) => return json(nodeinfo::links(fake)),
        ("GET", ["nodeinfo", "2.0"]) => return json(nodeinfo::document(fake)),
        ("POST", ["api", "v1", "apps"]) => return oauth::register(fake, params),
        _ => {}
    }
    let access = access(fake, parts)?;
    let call = &Call {
        parts,
        params,
        access,
    };
    match path.as_slice() {
        ["api", "v1", "apps", "verify_credentials"] => {
            let access = call.access.as_ref().ok_or_else(invalid_token)?;
            json(access.application.clone().unwrap_or_else(application))
        }
        ["api", "v1", "accounts", rest @ ..] => accounts::answer(fake, call, method, rest),
        ["api", "v1", "conversations", rest @ ..] => {
            conversations::answer(fake, call, method, rest)
        }
        ["api", "v2", "filters", rest @ ..] => filters::answer(fake, call, method, rest),
        ["api", "v1", "follow_requests", rest @ ..] => {
            ties::follow_requests(fake, call, method, rest)
        }
        ["api", "v1", "blocks"] if method == "GET" => ties::blocks(fake, call),
        ["api", "v1", "mutes"] if method == "GET" => ties::mutes(fake, call),
        ["api", "v1", "lists", rest @ ..] => lists::answer(fake, call, method, rest),
        ["api", "v1", "markers"] => markers::answer(fake, call, method),
        ["api", "v1" | "v2", "media", rest @ ..] => media::answer(fake, call, method, rest),
        ["api", "v1", "notifications", rest @ ..] => {
            notifications::answer(fake, call, method, rest)
        }
        ["api", "v2", "notifications", rest @ ..] => {
            grouped_notifications::answer(fake, call, method, rest)
        }
        ["api", "v1", "polls", rest @ ..] => polls::answer(fake, call, method, rest),
        ["api", "v1", "scheduled_statuses", rest @ ..] => {
            scheduled_statuses::answer(fake, call, method, rest)
        }
        ["api", "v1", "push", "subscription"] => {
            push::answer(fake, parts, params, call.access.as_ref())
        }
        ["api", "v1", "statuses", rest @ ..] => statuses::answer(fake, call, method, rest),
        ["api", "v1", "timelines", rest @ ..] => timelines::answer(fake, call, method, rest),
        ["api", "v1", "tags", rest @ ..] => tags::answer(fake, call, method, rest),
        ["api", "v2", "search"] if method == "GET" => search::v2(fake, call),
        ["api", "v1", "followed_tags"] if method == "GET" => tags::followed(fake, call),
        ["api", "v1", "bookmarks"] => statuses::bookmarks(fake, call),
        ["api", "v1", "favourites"] => statuses::favourites(fake, call),
        _ => Err(Refusal::unknown()),
    }
}

/// The application of tokens that nobody logged in for.
fn application() -> Application {
    let mut application = Application::new();
    application.name = "A test".to_owned();
    application
}

/// What the token of a request allows; `None` without a token.
pub(super) fn access(fake: &Fake, parts: &request::Parts) -> Result<Option<Access>, Refusal> {
    let Some(value) = parts.headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let token = value.to_str().ok().and_then(|v| v.strip_prefix("Bearer "));
    let access = token.and_then(|token| fake.tokens.get(token));
    access.cloned().map(Some).ok_or_else(invalid_token)
}

/// The account whose token it is, if it allows this.
pub(super) fn user(access: Option<&Access>, scope: &str) -> Result<AccountId, Refusal> {
    let access = access.ok_or_else(invalid_token)?;
    if !access.allows(scope) {
        let error = "This action is outside the authorized scopes";
        return Err(Refusal::new(StatusCode::FORBIDDEN, error));
    }
    let account = access.account.clone();
    account.ok_or_else(|| Refusal::unprocessable("This method requires an authenticated user"))
}

pub(super) fn invalid_token() -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, "The access token is invalid")
}

pub(super) fn json(value: impl Serialize) -> Result<Response, Refusal> {
    Ok(Json(value).into_response())
}
