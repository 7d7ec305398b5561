//! The signature base as lines, to be written in other ways.

use crate::rfc9421;

/// Which standard a message is signed by.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Standard {
    Draft,
    Rfc9421,
}

impl Standard {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft-cavage-12",
            Self::Rfc9421 => "RFC 9421",
        }
    }
}

/// What was signed if nothing was changed on the way.
pub(super) struct Signed {
    pub(super) standard: Standard,
    pub(super) lines: Vec<Line>,
    /// Of RFC 9421: the signature parameters, in their canonical spelling and as they came.
    pub(super) parameters: Option<[Vec<u8>; 2]>,
}

/// A component and its value.
#[derive(Clone, PartialEq)]
pub(super) struct Line {
    pub(super) identifier: String,
    pub(super) value: Vec<u8>,
    /// Whether the message does not have it, so that the value is a guess.
    pub(super) missing: bool,
}

impl Line {
    /// The component's name, if it has no parameters.
    pub(super) fn name(&self) -> Option<&str> {
        match self.identifier.strip_prefix('"') {
            Some(name) => name.strip_suffix('"').filter(|name| !name.contains('"')),
            None => Some(&self.identifier),
        }
    }
}

impl Signed {
    /// Takes a base of the draft apart; `missing` are those that the message does not have.
    pub(super) fn draft(base: &[u8], names: &[&str], missing: &[String]) -> Self {
        Self {
            standard: Standard::Draft,
            lines: lines(base, names, missing),
            parameters: None,
        }
    }

    /// Takes a base of RFC 9421 apart.
    pub(super) fn rfc9421(
        base: &[u8],
        input: &rfc9421::SignatureInput,
        field: &[u8],
        missing: &[String],
    ) -> Self {
        let identifiers: Vec<&str> = input.components().collect();
        let raw = format!("{}=", input.label());
        let start = field
            .windows(raw.len())
            .position(|window| window == raw.as_bytes());
        // Only where there is one signature, for it ends where the field ends.
        let raw = start.map_or(&[][..], |start| {
            field.get(start + raw.len()..).unwrap_or_default()
        });
        Self {
            standard: Standard::Rfc9421,
            lines: lines(base, &identifiers, missing),
            parameters: Some([input.parameters().into(), raw.into()]),
        }
    }

    pub(super) fn base(&self) -> Vec<u8> {
        self.written(&Writing::default())
    }

    /// The base with some values in place of its own.
    pub(super) fn with(&self, values: &[(usize, Vec<u8>)]) -> Vec<u8> {
        self.written(&Writing {
            values,
            ..Writing::default()
        })
    }

    pub(super) fn written(&self, how: &Writing<'_>) -> Vec<u8> {
        let mut base = Vec::with_capacity(512);
        let all: Vec<usize> = (0..self.lines.len()).collect();
        let order = how.order.unwrap_or(&all).iter();
        let parameters = self.parameters.as_ref().filter(|_| how.with_parameters);
        let mut first = true;
        for (at, line) in order.filter_map(|at| Some((*at, self.lines.get(*at)?))) {
            if !first {
                base.extend_from_slice(how.line_end);
            }
            first = false;
            let value = how.values.iter().find(|(other, _)| *other == at);
            let value = value.map_or(&line.value, |(_, value)| value);
            base.extend_from_slice((how.name)(&line.identifier).as_bytes());
            base.extend_from_slice(how.colon);
            base.extend_from_slice(value);
        }
        if let Some([parameters, _]) = parameters {
            base.extend_from_slice(if first { b"" } else { how.line_end });
            base.extend_from_slice((how.name)("\"@signature-params\"").as_bytes());
            base.extend_from_slice(how.colon);
            base.extend_from_slice(how.parameters.unwrap_or(parameters));
        }
        base.extend_from_slice(how.end);
        base
    }
}

/// How a base is put together.
pub(super) struct Writing<'a> {
    /// Values in place of the lines' own, by the lines' places.
    pub(super) values: &'a [(usize, Vec<u8>)],
    /// The places of the lines to write.
    pub(super) order: Option<&'a [usize]>,
    pub(super) name: fn(&str) -> String,
    pub(super) colon: &'static [u8],
    pub(super) line_end: &'static [u8],
    pub(super) end: &'static [u8],
    pub(super) parameters: Option<&'a [u8]>,
    pub(super) with_parameters: bool,
}

impl Default for Writing<'_> {
    fn default() -> Self {
        Self {
            values: &[],
            order: None,
            name: str::to_owned,
            colon: b": ",
            line_end: b"\n",
            end: b"",
            parameters: None,
            with_parameters: true,
        }
    }
}

/// No value has a line break in it, so that there is one line for each component.
fn lines(base: &[u8], identifiers: &[&str], missing: &[String]) -> Vec<Line> {
    let values = base.split(|byte| *byte == b'\n');
    let lines = identifiers.iter().zip(values);
    let lines = lines.map(|(identifier, line)| {
        let value = line.strip_prefix(identifier.as_bytes());
        let value = value.and_then(|line| line.strip_prefix(b": "));
        Line {
            identifier: (*identifier).to_owned(),
            value: value.unwrap_or_default().to_vec(),
            missing: missing.iter().any(|missing| missing == identifier),
        }
    });
    lines.collect()
}
