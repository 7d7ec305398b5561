//! Structured fields ([RFC 9651](https://www.rfc-editor.org/rfc/rfc9651)): what the fields of RFC 9421 and RFC 9530 are
//! written in.
//!
//! The parser is the `sfv` crate. Here stands what it leaves open: how much is read, and that a key which stands twice is
//! refused. The RFC lets the last one win, and whoever sends two hopes that somebody takes the first.
//!
//! The base64 of a byte sequence is read without its padding too, and with bits that are not zero where the last character
//! has more than are needed, as section 4.2.7 advises. So the same bytes can be spelled in several ways: what must be known
//! again is compared as bytes, and a covered member (`key`) or field (`sf`) counts in its canonical spelling.

use std::borrow::Cow;
use std::collections::HashSet;
use std::convert::Infallible;

use http::{HeaderMap, HeaderName};
use sfv::visitor::{
    DictionaryVisitor, EntryVisitor, InnerListVisitor, ItemVisitor, ListVisitor, ParameterVisitor,
};
use sfv::{BareItemFromInput, KeyRef, Parser};

use crate::error::Reason;

/// Longest field, in bytes, all its lines together.
pub(crate) const LONGEST: usize = 16 * 1024;
/// Most members of a dictionary.
pub(crate) const MOST_MEMBERS: usize = 32;
/// Most parameters of one item or inner list.
const MOST_PARAMETERS: usize = 32;

pub(crate) type BareItem<'a> = BareItemFromInput<'a>;
pub(crate) type Parameters<'a> = Vec<(&'a KeyRef, BareItem<'a>)>;

/// An item and its parameters.
pub(crate) struct Item<'a> {
    pub(crate) value: BareItem<'a>,
    pub(crate) parameters: Parameters<'a>,
}

/// A member of a dictionary: an item, or a list of items with parameters of its own.
pub(crate) enum Member<'a> {
    Item(Item<'a>),
    InnerList(Vec<Item<'a>>, Parameters<'a>),
}

impl Member<'_> {
    /// Refuses parameters that stand twice, and too many.
    fn check(&self) -> Result<(), Reason> {
        match self {
            Member::Item(item) => check(&item.parameters),
            Member::InnerList(items, parameters) => {
                items.iter().try_for_each(|item| check(&item.parameters))?;
                check(parameters)
            }
        }
    }
}

/// The lines of a field, joined; `None` if there is no such field.
pub(crate) fn joined<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Cow<'a, [u8]>> {
    let mut lines = headers.get_all(name).iter();
    let mut field = Cow::Borrowed(lines.next()?.as_bytes());
    for line in lines {
        let field = field.to_mut();
        field.extend_from_slice(b", ");
        field.extend_from_slice(line.as_bytes());
    }
    Some(field)
}

/// Reads a dictionary, its members in their order.
///
/// # Errors
/// [`Reason::HeaderTooLong`], [`Reason::HeaderMalformed`], [`Reason::TooManyParameters`] or
/// [`Reason::ParameterRepeated`].
pub(crate) fn dictionary(field: &[u8]) -> Result<Vec<(&str, Member<'_>)>, Reason> {
    if field.len() > LONGEST {
        return Err(Reason::HeaderTooLong);
    }
    let members = Parser::new(field)
        .parse_dictionary_with_visitor(Members(Vec::new()))
        .map_err(|_| Reason::HeaderMalformed)?;
    if members.len() > MOST_MEMBERS {
        return Err(Reason::TooManyParameters);
    }
    for (at, (key, member)) in members.iter().enumerate() {
        if members.iter().take(at).any(|(other, _)| other == key) {
            return Err(Reason::ParameterRepeated);
        }
        member.check()?;
    }
    Ok(members)
}

/// The base64 of a byte sequence that is the only member of a dictionary, without parameters: what most fields of this
/// kind are. `None` only means that the field is not spelled so, and the base64 may still be none.
pub(crate) fn only_byte_sequence<'a>(field: &'a [u8], key: &str) -> Option<&'a [u8]> {
    if field.len() > LONGEST {
        return None;
    }
    let value = field.strip_prefix(key.as_bytes())?.strip_prefix(b"=:")?;
    value.strip_suffix(b":")
}

/// Reads an item with its parameters.
///
/// # Errors
/// As [`dictionary`].
pub(crate) fn item(field: &[u8]) -> Result<Item<'_>, Reason> {
    if field.len() > LONGEST {
        return Err(Reason::HeaderTooLong);
    }
    let visitor = |value| {
        Ok::<_, Infallible>(Collect {
            parameters: Vec::new(),
            done: move |parameters| Item { value, parameters },
        })
    };
    let item = Parser::new(field).parse_item_with_visitor(visitor);
    let item = item.map_err(|_| Reason::HeaderMalformed)?;
    check(&item.parameters)?;
    Ok(item)
}

/// The field in its one canonical spelling, if the value leaves no doubt what kind of field it is: a field that reads
/// differently as a list and as a dictionary has none here, as its kind is not known. Nor has one with a key that stands
/// twice: the spelling would be that of the field without the first.
pub(crate) fn canonical(field: &[u8]) -> Option<String> {
    if field.len() > LONGEST || repeats(field) {
        return None;
    }
    let list = Parser::new(field)
        .parse::<sfv::List>()
        .ok()
        .map(|list| sfv::FieldType::serialize(&list).unwrap_or_default());
    let dictionary = Parser::new(field)
        .parse::<sfv::Dictionary>()
        .ok()
        .map(|dictionary| sfv::FieldType::serialize(&dictionary).unwrap_or_default());
    match (list, dictionary) {
        (Some(list), Some(dictionary)) => (list == dictionary).then_some(list),
        (list, dictionary) => list.or(dictionary),
    }
}

/// Whether a key stands twice in the field, or in the parameters of something in it, whether it is a list or a dictionary.
fn repeats(field: &[u8]) -> bool {
    let list = Parser::new(field).parse_list_with_visitor(Members(Vec::new()));
    let dictionary = Parser::new(field).parse_dictionary_with_visitor(Members(Vec::new()));
    let mut seen = HashSet::new();
    let mut keys = dictionary.iter().flatten().map(|(key, _)| *key);
    !keys.all(|key| seen.insert(key))
        || [&list, &dictionary]
            .into_iter()
            .flatten()
            .flatten()
            .any(|(_, member)| member.check().is_err())
}

/// The member of a dictionary under this key, in its canonical spelling; `None` if there is none.
///
/// # Errors
/// As [`dictionary`].
pub(crate) fn canonical_member(field: &[u8], key: &str) -> Result<Option<String>, Reason> {
    let members = dictionary(field)?;
    let Some((_, member)) = members.into_iter().find(|(other, _)| *other == key) else {
        return Ok(None);
    };
    let mut text = String::new();
    match member {
        Member::Item(item) => write_item(&mut text, &item),
        Member::InnerList(items, parameters) => write_inner_list(&mut text, &items, &parameters),
    }
    Ok(Some(text))
}

/// Appends an item in its canonical spelling.
pub(crate) fn write_item(text: &mut String, item: &Item<'_>) {
    let text = sfv::ItemSerializer::with_buffer(text).bare_item(&item.value);
    write_parameters(text, &item.parameters);
}

/// Appends an inner list in its canonical spelling.
pub(crate) fn write_inner_list(text: &mut String, items: &[Item<'_>], parameters: &Parameters<'_>) {
    let mut list = sfv::ListSerializer::with_buffer(text);
    let mut inner = list.inner_list();
    for item in items {
        write_parameters(inner.bare_item(&item.value), &item.parameters);
    }
    write_parameters(inner.finish(), parameters);
}

fn write_parameters<W: std::borrow::BorrowMut<String>>(
    text: sfv::ParameterSerializer<W>,
    parameters: &Parameters<'_>,
) {
    let _ = text
        .parameters(parameters.iter().map(|(key, value)| (*key, value)))
        .finish();
}

fn check(parameters: &Parameters<'_>) -> Result<(), Reason> {
    if parameters.len() > MOST_PARAMETERS {
        return Err(Reason::TooManyParameters);
    }
    let mut keys = parameters.iter().enumerate();
    if keys.any(|(at, (key, _))| parameters.iter().take(at).any(|(other, _)| other == key)) {
        return Err(Reason::ParameterRepeated);
    }
    Ok(())
}

struct Members<'a>(Vec<(&'a str, Member<'a>)>);

impl<'a> DictionaryVisitor<'a> for Members<'a> {
    type Out = Vec<(&'a str, Member<'a>)>;
    type Error = Infallible;

    fn entry(&mut self, key: &'a KeyRef) -> Result<impl EntryVisitor<'a>, Infallible> {
        Ok(Entry {
            key: key.as_str(),
            members: &mut self.0,
        })
    }

    fn finish(self) -> Result<Self::Out, Infallible> {
        Ok(self.0)
    }
}

/// The members of a list have no keys.
impl<'a> ListVisitor<'a> for Members<'a> {
    type Out = Vec<(&'a str, Member<'a>)>;
    type Error = Infallible;

    fn entry(&mut self) -> Result<impl EntryVisitor<'a>, Infallible> {
        Ok(Entry {
            key: "",
            members: &mut self.0,
        })
    }

    fn finish(self) -> Result<Self::Out, Infallible> {
        Ok(self.0)
    }
}

struct Entry<'a, 'm> {
    key: &'a str,
    members: &'m mut Vec<(&'a str, Member<'a>)>,
}

impl<'a> EntryVisitor<'a> for Entry<'a, '_> {
    type Error = Infallible;

    fn item(self) -> Result<impl ItemVisitor<'a>, Infallible> {
        Ok(move |value| {
            Ok::<_, Infallible>(Collect {
                parameters: Vec::new(),
                done: move |parameters| {
                    let item = Member::Item(Item { value, parameters });
                    self.members.push((self.key, item));
                },
            })
        })
    }

    fn inner_list(self) -> Result<impl InnerListVisitor<'a>, Infallible> {
        Ok(InnerList {
            entry: self,
            items: Vec::new(),
        })
    }
}

struct InnerList<'a, 'm> {
    entry: Entry<'a, 'm>,
    items: Vec<Item<'a>>,
}

impl<'a> InnerListVisitor<'a> for InnerList<'a, '_> {
    type Error = Infallible;

    fn item(&mut self) -> Result<impl ItemVisitor<'a>, Infallible> {
        let items = &mut self.items;
        Ok(move |value| {
            Ok::<_, Infallible>(Collect {
                parameters: Vec::new(),
                done: move |parameters| items.push(Item { value, parameters }),
            })
        })
    }

    fn finish(self) -> Result<impl ParameterVisitor<'a>, Infallible> {
        Ok(Collect {
            parameters: Vec::new(),
            done: move |parameters| {
                let list = Member::InnerList(self.items, parameters);
                self.entry.members.push((self.entry.key, list));
            },
        })
    }
}

struct Collect<'a, F> {
    parameters: Parameters<'a>,
    done: F,
}

impl<'a, T, F: FnOnce(Parameters<'a>) -> T> ParameterVisitor<'a> for Collect<'a, F> {
    type Out = T;
    type Error = Infallible;

    fn parameter(&mut self, key: &'a KeyRef, value: BareItem<'a>) -> Result<(), Infallible> {
        self.parameters.push((key, value));
        Ok(())
    }

    fn finish(self) -> Result<T, Infallible> {
        Ok((self.done)(self.parameters))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(field: &str) -> Option<Reason> {
        dictionary(field.as_bytes()).err()
    }

    #[test]
    fn a_key_that_stands_twice_is_refused() {
        assert_eq!(reason("a=1, b=(1 2);x;y, c"), None);
        for field in ["a=1, a=2", "a=1;x;x", "a=(1;x;x)", "a=(1);x;y;x"] {
            assert_eq!(reason(field), Some(Reason::ParameterRepeated), "{field}");
        }
    }

    #[test]
    fn each_limit_is_kept_at_its_edge() {
        let members = |count: usize| (0..count).map(|i| format!("k{i}")).collect::<Vec<_>>();
        assert_eq!(reason(&members(MOST_MEMBERS).join(", ")), None);
        let one_more = reason(&members(MOST_MEMBERS + 1).join(", "));
        assert_eq!(one_more, Some(Reason::TooManyParameters));
        let parameters = |count: usize| format!("a=();{}", members(count).join(";"));
        assert_eq!(reason(&parameters(MOST_PARAMETERS)), None);
        let one_more = reason(&parameters(MOST_PARAMETERS + 1));
        assert_eq!(one_more, Some(Reason::TooManyParameters));
        let long = |length: usize| format!("a=\"{}\"", "x".repeat(length - 4));
        assert_eq!(reason(&long(LONGEST)), None);
        assert_eq!(reason(&long(LONGEST + 1)), Some(Reason::HeaderTooLong));

        let long = |length: usize| item("x".repeat(length).as_bytes()).err();
        assert_eq!(long(LONGEST), None);
        assert_eq!(long(LONGEST + 1), Some(Reason::HeaderTooLong));
    }

    #[test]
    fn byte_sequences_are_read_however_they_are_padded_and_written_in_one_way() {
        for field in ["a=:AAE=:", "a=:AAE:", "a=:AAF=:"] {
            let written = canonical_member(field.as_bytes(), "a");
            assert_eq!(written, Ok(Some(":AAE=:".to_owned())), "{field}");
        }
        for field in ["a=:A:", "a=:AA_-:", "a=:AA E=:", "a=:AAE=", "a=AAE="] {
            let read = dictionary(field.as_bytes());
            let is_bytes = read.is_ok_and(|members| {
                matches!(
                    members.first(),
                    Some((
                        _,
                        Member::Item(Item {
                            value: BareItem::ByteSequence(_),
                            ..
                        })
                    ))
                )
            });
            assert!(!is_bytes, "{field}");
        }
    }

    #[test]
    fn what_is_no_dictionary_is_refused() {
        for field in [
            "a=",
            "a=\"x",
            "a=1000000000000000",
            "A=1",
            "a=\"é\"",
            "a=1,",
            "a=(1",
            "a=:!:",
            "\"a\"",
        ] {
            assert_eq!(reason(field), Some(Reason::HeaderMalformed), "{field}");
        }
    }

    #[test]
    fn the_canonical_spelling_is_given_only_where_it_is_certain() {
        for (field, expected) in [
            (
                "  a=1,    b=2;x=1;y=2,   c=(a   b   c)",
                Some("a=1, b=2;x=1;y=2, c=(a b c)"),
            ),
            ("text/html,   \"x\";q=0.50", Some("text/html, \"x\";q=0.5")),
            ("5;  a", Some("5;a")),
            // A list and a dictionary, of the same spelling.
            ("a,   b;x", Some("a, b;x")),
            ("a, a", None),
            ("a=?", None),
            // What the first says would not be in the spelling.
            ("a=2, a=1", None),
            ("a=2, b, a=1", None),
            ("x;a=2;a=1", None),
            ("x, (y;a=2;a=1)", None),
            ("b=(y);a=2;a=1", None),
            ("\"x\";a=1, \"x\";a=2", Some("\"x\";a=1, \"x\";a=2")),
        ] {
            assert_eq!(canonical(field.as_bytes()).as_deref(), expected, "{field}");
        }
    }

    /// The dictionaries of the working group's own tests, from a folder that `FEDIKIT_SHARED` names.
    #[test]
    fn dictionaries_of_the_working_groups_tests() {
        let Some(folder) = std::env::var_os("FEDIKIT_SHARED") else {
            println!(
                "dictionaries_of_the_working_groups_tests: skipped, as FEDIKIT_SHARED names no folder"
            );
            return;
        };
        let folder = std::path::Path::new(&folder).join("corpus/signatures/structured-fields");
        let [mut read, mut refused, mut stricter] = [0; 3];
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let cases = std::fs::read_to_string(path).unwrap();
            let cases: serde_json::Value = serde_json::from_str(&cases).unwrap();
            for case in cases.as_array().unwrap() {
                if case["header_type"] != "dictionary" {
                    continue;
                }
                let lines = case["raw"].as_array().unwrap().iter();
                let lines: Vec<&str> = lines.map(|line| line.as_str().unwrap()).collect();
                let field = lines.join(", ");
                let outcome = dictionary(field.as_bytes()).map(drop);
                if case["must_fail"] == true {
                    assert_eq!(outcome, Err(Reason::HeaderMalformed), "{}", case["name"]);
                    refused += 1;
                } else if outcome == Err(Reason::ParameterRepeated) {
                    stricter += 1;
                } else if case["can_fail"] != true {
                    assert_eq!(outcome, Ok(()), "{}", case["name"]);
                    read += 1;
                }
            }
        }
        println!(
            "dictionaries: read {read}, refused {refused}, refused for a key that stands twice {stricter}"
        );
        assert_eq!([read, refused, stricter], [129, 299, 2]);
    }
}
