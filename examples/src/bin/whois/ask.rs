//! Everything that servers say about a handle.

use activitypub::Actor;
use fedikit_examples::in_words;
use fedikit_examples::network::{NetworkFlags, lookup_advice};
use fedikit_examples::profile::{self, Claim};
use guarded_http::GuardedClient;
use serde::Serialize;
use url::{Position, Url};
use webfinger::descriptor::Problem;
use webfinger::rel_me::{Profile, Verification};
use webfinger::{ActorNames, Client, Found, Handle, LookupError, NodeInfo};

/// The longest document that is read, in bytes: 1 MiB, as servers have it.
const MAX_BYTES: usize = 1024 * 1024;

/// Who was found.
#[derive(Debug, Serialize)]
pub(crate) struct Person {
    /// The handle that was asked for.
    pub(crate) asked: String,
    /// The handle as the account's own server spells it.
    pub(crate) handle: String,
    /// The same for people, with an international host in its own letters.
    pub(crate) shown: String,
    pub(crate) actor: String,
    /// Whether handle and actor name each other.
    pub(crate) proven: bool,
    /// Who says so, or why not.
    pub(crate) proof: String,
    pub(crate) kind: Option<String>,
    pub(crate) name: Option<String>,
    /// The page at which people look at the profile.
    pub(crate) page: Option<String>,
    /// `None` if the server does not say.
    pub(crate) software: Option<Software>,
    /// The actor that stands for the server itself, if it has one.
    pub(crate) server_actor: Option<String>,
    /// The web pages that the profile names as the same person's.
    pub(crate) links: Vec<Link>,
    pub(crate) odd: Vec<Odd>,
}

/// What runs the actor's server.
#[derive(Debug, Serialize)]
pub(crate) struct Software {
    pub(crate) name: String,
    pub(crate) version: String,
    /// The version of NodeInfo.
    pub(crate) nodeinfo: String,
    pub(crate) open_registrations: bool,
}

/// A web page that the profile names.
#[derive(Debug, Serialize)]
pub(crate) struct Link {
    pub(crate) field: String,
    pub(crate) page: String,
    /// Whether the page names the profile too.
    pub(crate) verified: bool,
    /// What the page says, or why it could not be asked.
    pub(crate) says: String,
}

/// Something that is not as usual.
#[derive(Debug, Serialize)]
pub(crate) struct Odd {
    /// A name for programs.
    pub(crate) what: &'static str,
    pub(crate) says: String,
}

/// Why there is nobody to tell of.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) code: u8,
    pub(crate) sentence: String,
}

impl From<String> for Failed {
    fn from(sentence: String) -> Self {
        Self { code: 2, sentence }
    }
}

/// Asks everybody who should know.
pub(crate) async fn about(text: &str, flags: &NetworkFlags) -> Result<Person, Failed> {
    let asked = flags.handle(text)?;
    let http = flags.client("whois", MAX_BYTES)?;
    let client = Client::new(http.clone());
    let found = client.lookup(&asked).await.map_err(|error| Failed {
        code: match error {
            LookupError::NotFound | LookupError::Gone => 1,
            _ => 2,
        },
        sentence: lookup_advice(&asked, &error),
    })?;
    let authority = &found.actor()[Position::BeforeHost..Position::AfterPort];
    let (actor, software, server_actor) = tokio::join!(
        profile::fetch(&http, found.actor()),
        client.nodeinfo(authority),
        client.application_actor(authority)
    );
    let actor = actor?;
    let urls = profile::urls(found.actor().clone(), &actor);
    let mut links = Vec::new();
    for claim in profile::claims(&actor) {
        links.push(verify(&client, &urls, claim).await);
    }
    let mut odd = oddities(&http, &asked, &found, &actor);
    let (proven, proof) = confirm(&client, &found, &actor).await;
    if !proven {
        odd.push(Odd::new(
            "one-way",
            format!("{proof}: do not take the one for the other"),
        ));
    }
    let software = match software {
        Ok(info) => Some(Software::from(info)),
        Err(error) => {
            let says = format!("the server does not say what it runs: {}", in_words(&error));
            odd.push(Odd::new("no-nodeinfo", says));
            None
        }
    };
    Ok(Person {
        asked: asked.to_string(),
        handle: found.handle().to_string(),
        shown: found.handle().display().to_string(),
        proven,
        proof,
        kind: actor.types.first().map(|name| name.as_str().to_owned()),
        name: actor.name.clone(),
        page: actor.page().map(String::from),
        actor: found.actor().to_string(),
        software,
        server_actor: server_actor.ok().map(String::from),
        links,
        odd,
    })
}

async fn verify(client: &Client, profile: &Profile, claim: Claim) -> Link {
    let verification = client.verify_link(profile, &claim.page).await;
    Link {
        verified: verification.as_ref().is_ok_and(Verification::is_verified),
        says: match verification {
            Ok(verification) => verification.to_string(),
            Err(error) => in_words(&error),
        },
        field: claim.field,
        page: claim.page.into(),
    }
}

fn oddities(http: &GuardedClient, asked: &Handle, found: &Found, actor: &Actor) -> Vec<Odd> {
    let mut odd = Vec::new();
    let handle = found.handle();
    if handle != asked {
        odd.push(Odd::new(
            "other-handle",
            format!("@{asked} is another name of @{handle}"),
        ));
    }
    if handle.display().is_suspicious() {
        let says = format!(
            "the letters of {} imitate those of another host",
            handle.host()
        );
        odd.push(Odd::new("look-alike", says));
    }
    let host = &found.actor()[Position::BeforeHost..Position::AfterPort];
    if host != handle.authority() {
        let says = format!(
            "a split domain: handles at {}, actors at {host}",
            handle.authority()
        );
        odd.push(Odd::new("split-domain", says));
    }
    for problem in found.descriptor().problems() {
        odd.push(match problem {
            Problem::MediaType => Odd::new(
                "media-type",
                "WebFinger answers as application/json, not as application/jrd+json".to_owned(),
            ),
            problem => Odd::new("descriptor", format!("of the WebFinger answer, {problem}")),
        });
    }
    for link in &found.descriptor().links {
        let target = link.href.as_ref().or(link.template.as_ref());
        if let Some(target) = target.filter(|target| is_unencrypted(http, target)) {
            odd.push(Odd::new(
                "http-link",
                format!("a link without encryption: {} {target}", link.rel),
            ));
        }
    }
    if let Some(target) = actor.moved_to.ids().next() {
        odd.push(Odd::new("moved", format!("the account moved to {target}")));
    }
    for problem in &actor.problems() {
        odd.push(Odd::new(
            "actor",
            format!("of the actor, {}: {}", problem.path, problem.reason),
        ));
    }
    odd
}

/// Plain http, where this program would not ask that way.
fn is_unencrypted(http: &GuardedClient, target: &str) -> bool {
    Url::parse(target).is_ok_and(|url| {
        url.scheme() == "http"
            && !url
                .host_str()
                .is_some_and(|host| http.allows_plain_http(host))
    })
}

/// Whether the actor agrees with the handle that led to it, and a sentence about it.
async fn confirm(client: &Client, found: &Found, actor: &Actor) -> (bool, String) {
    let handle = found.handle();
    let names = ActorNames::new(found.actor().clone())
        .preferred_username(actor.preferred_username.as_deref())
        .webfinger(actor.webfinger.as_deref(), found.actor());
    match client.confirm(found, &names).await {
        Ok(_) => (true, format!("the actor confirms the handle @{handle}")),
        Err(LookupError::OtherHandle { named, .. }) => (
            false,
            format!("the actor does not have the handle @{handle}, but names @{named}"),
        ),
        Err(error) => (
            false,
            format!("@{handle} is not confirmed: {}", in_words(&error)),
        ),
    }
}

impl Odd {
    fn new(what: &'static str, says: String) -> Self {
        Self { what, says }
    }
}

impl From<NodeInfo> for Software {
    fn from(info: NodeInfo) -> Self {
        Self {
            name: info.software.name,
            version: info.software.version,
            nodeinfo: info.version,
            open_registrations: info.open_registrations,
        }
    }
}
