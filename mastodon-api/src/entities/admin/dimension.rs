//! Counts by language, server and the like.

use crate::string_enum::string_enum;
use crate::wire::entity;

entity! {
    /// Counts of the same thing in several groups. Mastodon since 3.5.
    Dimension, "Admin_Dimension/" () {
        /// What is counted.
        key: DimensionKey,
        /// One for each group.
        data: Vec<DimensionData>,
    }
}

string_enum! {
    /// What is counted in groups.
    DimensionKey {
        /// Users by their language.
        Languages = "languages",
        /// New users by the application that they signed up with.
        Sources = "sources",
        /// Posts by the server that they come from.
        Servers = "servers",
        /// Bytes by what holds them: database, cache, media.
        SpaceUsage = "space_usage",
        /// Versions of what the server is made of.
        SoftwareVersions = "software_versions",
        /// Posts with a hashtag by the server that they come from.
        TagServers = "tag_servers",
        /// Posts with a hashtag by their language.
        TagLanguages = "tag_languages",
        /// The most followed accounts of another server.
        InstanceAccounts = "instance_accounts",
        /// Posts of another server by their language.
        InstanceLanguages = "instance_languages",
    }
}

entity! {
    /// The count of one group.
    DimensionData, "Admin_Dimension/#data-attributes" () {
        /// The group.
        key: String,
        /// The group as people call it.
        human_key: String,
        /// The count; for [`DimensionKey::SoftwareVersions`] a version.
        value: String,
        /// What is counted, `bytes`.
        unit: Option<String>,
        /// The count as people write it.
        human_value: Option<String>,
    }
}
