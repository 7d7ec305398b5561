//! Every call that the fake instance knows, made once by the typed client, which reads the answers strictly.

#![expect(deprecated, reason = "what is deprecated is known too")]

use std::collections::BTreeSet;

use chrono::{TimeDelta, Utc};
use http::Method;
use mastodon_api::{
    Client,
    endpoint::{Json, Row},
    entities::{FilterContext, NotificationType, Visibility},
    methods::{
        accounts, apps, blocks, bookmarks, conversations, favourites, filters, follow_requests,
        followed_tags, grouped_notifications, instance, lists, markers, media, mutes,
        notifications, polls, push, scheduled_statuses, search, statuses, tags, timelines,
    },
    push::Keys,
    testing::{FakeInstance, RecordedRequest},
};
use serde_json::Value;

use super::{people::upload, start};

/// The rows of which the fake instance says that it knows them.
async fn known() -> BTreeSet<&'static str> {
    let fake = start().await;
    let client = Client::new(fake.url())
        .unwrap()
        .with_token(fake.token("bot"));
    let rows = || mastodon_api::methods::rows().filter(is_rest);
    for row in rows() {
        let path: Vec<_> = row
            .template
            .split('/')
            .map(|part| if part.starts_with('{') { "1" } else { part })
            .collect();
        // It may well refuse.
        let _ = client
            .request(row.method.clone(), path.join("/"))
            .send::<Json<Value>>()
            .await;
    }
    let unknown = names(&fake.unknown_requests());
    rows()
        .map(|row| row.name)
        .filter(|name| !unknown.contains(name))
        .collect()
}

fn names(requests: &[RecordedRequest]) -> BTreeSet<&'static str> {
    requests
        .iter()
        .filter_map(|request| row_of(request.method(), request.path()))
        .collect()
}

/// What is no stream and no page for a browser.
fn is_rest(row: &&Row) -> bool {
    row.template.starts_with("/api/") && !row.template.starts_with("/api/v1/streaming")
}

/// The row that this is a request of: of those that fit the one with the most words of its own.
fn row_of(method: &Method, path: &str) -> Option<&'static str> {
    let parts: Vec<_> = path.split('/').collect();
    let fits = |row: &&Row| {
        let template: Vec<_> = row.template.split('/').collect();
        let is_same = |(wanted, part): (&&str, &&str)| wanted.starts_with('{') || wanted == part;
        row.method == *method
            && template.len() == parts.len()
            && template.iter().zip(&parts).all(is_same)
    };
    mastodon_api::methods::rows()
        .filter(fits)
        .min_by_key(|row| row.template.matches('{').count())
        .map(|row| row.name)
}

struct Walk {
    fake: FakeInstance,
    bot: Client,
    alice: Client,
}

#[tokio::test]
async fn every_call_that_the_fake_instance_knows_is_answered_as_documented() {
    let fake = start().await;
    let strict = |name| {
        let client = Client::builder(fake.url()).token(fake.token(name));
        client.strict().build().unwrap()
    };
    let walk = Walk {
        bot: strict("bot"),
        alice: strict("alice"),
        fake,
    };
    walk.accounts().await;
    walk.conversations().await;
    walk.filters().await;
    walk.follow_requests().await;
    walk.instance().await;
    walk.lists().await;
    walk.markers_and_search().await;
    walk.media().await;
    walk.notifications().await;
    walk.push().await;
    walk.scheduled_statuses().await;
    walk.statuses().await;
    walk.timelines().await;

    let unknown = walk.fake.unknown_requests();
    assert!(unknown.is_empty(), "{unknown:?}");
    let walked = names(&walk.fake.requests());
    let known = known().await;
    println!("{} calls are known", known.len());
    let missing: Vec<_> = known.difference(&walked).collect();
    assert!(missing.is_empty(), "known, and not walked: {missing:#?}");
    let more: Vec<_> = walked.difference(&known).collect();
    assert!(more.is_empty(), "walked, and not known: {more:#?}");
}

/// Sends each of these calls.
macro_rules! send {
    ($client:expr, $($call:expr),+ $(,)?) => {
        $($client.send($call).await.unwrap();)+
    };
}

impl Walk {
    async fn accounts(&self) {
        let alice = self.fake.account("alice").id;
        send!(
            self.bot,
            accounts::VerifyCredentials::new(),
            accounts::Get::new(&alice),
            accounts::Lookup::new("alice"),
            accounts::Follow::new(&alice),
            accounts::Relationships::new([&alice]),
            accounts::Followers::new(&alice),
            accounts::Following::new(&alice),
            accounts::RemoveFromFollowers::new(&alice),
            accounts::Mute::new(&alice),
            mutes::List::new(),
            accounts::Unmute::new(&alice),
            accounts::Block::new(&alice),
            blocks::List::new(),
            accounts::Unblock::new(&alice),
            accounts::Search::new("alice"),
            accounts::Unfollow::new(&alice),
            accounts::Statuses::new(&alice),
        );
    }

    async fn conversations(&self) {
        let alice = self.fake.post_as("alice", "@bot psst", Visibility::Direct);
        let list = self.bot.send(conversations::List::new()).await.unwrap();
        let id = &list.items[0].id;
        assert_eq!(list.items[0].last_status.as_ref().unwrap().id, alice.id);
        send!(
            self.bot,
            conversations::Read::new(id),
            conversations::Unread::new(id),
            conversations::Delete::new(id),
        );
    }

    async fn filters(&self) {
        let create = filters::Create::new("sports", [FilterContext::Home]);
        let filter = self.bot.send(create).await.unwrap().id;
        let keyword = filters::KeywordsCreate::new(&filter, "ball");
        let keyword = self.bot.send(keyword).await.unwrap().id;
        let status = self.fake.post_as("alice", "a ball", Visibility::Public);
        let status = filters::StatusesAdd::new(&filter, &status.id);
        let status = self.bot.send(status).await.unwrap().id;
        // With what is filtered in it.
        send!(
            self.bot,
            timelines::Public::new(),
            filters::List::new(),
            filters::Get::new(&filter),
            filters::Update::new(&filter).title("games"),
            filters::Keywords::new(&filter),
            filters::KeywordsGet::new(&keyword),
            filters::KeywordsUpdate::new(&keyword, "goal"),
            filters::KeywordsDelete::new(&keyword),
            filters::Statuses::new(&filter),
            filters::StatusesGet::new(&status),
            filters::StatusesRemove::new(&status),
            filters::Delete::new(&filter),
        );
    }

    async fn follow_requests(&self) {
        self.fake.lock("bot");
        self.fake.follow("alice", "bot");
        self.fake.follow("carol", "bot");
        let (alice, carol) = (self.fake.account("alice").id, self.fake.account("carol").id);
        send!(
            self.bot,
            follow_requests::List::new(),
            follow_requests::Accept::new(&alice),
            follow_requests::Reject::new(&carol),
        );
    }

    async fn instance(&self) {
        send!(
            self.bot,
            instance::V2::new(),
            instance::V1::new(),
            apps::Create::new("a bot", ["https://bot.example/"]),
            apps::VerifyCredentials::new(),
        );
    }

    async fn lists(&self) {
        let alice = self.fake.account("alice").id;
        send!(self.bot, accounts::Follow::new(&alice));
        let list = self
            .bot
            .send(lists::Create::new("friends"))
            .await
            .unwrap()
            .id;
        self.fake
            .post_as("alice", "for friends", Visibility::Public);
        send!(
            self.bot,
            lists::AccountsAdd::new(&list, [&alice]),
            lists::Accounts::new(&list),
            accounts::Lists::new(&alice),
            timelines::List::new(&list),
            lists::List::new(),
            lists::Get::new(&list),
            lists::Update::new(&list, "good friends"),
            lists::AccountsRemove::new(&list, [&alice]),
            lists::Delete::new(&list),
        );
    }

    async fn markers_and_search(&self) {
        self.fake
            .post_as("alice", "all of #rust", Visibility::Public);
        send!(
            self.bot,
            markers::Create::new().home("1"),
            markers::Get::new().timeline([markers::MarkerTimeline::Home]),
            search::V2::new("rust"),
            tags::Follow::new("rust"),
            tags::Get::new("rust"),
            followed_tags::List::new(),
            tags::Unfollow::new("rust"),
        );
    }

    async fn media(&self) {
        let attachment = upload(&self.bot).await;
        send!(
            self.bot,
            media::Get::new(&attachment.id),
            media::Update::new(&attachment.id).description("a dog"),
            media::Delete::new(&attachment.id),
        );
        let old = media::V1::new(super::people::file("cat.png", "image/png", "a picture"));
        send!(self.bot, old);
    }

    async fn notifications(&self) {
        self.fake.mention("alice", "bot", "one");
        self.fake.mention("alice", "bot", "two");
        let list = self.bot.send(notifications::List::new()).await.unwrap();
        send!(
            self.bot,
            notifications::Get::new(&list.items[0].id),
            notifications::UnreadCount::new(),
            grouped_notifications::List::new(),
            grouped_notifications::UnreadGroupCount::new(),
            notifications::Dismiss::new(&list.items[0].id),
            notifications::Clear::new(),
        );
        let own = self.fake.post_as("bot", "mine", Visibility::Public);
        self.fake.favourite_as("alice", &own.id);
        let list = self.bot.send(grouped_notifications::List::new()).await;
        let key = &list.unwrap().notification_groups[0].group_key;
        send!(
            self.bot,
            grouped_notifications::Get::new(key),
            grouped_notifications::Accounts::new(key),
            grouped_notifications::Dismiss::new(key),
            grouped_notifications::Clear::new(),
        );
    }

    async fn push(&self) {
        let subscription = Keys::generate()
            .unwrap()
            .subscription("https://push.example/1");
        send!(
            self.bot,
            push::Create::new(subscription),
            push::Get::new(),
            push::Update::new(push::Data::new([NotificationType::Mention])),
            push::Delete::new(),
        );
    }

    async fn scheduled_statuses(&self) {
        let later = Utc::now() + TimeDelta::hours(1);
        let post = statuses::Create::new().status("later").scheduled_at(later);
        let id = self.bot.send(post).await.unwrap().id;
        send!(
            self.bot,
            scheduled_statuses::List::new(),
            scheduled_statuses::Get::new(&id),
            scheduled_statuses::Update::new(&id, later + TimeDelta::hours(1)),
            scheduled_statuses::Cancel::new(&id),
        );
    }

    async fn statuses(&self) {
        let poll = statuses::NewPoll::new(["yes", "no"], 3600);
        let post = statuses::Create::new()
            .status("@alice #cats?")
            .poll(poll)
            .visibility(Visibility::Public);
        let status = self.bot.send(post).await.unwrap();
        let (id, poll) = (status.id, status.poll.unwrap().id);
        let picture = upload(&self.bot).await;
        let post = statuses::Create::new()
            .status("look")
            .in_reply_to_id(&id)
            .media_ids([picture.id]);
        let reply = self.bot.send(post).await.unwrap();
        send!(
            self.alice,
            polls::Get::new(&poll),
            polls::Vote::new(&poll, [0]),
            statuses::Favourite::new(&id),
            statuses::Bookmark::new(&id),
            favourites::List::new(),
            bookmarks::List::new(),
            statuses::Unfavourite::new(&id),
            statuses::Unbookmark::new(&id),
            statuses::Reblog::new(&id),
            statuses::RebloggedBy::new(&id),
            statuses::FavouritedBy::new(&id),
            statuses::Unreblog::new(&id),
        );
        send!(
            self.bot,
            statuses::Get::new(&id),
            statuses::Index::new([&id, &reply.id]),
            statuses::Context::new(&id),
            statuses::Source::new(&id),
            statuses::Pin::new(&id),
            statuses::Unpin::new(&id),
            statuses::Mute::new(&id),
            statuses::Unmute::new(&id),
            statuses::Edit::new(&reply.id).status("look there"),
            statuses::History::new(&reply.id),
            statuses::Delete::new(&reply.id),
        );
    }

    async fn timelines(&self) {
        self.fake
            .boost_as("bot", &self.fake.statuses_of("bot")[0].id);
        send!(
            self.bot,
            timelines::Home::new(),
            timelines::Public::new(),
            timelines::Tag::new("cats"),
        );
    }
}
