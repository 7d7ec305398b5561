//! When the server wants less: waiting, and trying again.
//!
//! A [`Client`](crate::Client) does both by itself, within bounds. Nothing runs in the background: what waits is the
//! call, and to drop its future ends it.
//!
//! # Before a call is sent
//!
//! Mastodon counts requests in [`Bucket`]s: so many of all kinds in five minutes, so many deletions in half an hour.
//! Its answers say what is left; a [`RateLimiter`] reads that, for all clones of a client. When a bucket is empty,
//! [`OnLimit`] says what becomes of the next call that needs it:
//!
//! - [`Wait`](OnLimit::Wait), the default: it waits until the bucket is full again, 16 minutes at most. A longer wait
//!   is [`Error::RateLimited`](crate::Error::RateLimited), at once.
//! - [`Pace`](OnLimit::Pace): the calls are spread over the time, so that the bucket does not run empty. For programs
//!   that ask for much and have no user who looks on.
//! - [`Fail`](OnLimit::Fail): it is that error. For programs with a user who looks on.
//!
//! Those who wait go in the order in which they came, and not all at once. Before the first answer nothing is known, and
//! nothing is held back: what is too many of that is answered 429, and then waits like the rest.
//!
//! # When a call went wrong
//!
//! A [`RetryPolicy`] says how often and how long it is tried: four times in two minutes if nothing is said, with
//! growing, random pauses, or those that the server asks for. It is tried again
//!
//! - after 429 Too Many Requests: nothing was done;
//! - after 408, 500, 502, 503, 504 and what Cloudflare has for them, a timeout or a connection that broke, if to do it
//!   twice is to do it once: `GET`, `PUT`, `DELETE`, and posts with an idempotency key;
//! - other calls (`POST`, `PATCH`) only if nothing was done: there was no connection, or a 503 says when to come back.
//!
//! A `DELETE` whose first answer was lost may be answered 404 the second time.
//!
//! # Posting once
//!
//! Each status that is posted has an `Idempotency-Key`, the same at every try: a server that has posted it already
//! answers with the status that is there. [`Client::post`](crate::Client::post) makes one for each
//! [`Post`](crate::Post), `statuses::Create` and `Schedule` get one when they are sent, unless they have one. What
//! servers make of it:
//!
//! - Mastodon remembers the key of a status that was posted for an hour; a refusal (422) is not remembered. Before
//!   version 4.3 it forgot that of a scheduled status. Before 4.6 two requests at the same time could both post; a
//!   client that has waited for its timeout may see that. Some of 4.6 answer 500 to a key that they know: what was
//!   posted is there, look before you post it again.
//! - Pleroma and Akkoma remember every answer to a key, refusals too, whoever asks. So a key is long and random; after
//!   429 there is another one, and an answer from memory is the last. A [`Post`](crate::Post) that was refused and then
//!   corrected wants another key: make it anew.
//! - Pixelfed knows no keys: there a post whose answer was lost may stand twice. [`RetryPolicy::never`] is for those
//!   who would rather have none.
//!
//! # What does not wait
//!
//! Streams have a rhythm of their own, and so have the calls that they make to connect: see
//! [`streaming`](crate::streaming). A 429 that could not be waited for is
//! [`Error::Refused`](crate::Error::Refused), and [`Error::retry_after`](crate::Error::retry_after) says how long.

pub use super::rate_limit::{Bucket, OnLimit, RateLimiter};
pub use super::retry::RetryPolicy;
