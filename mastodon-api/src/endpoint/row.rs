//! The calls of the tables as values.

use std::fmt;

use bytes::Bytes;
use http::{Method, Response};

use crate::Problem;
use crate::answer::inside;
use crate::endpoint::{Access, Answer, Endpoint, Manner};
use crate::error::Error;

/// What is known of one call without making it; [`methods::rows`](crate::methods::rows) has them all.
#[derive(Clone)]
#[non_exhaustive]
pub struct Row {
    /// The struct of the call: `mastodon_api::methods::statuses::Create`.
    pub name: &'static str,
    /// The page of the [documentation](https://docs.joinmastodon.org/methods/) and the place on it:
    /// `statuses/#create`.
    pub page: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path, with `{name}` for what stands in it.
    pub template: &'static str,
    /// Which token it wants.
    pub access: Access,
    /// The Mastodon version that first had it, `0.0.0` for "always".
    pub since: &'static str,
    /// What to use instead, if it is deprecated.
    pub deprecated: Option<&'static str>,
    /// How its parameters travel.
    pub manner: Manner,
    /// The names of its parameters as they are sent: what stands in the path, what it needs, the rest.
    pub parameters: &'static [&'static str],
    inside: Option<&'static str>,
    read: fn(Response<Bytes>, &Access) -> Result<Vec<Problem>, Error>,
}

impl Row {
    pub(crate) const fn of<E: Endpoint>(
        name: &'static str,
        page: &'static str,
        deprecated: Option<&'static str>,
        parameters: &'static [&'static str],
    ) -> Self {
        Self {
            name,
            page,
            method: E::METHOD,
            template: E::TEMPLATE,
            access: E::ACCESS,
            since: E::SINCE,
            deprecated,
            manner: E::MANNER,
            inside: E::INSIDE,
            parameters,
            read: problems::<E::Response>,
        }
    }

    /// Reads an answer to the call as the call does, and gives what in it could not be read.
    ///
    /// # Errors
    ///
    /// As [`Endpoint::read_response`].
    pub fn read_response(&self, response: Response<Bytes>) -> Result<Vec<Problem>, Error> {
        (self.read)(inside(response, self.inside), &self.access)
    }
}

/// One for each type of answer, not for each call: it is compiled less often.
fn problems<R: Answer>(response: Response<Bytes>, access: &Access) -> Result<Vec<Problem>, Error> {
    let answer: R = super::read(response.clone(), access)?;
    let mut problems = answer.problems();
    problems.extend(R::lost(&response));
    Ok(problems)
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row")
            .field("name", &self.name)
            .field("page", &self.page)
            .field("method", &self.method)
            .field("template", &self.template)
            .field("access", &self.access)
            .field("since", &self.since)
            .field("deprecated", &self.deprecated)
            .field("manner", &self.manner)
            .field("parameters", &self.parameters)
            .finish_non_exhaustive()
    }
}
