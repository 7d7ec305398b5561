//! A vocabulary of one's own in twenty lines: bakeries say what they have baked, and servers that know nothing of bread keep and pass on
//! every loaf.
//!
//! ```text
//! own-extension          prints the post, and what a reader finds in it
//! ```

use activitypub::{Object, extension};
use clap::Parser;
use fedikit_examples::say;
use std::error::Error;

extension! {
    /// What a bakery says of a bread.
    pub struct Bread for Object
    prefixes { bake: "https://bakery.example/ns#" }
    {
        /// How much it weighs, in grams.
        grams: Option<u64> = "grams",
        /// Whether there is any left.
        sold_out: Option<bool> = "soldOut",
    }
}

/// Prints a post with an extension, and what a reader finds in it.
#[derive(Debug, Parser)]
#[command(name = "own-extension", version)]
struct Arguments {}

fn main() -> Result<(), Box<dyn Error>> {
    Arguments::parse();
    let mut post = Object::note(
        "https://bakery.example/1",
        "https://bakery.example/",
        "<p>Rye!</p>",
    );
    let rye = Bread {
        grams: Some(750),
        ..Bread::default()
    };
    post.set_extension(&rye);
    say!("{:#}\n", post.to_value()?);

    let received: Object = post.to_string().parse()?;
    let bread: Bread = received.extension();
    let grams = bread.grams.ok_or("the post says nothing of a bread")?;
    say!(
        "a bread of {grams} g; sold out: {}",
        bread.sold_out.unwrap_or(false)
    );
    Ok(())
}
