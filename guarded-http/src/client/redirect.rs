//! Where a redirect may lead, and what may travel along.

use http::header::{AUTHORIZATION, COOKIE, HOST, HeaderName, LOCATION, PROXY_AUTHORIZATION};
use http::{HeaderMap, Method, StatusCode};

use super::is_safe;
use crate::error::{Refused, Rule};
use crate::url::{CheckedUrl, UrlRules};

/// The request that was answered.
pub(crate) struct Redirect<'a> {
    pub(crate) url: &'a CheckedUrl,
    pub(crate) method: &'a Method,
    /// It carries a signature that nobody here can make again.
    pub(crate) signed: bool,
}

impl Redirect<'_> {
    /// The next URL, checked like the first; `None` if the answer is no redirect.
    pub(crate) fn follow(
        &self,
        status: StatusCode,
        headers: &HeaderMap,
        rules: &UrlRules,
    ) -> Result<Option<CheckedUrl>, Refused> {
        let from = self.url.as_url();
        let refuse = |rule| Err(Refused::new(rule, from.host_str()));
        if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
            return Ok(None);
        }
        let mut locations = headers.get_all(LOCATION).iter();
        let (Some(location), None) = (locations.next(), locations.next()) else {
            return refuse(Rule::RedirectUnreadable);
        };
        let Ok(next) = std::str::from_utf8(location.as_bytes()).map(|location| from.join(location))
        else {
            return refuse(Rule::RedirectUnreadable);
        };
        let Ok(next) = next else {
            return refuse(Rule::RedirectUnreadable);
        };
        if from.scheme() == "https" && next.scheme() == "http" {
            return Err(Refused::new(Rule::RedirectDowngrade, next.host_str()));
        }
        let next = rules.check(&next)?;
        if !is_safe(self.method) {
            // 301 to 303 would make a GET of it; another origin would receive what was meant for this one.
            let stays = from.origin() == next.as_url().origin();
            if !stays || !matches!(status.as_u16(), 307 | 308) || self.signed {
                return refuse(Rule::RedirectedWrite);
            }
        }
        Ok(Some(next))
    }
}

/// Takes out what was meant for the first URL only.
pub(crate) fn leave_behind(headers: &mut HeaderMap, from: &CheckedUrl, to: &CheckedUrl) {
    // A signature covers the target, so it fits no other. A signing hook makes a new one.
    for name in ["signature", "signature-input"] {
        headers.remove(HeaderName::from_static(name));
    }
    headers.remove(HOST);
    if from.as_url().origin() != to.as_url().origin() {
        for name in [AUTHORIZATION, PROXY_AUTHORIZATION, COOKIE] {
            headers.remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(
        method: &Method,
        signed: bool,
        status: u16,
        to: &[&str],
    ) -> Result<Option<String>, Rule> {
        let rules = UrlRules::new();
        let url = rules.parse("https://a.example/x/y?z").unwrap();
        let mut headers = HeaderMap::new();
        for to in to {
            headers.append(
                LOCATION,
                http::HeaderValue::from_bytes(to.as_bytes()).unwrap(),
            );
        }
        let status = StatusCode::from_u16(status).unwrap();
        Redirect {
            url: &url,
            method,
            signed,
        }
        .follow(status, &headers, &rules)
        .map(|next| next.map(|next| next.into_url().into()))
        .map_err(|refused| refused.rule())
    }

    #[test]
    fn a_read_may_move_to_any_public_https_url() {
        for status in [301, 302, 303, 307, 308] {
            assert_eq!(
                follow(&Method::GET, true, status, &["../v"]),
                Ok(Some("https://a.example/v".into()))
            );
            assert_eq!(
                follow(&Method::GET, false, status, &["//b.example./v#f"]),
                Ok(Some("https://b.example/v".into()))
            );
        }
        assert_eq!(follow(&Method::GET, false, 200, &["/v"]), Ok(None));
        assert_eq!(follow(&Method::GET, false, 304, &[]), Ok(None));
    }

    #[test]
    fn a_redirect_never_leads_where_a_url_may_not() {
        for (to, rule) in [
            (&["http://a.example/"][..], Rule::RedirectDowngrade),
            (&["file:///etc/passwd"], Rule::Scheme),
            (&["data:,x"], Rule::Scheme),
            (&["https://localhost/"], Rule::LocalName),
            (&["https://a.example:22/"], Rule::Port),
            (&["https://u:p@a.example/"], Rule::Credentials),
            (&["https://["], Rule::RedirectUnreadable),
            (&[], Rule::RedirectUnreadable),
            (&["/a", "/b"], Rule::RedirectUnreadable),
        ] {
            assert_eq!(follow(&Method::GET, false, 302, to), Err(rule), "{to:?}");
        }
        for inward in [
            "https://127.0.0.1/",
            "https://169.254.169.254/",
            "https://[::ffff:10.0.0.1]/",
            "//0x7f.1/",
        ] {
            assert!(
                matches!(
                    follow(&Method::GET, false, 302, &[inward]),
                    Err(Rule::Address(_))
                ),
                "{inward}"
            );
        }
    }

    #[test]
    fn secrets_stay_on_their_origin_and_signatures_on_their_target() {
        let names = [
            "authorization",
            "proxy-authorization",
            "cookie",
            "signature",
            "signature-input",
            "host",
            "accept",
        ];
        let left = |from: &str, to: &str| {
            let rules = UrlRules::new().allow_port(8443);
            let mut headers = HeaderMap::new();
            for name in names {
                headers.insert(name, http::HeaderValue::from_static("x"));
            }
            let (from, to) = (rules.parse(from).unwrap(), rules.parse(to).unwrap());
            leave_behind(&mut headers, &from, &to);
            names.map(|name| headers.contains_key(name))
        };
        let same = left("https://a.example/", "https://a.example/v");
        assert_eq!(same, [true, true, true, false, false, false, true]);
        for other in ["https://b.example/", "https://a.example:8443/"] {
            let left = left("https://a.example/", other);
            assert_eq!(left, [false, false, false, false, false, false, true]);
        }
    }

    #[test]
    fn a_write_stays_a_write_on_its_origin() {
        for status in [301, 302, 303] {
            assert_eq!(
                follow(&Method::POST, false, status, &["/v"]),
                Err(Rule::RedirectedWrite)
            );
        }
        for status in [307, 308] {
            assert!(follow(&Method::POST, false, status, &["/v"]).is_ok());
            assert_eq!(
                follow(&Method::POST, true, status, &["/v"]),
                Err(Rule::RedirectedWrite),
                "cannot sign again"
            );
            assert_eq!(
                follow(&Method::POST, false, status, &["https://b.example/"]),
                Err(Rule::RedirectedWrite)
            );
        }
    }
}
