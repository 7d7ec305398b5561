//! Long texts of Plume: an `Article` with a licence. WriteFreely adds nothing of its own.
//!
//! See <https://docs.joinplu.me/organization/architecture/>.

use crate::extension;

extension! {
    /// What is said of an article. Its subtitle is in `summary`, its Markdown in `source`.
    pub struct Article for Object
    prefixes { plume: "https://joinplu.me/ns#" }
    {
        /// Its licence, by name.
        license: Option<String> = "license",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::Object;

    #[test]
    fn an_article() {
        let article =
            Object::from_slice(br#"{"type":"Article","name":"x","license":"CC-0","canBe":1}"#)
                .unwrap();
        assert_eq!(
            article.extension::<Article>().license.as_deref(),
            Some("CC-0")
        );
    }
}
