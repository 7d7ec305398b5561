//! What Friendica and Socialhome keep of Diaspora and of themselves.
//!
//! See <https://git.friendi.ca/friendica/friendica/src/branch/stable/FEDERATION.md>.

use crate::extension;
use crate::object::Object;
use crate::property::{OneOrMany, Ref};

extension! {
    /// The same thing in the network of Diaspora.
    pub struct Diaspora for Object, Actor, Activity
    prefixes { diaspora: "https://diasporafoundation.org/ns/" }
    {
        /// Its name there.
        guid: Option<String> = "diaspora:guid",
        /// A comment with its signature there, as JSON text.
        comment: Option<String> = "diaspora:comment",
        /// A like with its signature there, as JSON text.
        like: Option<String> = "diaspora:like",
    }
}

extension! {
    /// What Friendica says of an actor.
    pub struct Contact for Actor
    prefixes { vcard: "http://www.w3.org/2006/vcard/ns#" }
    {
        /// Where they live: an [`Address`].
        has_address: OneOrMany<Ref<Object>> = "vcard:hasAddress",
        /// Where to reach them: `xmpp:`, `matrix:`.
        has_instant_message: OneOrMany<String> = "vcard:hasInstantMessage",
        /// Their full name.
        full_name: Option<String> = "vcard:fn",
    }
}

extension! {
    /// An address in parts.
    pub struct Address for Object
    prefixes { vcard: "http://www.w3.org/2006/vcard/ns#" }
    {
        /// The country.
        country_name: Option<String> = "vcard:country-name",
        /// The region.
        region: Option<String> = "vcard:region",
        /// The town.
        locality: Option<String> = "vcard:locality",
    }
}

extension! {
    /// What Socialhome says of a picture.
    pub struct Image for Object
    prefixes { pyfed: "https://docs.jasonrobinson.me/ns/python-federation#" }
    {
        /// Whether it also stands in the text.
        inline_image: Option<bool> = "pyfed:inlineImage",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::Actor;

    #[test]
    fn a_contact() {
        let text = br#"{"type":"Person","diaspora:guid":"g","vcard:hasAddress":{"@type":"vcard:Home","vcard:region":"Lazio"},"vcard:hasInstantMessage":"xmpp:a@b.example"}"#;
        let actor = Actor::from_slice(text).unwrap();
        assert_eq!(actor.extension::<Diaspora>().guid.as_deref(), Some("g"));
        let contact: Contact = actor.extension();
        let address: Address = contact.has_address.embedded().next().unwrap().extension();
        assert_eq!(
            (
                address.region.as_deref(),
                contact.has_instant_message.first().unwrap().as_str()
            ),
            (Some("Lazio"), "xmpp:a@b.example")
        );
    }
}
