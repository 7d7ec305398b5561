//! What the example programs share, and what a user copies from: a small federated [`server`], a [`bot`], the [`account`] of a client, its
//! [`database`] of posts, files on its [`disk`], a look at the [`wire`], the way out to the [`network`], [`tls`] on loopback, an actor as a
//! [`profile`], and text for the [`terminal`].

pub mod account;
pub mod bot;
pub mod database;
pub mod disk;
pub mod network;
pub mod profile;
pub mod server;
pub mod terminal;
pub mod tls;
pub mod wire;

/// Prints a line. When nobody reads any more, as after `| head`, the program ends quietly instead of panicking as `println!` does.
pub fn say(line: impl std::fmt::Display) {
    use std::io::Write as _;
    let mut stdout = std::io::stdout().lock();
    if writeln!(stdout, "{line}")
        .and_then(|()| stdout.flush())
        .is_err()
    {
        std::process::exit(1);
    }
}

/// Prints as `println!` does, but [quietly](say()) ends where that panics.
#[macro_export]
macro_rules! say {
    ($($text:tt)*) => { $crate::say(format_args!($($text)*)) };
}

/// The exit code of a program; an error is told on standard error first, with its causes.
#[must_use]
pub fn ended(outcome: Result<(), server::BoxError>) -> std::process::ExitCode {
    match outcome {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", in_words(&*error));
            std::process::ExitCode::FAILURE
        }
    }
}

/// An error and its causes in one line, for a person.
#[must_use]
pub fn in_words(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
