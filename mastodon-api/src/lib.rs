#![doc = include_str!("../README.md")]

pub mod entities;
mod extra;
pub mod ids;
pub mod oauth;
mod string_enum;
pub mod text;
mod wire;

pub use extra::{Extra, Problem};
