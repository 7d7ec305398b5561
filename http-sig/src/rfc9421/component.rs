//! What a signature covers (section 2): fields, and parts that are derived from the message.

use std::borrow::Cow;

use http::HeaderName;
use http::header::CONTENT_TYPE;

use crate::error::{Reason, VerifyError};
use crate::policy::CONTENT_DIGEST;
use crate::structured_field::{self, BareItem, Item};
use crate::verify::{SIGNATURE, SIGNATURE_INPUT};

/// A component, and its identifier as it stands in the signature base.
#[derive(Clone, Debug)]
pub(crate) struct Component {
    pub(crate) covered: Covered,
    /// Whether it is taken from the request that the message answers (`req`).
    pub(crate) of_request: bool,
    identifier: Cow<'static, str>,
}

/// What a component takes from the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Covered {
    Method,
    TargetUri,
    Authority,
    Scheme,
    RequestTarget,
    Path,
    Query,
    Status,
    /// One parameter of the query, by its name as it is encoded.
    QueryParam(String),
    /// The lines of a field, joined.
    Field(HeaderName),
    /// A structured field in its canonical spelling (`sf`).
    Canonical(HeaderName),
    /// One member of a dictionary (`key`).
    Member(HeaderName, String),
    /// The lines of a field, each as a byte sequence (`bs`).
    Bytes(HeaderName),
    /// A field of any of these kinds, from the trailers (`tr`): never the same as that of the header.
    Trailer(Box<Self>),
}

impl Component {
    /// A component without parameters.
    pub(crate) fn plain(covered: Covered) -> Self {
        // What every message covers costs no allocation.
        let identifier = match &covered {
            Covered::Method => Cow::Borrowed("\"@method\""),
            Covered::TargetUri => Cow::Borrowed("\"@target-uri\""),
            Covered::Authority => Cow::Borrowed("\"@authority\""),
            Covered::Path => Cow::Borrowed("\"@path\""),
            Covered::Query => Cow::Borrowed("\"@query\""),
            Covered::Status => Cow::Borrowed("\"@status\""),
            Covered::Field(name) if *name == CONTENT_DIGEST => Cow::Borrowed("\"content-digest\""),
            Covered::Field(name) if *name == CONTENT_TYPE => Cow::Borrowed("\"content-type\""),
            covered => Cow::Owned(format!("\"{}\"", covered.name())),
        };
        Self {
            covered,
            of_request: false,
            identifier,
        }
    }

    /// A component of the request that the message answers.
    pub(crate) fn of_request(covered: Covered) -> Self {
        let identifier = Cow::Owned(format!("\"{}\";req", covered.name()));
        Self {
            covered,
            of_request: true,
            identifier,
        }
    }

    /// Reads a component identifier as a person writes it, with or without quotes around the name.
    pub(crate) fn from_text(text: &str, in_response: bool) -> Result<Self, Reason> {
        let quoted = if text.starts_with('"') {
            Cow::Borrowed(text)
        } else {
            let (name, parameters) = text.split_at(text.find(';').unwrap_or(text.len()));
            Cow::Owned(format!("\"{name}\"{parameters}"))
        };
        let item =
            structured_field::item(quoted.as_bytes()).map_err(|_| Reason::ComponentUnknown)?;
        Self::parse(&item, in_response).map_err(|error| error.reason())
    }

    /// Reads a component identifier of a signed request, or of a signed response.
    pub(crate) fn parse(item: &Item<'_>, in_response: bool) -> Result<Self, VerifyError> {
        let BareItem::String(name) = &item.value else {
            return Err(Reason::HeaderMalformed.into());
        };
        let name = name.as_str();
        let identifier = || {
            let mut text = String::new();
            structured_field::write_item(&mut text, item);
            text
        };
        let unknown = || VerifyError::from(Reason::ComponentUnknown).about(&identifier());
        let [mut sf, mut bs, mut trailer, mut of_request] = [false; 4];
        let [mut key, mut parameter] = [const { None }; 2];
        for (name, value) in &item.parameters {
            match (name.as_str(), value) {
                ("sf", BareItem::Boolean(true)) => sf = true,
                ("bs", BareItem::Boolean(true)) => bs = true,
                ("tr", BareItem::Boolean(true)) => trailer = true,
                ("key", BareItem::String(value)) => key = Some(value.as_str().to_owned()),
                ("name", BareItem::String(value)) => parameter = Some(value.as_str().to_owned()),
                // It has no meaning in a request (section 2.4).
                ("req", BareItem::Boolean(true)) if in_response => of_request = true,
                _ => return Err(unknown()),
            }
        }
        let covered = if name.starts_with('@') {
            if sf || bs || trailer || key.is_some() {
                return Err(unknown());
            }
            // A response has no derived component of its own but its status, and a request has all but that.
            if (in_response && !of_request) != (name == "@status") {
                return Err(unknown());
            }
            match (name, parameter) {
                ("@status", None) => Covered::Status,
                ("@query-param", Some(parameter)) => Covered::QueryParam(parameter),
                ("@method", None) => Covered::Method,
                ("@target-uri", None) => Covered::TargetUri,
                ("@authority", None) => Covered::Authority,
                ("@scheme", None) => Covered::Scheme,
                ("@request-target", None) => Covered::RequestTarget,
                ("@path", None) => Covered::Path,
                ("@query", None) => Covered::Query,
                _ => return Err(unknown()),
            }
        } else {
            // Field names are written in lower case (section 2.1).
            let field = match name {
                "content-digest" => CONTENT_DIGEST,
                // Only here the type takes a quote for part of a name, and RFC 9110, section 5.1, does not.
                name if name.contains('"') => return Err(unknown()),
                name => HeaderName::from_lowercase(name.as_bytes()).map_err(|_| unknown())?,
            };
            let covered = match (sf, bs, key, parameter) {
                (false, false, None, None) => Covered::Field(field),
                (true, false, None, None) => Covered::Canonical(field),
                (false, true, None, None) => Covered::Bytes(field),
                (false, false, Some(key), None) => Covered::Member(field, key),
                _ => return Err(unknown()),
            };
            if trailer {
                Covered::Trailer(Box::new(covered))
            } else {
                covered
            }
        };
        if item.parameters.is_empty() {
            return Ok(Self::plain(covered));
        }
        Ok(Self {
            covered,
            of_request,
            identifier: Cow::Owned(identifier()),
        })
    }

    /// Whether both take the same from the message, in whatever order their parameters stand.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.covered == other.covered && self.of_request == other.of_request
    }

    /// Whether this is a whole field in which signatures stand, of the message that is signed.
    pub(crate) fn is_of_signatures(&self) -> bool {
        !self.of_request
            && match &self.covered {
                Covered::Field(name) | Covered::Canonical(name) | Covered::Bytes(name) => {
                    [SIGNATURE, SIGNATURE_INPUT].contains(name)
                }
                _ => false,
            }
    }

    /// The identifier, with its quotes and parameters.
    pub(crate) fn identifier(&self) -> &str {
        &self.identifier
    }

    /// Whether this covers all of what the name stands for.
    pub(crate) fn covers(&self, name: &str) -> bool {
        match &self.covered {
            Covered::Member(..) | Covered::QueryParam(_) | Covered::Trailer(_) => false,
            covered => covered.name().eq_ignore_ascii_case(name),
        }
    }
}

impl Covered {
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Method => "@method",
            Self::TargetUri => "@target-uri",
            Self::Authority => "@authority",
            Self::Scheme => "@scheme",
            Self::RequestTarget => "@request-target",
            Self::Path => "@path",
            Self::Query => "@query",
            Self::Status => "@status",
            Self::QueryParam(_) => "@query-param",
            Self::Field(name)
            | Self::Canonical(name)
            | Self::Member(name, _)
            | Self::Bytes(name) => name.as_str(),
            Self::Trailer(covered) => covered.name(),
        }
    }
}

/// Appends the covered components as the inner list of their identifiers (section 2.3).
pub(crate) fn push_components(text: &mut String, components: &[Component]) {
    text.push('(');
    for (at, component) in components.iter().enumerate() {
        if at > 0 {
            text.push(' ');
        }
        text.push_str(component.identifier());
    }
    text.push(')');
}
