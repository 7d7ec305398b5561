//! Takahe, Threads, NodeBB, Discourse, Bridgy Fed, Mitra, Smithereen, GNU social and smaller ones.

use activitypub::Activity;
use activitypub::addressing::is_public;
use activitypub::extension::quote::Authorization;

use super::{ours, post_of, real};

#[test]
fn takahe() {
    ours(
        r#"{"@context":["https://www.w3.org/ns/activitystreams",{"blurhash":"toot:blurhash"}],"id":"https://k.example/@ann@k.example/posts/1/","type":"Note","attributedTo":"https://k.example/@ann@k.example/",
"content":"<p>Purr</p>","published":"2026-01-31T12:00:00Z","sensitive":false,"url":"https://k.example/@ann/posts/1/","to":["as:Public"],"cc":["https://k.example/@ann@k.example/followers/"],
"tag":[{"type":"Mention","href":"https://o.example/users/bob","name":"@bob@o.example"}],"attachment":[{"type":"Document","mediaType":"image/webp","name":"a cat","url":"https://k.example/c.webp","focalPoint":null,"blurhash":null,"width":3,"height":4}]}"#,
        r#"
            Note post
            author https://k.example/@ann@k.example/
            page https://k.example/@ann/posts/1/
            text <p>Purr</p>
            published 2026-01-31 12:00:00 UTC
            visibility Public
            mentions https://o.example/users/bob
            media Image https://k.example/c.webp 3x4 a cat
        "#,
    );
    ours(
        r#"{"type":"Person","id":"https://k.example/@ann@k.example/","inbox":"https://k.example/@ann@k.example/inbox/","outbox":"https://k.example/@ann@k.example/outbox/","preferredUsername":"ann","name":"Ann",
"url":"https://k.example/@ann/","followers":"https://k.example/@ann@k.example/followers/","endpoints":{"sharedInbox":"https://k.example/inbox/"},"http://joinmastodon.org/ns#discoverable":true,
"publicKey":{"id":"https://k.example/@ann@k.example/#main-key","owner":"https://k.example/@ann@k.example/","publicKeyPem":"-----BEGIN PUBLIC KEY-----"}}"#,
        r#"
            Person
            handle ann@k.example
            name Ann
            page https://k.example/@ann/
            inbox https://k.example/@ann@k.example/inbox/
            shared inbox https://k.example/inbox/
            followers https://k.example/@ann@k.example/followers/
            key https://k.example/@ann@k.example/#main-key
        "#,
    );
    real(
        "takahe/takahe__models_test_post__L294.json",
        r#"
            Question post poll
            author https://remote.test/test-actor/
            text Test Question
            published 2022-12-23 10:50:54 UTC
            visibility Direct
            answer Option 1 Some(6)
            answer Option 2 Some(4)
            multiple false
            voters 10
            ends 2023-01-01 20:04:45 UTC
        "#,
    );
    real(
        "takahe/Akkoma__users_mock_takahe_user.json",
        r#"
            Person
            handle vote@fedi.vision
            name FediVision Vote Bot
            page https://fedi.vision/@vote/
            about <p>New in 2024, this is the bot that wil
            inbox https://fedi.vision/@vote@fedi.vision/inbox/
            shared inbox https://fedi.vision/inbox/
            followers https://fedi.vision/@vote@fedi.vision/followers/
            key https://fedi.vision/@vote@fedi.vision/#main-key
            avatar https://eu-central-1.linodeobjects.com/st4/profile_images/2024/5/9/RwqTbeYx16gauXPXvt-CaysOnGw.webp
            field More details: <a href="https://fedivision.party/vote"
        "#,
    );
}

#[test]
fn threads() {
    ours(
        r#"{"@context":["https://www.w3.org/ns/activitystreams","https://w3id.org/security/v1",{"sensitive":"as:sensitive","_misskey_quote":"misskey:_misskey_quote"}],"id":"https://threads.example/ap/users/1/post/2/","type":"Note",
"attributedTo":"https://threads.example/ap/users/1/","content":"<p>Purr<span class=\"quote-inline\"><br/><br/>RE: <a href=\"https://q.example/7\">https://q.example/7</a></span></p>","contentMap":{"en-US":"<p>Purr</p>"},
"published":"2026-01-31T12:00:00+0000","to":["https://www.w3.org/ns/activitystreams#Public"],"cc":["https://threads.example/ap/users/1/followers/"],"url":"https://threads.example/@ann/post/2",
"attachment":[{"type":"Document","url":"https://cdn.threads.example/c.jpg","mediaType":"image/jpeg","name":"a cat","width":10,"height":20}],
"tag":[{"type":"Link","href":"https://q.example/notes/7","mediaType":"application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"","name":"RE: https://q.example/7"}]}"#,
        r#"
            Note post
            author https://threads.example/ap/users/1/
            page https://threads.example/@ann/post/2
            text <p>Purr<span class="quote-inline"><br/><
            language en-US
            published 2026-01-31 12:00:00 UTC
            visibility Public
            quotes https://q.example/notes/7 by ObjectLink
            media Image https://cdn.threads.example/c.jpg 10x20 a cat
            odd /published: the zone of the time is not written as +01:00
        "#,
    );
    ours(
        r#"{"@context":["https://www.w3.org/ns/activitystreams","https://w3id.org/security/v1"],"id":"https://threads.example/ap/users/1/","type":"Person","preferredUsername":"ann","name":"Ann","summary":"cats",
"inbox":"https://threads.example/ap/users/1/inbox/","outbox":"https://threads.example/ap/users/1/outbox/","followers":"https://threads.example/ap/users/1/followers/","url":"https://www.threads.example/@ann/",
"manuallyApprovesFollowers":false,"endpoints":{"sharedInbox":"https://threads.example/ap/inbox/"},"icon":{"type":"Image","url":"https://cdn.threads.example/a.jpg"},
"publicKey":{"id":"https://threads.example/ap/users/1/#main-key","owner":"https://threads.example/ap/users/1/","publicKeyPem":"-----BEGIN PUBLIC KEY-----"}}"#,
        r#"
            Person
            handle ann@threads.example
            name Ann
            about cats
            inbox https://threads.example/ap/users/1/inbox/
            shared inbox https://threads.example/ap/inbox/
            followers https://threads.example/ap/users/1/followers/
            key https://threads.example/ap/users/1/#main-key
            avatar https://cdn.threads.example/a.jpg
        "#,
    );
    real(
        "threads/text-index-70163696992__threads-fixture-module-S.-Xalambri-repository-not-named-by-the-index__L26.json",
        r#"
            Person
            handle frank@threads.net
            name Frank
            inbox https://threads.net/ap/users/17841400000000001/inbox/
            shared inbox https://threads.net/ap/inbox/
            followers https://threads.net/ap/users/17841400000000001/followers/
            key https://threads.net/ap/users/17841400000000001/#main-key
            avatar https://scontent.cdninstagram.com/v/t51.2885-19/000000000_n.jpg
        "#,
    );
    real(
        "threads/text-index-70163696992__threads-fixture-module-S.-Xalambri-repository-not-named-by-the-index__L88.json",
        r#"
            Like
            actor https://threads.net/ap/users/17841400000000001/
            reaction Like
            object https://letters.blog/articles/1
        "#,
    );
}

#[test]
fn forums() {
    ours(
        r##"{"@context":"https://www.w3.org/ns/activitystreams","type":"Announce","id":"https://bb.example/category/1#announce","actor":"https://bb.example/category/1","to":["https://bb.example/category/1/followers"],
"cc":["https://www.w3.org/ns/activitystreams#Public"],"object":{"type":"Create","actor":"https://bb.example/uid/1","to":["https://www.w3.org/ns/activitystreams#Public"],"cc":["https://bb.example/uid/1/followers"],
"object":{"id":"https://bb.example/post/1","type":"Article","attributedTo":"https://bb.example/uid/1","audience":"https://bb.example/category/1","context":"https://bb.example/topic/1","name":"Purr",
"summary":null,"content":"<p>Purr.</p>","source":{"content":"Purr.","mediaType":"text/markdown"},"published":"2026-01-31T12:00:00.000Z","url":"https://bb.example/post/1","inReplyTo":null,
"to":["https://www.w3.org/ns/activitystreams#Public"],"cc":["https://bb.example/uid/1/followers"],"tag":[{"type":"Hashtag","href":"https://bb.example/tags/cats","name":"#cats"}],
"attachment":[],"replies":"https://bb.example/post/1/replies"}}}"##,
        r#"
            Announce
            actor https://bb.example/category/1
            group post of https://bb.example/category/1
            Create
            actor https://bb.example/uid/1
            Article post
            author https://bb.example/uid/1
            group https://bb.example/category/1
            page https://bb.example/post/1
            title Purr
            text <p>Purr.</p>
            published 2026-01-31 12:00:00 UTC
            visibility Public
            conversation https://bb.example/topic/1
            replies https://bb.example/post/1/replies
            hashtag #cats
        "#,
    );
    ours(
        r#"{"@context":"https://www.w3.org/ns/activitystreams","id":"https://dc.example/ap/actor/1","type":"Group","inbox":"https://dc.example/ap/actor/1/inbox","outbox":"https://dc.example/ap/actor/1/outbox","preferredUsername":"cats",
"name":"Cats","followers":"https://dc.example/ap/actor/1/followers","url":"https://dc.example/c/cats/1","icon":{"type":"Image","mediaType":"image/png","url":"https://dc.example/a.png"},
"publicKey":{"id":"https://dc.example/ap/actor/1#main-key","owner":"https://dc.example/ap/actor/1","publicKeyPem":"-----BEGIN PUBLIC KEY-----"}}"#,
        r#"
            Group
            handle cats@dc.example
            name Cats
            page https://dc.example/c/cats/1
            inbox https://dc.example/ap/actor/1/inbox
            followers https://dc.example/ap/actor/1/followers
            key https://dc.example/ap/actor/1#main-key
            avatar https://dc.example/a.png
        "#,
    );
    real(
        "discourse/discourse-activity-pub__case_1_received_2.json",
        r#"
            Announce
            actor https://community.nodebb.org/category/30
            group post of https://community.nodebb.org/category/30
            Create
            actor https://community.nodebb.org/uid/14929
            Note post
            author https://community.nodebb.org/uid/14929
            group https://community.nodebb.org/category/30
            page https://community.nodebb.org/post/102840
            title Is ActivityPub too complicated?
            text <p><img /></p> <p>I thought that if I en
            published 2025-01-23 07:19:47.680 UTC
            visibility Public
            conversation https://community.nodebb.org/topic/18563
            replies https://community.nodebb.org/post/102840/replies
            mentions https://nrw.social/users/FrankM
            hashtag #activitypub
            hashtag #nodebb 4.0
            media Image https://community.nodebb.org/assets/uploads/files/1737616265042-767e2ed4-8089-40ab-92a8-7fb2204b20bd-image.png 1196x745
        "#,
    );
    real(
        "discourse/lemmy__objects_group.json",
        r#"
            Group
            handle threadiverse-wg@socialhub.activitypub.rocks
            name Threadiverse Working Group (SocialHub)
            page https://socialhub.activitypub.rocks/c/meeting/threadiverse-wg/88
            inbox https://socialhub.activitypub.rocks/ap/actor/797217cf18c0e819dfafc52425590146/inbox
            followers https://socialhub.activitypub.rocks/ap/actor/797217cf18c0e819dfafc52425590146/followers
            key https://socialhub.activitypub.rocks/ap/actor/797217cf18c0e819dfafc52425590146#main-key
            avatar https://socialhub.activitypub.rocks/uploads/default/original/1X/8faac84234dc73d074dadaa2bcf24dc746b8647f.png
        "#,
    );
    real(
        "discourse/discourse-activity-pub__case_1_actor_1.json",
        r#"
            Person
            handle frankm@community.nodebb.org
            name FrankM
            page https://community.nodebb.org/user/frankm
            about <p dir="auto"><a href="https://linux-ner
            inbox https://community.nodebb.org/uid/14929/inbox
            shared inbox https://community.nodebb.org/inbox
            followers https://community.nodebb.org/uid/14929/followers
            key https://community.nodebb.org/uid/14929#key
            avatar https://community.nodebb.org/assets/uploads/profile/uid-14929/14929-profileavatar-1619513263893.png
            field Location: Duesseldorf &#x2F; Germany
            field Location: Duesseldorf &#x2F; Germany
        "#,
    );
    real(
        "nodebb/lemmy__objects_group.json",
        r#"
            Group
            handle general@bb.devnull.land
            name General Discussion
            page https://bb.devnull.land/category/2/general-discussion
            about <p>A place to talk about whatever you wa
            inbox https://bb.devnull.land/category/2/inbox
            shared inbox https://bb.devnull.land/inbox
            key https://bb.devnull.land/category/2#key
            avatar https://bb.devnull.land/assets/uploads/category/category-2-icon.png
        "#,
    );
    real(
        "nodebb/lemmy__objects_person.json",
        r#"
            Person
            handle julian@bb.devnull.land
            name julian
            page https://bb.devnull.land/user/julian
            about <p dir="auto">This is a test account for
            inbox https://bb.devnull.land/uid/1/inbox
            shared inbox https://bb.devnull.land/inbox
            followers https://bb.devnull.land/uid/1/followers
            key https://bb.devnull.land/uid/1#key
        "#,
    );
}

#[test]
fn bridgy_fed() {
    ours(
        r#"{"@context":["https://www.w3.org/ns/activitystreams",{"Hashtag":"as:Hashtag"}],"type":"Create","id":"https://bsky.brid.example/convert/ap/at://did:plc:1/app.bsky.feed.post/2#create","actor":"https://bsky.brid.example/ap/did:plc:1",
"object":{"type":"Note","id":"https://bsky.brid.example/convert/ap/at://did:plc:1/app.bsky.feed.post/2","url":["https://bsky.brid.example/r/https://bsky.example/profile/ann/post/2"],"attributedTo":"https://bsky.brid.example/ap/did:plc:1",
"content":"<p>Purr</p>","contentMap":{"en":"<p>Purr</p>"},"published":"2026-01-31T12:00:00.000Z","inReplyTo":"https://o.example/notes/1","to":["https://www.w3.org/ns/activitystreams#Public"],
"cc":["https://o.example/users/bob"],"tag":[{"type":"Mention","href":"https://o.example/users/bob","name":"@bob@o.example"}],"attachment":[{"type":"Image","url":"https://cdn.bsky.example/c","mediaType":"image/jpeg","name":"a cat"}]},
"to":["https://www.w3.org/ns/activitystreams#Public"]}"#,
        r#"
            Create
            actor https://bsky.brid.example/ap/did:plc:1
            Note post
            author https://bsky.brid.example/ap/did:plc:1
            page https://bsky.brid.example/r/https://bsky.example/profile/ann/post/2
            text <p>Purr</p>
            language en
            published 2026-01-31 12:00:00 UTC
            visibility Public
            answers https://o.example/notes/1
            mentions https://o.example/users/bob
            media Image https://cdn.bsky.example/c a cat
        "#,
    );
    ours(
        r#"{"@context":["https://www.w3.org/ns/activitystreams","https://w3id.org/security/v1"],"type":"Person","id":"https://bsky.brid.example/ap/did:plc:1","url":["https://bsky.brid.example/r/https://bsky.example/profile/ann","https://ann.example/"],
"preferredUsername":"ann.bsky.example","name":"Ann","summary":"cats","inbox":"https://bsky.brid.example/ap/did:plc:1/inbox","followers":"https://bsky.brid.example/ap/did:plc:1/followers",
"alsoKnownAs":["at://did:plc:1"],"endpoints":{"sharedInbox":"https://bsky.brid.example/ap/sharedInbox"},"icon":[{"type":"Image","url":"https://cdn.bsky.example/a"}],
"attachment":[{"type":"PropertyValue","name":"Link","value":"<a rel=\"me\" href=\"https://ann.example/\">ann.example</a>"}],"discoverable":true,"indexable":true,
"publicKey":{"id":"https://bsky.brid.example/ap/did:plc:1#key","owner":"https://bsky.brid.example/ap/did:plc:1","publicKeyPem":"-----BEGIN PUBLIC KEY-----"}}"#,
        r#"
            Person
            handle ann.bsky.example@bsky.brid.example
            name Ann
            page https://bsky.brid.example/r/https://bsky.example/profile/ann
            about cats
            inbox https://bsky.brid.example/ap/did:plc:1/inbox
            shared inbox https://bsky.brid.example/ap/sharedInbox
            followers https://bsky.brid.example/ap/did:plc:1/followers
            key https://bsky.brid.example/ap/did:plc:1#key
            also known as at://did:plc:1
            avatar https://cdn.bsky.example/a
            field Link: <a rel="me" href="https://ann.example/">
        "#,
    );
    real(
        "bridgy-fed/bridgy-fed__tests_test_integrations__L1294.json",
        r#"
            Create
            actor https://inst/alice
            Note post
            author https://inst/alice
            text block https://bsky.app/profile/bob.com/l
            visibility Direct
        "#,
    );
    real(
        "bridgy-fed/Akkoma__bridgy_actor.json",
        r#"
            Person
            handle jk.nipponalba.scot@fed.brid.gy
            name J K 🇯🇵🏴󠁧󠁢󠁳󠁣󠁴󠁿
            page https://fed.brid.gy/r/https://jk.nipponalba.scot
            inbox https://fed.brid.gy/jk.nipponalba.scot/inbox
            followers https://fed.brid.gy/jk.nipponalba.scot/followers
            key https://fed.brid.gy/jk.nipponalba.scot#key
            avatar https://jk.nipponalba.scot/images/profile.jpg
            header https://jk.nipponalba.scot/images/profile.jpg
        "#,
    );
    real(
        "bridgy-fed/granary__testdata_question_multiple_choice.as2.json",
        r#"
            Question post poll
            text foo?
            visibility Direct
            answer ð Some(10)
            answer ð Some(27)
            answer ð Some(10)
            answer ð Some(4)
            multiple true
            voters 44
            ends 2022-05-04 21:22:04 UTC
        "#,
    );
}

#[test]
fn mitra() {
    ours(
        r#"{"@context":["https://www.w3.org/ns/activitystreams","https://w3id.org/security/v1","https://w3id.org/security/data-integrity/v1"],"id":"https://i.example/objects/1","type":"Note","attributedTo":"https://i.example/users/ann",
"content":"<p>Purr</p>","sensitive":false,"published":"2026-01-31T12:00:00.000000Z","inReplyTo":"https://o.example/notes/1","replies":"https://i.example/objects/1/replies",
"to":["https://i.example/users/ann/subscribers"],"cc":[],"tag":[{"type":"Link","name":"RE: https://q.example/notes/7","href":"https://q.example/notes/7",
"mediaType":"application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"","rel":["https://misskey-hub.net/ns#_misskey_quote","https://w3id.org/fep/044f#quote"]}],"quoteUrl":"https://q.example/notes/7"}"#,
        r#"
            Note post
            author https://i.example/users/ann
            text <p>Purr</p>
            published 2026-01-31 12:00:00 UTC
            visibility Direct
            answers https://o.example/notes/1
            replies https://i.example/objects/1/replies
            quotes https://q.example/notes/7 by QuoteUrl
        "#,
    );
    ours(
        r#"{"type":"Person","id":"https://i.example/users/ann","name":null,"preferredUsername":"ann","inbox":"https://i.example/users/ann/inbox","followers":"https://i.example/users/ann/followers",
"subscribers":"https://i.example/users/ann/subscribers","publicKey":{"id":"https://i.example/users/ann#main-key","owner":"https://i.example/users/ann","publicKeyPem":"-----BEGIN PUBLIC KEY-----"},
"assertionMethod":[{"id":"https://i.example/users/ann#ed25519-key","type":"Multikey","controller":"https://i.example/users/ann","publicKeyMultibase":"z6Mk"}],
"attachment":[{"type":"PropertyValue","name":"Site","value":"ann.example"},{"type":"Link","name":"Subscription","href":"https://i.example/proposals/1","rel":["payment"]}],
"manuallyApprovesFollowers":false,"url":"https://i.example/users/ann"}"#,
        r#"
            Person
            handle ann@i.example
            page https://i.example/users/ann
            inbox https://i.example/users/ann/inbox
            followers https://i.example/users/ann/followers
            key https://i.example/users/ann#main-key
            field Site: ann.example
            field Subscription: https://i.example/proposals/1
        "#,
    );
    real(
        "mitra/kitsune__objects_mitra.social_objects_0190363a-4fcf-35e7-8643-3671ac892cdf.json",
        r#"
            Note post
            author https://mitra.social/users/silverpill
            text <p>Welcome <span class="h-card"><a class
            published 2024-06-20 15:18:29.583070 UTC
            visibility Public
            replies https://mitra.social/objects/0190363a-4fcf-35e7-8643-3671ac892cdf/replies
            hashtag #fep_ef61
        "#,
    );
    real(
        "mitra/mitra__builders_note__L916.json",
        r#"
            Note post
            author https://server.example/users/test
            group https://social.example/group
            text
            published 2023-02-24 23:36:38 UTC
            visibility Public
            conversation https://server.example/collections/conversations/837ffc24-dab2-414b-a9b8-fe47d0a463f2
            replies https://server.example/objects/11fa64ff-b5a3-47bf-b23d-22b360581c3f/replies
        "#,
    );
    real(
        "mitra/kitsune__actors_mitra.social_users_silverpill.json",
        r#"
            Person
            handle silverpill@mitra.social
            name silverpill
            page https://mitra.social/users/silverpill
            about Developer of ActivityPub-based micro-blo
            inbox https://mitra.social/users/silverpill/inbox
            followers https://mitra.social/users/silverpill/followers
            pinned https://mitra.social/users/silverpill/collections/featured
            key https://mitra.social/users/silverpill#main-key
            avatar https://mitra.social/media/6a785bf7dd05f61c3590e8935aa49156a499ac30fd1e402f79e7e164adb36e2c.png
            field MoneroSubscription: https://mitra.social/users/silverpill/proposals/monero:418015bb9ae982a1975da7d79277c270
            field Code: <a href="https://codeberg.org/silverpill
            field Matrix: @silverpill:hackliberty.org
            field XMPP: <a href="xmpp:silverpill@were.chat" rel=
            field $XMR: 884y9LmsWY7PQNsyR7bJy1dvj91tuF5spVabyCnP
            field XMR subscription: <a href="https://mitra.social/@silverpil
            field PGP: 0541 49E3 0F91 C6D7 8FFA C49C 955F 5A6E
            field OMEMO fingerprint: 689a2fb0ec87a9481fb45cb7d8870da6aeb4d824
            field Matrix (backup): @silverpill:poa.st
        "#,
    );
}

#[test]
fn smithereen() {
    let note = ours(
        r#"{"type":"Note","id":"https://sm.example/posts/1","attributedTo":"https://sm.example/users/1","content":"<p>Purr</p>","published":"2026-01-31T12:00:00Z","url":"https://sm.example/posts/1",
"to":["https://www.w3.org/ns/activitystreams#Public"],"cc":[],"inReplyTo":null,"target":{"type":"Collection","id":"https://sm.example/users/2/wall","attributedTo":"https://sm.example/users/2"},
"attachment":[{"type":"Image","mediaType":"image/webp","url":"https://sm.example/c.webp","width":100,"height":50,"cropRegion":[0,0,1,1]}],
"replies":{"type":"Collection","id":"https://sm.example/posts/1/replies","first":{"type":"CollectionPage","items":[],"partOf":"https://sm.example/posts/1/replies"}}}"#,
        r#"
            Note post
            author https://sm.example/users/1
            page https://sm.example/posts/1
            text <p>Purr</p>
            published 2026-01-31 12:00:00 UTC
            visibility Public
            replies https://sm.example/posts/1/replies
            media Image https://sm.example/c.webp 100x50
        "#,
    );
    let note: Authorization = post_of(&note).extension();
    assert_eq!(note.target.id().unwrap(), "https://sm.example/users/2/wall");
    ours(
        r#"{"type":"Person","id":"https://sm.example/users/1","name":"Ann","preferredUsername":"ann","firstName":"Ann","url":"https://sm.example/ann","inbox":"https://sm.example/users/1/inbox",
"followers":"https://sm.example/users/1/followers","wall":"https://sm.example/users/1/wall","endpoints":{"sharedInbox":"https://sm.example/activitypub/sharedInbox","collectionSimpleQuery":"https://sm.example/query"},
"vcard:bday":"2000-02-29","supportsFriendRequests":true,"icon":{"type":"Image","mediaType":"image/jpeg","url":"https://sm.example/a.jpg","image":{"type":"Image","url":"https://sm.example/big.jpg"},"width":200,"height":200},
"publicKey":{"id":"https://sm.example/users/1#main-key","owner":"https://sm.example/users/1","publicKeyPem":"-----BEGIN PUBLIC KEY-----"}}"#,
        r#"
            Person
            handle ann@sm.example
            name Ann
            page https://sm.example/ann
            inbox https://sm.example/users/1/inbox
            shared inbox https://sm.example/activitypub/sharedInbox
            followers https://sm.example/users/1/followers
            key https://sm.example/users/1#main-key
            avatar https://sm.example/a.jpg
        "#,
    );
    real(
        "smithereen/lemmy__objects_note.json",
        r#"
            Note post
            author https://friends.grishka.me/users/1
            page https://friends.grishka.me/posts/66561
            text <p>So does this federate now?</p>
            published 2021-11-09 11:42:35 UTC
            visibility Public
            answers https://ds9.lemmy.ml/post/1723
            replies https://friends.grishka.me/posts/66561/replies
            mentions https://ds9.lemmy.ml/u/nutomic
        "#,
    );
}

#[test]
fn gnu_social() {
    ours(
        r#"{"@context":["https://www.w3.org/ns/activitystreams","https://w3id.org/security/v1",{"gs":"https://www.gnu.org/software/social/ns#"}],"type":"Create","id":"https://gs.example/activity/1","published":"2026-01-31T12:00:00+00:00",
"actor":"https://gs.example/actor/1","to":["https://www.w3.org/ns/activitystreams#Public"],"cc":["https://gs.example/actor/2"],"object":{"type":"Note","id":"https://gs.example/object/note/1",
"attributedTo":"https://gs.example/actor/1","content":"<p>Purr</p>","mediaType":"text/html","source":{"content":"Purr","mediaType":"text/plain"},"inConversation":"https://gs.example/conversation/1",
"to":["https://www.w3.org/ns/activitystreams#Public"],"cc":["https://gs.example/actor/2"],"published":"2026-01-31T12:00:00+00:00","attachment":[],"tag":[],"inReplyTo":null,"directMessage":false}}"#,
        r#"
            Create
            actor https://gs.example/actor/1
            Note post
            author https://gs.example/actor/1
            text <p>Purr</p>
            published 2026-01-31 12:00:00 UTC
            visibility Public
            conversation https://gs.example/conversation/1
        "#,
    );
    real(
        "gnusocial/lemmy__activities_create_page.json",
        r#"
            Create
            actor https://instance.gnusocial.test/actor/42
            Page post
            author https://instance.gnusocial.test/actor/42
            title hello, world.
            text <p>This is an interesting page.</p>
            published 2022-03-17 23:30:26 UTC
            visibility Public
            conversation https://instance.gnusocial.test/conversation/1338
        "#,
    );
    real(
        "gnusocial/lemmy__objects_group.json",
        r#"
            Group
            handle hackers@instance.gnusocial.test
            name Hackers!
            page https://instance.gnusocial.test/!hackers
            inbox https://instance.gnusocial.test/actor/21/inbox.json
            shared inbox https://instance.gnusocial.test/inbox.json
            followers https://instance.gnusocial.test/actor/21/subscribers
            key https://instance.gnusocial.test/actor/2#public-key
        "#,
    );
}

#[test]
fn smaller_ones() {
    real(
        "ktistec/ktistec__object_question_spec__L119.json",
        r#"
            Question post poll
            visibility Direct
            answer Option A Some(10)
            answer Option B Some(15)
            answer Option C Some(5)
            multiple true
        "#,
    );
    real(
        "tootik/tootik__test_poll_test__L112.json",
        r#"
            Create
            actor https://127.0.0.1/user/dan
            Question post poll
            author https://127.0.0.1/user/dan
            text vanilla or chocolate?
            visibility Public
            answer vanilla Some(0)
            answer chocolate Some(0)
            multiple false
            voters 0
            ends 2099-10-01 05:35:36 UTC
        "#,
    );
    real(
        "tootik/tootik__FEDERATION__L203.json",
        r#"
            Person
            inbox https://a.localdomain/.well-known/apgateway/did:key:z6Mkm8WZrNcWpbqjJWZC3zs18P4f8cWyqaEoBmhiv5wvMUFL/actor/inbox
            followers https://a.localdomain/.well-known/apgateway/did:key:z6Mkm8WZrNcWpbqjJWZC3zs18P4f8cWyqaEoBmhiv5wvMUFL/actor/followers
            key https://a.localdomain/.well-known/apgateway/did:key:z6Mkm8WZrNcWpbqjJWZC3zs18P4f8cWyqaEoBmhiv5wvMUFL/actor#main-key
            avatar https://a.localdomain/.well-known/apgateway/did:key:z6Mkm8WZrNcWpbqjJWZC3zs18P4f8cWyqaEoBmhiv5wvMUFL/actor/icon.gif
        "#,
    );
    real(
        "vernissage/VernissageServer__ActivityPubKitTests_ActivityDtoDeserializationFixtures__L110.json",
        r#"
            Person
            handle johndoe@example.com
            name John Doe :verified:
            page https://example.com/@johndoe
            about #iOS/#dotNET developer, #Apple  fanboy,
            inbox https://example.com/actors/johndoe/inbox
            shared inbox https://example.com/shared/inbox
            followers https://example.com/actors/johndoe/followers
            pinned https://example.com/actors/johndoe/featured
            key https://example.com/actors/johndoe#main-key
            avatar https://s3.eu-central-1.amazonaws.com/instance/039ebf33d1664d5d849574d0e7191354.jpg
            header https://s3.eu-central-1.amazonaws.com/instance/2ef4a0f69d0e410ba002df2212e2b63c.jpg
            field MASTODON: https://mastodon.social/@johndoe
            field GITHUB: https://github.com/johndoe
        "#,
    );
    real(
        "goblog/GoBlog__activityStreams_test__L131.json",
        r#"
            Note post
            author https://example.com
            page https://example.com/test
            text <div class="e-content"><p>Test content</
            visibility Unlisted
        "#,
    );
    real(
        "goblog/GoBlog__activityStreams_test__L23.json",
        r#"
            Person
            handle user@example.org
            name Example user
            page https://example.org/@user
        "#,
    );
    real(
        "kitsune/kitsune__serde_mod__L368.json",
        r#"
            Note post
            author https://example.com/actors/1
            warning A quirky Note
            visibility Direct
        "#,
    );
    real(
        "immers/activitypub-express__functional_inbox.spec__L8.json",
        r#"
            Create
            actor https://localhost/u/test
            Note post
            author https://localhost/u/test
            text Say, did you finish reading that book I
            visibility Direct
        "#,
    );
    real(
        "matters/matters-fediverse-gateway__test_gateway-core.test__L6827.json",
        r#"
            Article post
            author https://matters.example/users/alice
            page https://matters.example/a/hello
            title Hello Fediverse
            visibility Direct
        "#,
    );
    real(
        "forgejo/kitsune__objects_shoes.forgejo.madhouse-project.org_api_v1_activitypub_user-id_1_activities_742.json",
        r#"
            Note post
            author https://shoes.forgejo.madhouse-project.org/api/v1/activitypub/user-id/1
            page https://shoes.forgejo.madhouse-project.org/api/v1/activitypub/user-id/1/activities/742
            text <a href="https://shoes.forgejo.madhouse-
            published 2024-08-05 08:29:17 UTC
            visibility Public
        "#,
    );
    real(
        "hatsu/hatsu__objects_note_without_tag.json",
        r#"
            Note post
            author https://social.hyp3r.link/users/kwa
            page https://social.hyp3r.link/@kwa/statuses/01HRPDSA1VDYHZRGWAH4KTKD1E
            text <p><span class="h-card"><a href="https:
            language zh
            published 2024-03-11 09:34:02 UTC
            visibility Public
            answers https://hatsu-nightly-debug.hyp3r.link/posts/https://kwaa-blog-next.deno.dev/articles/test/
            replies https://social.hyp3r.link/users/kwa/statuses/01HRPDSA1VDYHZRGWAH4KTKD1E/replies
        "#,
    );
    real(
        "kroeg/pleroma__fixtures_kroeg-array-less-emoji.json",
        r#"
            Create
            actor https://puckipedia.com/
            Note post
            author https://puckipedia.com/
            title Kroeg dev thread
            text <p>spinning up an extra process that jus
            published 2018-09-25 22:35:59.770 UTC
            visibility Public
            conversation https://puckipedia.com/f/conversation/4eae6d6c-d046-4737-9c17-c7a791c7ad77
            replies https://puckipedia.com/1jjx-ob5r/note/replies
            emoji icon_e_smile https://puckipedia.com/forum/images/smilies/icon_e_smile.png
        "#,
    );
    real(
        "emissary/hannibal__sigs_x_emissary_test__L96.json",
        r#"
            Create
            actor http://127.0.0.1/@65aff71e3de7b36dd13a2a59
            Note post
            author http://127.0.0.1/@65aff71e3de7b36dd13a2a59
            page http://127.0.0.1/65dbcdcf549a6a4c0dbd1d5a
            title A new task to reject
            published 2024-02-25 23:31:27 UTC
            visibility Public
            conversation http://127.0.0.1/65dbcdcf549a6a4c0dbd1d5a
            odd /published: the time is written as in mail, not as 2026-01-31T12:00:00Z
        "#,
    );
    real(
        "wildebeest/wildebeest__activitypub_handle.spec__L417.json",
        r#"
            Update
            actor https://example.com/actor
            Note post
            text test note
            visibility Direct
        "#,
    );
    real(
        "xwiki/application-activitypub__follow_follow1.json",
        r#"
            Follow
            actor https://social.example/alyssa/
            object https://social.example/alyssa/posts/49e2d03d-b53a-4c4c-a95c-94a6abf45a19
            odd /published: the time is written as a number, not as 2026-01-31T12:00:00Z
        "#,
    );
    real(
        "guppe/pleroma__fixtures_guppe-actor.json",
        r#"
            Group
            handle Bernie2020@gup.pe
            name Bernie2020 group
            about I'm a group about Bernie2020. Follow me
            inbox https://gup.pe/u/bernie2020/inbox
            followers https://gup.pe/u/bernie2020/followers
            key https://gup.pe/u/bernie2020#main-key
            avatar https://gup.pe/f/guppe.png
        "#,
    );
    real(
        "honk/gotosocial__typeutils_astointernal_test__L575.json",
        r#"
            Person
            handle honk_user@honk.example.org
            name honk_user
            page https://honk.example.org/u/honk_user
            about <p>Honk account</p>
            inbox https://honk.example.org/u/honk_user/inbox
            followers https://honk.example.org/u/honk_user/followers
            key https://honk.example.org/u/honk_user#key
            avatar https://honk.example.org/a?a=https%3A%2F%2Fhonk.example.org%2Fu%2Fhonk_user
        "#,
    );
    real(
        "prismo/pleroma__tesla_mock_https___prismo.news__mxb.json",
        r#"
            Person
            handle mxb@prismo.news
            name mxb
            page https://prismo.news/@mxb
            about Creator of △ Prismo Follow me at @mb@mst
            inbox https://prismo.news/ap/accounts/mxb/inbox
            key https://prismo.news/@mxb#main-key
            avatar https://prismo.s3.wasabisys.com/account/1/avatar/size_400-b6e570850878684362ba3b4bd9ceb007.jpg
        "#,
    );
    real(
        "microblogpub/Akkoma__microblogpub_user_with_invalid_also_known_as.json",
        r#"
            Person
            handle MBP@mbp.example.com
            name MBP
            page https://mbp.example.com/
            about wowee
            inbox https://mbp.example.com/inbox
            shared inbox https://mbp.example.com/inbox
            followers https://mbp.example.com/followers
            pinned https://mbp.example.com/featured
            also known as example@elsewhere.com
            avatar https://beta.4201337.xyz/static/denise.jpg
        "#,
    );
    real(
        "socialhome/federation__activitypub_test_entities__L262.json",
        r#"
            Note post
            author http://127.0.0.1:8000/profile/123456/
            page http://127.0.0.1:8000/post/123456/
            text <p>raw_content</p>
            published 2019-04-27 00:00:00 UTC
            visibility Direct
            odd /published: the time names no zone and is read as UTC
        "#,
    );
}

/// Relays in the manner of Mastodon are asked for everyone's posts; those in the manner of LitePub are followed, and follow back.
#[test]
fn relays() {
    let follow: Activity = r#"{"type":"Follow","id":"https://m.example/1","actor":"https://m.example/actor","object":"https://www.w3.org/ns/activitystreams#Public"}"#
        .parse()
        .unwrap();
    assert!(is_public(follow.object_id().unwrap()));
    let announce = ours(
        r#"{"type":"Announce","id":"https://relay.example/activities/1","actor":"https://relay.example/actor","to":["https://relay.example/actor/followers"],
"object":"https://m.example/users/ann/statuses/1"}"#,
        "
            Announce
            actor https://relay.example/actor
            object https://m.example/users/ann/statuses/1
        ",
    );
    assert!(announce.is_boost());
}
