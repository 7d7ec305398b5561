//! Filters: what is hidden because of words in it, or by choice.

use serde::{Serialize, Serializer};

use crate::Page;
use crate::endpoint::{Empty, IntoParameter, endpoints};
use crate::entities::{Filter, FilterAction, FilterContext, FilterKeyword, FilterStatus, v1};
use crate::ids::{FilterId, FilterKeywordId, FilterStatusId, StatusId};

endpoints! {
    /// Your filters.
    GET "/api/v2/filters", "filters/#get", user "read:filters", since "4.0.0"
    List => Page<Filter>

    /// A filter.
    GET "/api/v2/filters/{id}", "filters/#get-one", user "read:filters", since "4.0.0"
    Get(id: FilterId) => Filter

    /// Make a filter.
    POST "/api/v2/filters", "filters/#create", user "write:filters", since "4.0.0"
    Create[title: String, context: Vec<FilterContext>] => Filter {
        /// What happens to a post that it matches. It is hidden behind a warning if nothing is said.
        filter_action: FilterAction,
        /// In how many seconds it ends. Never if nothing is said.
        expires_in: ExpiresIn,
        /// Words that it looks for.
        keywords_attributes: Vec<KeywordAttributes>,
    }

    /// Change a filter.
    PUT "/api/v2/filters/{id}", "filters/#update", user "write:filters", since "4.0.0"
    Update(id: FilterId) => Filter {
        /// The name that its owner gives it.
        title: String,
        /// Where it works.
        context: Vec<FilterContext>,
        /// What happens to a post that it matches.
        filter_action: FilterAction,
        /// In how many seconds from now it ends.
        expires_in: ExpiresIn,
        /// Words to add, to change and to remove. Those that are not named stay.
        keywords_attributes: Vec<KeywordAttributes>,
    }

    /// Delete a filter.
    DELETE "/api/v2/filters/{id}", "filters/#delete", user "write:filters", since "4.0.0"
    Delete(id: FilterId) => Empty

    /// The words that a filter looks for.
    GET "/api/v2/filters/{filter_id}/keywords", "filters/#keywords-get", user "read:filters", since "4.0.0"
    Keywords(filter_id: FilterId) => Page<FilterKeyword>

    /// Add a word to a filter.
    POST "/api/v2/filters/{filter_id}/keywords", "filters/#keywords-create", user "write:filters", since "4.0.0"
    KeywordsCreate(filter_id: FilterId)[keyword: String] => FilterKeyword {
        /// Whether it must stand alone, not as part of a longer word.
        whole_word: bool,
    }

    /// A word of a filter.
    GET "/api/v2/filters/keywords/{id}", "filters/#keywords-get-one", user "read:filters", since "4.0.0"
    KeywordsGet(id: FilterKeywordId) => FilterKeyword

    /// Change a word of a filter.
    PUT "/api/v2/filters/keywords/{id}", "filters/#keywords-update", user "write:filters", since "4.0.0"
    KeywordsUpdate(id: FilterKeywordId)[keyword: String] => FilterKeyword {
        /// Whether it must stand alone, not as part of a longer word.
        whole_word: bool,
    }

    /// Remove a word from its filter.
    DELETE "/api/v2/filters/keywords/{id}", "filters/#keywords-delete", user "write:filters", since "4.0.0"
    KeywordsDelete(id: FilterKeywordId) => Empty

    /// The single posts that a filter catches.
    GET "/api/v2/filters/{filter_id}/statuses", "filters/#statuses-get", user "read:filters", since "4.0.0"
    Statuses(filter_id: FilterId) => Page<FilterStatus>

    /// Add a single post to a filter.
    POST "/api/v2/filters/{filter_id}/statuses", "filters/#statuses-add", user "write:filters", since "4.0.0"
    StatusesAdd(filter_id: FilterId)[status_id: StatusId] => FilterStatus

    /// A single post that a filter catches.
    GET "/api/v2/filters/statuses/{id}", "filters/#statuses-get-one", user "read:filters", since "4.0.0"
    StatusesGet(id: FilterStatusId) => FilterStatus

    /// Remove a single post from its filter. What comes back is documented to be what was removed; Mastodon
    /// sends an empty object.
    DELETE "/api/v2/filters/statuses/{id}", "filters/#statuses-remove", user "write:filters", since "4.0.0"
    StatusesRemove(id: FilterStatusId) => Empty

    /// Your filters, one for each word.
    #[deprecated = "use `List`, which has been there since Mastodon 4.0"]
    GET "/api/v1/filters", "filters/#get-v1", user "read:filters", since "2.4.3"
    ListV1 => Page<v1::Filter>

    /// A filter of one word.
    #[deprecated = "use `Get`, which has been there since Mastodon 4.0"]
    GET "/api/v1/filters/{id}", "filters/#get-one-v1", user "read:filters", since "2.4.3"
    GetV1(id: FilterKeywordId) => v1::Filter

    /// Make a filter of one word.
    #[deprecated = "use `Create`, which has been there since Mastodon 4.0"]
    POST "/api/v1/filters", "filters/#create-v1", user "write:filters", since "2.4.3"
    CreateV1[phrase: String, context: Vec<FilterContext>] => v1::Filter {
        /// Whether posts that it matches are gone for good, even when the filter is removed.
        irreversible: bool,
        /// Whether the phrase must stand alone, not as part of a longer word.
        whole_word: bool,
        /// In how many seconds it ends. Never if nothing is said.
        expires_in: ExpiresIn,
    }

    /// Change a filter of one word.
    #[deprecated = "use `Update`, which has been there since Mastodon 4.0"]
    PUT "/api/v1/filters/{id}", "filters/#update-v1", user "write:filters", since "2.4.3"
    UpdateV1(id: FilterKeywordId)[phrase: String, context: Vec<FilterContext>] => v1::Filter {
        /// Whether posts that it matches are gone for good, even when the filter is removed.
        irreversible: bool,
        /// Whether the phrase must stand alone, not as part of a longer word.
        whole_word: bool,
        /// In how many seconds from now it ends. Never if nothing is said.
        expires_in: ExpiresIn,
    }

    /// Delete a filter of one word.
    #[deprecated = "use `Delete`, which has been there since Mastodon 4.0"]
    DELETE "/api/v1/filters/{id}", "filters/#delete-v1", user "write:filters", since "2.4.3"
    DeleteV1(id: FilterKeywordId) => Empty
}

/// When a filter ends. A number of seconds stands for it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ExpiresIn {
    /// In so many seconds.
    Seconds(u64),
    /// Never: an end that was set before is taken back.
    Never,
}

impl IntoParameter<ExpiresIn> for u64 {
    fn into_parameter(self) -> ExpiresIn {
        ExpiresIn::Seconds(self)
    }
}

impl Serialize for ExpiresIn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Seconds(seconds) => serializer.serialize_u64(*seconds),
            Self::Never => serializer.serialize_none(),
        }
    }
}

/// A word of a filter, to add, change or remove with its filter. A text stands for one to add.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct KeywordAttributes {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<FilterKeywordId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keyword: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    whole_word: Option<bool>,
    #[serde(rename = "_destroy", skip_serializing_if = "Option::is_none")]
    destroy: Option<bool>,
}

impl KeywordAttributes {
    /// A word to add.
    #[must_use]
    pub fn new(keyword: impl Into<String>) -> Self {
        Self::default().keyword(keyword)
    }

    /// A word that the filter has: no change yet.
    #[must_use]
    pub fn of(id: impl IntoParameter<FilterKeywordId>) -> Self {
        Self {
            id: Some(id.into_parameter()),
            ..Self::default()
        }
    }

    /// The word or phrase.
    #[must_use]
    pub fn keyword(mut self, keyword: impl Into<String>) -> Self {
        self.keyword = Some(keyword.into());
        self
    }

    /// Whether it must stand alone, not as part of a longer word.
    #[must_use]
    pub fn whole_word(mut self, whole_word: bool) -> Self {
        self.whole_word = Some(whole_word);
        self
    }

    /// Remove it. `_destroy` in the documentation.
    #[must_use]
    pub fn destroy(mut self) -> Self {
        self.destroy = Some(true);
        self
    }
}

impl IntoParameter<KeywordAttributes> for &str {
    fn into_parameter(self) -> KeywordAttributes {
        KeywordAttributes::new(self)
    }
}
