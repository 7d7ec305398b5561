//! How much happened on a server.

use crate::entities::QuotedInteger;
use crate::wire::entity;

entity! {
    /// How much happened on a server in one week.
    InstanceActivity, "../methods/instance/#activity" () {
        /// The week: seconds since 1970 at its first midnight in UTC.
        week: QuotedInteger,
        /// How many posts were written.
        statuses: QuotedInteger,
        /// How many users were active.
        logins: QuotedInteger,
        /// How many signed up.
        registrations: QuotedInteger,
    }
}
