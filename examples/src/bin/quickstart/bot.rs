//! A bot logs in to an instance and answers who mentions it.

use crate::story::{Story, check};
use fedikit_examples::bot::Bot;
use fedikit_examples::say;
use fedikit_examples::server::BoxError;
use mastodon_api::Client;
use mastodon_api::streaming::Stream;
use mastodon_api::testing::FakeInstance;
use std::ops::ControlFlow;
use std::time::Duration;

pub(crate) async fn tell(story: &mut Story) -> Result<(), BoxError> {
    let instance = FakeInstance::start().await?;
    story.chapter("A bot on an instance");
    say!(
        "     {} is the test instance of mastodon-api, in this process; a real one is used in the same way\n",
        instance.url()
    );

    story.step("the bot registers and logs in");
    let client = Client::new(instance.url())?;
    let login = client.log_in("Quickstart bot").scopes("read write");
    // Here a person opens the page, agrees, and copies the code that it shows.
    let agree = async |page| {
        let back = instance
            .approve("bot", &page)
            .map_err(std::io::Error::other)?;
        let code = back.query_pairs().find(|(name, _)| name == "code");
        Ok(code.map(|(_, code)| code.into_owned()).unwrap_or_default())
    };
    let credentials = login.out_of_band(agree).await?;
    let client = credentials.client()?;
    let me = client.me().await?;
    check(me.username == "bot", "somebody else was logged in")?;
    story.saw(&format!(
        "OAuth with PKCE: it is @{} now; no password, and the token is never printed: {client:?}",
        me.username
    ));

    story.step("the bot posts");
    let status = client
        .post("I answer whoever mentions me.")
        .unlisted()
        .language("en")
        .send()
        .await?;
    check(
        status.visibility.as_str() == "unlisted",
        "the post should be unlisted",
    )?;
    story.saw(&format!(
        "status {}, {}",
        status.id.as_str(),
        status.visibility.as_str()
    ));

    story.step("the bot listens to its stream, and dora mentions it");
    let mut bot = Bot::arrive(client, None).await?;
    let answering = tokio::spawn(async move {
        bot.answer_mentions(
            |question| Some(format!("You said: {}", question.text)),
            |_| ControlFlow::Break(()),
        )
        .await
    });
    instance.wait_for_subscriber(&Stream::User).await?;
    let question = instance.mention("dora", "bot", "are you there?");
    tokio::time::timeout(Duration::from_secs(10), answering)
        .await
        .map_err(|_| "the bot did not answer within ten seconds")???;
    let answer = instance
        .statuses_of("bot")
        .into_iter()
        .find(|status| status.in_reply_to_id.as_ref() == Some(&question.id));
    let answer = answer.ok_or("the bot's answer is not there")?;
    story.saw(&format!(
        "heard over WebSocket, answered: {:?}",
        answer.content.to_text()
    ));
    check(
        answer.content.to_text().contains("@dora"),
        "the answer does not name dora, who would not hear of it",
    )?;
    instance.stop().await;
    Ok(())
}
