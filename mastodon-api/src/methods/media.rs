//! Images, videos and sounds to attach to statuses.

use crate::endpoint::{Empty, Upload, endpoints};
use crate::entities::MediaAttachment;
use crate::ids::MediaAttachmentId;

endpoints! {
    /// Upload a file. A large one is still being worked on when the answer comes: then it has no `url` yet, and
    /// [`Get`] says when it has.
    POST multipart "/api/v2/media", "media/#v2", user "write:media", since "3.1.3"
    V2[file: Upload as file "file"] => MediaAttachment {
        /// A picture to show for a sound or video.
        thumbnail: Upload as file "thumbnail",
        /// What it shows, in words.
        description: String,
        /// The point that must stay visible when it is cut: `x,y`, each from -1.0 to 1.0.
        focus: String,
    }

    /// Upload a file, and wait until the server has worked on all of it.
    #[deprecated = "use `V2`, and this where the answer to it is 404"]
    POST multipart "/api/v1/media", "media/#v1", user "write:media", since "0.0.0"
    V1[file: Upload as file "file"] => MediaAttachment {
        /// A picture to show for a sound or video.
        thumbnail: Upload as file "thumbnail",
        /// What it shows, in words.
        description: String,
        /// The point that must stay visible when it is cut: `x,y`, each from -1.0 to 1.0.
        focus: String,
    }

    /// A media attachment that is not yet part of a status. Without a `url`, it is still being worked on.
    GET "/api/v1/media/{id}", "media/#get", user "write:media", since "3.1.3"
    Get(id: MediaAttachmentId) => MediaAttachment

    /// Change a media attachment that is not yet part of a status.
    PUT multipart "/api/v1/media/{id}", "media/#update", user "write:media", since "0.0.0"
    Update(id: MediaAttachmentId) => MediaAttachment {
        /// A picture to show for a sound or video.
        thumbnail: Upload as file "thumbnail",
        /// What it shows, in words.
        description: String,
        /// The point that must stay visible when it is cut: `x,y`, each from -1.0 to 1.0.
        focus: String,
    }

    /// Delete a media attachment that is not part of a status.
    DELETE "/api/v1/media/{id}", "media/#delete", user "write:media", since "4.4.0"
    Delete(id: MediaAttachmentId) => Empty
}
