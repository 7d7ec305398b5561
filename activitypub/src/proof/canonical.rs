//! Canonical JSON.

use serde::{Serialize, Serializer};

use crate::error::{ReadError, Refusal};
use crate::json::{Node, Shape, Tape, push_step};
use crate::limits::Limits;

/// The one spelling of a document that all agree on (RFC 8785, the JSON Canonicalization Scheme), within the default [`Limits`].
///
/// ```
/// let canonical = activitypub::proof::canonical_json(br#"{ "b": 1.0e1, "a": "\u20ac" }"#)?;
/// assert_eq!(canonical, r#"{"a":"€","b":10}"#);
/// # Ok::<(), activitypub::ReadError>(())
/// ```
///
/// # Errors
/// The bytes are no JSON object, a name stands twice in one object, a limit is exceeded, or a whole number is beyond what a double
/// holds exactly (RFC 8785 section 3.1 asks for I-JSON): a reader with longer numbers would see another value than the one that
/// was signed.
pub fn canonical_json(document: &[u8]) -> Result<String, ReadError> {
    canonical_json_with(document, &Limits::default())
}

/// [`canonical_json`] within other limits.
///
/// # Errors
/// As [`canonical_json`].
pub fn canonical_json_with(document: &[u8], limits: &Limits) -> Result<String, ReadError> {
    let tape = Tape::document(document, limits)?;
    let root = root(&tape)?;
    Ok(canonical(&Canonical(root)))
}

/// The document itself, once all its numbers are known to be exact.
pub(super) fn root<'t, 'a>(tape: &'t Tape<'a>) -> Result<Node<'t, 'a>, ReadError> {
    let refused = |refusal, at, path| ReadError::new(refusal, at, path);
    let root = tape
        .root()
        .ok_or_else(|| refused(Refusal::UnexpectedEnd, 0, String::new()))?;
    let mut path = String::new();
    match inexact(root, &mut path) {
        Some(number) => Err(refused(Refusal::InexactNumber, number.start(), path)),
        None => Ok(root),
    }
}

pub(super) fn canonical(value: &impl Serialize) -> String {
    // It fails for names that are no text, for names that repeat and for numbers that are none; a tape has none of them.
    serde_json_canonicalizer::to_string(value).unwrap_or_default()
}

/// A value, with its numbers as doubles whatever `serde_json` was told to make of them.
pub(super) struct Canonical<'t, 'a>(pub(super) Node<'t, 'a>);

impl Serialize for Canonical<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let node = self.0;
        match node.shape() {
            Shape::Null => serializer.serialize_unit(),
            Shape::Boolean => serializer.serialize_bool(node.raw() == "true"),
            Shape::Number => serializer.serialize_f64(double(node)),
            Shape::String => serializer.serialize_str(&node.string().unwrap_or_default()),
            Shape::Array => serializer.collect_seq(node.elements().map(Canonical)),
            Shape::Object => {
                serializer.collect_map(node.members().map(|(name, value)| (name, Canonical(value))))
            }
        }
    }
}

pub(super) fn double(number: Node<'_, '_>) -> f64 {
    number.raw().parse().unwrap_or_default()
}

/// The first whole number that a double does not hold, and the path to it.
fn inexact<'t, 'a>(node: Node<'t, 'a>, path: &mut String) -> Option<Node<'t, 'a>> {
    match node.shape() {
        Shape::Number => (!is_exact(node)).then_some(node),
        Shape::Array => node
            .elements()
            .enumerate()
            .find_map(|(index, element)| inexact_below(element, &index.to_string(), path)),
        Shape::Object => node
            .members()
            .find_map(|(name, value)| inexact_below(value, &name, path)),
        Shape::Null | Shape::Boolean | Shape::String => None,
    }
}

fn inexact_below<'t, 'a>(
    node: Node<'t, 'a>,
    step: &str,
    path: &mut String,
) -> Option<Node<'t, 'a>> {
    let before = path.len();
    push_step(path, step);
    let found = inexact(node, path);
    if found.is_none() {
        path.truncate(before);
    }
    found
}

/// Fractions are never meant to be exact, but whole numbers are counts and ids. Up to 2^53, which has sixteen digits, all are.
fn is_exact(number: Node<'_, '_>) -> bool {
    let text = number.raw();
    text.len() < 16 || text.contains(['.', 'e', 'E']) || canonical(&Canonical(number)) == text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn canonical_text(text: &str) -> String {
        canonical_json(text.as_bytes()).unwrap()
    }

    /// RFC 8785 section 3.2.2 and 3.2.3.
    #[test]
    fn the_examples_of_the_standard() {
        assert_eq!(
            canonical_text(
                r#"{
                  "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
                  "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
                  "literals": [null, true, false]
                }"#
            ),
            r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#
        );
        assert_eq!(
            canonical_text(
                r#"{
                  "\u20ac": "Euro Sign",
                  "\r": "Carriage Return",
                  "\ufb33": "Hebrew Letter Dalet With Dagesh",
                  "1": "One",
                  "\ud83d\ude00": "Emoji: Grinning Face",
                  "\u0080": "Control",
                  "\u00f6": "Latin Small Letter O With Diaeresis"
                }"#
            ),
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\",\
             \"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}"
        );
    }

    /// RFC 8785 appendix B.
    #[test]
    fn numbers_are_written_as_ecmascript_does() {
        for (bits, expected) in [
            (0x0000_0000_0000_0000, "0"),
            (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0x41b3_de43_5555_5554, "333333333.33333325"),
            (0x41b3_de43_5555_5555, "333333333.3333333"),
            (0x41b3_de43_5555_5556, "333333333.3333334"),
            (0x41b3_de43_5555_5557, "333333333.33333343"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ] {
            let number = f64::from_bits(bits);
            // With an exponent, so that a whole number is not taken for one that is meant exactly.
            let text = format!("{{\"a\":{number:e}}}");
            assert_eq!(canonical_text(&text), format!("{{\"a\":{expected}}}"));
        }
        assert_eq!(
            canonical_text(r#"{"a":[-0,-0.0,1e21,1E-7,100e-2]}"#),
            r#"{"a":[0,0,1e+21,1e-7,1]}"#
        );
    }

    #[test]
    fn a_whole_number_beyond_a_double_is_refused() {
        for exact in [
            "9007199254740992",
            "-9007199254740994",
            "295147905179352830000",
            "9007199254740993.0",
        ] {
            assert!(
                canonical_json(format!("{{\"a\":{exact}}}").as_bytes()).is_ok(),
                "{exact}"
            );
        }
        for inexact in [
            "9007199254740993",
            "-9007199254740993",
            "123456789012345678901",
        ] {
            let error = canonical_json(format!("{{\"a\":[0,{{\"b\":{inexact}}}]}}").as_bytes())
                .unwrap_err();
            assert_eq!(
                (error.refusal(), error.offset(), error.path()),
                (Refusal::InexactNumber, 13, "/a/1/b")
            );
        }
    }

    #[test]
    fn what_is_no_document_is_refused() {
        for (text, refusal) in [
            (r#"{"a":1,"\u0061":2}"#, Refusal::DuplicateKey),
            (r#"{"a":1e400}"#, Refusal::NumberOutOfRange),
            (r#"{"a":"\ud800"}"#, Refusal::LoneSurrogate),
            (r#"{"a":NaN}"#, Refusal::Syntax),
            ("[1]", Refusal::NotAnObject),
        ] {
            assert_eq!(
                canonical_json(text.as_bytes()).unwrap_err().refusal(),
                refusal,
                "{text}"
            );
        }
    }

    #[test]
    fn the_deepest_document_is_written() {
        let deepest = format!(
            "{}1{}",
            "{\"a\":".repeat(Limits::DEEPEST),
            "}".repeat(Limits::DEEPEST)
        );
        let limits = Limits::default().max_depth(Limits::DEEPEST);
        assert_eq!(
            canonical_json_with(deepest.as_bytes(), &limits).unwrap(),
            deepest
        );
    }

    proptest! {
        /// Canonical text is its own canonical text, and the same value.
        #[test]
        fn canonical_text_stays(text in r#"\{("[a-c\u{80}-\u{ffff}😀]{1,3}":("([ -~&&[^"\\]]|\\[nrtbf"/]){0,8}"|-?[1-9][0-9]{0,14}(\.[0-9]{1,4})?(e[0-9])?|true|null),){0,4}"z":0\}"#) {
            if let Ok(canonical) = canonical_json(text.as_bytes()) {
                prop_assert_eq!(&canonical_json(canonical.as_bytes()).unwrap(), &canonical);
            }
        }
    }
}
