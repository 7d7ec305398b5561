//! How HTML is written, by [`compose`](crate::compose) and by the cleaner alike, so that what the one writes the other leaves as it is.

use std::fmt::Write as _;

/// A text as it stands between tags or in an attribute.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escape_into(text, &mut out);
    out
}

pub(crate) fn escape_into(text: &str, out: &mut String) {
    text.chars().for_each(|letter| escape(letter, out));
}

pub(crate) fn escape(letter: char, out: &mut String) {
    match letter {
        // No browser shows it, and some that store text take it for its end.
        '\0' => {}
        // Written as it is, readers of HTML take it for a line feed.
        '\r' => out.push_str("&#13;"),
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        '\'' => out.push_str("&#39;"),
        other => out.push(other),
    }
}

/// Begins a link. `rel` are words of its own; the two that keep a page from being commended and from reaching back are added.
pub(crate) fn begin_link(href: &str, class: &str, rel: &str, out: &mut String) {
    out.push_str("<a");
    attribute("href", href, out);
    if !class.is_empty() {
        attribute("class", class, out);
    }
    let gap = if rel.is_empty() { "" } else { " " };
    let _ = write!(
        out,
        " rel=\"{rel}{gap}nofollow noopener\" target=\"_blank\">"
    );
}

pub(crate) fn attribute(name: &str, value: &str, out: &mut String) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    escape_into(value, out);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_that_reads_as_something_else() {
        assert_eq!(
            escaped("a\0<b>\r\n\"&'"),
            "a&lt;b&gt;&#13;\n&quot;&amp;&#39;"
        );
    }
}
