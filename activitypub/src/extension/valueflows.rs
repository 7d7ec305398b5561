//! Offers and agreements (FEP-0837, Mitra), in the words of Valueflows (<https://www.valueflo.ws>).

use crate::extension;
use crate::id::Id;
use crate::object::Object;
use crate::property::{OneOrMany, Ref};

extension! {
    /// What is said of a `Proposal`, an `Intent`, an `Agreement` or a `Commitment`.
    pub struct Deal for Object
    prefixes { vf: "https://w3id.org/valueflows/ont/vf#" }
    types { "Proposal", "Intent", "Agreement", "Commitment" }
    {
        /// Of a proposal: `offer` or `request`.
        purpose: Option<String> = "purpose",
        /// Of a proposal: what is offered, an intent.
        publishes: OneOrMany<Ref<Object>> = "publishes",
        /// Of a proposal: what is wanted for it, an intent.
        reciprocal: OneOrMany<Ref<Object>> = "reciprocal",
        /// Of a proposal: whether it can be had several times.
        unit_based: Option<bool> = "unitBased",
        /// Of an intent: what is done (`transfer`, `deliverService`).
        action: Option<String> = "action",
        /// Of an intent: of what kind it is.
        resource_conforms_to: Option<Id> = "resourceConformsTo" literal "vf:resourceConformsTo",
        /// How much, see [`Quantity`].
        resource_quantity: OneOrMany<Ref<Object>> = "resourceQuantity" literal "vf:resourceQuantity",
        /// How much at least.
        minimum_quantity: OneOrMany<Ref<Object>> = "minimumQuantity" literal "vf:minimumQuantity",
        /// How much there is.
        available_quantity: OneOrMany<Ref<Object>> = "availableQuantity" literal "vf:availableQuantity",
        /// Of an agreement: what one side gives, a commitment.
        stipulates: OneOrMany<Ref<Object>> = "stipulates",
        /// Of an agreement: what the other side gives, a commitment.
        stipulates_reciprocal: OneOrMany<Ref<Object>> = "stipulatesReciprocal",
        /// Of a commitment: the intent that it fulfils.
        satisfies: OneOrMany<Ref<Object>> = "satisfies",
    }
}

extension! {
    /// How much of something.
    pub struct Quantity for Object
    prefixes { om2: "http://www.ontology-of-units-of-measure.org/resource/om-2/" }
    {
        /// The unit: `one`, `second`, `currencyAmount`.
        has_unit: Option<String> = "hasUnit",
        /// The number, as text.
        has_numerical_value: Option<String> = "hasNumericalValue",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer() {
        let text = br#"{"type":"Proposal","purpose":"offer","publishes":{"type":"Intent","action":"deliverService","resourceQuantity":{"hasUnit":"second","hasNumericalValue":"1"}}}"#;
        let offer = Object::from_slice(text).unwrap();
        let said: Deal = offer.extension();
        let intent: Deal = said.publishes.embedded().next().unwrap().extension();
        let quantity: Quantity = intent
            .resource_quantity
            .embedded()
            .next()
            .unwrap()
            .extension();
        assert_eq!(
            (
                said.purpose.as_deref(),
                quantity.has_numerical_value.as_deref()
            ),
            (Some("offer"), Some("1"))
        );
        assert!(offer.problems().is_empty());
    }
}
