//! A page of posts. Nothing in it runs, and nothing is fetched from anywhere when it is opened: pictures are links.

use mastodon_api::entities::Status;
use mastodon_api::text::WebUrl;
use std::fmt::Write as _;

const HEAD: &str = r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>For me</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark; }
article { border-top: 1px solid #8888; padding: 1rem 0; overflow-wrap: anywhere; }
header, footer { opacity: .7; font-size: .9rem; }
.invisible { display: none; }
.ellipsis::after { content: "…"; }
</style>
</head>
<body>
"#;

pub(crate) fn page<'a>(statuses: impl Iterator<Item = &'a Status>) -> String {
    let mut page = HEAD.to_owned();
    for status in statuses {
        // Writing to a String cannot fail.
        let _ = article(&mut page, status);
    }
    page.push_str("</body>\n</html>\n");
    page
}

fn article(page: &mut String, status: &Status) -> std::fmt::Result {
    let account = &status.account;
    let name = match &*account.display_name {
        "" => &account.username,
        name => name,
    };
    let when = status
        .created_at
        .map(|time| time.format("%Y-%m-%d %H:%M").to_string());
    writeln!(
        page,
        "<article>\n<header><bdi>{}</bdi> {} {}</header>",
        escaped(name),
        link(account.url.as_ref(), &format!("@{}", account.acct)),
        link(
            status.url.as_ref().or(status.uri.as_ref()),
            when.as_deref().unwrap_or("link")
        ),
    )?;
    if !status.spoiler_text.is_empty() {
        writeln!(
            page,
            "<details><summary dir=\"auto\">{}</summary>",
            escaped(&status.spoiler_text)
        )?;
    }
    writeln!(page, "<div dir=\"auto\">{}</div>", status.content.clean())?;
    if let Some(poll) = &status.poll {
        page.push_str("<ul>\n");
        for option in &poll.options {
            let votes = option.votes_count.map(|votes| format!(" ({votes})"));
            writeln!(
                page,
                "<li><bdi>{}</bdi>{}</li>",
                escaped(&option.title),
                votes.unwrap_or_default()
            )?;
        }
        page.push_str("</ul>\n");
    }
    for medium in &status.media_attachments {
        let text = medium
            .description
            .as_deref()
            .filter(|text| !text.is_empty());
        let text = format!(
            "[{}] {}",
            medium.kind.as_str(),
            text.unwrap_or("(no description)")
        );
        writeln!(
            page,
            "<p dir=\"auto\">{}</p>",
            link(medium.url.as_ref().or(medium.remote_url.as_ref()), &text)
        )?;
    }
    if !status.spoiler_text.is_empty() {
        page.push_str("</details>\n");
    }
    writeln!(
        page,
        "<footer>↻ {} ★ {} ↩ {}</footer>\n</article>",
        status.reblogs_count, status.favourites_count, status.replies_count
    )
}

/// A link, if the address is one of the web.
fn link(url: Option<&WebUrl>, text: &str) -> String {
    let text = escaped(text);
    match url.and_then(WebUrl::to_url) {
        Some(url) => format!(
            "<a href=\"{}\" rel=\"nofollow noopener noreferrer\">{text}</a>",
            escaped(url.as_str())
        ),
        None => text,
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            character => escaped.push(character),
        }
    }
    escaped
}
