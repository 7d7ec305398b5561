//! What holds for the whole project, and the example programs run as a person runs them.

mod bot;
mod crates;
mod inspect;
mod quickstart;
