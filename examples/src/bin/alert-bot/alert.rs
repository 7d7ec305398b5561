//! An alert as it stands in the feed, and how it looks as a post. The words are those of the Common Alerting Protocol.

use chrono::{DateTime, Utc};
use mastodon_api::InstanceLimits;
use mastodon_api::entities::Visibility;
use mastodon_api::text::{split_text, status_length};
use serde::{Deserialize, Serialize};

/// One line of the feed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Alert {
    /// What it is known by: a line with an id that was there before is the same alert.
    pub(crate) id: String,
    /// When it was issued.
    pub(crate) sent: DateTime<Utc>,
    #[serde(default, rename = "msgType")]
    pub(crate) message: Message,
    /// The id of the alert that an update or a cancellation is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) references: Option<String>,
    #[serde(default)]
    pub(crate) severity: Severity,
    pub(crate) headline: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) description: String,
    /// Where more is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) web: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) language: Option<String>,
    /// When it is over: it is not posted any more after that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expires: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) enum Message {
    #[default]
    Alert,
    Update,
    Cancel,
}

/// How bad it is, the worst last.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub(crate) enum Severity {
    #[default]
    Unknown,
    Minor,
    Moderate,
    Severe,
    Extreme,
}

impl Severity {
    /// Who is to see it, and whether it hides behind its headline. These are the lines to change.
    pub(crate) fn manner(self) -> (Visibility, bool) {
        match self {
            Self::Extreme | Self::Severe | Self::Moderate => (Visibility::Public, false),
            Self::Minor => (Visibility::Unlisted, false),
            Self::Unknown => (Visibility::Unlisted, true),
        }
    }
}

/// The longest id that is taken, in bytes.
const LONGEST_ID: usize = 500;

impl Alert {
    /// # Errors
    ///
    /// What is wrong with the line, in words.
    pub(crate) fn from_line(line: &str) -> Result<Self, String> {
        let alert: Self = serde_json::from_str(line).map_err(|error| error.to_string())?;
        if alert.id.is_empty() || alert.id.len() > LONGEST_ID {
            return Err(format!("its id must have 1 to {LONGEST_ID} bytes"));
        }
        if alert.headline.trim().is_empty() {
            return Err("it has no headline".to_owned());
        }
        Ok(alert)
    }

    /// When it is not news any more.
    pub(crate) fn ends(&self, lifetime: chrono::Duration) -> DateTime<Utc> {
        let ends = self.expires.or(self.sent.checked_add_signed(lifetime));
        ends.unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// The warning of its post; empty for none.
    pub(crate) fn warning(&self) -> &str {
        match self.severity.manner().1 {
            true => &self.headline,
            false => "",
        }
    }

    /// The texts of its posts. One that is too long is cut and ends with the link; without a link it becomes a thread.
    pub(crate) fn texts(&self, limits: &InstanceLimits) -> Vec<String> {
        let per_url = limits.statuses.characters_reserved_per_url;
        let most = limits.statuses.max_characters.unwrap_or(500);
        let room = most.saturating_sub(status_length(self.warning(), "", None));
        let mut text = match (self.message, self.warning().is_empty()) {
            (Message::Cancel, _) => format!("Cancelled: {}", self.headline),
            (_, true) => self.headline.clone(),
            (_, false) => String::new(),
        };
        let description = self.description.trim();
        if !description.is_empty() && !text.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(description);
        if text.is_empty() {
            text.clone_from(&self.headline);
        }
        // A feed must not make people's telephones ring.
        let text = text.replace('@', "@\u{200b}");
        let Some(link) = &self.web else {
            return split_text(&text, room, per_url);
        };
        let whole = format!("{text}\n\n{link}");
        if status_length(&whole, "", per_url) <= room {
            return vec![whole];
        }
        let rest = room.saturating_sub(status_length(&format!("…\n\n{link}"), "", per_url));
        let cut = split_text(&text, rest, per_url).into_iter().next();
        vec![format!("{}…\n\n{link}", cut.unwrap_or_default())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alert(rest: &str) -> Alert {
        let line =
            format!(r#"{{"id":"a","sent":"2026-01-02T03:04:05+01:00","headline":"Storm",{rest}}}"#);
        Alert::from_line(&line).unwrap()
    }

    #[test]
    fn a_long_text_is_cut_with_its_link_or_becomes_a_thread() {
        let limits = InstanceLimits::default();
        let long = "word ".repeat(300);
        let linked = alert(&format!(
            r#""severity":"Extreme","description":"{long}","web":"https://example.org/storm""#
        ));
        let texts = linked.texts(&limits);
        assert_eq!(texts.len(), 1);
        assert!(texts[0].starts_with("Storm\n\nword word"));
        assert!(texts[0].ends_with("word…\n\nhttps://example.org/storm"));
        let length = status_length(&texts[0], "", Some(23));
        assert!((450..=500).contains(&length), "{length}");

        let texts = alert(&format!(r#""description":"{long}""#)).texts(&limits);
        assert_eq!(texts.len(), 4);
        assert!(
            texts
                .iter()
                .all(|text| status_length(text, "Storm", None) <= 500)
        );
        assert_eq!(
            alert(r#""severity":"Minor""#).texts(&limits),
            ["Storm"],
            "a short one is one post"
        );
    }

    #[test]
    fn a_line_that_is_no_alert_says_why() {
        let why = |line: &str| Alert::from_line(line).unwrap_err();
        assert!(why("{").contains("EOF"));
        assert!(why(r#"{"id":"a","headline":"b"}"#).contains("missing field `sent`"));
        let sent = r#""sent":"2026-01-02T03:04:05Z""#;
        assert!(why(&format!(r#"{{"id":"",{sent},"headline":"b"}}"#)).contains("its id"));
        assert!(why(&format!(r#"{{"id":"a",{sent},"headline":" "}}"#)).contains("headline"));
        let loud =
            Alert::from_line(&format!(r#"{{"id":"a",{sent},"headline":"@all run"}}"#)).unwrap();
        assert_eq!(loud.texts(&InstanceLimits::default()), ["@\u{200b}all run"]);
    }
}
