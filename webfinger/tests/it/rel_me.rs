//! Verified links: the cases as data, and how long reading takes.

use std::time::{Duration, Instant};

use http::HeaderMap;
use serde::Deserialize;
use url::Url;
use webfinger::rel_me::{
    Answer, MAX_BYTES, MAX_HREF, MAX_LINKS, Place, Profile, Verification, claim, header_links,
    links, verify,
};

#[derive(Deserialize)]
struct Case {
    id: String,
    input: Input,
    outcome: String,
}

/// A field of a profile, or a page.
#[derive(Deserialize)]
struct Input {
    field: Option<String>,
    html: Option<String>,
    /// The letters of the page are bytes of Latin-1.
    #[serde(default)]
    latin1: bool,
    /// The header field.
    link: Option<String>,
    page: Option<String>,
    answered: Option<String>,
    /// Another URL that the profile says it has.
    also: Option<String>,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("../cases/rel_me.json")).unwrap()
}

fn url(text: &str) -> Url {
    text.parse().unwrap()
}

fn alice() -> Profile {
    Profile::new(url("https://social.example/users/alice"))
        .url(url("https://social.example/@alice"))
}

fn word(verification: &Verification) -> &'static str {
    match verification {
        Verification::Verified => "verified",
        Verification::NotLinked => "not linked",
        Verification::LinksElsewhere(links) if !links.is_empty() => "elsewhere",
        Verification::RedirectedElsewhere(_) => "redirected",
        Verification::ProfileItself => "itself",
        _ => "?",
    }
}

fn run(input: &Input) -> String {
    let Some(html) = &input.html else {
        let field = input.field.as_deref().unwrap();
        return claim(field).map_or_else(|| "no claim".to_owned(), String::from);
    };
    let profile = match &input.also {
        Some(also) => alice().url(url(also)),
        None => alice(),
    };
    let page = url(input.page.as_deref().unwrap_or("https://alice.example/"));
    let answered = input.answered.as_deref().map_or(page.clone(), url);
    let mut headers = HeaderMap::new();
    if let Some(link) = &input.link {
        headers.insert("link", link.parse().unwrap());
    }
    let body = if input.latin1 {
        html.chars().map(|c| u8::try_from(c).unwrap()).collect()
    } else {
        html.clone().into_bytes()
    };
    let answer = Answer {
        url: &answered,
        headers: &headers,
        body: &body,
    };
    word(&verify(&profile, &page, answer)).to_owned()
}

#[test]
fn every_case_has_its_outcome() {
    let cases = cases();
    let wrong: Vec<_> = cases
        .iter()
        .map(|case| (case, run(&case.input)))
        .filter(|(case, outcome)| case.outcome != *outcome)
        .map(|(case, outcome)| format!("{}: {outcome}", case.id))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let controls = cases
        .iter()
        .filter(|case| case.outcome == "verified" || case.outcome.starts_with("https:"));
    let controls = controls.count();
    let refused = cases.len() - controls;
    println!("refused {refused}/{refused}, controls accepted {controls}/{controls}");
    assert!(refused > 100 && controls > 40);
}

#[test]
fn links_say_where_they_stand() {
    let base = url("https://alice.example/");
    let html = br#"<link rel=me href=/1><a rel=me href=/2><a href=/3>"#;
    let found: Vec<_> = links(html, &base)
        .into_iter()
        .map(|link| (link.url.path().to_owned(), link.place))
        .collect();
    assert_eq!(
        found,
        [("/1".into(), Place::Link), ("/2".into(), Place::Anchor)]
    );
    let mut headers = HeaderMap::new();
    headers.append("link", "</4>; rel=me, </5>; rel=me".parse().unwrap());
    headers.append("link", "</6>; rel=me".parse().unwrap());
    let found = header_links(&headers, &base);
    assert_eq!(found.len(), 3);
    assert!(found.iter().all(|link| link.place == Place::Header));
}

#[test]
fn limits_hold_at_the_limit_and_not_one_past_it() {
    let base = url("https://alice.example/");
    let link = b"<a rel=me href=/x>";
    assert_eq!(links(&link.repeat(MAX_LINKS), &base).len(), MAX_LINKS);
    assert_eq!(links(&link.repeat(MAX_LINKS + 1), &base).len(), MAX_LINKS);

    for (padding, found) in [(MAX_BYTES - link.len(), 1), (MAX_BYTES - link.len() + 1, 0)] {
        let mut page = vec![b' '; padding];
        page.extend_from_slice(link);
        assert_eq!(links(&page, &base).len(), found);
    }

    for (length, found) in [(MAX_HREF, 1), (MAX_HREF + 1, 0)] {
        let page = format!("<a rel=me href={}>", "x".repeat(length));
        assert_eq!(links(page.as_bytes(), &base).len(), found);
    }

    let longest = format!("https://alice.example/{}", "x".repeat(MAX_HREF - 22));
    assert!(claim(&longest).is_some());
    assert!(claim(&(longest + "x")).is_none());
}

/// Four times the input may not take much more than four times the time, whatever it is.
#[test]
fn reading_takes_time_in_proportion_to_the_length() {
    let base = url("https://alice.example/");
    let floods = [
        "<a ",
        "<a rel=me ",
        "<a rel=me href=/>",
        "<a rel=me href=?>",
        "<",
        "</",
        "<!--",
        "<!-- --!",
        "<![CDATA[",
        "<b><i>",
        "<svg>",
        "<template>",
        "</template>",
        "<script>",
        "<textarea>",
        "<script><!--<script>",
        "&#x",
        "&amp",
        "&notit;",
        "x=\"y\" ",
        "<a x='",
        "<base href=x>",
        "<svg><style>",
    ];
    let lengths = [8 * 1024, 32 * 1024];
    let pages = floods.map(|flood| lengths.map(|length| flood.repeat(length / flood.len())));
    let tag = lengths.map(|length| format!("<a {}>", "rel=me x ".repeat(length / 9)));
    for [quarter, whole] in pages.into_iter().chain([tag]) {
        let time = |html: &str| {
            let begin = Instant::now();
            let _ = links(html.as_bytes(), &base);
            begin.elapsed()
        };
        let times = (time(&quarter), time(&whole));
        assert!(
            times.1 < times.0 * 12 + Duration::from_millis(200),
            "{:.40}: {times:?}",
            quarter
        );
    }
    let attributes: String = (0..100_000).map(|n| format!(" a{n}")).collect();
    let begin = Instant::now();
    let html = format!("<a{attributes} rel=me href=/x>");
    assert_eq!(links(html.as_bytes(), &base).len(), 1);
    assert!(begin.elapsed() < Duration::from_secs(5));

    let mut headers = HeaderMap::new();
    for flood in [
        "<",
        "<>;",
        "<>,",
        "<>;rel=\"me",
        "<>;a=\"\\\"",
        ",",
        "<x>;rel=me;",
        "<>;a;",
        ";a",
    ] {
        // As long as all header fields may be.
        headers.insert("link", flood.repeat(65_536 / flood.len()).parse().unwrap());
        let begin = Instant::now();
        assert!(header_links(&headers, &base).len() <= MAX_LINKS);
        assert!(begin.elapsed() < Duration::from_secs(1), "{flood}");
    }
}
