//! What the fake instance knows, and what follows when something happens on it.

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    time::Duration,
};

use chrono::Utc;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use url::Url;

use super::{
    RecordedRequest, conversations,
    fault::Faults,
    lists::Listed,
    posts::{Mark, Medium, PollDraft, Processing, Votes},
    push::Subscriptions,
    rate_limits::RateLimits,
    rest::{filters, instance},
    streaming::Sent,
    ties::{Tie, Tied},
    waiting::PATIENCE,
};
use crate::{
    entities::{
        Account, Application, CredentialApplication, Filter, Marker, Notification,
        NotificationType, ScheduledStatus, ShallowTag, Status, StatusEdit, Visibility,
        instance::Configuration,
    },
    ids::{AccountId, StatusId},
    oauth::AccessToken,
    streaming::{RawEvent, Stream},
    text::WebUrl,
};

pub(super) struct Fake {
    url: Url,
    last_id: u64,
    pub(super) accounts: Vec<Account>,
    pub(super) ties: BTreeMap<u64, Tied>,
    /// With whose they are.
    pub(super) lists: BTreeMap<u64, (AccountId, Listed)>,
    /// Who follows which tag, in lower case.
    pub(super) followed_tags: BTreeMap<u64, (AccountId, String)>,
    pub(super) statuses: BTreeMap<u64, Status>,
    pub(super) conversations: BTreeMap<u64, conversations::Kept>,
    /// With whose they are.
    pub(super) filters: BTreeMap<u64, (AccountId, Filter)>,
    /// How far somebody has read which timeline.
    pub(super) markers: HashMap<(AccountId, String), Marker>,
    pub(super) marks: HashSet<(Mark, AccountId, u64)>,
    /// How statuses were, for those that were edited.
    pub(super) history: HashMap<u64, Vec<StatusEdit>>,
    pub(super) votes: HashMap<u64, Votes>,
    pub(super) media: BTreeMap<u64, Medium>,
    /// How far the instance gets with what is uploaded from here on.
    pub(super) processing: Processing,
    pub(super) scheduled: BTreeMap<u64, (ScheduledStatus, Draft)>,
    pub(super) configuration: Configuration,
    /// With whom they are for.
    pub(super) notifications: BTreeMap<u64, (AccountId, Notification)>,
    pub(super) push: Subscriptions,
    /// Which status was posted with which key.
    pub(super) idempotency_keys: HashMap<(AccountId, String), StatusId>,
    pub(super) applications: Vec<CredentialApplication>,
    pub(super) codes: HashMap<String, Grant>,
    pub(super) tokens: HashMap<String, Access>,
    /// Those who listen, by number.
    pub(super) connections: HashMap<u64, Connection>,
    pub(super) requests: VecDeque<RecordedRequest>,
    pub(super) unknown_requests: VecDeque<RecordedRequest>,
    pub(super) faults: Faults,
    pub(super) rate_limits: RateLimits,
    pub(super) patience: Duration,
    pub(super) heartbeat: Option<Duration>,
    pub(super) signed_in: Option<AccountId>,
    pub(super) is_stopped: bool,
}

/// What a person approved, until the application fetches its token.
pub(super) struct Grant {
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    pub(super) scopes: String,
    pub(super) account: AccountId,
    pub(super) code_challenge: Option<String>,
}

/// What a token allows.
#[derive(Clone)]
pub(super) struct Access {
    /// `None` for a token of the application itself.
    pub(super) account: Option<AccountId>,
    pub(super) scopes: String,
    pub(super) application: Option<Application>,
}

impl Access {
    /// Whether this scope or the one above it was granted.
    pub(super) fn allows(&self, scope: &str) -> bool {
        let (above, what) = scope.split_once(':').unwrap_or((scope, ""));
        // The oldest name for these.
        let is_tie = matches!(what, "follows" | "blocks" | "mutes");
        self.scopes
            .split_whitespace()
            .any(|granted| granted == scope || granted == above || (is_tie && granted == "follow"))
    }
}

/// A connection over which somebody listens.
pub(super) struct Connection {
    pub(super) account: AccountId,
    pub(super) token: String,
    pub(super) streams: Vec<Stream>,
    /// Whether nothing reaches the listener any more, though it is connected.
    pub(super) is_stalled: bool,
    sender: UnboundedSender<Sent>,
}

/// A status that is about to be posted.
#[derive(Clone)]
pub(super) struct Draft {
    pub(super) author: AccountId,
    pub(super) text: String,
    pub(super) visibility: Visibility,
    pub(super) in_reply_to: Option<StatusId>,
    pub(super) spoiler_text: String,
    pub(super) sensitive: bool,
    pub(super) language: Option<String>,
    pub(super) application: Option<Application>,
    pub(super) media: Vec<u64>,
    pub(super) poll: Option<PollDraft>,
}

impl Draft {
    pub(super) fn new(author: AccountId, text: &str, visibility: Visibility) -> Self {
        Self {
            author,
            text: text.to_owned(),
            visibility,
            in_reply_to: None,
            spoiler_text: String::new(),
            sensitive: false,
            language: None,
            application: None,
            media: Vec::new(),
            poll: None,
        }
    }
}

impl Fake {
    pub(super) fn new(url: Url) -> Self {
        Self {
            url,
            last_id: 0,
            accounts: Vec::new(),
            ties: BTreeMap::new(),
            lists: BTreeMap::new(),
            followed_tags: BTreeMap::new(),
            statuses: BTreeMap::new(),
            conversations: BTreeMap::new(),
            filters: BTreeMap::new(),
            markers: HashMap::new(),
            marks: HashSet::new(),
            history: HashMap::new(),
            votes: HashMap::new(),
            media: BTreeMap::new(),
            processing: Processing::Done,
            scheduled: BTreeMap::new(),
            configuration: instance::configuration(),
            notifications: BTreeMap::new(),
            push: Subscriptions::default(),
            idempotency_keys: HashMap::new(),
            applications: Vec::new(),
            codes: HashMap::new(),
            tokens: HashMap::new(),
            connections: HashMap::new(),
            requests: VecDeque::new(),
            unknown_requests: VecDeque::new(),
            faults: Faults::default(),
            rate_limits: RateLimits::default(),
            patience: PATIENCE,
            heartbeat: None,
            signed_in: None,
            is_stopped: false,
        }
    }

    /// A number that was not given before; greater numbers are newer.
    pub(super) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// The address of a page of the instance.
    pub(super) fn page(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    pub(super) fn medium_url(&self, id: u64) -> WebUrl {
        self.page(&format!("system/media_attachments/{id}/original"))
            .into()
    }

    pub(super) fn domain(&self) -> &str {
        self.url.authority()
    }

    // Accounts and tokens.

    /// The account of this name, made if there is none.
    pub(super) fn account(&mut self, name: &str) -> Account {
        if let Some(account) = self.account_named(name) {
            return account.clone();
        }
        let mut account = Account::new(self.next_id());
        account.username = name.to_owned();
        account.acct = name.to_owned();
        account.display_name = name.to_owned();
        account.url = Some(self.page(&format!("@{name}")).into());
        account.uri = Some(self.page(&format!("users/{name}")).into());
        account.note = "<p></p>".into();
        account.created_at = Some(Utc::now());
        self.accounts.push(account.clone());
        account
    }

    pub(super) fn account_named(&self, name: &str) -> Option<&Account> {
        self.accounts
            .iter()
            .find(|account| account.username.eq_ignore_ascii_case(name))
    }

    pub(super) fn account_with_id(&self, id: &AccountId) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == *id)
    }

    pub(super) fn first_account(&self) -> Option<&AccountId> {
        self.accounts.first().map(|account| &account.id)
    }

    pub(super) fn token(&mut self, account: &str, scopes: &str) -> AccessToken {
        let account = self.account(account).id;
        self.grant(Access {
            account: Some(account),
            scopes: scopes.to_owned(),
            application: None,
        })
    }

    pub(super) fn grant(&mut self, access: Access) -> AccessToken {
        let token = format!("fake-token-{}", self.next_id());
        self.tokens.insert(token.clone(), access);
        token.into()
    }

    pub(super) fn revoke(&mut self, token: &str) {
        self.tokens.remove(token);
        self.connections
            .retain(|_, connection| connection.token != token);
    }

    pub(super) fn follows_tag(&self, who: &AccountId, name: &str) -> bool {
        let mut followed = self.followed_tags.values();
        followed.any(|(follower, tag)| follower == who && tag.eq_ignore_ascii_case(name))
    }

    // Notifications.

    pub(super) fn notifications_for(
        &self,
        who: &AccountId,
    ) -> impl DoubleEndedIterator<Item = &Notification> {
        self.notifications
            .values()
            .filter(move |(owner, _)| owner == who)
            .map(|(_, notification)| notification)
    }

    /// The number of the last notification that somebody has read.
    pub(super) fn read_notifications(&self, who: &AccountId) -> u64 {
        let marker = self.markers.get(&(who.clone(), "notifications".to_owned()));
        let read = marker.and_then(|marker| number(&marker.last_read_id));
        read.unwrap_or_default()
    }

    /// Notifies somebody of what somebody else did, who may not be wanted.
    pub(super) fn notify(
        &mut self,
        from: &AccountId,
        who: &AccountId,
        kind: NotificationType,
        status: Option<&Status>,
    ) {
        let is_unwanted = self.is_tied(Tie::Block, who, from)
            || self
                .tied(Tie::Mute, who, from)
                .is_some_and(|mute| mute.is_silent)
            || status.is_some_and(|status| self.is_marked(Mark::Mute, who, status));
        if from != who && !is_unwanted {
            self.add_notification(from, who, kind, status);
        }
    }

    /// Notifies somebody of what became of the own status.
    pub(super) fn notify_own(&mut self, who: &AccountId, kind: NotificationType, status: &Status) {
        self.add_notification(who, who, kind, Some(status));
    }

    fn add_notification(
        &mut self,
        from: &AccountId,
        who: &AccountId,
        kind: NotificationType,
        status: Option<&Status>,
    ) {
        let Some(from) = self.account_with_id(from).cloned() else {
            return;
        };
        let id = self.next_id();
        let mut notification = Notification::new(id, from);
        notification.group_key = Some(match (&kind, status) {
            (NotificationType::Favourite | NotificationType::Reblog, Some(status)) => {
                format!("{kind}-{}", status.id)
            }
            (NotificationType::Follow, _) => kind.to_string(),
            _ => format!("ungrouped-{id}"),
        });
        notification.kind = kind;
        notification.created_at = Some(Utc::now());
        notification.status = status.map(|status| Box::new(self.shown(status, Some(who))));
        let event = RawEvent::new("notification", serde_json::to_string(&notification).ok());
        self.notifications.insert(id, (who.clone(), notification));
        self.send(
            |listener, stream| {
                listener == who && matches!(stream, Stream::User | Stream::UserNotification)
            },
            &event,
        );
    }

    // Streams.

    /// A new connection: what is sent to it, and its number.
    pub(super) fn connect(
        &mut self,
        token: &str,
        account: AccountId,
        streams: Vec<Stream>,
    ) -> (u64, UnboundedReceiver<Sent>) {
        let (sender, receiver) = unbounded_channel();
        let number = self.next_id();
        if !self.is_stopped {
            let connection = Connection {
                account,
                token: token.to_owned(),
                streams,
                is_stalled: false,
                sender,
            };
            self.connections.insert(number, connection);
        }
        (number, receiver)
    }

    /// The streams to which somebody listens, each as often as somebody does.
    pub(super) fn listened(&self) -> impl Iterator<Item = &Stream> {
        let connections = self.connections.values();
        let connections = connections.filter(|connection| !connection.is_stalled);
        connections.flat_map(|connection| &connection.streams)
    }

    pub(super) fn subscribers(&self, stream: &Stream) -> usize {
        self.listened()
            .filter(|listened| *listened == stream)
            .count()
    }

    /// Sends an event to the streams of those listeners that `includes` names.
    pub(super) fn send(&self, includes: impl Fn(&AccountId, &Stream) -> bool, event: &RawEvent) {
        self.send_each(includes, |_, stream| {
            Sent::Event(stream.clone(), event.clone())
        });
    }

    pub(super) fn send_each(
        &self,
        includes: impl Fn(&AccountId, &Stream) -> bool,
        sent: impl Fn(&AccountId, &Stream) -> Sent,
    ) {
        for connection in self.connections.values() {
            for stream in &connection.streams {
                if includes(&connection.account, stream) {
                    // An error means that it is closed already.
                    let _ = connection.sender.send(sent(&connection.account, stream));
                }
            }
        }
    }

    /// Sends to all connections, whatever they listen to.
    pub(super) fn send_to_all(&self, sent: impl Fn() -> Sent) {
        for connection in self.connections.values() {
            let _ = connection.sender.send(sent());
        }
    }

    pub(super) fn shut_down(&mut self) {
        self.is_stopped = true;
        self.connections.clear();
    }

    pub(super) fn send_status(&self, status: &Status, name: &str) {
        let shown = self.shown(status, None);
        let event = |status: &Status| RawEvent::new(name, serde_json::to_string(status).ok());
        let unfiltered = event(&shown);
        let audience = self.audience(status);
        self.send_each(
            |who, stream| audience.includes(who, stream),
            |who, stream| {
                // Only where a filter meets does a stream say so.
                let results = filters::results(self, who, status);
                let event = match results.is_empty() {
                    true => unfiltered.clone(),
                    false => {
                        let mut filtered = shown.clone();
                        filtered.filtered = Some(results);
                        event(&filtered)
                    }
                };
                Sent::Event(stream.clone(), event)
            },
        );
    }

    pub(super) fn send_deletion(&self, status: &Status) {
        let event = RawEvent::new("delete", Some(status.id.as_str()));
        let audience = self.audience(status);
        self.send(|who, stream| audience.includes(who, stream), &event);
    }

    fn audience<'a>(&'a self, status: &'a Status) -> Audience<'a> {
        Audience { fake: self, status }
    }
}

/// In which streams a status appears.
struct Audience<'a> {
    fake: &'a Fake,
    status: &'a Status,
}

impl Audience<'_> {
    fn includes(&self, who: &AccountId, stream: &Stream) -> bool {
        let status = self.status;
        if self.fake.hides(who, status) {
            return false;
        }
        let is_public = status.visibility == Visibility::Public && status.reblog.is_none();
        match stream {
            Stream::User => self.fake.is_at_home(who, status),
            Stream::List(id) => {
                let listed = self.fake.list_of(who, id);
                listed.is_some_and(|listed| self.fake.is_on_list(who, listed, status))
            }
            Stream::Public | Stream::PublicLocal => is_public,
            Stream::PublicMedia | Stream::PublicLocalMedia => {
                is_public && !status.media_attachments.is_empty()
            }
            Stream::Hashtag(wanted) | Stream::HashtagLocal(wanted) => {
                let is_wanted = |tag: &ShallowTag| tag.name.eq_ignore_ascii_case(wanted);
                is_public && status.tags.iter().any(is_wanted)
            }
            _ => false,
        }
    }
}

/// The number in an id of this instance.
pub(super) fn number(id: &str) -> Option<u64> {
    id.parse().ok()
}
