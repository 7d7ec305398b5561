//! What a server says about itself.

use std::collections::BTreeMap;

use crate::entities::{Account, Rule};
use crate::string_enum::string_enum;
use crate::text::{Html, WebUrl};
use crate::wire::entity;

pub mod v1;

entity! {
    /// What a server says about itself.
    Instance, "Instance/" () {
        /// Its domain.
        domain: String,
        /// Its name.
        title: String,
        /// The Mastodon version, or another program's that speaks this API: `4.6.5`, `2.7.2 (compatible; Akkoma 3.13)`.
        version: String,
        /// Where its source code is.
        source_url: Option<WebUrl>,
        /// What it is, in a sentence or two.
        description: String,
        /// The year for which reports are being made. Mastodon since 4.6.
        wrapstodon: Option<String> = null,
        /// How many use it.
        usage: Option<InstanceUsage>,
        /// Its picture.
        thumbnail: Option<InstanceThumbnail>,
        /// Its icon in several sizes. Mastodon since 4.3.
        icon: Vec<InstanceIcon>,
        /// Its languages (ISO 639).
        languages: Vec<String>,
        /// What it allows.
        configuration: Configuration,
        /// Whether and how one can sign up.
        registrations: Option<Registrations>,
        /// Versions of its API: `mastodon` is a number that grows with every change. Mastodon since 4.3.
        api_versions: BTreeMap<String, u64>,
        /// Whom to turn to.
        contact: Option<InstanceContact>,
        /// Its rules.
        rules: Vec<Rule>,
    }
}

entity! {
    /// How many use a server.
    InstanceUsage, "Instance/#usage" () {
        /// People.
        users: Option<InstanceUsers>,
    }
}

entity! {
    /// How many people use a server.
    InstanceUsers, "Instance/#users" () {
        /// Those who did in the last four weeks.
        active_month: u64,
    }
}

entity! {
    /// The picture of a server.
    InstanceThumbnail, "Instance/#thumbnail" () {
        /// The picture.
        url: Option<WebUrl>,
        /// What it shows, in words. Mastodon since 4.6.
        description: String,
        /// A blurred preview: [BlurHash](https://blurha.sh).
        blurhash: Option<String>,
        /// The picture in other resolutions: `@1x`, `@2x`.
        versions: BTreeMap<String, WebUrl>,
    }
}

entity! {
    /// The icon of a server in one size.
    InstanceIcon, "Instance/#InstanceIcon" () {
        /// The image.
        src: Option<WebUrl>,
        /// Width and height as `48x48`.
        size: String,
    }
}

entity! {
    /// What a server allows, and where its parts are.
    Configuration, "Instance/#configuration" () {
        /// Where its parts are.
        urls: InstanceUrls,
        /// Its key for push messages. Mastodon since 4.3.
        vapid: Option<Vapid>,
        /// Limits of accounts.
        accounts: AccountLimits,
        /// Limits of statuses.
        statuses: StatusLimits,
        /// Limits of media.
        media_attachments: MediaLimits,
        /// Limits of polls.
        polls: PollLimits,
        /// Whether it translates.
        translation: Option<TranslationSupport>,
        /// Who can read which timelines. Mastodon since 4.5.
        timelines_access: Option<TimelinesAccess>,
        /// Whether it talks only to servers on its list. Mastodon since 4.4.
        limited_federation: Option<bool>,
    }
}

entity! {
    /// Where the parts of a server are.
    InstanceUrls, "Instance/#urls" () {
        /// Streaming, a `wss:` address.
        streaming: Option<String>,
        /// A page that says whether it works.
        status: Option<WebUrl> = null,
        /// What it is.
        about: Option<WebUrl>,
        /// What it does with personal data.
        privacy_policy: Option<WebUrl> = null,
        /// What its users agree to.
        terms_of_service: Option<WebUrl> = null,
    }
}

entity! {
    /// The key of a server for push messages (VAPID).
    Vapid, "Instance/#vapid" () {
        /// The public key.
        public_key: String,
    }
}

entity! {
    /// Limits of accounts.
    AccountLimits, "Instance/#accounts" () {
        /// Characters in a display name. Mastodon since 4.6.
        max_display_name_length: Option<u64>,
        /// Characters in a profile text. Mastodon since 4.6.
        max_note_length: Option<u64>,
        /// Characters in the description of an avatar. Mastodon since 4.6.
        max_avatar_description_length: Option<u64>,
        /// Characters in the description of a banner. Mastodon since 4.6.
        max_header_description_length: Option<u64>,
        /// Featured hashtags.
        max_featured_tags: Option<u64>,
        /// Pinned statuses. Mastodon since 4.3.
        max_pinned_statuses: Option<u64>,
        /// Rows in the table on the profile. Mastodon since 4.6.
        max_profile_fields: Option<u64>,
        /// Characters on the left side of such a row. Mastodon since 4.6.
        profile_field_name_limit: Option<u64>,
        /// Characters on the right side of such a row. Mastodon since 4.6.
        profile_field_value_limit: Option<u64>,
    }
}

entity! {
    /// Limits of statuses.
    StatusLimits, "Instance/#statuses" () {
        /// Characters.
        max_characters: Option<u64>,
        /// Media attachments.
        max_media_attachments: Option<u64>,
        /// As how many characters a URL counts.
        characters_reserved_per_url: Option<u64>,
    }
}

entity! {
    /// Limits of media.
    MediaLimits, "Instance/#media_attachments" () {
        /// Which types of files can be uploaded.
        supported_mime_types: Vec<String>,
        /// Characters in a description. Mastodon since 4.4.
        description_limit: Option<u64>,
        /// Bytes of an image.
        image_size_limit: Option<u64>,
        /// Pixels of an image.
        image_matrix_limit: Option<u64>,
        /// Bytes of a video.
        video_size_limit: Option<u64>,
        /// Frames a second of a video.
        video_frame_rate_limit: Option<u64>,
        /// Pixels of a frame of a video.
        video_matrix_limit: Option<u64>,
    }
}

entity! {
    /// Limits of polls.
    PollLimits, "Instance/#polls" () {
        /// Options.
        max_options: Option<u64>,
        /// Characters of an option.
        max_characters_per_option: Option<u64>,
        /// The shortest poll, in seconds.
        min_expiration: Option<u64>,
        /// The longest poll, in seconds.
        max_expiration: Option<u64>,
    }
}

entity! {
    /// Whether a server translates.
    TranslationSupport, "Instance/#translation" () {
        /// Whether it does.
        enabled: bool,
    }
}

entity! {
    /// Who can read which timelines. Mastodon since 4.5.
    TimelinesAccess, "Instance/#timelines_access" () {
        /// All posts as they come.
        live_feeds: Option<FeedAccess>,
        /// Posts with a hashtag.
        hashtag_feeds: Option<FeedAccess>,
        /// Posts with a link that many share.
        trending_link_feeds: Option<FeedAccess>,
    }
}

entity! {
    /// Who can read one kind of timeline. Mastodon since 4.5.
    FeedAccess, "Instance/#timelines_access" () {
        /// With posts of this server.
        local: FeedAccessLevel,
        /// With posts of other servers.
        remote: FeedAccessLevel,
    }
}

string_enum! {
    /// Who can read a timeline.
    FeedAccessLevel {
        /// Everyone.
        Public = "public",
        /// Users of the server.
        Authenticated = "authenticated",
        /// Nobody but moderators.
        Disabled = "disabled",
    }
}

entity! {
    /// Whether and how one can sign up.
    Registrations, "Instance/#registrations" () {
        /// Whether one can.
        enabled: bool,
        /// Whether moderators decide.
        approval_required: bool,
        /// Why one cannot.
        message: Option<Html> = null,
        /// From which age on, in years. Mastodon since 4.4.
        min_age: Option<u64> = null,
        /// Whether one must say why. Mastodon since 4.4.
        reason_required: Option<bool> = null,
        /// Where, if not here.
        url: Option<WebUrl> = null,
    }
}

entity! {
    /// Whom to turn to.
    InstanceContact, "Instance/#contact" () {
        /// An e-mail address.
        email: String,
        /// An account.
        account: Option<Box<Account>> = null,
    }
}
