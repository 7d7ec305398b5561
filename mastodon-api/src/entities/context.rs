//! What stands around a status in its conversation.

use crate::entities::Status;
use crate::wire::entity;

entity! {
    /// What stands before and after a status in its conversation.
    Context, "Context/" () {
        /// What it replies to, the first of the conversation first.
        ancestors: Vec<Status>,
        /// The replies to it, and to them.
        descendants: Vec<Status>,
    }
}
