//! Pleroma and Akkoma.

use activitypub::extension::litepub;

use super::{ours, real};

#[test]
fn a_post() {
    ours(
        r#"{"@context":["https://www.w3.org/ns/activitystreams","https://p.example/schemas/litepub-0.1.jsonld",{"@language":"und"}],
"id":"https://p.example/objects/1","type":"Note","actor":"https://p.example/users/ann","attributedTo":"https://p.example/users/ann",
"to":["https://p.example/#Public","https://o.example/users/bob"],"cc":["https://p.example/users/ann/followers"],
"content":"hi :fox:","contentMap":{"en":"hi :fox:"},"source":{"content":"hi :fox:","mediaType":"text/plain"},"summary":"",
"context":"https://p.example/contexts/1","conversation":"https://p.example/contexts/1","published":"2026-01-31T12:00:00.123456Z",
"sensitive":null,"inReplyTo":"https://o.example/notes/1","quoteUri":"https://q.example/notes/7","quoteUrl":"https://q.example/notes/7",
"attachment":[{"type":"Document","mediaType":"image/png","name":"a fox","url":[{"type":"Link","mediaType":"image/png",
"href":"https://p.example/media/fox.png","width":640,"height":480}]}],
"tag":[{"type":"Mention","href":"https://o.example/users/bob","name":"@bob@o.example"},
{"id":null,"type":"Emoji","name":"fox","updated":"1970-01-01T00:00:00Z","icon":{"type":"Image","url":"https://p.example/emoji/fox.png"}}]}"#,
        r#"
            Note post
            author https://p.example/users/ann
            text hi :fox:
            language en
            published 2026-01-31 12:00:00.123456 UTC
            visibility Local
            answers https://o.example/notes/1
            conversation https://p.example/contexts/1
            quotes https://q.example/notes/7 by QuoteUrl
            mentions https://o.example/users/bob
            emoji fox https://p.example/emoji/fox.png
            media Image https://p.example/media/fox.png 640x480 a fox
        "#,
    );
    real(
        "akkoma/pleroma__tesla_mock_p.helene.moe-AM7S6vZQmL6pI9TgPY.json",
        r#"
            Note post
            author https://p.helene.moe/users/helene
            text <span class="h-card"><a class="u-url men
            published 2022-08-02 13:46:58.403996 UTC
            visibility Public
            answers https://mk.absturztau.be/notes/93e7nm8wqg
            conversation https://p.helene.moe/contexts/cc324643-5583-4c3f-91d2-c6ed37db159d
            mentions https://mk.absturztau.be/users/8ozbzjs3o8
        "#,
    );
    real(
        "akkoma/kitsune__objects_woem.space_notice_AkSIdFhjGIfvmcGK0G.json",
        r#"
            Note post
            author https://woem.space/users/notsludgebomb
            text <blockquote><p>Linus Torvalds had wanted
            language en
            published 2024-07-30 12:00:07.954196 UTC
            visibility Public
            conversation https://woem.space/contexts/c2323eed-46af-4d45-88fe-0e35fee14d2a
        "#,
    );
    real(
        "pleroma/Akkoma__tesla_mock_https__info.pleroma.site_activity3.json",
        r#"
            Note post
            author http://mastodon.example.org/users/admin
            text <p>this post was not actually written by
            published 2018-09-01 22:15:00 UTC
            visibility Public
        "#,
    );
}

#[test]
fn a_poll() {
    ours(
        r#"{"type":"Question","id":"https://p.example/objects/2","attributedTo":"https://p.example/users/ann","actor":"https://p.example/users/ann",
"to":["https://www.w3.org/ns/activitystreams#Public"],"content":"Tea?","closed":"2026-02-01T00:00:00.000000Z","voters":["https://o.example/users/bob"],
"oneOf":[{"type":"Note","name":"yes","replies":{"type":"Collection","totalItems":1}},{"type":"Note","name":"no","replies":{"type":"Collection","totalItems":0}}]}"#,
        r#"
            Question post poll
            author https://p.example/users/ann
            text Tea?
            visibility Public
            answer yes Some(1)
            answer no Some(0)
            multiple false
            ends 2026-02-01 00:00:00 UTC
        "#,
    );
    real(
        "akkoma/pleroma__tesla_mock_poll_original.json",
        r#"
            Question post poll
            author https://patch.cx/users/rin
            text can you vote on this poll?
            published 2019-09-18 14:32:36.802152 UTC
            visibility Public
            conversation https://patch.cx/contexts/626ecafd-3377-46c4-b908-3721a4d4373c
            answer yes Some(4)
            answer no Some(0)
            multiple false
            ends 2019-09-19 00:32:36.785333 UTC
        "#,
    );
}

#[test]
fn a_chat_message_and_a_reaction() {
    ours(
        r#"{"type":"Create","actor":"https://p.example/users/ann","to":["https://o.example/users/bob"],"cc":[],"object":{"type":"ChatMessage",
"id":"https://p.example/objects/3","actor":"https://p.example/users/ann","attributedTo":"https://p.example/users/ann","to":["https://o.example/users/bob"],
"content":"psst","published":"2026-01-31T12:00:00Z"}}"#,
        r#"
            Create
            actor https://p.example/users/ann
            ChatMessage chat
            author https://p.example/users/ann
            text psst
            published 2026-01-31 12:00:00 UTC
            visibility Direct
        "#,
    );
    ours(
        r#"{"type":"EmojiReact","actor":"https://p.example/users/ann","object":"https://o.example/notes/1","content":":fox:","to":["https://o.example/users/bob"],
"tag":[{"id":null,"type":"Emoji","name":":fox:","icon":{"type":"Image","url":"https://p.example/emoji/fox.png"}}]}"#,
        r#"
            EmojiReact
            actor https://p.example/users/ann
            reaction Emoji
            with :fox:
            picture https://p.example/emoji/fox.png
            object https://o.example/notes/1
        "#,
    );
    real(
        "pleroma/pleroma__fixtures_create-chat-message.json",
        r#"
            Create
            actor http://2hu.gensokyo/users/raymoo
            ChatMessage chat
            author http://2hu.gensokyo/users/raymoo
            text You expected a cute girl? Too bad. <scri
            published 2020-02-12 14:08:20 UTC
            visibility Direct
            emoji firefox http://2hu.gensokyo/emoji/Firefox.gif
        "#,
    );
    real(
        "pleroma/Akkoma__development_ap_extensions__L58.json",
        r#"
            EmojiReact
            actor https://example.org/users/akko
            reaction Emoji
            with :mouse:
            picture https://example.org/emoji/mouse/mouse.png
            object https://remote.example/objects/9f0e93499d8314a9
        "#,
    );
    real(
        "mastodon/pleroma__fixtures_emoji-reaction.json",
        r#"
            EmojiReact
            actor http://mastodon.example.org/users/admin
            reaction Emoji
            with 👌
            object http://localtesting.pleroma.lol/objects/eb92579d-3417-42a8-8652-2492c2d4f454
        "#,
    );
}

#[test]
fn an_actor() {
    let ann = ours(
        r#"{"@context":["https://www.w3.org/ns/activitystreams","https://p.example/schemas/litepub-0.1.jsonld",{"@language":"und"}],
"id":"https://p.example/users/ann","type":"Person","name":"Ann","preferredUsername":"ann","summary":"","alsoKnownAs":[],"capabilities":
{"acceptsChatMessages":true},"discoverable":false,"manuallyApprovesFollowers":false,"inbox":"https://p.example/users/ann/inbox",
"followers":"https://p.example/users/ann/followers","featured":"https://p.example/users/ann/collections/featured","tag":[],"url":"https://p.example/users/ann",
"endpoints":{"oauthAuthorizationEndpoint":"https://p.example/oauth/authorize","sharedInbox":"https://p.example/inbox"},
"icon":{"type":"Image","url":"https://p.example/media/a.png"},"publicKey":{"id":"https://p.example/users/ann#main-key","owner":"https://p.example/users/ann",
"publicKeyPem":"-----BEGIN PUBLIC KEY-----"},"vcard:bday":null}"#,
        r#"
            Person
            handle ann@p.example
            name Ann
            page https://p.example/users/ann
            inbox https://p.example/users/ann/inbox
            shared inbox https://p.example/inbox
            followers https://p.example/users/ann/followers
            pinned https://p.example/users/ann/collections/featured
            key https://p.example/users/ann#main-key
            avatar https://p.example/media/a.png
        "#,
    );
    let said: litepub::Actor = ann.as_actor().unwrap().extension();
    let capabilities = said.capabilities.embedded().next().unwrap();
    let capabilities: litepub::Capabilities = capabilities.extension();
    assert_eq!(capabilities.accepts_chat_messages, Some(true));
    real(
        "akkoma/pleroma__tesla_mock_helene-p.helene.moe.json",
        r#"
            Person
            handle helene@p.helene.moe
            name Hélène
            page https://p.helene.moe/users/helene
            about I can speak: Français, English, Deutsch
            inbox https://p.helene.moe/users/helene/inbox
            shared inbox https://p.helene.moe/inbox
            followers https://p.helene.moe/users/helene/followers
            pinned https://p.helene.moe/users/helene/collections/featured
            key https://p.helene.moe/users/helene#main-key
            avatar https://p.helene.moe/media/9a39209daa5a66b7ebb0547b08bf8360aa9d8d65a4ffba2603c6ffbe6aecb432.jpg
            field Timezone: UTC+2 (Paris/Berlin)
        "#,
    );
    real(
        "pleroma/Akkoma__fixtures_mewmew_no_name.json",
        r#"
            Person
            handle mewmew@princess.cat
            name
            page https://princess.cat/users/mewmew
            about please reply to my posts as direct messa
            locked true
            inbox https://princess.cat/users/mewmew/inbox
            shared inbox https://princess.cat/inbox
            followers https://princess.cat/users/mewmew/followers
            key https://princess.cat/users/mewmew#main-key
            avatar https://princess.cat/media/12794fb50e86911e65be97f69196814049dcb398a2f8b58b99bb6591576e648c.png?name=blobcatpresentpink.png
            header https://princess.cat/media/05d8bf3953ab6028fc920494ffc643fbee9dcef40d7bdd06f107e19acbfbd7f9.png
        "#,
    );
}
