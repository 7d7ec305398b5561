//! Ids, a type for each kind of thing, so that the id of an account cannot stand where one of a status is wanted.

use crate::endpoint::IntoParameter;

macro_rules! ids {
    ($( $(#[$meta:meta])* $name:ident ),+ $(,)?) => { $(
        $(#[$meta])*
        ///
        /// The text is the server's own business: a number, a ULID, anything. Two ids of one server can be compared
        /// for equality and no more; which of two things is older, their times say.
        #[derive(Clone, Eq, Hash, PartialEq)]
        pub struct $name(Box<str>);

        impl $name {
            /// The id with this text.
            #[must_use]
            pub fn new(text: impl Into<Box<str>>) -> Self {
                Self(text.into())
            }

            /// The id as the server writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl From<u64> for $name {
            fn from(number: u64) -> Self {
                Self(number.to_string().into())
            }
        }

        impl From<&$name> for $name {
            fn from(id: &$name) -> Self {
                id.clone()
            }
        }

        impl IntoParameter<$name> for &$name {
            fn into_parameter(self) -> $name {
                self.clone()
            }
        }

        impl IntoParameter<$name> for &str {
            fn into_parameter(self) -> $name {
                self.into()
            }
        }

        impl IntoParameter<$name> for String {
            fn into_parameter(self) -> $name {
                self.into()
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(&self.0, f)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }

        $crate::wire::wire_text!($name, "an id");
    )+ };
}

ids! {
    /// The id of an account.
    AccountId,
    /// The id of a warning that moderators gave.
    AccountWarningId,
    /// The id of an announcement.
    AnnouncementId,
    /// The id of a registered application.
    ApplicationId,
    /// The id of a refresh that goes on at the server.
    AsyncRefreshId,
    /// The id of a blocked e-mail address.
    CanonicalEmailBlockId,
    /// The id of a collection of accounts.
    CollectionId,
    /// The id of one entry of a collection.
    CollectionItemId,
    /// The id of a conversation in direct messages.
    ConversationId,
    /// The id of a server that is let in.
    DomainAllowId,
    /// The id of a blocked server.
    DomainBlockId,
    /// The id of a blocked e-mail provider.
    EmailDomainBlockId,
    /// The id of a hashtag on a profile.
    FeaturedTagId,
    /// The id of a filter.
    FilterId,
    /// The id of a keyword of a filter.
    FilterKeywordId,
    /// The id of a status that a filter names.
    FilterStatusId,
    /// The id of a blocked range of IP addresses.
    IpBlockId,
    /// The id of a list.
    ListId,
    /// The id of a media attachment.
    MediaAttachmentId,
    /// The id of a notification.
    NotificationId,
    /// The id of filtered notifications from one account.
    NotificationRequestId,
    /// The id of a poll.
    PollId,
    /// The id of a link that many share.
    PreviewCardId,
    /// The id of a website whose links are shared.
    PreviewCardProviderId,
    /// The id of an event that ended relationships.
    RelationshipSeveranceEventId,
    /// The id of a report to the moderators.
    ReportId,
    /// The id of a role.
    RoleId,
    /// The id of a rule of the server.
    RuleId,
    /// The id of a status that will be published later.
    ScheduledStatusId,
    /// The id of a status.
    StatusId,
    /// The id of a hashtag.
    TagId,
    /// The id of a warning that was written beforehand.
    WarningPresetId,
    /// The id of a subscription to push messages.
    WebPushSubscriptionId,
}

/// A thing stands for its id.
macro_rules! things {
    ($($($entity:ident)::+ => $id:ident),+ $(,)?) => { $(
        impl IntoParameter<$id> for &crate::entities::$($entity)::+ {
            fn into_parameter(self) -> $id {
                self.id.clone()
            }
        }
    )+ };
}

things! {
    admin::Account => AccountId,
    admin::CanonicalEmailBlock => CanonicalEmailBlockId,
    admin::DomainAllow => DomainAllowId,
    admin::DomainBlock => DomainBlockId,
    admin::EmailDomainBlock => EmailDomainBlockId,
    admin::IpBlock => IpBlockId,
    admin::Report => ReportId,
    admin::trends::PreviewCardProvider => PreviewCardProviderId,
    Account => AccountId,
    Announcement => AnnouncementId,
    AsyncRefresh => AsyncRefreshId,
    Collection => CollectionId,
    CollectionItem => CollectionItemId,
    Conversation => ConversationId,
    FeaturedTag => FeaturedTagId,
    Filter => FilterId,
    FilterKeyword => FilterKeywordId,
    FilterStatus => FilterStatusId,
    List => ListId,
    MediaAttachment => MediaAttachmentId,
    Mention => AccountId,
    Notification => NotificationId,
    NotificationRequest => NotificationRequestId,
    Poll => PollId,
    Relationship => AccountId,
    Rule => RuleId,
    ScheduledStatus => ScheduledStatusId,
    Status => StatusId,
}

#[cfg(test)]
mod tests {
    use super::StatusId;

    #[test]
    fn numbers_and_any_text_are_ids() {
        let read = |json| serde_json::from_str::<StatusId>(json).unwrap();
        assert_eq!(read("109501674056556919").as_str(), "109501674056556919");
        assert_eq!(read("-1").as_str(), "-1");
        assert_eq!(
            read("\"01GVFJ5Z9E3JQ8WKP4T1\"").as_str(),
            "01GVFJ5Z9E3JQ8WKP4T1"
        );
        let long = "x".repeat(200);
        assert_eq!(read(&format!("\"{long}\"")).as_str(), long);
    }

    #[test]
    fn written_as_text() {
        assert_eq!(serde_json::to_string(&StatusId::from(7)).unwrap(), "\"7\"");
    }
}
