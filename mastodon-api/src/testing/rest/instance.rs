//! [Instance](https://docs.joinmastodon.org/methods/instance/).

use crate::{
    entities::{
        Instance,
        instance::{Configuration, v1},
    },
    testing::state::Fake,
};

/// The version of Mastodon whose manners the fake instance has.
pub(super) const VERSION: &str = "4.6.5";
/// The number of the API of that version.
const API_VERSION: u64 = 11;

pub(super) fn v2(fake: &Fake) -> Instance {
    let mut instance = Instance::new();
    instance.domain = fake.domain().to_owned();
    instance.title = "A fake instance".to_owned();
    instance.version = VERSION.to_owned();
    instance.languages = vec!["en".to_owned()];
    instance
        .api_versions
        .insert("mastodon".to_owned(), API_VERSION);
    instance.configuration = fake.configuration.clone();
    instance.configuration.urls.streaming = Some(streaming_url(fake));
    instance
}

pub(super) fn v1(fake: &Fake) -> v1::Instance {
    let mut instance = v1::Instance::new();
    instance.uri = fake.domain().to_owned();
    instance.title = "A fake instance".to_owned();
    instance.version = VERSION.to_owned();
    instance.languages = vec!["en".to_owned()];
    let mut urls = v1::Urls::new();
    urls.streaming_api = Some(streaming_url(fake));
    instance.urls = Some(urls);
    instance.configuration = fake.configuration.clone();
    instance
}

/// What Mastodon allows where nobody has changed it.
pub(in crate::testing) fn configuration() -> Configuration {
    let mut configuration = Configuration::new();
    configuration.accounts.max_pinned_statuses = Some(5);
    let statuses = &mut configuration.statuses;
    statuses.max_characters = Some(500);
    statuses.max_media_attachments = Some(4);
    statuses.characters_reserved_per_url = Some(23);
    let media = &mut configuration.media_attachments;
    media.supported_mime_types = [
        "image/jpeg",
        "image/png",
        "image/gif",
        "image/webp",
        "video/webm",
        "video/mp4",
        "video/quicktime",
        "audio/mpeg",
        "audio/ogg",
        "audio/wav",
        "audio/flac",
        "audio/aac",
        "audio/mp4",
    ]
    .map(ToOwned::to_owned)
    .into();
    media.description_limit = Some(1500);
    media.image_size_limit = Some(16 * 1024 * 1024);
    media.video_size_limit = Some(99 * 1024 * 1024);
    let polls = &mut configuration.polls;
    polls.max_options = Some(4);
    polls.max_characters_per_option = Some(50);
    polls.min_expiration = Some(300);
    polls.max_expiration = Some(2_629_746);
    configuration
}

fn streaming_url(fake: &Fake) -> String {
    format!("ws://{}", fake.domain())
}
