//! Previews of links.

use chrono::{DateTime, Utc};

use crate::entities::{Account, History};
use crate::string_enum::string_enum;
use crate::text::{Html, WebUrl};
use crate::wire::{entity, extended_entity};

entity! {
    /// What a link in a status leads to.
    PreviewCard, "PreviewCard/" () {
        /// The page.
        url: Option<WebUrl>,
        /// Its title.
        title: String,
        /// What it says about itself.
        description: String,
        /// What it is. `type` in JSON.
        kind: PreviewCardType as "type",
        /// Who wrote it. Mastodon since 4.3.
        authors: Vec<PreviewCardAuthor>,
        /// Who wrote it. Deprecated in favour of `authors`.
        author_name: String,
        /// The page of who wrote it. Deprecated in favour of `authors`.
        author_url: Option<WebUrl>,
        /// Where it was published.
        provider_name: String,
        /// The front page of where it was published.
        provider_url: Option<WebUrl>,
        /// HTML to show instead of the page: a player, a picture.
        html: Html,
        /// The width of what is embedded, in pixels.
        width: u64,
        /// The height of what is embedded, in pixels.
        height: u64,
        /// A picture.
        image: Option<WebUrl> = null,
        /// What the picture shows, in words.
        image_description: String,
        /// The picture to embed, for photos.
        embed_url: Option<WebUrl>,
        /// A blurred preview of the picture: [BlurHash](https://blurha.sh).
        blurhash: Option<String> = null,
        /// Whether the page names an author on the fediverse whose profile does not agree. Mastodon since 4.6.
        missing_attribution: Option<bool>,
        /// When it was published.
        published_at: Option<DateTime<Utc>> = null,
        /// Its language (ISO 639).
        language: Option<String>,
    }
}

string_enum! {
    /// What a link leads to.
    PreviewCardType {
        /// A page.
        Link = "link",
        /// A picture.
        Photo = "photo",
        /// A video.
        Video = "video",
        /// Something else to embed.
        Rich = "rich",
    }
}

entity! {
    /// Who wrote the page that a link leads to.
    PreviewCardAuthor, "PreviewCardAuthor/" () {
        /// The name.
        name: String,
        /// A page about the author.
        url: Option<WebUrl>,
        /// The author's account on the fediverse.
        account: Option<Box<Account>> = null,
    }
}

extended_entity! {
    /// A link that many share.
    TrendsLink, "PreviewCard/#trends-link",
    /// The link itself.
    card: PreviewCard {
        /// How often it was shared, the newest day first.
        history: Vec<History>,
    }
}
