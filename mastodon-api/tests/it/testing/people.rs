//! What people and the instance do with statuses: media, polls, edits, boosts, schedules.

use chrono::{SubsecRound as _, TimeDelta, Utc};
use futures_util::StreamExt as _;
use mastodon_api::{
    Client,
    endpoint::Upload,
    entities::{NotificationType, Status, Visibility},
    methods::{
        accounts, bookmarks, favourites, media, notifications, polls, scheduled_statuses, statuses,
        timelines,
    },
    streaming::Stream,
    testing::FakeInstance,
};

use super::{bot, client, faults::websocket, message, start};

pub(super) fn file(name: &str, kind: &str, bytes: &str) -> Upload {
    Upload::new(bytes.to_owned()).name(name).media_type(kind)
}

pub(super) async fn upload(bot: &Client) -> mastodon_api::entities::MediaAttachment {
    let upload = file("cat.png", "image/png", "not really a picture");
    let call = media::V2::new(upload)
        .description("a cat")
        .focus("0.5,-0.25");
    bot.send(call).await.unwrap()
}

pub(super) async fn kinds(client: &Client) -> Vec<NotificationType> {
    let list = client.send(notifications::List::new()).await.unwrap();
    list.items
        .into_iter()
        .map(|notification| notification.kind)
        .collect()
}

#[tokio::test]
async fn media_are_uploaded_processed_and_attached_once() {
    let instance = start().await;
    let bot = bot(&instance);
    instance.hold_media();
    let attachment = upload(&bot).await;
    assert_eq!(
        (attachment.url, attachment.description.as_deref()),
        (None, Some("a cat"))
    );
    let (_, bytes) = instance.media(&attachment.id).unwrap();
    assert_eq!(bytes, "not really a picture");
    let post = || {
        statuses::Create::new()
            .status("look")
            .media_ids([attachment.id.clone()])
    };
    let error = bot.send(post()).await.unwrap_err();
    assert!(
        message(&error).1.contains("have not finished processing"),
        "{error}"
    );

    assert!(instance.finish_media(&attachment.id));
    let ready = bot.send(media::Get::new(&attachment.id)).await.unwrap();
    assert!(ready.url.is_some());
    assert_eq!(ready.meta.unwrap().focus.unwrap().y, Some(-0.25));
    let changed = media::Update::new(&attachment.id).description("two cats");
    bot.send(changed).await.unwrap();
    let status = bot.send(post()).await.unwrap();
    assert_eq!(
        status.media_attachments[0].description.as_deref(),
        Some("two cats")
    );
    assert_eq!(
        message(&bot.send(post()).await.unwrap_err()).0,
        422,
        "it is attached already"
    );
    assert!(
        bot.send(media::Get::new(&attachment.id))
            .await
            .unwrap_err()
            .is_not_found()
    );

    instance.configure(|limits| limits.media_attachments.image_size_limit = Some(10));
    let upload = file("cat.png", "image/png", "not really a picture");
    assert_eq!(
        message(&bot.send(media::V2::new(upload)).await.unwrap_err()).0,
        422
    );
    let upload = file("cat.exe", "application/x-msdownload", "MZ");
    assert_eq!(
        message(&bot.send(media::V2::new(upload)).await.unwrap_err()).0,
        422
    );
    instance.fail_media();
    let upload = file("cat.png", "image/png", "cat");
    assert_eq!(
        message(&bot.send(media::V2::new(upload)).await.unwrap_err()),
        (500, "Error processing thumbnail for uploaded media")
    );
}

#[tokio::test]
async fn polls_are_voted_in_once_and_end_by_the_script() {
    let instance = start().await;
    let bot = bot(&instance);
    let poll = statuses::NewPoll::new(["yes", "no"], 3600).hide_totals(true);
    let post = statuses::Create::new().status("well?").poll(poll);
    let own = bot.send(post).await.unwrap();
    let poll = own.poll.unwrap();
    assert_eq!(
        (poll.options[1].title.as_str(), poll.options[1].votes_count),
        ("no", None)
    );
    let error = bot.send(polls::Vote::new(&poll.id, [1])).await.unwrap_err();
    assert!(message(&error).1.contains("your own polls"), "{error}");

    let alice = client(&instance, instance.token("alice"));
    assert_eq!(
        message(
            &alice
                .send(polls::Vote::new(&poll.id, [0, 1]))
                .await
                .unwrap_err()
        )
        .0,
        422
    );
    let voted = alice.send(polls::Vote::new(&poll.id, [1])).await.unwrap();
    assert_eq!((voted.voted, voted.own_votes), (Some(true), Some(vec![1])));
    let error = alice
        .send(polls::Vote::new(&poll.id, [1]))
        .await
        .unwrap_err();
    assert!(message(&error).1.contains("already voted"), "{error}");
    assert!(instance.vote_as("carol", &own.id, &[0]));

    assert!(instance.end_poll(&own.id));
    let ended = bot.send(polls::Get::new(&poll.id)).await.unwrap();
    let votes: Vec<_> = ended
        .options
        .iter()
        .map(|option| option.votes_count)
        .collect();
    assert_eq!(
        (ended.expired, ended.votes_count, votes),
        (true, 2, vec![Some(1), Some(1)])
    );
    assert_eq!(kinds(&bot).await, [NotificationType::Poll]);
    assert_eq!(kinds(&alice).await, [NotificationType::Poll]);
    let short = statuses::NewPoll::new(["yes", "no"], 10);
    let short = statuses::Create::new().status("well?").poll(short);
    assert_eq!(message(&bot.send(short).await.unwrap_err()).0, 422);
}

#[tokio::test]
async fn scheduled_statuses_are_published_by_the_script() {
    let instance = start().await;
    let bot = bot(&instance);
    let in_an_hour = Utc::now() + TimeDelta::hours(1);
    // As much of it as travels.
    let in_an_hour = in_an_hour.trunc_subsecs(3);
    let call = statuses::Create::new()
        .status("later")
        .idempotency_key("k")
        .scheduled_at(in_an_hour);
    let scheduled = bot.send(call.clone()).await.unwrap();
    assert_eq!(
        bot.send(call).await.unwrap().id,
        scheduled.id,
        "one key, one status"
    );
    let soon = statuses::Create::new()
        .status("soon")
        .scheduled_at(Utc::now());
    assert_eq!(message(&bot.send(soon).await.unwrap_err()).0, 422);

    let later = in_an_hour + TimeDelta::hours(1);
    let changed = bot
        .send(scheduled_statuses::Update::new(&scheduled.id, later))
        .await
        .unwrap();
    assert_eq!(changed.scheduled_at, Some(later));
    let other = statuses::Create::new()
        .status("never")
        .scheduled_at(in_an_hour);
    let other = bot.send(other).await.unwrap();
    assert_eq!(
        bot.send(scheduled_statuses::List::new())
            .await
            .unwrap()
            .items
            .len(),
        2
    );
    bot.send(scheduled_statuses::Cancel::new(&other.id))
        .await
        .unwrap();
    assert!(instance.statuses().is_empty());

    let published = instance.publish_scheduled(&scheduled.id).unwrap();
    assert_eq!(published.text.as_deref(), Some("later"));
    let error = bot
        .send(scheduled_statuses::Get::new(&scheduled.id))
        .await
        .unwrap_err();
    assert!(error.is_not_found());
    assert!(instance.publish_scheduled(&other.id).is_none());
}

#[tokio::test]
async fn an_edit_is_kept_streamed_and_told_to_those_who_boosted() {
    let instance = start().await;
    let bot = bot(&instance);
    let status = bot.post("frist #rust").send().await.unwrap();
    instance.boost_as("alice", &status.id).unwrap();
    let mut socket = websocket(&instance).await.unwrap();
    instance.wait_for_subscriber(&Stream::User).await.unwrap();

    let call = statuses::Edit::new(&status.id).status("first");
    let edited = bot.send(call).await.unwrap();
    assert!(edited.edited_at.is_some() && edited.tags.is_empty());
    let event = socket.next().await.unwrap().unwrap();
    assert!(
        event.to_text().unwrap().contains("\"status.update\""),
        "{event}"
    );
    let history = bot
        .send(statuses::History::new(&status.id))
        .await
        .unwrap()
        .items;
    let texts: Vec<_> = history
        .iter()
        .map(|version| version.content.to_text())
        .collect();
    assert_eq!(texts, ["frist #rust", "first"]);
    let source = bot.send(statuses::Source::new(&status.id)).await.unwrap();
    assert_eq!(source.text, "first");
    let alice = client(&instance, instance.token("alice"));
    assert_eq!(kinds(&alice).await, [NotificationType::Update]);
    let error = alice
        .send(statuses::Edit::new(&status.id).status("mine"))
        .await
        .unwrap_err();
    assert!(error.is_not_found());
    instance.edit(&status.id, "at last").unwrap();
    assert_eq!(
        instance.statuses_of("bot")[0].text.as_deref(),
        Some("at last")
    );
}

#[tokio::test]
async fn boosts_and_marks_are_counted_listed_and_undone() {
    let instance = start().await;
    let bot = bot(&instance);
    instance.follow("bot", "alice");
    let status = instance.post_as("carol", "hello", Visibility::Public);
    let boost = instance.boost_as("alice", &status.id).unwrap();
    let home = bot.send(timelines::Home::new()).await.unwrap().items;
    assert_eq!((&home[0].id, home[0].reblogged), (&boost.id, Some(false)));
    assert_eq!(home[0].reblog.as_ref().unwrap().reblogs_count, 1);
    let public = bot.send(timelines::Public::new()).await.unwrap().items;
    assert_eq!(public.len(), 1, "boosts are not in the public timeline");

    let own = bot.send(statuses::Reblog::new(&boost.id)).await.unwrap();
    assert_eq!(
        own.reblog.unwrap().id,
        status.id,
        "what a boost boosts is boosted"
    );
    let by = bot
        .send(statuses::RebloggedBy::new(&status.id))
        .await
        .unwrap()
        .items;
    let by: Vec<_> = by.iter().map(|account| account.username.as_str()).collect();
    assert_eq!(by, ["bot", "alice"]);
    let undone = bot.send(statuses::Unreblog::new(&status.id)).await.unwrap();
    assert_eq!((undone.reblogs_count, undone.reblogged), (1, Some(false)));

    bot.send(statuses::Bookmark::new(&status.id)).await.unwrap();
    bot.send(statuses::Favourite::new(&status.id))
        .await
        .unwrap();
    assert_eq!(
        bot.send(bookmarks::List::new()).await.unwrap().items.len(),
        1
    );
    assert_eq!(
        bot.send(favourites::List::new()).await.unwrap().items.len(),
        1
    );
    let carol = client(&instance, instance.token("carol"));
    let expected = [
        NotificationType::Favourite,
        NotificationType::Reblog,
        NotificationType::Reblog,
    ];
    assert_eq!(kinds(&carol).await, expected);
    bot.send(statuses::Unbookmark::new(&status.id))
        .await
        .unwrap();
    assert_eq!(
        bot.send(bookmarks::List::new()).await.unwrap().items.len(),
        0
    );
    assert_eq!(
        message(&bot.send(statuses::Pin::new(&status.id)).await.unwrap_err()).0,
        422
    );

    assert!(instance.delete(&status.id));
    assert_eq!(
        instance.statuses().len(),
        0,
        "boosts go with what they boost"
    );
}

#[tokio::test]
async fn accounts_are_followed_and_their_statuses_listed() {
    let instance: FakeInstance = start().await;
    let bot = bot(&instance);
    let seeded = instance.seed_statuses("alice", 3);
    let alice = instance.account("alice");
    assert_eq!(alice.statuses_count, 3);
    let relationship = bot.send(accounts::Follow::new(&alice.id)).await.unwrap();
    assert!(relationship.following && !relationship.followed_by);
    let found = bot
        .send(accounts::Statuses::new(&alice.id).limit(2_u64))
        .await
        .unwrap();
    assert_eq!(found.items[0].id, seeded[2].id);
    assert!(found.next.is_some());
    let relationships = bot
        .send(accounts::Relationships::new([alice.id.clone()]))
        .await
        .unwrap();
    assert!(relationships.items[0].following);
    let tagged = instance.post_as("alice", "#Rust and #cats", Visibility::Public);
    let found = bot.send(timelines::Tag::new("rust")).await.unwrap().items;
    assert_eq!(found[0].id, tagged.id);
    let none = bot
        .send(timelines::Tag::new("rust").none(["cats"]))
        .await
        .unwrap()
        .items;
    assert!(none.is_empty());
    let alice_client = client(&instance, instance.token("alice"));
    let list = alice_client
        .send(notifications::List::new())
        .await
        .unwrap()
        .items;
    assert_eq!(list[0].kind, NotificationType::Follow);
    alice_client
        .send(notifications::Dismiss::new(&list[0].id))
        .await
        .unwrap();
    assert!(kinds(&alice_client).await.is_empty());
    let relationship = bot.send(accounts::Unfollow::new(&alice.id)).await.unwrap();
    assert!(!relationship.following);
    assert!(instance.unknown_requests().is_empty());
}

#[tokio::test]
async fn what_cannot_be_pinned_is_refused() {
    let instance = start().await;
    let bot = bot(&instance);
    let pin = async |status: &Status| bot.send(statuses::Pin::new(&status.id)).await;
    let other = instance.post_as("alice", "mine", Visibility::Public);
    let direct = instance.post_as("bot", "@alice psst", Visibility::Direct);
    let posts = instance.seed_statuses("bot", 6);
    for post in &posts[..5] {
        pin(post).await.unwrap();
    }
    for (status, error) in [
        (&other, "Someone else's post cannot be pinned"),
        (
            &direct,
            "Posts that are only visible to mentioned users cannot be pinned",
        ),
        (
            &posts[5],
            "You have already pinned the maximum number of posts",
        ),
    ] {
        let refused = pin(status).await.unwrap_err();
        let error = format!("Validation failed: {error}");
        assert_eq!(message(&refused), (422, error.as_str()));
    }
    bot.send(statuses::Unpin::new(&posts[0].id)).await.unwrap();
    pin(&posts[5]).await.unwrap();
}

#[tokio::test]
async fn an_edit_describes_what_is_attached() {
    let instance = start().await;
    let bot = bot(&instance);
    let (one, other) = (upload(&bot).await, upload(&bot).await);
    let ids = [one.id.clone(), other.id.clone()];
    let post = statuses::Create::new().media_ids(ids.clone());
    let status = bot.send(post).await.unwrap();
    let foreign = upload(&bot).await;
    let edit = statuses::Edit::new(&status.id)
        .status("look")
        .media_ids(ids)
        .media_attributes([
            statuses::MediaAttributes::new(&other.id).description("a dog"),
            statuses::MediaAttributes::new(&foreign.id).description("not here"),
        ]);
    let edited = bot.send(edit).await.unwrap().media_attachments;
    let described = |index: usize| edited[index].description.as_deref();
    assert_eq!((described(0), described(1)), (Some("a cat"), Some("a dog")));
    let history = bot.send(statuses::History::new(&status.id)).await.unwrap();
    let before = &history.items[0].media_attachments[1];
    assert_eq!(before.description.as_deref(), Some("a cat"));
    let (untouched, _) = instance.media(&foreign.id).unwrap();
    assert_eq!(untouched.description.as_deref(), Some("a cat"));
}
