//! Writes a post and prints the `Create` that would be sent, as every server reads it.
//!
//! ```text
//! compose "Hello @bob@social.example, look: #cats" --mention "@bob@social.example https://social.example/users/bob" \
//!     --attach "image/png https://example.org/cat.png a cat in a box" --language en
//! compose "Tea?" --answer yes --answer no --warning "a question" --visibility followers
//! compose --markdown - < article.md --title "On cats" > create.json
//! inspect create.json                what a reader makes of it
//! ```

use activitypub::addressing::Visibility;
use activitypub::compose::{Attachment, Draft};
use activitypub::{Activity, Actor, OneOrMany};
use chrono::{DateTime, TimeDelta, Utc};
use clap::{Parser, ValueEnum};
use fedikit_examples::say;
use std::error::Error;
use std::io;

/// Prints the Create activity of a post.
#[derive(Debug, Parser)]
#[command(name = "compose", version)]
struct Arguments {
    /// The text, or - to read it from the standard input.
    text: String,
    /// The text is Markdown.
    #[arg(long, conflicts_with = "html")]
    markdown: bool,
    /// The text is HTML; it is cleaned.
    #[arg(long)]
    html: bool,
    /// Who writes it: the id of an actor.
    #[arg(
        long,
        value_name = "URL",
        default_value = "https://example.org/users/alice"
    )]
    author: String,
    /// Who a handle in the text is.
    #[arg(long, value_name = "@HANDLE URL", value_parser = words::<2>)]
    mention: Vec<[String; 2]>,
    /// A picture, film, sound or file that belongs to it.
    #[arg(long, value_name = "MEDIA-TYPE URL DESCRIPTION", value_parser = words::<3>)]
    attach: Vec<[String; 3]>,
    /// A content warning.
    #[arg(long)]
    warning: Option<String>,
    /// The language, as in en or pt-BR.
    #[arg(long)]
    language: Option<String>,
    /// Who can see it.
    #[arg(long, value_enum, default_value_t = Audience::Public)]
    visibility: Audience,
    /// An answer of a poll; give at least two.
    #[arg(long)]
    answer: Vec<String>,
    /// Several answers may be chosen.
    #[arg(long, requires = "answer")]
    several: bool,
    /// When the poll ends, as in 2026-01-31T12:00:00Z; a day from now unless given.
    #[arg(long, requires = "answer")]
    ends: Option<DateTime<Utc>>,
    /// The title of a long text.
    #[arg(long)]
    title: Option<String>,
    /// The id of the post that it answers.
    #[arg(long, value_name = "URL")]
    reply_to: Option<String>,
    /// The id of the post that it quotes.
    #[arg(long, value_name = "URL")]
    quote: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Audience {
    Public,
    Unlisted,
    Followers,
    Direct,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let create = compose(arguments)?;
    say!("{:#}", create.to_value()?);
    Ok(())
}

fn compose(arguments: Arguments) -> Result<Activity, io::Error> {
    let now = Utc::now();
    let text = match arguments.text.as_str() {
        "-" => io::read_to_string(io::stdin())?,
        text => text.to_owned(),
    };
    let draft = match (arguments.markdown, arguments.html) {
        (true, _) => Draft::markdown(text),
        (_, true) => Draft::html(text),
        _ => Draft::new(text),
    };
    let mut draft = draft
        .published(now)
        .hashtags_at("https://example.org/tags/")
        .visibility(match arguments.visibility {
            Audience::Public => Visibility::Public,
            Audience::Unlisted => Visibility::Unlisted,
            Audience::Followers => Visibility::Followers,
            Audience::Direct => Visibility::Direct,
        });
    for [handle, actor] in arguments.mention {
        draft = draft.mention(handle, actor.as_str(), actor.as_str());
    }
    for [media_type, url, description] in arguments.attach {
        draft = draft.attach(Attachment::new(media_type, url).description(description));
    }
    if let Some(text) = arguments.warning {
        draft = draft.content_warning(text);
    }
    if let Some(language) = arguments.language {
        draft = draft.language(language);
    }
    if let Some(title) = arguments.title {
        draft = draft.title(title);
    }
    if let Some(post) = arguments.reply_to {
        draft = draft.in_reply_to(post);
    }
    if let Some(post) = arguments.quote {
        draft = draft.quote(post.as_str(), post.as_str());
    }
    let ends = arguments.ends.unwrap_or(now + TimeDelta::days(1));
    if arguments.several {
        draft = draft.poll_of_several(arguments.answer, ends);
    } else if !arguments.answer.is_empty() {
        draft = draft.poll(arguments.answer, ends);
    }

    let mut author = Actor::person(
        &*arguments.author,
        "alice",
        format!("{}/inbox", arguments.author),
    );
    author.followers = OneOrMany::one(format!("{}/followers", arguments.author));
    let id = format!("{}/posts/{}", arguments.author, now.timestamp_millis());
    let post = draft.into_post(id.as_str(), &author);
    Ok(Activity::create(
        format!("{id}/activity"),
        arguments.author,
        post,
    ))
}

/// So many words; the last may be several.
fn words<const COUNT: usize>(text: &str) -> Result<[String; COUNT], String> {
    let words: Vec<String> = text.splitn(COUNT, ' ').map(str::to_owned).collect();
    words
        .try_into()
        .map_err(|_| format!("{COUNT} words separated by spaces are needed"))
}
