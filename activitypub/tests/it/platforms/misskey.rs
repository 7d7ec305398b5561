//! Misskey and its kin (Firefish, Iceshrimp, Sharkey).

use activitypub::extension::misskey;

use super::{ours, post_of, real};

#[test]
fn a_post() {
    let note = ours(
        r#"{"@context":["https://www.w3.org/ns/activitystreams","https://w3id.org/security/v1",{"misskey":"https://misskey-hub.net/ns#",
"_misskey_quote":"misskey:_misskey_quote","quoteUrl":"as:quoteUrl"}],"id":"https://k.example/notes/1","type":"Note",
"attributedTo":"https://k.example/users/9ann","summary":null,"content":"<p><span>look<br><br>RE: </span><a href=\"https://q.example/notes/7\">https://q.example/notes/7</a></p>",
"_misskey_content":"look","source":{"content":"look","mediaType":"text/x.misskeymarkdown"},"_misskey_quote":"https://q.example/notes/7",
"quoteUrl":"https://q.example/notes/7","published":"2026-01-31T12:00:00.000Z","to":["https://k.example/users/9ann/followers"],
"cc":["https://www.w3.org/ns/activitystreams#Public"],"inReplyTo":null,"sensitive":false,"tag":[],
"attachment":[{"type":"Document","mediaType":"image/webp","url":"https://k.example/files/1","name":null,"sensitive":false}]}"#,
        r#"
            Note post
            author https://k.example/users/9ann
            text <p><span>look<br><br>RE: </span><a href=
            published 2026-01-31 12:00:00 UTC
            visibility Unlisted
            quotes https://q.example/notes/7 by MisskeyQuote
            media Image https://k.example/files/1
        "#,
    );
    let note = post_of(&note);
    let said: misskey::Note = note.extension();
    assert_eq!(said.content.as_deref(), Some("look"));
    assert_eq!(
        note.content_without_quote().unwrap(),
        "<p><span>look</span></p>"
    );
    ours(
        r#"{"id":"https://k.example/notes/2","type":"Question","attributedTo":"https://k.example/users/9ann","content":"<p>Tea?</p>","_misskey_talk":false,
"to":["https://www.w3.org/ns/activitystreams#Public"],"oneOf":[{"type":"Note","name":"yes","_misskey_votes":1,"replies":{"type":"Collection","totalItems":1}},
{"type":"Note","name":"no","_misskey_votes":0,"replies":{"type":"Collection","totalItems":0}}]}"#,
        r#"
            Question post poll
            author https://k.example/users/9ann
            text <p>Tea?</p>
            visibility Public
            answer yes Some(1)
            answer no Some(0)
            multiple false
        "#,
    );
    real(
        "misskey/Akkoma__misskey_quote.json",
        r#"
            Note post
            author https://misskey.io/users/93492q0ip0
            text <p><span>i quompt u<br><br>RE: </span><a
            published 2022-07-25 15:21:48.208 UTC
            visibility Public
            quotes https://example.com/objects/43479e20-c0f8-4f49-bf7f-13fab8234924 by MisskeyQuote
        "#,
    );
    real(
        "misskey/pleroma__tesla_mock_misskey_poll_no_end_date.json",
        r#"
            Question post poll
            author https://skippers-bin.com/users/7v1w1r8ce6
            text <p><a href="https://marchgenso.me/users/
            published 2019-09-05 05:35:32.541 UTC
            visibility Public
            mentions https://marchgenso.me/users/march
            answer Working Some(0)
            answer Broken af Some(1)
            multiple false
        "#,
    );
    real(
        "firefish/kitsune__objects_grimgreenfo.rest_notes_9wba8k9czodq0075.json",
        r#"
            Note post
            author https://grimgreenfo.rest/users/9p6m3t2wmolj08kq
            text <p>The Bluetooth device is ready to defe
            published 2024-07-30 01:07:15.216 UTC
            visibility Public
        "#,
    );
}

#[test]
fn a_reaction() {
    ours(
        r#"{"type":"Like","id":"https://k.example/likes/1","actor":"https://k.example/users/9ann","object":"https://o.example/notes/1","content":":fox:",
"_misskey_reaction":":fox:","tag":[{"id":"https://k.example/emojis/fox","type":"Emoji","name":":fox:","icon":{"type":"Image","mediaType":"image/png","url":"https://k.example/fox.png"}}]}"#,
        r#"
            Like
            actor https://k.example/users/9ann
            reaction Emoji
            with :fox:
            picture https://k.example/fox.png
            object https://o.example/notes/1
        "#,
    );
    ours(
        r#"{"type":"Like","id":"https://k.example/likes/2","actor":"https://k.example/users/9ann","object":"https://o.example/notes/1","content":"\u2764","_misskey_reaction":"\u2764"}"#,
        r#"
            Like
            actor https://k.example/users/9ann
            reaction Emoji
            with ❤
            object https://o.example/notes/1
        "#,
    );
    real(
        "misskey/pleroma__fixtures_custom-emoji-reaction.json",
        r#"
            Like
            actor https://misskey.local.live/users/8x8yep20u2
            reaction Emoji
            with :hanapog:
            picture https://misskey.local.live/files/webpublic-8f8a9768-7264-4171-88d6-2356aabeadcd
            object https://pleroma.local.live/objects/89937a53-2692-4631-bb62-770091267391
        "#,
    );
}

#[test]
fn an_actor() {
    let ann = ours(
        r#"{"@context":["https://www.w3.org/ns/activitystreams","https://w3id.org/security/v1"],"type":"Person","id":"https://k.example/users/9ann",
"inbox":"https://k.example/users/9ann/inbox","outbox":"https://k.example/users/9ann/outbox","followers":"https://k.example/users/9ann/followers",
"featured":"https://k.example/users/9ann/collections/featured","sharedInbox":"https://k.example/inbox","endpoints":{"sharedInbox":"https://k.example/inbox"},
"url":"https://k.example/@ann","preferredUsername":"ann","name":"Ann","summary":"<p>meow</p>","_misskey_summary":"meow",
"icon":{"type":"Image","url":"https://k.example/a.webp","sensitive":false,"name":null},"image":null,"tag":[],"manuallyApprovesFollowers":false,
"discoverable":true,"publicKey":{"id":"https://k.example/users/9ann#main-key","type":"Key","owner":"https://k.example/users/9ann","publicKeyPem":"-----BEGIN PUBLIC KEY-----"},
"isCat":true,"vcard:bday":"2000-02-29","attachment":[{"type":"PropertyValue","name":"Site","value":"x"}]}"#,
        r#"
            Person
            handle ann@k.example
            name Ann
            page https://k.example/@ann
            about <p>meow</p>
            inbox https://k.example/users/9ann/inbox
            shared inbox https://k.example/inbox
            followers https://k.example/users/9ann/followers
            pinned https://k.example/users/9ann/collections/featured
            key https://k.example/users/9ann#main-key
            avatar https://k.example/a.webp
            field Site: x
        "#,
    );
    let said: misskey::Actor = ann.as_actor().unwrap().extension();
    assert_eq!(
        (said.is_cat, said.birthday.as_deref()),
        (Some(true), Some("2000-02-29"))
    );
    real(
        "misskey/fedidevs.org__actor_index__L244.json",
        r#"
            Person
            handle syuilo@misskey.io
            name :peroro_sama:しゅいろ:peroro_sama:
            page https://misskey.io/@syuilo
            about <p><span>Misskeyを開発している人<br><br></span><
            inbox https://misskey.io/users/7rkrarq81i/inbox
            shared inbox https://misskey.io/inbox
            followers https://misskey.io/users/7rkrarq81i/followers
            pinned https://misskey.io/users/7rkrarq81i/collections/featured
            key https://misskey.io/users/7rkrarq81i#main-key
            avatar https://media.misskeyusercontent.com/misskey/webpublic-b2dc591e-58b6-4df7-b7c9-1cba199f6619.png
            header https://media.misskeyusercontent.com/misskey/361d91a4-da15-4367-a0c7-771569e28ca2.png
            field 写真集: <a href="https://syuilo.github.io/photos
            emoji peroro_sama https://media.misskeyusercontent.com/misskey/761a28c4-6702-4844-a63b-c6b4a345e981.gif
        "#,
    );
    real(
        "firefish/kitsune__actors_grimgreenfo.rest_users_9p6m3t2wmolj08kq.json",
        r#"
            Person
            handle gavi@grimgreenfo.rest
            name gavi
            page https://grimgreenfo.rest/@gavi
            about <p><span>my name is gabe and i read alot
            inbox https://grimgreenfo.rest/users/9p6m3t2wmolj08kq/inbox
            shared inbox https://grimgreenfo.rest/inbox
            followers https://grimgreenfo.rest/users/9p6m3t2wmolj08kq/followers
            pinned https://grimgreenfo.rest/users/9p6m3t2wmolj08kq/collections/featured
            key https://grimgreenfo.rest/users/9p6m3t2wmolj08kq#main-key
            also known as https://wandering.shop/users/gavi
            avatar https://grimgreenfo.rest/files/9369fdb5-4506-4320-9b8a-cc66c8e4b6fd
            header https://grimgreenfo.rest/files/08042d5a-2037-4e5a-a01a-441c13316748
            field list of where to find/contact me: <a href="https://sleepy.ink/" rel="me no
            field blog: <a href="https://my.jewy.blog/" rel="me
            field tech & fedi development account: @gavi@bytes.programming.dev
            field art account: @gavi@mastoart.social
            field extra silly account: @gavi@labyrinth.zone
            field Mood: Eepy
            field profile picture source: <a href="https://www.deviantart.com/sart
            field keyoxide: aspe:keyoxide.org:W2JWEDT46VZSM26I5BKOTE
            emoji garfield https://grimgreenfo.rest/files/9f97bf42-623d-40c7-a5fe-9cf1b1f6ee2c
        "#,
    );
    real(
        "iceshrimp/kitsune__actors_corteximplant.net_users_marta.json",
        r#"
            Person
            handle marta@corteximplant.net
            name Kitty Wife Milkshake
            page https://corteximplant.net/users/marta
            about My name is Marta (she/her), I&#39;m a ne
            inbox https://corteximplant.net/users/marta/inbox
            shared inbox https://corteximplant.net/inbox
            followers https://corteximplant.net/users/marta/followers
            pinned https://corteximplant.net/users/marta/collections/featured
            key https://corteximplant.net/users/marta#main-key
            also known as https://corteximplant.com/users/marta
            avatar https://media.corteximplant.net/media/d6e017fe6426f7d876d7dae0022afbc69e86aac472c5025f2bd0c1d70b54ba52.jpg
            header https://media.corteximplant.net/media/5ce711097e03888e16a835abd41bcaa4ad56b8736da0661a3c6097728cc39a59.jpg
            field NET handle: pionaiki
            field Pronouns: she/her
            field Matrix: @pionaiki:beeper.com
            field Links: <a href="http://pionaiki.com" rel="ugc">
            field Obey: <a href="http://obeythesystem.com" rel="
            field Garden: <a href="http://garden.pionaiki.com" rel
            field Ko-fi: <a href="http://ko-fi.com/pionaiki" rel=
            field AMA Q&A: <a href="http://retrospring.net/@marta"
            emoji akkoma https://corteximplant.net/emoji/Custom/0cd424a92acb8034.png
            emoji bartmoss https://corteximplant.net/emoji/Custom/bartmoss.png
            emoji bisexual https://corteximplant.net/emoji/Pride/d780db7634171f70.png
            emoji demisexual https://corteximplant.net/emoji/Pride/e03c75b34ad080b7.png
            emoji iceshrimp https://corteximplant.net/emoji/Custom/fe07d8beddab5f99.png
            emoji mastodon https://corteximplant.net/emoji/Services/d76256617c84dc26.png
            emoji polyamory https://corteximplant.net/emoji/Pride/abbf9a1d296d4092.png
        "#,
    );
}
