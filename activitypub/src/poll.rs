//! Polls and the votes in them (ActivityStreams Vocabulary `Question`, Mastodon, FEP-9967).

use chrono::{DateTime, Utc};

use crate::activity::Activity;
use crate::any::Any;
use crate::id::Id;
use crate::kind::ObjectKind;
use crate::object::Object;
use crate::property::OneOrMany;

/// A poll as it stands in a post.
///
/// ```
/// use activitypub::Object;
///
/// let post = Object::from_slice(br#"{
///     "type": "Question", "content": "<p>Tea?</p>", "endTime": "2026-02-01T00:00:00Z", "votersCount": 3, "oneOf": [
///         {"type": "Note", "name": "yes", "replies": {"type": "Collection", "totalItems": 2}},
///         {"type": "Note", "name": "no", "replies": {"type": "Collection", "totalItems": 1}}]
/// }"#)?;
/// let poll = post.poll().unwrap();
/// assert_eq!((poll.options[0].name, poll.options[0].votes), ("yes", Some(2)));
/// assert!(!poll.multiple);
/// assert_eq!(poll.voters, Some(3));
/// assert!(post.is_closed("2026-02-02T00:00:00Z".parse().unwrap()));
/// # Ok::<(), activitypub::ReadError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Poll<'a> {
    /// The answers, in order; those without a name, which nobody could vote for, are left out.
    pub options: Vec<PollOption<'a>>,
    /// Whether several of them may be chosen.
    pub multiple: bool,
    /// When it ends or has ended: `endTime`, else a time in `closed`.
    pub ends: Option<DateTime<Utc>>,
    /// How many took part (`votersCount`); a claim of the author's server like all counts here.
    pub voters: Option<u64>,
}

/// An answer of a poll.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PollOption<'a> {
    /// The answer; a vote repeats it letter by letter.
    pub name: &'a str,
    /// How many chose it, if the poll tells (`replies.totalItems`).
    pub votes: Option<u64>,
}

impl Poll<'_> {
    /// How many choices were made, if the poll tells it of every answer. With [`multiple`](Self::multiple) that can be more than the
    /// voters.
    #[must_use]
    pub fn votes(&self) -> Option<u64> {
        self.options
            .iter()
            .try_fold(0_u64, |sum, option| Some(sum.saturating_add(option.votes?)))
    }
}

/// A vote in a poll: the post that carries it says nothing else.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Vote<'a> {
    /// The poll, as far as the vote tells: check that it is one, that it is open and that the choice is one of its answers.
    pub poll: &'a Id,
    /// The answer.
    pub choice: &'a str,
}

impl Object {
    /// The poll in it. If both kinds of answers stand there, those of which several may be chosen count, as in Mastodon.
    #[must_use]
    pub fn poll(&self) -> Option<Poll<'_>> {
        if !self.is_poll() {
            return None;
        }
        let multiple = !self.any_of.is_empty();
        let answers = if multiple { &self.any_of } else { &self.one_of };
        let closed = || self.closed.as_ref()?.read::<String>().ok();
        let ends = self.end_time.clone();
        let ends = ends.or_else(|| crate::property::Timestamp::parse(&closed()?));
        Some(Poll {
            options: answers.embedded().filter_map(option).collect(),
            multiple,
            ends: ends.map(|time| time.to_utc()),
            voters: self.voters_count,
        })
    }

    /// The vote that it is: a `Note` with a `name` and without a text, in reply to exactly one thing. Whether that thing is a poll is
    /// for those to say who have it; FEP-9967 calls that the surer sign.
    #[must_use]
    pub fn vote(&self) -> Option<Vote<'_>> {
        let silent = self.content.as_ref().is_none_or(String::is_empty)
            && self.content_map.is_none()
            && self.attachment.is_empty();
        let choice = self.name.as_deref().filter(|name| !name.is_empty())?;
        let poll = self.in_reply_to_id()?;
        (silent && self.kind() == ObjectKind::Note).then_some(Vote { poll, choice })
    }

    /// Whether it is a [`vote`](Self::vote) and nothing to show.
    #[must_use]
    pub fn is_vote(&self) -> bool {
        self.vote().is_some()
    }

    /// A vote for an answer of a poll, to be sent to the poll's author alone in a [`Create`](Activity::create), one for each answer.
    #[must_use]
    pub fn voting(
        id: impl Into<Id>,
        voter: impl Into<Id>,
        poll: impl Into<Id>,
        author_of_poll: impl Into<Id>,
        choice: impl Into<String>,
    ) -> Self {
        Self {
            ld_context: Some(crate::context::Context::ours()),
            id: Some(id.into()),
            attributed_to: OneOrMany::one(voter.into()),
            in_reply_to: OneOrMany::one(poll.into()),
            to: OneOrMany::many([author_of_poll.into()]),
            name: Some(choice.into()),
            ..Self::new(ObjectKind::Note)
        }
    }
}

impl Activity {
    /// The votes that it carries: mostly one, and several from GoToSocial, which sends the answers of one voter together.
    pub fn votes(&self) -> impl Iterator<Item = Vote<'_>> {
        self.object
            .embedded()
            .filter_map(|thing| thing.as_object()?.vote())
    }
}

fn option(answer: &Any) -> Option<PollOption<'_>> {
    let answer = answer.as_object()?;
    let replies = answer.replies.only().and_then(|replies| replies.embedded());
    Some(PollOption {
        name: answer.name.as_deref()?,
        votes: replies.and_then(|replies| replies.total_items),
    })
}
