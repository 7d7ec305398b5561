//! What people do most, one line each; [`methods`](crate::methods) has everything.

use super::{Client, Items};
use crate::endpoint::IntoParameter;
use crate::entities::{Account, CredentialAccount, Notification, Relationship, SearchType, Status};
use crate::error::Error;
use crate::ids::{AccountId, StatusId};
use crate::methods::{accounts, notifications, search, statuses, timelines};

/// What people do most. Everything else is a call of [`methods`](crate::methods) for [`Client::send`]; lists are
/// walked from the newest element on, as [`Client::items`] says.
impl Client {
    /// The account whose token it is.
    ///
    /// # Errors
    ///
    /// By whose fault: see [`Error`].
    pub async fn me(&self) -> Result<CredentialAccount, Error> {
        self.send(accounts::VerifyCredentials::new()).await
    }

    /// The account with an address: `name@host`, `@name@host`, or `name` on this server.
    ///
    /// An account of another server that this one does not know yet is asked for there, if there is a user's token.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`] when there is no such account; and see [`Error`].
    pub async fn account(&self, address: &str) -> Result<Account, Error> {
        let address = address.trim();
        let address = address.strip_prefix('@').unwrap_or(address);
        let unknown = match self.send(accounts::Lookup::new(address)).await {
            Err(error) if error.is_not_found() && self.token().is_some() => error,
            found => return found,
        };
        let call = accounts::Search::new(address).resolve(true).limit(5);
        let found = self.send(call).await?;
        let wanted = address.to_lowercase();
        found
            .into_iter()
            .find(|account| account.acct.to_lowercase() == wanted)
            .ok_or(unknown)
    }

    /// The status at a URL, also one of another server: this one is asked to fetch it, for which it wants a user's
    /// token. `None` if there is none.
    ///
    /// # Errors
    ///
    /// By whose fault: see [`Error`].
    pub async fn status_at(&self, url: &str) -> Result<Option<Status>, Error> {
        let call = search::V2::new(url)
            .kind(SearchType::Statuses)
            .resolve(true)
            .limit(1);
        Ok(self.send(call).await?.statuses.into_iter().next())
    }

    /// The home timeline.
    pub fn home(&self) -> Items<Status> {
        self.items(timelines::Home::new())
    }

    /// All public posts that the server knows.
    pub fn public_timeline(&self) -> Items<Status> {
        self.items(timelines::Public::new())
    }

    /// The public posts of this server.
    pub fn local_timeline(&self) -> Items<Status> {
        self.items(timelines::Public::new().local(true))
    }

    /// Public posts with a hashtag, with or without `#`.
    pub fn hashtag(&self, name: &str) -> Items<Status> {
        let name = name.trim();
        self.items(timelines::Tag::new(name.strip_prefix('#').unwrap_or(name)))
    }

    /// What an account has posted.
    pub fn statuses_of(&self, account: impl IntoParameter<AccountId>) -> Items<Status> {
        self.items(accounts::Statuses::new(account))
    }

    /// What concerns the account.
    pub fn notifications(&self) -> Items<Notification> {
        self.items(notifications::List::new())
    }

    /// How the account stands to another one. `None` if the server does not say.
    ///
    /// # Errors
    ///
    /// By whose fault: see [`Error`].
    pub async fn relationship(
        &self,
        account: impl IntoParameter<AccountId>,
    ) -> Result<Option<Relationship>, Error> {
        let found = self.send(accounts::Relationships::new([account])).await?;
        Ok(found.into_iter().next())
    }

    /// Follows an account.
    ///
    /// # Errors
    ///
    /// By whose fault: see [`Error`].
    pub async fn follow(
        &self,
        account: impl IntoParameter<AccountId>,
    ) -> Result<Relationship, Error> {
        self.send(accounts::Follow::new(account)).await
    }

    /// No longer follows an account.
    ///
    /// # Errors
    ///
    /// By whose fault: see [`Error`].
    pub async fn unfollow(
        &self,
        account: impl IntoParameter<AccountId>,
    ) -> Result<Relationship, Error> {
        self.send(accounts::Unfollow::new(account)).await
    }

    /// Favourites a status.
    ///
    /// # Errors
    ///
    /// By whose fault: see [`Error`].
    pub async fn favourite(&self, status: impl IntoParameter<StatusId>) -> Result<Status, Error> {
        self.send(statuses::Favourite::new(status)).await
    }

    /// Reblogs a status. The answer is the reblog, which has the status inside.
    ///
    /// # Errors
    ///
    /// By whose fault: see [`Error`].
    pub async fn reblog(&self, status: impl IntoParameter<StatusId>) -> Result<Status, Error> {
        self.send(statuses::Reblog::new(status)).await
    }

    /// Bookmarks a status.
    ///
    /// # Errors
    ///
    /// By whose fault: see [`Error`].
    pub async fn bookmark(&self, status: impl IntoParameter<StatusId>) -> Result<Status, Error> {
        self.send(statuses::Bookmark::new(status)).await
    }
}
