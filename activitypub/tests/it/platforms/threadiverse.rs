//! Communities of links and talk: Lemmy, Mbin and kbin, PieFed, lotide.

use activitypub::extension::lemmy;
use activitypub::{Activity, ActivityKind};

use super::{ours, post_of, real};

#[test]
fn a_post_of_lemmy() {
    let announce = ours(
        r#"{"@context":["https://join-lemmy.org/context.json","https://www.w3.org/ns/activitystreams"],"actor":"https://l.example/c/cats",
"to":["https://www.w3.org/ns/activitystreams#Public"],"cc":["https://l.example/c/cats/followers"],"type":"Announce",
"id":"https://l.example/activities/announce/create/1","object":{"id":"https://l.example/activities/create/1","actor":"https://l.example/u/ann",
"to":["https://l.example/c/cats","https://www.w3.org/ns/activitystreams#Public"],"cc":[],"type":"Create","audience":"https://l.example/c/cats",
"object":{"type":"Page","id":"https://l.example/post/1","attributedTo":"https://l.example/u/ann",
"to":["https://l.example/c/cats","https://www.w3.org/ns/activitystreams#Public"],"cc":[],"name":"My cat","content":"<p>Look</p>","mediaType":"text/html",
"source":{"content":"Look","mediaType":"text/markdown"},"attachment":[{"type":"Link","href":"https://news.example/cats"}],
"image":{"type":"Image","url":"https://l.example/pictrs/cat.webp"},"sensitive":false,"commentsEnabled":true,"stickied":true,
"language":{"identifier":"fr","name":"Fran\u00e7ais"},"audience":"https://l.example/c/cats","published":"2026-01-31T12:00:00.000000Z","tag":[]}}}"#,
        r#"
            Announce
            actor https://l.example/c/cats
            group post of https://l.example/c/cats
            Create
            actor https://l.example/u/ann
            Page post
            author https://l.example/u/ann
            group https://l.example/c/cats
            title My cat
            text <p>Look</p>
            language fr
            published 2026-01-31 12:00:00 UTC
            visibility Public
            media Image https://l.example/pictrs/cat.webp
            links to https://news.example/cats
        "#,
    );
    let said: lemmy::Post = post_of(&announce).extension();
    assert_eq!(
        (said.stickied, said.comments_enabled),
        (Some(true), Some(true))
    );
    let announce = announce.as_activity().unwrap();
    assert!(announce.is_group_post() && !announce.is_boost());
    assert!(announce.group_post().unwrap().names_group);
    ours(
        r#"{"type":"Note","id":"https://l.example/comment/1","attributedTo":"https://l.example/u/ann","to":["https://www.w3.org/ns/activitystreams#Public"],
"cc":["https://l.example/c/cats","https://l.example/u/bob"],"content":"<p>aww</p>","inReplyTo":"https://l.example/post/1","mediaType":"text/html",
"source":{"content":"aww","mediaType":"text/markdown"},"published":"2026-01-31T12:00:00.000000Z","tag":[{"href":"https://l.example/u/bob","type":"Mention",
"name":"@bob@l.example"}],"distinguished":false,"language":{"identifier":"en","name":"English"},"audience":"https://l.example/c/cats","attachment":[]}"#,
        r#"
            Note post
            author https://l.example/u/ann
            group https://l.example/c/cats
            text <p>aww</p>
            language en
            published 2026-01-31 12:00:00 UTC
            visibility Public
            answers https://l.example/post/1
            mentions https://l.example/u/bob
        "#,
    );
    real(
        "lemmy/lemmy__objects_page.json",
        r#"
            Page post
            author https://enterprise.lemmy.ml/u/picard
            group https://enterprise.lemmy.ml/c/tenforward
            title Post title
            text <p>This is a post in the /c/tenforward c
            language fr
            published 2021-02-26 12:35:34.292626 UTC
            visibility Public
            conversation https://enterprise.lemmy.ml/post/55143/context
            mentions https://enterprise.lemmy.ml/c/tenforward
            media Image https://enterprise.lemmy.ml/pictrs/image/eOtYb9iEiB.png
        "#,
    );
    real(
        "lemmy/lemmy__community_announce_create_page.json",
        r#"
            Announce
            actor http://enterprise.lemmy.ml/c/main
            group post of http://enterprise.lemmy.ml/c/main
            Create
            actor http://enterprise.lemmy.ml/u/lemmy_beta
            Page post
            author http://enterprise.lemmy.ml/u/lemmy_beta
            group http://enterprise.lemmy.ml/u/main
            title post 4
            published 2021-11-01 12:11:22.871846 UTC
            visibility Public
        "#,
    );
    real(
        "lemmy/kitsune__objects_lemmy.blahaj.zone_post_13466452.json",
        r#"
            Page post
            author https://lemmy.blahaj.zone/u/Mr_Mofu
            group https://lemmy.blahaj.zone/c/catposting
            title Thumbs up?
            published 2024-06-20 10:00:49.893382 UTC
            visibility Public
            links to https://i.imgur.com/soWL0AI.png
        "#,
    );
    real(
        "lemmy/lemmy__create_or_update_create_private_message.json",
        r#"
            Create
            actor http://enterprise.lemmy.ml/u/lemmy_beta
            Note post
            author http://enterprise.lemmy.ml/u/lemmy_beta
            text hello
            published 2021-10-29 15:31:56.058289 UTC
            visibility Direct
        "#,
    );
    real(
        "lemmy/lemmy__voting_dislike_page.json",
        r#"
            Dislike
            actor http://enterprise.lemmy.ml/u/lemmy_beta
            reaction Dislike
            object http://ds9.lemmy.ml/post/1
        "#,
    );
}

#[test]
fn actors_of_lemmy() {
    let cats = ours(
        r#"{"@context":["https://join-lemmy.org/context.json","https://www.w3.org/ns/activitystreams"],"type":"Group","id":"https://l.example/c/cats",
"preferredUsername":"cats","name":"Cats","summary":"<p>Cats only</p>","sensitive":false,"attributedTo":"https://l.example/c/cats/moderators",
"postingRestrictedToMods":true,"inbox":"https://l.example/c/cats/inbox","followers":"https://l.example/c/cats/followers",
"featured":"https://l.example/c/cats/featured","endpoints":{"sharedInbox":"https://l.example/inbox"},"icon":{"type":"Image","url":"https://l.example/i.webp"},
"publicKey":{"id":"https://l.example/c/cats#main-key","owner":"https://l.example/c/cats","publicKeyPem":"-----BEGIN PUBLIC KEY-----"},
"language":[{"identifier":"en","name":"English"}]}"#,
        r#"
            Group
            handle cats@l.example
            name Cats
            about <p>Cats only</p>
            inbox https://l.example/c/cats/inbox
            shared inbox https://l.example/inbox
            followers https://l.example/c/cats/followers
            pinned https://l.example/c/cats/featured
            key https://l.example/c/cats#main-key
            moderator https://l.example/c/cats/moderators
            avatar https://l.example/i.webp
        "#,
    );
    let said: lemmy::Community = cats.as_actor().unwrap().extension();
    assert_eq!(said.posting_restricted_to_mods, Some(true));
    ours(
        r#"{"type":"Person","id":"https://l.example/u/ann","preferredUsername":"ann","name":"Ann","summary":"<p>hi</p>","matrixUserId":"@ann:matrix.example",
"inbox":"https://l.example/u/ann/inbox","outbox":"https://l.example/u/ann/outbox","endpoints":{"sharedInbox":"https://l.example/inbox"},
"publicKey":{"id":"https://l.example/u/ann#main-key","owner":"https://l.example/u/ann","publicKeyPem":"-----BEGIN PUBLIC KEY-----"}}"#,
        r#"
            Person
            handle ann@l.example
            name Ann
            about <p>hi</p>
            inbox https://l.example/u/ann/inbox
            shared inbox https://l.example/inbox
            key https://l.example/u/ann#main-key
        "#,
    );
    real(
        "lemmy/lemmy__objects_person.json",
        r#"
            Person
            handle picard@enterprise.lemmy.ml
            name Jean-Luc Picard
            about <p>Captain of the starship <strong>Enter
            inbox https://enterprise.lemmy.ml/u/picard/inbox
            shared inbox https://enterprise.lemmy.ml/inbox
            key https://enterprise.lemmy.ml/u/picard#main-key
            avatar https://enterprise.lemmy.ml/pictrs/image/ed9ej7.jpg
            header https://enterprise.lemmy.ml/pictrs/image/XenaYI5hTn.png
        "#,
    );
    real(
        "lemmy/lemmy__community_update_community.json",
        r#"
            Update
            actor http://ds9.lemmy.ml/u/lemmy_alpha
            Group
            handle main@enterprise.lemmy.ml
            name The Updated Community
            about <p>updated 2</p>
            inbox http://enterprise.lemmy.ml/c/main/inbox
            shared inbox http://enterprise.lemmy.ml/inbox
            followers http://enterprise.lemmy.ml/c/main/followers
            key http://enterprise.lemmy.ml/c/main#main-key
            moderator https://enterprise.lemmy.ml/c/main/moderators
        "#,
    );
}

#[test]
fn mbin_and_kbin() {
    ours(
        r##"{"@context":["https://www.w3.org/ns/activitystreams",{"stickied":"lemmy:stickied"}],"id":"https://b.example/m/cats/t/1","type":"Page",
"attributedTo":"https://b.example/u/ann","inReplyTo":null,"to":["https://b.example/m/cats","https://www.w3.org/ns/activitystreams#Public"],
"cc":[],"name":"My cat","audience":"https://b.example/m/cats","content":null,"summary":"My cat #cats","mediaType":"text/html","url":"https://b.example/m/cats/t/1",
"tag":[{"type":"Hashtag","href":"https://b.example/tag/cats","name":"#cats"}],"commentsEnabled":true,"sensitive":false,"stickied":false,
"published":"2026-01-31T12:00:00+00:00","contentMap":{"en":"My cat"},"attachment":[{"type":"Link","href":"https://news.example/cats"}],
"image":{"type":"Image","mediaType":"image/jpeg","url":"https://b.example/media/c.jpg","width":10,"height":20}}"##,
        r#"
            Page post
            author https://b.example/u/ann
            group https://b.example/m/cats
            page https://b.example/m/cats/t/1
            title My cat
            language en
            published 2026-01-31 12:00:00 UTC
            visibility Public
            hashtag #cats
            media Image https://b.example/media/c.jpg 10x20
            links to https://news.example/cats
        "#,
    );
    ours(
        r#"{"type":"Group","id":"https://b.example/m/cats","name":"Cats","preferredUsername":"cats","inbox":"https://b.example/m/cats/inbox",
"outbox":"https://b.example/m/cats/outbox","followers":"https://b.example/m/cats/followers","featured":"https://b.example/m/cats/pinned","url":"https://b.example/m/cats",
"publicKey":{"owner":"https://b.example/m/cats","id":"https://b.example/m/cats#main-key","publicKeyPem":"-----BEGIN PUBLIC KEY-----"},
"summary":"<p>Cats</p>","source":{"content":"Cats","mediaType":"text/markdown"},"sensitive":false,"attributedTo":"https://b.example/m/cats/moderators",
"postingRestrictedToMods":false,"endpoints":{"sharedInbox":"https://b.example/f/inbox"},"published":"2026-01-31T12:00:00+00:00"}"#,
        r#"
            Group
            handle cats@b.example
            name Cats
            page https://b.example/m/cats
            about <p>Cats</p>
            inbox https://b.example/m/cats/inbox
            shared inbox https://b.example/f/inbox
            followers https://b.example/m/cats/followers
            pinned https://b.example/m/cats/pinned
            key https://b.example/m/cats#main-key
            moderator https://b.example/m/cats/moderators
        "#,
    );
    real(
        "mbin/mbin__JsonSnapshots_AnnounceTest__testAnnounceCreateEntry__1.json",
        r#"
            Announce
            actor https://kbin.test/m/test
            group post of https://kbin.test/m/test
            Create
            actor https://kbin.test/u/user
            Page post
            author https://kbin.test/u/user
            group https://kbin.test/m/test
            title test
            visibility Public
            hashtag #test
            odd /object/object/published: a point in time such as 2026-01-31T12:00:00Z was expected
            odd /object/published: a point in time such as 2026-01-31T12:00:00Z was expected
            odd /published: a point in time such as 2026-01-31T12:00:00Z was expected
        "#,
    );
    real(
        "mbin/mbin__JsonSnapshots_AnnounceTest__testAnnounceUpdateMagazine__1.json",
        r#"
            Announce
            actor https://kbin.test/m/test
            group post of https://kbin.test/m/test
            Update
            actor https://kbin.test/u/owner
            Group
            name test
            inbox https://kbin.test/m/test/inbox
            shared inbox https://kbin.test/f/inbox
            followers https://kbin.test/m/test/followers
            pinned https://kbin.test/m/test/pinned
            moderator https://kbin.test/m/test/moderators
            odd /object/object/published: a point in time such as 2026-01-31T12:00:00Z was expected
            odd /object/object/updated: a point in time such as 2026-01-31T12:00:00Z was expected
            odd /object/published: a point in time such as 2026-01-31T12:00:00Z was expected
            odd /published: a point in time such as 2026-01-31T12:00:00Z was expected
        "#,
    );
    real(
        "mbin/mbin__JsonSnapshots_UpdateTest__testUpdateUser__1.json",
        r#"
            Update
            actor https://kbin.test/u/user
            Person
            name Test User
            inbox https://kbin.test/u/user/inbox
            shared inbox https://kbin.test/f/inbox
            followers https://kbin.test/u/user/followers
            odd /object/published: a point in time such as 2026-01-31T12:00:00Z was expected
            odd /published: a point in time such as 2026-01-31T12:00:00Z was expected
        "#,
    );
    real(
        "kbin/fedidevs.org__objects_page__L23.json",
        r#"
            Page post
            author https://lab.kbin.pub/u/eee
            title Fediverse Developer Network
            text <p>A community for developers building t
            published 2023-04-11 18:58:03 UTC
            visibility Public
        "#,
    );
    real(
        "kbin/fedidevs.org__objects_group__L23.json",
        r#"
            Group
            handle fediverse@lab.kbin.pub
            name Fediverse
            page https://lab.kbin.pub/m/fediverse
            about Hello word
            inbox https://lab.kbin.pub/m/fediverse/inbox
            shared inbox https://lab.kbin.pub/f/inbox
            followers https://lab.kbin.pub/m/fediverse/followers
            key https://lab.kbin.pub/m/fediverse#main-key
            avatar https://devmedia.karab.in/79/ae/79ae0db57f949e51ddd3825632a2f0496a319db6527699b3c000ecf1f4857680.png
        "#,
    );
}

#[test]
fn piefed() {
    ours(
        r#"{"type":"Page","id":"https://f.example/post/1","attributedTo":"https://f.example/u/ann","to":["https://f.example/c/cats",
"https://www.w3.org/ns/activitystreams#Public"],"cc":[],"name":"Which cat?","content":"<p>Which?</p>","mediaType":"text/html","audience":"https://f.example/c/cats",
"commentsEnabled":true,"sensitive":false,"genAI":false,"stickied":false,"published":"2026-01-31T12:00:00.000000+00:00",
"language":{"identifier":"en","name":"English"},"tag":[{"type":"CommunityPostTag","id":"https://f.example/c/cats/tag/1","display_name":"poll"}],
"replies":"https://f.example/post/1/replies","url":"https://f.example/post/1"}"#,
        r#"
            Page post
            author https://f.example/u/ann
            group https://f.example/c/cats
            page https://f.example/post/1
            title Which cat?
            text <p>Which?</p>
            language en
            published 2026-01-31 12:00:00 UTC
            visibility Public
            replies https://f.example/post/1/replies
        "#,
    );
    ours(
        r#"{"type":"Question","id":"https://f.example/post/2","attributedTo":"https://f.example/u/ann","to":["https://f.example/c/cats",
"https://www.w3.org/ns/activitystreams#Public"],"name":"Which cat?","audience":"https://f.example/c/cats","content":"<p>Which?</p>","endTime":"2026-02-01T00:00:00.000000+00:00",
"votersCount":2,"oneOf":[{"type":"Note","name":"black","replies":{"type":"Collection","totalItems":2}},{"type":"Note","name":"white","replies":{"type":"Collection","totalItems":0}}]}"#,
        r#"
            Question post poll
            author https://f.example/u/ann
            group https://f.example/c/cats
            title Which cat?
            text <p>Which?</p>
            visibility Public
            answer black Some(2)
            answer white Some(0)
            multiple false
            voters 2
            ends 2026-02-01 00:00:00 UTC
        "#,
    );
    real(
        "piefed/django-activitypub-toolkit__piefed_community.json",
        r#"
            Group
            handle rdf@piefed.example.com
            name Rdf
            page https://piefed.example.com/c/rdf
            about <p><strong>Welcome to Rdf</strong> </p><
            inbox https://piefed.example.com/c/rdf/inbox
            shared inbox https://piefed.example.com/inbox
            followers https://piefed.example.com/c/rdf/followers
            pinned https://piefed.example.com/c/rdf/featured
            key https://piefed.example.com/c/rdf#main-key
            moderator https://piefed.example.com/c/rdf/moderators
            avatar https://media.piefed.example.com/communities/De/ad/Beef.webp
        "#,
    );
}

#[test]
fn lotide() {
    ours(
        r#"{"@context":["https://www.w3.org/ns/activitystreams",{"@language":null}],"type":"Create","actor":"https://t.example/apub/users/1",
"to":"https://t.example/apub/communities/1","cc":"https://www.w3.org/ns/activitystreams#Public","object":{"type":"Page","id":"https://t.example/apub/posts/1",
"attributedTo":"https://t.example/apub/users/1","to":"https://t.example/apub/communities/1","cc":"https://www.w3.org/ns/activitystreams#Public",
"summary":"My cat","name":"My cat","url":"https://news.example/cats","published":"2026-01-31T12:00:00.000000+00:00"}}"#,
        r#"
            Create
            actor https://t.example/apub/users/1
            Page post
            author https://t.example/apub/users/1
            title My cat
            published 2026-01-31 12:00:00 UTC
            visibility Unlisted
        "#,
    );
    real(
        "lotide/lemmy__activities_create_page.json",
        r#"
            Create
            actor https://b.tide.tk/apub/users/1
            Page post
            author https://b.tide.tk/apub/users/1
            title test post from b
            published 2020-12-19 19:20:26.941381 UTC
            visibility Unlisted
        "#,
    );
    real(
        "lotide/lemmy__objects_group.json",
        r#"
            Group
            handle Iotide@narwhal.city
            name Iotide
            about This is for talking about lotide I accid
            inbox https://narwhal.city/communities/12/inbox
            followers https://narwhal.city/communities/12/followers
            pinned https://narwhal.city/communities/12/featured
            key https://narwhal.city//communities/12#main-key
        "#,
    );
}

/// The second Announce of Lemmy, which Mastodon and Pleroma understand, has the post itself.
#[test]
fn a_boost_by_a_group() {
    let announce = ours(
        r#"{"type":"Announce","id":"https://l.example/activities/announce/page/1","actor":"https://l.example/c/cats","to":["https://www.w3.org/ns/activitystreams#Public"],
"cc":["https://l.example/c/cats/followers"],"object":"https://l.example/post/1"}"#,
        "
            Announce
            actor https://l.example/c/cats
            object https://l.example/post/1
        ",
    );
    assert!(announce.is_boost() && !announce.is_group_post());
}

/// What is reported is an id, or a list of them with the actor for Mastodon.
#[test]
fn reports_in_both_forms() {
    for (object, reported) in [
        (r#""https://l.example/post/1""#, 1),
        (
            r#"["https://l.example/u/eve","https://l.example/post/1"]"#,
            2,
        ),
    ] {
        let report = format!(
            r#"{{"type":"Flag","id":"https://b.example/reports/1","actor":"https://b.example/u/ann","to":["https://l.example/c/cats"],
"object":{object},"audience":"https://l.example/c/cats","summary":"spam"}}"#
        );
        let report: Activity = report.parse().unwrap();
        assert!(report.is_report());
        assert_eq!(report.object.ids().count(), reported);
        assert_eq!(report.summary.as_deref(), Some("spam"));
    }
}

#[test]
fn what_moderators_do() {
    let delete: Activity = r#"{"type":"Delete","id":"https://l.example/activities/delete/1","actor":"https://l.example/u/ann","to":["https://www.w3.org/ns/activitystreams#Public"],
"object":"https://l.example/u/ann","removeData":true,"summary":"gone"}"#
        .parse()
        .unwrap();
    let said: lemmy::Moderation = delete.extension();
    assert_eq!(said.remove_data, Some(true));
    let lock: Activity = r#"{"type":"Lock","id":"https://l.example/activities/lock/1","actor":"https://l.example/u/mod","to":["https://l.example/c/cats"],
"cc":["https://l.example/c/cats"],"object":"https://l.example/post/1","audience":"https://l.example/c/cats","summary":"enough"}"#
        .parse()
        .unwrap();
    assert_eq!(lock.kind(), ActivityKind::Lock);
    assert_eq!(lock.object_id().unwrap(), "https://l.example/post/1");
}
