//! What one writes: posts of every kind, changed and deleted again.

use crate::{Life, World, check};
use fedikit_examples::server::BoxError;
use mastodon_api::entities::{ScheduledStatus, Status, Visibility};
use mastodon_api::methods::statuses::NewPoll;
use mastodon_api::methods::{media, polls, scheduled_statuses, statuses};

pub(crate) async fn live(life: &mut Life, world: &World) -> Result<(), BoxError> {
    let post = plain(life, world).await?;
    with_media(life, world).await?;
    with_poll(life, world).await?;
    conversation(life, world, &post).await?;
    reactions(life, world, &post).await?;
    changes(life, world, &post).await?;
    later(life, world).await
}

async fn plain(life: &mut Life, world: &World) -> Result<Status, BoxError> {
    let client = &world.client;
    let post = life
        .step("post", async {
            let post = client
                .post("Good morning from #Rust")
                .language("en")
                .send()
                .await?;
            check(
                post.content.to_text() == "Good morning from #Rust",
                "the text came back otherwise",
            )?;
            check(post.visibility == Visibility::Public, "it is not public")?;
            check(
                post.tags
                    .iter()
                    .any(|tag| tag.name.eq_ignore_ascii_case("rust")),
                "the hashtag is none",
            )?;
            Ok(post)
        })
        .await?;
    life.step(
        "post behind a warning, followers only, in another language",
        async {
            let post = client
                .post("Die Katze überlebt.")
                .spoiler_text("Ende des Films")
                .private()
                .language("de")
                .send()
                .await?;
            check(
                post.spoiler_text == "Ende des Films",
                "the warning is not there",
            )?;
            check(
                post.visibility == Visibility::Private,
                "it is not for followers",
            )?;
            check(
                post.language.as_deref() == Some("de"),
                "the language is another",
            )
        },
    )
    .await?;
    life.step("the same post sent twice is one", async {
        let twice = client.post("Once only").unlisted();
        let (first, second) = (twice.clone().send().await?, twice.send().await?);
        check(first.id == second.id, "it was posted twice")?;
        let other = client.post("Once only").unlisted().send().await?;
        check(
            other.id != first.id,
            "another post with the same text was taken for it",
        )
    })
    .await?;
    life.step("an empty post is refused", async {
        let refused = client.send(statuses::Create::new().status(" ")).await;
        check(
            refused.is_err_and(|error| error.is_invalid_value()),
            "it was taken",
        )
    })
    .await?;
    life.step("a post that is too long is not even sent", async {
        let server = client.server().await?;
        let limits = &server.limits;
        let most = usize::try_from(limits.statuses.max_characters.unwrap_or_default())?;
        let long = client.post("é".repeat(most + 1));
        check(long.check().await.is_err(), "nobody counted")?;
        check(
            client.post("é").check().await.is_ok(),
            "a short one is refused",
        )
    })
    .await?;
    Ok(post)
}

async fn with_media(life: &mut Life, world: &World) -> Result<(), BoxError> {
    let client = &world.client;
    life.step("upload a picture, describe it anew, post it", async {
        let upload = client
            .upload(PICTURE.to_vec())
            .description("A dot")
            .focus(0.5, -0.5);
        let picture = upload.send().await?;
        check(
            picture.description.as_deref() == Some("A dot"),
            "the description is not there",
        )?;
        let focus = picture
            .meta
            .as_ref()
            .and_then(|meta| meta.focus.as_ref()?.x);
        check(focus == Some(0.5), "the focus is another")?;
        let picture = client
            .send(media::Update::new(&picture.id).description("A red dot"))
            .await?;
        let post = client
            .post("Look")
            .media([picture.id.clone()])
            .send()
            .await?;
        let [attached] = &*post.media_attachments else {
            return Err("it is not attached".into());
        };
        check(
            attached.description.as_deref() == Some("A red dot"),
            "the new description is not there",
        )
    })
    .await?;
    life.step("upload and delete", async {
        let picture = client.upload(PICTURE.to_vec()).send().await?;
        client.send(media::Delete::new(&picture.id)).await?;
        let gone = client.send(media::Get::new(&picture.id)).await;
        check(
            gone.is_err_and(|error| error.is_not_found()),
            "it is still there",
        )
    })
    .await
}

async fn with_poll(life: &mut Life, world: &World) -> Result<(), BoxError> {
    life.step("a poll, and a vote", async {
        let poll = NewPoll::new(["tea", "coffee"], 3600);
        let post = world
            .client
            .post("What do you drink?")
            .poll(poll)
            .send()
            .await?;
        let poll = post.poll.as_ref().ok_or("the post has no poll")?;
        check(poll.options.len() == 2, "it has not two options")?;
        let voted = world
            .other
            .send(polls::Vote::new(&poll.id, [1_u64]))
            .await?;
        check(
            voted.voted == Some(true) && voted.own_votes.as_deref() == Some(&[1]),
            "the vote is not there",
        )?;
        let poll = world.client.send(polls::Get::new(&poll.id)).await?;
        let votes: Vec<_> = poll
            .options
            .iter()
            .map(|option| option.votes_count)
            .collect();
        check(votes == [Some(0), Some(1)], "the vote is not counted")
    })
    .await
}

async fn conversation(life: &mut Life, world: &World, post: &Status) -> Result<(), BoxError> {
    let reply = life
        .step("a reply", async {
            let reply = world
                .other
                .post(format!("@{} And a good day", world.me.acct))
                .reply_to(post)
                .send()
                .await?;
            check(
                reply.in_reply_to_id.as_ref() == Some(&post.id),
                "it replies to nothing",
            )?;
            check(
                reply
                    .mentions
                    .iter()
                    .any(|mention| mention.id == world.me.id),
                "it mentions nobody",
            )?;
            Ok(reply)
        })
        .await?;
    life.step("the conversation from both ends", async {
        let below = world.client.send(statuses::Context::new(post)).await?;
        check(
            below.descendants.iter().any(|status| status.id == reply.id),
            "the reply is not below",
        )?;
        let above = world.client.send(statuses::Context::new(&reply)).await?;
        check(
            above.ancestors.iter().any(|status| status.id == post.id),
            "the post is not above",
        )
    })
    .await
}

async fn reactions(life: &mut Life, world: &World, post: &Status) -> Result<(), BoxError> {
    let (client, other) = (&world.client, &world.other);
    life.step("favourite and take it back", async {
        let post = other.send(statuses::Favourite::new(post)).await?;
        check(
            post.favourited == Some(true) && post.favourites_count == 1,
            "it is not counted",
        )?;
        let by = client.send(statuses::FavouritedBy::new(&post)).await?;
        check(
            by.items.iter().any(|account| account.id == world.friend.id),
            "nobody did",
        )?;
        let post = other.send(statuses::Unfavourite::new(&post)).await?;
        check(post.favourited == Some(false), "it is still a favourite")?;
        other.send(statuses::Favourite::new(&post)).await?;
        Ok(())
    })
    .await?;
    life.step("reblog and take it back", async {
        let reblog = other.send(statuses::Reblog::new(post)).await?;
        check(
            reblog
                .reblog
                .as_ref()
                .is_some_and(|inside| inside.id == post.id),
            "it has nothing inside",
        )?;
        let post = other.send(statuses::Unreblog::new(post)).await?;
        check(post.reblogged == Some(false), "it is still reblogged")
    })
    .await?;
    life.step("bookmark", async {
        let marked = client.send(statuses::Bookmark::new(post)).await?;
        check(marked.bookmarked == Some(true), "it is none")?;
        let bookmarks = client
            .send(mastodon_api::methods::bookmarks::List::new())
            .await?;
        check(
            bookmarks.items.iter().any(|status| status.id == post.id),
            "it is not in the list",
        )
    })
    .await?;
    life.step("pin and unpin", async {
        client.send(statuses::Pin::new(post)).await?;
        let call = mastodon_api::methods::accounts::Statuses::new(&world.me.id).pinned(true);
        let pinned = client.send(call).await?;
        check(
            pinned.items.iter().any(|status| status.id == post.id),
            "it is not pinned",
        )?;
        client.send(statuses::Unpin::new(post)).await?;
        Ok(())
    })
    .await
}

async fn changes(life: &mut Life, world: &World, post: &Status) -> Result<(), BoxError> {
    let client = &world.client;
    life.step("edit", async {
        let source = client.send(statuses::Source::new(post)).await?;
        check(
            source.text == "Good morning from #Rust",
            "the source is another text",
        )?;
        let edited = client
            .send(statuses::Edit::new(post).status("Good evening from #Rust"))
            .await?;
        check(
            edited.edited_at.is_some() && edited.content.to_text().contains("evening"),
            "nothing changed",
        )
    })
    .await?;
    life.step("history", async {
        let history = client.send(statuses::History::new(post)).await?;
        let texts: Vec<_> = history
            .items
            .iter()
            .map(|edit| edit.content.to_text())
            .collect();
        let [old, new] = &*texts else {
            return Err("there are not two versions".into());
        };
        check(
            old.contains("morning") && new.contains("evening"),
            "the versions are other ones",
        )
    })
    .await?;
    life.step("only the author may delete", async {
        let refused = world.other.send(statuses::Delete::new(post)).await;
        check(
            refused.is_err_and(|error| error.is_forbidden() || error.is_not_found()),
            "another account could",
        )
    })
    .await?;
    life.step("delete", async {
        let doomed = client.post("Not for long").send().await?;
        let deleted = client.send(statuses::Delete::new(&doomed)).await?;
        check(
            deleted.is_some_and(|post| post.text.as_deref() == Some("Not for long")),
            "the text to write it anew is not there",
        )?;
        let gone = client.send(statuses::Get::new(&doomed)).await;
        check(
            gone.is_err_and(|error| error.is_not_found()),
            "it is still there",
        )
    })
    .await
}

async fn later(life: &mut Life, world: &World) -> Result<(), BoxError> {
    let client = &world.client;
    life.step("schedule, look, cancel", async {
        let at = chrono::Utc::now() + chrono::TimeDelta::hours(2);
        let scheduled: ScheduledStatus = client.post("Tomorrow").schedule(at).send().await?;
        let list = client.send(scheduled_statuses::List::new()).await?;
        check(
            list.items.iter().any(|other| other.id == scheduled.id),
            "it is not in the list",
        )?;
        client
            .send(scheduled_statuses::Cancel::new(&scheduled.id))
            .await?;
        let list = client.send(scheduled_statuses::List::new()).await?;
        check(
            list.items.iter().all(|other| other.id != scheduled.id),
            "it is still in the list",
        )
    })
    .await
}

/// One red pixel.
const PICTURE: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0,
    1, 0, 0, 0, 1, 8, 2, 0, 0, 0, 0x90, 0x77, 0x53, 0xde, 0, 0, 0, 12, b'I', b'D', b'A', b'T', 8,
    0xd7, 0x63, 0xf8, 0xcf, 0xc0, 0, 0, 3, 1, 1, 0, 0x18, 0xdd, 0x8d, 0xb0, 0, 0, 0, 0, b'I', b'E',
    b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];
