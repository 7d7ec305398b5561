//! Statuses that will be published later. [`statuses::Schedule`](super::statuses::Schedule) makes one.

use chrono::{DateTime, Utc};

use crate::Page;
use crate::endpoint::{Empty, endpoints};
use crate::entities::ScheduledStatus;
use crate::ids::ScheduledStatusId;

endpoints! {
    /// What will be published later.
    GET "/api/v1/scheduled_statuses", "scheduled_statuses/#get", user "read:statuses", since "2.7.0"
    List => Page<ScheduledStatus> {
        /// Only what was scheduled before this.
        max_id: ScheduledStatusId,
        /// Only what was scheduled after this, the latest first.
        since_id: ScheduledStatusId,
        /// Only what was scheduled after this, what follows it first.
        min_id: ScheduledStatusId,
        /// How many at most: 20 if nothing is said, never more than 40.
        limit: u64,
    }

    /// One of them.
    GET "/api/v1/scheduled_statuses/{id}", "scheduled_statuses/#get-one", user "read:statuses", since "2.7.0"
    Get(id: ScheduledStatusId) => ScheduledStatus

    /// Change when it is published: at least five minutes from now.
    PUT "/api/v1/scheduled_statuses/{id}", "scheduled_statuses/#update", user "write:statuses", since "2.7.0"
    Update(id: ScheduledStatusId)[scheduled_at: DateTime<Utc>] => ScheduledStatus

    /// Do not publish it.
    DELETE "/api/v1/scheduled_statuses/{id}", "scheduled_statuses/#cancel", user "write:statuses", since "2.7.0"
    Cancel(id: ScheduledStatusId) => Empty
}
