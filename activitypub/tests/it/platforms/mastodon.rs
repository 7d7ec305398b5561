//! Mastodon and its forks (glitch-soc, Hometown, Fedibird).

use activitypub::Id;
use activitypub::extension::gotosocial::{Deed, Permission};

use super::{ours, post_of, real};

#[test]
fn a_post() {
    let create = ours(
        r##"{"@context":["https://www.w3.org/ns/activitystreams",{"toot":"http://joinmastodon.org/ns#","sensitive":"as:sensitive",
"quote":"https://w3id.org/fep/044f#quote","quoteUri":"http://fedibird.com/ns#quoteUri","blurhash":"toot:blurhash"}],
"id":"https://m.example/users/ann/statuses/1/activity","type":"Create","actor":"https://m.example/users/ann",
"published":"2026-01-31T12:00:00Z","to":["https://m.example/users/ann/followers"],
"cc":["https://www.w3.org/ns/activitystreams#Public","https://o.example/users/bob"],
"object":{"id":"https://m.example/users/ann/statuses/1","type":"Note","summary":"Food","inReplyTo":"https://o.example/notes/9",
"published":"2026-01-31T12:00:00Z","url":"https://m.example/@ann/1","attributedTo":"https://m.example/users/ann",
"to":["https://m.example/users/ann/followers"],"cc":["https://www.w3.org/ns/activitystreams#Public","https://o.example/users/bob"],
"sensitive":true,"atomUri":"https://m.example/users/ann/statuses/1","conversation":"tag:m.example,2026:1",
"context":"https://m.example/contexts/1","content":"<p>@bob look :cat:</p>","contentMap":{"en":"<p>@bob look :cat:</p>"},
"quote":"https://q.example/notes/7","_misskey_quote":"https://q.example/notes/7","quoteUri":"https://q.example/notes/7",
"quoteAuthorization":"https://q.example/stamps/1","interactionPolicy":{"canQuote":{"automaticApproval":
["https://www.w3.org/ns/activitystreams#Public"]}},
"attachment":[{"type":"Document","mediaType":"image/png","url":"https://m.example/m.png","name":"soup",
"blurhash":"LEHV6nWB2yk8","focalPoint":[0.0,-0.5],"width":800,"height":600}],
"tag":[{"type":"Mention","href":"https://o.example/users/bob","name":"@bob@o.example"},
{"type":"Hashtag","href":"https://m.example/tags/soup","name":"#soup"},
{"id":"https://m.example/emojis/1","type":"Emoji","name":":cat:","icon":{"type":"Image","mediaType":"image/png","url":"https://m.example/cat.png"}}],
"replies":{"id":"https://m.example/users/ann/statuses/1/replies","type":"Collection","first":{"type":"CollectionPage",
"next":"https://m.example/users/ann/statuses/1/replies?page=true","items":[]}}}}"##,
        r#"
            Create
            actor https://m.example/users/ann
            Note post
            author https://m.example/users/ann
            page https://m.example/@ann/1
            warning Food
            text <p>@bob look :cat:</p>
            language en
            published 2026-01-31 12:00:00 UTC
            visibility Unlisted
            sensitive true
            answers https://o.example/notes/9
            conversation https://m.example/contexts/1
            replies https://m.example/users/ann/statuses/1/replies
            quotes https://q.example/notes/7 by Quote
            mentions https://o.example/users/bob
            hashtag #soup
            emoji cat https://m.example/cat.png
            media Image https://m.example/m.png 800x600 soup
        "#,
    );
    let note = post_of(&create);
    let quoted = note.quoted().unwrap();
    assert_eq!(quoted.authorization.unwrap(), "https://q.example/stamps/1");
    let stranger = Id::new("https://o.example/users/eve");
    assert_eq!(
        note.permission(Deed::Quote, &stranger, |_| false),
        Permission::Automatic
    );
    assert_eq!(note.media()[0].focal_point, Some((0.0, -0.5)));
    real(
        "mastodon/activity_pub__mastodon_mastodon-create-with-attachment.json",
        r#"
            Create
            actor https://mastodon.local/users/admin
            Note post
            author https://mastodon.local/users/admin
            page https://mastodon.local/@admin/99541822081679796
            text <p><a href="https://mastodon.local/media
            published 2018-02-17 17:14:26 UTC
            visibility Public
            conversation tag:mastodon.local,2018-02-17:objectId=10:objectType=Conversation
            media Image https://mastodon.local/system/media_attachments/files/000/000/002/original/334ce029e7bfb920.jpg
        "#,
    );
    real(
        "mastodon/kitsune__objects_chaos.social_users_buffet_statuses_112880458964643197.json",
        r#"
            Note post
            author https://chaos.social/users/buffet
            page https://chaos.social/@buffet/112880458964643197
            text <p>shitpost</p>
            language en
            published 2024-07-31 09:45:12 UTC
            visibility Unlisted
            conversation tag:chaos.social,2024-07-31:objectId=198969356:objectType=Conversation
            replies https://chaos.social/users/buffet/statuses/112880458964643197/replies
        "#,
    );
    real(
        "mastodon/mobilizon__fixtures_mastodon-post-activity-private.json",
        r#"
            Create
            actor https://framapiaf.org/users/admin
            Note post
            author https://framapiaf.org/users/admin
            page https://framapiaf.org/@admin/19512778738411823
            warning cw
            text <p><span class="h-card"><a href="https:/
            published 2018-02-12 14:08:20 UTC
            visibility Direct
            sensitive true
            conversation tag:mastodon.example.org,2018-02-12:objectId=20:objectType=Conversation
            mentions https://framapiaf.org/users/tcit
        "#,
    );
    real(
        "mastodon/Akkoma__fedibird_quote.json",
        r#"
            Note post
            author https://fedibird.com/users/akkoma_ap_integration_tester
            page https://fedibird.com/@akkoma_ap_integration_tester/108707679228362674
            text <p>public quote<span class="quote-inline
            language ja
            published 2022-07-25 11:12:26 UTC
            visibility Unlisted
            conversation https://fedibird.com/contexts/108707679228389900
            replies https://fedibird.com/users/akkoma_ap_integration_tester/statuses/108707679228362674/replies
            quotes https://example.com/objects/43479e20-c0f8-4f49-bf7f-13fab8234924 by MisskeyQuote
        "#,
    );
}

#[test]
fn a_poll_and_a_vote() {
    ours(
        r#"{"@context":"https://www.w3.org/ns/activitystreams","id":"https://m.example/users/ann/statuses/2","type":"Question",
"attributedTo":"https://m.example/users/ann","to":["as:Public"],"content":"<p>Tea?</p>","endTime":"2026-02-01T00:00:00Z",
"closed":"2026-02-01T00:00:00Z","votersCount":3,"anyOf":[
{"type":"Note","name":"yes","replies":{"type":"Collection","totalItems":3}},
{"type":"Note","name":"no","replies":{"type":"Collection","totalItems":1}}]}"#,
        r#"
            Question post poll
            author https://m.example/users/ann
            text <p>Tea?</p>
            visibility Public
            answer yes Some(3)
            answer no Some(1)
            multiple true
            voters 3
            ends 2026-02-01 00:00:00 UTC
        "#,
    );
    ours(
        r#"{"@context":"https://www.w3.org/ns/activitystreams","id":"https://o.example/users/bob#votes/1/activity","type":"Create",
"actor":"https://o.example/users/bob","to":"https://m.example/users/ann","object":{"id":"https://o.example/users/bob#votes/1",
"type":"Note","name":"yes","attributedTo":"https://o.example/users/bob","inReplyTo":"https://m.example/users/ann/statuses/2",
"to":"https://m.example/users/ann"}}"#,
        r#"
            Create
            actor https://o.example/users/bob
            Note vote
            choice yes
            author https://o.example/users/bob
            answers https://m.example/users/ann/statuses/2
        "#,
    );
    real(
        "mastodon/pleroma__fixtures_mastodon-question-activity.json",
        r#"
            Create
            actor https://mastodon.sdf.org/users/rinpatch
            Question post poll
            author https://mastodon.sdf.org/users/rinpatch
            page https://mastodon.sdf.org/@rinpatch/102070944809637304
            text <p>Why is Tenshi eating a corndog so cut
            language en
            published 2019-05-10 09:03:36 UTC
            visibility Public
            conversation tag:mastodon.sdf.org,2019-05-10:objectId=15095122:objectType=Conversation
            replies https://mastodon.sdf.org/users/rinpatch/statuses/102070944809637304/replies
            answer Dunno Some(0)
            answer Everyone knows that! Some(1)
            answer 25 char limit is dumb Some(0)
            answer I can't even fit a funny Some(1)
            multiple false
            ends 2019-05-11 09:03:36 UTC
        "#,
    );
    real(
        "mastodon/pleroma__fixtures_mastodon-vote.json",
        r#"
            Create
            actor https://mastodon.sdf.org/users/rinpatch
            Note vote
            choice suya..
            author https://mastodon.sdf.org/users/rinpatch
            answers https://testing.uguu.ltd/objects/9d300947-2dcb-445d-8978-9a3b4b84fa14
        "#,
    );
}

#[test]
fn an_actor() {
    ours(
        r#"{"@context":["https://www.w3.org/ns/activitystreams","https://w3id.org/security/v1"],"id":"https://m.example/users/ann","type":"Person",
"following":"https://m.example/users/ann/following","followers":"https://m.example/users/ann/followers","inbox":"https://m.example/users/ann/inbox",
"outbox":"https://m.example/users/ann/outbox","featured":"https://m.example/users/ann/collections/featured","preferredUsername":"ann",
"name":"Ann :cat:","summary":"<p>Hi</p>","url":"https://m.example/@ann","manuallyApprovesFollowers":true,"webfinger":"ann@example.com",
"alsoKnownAs":["https://old.example/users/ann"],"publicKey":{"id":"https://m.example/users/ann#main-key","owner":"https://m.example/users/ann",
"publicKeyPem":"-----BEGIN PUBLIC KEY-----"},"endpoints":{"sharedInbox":"https://m.example/inbox"},
"attachment":[{"type":"PropertyValue","name":"Site","value":"<a href=\"https://ann.example\">ann</a>"}],
"tag":[{"id":"https://m.example/emojis/1","type":"Emoji","name":":cat:","icon":{"type":"Image","url":"https://m.example/cat.png"}}],
"icon":{"type":"Image","mediaType":"image/jpeg","url":"https://m.example/ann.jpg"},
"image":{"type":"Image","mediaType":"image/jpeg","url":"https://m.example/head.jpg"}}"#,
        r#"
            Person
            handle ann@example.com
            name Ann :cat:
            page https://m.example/@ann
            about <p>Hi</p>
            locked true
            inbox https://m.example/users/ann/inbox
            shared inbox https://m.example/inbox
            followers https://m.example/users/ann/followers
            pinned https://m.example/users/ann/collections/featured
            key https://m.example/users/ann#main-key
            also known as https://old.example/users/ann
            avatar https://m.example/ann.jpg
            header https://m.example/head.jpg
            field Site: <a href="https://ann.example">ann</a>
            emoji cat https://m.example/cat.png
        "#,
    );
    ours(
        r#"{"@context":"https://www.w3.org/ns/activitystreams","id":"https://m.example/users/gone#delete","type":"Delete",
"actor":"https://m.example/users/gone","to":["https://www.w3.org/ns/activitystreams#Public"],"object":"https://m.example/users/gone"}"#,
        r#"
            Delete
            actor https://m.example/users/gone
            object https://m.example/users/gone
        "#,
    );
    real(
        "mastodon/kitsune__actors_mastodon.social_users_fediversereport.json",
        r#"
            Person
            handle fediversereport@mastodon.social
            name Fediverse Report
            page https://mastodon.social/@fediversereport
            about <p>The Fediverse Report is a curated blo
            inbox https://mastodon.social/users/fediversereport/inbox
            shared inbox https://mastodon.social/inbox
            followers https://mastodon.social/users/fediversereport/followers
            pinned https://mastodon.social/users/fediversereport/collections/featured
            key https://mastodon.social/users/fediversereport#main-key
            avatar https://files.mastodon.social/accounts/avatars/109/648/744/105/191/077/original/8182254f0835279e.png
            header https://files.mastodon.social/accounts/headers/109/648/744/105/191/077/original/3e80a1ece457d079.jpg
            field Fediverse Report: <a href="https://fediversereport.com" ta
            field Personal website: <a href="https://laurenshof.online" targ
            field Personal account fedi: <a href="https://indieweb.social/@lauren
            field Email: fediversereport at proton.me
        "#,
    );
}
