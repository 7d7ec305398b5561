//! Real documents, if a folder with some is at hand.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use activitypub::{Any, Reason, Refusal};
use serde_json::Value;

/// Every JSON object parses and comes back equal; the few documents that are refused are known by name and reason.
#[test]
fn real_documents_come_back_equal() {
    let Some(corpus) = corpus() else { return };
    let mut files = Vec::new();
    for folder in ["wild", "as2", "fep", "captured"] {
        collect(&corpus.join(folder), &mut files);
    }
    assert!(files.len() > 1000, "only {} files", files.len());

    let mut refused = BTreeMap::new();
    let (mut read, mut problems) = (0, 0);
    for file in &files {
        let bytes = std::fs::read(file).unwrap();
        let name = file
            .strip_prefix(&corpus)
            .unwrap()
            .to_string_lossy()
            .into_owned();
        match Any::from_slice(&bytes) {
            Ok(any) => {
                let came: Value = serde_json::from_slice(&bytes).expect(&name);
                assert_eq!(any.to_value().unwrap(), came, "{name}");
                // What was written reads the same way again.
                assert_eq!(Any::from_slice(&any.to_vec()).unwrap(), any, "{name}");
                read += 1;
                problems += usize::from(!any.problems().is_empty());
            }
            Err(error) => {
                // An array at the top is no ActivityStreams document; the rest has to be known.
                let array = bytes.trim_ascii_start().starts_with(b"[");
                if !(array && error.refusal() == Refusal::NotAnObject) {
                    refused.insert(name, error.refusal());
                }
            }
        }
    }
    println!(
        "{read} of {} read and equal, {problems} of them with problems, {} refused by name",
        files.len(),
        refused.len()
    );

    let expected: BTreeMap<String, Refusal> = EXPECTED
        .iter()
        .map(|&(name, refusal)| (name.to_owned(), refusal))
        .collect();
    assert_eq!(refused, expected);
}

/// What is odd in real documents is read, or is known to be unreadable. The numbers are those of the documents that we know; of others
/// the table is printed.
#[test]
fn what_is_odd_in_real_documents_is_known() {
    let Some(corpus) = corpus() else { return };
    let mut files = Vec::new();
    collect(&corpus.join("wild"), &mut files);
    let mut read = 0;
    let mut odd: BTreeMap<String, (usize, BTreeSet<String>)> = BTreeMap::new();
    for file in &files {
        let Ok(any) = Any::from_slice(&std::fs::read(file).unwrap()) else {
            continue;
        };
        read += 1;
        let platform = file.parent().and_then(Path::file_name).unwrap();
        let reasons: BTreeSet<String> = any
            .problems()
            .iter()
            .map(|problem| format!("{:?}", problem.reason))
            .collect();
        for reason in reasons {
            let (documents, platforms) = odd.entry(reason).or_default();
            *documents += 1;
            platforms.insert(platform.to_string_lossy().into_owned());
        }
    }
    for (reason, (documents, platforms)) in &odd {
        println!("{reason}: {documents} of {read}, from {platforms:?}");
    }
    if read == KNOWN_DOCUMENTS {
        let told: BTreeMap<String, usize> = odd
            .into_iter()
            .map(|(reason, (documents, _))| (reason, documents))
            .collect();
        let expected = ODD
            .iter()
            .map(|(reason, documents)| (format!("{reason:?}"), *documents));
        assert_eq!(told, expected.collect());
    }
}

const KNOWN_DOCUMENTS: usize = 1376;

/// In how many of them something is odd.
const ODD: &[(Reason, usize)] = &[
    (Reason::BooleanAsText, 6),
    (Reason::EmptyId, 5),
    (Reason::ListOfOne, 1),
    (Reason::MailDate, 3),
    (Reason::NoHost, 8),
    (Reason::NoZone, 8),
    // A place of microformats.
    (Reason::NotACount, 1),
    // Times that a test suite replaced by a word, a context that is no document, and what is wrong on purpose.
    (Reason::NotADate, 26),
    // A context that is no document, the ids of several things that go at once, and values of expanded JSON-LD.
    (Reason::NotAString, 4),
    (Reason::NumberAsText, 1),
    (Reason::Redefined, 6),
    (Reason::TextAsNumber, 1),
    (Reason::UnixTime, 1),
    (Reason::ZoneWithoutColon, 7),
];

/// What is refused, and why.
const EXPECTED: &[(&str, Refusal)] = &[
    // Negative tests of the standard, and one whose string holds a line break.
    ("as2/w3c-test/fail/bad-character-set.json", Refusal::NotUtf8),
    ("as2/w3c-test/fail/number-at-top.json", Refusal::NotAnObject),
    ("as2/w3c-test/fail/string-at-top.json", Refusal::NotAnObject),
    ("as2/w3c-test/vocabulary-ex196-jsonld.json", Refusal::Syntax),
    // Error pages in HTML or plain text.
    (
        "captured/masto/mastodon_mock/api_v1_streaming_health.200.json",
        Refusal::Syntax,
    ),
    (
        "captured/masto/snac/.well-known_oauth-authorization-server.404.json",
        Refusal::Syntax,
    ),
    (
        "captured/masto/snac/api_v1_blocks.404.json",
        Refusal::Syntax,
    ),
    (
        "captured/masto/snac/api_v1_directory.404.json",
        Refusal::Syntax,
    ),
    (
        "captured/masto/snac/api_v1_domain_blocks.404.json",
        Refusal::Syntax,
    ),
    ("captured/masto/snac/api_v1_mutes.404.json", Refusal::Syntax),
    (
        "captured/masto/snac/api_v1_streaming_health.404.json",
        Refusal::Syntax,
    ),
    (
        "captured/masto/snac/api_v2_instance.404.json",
        Refusal::Syntax,
    ),
    // Fixtures that an editor saved with a byte order mark, which RFC 8259 forbids on the wire.
    (
        "wild/activitypubsharp/ActivityPubSharp__GlitchSoc_PropertyValue.json",
        Refusal::ByteOrderMark,
    ),
    (
        "wild/firefish/ActivityPubSharp__Firefish_Hashtag.json",
        Refusal::ByteOrderMark,
    ),
    (
        "wild/firefish/ActivityPubSharp__Firefish_Image.json",
        Refusal::ByteOrderMark,
    ),
    (
        "wild/firefish/ActivityPubSharp__Firefish_Key.json",
        Refusal::ByteOrderMark,
    ),
    (
        "wild/firefish/ActivityPubSharp__Firefish_Mention.json",
        Refusal::ByteOrderMark,
    ),
    (
        "wild/firefish/ActivityPubSharp__Firefish_Object.json",
        Refusal::ByteOrderMark,
    ),
    (
        "wild/firefish/ActivityPubSharp__Firefish_OrderedCollectionPage.json",
        Refusal::ByteOrderMark,
    ),
    (
        "wild/mastodon/ActivityPubSharp__GlitchSoc_Document.json",
        Refusal::ByteOrderMark,
    ),
    (
        "wild/mastodon/ActivityPubSharp__GlitchSoc_Image.json",
        Refusal::ByteOrderMark,
    ),
    (
        "wild/mastodon/ActivityPubSharp__GlitchSoc_Person.json",
        Refusal::ByteOrderMark,
    ),
];

fn corpus() -> Option<PathBuf> {
    let shared = std::env::var_os("FEDIKIT_SHARED");
    if shared.is_none() {
        println!("skipped: set FEDIKIT_SHARED to a folder that has a corpus in it");
    }
    Some(PathBuf::from(shared?).join("corpus"))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            if path.file_name().is_none_or(|name| name != "contexts") {
                collect(&path, files);
            }
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json" || extension == "jsonld")
        {
            files.push(path);
        }
    }
}
