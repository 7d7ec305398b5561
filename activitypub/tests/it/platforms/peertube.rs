//! PeerTube, Owncast.

use activitypub::extension::peertube;

use super::{ours, post_of, real};

#[test]
fn a_video() {
    let video = ours(
        r#"{"type":"Video","id":"https://t.example/videos/watch/1","name":"Cats","duration":"PT90S","uuid":"1","category":{"identifier":"15","name":"Science"},
"licence":{"identifier":"1","name":"Attribution"},"language":{"identifier":"en","name":"English"},"views":7,"sensitive":false,"commentsEnabled":true,
"published":"2026-01-31T12:00:00.000Z","updated":"2026-01-31T12:00:00.000Z","tag":[{"type":"Hashtag","name":"cats"}],"mediaType":"text/markdown",
"content":"**Cats**","support":null,"subtitleLanguage":[{"identifier":"fr","name":"French","url":"https://t.example/1-fr.vtt"}],
"icon":[{"type":"Image","url":"https://t.example/thumb.jpg","mediaType":"image/jpeg","width":280,"height":157},
{"type":"Image","url":"https://t.example/preview.jpg","mediaType":"image/jpeg","width":850,"height":480}],
"url":[{"type":"Link","mediaType":"text/html","href":"https://t.example/w/1"},
{"type":"Link","mediaType":"application/x-mpegURL","href":"https://t.example/master.m3u8","tag":[{"type":"Infohash","name":"abc"},
{"type":"Link","name":"sha256","mediaType":"application/json","href":"https://t.example/segments.json"},
{"type":"Link","mediaType":"video/mp4","href":"https://t.example/1080.mp4","height":1080,"width":1920,"size":5,"fps":30}]}],
"likes":"https://t.example/videos/watch/1/likes","dislikes":"https://t.example/videos/watch/1/dislikes","comments":"https://t.example/videos/watch/1/comments",
"attributedTo":[{"type":"Person","id":"https://t.example/accounts/ann"},{"type":"Group","id":"https://t.example/video-channels/cats"}],
"to":["https://www.w3.org/ns/activitystreams#Public"],"cc":["https://t.example/accounts/ann/followers"]}"#,
        r#"
            Video post
            author https://t.example/accounts/ann
            group https://t.example/video-channels/cats
            page https://t.example/w/1
            title Cats
            text **Cats**
            language en
            published 2026-01-31 12:00:00 UTC
            visibility Public
            hashtag cats
            media Video https://t.example/master.m3u8 Cats
            media Video https://t.example/1080.mp4 1920x1080 Cats
        "#,
    );
    let video = post_of(&video);
    let said: peertube::Video = video.extension();
    assert_eq!((said.views, said.comments_enabled), (Some(7), Some(true)));
    assert_eq!(video.duration.as_deref(), Some("PT90S"));
    assert_eq!(video.media_type.as_deref(), Some("text/markdown"));
    // Several authors: none of them alone is the owner.
    assert_eq!(video.attributed_to_id(), None);
    real(
        "peertube/lemmy__objects_video.json",
        r#"
            Video post
            author https://tilvids.com/accounts/thelinuxexperiment
            group https://tilvids.com/video-channels/thelinuxexperiment_channel
            page https://tilvids.com/videos/watch/e7946124-7b72-4ad7-9d22-844a84bb2de1
            title Mesa, Wayland & X.org in trouble, Debian leaves X, Facebook blocks Linux: Linux & Open Source News
            text Head to https://squarespace.com/thelinux
            language en
            published 2025-02-01 11:59:45.094 UTC
            visibility Public
            media Video https://tilvids.com/static/streaming-playlists/hls/e7946124-7b72-4ad7-9d22-844a84bb2de1/2020efb9-9f43-4e37-b268-3470a4bb89cd-master.m3u8 Mesa, Wayland & X.org in trouble, Debian
            media Video https://tilvids.com/static/streaming-playlists/hls/e7946124-7b72-4ad7-9d22-844a84bb2de1/0b870685-4461-47a3-8fac-e5531cd8acf5-1080-fragmented.mp4 1920x1080 Mesa, Wayland & X.org in trouble, Debian
            media Video https://tilvids.com/static/streaming-playlists/hls/e7946124-7b72-4ad7-9d22-844a84bb2de1/339ea14b-0fb9-495b-870e-218a9a6c22f9-360-fragmented.mp4 640x360 Mesa, Wayland & X.org in trouble, Debian
            media Video https://tilvids.com/static/streaming-playlists/hls/e7946124-7b72-4ad7-9d22-844a84bb2de1/15585bf4-ff07-4687-8c01-537922958877-144-fragmented.mp4 256x144 Mesa, Wayland & X.org in trouble, Debian
        "#,
    );
    real(
        "peertube/lemmy__objects_note.json",
        r#"
            Note post
            author https://video.antopie.org/accounts/yoge6785555
            page https://video.antopie.org/videos/watch/4294a720-f263-4ea4-9392-cf9cea4d5277/comments/200873
            text @af2@bae.st idk
            published 2022-04-29 07:52:32.548 UTC
            visibility Public
            answers https://bae.st/objects/87c1cbf5-542a-491d-af57-0414c8648381
            mentions https://bae.st/users/af2
        "#,
    );
}

#[test]
fn actors() {
    ours(
        r#"{"type":"Group","id":"https://t.example/video-channels/cats","preferredUsername":"cats","name":"Cats","inbox":"https://t.example/video-channels/cats/inbox",
"followers":"https://t.example/video-channels/cats/followers","playlists":"https://t.example/video-channels/cats/playlists",
"endpoints":{"sharedInbox":"https://t.example/inbox"},"url":[{"type":"Link","mediaType":"text/html","href":"https://t.example/c/cats"}],
"attributedTo":[{"type":"Person","id":"https://t.example/accounts/ann"}],"support":null,"summary":null,
"icon":[{"type":"Image","mediaType":"image/png","url":"https://t.example/48.png","height":48,"width":48},{"type":"Image","mediaType":"image/png","url":"https://t.example/120.png","height":120,"width":120}],
"image":[{"type":"Image","mediaType":"image/png","url":"https://t.example/banner.png","height":317,"width":1920}],
"publicKey":{"id":"https://t.example/video-channels/cats#main-key","owner":"https://t.example/video-channels/cats","publicKeyPem":"-----BEGIN PUBLIC KEY-----"}}"#,
        r#"
            Group
            handle cats@t.example
            name Cats
            page https://t.example/c/cats
            inbox https://t.example/video-channels/cats/inbox
            shared inbox https://t.example/inbox
            followers https://t.example/video-channels/cats/followers
            key https://t.example/video-channels/cats#main-key
            moderator https://t.example/accounts/ann
            avatar https://t.example/120.png
            header https://t.example/banner.png
        "#,
    );
    real(
        "peertube/lemmy__objects_group.json",
        r#"
            Group
            handle thelinuxexperiment_channel@tilvids.com
            name The Linux Experiment
            page https://tilvids.com/video-channels/thelinuxexperiment_channel
            about I'm Nick, and I like to tinker with Linu
            inbox https://tilvids.com/video-channels/thelinuxexperiment_channel/inbox
            shared inbox https://tilvids.com/inbox
            followers https://tilvids.com/video-channels/thelinuxexperiment_channel/followers
            key https://tilvids.com/video-channels/thelinuxexperiment_channel#main-key
            moderator https://tilvids.com/accounts/thelinuxexperiment
            avatar https://tilvids.com/lazy-static/avatars/13b0214b-edc0-4c5b-a04d-be648a3a370a.jpg
            header https://tilvids.com/lazy-static/banners/1a8d6881-30c8-47cb-8576-7af62d869c45.jpg
        "#,
    );
    real(
        "peertube/activity_pub__peertube_actor-person.json",
        r#"
            Person
            handle createurs@peertube.local
            name Créateurs
            page https://peertube.local/accounts/createurs
            inbox https://peertube.local/accounts/createurs/inbox
            shared inbox https://peertube.local/inbox
            followers https://peertube.local/accounts/createurs/followers
            key https://peertube.local/accounts/createurs#main-key
            avatar https://peertube.local/lazy-static/avatars/c27b672d-ad8f-498a-adbe-553af8da56f9.png
        "#,
    );
}

#[test]
fn a_stream_of_owncast() {
    ours(
        r##"{"@context":"https://www.w3.org/ns/activitystreams","type":"Create","actor":"https://o.example/federation/user/live","to":"https://www.w3.org/ns/activitystreams#Public",
"object":{"type":"Note","id":"https://o.example/federation/1","attributedTo":"https://o.example/federation/user/live","content":"<p>I have gone live! #cats</p>",
"to":"https://www.w3.org/ns/activitystreams#Public","published":"2026-01-31T12:00:00Z","tag":{"type":"Hashtag","name":"#cats","href":"https://directory.example/tags/cats"},
"attachment":{"type":"Image","mediaType":"image/png","url":"https://o.example/preview.gif"}}}"##,
        r#"
            Create
            actor https://o.example/federation/user/live
            Note post
            author https://o.example/federation/user/live
            text <p>I have gone live! #cats</p>
            published 2026-01-31 12:00:00 UTC
            visibility Public
            hashtag #cats
            media Image https://o.example/preview.gif
        "#,
    );
    ours(
        r#"{"@context":["https://www.w3.org/ns/activitystreams","https://w3id.org/security/v1"],"type":"Service","id":"https://o.example/federation/user/live",
"preferredUsername":"live","name":"Live","inbox":"https://o.example/federation/user/live/inbox","followers":"https://o.example/federation/user/live/followers",
"url":"https://o.example","attachment":{"type":"PropertyValue","name":"Stream","value":"x"},"icon":{"type":"Image","url":"https://o.example/logo"},
"publicKey":{"id":"https://o.example/federation/user/live#main-key","owner":"https://o.example/federation/user/live","publicKeyPem":"-----BEGIN PUBLIC KEY-----"}}"#,
        r#"
            Service
            handle live@o.example
            name Live
            page https://o.example/
            inbox https://o.example/federation/user/live/inbox
            followers https://o.example/federation/user/live/followers
            key https://o.example/federation/user/live#main-key
            avatar https://o.example/logo
            field Stream: x
        "#,
    );
    real(
        "owncast/fedidevs.org__owncast_follow__L20.json",
        r#"
            Follow
            actor https://example.com/users/123
            object https://example.com/users/456
        "#,
    );
}
