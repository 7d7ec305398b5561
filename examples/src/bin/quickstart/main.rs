//! The main job, from nothing: two federated servers in one process talk to each other, a forgery is refused, and a bot answers who
//! mentions it. It ends by itself; its exit code is 0 only if every step did what it should.

mod bot;
mod federated;
mod story;

use clap::Parser;
use fedikit_examples::{in_words, say};
use std::process::ExitCode;
use story::Story;

/// Two federated servers and a bot, in one process on loopback.
#[derive(Parser)]
struct Arguments {
    /// Show every request that a server receives, with the signature base that its signature was made over.
    #[arg(long)]
    wire: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut story = Story::new();
    let told = async {
        federated::tell(&mut story, arguments.wire).await?;
        bot::tell(&mut story).await
    };
    match told.await {
        Ok(()) => {
            say!("\nAll {} steps did what they should.", story.steps());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("\nStep {} failed: {}", story.steps(), in_words(&*error));
            ExitCode::FAILURE
        }
    }
}
