//! What may leave the server: documents without the recipients whom nobody else may see.

use std::collections::{HashMap, HashSet};

use crate::activity::Activity;
use crate::actor::Actor;
use crate::any::Any;
use crate::collection::Collection;
use crate::context::plain_name;
use crate::family::{Family, write_document};
use crate::json::{Node, Shape, Tape};
use crate::object::Object;
use crate::property::write_member;

/// Makes what may leave the server.
macro_rules! blind {
    ($( $family:ident ),+) => {
        $(
            impl $family {
                /// Without `bto` and `bcc`, in it and in everything that stands inside it: the form in which it may leave the server
                /// (ActivityPub section 6), and in which what others sent may be shown or passed on. Ask for its recipients
                /// before.
                ///
                /// They go under any spelling: with a prefix, as full IRIs, and under the names and prefixes that a `@context` in the
                /// document itself gives them. Only what a context document that it names defines is not known here, as none is
                /// fetched. What is too deep, or defines more than can be followed, becomes an empty object.
                #[must_use]
                pub fn without_blind_recipients(self) -> Self {
                    without_blind_recipients(self)
                }
            }
        )+
    };
}

blind!(Any, Object, Actor, Activity, Collection);

/// Works on the text, because properties that no field holds embed things too.
fn without_blind_recipients<T: Family>(thing: T) -> T {
    let text = write_document(&thing);
    if !TRACES.iter().any(|part| text.contains(part)) {
        return thing;
    }
    let stripped = Tape::kept(&text)
        .and_then(|tape| stripped(tape.root()?))
        .unwrap_or_default();
    // What cannot be read again is not sent at all, rather than with what it must not say.
    let tape = Tape::kept(&stripped).or_else(|| Tape::kept("{}"));
    tape.as_ref().and_then(Tape::root).map_or(thing, T::read)
}

/// Without one of these in its text a document says nothing of blind recipients: their names, an escape that may be one of their letters, or
/// a prefix that ends within their names.
const TRACES: &[&str] = &["bto", "bcc", "\\u", "#b", ":b"];

/// Under which names they are known without a context.
const BLIND: &[&str] = &[
    "bto",
    "bcc",
    "as:bto",
    "as:bcc",
    "https://www.w3.org/ns/activitystreams#bto",
    "https://www.w3.org/ns/activitystreams#bcc",
];

/// `None` if the contexts ask for too much.
fn stripped(root: Node<'_, '_>) -> Option<String> {
    let mut stripper = Stripper {
        out: String::with_capacity(root.raw().len()),
        work: 0,
    };
    stripper.value(root, &Scope::default())?;
    Some(stripper.out)
}

struct Stripper {
    out: String,
    /// How many definitions were looked at.
    work: usize,
}

impl Stripper {
    fn value(&mut self, node: Node<'_, '_>, scope: &Scope) -> Option<()> {
        match node.shape() {
            Shape::Object => self.object(node, scope),
            Shape::Array => {
                self.out.push('[');
                for (at, element) in node.elements().enumerate() {
                    if at > 0 {
                        self.out.push(',');
                    }
                    self.value(element, scope)?;
                }
                self.out.push(']');
                Some(())
            }
            _ => {
                self.out.push_str(node.raw());
                Some(())
            }
        }
    }

    fn object(&mut self, node: Node<'_, '_>, outer: &Scope) -> Option<()> {
        let context = node.members().find(|member| member.0 == "@context");
        let own = match context {
            Some((_, context)) => outer.with(context, &mut self.work)?,
            None => None,
        };
        let scope = own.as_ref().unwrap_or(outer);
        self.out.push('{');
        for (name, value) in node.members() {
            if BLIND.contains(&plain_name(&name)) || scope.blind.contains(&*name) {
                continue;
            }
            // A context may define the names; that reveals nobody.
            if name == "@context" {
                write_member(&name, &mut self.out, |out| out.push_str(value.raw()));
            } else {
                write_member(&name, &mut self.out, |_| ());
                self.value(value, scope)?;
            }
        }
        self.out.push('}');
        Some(())
    }
}

/// What the contexts around a value define.
#[derive(Default)]
struct Scope {
    /// Terms and what they stand for. What a context within the definition of a term or type says is taken to hold everywhere: a name too many
    /// is lost rather than one too few.
    definitions: Vec<(String, String)>,
    /// The names that stand for blind recipients.
    blind: HashSet<String>,
}

impl Scope {
    /// This one and what a context adds; `Some(None)` if it adds nothing.
    fn with(&self, context: Node<'_, '_>, work: &mut usize) -> Option<Option<Self>> {
        let mut definitions = Vec::new();
        collect(context, &mut definitions);
        if definitions.is_empty() {
            return Some(None);
        }
        definitions.extend_from_slice(&self.definitions);
        *work += definitions.len();
        if *work > MOST_DEFINITIONS {
            return None;
        }
        let blind = blind_names(&definitions, work)?;
        Some(Some(Self { definitions, blind }))
    }
}

/// The terms of a context with what they stand for, also of the contexts inside it.
fn collect(context: Node<'_, '_>, definitions: &mut Vec<(String, String)>) {
    for entry in context.elements() {
        collect(entry, definitions);
    }
    for (term, definition) in context.members() {
        if let Some(iri) = definition.string() {
            definitions.push((term.into(), iri.into()));
            continue;
        }
        for (keyword, value) in definition.members() {
            match &*keyword {
                "@id" | "@reverse" => {
                    let iri = value.string().into_iter();
                    definitions.extend(iri.map(|iri| (term.clone().into(), iri.into())));
                }
                "@context" => collect(value, definitions),
                _ => {}
            }
        }
    }
}

/// All names that expand to those of blind recipients (JSON-LD 1.1 API section 5.2), found from the end: what stands for one of them is one,
/// and so is what begins with a prefix for its beginning.
fn blind_names(definitions: &[(String, String)], work: &mut usize) -> Option<HashSet<String>> {
    let mut terms_of: HashMap<&str, Vec<&str>> = HashMap::new();
    for (term, iri) in definitions {
        terms_of.entry(iri).or_default().push(term);
    }
    let mut blind = HashSet::new();
    let mut open: Vec<String> = BLIND.iter().copied().map(String::from).collect();
    while let Some(name) = open.pop() {
        if name.len() > LONGEST || *work > MOST_DEFINITIONS {
            return None;
        }
        if !blind.insert(name.clone()) {
            continue;
        }
        let colon = name.find(':');
        for (at, letter) in name.char_indices() {
            let (front, back) = name.split_at_checked(at + letter.len_utf8())?;
            let behind_prefix = colon.is_some_and(|colon| colon <= at);
            // A term for the prefix itself is a prefix too.
            let prefix = if colon == Some(at) {
                name.get(..at)
            } else {
                None
            };
            let as_prefix = prefix.and_then(|prefix| terms_of.get(prefix));
            let terms = terms_of.get(front).into_iter().chain(as_prefix).flatten();
            for term in terms {
                *work += 1;
                if back.is_empty() {
                    open.push((*term).to_owned());
                } else if *term == "@vocab" {
                    open.push(back.to_owned());
                } else if behind_prefix {
                    open.push(format!("{term}:{back}"));
                }
            }
        }
    }
    Some(blind)
}

/// Definitions that are looked at in one document, those that hold in several places once for each. Documents have some hundreds.
const MOST_DEFINITIONS: usize = 100_000;

/// In bytes.
const LONGEST: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(text: &str) -> String {
        let thing = Any::from_slice(text.as_bytes()).unwrap();
        thing.without_blind_recipients().to_string()
    }

    #[test]
    fn no_context_hides_them() {
        let iri = "https://www.w3.org/ns/activitystreams#bto";
        for (context, name) in [
            (r#"{"hidden":"as:bto"}"#.to_owned(), "hidden"),
            (r#"{"hidden":"as:bcc"}"#.to_owned(), "hidden"),
            (format!(r#"{{"hidden":"{iri}"}}"#), "hidden"),
            (r#"{"hidden":"bto"}"#.to_owned(), "hidden"),
            (r#"{"hidden":{"@id":"as:b\u0074o"}}"#.to_owned(), "hidden"),
            (
                r#"{"hidden":{"@type":"@id","@id":"as:bto"}}"#.to_owned(),
                "hidden",
            ),
            (r#"{"hidden":{"@reverse":"as:bto"}}"#.to_owned(), "hidden"),
            (
                r#"["https://a.example/c",[{"hidden":"as:bto"}]]"#.to_owned(),
                "hidden",
            ),
            (r#"{"a":"b","b":"c","c":"as:bto"}"#.to_owned(), "a"),
            (
                r#"{"n":{"@id":"a:n","@context":{"hidden":"as:bto"}}}"#.to_owned(),
                "hidden",
            ),
            (
                r#"{"x":"https://www.w3.org/ns/activitystreams#"}"#.to_owned(),
                "x:bto",
            ),
            (r#"{"x":"as:"}"#.to_owned(), "x:bcc"),
            (r#"{"x":"as"}"#.to_owned(), "x:bcc"),
            (r#"{"x":"as:b"}"#.to_owned(), "x:to"),
            (
                r#"{"x":"https://www.w3.org/","y":"x:ns/activitystreams#b"}"#.to_owned(),
                "y:cc",
            ),
            (r#"{"@vocab":"as:b"}"#.to_owned(), "to"),
            (r#"{"to":"as:bto"}"#.to_owned(), "to"),
            (r#"{"x:y":"as:bto","z":"x:y"}"#.to_owned(), "z"),
        ] {
            let text = |inner: &str| {
                format!(r#"{{"@context":{context},"type":"Note","n":[{{"m":{{{inner}"k":7}}}}]}}"#)
            };
            let went = leaves(&text(&format!(r#""{name}":["b:1"],"#)));
            assert_eq!(went, leaves(&text("")), "{context}");
            assert!(went.contains(r#""k":7"#), "{went}");
        }
    }

    #[test]
    fn a_context_hides_nothing_elsewhere() {
        let text = r#"{"type":"Announce","to":"a:1","object":{"type":"Note","@context":{"to":"as:bto","x":"as:name"},"to":"b:1","x":"n"},"x":7}"#;
        assert_eq!(leaves(text), leaves(&text.replace(r#""to":"b:1","#, "")));
        assert!(leaves(text).contains("a:1"));
    }

    #[test]
    fn contexts_that_cannot_be_followed_send_nothing() {
        let long = "x".repeat(300);
        assert_eq!(
            leaves(&format!(
                r#"{{"@context":{{"{long}":"as:bto","y":"{long}"}},"type":"Note","y":"b:1"}}"#
            )),
            "{}"
        );
        // Each inside the others, so that all of them hold in all of them.
        let terms = |at: usize| (0..100).map(move |term| format!(r#""t{at}-{term}":"as:bto""#));
        let deep: String = (0..60)
            .map(|at| {
                let terms = terms(at).collect::<Vec<_>>().join(",");
                format!(r#"{{"@context":{{{terms}}},"object":"#)
            })
            .collect();
        assert_eq!(leaves(&format!("{deep}1{}", "}".repeat(60))), "{}");
    }
}
