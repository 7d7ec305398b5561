//! What a server allows.

use serde_json::Value;

use crate::Extra;
use crate::entities::instance::{self, v1};
use crate::entities::{Instance, instance as limits};

/// What a server allows, as far as it says: in the fields that Mastodon has, or where other programs had theirs
/// before Mastodon did (`max_toot_chars`, `poll_limits`, `upload_limit` of Pleroma and others).
///
/// A limit that is `None` is not known, which does not mean that there is none.
///
/// ```
/// use mastodon_api::InstanceLimits;
/// use mastodon_api::entities::instance::v1;
///
/// let instance: v1::Instance = serde_json::from_str(r#"{"uri":"a.example","max_toot_chars":5000}"#)?;
/// assert_eq!(InstanceLimits::from(&instance).statuses.max_characters, Some(5000));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct InstanceLimits {
    /// Limits of accounts.
    pub accounts: limits::AccountLimits,
    /// Limits of statuses.
    pub statuses: limits::StatusLimits,
    /// Limits of media.
    pub media_attachments: limits::MediaLimits,
    /// Limits of polls.
    pub polls: limits::PollLimits,
}

impl InstanceLimits {
    fn new(configuration: &instance::Configuration, extra: &Extra) -> Self {
        let mut found = Self {
            accounts: configuration.accounts.clone(),
            statuses: configuration.statuses.clone(),
            media_attachments: configuration.media_attachments.clone(),
            polls: configuration.polls.clone(),
        };
        let value = |name| extra.read::<Value>(name).ok().flatten();
        let top = |name| value(name).as_ref().and_then(number);

        let statuses = &mut found.statuses;
        fill(&mut statuses.max_characters, || top("max_toot_chars"));
        fill(&mut statuses.max_media_attachments, || {
            top("max_media_attachments")
        });

        let media = &mut found.media_attachments;
        fill(&mut media.description_limit, || top("description_limit"));
        fill(&mut media.image_size_limit, || top("upload_limit"));
        fill(&mut media.video_size_limit, || top("upload_limit"));

        let poll_limits = value("poll_limits").unwrap_or_default();
        let of_polls = |name| poll_limits.get(name).and_then(number);
        let polls = &mut found.polls;
        fill(&mut polls.max_options, || of_polls("max_options"));
        fill(&mut polls.max_characters_per_option, || {
            of_polls("max_option_chars")
        });
        fill(&mut polls.min_expiration, || of_polls("min_expiration"));
        fill(&mut polls.max_expiration, || of_polls("max_expiration"));

        let pleroma = value("pleroma").unwrap_or_default();
        let of_fields = |name| number(pleroma.pointer("/metadata/fields_limits")?.get(name)?);
        let accounts = &mut found.accounts;
        fill(&mut accounts.max_profile_fields, || of_fields("max_fields"));
        fill(&mut accounts.profile_field_name_limit, || {
            of_fields("name_length")
        });
        fill(&mut accounts.profile_field_value_limit, || {
            of_fields("value_length")
        });
        found
    }
}

impl From<&Instance> for InstanceLimits {
    fn from(instance: &Instance) -> Self {
        Self::new(&instance.configuration, &instance.extra)
    }
}

impl From<&v1::Instance> for InstanceLimits {
    fn from(instance: &v1::Instance) -> Self {
        Self::new(&instance.configuration, &instance.extra)
    }
}

fn fill(limit: &mut Option<u64>, elsewhere: impl FnOnce() -> Option<u64>) {
    if limit.is_none() {
        *limit = elsewhere();
    }
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_v1(json: &str) -> InstanceLimits {
        InstanceLimits::from(&serde_json::from_str::<v1::Instance>(json).unwrap())
    }

    #[test]
    fn the_places_of_other_programs() {
        let limits = of_v1(
            r#"{"uri":"a.example","max_toot_chars":"5000","max_media_attachments":16,"description_limit":1000,
            "upload_limit":16000000,"poll_limits":{"max_options":20,"max_option_chars":200,"min_expiration":0,
            "max_expiration":31536000},"pleroma":{"metadata":{"fields_limits":{"max_fields":10,"name_length":512,
            "value_length":2048}}}}"#,
        );
        assert_eq!(limits.statuses.max_characters, Some(5000));
        assert_eq!(limits.statuses.max_media_attachments, Some(16));
        assert_eq!(limits.media_attachments.description_limit, Some(1000));
        assert_eq!(limits.media_attachments.image_size_limit, Some(16_000_000));
        assert_eq!(limits.polls.max_options, Some(20));
        assert_eq!(limits.polls.max_characters_per_option, Some(200));
        assert_eq!(limits.polls.min_expiration, Some(0));
        assert_eq!(limits.accounts.max_profile_fields, Some(10));
        assert_eq!(limits.accounts.profile_field_value_limit, Some(2048));
    }

    #[test]
    fn mastodons_own_place_comes_first() {
        let limits = of_v1(
            r#"{"uri":"a.example","max_toot_chars":1,"configuration":{"statuses":{"max_characters":500}}}"#,
        );
        assert_eq!(limits.statuses.max_characters, Some(500));
        assert_eq!(limits.polls.max_options, None);
    }

    #[test]
    fn nonsense_is_no_limit() {
        let limits = of_v1(
            r#"{"uri":"a.example","max_toot_chars":-1,"poll_limits":[],"pleroma":"yes","upload_limit":{}}"#,
        );
        assert_eq!(limits, InstanceLimits::default());
    }
}
