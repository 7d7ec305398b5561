//! The documents that are read and written: what Mastodon sends most.

use serde_json::{Value, json};

/// A Create with its Note.
#[must_use]
pub fn create(number: u32) -> Value {
    json!({"@context": "https://www.w3.org/ns/activitystreams", "id": format!("https://example.org/users/alice/statuses/{number}/activity"),
        "type": "Create", "actor": "https://example.org/users/alice", "published": "2026-01-02T03:04:05Z",
        "to": ["https://www.w3.org/ns/activitystreams#Public"], "cc": ["https://example.org/users/alice/followers"], "object": note(number)})
}

fn note(number: u32) -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/activitystreams", {"sensitive": "as:sensitive", "toot": "http://joinmastodon.org/ns#",
            "votersCount": "toot:votersCount", "Hashtag": "as:Hashtag", "conversation": "ostatus:conversation"}],
        "id": format!("https://example.org/users/alice/statuses/{number}"), "type": "Note", "summary": null,
        "inReplyTo": "https://example.com/users/bob/statuses/1", "published": "2026-01-02T03:04:05Z",
        "url": format!("https://example.org/@alice/{number}"), "attributedTo": "https://example.org/users/alice",
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
        "cc": ["https://example.org/users/alice/followers", "https://example.com/users/bob"],
        "sensitive": false, "conversation": "tag:example.org,2026-01-02:objectId=1:objectType=Conversation",
        "content": "<p><span class=\"h-card\"><a href=\"https://example.com/@bob\" class=\"u-url mention\">@<span>bob</span></a></span> An answer of \
                    some length, as people write it, with \u{201c}quotes\u{201d} and a <a href=\"https://example.org/tags/tag\">#tag</a>.</p>",
        "contentMap": {"en": "<p>The same again, since that is what Mastodon sends in addition to the content, every time.</p>"},
        "attachment": [{"type": "Document", "mediaType": "image/png", "url": "https://files.example.org/1.png", "name": "a picture",
            "blurhash": "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH", "width": 1280, "height": 720}],
        "tag": [{"type": "Mention", "href": "https://example.com/users/bob", "name": "@bob@example.com"},
            {"type": "Hashtag", "href": "https://example.org/tags/tag", "name": "#tag"}],
        "replies": {"id": "https://example.org/users/alice/statuses/1/replies", "type": "Collection", "first": {"type": "CollectionPage",
            "next": "https://example.org/users/alice/statuses/1/replies?page=true", "partOf": "https://example.org/users/alice/statuses/1/replies", "items": []}},
        "likes": {"id": "https://example.org/users/alice/statuses/1/likes", "type": "Collection", "totalItems": 3}
    })
}

/// A Person.
#[must_use]
pub fn actor() -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1", {"toot": "http://joinmastodon.org/ns#",
            "discoverable": "toot:discoverable", "featured": {"@id": "toot:featured", "@type": "@id"}, "schema": "http://schema.org#", "PropertyValue": "schema:PropertyValue"}],
        "id": "https://example.org/users/alice", "type": "Person", "following": "https://example.org/users/alice/following",
        "followers": "https://example.org/users/alice/followers", "inbox": "https://example.org/users/alice/inbox",
        "outbox": "https://example.org/users/alice/outbox", "featured": "https://example.org/users/alice/collections/featured",
        "preferredUsername": "alice", "name": "Alice", "summary": "<p>Something about Alice, who has much to say about herself.</p>",
        "url": "https://example.org/@alice", "manuallyApprovesFollowers": false, "discoverable": true, "indexable": true,
        "published": "2020-01-01T00:00:00Z", "memorial": false, "tag": [],
        "publicKey": {"id": "https://example.org/users/alice#main-key", "owner": "https://example.org/users/alice", "publicKeyPem": "x".repeat(450)},
        "attachment": [{"type": "PropertyValue", "name": "Site", "value": "<a href=\"https://alice.example\">alice.example</a>"},
            {"type": "PropertyValue", "name": "Pronouns", "value": "she/her"}],
        "endpoints": {"sharedInbox": "https://example.org/inbox"},
        "icon": {"type": "Image", "mediaType": "image/png", "url": "https://files.example.org/a.png"},
        "image": {"type": "Image", "mediaType": "image/png", "url": "https://files.example.org/b.png"}
    })
}

/// A page of an outbox with 20 of the Creates.
#[must_use]
pub fn page() -> Value {
    json!({"@context": "https://www.w3.org/ns/activitystreams", "id": "https://example.org/users/alice/outbox?page=true",
        "type": "OrderedCollectionPage", "partOf": "https://example.org/users/alice/outbox", "orderedItems": (0..20).map(create).collect::<Vec<_>>()})
}

/// The three, with their names.
#[must_use]
pub fn all() -> [(&'static str, Value); 3] {
    [
        ("Create(Note)", create(1)),
        ("actor", actor()),
        ("page of 20", page()),
    ]
}

/// A home timeline of 40 statuses, as Mastodon sends it.
pub fn home_timeline() -> Value {
    let account = |number: u32| {
        json!({"id": number.to_string(), "username": "alice", "acct": "alice@example.org", "display_name": "Alice", "locked": false, "bot": false,
            "discoverable": true, "group": false, "created_at": "2020-01-01T00:00:00.000Z", "note": "<p>Something about Alice, who has much to say.</p>",
            "url": "https://example.org/@alice", "uri": "https://example.org/users/alice", "avatar": "https://files.example.org/a.png",
            "avatar_static": "https://files.example.org/a.png", "header": "https://files.example.org/h.png", "header_static": "https://files.example.org/h.png",
            "followers_count": 123, "following_count": 45, "statuses_count": 6789, "last_status_at": "2026-01-02", "hide_collections": null, "noindex": false,
            "emojis": [{"shortcode": "blob", "url": "https://files.example.org/e.png", "static_url": "https://files.example.org/e.png", "visible_in_picker": true}],
            "roles": [], "fields": [{"name": "Site", "value": "<a href=\"https://alice.example\">alice.example</a>", "verified_at": "2024-01-01T00:00:00.000+00:00"}]})
    };
    let status = |number: u32| {
        json!({"id": format!("1145{number:014}"), "created_at": "2026-01-02T03:04:05.678Z", "in_reply_to_id": null, "in_reply_to_account_id": null,
            "sensitive": false, "spoiler_text": "", "visibility": "public", "language": "en", "uri": format!("https://example.org/users/alice/statuses/{number}"),
            "url": format!("https://example.org/@alice/{number}"), "replies_count": 1, "reblogs_count": 2, "favourites_count": 3, "edited_at": null,
            "favourited": false, "reblogged": false, "muted": false, "bookmarked": false, "filtered": [], "reblog": null, "application": {"name": "Web", "website": null},
            "content": "<p>A status of some length, as people write them, with \u{201c}quotes\u{201d} and a <a href=\"https://example.org/tags/tag\">#tag</a>.</p>",
            "account": account(number), "media_attachments": [{"id": "1", "type": "image", "url": "https://files.example.org/1.png",
                "preview_url": "https://files.example.org/1s.png", "remote_url": null, "meta": {"original": {"width": 1280, "height": 720, "size": "1280x720", "aspect": 1.7777777777777777},
                "small": {"width": 640, "height": 360, "size": "640x360", "aspect": 1.7777777777777777}}, "description": "a picture", "blurhash": "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH"}],
            "mentions": [{"id": "7", "username": "bob", "url": "https://example.com/@bob", "acct": "bob@example.com"}],
            "tags": [{"name": "tag", "url": "https://example.org/tags/tag"}], "emojis": [], "card": null, "poll": null})
    };
    Value::Array((0..40).map(status).collect())
}
