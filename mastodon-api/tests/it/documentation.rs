//! Comparison with facts and examples of the documentation and with what real servers answered.
//!
//! They are not part of this project; `FEDIKIT_SHARED` names the folder that has them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use bytes::Bytes;
use http::Response;
use mastodon_api::endpoint::{Answer, Empty, Endpoint, Row, TokenKind};
use mastodon_api::entities::{self, admin, instance};
use mastodon_api::{Error, Page, Problem, methods};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::operations::{Operation, blank, listed};

fn shared(path: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("FEDIKIT_SHARED") else {
        println!("skipped: FEDIKIT_SHARED is not set");
        return None;
    };
    Some(PathBuf::from(folder).join(path))
}

fn json(path: PathBuf) -> Value {
    serde_json::from_slice(
        &fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())),
    )
    .unwrap()
}

#[test]
fn the_list_of_operations_is_true() {
    let (Some(methods), Some(routes)) = (
        shared("mastodon-api/methods.json"),
        shared("mastodon-api/routes-not-in-docs.json"),
    ) else {
        return;
    };
    let pair = |verb: &Value, path: &str| (verb.as_str().unwrap().to_owned(), blank(path));
    let pairs = |operations: BTreeSet<Operation>| -> BTreeSet<_> {
        operations
            .into_iter()
            .map(|(verb, path, _)| (verb, path))
            .collect()
    };
    let [documented, undocumented, _] = listed();
    let (methods, routes) = (json(methods), json(routes));
    let found: BTreeSet<_> = methods["methods"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|method| {
            method["source"]
                .as_str()
                .unwrap()
                .starts_with("docs+routes")
        })
        // Where the documentation has a wrong path, the route has the right one.
        .map(|method| pair(&method["verb"], method["code"]["route"].as_str().unwrap()))
        .collect();
    assert_eq!(pairs(documented), found);
    let found: BTreeSet<_> = routes["routes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|route| route["class"] == "undocumented")
        .map(|route| pair(&route["verb"], route["path"].as_str().unwrap()))
        .collect();
    assert_eq!(pairs(undocumented), found);
}

#[test]
fn every_row_leads_to_its_documentation() {
    let Some(path) = shared("mastodon-api/methods.json") else {
        return;
    };
    let documented = json(path);
    let documented = documented["methods"].as_array().unwrap();
    let [_, undocumented, _] = listed();
    for row in methods::rows() {
        let (verb, path, page) = (row.method.as_str(), row.template, row.page);
        let without = undocumented
            .iter()
            .any(|(known, known_path, _)| known == verb && *known_path == blank(path));
        if without {
            assert!(
                page.ends_with('/'),
                "{verb} {path} is not documented: {page}"
            );
            continue;
        }
        let found = documented.iter().any(|method| {
            let route = method["code"]["route"].as_str();
            let route = route.or(method["path"].as_str()).unwrap();
            let url = method["doc"]["url"].as_str().unwrap_or_default();
            // OpenID Connect asks for POST too.
            (method["verb"] == verb || path == "/oauth/userinfo")
                && blank(route) == blank(path)
                && url.ends_with(page)
        });
        assert!(found, "{verb} {path} {page}");
    }
    println!("{} rows", methods::rows().count());
}

/// Where a table differs from the documentation and the code of the server on purpose: operation (`*`: and what begins
/// so), what differs, why.
const DIFFERENCES: &[(&str, &str, &str)] = &[
    (
        "GET /api/v1/accounts/lookup",
        "access",
        "the server answers without a token too",
    ),
    (
        "GET /api/v1/admin/reports",
        "no unresolved",
        "its filter is called `resolved`",
    ),
    (
        "GET /api/v1/notifications/policy",
        "deprecated",
        "the older form of what is documented as v2",
    ),
    (
        "PATCH /api/v1/notifications/policy",
        "deprecated",
        "the older form of what is documented as v2",
    ),
    (
        "POST /oauth/token",
        "more: refresh_token",
        "other servers' tokens end and are renewed",
    ),
    (
        "PUT /api/v1/push/subscription",
        "no policy",
        "the server reads it inside `data`",
    ),
    ("POST /api/v1/admin/trends/*", "no limit", LIST),
    ("POST /api/v1/admin/trends/*", "no offset", LIST),
    (
        "PATCH /api/v1/admin/tags/:id",
        "more: ",
        "the server reads it where a look at the code did not see it",
    ),
    (
        "GET /api/v1/trends",
        "deprecated",
        "the older name of what is documented as trends/tags",
    ),
    (
        "GET /api/v1/trends/tags",
        "since",
        "the documentation means the older name",
    ),
    (
        "POST /api/v1/statuses",
        "no scheduled_at",
        "a call of its own, with another answer",
    ),
    ("PUT /api/v1/statuses/:id", "no allowed_mentions", EDIT),
    ("PUT /api/v1/statuses/:id", "no in_reply_to_id", EDIT),
    ("PUT /api/v1/statuses/:id", "no quoted_status_id", EDIT),
    ("PUT /api/v1/statuses/:id", "no scheduled_at", EDIT),
    ("PUT /api/v1/statuses/:id", "no visibility", EDIT),
];
const LIST: &str = "it is for the list that the same code answers with";
const EDIT: &str = "the server lets it pass and does nothing with it";

#[test]
fn every_row_says_what_the_documentation_and_the_server_say() {
    let (Some(methods), Some(differences)) = (
        shared("mastodon-api/methods.json"),
        shared("mastodon-api/docs-vs-code.json"),
    ) else {
        return;
    };
    let (methods, differences) = (json(methods), json(differences));
    let mut rows: BTreeMap<(&str, String), Vec<&Row>> = BTreeMap::new();
    for row in methods::rows() {
        let operation = (row.method.as_str(), blank(row.template));
        rows.entry(operation).or_default().push(row);
    }
    let mut used = BTreeSet::new();
    let mut failures = Vec::new();
    let mut counts = (0, 0);
    for method in methods["methods"].as_array().unwrap() {
        let route = method["code"]["route"].as_str();
        let path = route.or(method["path"].as_str()).unwrap();
        let operation = (method["verb"].as_str().unwrap(), blank(path));
        let Some(rows) = rows.get(&operation) else {
            continue;
        };
        let name = format!("{} {path}", operation.0);
        let id = method["id"].as_str().unwrap_or_default();
        let in_code = differences["parameters_heuristic"]
            .as_array()
            .unwrap()
            .iter()
            .find(|difference| difference["id"] == id)
            .map_or(
                &Value::Null,
                |difference| &difference["in_code_not_docs_heuristic"],
            );
        let documented = wanted_parameters(method, in_code);
        let ours: BTreeSet<String> = rows
            .iter()
            .flat_map(|row| row.parameters)
            .map(|parameter| parameter.to_ascii_lowercase())
            .collect();
        counts.0 += 1;
        counts.1 += ours.len();
        let mut found: Vec<String> = documented
            .iter()
            .filter(|wanted| !ours.contains(*wanted) && !ours.contains(head(wanted)))
            .map(|wanted| format!("no {wanted}"))
            .collect();
        let known = |name: &String| {
            documented
                .iter()
                .any(|wanted| wanted == name || head(wanted) == name)
        };
        found.extend(
            ours.iter()
                .filter(|name| !known(name))
                .map(|name| format!("more: {name}")),
        );
        let access = wanted_access(method);
        for row in rows {
            if (row.access.token, row.access.scopes) != (access.0, &access.1) {
                found.push(format!("access: {:?}, expected {access:?}", row.access));
            }
            if row.deprecated.is_some() != method["deprecated"].is_string() {
                found.push(format!("deprecated: {:?}", row.deprecated));
            }
        }
        let since = method["added"]
            .as_str()
            .or(method["code_first_seen"].as_str())
            .unwrap();
        if rows.iter().all(|row| row.since != since) {
            found.push(format!("since {since}, not {}", rows[0].since));
        }
        for difference in found {
            let known = |pattern: &str| match pattern.strip_suffix('*') {
                Some(beginning) => name.starts_with(beginning),
                None => name == pattern,
            };
            match DIFFERENCES
                .iter()
                .find(|(operation, what, _)| known(operation) && difference.starts_with(what))
            {
                Some(known) => drop(used.insert(known)),
                None => failures.push(format!("{name}: {difference}")),
            }
        }
    }
    println!(
        "{} operations with {} parameters, {} differ on purpose",
        counts.0,
        counts.1,
        used.len()
    );
    assert!(failures.is_empty(), "{failures:#?}");
    let unused: Vec<_> = DIFFERENCES
        .iter()
        .filter(|difference| !used.contains(difference))
        .collect();
    assert!(unused.is_empty(), "no longer true: {unused:#?}");
}

/// The parameters of an operation; of those that the documentation does not have, what the server's code reads.
fn wanted_parameters(method: &Value, in_code: &Value) -> BTreeSet<String> {
    let list = |values: &Value| values.as_array().cloned().unwrap_or_default();
    let mut names: Vec<Value> = list(in_code);
    let documented = list(&method["parameters"]);
    if method["source"] == "routes only" {
        names.extend(list(&method["code"]["params_heuristic"]));
        let path = method["path"].as_str().unwrap().split('/');
        names.extend(path.filter_map(|part| part.strip_prefix(':').map(Value::from)));
    }
    names.extend(
        documented
            .into_iter()
            .map(|parameter| parameter["name"].clone())
            .filter(|name| name != "Authorization"),
    );
    names
        .iter()
        .map(|name| name.as_str().unwrap())
        .map(|name| name.trim_end_matches("[]").to_ascii_lowercase())
        .collect()
}

/// `poll` of `poll[options]`.
fn head(parameter: &str) -> &str {
    parameter.split('[').next().unwrap()
}

fn texts(value: &Value) -> Vec<&str> {
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_str).collect()
}

/// Which token an operation wants: whose, as the documentation says it; scopes, as the code does, without those that
/// contain another of them.
fn wanted_access(method: &Value) -> (TokenKind, Vec<&str>) {
    let code = &method["code"];
    let all = match code.is_object() {
        true => texts(&code["auth"][0]["scopes"]),
        false => texts(&method["oauth"]["scopes"]),
    };
    let contains_another = |scope: &str| {
        let mut others = all.iter().filter(|other| **other != scope);
        others.any(|other| other.starts_with(&format!("{scope}:")))
    };
    let scopes: Vec<_> = all
        .iter()
        .copied()
        .filter(|scope| *scope != "follow" && !contains_another(scope))
        .collect();
    let tokens = texts(&method["oauth"]["token"]);
    let asks = !scopes.is_empty() || !texts(&code["requires"]).is_empty();
    let token = match tokens[..] {
        _ if texts(&code["requires"]).contains(&"require_user!") => TokenKind::User,
        ["user"] => TokenKind::User,
        ["app"] => TokenKind::App,
        ["none", _] => TokenKind::Optional,
        ["none"] if asks => TokenKind::Optional,
        [] if asks => TokenKind::User,
        _ => TokenKind::None,
    };
    (token, scopes)
}

/// Reads a body as a type of the documentation: the paths of problems, and of properties without a field; or why
/// nothing could be read. `None`: not a type of ours.
fn read(kind: &str, body: &[u8], written: Written) -> Option<Result<Vec<String>, String>> {
    macro_rules! types {
        ($($name:literal => $type:ty),+ $(,)?) => {
            match kind {
                $(
                    $name => read_one::<$type>(body, written, |value| value.problems()),
                    concat!("[", $name, "]") => read_list::<$type>(body, written, |value| value.problems()),
                )+
                _ => return None,
            }
        };
    }
    Some(types! {
        "Account" => entities::Account,
        "AccountWarning" => entities::AccountWarning,
        "Admin::Account" => admin::Account,
        "Admin::CanonicalEmailBlock" => admin::CanonicalEmailBlock,
        "Admin::Cohort" => admin::Cohort,
        "Admin::Dimension" => admin::Dimension,
        "Admin::DomainAllow" => admin::DomainAllow,
        "Admin::DomainBlock" => admin::DomainBlock,
        "Admin::EmailDomainBlock" => admin::EmailDomainBlock,
        "Admin::Ip" => admin::Ip,
        "Admin::IpBlock" => admin::IpBlock,
        "Admin::Measure" => admin::Measure,
        "Admin::Report" => admin::Report,
        "Admin::Tag" => admin::Tag,
        "Announcement" => entities::Announcement,
        "Announcement::Account" => entities::AnnouncementAccount,
        "AnnualReport" => entities::AnnualReport,
        "Appeal" => entities::Appeal,
        "Application" => entities::Application,
        "AsyncRefresh" => entities::AsyncRefresh,
        "Collection" => entities::Collection,
        "CollectionItem" => entities::CollectionItem,
        "CollectionWithAccounts" => entities::CollectionWithAccounts,
        "Context" => entities::Context,
        "Conversation" => entities::Conversation,
        "CredentialAccount" => entities::CredentialAccount,
        "CredentialApplication" => entities::CredentialApplication,
        "CustomEmoji" => entities::CustomEmoji,
        "DomainBlock" => entities::DomainBlock,
        "ExtendedDescription" => entities::ExtendedDescription,
        "FamiliarFollowers" => entities::FamiliarFollowers,
        "FeatureApproval" => entities::FeatureApproval,
        "FeaturedTag" => entities::FeaturedTag,
        "Field" => entities::Field,
        "Filter" => entities::Filter,
        "FilterKeyword" => entities::FilterKeyword,
        "FilterResult" => entities::FilterResult,
        "FilterStatus" => entities::FilterStatus,
        "GroupedNotificationsResults" => entities::GroupedNotificationsResults,
        "IdentityProof" => entities::IdentityProof,
        "Instance" => instance::Instance,
        "InstanceActivity" => entities::InstanceActivity,
        "List" => entities::List,
        "Map<String,Marker>" => entities::Markers,
        "Marker" => entities::Marker,
        "MediaAttachment" => entities::MediaAttachment,
        "MutedAccount" => entities::Account,
        "Notification" => entities::Notification,
        "NotificationGroup" => entities::NotificationGroup,
        "NotificationPolicy" => entities::NotificationPolicy,
        "NotificationRequest" => entities::NotificationRequest,
        "OEmbed" => entities::OEmbed,
        "OidcUserInfo" => entities::OidcUserInfo,
        "PartialAccountWithAvatar" => entities::PartialAccountWithAvatar,
        "Poll" => entities::Poll,
        "Preferences" => entities::Preferences,
        "PreviewCard" => entities::PreviewCard,
        "PreviewCardAuthor" => entities::PreviewCardAuthor,
        "PrivacyPolicy" => entities::PrivacyPolicy,
        "Profile" => entities::Profile,
        "Profile::Field" => entities::Field,
        "Quote" => entities::Quote,
        "QuoteApproval" => entities::QuoteApproval,
        "Reaction" => entities::Reaction,
        "Relationship" => entities::Relationship,
        "RelationshipSeveranceEvent" => entities::RelationshipSeveranceEvent,
        "Report" => entities::Report,
        "Role" => entities::Role,
        "Rule" => entities::Rule,
        "ScheduledStatus" => entities::ScheduledStatus,
        "Search" => entities::Search,
        "ShallowQuote" => entities::Quote,
        "ShallowTag" => entities::ShallowTag,
        "Status" => entities::Status,
        "Status::Mention" => entities::Mention,
        "Status::Tag" => entities::ShallowTag,
        "StatusEdit" => entities::StatusEdit,
        "StatusSource" => entities::StatusSource,
        "Suggestion" => entities::Suggestion,
        "Tag" => entities::Tag,
        "TermsOfService" => entities::TermsOfService,
        "Token" => entities::Token,
        "Translation" => entities::Translation,
        "Trends::Link" => entities::TrendsLink,
        "V1::Filter" => entities::v1::Filter,
        "V1::Instance" => instance::v1::Instance,
        "V1::NotificationPolicy" => entities::v1::NotificationPolicy,
        "WebPushSubscription" => entities::WebPushSubscription,
        "WrappedAnnualReports" => entities::AnnualReports,
        "{async_refresh: AsyncRefresh}" => entities::WrappedAsyncRefresh,
        "{count: Integer}" => entities::UnreadCount,
        "{merged: Boolean}" => entities::NotificationRequestsMerged,
    })
}

fn read_one<T>(
    body: &[u8],
    written: Written,
    problems: impl Fn(&T) -> Vec<Problem>,
) -> Result<Vec<String>, String>
where
    T: Answer + Serialize + DeserializeOwned + PartialEq,
{
    let value =
        T::read(Response::new(Bytes::copy_from_slice(body))).map_err(|error| error.to_string())?;
    written.check(&value)?;
    Ok(problems(&value).iter().map(ToString::to_string).collect())
}

fn read_list<T>(
    body: &[u8],
    written: Written,
    problems: impl Fn(&T) -> Vec<Problem>,
) -> Result<Vec<String>, String>
where
    Page<T>: Answer,
    T: Serialize + DeserializeOwned + PartialEq,
{
    let page = <Page<T>>::read(Response::new(Bytes::copy_from_slice(body)))
        .map_err(|error| error.to_string())?;
    for item in &page.items {
        written.check(item)?;
    }
    let inside = page.items.iter().flat_map(problems);
    Ok(page
        .problems
        .iter()
        .cloned()
        .chain(inside)
        .map(|problem| problem.to_string())
        .collect())
}

/// What must be true of a value that is written after it was read.
#[derive(Clone, Copy)]
enum Written {
    /// It is the same when it is read again.
    Same,
    /// Nothing: problems are not written, and times have milliseconds only.
    Anything,
}

impl Written {
    fn check<T: Serialize + DeserializeOwned + PartialEq>(self, value: &T) -> Result<(), String> {
        let text = serde_json::to_string(value).unwrap();
        let again: T = serde_json::from_str(&text).map_err(|error| format!("{error} in {text}"))?;
        match self {
            Self::Same if again != *value => Err(format!("another one when written: {text}")),
            Self::Same | Self::Anything => Ok(()),
        }
    }
}

/// Examples of the documentation that are not what the documentation says, and how.
const ODD_EXAMPLES: &[(&str, &str)] = &[
    (
        "admin_accounts.delete-1.json",
        "the IP address as an object, which was a bug of Mastodon 3.5",
    ),
    ("admin_canonical_email_blocks.delete-1.json", NOTHING_LEFT),
    ("admin_domain_blocks.delete-1.json", NOTHING_LEFT),
    ("admin_email_domain_blocks.delete-1.json", NOTHING_LEFT),
    ("admin_ip_blocks.delete-1.json", NOTHING_LEFT),
    (
        "filters.statuses-remove-1.json",
        "an empty object, where the text says that it is the removed FilterStatus",
    ),
    (
        "statuses.translate-2.json",
        "a list of one poll, where the text and its other example have the poll",
    ),
];
const NOTHING_LEFT: &str = "an empty object, where the text says that it is what was deleted";

#[test]
fn every_complete_example_of_the_documentation_is_read() {
    let Some(folder) = shared("mastodon-api/examples") else {
        return;
    };
    let index = json(folder.join("index.json"));
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut failures = Vec::new();
    for example in index["examples"].as_array().unwrap() {
        let (Some(file), Some(kind)) = (example["file"].as_str(), example["type"].as_str()) else {
            continue;
        };
        let wanted = matches!(example["kind"].as_str(), Some("response" | "entity"));
        if !wanted
            || example["partial"] != false
            || ODD_EXAMPLES.iter().any(|(odd, _)| *odd == file)
        {
            continue;
        }
        let body = fs::read(folder.join(file)).unwrap();
        match read(kind, &body, Written::Same) {
            None => continue,
            Some(Ok(problems)) if problems.is_empty() => {
                *counts.entry(kind.to_owned()).or_default() += 1;
            }
            Some(outcome) => failures.push(format!("{file} ({kind}): {outcome:?}")),
        }
    }
    println!("{} examples, {counts:?}", counts.values().sum::<usize>());
    assert!(failures.is_empty(), "{failures:#?}");
    assert!(counts.values().sum::<usize>() > 90, "{counts:?}");
}

/// Properties of examples that no field names, and why.
const WITHOUT_FIELD: &[(&str, &str, &str)] = &[
    (
        "Instance",
        "configuration.accounts.max_display_name_lenth",
        "misspelt: a server sends `max_display_name_length`",
    ),
    ("Tag", "featured", "misspelt: a server sends `featuring`"),
];

#[test]
fn every_property_of_the_examples_has_a_field() {
    let Some(folder) = shared("mastodon-api/examples") else {
        return;
    };
    let index = json(folder.join("index.json"));
    let mut seen = BTreeSet::new();
    let mut found = BTreeSet::new();
    for example in index["examples"].as_array().unwrap() {
        let (Some(file), Some(kind)) = (example["file"].as_str(), example["type"].as_str()) else {
            continue;
        };
        if !matches!(example["kind"].as_str(), Some("response" | "entity"))
            || read(kind, b"null", Written::Anything).is_none()
        {
            continue;
        }
        let example = json(folder.join(file));
        for (pointer, path) in properties(&example) {
            let element = kind.trim_start_matches('[').trim_end_matches(']');
            let path = path.trim_start_matches("*.").to_owned();
            if !seen.insert((element.to_owned(), path.clone())) {
                continue;
            }
            // No field takes this; where nobody complains, there is none.
            let mut odd = example.clone();
            *odd.pointer_mut(&pointer).unwrap() = serde_json::json!([[true]]);
            if let Some(Ok(problems)) = read(kind, odd.to_string().as_bytes(), Written::Anything)
                && problems.is_empty()
            {
                found.insert((element.to_owned(), path));
            }
        }
    }
    println!("{} properties, {} without a field", seen.len(), found.len());
    let known: BTreeSet<_> = WITHOUT_FIELD
        .iter()
        .map(|(kind, path, _)| ((*kind).to_owned(), (*path).to_owned()))
        .collect();
    assert_eq!(found, known);
    assert!(seen.len() > 500);
}

/// Every property inside a document: its JSON pointer, and its path with `*` for places in lists.
fn properties(document: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), String::new(), document)];
    while let Some((pointer, path, value)) = open.pop() {
        let inside: Vec<(String, String, &Value)> = match value {
            Value::Array(values) => values
                .iter()
                .enumerate()
                .map(|(index, value)| (index.to_string(), "*".to_owned(), value))
                .collect(),
            Value::Object(values) => values
                .iter()
                .map(|(name, value)| {
                    let escaped = name.replace('~', "~0").replace('/', "~1");
                    (escaped, name.clone(), value)
                })
                .collect(),
            _ => continue,
        };
        for (step, name, inner) in inside {
            let pointer = format!("{pointer}/{step}");
            let path = format!("{path}.{name}").trim_start_matches('.').to_owned();
            if value.is_object() {
                found.push((pointer.clone(), path.clone()));
            }
            open.push((pointer, path, inner));
        }
    }
    found
}

#[test]
fn every_error_example_is_a_refusal_with_its_message() {
    let Some(folder) = shared("mastodon-api/examples") else {
        return;
    };
    let index = json(folder.join("index.json"));
    let mut count = 0;
    for example in index["examples"].as_array().unwrap() {
        let (Some(file), Some(status)) = (example["file"].as_str(), example["status"].as_u64())
        else {
            continue;
        };
        if example["kind"] != "error" || status < 400 {
            continue;
        }
        let body = fs::read(folder.join(file)).unwrap();
        let said = serde_json::from_slice::<Value>(&body).unwrap();
        // What is said about collections stands one step deeper.
        let said = match &said["error"] {
            inner @ Value::Object(_) => inner,
            _ => &said,
        };
        let message = said["error"].as_str().map(str::to_owned);
        let details = said["details"].as_object().map_or(0, |fields| {
            fields
                .values()
                .filter_map(Value::as_array)
                .map(Vec::len)
                .sum()
        });
        let response = Response::builder()
            .status(u16::try_from(status).unwrap())
            .body(Bytes::from(body))
            .unwrap();
        let error = methods::accounts::VerifyCredentials::new()
            .read_response(response)
            .unwrap_err();
        let refused = error.refused().unwrap();
        assert_eq!(
            (
                u64::from(refused.status.as_u16()),
                &refused.message,
                refused.details.len()
            ),
            (status, &message, details),
            "{file}"
        );
        count += 1;
    }
    println!("{count} refusals");
    assert!(count > 300);
}

#[test]
fn what_real_servers_answered_is_read() {
    let Some(folder) = shared("corpus/captured/masto") else {
        return;
    };
    let types = [
        ("api_v1_accounts_verify_credentials", "CredentialAccount"),
        ("api_v1_blocks", "[Account]"),
        ("api_v1_bookmarks", "[Status]"),
        ("api_v1_conversations", "[Conversation]"),
        ("api_v1_custom_emojis", "[CustomEmoji]"),
        ("api_v1_directory", "[Account]"),
        ("api_v1_favourites", "[Status]"),
        ("api_v1_follow_requests", "[Account]"),
        ("api_v1_followed_tags", "[Tag]"),
        ("api_v1_instance", "V1::Instance"),
        ("api_v1_mutes", "[Account]"),
        ("api_v1_notifications", "[Notification]"),
        ("api_v1_scheduled_statuses", "[ScheduledStatus]"),
        ("api_v1_timelines_home", "[Status]"),
        ("api_v1_timelines_public", "[Status]"),
        ("api_v1_trends_tags", "[Tag]"),
        ("api_v2_filters", "[Filter]"),
        ("api_v2_instance", "Instance"),
        ("api_v2_search", "Search"),
    ];
    let (mut answers, mut refusals) = (0, 0);
    for server in fs::read_dir(folder).unwrap() {
        for file in fs::read_dir(server.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let (endpoint, rest) = name
                .rsplit_once('.')
                .and_then(|(name, _)| name.rsplit_once('.'))
                .unwrap();
            let status: u16 = rest.parse().unwrap();
            let body = fs::read(&path).unwrap();
            if status >= 400 {
                let response = Response::builder()
                    .status(status)
                    .body(Bytes::from(body))
                    .unwrap();
                let error = methods::notifications::Clear::new()
                    .read_response(response)
                    .map(|_: Empty| ())
                    .unwrap_err();
                assert!(
                    matches!(&error, Error::Refused(refused) if refused.status == status),
                    "{error}"
                );
                refusals += 1;
            } else if let Some((_, kind)) = types.iter().find(|(known, _)| *known == endpoint) {
                let problems = read(kind, &body, Written::Anything)
                    .unwrap()
                    .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                assert!(problems.is_empty(), "{}: {problems:?}", path.display());
                answers += 1;
            }
        }
    }
    println!("{answers} answers, {refusals} refusals");
    assert!(answers > 20 && refusals > 3);
}
