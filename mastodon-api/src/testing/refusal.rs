//! What the fake instance says when it does not do something.

use std::fmt;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;

/// Why the fake instance refuses something, in Mastodon's words.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{error}{}", description.as_deref().map(|text| format!(": {text}")).unwrap_or_default())]
pub struct Refusal {
    pub(super) status: StatusCode,
    pub(super) error: String,
    pub(super) description: Option<String>,
    /// Whether a real instance might know what was asked for.
    pub(super) is_unknown: bool,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self {
            status,
            error: error.into(),
            description: None,
            is_unknown: false,
        }
    }

    /// For a call that the fake instance does not know.
    pub(super) fn unknown() -> Self {
        Self {
            is_unknown: true,
            ..Self::new(StatusCode::NOT_FOUND, "Not found")
        }
    }

    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Record not found")
    }

    /// For values that the instance does not take.
    pub(super) fn invalid(error: impl fmt::Display) -> Self {
        Self::unprocessable(format!("Validation failed: {error}"))
    }

    pub(super) fn unprocessable(error: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, error)
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What stands in `error` of the answer.
    #[must_use]
    pub fn error(&self) -> &str {
        &self.error
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut body = json!({ "error": self.error });
        if let (Some(description), Some(body)) = (self.description, body.as_object_mut()) {
            body.insert("error_description".to_owned(), description.into());
        }
        (self.status, axum::Json(body)).into_response()
    }
}
