//! Writes what was heard.

use super::in_words;
use crate::server::BoxError;
use chrono::{DateTime, SecondsFormat, Utc};
use mastodon_api::entities::{Account, Notification, Poll, PreviewCard, Status};
use mastodon_api::ids::StatusId;
use mastodon_api::text::WebUrl;
use rusqlite::{
    CachedStatement, OptionalExtension as _, Params, Transaction, named_params, params,
};
use std::path::Path;

/// Things that are written together.
#[derive(Debug)]
pub struct Batch<'a> {
    transaction: Transaction<'a>,
    file: &'a Path,
    now: String,
    keep_deleted: bool,
}

impl<'a> Batch<'a> {
    pub(super) fn new(transaction: Transaction<'a>, file: &'a Path) -> Self {
        Self {
            transaction,
            file,
            now: time(Utc::now()),
            keep_deleted: false,
        }
    }

    /// Keeps the words and pictures of what is deleted. Without it only the fact that there was something stays.
    #[must_use]
    pub fn keep_deleted(mut self, keep: bool) -> Self {
        self.keep_deleted = keep;
        self
    }

    /// A post or boost, in whatever version, again or for the first time.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub fn status(&mut self, status: &Status, stream: &str) -> Result<(), BoxError> {
        self.write_status(status, stream)
            .map_err(|error| in_words(self.file, error))
    }

    /// The post or boost with this id was deleted.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub fn delete(&mut self, id: &StatusId) -> Result<(), BoxError> {
        self.write_delete(id)
            .map_err(|error| in_words(self.file, error))
    }

    /// Something that concerns the account.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub fn notification(
        &mut self,
        notification: &Notification,
        stream: &str,
    ) -> Result<(), BoxError> {
        self.write_notification(notification, stream)
            .map_err(|error| in_words(self.file, error))
    }

    /// Something is missing between `since` and `until`.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub fn gap(
        &mut self,
        streams: &str,
        since: Option<DateTime<Utc>>,
        until: DateTime<Utc>,
        missing: &str,
    ) -> Result<(), BoxError> {
        let write = "INSERT INTO gaps (streams, since, until, missing) VALUES (?1, ?2, ?3, ?4)";
        self.write(
            write,
            params![streams, since.map(time), time(until), missing],
        )
    }

    /// Up to where these streams have been heard, all of this batch included.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub fn cursor(&mut self, streams: &str, cursor: &str) -> Result<(), BoxError> {
        let write = "INSERT INTO cursors (streams, cursor, at) VALUES (?1, ?2, ?3)
            ON CONFLICT (streams) DO UPDATE SET cursor = excluded.cursor, at = excluded.at";
        self.write(write, params![streams, cursor, self.now])
    }

    /// The person has seen this post.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub fn shown(&mut self, id: &StatusId) -> Result<(), BoxError> {
        let write = "INSERT OR IGNORE INTO shown (status_id, shown_at) VALUES (?1, ?2)";
        self.write(write, params![id.as_str(), self.now])
    }

    /// The person likes what this account writes. What was said about it before stays.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub fn likes_person(&mut self, acct: &str, weight: f64) -> Result<(), BoxError> {
        self.write(
            "INSERT OR IGNORE INTO likes_people (acct, weight) VALUES (?1, ?2)",
            params![acct, weight],
        )
    }

    /// The person likes this hashtag. What was said about it before stays.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub fn likes_tag(&mut self, tag: &str, weight: f64) -> Result<(), BoxError> {
        self.write(
            "INSERT OR IGNORE INTO likes_tags (tag, weight) VALUES (?1, ?2)",
            params![tag, weight],
        )
    }

    /// Writes it all.
    ///
    /// # Errors
    ///
    /// When the database refuses; then none of it is written.
    pub fn commit(self) -> Result<(), BoxError> {
        self.transaction
            .commit()
            .map_err(|error| in_words(self.file, error))
    }

    fn write(&self, sql: &str, values: impl Params) -> Result<(), BoxError> {
        let written = self
            .prepared(sql)
            .and_then(|mut statement| statement.execute(values));
        written.map_err(|error| in_words(self.file, error))?;
        Ok(())
    }

    fn write_status(&self, status: &Status, stream: &str) -> rusqlite::Result<()> {
        let id = status.id.as_str();
        if self.is_deleted(id)? {
            return Ok(());
        }
        let Some(post) = status.reblog.as_deref() else {
            return self.write_post(status, stream);
        };
        // A boost of a deleted post is of nothing.
        if self.is_deleted(post.id.as_str())? {
            return Ok(());
        }
        self.write_account(&status.account)?;
        self.write_post(post, stream)?;
        self.prepared("INSERT OR IGNORE INTO boosts (id, account_id, status_id, created_at) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![id, status.account.id.as_str(), post.id.as_str(), status.created_at.map(time)])?;
        Ok(())
    }

    /// A post that is not deleted, nor a boost.
    fn write_post(&self, status: &Status, stream: &str) -> rusqlite::Result<()> {
        let id = status.id.as_str();
        let edited_at = status.edited_at.map(time);
        let known: Option<Option<String>> = self
            .prepared("SELECT edited_at FROM statuses WHERE id = ?1")?
            .query_row([id], |row| row.get(0))
            .optional()?;
        // Nothing is older than every time.
        match known.map(|known| edited_at.cmp(&known)) {
            Some(std::cmp::Ordering::Less) => {
                let version_at = edited_at.or(status.created_at.map(time));
                self.prepared(
                    "INSERT OR IGNORE INTO edits (status_id, version_at, content, text, spoiler_text) VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![
                    id,
                    version_at.as_deref().unwrap_or(&self.now),
                    status.content.as_str(),
                    status.content.to_text(),
                    status.spoiler_text
                ])?;
                return self.write_seen(id, stream);
            }
            Some(std::cmp::Ordering::Greater) => {
                self.prepared(
                    "INSERT OR IGNORE INTO edits (status_id, version_at, content, text, spoiler_text)
                    SELECT id, coalesce(edited_at, created_at, first_seen_at), content, text, spoiler_text FROM statuses WHERE id = ?1",
                )?
                .execute([id])?;
                self.remove_parts(id)?;
            }
            Some(std::cmp::Ordering::Equal) | None => {}
        }
        self.write_account(&status.account)?;
        let quoted = status.quote.as_ref().and_then(|quote| {
            let shown = quote.quoted_status.as_ref().map(|quoted| &quoted.id);
            shown.or(quote.quoted_status_id.as_ref())
        });
        self.prepared(include_str!("status.sql"))?.execute(named_params! {
            ":id": id,
            ":account_id": status.account.id.as_str(),
            ":uri": address(status.uri.as_ref()),
            ":url": address(status.url.as_ref()),
            ":created_at": status.created_at.map(time),
            ":edited_at": edited_at,
            ":visibility": status.visibility.as_str(),
            ":language": status.language,
            ":content": status.content.as_str(),
            ":text": status.content.to_text(),
            ":spoiler_text": status.spoiler_text,
            ":sensitive": status.sensitive,
            ":in_reply_to_id": status.in_reply_to_id.as_ref().map(StatusId::as_str),
            ":in_reply_to_account_id": status.in_reply_to_account_id.as_ref().map(|id| id.as_str()),
            ":quoted_id": quoted.map(StatusId::as_str),
            ":replies_count": count(status.replies_count),
            ":reblogs_count": count(status.reblogs_count),
            ":favourites_count": count(status.favourites_count),
            ":quotes_count": count(status.quotes_count),
            ":application": status.application.as_ref().map(|application| &application.name),
            ":now": self.now,
            ":json": serde_json::to_string(status).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?,
        })?;
        self.write_parts(status)?;
        self.write_seen(id, stream)
    }

    fn write_parts(&self, status: &Status) -> rusqlite::Result<()> {
        let id = status.id.as_str();
        for tag in &status.tags {
            let name = tag.name.to_lowercase();
            self.prepared("INSERT OR IGNORE INTO tags (name, url) VALUES (?1, ?2)")?
                .execute(params![name, address(tag.url.as_ref())])?;
            self.prepared("INSERT OR IGNORE INTO status_tags (status_id, tag) VALUES (?1, ?2)")?
                .execute(params![id, name])?;
        }
        for mention in &status.mentions {
            self.prepared(
                "INSERT OR IGNORE INTO mentions (status_id, account_id, acct) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![id, mention.id.as_str(), mention.acct])?;
        }
        for (medium, position) in status.media_attachments.iter().zip(0_i64..) {
            // Its file is often not there yet when the post is.
            self.prepared(
                "INSERT INTO media (status_id, id, position, kind, url, preview_url, remote_url, description)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                ON CONFLICT (status_id, id) DO UPDATE SET
                kind = excluded.kind, url = coalesce(excluded.url, url), preview_url = coalesce(excluded.preview_url, preview_url),
                remote_url = coalesce(excluded.remote_url, remote_url), description = coalesce(excluded.description, description)",
            )?
            .execute(params![
                id,
                medium.id.as_str(),
                position,
                medium.kind.as_str(),
                address(medium.url.as_ref()),
                address(medium.preview_url.as_ref()),
                address(medium.remote_url.as_ref()),
                medium.description
            ])?;
        }
        if let Some(poll) = &status.poll {
            self.write_poll(id, poll)?;
        }
        if let Some(card) = &status.card {
            self.write_card(id, card)?;
        }
        Ok(())
    }

    fn write_poll(&self, status: &str, poll: &Poll) -> rusqlite::Result<()> {
        // Votes cannot be taken back, so more is later.
        self.prepared(
            "INSERT INTO polls (id, status_id, expires_at, multiple, votes_count, voters_count) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at, votes_count = max(votes_count, excluded.votes_count),
            voters_count = max(coalesce(voters_count, 0), coalesce(excluded.voters_count, 0))",
        )?
        .execute(params![
            poll.id.as_str(),
            status,
            poll.expires_at.map(time),
            poll.multiple,
            count(poll.votes_count),
            poll.voters_count.map(count)
        ])?;
        for (option, position) in poll.options.iter().zip(0_i64..) {
            self.prepared(
                "INSERT INTO poll_options (poll_id, position, title, votes_count) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (poll_id, position) DO UPDATE SET title = excluded.title,
                votes_count = CASE WHEN excluded.votes_count IS NULL THEN votes_count
                    ELSE max(coalesce(votes_count, 0), excluded.votes_count) END",
            )?
            .execute(params![poll.id.as_str(), position, option.title, option.votes_count.map(count)])?;
        }
        Ok(())
    }

    fn write_card(&self, status: &str, card: &PreviewCard) -> rusqlite::Result<()> {
        self.prepared(
            "INSERT OR REPLACE INTO cards (status_id, url, kind, title, description, provider_name, image)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            status,
            address(card.url.as_ref()),
            card.kind.as_str(),
            card.title,
            card.description,
            card.provider_name,
            address(card.image.as_ref())
        ])?;
        Ok(())
    }

    fn write_account(&self, account: &Account) -> rusqlite::Result<()> {
        self.prepared(include_str!("account.sql"))?
            .execute(named_params! {
                ":id": account.id.as_str(),
                ":username": account.username,
                ":acct": account.acct,
                ":display_name": account.display_name,
                ":note": account.note.to_text(),
                ":url": address(account.url.as_ref()),
                ":avatar": address(account.avatar.as_ref()),
                ":bot": account.bot,
                ":locked": account.locked,
                ":created_at": account.created_at.map(time),
                ":followers_count": count(account.followers_count),
                ":following_count": count(account.following_count),
                ":statuses_count": count(account.statuses_count),
                ":now": self.now,
            })?;
        Ok(())
    }

    fn write_seen(&self, status: &str, stream: &str) -> rusqlite::Result<()> {
        self.prepared(
            "INSERT OR IGNORE INTO seen_on (status_id, stream, seen_at) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![status, stream, self.now])?;
        Ok(())
    }

    fn write_notification(
        &self,
        notification: &Notification,
        stream: &str,
    ) -> rusqlite::Result<()> {
        self.write_account(&notification.account)?;
        let mut status = None;
        if let Some(about) = notification.status.as_deref() {
            let about = about.reblog.as_deref().unwrap_or(about);
            if !self.is_deleted(about.id.as_str())? {
                self.write_post(about, stream)?;
                status = Some(about.id.as_str());
            }
        }
        self.prepared(
            "INSERT OR IGNORE INTO notifications (id, kind, created_at, account_id, status_id, seen_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            notification.id.as_str(),
            notification.kind.as_str(),
            notification.created_at.map(time),
            notification.account.id.as_str(),
            status,
            self.now
        ])?;
        Ok(())
    }

    fn write_delete(&self, id: &StatusId) -> rusqlite::Result<()> {
        let id = id.as_str();
        self.prepared("INSERT OR IGNORE INTO deletes (id, deleted_at) VALUES (?1, ?2)")?
            .execute(params![id, self.now])?;
        if self.keep_deleted {
            return Ok(());
        }
        self.prepared("UPDATE statuses SET content = NULL, text = NULL, spoiler_text = NULL, json = NULL WHERE id = ?1")?.execute([id])?;
        self.prepared("DELETE FROM edits WHERE status_id = ?1")?
            .execute([id])?;
        self.remove_parts(id)
    }

    /// What belongs to a version of a post.
    fn remove_parts(&self, id: &str) -> rusqlite::Result<()> {
        for remove in [
            "DELETE FROM status_tags WHERE status_id = ?1",
            "DELETE FROM mentions WHERE status_id = ?1",
            "DELETE FROM media WHERE status_id = ?1",
            "DELETE FROM poll_options WHERE poll_id IN (SELECT id FROM polls WHERE status_id = ?1)",
            "DELETE FROM polls WHERE status_id = ?1",
            "DELETE FROM cards WHERE status_id = ?1",
        ] {
            self.prepared(remove)?.execute([id])?;
        }
        Ok(())
    }

    fn is_deleted(&self, id: &str) -> rusqlite::Result<bool> {
        self.prepared("SELECT 1 FROM deletes WHERE id = ?1")?
            .exists([id])
    }

    fn prepared(&self, sql: &str) -> rusqlite::Result<CachedStatement<'_>> {
        self.transaction.prepare_cached(sql)
    }
}

fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn address(url: Option<&WebUrl>) -> Option<&str> {
    url.map(WebUrl::as_str)
}

/// SQLite counts with a sign.
fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
