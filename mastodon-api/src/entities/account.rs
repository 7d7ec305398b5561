//! Accounts, as others see them and as their owner does.

use chrono::{DateTime, NaiveDate, Utc};

use crate::entities::{CustomEmoji, FeatureApproval, Field, QuotePolicy, Role, Visibility};
use crate::ids::{AccountId, RoleId};
use crate::text::{Html, WebUrl};
use crate::wire::{entity, extended_entity};

entity! {
    /// A person, bot or group.
    Account, "Account/" (
        /// The server's id of the account; another server has another for the same account.
        id: AccountId,
    ) {
        /// The name without a host.
        username: String,
        /// The address: the name alone for accounts of this server, `name@host` for others.
        acct: String,
        /// The profile page.
        url: Option<WebUrl> = null,
        /// The ActivityPub id. Mastodon since 4.2.
        uri: Option<WebUrl>,
        /// The name to show.
        display_name: String,
        /// The profile text.
        note: Html,
        /// The avatar, perhaps animated.
        avatar: Option<WebUrl>,
        /// The avatar, never animated.
        avatar_static: Option<WebUrl>,
        /// What the avatar shows, in words. Mastodon since 4.6.
        avatar_description: String,
        /// The banner, perhaps animated.
        header: Option<WebUrl>,
        /// The banner, never animated.
        header_static: Option<WebUrl>,
        /// What the banner shows, in words. Mastodon since 4.6.
        header_description: String,
        /// Whether follow requests are approved by hand.
        locked: bool,
        /// The table on the profile.
        fields: Vec<Field>,
        /// Custom emoji in the name and the profile.
        emojis: Vec<CustomEmoji>,
        /// Whether the account says that a program acts for it.
        bot: bool,
        /// Whether it is a group.
        group: bool,
        /// Whether it wants to be found in directories and recommendations.
        discoverable: Option<bool> = null,
        /// Whether it agrees that its public posts are found by search. Mastodon since 4.3.
        indexable: Option<bool>,
        /// Whether it asked search engines to stay away.
        noindex: Option<bool>,
        /// The account that it has moved to.
        moved: Option<Box<Account>>,
        /// Whether the person has died.
        memorial: Option<bool>,
        /// Whether it is suspended on this server.
        suspended: Option<bool>,
        /// Whether moderators limited its reach.
        limited: Option<bool>,
        /// When it was made; Mastodon tells the day only.
        created_at: Option<DateTime<Utc>>,
        /// The day of its last post.
        last_status_at: Option<NaiveDate> = null,
        /// How many posts it has.
        statuses_count: u64,
        /// How many accounts follow it, as far as this server knows.
        followers_count: u64,
        /// How many accounts it follows, as far as this server knows.
        following_count: u64,
        /// Whether it hides whom it follows and who follows it.
        hide_collections: Option<bool> = null,
        /// Whether its profile has a tab with media. Mastodon since 4.6.
        show_media: Option<bool>,
        /// Whether that tab has media of replies too. Mastodon since 4.6.
        show_media_replies: Option<bool>,
        /// Whether its profile has a tab with what it features. Mastodon since 4.6.
        show_featured: Option<bool>,
        /// Roles that are shown on the profile.
        roles: Vec<AccountRole>,
        /// Who may put the account into a collection. Mastodon since 4.6.
        feature_approval: Option<FeatureApproval>,
        /// Whether one can subscribe to its posts by e-mail
        /// ([`SubscribeByEmail`](crate::methods::accounts::SubscribeByEmail)). Mastodon since 4.6, and only there.
        email_subscriptions: Option<bool>,
        /// Until when it is muted; only in the list of muted accounts.
        mute_expires_at: Option<DateTime<Utc>>,
    }
}

entity! {
    /// What is needed to show the picture of an account. Mastodon since 4.3.
    PartialAccountWithAvatar, "Account/#PartialAccountWithAvatar" (
        /// Its id.
        id: AccountId,
    ) {
        /// The address: the name alone for accounts of this server, `name@host` for others.
        acct: String,
        /// The profile page.
        url: Option<WebUrl> = null,
        /// The avatar, perhaps animated.
        avatar: Option<WebUrl>,
        /// The avatar, never animated.
        avatar_static: Option<WebUrl>,
        /// What the avatar shows, in words. Mastodon since 4.6.
        avatar_description: String,
        /// Whether follow requests are approved by hand.
        locked: bool,
        /// Whether the account says that a program acts for it.
        bot: bool,
    }
}

entity! {
    /// A role as it is shown on a profile.
    AccountRole, "Account/#AccountRole" (
        /// Its id.
        id: RoleId,
    ) {
        /// Its name.
        name: String,
        /// Its colour as `#rrggbb`, empty for none.
        color: String,
    }
}

extended_entity! {
    /// The account whose token it is.
    CredentialAccount, "Account/#CredentialAccount",
    /// The account as others see it.
    account: Account {
        /// What the owner wrote, before it became HTML, and the defaults for new posts.
        source: Option<Source>,
        /// What the account may do on this server. Mastodon since 4.0.
        role: Option<Role>,
    }
}

entity! {
    /// What the owner of an account wrote, and the defaults for new posts.
    Source, "Account/#source" () {
        /// The profile as plain text.
        note: String,
        /// The table on the profile as plain text.
        fields: Vec<Field>,
        /// The visibility of new posts.
        privacy: Visibility,
        /// Whether media of new posts are marked as sensitive.
        sensitive: bool,
        /// The language of new posts (ISO 639), if one is set.
        language: Option<String>,
        /// How many follow requests wait.
        follow_requests_count: u64,
        /// Websites that may name this account as their author. Mastodon since 4.4.
        attribution_domains: Vec<String>,
        /// Whether the account hides whom it follows and who follows it.
        hide_collections: Option<bool> = null,
        /// Whether it wants to be found in directories and recommendations.
        discoverable: Option<bool> = null,
        /// Whether it agrees that its public posts are found by search.
        indexable: Option<bool>,
        /// Who may quote new posts. Mastodon since 4.5.
        quote_policy: Option<QuotePolicy>,
    }
}
