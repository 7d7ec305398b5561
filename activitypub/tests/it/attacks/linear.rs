//! What a hostile sender writes costs time and memory in proportion to its length, not to the square of it.

use std::time::Duration;

use activitypub::compose::Draft;
use activitypub::{Activity, Actor, Any, Limits, Object, display};
use chrono::DateTime;
use cpu_time::ThreadTime;

type Shape = (&'static str, fn(usize) -> String, fn(&str));

const SHAPES: &[Shape] = &[
    (
        "lists inside each other",
        |n| levels("{\"object\":[0,", &("0,".repeat(n / 2) + "0"), "]}"),
        all,
    ),
    (
        "problems far down",
        |n| levels("{\"tag\":", &format!("[{}]", "7,".repeat(n / 2) + "7"), "}"),
        all,
    ),
    (
        "unknown things inside each other",
        |n| levels("{\"zot\":", &format!("\"{}\"", "x".repeat(n)), "}"),
        all,
    ),
    (
        "things of extensions inside each other",
        |n| {
            levels(
                "{\"type\":\"Note\",\"quote\":",
                &format!("\"{}\"", "x".repeat(n)),
                "}",
            )
        },
        all,
    ),
    (
        "names that share a beginning",
        |n| {
            let names = (0..n / 40).map(|at| format!("\"{}{at}\":0", "k".repeat(30)));
            format!("{{{}}}", names.collect::<Vec<_>>().join(","))
        },
        all,
    ),
    (
        "names of vocabularies",
        |n| {
            let names = (0..n / 26).map(|at| format!("\"toot:x{at}\":0,\"as:x{at}\":0"));
            format!("{{{}}}", names.collect::<Vec<_>>().join(","))
        },
        all,
    ),
    (
        "escapes",
        |n| format!("{{\"content\":\"{}\"}}", "\\u00e9".repeat(n / 6)),
        all,
    ),
    (
        "languages",
        |n| {
            let texts = (0..n / 12).map(|at| format!("\"x-{at}\":\"t\""));
            format!(
                "{{\"contentMap\":{{{}}}}}",
                texts.collect::<Vec<_>>().join(",")
            )
        },
        all,
    ),
    (
        "terms of a context",
        |n| {
            let terms = (0..n / 14).map(|at| format!("\"as:t{at}\":\"p:t\""));
            format!(
                "{{\"@context\":{{{}}}}}",
                terms.collect::<Vec<_>>().join(",")
            )
        },
        all,
    ),
    (
        "terms under a long prefix",
        |n| {
            let terms = (0..n / 28).map(|at| format!("\"as:t{at}\":\"p:t\""));
            let terms = terms.collect::<Vec<_>>().join(",");
            format!(
                "{{\"@context\":{{\"p\":\"https://{}\",{terms}}}}}",
                "x".repeat(n / 2)
            )
        },
        all,
    ),
    (
        "terms in the context of a long term",
        |n| {
            let terms = (0..n / 28).map(|at| format!("\"as:t{at}\":\"p:t\""));
            let (terms, long) = (terms.collect::<Vec<_>>().join(","), "x".repeat(n / 2));
            format!("{{\"@context\":{{\"{long}\":{{\"@id\":\"a:b\",\"@context\":{{{terms}}}}}}}}}")
        },
        all,
    ),
    (
        "a film with a long name in many sizes",
        |n| {
            let link = "{\"type\":\"Link\",\"mediaType\":\"video/mp4\",\"href\":\"http://a\"}";
            let links = vec![link; n / 2 / link.len()].join(",");
            let (name, icon) = ("x".repeat(n / 4), "x".repeat(n / 4));
            format!(
                "{{\"type\":\"Video\",\"name\":\"{name}\",\"icon\":\"http://a/{icon}\",\"url\":[{links}]}}"
            )
        },
        |text| drop(Object::from_slice(text.as_bytes()).unwrap().media()),
    ),
    (
        "pictures without a host in a thing with a long id",
        |n| {
            let picture = r#"{"type":"Image","url":"/x"}"#;
            let pictures = vec![picture; n / 2 / picture.len()].join(",");
            let id = format!("https://a.example/{}", "x".repeat(n / 2));
            format!(r#"{{"id":"{id}","type":"Note","attachment":[{pictures}]}}"#)
        },
        |text| drop(Object::from_slice(text.as_bytes()).unwrap().media()),
    ),
    (
        "many posts with an addressee each",
        |n| {
            let posts = (0..n / 20).map(|at| format!("{{\"to\":\"a:{at}\"}}"));
            let posts = posts.collect::<Vec<_>>().join(",");
            format!("{{\"type\":\"Create\",\"object\":[{posts}]}}")
        },
        |text| {
            let activity = Activity::from_slice(text.as_bytes()).unwrap();
            drop(activity.with_recipients_shared());
        },
    ),
    (
        "a name with marks",
        |n| "a\u{301}".repeat(n / 3),
        |text| drop(display::one_line(text, usize::MAX)),
    ),
    (
        "a draft of mentions",
        |n| "@a@b.example ".repeat(n / 13),
        compose,
    ),
    ("a draft of hashtags", |n| "#a ".repeat(n / 3), compose),
    (
        "a draft of other hashtags",
        |n| (0..n / 8).map(|at| format!("#a{at} ")).collect(),
        compose,
    ),
    ("a draft of at signs", |n| "@".repeat(n), compose),
    (
        "a draft of an address",
        |n| "https://".repeat(n / 8),
        compose,
    ),
    (
        "a draft of brackets",
        |n| format!("https://a.example/{}", ")(".repeat(n / 2)),
        compose,
    ),
    (
        "quotes that never end",
        |n| "<span class=\"quote-inline\">".repeat(n / 27),
        quoted,
    ),
    ("tags that never end", |n| "<a b=\"".repeat(n), quoted),
    ("signs of a quote", |n| "RE: ".repeat(n), quoted),
    (
        "lines of a quote",
        |n| "<p>RE: https://a.example/</p>".repeat(n / 29),
        quoted,
    ),
    #[cfg(feature = "html")]
    ("tags", |n| "<b>".repeat(n / 3), html),
    #[cfg(feature = "html")]
    ("open tags", |n| "<a ".repeat(n / 3), html),
    #[cfg(feature = "html")]
    (
        "attributes",
        |n| format!("<a {}>", "b=c ".repeat(n / 4)),
        html,
    ),
    #[cfg(feature = "html")]
    ("entities", |n| "&amp;&#x41;&notin".repeat(n / 17), html),
    #[cfg(feature = "html")]
    ("ampersands", |n| "&".repeat(n), html),
    #[cfg(feature = "html")]
    ("comments", |n| "<!--".repeat(n / 4), html),
    #[cfg(feature = "html")]
    ("scripts", |n| "<script></scrip".repeat(n / 15), html),
    #[cfg(feature = "html")]
    (
        "ends of tags",
        |n| format!("<p>{}", "</p></b>".repeat(n / 8)),
        html,
    ),
    #[cfg(feature = "html")]
    ("lists", |n| "<ul><li>".repeat(n / 8), html),
    #[cfg(feature = "markdown")]
    ("markdown: emphasis", |n| "*a_".repeat(n / 3), markdown),
    #[cfg(feature = "markdown")]
    ("markdown: brackets", |n| "[".repeat(n), markdown),
    #[cfg(feature = "markdown")]
    ("markdown: links", |n| "[a](<b".repeat(n / 6), markdown),
    #[cfg(feature = "markdown")]
    (
        "markdown: quotations",
        |n| ">".repeat(n.min(2_000)),
        markdown,
    ),
    #[cfg(feature = "proof")]
    (
        "canonical names",
        |n| {
            let names = (0..n / 8).rev().map(|at| format!("\"{at}\":0"));
            format!("{{{}}}", names.collect::<Vec<_>>().join(","))
        },
        |text| drop(activitypub::proof::canonical_json(text.as_bytes())),
    ),
    #[cfg(feature = "proof")]
    (
        "proofs",
        |n| {
            let proof = "{\"type\":\"DataIntegrityProof\",\"cryptosuite\":\"eddsa-jcs-2022\"}";
            format!("{{\"proof\":[{}]}}", vec![proof; n / proof.len()].join(","))
        },
        |text| drop(activitypub::proof::Secured::from_slice(text.as_bytes())),
    ),
];

/// Eight times as long may take thirty-two times as long, half way between eight and the square of it, at the best of some tries: a
/// square would show, a busy machine does not.
#[test]
fn eight_times_the_length_does_not_take_the_square_of_the_time() {
    let mut wrong = Vec::new();
    for (what, shape, run) in SHAPES {
        let best = |length: usize, tries: usize| {
            let text = shape(length);
            let times = (0..tries).map(|_| {
                let start = ThreadTime::now();
                run(&text);
                start.elapsed()
            });
            times.min().unwrap_or_default()
        };
        let (short, long) = (best(2_000, 5), best(16_000, 2));
        println!("{what}: {short:?} and {long:?}");
        // A clock is too coarse for what takes next to no time.
        if long > 32 * short.max(Duration::from_micros(20)) {
            wrong.push(format!("{what}: {short:?} and {long:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Each of many names is looked up among the terms that are known, and the other way round; neither may be gone through for the other. How
/// long it takes is told in the time that the reading takes, which is the same on a slow machine.
#[test]
fn many_names_of_vocabularies_are_looked_up() {
    let names = (0..9_999).map(|at| format!("\"toot:x{at}\":0"));
    let text = format!(
        "{{\"type\":\"Note\",{}}}",
        names.collect::<Vec<_>>().join(",")
    );
    let best = |run: &dyn Fn()| {
        let times = (0..3).map(|_| {
            let start = ThreadTime::now();
            run();
            start.elapsed()
        });
        times.min().unwrap_or_default()
    };
    let note = Any::from_slice(text.as_bytes()).unwrap();
    let reading = best(&|| drop(Any::from_slice(text.as_bytes())));
    let problems = best(&|| drop(note.problems()));
    let rooms = best(&|| crate::questions::all_rooms(&note));
    println!("{reading:?} to read, {problems:?} for its problems, {rooms:?} for all rooms");
    assert!(problems < 5 * reading);
    assert!(rooms < 5 * reading);
}

/// Fifty things inside each other.
fn levels(open: &str, inner: &str, close: &str) -> String {
    format!("{}{inner}{}", open.repeat(25), close.repeat(25))
}

/// All that may be asked of a document.
fn all(text: &str) {
    let limits = Limits::default()
        .max_items(usize::MAX)
        .max_objects(usize::MAX);
    let thing = Any::from_slice_with(text.as_bytes(), &limits)
        .unwrap_or_else(|error| panic!("{error}: {text:.300}"));
    crate::questions::ask_everything(&thing);
}

fn compose(text: &str) {
    let alice = Actor::person("https://a.example/a", "a", "https://a.example/a/inbox");
    let draft = Draft::new(text)
        .mention(
            "@a@b.example",
            "https://b.example/a",
            "https://b.example/@a",
        )
        .hashtags_at("https://a.example/tags/")
        .published(DateTime::UNIX_EPOCH);
    drop(draft.into_post("https://a.example/1", &alice));
}

#[cfg(feature = "markdown")]
fn markdown(text: &str) {
    let alice = Actor::person("https://a.example/a", "a", "https://a.example/a/inbox");
    drop(Draft::markdown(text).into_post("https://a.example/1", &alice));
}

#[cfg(feature = "html")]
fn html(text: &str) {
    drop(activitypub::html::sanitize(text));
    drop(activitypub::html::to_text(text));
}

fn quoted(text: &str) {
    let mut note = Object::note("https://a.example/1", "https://a.example/a", text);
    note = note.quoting("https://b.example/1", "https://b.example/1", None);
    assert!(note.content_without_quote().is_some());
}

/// What is answered is no more than a few times as long as what was read.
#[test]
fn answers_are_not_much_longer_than_the_document() {
    let long = "x".repeat(250_000);
    let links =
        vec![r#"{"type":"Link","mediaType":"video/mp4","href":"http://a"}"#; 5_000].join(",");
    let film =
        format!(r#"{{"type":"Video","name":"{long}","icon":"http://a/{long}","url":[{links}]}}"#);
    let media = Object::from_slice(film.as_bytes()).unwrap().media();
    let length = |text: Option<&str>| text.map_or(0, str::len);
    let lengths = media.iter().map(|medium| {
        length(medium.description.as_deref())
            + length(medium.preview.as_ref().map(|url| url.as_str()))
    });
    assert!(lengths.sum::<usize>() <= 64 * film.len());

    let terms = (0..9_999).map(|at| format!("\"as:t{at}\":\"p:t\""));
    let terms = terms.collect::<Vec<_>>().join(",");
    let context = format!(r#"{{"@context":{{"{long}":{{"@context":{{{terms}}}}}}}}}"#);
    let list = format!("[{}]", vec!["7"; 10_000].join(","));
    let lists = levels(
        "{\"attachment\":{\"to\":",
        &list,
        &format!(",\"cc\":{list}}}}}"),
    );
    let repeated = format!("{{\"tag\":[{}]}}", vec![r#"{"id":7}"#; 9_999].join(","));
    for text in [context, lists, repeated] {
        let problems = Any::from_slice(text.as_bytes()).unwrap().problems();
        assert_eq!(problems.len(), 1000);
        let lengths = problems.iter().map(|problem| problem.path.len());
        assert!(lengths.sum::<usize>() <= text.len());
    }
}
