//! What a user of the crate would notice.

mod building;
mod corpus;
mod hostile;
mod lossless;
mod reading;
