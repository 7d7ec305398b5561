//! Policies by the names of the calls that make them.

use std::time::Duration;

use http_sig::Policy;
use serde_json::Value;

use super::value::text;

/// The policy of a row: `fediverse` for `example.org`, and what the row says besides.
pub(crate) fn policy(steps: &[Vec<Value>]) -> Policy {
    let start = Policy::fediverse().authorities(["example.org"]);
    steps.iter().fold(start, |policy, step| {
        let (verb, arguments) = step.split_first().unwrap();
        let seconds = |value: &Value| Duration::from_secs(value.as_u64().unwrap());
        let yes = |value: &Value| value.as_bool().unwrap();
        match (verb.as_str().unwrap(), arguments) {
            ("fediverse", []) => Policy::fediverse(),
            ("strict", []) => Policy::strict().authorities(["example.org"]),
            ("authorities", names) => policy.authorities(names.iter().map(text)),
            ("max_age", [age]) => policy.max_age(seconds(age)),
            ("clock_skew", [skew]) => policy.clock_skew(seconds(skew)),
            ("accept_query_left_out", [accept]) => policy.accept_query_left_out(yes(accept)),
            ("accept_rsa_sha512", [accept]) => policy.accept_rsa_sha512(yes(accept)),
            ("accept_hmac", [accept]) => policy.accept_hmac(yes(accept)),
            ("accept_draft", [accept]) => policy.accept_draft(yes(accept)),
            ("accept_rfc9421", [accept]) => policy.accept_rfc9421(yes(accept)),
            ("require_nonce", [require]) => policy.require_nonce(yes(require)),
            ("require", [component]) => policy.require(text(component)),
            ("fall_back_to_draft", [fall_back]) => policy.fall_back_to_draft(yes(fall_back)),
            ("label", [label]) => policy.label(text(label)),
            ("tag", [tag]) => policy.tag(text(tag)),
            _ => panic!("no such step: {step:?}"),
        }
    })
}
