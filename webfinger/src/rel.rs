//! Link relations that the fediverse uses in WebFinger and NodeInfo.

/// The actor itself ([ActivityPub and WebFinger](https://swicg.github.io/activitypub-webfinger/)).
pub const SELF: &str = "self";

/// The page about the person, for people to read.
pub const PROFILE_PAGE: &str = "http://webfinger.net/rel/profile-page";

/// The avatar.
pub const AVATAR: &str = "http://webfinger.net/rel/avatar";

/// A template (`{uri}`) of the page on which somebody confirms to follow another account.
pub const SUBSCRIBE: &str = "http://ostatus.org/schema/1.0/subscribe";

/// The feed of what the account posts.
pub const UPDATES: &str = "http://schemas.google.com/g/2010#updates-from";

/// A server's own actor, in WebFinger ([FEP-d556](https://codeberg.org/fediverse/fep/src/branch/main/fep/d556/fep-d556.md)).
pub const SERVER_ACTOR: &str = "https://www.w3.org/ns/activitystreams#Service";

/// A server's own actor, in NodeInfo ([FEP-2677](https://codeberg.org/fediverse/fep/src/branch/main/fep/2677/fep-2677.md)).
pub const APPLICATION_ACTOR: &str = "https://www.w3.org/ns/activitystreams#Application";

/// The property of a link that says what type the actor has.
pub const ACTOR_TYPE: &str = "https://www.w3.org/ns/activitystreams#type";

/// The WebFinger template in a host-meta document ([RFC 6415, section 3.1.1](https://www.rfc-editor.org/rfc/rfc6415#section-3.1.1)).
pub const LRDD: &str = "lrdd";

/// A NodeInfo 1.0 document ([schema](https://nodeinfo.diaspora.software/ns/schema/1.0)).
pub const NODEINFO_1_0: &str = "http://nodeinfo.diaspora.software/ns/schema/1.0";

/// A NodeInfo 1.1 document ([schema](https://nodeinfo.diaspora.software/ns/schema/1.1)).
pub const NODEINFO_1_1: &str = "http://nodeinfo.diaspora.software/ns/schema/1.1";

/// A NodeInfo 2.0 document ([schema](https://nodeinfo.diaspora.software/ns/schema/2.0)).
pub const NODEINFO_2_0: &str = "http://nodeinfo.diaspora.software/ns/schema/2.0";

/// A NodeInfo 2.1 document ([schema](https://nodeinfo.diaspora.software/ns/schema/2.1)).
pub const NODEINFO_2_1: &str = "http://nodeinfo.diaspora.software/ns/schema/2.1";

/// A NodeInfo 2.2 document ([schema](https://nodeinfo.diaspora.software/ns/schema/2.2)).
pub const NODEINFO_2_2: &str = "http://nodeinfo.diaspora.software/ns/schema/2.2";
