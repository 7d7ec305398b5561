//! Campaigns for donations.

use std::collections::BTreeMap;

use crate::text::WebUrl;
use crate::wire::entity;

entity! {
    /// A campaign for donations to Mastodon, which a server may pass on to its users. Mastodon since 4.6, not
    /// documented.
    DonationCampaign, "../methods/instance/" () {
        /// Its id.
        id: String,
        /// The text of a banner.
        banner_message: String,
        /// The text of the button there.
        banner_button_text: String,
        /// The text of the page.
        donation_message: String,
        /// The text of the button there.
        donation_button_text: String,
        /// What a person who gave may post.
        donation_success_post: String,
        /// What to propose: for `one_time`, `monthly` and the like, amounts by currency (ISO 4217).
        amounts: BTreeMap<String, BTreeMap<String, Vec<u64>>>,
        /// The currency to show first.
        default_currency: String,
        /// Where one gives.
        donation_url: Option<WebUrl>,
        /// The language of the texts (ISO 639).
        locale: String,
    }
}
