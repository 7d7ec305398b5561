//! Documents as platforms send them, and what they are to the one who receives them.

use activitypub::media::{MediaKind, MediaSource};
use activitypub::profile::FieldValue;
use activitypub::quote::{QuoteProperty, confirms};
use activitypub::reaction::ReactionKind;
use activitypub::{Activity, Actor, Any, Id, Object};

fn any(text: &str) -> Any {
    Any::from_slice(text.as_bytes()).unwrap()
}

fn object(text: &str) -> Object {
    Object::from_slice(text.as_bytes()).unwrap()
}

/// The roles by name, of which a thing has these and no others.
fn roles(thing: &Any) -> Vec<&'static str> {
    [
        ("post", thing.is_post()),
        ("poll", thing.is_poll()),
        ("vote", thing.is_vote()),
        ("chat", thing.is_chat_message()),
        ("gone", thing.is_tombstone()),
        ("actor", thing.is_actor()),
        ("group", thing.is_group()),
        ("bot", thing.is_bot()),
        ("reaction", thing.is_reaction()),
        ("boost", thing.is_boost()),
        ("group post", thing.is_group_post()),
        ("report", thing.is_report()),
    ]
    .into_iter()
    .filter_map(|(name, has)| has.then_some(name))
    .collect()
}

#[test]
fn a_role_does_not_depend_on_one_name() {
    for (text, expected) in [
        (r#"{"type":"Note","content":"x"}"#, &["post"][..]),
        (r#"{"type":["as:Article","Zot"]}"#, &["post"]),
        (r#"{"type":"Page","name":"x"}"#, &["post"]),
        (r#"{"type":"Event","name":"x"}"#, &["post"]),
        (r#"{"type":"Review","content":"x"}"#, &["post"]),
        (
            r#"{"type":"Rating","rating":4,"attributedTo":"a:1"}"#,
            &["post"],
        ),
        (
            r#"{"type":"Video","attributedTo":[{"type":"Person","id":"a:1"}]}"#,
            &["post"],
        ),
        (r#"{"type":"Audio","attributedTo":"a:1"}"#, &["post"]),
        (
            r#"{"type":"Ticket","attributedTo":"a:1","content":"x"}"#,
            &["post"],
        ),
        (
            r#"{"type":"Recipe","attributedTo":"a:1","name":"x"}"#,
            &["post"],
        ),
        (
            r#"{"attributedTo":"a:1","contentMap":{"en":"x"}}"#,
            &["post"],
        ),
        (
            r#"{"type":"Question","content":"x","oneOf":[{"name":"a"}]}"#,
            &["post", "poll"],
        ),
        (r#"{"type":"Question","content":"x"}"#, &["post"]),
        (r#"{"type":"Note","name":"a","inReplyTo":"a:1"}"#, &["vote"]),
        (
            r#"{"type":"Note","name":"a","inReplyTo":"a:1","content":"x"}"#,
            &["post"],
        ),
        (
            r#"{"type":"ChatMessage","attributedTo":"a:1","content":"x"}"#,
            &["chat"],
        ),
        (
            r#"{"type":"Tombstone","attributedTo":"a:1","name":"x"}"#,
            &["gone"],
        ),
        (r#"{"type":"Image","url":"a:1"}"#, &[]),
        (r#"{"type":"PropertyValue","name":"x","value":"y"}"#, &[]),
        (r#"{"type":"Edition","title":"x"}"#, &[]),
        (r#"{"type":"QuoteAuthorization","attributedTo":"a:1"}"#, &[]),
        (r#"{"type":"Person"}"#, &["actor"]),
        (r#"{"type":"Zot","inbox":"a:1"}"#, &["actor"]),
        (r#"{"type":"Group"}"#, &["actor", "group"]),
        (r#"{"type":"Service"}"#, &["actor", "bot"]),
        (r#"{"type":"Application"}"#, &["actor", "bot"]),
        (r#"{"type":"Like"}"#, &["reaction"]),
        (r#"{"type":"EmojiReact"}"#, &["reaction"]),
        (r#"{"type":"Dislike"}"#, &["reaction"]),
        (r#"{"type":"Announce","object":"a:1"}"#, &["boost"]),
        (
            r#"{"type":"Announce","object":{"type":"Note"}}"#,
            &["boost"],
        ),
        (
            r#"{"type":"Announce","object":{"type":"Create","object":{"type":"Page"}}}"#,
            &["group post"],
        ),
        (
            r#"{"type":"Announce","object":{"type":"Zot","actor":"a:1","object":"a:2"}}"#,
            &["group post"],
        ),
        (r#"{"type":"Flag","object":"a:1"}"#, &["report"]),
        (r#"{"type":"Collection"}"#, &[]),
        (r#"{"type":"Mention","href":"a:1"}"#, &[]),
    ] {
        assert_eq!(roles(&any(text)), expected, "{text}");
    }
    let list = any(r#"{"type":"Collection"}"#);
    assert!(list.is_collection() && list.as_collection().is_some() && list.as_object().is_none());
    assert!(!Actor::default().is_group() && !Activity::default().is_boost());
}

#[test]
fn a_poll_tells_its_answers() {
    let mastodon = object(
        r#"{"type":"Question","content":"<p>?</p>","votersCount":4,"endTime":"2026-02-01T00:00:00Z","closed":"2026-01-01T00:00:00Z",
        "anyOf":[{"type":"Note","name":"a","replies":{"type":"Collection","totalItems":3}},
        {"type":"Note","name":"b","replies":{"type":"Collection","totalItems":2}}]}"#,
    );
    let poll = mastodon.poll().unwrap();
    assert!(poll.multiple);
    assert_eq!((poll.votes(), poll.voters), (Some(5), Some(4)));
    assert_eq!(poll.ends, Some("2026-02-01T00:00:00Z".parse().unwrap()));
    assert!(mastodon.is_closed("2026-01-02T00:00:00Z".parse().unwrap()));

    // Pleroma and old polls say less; nameless answers are no answers.
    let less = object(
        r#"{"type":"Question","closed":"2026-02-01T00:00:00Z","oneOf":[{"type":"Note","name":"a"},{"type":"Note"},"b",7]}"#,
    );
    let poll = less.poll().unwrap();
    assert_eq!((poll.options.len(), poll.options[0].name), (1, "a"));
    assert_eq!(
        (poll.votes(), poll.voters, poll.multiple),
        (None, None, false)
    );
    assert_eq!(poll.ends, Some("2026-02-01T00:00:00Z".parse().unwrap()));
    assert!(object(r#"{"type":"Question","oneOf":[]}"#).poll().is_none());

    let liar = object(
        r#"{"oneOf":[{"name":"a","replies":{"totalItems":18446744073709551615}},{"name":"b","replies":{"totalItems":1}}]}"#,
    );
    assert_eq!(liar.poll().unwrap().votes(), Some(u64::MAX));
}

#[test]
fn votes_are_told_from_posts() {
    let Any::Activity(several) = any(r#"{"type":"Create","object":[
        {"type":"Note","name":"a","inReplyTo":"https://a.example/poll","attributedTo":"https://b.example/bob"},
        {"type":"Note","name":"b","inReplyTo":"https://a.example/poll","content":""},
        {"type":"Note","name":"c","inReplyTo":["https://a.example/poll","https://a.example/other"]},
        {"type":"Note","name":"d","inReplyTo":"https://a.example/poll","attachment":[{"type":"Image"}]},
        {"type":"Article","name":"e","inReplyTo":"https://a.example/poll"}]}"#)
    else {
        panic!()
    };
    let votes: Vec<_> = several
        .votes()
        .map(|vote| (vote.poll.as_str(), vote.choice))
        .collect();
    assert_eq!(
        votes,
        [
            ("https://a.example/poll", "a"),
            ("https://a.example/poll", "b")
        ]
    );

    let vote = Object::voting(
        "https://b.example/v",
        "https://b.example/bob",
        "https://a.example/poll",
        "https://a.example/alice",
        "a",
    );
    assert_eq!(vote.vote().unwrap().choice, "a");
    assert_eq!(vote.recipients(), ["https://a.example/alice"]);
    let written = vote.to_value().unwrap();
    assert!(written.get("content").is_none(), "{written}");
}

fn activity(text: &str) -> Activity {
    Activity::from_slice(text.as_bytes()).unwrap()
}

#[test]
fn a_quote_is_read_under_any_name() {
    let link = r#"{"type":"Link","mediaType":"application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"","href":"https://b.example/1""#;
    for (text, property) in [
        (
            r#""quote":"https://b.example/1","quoteUrl":"https://b.example/2""#.to_owned(),
            QuoteProperty::Quote,
        ),
        (
            r#""quote":{"type":"Note","id":"https://b.example/1"}"#.to_owned(),
            QuoteProperty::Quote,
        ),
        (
            r#""quote":["https://b.example/1"]"#.to_owned(),
            QuoteProperty::Quote,
        ),
        (
            r#""quote":"ap://did:key:z6Mk/1""#.to_owned(),
            QuoteProperty::Quote,
        ),
        (
            r#""_misskey_quote":"https://b.example/1","quoteUrl":"https://b.example/2""#.to_owned(),
            QuoteProperty::MisskeyQuote,
        ),
        (
            r#""quoteUrl":"https://b.example/1","quoteUri":"https://b.example/2""#.to_owned(),
            QuoteProperty::QuoteUrl,
        ),
        (
            r#""quoteURL":"https://b.example/1""#.to_owned(),
            QuoteProperty::QuoteUrl,
        ),
        (
            r#""quoteUri":"https://b.example/1""#.to_owned(),
            QuoteProperty::QuoteUri,
        ),
        (
            format!(
                r#""tag":[{{"type":"Mention","href":"a:1"}},{link},"rel":"https://misskey-hub.net/ns#_misskey_quote"}}]"#
            ),
            QuoteProperty::ObjectLink,
        ),
        (
            format!(r#""tag":{link},"name":"RE: https://b.example/1"}}"#),
            QuoteProperty::ObjectLink,
        ),
        // BookWyrm's is prose; the next name counts.
        (
            r#""quote":"To be: or not","quoteUrl":"https://b.example/1""#.to_owned(),
            QuoteProperty::QuoteUrl,
        ),
        (
            r#""quote":null,"quoteUrl":7,"quoteUri":"https://b.example/1""#.to_owned(),
            QuoteProperty::QuoteUri,
        ),
    ] {
        let quoted = object(&format!(r#"{{"type":"Note",{text}}}"#))
            .quoted()
            .expect(&text);
        assert_eq!(quoted.property, property, "{text}");
        assert!(quoted.id.unwrap().as_str().ends_with("/1"), "{text}");
        assert!(!quoted.gone);
    }
    for text in [
        r#""quote":"To be, or not to be""#.to_owned(),
        r#""quote":"remember: all of it""#.to_owned(),
        r#""quote":"<p>prose</p>""#.to_owned(),
        r#""quote":"javascript:alert(1)""#.to_owned(),
        r#""_misskey_quote":"prose","quoteUrl":"javascript:alert(1)","quoteUri":"file:///x""#.to_owned(),
        r#""quote":{"type":"Note"}"#.to_owned(),
        format!(r##""tag":[{link},"name":"#1374"}}]"##),
        r#""tag":[{"type":"Link","mediaType":"text/html","name":"RE: x","href":"https://b.example/1"}]"#.to_owned(),
    ] {
        assert_eq!(object(&format!(r#"{{"type":"Quotation",{text}}}"#)).quoted(), None, "{text}");
    }
    let gone = object(r#"{"quote":{"type":"Tombstone"},"quoteUrl":"https://b.example/1"}"#)
        .quoted()
        .unwrap();
    assert!(gone.gone && gone.id.is_none());
}

#[test]
fn a_quote_is_written_under_every_name() {
    let note = Object::note(
        "https://a.example/1",
        "https://a.example/alice",
        "<p>Look</p>",
    )
    .quoting(
        "https://b.example/1",
        "https://b.example/@bob/1",
        Some(Id::new("https://b.example/stamps/1")),
    );
    let value = note.to_value().unwrap();
    for name in ["quote", "quoteUrl", "quoteUri", "_misskey_quote"] {
        assert_eq!(value[name], "https://b.example/1", "{name}");
    }
    assert_eq!(
        value["tag"][0]["rel"],
        "https://misskey-hub.net/ns#_misskey_quote"
    );
    let quoted = note.quoted().unwrap();
    assert_eq!(quoted.authorization.unwrap(), "https://b.example/stamps/1");
    let mut others = note.clone();
    for name in ["quote", "quoteUrl", "quoteUri", "_misskey_quote"] {
        assert!(others.extra.remove(name));
    }
    assert_eq!(others.quoted().unwrap().property, QuoteProperty::ObjectLink);
}

#[test]
fn only_the_quoted_author_can_agree() {
    let stamp = |id: &str, author: &str, target: &str| {
        object(&format!(
            r#"{{"type":"QuoteAuthorization","id":"{id}","attributedTo":"{author}","interactingObject":"https://a.example/1","interactionTarget":"{target}"}}"#
        ))
    };
    let (quoting, quoted, author) = (
        "https://a.example/1".into(),
        "https://b.example/1".into(),
        "https://b.example/bob".into(),
    );
    let good = stamp(
        "https://b.example/s",
        "https://b.example/bob",
        "https://b.example/1",
    );
    assert!(confirms(&good, &quoting, &quoted, &author));
    assert!(!confirms(
        &good,
        &"https://a.example/2".into(),
        &quoted,
        &author
    ));
    for forged in [
        stamp(
            "https://a.example/s",
            "https://b.example/bob",
            "https://b.example/1",
        ),
        stamp(
            "https://b.example/s",
            "https://a.example/alice",
            "https://b.example/1",
        ),
        stamp(
            "https://b.example/s",
            "https://b.example/bob",
            "https://b.example/2",
        ),
        object(
            r#"{"type":"Note","id":"https://b.example/s","attributedTo":"https://b.example/bob","interactingObject":"https://a.example/1","interactionTarget":"https://b.example/1"}"#,
        ),
    ] {
        assert!(!confirms(&forged, &quoting, &quoted, &author), "{forged}");
    }
}

#[test]
fn reactions_in_every_dialect() {
    let cat = r#""tag":[{"id":"https://a.example/e","type":"Emoji","name":":cat:","icon":{"type":"Image","mediaType":"image/png","url":"https://a.example/cat.png"}}]"#;
    for (text, kind, emoji, pictured) in [
        (
            r#"{"type":"Like","object":"a:1"}"#.to_owned(),
            ReactionKind::Like,
            None,
            false,
        ),
        (
            r#"{"type":"Like","object":"a:1","content":"\u2b50"}"#.to_owned(),
            ReactionKind::Emoji,
            Some("\u{2b50}"),
            false,
        ),
        (
            format!(r#"{{"type":"Like","content":":cat:","_misskey_reaction":":cat:",{cat}}}"#),
            ReactionKind::Emoji,
            Some(":cat:"),
            true,
        ),
        (
            format!(r#"{{"type":"Like","_misskey_reaction":":cat@a.example:",{cat}}}"#),
            ReactionKind::Emoji,
            Some(":cat@a.example:"),
            true,
        ),
        (
            format!(r#"{{"type":"EmojiReact","content":":dog:",{cat}}}"#),
            ReactionKind::Emoji,
            Some(":dog:"),
            false,
        ),
        (
            r#"{"type":"EmojiReact","content":"\ud83d\udc69\u200d\u2764\ufe0f\u200d\ud83d\udc69"}"#
                .to_owned(),
            ReactionKind::Emoji,
            Some("\u{1f469}\u{200d}\u{2764}\u{fe0f}\u{200d}\u{1f469}"),
            false,
        ),
        (
            r#"{"type":"EmojiReact","content":"~"}"#.to_owned(),
            ReactionKind::Emoji,
            None,
            false,
        ),
        (
            r#"{"type":"Like","content":"<p>so good</p>"}"#.to_owned(),
            ReactionKind::Like,
            None,
            false,
        ),
        (
            format!(r#"{{"type":"Like","content":"{}"}}"#, "\u{2b50}".repeat(22)),
            ReactionKind::Like,
            None,
            false,
        ),
        (
            r#"{"type":"Dislike","content":"\u2b50"}"#.to_owned(),
            ReactionKind::Dislike,
            None,
            false,
        ),
    ] {
        let like = activity(&text);
        let reaction = like.reaction().unwrap();
        assert_eq!(
            (reaction.kind, reaction.emoji.as_deref()),
            (kind, emoji),
            "{text}"
        );
        assert_eq!(reaction.custom.is_some(), pictured, "{text}");
    }
    let like = activity(r#"{"type":"Like","object":"a:1"}"#);
    assert_eq!(like.reaction().unwrap().object.unwrap(), "a:1");
    assert!(
        activity(r#"{"type":"Announce","object":"a:1"}"#)
            .reaction()
            .is_none()
    );
    // A picture that no browser may open is no picture.
    let odd = object(
        r#"{"tag":[{"type":"Emoji","name":":a:","icon":{"url":"javascript:1"}},{"type":"Emoji","name":":b:"},
        {"type":"Emoji","name":"c","icon":{"type":"Image","url":"https://a.example/c"}},{"type":"Image","name":":d:","icon":{"url":"https://a.example/d"}}]}"#,
    );
    assert_eq!(
        odd.emojis()
            .map(|emoji| emoji.shortcode)
            .collect::<Vec<_>>(),
        ["c"]
    );
}

#[test]
fn threads() {
    let note = object(
        r#"{"type":"Note","id":"https://a.example/2","inReplyTo":["https://b.example/1","https://b.example/0"],
        "context":{"id":"https://b.example/context","type":"OrderedCollection"},"conversation":"tag:b.example,2026:1",
        "replies":"https://a.example/2/replies"}"#,
    );
    assert_eq!(note.parent_id().unwrap(), "https://b.example/1");
    assert!(note.in_reply_to_id().is_none() && note.is_reply());
    assert_eq!(note.conversation_id().unwrap(), "https://b.example/context");
    assert_eq!(note.replies_id().unwrap(), "https://a.example/2/replies");
    for (text, conversation) in [
        (
            r#"{"conversation":"tag:b.example,2026:1"}"#,
            Some("tag:b.example,2026:1"),
        ),
        (
            r#"{"ostatus:conversation":"tag:b.example,2026:2"}"#,
            Some("tag:b.example,2026:2"),
        ),
        (r#"{"context":null,"conversation":7}"#, None),
    ] {
        assert_eq!(
            object(text).conversation_id().as_ref().map(Id::as_str),
            conversation,
            "{text}"
        );
    }
    let link = object(
        r#"{"id":"https://a.example/2","inReplyTo":{"type":"Link","href":"https://b.example/1"},"replies":"https://b.example/r"}"#,
    );
    assert_eq!(link.parent_id().unwrap(), "https://b.example/1");
    assert_eq!(link.replies_id(), None, "borrowed");
    assert!(!object(r#"{"inReplyTo":null}"#).is_reply());
}

#[test]
fn groups() {
    let page = object(
        r#"{"type":"Page","attributedTo":"https://a.example/u/alice","to":["https://l.example/c/cats","as:Public"],"audience":["https://l.example/c/cats","as:Public"]}"#,
    );
    assert_eq!(page.groups(), ["https://l.example/c/cats"]);
    let video = object(
        r#"{"type":"Video","attributedTo":[{"type":"Group","id":"https://p.example/c/films"},{"type":"Person","id":"https://p.example/a/alice"}]}"#,
    );
    assert_eq!(video.groups(), ["https://p.example/c/films"]);
    assert_eq!(video.author_id().unwrap(), "https://p.example/a/alice");
    assert_eq!(video.attributed_to_id(), None);

    let announce = |group: &str, audience: &str| {
        activity(&format!(
            r#"{{"type":"Announce","actor":"{group}","object":{{"type":"Like","actor":"https://a.example/alice","object":"https://b.example/1"{audience}}}}}"#
        ))
    };
    let named = announce(
        "https://l.example/c/cats",
        r#","audience":"https://l.example/c/cats""#,
    );
    assert!(named.group_post().unwrap().names_group);
    assert!(named.group_post().unwrap().post.is_none());
    let other = announce(
        "https://l.example/c/dogs",
        r#","audience":"https://l.example/c/cats""#,
    );
    assert!(!other.group_post().unwrap().names_group);
    // Two things at once are not one group post.
    let two = activity(
        r#"{"type":"Announce","actor":"https://l.example/c/cats","object":[{"type":"Like"},{"type":"Like"}]}"#,
    );
    assert!(two.group_post().is_none());
}

#[test]
fn media_wherever_they_stand() {
    let mastodon = object(
        r#"{"type":"Note","attachment":[
        {"type":"Document","mediaType":"image/png","url":"https://a.example/1.png","name":"a cat","blurhash":"LEHV","focalPoint":[0.0,-0.5],"width":800,"height":600},
        {"type":"Document","mediaType":"video/mp4","url":"https://a.example/2.mp4","name":null,"icon":{"type":"Image","url":"https://a.example/2.png"}},
        {"type":"Image","url":[{"type":"Link","href":"https://a.example/3.webp","mediaType":"image/webp","width":10}],"summary":"s","name":"n","focalPoint":[7,0]},
        {"type":"Document","href":"https://a.example/4"},
        {"type":"Link","href":"https://a.example/5.ogg","mediaType":"audio/ogg"},
        {"type":"NotDocument","mediaType":"image/jpeg","url":"https://a.example/6.jpg"},
        {"type":"PropertyValue","name":"x","value":"y"},{"type":"Note","name":"x"},
        {"type":"Document","mediaType":"image/png","url":"file:///etc/passwd"},
        {"type":"Document","mediaType":"image/png","url":"javascript:alert(1)"},
        {"type":"Document","mediaType":"image/png","url":{"enableUnixSockets":true,"url":"unix:/run/x"}},
        {"type":"Document","mediaType":"image/png","url":"/relative.png"},
        {"type":"Image"}, null, 7, {"url":"https://a.example/7"}, "https://a.example/page"]}"#,
    );
    let media = mastodon.media();
    assert_eq!(
        media
            .iter()
            .map(|media| (media.url.path(), media.kind))
            .collect::<Vec<_>>(),
        [
            ("/1.png", MediaKind::Image),
            ("/2.mp4", MediaKind::Video),
            ("/3.webp", MediaKind::Image),
            ("/4", MediaKind::Unknown),
            ("/5.ogg", MediaKind::Audio),
            ("/6.jpg", MediaKind::Image),
            ("/7", MediaKind::Unknown),
        ]
    );
    assert!(
        media
            .iter()
            .all(|media| media.source == MediaSource::Attachment)
    );
    assert_eq!(
        (media[0].width, media[0].height, media[0].focal_point),
        (Some(800), Some(600), Some((0.0, -0.5)))
    );
    assert_eq!(
        (
            media[0].description.as_deref(),
            media[0].blurhash.as_deref()
        ),
        (Some("a cat"), Some("LEHV"))
    );
    assert_eq!(media[1].preview.as_ref().unwrap().path(), "/2.png");
    assert_eq!(
        (
            media[2].description.as_deref(),
            media[2].media_type.as_deref(),
            media[2].width
        ),
        (Some("s"), Some("image/webp"), Some(10))
    );
    assert_eq!(media[2].focal_point, None);

    let peertube = object(
        r#"{"type":"Video","name":"A film","attributedTo":[{"type":"Person","id":"https://p.example/a"}],
        "icon":[{"type":"Image","url":"https://p.example/s.jpg","width":280},{"type":"Image","url":"https://p.example/l.jpg","width":850}],
        "url":[{"type":"Link","mediaType":"text/html","href":"https://p.example/w/1"},
        {"type":"Link","mediaType":"application/x-mpegURL","href":"https://p.example/1.m3u8","tag":[{"type":"Infohash","name":"x"},
        {"type":"Link","mediaType":"video/mp4","href":"https://p.example/1080.mp4","height":1080,"width":1920},
        {"type":"Link","mediaType":"application/json","href":"https://p.example/meta"}]},
        {"type":"Link","mediaType":"video/mp4","href":"https://p.example/480.mp4","height":480},
        {"type":"Link","mediaType":"application/x-bittorrent;x-scheme-handler/magnet","href":"magnet:?xt=1"}]}"#,
    );
    let forms: Vec<_> = peertube.media();
    assert_eq!(
        forms
            .iter()
            .map(|form| (form.url.path(), form.height, form.kind))
            .collect::<Vec<_>>(),
        [
            ("/1.m3u8", None, MediaKind::Video),
            ("/1080.mp4", Some(1080), MediaKind::Video),
            ("/480.mp4", Some(480), MediaKind::Video)
        ]
    );
    assert!(
        forms.iter().all(|form| form.source == MediaSource::Url
            && form.preview.as_ref().unwrap().path() == "/l.jpg")
    );
    assert_eq!(peertube.url.href(), Some("https://p.example/w/1"));

    let funkwhale = object(
        r#"{"type":"Audio","attributedTo":"a:1","name":"A song","url":[{"type":"Link","mediaType":"audio/ogg","href":"https://f.example/1.ogg"}]}"#,
    );
    assert_eq!(
        (funkwhale.media().len(), funkwhale.media()[0].kind),
        (1, MediaKind::Audio)
    );
    let alone = object(
        r#"{"type":"Image","attributedTo":"a:1","mediaType":"image/png","url":"https://a.example/1.png"}"#,
    );
    assert_eq!(alone.media().len(), 1);
    // What people see on a page is no picture.
    assert!(
        object(r#"{"type":"Image","attributedTo":"a:1","url":"https://a.example/page"}"#)
            .media()
            .is_empty()
    );

    let lemmy = object(
        r#"{"type":"Page","attachment":[{"type":"Link","href":"https://news.example/1"}],"image":{"type":"Image","url":"https://l.example/t.png"}}"#,
    );
    assert_eq!(
        lemmy.linked_page().unwrap().as_str(),
        "https://news.example/1"
    );
    assert_eq!(lemmy.media()[0].source, MediaSource::Image);
    assert!(object(r#"{"attachment":{"type":"Link","href":"https://a.example/p.png","mediaType":"image/png"}}"#).linked_page().is_none());
    assert!(
        object(r#"{"attachment":{"type":"Link","href":"javascript:1"}}"#)
            .linked_page()
            .is_none()
    );
}

#[test]
fn languages_titles_and_warnings() {
    for (text, language) in [
        (
            r#"{"content":"b","contentMap":{"en":"a","de":"b"}}"#,
            Some("de"),
        ),
        (r#"{"contentMap":{"pt-BR":"a"}}"#, Some("pt-BR")),
        (
            r#"{"contentMap":{"und":"a"},"summaryMap":{"fr":"s"}}"#,
            Some("fr"),
        ),
        (
            r#"{"language":{"identifier":"en","name":"English"}}"#,
            Some("en"),
        ),
        (r#"{"inLanguage":"nl"}"#, Some("nl")),
        (r#"{"nameMap":{"ja":"x"}}"#, Some("ja")),
        (
            r#"{"@context":["https://www.w3.org/ns/activitystreams",{"@language":"sv"}]}"#,
            Some("sv"),
        ),
        (
            r#"{"@context":["https://www.w3.org/ns/activitystreams",{"@language":"und"}]}"#,
            None,
        ),
        (r#"{"@context":{"@language":null}}"#, None),
        (r#"{"contentMap":{"<b>":"a"}}"#, None),
        (r#"{"content":"a"}"#, None),
    ] {
        assert_eq!(object(text).language().as_deref(), language, "{text}");
    }
    let note = object(r#"{"content":"c","contentMap":{"en-GB":"colour","de":"Farbe"}}"#);
    assert_eq!(note.content_in("EN-gb"), Some("colour"));
    assert_eq!(note.content_in("en"), Some("colour"));
    assert_eq!(note.content_in("de-AT"), Some("Farbe"));
    assert_eq!(note.content_in("fr"), Some("c"));
    assert_eq!(
        object(r#"{"contentMap":{"de":"Farbe"}}"#).content_in("fr"),
        Some("Farbe")
    );
    assert_eq!(Object::default().content_in("fr"), None);

    for (text, title, warning) in [
        (r#"{"type":"Note","summary":"cw"}"#, None, Some("cw")),
        (r#"{"type":"Note","summary":""}"#, None, None),
        (r#"{"type":"Question","summary":"cw"}"#, None, Some("cw")),
        (
            r#"{"type":"Article","name":"t","summary":"about"}"#,
            Some("t"),
            None,
        ),
        (
            r#"{"type":"Article","name":"t","summary":"cw","sensitive":true}"#,
            Some("t"),
            Some("cw"),
        ),
        (
            r#"{"type":"Event","nameMap":{"en":"t"},"summary":"about"}"#,
            Some("t"),
            None,
        ),
        (
            r#"{"type":"Note","name":"a","inReplyTo":"a:1"}"#,
            None,
            None,
        ),
    ] {
        let post = object(text);
        assert_eq!(
            (post.title(), post.content_warning()),
            (title, warning),
            "{text}"
        );
    }
}

#[test]
fn profiles() {
    let actor = |text: &str| Actor::from_slice(text.as_bytes()).unwrap();
    let handle = |rest: &str| {
        actor(&format!(
            r#"{{"id":"https://B\u00fccher.example/u/1"{rest}}}"#
        ))
        .handle()
    };
    for (rest, expected) in [
        (
            r#","preferredUsername":"alice""#,
            Some("alice@xn--bcher-kva.example"),
        ),
        (
            r#","preferredUsername":"alice","webfinger":"alice@short.example""#,
            Some("alice@short.example"),
        ),
        (
            r#","preferredUsername":"alice","webfinger":"acct:alice@short.example""#,
            Some("alice@short.example"),
        ),
        (
            r#","preferredUsername":"alice","webfinger":"https://short.example/@alice""#,
            Some("alice@xn--bcher-kva.example"),
        ),
        (
            r#","preferredUsername":"alice","webfinger":"a@b@c""#,
            Some("alice@xn--bcher-kva.example"),
        ),
        (
            r#","preferredUsername":"alice","webfinger":"alice@x.example/y""#,
            Some("alice@xn--bcher-kva.example"),
        ),
        (r#","preferredUsername":"a b""#, None),
        (r#","preferredUsername":"../a""#, None),
        (r#","preferredUsername":"a\u0000""#, None),
        (r#","preferredUsername":"""#, None),
        (r#","preferredUsername":["alice","bob"]"#, None),
        ("", None),
    ] {
        assert_eq!(handle(rest).as_deref(), expected, "{rest}");
    }
    let long = |length: usize| handle(&format!(r#","preferredUsername":"{}""#, "x".repeat(length)));
    assert!(long(2048).is_some() && long(2049).is_none());
    let port = actor(r#"{"id":"http://localhost:3000/a","preferredUsername":"a"}"#);
    assert_eq!(port.handle().unwrap(), "a@localhost:3000");
    assert_eq!(
        actor(r#"{"id":"ap://did:key:z6Mk/a","preferredUsername":"a"}"#).handle(),
        None
    );

    let alice = actor(
        r#"{"id":"https://a.example/alice","url":"https://a.example/@alice","icon":"https://a.example/i.png",
        "image":{"type":"Image","url":"https://cdn.example/h.png","mediaType":"image/png"},
        "attachment":[{"type":"PropertyValue","name":"Site","value":"<a href=\"https://x.example\">x</a>"},
        {"type":"Note","name":"About","content":"<p>y</p>"},{"type":"Link","name":"Blog","href":"https://y.example"},
        {"type":"PropertyValue","name":"empty"},{"type":"Image","url":"https://a.example/x"},7],
        "tag":{"type":"Emoji","name":":cat:","icon":{"type":"Image","url":"https://a.example/cat.png"}}}"#,
    );
    let fields: Vec<_> = alice
        .fields()
        .map(|field| (field.name, field.value))
        .collect();
    assert_eq!(
        fields,
        [
            (
                "Site",
                FieldValue::Html("<a href=\"https://x.example\">x</a>")
            ),
            ("About", FieldValue::Html("<p>y</p>")),
            ("Blog", FieldValue::Href("https://y.example")),
        ]
    );
    assert_eq!(alice.avatar().unwrap().kind, MediaKind::Image);
    assert_eq!(alice.header().unwrap().url.host_str(), Some("cdn.example"));
    assert_eq!(alice.page().unwrap().path(), "/@alice");
    assert_eq!(alice.emojis().count(), 1);
}

#[test]
fn a_film_of_no_height_has_none() {
    let film = object(
        r#"{"type":"Video","attributedTo":"https://a.example/a","url":[
            {"type":"Link","mediaType":"video/mp4","href":"https://a.example/0.mp4","height":0,"width":0}]}"#,
    );
    assert_eq!(
        (film.media()[0].height, film.media()[0].width),
        (None, None)
    );
}
