//! Who follows, asks, blocks, mutes and lists whom, on the fake instance.

use http::Method;
use mastodon_api::{
    Client, Error,
    entities::{Account, NotificationType, RepliesPolicy, Status, Visibility},
    methods::{accounts, blocks, follow_requests, lists, mutes, notifications, timelines},
    streaming::{Event, Stream},
    testing::FakeInstance,
};

use super::{event, message, start};

/// One who takes no answer with anything in it that cannot be read.
pub(super) fn strict(instance: &FakeInstance, name: &str) -> Client {
    let builder = Client::builder(instance.url()).token(instance.token(name));
    builder.strict().build().unwrap()
}

pub(super) fn texts(statuses: &[Status]) -> Vec<String> {
    statuses
        .iter()
        .map(|status| status.content.to_text())
        .collect()
}

fn names(accounts: &[Account]) -> Vec<&str> {
    accounts.iter().map(|account| &*account.username).collect()
}

fn refused<T>(answer: Result<T, Error>) -> (u16, String) {
    let error = answer.err().unwrap();
    let (status, text) = message(&error);
    (status, text.to_owned())
}

async fn home(client: &Client) -> Vec<String> {
    texts(&client.send(timelines::Home::new()).await.unwrap().items)
}

#[tokio::test]
async fn who_follows_a_locked_account_asks_first() {
    let instance = start().await;
    let (ann, bob) = (strict(&instance, "ann"), strict(&instance, "bob"));
    instance.lock("ann");
    let its = |name: &str| instance.account(name).id;

    let relationship = bob.send(accounts::Follow::new(its("ann"))).await.unwrap();
    assert!(relationship.requested && !relationship.following);
    instance.follow("cid", "ann");
    let asked = ann.send(notifications::List::new()).await.unwrap().items;
    let kinds: Vec<_> = asked.iter().map(|asked| asked.kind.clone()).collect();
    assert_eq!(
        kinds,
        [
            NotificationType::FollowRequest,
            NotificationType::FollowRequest
        ]
    );
    let list = ann.send(follow_requests::List::new()).await.unwrap().items;
    assert_eq!(names(&list), ["cid", "bob"]);

    let accepted = follow_requests::Accept::new(its("bob"));
    assert!(ann.send(accepted.clone()).await.unwrap().followed_by);
    assert_eq!(
        refused(ann.send(accepted).await),
        (404, "Record not found".to_owned())
    );
    let kinds: Vec<_> = ann.send(notifications::List::new()).await.unwrap().items;
    let kinds: Vec<_> = kinds.iter().map(|told| told.kind.clone()).collect();
    assert_eq!(
        kinds,
        [NotificationType::Follow, NotificationType::FollowRequest]
    );
    let rejected = ann
        .send(follow_requests::Reject::new(its("cid")))
        .await
        .unwrap();
    assert!(!rejected.followed_by && !rejected.requested_by);
    assert!(
        ann.send(follow_requests::List::new())
            .await
            .unwrap()
            .items
            .is_empty()
    );
    let followers = ann
        .send(accounts::Followers::new(its("ann")))
        .await
        .unwrap();
    assert_eq!(names(&followers.items), ["bob"]);
    let following = bob
        .send(accounts::Following::new(its("bob")))
        .await
        .unwrap();
    assert_eq!(names(&following.items), ["ann"]);
    assert_eq!(instance.account("ann").followers_count, 1);

    instance.post_as("ann", "for followers", Visibility::Private);
    assert_eq!(home(&bob).await, ["for followers"]);
    ann.send(accounts::RemoveFromFollowers::new(its("bob")))
        .await
        .unwrap();
    assert!(home(&bob).await.is_empty());
    assert!(instance.unknown_requests().is_empty());
}

#[tokio::test]
async fn who_is_blocked_or_muted_is_neither_seen_nor_heard() {
    let instance = start().await;
    let (ann, bob) = (strict(&instance, "ann"), strict(&instance, "bob"));
    let its = |name: &str| instance.account(name).id;
    instance.follow("ann", "bob");
    instance.follow("ann", "cid");
    let seen = instance.post_as("bob", "before", Visibility::Public);
    let mut events = ann.stream(Stream::User).await.unwrap();

    let muted = ann
        .send(accounts::Mute::new(its("cid")).duration(3600_u64))
        .await
        .unwrap();
    assert!(muted.muting && muted.muting_notifications && muted.following);
    assert!(muted.muting_expires_at.is_some());
    let blocked = ann.send(accounts::Block::new(its("bob"))).await.unwrap();
    assert!(blocked.blocking && !blocked.following);
    let relationships = accounts::Relationships::new([its("ann")]);
    assert!(bob.send(relationships).await.unwrap().items[0].blocked_by);
    let list = ann.send(blocks::List::new()).await.unwrap().items;
    assert_eq!(names(&list), ["bob"]);
    let list = ann.send(mutes::List::new()).await.unwrap().items;
    assert_eq!(names(&list), ["cid"]);

    instance.mention("bob", "ann", "let me in");
    instance.mention("cid", "ann", "look");
    instance.boost_as("cid", &seen.id);
    let own = instance.post_as("ann", "mine", Visibility::Public);
    // The first thing that is heard is the own post.
    match event(&mut events).await {
        Event::Update(status) => assert_eq!(status.id, own.id),
        other => panic!("{other:?}"),
    }
    assert!(
        ann.send(notifications::List::new())
            .await
            .unwrap()
            .items
            .is_empty()
    );
    assert_eq!(home(&ann).await, ["mine"]);
    let public = ann.send(timelines::Public::new()).await.unwrap();
    assert_eq!(texts(&public.items), ["mine"]);
    let theirs = bob.send(accounts::Statuses::new(its("ann"))).await.unwrap();
    assert!(theirs.items.is_empty());
    assert_eq!(
        refused(bob.send(accounts::Follow::new(its("ann"))).await),
        (403, "This action is not allowed".to_owned())
    );
    assert_eq!(
        refused(ann.send(accounts::Follow::new(its("bob"))).await).0,
        403
    );
    assert_eq!(
        refused(ann.send(accounts::Mute::new(its("ann"))).await),
        (403, "This action is not allowed".to_owned())
    );

    ann.send(accounts::Unblock::new(its("bob"))).await.unwrap();
    ann.send(accounts::Unmute::new(its("cid"))).await.unwrap();
    assert_eq!(home(&ann).await, ["mine", "before", "@ann look"]);
    assert!(instance.unknown_requests().is_empty());
}

#[tokio::test]
async fn a_list_has_a_timeline_and_a_stream() {
    let instance = start().await;
    let (ann, bob) = (strict(&instance, "ann"), strict(&instance, "bob"));
    let its = |name: &str| instance.account(name).id;
    for name in ["bob", "cid", "dora"] {
        instance.follow("ann", name);
    }
    let list = ann.send(lists::Create::new("friends")).await.unwrap();
    assert_eq!((&*list.title, list.exclusive), ("friends", false));
    assert_eq!(
        refused(ann.send(lists::Create::new(" ")).await),
        (422, "Validation failed: Title can't be blank".to_owned())
    );
    let odd = lists::Create::new("x").replies_policy(RepliesPolicy::from("some"));
    assert_eq!(
        refused(ann.send(odd).await),
        (422, "'some' is not a valid replies_policy".to_owned())
    );
    let add = |names: &[&str]| {
        lists::AccountsAdd::new(
            &list.id,
            names.iter().map(|name| its(name)).collect::<Vec<_>>(),
        )
    };
    ann.send(add(&["bob", "cid"])).await.unwrap();
    assert_eq!(refused(ann.send(add(&["emil"])).await).0, 404);
    assert_eq!(
        refused(ann.send(add(&["bob"])).await),
        (
            422,
            "Validation failed: Account has already been taken".to_owned()
        )
    );
    let accounts = ann.send(lists::Accounts::new(&list.id)).await.unwrap();
    assert_eq!(names(&accounts.items), ["cid", "bob"]);
    let all = ann
        .send(lists::Accounts::new(&list.id).limit(0_u64))
        .await
        .unwrap();
    assert_eq!(all.items.len(), 2);
    let with = ann.send(accounts::Lists::new(its("bob"))).await.unwrap();
    assert_eq!(with.items, std::slice::from_ref(&list));
    assert_eq!(refused(bob.send(lists::Get::new(&list.id)).await).0, 404);

    let stream = bob.request(Method::GET, "/api/v1/streaming/list");
    assert_eq!(
        refused(stream.query("list", &list.id).bytes().await),
        (401, "Not authorized to stream this list".to_owned())
    );
    let mut events = ann.stream(Stream::List(list.id.clone())).await.unwrap();
    let elsewhere = instance.post_as("dora", "not listed", Visibility::Public);
    let first = instance.post_as("bob", "listed", Visibility::Private);
    instance.reply_as("cid", "to one of them", &first.id);
    instance.reply_as("cid", "to another", &elsewhere.id);
    instance.post_as("cid", "the last", Visibility::Public);
    for wanted in ["listed", "to one of them", "the last"] {
        match event(&mut events).await {
            Event::Update(status) => assert_eq!(status.content.to_text(), wanted),
            other => panic!("{other:?}"),
        }
    }
    let timeline = async || {
        let page = ann.send(timelines::List::new(&list.id)).await.unwrap();
        texts(&page.items)
    };
    assert_eq!(timeline().await, ["the last", "to one of them", "listed"]);
    let change = |policy: RepliesPolicy| {
        let change = lists::Update::new(&list.id, "friends");
        change.replies_policy(policy).exclusive(true)
    };
    ann.send(change(RepliesPolicy::Followed)).await.unwrap();
    assert_eq!(timeline().await.len(), 4);
    ann.send(change(RepliesPolicy::None)).await.unwrap();
    assert_eq!(timeline().await, ["the last", "listed"]);
    // Whoever is on an exclusive list is nowhere else.
    assert_eq!(home(&ann).await, ["not listed"]);
    ann.send(lists::AccountsRemove::new(&list.id, [its("cid")]))
        .await
        .unwrap();
    assert_eq!(timeline().await, ["listed"]);
    ann.send(accounts::Unfollow::new(its("bob"))).await.unwrap();
    assert!(timeline().await.is_empty());
    ann.send(lists::Delete::new(&list.id)).await.unwrap();
    assert!(ann.send(lists::List::new()).await.unwrap().items.is_empty());
    assert!(instance.unknown_requests().is_empty());
}
