//! The one type of schema.org that the fediverse uses: `PropertyValue`, a field of a profile.
//!
//! See <https://docs.joinmastodon.org/spec/activitypub/#PropertyValue> and FEP-fb2a.

use crate::kind::ObjectKind;
use crate::object::Object;

/// The terms that a document needs in its context; see [`context::written`](crate::context::written).
pub(crate) const TERMS: &[(&str, &str)] = &[
    ("schema", "http://schema.org#"),
    ("PropertyValue", "schema:PropertyValue"),
    ("value", "schema:value"),
];

/// A field of a profile, for `attachment` of an actor. `value` is HTML.
#[must_use]
pub fn property_value(name: impl Into<String>, value: impl Into<String>) -> Object {
    let mut field = Object::new(ObjectKind::PropertyValue);
    field.name = Some(name.into());
    field.value = Some(value.into());
    field
}
