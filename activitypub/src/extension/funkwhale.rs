//! Funkwhale's vocabulary (`fw:`): music.
//!
//! See <https://docs.funkwhale.audio/developer/federation/index.html>. A recording is an `Audio` in a `Library`, which is a
//! collection; it says of which [`Track`] it is, and that of which album and artists.

use crate::any::Any;
use crate::collection::Collection;
use crate::extension;
use crate::id::Id;
use crate::object::Object;
use crate::property::{OneOrMany, Ref};

extension! {
    /// What is said of a recording.
    pub struct Audio for Object
    prefixes { fw: "https://funkwhale.audio/ns#" }
    {
        /// The library in which it stands.
        library: OneOrMany<Ref<Collection>> = "library",
        /// What is played: see [`Track`].
        track: OneOrMany<Ref<Object>> = "track",
        /// Bits a second.
        bitrate: Option<u64> = "bitrate",
        /// Its length in bytes.
        size: Option<u64> = "size",
        /// What kind of music it is (also reel2bits).
        genre: Option<String> = "genre",
    }
}

extension! {
    /// What is said of a piece of music, an album or an artist.
    pub struct Track for Object
    prefixes { fw: "https://funkwhale.audio/ns#" }
    types { "Track", "Album", "Artist", "ArtistCredit", "Library" }
    {
        /// Its id at <https://musicbrainz.org>.
        musicbrainz_id: Option<String> = "musicbrainzId",
        /// Its place on the disc, from 1.
        position: Option<u64> = "position",
        /// On which disc of the album, from 1.
        disc: Option<u64> = "disc",
        /// The licence, as an address.
        license: Option<Id> = "license",
        /// Who holds the rights.
        copyright: Option<String> = "copyright",
        /// Who made it; an artist may be an actor.
        artists: OneOrMany<Ref<Any>> = "artists" list "fw:artists",
        /// Who made it and under what names, since version 2: see [`ArtistCredit`].
        artist_credit: OneOrMany<Ref<Object>> = "artist_credit" list "fw:artist_credit",
        /// The album on which it is.
        album: OneOrMany<Ref<Object>> = "album",
        /// Of an album: on which day it was released, as `2026-01-31`.
        released: Option<String> = "released",
        /// Of an album: its cover.
        cover: OneOrMany<Ref<Any>> = "cover",
    }
}

extension! {
    /// One of those who made a piece of music, under the name that stands on its cover.
    pub struct ArtistCredit for Object
    prefixes { fw: "https://funkwhale.audio/ns#" }
    {
        /// Who it is.
        artist: OneOrMany<Ref<Any>> = "artist",
        /// The name on the cover.
        credit: Option<String> = "credit",
        /// What stands between this name and the next.
        joinphrase: Option<String> = "joinphrase",
        /// Its place among them, from 0.
        index: Option<u64> = "index",
    }
}

extension! {
    /// What is said of the file of a recording, a link in its `url`.
    pub struct File for Link
    prefixes { fw: "https://funkwhale.audio/ns#" }
    {
        /// Bits a second.
        bitrate: Option<u64> = "bitrate",
        /// Its length in bytes.
        size: Option<u64> = "size",
    }
}

extension! {
    /// What is said of a library: a collection with followers, to whom alone it is open unless `audience` is Public.
    pub struct Library for Collection
    prefixes { fw: "https://funkwhale.audio/ns#" }
    {
        /// Who may hear it.
        followers: OneOrMany<Ref<Collection>> = "followers" as "as:followers",
        /// Whose it is; newer versions use `attributedTo`. Other platforms write it on collections too.
        actor: OneOrMany<Ref<Any>> = "actor" as "as:actor",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording() {
        let text = br#"{"type":"Audio","library":"https://f.example/l","bitrate":320000,"track":{"type":"Track","name":"x","position":1,
            "artists":[{"type":"Artist","name":"y","musicbrainzId":null}],"album":{"type":"Album","released":"2026-01-31"}}}"#;
        let audio = Object::from_slice(text).unwrap();
        let said: Audio = audio.extension();
        assert_eq!(said.library.id().unwrap(), "https://f.example/l");
        let track: Track = said.track.embedded().next().unwrap().extension();
        let album: Track = track.album.embedded().next().unwrap().extension();
        assert_eq!(
            (said.bitrate, track.position, album.released.as_deref()),
            (Some(320_000), Some(1), Some("2026-01-31"))
        );
        assert!(
            matches!(track.artists.embedded().next(), Some(Any::Object(artist)) if artist.name.as_deref() == Some("y"))
        );
    }

    #[test]
    fn a_library() {
        let Any::Collection(library) =
            Any::from_slice(br#"{"type":"Library","totalItems":3,"followers":"https://f.example/l/followers","actor":"https://f.example/a"}"#).unwrap()
        else {
            panic!("not a collection")
        };
        let said: Library = library.extension();
        assert_eq!(
            (said.actor.id().unwrap().as_str(), library.total_items),
            ("https://f.example/a", Some(3))
        );
    }
}
