//! Hashtags.

use crate::ids::TagId;
use crate::text::WebUrl;
use crate::wire::{Read, Wire, entity, wire_serde};

entity! {
    /// A hashtag.
    Tag, "Tag/" () {
        /// Its id. Mastodon since 4.3, and not on a status.
        id: Option<TagId>,
        /// Its name without `#`.
        name: String,
        /// The page of it on this server.
        url: Option<WebUrl>,
        /// How often it was used, the newest day first.
        history: Vec<History>,
        /// Whether you follow it. Only with a token.
        following: Option<bool>,
        /// Whether you feature it on your profile. Only with a token.
        featuring: Option<bool>,
    }
}

entity! {
    /// A hashtag where only its name and page are given: on a status, on a collection.
    ShallowTag, "Status/#Tag" () {
        /// Its name without `#`.
        name: String,
        /// The page of it on this server.
        url: Option<WebUrl>,
    }
}

entity! {
    /// How often a hashtag or link was used on one day.
    History, "Tag/#history" () {
        /// The day: seconds since 1970 at its midnight in UTC.
        day: QuotedInteger,
        /// How often.
        uses: QuotedInteger,
        /// By how many accounts.
        accounts: QuotedInteger,
    }
}

/// A whole number that Mastodon writes as text: `"17"`.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct QuotedInteger(u64);

impl QuotedInteger {
    /// The number.
    #[must_use]
    pub fn value(self) -> u64 {
        self.0
    }
}

impl From<u64> for QuotedInteger {
    fn from(number: u64) -> Self {
        Self(number)
    }
}

impl Wire for QuotedInteger {
    const EXPECTED: &'static str = u64::EXPECTED;

    fn from_u64(value: u64) -> Read<Self> {
        Read::Value(Self(value))
    }

    fn from_f64(value: f64) -> Read<Self> {
        u64::from_f64(value).map(Self)
    }

    fn from_text(value: &str) -> Read<Self> {
        u64::from_text(value).map(Self)
    }

    fn write<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

wire_serde!(QuotedInteger);
