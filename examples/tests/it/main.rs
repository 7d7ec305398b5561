//! What holds for the whole project, and the example programs run as a person runs them.

mod crates;
mod inspect;
