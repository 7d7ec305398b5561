//! What the server will refuse, known before it is asked.

use super::InstanceLimits;
use crate::error::{LimitRule, OverLimit};
use crate::methods::statuses::NewPoll;
use crate::text::{length, status_length};

/// What is checked is what the server says; where it says nothing everything is allowed.
impl InstanceLimits {
    /// Whether a text with its warning is short enough. Spaces around them do not count: the server removes them.
    ///
    /// # Errors
    ///
    /// When it is too long.
    pub fn check_text(&self, text: &str, spoiler_text: &str) -> Result<(), OverLimit> {
        let per_url = self.statuses.characters_reserved_per_url;
        let figure = status_length(text.trim(), spoiler_text.trim(), per_url);
        at_most(LimitRule::Characters, self.statuses.max_characters, figure)
    }

    /// Whether a poll has options as the server wants them and runs neither too long nor too short.
    ///
    /// # Errors
    ///
    /// When it has not or does not.
    pub fn check_poll(&self, poll: &NewPoll) -> Result<(), OverLimit> {
        let options = count(poll.options.len());
        if options < 2 {
            return Err(broken(LimitRule::FewPollOptions, 2, options));
        }
        at_most(LimitRule::PollOptions, self.polls.max_options, options)?;
        for option in &poll.options {
            at_most(
                LimitRule::PollOptionCharacters,
                self.polls.max_characters_per_option,
                length(option),
            )?;
        }
        let Some(time) = poll.expires_in else {
            return Ok(());
        };
        if let Some(least) = self.polls.min_expiration.filter(|least| time < *least) {
            return Err(broken(LimitRule::ShortPoll, least, time));
        }
        at_most(LimitRule::LongPoll, self.polls.max_expiration, time)
    }

    /// Whether a status may have so many media attachments.
    ///
    /// # Errors
    ///
    /// When they are too many.
    pub fn check_media_attachments(&self, number: usize) -> Result<(), OverLimit> {
        let limit = self.statuses.max_media_attachments;
        at_most(LimitRule::MediaAttachments, limit, count(number))
    }

    /// Whether the description of a medium is short enough.
    ///
    /// # Errors
    ///
    /// When it is too long.
    pub fn check_description(&self, description: &str) -> Result<(), OverLimit> {
        at_most(
            LimitRule::DescriptionCharacters,
            self.media_attachments.description_limit,
            length(description),
        )
    }

    /// Whether a file of this media type and size may be uploaded.
    ///
    /// The server looks at the content; by name a type can be spelt in several ways, so any sound is allowed where
    /// one is. An animated GIF counts as a video.
    ///
    /// # Errors
    ///
    /// When the type is not one of those that the server takes, or there are too many bytes for it.
    pub fn check_file(&self, media_type: &str, bytes: u64) -> Result<(), OverLimit> {
        let media = &self.media_attachments;
        let plain = |media_type: &str| media_type.to_ascii_lowercase().replacen("/x-", "/", 1);
        let is_same = |taken: &String| {
            plain(taken) == plain(media_type)
                || (taken.starts_with("audio/") && media_type.starts_with("audio/"))
        };
        let taken = &media.supported_mime_types;
        if !taken.is_empty() && !taken.iter().any(is_same) {
            return Err(OverLimit {
                rule: LimitRule::MediaType,
                limit: None,
                figure: None,
            });
        }
        let (image, video) = (media.image_size_limit, media.video_size_limit);
        match media_type.split('/').next() {
            _ if media_type == "image/gif" => {
                at_most(LimitRule::ImageBytes, image.max(video), bytes)
            }
            Some("image") => at_most(LimitRule::ImageBytes, image, bytes),
            Some("video" | "audio") => at_most(LimitRule::VideoBytes, video, bytes),
            _ => Ok(()),
        }
    }
}

fn at_most(rule: LimitRule, limit: Option<u64>, figure: u64) -> Result<(), OverLimit> {
    match limit.filter(|limit| figure > *limit) {
        Some(limit) => Err(broken(rule, limit, figure)),
        None => Ok(()),
    }
}

fn broken(rule: LimitRule, limit: u64, figure: u64) -> OverLimit {
    OverLimit {
        rule,
        limit: Some(limit),
        figure: Some(figure),
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
