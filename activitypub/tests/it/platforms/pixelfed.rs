//! Pixelfed.

use activitypub::addressing::is_public;
use activitypub::extension::pixelfed;

use super::{ours, post_of, real};

#[test]
fn a_post() {
    let create = ours(
        r##"{"@context":["https://www.w3.org/ns/activitystreams",{"commentsEnabled":{"@id":"pixelfed:commentsEnabled","@type":"schema:Boolean"}}],
"type":"Create","id":"https://x.example/p/ann/1/activity","actor":"https://x.example/users/ann","to":["https://www.w3.org/ns/activitystreams#Public"],
"object":{"id":"https://x.example/p/ann/1","type":"Note","summary":null,"content":"cat #cats","inReplyTo":null,"published":"2026-01-31T12:00:00+0000",
"url":"https://x.example/p/ann/1","attributedTo":"https://x.example/users/ann","to":["https://www.w3.org/ns/activitystreams#Public"],
"cc":["https://x.example/users/ann/followers"],"sensitive":false,"attachment":[{"type":"Image","mediaType":"image/jpeg","url":"https://x.example/storage/m/1.jpeg",
"name":"a cat","blurhash":"U00000"}],"tag":{"type":"Hashtag","href":"https://x.example/discover/tags/cats","name":"#cats"},"commentsEnabled":true,
"capabilities":{"announce":"https://www.w3.org/ns/activitystreams#Public","like":"https://www.w3.org/ns/activitystreams#Public","reply":"https://www.w3.org/ns/activitystreams#Public"},
"location":{"type":"Place","name":"Rome","longitude":"12.496366","latitude":"41.902782","country":"Italy"}}}"##,
        r#"
            Create
            actor https://x.example/users/ann
            Note post
            author https://x.example/users/ann
            page https://x.example/p/ann/1
            text cat #cats
            published 2026-01-31 12:00:00 UTC
            place Rome
            visibility Public
            hashtag #cats
            media Image https://x.example/storage/m/1.jpeg a cat
            odd /object/published: the zone of the time is not written as +01:00
            odd /object/location/latitude: the number is written as text
            odd /object/location/longitude: the number is written as text
        "#,
    );
    let note = post_of(&create);
    let place = note.location.embedded().next().unwrap();
    let place = place.as_object().unwrap();
    assert_eq!(place.latitude.as_ref().unwrap().to_f64(), 41.902782);
    let said: pixelfed::Place = place.extension();
    assert_eq!(said.country.as_deref(), Some("Italy"));
    let said: pixelfed::Note = note.extension();
    let capabilities = said.capabilities.embedded().next().unwrap();
    let capabilities: pixelfed::Capabilities = capabilities.extension();
    assert!(is_public(&capabilities.reply.unwrap()));
    real(
        "pixelfed/docs__activitypub_create_note.json",
        r#"
            Create
            actor https://pixelfed.test/users/admin
            Note post
            author https://pixelfed.test/users/admin
            page https://pixelfed.test/p/admin/1
            text Hello Fediverse! <a href='https://pixelf
            published 2018-05-31 21:57:27 UTC
            visibility Public
            hashtag #pixelfed
            hashtag #dogsOfPixelFed
            media Image https://pixelfed.test/storage/m/image.jpeg
        "#,
    );
    real(
        "pixelfed/docs__activitypub_location_note.json",
        r#"
            Note post
            text Menlo Park, aka Pixelfed Park
            place Menlo Park
            visibility Direct
            odd /location/latitude: the number is written as text
            odd /location/longitude: the number is written as text
        "#,
    );
}

#[test]
fn a_story() {
    let story = ours(
        r#"{"@context":"https://www.w3.org/ns/activitystreams","id":"https://x.example/stories/ann/1","type":"Story","to":["https://x.example/users/ann/followers"],"cc":[],
"attributedTo":"https://x.example/users/ann","published":"2026-01-31T12:00:00+00:00","expiresAt":"2026-02-01T12:00:00+00:00","duration":3,"can_reply":true,
"can_react":false,"attachment":{"type":"Image","url":"https://x.example/s.jpg","mediaType":"image/jpeg"}}"#,
        r#"
            Story post
            author https://x.example/users/ann
            published 2026-01-31 12:00:00 UTC
            visibility Followers
            media Image https://x.example/s.jpg
            odd /duration: the text is written as a number
        "#,
    );
    let said: pixelfed::Story = post_of(&story).extension();
    assert_eq!((said.can_reply, said.can_react), (Some(true), Some(false)));
    assert_eq!(
        said.expires_at.unwrap().to_utc().to_rfc3339(),
        "2026-02-01T12:00:00+00:00"
    );
    real(
        "pixelfed/pixelfed__ActivityPub_StoryValidationTest__L16.json",
        r#"
            Story post
            author https://pixelfed.test/users/dansup
            published 2021-09-01 07:20:53 UTC
            visibility Followers
            media Image https://pixelfed.test/storage/_esm.t3/xV9/R2LF1xwhAA/011oqKVPDySG3WCPW7yIs2wobvccoITMnG/yT_FZX04f2DCzTA3K8HD2OS7FptXTHPiE1c_ZkHASBQ8UlPKH4.jpg
            odd /duration: the text is written as a number
        "#,
    );
}

#[test]
fn an_actor() {
    ours(
        r#"{"@context":["https://w3id.org/security/v1","https://www.w3.org/ns/activitystreams",{"toot":"http://joinmastodon.org/ns#"}],"id":"https://x.example/users/ann",
"type":"Person","following":"https://x.example/users/ann/following","followers":"https://x.example/users/ann/followers","inbox":"https://x.example/users/ann/inbox",
"preferredUsername":"ann","name":"Ann","summary":"cats","url":"https://x.example/ann","manuallyApprovesFollowers":false,"indexable":true,
"publicKey":{"id":"https://x.example/users/ann#main-key","owner":"https://x.example/users/ann","publicKeyPem":"-----BEGIN PUBLIC KEY-----"},
"icon":{"type":"Image","mediaType":"image/jpeg","url":"https://x.example/a.jpg?v=0"},"endpoints":{"sharedInbox":"https://x.example/f/inbox"}}"#,
        r#"
            Person
            handle ann@x.example
            name Ann
            page https://x.example/ann
            about cats
            inbox https://x.example/users/ann/inbox
            shared inbox https://x.example/f/inbox
            followers https://x.example/users/ann/followers
            key https://x.example/users/ann#main-key
            avatar https://x.example/a.jpg?v=0
        "#,
    );
    real(
        "pixelfed/fedidevs.org__actor_index__L712.json",
        r#"
            Person
            handle dansup@pixelfed.social
            name dansup
            page https://pixelfed.social/dansup
            about Hi, I'm the developer behind <a class="u
            inbox https://pixelfed.social/users/dansup/inbox
            shared inbox https://pixelfed.social/f/inbox
            followers https://pixelfed.social/users/dansup/followers
            key https://pixelfed.social/users/dansup#main-key
            avatar https://pixelfed.social/storage/avatars/000/000/000/000/000/000/2/mLZr2R47XEwbmasH2M3P_avatar.jpg?v=57
        "#,
    );
    real(
        "pixelfed/docs__activitypub_group_actor.json",
        r#"
            Group
            handle gid_687201346065063941@pixelfed.test
            name Test
            page https://pixelfed.test/groups/687201346065063941
            about Test Group
            inbox https://pixelfed.test/groups/687201346065063941/inbox
            key https://pixelfed.test/groups/687201346065063941#main-key
            moderator https://pixelfed.test/users/dansup
        "#,
    );
}
