//! Documents as platforms send them, and what they are to the one who receives them.

use activitypub::{Activity, Actor, Any, Object};

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
