//! The text of strangers, and the length of one's own.

use mastodon_api::text::{
    AnchorKind, CHARACTERS_RESERVED_PER_URL, Html, WebUrl, split_text, status_length,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    id: String,
    input: String,
    outcome: String,
    text: String,
    markdown: String,
    /// What the cleaned HTML says, where that is less than the text.
    #[cfg_attr(
        not(feature = "clean"),
        allow(dead_code, reason = "it is about cleaning")
    )]
    clean: Option<String>,
    links: Option<Vec<String>>,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("../cases/text.json")).unwrap()
}

#[test]
fn nothing_that_a_stranger_wrote_does_anything() {
    let (mut refused, mut controls) = (0, 0);
    for case in cases() {
        let html = Html::from(&*case.input);
        assert_eq!(html.to_text(), case.text, "{}", case.id);
        assert_eq!(html.to_markdown(), case.markdown, "{}", case.id);
        assert!(!html.to_text().contains("planted"), "{}", case.id);
        if let Some(links) = case.links {
            let found: Vec<_> = html.links().into_iter().map(String::from).collect();
            assert_eq!(found, links, "{}", case.id);
        }
        match &*case.outcome {
            "control" => controls += 1,
            _ => refused += 1,
        }
    }
    println!("text: refused {refused}/{refused}, controls {controls}/{controls}");
    assert_eq!((refused, controls), (23, 5));
}

#[cfg(feature = "clean")]
#[test]
fn what_is_cleaned_may_stand_in_a_page() {
    for case in cases() {
        let clean = Html::from(&*case.input).clean();
        assert!(!clean.contains("planted"), "{}: {clean}", case.id);
        assert!(!clean.contains("<script"), "{}: {clean}", case.id);
        let again = Html::from(&*clean);
        assert_eq!(again.clean(), clean, "{}", case.id);
        assert_eq!(
            again.to_text(),
            case.clean.unwrap_or(case.text),
            "{}",
            case.id
        );
    }
    let kept = "<p>a <a class=\"mention\" href=\"https://a.example/\" rel=\"nofollow noopener noreferrer\">b</a><br>c</p>";
    assert_eq!(Html::from(kept).clean(), kept);
}

#[test]
fn floods_take_no_long_time_and_no_deep_stack() {
    let size = 20_000;
    for flood in [
        "<div>".repeat(size),
        "<b>".repeat(size),
        "<a href=https://a.example>x".repeat(size / 10),
        "<ul><li>x".repeat(size / 10),
        "<blockquote>x".repeat(size / 10),
        "<b><i><s>x".repeat(size / 10),
        "<p>x<font a=1><font b=2>".repeat(size / 10),
        "<table>".repeat(size),
        "<svg><p>".repeat(size / 10),
        "&lt;".repeat(size),
        "&".repeat(size),
        "<code>`".repeat(size / 10),
        "<br>".repeat(size),
        format!("<p title=\"{}\">x", "y".repeat(size * 10)),
        format!("<p {}>x", "a=1 ".repeat(size)),
        format!(
            "<p {}>x",
            (0..size / 10)
                .map(|n| format!("a{n}=1 "))
                .collect::<String>()
        ),
        "<".repeat(size),
        "<!--".repeat(size),
    ] {
        let html = Html::from(&*flood);
        // At most 32 characters of prefixes a line.
        let limit = flood.len() * 12 + 100;
        assert!(html.to_text().len() <= limit);
        assert!(html.to_markdown().len() <= limit);
        assert!(html.anchors().len() <= size);
        #[cfg(feature = "clean")]
        assert!(html.clean().len() <= limit * 2);
    }
}

#[test]
fn addresses_that_are_none() {
    for text in [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "vbscript:x",
        "//a.example",
        "",
        "https://",
    ] {
        assert_eq!(WebUrl::from(text).to_url(), None, "{text}");
        let link = format!("<a href=\"{text}\">x</a>");
        let anchors = Html::from(link).anchors();
        assert_eq!(anchors[0].kind, AnchorKind::Link);
        assert_eq!(anchors[0].url, None, "{text}");
    }
}

#[test]
fn lengths_as_mastodon_counts_them() {
    for (text, expected) in [
        ("", 0),
        ("hello", 5),
        (" spaces around  ", 16),
        ("\ttabs and\r\nlines\n", 16),
        (
            "two: http://a.com and https://b.org/page?x=1#y",
            5 + 23 + 5 + 23,
        ),
        ("ftp://files.a.net/x", 19),
        ("http://user:pass@a.com:8080/path", 32),
        ("http://127.0.0.1:3000/health", 28),
        ("https://[2001:db8::1]:443/path?ok=1", 35),
        ("mailto:someone@a.com", 20),
        ("git+ssh://git@a.co.uk:22/repo.git", 33),
        ("https://a.very.long.name.museum/collection", 23),
        ("@ann", 4),
        ("@bob@a.com", 4),
        ("hi @ann and @bob@a.social!", 17),
        ("(see https://a.com.)", 30),
        ("<@root> and {@admin@a.net}", 20),
        (
            "@one https://a.social/@two @three@a.com 👩🏽‍💻 🇪🇪 ✊🏿",
            5 + 23 + 1 + 6 + 6,
        ),
        ("é f\u{301}", 3),
    ] {
        let count = |spoiler: &str| status_length(text, spoiler, Some(CHARACTERS_RESERVED_PER_URL));
        assert_eq!(count(""), expected, "{text}");
        assert_eq!(count("what"), expected + 4, "{text}");
    }
}

#[test]
fn a_thread_of_a_long_text() {
    let text = "word ".repeat(400);
    let parts = split_text(&text, 500, Some(CHARACTERS_RESERVED_PER_URL));
    let lengths: Vec<_> = parts.iter().map(|part| part.len()).collect();
    assert_eq!(lengths, [499, 499, 499, 499]);
}
