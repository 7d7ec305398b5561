//! A bot that answers everybody who mentions it.

use crate::account::myself;
use crate::disk::write_whole;
use crate::in_words;
use crate::server::BoxError;
use chrono::{DateTime, Utc};
use mastodon_api::entities::{Account, Notification, NotificationType, Status, Visibility};
use mastodon_api::ids::{AccountId, NotificationId};
use mastodon_api::methods::statuses;
use mastodon_api::streaming::{Event, EventStream, Happened, Heard, Stream, StreamCursor};
use mastodon_api::text::{split_text, status_length};
use mastodon_api::{Client, Error};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, VecDeque};
use std::io::ErrorKind;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What somebody said to the bot.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Question<'a> {
    /// The words, without the bot's name.
    pub text: &'a str,
    /// Where it was said.
    pub status: &'a Status,
    /// Who said it.
    pub from: &'a Account,
}

/// A bot at its place: which account it is, and up to where it has answered.
///
/// Each mention is answered once, also after the program was killed: what was answered is kept in a file, with the place in the stream; and an
/// answer that is sent twice is known to the server by its key.
#[derive(Debug)]
pub struct Bot {
    client: Client,
    me: (AccountId, String),
    events: EventStream,
    memory: Memory,
    file: Option<PathBuf>,
    per_hour: usize,
}

/// What the bot must not forget.
#[derive(Debug, Default, Deserialize, Serialize)]
struct Memory {
    /// Server and account: the rest means nothing elsewhere.
    of: String,
    cursor: Option<StreamCursor>,
    /// The last ones, of which a stream may tell twice.
    done: VecDeque<NotificationId>,
    /// When whom was answered within the last hour.
    answers: HashMap<AccountId, Vec<DateTime<Utc>>>,
}

/// How many answers one person gets in an hour if nothing is said. Two bots that answer each other do so for ever, and not every bot says that it is one.
const PER_HOUR: usize = 20;

/// How many mentions are remembered as done.
const DONE: usize = 1000;

/// Servers remember keys for an hour.
const KEY_IS_KEPT: chrono::Duration = chrono::Duration::minutes(50);

impl Bot {
    /// Arrives. What was said before the first time is not the bot's to answer; from then on everything is, if there is a file to remember in.
    ///
    /// # Errors
    ///
    /// When the server refuses the token, or the file is not one of this bot; the first time also when the server does not answer. Later a bot waits for it.
    pub async fn arrive(client: Client, memory: Option<&Path>) -> Result<Self, BoxError> {
        let been_here = memory.is_some_and(Path::exists);
        let me = myself(&client, been_here).await?;
        let me = (me.id.clone(), me.username.clone());
        let of = format!("{} {}", client.base(), me.0);
        let memory_of = match memory {
            Some(file) => load(file, &of)?,
            None => None,
        };
        let known = memory_of.unwrap_or_else(|| Memory {
            of,
            ..Memory::default()
        });
        let mut open = client.stream(Stream::User);
        if let Some(cursor) = &known.cursor {
            open = open.resume(cursor.clone());
        }
        Ok(Self {
            events: open.await?,
            client,
            me,
            memory: known,
            file: memory.map(Path::to_owned),
            per_hour: PER_HOUR,
        })
    }

    /// How many answers one person gets in an hour: 20 if nothing is said.
    #[must_use]
    pub fn answers_per_hour(mut self, most: usize) -> Self {
        self.per_hour = most;
        self
    }

    /// The name of the account, without `@`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.me.1
    }

    /// Answers mentions until `after_each` says that it is enough. A mention that came while the stream was down is
    /// answered when it is back.
    ///
    /// `answer` makes the answer, or none. Only who asked is mentioned. Answers are unlisted, as a bot should not fill public timelines, or for fewer people
    /// if the question was; they are as long as the server allows, and behind the same warning. Bots are not answered, and nobody more often than
    /// [allowed](Self::answers_per_hour).
    ///
    /// # Errors
    ///
    /// When the server refuses the token: nothing but a new login helps then, and after it nothing was missed. When the file cannot be written.
    /// Everything else passes, so it is said, and tried again.
    pub async fn answer_mentions(
        &mut self,
        answer: impl Fn(Question<'_>) -> Option<String>,
        mut after_each: impl FnMut(Question<'_>) -> ControlFlow<()>,
    ) -> Result<(), BoxError> {
        let mut was_down = false;
        while let Some(heard) = self.events.next().await {
            match heard? {
                Heard::Event(Happened {
                    event: Event::Notification(mention),
                    ..
                }) => {
                    let flow = self.hear(&mention, &answer, &mut after_each).await?;
                    self.remember(&mention.id)?;
                    if flow.is_break() {
                        return Ok(());
                    }
                }
                Heard::Up(up) => {
                    if was_down {
                        eprintln!("listening again, by {}", up.transport);
                    }
                    // The first time there is a place to remember from here on.
                    self.save()?;
                }
                Heard::Down(down) => {
                    was_down = true;
                    eprintln!(
                        "the stream is down: {}; trying again in {:.1} s",
                        in_words(&down.why),
                        down.retry_in.as_secs_f64()
                    );
                }
                Heard::Gap(gap) => eprintln!("{gap}"),
                // An event that this library does not know, or cannot read, is an event too: nothing to do.
                _ => {}
            }
        }
        Err("the stream has ended".into())
    }

    async fn hear(
        &mut self,
        mention: &Notification,
        answer: impl Fn(Question<'_>) -> Option<String>,
        after_each: &mut impl FnMut(Question<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, Error> {
        let nothing = Ok(ControlFlow::Continue(()));
        let Some(status) = mention.status.as_deref() else {
            return nothing;
        };
        let from = &mention.account;
        if mention.kind != NotificationType::Mention
            || from.bot
            || from.id == self.me.0
            || self.memory.done.contains(&mention.id)
        {
            return nothing;
        }
        let said = status.content.to_text();
        let names_me = |word: &&str| word.starts_with(&format!("@{}", self.me.1));
        let words: Vec<&str> = said
            .split_whitespace()
            .filter(|word| !names_me(word))
            .collect();
        let text = words.join(" ");
        let question = Question {
            text: &text,
            status,
            from,
        };
        let Some(answer) = answer(question) else {
            return nothing;
        };
        if !self.may_answer(&from.id) {
            eprintln!(
                "not answered: one account has asked more than {} times within an hour",
                self.per_hour
            );
            return nothing;
        }
        let mut wait = Duration::from_secs(1);
        loop {
            match post(&self.client, &self.me.0, mention, question, &answer).await {
                Ok(()) => break,
                Err(error) if error.is_unauthorized() => return Err(error),
                Err(error) if is_final(&error) => {
                    eprintln!("not answered: {}", in_words(&error));
                    return nothing;
                }
                Err(error) => {
                    eprintln!("trying again in {} s: {}", wait.as_secs(), in_words(&error));
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(Duration::from_secs(300));
                }
            }
        }
        let answers = self.memory.answers.entry(from.id.clone());
        answers.or_default().push(Utc::now());
        Ok(after_each(question))
    }

    fn may_answer(&mut self, who: &AccountId) -> bool {
        let an_hour_ago = Utc::now() - chrono::Duration::hours(1);
        self.memory.answers.retain(|_, times| {
            times.retain(|time| *time > an_hour_ago);
            !times.is_empty()
        });
        let answers = self.memory.answers.get(who);
        answers.is_none_or(|times| times.len() < self.per_hour)
    }

    fn remember(&mut self, done: &NotificationId) -> Result<(), BoxError> {
        self.memory.done.push_back(done.clone());
        if self.memory.done.len() > DONE {
            self.memory.done.pop_front();
        }
        self.save()
    }

    fn save(&mut self) -> Result<(), BoxError> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        self.memory.cursor = Some(self.events.cursor().clone());
        write_whole(file, &serde_json::to_vec(&self.memory)?)
            .map_err(|error| format!("{}: {error}", file.display()).into())
    }
}

/// Apart from the bot, whose stream cannot be lent to another thread.
async fn post(
    client: &Client,
    me: &AccountId,
    mention: &Notification,
    question: Question<'_>,
    answer: &str,
) -> Result<(), Error> {
    let status = question.status;
    // It is so late that the server may have forgotten an answer's key: is one there?
    let is_late = |asked| Utc::now() - asked > KEY_IS_KEPT;
    if mention.created_at.is_none_or(is_late) {
        let context = client.send(statuses::Context::new(status)).await?;
        let is_mine = |answer: &Status| {
            answer.account.id == *me && answer.in_reply_to_id.as_ref() == Some(&status.id)
        };
        if context.descendants.iter().any(is_mine) {
            return Ok(());
        }
    }
    let name = format!("@{} ", question.from.acct);
    let (most, per_url) = match client.server().await {
        Ok(server) => {
            let limits = &server.limits.statuses;
            (limits.max_characters, limits.characters_reserved_per_url)
        }
        Err(_) => (None, None),
    };
    let around = status_length(&format!("{name}{}", status.spoiler_text), "", None);
    let room = most.unwrap_or(500).saturating_sub(around);
    let answer = split_text(answer, room, per_url).into_iter().next();
    client
        .post(format!("{name}{}", answer.unwrap_or_default()))
        .reply_to(status)
        .visibility(no_wider_than(&status.visibility))
        .spoiler_text(&*status.spoiler_text)
        // The key makes the server recognise the answer if this has to be sent twice.
        .idempotency_key(format!("answer to {}", mention.id))
        .send()
        .await?;
    Ok(())
}

/// Whether the server will never take it as it is.
#[must_use]
pub fn is_final(error: &Error) -> bool {
    match error {
        Error::Refused(refused) => refused.status.is_client_error() && !error.is_transient(),
        Error::InvalidRequest(_) => true,
        _ => false,
    }
}

/// Unlisted, or for fewer people if the question was; what this version does not know is for those who are mentioned.
fn no_wider_than(question: &Visibility) -> Visibility {
    match question {
        Visibility::Public | Visibility::Unlisted => Visibility::Unlisted,
        Visibility::Private => Visibility::Private,
        _ => Visibility::Direct,
    }
}

fn load(file: &Path, of: &str) -> Result<Option<Memory>, BoxError> {
    let content = match std::fs::read(file) {
        Ok(content) => content,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("{}: {error}", file.display()).into()),
    };
    let name = file.display();
    let memory: Memory = serde_json::from_slice(&content)
        .map_err(|_| format!("{name} is not the memory of a bot: name another file"))?;
    if memory.of != of {
        return Err(format!("{name} is the memory of another account: name another file").into());
    }
    Ok(Some(memory))
}
