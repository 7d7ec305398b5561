//! The older spelling of a descriptor, in XML: [XRD 1.0](http://docs.oasis-open.org/xri/xrd/v1.0/xrd-1.0.html).

use roxmltree::{Document, Node, ParsingOptions};
use serde_json::{Map, Value};

use super::{Descriptor, DescriptorError, Limits, Link, Problem};

/// No document type, so no entities but the five of XML. Elements of other vocabularies are passed over.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Descriptor, DescriptorError> {
    if bytes.len() > limits.bytes {
        return Err(DescriptorError::TooLong);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| DescriptorError::Encoding)?;
    if !text.is_ascii() && names_other_encoding(text) {
        return Err(DescriptorError::Encoding);
    }
    refuse_floods(text)?;
    let nodes = limits.items.saturating_mul(NODES_PER_ITEM);
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: u32::try_from(nodes).unwrap_or(u32::MAX),
        entity_resolver: None,
    };
    let document = Document::parse_with_options(text, options).map_err(refusal)?;
    let root = document.root_element();
    if !root.has_tag_name((NAMESPACE, "XRD")) {
        return Err(DescriptorError::NotXrd);
    }
    let mut descriptor = Descriptor::default();
    let mut links = 0;
    for element in root.children().filter(Node::is_element) {
        match own_name(element) {
            Some("Subject") => put_once(&mut descriptor.subject, element)?,
            Some("Expires") => put_once(&mut descriptor.expires, element)?,
            Some("Alias") => descriptor.aliases.push(text_of(element)),
            Some("Property") => put_property(&mut descriptor.properties, element)?,
            Some("Link") => {
                match link(element)? {
                    Some(link) => descriptor.links.push(link),
                    None => descriptor.problems.push(Problem::Item("links", links)),
                }
                links += 1;
            }
            _ => {}
        }
    }
    for (name, count) in [("links", links), ("aliases", descriptor.aliases.len())] {
        if count > limits.items {
            return Err(DescriptorError::TooMany(name));
        }
    }
    Ok(descriptor)
}

/// `None` for a link without a relation.
fn link(element: Node<'_, '_>) -> Result<Option<Link>, DescriptorError> {
    let attribute = |name| element.attribute(name).map(|value| value.trim().to_owned());
    let Some(rel) = attribute("rel") else {
        return Ok(None);
    };
    let mut link = Link::new(rel);
    link.media_type = attribute("type");
    link.href = attribute("href");
    link.template = attribute("template");
    for child in element.children().filter(Node::is_element) {
        match own_name(child) {
            Some("Title") => {
                let language = child
                    .attribute((roxmltree::NS_XML_URI, "lang"))
                    .unwrap_or("und");
                put(&mut link.titles, language, Value::String(text_of(child)))?;
            }
            Some("Property") => put_property(&mut link.properties, child)?,
            _ => {}
        }
    }
    Ok(Some(link))
}

fn put_property(
    properties: &mut Map<String, Value>,
    element: Node<'_, '_>,
) -> Result<(), DescriptorError> {
    let Some(name) = element.attribute("type") else {
        return Ok(());
    };
    let is_null = element
        .attribute(("http://www.w3.org/2001/XMLSchema-instance", "nil"))
        .is_some_and(|nil| matches!(nil.trim(), "true" | "1"));
    let value = if is_null {
        Value::Null
    } else {
        Value::String(text_of(element))
    };
    put(properties, name, value)
}

fn put(members: &mut Map<String, Value>, name: &str, value: Value) -> Result<(), DescriptorError> {
    match members.insert(name.to_owned(), value) {
        None => Ok(()),
        Some(_) => Err(DescriptorError::Duplicate),
    }
}

fn put_once(field: &mut Option<String>, element: Node<'_, '_>) -> Result<(), DescriptorError> {
    match field.replace(text_of(element)) {
        None => Ok(()),
        Some(_) => Err(DescriptorError::Duplicate),
    }
}

/// All of the text: what stands before a comment is not the whole.
fn text_of(element: Node<'_, '_>) -> String {
    let text: String = element
        .children()
        .filter(Node::is_text)
        .filter_map(|node| node.text())
        .collect();
    text.trim().to_owned()
}

fn own_name<'a>(element: Node<'a, '_>) -> Option<&'a str> {
    let name = element.tag_name();
    (name.namespace() == Some(NAMESPACE)).then(|| name.name())
}

/// The parser compares each attribute of an element with those before it, and each element may repeat the namespaces around
/// it, so many of either would take long.
fn refuse_floods(text: &str) -> Result<(), DescriptorError> {
    // No `<` stands inside a tag, and each attribute has its `=`.
    let attributes = text
        .split('<')
        .map(|tag| tag.bytes().filter(|b| *b == b'=').count())
        .max();
    if attributes.is_some_and(|most| most > MAX_ATTRIBUTES) {
        return Err(DescriptorError::TooMany("attributes"));
    }
    if text.matches("xmlns").count() > MAX_NAMESPACES {
        return Err(DescriptorError::TooMany("namespaces"));
    }
    Ok(())
}

fn names_other_encoding(text: &str) -> bool {
    let declaration = text
        .trim_start_matches('\u{feff}')
        .strip_prefix("<?xml")
        .and_then(|rest| rest.split_once("?>"));
    let Some((_, encoding)) = declaration.and_then(|(words, _)| words.split_once("encoding"))
    else {
        return false;
    };
    let name = encoding.trim_start_matches(|c: char| c.is_whitespace() || "='\"".contains(c));
    let name = name.split(['\'', '"']).next().unwrap_or(name);
    !["utf-8", "utf8"]
        .iter()
        .any(|utf8| name.eq_ignore_ascii_case(utf8))
}

/// The parser's own words quote the document.
fn refusal(error: roxmltree::Error) -> DescriptorError {
    use roxmltree::Error;
    match error {
        Error::DtdDetected => DescriptorError::Dtd,
        Error::UnknownEntityReference(..) | Error::MalformedEntityReference(_) => {
            DescriptorError::Entity
        }
        Error::NodesLimitReached => DescriptorError::TooMany("elements"),
        Error::DuplicatedAttribute(..) => DescriptorError::Duplicate,
        error => {
            let position = error.pos();
            DescriptorError::Xml {
                line: position.row,
                column: position.col,
            }
        }
    }
}

const NAMESPACE: &str = "http://docs.oasis-open.org/ns/xri/xrd-1.0";

const MAX_ATTRIBUTES: usize = 1000;

const MAX_NAMESPACES: usize = 64;

/// A link with a handful of titles and properties, and the blanks between them.
const NODES_PER_ITEM: usize = 32;
