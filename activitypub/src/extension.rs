//! Vocabularies beyond ActivityStreams, one file each. What belongs to a family is a field of it; the rest stands here.

pub mod mastodon;
pub mod schema;
pub mod security;
