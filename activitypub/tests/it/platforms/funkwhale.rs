//! Funkwhale.

use activitypub::extension::funkwhale;

use super::{ours, post_of, real};

#[test]
fn a_recording() {
    let create = ours(
        r#"{"@context":["https://www.w3.org/ns/activitystreams",{"fw":"https://funkwhale.audio/ns#"}],"type":"Create","actor":"https://w.example/federation/actors/ann",
"to":"https://www.w3.org/ns/activitystreams#Public","object":{"type":"Audio","id":"https://w.example/federation/music/uploads/1","name":"Miaow - Cats - Purr",
"published":"2026-01-31T12:00:00+00:00","attributedTo":"https://w.example/federation/actors/ann","to":"https://www.w3.org/ns/activitystreams#Public",
"library":"https://w.example/federation/music/libraries/1","bitrate":320000,"size":8656581,"duration":213,
"url":[{"href":"https://w.example/library/tracks/1","type":"Link","mediaType":"text/html"},{"href":"https://w.example/listen/1.mp3","type":"Link","mediaType":"audio/mpeg"}],
"track":{"type":"Track","id":"https://w.example/federation/music/tracks/1","name":"Purr","position":1,"disc":1,"musicbrainzId":null,
"artists":[{"type":"Artist","id":"https://w.example/federation/music/artists/1","name":"Miaow"}],
"album":{"type":"Album","id":"https://w.example/federation/music/albums/1","name":"Cats","released":"2026-01-01",
"cover":{"type":"Link","href":"https://w.example/cover.jpg","mediaType":"image/jpeg"}}}}}"#,
        r#"
            Create
            actor https://w.example/federation/actors/ann
            Audio post
            author https://w.example/federation/actors/ann
            page https://w.example/library/tracks/1
            title Miaow - Cats - Purr
            published 2026-01-31 12:00:00 UTC
            visibility Public
            media Audio https://w.example/listen/1.mp3 Miaow - Cats - Purr
            odd /object/duration: the text is written as a number
        "#,
    );
    let said: funkwhale::Audio = post_of(&create).extension();
    let track = said.track.embedded().next().unwrap();
    let on: funkwhale::Track = track.extension();
    assert_eq!(
        (track.name.as_deref(), on.position),
        (Some("Purr"), Some(1))
    );
    assert_eq!(
        on.artists.embedded().next().unwrap().id().unwrap(),
        "https://w.example/federation/music/artists/1"
    );
    let album: funkwhale::Track = on.album.embedded().next().unwrap().extension();
    assert_eq!(album.released.as_deref(), Some("2026-01-01"));
    real(
        "funkwhale/funkwhale__federation_test_third_party_activitypub__L151.json",
        r#"
            Create
            actor https://r2b.example/user/anna
            Audio post
            author https://r2b.example/user/anna
            page https://r2b.example/uploads/sounds/anna/test.mp3
            title nya
            text nya nya
            published 2020-04-08 12:47:29 UTC
            visibility Public
            hashtag #nya
            hashtag #cat
            hashtag #paws
            media Audio https://r2b.example/uploads/sounds/anna/test.mp3 nya
            media Image https://r2b.example/uploads/artwork_sounds/anna/test.jpg
            odd /object/licence/icon: the id is empty
        "#,
    );
}

#[test]
fn an_actor() {
    ours(
        r#"{"type":"Person","id":"https://w.example/federation/actors/ann","outbox":"https://w.example/federation/actors/ann/outbox","inbox":"https://w.example/federation/actors/ann/inbox",
"preferredUsername":"ann","name":"Ann","followers":"https://w.example/federation/actors/ann/followers","manuallyApprovesFollowers":false,
"endpoints":{"sharedInbox":"https://w.example/federation/shared/inbox"},"url":[{"type":"Link","href":"https://w.example/@ann","mediaType":"text/html"},
{"type":"Link","href":"https://w.example/@ann/rss","mediaType":"application/rss+xml"}],
"publicKey":{"owner":"https://w.example/federation/actors/ann","publicKeyPem":"-----BEGIN PUBLIC KEY-----","id":"https://w.example/federation/actors/ann#main-key"}}"#,
        r#"
            Person
            handle ann@w.example
            name Ann
            page https://w.example/@ann
            inbox https://w.example/federation/actors/ann/inbox
            shared inbox https://w.example/federation/shared/inbox
            followers https://w.example/federation/actors/ann/followers
            key https://w.example/federation/actors/ann#main-key
        "#,
    );
    real(
        "funkwhale/funkwhale__federation_test_third_party_activitypub__L66.json",
        r#"
            Person
            handle anna@r2b.example
            name Anna
            page https://r2b.example/@anna
            inbox https://r2b.example/user/anna/inbox
            shared inbox https://r2b.example/inbox
            followers https://r2b.example/user/anna/followers
            key https://r2b.example/user/anna#main-key
            avatar https://r2b.example/uploads/avatars/anna/f4930.jpg
        "#,
    );
}
