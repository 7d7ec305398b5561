//! The requests that read and write.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, Method, StatusCode, header, request};
use serde::Serialize;

use super::{
    Refusal, oauth,
    params::Params,
    push,
    state::{Access, Draft, Fake, number},
};
use crate::{
    entities::{
        Context, CredentialAccount, Instance, Notification, Source, Status, Visibility,
        instance::v1,
    },
    ids::{AccountId, StatusId},
};

/// The version of Mastodon whose manners the fake instance has.
const VERSION: &str = "4.6.5";
/// The number of the API of that version.
const API_VERSION: u64 = 11;
const MAX_CHARACTERS: usize = 500;

pub(super) fn answer(
    fake: &mut Fake,
    parts: &request::Parts,
    params: &Params,
) -> Result<Response, Refusal> {
    // For these Mastodon does not even look at the token.
    match (&parts.method, parts.uri.path()) {
        (&Method::GET, "/api/v2/instance") => return json(instance(fake)),
        (&Method::GET, "/api/v1/instance") => return json(instance_v1(fake)),
        (&Method::GET, "/.well-known/oauth-authorization-server") => {
            return json(oauth::metadata(fake));
        }
        (&Method::POST, "/api/v1/apps") => return oauth::register(fake, params),
        _ => {}
    }
    let access = access(fake, parts)?;
    let access = access.as_ref();
    let path: Vec<_> = parts.uri.path().trim_matches('/').split('/').collect();
    match (&parts.method, path.as_slice()) {
        (&Method::GET, ["api", "v1", "apps", "verify_credentials"]) => {
            let access = access.ok_or_else(invalid_token)?;
            json(access.application.clone().unwrap_or_else(application))
        }
        (&Method::GET, ["api", "v1", "accounts", "verify_credentials"]) => {
            verify_credentials(fake, access)
        }
        (&Method::GET, ["api", "v1", "accounts", "lookup"]) => {
            let name = params.text("acct").unwrap_or_default();
            let name = name.trim_start_matches('@');
            json(fake.account_named(name).ok_or_else(Refusal::not_found)?)
        }
        (&Method::GET, ["api", "v1", "accounts", id]) => {
            let account = fake.account_with_id(&AccountId::from(*id));
            json(account.ok_or_else(Refusal::not_found)?)
        }
        (&Method::POST, ["api", "v1", "statuses"]) => create(fake, parts, params, access),
        (&Method::GET, ["api", "v1", "statuses", id]) => {
            let status = seen(fake, &(*id).into(), viewer(access))?;
            json(fake.shown(status, viewer(access)))
        }
        (&Method::DELETE, ["api", "v1", "statuses", id]) => delete(fake, &(*id).into(), access),
        (&Method::GET, ["api", "v1", "statuses", id, "context"]) => {
            context(fake, &(*id).into(), viewer(access))
        }
        (
            &Method::POST,
            [
                "api",
                "v1",
                "statuses",
                id,
                verb @ ("favourite" | "unfavourite"),
            ],
        ) => {
            let who = user(access, "write:favourites")?;
            let id = StatusId::from(*id);
            seen(fake, &id, Some(&who))?;
            fake.favourite(&who, &id, *verb == "favourite");
            json(fake.shown(seen(fake, &id, Some(&who))?, Some(&who)))
        }
        (&Method::GET, ["api", "v1", "timelines", "home"]) => {
            let who = user(access, "read:statuses")?;
            let statuses = fake.all_statuses().filter(|s| fake.is_at_home(&who, s));
            statuses_page(fake, parts, params, statuses, Some(&who))
        }
        (&Method::GET, ["api", "v1", "timelines", "public"]) => {
            let statuses = fake.all_statuses();
            let statuses = statuses.filter(|s| s.visibility == Visibility::Public);
            // No status comes from elsewhere or has media.
            let is_empty = ["remote", "only_media"]
                .iter()
                .any(|flag| params.text(flag) == Some("true"));
            let statuses = statuses.filter(|_| !is_empty);
            statuses_page(fake, parts, params, statuses, viewer(access))
        }
        (&Method::GET, ["api", "v1", "notifications"]) => {
            let who = user(access, "read:notifications")?;
            notifications(fake, parts, params, &who)
        }
        (_, ["api", "v1", "push", "subscription"]) => push::answer(fake, parts, params, access),
        _ => Err(Refusal::unknown()),
    }
}

fn verify_credentials(fake: &Fake, access: Option<&Access>) -> Result<Response, Refusal> {
    let who = user(access, "read:accounts")?;
    let account = fake.account_with_id(&who).ok_or_else(invalid_token)?;
    let mut account = CredentialAccount::new(account.clone());
    let mut source = Source::new();
    source.privacy = Visibility::Public;
    account.source = Some(source);
    json(account)
}

fn create(
    fake: &mut Fake,
    parts: &request::Parts,
    params: &Params,
    access: Option<&Access>,
) -> Result<Response, Refusal> {
    let author = user(access, "write:statuses")?;
    let key = parts.headers.get("Idempotency-Key");
    let key = key.map(|key| String::from_utf8_lossy(key.as_bytes()).into_owned());
    let key = key.map(|key| (author.clone(), key));
    if let Some(status) = key.as_ref().and_then(|key| {
        let id = fake.idempotency_keys.get(key)?;
        fake.status(id)
    }) {
        return json(fake.shown(status, Some(&author)));
    }

    for missing in ["media_ids", "poll[options]", "poll", "scheduled_at"] {
        if params.text(missing).is_some() {
            let error = format!("The fake instance does not know `{missing}`");
            return Err(Refusal::unprocessable(error));
        }
    }
    let text = params.text("status").unwrap_or_default();
    if text.trim().is_empty() {
        let error = "Validation failed: Text can't be blank";
        return Err(Refusal::unprocessable(error));
    }
    let spoiler_text = params.text("spoiler_text").unwrap_or_default();
    if text.chars().count() + spoiler_text.chars().count() > MAX_CHARACTERS {
        let error = format!("Validation failed: Text character limit of {MAX_CHARACTERS} exceeded");
        return Err(Refusal::unprocessable(error));
    }
    let visibility = Visibility::from(params.text("visibility").unwrap_or("public"));
    let is_known = matches!(
        visibility,
        Visibility::Public | Visibility::Unlisted | Visibility::Private | Visibility::Direct
    );
    if !is_known {
        let error = format!("'{visibility}' is not a valid visibility");
        return Err(Refusal::unprocessable(error));
    }
    let in_reply_to = params.text("in_reply_to_id").map(StatusId::from);
    if let Some(id) = &in_reply_to
        && seen(fake, id, Some(&author)).is_err()
    {
        let error = "The post you are trying to reply to does not appear to exist.";
        return Err(Refusal::new(StatusCode::NOT_FOUND, error));
    }

    let mut draft = Draft::new(author.clone(), text, visibility);
    draft.in_reply_to = in_reply_to;
    draft.sensitive =
        !spoiler_text.is_empty() || matches!(params.text("sensitive"), Some("true" | "1"));
    draft.spoiler_text = spoiler_text.to_owned();
    draft.language = params.text("language").map(ToOwned::to_owned);
    draft.application = access.and_then(|access| access.application.clone());
    let status = fake.publish(draft);
    if let Some(key) = key {
        fake.idempotency_keys.insert(key, status.id.clone());
    }
    json(fake.shown(&status, Some(&author)))
}

fn delete(fake: &mut Fake, id: &StatusId, access: Option<&Access>) -> Result<Response, Refusal> {
    let who = user(access, "write:statuses")?;
    let status = seen(fake, id, Some(&who))?;
    if status.account.id != who {
        return Err(Refusal::not_found());
    }
    let mut shown = fake.shown(status, Some(&who));
    shown.text.clone_from(&status.text);
    fake.delete(id);
    json(shown)
}

fn context(fake: &Fake, id: &StatusId, who: Option<&AccountId>) -> Result<Response, Refusal> {
    let status = seen(fake, id, who)?;
    let (ancestors, descendants) = fake.conversation(status);
    let shown = |statuses: Vec<&Status>| {
        let statuses = statuses.into_iter().filter(|status| fake.sees(who, status));
        statuses.map(|status| fake.shown(status, who)).collect()
    };
    let mut context = Context::new();
    context.ancestors = shown(ancestors);
    context.descendants = shown(descendants);
    json(context)
}

fn statuses_page<'a>(
    fake: &Fake,
    parts: &request::Parts,
    params: &Params,
    statuses: impl DoubleEndedIterator<Item = &'a Status>,
    who: Option<&AccountId>,
) -> Result<Response, Refusal> {
    let page = Page::new(params, statuses, |status| status.id.as_str(), 20, 40);
    let shown: Vec<_> = page.items.iter().map(|s| fake.shown(s, who)).collect();
    page.answer(fake, parts, params, shown)
}

fn notifications(
    fake: &Fake,
    parts: &request::Parts,
    params: &Params,
    who: &AccountId,
) -> Result<Response, Refusal> {
    let named = |list: &str, kind: &str| params.all(list).any(|name| name == kind);
    let all = fake.notifications_for(who).filter(|notification| {
        let kind = notification.kind.as_str();
        (params.all("types").next().is_none() || named("types", kind))
            && !named("exclude_types", kind)
    });
    let page = Page::new(params, all, |n: &&Notification| n.id.as_str(), 40, 80);
    let shown = page.items.clone();
    page.answer(fake, parts, params, shown)
}

/// A page of a list, newest first.
struct Page<'a, T> {
    items: Vec<&'a T>,
    is_full: bool,
    newest: Option<u64>,
    oldest: Option<u64>,
}

impl<'a, T> Page<'a, T> {
    /// The page of `items` (oldest first) for which `params` ask.
    fn new(
        params: &Params,
        items: impl DoubleEndedIterator<Item = &'a T>,
        id: impl Fn(&&'a T) -> &'a str,
        default: usize,
        most: usize,
    ) -> Self {
        let bound = |name| params.text(name).and_then(number);
        let limit = bound("limit").and_then(|limit| usize::try_from(limit).ok());
        let limit = limit.unwrap_or(default).clamp(1, most);
        let id = |item: &&'a T| number(id(item)).unwrap_or_default();
        let (max, since, min) = (bound("max_id"), bound("since_id"), bound("min_id"));
        let items = items.filter(|item| {
            let id = id(item);
            max.is_none_or(|max| id < max) && since.max(min).is_none_or(|least| id > least)
        });
        // `since_id` gives the newest, `min_id` those next to it.
        let items: Vec<_> = if min.is_some() {
            let mut items: Vec<_> = items.take(limit).collect();
            items.reverse();
            items
        } else {
            items.rev().take(limit).collect()
        };
        Self {
            is_full: items.len() == limit,
            newest: items.first().map(id),
            oldest: items.last().map(id),
            items,
        }
    }

    fn answer(
        &self,
        fake: &Fake,
        parts: &request::Parts,
        params: &Params,
        shown: impl Serialize,
    ) -> Result<Response, Refusal> {
        let mut links = Vec::new();
        let path = parts.uri.path().trim_start_matches('/');
        let mut link = |cursor: &str, id: u64, rel: &str| {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            for (name, value) in &params.0 {
                if !matches!(&**name, "max_id" | "min_id" | "since_id") {
                    query.append_pair(name, value);
                }
            }
            query.append_pair(cursor, &id.to_string());
            let url = fake.page(&format!("{path}?{}", query.finish()));
            links.push(format!("<{url}>; rel=\"{rel}\""));
        };
        if let Some(oldest) = self.oldest.filter(|_| self.is_full) {
            link("max_id", oldest, "next");
        }
        if let Some(newest) = self.newest {
            link("min_id", newest, "prev");
        }
        let mut response = json(shown)?;
        if let Ok(value) = HeaderValue::from_str(&links.join(", "))
            && !links.is_empty()
        {
            response.headers_mut().insert(header::LINK, value);
        }
        Ok(response)
    }
}

fn instance(fake: &Fake) -> Instance {
    let mut instance = Instance::new();
    instance.domain = fake.domain().to_owned();
    instance.title = "A fake instance".to_owned();
    instance.version = VERSION.to_owned();
    instance.languages = vec!["en".to_owned()];
    instance
        .api_versions
        .insert("mastodon".to_owned(), API_VERSION);
    instance.configuration.urls.streaming = Some(streaming_url(fake));
    let limits = &mut instance.configuration.statuses;
    limits.max_characters = u64::try_from(MAX_CHARACTERS).ok();
    limits.max_media_attachments = Some(0);
    limits.characters_reserved_per_url = Some(23);
    instance
}

fn instance_v1(fake: &Fake) -> v1::Instance {
    let mut instance = v1::Instance::new();
    instance.uri = fake.domain().to_owned();
    instance.title = "A fake instance".to_owned();
    instance.version = VERSION.to_owned();
    instance.languages = vec!["en".to_owned()];
    let mut urls = v1::Urls::new();
    urls.streaming_api = Some(streaming_url(fake));
    instance.urls = Some(urls);
    instance
}

fn streaming_url(fake: &Fake) -> String {
    format!("ws://{}", fake.domain())
}

/// The application of tokens that nobody logged in for.
fn application() -> crate::entities::Application {
    let mut application = crate::entities::Application::new();
    application.name = "A test".to_owned();
    application
}

/// The status, if it exists and this account may see it.
fn seen<'a>(fake: &'a Fake, id: &StatusId, who: Option<&AccountId>) -> Result<&'a Status, Refusal> {
    let status = fake.status(id).filter(|status| fake.sees(who, status));
    status.ok_or_else(Refusal::not_found)
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

fn viewer(access: Option<&Access>) -> Option<&AccountId> {
    access?.account.as_ref()
}

pub(super) fn invalid_token() -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, "The access token is invalid")
}

pub(super) fn json(value: impl Serialize) -> Result<Response, Refusal> {
    Ok(Json(value).into_response())
}
