//! The one type of schema.org that the fediverse uses: `PropertyValue`, a field of a profile.
//!
//! See <https://docs.joinmastodon.org/spec/activitypub/#PropertyValue> and FEP-fb2a.

use crate::context::{Term, Vocabulary};
use crate::kind::ObjectKind;
use crate::object::Object;

/// The terms of the type and its field.
pub(crate) static VOCABULARY: Vocabulary = Vocabulary::new(
    &[],
    &[("schema", "http://schema.org#")],
    &[Term::new("PropertyValue", ""), Term::new("value", "")],
);

/// A field of a profile, for `attachment` of an actor. `value` is HTML.
#[must_use]
pub fn property_value(name: impl Into<String>, value: impl Into<String>) -> Object {
    let mut field = Object::new(ObjectKind::PropertyValue);
    field.name = Some(name.into());
    field.value = Some(value.into());
    field
}
