//! Friendica, Hubzilla, Osada, streams and Forte.

use activitypub::extension::diaspora::Diaspora;
use activitypub::origin::{Origin, same_origin};

use super::{ours, post_of, real};

#[test]
fn friendica() {
    let article = ours(
        r#"{"@context":["https://www.w3.org/ns/activitystreams","https://w3id.org/security/v1",{"vcard":"http://www.w3.org/2006/vcard/ns#","dfrn":"http://purl.org/macgirvin/dfrn/1.0/","diaspora":"https://diasporafoundation.org/ns/"}],
"id":"https://d.example/objects/1","diaspora:guid":"1","type":"Article","published":"2026-01-31T12:00:00Z","updated":"2026-01-31T12:00:00Z","url":"https://d.example/display/1",
"attributedTo":"https://d.example/profile/ann","context":"https://d.example/objects/1#context","conversation":"https://d.example/objects/1#context","name":"Purr","content":"<p>Purr.</p>",
"contentMap":{"de":"<p>Purr.</p>"},"source":{"content":"Purr.","mediaType":"text/bbcode"},"summary":null,"sensitive":false,"inReplyTo":null,"attachment":[],
"tag":[{"type":"Mention","href":"https://l.example/c/cats","name":"@cats@l.example"}],"to":["https://www.w3.org/ns/activitystreams#Public"],
"cc":["https://l.example/c/cats","https://d.example/followers/ann"],"generator":{"type":"Application","name":"Friendica","url":"https://d.example"}}"#,
        r#"
            Article post
            author https://d.example/profile/ann
            page https://d.example/display/1
            title Purr
            text <p>Purr.</p>
            language de
            published 2026-01-31 12:00:00 UTC
            visibility Public
            conversation https://d.example/objects/1#context
            mentions https://l.example/c/cats
        "#,
    );
    let said: Diaspora = post_of(&article).extension();
    assert_eq!(said.guid.as_deref(), Some("1"));
    ours(
        r##"{"id":"https://d.example/profile/ann","diaspora:guid":"1","type":"Person","following":"https://d.example/following/ann","followers":"https://d.example/followers/ann","inbox":"https://d.example/inbox/ann",
"outbox":"https://d.example/outbox/ann","featured":"https://d.example/featured/ann","preferredUsername":"ann","name":"Ann","vcard:hasAddress":{"@type":"vcard:Home","vcard:country-name":"Italy"},
"summary":"cats","url":"https://d.example/profile/ann","manuallyApprovesFollowers":false,"discoverable":true,"publicKey":{"id":"https://d.example/profile/ann#main-key","owner":"https://d.example/profile/ann",
"publicKeyPem":"-----BEGIN PUBLIC KEY-----"},"endpoints":{"sharedInbox":"https://d.example/inbox"},"icon":{"type":"Image","url":"https://d.example/photo/a.png"},
"tag":[{"type":"Hashtag","href":"https://d.example/search?tag=cats","name":"#cats"}],"generator":{"type":"Application","name":"Friendica"}}"##,
        r#"
            Person
            handle ann@d.example
            name Ann
            page https://d.example/profile/ann
            about cats
            inbox https://d.example/inbox/ann
            shared inbox https://d.example/inbox
            followers https://d.example/followers/ann
            pinned https://d.example/featured/ann
            key https://d.example/profile/ann#main-key
            avatar https://d.example/photo/a.png
        "#,
    );
    real(
        "friendica/lemmy__objects_page_2.json",
        r#"
            Article post
            author https://pirati.ca/profile/heluecht
            page https://pirati.ca/display/ec054ce7-5162-3bf2-504c-16d024994850
            title From Friendica to Lemmy
            text Hello Lemmy!
            language de
            published 2022-03-24 04:23:44 UTC
            visibility Unlisted
            conversation https://pirati.ca/objects/ec054ce7-5162-3bf2-504c-16d024994850#context
            mentions https://ds9.lemmy.ml/c/testcom
        "#,
    );
    real(
        "friendica/lemmy__objects_note_1.json",
        r#"
            Note post
            author https://soc.schuerz.at/profile/jakob
            page https://soc.schuerz.at/display/4edd2508-4361-edb8-c4d8-b45181083984
            text <span class="h-card"><a href="https://le
            language de
            published 2022-01-23 20:21:24 UTC
            visibility Public
            answers https://lemmy.schuerz.at/post/25360
            conversation https://lemmy.schuerz.at/post/25360#context
            mentions https://lemmy.schuerz.at/u/jakob
        "#,
    );
    real(
        "friendica/lemmy__objects_person_2.json",
        r#"
            Organization
            handle informapirata@poliverso.org
            name Informa Pirata
            page https://poliverso.org/profile/informapirata
            about Politica Pirata: informazione su #whistl
            inbox https://poliverso.org/inbox/informapirata
            shared inbox https://poliverso.org/inbox
            followers https://poliverso.org/followers/informapirata
            key https://poliverso.org/profile/informapirata#main-key
            avatar https://poliverso.org/photo/profile/informapirata.png?ts=1630486460
            field Telegram: http://T.ME/PPINFORMA
            field Mastodon: <a href="https://mastodon.uno/@informapi
        "#,
    );
}

#[test]
fn hubzilla_and_osada() {
    ours(
        r#"{"@context":["https://www.w3.org/ns/activitystreams","https://w3id.org/security/v1",{"zot":"https://hub.example/apschema#","commentPolicy":"zot:commentPolicy"}],"type":"Note","id":"https://hub.example/item/1",
"published":"2026-01-31T12:00:00Z","commentPolicy":"authenticated","attributedTo":"https://hub.example/channel/ann","context":"https://hub.example/item/1","conversation":"https://hub.example/item/1",
"content":"Purr.","source":{"content":"Purr.","mediaType":"text/bbcode"},"actor":"https://hub.example/channel/ann","tag":[{"type":"Mention","href":"https://o.example/users/bob","name":"@bob"}],
"to":["https://www.w3.org/ns/activitystreams#Public"],"cc":["https://hub.example/followers/ann"],"url":[{"type":"Link","rel":"alternate","mediaType":"text/html","href":"https://hub.example/item/1"}]}"#,
        r#"
            Note post
            author https://hub.example/channel/ann
            page https://hub.example/item/1
            text Purr.
            published 2026-01-31 12:00:00 UTC
            visibility Public
            conversation https://hub.example/item/1
            mentions https://o.example/users/bob
        "#,
    );
    ours(
        r#"{"type":"Person","id":"https://hub.example/channel/ann","preferredUsername":"ann","name":"Ann","icon":{"type":"Image","mediaType":"image/jpeg","updated":"2026-01-31T12:00:00Z","url":"https://hub.example/photo/a","height":300,"width":300},
"url":[{"type":"Link","mediaType":"text/html","href":"https://hub.example/channel/ann"},{"type":"Link","mediaType":"text/x-zot+json","href":"https://hub.example/channel/ann"}],"inbox":"https://hub.example/inbox/ann",
"outbox":"https://hub.example/outbox/ann","followers":"https://hub.example/followers/ann","endpoints":{"sharedInbox":"https://hub.example/inbox"},"discoverable":"true",
"publicKey":{"id":"https://hub.example/channel/ann","owner":"https://hub.example/channel/ann","publicKeyPem":"-----BEGIN PUBLIC KEY-----"}}"#,
        r#"
            Person
            handle ann@hub.example
            name Ann
            page https://hub.example/channel/ann
            inbox https://hub.example/inbox/ann
            shared inbox https://hub.example/inbox
            followers https://hub.example/followers/ann
            key https://hub.example/channel/ann
            avatar https://hub.example/photo/a
            odd /discoverable: true or false is written as text
        "#,
    );
    real(
        "hubzilla/pleroma__fixtures_hubzilla-actor.json",
        r#"
            Person
            handle testc6@hub.somaton.com
            name testc6 lala
            page https://hub.somaton.com/channel/testc6
            inbox https://hub.somaton.com/inbox/testc6
            shared inbox https://hub.somaton.com/inbox
            followers https://hub.somaton.com/followers/testc6
            key https://hub.somaton.com/channel/testc6
            avatar https://hub.somaton.com/photo/profile/l/33
        "#,
    );
    real(
        "osada/pleroma-mirror__httpoison_mock_https___osada.macgirvin.com_channel_mike.json",
        r#"
            Person
            handle mike@osada.macgirvin.com
            name Mike Macgirvin (Osada)
            page https://osada.macgirvin.com/channel/mike
            inbox https://osada.macgirvin.com/inbox/mike
            shared inbox https://osada.macgirvin.com/inbox
            followers https://osada.macgirvin.com/followers/mike
            key https://osada.macgirvin.com/channel/mike/public_key_pem
            avatar https://osada.macgirvin.com/photo/profile/l/2
        "#,
    );
}

#[test]
fn streams_and_forte() {
    ours(
        r#"{"@context":["https://www.w3.org/ns/activitystreams","https://w3id.org/security/data-integrity/v2"],"type":"Add","id":"https://s.example/activity/1","actor":"https://s.example/channel/ann",
"target":"https://s.example/conversation/1","to":["https://www.w3.org/ns/activitystreams#Public"],"object":{"type":"Create","actor":"https://s.example/channel/ann","object":{"type":"Note",
"id":"https://s.example/item/1","attributedTo":"https://s.example/channel/ann","to":["https://www.w3.org/ns/activitystreams#Public"],"context":"https://s.example/conversation/1","content":"Purr.",
"published":"2026-01-31T12:00:00Z","tag":[{"type":"Link","mediaType":"application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"","href":"https://q.example/notes/7","name":"RE: https://q.example/notes/7",
"rel":"https://misskey-hub.net/ns#_misskey_quote"}]}}}"#,
        r#"
            Add
            actor https://s.example/channel/ann
            target https://s.example/conversation/1
            Create
            actor https://s.example/channel/ann
            Note post
            author https://s.example/channel/ann
            text Purr.
            published 2026-01-31 12:00:00 UTC
            visibility Public
            conversation https://s.example/conversation/1
            quotes https://q.example/notes/7 by ObjectLink
        "#,
    );
    let ann = ours(
        r#"{"type":"Person","id":"https://s.example/.well-known/apgateway/did:key:z6MkAnn/actor","preferredUsername":"ann","name":"Ann","inbox":"https://s.example/.well-known/apgateway/did:key:z6MkAnn/actor/inbox",
"followers":"https://s.example/.well-known/apgateway/did:key:z6MkAnn/actor/followers","gateways":["https://s.example","https://other.example"],"webfinger":"ann@s.example",
"assertionMethod":[{"id":"https://s.example/.well-known/apgateway/did:key:z6MkAnn/actor#z6MkAnn","type":"Multikey","controller":"https://s.example/.well-known/apgateway/did:key:z6MkAnn/actor","publicKeyMultibase":"z6MkAnn"}]}"#,
        r#"
            Person
            handle ann@s.example
            name Ann
            inbox https://s.example/.well-known/apgateway/did:key:z6MkAnn/actor/inbox
            followers https://s.example/.well-known/apgateway/did:key:z6MkAnn/actor/followers
        "#,
    );
    // Whoever holds the key speaks for it, not the server that passes it on.
    let id = ann.id().unwrap();
    assert_eq!(Origin::of(id).unwrap().to_string(), "did:key:z6MkAnn");
    assert!(!same_origin(id, &"https://s.example/channel/eve".into()));
    real(
        "streams/pleroma__fixtures_roadhouse-create-activity.json",
        r#"
            Create
            actor https://macgirvin.com/channel/mike
            Note post
            author https://macgirvin.com/channel/mike
            page https://macgirvin.com/item/ce9ce740-e1cb-4a75-aa4e-9e923555870d
            text The Accepts should get through now. Now
            published 2022-02-02 04:41:46 UTC
            visibility Public
            answers https://gleasonator.com/objects/102eb097-a18b-4cd5-abfc-f952efcb70bb
            conversation https://gleasonator.com/objects/102eb097-a18b-4cd5-abfc-f952efcb70bb
            mentions https://gleasonator.com/users/macgirvin
            mentions https://gleasonator.com/users/alex
        "#,
    );
}
