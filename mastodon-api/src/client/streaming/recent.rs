//! What was delivered lately, so that nothing is delivered twice.

use std::collections::hash_map::RandomState;
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher as _, Hash};

use crate::streaming::{Event, Stream};

/// How many are remembered of each stream: more than can come between a fetch and the live events after it.
pub(super) const REMEMBERED: usize = 1024;
/// How many while what was missed is fetched: it comes again with what is read ahead meanwhile.
const HELD: usize = 16 * REMEMBERED;
/// So many streams that nobody listens to have a memory of their own; the others, which a server may have made up, share
/// one.
const MAX_STREAMS: usize = 64;

#[derive(Default)]
pub(super) struct Recent {
    /// Seeded, so that nobody outside knows which two things fall together.
    hasher: RandomState,
    hashes: HashMap<Option<Stream>, Memory>,
}

#[derive(Default)]
struct Memory {
    /// The oldest first.
    hashes: VecDeque<u64>,
    is_held: bool,
}

impl Recent {
    /// Gives a stream that is listened to a memory of its own.
    pub(super) fn add(&mut self, stream: &Stream) {
        self.hashes.entry(Some(stream.clone())).or_default();
    }

    /// Forgets a stream.
    pub(super) fn remove(&mut self, stream: &Stream) {
        self.hashes.remove(&Some(stream.clone()));
    }

    /// Remembers more than usual, of each stream until it is let go.
    pub(super) fn hold(&mut self) {
        for memory in self.hashes.values_mut() {
            memory.is_held = true;
        }
    }

    /// Lets a stream go when something new came: what was fetched came again before that.
    pub(super) fn let_go(&mut self, stream: Option<&Stream>, new: &Event) {
        let is_remembered = matches!(
            new,
            Event::Update(_) | Event::Notification(_) | Event::Conversation(_)
        );
        if let Some(memory) = self.hashes.get_mut(&stream.cloned())
            && is_remembered
            && std::mem::take(&mut memory.is_held)
        {
            let hashes = &mut memory.hashes;
            hashes.drain(..hashes.len().saturating_sub(REMEMBERED));
            hashes.shrink_to(REMEMBERED);
        }
    }

    /// Whether this event is new on this stream. Edits and whatever else may come again is always new.
    pub(super) fn is_new(&mut self, stream: Option<&Stream>, event: &Event) -> bool {
        match event {
            Event::Update(status) => self.insert(stream, ("status", status.id.as_str())),
            Event::Notification(notification) => {
                self.insert(stream, ("notification", notification.id.as_str()))
            }
            // The same conversation comes again with each new message.
            Event::Conversation(conversation) => {
                let last = conversation.last_status.as_ref();
                let last = last.map(|status| status.id.as_str());
                self.insert(stream, (conversation.id.as_str(), last))
            }
            _ => true,
        }
    }

    /// Whether this event, which was fetched, is new on this stream: one that cannot be read may be fetched twice too.
    pub(super) fn is_new_fetched(&mut self, stream: Option<&Stream>, event: &Event) -> bool {
        match event {
            Event::Malformed(malformed) => self.insert(stream, malformed.raw().payload()),
            _ => self.is_new(stream, event),
        }
    }

    /// Forgets what was new just now.
    pub(super) fn forget_last(&mut self, stream: Option<&Stream>) {
        if let Some(memory) = self.hashes.get_mut(&stream.cloned()) {
            memory.hashes.pop_back();
        }
    }

    fn insert(&mut self, stream: Option<&Stream>, what: impl Hash) -> bool {
        let hash = self.hasher.hash_one((stream, what));
        let stream = stream.cloned();
        let has_own = self.hashes.contains_key(&stream) || self.hashes.len() < MAX_STREAMS;
        let memory = self.hashes.entry(stream.filter(|_| has_own)).or_default();
        let hashes = &mut memory.hashes;
        // They are so few that looking at all takes less than reading one, and half of the memory.
        if hashes.contains(&hash) {
            return false;
        }
        let most = if memory.is_held { HELD } else { REMEMBERED };
        if hashes.len() >= most {
            hashes.pop_front();
        }
        hashes.push_back(hash);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(id: usize) -> Event {
        let payload = format!(r#"{{"id":"{id}","account":{{"id":"2"}}}}"#);
        Event::decode("update", Some(&payload))
    }

    #[test]
    fn once_for_each_stream_while_it_is_remembered() {
        let mut recent = Recent::default();
        let (user, public) = (Some(&Stream::User), Some(&Stream::Public));
        assert!(recent.is_new(user, &update(0)));
        assert!(!recent.is_new(user, &update(0)));
        assert!(recent.is_new(public, &update(0)));
        let edit = Event::decode("status.update", Some(r#"{"id":"0","account":{"id":"2"}}"#));
        assert!(recent.is_new(user, &edit) && recent.is_new(user, &edit));

        for id in 1..REMEMBERED {
            assert!(recent.is_new(user, &update(id)));
        }
        assert!(
            !recent.is_new(user, &update(0)),
            "the last that is remembered"
        );
        assert!(recent.is_new(user, &update(REMEMBERED)));
        assert!(recent.is_new(user, &update(0)), "forgotten");
        assert_eq!(recent.hashes[&user.cloned()].hashes.len(), REMEMBERED);
        assert!(
            !recent.is_new(public, &update(0)),
            "each stream has its own"
        );
    }

    #[test]
    fn made_up_streams_do_not_make_it_grow() {
        let mut recent = Recent::default();
        for number in 0..MAX_STREAMS * 2 {
            let stream = Stream::List(number.to_string().into());
            assert!(recent.is_new(Some(&stream), &update(0)));
            assert!(!recent.is_new(Some(&stream), &update(0)));
        }
        assert_eq!(recent.hashes.len(), MAX_STREAMS + 1);
    }

    #[test]
    fn each_stream_that_is_listened_to_has_its_own() {
        let mut recent = Recent::default();
        let tags = (0..MAX_STREAMS * 2).map(|tag| Stream::Hashtag(tag.to_string()));
        let tags: Vec<_> = tags.collect();
        for tag in &tags {
            recent.add(tag);
            for id in 0..REMEMBERED / 2 {
                assert!(recent.is_new(Some(tag), &update(id)));
            }
        }
        for tag in &tags {
            assert!(!recent.is_new(Some(tag), &update(0)));
            recent.remove(tag);
            assert!(recent.is_new(Some(tag), &update(0)));
        }
    }

    #[test]
    fn more_is_remembered_while_it_is_held() {
        let mut recent = Recent::default();
        let user = Some(&Stream::User);
        recent.add(&Stream::User);
        recent.hold();
        for id in 0..REMEMBERED * 2 {
            assert!(recent.is_new(user, &update(id)));
        }
        assert!(!recent.is_new(user, &update(0)));
        recent.let_go(user, &update(0));
        assert_eq!(recent.hashes[&user.cloned()].hashes.len(), REMEMBERED);
        assert!(!recent.is_new(user, &update(REMEMBERED)));
        assert!(recent.is_new(user, &update(0)));
    }
}
