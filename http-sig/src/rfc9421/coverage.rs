//! What a signature must cover to count.

use crate::error::{Reason, VerifyError};
use crate::rfc9421::{Component, Covered};

/// Refuses a signature that does not cover all of these.
pub(crate) fn check_coverage(
    components: &[Component],
    required: &[Covered],
    of_request: bool,
) -> Result<(), VerifyError> {
    let mut required = required.iter();
    match required.find(|covered| !covers(components, covered, of_request)) {
        Some(covered) => Err(uncovered(components, covered.name())),
        None => Ok(()),
    }
}

pub(crate) fn uncovered(components: &[Component], name: &str) -> VerifyError {
    let found: Vec<&str> = components.iter().map(Component::identifier).collect();
    VerifyError::from(Reason::ComponentUncovered)
        .about(name)
        .finding(found.join(" "))
}

/// Refuses a signature that does not cover the method and the whole target of the request: that of the message, or, with
/// `of_request`, that which the message answers.
pub(crate) fn check_target(components: &[Component], of_request: bool) -> Result<(), VerifyError> {
    let in_parts = [
        Covered::Method,
        Covered::Authority,
        Covered::Path,
        Covered::Query,
    ];
    let whole = [Covered::Method, Covered::TargetUri];
    let covers = |covered: &Covered| covers(components, covered, of_request);
    let is_in_parts = !covers(&Covered::TargetUri) && in_parts.iter().skip(1).any(covers);
    let required = if is_in_parts { &in_parts[..] } else { &whole };
    check_coverage(components, required, of_request)
}

fn covers(components: &[Component], covered: &Covered, of_request: bool) -> bool {
    let mut components = components.iter();
    components.any(|c| c.of_request == of_request && c.covered == *covered)
}
