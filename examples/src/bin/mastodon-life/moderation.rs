//! What moderators do.

use crate::{Life, World, check};
use fedikit_examples::server::BoxError;
use mastodon_api::entities::{DomainBlockSeverity, ReportCategory};
use mastodon_api::methods::{admin, reports};

pub(crate) async fn live(life: &mut Life, world: &World) -> Result<(), BoxError> {
    let (client, friend) = (&world.client, &world.friend);
    life.step("accounts, for moderators", async {
        let accounts = client.send(admin::accounts::V2::new()).await?;
        check(
            accounts.items.iter().any(|account| account.id == friend.id),
            "the other is not in the list",
        )?;
        let account = client.send(admin::accounts::Get::new(&friend.id)).await?;
        check(account.email.is_some(), "it has no address")
    })
    .await?;
    life.step("silence an account and take it back", async {
        let call = admin::accounts::Action::new(&friend.id, admin::accounts::ActionType::Silence)
            .text("too loud");
        client.send(call).await?;
        check(
            client
                .send(admin::accounts::Get::new(&friend.id))
                .await?
                .silenced,
            "it is not silenced",
        )?;
        let account = client
            .send(admin::accounts::Unsilence::new(&friend.id))
            .await?;
        check(!account.silenced, "it is still silenced")
    })
    .await?;
    life.step("a report: made, taken, resolved, opened again", async {
        let post = world.other.post("Buy my boots").send().await?;
        let call = reports::Create::new(&friend.id)
            .status_ids([&post.id])
            .category(ReportCategory::Spam)
            .comment("boots");
        let report = client.send(call).await?;
        let reports = client.send(admin::reports::List::new()).await?;
        check(
            reports.items.iter().any(|other| other.id == report.id),
            "it is not in the list",
        )?;
        let taken = client
            .send(admin::reports::AssignToSelf::new(&report.id))
            .await?;
        let by = taken.assigned_account.as_ref().map(|account| &account.id);
        check(by == Some(&world.me.id), "it is not mine")?;
        check(
            client
                .send(admin::reports::Resolve::new(&report.id))
                .await?
                .action_taken,
            "it is not resolved",
        )?;
        check(
            !client
                .send(admin::reports::Reopen::new(&report.id))
                .await?
                .action_taken,
            "it is still resolved",
        )
    })
    .await?;
    life.step("a server blocked, changed, unblocked", async {
        let call = admin::domain_blocks::Create::new("spam.example")
            .severity(DomainBlockSeverity::Silence)
            .private_comment("boots");
        let block = client.send(call).await?;
        check(
            block.severity == DomainBlockSeverity::Silence,
            "it is not limited",
        )?;
        let call =
            admin::domain_blocks::Update::new(&block.id).severity(DomainBlockSeverity::Suspend);
        check(
            client.send(call).await?.severity == DomainBlockSeverity::Suspend,
            "it is not suspended",
        )?;
        let blocks = client.send(admin::domain_blocks::List::new()).await?;
        check(
            blocks.items.iter().any(|other| other.id == block.id),
            "it is not in the list",
        )?;
        client
            .send(admin::domain_blocks::Delete::new(&block.id))
            .await?;
        let gone = client.send(admin::domain_blocks::Get::new(&block.id)).await;
        check(
            gone.is_err_and(|error| error.is_not_found()),
            "it is still there",
        )
    })
    .await
}
