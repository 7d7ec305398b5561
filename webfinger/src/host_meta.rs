//! What a host says about itself: host-meta ([RFC 6415](https://www.rfc-editor.org/rfc/rfc6415)), which tells where its WebFinger is
//! if that is not at the usual place.
//!
//! The document is a [`Descriptor`]: [`PATH`] has it as XRD, [`JSON_PATH`] as JSON.

use url::{Position, Url};

use crate::descriptor::Descriptor;
use crate::rel;
use crate::resource::Resource;
use crate::template::{self, InvalidTemplate};

/// The path of the document in XRD ([section 2](https://www.rfc-editor.org/rfc/rfc6415#section-2)).
pub const PATH: &str = "/.well-known/host-meta";

/// The path of the document in JSON ([section 3](https://www.rfc-editor.org/rfc/rfc6415#section-3)).
pub const JSON_PATH: &str = "/.well-known/host-meta.json";

/// Where to ask about a resource, as the host-meta document says: its `lrdd` template, filled.
///
/// A template for `application/jrd+json` goes before one for JSON, that before XRD, that before one without a type; one that
/// cannot be used is passed over.
///
/// ```
/// use webfinger::{Descriptor, Resource, host_meta};
///
/// let document = br#"{"links": [{"rel": "lrdd", "template": "https://social.example.com/find?r={uri}"}]}"#;
/// let url = host_meta::webfinger_url(&Descriptor::read(document)?, &Resource::parse("acct:a@example.com")?)?;
/// assert_eq!(url.as_str(), "https://social.example.com/find?r=acct%3Aa%40example.com");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// There is no `lrdd` template, or none that makes an `https` URL out of the resource.
pub fn webfinger_url(host_meta: &Descriptor, resource: &Resource) -> Result<Url, HostMetaError> {
    webfinger_url_at(host_meta, resource, |_| false)
}

/// The same, for a walk that may ask some hosts over plain `http`.
pub(crate) fn webfinger_url_at(
    host_meta: &Descriptor,
    resource: &Resource,
    plain_http: impl Fn(&str) -> bool,
) -> Result<Url, HostMetaError> {
    let mut templates: Vec<_> = host_meta
        .links
        .iter()
        .filter(|link| link.rel == rel::LRDD)
        .filter_map(|link| {
            Some((
                preference(link.media_type.as_deref()),
                link.template.as_ref()?,
            ))
        })
        .collect();
    // Stable: of two equal ones the first is taken.
    templates.sort_by_key(|(preference, _)| *preference);
    let resource = resource.to_string();
    let asked = template::encoded(&resource).to_string();
    let mut refused = None;
    for (_, template) in templates {
        if !template.contains("{uri}") {
            refused = refused.or(Some(InvalidTemplate::NoGap));
            continue;
        }
        match template::fill(
            template,
            |name| (name == "uri").then_some(resource.as_str()),
            &plain_http,
        ) {
            Ok(url) if url[..Position::AfterQuery].contains(&asked) => return Ok(url),
            Ok(_) => refused = refused.or(Some(InvalidTemplate::Lost)),
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    Err(refused.map_or(HostMetaError::NoTemplate, HostMetaError::Template))
}

/// Why a host-meta document does not lead to WebFinger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HostMetaError {
    /// It has no `lrdd` link with a template.
    #[error("the host-meta document does not say where WebFinger is")]
    NoTemplate,
    /// The template, the best one if there are several, cannot be used.
    #[error("the host-meta document has a WebFinger template that cannot be used")]
    Template(#[source] InvalidTemplate),
}

fn preference(media_type: Option<&str>) -> u8 {
    let essence = media_type.map(|text| text.split(';').next().unwrap_or(text).trim());
    let is = |name: &str| essence.is_some_and(|essence| essence.eq_ignore_ascii_case(name));
    if is("application/jrd+json") {
        0
    } else if is("application/json") {
        1
    } else if is("application/xrd+xml") {
        2
    } else {
        3
    }
}
