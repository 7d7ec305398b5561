//! Rules of a server.

use std::collections::BTreeMap;

use crate::ids::RuleId;
use crate::wire::entity;

entity! {
    /// A rule of a server.
    Rule, "Rule/" (
        /// Its id.
        id: RuleId,
    ) {
        /// The rule.
        text: String,
        /// More about it. Mastodon since 4.3.
        hint: String,
        /// The rule in other languages, by ISO 639 code. Mastodon since 4.4.
        translations: BTreeMap<String, RuleTranslation>,
    }
}

entity! {
    /// A rule of a server in another language. Mastodon since 4.4.
    RuleTranslation, "Rule/#translations" () {
        /// The rule.
        text: String,
        /// More about it.
        hint: String,
    }
}
