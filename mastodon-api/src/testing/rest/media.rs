//! [Media](https://docs.joinmastodon.org/methods/media/).

use axum::{Json, response::IntoResponse as _};
use bytes::Bytes;
use http::StatusCode;
use serde_json::json;

use super::{Answer, Call};
use crate::{
    entities::{Focus, MediaAttachment, MediaAttachmentType, MediaMeta},
    ids::AccountId,
    testing::{
        Refusal,
        posts::{Medium, Processing},
        state::{Fake, number},
    },
};

pub(super) fn answer(fake: &mut Fake, call: &Call<'_>, method: &str, path: &[&str]) -> Answer {
    let who = call.user("write:media")?;
    match (method, path) {
        ("POST", []) => upload(fake, call, who),
        ("GET", [id]) => shown(own(fake, &who, id)?, StatusCode::PARTIAL_CONTENT),
        ("PUT", [id]) => {
            let medium = own(fake, &who, id)?;
            let said = |name| call.params.text(name);
            describe(&mut medium.attachment, said("description"), said("focus"));
            shown(medium, StatusCode::OK)
        }
        ("DELETE", [id]) => {
            own(fake, &who, id)?;
            fake.media.remove(&number(id).unwrap_or_default());
            super::json(json!({}))
        }
        _ => Err(Refusal::unknown()),
    }
}

fn upload(fake: &mut Fake, call: &Call<'_>, owner: AccountId) -> Answer {
    let file = call
        .params
        .file("file")
        .ok_or_else(|| Refusal::invalid("File can't be blank"))?;
    let limits = &fake.configuration.media_attachments;
    let kind = file.content_type.as_str();
    if !limits
        .supported_mime_types
        .iter()
        .any(|known| known == kind)
    {
        return Err(Refusal::invalid(
            "File content type is invalid, File is invalid",
        ));
    }
    let (kind, limit) = match kind.split('/').next() {
        Some("video") => (MediaAttachmentType::Video, limits.video_size_limit),
        Some("audio") => (MediaAttachmentType::Audio, limits.video_size_limit),
        _ if kind == "image/gif" => (MediaAttachmentType::Gifv, limits.image_size_limit),
        _ => (MediaAttachmentType::Image, limits.image_size_limit),
    };
    let length = u64::try_from(file.bytes.len()).unwrap_or(u64::MAX);
    if let Some(limit) = limit.filter(|limit| length > *limit) {
        let limit = limit / (1024 * 1024);
        return Err(Refusal::invalid(format!(
            "File file size must be less than {limit} MB"
        )));
    }
    let bytes = Bytes::clone(&file.bytes);
    let id = fake.next_id();
    let mut attachment = MediaAttachment::new(id);
    attachment.kind = kind;
    attachment.preview_url = Some(
        fake.page(&format!("system/media_attachments/{id}/small"))
            .into(),
    );
    attachment.blurhash = Some("UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH".to_owned());
    let said = |name| call.params.text(name);
    describe(&mut attachment, said("description"), said("focus"));
    let mut medium = Medium {
        owner,
        attachment,
        bytes,
        processing: fake.processing,
        status: None,
    };
    if medium.processing == Processing::Done {
        medium.attachment.url = Some(fake.medium_url(id));
    }
    let answer = shown(&medium, StatusCode::ACCEPTED);
    fake.media.insert(id, medium);
    answer.map_err(|refusal| Refusal {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        ..refusal
    })
}

/// A file of this account that belongs to no status yet.
fn own<'a>(fake: &'a mut Fake, who: &AccountId, id: &str) -> Result<&'a mut Medium, Refusal> {
    let medium = number(id).and_then(|id| fake.media.get_mut(&id));
    let medium = medium.filter(|medium| medium.owner == *who && medium.status.is_none());
    medium.ok_or_else(Refusal::not_found)
}

fn shown(medium: &Medium, under_way: StatusCode) -> Answer {
    let status = match medium.processing {
        Processing::Done => StatusCode::OK,
        Processing::UnderWay => under_way,
        Processing::Failed => {
            let error = "Error processing thumbnail for uploaded media";
            return Err(Refusal::unprocessable(error));
        }
    };
    Ok((status, Json(&medium.attachment)).into_response())
}

/// Puts into an attachment what is said of it.
pub(super) fn describe(
    attachment: &mut MediaAttachment,
    description: Option<&str>,
    focus: Option<&str>,
) {
    if let Some(description) = description {
        attachment.description = Some(description.to_owned());
    }
    if let Some((x, y)) = focus.and_then(|focus| focus.split_once(',')) {
        let mut focus = Focus::new();
        focus.x = x.trim().parse().ok();
        focus.y = y.trim().parse().ok();
        attachment
            .meta
            .get_or_insert_with(|| Box::new(MediaMeta::new()))
            .focus = Some(focus);
    }
}
