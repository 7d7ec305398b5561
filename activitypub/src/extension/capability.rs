//! What a server can do, said by its application actor (FEP-844e).

use crate::actor::Actor;
use crate::any::Any;
use crate::extension;
use crate::id::Id;
use crate::link::Link;
use crate::property::{OneOrMany, Ref};

extension! {
    /// The standards that a server follows. It stands on its application actor, or on the application in `generator` of any
    /// actor.
    pub struct Application for Actor, Object
    prefixes { fep: "https://w3id.org/fep/844e#" }
    {
        /// The standards: links with a name.
        implements: OneOrMany<Ref<Link>> = "implements" as "https://w3id.org/fep/844e/implements",
    }
}

impl Actor {
    /// The standards that the actor says its server follows (FEP-844e), here or in `generator`: the addresses, such as
    /// `https://datatracker.ietf.org/doc/html/rfc9421`. A hint, no promise.
    #[must_use]
    pub fn implements(&self) -> Vec<Id> {
        let mut all = vec![self.extension::<Application>()];
        all.extend(self.generator.embedded().filter_map(|thing| match thing {
            Any::Actor(application) => Some(application.extension()),
            Any::Object(application) => Some(application.extension()),
            _ => None,
        }));
        let links = all.iter().flat_map(|said| said.implements.iter());
        links
            .filter_map(|link| match link {
                Ref::Id(id) => Some(id),
                Ref::Embedded(link) => link.href.as_ref(),
            })
            .cloned()
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_can_do() {
        let rfc9421 = "https://datatracker.ietf.org/doc/html/rfc9421";
        for text in [
            format!(r#"{{"type":"Application","implements":[{{"href":"{rfc9421}","name":"x"}}]}}"#),
            format!(
                r#"{{"type":"Person","generator":{{"type":"Application","implements":["{rfc9421}"]}}}}"#
            ),
        ] {
            assert_eq!(
                Actor::from_slice(text.as_bytes()).unwrap().implements(),
                [rfc9421]
            );
        }
        assert!(Actor::default().implements().is_empty());
    }
}
