//! How many of those who signed up stay.

use chrono::{DateTime, Utc};

use crate::entities::QuotedInteger;
use crate::string_enum::string_enum;
use crate::wire::entity;

entity! {
    /// Those who signed up in one day or month, and how many of them were active later. Mastodon since 3.5.
    Cohort, "Admin_Cohort/" () {
        /// The day or month in which they signed up: its beginning.
        period: Option<DateTime<Utc>>,
        /// Whether it is about days or months.
        frequency: CohortFrequency,
        /// The days or months since.
        data: Vec<CohortData>,
    }
}

string_enum! {
    /// How long the time is in which those of a cohort signed up.
    CohortFrequency {
        /// A day.
        Day = "day",
        /// A month.
        Month = "month",
    }
}

entity! {
    /// How many of a cohort were active in one day or month.
    CohortData, "Admin_Cohort/#CohortData" () {
        /// The day or month: its beginning.
        date: Option<DateTime<Utc>>,
        /// Which part of the cohort was active, from 0.0 to 1.0.
        rate: f64,
        /// How many of it were.
        value: QuotedInteger,
    }
}
