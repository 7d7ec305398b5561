//! Linked Data Signatures of type `RsaSignature2017`.

use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};

use super::Verified;
use super::canonical::{double, root};
use super::integrity::{as_text, elements, member};
use super::sign::Members;
use crate::any::Any;
use crate::context::plain_type;
use crate::error::{Problem, ReadError, Reason};
use crate::family::Family;
use crate::id::Id;
use crate::json::{Node, Shape, Tape};
use crate::limits::Limits;
use crate::{kind, origin, repair};
use rdf::{Statement, Term, canonical_n_quads, literal, sha256_hex};
use terms::{Terms, Values};

mod rdf;
mod terms;

/// The Linked Data Signature of a document (`RsaSignature2017`), read and not verified: an older kind of proof, with which Mastodon
/// forwards answers and speaks to relays. Mastodon's documentation advises against it for anything new
/// (<https://docs.joinmastodon.org/spec/security/#ld>); prefer [`Secured`](super::Secured) where a document has both.
///
/// It covers what JSON-LD makes of a document, and we read documents as plain JSON. So only documents are accepted in which both are the
/// same, which all of Mastodon's are: the known contexts (ActivityStreams, security v1) and definitions of new names beside them,
/// every name defined, no keyword such as `@graph`, `@included` or `@reverse`, no context inside, every thing with an id written out
/// in one place, no value twice, one known type, and nothing that the families cannot read. Nothing else could be told from a document
/// that was turned inside out without breaking its signature.
///
/// Not covered is in which order a list came, unless it is one whose order means something (`orderedItems`, `focalPoint`); and of
/// a vocabulary that this crate does not know, under which names its properties stand.
///
/// ```no_run
/// # use activitypub::{Id, proof::LinkedDataSignature};
/// # fn fetch(key: &Id) -> (Id, Box<dyn Fn(&[u8], &[u8]) -> bool>) { unimplemented!() }
/// # let body = b"";
/// let signature = LinkedDataSignature::from_slice(body)?;
/// // The key, and the actor whose key it is.
/// let (actor, rsa_pkcs1_sha256) = fetch(signature.creator());
/// let verified = signature.verify(&actor, |text, signature| rsa_pkcs1_sha256(text, signature))?;
/// let document = verified.made_by(&actor)?;
/// println!("{actor} made {document}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct LinkedDataSignature {
    document: Arc<Any>,
    creator: Id,
    created: DateTime<Utc>,
    /// What may have been signed.
    texts: Vec<String>,
    signature: Vec<u8>,
}

impl LinkedDataSignature {
    /// Reads a document, within the default [`Limits`].
    ///
    /// # Errors
    /// The document cannot be read, has no such signature, or means something else as JSON-LD than as plain JSON.
    pub fn from_slice(document: &[u8]) -> Result<Self, LinkedDataError> {
        Self::from_slice_with(document, &Limits::default())
    }

    /// Reads a document within other limits.
    ///
    /// # Errors
    /// As [`from_slice`](Self::from_slice).
    pub fn from_slice_with(document: &[u8], limits: &Limits) -> Result<Self, LinkedDataError> {
        let tape = Tape::document(document, limits).map_err(LinkedDataError::Document)?;
        let root = root(&tape).map_err(LinkedDataError::Document)?;
        let options = member(root, "signature").ok_or(LinkedDataError::NoSignature)?;
        let text = |name| member(options, name).and_then(as_text);
        if text("type").as_deref() != Some("RsaSignature2017") {
            return Err(LinkedDataError::NoSignature);
        }
        let (creator, created) = (text("creator"), text("created"));
        let (Some(creator), Some(created)) = (creator, created) else {
            return Err(LinkedDataError::BadOptions);
        };
        let signature = text("signatureValue")
            .filter(|value| value.len() <= LONGEST_VALUE)
            .and_then(|value| STANDARD.decode(value.replace('\n', "")).ok())
            .ok_or(LinkedDataError::BadOptions)?;
        let mut said = Options {
            creator: &creator,
            created: &created,
            nonce: None,
            domain: None,
        };
        let (nonce, domain) = (text("nonce"), text("domain"));
        for (name, _) in options.members() {
            match &*name {
                "nonce" if nonce.is_some() => said.nonce = nonce.as_deref(),
                "domain" if domain.is_some() => said.domain = domain.as_deref(),
                // Whatever context it names, it is read with the one of identity v1; `id` is not signed and nobody reads it.
                "@context" | "id" | "type" | "creator" | "created" | "signatureValue" => {}
                _ => return Err(LinkedDataError::BadOptions),
            }
        }
        let options_hash = said.hash()?;
        let (hash, capitals) = document_hash(root, Tags::Lowercase)?;
        let document = Any::read(root);
        if let Some(unread) = unread(&document) {
            return Err(LinkedDataError::NotCovered(unread));
        }
        let mut texts = vec![format!("{options_hash}{hash}")];
        if capitals {
            let (hash, _) = document_hash(root, Tags::AsTheyCame)?;
            texts.push(format!("{options_hash}{hash}"));
        }
        Ok(Self {
            document: Arc::new(document),
            texts,
            created: repair::time(&created).ok_or(LinkedDataError::BadOptions)?,
            creator: creator.into(),
            signature,
        })
    }

    /// The id of the key.
    #[must_use]
    pub fn creator(&self) -> &Id {
        &self.creator
    }

    /// When it was made. It never expires, so the caller has to know how old a signature may be.
    #[must_use]
    pub fn created(&self) -> DateTime<Utc> {
        self.created
    }

    /// Verifies the signature. `controller` is the actor whose key it is. `valid` says whether the key made the signature of the text
    /// with RSASSA-PKCS1-v1_5 and SHA-256; it is asked twice where implementations of JSON-LD differ, in capitals of language tags.
    ///
    /// # Errors
    /// The key is not the owner's of the document, the document has not exactly one owner, or the signature is wrong. `valid` is not
    /// called for a key of somebody else.
    pub fn verify(
        &self,
        controller: &Id,
        valid: impl Fn(&[u8], &[u8]) -> bool,
    ) -> Result<Verified, LinkedDataError> {
        let owner = origin::owner(&self.document).ok_or(LinkedDataError::NoSingleOwner)?;
        if owner != controller {
            return Err(LinkedDataError::OtherController);
        }
        let signed = |text: &String| valid(text.as_bytes(), &self.signature);
        if !self.texts.iter().any(signed) {
            return Err(LinkedDataError::WrongSignature);
        }
        Ok(Verified::new(owner.clone(), &self.document))
    }
}

/// A document that waits for its Linked Data Signature (`RsaSignature2017`), for relays and servers that know no other proof.
#[derive(Clone, Debug)]
pub struct ToSignLinkedData {
    document: Members,
    options: Members,
    text: String,
}

impl ToSignLinkedData {
    /// Prepares a document to be signed now with the key of this id, within the default [`Limits`]. A signature that it has is replaced.
    ///
    /// # Errors
    /// As [`LinkedDataSignature::from_slice`]: what we would not accept is not signed either.
    pub fn new(document: &[u8], creator: &Id, now: DateTime<Utc>) -> Result<Self, LinkedDataError> {
        let tape =
            Tape::document(document, &Limits::default()).map_err(LinkedDataError::Document)?;
        let root = root(&tape).map_err(LinkedDataError::Document)?;
        let created = now.to_rfc3339_opts(SecondsFormat::Secs, true);
        let said = Options {
            creator: creator.as_str(),
            created: &created,
            nonce: None,
            domain: None,
        };
        let mut unsigned = Members::new();
        for (name, value) in root.members().filter(|(name, _)| name != "signature") {
            unsigned.push(&name, value.raw());
        }
        let mut options = Members::new();
        options.push_text("type", "RsaSignature2017");
        options.push_text("creator", creator.as_str());
        options.push_text("created", &created);
        Ok(Self {
            text: said.hash()? + &document_hash(root, Tags::Lowercase)?.0,
            document: unsigned,
            options,
        })
    }

    /// What has to be signed, with RSASSA-PKCS1-v1_5 and SHA-256.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// The document with its signature, as JSON text to be sent as it is.
    #[must_use]
    pub fn finish(mut self, signature: &[u8]) -> String {
        self.options
            .push_text("signatureValue", &STANDARD.encode(signature));
        self.document.push("signature", &self.options.end());
        self.document.end()
    }
}

/// Why a Linked Data Signature does not count. The document may be true all the same, but its signature does not say so.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum LinkedDataError {
    /// The document cannot be read.
    Document(ReadError),
    /// It has no signature of type `RsaSignature2017`.
    NoSignature,
    /// The signature does not say who made it and when, is not in base64, or says something that is not signed.
    BadOptions,
    /// It needs a context that is not known here; none is ever fetched.
    UnknownContext(String),
    /// The context holds something else than addresses and definitions of names.
    BadContext,
    /// The context makes a name mean something else than its readers expect, or gives something a second name.
    Remapped(String),
    /// The document holds something that JSON-LD reads differently or not at all, so that the signature would not cover it: a name
    /// without a definition, a keyword, an id that is no absolute IRI, a context inside, a value that stands there twice or that no
    /// field can hold. The text is a JSON pointer to it.
    NotCovered(String),
    /// The context defines more than 200 names, or things without an id refer to each other in a way that would take too long to sort
    /// out.
    TooComplex,
    /// The document names no owner, or several.
    NoSingleOwner,
    /// The key belongs to another than the owner of the document.
    OtherController,
    /// The key did not make this signature of this document.
    WrongSignature,
}

impl fmt::Display for LinkedDataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Names and addresses are foreign text: control characters must not reach a terminal or a log.
        match self {
            Self::Document(_) => f.write_str("the signed document cannot be read"),
            Self::NoSignature => {
                f.write_str("the document has no signature of type RsaSignature2017")
            }
            Self::BadOptions => {
                f.write_str("the signature is incomplete or says something that is not signed")
            }
            Self::UnknownContext(url) => {
                write!(f, "the context {} is not known here", url.escape_debug())
            }
            Self::BadContext => {
                f.write_str("the context holds more than addresses and definitions of names")
            }
            Self::Remapped(name) => write!(
                f,
                "the context gives {} another meaning",
                name.escape_debug()
            ),
            Self::NotCovered(path) => {
                write!(f, "the signature does not cover {}", path.escape_debug())
            }
            Self::TooComplex => f.write_str("the document is too complex to be put in order"),
            Self::NoSingleOwner => f.write_str("the document does not name exactly one owner"),
            Self::OtherController => {
                f.write_str("the key belongs to another than the owner of the document")
            }
            Self::WrongSignature => {
                f.write_str("the key did not make this signature of this document")
            }
        }
    }
}

impl std::error::Error for LinkedDataError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Document(error) => Some(error),
            _ => None,
        }
    }
}

/// What the signature says of itself.
struct Options<'o> {
    creator: &'o str,
    created: &'o str,
    nonce: Option<&'o str>,
    domain: Option<&'o str>,
}

impl Options<'_> {
    /// The hash of the options as JSON-LD with the context of identity v1, whatever context they name.
    fn hash(&self) -> Result<String, LinkedDataError> {
        let bad = LinkedDataError::BadOptions;
        let creator = Terms::default().iri(self.creator).ok_or(bad)?;
        let created = literal(
            self.created,
            "^^<http://www.w3.org/2001/XMLSchema#dateTime>",
        );
        let mut all = vec![
            ("http://purl.org/dc/terms/creator", Term::Iri(creator)),
            ("http://purl.org/dc/terms/created", created),
        ];
        all.extend(
            self.nonce
                .map(|nonce| ("https://w3id.org/security#nonce", literal(nonce, ""))),
        );
        all.extend(
            self.domain
                .map(|domain| ("https://w3id.org/security#domain", literal(domain, ""))),
        );
        let statements = all.into_iter().map(|(predicate, object)| Statement {
            subject: Term::Blank(0),
            predicate: predicate.to_owned(),
            object,
        });
        hash(&statements.collect())
    }
}

/// How language tags are written: JSON-LD 1.0 asks for lower case, 1.1 leaves it open.
#[derive(Clone, Copy)]
enum Tags {
    Lowercase,
    AsTheyCame,
}

/// The path to a value that no field takes. Whoever passes a document on could hide a value so, without a change to what JSON-LD reads: an
/// id in a list of one, a text in an object.
fn unread(document: &Any) -> Option<String> {
    let problems = document.problems();
    // There may be more than are listed, and of those any may be hidden.
    if problems.len() >= Problem::MOST {
        return problems.into_iter().next_back().map(|last| last.path);
    }
    let problems = problems.into_iter();
    let mut unread = problems.filter(|problem| {
        matches!(
            problem.reason,
            Reason::NotAString
                | Reason::NotABoolean
                | Reason::NotACount
                | Reason::NotANumber
                | Reason::NotADate
                | Reason::NotALanguageMap
                | Reason::NotAReference
        )
    });
    unread.next().map(|problem| problem.path)
}

/// The hash of a document without its signature, and whether it has language tags with capitals.
fn document_hash(root: Node<'_, '_>, tags: Tags) -> Result<(String, bool), LinkedDataError> {
    let mut graph = Graph {
        terms: Terms::read(member(root, "@context"))?,
        tags,
        capitals: false,
        statements: BTreeSet::new(),
        blanks: 0,
        described: HashSet::new(),
        path: String::new(),
    };
    if graph.thing(root, true).is_none() {
        return Err(LinkedDataError::NotCovered(graph.path));
    }
    Ok((hash(&graph.statements)?, graph.capitals))
}

fn hash(statements: &BTreeSet<Statement>) -> Result<String, LinkedDataError> {
    canonical_n_quads(statements)
        .map(|text| sha256_hex(&text))
        .map_err(|_| LinkedDataError::TooComplex)
}

/// A document on its way to statements (JSON-LD 1.1 API sections 5 and 8, for documents in which every name is defined and no keyword
/// stands). `None` is for what JSON-LD reads otherwise than plain JSON; `path` then says where.
struct Graph {
    terms: Terms,
    tags: Tags,
    capitals: bool,
    statements: BTreeSet<Statement>,
    blanks: usize,
    /// The ids of the things that were written out.
    described: HashSet<String>,
    path: String,
}

impl Graph {
    fn thing(&mut self, node: Node<'_, '_>, is_root: bool) -> Option<Term> {
        let subject = match member(node, "id") {
            Some(id) => Term::Iri(self.at("id", |graph| graph.terms.iri(&as_text(id)?))?),
            None => self.blank(),
        };
        let unsigned = |name: &str| is_root && (name == "@context" || name == "signature");
        let mut said = node
            .members()
            .filter(|(name, _)| name != "id" && !unsigned(name))
            .peekable();
        // Written out twice, the two could have been one, or shared what they say in another way.
        if let (Term::Iri(id), Some(_)) = (&subject, said.peek())
            && !self.described.insert(id.clone())
        {
            return None;
        }
        for (name, value) in said {
            self.at(&name, |graph| graph.property(&subject, &name, value))?;
        }
        Some(subject)
    }

    fn property(&mut self, subject: &Term, name: &str, value: Node<'_, '_>) -> Option<()> {
        let meaning = self.terms.meaning(name)?.clone();
        match meaning.values {
            Values::Id => return None,
            Values::Type => {
                let mut known = 0;
                for value in elements(Some(value)) {
                    let name = as_text(value)?;
                    known += usize::from(kind::known(plain_type(&name)).is_some());
                    let iri = match self.terms.meaning(&name) {
                        Some(meaning) => {
                            Some(meaning.iri.clone()).filter(|iri| !iri.starts_with('@'))?
                        }
                        None => self.terms.iri(&name)?,
                    };
                    self.say(subject.clone(), RDF_TYPE, Term::Iri(iri))?;
                }
                // The first that is known decides what it is, and which is first is not signed.
                return (known <= 1).then_some(());
            }
            Values::Languages => {
                if !matches!(value.shape(), Shape::Object | Shape::Null) {
                    return None;
                }
                for (language, value) in value.members() {
                    self.capitals |= language.contains(|letter: char| letter.is_ascii_uppercase());
                    let suffix = match self.tags {
                        Tags::Lowercase => format!("@{}", language.to_ascii_lowercase()),
                        Tags::AsTheyCame => format!("@{language}"),
                    };
                    for value in elements(Some(value)).filter(|value| value.shape() != Shape::Null)
                    {
                        let text = as_text(value).filter(|_| is_language(&language))?;
                        self.say(subject.clone(), &meaning.iri, literal(&text, &suffix))?;
                    }
                }
                return Some(());
            }
            Values::Plain | Values::Ids | Values::Typed(_) => {}
        }
        let mut objects = Vec::new();
        let several = value.shape() == Shape::Array;
        for (index, value) in elements(Some(value)).enumerate() {
            if value.shape() == Shape::Null {
                continue;
            }
            let step = if several {
                Some(index.to_string())
            } else {
                None
            };
            objects.push(match step {
                Some(step) => self.at(&step, |graph| graph.value(&meaning.values, value))?,
                None => self.value(&meaning.values, value)?,
            });
        }
        if meaning.list && value.shape() != Shape::Null {
            let list = self.list(objects)?;
            return self.say(subject.clone(), &meaning.iri, list);
        }
        for object in objects {
            self.say(subject.clone(), &meaning.iri, object)?;
        }
        Some(())
    }

    fn value(&mut self, values: &Values, node: Node<'_, '_>) -> Option<Term> {
        let datatype = |own: &str| match values {
            Values::Typed(datatype) => format!("^^<{datatype}>"),
            _ => format!("^^<{XSD}{own}>"),
        };
        match node.shape() {
            Shape::Object => self.thing(node, false),
            Shape::String => {
                let text = as_text(node)?;
                match values {
                    Values::Ids => self.terms.iri(&text).map(Term::Iri),
                    Values::Typed(_) => Some(literal(
                        &text,
                        datatype("string").trim_end_matches(XSD_STRING),
                    )),
                    _ => Some(literal(&text, "")),
                }
            }
            Shape::Boolean if *values != Values::Ids => {
                Some(literal(node.raw(), &datatype("boolean")))
            }
            Shape::Number if *values != Values::Ids => {
                let number = double(node);
                let is_double = matches!(values, Values::Typed(datatype) if *datatype == format!("{XSD}double"));
                if number.fract() == 0.0 && number.abs() < 1e21 && !is_double {
                    // Without the sign of a zero.
                    Some(literal(
                        &format!("{:.0}", number + 0.0),
                        &datatype("integer"),
                    ))
                } else {
                    Some(literal(&canonical_double(number), &datatype("double")))
                }
            }
            // A list in a list is not the same everywhere, and neither is a number where an id should stand.
            _ => None,
        }
    }

    fn list(&mut self, objects: Vec<Term>) -> Option<Term> {
        let mut rest = Term::Iri(format!("{RDF}nil"));
        for object in objects.into_iter().rev() {
            let here = self.blank();
            self.say(here.clone(), &format!("{RDF}first"), object)?;
            self.say(here.clone(), &format!("{RDF}rest"), rest)?;
            rest = here;
        }
        Some(rest)
    }

    fn blank(&mut self) -> Term {
        self.blanks += 1;
        Term::Blank(self.blanks)
    }

    /// `None` if it was said before: twice or once is the same statement, and not the same list.
    fn say(&mut self, subject: Term, predicate: &str, object: Term) -> Option<()> {
        let statement = Statement {
            subject,
            predicate: predicate.to_owned(),
            object,
        };
        self.statements.insert(statement).then_some(())
    }

    /// Does something one step down; the path stays there if it fails.
    fn at<T>(&mut self, step: &str, work: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let before = self.path.len();
        crate::json::push_step(&mut self.path, step);
        let done = work(self)?;
        self.path.truncate(before);
        Some(done)
    }
}

/// A well-formed language tag, as far as it needs to be (RFC 5646 section 2.1).
fn is_language(tag: &str) -> bool {
    let is_subtag = |subtag: &str| {
        (1..=8).contains(&subtag.len()) && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    tag.starts_with(|letter: char| letter.is_ascii_alphabetic()) && tag.split('-').all(is_subtag)
}

/// `25.25` is `2.525E1` (JSON-LD 1.1 API section 8.6).
fn canonical_double(number: f64) -> String {
    let text = format!("{number:.15E}");
    let (mantissa, exponent) = text.split_once('E').unwrap_or((&text, "0"));
    let mantissa = mantissa.trim_end_matches('0');
    let zero = if mantissa.ends_with('.') { "0" } else { "" };
    format!("{mantissa}{zero}E{exponent}")
}

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const RDF_TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const XSD: &str = "http://www.w3.org/2001/XMLSchema#";
/// The datatype that N-Quads leave out.
const XSD_STRING: &str = "^^<http://www.w3.org/2001/XMLSchema#string>";

/// A signature with a key of 16 384 bits has 2 732 letters.
const LONGEST_VALUE: usize = 4096;
