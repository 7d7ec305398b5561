//! Other people, and what one does not want to see: follows, blocks, mutes, lists, filters, the own profile.

use crate::{Life, World, check};
use fedikit_examples::server::BoxError;
use mastodon_api::entities::{FilterAction, FilterContext, Relationship};
use mastodon_api::methods::filters::KeywordAttributes;
use mastodon_api::methods::{
    accounts, blocks, domain_blocks, filters, followed_tags, lists, mutes, preferences, tags,
    timelines,
};

pub(crate) async fn live(life: &mut Life, world: &World) -> Result<(), BoxError> {
    follows(life, world).await?;
    silence(life, world).await?;
    lists(life, world).await?;
    filters(life, world).await?;
    profile(life, world).await
}

async fn relationship(world: &World) -> Result<Relationship, BoxError> {
    let page = world
        .client
        .send(accounts::Relationships::new([&world.friend.id]))
        .await?;
    Ok(page
        .into_iter()
        .next()
        .ok_or("the server knows no relationship")?)
}

async fn follows(life: &mut Life, world: &World) -> Result<(), BoxError> {
    let (client, friend) = (&world.client, &world.friend);
    life.step("find an account by its address", async {
        let found = client.send(accounts::Lookup::new(&*friend.acct)).await?;
        check(found.id == friend.id, "it is another")?;
        let found = client
            .send(accounts::Search::new(&*friend.username))
            .await?;
        check(
            found.items.iter().any(|account| account.id == friend.id),
            "the search does not find it",
        )
    })
    .await?;
    life.step("unfollow and follow again", async {
        client.send(accounts::Unfollow::new(friend)).await?;
        check(!relationship(world).await?.following, "I still follow")?;
        client
            .send(accounts::Follow::new(friend).reblogs(true))
            .await?;
        check(relationship(world).await?.following, "I do not follow")?;
        let following = client.send(accounts::Following::new(&world.me.id)).await?;
        check(
            following
                .items
                .iter()
                .any(|account| account.id == friend.id),
            "it is not among those I follow",
        )?;
        let followers = client.send(accounts::Followers::new(friend)).await?;
        check(
            followers
                .items
                .iter()
                .any(|account| account.id == world.me.id),
            "I am not among the followers",
        )
    })
    .await?;
    life.step("a note on an account, an endorsement", async {
        let noted = client
            .send(accounts::Note::new(friend).comment("met at the harbour"))
            .await?;
        check(noted.note == "met at the harbour", "it is not noted")?;
        check(
            client.send(accounts::Endorse::new(friend)).await?.endorsed,
            "it is not endorsed",
        )?;
        check(
            !client
                .send(accounts::Unendorse::new(friend))
                .await?
                .endorsed,
            "it is still endorsed",
        )
    })
    .await?;
    life.step("follow a hashtag", async {
        client.send(tags::Follow::new("rust")).await?;
        let followed = client.send(followed_tags::List::new()).await?;
        check(
            followed.items.iter().any(|tag| tag.name == "rust"),
            "it is not followed",
        )?;
        client.send(tags::Unfollow::new("rust")).await?;
        check(
            client
                .send(followed_tags::List::new())
                .await?
                .items
                .is_empty(),
            "it is still followed",
        )
    })
    .await
}

async fn silence(life: &mut Life, world: &World) -> Result<(), BoxError> {
    let (client, friend) = (&world.client, &world.friend);
    life.step("mute and unmute", async {
        check(
            client
                .send(
                    accounts::Mute::new(friend)
                        .notifications(true)
                        .duration(3600_u64),
                )
                .await?
                .muting,
            "it is not muted",
        )?;
        let muted = client.send(mutes::List::new()).await?;
        check(
            muted.items.iter().any(|account| account.id == friend.id),
            "it is not in the list",
        )?;
        check(
            !client.send(accounts::Unmute::new(friend)).await?.muting,
            "it is still muted",
        )
    })
    .await?;
    life.step("block and unblock", async {
        check(
            client.send(accounts::Block::new(friend)).await?.blocking,
            "it is not blocked",
        )?;
        let blocked = client.send(blocks::List::new()).await?;
        check(
            blocked.items.iter().any(|account| account.id == friend.id),
            "it is not in the list",
        )?;
        check(
            !client.send(accounts::Unblock::new(friend)).await?.blocking,
            "it is still blocked",
        )?;
        client.send(accounts::Follow::new(friend)).await?;
        Ok(())
    })
    .await?;
    life.step("block a server and unblock it", async {
        client
            .send(domain_blocks::Block::new("spam.example"))
            .await?;
        let blocked = client.send(domain_blocks::List::new()).await?;
        check(
            blocked.items.iter().any(|domain| domain == "spam.example"),
            "it is not in the list",
        )?;
        client
            .send(domain_blocks::Unblock::new("spam.example"))
            .await?;
        check(
            client
                .send(domain_blocks::List::new())
                .await?
                .items
                .is_empty(),
            "it is still in the list",
        )
    })
    .await
}

async fn lists(life: &mut Life, world: &World) -> Result<(), BoxError> {
    let (client, friend) = (&world.client, &world.friend);
    life.step("a list: make, fill, read, rename, empty, delete", async {
        let list = client
            .send(lists::Create::new("Friends").exclusive(false))
            .await?;
        client
            .send(lists::AccountsAdd::new(&list.id, [&friend.id]))
            .await?;
        let members = client.send(lists::Accounts::new(&list.id)).await?;
        check(
            members.items.iter().any(|account| account.id == friend.id),
            "nobody is in it",
        )?;
        let timeline = client.send(timelines::List::new(&list.id)).await?;
        check(!timeline.items.is_empty(), "its timeline is empty")?;
        check(
            timeline
                .items
                .iter()
                .all(|status| status.account.id == friend.id),
            "others are in its timeline",
        )?;
        let renamed = client
            .send(lists::Update::new(&list.id, "Good friends"))
            .await?;
        check(renamed.title == "Good friends", "it has the old name")?;
        client
            .send(lists::AccountsRemove::new(&list.id, [&friend.id]))
            .await?;
        check(
            client
                .send(lists::Accounts::new(&list.id))
                .await?
                .items
                .is_empty(),
            "somebody is still in it",
        )?;
        client.send(lists::Delete::new(&list.id)).await?;
        let gone = client.send(lists::Get::new(&list.id)).await;
        check(
            gone.is_err_and(|error| error.is_not_found()),
            "it is still there",
        )
    })
    .await
}

async fn filters(life: &mut Life, world: &World) -> Result<(), BoxError> {
    let client = &world.client;
    life.step("a filter and what it finds", async {
        let call = filters::Create::new("Tea", [FilterContext::Home, FilterContext::Public])
            .filter_action(FilterAction::Warn)
            .keywords_attributes([KeywordAttributes::new("darjeeling").whole_word(true)]);
        let filter = client.send(call).await?;
        client
            .send(filters::KeywordsCreate::new(&filter.id, "assam"))
            .await?;
        let filter = client.send(filters::Get::new(&filter.id)).await?;
        let words: Vec<_> = filter
            .keywords
            .iter()
            .flatten()
            .map(|word| &*word.keyword)
            .collect();
        check(
            words.contains(&"assam") && words.contains(&"darjeeling"),
            "the words are not there",
        )?;
        world.other.post("A pot of assam").send().await?;
        let home = client.send(timelines::Home::new().limit(1_u64)).await?;
        let found = home
            .items
            .first()
            .and_then(|status| status.filtered.as_ref()?.first());
        let found = found.and_then(|found| found.filter.as_ref());
        check(
            found.is_some_and(|found| found.id == filter.id),
            "the post passed it",
        )?;
        client.send(filters::Delete::new(&filter.id)).await?;
        check(
            client.send(filters::List::new()).await?.items.is_empty(),
            "it is still there",
        )
    })
    .await
}

async fn profile(life: &mut Life, world: &World) -> Result<(), BoxError> {
    let client = &world.client;
    life.step("the own profile", async {
        let call = accounts::UpdateCredentials::new()
            .display_name("Ada in the morning")
            .note("Counts.")
            .bot(true)
            .fields_attributes([("Website", "https://example.org")]);
        let me = client.send(call).await?;
        check(
            me.display_name == "Ada in the morning" && me.bot,
            "the name is another",
        )?;
        check(me.note.to_text() == "Counts.", "the text is another")?;
        check(
            me.fields.iter().any(|field| field.name == "Website"),
            "the table is empty",
        )?;
        check(
            client.me().await?.display_name == me.display_name,
            "the server has forgotten it",
        )?;
        client.send(preferences::Get::new()).await?;
        Ok(())
    })
    .await
}
