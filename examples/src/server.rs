//! A small federated server: some users, their posts, followers and timelines in one SQLite file.
//!
//! This is the part that an application writes itself. Signatures, fetching, delivery and the question of who may do what are the
//! library's; here things are only stored and shown. The methods of [`Server`] are what its users do, the implementation of
//! [`Application`] is what other servers ask of it and tell it.

use activitypub::addressing::Visibility;
use activitypub::compose::Draft;
use activitypub::{Activity, ActivityKind, Actor, Any, Id, Object};
use chrono::Utc;
use federation::{
    Application, CollectionItem, CollectionName, CollectionPart, Federation, Inboxes, LocalActor,
    Sent, Stored, Usage, VerifiedActivity,
};
use http_sig::SigningKey;
use rusqlite::{Connection, OptionalExtension as _, params};
use std::error::Error;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use webfinger::Handle;

/// What goes wrong in an example is shown to a person, whatever it is.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// The server's own state: its origin and one SQLite file.
#[derive(Debug)]
pub struct Server {
    origin: String,
    database: Mutex<Connection>,
    /// Changes whenever something arrives, for those who wait for it.
    arrivals: watch::Sender<()>,
}

/// A post on somebody's timeline.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TimelinePost {
    /// Its id.
    pub id: Id,
    /// The id of who wrote it.
    pub author: Id,
    /// The post as it came.
    pub note: Object,
}

/// What the users of the server do.
impl Server {
    /// Opens the file, or makes it. `origin` is what all ids begin with, such as `https://example.org`.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened or written.
    pub fn open(origin: &str, path: &Path) -> Result<Self, BoxError> {
        let database = Connection::open(path)?;
        database.execute_batch(SCHEMA)?;
        Ok(Self {
            origin: origin.to_owned(),
            database: Mutex::new(database),
            arrivals: watch::Sender::new(()),
        })
    }

    /// Adds a user with a new key, which stays the user's for good: other servers remember it.
    ///
    /// # Errors
    ///
    /// When the name is taken.
    pub fn add_user(&self, name: &str) -> Result<(), BoxError> {
        let key = SigningKey::generate_rsa()?.to_pem()?;
        self.database().execute(
            "insert into user (name, private_key) values (?1, ?2)",
            [name, &key],
        )?;
        Ok(())
    }

    /// `user` asks to follow whom this handle names.
    ///
    /// # Errors
    ///
    /// When there is nobody of that name.
    pub async fn follow(
        federation: &Federation<Self>,
        user: &str,
        handle: &Handle,
    ) -> Result<Id, BoxError> {
        let target = federation.lookup(handle).await?;
        let target = target.id.clone().ok_or("the actor has no id")?;
        let this = federation.application();
        let id = federation.id(&["users", user, "follows", &unique()]);
        // Stored before it is sent, since the answer may be quicker than we are.
        this.database().execute(
            "insert into follow (id, user, target) values (?1, ?2, ?3)",
            [id.as_str(), user, target.as_str()],
        )?;
        let follow =
            Activity::follow(id, federation.actor_id(user), target.clone()).to([target.clone()]);
        federation.send(user, &follow).await?;
        Ok(target)
    }

    /// Whether the follow that `user` asked of `target` was accepted; `None` if it was never asked.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn follows(&self, user: &str, target: &Id) -> Result<Option<bool>, BoxError> {
        let database = self.database();
        let mut select =
            database.prepare("select accepted from follow where user = ?1 and target = ?2")?;
        Ok(select
            .query_row([user, target.as_str()], |row| row.get(0))
            .optional()?)
    }

    /// Publishes what `user` wrote.
    ///
    /// # Errors
    ///
    /// When it cannot be stored or queued.
    pub async fn publish(
        federation: &Federation<Self>,
        user: &str,
        draft: Draft,
    ) -> Result<(Id, Sent), BoxError> {
        let this = federation.application();
        let local = this
            .local_actor(user)?
            .ok_or("there is no such user here")?;
        let author = federation.actor_document(user, local);
        let id = federation.id(&["users", user, "posts", &unique()]);
        let note = draft.published(Utc::now()).into_post(id.clone(), &author);
        let author = federation.actor_id(user);
        this.store_post(&id, &author, &note, &[user.to_owned()])?;
        let create = Activity::create(format!("{id}/create").as_str(), author, note);
        let sent = federation.send(user, &create).await?;
        Ok((id, sent))
    }

    /// Deletes a post of `user`'s, here and wherever it went.
    ///
    /// # Errors
    ///
    /// When there is no such post.
    pub async fn delete(
        federation: &Federation<Self>,
        user: &str,
        post: &Id,
    ) -> Result<Sent, BoxError> {
        let this = federation.application();
        let note = this.post(post)?.ok_or("there is no such post")?;
        this.delete_post(post)?;
        // Everybody who has the post must hear of it: the same audience.
        let delete = Activity::delete(
            format!("{post}/delete").as_str(),
            federation.actor_id(user),
            post.clone(),
        );
        let delete = delete.to(note.to.ids().cloned()).cc(note.cc.ids().cloned());
        Ok(federation.send(user, &delete).await?)
    }

    /// What `user` sees, newest first.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn timeline(&self, user: &str) -> Result<Vec<TimelinePost>, BoxError> {
        let database = self.database();
        let mut select = database.prepare(
            "select id, author, document from post join timeline on timeline.post = post.id
             where timeline.user = ?1 and document is not null order by stored desc",
        )?;
        let rows = select.query_map([user], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        rows.map(|row| {
            let (id, author, document): (String, String, Vec<u8>) = row?;
            let note = Object::from_slice(&document)?;
            Ok(TimelinePost {
                id: id.into(),
                author: author.into(),
                note,
            })
        })
        .collect()
    }

    /// Waits until `look` finds in what has arrived what it looks for.
    ///
    /// # Errors
    ///
    /// After ten seconds, or when `look` fails.
    pub async fn wait_for<T>(
        &self,
        what: &str,
        look: impl Fn(&Self) -> Result<Option<T>, BoxError>,
    ) -> Result<T, BoxError> {
        let mut arrivals = self.arrivals.subscribe();
        let found = tokio::time::timeout(Duration::from_secs(10), async {
            loop {
                if let Some(found) = look(self)? {
                    return Ok::<T, BoxError>(found);
                }
                arrivals.changed().await?;
            }
        });
        found
            .await
            .map_err(|_| format!("{what} did not arrive within ten seconds"))?
    }
}

/// What other servers ask of this one and tell it.
impl Application for Server {
    type Error = BoxError;

    async fn actor(&self, name: &str) -> Result<Option<LocalActor>, BoxError> {
        self.local_actor(name)
    }

    async fn stored(&self, id: &Id) -> Result<Option<Stored>, BoxError> {
        let database = self.database();
        let post = database
            .prepare_cached("select author, document is null from post where id = ?1")?
            .query_row([id.as_str()], |row| {
                Ok((row.get::<_, String>(0)?, row.get(1)?))
            })
            .optional()?;
        if let Some((author, deleted)) = post {
            let stored = Stored::owned_by(author);
            return Ok(Some(if deleted { stored.deleted() } else { stored }));
        }
        // A follow that we asked for: only its target may accept or reject it.
        let follow = database
            .prepare_cached("select user, target from follow where id = ?1")?
            .query_row([id.as_str()], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            })
            .optional()?;
        if let Some((user, target)) = follow {
            return Ok(Some(
                Stored::owned_by(self.actor_id(&user)).addressed_to(target),
            ));
        }
        // A follow that somebody asked of us, or that somebody themself.
        let follower = database
            .prepare_cached("select actor from follower where follow = ?1 or actor = ?1 limit 1")?
            .query_row([id.as_str()], |row| row.get::<_, String>(0))
            .optional()?;
        Ok(follower.map(Stored::owned_by))
    }

    async fn followers(&self, name: &str) -> Result<Vec<Inboxes>, BoxError> {
        let database = self.database();
        let mut select =
            database.prepare_cached("select inbox, shared_inbox from follower where user = ?1")?;
        let rows = select.query_map([name], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?))
        })?;
        rows.map(|row| {
            let (inbox, shared) = row?;
            Ok(Inboxes::new(
                inbox.parse()?,
                shared.map(|url| url.parse()).transpose()?,
            ))
        })
        .collect()
    }

    async fn object(&self, id: &Id) -> Result<Option<Any>, BoxError> {
        // What is not for everybody is not given to whoever knows the id; nor is it told that it is there, or was.
        let document = self
            .database()
            .prepare_cached("select document from post where id = ?1 and is_public")?
            .query_row([id.as_str()], |row| row.get::<_, Option<Vec<u8>>>(0))
            .optional()?;
        Ok(match document {
            None => None,
            Some(None) => Some(Object::tombstone(id.clone()).into()),
            Some(Some(document)) => Some(Object::from_slice(&document)?.into()),
        })
    }

    async fn collection(
        &self,
        name: &str,
        collection: CollectionName,
        cursor: Option<&str>,
    ) -> Result<Option<CollectionPart>, BoxError> {
        let Some(local) = self.local_actor(name)? else {
            return Ok(None);
        };
        // As the name is spelt here, whatever was asked for.
        let name = local.actor.preferred_username.unwrap_or_default();
        let (list, owner) = match collection {
            CollectionName::Outbox => (
                "select rowid, id from post where author = ?1 and is_public and document is not null",
                self.actor_id(&name).to_string(),
            ),
            CollectionName::Followers => {
                ("select rowid, actor from follower where user = ?1", name)
            }
            CollectionName::Following => (
                "select rowid, target from follow where user = ?1 and accepted",
                name,
            ),
            _ => return Ok(None),
        };
        let database = self.database();
        let total: i64 =
            database.query_row(&format!("select count(*) from ({list})"), [&owner], |row| {
                row.get(0)
            })?;
        let before = cursor.map_or(Ok(i64::MAX), str::parse)?;
        let mut select = database.prepare(&format!(
            "{list} and rowid < ?2 order by rowid desc limit 20"
        ))?;
        let rows =
            select.query_map(params![owner, before], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let rows: Vec<(i64, String)> = rows.collect::<Result<_, _>>()?;
        let items = rows
            .iter()
            .map(|(_, id)| CollectionItem::Id(id.as_str().into()))
            .collect();
        let part = CollectionPart::new(total.unsigned_abs(), items);
        Ok(Some(match rows.last() {
            Some((last, _)) if rows.len() == 20 => part.next(last.to_string()),
            _ => part,
        }))
    }

    async fn usage(&self) -> Result<Usage, BoxError> {
        let database = self.database();
        let users =
            database.query_row("select count(*) from user", [], |row| row.get::<_, i64>(0))?;
        let posts = "select count(*) from post where document is not null and author in (select ?1 || '/users/' || name from user)";
        let posts = database.query_row(posts, [&self.origin], |row| row.get::<_, i64>(0))?;
        Ok(Usage::new(users.unsigned_abs(), posts.unsigned_abs()))
    }

    async fn receive(
        &self,
        federation: &Federation<Self>,
        received: VerifiedActivity,
    ) -> Result<(), BoxError> {
        // Who says it and whether they may has been checked. What it means here is for us to decide.
        match (received.activity().kind(), received.object_id()) {
            (ActivityKind::Follow, Some(target)) => {
                let Some(user) = federation.name_in(target) else {
                    return Ok(());
                };
                self.add_follower(user, &received)?;
                // This server lets everybody follow. One that asks its users first answers later.
                let id = federation.id(&["users", user, "accepts", &unique()]);
                let accept = Activity::accept(id, target.clone(), received.activity().clone());
                federation
                    .send(user, &accept.to([received.actor_id().clone()]))
                    .await?;
            }
            (ActivityKind::Accept, Some(follow)) => {
                self.database().execute(
                    "update follow set accepted = true where id = ?1",
                    [follow.as_str()],
                )?;
            }
            (ActivityKind::Reject, Some(follow)) => {
                self.database()
                    .execute("delete from follow where id = ?1", [follow.as_str()])?;
            }
            (ActivityKind::Create | ActivityKind::Update, Some(id)) => {
                // Only what its author embedded: anything else would have to be fetched from where it belongs.
                if let Some(Any::Object(note)) = received.own_object() {
                    let readers = self.readers(federation, received.actor_id(), note)?;
                    self.store_post(id, received.actor_id(), note, &readers)?;
                }
            }
            (ActivityKind::Delete, Some(id)) if id == received.actor_id() => self.forget(id)?,
            (ActivityKind::Delete, Some(id)) => self.delete_post(id)?,
            (ActivityKind::Undo, Some(undone)) => {
                self.database()
                    .execute("delete from follower where follow = ?1", [undone.as_str()])?;
            }
            // Likes, boosts, reports and whatever comes next are for a larger example.
            _ => {}
        }
        self.arrivals.send_replace(());
        Ok(())
    }
}

/// The database.
impl Server {
    fn database(&self) -> MutexGuard<'_, Connection> {
        self.database.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn actor_id(&self, name: &str) -> Id {
        Id::from(format!("{}/users/{name}", self.origin))
    }

    fn local_actor(&self, name: &str) -> Result<Option<LocalActor>, BoxError> {
        let user = self
            .database()
            .prepare_cached("select name, private_key from user where name = ?1 collate nocase")?
            .query_row([name], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            })
            .optional()?;
        let Some((name, key)) = user else {
            return Ok(None);
        };
        let id = self.actor_id(&name);
        let mut actor = Actor::person(id.clone(), name.clone(), format!("{id}/inbox"));
        actor.name = Some(name);
        Ok(Some(LocalActor::new(actor, SigningKey::from_pem(&key)?)))
    }

    fn add_follower(&self, user: &str, follow: &VerifiedActivity) -> Result<(), BoxError> {
        let inboxes = Inboxes::of(follow.actor()).ok_or("the follower has no inbox")?;
        let id = follow.activity().id.as_ref().map(Id::as_str);
        self.database().execute(
            "insert or replace into follower (user, actor, follow, inbox, shared_inbox) values (?1, ?2, ?3, ?4, ?5)",
            params![user, follow.actor_id().as_str(), id, inboxes.inbox.as_str(), inboxes.shared.as_ref().map(|url| url.as_str())],
        )?;
        Ok(())
    }

    /// On whose timelines a post from elsewhere appears: those who follow its author, and those whom it addresses.
    fn readers(
        &self,
        federation: &Federation<Self>,
        author: &Id,
        note: &Object,
    ) -> Result<Vec<String>, BoxError> {
        let database = self.database();
        let mut select =
            database.prepare_cached("select user from follow where target = ?1 and accepted")?;
        let mut readers: Vec<String> = select
            .query_map([author.as_str()], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        readers.extend(
            note.recipients()
                .into_iter()
                .filter_map(|id| federation.name_in(id))
                .map(str::to_owned),
        );
        Ok(readers)
    }

    fn store_post(
        &self,
        id: &Id,
        author: &Id,
        note: &Object,
        readers: &[String],
    ) -> Result<(), BoxError> {
        let mut database = self.database();
        let transaction = database.transaction()?;
        transaction.execute(
            "insert into post (id, author, is_public, document, stored) values (?1, ?2, ?3, ?4, ?5)
             on conflict (id) do update set is_public = excluded.is_public, document = excluded.document",
            params![
                id.as_str(),
                author.as_str(),
                matches!(note.visibility(), Visibility::Public | Visibility::Unlisted),
                note.to_vec(),
                Utc::now().timestamp_micros()
            ],
        )?;
        for reader in readers {
            transaction.execute(
                "insert or ignore into timeline (user, post) select name, ?2 from user where name = ?1",
                [reader, id.as_str()],
            )?;
        }
        transaction.commit()?;
        Ok(())
    }

    fn post(&self, id: &Id) -> Result<Option<Object>, BoxError> {
        let document = self
            .database()
            .prepare_cached("select document from post where id = ?1 and document is not null")?
            .query_row([id.as_str()], |row| row.get::<_, Vec<u8>>(0))
            .optional()?;
        Ok(document
            .map(|bytes| Object::from_slice(&bytes))
            .transpose()?)
    }

    fn delete_post(&self, id: &Id) -> Result<(), BoxError> {
        // The row stays, so that a late copy does not bring the post back.
        self.database().execute(
            "update post set document = null where id = ?1",
            [id.as_str()],
        )?;
        Ok(())
    }

    fn forget(&self, actor: &Id) -> Result<(), BoxError> {
        let database = self.database();
        database.execute("delete from follower where actor = ?1", [actor.as_str()])?;
        database.execute("delete from follow where target = ?1", [actor.as_str()])?;
        database.execute(
            "update post set document = null where author = ?1",
            [actor.as_str()],
        )?;
        Ok(())
    }
}

/// A name that nothing else has: the time, and a random number for two in the same microsecond.
fn unique() -> String {
    format!(
        "{:x}-{:08x}",
        Utc::now().timestamp_micros(),
        fastrand::u32(..)
    )
}

const SCHEMA: &str = "
create table if not exists user (name text primary key collate nocase, private_key text not null) strict;
create table if not exists post (
    id text primary key,
    author text not null,
    is_public integer not null,
    document blob, -- null once it was deleted
    stored integer not null
) strict;
create table if not exists timeline (user text not null, post text not null, primary key (user, post)) strict;
create table if not exists follow (
    id text primary key,
    user text not null,
    target text not null,
    accepted integer not null default false,
    unique (user, target)
) strict;
create table if not exists follower (
    user text not null,
    actor text not null,
    follow text, -- the id of the activity that asked for it
    inbox text not null,
    shared_inbox text,
    primary key (user, actor)
) strict;
";
