//! What the application tells the federation, and is told by it.

use crate::{Federation, VerifiedActivity};
use activitypub::{Activity, Actor, Any, Endpoint, Id};
use http_sig::SigningKey;
use std::error::Error;
use url::Url;

/// The application's half: its users, what it has stored, and what it does with an activity that arrived.
///
/// Write each method as an `async fn`. An error of the application's own becomes a 500 towards the sender, which will
/// try again later; its text is logged and never sent.
pub trait Application: Sized + Send + Sync + 'static {
    /// What goes wrong in the application, for instance in its database.
    type Error: Into<Box<dyn Error + Send + Sync>> + Send;

    /// The local user of this name (without `@` and host; compare without regard to case), or `None`.
    ///
    /// `preferred_username` of the actor is the name as ids spell it. A user who leaves should be found until the `Delete` has been
    /// delivered, because it is signed with their key.
    fn actor(
        &self,
        name: &str,
    ) -> impl Future<Output = Result<Option<LocalActor>, Self::Error>> + Send;

    /// The name of the local actor with this id, or `None` when it is not an id of ours.
    ///
    /// The default reads the ids that [`Federation::actor_id`] gives.
    fn name_of(&self, federation: &Federation<Self>, id: &Id) -> Option<String> {
        federation.name_in(id).map(str::to_owned)
    }

    /// What is stored under this id: an object of a local or remote author, or an activity that waits for an answer
    /// (a `Follow`), or a remote actor of whom anything is kept. `None` when nothing is.
    ///
    /// The inbox asks this before it lets anyone overwrite, update, delete, undo or accept something, so that a stranger who
    /// merely knows an id gains nothing by it.
    fn stored(&self, id: &Id) -> impl Future<Output = Result<Option<Stored>, Self::Error>> + Send;

    /// The inboxes of everybody on other servers who follows the local user `name`.
    fn followers(
        &self,
        name: &str,
    ) -> impl Future<Output = Result<Vec<Inboxes>, Self::Error>> + Send;

    /// The document to serve at `id`, or `None`. Return only what everybody may read; a `Tombstone` is served as 410 Gone.
    fn object(&self, id: &Id) -> impl Future<Output = Result<Option<Any>, Self::Error>> + Send;

    /// A part of a collection of the local user `name`; `cursor` is `None` for the first page, and otherwise what
    /// [`CollectionPart::next`] was before. `None` when the user does not show this collection.
    fn collection(
        &self,
        name: &str,
        collection: CollectionName,
        cursor: Option<&str>,
    ) -> impl Future<Output = Result<Option<CollectionPart>, Self::Error>> + Send;

    /// How much the server is used, for NodeInfo.
    fn usage(&self) -> impl Future<Output = Result<Usage, Self::Error>> + Send;

    /// Does what an activity from another server asks for. It is called after every check has passed, and once for an activity
    /// that it has processed; after a restart, and in the rare case that it failed half way, the same one may come again.
    ///
    /// It need not answer quickly only for the sender's sake, but senders give up after some ten seconds: put slow work elsewhere.
    fn receive(
        &self,
        federation: &Federation<Self>,
        activity: VerifiedActivity,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// A local user: the public document and the key that speaks for it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LocalActor {
    /// What others see. `publicKey` and `endpoints.sharedInbox` are filled in when it is served.
    pub actor: Actor,
    /// Signs what this user sends.
    pub key: SigningKey,
}

impl LocalActor {
    /// A local user.
    #[must_use]
    pub fn new(actor: Actor, key: SigningKey) -> Self {
        Self { actor, key }
    }
}

/// What the application has stored under an id.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Stored {
    /// Whose it is: `attributedTo` of an object, `actor` of an activity. A tombstone keeps its owner, so that what was
    /// deleted is not created again by somebody else.
    pub owner: Id,
    /// Of an activity that waits for an answer, such as a `Follow`: who may answer it.
    pub addressee: Option<Id>,
    /// Whether it was deleted.
    pub deleted: bool,
}

impl Stored {
    /// An object or activity that belongs to `owner`.
    #[must_use]
    pub fn owned_by(owner: impl Into<Id>) -> Self {
        Self {
            owner: owner.into(),
            addressee: None,
            deleted: false,
        }
    }

    /// Who may answer it with `Accept` or `Reject`.
    #[must_use]
    pub fn addressed_to(mut self, addressee: impl Into<Id>) -> Self {
        self.addressee = Some(addressee.into());
        self
    }

    /// It was deleted and must not come back.
    #[must_use]
    pub fn deleted(mut self) -> Self {
        self.deleted = true;
        self
    }
}

/// Where an actor receives.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Inboxes {
    /// The actor's own inbox.
    pub inbox: Url,
    /// One inbox for all actors of the same server, if it has one.
    pub shared: Option<Url>,
}

impl Inboxes {
    /// Where `actor` receives, or `None` when it has no usable inbox on its own origin.
    ///
    /// A shared inbox on another origin than the actor's is left out: it would let one server direct our deliveries at
    /// another.
    #[must_use]
    pub fn of(actor: &Actor) -> Option<Self> {
        let inbox = actor.endpoint(Endpoint::Inbox).ok()?;
        let shared = actor.endpoint(Endpoint::SharedInbox).ok();
        Some(Self { inbox, shared })
    }

    /// The inbox that receives for an actor, as the application stored it.
    #[must_use]
    pub fn new(inbox: Url, shared: Option<Url>) -> Self {
        Self { inbox, shared }
    }
}

/// How much a server is used.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Usage {
    /// Local users.
    pub users: u64,
    /// Posts by local users.
    pub local_posts: u64,
    /// Whether anybody may sign up.
    pub open_registrations: bool,
}

impl Usage {
    /// So many users have written so many posts.
    #[must_use]
    pub fn new(users: u64, local_posts: u64) -> Self {
        Self {
            users,
            local_posts,
            open_registrations: false,
        }
    }
}

/// The collections that every actor has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum CollectionName {
    /// What the actor published.
    Outbox,
    /// Who follows the actor.
    Followers,
    /// Whom the actor follows.
    Following,
}

impl CollectionName {
    /// The last part of the collection's path.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Outbox => "outbox",
            Self::Followers => "followers",
            Self::Following => "following",
        }
    }
}

/// One page of a collection, newest first.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CollectionPart {
    /// How many items the whole collection has.
    pub total: u64,
    /// The items of this page.
    pub items: Vec<CollectionItem>,
    /// What to hand in as `cursor` for the next page; `None` on the last one.
    pub next: Option<String>,
}

impl CollectionPart {
    /// A page with its items and the size of the whole collection.
    #[must_use]
    pub fn new(total: u64, items: Vec<CollectionItem>) -> Self {
        Self {
            total,
            items,
            next: None,
        }
    }

    /// There is a further page, which this cursor names.
    #[must_use]
    pub fn next(mut self, cursor: impl Into<String>) -> Self {
        self.next = Some(cursor.into());
        self
    }
}

/// One item of a collection.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum CollectionItem {
    /// By its id, as in `followers`.
    Id(Id),
    /// Whole, as in an outbox.
    Activity(Box<Activity>),
}
