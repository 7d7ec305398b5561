//! From the text that is posted to the HTML that is shown.

use std::fmt::Write as _;

/// What a text contains.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Content {
    pub(super) html: String,
    /// Names after an `@`, for which `profile` knew a page; each once.
    pub(super) mentions: Vec<String>,
    /// Names after a `#`; each once.
    pub(super) tags: Vec<String>,
}

impl Content {
    /// Reads a text: `profile` gives the profile page of a name, `tag` the page of a hashtag.
    pub(super) fn read(
        text: &str,
        profile: impl Fn(&str) -> Option<String>,
        tag: impl Fn(&str) -> String,
    ) -> Self {
        let mut content = Self {
            html: "<p>".to_owned(),
            ..Self::default()
        };
        let mut rest = text.trim();
        let mut before = ' ';
        while let Some(sign) = rest.chars().next() {
            let after = rest.get(sign.len_utf8()..).unwrap_or_default();
            let name = word(after);
            let starts = !before.is_alphanumeric() && !matches!(before, '_' | '/' | '@');
            let page = (sign == '@').then(|| profile(name)).flatten();
            if starts && let Some(page) = page {
                let _ = write!(
                    content.html,
                    "<span class=\"h-card\"><a href=\"{page}\" class=\"u-url mention\">@<span>{name}</span></a></span>"
                );
                add(&mut content.mentions, name);
            } else if starts && sign == '#' && !name.is_empty() {
                let page = tag(name);
                let _ = write!(
                    content.html,
                    "<a href=\"{page}\" class=\"mention hashtag\" rel=\"tag\">#<span>{name}</span></a>"
                );
                add(&mut content.tags, name);
            } else if let Some(paragraph) = rest.strip_prefix("\n\n") {
                content.html.push_str("</p><p>");
                rest = paragraph.trim_start_matches('\n');
                before = ' ';
                continue;
            } else {
                match sign {
                    '&' => content.html.push_str("&amp;"),
                    '<' => content.html.push_str("&lt;"),
                    '>' => content.html.push_str("&gt;"),
                    '"' => content.html.push_str("&quot;"),
                    '\n' => content.html.push_str("<br />"),
                    other => content.html.push(other),
                }
                before = sign;
                rest = after;
                continue;
            }
            before = 'a';
            rest = after.get(name.len()..).unwrap_or_default();
        }
        content.html.push_str("</p>");
        content
    }
}

fn word(text: &str) -> &str {
    let end = text.find(|sign: char| !sign.is_alphanumeric() && sign != '_');
    text.get(..end.unwrap_or(text.len())).unwrap_or_default()
}

fn add(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        names.push(name.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Content {
        let profile = |name: &str| (name == "bob").then(|| "https://e/@bob".to_owned());
        Content::read(text, profile, |tag| format!("https://e/tags/{tag}"))
    }

    #[test]
    fn mentions_and_tags_are_found_where_they_start() {
        let content = read("@bob, see #größe_1 & <b> a@bob x/#y @nobody @bob");
        assert_eq!(content.mentions, ["bob"]);
        assert_eq!(content.tags, ["größe_1"]);
        assert_eq!(
            content.html,
            "<p><span class=\"h-card\"><a href=\"https://e/@bob\" class=\"u-url mention\">@<span>bob</span></a></span>, \
             see <a href=\"https://e/tags/größe_1\" class=\"mention hashtag\" rel=\"tag\">#<span>größe_1</span></a> \
             &amp; &lt;b&gt; a@bob x/#y @nobody \
             <span class=\"h-card\"><a href=\"https://e/@bob\" class=\"u-url mention\">@<span>bob</span></a></span></p>"
        );
    }

    #[test]
    fn lines_and_paragraphs() {
        assert_eq!(read("a\nb\n\n\nc\n").html, "<p>a<br />b</p><p>c</p>");
        assert_eq!(read("@").html, "<p>@</p>");
    }
}
