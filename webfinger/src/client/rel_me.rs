//! Fetches the page that a profile names.

use guarded_http::Error;
use http::Method;
use url::Url;

use super::Client;
use crate::rel_me::{self, Answer, Profile, Verification};

impl Client {
    /// Does this page, which the profile named, name the profile? The links that Mastodon shows in green.
    ///
    /// ```no_run
    /// use webfinger::rel_me::{Profile, claim};
    ///
    /// # async fn verify(client: webfinger::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let profile = Profile::new("https://mastodon.social/users/Gargron".parse()?)
    ///     .url("https://mastodon.social/@Gargron".parse()?);
    /// if let Some(page) = claim("https://eugenrochko.com") {
    ///     let verification = client.verify_link(&profile, &page).await?;
    ///     println!("{page}: {verification}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// One request; a second one (`HEAD`) where all links lead elsewhere, because the first of them may redirect to the
    /// profile. The page has to be `text/html` and no longer than the guarded client allows (1 MiB unless told otherwise).
    ///
    /// # Errors
    ///
    /// The page could not be fetched: refused by a rule, or not answered. It is then not verified, and may be later.
    pub async fn verify_link(&self, profile: &Profile, page: &Url) -> Result<Verification, Error> {
        if profile.is_on(page) {
            return Ok(Verification::ProfileItself);
        }
        let request = self.http.get(page.clone()).accept("text/html");
        let answer = request.expect(&["text/html"]).send().await?;
        let answer = Answer {
            url: answer.url(),
            headers: answer.headers(),
            body: answer.bytes(),
        };
        let verification = rel_me::verify(profile, page, answer);
        if let Verification::LinksElsewhere(links) = &verification
            && let Some(first) = links.first()
            && self.leads_to(profile, &first.url).await
        {
            return Ok(Verification::Verified);
        }
        Ok(verification)
    }

    /// Whether a link redirects to the profile; what the profile's server answers does not matter.
    async fn leads_to(&self, profile: &Profile, link: &Url) -> bool {
        match self.http.request(Method::HEAD, link.clone()).send().await {
            Ok(answer) => profile.is(answer.url()),
            Err(error) => error
                .answer()
                .is_some_and(|answer| profile.is(answer.url())),
        }
    }
}
