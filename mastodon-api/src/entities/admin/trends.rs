//! What many share and talk about, as moderators see it.

use chrono::{DateTime, Utc};

use crate::entities::{History, PreviewCard, Status as Public};
use crate::ids::{PreviewCardId, PreviewCardProviderId};
use crate::wire::{entity, extended_entity};

extended_entity! {
    /// A link that many share, as moderators see it. Mastodon since 4.2, not documented; before, and for an account
    /// that may not decide, it has no id.
    Link, "PreviewCard/#trends-link",
    /// The link itself.
    card: PreviewCard {
        /// Its id.
        id: Option<PreviewCardId>,
        /// How often it was shared, the newest day first.
        history: Vec<History>,
        /// Whether moderators have not yet said whether it may appear.
        requires_review: bool,
    }
}

extended_entity! {
    /// A status that many like, as moderators see it. Mastodon since 4.2, not documented.
    Status, "Status/",
    /// The status as others see it.
    status: Public {
        /// Whether moderators have not yet said whether it may appear.
        requires_review: bool,
    }
}

entity! {
    /// A website whose links are shared. Mastodon since 4.2, not documented.
    PreviewCardProvider, "PreviewCard/" (
        /// Its id.
        id: PreviewCardProviderId,
    ) {
        /// The website.
        domain: String,
        /// Whether its links may appear among what many share.
        trendable: Option<bool> = null,
        /// When moderators last said so or not.
        reviewed_at: Option<DateTime<Utc>> = null,
        /// When moderators were last asked.
        requested_review_at: Option<DateTime<Utc>> = null,
        /// Whether moderators have not yet said anything.
        requires_review: bool,
    }
}
