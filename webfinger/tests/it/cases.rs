//! What attackers try, row by row, through the public API and over real sockets: `tests/cases/walk.json`.

use serde_json::Value;
use webfinger::descriptor::Format;
use webfinger::{Client, Found, Handle, LookupError, server};

use crate::server::Accounts;
use crate::world::{World, page_of};

/// All names that exist.
const NAMES: &[&str] = &[
    "a.example",
    "b.example",
    "evil.example",
    "social.example",
    "xn--bcher-kva.example",
];

#[tokio::test]
async fn every_attack_is_refused_and_every_control_accepted() {
    let rows: Vec<Value> = serde_json::from_str(include_str!("../cases/walk.json")).unwrap();
    let (mut refused, mut attacks, mut accepted, mut controls, mut forbidden) = (0, 0, 0, 0, 0);
    let mut wrong = Vec::new();
    let world = World::new(NAMES).await;
    for row in &rows {
        let Some(outcome) = play(&world, row).await else {
            continue;
        };
        let spent = world.asked().len();
        let holds = outcome == row["outcome"]
            && row["requests"]
                .as_u64()
                .is_none_or(|requests| requests == spent as u64);
        if !holds {
            wrong.push(format!("{}: {outcome} after {spent} requests", row["id"]));
        }
        if row["control"] == true {
            controls += 1;
            accepted += usize::from(holds);
        } else {
            attacks += 1;
            refused += usize::from(holds);
        }
        forbidden = world.forbidden();
        world.clear();
    }
    println!(
        "refused {refused}/{attacks}, controls accepted {accepted}/{controls}, forbidden sockets {forbidden}"
    );
    assert_eq!(wrong, [""; 0]);
    assert_eq!(forbidden, 0);
}

/// What came of it; `None` where this build lacks what the row needs.
async fn play(world: &World, row: &Value) -> Option<String> {
    for (at, page) in row["pages"].as_object().into_iter().flatten() {
        world.page(at, page_of(page));
    }
    let mut client = world.client();
    match row["host_meta"].as_str() {
        None => {}
        Some("json") => client = client.host_meta(Format::Json),
        #[cfg(feature = "xrd")]
        Some("xrd") => client = client.host_meta(Format::Xrd),
        Some(_) => return None,
    }
    let ask = &row["ask"];
    if let Some(query) = ask["serve"].as_str() {
        let accounts = Accounts("https://example.com".parse().unwrap());
        let response = server::webfinger(&accounts, Some(query)).await;
        return Some(response.status().as_str().to_owned());
    }
    let found = |found: Found| format!("found {}", found.handle());
    let outcome = if let Some(url) = ask["url"].as_str() {
        client.lookup_url(&url.parse().unwrap()).await.map(found)
    } else {
        let text = ask["lookup"].as_str().or(ask["resolve"].as_str()).unwrap();
        let Ok(handle) = text.parse::<Handle>() else {
            return Some("invalid".to_owned());
        };
        if ask["lookup"].is_string() {
            client.lookup(&handle).await.map(found)
        } else {
            resolve(&client, &handle).await
        }
    };
    Some(outcome.unwrap_or_else(|error| name(&error)))
}

async fn resolve(client: &Client, handle: &Handle) -> Result<String, LookupError> {
    let resolved = client.resolve(handle).await?;
    Ok(format!("confirmed {}", resolved.handle()))
}

/// The error's kind, and whose rule it broke.
fn name(error: &LookupError) -> String {
    let kind = |debug: String| {
        let end = debug.find(|c: char| !c.is_alphanumeric());
        debug[..end.unwrap_or(debug.len())].to_owned()
    };
    assert!(!error.to_string().is_empty());
    if error.needs_signature() {
        return "NeedsSignature".to_owned();
    }
    match error.fetch() {
        Some(fetch) => match fetch.refused() {
            Some(refused) => format!("Refused {}", kind(format!("{:?}", refused.rule()))),
            None => format!("Fetch {}", kind(format!("{fetch:?}"))),
        },
        None => kind(format!("{error:?}")),
    }
}
