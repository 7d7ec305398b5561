#![doc = include_str!("../README.md")]

mod answer;
pub mod endpoint;
pub mod entities;
pub mod error;
mod extra;
pub mod ids;
pub mod methods;
pub mod oauth;
mod page;
mod server;
mod string_enum;
pub mod text;
mod wire;

pub use endpoint::Endpoint;
pub use error::Error;
pub use extra::{Extra, Problem};
pub use page::{At, Cursor, InvalidCursor, Page};
pub use server::Server;
