//! Notifications in groups, and which ones nobody gets.

use mastodon_api::{
    entities::{NotificationType, Status, Visibility},
    methods::{accounts, grouped_notifications, markers, notifications, statuses, timelines},
};

use super::{bot, message, people::kinds, start};

#[tokio::test]
async fn ten_favourites_are_one_group() {
    let instance = start().await;
    let bot = bot(&instance);
    let own = instance.post_as("bot", "mine", Visibility::Public);
    for number in 0..10 {
        instance.favourite_as(&format!("fan{number}"), &own.id);
    }
    instance.mention("alice", "bot", "hello");
    instance.favourite_as("alice", &own.id);

    let list = bot.send(grouped_notifications::List::new()).await.unwrap();
    let [favourites, mention] = &list.notification_groups[..] else {
        panic!("{list:?}");
    };
    assert_eq!(favourites.kind, NotificationType::Favourite);
    assert_eq!(favourites.notifications_count, 11);
    assert_eq!(favourites.status_id.as_ref(), Some(&own.id));
    assert_eq!(favourites.sample_account_ids.len(), 8);
    let newest = list.account(&favourites.sample_account_ids[0]).unwrap();
    assert_eq!(newest.username, "alice");
    assert_eq!(mention.kind, NotificationType::Mention);
    let about = list.status(mention.status_id.as_ref().unwrap()).unwrap();
    assert_eq!(about.content.to_text(), "@bot hello");

    let older = grouped_notifications::List::new()
        .max_id(favourites.most_recent_notification_id.as_ref().unwrap());
    let older = bot.send(older).await.unwrap().notification_groups;
    assert_eq!(older.len(), 1);
    let key = &favourites.group_key;
    let accounts = grouped_notifications::Accounts::new(key).limit(4_u64);
    let accounts = bot.send(accounts).await.unwrap();
    assert_eq!(
        (accounts.items.len(), accounts.items[1].username.as_str()),
        (4, "fan9")
    );

    let unread = async || {
        let count = grouped_notifications::UnreadGroupCount::new();
        let all = notifications::UnreadCount::new();
        (
            bot.send(count).await.unwrap().count,
            bot.send(all).await.unwrap().count,
        )
    };
    assert_eq!(unread().await, (2, 12));
    let read = mention.most_recent_notification_id.clone().unwrap();
    bot.send(markers::Create::new().notifications(&read))
        .await
        .unwrap();
    assert_eq!(unread().await, (1, 1));
    bot.send(grouped_notifications::Dismiss::new(key))
        .await
        .unwrap();
    assert_eq!(kinds(&bot).await, [NotificationType::Mention]);
    let gone = bot.send(grouped_notifications::Get::new(key)).await;
    assert_eq!(message(&gone.unwrap_err()), (404, "Record not found"));
}

#[tokio::test]
async fn a_muted_conversation_notifies_no_more() {
    let instance = start().await;
    let bot = bot(&instance);
    let first = instance.mention("alice", "bot", "one");
    let reply = |text: &str, to: &Status| instance.reply_as("alice", text, &to.id).unwrap();
    let second = reply("@bot two", &first);
    bot.send(statuses::Mute::new(&second.id)).await.unwrap();
    let third = reply("@bot three", &second);
    assert_eq!(kinds(&bot).await.len(), 2);
    let muted = bot.send(statuses::Get::new(&first.id)).await.unwrap();
    assert_eq!(muted.muted, Some(true));
    bot.send(statuses::Unmute::new(&first.id)).await.unwrap();
    reply("@bot four", &third);
    assert_eq!(kinds(&bot).await.len(), 3);
}

#[tokio::test]
async fn a_follow_says_whether_boosts_and_new_posts_are_wanted() {
    let instance = start().await;
    let bot = bot(&instance);
    instance.lock("carol");
    let carol = instance.account("carol").id;
    let follow = accounts::Follow::new(&carol).notify(true).reblogs(false);
    let asked = bot.send(follow).await.unwrap();
    assert!(asked.requested && !asked.following);
    assert!(instance.accept_follow("carol", "bot"));
    assert!(!instance.accept_follow("carol", "bot"));
    let following = accounts::Relationships::new([&carol]);
    let following = bot.send(following).await.unwrap().items.remove(0);
    assert!(following.notifying && following.following && !following.showing_reblogs);

    let posts = instance.seed_statuses("alice", 1);
    instance.boost_as("carol", &posts[0].id);
    instance.reply_as("carol", "not to the bot", &posts[0].id);
    assert!(kinds(&bot).await.is_empty());
    let post = instance.post_as("carol", "mine", Visibility::Public);
    assert_eq!(kinds(&bot).await, [NotificationType::Status]);
    let home = bot.send(timelines::Home::new()).await.unwrap().items;
    assert!(home.iter().all(|status| status.reblog.is_none()));
    assert_eq!(home[0].id, post.id);
}
