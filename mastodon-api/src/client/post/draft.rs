//! What is checked of a status before anything of it is sent.

use super::MediaUpload;
use crate::error::{Error, InvalidRequest, LimitRule, OverLimit};
use crate::ids::MediaAttachmentId;
use crate::methods::statuses::{MediaAttributes, NewPoll};
use crate::{Client, InstanceLimits};

/// A status before it is sent, new or changed.
pub(super) struct Draft<'a> {
    pub(super) text: &'a str,
    pub(super) spoiler_text: &'a str,
    /// Media that the server has already, and changes to them.
    pub(super) media: &'a [MediaAttachmentId],
    pub(super) media_attributes: &'a [MediaAttributes],
    pub(super) uploads: &'a [MediaUpload],
    pub(super) poll: Option<&'a NewPoll>,
}

impl Draft<'_> {
    pub(super) async fn check(&self, client: &Client) -> Result<(), Error> {
        let server = Box::pin(client.advice()).await;
        if let Some(server) = &server {
            let is_mastodon = server.software.counts_as_mastodon();
            self.check_limits(&server.limits, is_mastodon)
                .map_err(|over| InvalidRequest::parameter(parameter(over.rule), over))?;
        }
        // Mastodon says nothing and changes nothing.
        let is_there = |attributes: &MediaAttributes| self.media.contains(&attributes.id);
        if !self.media_attributes.iter().all(is_there) {
            let why = "one of them is not of a medium of this status";
            return Err(InvalidRequest::parameter("media_attributes", why).into());
        }
        for upload in self.uploads {
            upload.check(server.as_deref()).await?;
        }
        Ok(())
    }

    fn check_limits(&self, limits: &InstanceLimits, is_mastodon: bool) -> Result<(), OverLimit> {
        limits.check_text(self.text, self.spoiler_text)?;
        let media = self.media.len().saturating_add(self.uploads.len());
        limits.check_media_attachments(media)?;
        for attributes in self.media_attributes {
            limits.check_description(attributes.description.as_deref().unwrap_or_default())?;
        }
        let Some(poll) = self.poll else {
            return Ok(());
        };
        limits.check_poll(poll)?;
        // Pleroma and its family take both.
        if is_mastodon && media > 0 {
            return Err(OverLimit {
                rule: LimitRule::MediaAndPoll,
                limit: None,
                figure: None,
            });
        }
        Ok(())
    }
}

/// The parameter that breaks a rule.
fn parameter(rule: LimitRule) -> &'static str {
    match rule {
        LimitRule::Characters => "status",
        LimitRule::MediaAttachments => "media_ids",
        LimitRule::DescriptionCharacters => "media_attributes",
        _ => "poll",
    }
}
