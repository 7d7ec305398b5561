//! How people find, follow, filter and keep track of what is said, on the fake instance.

use mastodon_api::{
    entities::{FilterAction, FilterContext, SearchType, Visibility},
    methods::{
        accounts, conversations, filters, followed_tags, markers, search, statuses, tags, timelines,
    },
    streaming::{Event, Stream},
};

use super::{
    event, message, start,
    ties::{strict, texts},
};

#[tokio::test]
async fn a_tag_that_is_followed_comes_home() {
    let instance = start().await;
    let ann = strict(&instance, "ann");
    let tag = ann.send(tags::Follow::new("Rust")).await.unwrap();
    assert_eq!((&*tag.name, tag.following), ("rust", Some(true)));
    ann.send(tags::Follow::new("fediverse")).await.unwrap();
    let mut events = ann.stream(Stream::User).await.unwrap();
    instance.post_as("bob", "nothing of that", Visibility::Public);
    instance.post_as("bob", "hidden #rust", Visibility::Unlisted);
    instance.post_as("bob", "all about #RUST", Visibility::Public);
    match event(&mut events).await {
        Event::Update(status) => assert_eq!(status.content.to_text(), "all about #RUST"),
        other => panic!("{other:?}"),
    }
    let home = ann.send(timelines::Home::new()).await.unwrap();
    assert_eq!(texts(&home.items), ["all about #RUST"]);
    let tag = ann.send(tags::Get::new("rust")).await.unwrap();
    let today = &tag.history[0];
    assert_eq!(
        (
            tag.history.len(),
            today.uses.value(),
            today.accounts.value()
        ),
        (7, 2, 1)
    );

    let mut followed = ann.items(followed_tags::List::new().limit(1_u64));
    for name in ["fediverse", "rust"] {
        assert_eq!(followed.next().await.unwrap().unwrap().name, name);
    }
    let tag = ann.send(tags::Unfollow::new("rust")).await.unwrap();
    assert_eq!(tag.following, Some(false));
    let error = ann.send(tags::Get::new("no tag")).await.unwrap_err();
    assert_eq!(message(&error).0, 404);
    assert!(instance.unknown_requests().is_empty());
}

#[tokio::test]
async fn accounts_statuses_and_tags_are_found() {
    let instance = start().await;
    let ann = strict(&instance, "ann");
    instance.account("robin");
    let status = instance.post_as("bob", "a robin in the #garden", Visibility::Public);
    let secret = instance.post_as("bob", "robin, secretly", Visibility::Direct);

    let found = ann.send(search::V2::new("robin")).await.unwrap();
    assert_eq!(found.accounts.len(), 1);
    assert_eq!(texts(&found.statuses), ["a robin in the #garden"]);
    let found = ann.send(search::V2::new("#gar")).await.unwrap();
    assert_eq!(found.hashtags[0].name, "garden");
    let at = |url: &mastodon_api::text::WebUrl| url.as_str().to_owned();
    let found = ann
        .send(search::V2::new(at(status.url.as_ref().unwrap())))
        .await
        .unwrap();
    assert_eq!(found.statuses[0].id, status.id);
    let found = ann
        .send(search::V2::new(at(secret.url.as_ref().unwrap())))
        .await
        .unwrap();
    assert!(found.statuses.is_empty());
    let handle = format!("@robin@{}", instance.url().authority());
    let found = ann
        .send(search::V2::new(handle).kind(SearchType::Accounts))
        .await
        .unwrap();
    assert_eq!(found.accounts[0].username, "robin");
    let found = ann.send(accounts::Search::new("rob")).await.unwrap();
    assert_eq!(found.items.len(), 1);

    let anonymous = mastodon_api::Client::new(instance.url()).unwrap();
    let found = anonymous.send(search::V2::new("robin")).await.unwrap();
    assert!(found.statuses.is_empty() && found.accounts.len() == 1);
    let error = anonymous
        .send(search::V2::new("robin").offset(1_u64))
        .await
        .unwrap_err();
    assert!(
        message(&error)
            .1
            .contains("not supported without authentication"),
        "{error}"
    );
    assert!(instance.unknown_requests().is_empty());
}

#[tokio::test]
async fn what_a_filter_meets_says_so() {
    let instance = start().await;
    let ann = strict(&instance, "ann");
    let mut events = ann.stream(Stream::User).await.unwrap();
    let create = filters::Create::new("sports", [FilterContext::Home]);
    let create = create.keywords_attributes([
        filters::KeywordAttributes::new("ball"),
        filters::KeywordAttributes::new("cup").whole_word(false),
    ]);
    let filter = ann.send(create).await.unwrap();
    assert!(matches!(event(&mut events).await, Event::FiltersChanged));
    let keywords = filter.keywords.clone().unwrap();
    let words: Vec<_> = keywords
        .iter()
        .map(|word| (&*word.keyword, word.whole_word))
        .collect();
    assert_eq!(words, [("ball", true), ("cup", false)]);
    let error = ann
        .send(filters::Create::new("", Vec::<FilterContext>::new()))
        .await
        .unwrap_err();
    let wanted = "Validation failed: Title can't be blank, Context can't be blank, Context None or invalid context supplied";
    assert_eq!(message(&error), (422, wanted));

    let matches = async |text: &str| {
        let status = instance.post_as("bob", text, Visibility::Public);
        let status = ann.send(statuses::Get::new(&status.id)).await.unwrap();
        let results = status.filtered.unwrap();
        results
            .into_iter()
            .flat_map(|result| result.keyword_matches.unwrap_or_default())
            .collect::<Vec<_>>()
    };
    assert_eq!(matches("a Ball, is it").await, ["ball"]);
    assert!(matches("at the ballet").await.is_empty());
    assert_eq!(matches("a cupboard").await, ["cup"]);

    let status = instance.post_as("bob", "chess", Visibility::Public);
    let added = ann
        .send(filters::StatusesAdd::new(&filter.id, &status.id))
        .await
        .unwrap();
    let seen = ann.send(statuses::Get::new(&status.id)).await.unwrap();
    let result = &seen.filtered.unwrap()[0];
    assert_eq!(
        result.status_matches.as_deref(),
        Some(&[status.id.clone()][..])
    );
    assert_eq!(result.filter.as_ref().unwrap().title, "sports");
    ann.send(filters::StatusesRemove::new(&added.id))
        .await
        .unwrap();
    assert!(
        ann.send(filters::Statuses::new(&filter.id))
            .await
            .unwrap()
            .items
            .is_empty()
    );

    let change = filters::KeywordsUpdate::new(&keywords[0].id, "ballet").whole_word(true);
    assert_eq!(ann.send(change).await.unwrap().keyword, "ballet");
    ann.send(filters::KeywordsDelete::new(&keywords[1].id))
        .await
        .unwrap();
    ann.send(filters::KeywordsCreate::new(&filter.id, "tennis"))
        .await
        .unwrap();
    let words = ann
        .send(filters::Keywords::new(&filter.id))
        .await
        .unwrap()
        .items;
    assert_eq!(words.len(), 2);
    let change = filters::Update::new(&filter.id)
        .filter_action(FilterAction::Hide)
        .keywords_attributes([
            filters::KeywordAttributes::of(&words[0].id).destroy(),
            filters::KeywordAttributes::of(&words[1].id).keyword("golf"),
        ]);
    let changed = ann.send(change).await.unwrap();
    assert_eq!(changed.filter_action, FilterAction::Hide);
    assert_eq!(changed.keywords.unwrap()[0].keyword, "golf");
    assert_eq!(
        ann.send(filters::Get::new(&filter.id)).await.unwrap().title,
        "sports"
    );
    let golf = ann.send(filters::Keywords::new(&filter.id)).await.unwrap();
    let change = filters::Update::new(&filter.id).keywords_attributes([
        filters::KeywordAttributes::of(&golf.items[0].id).destroy(),
        filters::KeywordAttributes::new("rugby"),
    ]);
    let words = ann.send(change).await.unwrap().keywords.unwrap();
    assert_eq!((words.len(), &*words[0].keyword), (1, "rugby"));
    // What is heard says what it meets too.
    instance.follow("ann", "bob");
    instance.wait_for_subscriber(&Stream::User).await.unwrap();
    instance.post_as("bob", "rugby again", Visibility::Public);
    let heard = loop {
        if let Event::Update(status) = event(&mut events).await {
            break status;
        }
    };
    let met = heard.filtered.unwrap().remove(0).keyword_matches;
    assert_eq!(met.as_deref(), Some(&["rugby".to_owned()][..]));
    ann.send(filters::Delete::new(&filter.id)).await.unwrap();
    assert!(
        ann.send(filters::List::new())
            .await
            .unwrap()
            .items
            .is_empty()
    );
    assert!(instance.unknown_requests().is_empty());
}

#[tokio::test]
async fn where_one_has_read_to_is_kept() {
    let instance = start().await;
    let ann = strict(&instance, "ann");
    assert_eq!(
        ann.send(markers::Get::new().timeline([markers::MarkerTimeline::Home]))
            .await
            .unwrap()
            .home,
        None
    );
    ann.send(markers::Create::new().home("12")).await.unwrap();
    let set = ann
        .send(markers::Create::new().home("15").notifications("3"))
        .await
        .unwrap();
    assert_eq!(
        set.home.map(|home| (home.last_read_id, home.version)),
        Some(("15".to_owned(), 2))
    );
    let seen = ann
        .send(markers::Get::new().timeline([markers::MarkerTimeline::Notifications]))
        .await
        .unwrap();
    assert!(seen.home.is_none() && seen.notifications.unwrap().last_read_id == "3");
    assert!(instance.unknown_requests().is_empty());
}

#[tokio::test]
async fn what_is_said_directly_is_a_conversation() {
    let instance = start().await;
    let (ann, bob) = (strict(&instance, "ann"), strict(&instance, "bob"));
    instance.account("cid");
    let mut events = ann.stream(Stream::Direct).await.unwrap();
    let first = instance.post_as("bob", "@ann psst", Visibility::Direct);
    instance.reply_as("ann", "@bob what?", &first.id);
    let other = instance.post_as("bob", "@ann @cid the three of us", Visibility::Direct);
    instance.post_as("bob", "@ann not this", Visibility::Public);
    let mut heard = Vec::new();
    for _ in 0..3 {
        match event(&mut events).await {
            Event::Conversation(conversation) => heard.push(conversation),
            other => panic!("{other:?}"),
        }
    }
    // While a stream comes up, what is fetched may overtake what is heard.
    let number = |id: &str| id.parse::<u64>().unwrap();
    heard.sort_by_key(|heard| number(heard.last_status.as_ref().unwrap().id.as_str()));
    let told: Vec<_> = heard
        .iter()
        .map(|conversation| (conversation.id == heard[0].id, conversation.unread))
        .collect();
    assert_eq!(told, [(true, true), (true, false), (false, true)]);

    let list = ann.send(conversations::List::new()).await.unwrap().items;
    let last = |n: usize| list[n].last_status.as_ref().unwrap().content.to_text();
    assert_eq!(
        (list.len(), last(0), last(1)),
        (
            2,
            "@ann @cid the three of us".to_owned(),
            "@bob what?".to_owned()
        )
    );
    assert_eq!(list[0].accounts.len(), 2);
    let read = ann
        .send(conversations::Read::new(&list[0].id))
        .await
        .unwrap();
    assert!(!read.unread);
    assert!(
        ann.send(conversations::Unread::new(&list[0].id))
            .await
            .unwrap()
            .unread
    );
    let page = ann
        .send(conversations::List::new().max_id(&other.id))
        .await
        .unwrap();
    assert_eq!(page.items.len(), 1);
    let error = bob
        .send(conversations::Read::new(&list[0].id))
        .await
        .unwrap_err();
    assert_eq!(message(&error).0, 404);
    ann.send(conversations::Delete::new(&list[1].id))
        .await
        .unwrap();
    assert!(instance.delete(&other.id));
    assert!(
        ann.send(conversations::List::new())
            .await
            .unwrap()
            .items
            .is_empty()
    );
    assert_eq!(
        bob.send(conversations::List::new())
            .await
            .unwrap()
            .items
            .len(),
        1
    );
    assert!(instance.unknown_requests().is_empty());
}
