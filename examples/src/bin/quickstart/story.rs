//! Prints the story, a step with what was checked in it.

use fedikit_examples::say;
use fedikit_examples::server::BoxError;

pub(crate) struct Story {
    steps: usize,
}

impl Story {
    pub(crate) fn new() -> Self {
        Self { steps: 0 }
    }

    pub(crate) fn chapter(&mut self, title: &str) {
        say!("\n{title}\n");
    }

    pub(crate) fn step(&mut self, what: &str) {
        self.steps += 1;
        say!("{:3}. {what}", self.steps);
    }

    /// What the step has shown to be true.
    pub(crate) fn saw(&self, what: &str) {
        say!("     ✓ {what}");
    }

    pub(crate) fn steps(&self) -> usize {
        self.steps
    }
}

/// A step fails when what it claims is not so.
pub(crate) fn check(holds: bool, otherwise: &str) -> Result<(), BoxError> {
    if holds { Ok(()) } else { Err(otherwise.into()) }
}
