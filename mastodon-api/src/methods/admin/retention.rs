//! How many of those who signed up stay.

use chrono::{DateTime, Utc};

use crate::Page;
use crate::endpoint::endpoints;
use crate::entities::admin::{Cohort, CohortFrequency};

endpoints! {
    /// Count how many of those who signed up on each day or in each month were active later.
    POST "/api/v1/admin/retention", "admin/retention/#create", user "admin:read", since "3.5.0"
    Create[start_at: DateTime<Utc>, end_at: DateTime<Utc>, frequency: CohortFrequency] => Page<Cohort>
}
