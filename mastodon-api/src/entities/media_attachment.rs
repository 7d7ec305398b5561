//! Media attached to a status.

use crate::ids::MediaAttachmentId;
use crate::string_enum::string_enum;
use crate::text::WebUrl;
use crate::wire::entity;

entity! {
    /// An image, video or sound.
    MediaAttachment, "MediaAttachment/" (
        /// Its id, which a new status names to attach it.
        id: MediaAttachmentId,
    ) {
        /// What it is. `type` in JSON.
        kind: MediaAttachmentType as "type",
        /// The file. Nothing while the server still works on it.
        url: Option<WebUrl> = null,
        /// A smaller version.
        preview_url: Option<WebUrl> = null,
        /// The file on the server that it comes from.
        remote_url: Option<WebUrl> = null,
        /// The smaller version on the server that it comes from.
        preview_remote_url: Option<WebUrl> = null,
        /// The page of it. Servers before Mastodon 3.5 and some others still send it.
        text_url: Option<WebUrl>,
        /// Sizes and the like.
        meta: Option<Box<MediaMeta>> = null,
        /// What it shows, in words.
        description: Option<String> = null,
        /// A blurred preview: [BlurHash](https://blurha.sh).
        blurhash: Option<String> = null,
    }
}

string_enum! {
    /// What a media attachment is.
    MediaAttachmentType {
        /// A still image.
        Image = "image",
        /// A video without sound that runs in a loop.
        Gifv = "gifv",
        /// A video.
        Video = "video",
        /// A sound.
        Audio = "audio",
        /// Something that the server does not know or could not fetch.
        Unknown = "unknown",
    }
}

entity! {
    /// Sizes and the like of a media attachment.
    ///
    /// Which of them there are depends on the kind of medium and on the server.
    MediaMeta, "MediaAttachment/#meta" () {
        /// The point that must stay visible when the image is cut.
        focus: Option<Focus>,
        /// About the file itself.
        original: Option<MediaSize>,
        /// About the smaller version.
        small: Option<MediaSize>,
        /// The colours of the cover of a sound.
        colors: Option<MediaColors>,
        /// The length as `0:01:28.65`.
        length: Option<String>,
        /// The length in seconds.
        duration: Option<f64>,
        /// Frames a second.
        fps: Option<f64>,
        /// Width and height as `640x480`.
        size: Option<String>,
        /// Width in pixels.
        width: Option<u64>,
        /// Height in pixels.
        height: Option<u64>,
        /// Width divided by height.
        aspect: Option<f64>,
        /// The codec of the sound.
        audio_encode: Option<String>,
        /// The bit rate of the sound, as text.
        audio_bitrate: Option<String>,
        /// The channels of the sound, as text.
        audio_channels: Option<String>,
    }
}

entity! {
    /// The point of an image that must stay visible when it is cut.
    Focus, "MediaAttachment/#meta-focus" () {
        /// From -1 (left) to 1 (right).
        x: Option<f64> = null,
        /// From -1 (bottom) to 1 (top).
        y: Option<f64> = null,
    }
}

entity! {
    /// The size of one version of a media attachment.
    MediaSize, "MediaAttachment/#meta" () {
        /// Width in pixels.
        width: Option<u64>,
        /// Height in pixels.
        height: Option<u64>,
        /// Width and height as `640x480`.
        size: Option<String>,
        /// Width divided by height.
        aspect: Option<f64>,
        /// Frames a second, as a fraction: `30/1`.
        frame_rate: Option<String>,
        /// The length in seconds.
        duration: Option<f64>,
        /// Bits a second.
        bitrate: Option<u64>,
    }
}

entity! {
    /// The colours of the cover of a sound, to draw its player with: each as `#rrggbb`.
    MediaColors, "MediaAttachment/#meta" () {
        /// Of what lies behind.
        background: String,
        /// Of what stands before it.
        foreground: String,
        /// Of what must be seen first.
        accent: String,
    }
}
