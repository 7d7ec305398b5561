//! How a host or a handle is shown to people.

use std::fmt;

use unicode_security::confusable_detection::skeleton;
use unicode_security::{GeneralSecurityProfile, MixedScript};

/// A name as people should see it: international hosts in their own letters, unless these imitate others.
///
/// A host that looks like another one stays in its ASCII form and is marked. What is stored, compared and asked is always the
/// ASCII form.
///
/// ```
/// use webfinger::Handle;
///
/// let honest: Handle = "a@xn--bcher-kva.example".parse()?;
/// assert_eq!(honest.display().to_string(), "@a@bücher.example");
///
/// let mask: Handle = "a@\u{430}\u{440}\u{440}\u{4cf}\u{435}.com".parse()?; // "apple", all in Cyrillic
/// assert_eq!(mask.display().to_string(), "@a@xn--80ak6aa92e.com (look-alike)");
/// assert!(mask.display().is_suspicious());
/// # Ok::<(), webfinger::InvalidHandle>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    text: String,
    is_suspicious: bool,
}

impl Shown {
    /// A host as people should see it.
    #[must_use]
    pub fn host(host: &str) -> Self {
        if !host.split('.').any(|label| label.starts_with("xn--")) {
            return Self {
                text: host.to_owned(),
                is_suspicious: false,
            };
        }
        let letters = url::quirks::domain_to_unicode(host);
        let is_safe = !letters.is_empty() && letters.split('.').all(is_safe);
        Self {
            text: if is_safe { letters } else { host.to_owned() },
            is_suspicious: !is_safe,
        }
    }

    pub(crate) fn handle(user: &str, host: &str, port: Option<u16>) -> Self {
        let shown = Self::host(host);
        Self {
            text: format!("@{user}@{}", crate::resource::authority(&shown.text, port)),
            ..shown
        }
    }

    /// Whether the host's letters imitate those of another host, as far as Unicode knows: scripts are mixed, or all letters of
    /// a label look like Latin ones ([UTS 39](https://www.unicode.org/reports/tr39/)).
    #[must_use]
    pub fn is_suspicious(&self) -> bool {
        self.is_suspicious
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        if self.is_suspicious {
            f.write_str(" (look-alike)")?;
        }
        Ok(())
    }
}

fn is_safe(label: &str) -> bool {
    label.is_ascii() && !label.starts_with("xn--")
        || !label.is_ascii()
            && label
                .chars()
                .all(|c| c == '-' || GeneralSecurityProfile::identifier_allowed(c))
            && label.is_single_script()
            && !skeleton(label).all(|c| c.is_ascii())
}
