//! Activity intents: where somebody confirms to follow, like or boost what another page shows
//! ([FEP-3b86](https://codeberg.org/fediverse/fep/src/branch/main/fep/3b86/fep-3b86.md)).

use url::Url;

use crate::descriptor::{Descriptor, Link};
use crate::template::{self, InvalidTemplate};

/// What the relation of an intent begins with; the activity's type comes behind it.
pub const PREFIX: &str = "https://w3id.org/fep/3b86/";

/// A link whose template leads to the page of one activity.
///
/// ```
/// use webfinger::{Descriptor, Link};
///
/// let descriptor = Descriptor::new("acct:a@example.com")
///     .link(Link::to_intent("Follow", "https://example.com/follow?uri={object}&then={on-success}"));
/// let follow = descriptor.intent("Follow").unwrap();
/// let url = follow.url(&[("object", "https://other.example/users/b")])?;
/// assert_eq!(url.as_str(), "https://example.com/follow?uri=https%3A%2F%2Fother.example%2Fusers%2Fb&then=");
/// # Ok::<(), webfinger::template::InvalidTemplate>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Intent<'a> {
    activity: &'a str,
    template: &'a str,
}

impl<'a> Intent<'a> {
    /// The intent that a link is, if it is one.
    #[must_use]
    pub fn of(link: &'a Link) -> Option<Self> {
        let activity = link.rel.strip_prefix(PREFIX)?;
        let template = link.template.as_deref()?;
        (!activity.is_empty()).then_some(Self { activity, template })
    }

    /// The type of the activity: `Follow`, `Like`, `Announce`, `Create` or another one; `Object` only shows the object.
    #[must_use]
    pub fn activity(&self) -> &'a str {
        self.activity
    }

    /// Whether the page takes this parameter: `object`, `content`, `inReplyTo`, `on-success`, …
    #[must_use]
    pub fn takes(&self, parameter: &str) -> bool {
        self.template
            .split('{')
            .skip(1)
            .any(|rest| rest.split('}').next() == Some(parameter))
    }

    /// The page's address with these parameters; those it does not take are left out, and those that are missing are empty.
    ///
    /// `on-success` and `on-cancel` are `(close)` or an address that the page may lead back to.
    ///
    /// # Errors
    ///
    /// The template makes no `https` URL.
    pub fn url(&self, parameters: &[(&str, &str)]) -> Result<Url, InvalidTemplate> {
        let value = |name: &str| {
            parameters
                .iter()
                .find(|(parameter, _)| *parameter == name)
                .map(|(_, value)| *value)
        };
        template::fill(self.template, value, |_| false)
    }
}

impl Descriptor {
    /// The activity intents, in order.
    pub fn intents(&self) -> impl Iterator<Item = Intent<'_>> {
        self.links.iter().filter_map(Intent::of)
    }

    /// The intent for this type of activity.
    #[must_use]
    pub fn intent(&self, activity: &str) -> Option<Intent<'_>> {
        self.intents().find(|intent| intent.activity == activity)
    }
}

impl Link {
    /// A link to the page where somebody confirms an activity of this type. The template has gaps such as `{object}`.
    #[must_use]
    pub fn to_intent(activity: &str, template: impl Into<String>) -> Self {
        Self::new(format!("{PREFIX}{activity}")).template(template)
    }
}
