//! Polls.

use crate::endpoint::endpoints;
use crate::entities::Poll;
use crate::ids::PollId;

endpoints! {
    /// A poll.
    GET "/api/v1/polls/{id}", "polls/#get", optional "read:statuses", since "2.8.0"
    Get(id: PollId) => Poll

    /// Vote, once. What is chosen are positions in [`Poll::options`] from 0 on.
    POST "/api/v1/polls/{id}/votes", "polls/#vote", user "write:statuses", since "2.8.0"
    Vote(id: PollId)[choices: Vec<u64>] => Poll
}
