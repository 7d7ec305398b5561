//! Which domains an operator wants nothing to do with, or wants alone.

use std::collections::HashSet;
use std::fmt;
use std::net::Ipv6Addr;

use url::Host;

use crate::url::{is_dns_name, normal_name};

/// A list of domains, for blocking or for allowing. An entry stands for its name and every name below it.
///
/// `example.org`, `*.example.org`, `EXAMPLE.org.` are one entry, and so are `bücher.example` and `xn--bcher-kva.example`. An IP
/// address stands for itself alone. An entry may be a public suffix (`github.io`, `zip`) and then stands for all below it: an
/// operator may want to block that, and should think twice before allowing it.
///
/// Asking costs one hash for each label of the name, whatever the list's length.
///
/// ```
/// use guarded_http::DomainList;
///
/// let (blocked, unreadable) = DomainList::read("evil.example\n*.bücher.example # since May\n10.0.0.1\n");
/// assert!(unreadable.is_empty());
/// assert!(blocked.contains("sub.evil.example.") && blocked.contains("xn--bcher-kva.example"));
/// assert!(!blocked.contains("notevil.example"));
/// ```
#[derive(Clone, Default)]
pub struct DomainList {
    hosts: HashSet<Box<str>>,
}

impl DomainList {
    /// An empty list.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a list, and says on which lines (from 1) there was something that is no domain.
    ///
    /// Two forms are understood:
    ///
    /// - one domain a line, with `#` before a comment; what follows a comma is left out;
    /// - comma-separated values with a first row that names a `domain` column, as Mastodon exports and imports them
    ///   (`#domain,#severity,…`). Rows with the severity `silence` or `noop` are left out: Mastodon itself goes on fetching from
    ///   those. A quotation mark that is never closed makes the rest of the text one unreadable row.
    ///
    /// Comments are not kept. Lines that a server obfuscated (`ev**.example`) are among the unreadable ones.
    #[must_use]
    pub fn read(text: &str) -> (Self, Vec<usize>) {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut list = Self::new();
        let mut unreadable = Vec::new();
        let mut take = |line: usize, domain: &str| {
            if !domain.is_empty() && list.insert(domain).is_err() {
                unreadable.push(line);
            }
        };
        if let Some(columns) = Columns::named_by(text) {
            for row in Rows::of(text).skip(1) {
                match columns.blocked(&row) {
                    Some(domain) if row.closed => take(row.line, domain),
                    None if row.closed => {}
                    // No name has this byte, so the row counts as unreadable.
                    _ => take(row.line, "\""),
                }
            }
        } else {
            for (index, line) in text.lines().enumerate() {
                let end = line.find(['#', ',']).unwrap_or(line.len());
                let domain = line.get(..end).unwrap_or_default();
                take(index + 1, domain.trim());
            }
        }
        (list, unreadable)
    }

    /// Adds a domain or an IP address.
    ///
    /// # Errors
    ///
    /// It is neither; nothing was added.
    pub fn insert(&mut self, domain: &str) -> Result<(), InvalidDomain> {
        let domain = domain.strip_prefix("*.").unwrap_or(domain);
        let host = normal_host(domain).ok_or(InvalidDomain)?;
        self.hosts.insert(host.to_string().into());
        Ok(())
    }

    /// Whether the list has this host (written as in a URL, or as a person would) or a domain above it.
    #[must_use]
    pub fn contains(&self, host: &str) -> bool {
        if self.hosts.is_empty() {
            return false;
        }
        match normal_host(host) {
            Some(Host::Domain(name)) => {
                let mut name = name.as_str();
                loop {
                    if self.hosts.contains(name) {
                        return true;
                    }
                    match name.split_once('.') {
                        Some((_, parent)) => name = parent,
                        None => return false,
                    }
                }
            }
            Some(address) => self.hosts.contains(address.to_string().as_str()),
            None => false,
        }
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.hosts.len()
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hosts.is_empty()
    }
}

impl fmt::Debug for DomainList {
    /// The number alone: whom an operator blocks is the operator's business.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DomainList")
            .field("len", &self.len())
            .finish()
    }
}

/// A text is neither a domain name nor an IP address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is neither a domain name nor an IP address")]
#[non_exhaustive]
pub struct InvalidDomain;

fn normal_host(text: &str) -> Option<Host> {
    if let Ok(address) = text.parse::<Ipv6Addr>() {
        return Some(Host::Ipv6(address));
    }
    match Host::parse(text).ok()? {
        Host::Domain(name) => {
            let name = normal_name(&name);
            is_dns_name(&name).then_some(Host::Domain(name))
        }
        address => Some(address),
    }
}

/// Where a table of comma-separated values has what counts.
struct Columns {
    domain: usize,
    severity: Option<usize>,
}

impl Columns {
    fn named_by(text: &str) -> Option<Self> {
        let header = Rows::of(text).next()?;
        let column = |name: &str| {
            let is_name = |field: &String| {
                let field = field.trim();
                field
                    .strip_prefix('#')
                    .unwrap_or(field)
                    .eq_ignore_ascii_case(name)
            };
            header.fields.iter().position(is_name)
        };
        Some(Self {
            domain: column("domain")?,
            severity: column("severity"),
        })
    }

    /// The domain of a row that says to have nothing to do with it.
    fn blocked<'r>(&self, row: &'r Row) -> Option<&'r str> {
        let field = |column: usize| row.fields.get(column).map_or("", |field| field.trim());
        let severity = self.severity.map_or("", field);
        let milder = ["silence", "noop"]
            .iter()
            .any(|milder| severity.eq_ignore_ascii_case(milder));
        (!milder).then(|| field(self.domain))
    }
}

/// The rows of comma-separated values (RFC 4180): a quoted field may hold commas and line breaks.
struct Rows<'t> {
    chars: std::iter::Peekable<std::str::Chars<'t>>,
    line: usize,
}

struct Row {
    fields: Vec<String>,
    /// The line that it begins on, from 1.
    line: usize,
    /// Whether every quotation mark has its partner.
    closed: bool,
}

impl<'t> Rows<'t> {
    fn of(text: &'t str) -> Self {
        Self {
            chars: text.chars().peekable(),
            line: 1,
        }
    }
}

impl Iterator for Rows<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        self.chars.peek()?;
        let line = self.line;
        let mut fields = Vec::new();
        let mut field = String::new();
        let mut quoted = false;
        while let Some(c) = self.chars.next() {
            self.line += usize::from(c == '\n');
            match c {
                '"' if quoted && self.chars.next_if_eq(&'"').is_some() => field.push('"'),
                '"' if quoted || field.is_empty() => quoted = !quoted,
                ',' if !quoted => fields.push(std::mem::take(&mut field)),
                '\n' if !quoted => break,
                c => field.push(c),
            }
        }
        fields.push(field);
        Some(Row {
            fields,
            line,
            closed: !quoted,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> DomainList {
        let (list, unreadable) = DomainList::read(text);
        assert!(unreadable.is_empty(), "{unreadable:?}");
        list
    }

    #[test]
    fn an_entry_stands_for_all_below_it() {
        let list = list("evil.example\n");
        for host in [
            "evil.example",
            "EVIL.Example.",
            "a.evil.example",
            "a.b.c.evil.example.",
            "e%76il.example",
            "ｅvil.example",
        ] {
            assert!(list.contains(host), "{host}");
        }
        for host in [
            "example",
            "notevil.example",
            "evil.example.org",
            "",
            ".",
            "evil..example",
        ] {
            assert!(!list.contains(host), "{host}");
        }
    }

    #[test]
    fn one_domain_has_many_spellings() {
        for entry in [
            "bücher.example",
            "BÜCHER.example.",
            "*.xn--bcher-kva.example",
            "bücher。example",
        ] {
            let list = list(entry);
            assert_eq!(list.len(), 1);
            assert!(list.contains("a.xn--bcher-kva.example"), "{entry}");
            assert!(list.contains("Bücher.example"), "{entry}");
        }
    }

    #[test]
    fn an_address_stands_for_itself() {
        let list = list("9.9.9.9\n2620:fe::9\n[2620:fe::fe]\n");
        for host in [
            "9.9.9.9",
            "0x09.9.9.9",
            "[2620:fe::9]",
            "2620:fe:0::9",
            "[2620:fe::fe]",
        ] {
            assert!(list.contains(host), "{host}");
        }
        for host in ["9.9.9.10", "9.9.9", "[2620:fe::8]"] {
            assert!(!list.contains(host), "{host}");
        }
    }

    #[test]
    fn a_public_suffix_is_an_entry_like_any_other() {
        let list = list("github.io\nzip");
        assert!(list.contains("alice.github.io") && list.contains("a.b.zip"));
        assert!(!list.contains("io"));
    }

    #[test]
    fn a_plain_list_has_comments_and_says_what_it_did_not_understand() {
        let text = "\u{feff}# ours\r\n\r\n a.example # since May\r\nb.example,suspend\r\nhttps://c.example/\nd d.example\nev**.example\n*\n";
        let (list, unreadable) = DomainList::read(text);
        assert_eq!(list.len(), 2);
        assert!(list.contains("a.example") && list.contains("b.example"));
        assert_eq!(unreadable, [5, 6, 7, 8]);
    }

    #[test]
    fn a_mastodon_export_is_read() {
        let text = "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\r\n\
                    evil.example,suspend,false,false,\"says \"\"hi\"\",\r\nquoted.example\r\n\",false\r\n\
                    loud.example,silence,true,true,,false\r\n\
                    watched.example,noop,false,false,,false\r\n\
                    ob***.example,suspend,false,false,,true\r\n\
                    \"late.example\",Suspend,false,false,,false\r\n";
        let (list, unreadable) = DomainList::read(text);
        assert!(list.contains("evil.example") && list.contains("late.example"));
        assert_eq!(list.len(), 2);
        assert_eq!(unreadable, [7]);
        // An allow list has the one column.
        assert!(self::list("#domain\na.example\n").contains("a.example"));
    }

    #[test]
    fn a_quotation_mark_left_open_is_told() {
        let (list, unreadable) =
            DomainList::read("domain,comment\na.example,x\nb.example,\"x\nc.example,x\n");
        assert_eq!(list.len(), 1);
        assert_eq!(unreadable, [3]);
    }

    #[test]
    fn debug_names_nobody() {
        assert!(!format!("{:?}", list("evil.example")).contains("evil"));
    }
}
