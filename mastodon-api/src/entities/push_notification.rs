//! What push messages say.

use crate::endpoint::IntoParameter;
use crate::entities::NotificationType;
use crate::ids::NotificationId;
use crate::oauth::AccessToken;
use crate::text::WebUrl;
use crate::wire::entity;

entity! {
    /// What a push message says about a notification: enough to show it, and the id to ask for the rest.
    ///
    /// [`Get`](crate::methods::notifications::Get) with it asks for the whole notification. The documentation does
    /// not have it; it is what Mastodon, GoToSocial, Pleroma and Akkoma send.
    PushNotification (
        /// The id of the notification. Mastodon writes a number here.
        notification_id: NotificationId,
    ) {
        /// What happened.
        notification_type: NotificationType,
        /// What happened, in words and in the user's language: `Ann mentioned you`.
        title: String,
        /// The beginning of what was written, as plain text.
        body: String,
        /// The picture of who did it.
        icon: Option<WebUrl>,
        /// The language of the user: `en`.
        preferred_locale: Option<String>,
        /// The token that the subscription was made with: it says whose notification this is.
        access_token: Option<AccessToken>,
    }
}

impl IntoParameter<NotificationId> for &PushNotification {
    fn into_parameter(self) -> NotificationId {
        self.notification_id.clone()
    }
}
