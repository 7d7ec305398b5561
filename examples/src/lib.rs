//! What the example programs share, and what a user copies from: a small federated [`server`], a [`bot`], and a look at the [`wire`].

pub mod bot;
pub mod server;
pub mod wire;

/// An error and its causes in one line, for a person.
#[must_use]
pub fn in_words(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
