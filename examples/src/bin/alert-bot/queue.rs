//! Which alerts wait, and which were posted: a small SQLite file, so that no crash posts anything twice or forgets it.

use crate::alert::{Alert, Message};
use chrono::{DateTime, Utc};
use fedikit_examples::disk::make_private_file;
use fedikit_examples::server::BoxError;
use mastodon_api::ids::StatusId;
use rusqlite::{Connection, OptionalExtension as _, params};
use std::path::Path;

/// State: `waiting`, `sending` (it may be there already), `posted`, or over: `replaced`, `cancelled`, `expired`, `refused`.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS alerts (
        id TEXT PRIMARY KEY,
        alert TEXT NOT NULL,
        refers TEXT,
        severity INTEGER NOT NULL,
        sent INTEGER NOT NULL,
        ends INTEGER NOT NULL,
        state TEXT NOT NULL DEFAULT 'waiting',
        first_try INTEGER,
        status TEXT,
        parts INTEGER,
        replaced_by TEXT
    ) STRICT;
    CREATE INDEX IF NOT EXISTS open ON alerts (state, severity DESC, sent) WHERE state IN ('waiting', 'sending');
";

pub(crate) struct Queue {
    connection: Connection,
    lifetime: chrono::Duration,
}

/// An alert whose turn it is.
pub(crate) struct Due {
    pub(crate) alert: Alert,
    /// When it was first tried: then it may be there already.
    pub(crate) first_try: Option<DateTime<Utc>>,
    /// The post that it is about, and in how many parts that was.
    pub(crate) about: Option<(StatusId, u64)>,
}

/// What reading a line has led to.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Taken {
    New,
    Known,
    /// It cancels what was not posted yet: nobody has to be told.
    CancelledUnposted,
}

impl Queue {
    pub(crate) fn open(file: &Path, lifetime: chrono::Duration) -> Result<Self, BoxError> {
        make_private_file(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let connection = Connection::open(file)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        // An alert that was posted must not be posted again after a power cut either.
        connection.pragma_update(None, "synchronous", "full")?;
        connection
            .execute_batch(SCHEMA)
            .map_err(|error| format!("{}: {error}: name another file", file.display()))?;
        Ok(Self {
            connection,
            lifetime,
        })
    }

    /// Takes alerts in, each once. What is about one that still waits takes its place.
    pub(crate) fn take(&mut self, alerts: &[Alert]) -> Result<Vec<Taken>, BoxError> {
        let transaction = self.connection.transaction()?;
        let mut all = Vec::new();
        for alert in alerts {
            all.push(take(&transaction, alert, alert.ends(self.lifetime))?);
        }
        transaction.commit()?;
        Ok(all)
    }

    /// Gives up those whose time is over, and tells their ids. What may be there already is not given up.
    pub(crate) fn expire(&self, now: DateTime<Utc>) -> Result<Vec<String>, BoxError> {
        let drop = "UPDATE alerts SET state = 'expired' WHERE state = 'waiting' AND ends <= ?1 RETURNING id";
        let mut statement = self.connection.prepare_cached(drop)?;
        let ids = statement.query_map([now.timestamp_millis()], |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    /// The one whose turn it is: what may be there already, then the worst, then the oldest.
    pub(crate) fn next(&self) -> Result<Option<Due>, BoxError> {
        let ask = "SELECT alert, first_try FROM alerts WHERE state IN ('waiting', 'sending')
                   ORDER BY state = 'sending' DESC, severity DESC, sent, rowid LIMIT 1";
        let next = self
            .connection
            .prepare_cached(ask)?
            .query_row([], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, Option<i64>>(1)?))
            })
            .optional()?;
        let Some((alert, first_try)) = next else {
            return Ok(None);
        };
        let alert: Alert = serde_json::from_str(&alert)?;
        Ok(Some(Due {
            about: self.about(&alert)?,
            first_try: first_try.and_then(DateTime::from_timestamp_millis),
            alert,
        }))
    }

    fn about(&self, alert: &Alert) -> Result<Option<(StatusId, u64)>, BoxError> {
        let (Some(id), true) = (&alert.references, alert.message != Message::Alert) else {
            return Ok(None);
        };
        let ask = "SELECT status, parts FROM alerts WHERE id = ?1 AND state = 'posted'";
        let about = self
            .connection
            .query_row(ask, [id], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
            })
            .optional()?;
        Ok(
            about
                .map(|(status, parts)| (StatusId::from(status), u64::try_from(parts).unwrap_or(1))),
        )
    }

    /// To be said before it is sent.
    pub(crate) fn sending(&self, id: &str, now: DateTime<Utc>) -> Result<(), BoxError> {
        let set = "UPDATE alerts SET state = 'sending', first_try = coalesce(first_try, ?2) WHERE id = ?1";
        self.connection
            .execute(set, params![id, now.timestamp_millis()])?;
        Ok(())
    }

    /// It surely was not sent, and may be given up or overtaken.
    pub(crate) fn not_sent(&self, id: &str) -> Result<(), BoxError> {
        let set = "UPDATE alerts SET state = 'waiting', first_try = NULL WHERE id = ?1";
        self.connection.execute(set, [id])?;
        Ok(())
    }

    pub(crate) fn posted(&self, id: &str, status: &StatusId, parts: usize) -> Result<(), BoxError> {
        let set = "UPDATE alerts SET state = 'posted', status = ?2, parts = ?3 WHERE id = ?1";
        let parts = i64::try_from(parts)?;
        self.connection
            .execute(set, params![id, status.as_str(), parts])?;
        Ok(())
    }

    /// It will not be posted: `refused` or `cancelled`.
    pub(crate) fn over(&self, id: &str, state: &str) -> Result<(), BoxError> {
        let set = "UPDATE alerts SET state = ?2 WHERE id = ?1";
        self.connection.execute(set, params![id, state])?;
        Ok(())
    }
}

fn take(connection: &Connection, alert: &Alert, ends: DateTime<Utc>) -> Result<Taken, BoxError> {
    let known = "SELECT 1 FROM alerts WHERE id = ?1";
    let known = connection.prepare_cached(known)?.exists([&alert.id])?;
    if known {
        return Ok(Taken::Known);
    }
    let mut alert = alert.clone();
    let mut state = "waiting";
    if let (Some(about), true) = (&alert.references, alert.message != Message::Alert) {
        let about = newest(connection, about)?;
        alert.references = Some(about.clone());
        let waits = "SELECT refers FROM alerts WHERE id = ?1 AND state = 'waiting'";
        let waits: Option<Option<String>> = connection
            .query_row(waits, [&about], |row| row.get(0))
            .optional()?;
        // What waits about the same is not worth saying any more.
        let replace = "UPDATE alerts SET state = 'replaced', replaced_by = ?2 WHERE state = 'waiting' AND (id = ?1 OR refers = ?1)";
        connection.execute(replace, [&about, &alert.id])?;
        if let Some(older) = waits {
            match (older, alert.message) {
                (Some(older), _) => alert.references = Some(older),
                (None, Message::Cancel) => state = "cancelled",
                (None, _) => alert.references = None,
            }
        }
    }
    let insert = "INSERT INTO alerts (id, alert, refers, severity, sent, ends, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    connection.prepare_cached(insert)?.execute(params![
        alert.id,
        serde_json::to_string(&alert)?,
        alert.references,
        alert.severity as i64,
        alert.sent.timestamp_millis(),
        ends.timestamp_millis(),
        state,
    ])?;
    Ok(match state {
        "cancelled" => Taken::CancelledUnposted,
        _ => Taken::New,
    })
}

/// What has taken the place of this alert; itself, if nothing has.
fn newest(connection: &Connection, id: &str) -> rusqlite::Result<String> {
    let follow = "WITH RECURSIVE chain (id, step) AS (
            SELECT ?1, 0
            UNION ALL
            SELECT replaced_by, step + 1 FROM chain JOIN alerts USING (id) WHERE replaced_by IS NOT NULL AND step < 1000
        )
        SELECT id FROM chain ORDER BY step DESC LIMIT 1";
    connection.query_row(follow, [id], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alert(id: &str, message: &str, severity: &str, about: Option<&str>) -> Alert {
        let mut line = serde_json::json!({"id": id, "sent": "2026-01-02T03:04:05Z", "msgType": message, "severity": severity, "headline": id});
        if let Some(about) = about {
            line["references"] = about.into();
        }
        Alert::from_line(&line.to_string()).unwrap()
    }

    fn open(folder: &Path) -> Queue {
        Queue::open(&folder.join("queue"), chrono::Duration::hours(6)).unwrap()
    }

    #[test]
    fn the_worst_goes_first_and_each_goes_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut queue = open(folder.path());
        let rain = alert("rain", "Alert", "Minor", None);
        let flood = alert("flood", "Alert", "Extreme", None);
        let taken = queue.take(&[rain.clone(), flood, rain.clone()]).unwrap();
        assert_eq!(taken, [Taken::New, Taken::New, Taken::Known]);
        let due = queue.next().unwrap().unwrap();
        assert_eq!((due.alert.id.as_str(), due.first_try), ("flood", None));
        queue.sending("flood", Utc::now()).unwrap();

        // As after a crash.
        let mut queue = open(folder.path());
        let due = queue.next().unwrap().unwrap();
        assert!(due.alert.id == "flood" && due.first_try.is_some());
        queue.posted("flood", &"1".into(), 1).unwrap();
        assert_eq!(queue.next().unwrap().unwrap().alert.id, "rain");
        assert_eq!(queue.expire(Utc::now()).unwrap(), ["rain"]);
        assert!(queue.next().unwrap().is_none());
        assert_eq!(queue.take(&[rain]).unwrap(), [Taken::Known]);
    }

    #[test]
    fn an_update_finds_the_post_or_takes_the_place_of_what_waits() {
        let folder = tempfile::tempdir().unwrap();
        let mut queue = open(folder.path());
        let first = alert("a", "Alert", "Minor", None);
        let second = alert("b", "Update", "Severe", Some("a"));
        queue.take(&[first, second]).unwrap();
        let due = queue.next().unwrap().unwrap();
        assert!(due.alert.id == "b" && due.about.is_none());
        queue.posted("b", &"7".into(), 1).unwrap();
        assert!(queue.next().unwrap().is_none(), "the first was replaced");
        let late = alert("late", "Update", "Minor", Some("a"));
        queue.take(&[late]).unwrap();
        let due = queue.next().unwrap().unwrap();
        assert_eq!(due.about.unwrap().0.as_str(), "7", "by what took its place");
        queue.posted("late", &"7".into(), 1).unwrap();

        queue
            .take(&[
                alert("c", "Update", "Severe", Some("b")),
                alert("d", "Update", "Minor", Some("c")),
                alert("e", "Cancel", "Minor", Some("b")),
            ])
            .unwrap();
        let due = queue.next().unwrap().unwrap();
        assert_eq!(due.alert.id, "e", "only the newest word is said");
        assert_eq!(due.about.unwrap().0.as_str(), "7");

        queue.take(&[alert("x", "Alert", "Extreme", None)]).unwrap();
        let cancel = alert("y", "Cancel", "Extreme", Some("x"));
        assert_eq!(queue.take(&[cancel]).unwrap(), [Taken::CancelledUnposted]);
        assert_eq!(queue.next().unwrap().unwrap().alert.id, "e");
    }
}
