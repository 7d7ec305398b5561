//! BookWyrm.

use activitypub::extension::bookwyrm::{Reader, ReadingStatus};

use super::{ours, post_of, real};

#[test]
fn what_is_said_of_a_book() {
    let review = ours(
        r#"{"@context":"https://www.w3.org/ns/activitystreams","id":"https://r.example/user/ann/review/1","type":"Review","inReplyTo":null,"published":"2026-01-31T12:00:00+00:00",
"attributedTo":"https://r.example/user/ann","content":"<p>Good</p>","to":["https://www.w3.org/ns/activitystreams#Public"],"cc":["https://r.example/user/ann/followers"],
"replies":{"id":"https://r.example/user/ann/review/1/replies","type":"OrderedCollection","totalItems":0,"first":"https://r.example/user/ann/review/1/replies?page=1",
"last":"https://r.example/user/ann/review/1/replies?page=1"},"summary":"Spoilers","tag":[],"attachment":[],"sensitive":true,
"inReplyToBook":"https://r.example/book/1","name":"A good book","rating":4.5}"#,
        r#"
            Review post
            author https://r.example/user/ann
            title A good book
            warning Spoilers
            text <p>Good</p>
            published 2026-01-31 12:00:00 UTC
            visibility Public
            sensitive true
            replies https://r.example/user/ann/review/1/replies
        "#,
    );
    let said: ReadingStatus = post_of(&review).extension();
    assert_eq!(said.rating.unwrap().to_f64(), 4.5);
    assert_eq!(
        said.in_reply_to_book.id().unwrap(),
        "https://r.example/book/1"
    );
    let quotation = ours(
        r#"{"@context":"https://www.w3.org/ns/activitystreams","id":"https://r.example/user/ann/quotation/1","type":"Quotation","published":"2026-01-31T12:00:00+00:00",
"attributedTo":"https://r.example/user/ann","content":"<p>I like it</p>","to":["https://www.w3.org/ns/activitystreams#Public"],"cc":[],
"inReplyToBook":"https://r.example/book/1","quote":"<p>Call me Ishmael.</p>","position":7,"positionMode":"PG"}"#,
        r#"
            Quotation post
            author https://r.example/user/ann
            text <p>I like it</p>
            published 2026-01-31 12:00:00 UTC
            visibility Public
        "#,
    );
    let quotation = post_of(&quotation);
    let said: ReadingStatus = quotation.extension();
    assert_eq!(said.quote.as_deref(), Some("<p>Call me Ishmael.</p>"));
    assert_eq!(said.position.unwrap().as_str(), "7");
    assert_eq!(quotation.quoted(), None, "a passage is no post");
    real(
        "bookwyrm/bookwyrm__FEDERATION__L54.json",
        r#"
            Review post
            author https://example.net/user/library_lurker
            title What a cracking read
            warning Spoilers ahead!
            text <p>This is an enjoyable book with great
            published 2023-06-30 21:43:46.013132 UTC
            visibility Followers
            sensitive true
            replies https://example.net/user/library_lurker/review/2/replies
        "#,
    );
    real(
        "bookwyrm/bookwyrm__FEDERATION__L123.json",
        r#"
            Quotation post
            author https://example.net/user/mouse
            page https://example.net/user/mouse/quotation/13
            text I really like this quote
            published 2020-05-10 02:38:31.150343 UTC
            visibility Public
            replies https://example.net/user/mouse/quotation/13/replies
        "#,
    );
    real(
        "bookwyrm/bookwyrm__data_ap_comment.json",
        r#"
            Comment post
            author https://example.com/user/mouse
            page https://example.com/user/mouse/comment/6
            text commentary
            published 2020-05-08 23:45:44.768012 UTC
            visibility Public
            replies https://example.com/user/mouse/comment/6/replies
        "#,
    );
    real(
        "bookwyrm/Akkoma__fixtures_bookwyrm-article.json",
        r#"
            Article post
            author https://bookwyrm.com/user/TestUser
            title Review of "Death's End (The Three-Body Problem)": ab
            text <p>review</p>
            published 2022-01-07 16:07:43.665392 UTC
            visibility Public
            replies https://bookwyrm.com/user/TestUser/review/17/replies
            media Unknown https://bookwyrm.com/images/covers/e7a6a777-b3fa-44be-a819-33f3aa5187dd.jpeg Death's End (The Three-Body Problem) (20
        "#,
    );
    real(
        "bookwyrm/bookwyrm__inbox_test_inbox_like__L82.json",
        r#"
            Like
            actor https://example.com/users/rat
            reaction Like
            object https://unknown.status/not-found
            odd /published: the time is written as in mail, not as 2026-01-31T12:00:00Z
        "#,
    );
}

#[test]
fn a_reader() {
    let ann = ours(
        r#"{"@context":["https://www.w3.org/ns/activitystreams","https://w3id.org/security/v1"],"id":"https://r.example/user/ann","type":"Person","preferredUsername":"ann",
"inbox":"https://r.example/user/ann/inbox","followers":"https://r.example/user/ann/followers","outbox":"https://r.example/user/ann/outbox","name":"Ann","summary":"",
"publicKey":{"id":"https://r.example/user/ann/#main-key","owner":"https://r.example/user/ann","publicKeyPem":"-----BEGIN PUBLIC KEY-----"},
"endpoints":{"sharedInbox":"https://r.example/inbox"},"bookwyrmUser":true,"manuallyApprovesFollowers":false,"discoverable":true,"devices":"",
"icon":{"type":"Image","url":"https://r.example/images/a.png","name":"avatar for ann"},"tag":[]}"#,
        r#"
            Person
            handle ann@r.example
            name Ann
            inbox https://r.example/user/ann/inbox
            shared inbox https://r.example/inbox
            followers https://r.example/user/ann/followers
            key https://r.example/user/ann/#main-key
            avatar https://r.example/images/a.png
            odd /devices: the id is empty
        "#,
    );
    let said: Reader = ann.as_actor().unwrap().extension();
    assert_eq!(said.bookwyrm_user, Some(true));
    real(
        "bookwyrm/bookwyrm__data_ap_user_external.json",
        r#"
            Person
            handle alias@example.com
            name Ali As
            inbox https://example.com/user/ali/inbox
            shared inbox https://example.com/inbox
            followers https://example.com/user/ali/followers
            key https://example.com/user/ali/#main-key
            avatar https://example.com/images/avatars/ALIAS-2-crop-50.png
            odd /devices: the id is empty
        "#,
    );
}
