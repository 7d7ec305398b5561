//! PeerTube's vocabulary (`pt:`): videos, their files, playlists.
//!
//! See <https://docs.joinpeertube.org/api/activitypub>. A video is an object of type `Video`: its files are the links in `url`, each
//! a [`File`]; the `attributedTo` names a Person and a Group, the channel; `content` is Markdown.

use crate::any::Any;
use crate::collection::Collection;
use crate::extension;
use crate::id::Id;
use crate::object::Object;
use crate::property::{Decimal, OneOrMany, Ref, Timestamp};

extension! {
    /// What is said of a video.
    pub struct Video for Object
    prefixes { pt: "https://joinpeertube.org/ns#", sc: "http://schema.org/" }
    types { "Infohash" }
    {
        /// A name for it that does not depend on the server.
        uuid: Option<String> = "uuid",
        /// How often it was seen.
        views: Option<u64> = "views",
        /// What kind of thing it is about: a `name` and an [`Identifier`](super::schema::Identifier).
        category: OneOrMany<Ref<Object>> = "category" as "sc:category",
        /// Under what licence it stands: a `name` and an [`Identifier`](super::schema::Identifier).
        licence: OneOrMany<Ref<Object>> = "licence" as "sc:license",
        /// The language spoken: a `name` and an [`Identifier`](super::schema::Identifier).
        language: OneOrMany<Ref<Object>> = "language" as "sc:inLanguage",
        /// The subtitles: each with `name`, `url`, and a [`Subtitle`].
        subtitle_language: OneOrMany<Ref<Object>> = "subtitleLanguage" as "sc:subtitleLanguage",
        /// Whether it is shown only when all its files are ready.
        wait_transcoding: Option<bool> = "waitTranscoding",
        /// How far it is: 1 published, 2 to be transcoded, 3 to be imported, 4 waiting for its live stream, 5 live stream ended, …
        state: Option<u64> = "state",
        /// Whether it may be answered.
        comments_enabled: Option<bool> = "commentsEnabled",
        /// Who may answer: 1 everyone, 2 nobody, 3 everyone after approval.
        comments_policy: Option<u64> = "commentsPolicy",
        /// Who may answer, as an address; `null` for nobody in particular.
        can_reply: Option<Id> = "canReply",
        /// Whether its files may be downloaded.
        download_enabled: Option<bool> = "downloadEnabled",
        /// How to support its makers, in Markdown.
        support: Option<String> = "support",
        /// When it was first published elsewhere.
        originally_published_at: Option<Timestamp> = "originallyPublishedAt" as "sc:datePublished",
        /// When it came to its server.
        upload_date: Option<Timestamp> = "uploadDate" as "sc:uploadDate",
        /// Width through height.
        aspect_ratio: Option<Decimal> = "aspectRatio",
        /// Whether it is a live stream.
        is_live_broadcast: Option<bool> = "isLiveBroadcast" as "sc:isLiveBroadcast",
        /// Whether a live stream becomes a video when it ends.
        live_save_replay: Option<bool> = "liveSaveReplay",
        /// Whether a live stream may come back.
        permanent_live: Option<bool> = "permanentLive",
        /// How soon a live stream reaches its viewers: 1 default, 2 late, 3 soon.
        latency_mode: Option<u64> = "latencyMode",
        /// Its chapters, to be fetched.
        has_parts: OneOrMany<Ref<Object>> = "hasParts" as "sc:hasParts",
        /// What is said about it.
        comments: OneOrMany<Ref<Collection>> = "comments" as "as:comments",
        /// Who dislikes it.
        dislikes: OneOrMany<Ref<Collection>> = "dislikes" as "as:dislikes",
    }
}

extension! {
    /// One file with subtitles.
    pub struct Subtitle for Object
    prefixes { pt: "https://joinpeertube.org/ns#", sc: "http://schema.org/" }
    {
        /// The language, as `de`.
        identifier: Option<String> = "identifier" as "sc:identifier",
        /// Whether a machine wrote it.
        automatically_generated: Option<bool> = "automaticallyGenerated",
    }
}

extension! {
    /// What is said of a link in `url` of a video: of a file, a stream, a torrent, or the pictures for seeking.
    pub struct File for Link
    prefixes { pt: "https://joinpeertube.org/ns#" }
    {
        /// Its length in bytes.
        size: Option<u64> = "size",
        /// Pictures a second; -1 if that is not known, 0 for sound.
        fps: Option<Decimal> = "fps",
        /// The media type in versions before 2.
        mime_type: Option<String> = "mimeType",
        /// More about a stream: `Infohash`es of its parts, links to its files and their checksums.
        tag: OneOrMany<Ref<Any>> = "tag" as "as:tag",
        /// What of sound and picture is in it.
        attachment: OneOrMany<Ref<Any>> = "attachment" as "as:attachment",
    }
}

extension! {
    /// Small pictures of a video on one sheet, for seeking: an image of `preview`, or a link.
    pub struct Storyboard for Link, Object
    prefixes { pt: "https://joinpeertube.org/ns#" }
    {
        /// Pixels of one picture.
        tile_width: Option<u64> = "tileWidth",
        /// Pixels of one picture.
        tile_height: Option<u64> = "tileHeight",
        /// What time one picture stands for, as `PT10S`.
        tile_duration: Option<String> = "tileDuration",
    }
}

extension! {
    /// What is said of an account or a channel.
    pub struct Account for Actor
    prefixes { pt: "https://joinpeertube.org/ns#" }
    {
        /// Their playlists.
        playlists: OneOrMany<Ref<Collection>> = "playlists",
        /// How to support them, in Markdown.
        support: Option<String> = "support",
        /// A name for them that does not depend on the server.
        uuid: Option<String> = "uuid",
    }
}

extension! {
    /// What is said of a playlist, a collection of [`PlaylistElement`]s.
    pub struct Playlist for Collection
    prefixes { pt: "https://joinpeertube.org/ns#" }
    types { "Playlist" }
    {
        /// A name for it that does not depend on the server.
        uuid: Option<String> = "uuid",
    }
}

extension! {
    /// One video of a playlist; its address is in `url`.
    pub struct PlaylistElement for Object
    prefixes { pt: "https://joinpeertube.org/ns#" }
    types { "PlaylistElement" }
    {
        /// Its place, from 1.
        position: Option<u64> = "position",
        /// From which second to play it.
        start_timestamp: Option<u64> = "startTimestamp",
        /// To which second.
        stop_timestamp: Option<u64> = "stopTimestamp",
    }
}

extension! {
    /// A copy of a video's file on another server; the video is in `object`, the file in `url`.
    pub struct CacheFile for Object
    prefixes { sc: "http://schema.org/", pt: "https://joinpeertube.org/ns#" }
    types { "CacheFile" as "pt:CacheFile" }
    {
        /// Until when it is kept.
        expires: Option<Timestamp> = "expires",
    }
}

extension! {
    /// Somebody watched a video, which is in `object`.
    pub struct WatchAction for Object
    prefixes { sc: "http://schema.org/", pt: "https://joinpeertube.org/ns#" }
    types { "WatchAction" }
    {
        /// A name for it that does not depend on the server.
        uuid: Option<String> = "uuid" as "pt:uuid",
        /// How far it got: `CompletedActionStatus`.
        action_status: Option<String> = "actionStatus",
        /// From where to where it was watched: each with `startTimestamp` and `endTimestamp`.
        watch_sections: OneOrMany<Ref<Object>> = "watchSections" as "pt:watchSections",
        /// Of a section: its first second.
        start_timestamp: Option<u64> = "startTimestamp" as "pt:startTimestamp",
        /// Of a section: its last second.
        end_timestamp: Option<u64> = "endTimestamp" as "pt:endTimestamp",
        /// From where: an object with country and region, see [`PostalAddress`](super::schema::PostalAddress).
        actor_location: OneOrMany<Ref<Object>> = "actorLocation" as "sc:location",
        /// Of the result of watching: how many there were.
        user_interaction_count: Option<u64> = "userInteractionCount",
        /// Of that result: of what it is a count.
        interaction_type: Option<String> = "interactionType",
    }
}

extension! {
    /// The chapters of a video, and one of them, whose title is in `name`.
    pub struct Chapters for Object
    prefixes { sc: "http://schema.org/" }
    {
        /// The chapters.
        has_part: OneOrMany<Ref<Object>> = "hasPart",
        /// Of a chapter: its first second.
        start_offset: Option<Decimal> = "startOffset",
        /// Of a chapter: its last second.
        end_offset: Option<Decimal> = "endOffset",
    }
}

extension! {
    /// The approval of an answer to a video that is shown only then.
    pub struct Comment for Object
    prefixes { pt: "https://joinpeertube.org/ns#" }
    types { "ApproveReply", "RejectReply" }
    {
        /// The `ApproveReply` by which it was approved.
        reply_approval: Option<Id> = "replyApproval",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extension::schema::Identifier;

    #[test]
    fn a_video() {
        let text = br#"{"type":"Video","uuid":"u","views":3,"licence":{"identifier":"2","name":"By"},"support":null,"waitTranscoding":"yes",
            "subtitleLanguage":[{"identifier":"de","name":"German","url":"https://v.example/de.vtt"}],
            "url":[{"type":"Link","mediaType":"text/html","href":"https://v.example/w"},{"type":"Link","mediaType":"video/mp4","href":"https://v.example/v.mp4",
                "height":720,"size":1000,"fps":-1,"tag":[{"type":"Infohash","name":"abc"}]}]}"#;
        let mut video = Object::from_slice(text).unwrap();
        let said: Video = video.extension();
        assert_eq!(
            (said.views, said.support.as_ref(), said.wait_transcoding),
            (Some(3), None, None)
        );
        let licence: Identifier = said.licence.embedded().next().unwrap().extension();
        assert_eq!(licence.identifier.as_deref(), Some("2"));
        let subtitle: Subtitle = said
            .subtitle_language
            .embedded()
            .next()
            .unwrap()
            .extension();
        assert_eq!(subtitle.identifier.as_deref(), Some("de"));
        let file: File = video.url.embedded().nth(1).unwrap().extension();
        assert_eq!((file.size, file.fps.unwrap().as_str()), (Some(1000), "-1"));
        assert!(
            matches!(file.tag.embedded().next(), Some(Any::Object(hash)) if hash.name.as_deref() == Some("abc"))
        );
        let problems: Vec<_> = video.problems().iter().map(ToString::to_string).collect();
        assert_eq!(problems, ["/waitTranscoding: true or false was expected"]);

        let before = video.to_value().unwrap();
        video.set_extension(&said);
        assert_eq!(video.to_value().unwrap(), before);
    }
}
