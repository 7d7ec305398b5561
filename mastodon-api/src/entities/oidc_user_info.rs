//! Who has logged in.

use crate::text::WebUrl;
use crate::wire::entity;

entity! {
    /// Who has logged in, as
    /// [OpenID Connect](https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse) has it.
    /// Mastodon since 4.4.
    OidcUserInfo, "../methods/oauth/#userinfo" () {
        /// The server.
        iss: String,
        /// The person: on Mastodon the ActivityPub id of the account.
        sub: String,
        /// The name to show.
        name: String,
        /// The name without a host.
        preferred_username: String,
        /// The profile page.
        profile: Option<WebUrl>,
        /// The avatar.
        picture: Option<WebUrl>,
    }
}
