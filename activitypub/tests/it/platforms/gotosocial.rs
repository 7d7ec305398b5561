//! GoToSocial.

use super::{ours, real};

#[test]
fn a_post() {
    ours(
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
    real(
        "gotosocial/gotosocial__federation_interaction_policy__L516.json",
        r#"
            ReplyApproval
            author https://example.org/users/post_author
        "#,
    );
}
