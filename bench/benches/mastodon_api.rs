//! A home timeline of 40 statuses, against `serde_json::Value` (as it is by default: without `preserve_order`).

use bytes::Bytes;
use fedikit_bench::{case, compare};
use http::Response;
use mastodon_api::{Endpoint as _, methods};
use serde_json::{Value, json};

fn main() {
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
    let timeline = Value::Array((0..40).map(status).collect());
    let bytes = Bytes::from(serde_json::to_vec(&timeline).unwrap());
    let home = methods::timelines::Home::new();
    compare(
        &format!("read a home timeline of 40 statuses, {} bytes", bytes.len()),
        vec![
            case("serde_json::Value", || {
                serde_json::from_slice::<Value>(&bytes).unwrap()
            }),
            case("mastodon_api::Page<Status>", || {
                home.read_response(Response::new(bytes.clone())).unwrap()
            }),
        ],
    );
}
