//! [Statuses](https://docs.joinmastodon.org/methods/statuses/).

use http::StatusCode;

use super::{
    Answer, Call, json, media,
    page::{self, Page},
    scheduled_statuses,
};
use crate::{
    entities::{Account, Context, Status, StatusSource, Visibility},
    ids::{AccountId, StatusId},
    testing::{
        Refusal,
        posts::{Mark, PollDraft, Processing},
        state::{Draft, Fake, number},
    },
};

pub(super) fn answer(fake: &mut Fake, call: &Call<'_>, method: &str, path: &[&str]) -> Answer {
    match (method, path) {
        ("POST", []) => create(fake, call),
        ("GET", []) => {
            let ids = call.params.all("id");
            let found = ids.filter_map(|id| call.seen(fake, id).ok());
            let shown: Vec<_> = found
                .map(|status| fake.shown(status, call.viewer()))
                .collect();
            json(shown)
        }
        ("GET", [id]) => json(fake.shown(call.seen(fake, id)?, call.viewer())),
        ("PUT", [id]) => edit(fake, call, id),
        ("DELETE", [id]) => delete(fake, call, id),
        ("GET", [id, "context"]) => context(fake, call, id),
        ("GET", [id, "history"]) => json(fake.versions(call.seen(fake, id)?)),
        ("GET", [id, "source"]) => {
            call.user("read:statuses")?;
            let status = call.seen(fake, id)?;
            let mut source = StatusSource::new(&status.id);
            source.text = status.text.clone().unwrap_or_default();
            source.spoiler_text.clone_from(&status.spoiler_text);
            json(source)
        }
        ("GET", [id, "reblogged_by"]) => {
            let boosts = fake.boosters(&call.seen(fake, id)?.id);
            let page = Page::new(
                call.params,
                boosts,
                |boost| page::id(boost.id.as_str()),
                40,
                80,
            );
            let accounts: Vec<_> = page.items.iter().map(|boost| &boost.account).collect();
            page.answer(fake, call, accounts)
        }
        ("GET", [id, "favourited_by"]) => {
            let status = call.seen(fake, id)?;
            let fans = |account: &&Account| fake.is_marked(Mark::Favourite, &account.id, status);
            let fans = fake.accounts.iter().filter(fans);
            let page = Page::new(
                call.params,
                fans,
                |account| page::id(account.id.as_str()),
                40,
                80,
            );
            page.answer(fake, call, &page.items)
        }
        ("POST", [id, "reblog"]) => reblog(fake, call, id),
        ("POST", [id, "unreblog"]) => {
            let who = call.user("write:statuses")?;
            let status = original(call.seen(fake, id)?);
            if let Some(boost) = fake.boost_of(&who, &status).map(|boost| boost.id.clone()) {
                fake.delete(&boost);
            }
            let status = fake.status(&status).ok_or_else(Refusal::not_found)?;
            json(fake.shown(status, Some(&who)))
        }
        ("POST", [id, verb]) => mark(fake, call, id, verb),
        _ => Err(Refusal::unknown()),
    }
}

/// [Bookmarks](https://docs.joinmastodon.org/methods/bookmarks/).
pub(super) fn bookmarks(fake: &Fake, call: &Call<'_>) -> Answer {
    marked(fake, call, Mark::Bookmark, &call.user("read:bookmarks")?)
}

/// [Favourites](https://docs.joinmastodon.org/methods/favourites/).
pub(super) fn favourites(fake: &Fake, call: &Call<'_>) -> Answer {
    marked(fake, call, Mark::Favourite, &call.user("read:favourites")?)
}

fn marked(fake: &Fake, call: &Call<'_>, mark: Mark, who: &AccountId) -> Answer {
    let statuses = fake
        .all_statuses()
        .filter(|status| fake.is_marked(mark, who, status));
    Page::of_statuses(fake, call, statuses)
}

fn create(fake: &mut Fake, call: &Call<'_>) -> Answer {
    let author = call.user("write:statuses")?;
    let key = call.parts.headers.get("Idempotency-Key");
    let key = key.map(|key| String::from_utf8_lossy(key.as_bytes()).into_owned());
    let key = key.map(|key| (author.clone(), key));
    if let Some(id) = key.as_ref().and_then(|key| fake.idempotency_keys.get(key)) {
        if let Some(status) = fake.status(id) {
            return json(fake.shown(status, Some(&author)));
        }
        let scheduled = number(id.as_str()).and_then(|id| fake.scheduled.get(&id));
        if let Some((scheduled, _)) = scheduled {
            return json(scheduled);
        }
    }

    let at = scheduled_statuses::time(call)?;
    let draft = draft(fake, call, &author, None)?;
    let (id, answer) = match at {
        Some(at) => {
            let scheduled = scheduled_statuses::schedule(fake, draft, at);
            (StatusId::from(scheduled.id.as_str()), json(scheduled))
        }
        None => {
            let status = fake.publish(draft);
            (status.id.clone(), json(fake.shown(&status, Some(&author))))
        }
    };
    if let Some(key) = key {
        fake.idempotency_keys.insert(key, id);
    }
    answer
}

fn edit(fake: &mut Fake, call: &Call<'_>, id: &str) -> Answer {
    let who = call.user("write:statuses")?;
    let status = call.seen(fake, id)?.clone();
    if status.account.id != who || status.reblog.is_some() {
        return Err(Refusal::not_found());
    }
    let draft = draft(fake, call, &who, Some(&status))?;
    for attributes in call.params.groups("media_attributes") {
        let said = |wanted| {
            let mut found = attributes.iter().filter(|(name, _)| *name == wanted);
            found.next().map(|(_, value)| *value)
        };
        let id = said("id")
            .and_then(number)
            .filter(|id| draft.media.contains(id));
        if let Some(medium) = id.and_then(|id| fake.media.get_mut(&id)) {
            media::describe(&mut medium.attachment, said("description"), said("focus"));
        }
    }
    let status = fake
        .edit(&status.id, &draft)
        .ok_or_else(Refusal::not_found)?;
    json(fake.shown(&status, Some(&who)))
}

/// What the parameters want to be posted, or made of a status.
fn draft(
    fake: &Fake,
    call: &Call<'_>,
    author: &AccountId,
    edited: Option<&Status>,
) -> Result<Draft, Refusal> {
    let params = call.params;
    let limits = &fake.configuration.statuses;
    let text = params.text("status").unwrap_or_default();
    let media: Vec<_> = params
        .all("media_ids")
        .filter(|id| !id.is_empty())
        .collect();
    let poll = poll(fake, call)?;
    if text.trim().is_empty() && media.is_empty() && poll.is_none() {
        return Err(Refusal::invalid("Text can't be blank"));
    }
    let spoiler_text = params.text("spoiler_text").unwrap_or_default();
    let length = u64::try_from(text.chars().count() + spoiler_text.chars().count());
    if let Some(limit) = limits.max_characters
        && length.is_ok_and(|length| length > limit)
    {
        let error = format!("Text character limit of {limit} exceeded");
        return Err(Refusal::invalid(error));
    }
    let visibility = match edited {
        Some(status) => status.visibility.clone(),
        None => Visibility::from(params.text("visibility").unwrap_or("public")),
    };
    let is_known = matches!(
        visibility,
        Visibility::Public | Visibility::Unlisted | Visibility::Private | Visibility::Direct
    );
    if !is_known {
        let error = format!("'{visibility}' is not a valid visibility");
        return Err(Refusal::unprocessable(error));
    }
    let in_reply_to = params.text("in_reply_to_id");
    if in_reply_to.is_some_and(|id| call.seen(fake, id).is_err()) {
        let error = "The post you are trying to reply to does not appear to exist.";
        return Err(Refusal::new(StatusCode::NOT_FOUND, error));
    }

    let mut draft = Draft::new(author.clone(), text, visibility);
    draft.media = attached(fake, author, &media, poll.is_some(), edited)?;
    draft.poll = poll;
    draft.in_reply_to = in_reply_to.map(StatusId::from);
    draft.sensitive = !spoiler_text.is_empty() || params.flag("sensitive");
    draft.spoiler_text = spoiler_text.to_owned();
    draft.language = params.text("language").map(ToOwned::to_owned);
    draft.application = call
        .access
        .as_ref()
        .and_then(|access| access.application.clone());
    Ok(draft)
}

/// The numbers of these media, if they may be attached.
fn attached(
    fake: &Fake,
    author: &AccountId,
    ids: &[&str],
    has_poll: bool,
    edited: Option<&Status>,
) -> Result<Vec<u64>, Refusal> {
    let limit = fake
        .configuration
        .statuses
        .max_media_attachments
        .unwrap_or(u64::MAX);
    let count = u64::try_from(ids.len()).unwrap_or(u64::MAX);
    if count > limit || (has_poll && count > 0) {
        let error = format!("Cannot attach more than {limit} files");
        return Err(Refusal::invalid(error));
    }
    let mut numbers = Vec::new();
    for id in ids {
        let medium = number(id).and_then(|id| Some((id, fake.media.get(&id)?)));
        let edited = edited.and_then(|status| number(status.id.as_str()));
        let medium = medium.filter(|(_, medium)| {
            medium.owner == *author && (medium.status.is_none() || medium.status == edited)
        });
        let Some((number, medium)) = medium else {
            let error = format!("Media {id} not found or already attached to another post");
            return Err(Refusal::invalid(error));
        };
        if medium.processing != Processing::Done {
            let error =
                "Cannot attach files that have not finished processing. Try again in a moment!";
            return Err(Refusal::invalid(error));
        }
        numbers.push(number);
    }
    Ok(numbers)
}

fn poll(fake: &Fake, call: &Call<'_>) -> Result<Option<PollDraft>, Refusal> {
    let params = call.params;
    let options: Vec<_> = params.all("poll[options]").map(ToOwned::to_owned).collect();
    if options.is_empty() {
        return Ok(None);
    }
    let limits = &fake.configuration.polls;
    let expires_in = params
        .text("poll[expires_in]")
        .and_then(number)
        .unwrap_or_default();
    let length = |option: &String| u64::try_from(option.chars().count()).unwrap_or(u64::MAX);
    let longest = options.iter().map(length).max().unwrap_or_default();
    let count = u64::try_from(options.len()).unwrap_or(u64::MAX);
    let (most, characters) = (limits.max_options, limits.max_characters_per_option);
    let error = if count < 2 {
        "Options must have more than one item".to_owned()
    } else if let Some(most) = most.filter(|most| count > *most) {
        format!("Options can't contain more than {most} items")
    } else if let Some(most) = characters.filter(|most| longest > *most) {
        format!("Options cannot be longer than {most} characters each")
    } else if limits
        .min_expiration
        .is_some_and(|least| expires_in < least)
    {
        "Expires at is too soon".to_owned()
    } else if limits.max_expiration.is_some_and(|most| expires_in > most) {
        "Expires at is too far into the future".to_owned()
    } else {
        return Ok(Some(PollDraft {
            options,
            expires_in,
            multiple: params.flag("poll[multiple]"),
            hide_totals: params.flag("poll[hide_totals]"),
        }));
    };
    Err(Refusal::invalid(error))
}

fn delete(fake: &mut Fake, call: &Call<'_>, id: &str) -> Answer {
    let who = call.user("write:statuses")?;
    let status = call.seen(fake, id)?;
    if status.account.id != who {
        return Err(Refusal::not_found());
    }
    let mut shown = fake.shown(status, Some(&who));
    shown.text.clone_from(&status.text);
    fake.delete(&shown.id);
    json(shown)
}

fn context(fake: &Fake, call: &Call<'_>, id: &str) -> Answer {
    let (ancestors, descendants) = fake.conversation(call.seen(fake, id)?);
    let who = call.viewer();
    let shown = |statuses: Vec<&Status>| {
        let statuses = statuses.into_iter().filter(|status| {
            fake.sees(who, status) && who.is_none_or(|who| !fake.hides(who, status))
        });
        statuses.map(|status| fake.shown(status, who)).collect()
    };
    let mut context = Context::new();
    context.ancestors = shown(ancestors);
    context.descendants = shown(descendants);
    json(context)
}

fn reblog(fake: &mut Fake, call: &Call<'_>, id: &str) -> Answer {
    let who = call.user("write:statuses")?;
    let original = original(call.seen(fake, id)?);
    let status = call.seen(fake, original.as_str())?;
    let may = match status.visibility {
        Visibility::Public | Visibility::Unlisted => true,
        Visibility::Private => status.account.id == who,
        _ => false,
    };
    if !may {
        return Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "This action is not allowed",
        ));
    }
    let visibility = match call.params.text("visibility") {
        Some(visibility) => Visibility::from(visibility),
        None => status.visibility.clone(),
    };
    let boost = fake.boost(&who, &original, visibility);
    json(fake.shown(&boost.ok_or_else(Refusal::not_found)?, Some(&who)))
}

/// The status that is meant: of a boost, what it boosts.
fn original(status: &Status) -> StatusId {
    status
        .reblog
        .as_ref()
        .map_or(&status.id, |of| &of.id)
        .clone()
}

fn mark(fake: &mut Fake, call: &Call<'_>, id: &str, verb: &str) -> Answer {
    let (mark, scope) = match verb.strip_prefix("un").unwrap_or(verb) {
        "favourite" => (Mark::Favourite, "write:favourites"),
        "bookmark" => (Mark::Bookmark, "write:bookmarks"),
        "pin" => (Mark::Pin, "write:accounts"),
        "mute" => (Mark::Mute, "write:mutes"),
        _ => return Err(Refusal::unknown()),
    };
    let who = call.user(scope)?;
    let status = call.seen(fake, id)?;
    let is_marked = !verb.starts_with("un");
    if mark == Mark::Pin && is_marked {
        may_pin(fake, &who, status)?;
    }
    let id = status.id.clone();
    fake.mark(mark, &who, &id, is_marked);
    json(fake.shown(call.seen(fake, id.as_str())?, Some(&who)))
}

fn may_pin(fake: &Fake, who: &AccountId, status: &Status) -> Result<(), Refusal> {
    let pinned = fake
        .all_statuses()
        .filter(|other| other.id != status.id && fake.is_marked(Mark::Pin, who, other));
    let most = fake.configuration.accounts.max_pinned_statuses;
    let error = if status.account.id != *who {
        "Someone else's post cannot be pinned"
    } else if status.visibility == Visibility::Direct {
        "Posts that are only visible to mentioned users cannot be pinned"
    } else if most.is_some_and(|most| pinned.count() as u64 >= most) {
        "You have already pinned the maximum number of posts"
    } else {
        return Ok(());
    };
    Err(Refusal::invalid(error))
}
