//! What the fake instance knows, and what follows when something happens on it.

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    time::Duration,
};

use chrono::Utc;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use url::Url;

use super::{
    RecordedRequest, content::Content, fault::Faults, push::Subscriptions, streaming::Sent,
    waiting::PATIENCE,
};
use crate::{
    entities::{
        Account, Application, CredentialApplication, Mention, Notification, NotificationType,
        ShallowTag, Status, Visibility,
    },
    ids::{AccountId, StatusId},
    oauth::AccessToken,
    streaming::{RawEvent, Stream},
};

pub(super) struct Fake {
    url: Url,
    last_id: u64,
    accounts: Vec<Account>,
    /// Who follows whom.
    follows: HashSet<(AccountId, AccountId)>,
    statuses: BTreeMap<u64, Status>,
    favourites: HashSet<(AccountId, u64)>,
    /// With whom they are for.
    notifications: BTreeMap<u64, (AccountId, Notification)>,
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
        let above = scope.split_once(':').map_or(scope, |(above, _)| above);
        self.scopes
            .split_whitespace()
            .any(|granted| granted == scope || granted == above)
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
pub(super) struct Draft {
    pub(super) author: AccountId,
    pub(super) text: String,
    pub(super) visibility: Visibility,
    pub(super) in_reply_to: Option<StatusId>,
    pub(super) spoiler_text: String,
    pub(super) sensitive: bool,
    pub(super) language: Option<String>,
    pub(super) application: Option<Application>,
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
        }
    }
}

impl Fake {
    pub(super) fn new(url: Url) -> Self {
        Self {
            url,
            last_id: 0,
            accounts: Vec::new(),
            follows: HashSet::new(),
            statuses: BTreeMap::new(),
            favourites: HashSet::new(),
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

    pub(super) fn follow(&mut self, follower: &str, followed: &str) {
        let pair = (self.account(follower).id, self.account(followed).id);
        self.follows.insert(pair);
    }

    // Statuses.

    pub(super) fn status(&self, id: &StatusId) -> Option<&Status> {
        self.statuses.get(&number(id.as_str())?)
    }

    pub(super) fn all_statuses(&self) -> impl DoubleEndedIterator<Item = &Status> {
        self.statuses.values()
    }

    pub(super) fn publish(&mut self, draft: Draft) -> Status {
        let id = self.next_id();
        let author = self.account_with_id(&draft.author).cloned();
        let author = author.unwrap_or_else(|| Account::new(draft.author));
        let content = Content::read(
            &draft.text,
            |name| {
                let account = self.account_named(name)?;
                Some(account.url.as_ref()?.as_str().to_owned())
            },
            |tag| self.page(&format!("tags/{tag}")),
        );

        let mut status = Status::new(id, author);
        status.uri = Some(
            self.page(&format!("users/{}/statuses/{id}", status.account.username))
                .into(),
        );
        status.url = Some(
            self.page(&format!("@{}/{id}", status.account.username))
                .into(),
        );
        status.created_at = Some(Utc::now());
        status.content = content.html.into();
        status.text = Some(draft.text);
        status.visibility = draft.visibility;
        status.sensitive = draft.sensitive;
        status.spoiler_text = draft.spoiler_text;
        status.language = draft.language.or_else(|| Some("en".to_owned()));
        status.application = draft.application;
        let answered = draft.in_reply_to.and_then(|id| number(id.as_str()));
        if let Some(answered) = answered.and_then(|id| self.statuses.get_mut(&id)) {
            answered.replies_count += 1;
            status.in_reply_to_id = Some(answered.id.clone());
            status.in_reply_to_account_id = Some(answered.account.id.clone());
        }
        for name in content.mentions {
            let Some(account) = self.account_named(&name) else {
                continue;
            };
            let mut mention = Mention::new(&account.id);
            mention.username.clone_from(&account.username);
            mention.acct.clone_from(&account.acct);
            mention.url.clone_from(&account.url);
            status.mentions.push(mention);
        }
        for name in content.tags {
            let mut tag = ShallowTag::new();
            tag.url = Some(self.page(&format!("tags/{name}")).into());
            tag.name = name;
            status.tags.push(tag);
        }

        self.statuses.insert(id, status.clone());
        if let Some(author) = self
            .accounts
            .iter_mut()
            .find(|account| account.id == status.account.id)
        {
            author.statuses_count += 1;
            author.last_status_at = Some(Utc::now().date_naive());
        }
        self.send_status(&status, "update");
        for mention in &status.mentions {
            self.notify(
                &status.account.id,
                &mention.id,
                NotificationType::Mention,
                &status,
            );
        }
        status
    }

    /// Removes a status and tells those who saw it.
    pub(super) fn delete(&mut self, id: &StatusId) -> Option<Status> {
        let status = self.statuses.remove(&number(id.as_str())?)?;
        self.notifications.retain(|_, (_, notification)| {
            notification
                .status
                .as_ref()
                .is_none_or(|about| about.id != *id)
        });
        let event = RawEvent::new("delete", Some(id.as_str()));
        let audience = self.audience(&status);
        self.send(|who, stream| audience.includes(who, stream), &event);
        Some(status)
    }

    pub(super) fn favourite(&mut self, who: &AccountId, id: &StatusId, is_favourite: bool) {
        let Some((number, status)) =
            number(id.as_str()).and_then(|number| Some((number, self.statuses.get_mut(&number)?)))
        else {
            return;
        };
        let pair = (who.clone(), number);
        if is_favourite && self.favourites.insert(pair.clone()) {
            status.favourites_count += 1;
            let status = status.clone();
            let author = status.account.id.clone();
            self.notify(who, &author, NotificationType::Favourite, &status);
        } else if !is_favourite && self.favourites.remove(&pair) {
            status.favourites_count = status.favourites_count.saturating_sub(1);
        }
    }

    /// Whether somebody may see a status.
    pub(super) fn sees(&self, who: Option<&AccountId>, status: &Status) -> bool {
        let Some(who) = who else {
            return matches!(status.visibility, Visibility::Public | Visibility::Unlisted);
        };
        let is_party =
            status.account.id == *who || status.mentions.iter().any(|mention| mention.id == *who);
        match status.visibility {
            Visibility::Public | Visibility::Unlisted => true,
            Visibility::Private => is_party || self.is_follower(who, &status.account.id),
            _ => is_party,
        }
    }

    /// Whether a status is in somebody's home timeline.
    pub(super) fn is_at_home(&self, who: &AccountId, status: &Status) -> bool {
        let author = &status.account.id;
        (author == who || self.is_follower(who, author)) && self.sees(Some(who), status)
    }

    /// A status as somebody sees it.
    pub(super) fn shown(&self, status: &Status, to: Option<&AccountId>) -> Status {
        let mut shown = status.clone();
        // Only the answer to a deletion has it.
        shown.text = None;
        if let Some(account) = self.account_with_id(&status.account.id) {
            shown.account = account.clone();
        }
        if let Some(who) = to {
            let number = number(status.id.as_str()).unwrap_or_default();
            shown.favourited = Some(self.favourites.contains(&(who.clone(), number)));
            shown.reblogged = Some(false);
            shown.muted = Some(false);
            shown.bookmarked = Some(false);
            shown.filtered = Some(Vec::new());
        }
        shown
    }

    /// The statuses before and after this one in its conversation.
    pub(super) fn conversation<'a>(
        &'a self,
        status: &'a Status,
    ) -> (Vec<&'a Status>, Vec<&'a Status>) {
        let parent = |status: &Status| self.status(status.in_reply_to_id.as_ref()?);
        let mut ancestors: Vec<_> = std::iter::successors(parent(status), |s| parent(s)).collect();
        ancestors.reverse();
        // A reply is newer than what it replies to, so one pass in their order finds all.
        let mut ids = HashSet::from([&status.id]);
        let descendants = self
            .all_statuses()
            .filter(|reply| {
                let is_reply = reply
                    .in_reply_to_id
                    .as_ref()
                    .is_some_and(|id| ids.contains(id));
                is_reply && ids.insert(&reply.id)
            })
            .collect();
        (ancestors, descendants)
    }

    fn is_follower(&self, who: &AccountId, of: &AccountId) -> bool {
        self.follows.contains(&(who.clone(), of.clone()))
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

    fn notify(
        &mut self,
        from: &AccountId,
        who: &AccountId,
        kind: NotificationType,
        status: &Status,
    ) {
        let Some(from) = self.account_with_id(from).filter(|from| from.id != *who) else {
            return;
        };
        let from = from.clone();
        let id = self.next_id();
        let mut notification = Notification::new(id, from);
        notification.group_key = Some(format!("ungrouped-{id}"));
        notification.kind = kind;
        notification.created_at = Some(Utc::now());
        notification.status = Some(Box::new(self.shown(status, Some(who))));
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
        self.send_each(includes, |stream| {
            Sent::Event(stream.clone(), event.clone())
        });
    }

    pub(super) fn send_each(
        &self,
        includes: impl Fn(&AccountId, &Stream) -> bool,
        sent: impl Fn(&Stream) -> Sent,
    ) {
        for connection in self.connections.values() {
            for stream in &connection.streams {
                if includes(&connection.account, stream) {
                    // An error means that it is closed already.
                    let _ = connection.sender.send(sent(stream));
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
        let event = RawEvent::new(name, serde_json::to_string(&shown).ok());
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
        let is_public = status.visibility == Visibility::Public;
        match stream {
            Stream::User => self.fake.is_at_home(who, status),
            Stream::Public | Stream::PublicLocal => is_public,
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
