//! GoToSocial.

use activitypub::Id;
use activitypub::extension::gotosocial::{Deed, Interaction, Permission};
use activitypub::extension::quote::Authorization;

use super::{ours, post_of, real};

#[test]
fn a_post() {
    let note = ours(
        r#"{"@context":["https://gotosocial.org/ns","https://www.w3.org/ns/activitystreams",{"sensitive":"as:sensitive"}],
"id":"https://g.example/users/ann/statuses/01J","type":"Note","attributedTo":"https://g.example/users/ann","attachment":[],
"to":"https://g.example/users/ann/followers","cc":["https://o.example/users/bob"],"content":"<p>hi</p>","contentMap":{"en":"<p>hi</p>"},
"inReplyTo":"https://o.example/notes/1","approvedBy":"https://o.example/users/bob/accepts/1","published":"2026-01-31T12:00:00+01:00",
"interactionPolicy":{"canLike":{"always":["https://www.w3.org/ns/activitystreams#Public"],"approvalRequired":[]},
"canReply":{"always":["https://g.example/users/ann"],"approvalRequired":["https://www.w3.org/ns/activitystreams#Public"]}},
"replies":{"first":{"id":"https://g.example/users/ann/statuses/01J/replies?page=true","type":"CollectionPage"},
"id":"https://g.example/users/ann/statuses/01J/replies","type":"Collection"},"sensitive":false,"summary":"",
"tag":{"href":"https://o.example/users/bob","name":"@bob@o.example","type":"Mention"},"url":"https://g.example/@ann/statuses/01J"}"#,
        r#"
            Note post
            author https://g.example/users/ann
            page https://g.example/@ann/statuses/01J
            text <p>hi</p>
            language en
            published 2026-01-31 11:00:00 UTC
            visibility Followers
            answers https://o.example/notes/1
            replies https://g.example/users/ann/statuses/01J/replies
            mentions https://o.example/users/bob
        "#,
    );
    let note = post_of(&note);
    let permission = |deed, actor: &str| note.permission(deed, &Id::new(actor), |_| false);
    let (bob, eve) = ("https://o.example/users/bob", "https://o.example/users/eve");
    assert_eq!(permission(Deed::Like, eve), Permission::Automatic);
    assert_eq!(permission(Deed::Reply, eve), Permission::Manual);
    assert_eq!(permission(Deed::Reply, bob), Permission::Automatic);
    assert_eq!(permission(Deed::Announce, eve), Permission::Unsaid);
    let said: Interaction = note.extension();
    assert_eq!(
        said.approved_by.unwrap(),
        "https://o.example/users/bob/accepts/1"
    );
    real(
        "gotosocial/gotosocial__typeutils_internaltoas_test__L635.json",
        r#"
            Note post
            author http://localhost:8080/users/admin
            page http://localhost:8080/@admin/statuses/01F8MH75CBF9JFX4ZAD54N0W0R
            text <p>hello world! <a href="http://localhos
            language en
            published 2021-10-20 11:36:45 UTC
            visibility Public
            replies http://localhost:8080/users/admin/statuses/01F8MH75CBF9JFX4ZAD54N0W0R/replies
            hashtag #welcome
            emoji rainbow http://localhost:8080/fileserver/01AY6P665V14JJR0AFVRT7311Y/emoji/original/01F8MH9H8E4VG3KDYJR9EGPXCQ.png
            media Image http://localhost:8080/fileserver/01F8MH17FWEB39HZJ76B6VXSKF/attachment/original/01F8MH6NEM8D7527KZAECTCR76.jpg Black and white image of some 50's style
        "#,
    );
    real(
        "gotosocial/gotosocial__typeutils_internaltoas_test__L876.json",
        r#"
            Note post
            author http://localhost:8080/users/admin
            page http://localhost:8080/@admin/statuses/01FF25D5Q0DH7CHD57CTRS6WK0
            text <p>hi <span class="h-card"><a href="http
            language en
            published 2021-11-20 13:32:16 UTC
            visibility Public
            answers http://localhost:8080/users/the_mighty_zork/statuses/01F8MHAMCHF6Y650WCRSCP4WMY
            replies http://localhost:8080/users/admin/statuses/01FF25D5Q0DH7CHD57CTRS6WK0/replies
            mentions http://localhost:8080/users/the_mighty_zork
        "#,
    );
}

#[test]
fn an_actor() {
    ours(
        r#"{"@context":["https://w3id.org/security/v1","https://www.w3.org/ns/activitystreams"],"id":"https://g.example/users/ann","type":"Person",
"preferredUsername":"ann","name":"Ann","inbox":"https://g.example/users/ann/inbox","outbox":"https://g.example/users/ann/outbox",
"followers":"https://g.example/users/ann/followers","featured":"https://g.example/users/ann/collections/featured","manuallyApprovesFollowers":true,
"publicKey":{"id":"https://g.example/users/ann/main-key","owner":"https://g.example/users/ann","publicKeyPem":"-----BEGIN PUBLIC KEY-----"},
"summary":"","tag":[],"url":"https://g.example/@ann"}"#,
        r#"
            Person
            handle ann@g.example
            name Ann
            page https://g.example/@ann
            locked true
            inbox https://g.example/users/ann/inbox
            followers https://g.example/users/ann/followers
            pinned https://g.example/users/ann/collections/featured
            key https://g.example/users/ann/main-key
        "#,
    );
    real(
        "gotosocial/gotosocial__typeutils_internaltoas_test__L187.json",
        r#"
            Person
            handle 1happyturtle@localhost:8080
            name happy little turtle :3
            page http://localhost:8080/@1happyturtle
            about <p>i post about things that concern me</
            locked true
            inbox http://localhost:8080/users/1happyturtle/inbox
            followers http://localhost:8080/users/1happyturtle/followers
            pinned http://localhost:8080/users/1happyturtle/collections/featured
            key http://localhost:8080/users/1happyturtle#main-key
            field should you follow me?: maybe!
            field age: 120
        "#,
    );
}

#[test]
fn an_approval() {
    let stamp = ours(
        r#"{"@context":["https://www.w3.org/ns/activitystreams","https://gotosocial.org/ns"],"type":"ReplyApproval","id":"https://o.example/users/bob/accepts/1",
"attributedTo":"https://o.example/users/bob","object":"https://g.example/users/ann/statuses/01J","target":"https://o.example/notes/1"}"#,
        "
            ReplyApproval
            author https://o.example/users/bob
        ",
    );
    let said: Authorization = post_of(&stamp).extension();
    assert_eq!(said.target.id().unwrap(), "https://o.example/notes/1");
    real(
        "gotosocial/gotosocial__federation_interaction_policy__L516.json",
        r#"
            ReplyApproval
            author https://example.org/users/post_author
        "#,
    );
}

#[test]
fn several_votes_at_once() {
    let votes = ours(
        r##"{"@context":"https://www.w3.org/ns/activitystreams","type":"Create","id":"https://g.example/users/ann/activity#vote/1","actor":"https://g.example/users/ann",
"to":"https://o.example/users/bob","object":[{"type":"Note","id":"https://g.example/users/ann#vote/1/yes","attributedTo":"https://g.example/users/ann",
"inReplyTo":"https://o.example/polls/1","name":"yes","to":"https://o.example/users/bob"},{"type":"Note","id":"https://g.example/users/ann#vote/1/no",
"attributedTo":"https://g.example/users/ann","inReplyTo":"https://o.example/polls/1","name":"no","to":"https://o.example/users/bob"}]}"##,
        "
            Create
            actor https://g.example/users/ann
            Note vote
            choice yes
            author https://g.example/users/ann
            answers https://o.example/polls/1
            Note vote
            choice no
            author https://g.example/users/ann
            answers https://o.example/polls/1
        ",
    );
    let votes = votes.as_activity().unwrap().votes();
    let choices: Vec<_> = votes
        .map(|vote| (vote.poll.as_str(), vote.choice))
        .collect();
    assert_eq!(
        choices,
        [
            ("https://o.example/polls/1", "yes"),
            ("https://o.example/polls/1", "no")
        ]
    );
}

#[test]
fn pinned_posts_are_ids() {
    ours(
        r#"{"@context":"https://www.w3.org/ns/activitystreams","id":"https://g.example/users/ann/collections/featured","type":"OrderedCollection","totalItems":2,
"orderedItems":["https://g.example/users/ann/statuses/01J","https://g.example/users/ann/statuses/01K"]}"#,
        "
            OrderedCollection
            count 2
            here 2
        ",
    );
}
