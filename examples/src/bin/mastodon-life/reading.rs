//! What one reads: timelines page by page, notifications, what a search finds.

use crate::{Life, World, check};
use fedikit_examples::server::BoxError;
use mastodon_api::Cursor;
use mastodon_api::entities::NotificationType;
use mastodon_api::methods::{
    accounts, custom_emojis, grouped_notifications, instance, markers, notifications, search,
    streaming, timelines, trends,
};
use std::collections::BTreeSet;

pub(crate) async fn live(life: &mut Life, world: &World) -> Result<(), BoxError> {
    timelines(life, world).await?;
    notifications(life, world).await?;
    let client = &world.client;
    life.step("search", async {
        let found = client.send(search::V2::new("evening")).await?;
        check(!found.statuses.is_empty(), "no post was found")?;
        let found = client
            .send(search::V2::new(&*world.friend.username))
            .await?;
        check(
            found
                .accounts
                .iter()
                .any(|account| account.id == world.friend.id),
            "nobody was found",
        )
    })
    .await?;
    life.step("where I have read up to", async {
        let newest = client.send(timelines::Home::new().limit(1_u64)).await?;
        let newest = newest.items.first().ok_or("the timeline is empty")?;
        client
            .send(markers::Create::new().home(newest.id.as_str()))
            .await?;
        let markers = client
            .send(markers::Get::new().timeline([markers::MarkerTimeline::Home]))
            .await?;
        let read = markers.home.as_ref().map(|home| home.last_read_id.as_str());
        check(
            read == Some(newest.id.as_str()),
            "the server has forgotten it",
        )
    })
    .await?;
    life.step("what the server says of itself", async {
        client.send(instance::Rules::new()).await?;
        client.send(instance::Activity::new()).await?;
        client.send(instance::ExtendedDescription::new()).await?;
        client.send(custom_emojis::List::new()).await?;
        client.send(trends::Tags::new()).await?;
        client.send(trends::Statuses::new()).await?;
        client.send(trends::Links::new()).await?;
        let health = client.send(streaming::Health::new()).await?;
        check(health.0.trim() == "OK", "the streams are not well")
    })
    .await
}

async fn timelines(life: &mut Life, world: &World) -> Result<(), BoxError> {
    let client = &world.client;
    let all = life
        .step("the home timeline backwards, three at a time", async {
            let mut pages = client.pages(timelines::Home::new().limit(3_u64));
            let (mut ids, mut count) = (Vec::new(), 0);
            while let Some(page) = pages.next().await {
                ids.extend(page?.items.iter().map(|status| status.id.clone()));
                count += 1;
            }
            check(
                count > 2 && ids.len() > 6,
                "there are too few pages to learn anything",
            )?;
            let different: BTreeSet<_> = ids.iter().map(|id| id.as_str()).collect();
            check(different.len() == ids.len(), "a post came twice")?;
            Ok(ids)
        })
        .await?;
    life.step("and forwards again, from the oldest on", async {
        let oldest = all.last().ok_or("there is none")?;
        let from = Cursor::newer_than(oldest);
        let mut items = client.items(timelines::Home::new().limit(3_u64)).at(from);
        let mut ids = vec![oldest.clone()];
        while let Some(status) = items.next().await {
            ids.push(status?.id.clone());
        }
        ids.reverse();
        check(ids == all, "the way back has other posts")
    })
    .await?;
    life.step(
        "stop in the middle of a page and go on there later",
        async {
            let call = timelines::Home::new().limit(3_u64);
            let mut items = client.items(call.clone());
            let mut ids = Vec::new();
            while ids.len() < 4
                && let Some(status) = items.next().await
            {
                ids.push(status?.id.clone());
            }
            let stored = items
                .cursor()
                .ok_or("there is no place to go on")?
                .to_string();
            let mut items = client.items(call).at(stored.parse()?);
            while let Some(status) = items.next().await {
                ids.push(status?.id.clone());
            }
            check(ids == all, "something was lost or came twice")
        },
    )
    .await?;
    life.step("public, local, hashtag and my own", async {
        check(
            !client
                .send(timelines::Public::new())
                .await?
                .items
                .is_empty(),
            "nothing is public",
        )?;
        check(
            !client
                .send(timelines::Public::new().local(true))
                .await?
                .items
                .is_empty(),
            "nothing is local",
        )?;
        check(
            !client
                .send(timelines::Tag::new("rust"))
                .await?
                .items
                .is_empty(),
            "the hashtag has no posts",
        )?;
        let mine = client.send(accounts::Statuses::new(&world.me.id)).await?;
        check(
            mine.items
                .iter()
                .all(|status| status.account.id == world.me.id),
            "it is not all mine",
        )
    })
    .await
}

async fn notifications(life: &mut Life, world: &World) -> Result<(), BoxError> {
    let client = &world.client;
    life.step("notifications: the mention and the favourite", async {
        let notifications = client.send(notifications::List::new()).await?;
        let has = |kind: NotificationType| {
            let from = |n: &&mastodon_api::entities::Notification| n.account.id == world.friend.id;
            notifications
                .items
                .iter()
                .filter(from)
                .any(|n| n.kind == kind)
        };
        check(has(NotificationType::Mention), "the mention is not there")?;
        check(
            has(NotificationType::Favourite),
            "the favourite is not there",
        )?;
        let mentions = client
            .send(notifications::List::new().types([NotificationType::Mention]))
            .await?;
        check(
            mentions
                .items
                .iter()
                .all(|n| n.kind == NotificationType::Mention),
            "other kinds came too",
        )?;
        client.send(notifications::UnreadCount::new()).await?;
        Ok(())
    })
    .await?;
    life.step("notifications in groups", async {
        let results = client.send(grouped_notifications::List::new()).await?;
        let group = results
            .notification_groups
            .iter()
            .find(|group| group.kind == NotificationType::Favourite);
        let group = group.ok_or("there is no group of favourites")?;
        let status = group.status_id.as_ref().and_then(|id| results.status(id));
        check(status.is_some(), "the status is not with it")?;
        let who = group
            .sample_account_ids
            .first()
            .and_then(|id| results.account(id));
        check(who.is_some(), "nobody is with it")?;
        let one = client
            .send(grouped_notifications::Get::new(&*group.group_key))
            .await?;
        check(
            one.notification_groups.len() == 1,
            "one group alone is not one",
        )
    })
    .await?;
    life.step("the policy of notifications", async {
        client.send(notifications::GetPolicy::new()).await?;
        client.send(notifications::GetRequests::new()).await?;
        Ok(())
    })
    .await?;
    life.step("dismiss one, clear all", async {
        let notifications = client.send(notifications::List::new()).await?;
        let newest = notifications.items.first().ok_or("there is none")?;
        client.send(notifications::Dismiss::new(&newest.id)).await?;
        client.send(notifications::Clear::new()).await?;
        check(
            client
                .send(notifications::List::new())
                .await?
                .items
                .is_empty(),
            "some are left",
        )
    })
    .await
}
