//! The server.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::Page;
use crate::endpoint::{Optional, endpoints};
use crate::entities::{
    self, DomainBlock, DonationCampaign, Instance, InstanceActivity, Language, Rule, instance,
};

endpoints! {
    /// What the server says about itself.
    GET "/api/v2/instance", "instance/#v2", public, since "4.0.0"
    V2 => Instance

    /// What the server says about itself, in the form that older servers and some programs only have.
    #[deprecated = "use `V2`, and this where the answer to it is 404"]
    GET "/api/v1/instance", "instance/#v1", public, since "1.1.0"
    V1 => instance::v1::Instance

    /// The domains of all servers that this one knows: tens of thousands on a large server. Refused where
    /// administrators do not want it.
    GET "/api/v1/instance/peers", "instance/#peers", public, since "2.1.2"
    Peers => Page<String>

    /// How much happened on the server in each of the last twelve weeks, the newest first. Refused where
    /// administrators do not want it.
    GET "/api/v1/instance/activity", "instance/#activity", public, since "2.1.2"
    Activity => Page<InstanceActivity>

    /// The rules of the server.
    GET "/api/v1/instance/rules", "instance/#rules", public, since "3.4.0"
    Rules => Page<Rule>

    /// The servers that this one limits or does not talk to. Some tell it to their users only, or to nobody.
    GET "/api/v1/instance/domain_blocks", "instance/#domain_blocks", optional, since "4.0.0"
    DomainBlocks => Page<DomainBlock>

    /// What the server says about itself at length.
    GET "/api/v1/instance/extended_description", "instance/#extended_description", public, since "4.0.0"
    ExtendedDescription => entities::ExtendedDescription

    /// What the server does with personal data.
    GET "/api/v1/instance/privacy_policy", "instance/#privacy_policy", public, since "4.0.0"
    PrivacyPolicy => entities::PrivacyPolicy

    /// What users of the server agree to.
    GET "/api/v1/instance/terms_of_service", "instance/#terms_of_service", public, since "4.4.0"
    TermsOfService => entities::TermsOfService

    /// What users of the server agree to from a day on.
    GET "/api/v1/instance/terms_of_service/{date}", "instance/#terms_of_service_date", public, since "4.4.0"
    TermsOfServiceDate(date: NaiveDate) => entities::TermsOfService

    /// For each language (ISO 639) those that the server can translate it to; `und` for texts without a language.
    GET "/api/v1/instance/translation_languages", "instance/#translation_languages", public, since "4.2.0"
    TranslationLanguages => BTreeMap<String, Vec<String>>

    /// The languages that posts can be marked with. Not documented.
    GET "/api/v1/instance/languages", "instance/", public, since "4.2.0"
    Languages => Page<Language>

    /// At most ten servers that this one knows and whose domain starts like this. Not documented.
    GET "/api/v1/peers/search", "instance/", public, since "4.2.0"
    PeersSearch[q: String] => Page<String>

    /// The campaign for donations that the server passes on, if there is one. Not documented.
    GET "/api/v1/donation_campaigns", "instance/", user, since "4.6.0"
    DonationCampaigns => Optional<DonationCampaign>
}
