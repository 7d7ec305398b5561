//! Conversations: what people say to each other that nobody else sees.

use std::collections::BTreeSet;

use super::state::{Fake, number};
use crate::{
    entities::{Account, Conversation, Status, Visibility},
    ids::AccountId,
    streaming::{RawEvent, Stream},
};

/// A conversation as one of those who have it keeps it.
pub(super) struct Kept {
    pub(super) owner: AccountId,
    /// The others.
    with: BTreeSet<u64>,
    /// The status with which it began.
    first: u64,
    statuses: BTreeSet<u64>,
    pub(super) is_unread: bool,
}

impl Kept {
    pub(super) fn last_status(&self) -> Option<u64> {
        self.statuses.last().copied()
    }
}

impl Fake {
    /// Adds a status to the conversations of all whom it concerns, and tells them.
    pub(super) fn converse(&mut self, status: &Status) {
        let Some(id) = number(status.id.as_str()) else {
            return;
        };
        if status.visibility != Visibility::Direct {
            return;
        }
        let (before, _) = self.conversation(status);
        let first = before.first().and_then(|first| number(first.id.as_str()));
        let first = first.unwrap_or(id);
        let author = &status.account.id;
        let mentioned = status.mentions.iter().map(|mention| &mention.id);
        let all: BTreeSet<_> = mentioned
            .chain([author])
            .filter_map(|who| number(who.as_str()))
            .collect();
        for owner in &all {
            let with: BTreeSet<_> = all.iter().copied().filter(|who| who != owner).collect();
            let owner = AccountId::from(*owner);
            let known = self
                .conversations
                .iter_mut()
                .find(|(_, kept)| kept.owner == owner && kept.first == first && kept.with == with);
            let is_unread = owner != *author;
            let conversation = match known {
                Some((number, kept)) => {
                    kept.statuses.insert(id);
                    kept.is_unread = is_unread;
                    *number
                }
                None => {
                    let number = self.next_id();
                    let kept = Kept {
                        owner: owner.clone(),
                        with,
                        first,
                        statuses: BTreeSet::from([id]),
                        is_unread,
                    };
                    self.conversations.insert(number, kept);
                    number
                }
            };
            if let Some(shown) = self.shown_conversation(conversation) {
                let event = RawEvent::new("conversation", serde_json::to_string(&shown).ok());
                self.send(
                    |who, stream| *who == owner && *stream == Stream::Direct,
                    &event,
                );
            }
        }
    }

    /// Takes a status that is gone out of the conversations, and what has nothing left with it.
    pub(super) fn forget_in_conversations(&mut self, status: &Status) {
        let Some(id) = number(status.id.as_str()) else {
            return;
        };
        self.conversations.retain(|_, kept| {
            kept.statuses.remove(&id);
            !kept.statuses.is_empty()
        });
    }

    /// A conversation as its owner sees it.
    pub(super) fn shown_conversation(&self, id: u64) -> Option<Conversation> {
        let kept = self.conversations.get(&id)?;
        let account = |who: &u64| self.account_with_id(&AccountId::from(*who)).cloned();
        let mut accounts: Vec<Account> = kept.with.iter().filter_map(account).collect();
        if accounts.is_empty() {
            // Who talks to nobody else talks to itself.
            accounts.extend(self.account_with_id(&kept.owner).cloned());
        }
        let mut conversation = Conversation::new(id);
        conversation.unread = kept.is_unread;
        conversation.accounts = accounts;
        let last = kept.last_status().and_then(|last| self.statuses.get(&last));
        let last = last.map(|status| Box::new(self.shown(status, Some(&kept.owner))));
        conversation.last_status = last;
        Some(conversation)
    }
}
