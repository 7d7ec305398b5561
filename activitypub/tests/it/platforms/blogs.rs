//! Blogs: Plume, WriteFreely, WordPress, Ghost.

use activitypub::extension::plume;

use super::{ours, post_of, real};

#[test]
fn plume() {
    let create = ours(
        r#"{"@context":["https://www.w3.org/ns/activitystreams",{"Hashtag":"as:Hashtag","license":"plume:license"}],"type":"Create","actor":"https://u.example/@/ann/",
"to":["https://www.w3.org/ns/activitystreams#Public"],"object":{"type":"Article","id":"https://u.example/~/Cats/purr/","name":"Purr","content":"<p>Purr.</p>",
"summary":"On purring","source":{"content":"Purr.","mediaType":"text/markdown"},"attributedTo":["https://u.example/@/ann/","https://u.example/~/Cats/"],
"published":"2026-01-31T12:00:00Z","license":"CC-BY","to":["https://www.w3.org/ns/activitystreams#Public"],"cc":[],"tag":[{"type":"Hashtag","name":"cats","href":"https://u.example/tag/cats"}],
"url":"https://u.example/~/Cats/purr/"}}"#,
        r#"
            Create
            actor https://u.example/@/ann/
            Article post
            author https://u.example/@/ann/
            page https://u.example/~/Cats/purr/
            title Purr
            text <p>Purr.</p>
            published 2026-01-31 12:00:00 UTC
            visibility Public
            hashtag cats
        "#,
    );
    let article = post_of(&create);
    let said: plume::Article = article.extension();
    assert_eq!(said.license.as_deref(), Some("CC-BY"));
    // The author and their blog: two, so nobody owns it alone.
    assert_eq!(article.attributed_to_id(), None);
    real(
        "plume/Plume__activity_pub_mod__L755.json",
        r#"
            Create
            actor https://plu.me/@/Admin
            Article post
            author https://plu.me/@/Admin
            title My Article
            text Hello.
            published 2014-12-12 12:12:12 UTC
            visibility Public
        "#,
    );
    real(
        "plume/Plume__activity_pub_mod__L633.json",
        r#"
            Group
            name Plume01 Blog 2
            inbox https://plume01.localhost/~/Plume01%20Blog%202/inbox
            key https://plume01.localhost/~/Plume01%20Blog%202/#main-key
        "#,
    );
    real(
        "plume/activity_pub__fixtures_baptiste.gelex.xyz-user.json",
        r#"
            Person
            handle BaptisteGelez@xyz.local
            name Baptiste Gelez
            page https://xyz.local/@/BaptisteGelez
            about Main Plume developer
            inbox https://xyz.local/@/BaptisteGelez/inbox
            shared inbox https://xyz.local/inbox/
            key https://xyz.local/@/BaptisteGelez#main-key
        "#,
    );
}

#[test]
fn writefreely() {
    ours(
        r##"{"@context":["https://www.w3.org/ns/activitystreams",{"commentsEnabled":"sc:Boolean"}],"type":"Create","id":"https://wf.example/api/posts/1","actor":"https://wf.example/api/collections/ann",
"published":"2026-01-31T12:00:00Z","to":["https://www.w3.org/ns/activitystreams#Public"],"cc":["https://wf.example/api/collections/ann/followers"],
"object":{"type":"Article","id":"https://wf.example/api/posts/1","published":"2026-01-31T12:00:00Z","url":"https://wf.example/ann/purr","attributedTo":"https://wf.example/api/collections/ann",
"to":["https://www.w3.org/ns/activitystreams#Public"],"cc":["https://wf.example/api/collections/ann/followers"],"name":"Purr","content":"<p>Purr.</p>","contentMap":{"en":"<p>Purr.</p>"},
"tag":[{"type":"Hashtag","href":"https://wf.example/ann/tag:cats","name":"#cats"}],"attachment":[]}}"##,
        r#"
            Create
            actor https://wf.example/api/collections/ann
            Article post
            author https://wf.example/api/collections/ann
            page https://wf.example/ann/purr
            title Purr
            text <p>Purr.</p>
            language en
            published 2026-01-31 12:00:00 UTC
            visibility Public
            hashtag #cats
        "#,
    );
    ours(
        r#"{"@context":["https://www.w3.org/ns/activitystreams","https://w3id.org/security/v1"],"type":"Person","id":"https://wf.example/api/collections/ann","url":"https://wf.example/ann/",
"name":"Ann","inbox":"https://wf.example/api/collections/ann/inbox","outbox":"https://wf.example/api/collections/ann/outbox","preferredUsername":"ann","summary":"",
"followers":"https://wf.example/api/collections/ann/followers","icon":{"type":"Image","mediaType":"image/png","url":"https://wf.example/img/avatars/a.png"},
"endpoints":{"sharedInbox":"https://wf.example/api/inbox"},"publicKey":{"id":"https://wf.example/api/collections/ann#main-key","owner":"https://wf.example/api/collections/ann","publicKeyPem":"-----BEGIN PUBLIC KEY-----"}}"#,
        r#"
            Person
            handle ann@wf.example
            name Ann
            page https://wf.example/ann/
            inbox https://wf.example/api/collections/ann/inbox
            shared inbox https://wf.example/api/inbox
            followers https://wf.example/api/collections/ann/followers
            key https://wf.example/api/collections/ann#main-key
            avatar https://wf.example/img/avatars/a.png
        "#,
    );
}

#[test]
fn wordpress() {
    ours(
        r##"{"@context":["https://www.w3.org/ns/activitystreams",{"Hashtag":"as:Hashtag"}],"id":"https://wp.example/?p=1","type":"Article","name":"Purr","nameMap":{"de":"Purr"},
"attachment":[{"type":"Image","url":"https://wp.example/cat.jpg","mediaType":"image/jpeg","name":"a cat"}],"attributedTo":"https://wp.example/?author=1",
"content":"<p>Purr.</p>","contentMap":{"de":"<p>Purr.</p>"},"context":"https://wp.example/wp-json/activitypub/1.0/posts/1/context","published":"2026-01-31T12:00:00",
"summary":"<p>On purring</p>","tag":[{"type":"Hashtag","href":"https://wp.example/tag/cats/","name":"#cats"}],"url":"https://wp.example/purr/","mediaType":"text/html",
"to":["https://www.w3.org/ns/activitystreams#Public"],"cc":["https://wp.example/?author=1/followers"],"preview":{"type":"Note","content":"<p>Purr</p>"},
"replies":{"id":"https://wp.example/wp-json/activitypub/1.0/posts/1/replies","type":"Collection"},"interactionPolicy":{"canQuote":{"automaticApproval":"https://www.w3.org/ns/activitystreams#Public"}}}"##,
        r#"
            Article post
            author https://wp.example/?author=1
            page https://wp.example/purr/
            title Purr
            text <p>Purr.</p>
            language de
            published 2026-01-31 12:00:00 UTC
            visibility Public
            conversation https://wp.example/wp-json/activitypub/1.0/posts/1/context
            replies https://wp.example/wp-json/activitypub/1.0/posts/1/replies
            hashtag #cats
            media Image https://wp.example/cat.jpg a cat
            odd /published: the time names no zone and is read as UTC
        "#,
    );
    ours(
        r#"{"type":"Person","id":"https://wp.example/?author=1","preferredUsername":"ann","name":"Ann","summary":"","url":"https://wp.example/author/ann/","webfinger":"ann@wp.example",
"icon":{"type":"Image","url":"https://wp.example/a.png"},"inbox":"https://wp.example/wp-json/activitypub/1.0/actors/1/inbox","followers":"https://wp.example/wp-json/activitypub/1.0/actors/1/followers",
"featured":"https://wp.example/wp-json/activitypub/1.0/actors/1/collections/featured","endpoints":{"sharedInbox":"https://wp.example/wp-json/activitypub/1.0/inbox"},
"attachment":[{"type":"PropertyValue","name":"Blog","value":"<p>wp.example</p>"},{"type":"Link","name":"Blog","href":"https://wp.example/","rel":["me"]}],
"publicKey":{"id":"https://wp.example/?author=1#main-key","owner":"https://wp.example/?author=1","publicKeyPem":"-----BEGIN PUBLIC KEY-----"},"manuallyApprovesFollowers":false}"#,
        r#"
            Person
            handle ann@wp.example
            name Ann
            page https://wp.example/author/ann/
            inbox https://wp.example/wp-json/activitypub/1.0/actors/1/inbox
            shared inbox https://wp.example/wp-json/activitypub/1.0/inbox
            followers https://wp.example/wp-json/activitypub/1.0/actors/1/followers
            pinned https://wp.example/wp-json/activitypub/1.0/actors/1/collections/featured
            key https://wp.example/?author=1#main-key
            avatar https://wp.example/a.png
            field Blog: <p>wp.example</p>
            field Blog: https://wp.example/
        "#,
    );
    real(
        "wordpress/friends__fixtures_notiz-blog-2022-11-14-the-at-protocol.json",
        r#"
            Note post
            author https://notiz.blog/author/matthias-pfefferle/
            text <p>Vor zwei Jahren wollte Twitter in das
            language de
            published 2022-11-14 16:49:01 UTC
            visibility Public
            hashtag #activitypub
            hashtag #bluesky
            hashtag #fediverse
            hashtag #matrix
            hashtag #twitter
            media Image https://notiz.blog/wp-content/uploads/2022/11/the-at-protocol.png The Logo of the AT Protocol
        "#,
    );
    real(
        "wordpress/activity_pub__fixtures_wedistribute-create-article.json",
        r#"
            Create
            actor https://wedistribute.local/wp-json/pterotype/v1/actor/-blog
            Article post
            author https://wedistribute.local/wp-json/pterotype/v1/actor/-blog
            page https://wedistribute.local/2019/07/mastodon-drops-ostatus/
            title The end is near: Mastodon plans to drop OStatus support
            text <!-- wp:paragraph {"dropCap":true} --> <
            visibility Public
        "#,
    );
    real(
        "wordpress/wordpress-activitypub__fixtures_notiz-blog-author-matthias-pfefferle.json",
        r#"
            Person
            handle pfefferle@notiz.blog
            name Matthias Pfefferle
            page https://notiz.blog/author/matthias-pfefferle/
            about Ich bin Webworker und arbeite als "Head
            inbox https://notiz.blog/wp-api/activitypub/1.0/users/1/inbox
            followers https://notiz.blog/wp-api/activitypub/1.0/users/1/followers
            key https://notiz.blog/author/matthias-pfefferle/#main-key
            avatar https://secure.gravatar.com/avatar/75512bb584bbceae57dfc503692b16b2?s=120&d=mm&r=g
            header https://notiz.blog/wp-content/uploads/2017/02/cropped-Unknown-2.jpeg
            field Blog: <a rel="me" title="https://notiz.blog/"
            field Profil: <a rel="me" title="https://notiz.blog/au
            field Website: <a rel="me" title="https://pfefferle.org
        "#,
    );
}

#[test]
fn ghost() {
    ours(
        r#"{"@context":["https://www.w3.org/ns/activitystreams","https://w3id.org/security/data-integrity/v1",{"Hashtag":"as:Hashtag"}],"id":"https://gh.example/.ghost/activitypub/create/1","type":"Create",
"actor":"https://gh.example/.ghost/activitypub/users/index","to":"as:Public","cc":"https://gh.example/.ghost/activitypub/followers/index","object":{"id":"https://gh.example/.ghost/activitypub/article/1",
"type":"Article","attributedTo":"https://gh.example/.ghost/activitypub/users/index","content":"<p>Purr.</p>","image":"https://gh.example/feature.jpg","name":"Purr",
"preview":{"type":"Note","content":"Purr"},"published":"2026-01-31T12:00:00Z","to":"as:Public","cc":"https://gh.example/.ghost/activitypub/followers/index","url":"https://gh.example/purr/"}}"#,
        r#"
            Create
            actor https://gh.example/.ghost/activitypub/users/index
            Article post
            author https://gh.example/.ghost/activitypub/users/index
            page https://gh.example/purr/
            title Purr
            text <p>Purr.</p>
            published 2026-01-31 12:00:00 UTC
            visibility Public
            media Image https://gh.example/feature.jpg
        "#,
    );
    real(
        "ghost/ActivityPub____snapshots___article-create-activity.json",
        r#"
            Create
            actor https://example.com/user/foo
            Article post
            author https://example.com/user/foo
            page https://example.com/post/post-123
            title Post title
            text Post content
            published 2025-01-12 10:30:00 UTC
            visibility Public
            media Image https://example.com/img/post-123_feature.jpg
        "#,
    );
    real(
        "ghost/ActivityPub____snapshots___note-with-image-create-activity.json",
        r#"
            Create
            actor https://example.com/user/foo
            Note post
            author https://example.com/user/foo
            text Note with image
            published 2025-01-01 00:00:00 UTC
            visibility Public
            media Image https://example.com/images/test.jpg alt text for image
        "#,
    );
    real(
        "ghost/ActivityPub__views_account.follows.view.integration.test__L239.json",
        r#"
            Person
            handle index@activitypub.ghost.org
            name Building ActivityPub
            page https://activitypub.ghost.org/
            inbox https://activitypub.ghost.org/.ghost/activitypub/inbox/index
            followers https://activitypub.ghost.org/.ghost/activitypub/followers/index
            avatar https://activitypub.ghost.org/content/images/2024/09/ghost-orb-white-squircle-07.png
        "#,
    );
}
