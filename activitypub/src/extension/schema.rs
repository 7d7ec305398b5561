//! What the fediverse uses of schema.org: `PropertyValue`, a field of a profile, and places.
//!
//! See <https://docs.joinmastodon.org/spec/activitypub/#PropertyValue>, FEP-fb2a and <https://schema.org/Place>.

use crate::context::{Term, Vocabulary};
use crate::extension;
use crate::kind::ObjectKind;
use crate::object::Object;
use crate::property::{OneOrMany, Ref};

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

extension! {
    /// A code for what `name` says: of a language `de`, of a category or licence a number of the server
    /// (PeerTube, Lemmy; <https://schema.org/identifier>).
    pub struct Identifier for Object
    prefixes { sc: "http://schema.org/" }
    {
        /// The code.
        identifier: Option<String> = "identifier",
    }
}

extension! {
    /// Where a place is (Mobilizon, Gancio, FEP-8a8e; <https://schema.org/Place>).
    pub struct Place for Object
    prefixes { sc: "http://schema.org/" }
    types { "GeoCoordinates" }
    {
        /// The address: in parts, a [`PostalAddress`], or as text, which then stands where an id would.
        address: OneOrMany<Ref<Object>> = "address",
        /// An object with `latitude` and `longitude`.
        geo: OneOrMany<Ref<Object>> = "geo",
    }
}

extension! {
    /// An address in parts (<https://schema.org/PostalAddress>).
    pub struct PostalAddress for Object
    prefixes { sc: "http://schema.org/" }
    types { "PostalAddress" }
    {
        /// The country.
        address_country: Option<String> = "addressCountry",
        /// The town.
        address_locality: Option<String> = "addressLocality",
        /// The region.
        address_region: Option<String> = "addressRegion",
        /// The postal code.
        postal_code: Option<String> = "postalCode",
        /// Street and number.
        street_address: Option<String> = "streetAddress",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place() {
        let text = br#"{"type":"Place","address":{"type":"PostalAddress","addressLocality":"Graz","postalCode":8010},"geo":{"type":"GeoCoordinates","latitude":47.1}}"#;
        let mut object = Object::from_slice(text).unwrap();
        let place: Place = object.extension();
        let address: PostalAddress = place.address.embedded().next().unwrap().extension();
        assert_eq!(
            (
                address.address_locality.as_deref(),
                address.postal_code.as_deref()
            ),
            (Some("Graz"), Some("8010"))
        );
        assert_eq!(
            place
                .geo
                .embedded()
                .next()
                .unwrap()
                .latitude
                .as_ref()
                .unwrap()
                .as_str(),
            "47.1"
        );
        assert_eq!(object.problems()[0].path, "/address/postalCode");
        object.set_extension(&place);
        assert_eq!(object.to_string().as_bytes(), text);
    }
}
