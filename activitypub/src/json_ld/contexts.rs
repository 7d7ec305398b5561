//! The context documents that JSON-LD is processed with.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::LazyLock;

use json_ld::syntax::{Parse, Value};
use json_ld::{Iri, LoadError, Loader, RemoteDocument};
use serde_json::{Map, json};

use super::CompactError;
use crate::context::documents::{Document, KNOWN, XSD, known_terms};
use crate::context::{ACTIVITY_STREAMS, SECURITY_V1};
use crate::json::Tape;
use crate::limits::Limits;

/// Context documents that the caller adds to those which are bundled.
///
/// Bundled are those of ActivityStreams, security v1, identity v1, integrity proofs (v1 and v2), Multikey, DIDs, WebFinger, LitePub (which
/// every Pleroma and Akkoma serves itself, as `/schemas/litepub-0.1.jsonld`), GoToSocial, Mastodon, Lemmy, Funkwhale, the miscellany,
/// FEP-5711, FEP-7aa9 and FEP-ef61. What those say of one type or property alone holds for the whole document here, and every term may be defined anew.
///
/// ```
/// use activitypub::{Limits, json_ld};
///
/// let contexts = json_ld::Contexts::new().with("https://farm.example/ns", r#"{"@context": {"says": "as:content"}}"#);
/// let note = br#"{"@context": ["https://www.w3.org/ns/activitystreams", "https://farm.example/ns"], "says": "Hello"}"#;
/// assert!(json_ld::compact(note).is_err());
/// let note = json_ld::compact_with(note, &Limits::default(), &contexts)?;
/// assert_eq!(note.as_any().as_object().unwrap().content.as_deref(), Some("Hello"));
/// # Ok::<(), json_ld::CompactError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Contexts(BTreeMap<String, String>);

impl Contexts {
    /// Those that are bundled.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With another one: its address, as documents name it, and its text, an object with `@context`. It prevails over a bundled one of the
    /// same address. It is trusted: only its size and nesting are bounded. One that cannot be read is told when a document names it.
    #[must_use]
    pub fn with(mut self, url: &str, document: &str) -> Self {
        self.0.insert(url.to_owned(), document.to_owned());
        self
    }

    pub(super) fn contains(&self, url: &str) -> bool {
        self.0.contains_key(url) || bundled(url).is_some()
    }

    fn find(&self, url: &str) -> Result<Value, CompactError> {
        let Some(text) = self.0.get(url) else {
            let unknown = || CompactError::UnknownContext(url.to_owned());
            return bundled(url).cloned().ok_or_else(unknown);
        };
        Tape::document(text.as_bytes(), &Limits::default()).map_err(CompactError::Context)?;
        Value::parse_str(text)
            .map(|(value, _)| value)
            .map_err(|_| CompactError::Invalid("the context document is not JSON".to_owned()))
    }
}

/// Answers the processor, and remembers what it could not answer.
pub(super) struct Known<'c> {
    contexts: &'c Contexts,
    pub(super) failed: RefCell<Option<CompactError>>,
}

impl<'c> Known<'c> {
    pub(super) fn new(contexts: &'c Contexts) -> Self {
        Self {
            contexts,
            failed: RefCell::new(None),
        }
    }
}

impl Loader for Known<'_> {
    async fn load(&self, url: &Iri) -> Result<RemoteDocument, LoadError> {
        match self.contexts.find(url.as_str()) {
            Ok(document) => Ok(RemoteDocument::new(Some(url.to_owned()), None, document)),
            Err(error) => {
                *self.failed.borrow_mut() = Some(error);
                Err(LoadError::new(url.to_owned(), fmt::Error))
            }
        }
    }
}

/// A bundled context, under any spelling of its address that is in use.
fn bundled(url: &str) -> Option<&'static Value> {
    static BUNDLED: LazyLock<HashMap<&str, Value>> = LazyLock::new(|| {
        let documents = documents().filter_map(|document| {
            let (value, _) = Value::parse_str(&context_document(document).to_string()).ok()?;
            Some((document.0, value))
        });
        documents.collect()
    });
    if url.starts_with("https://") && url.ends_with("/schemas/litepub-0.1.jsonld") {
        return BUNDLED.get(LITEPUB);
    }
    let plain = url.strip_suffix(['#', '/']).unwrap_or(url);
    let plain = plain.strip_suffix(".jsonld").unwrap_or(plain);
    let secure = || Some(format!("https://{}", plain.strip_prefix("http://")?));
    BUNDLED
        .get(url)
        .or_else(|| BUNDLED.get(plain))
        .or_else(|| BUNDLED.get(secure()?.as_str()))
}

/// All that are bundled.
pub(super) fn documents() -> impl Iterator<Item = &'static Document> {
    KNOWN.iter().chain(MORE)
}

/// A context document as JSON.
fn context_document((url, groups): &Document) -> serde_json::Value {
    let mut contexts = Vec::new();
    let mut terms = Map::new();
    if *url == ACTIVITY_STREAMS {
        // Names that nobody defines are kept.
        terms.insert("@vocab".to_owned(), json!("_:"));
    }
    for (kind, words) in *groups {
        if *kind == "context" {
            contexts.extend(words.split_whitespace().map(|url| json!(url)));
            continue;
        }
        for (name, iri) in known_terms(words) {
            let definition = match *kind {
                "" => json!(iri),
                "id" => json!({"@id": iri, "@type": "@id"}),
                "list" => json!({"@id": iri, "@type": "@id", "@container": "@list"}),
                "values" => json!({"@id": iri, "@container": "@list"}),
                "language" => json!({"@id": iri, "@container": "@language"}),
                "graph" => json!({"@id": iri, "@type": "@id", "@container": "@graph"}),
                "vocab" => json!({"@id": iri, "@type": "@vocab"}),
                datatype if datatype.contains("://") => json!({"@id": iri, "@type": datatype}),
                datatype => json!({"@id": iri, "@type": format!("{XSD}{datatype}")}),
            };
            terms.insert(name.to_owned(), definition);
        }
    }
    if contexts.is_empty() {
        return json!({"@context": terms});
    }
    contexts.push(terms.into());
    json!({"@context": contexts})
}

const LITEPUB: &str = "https://litepub.social/litepub/context";

const MULTIBASE: &str = "https://w3id.org/security#multibase";

/// What Pleroma and Akkoma define beside each other.
const LITEPUB_TERMS: &str = "Emoji=toot:Emoji Hashtag PropertyValue=schema:PropertyValue atomUri=ostatus:atomUri \
     discoverable=toot:discoverable manuallyApprovesFollowers capabilities=litepub:capabilities ostatus=http://ostatus.org# \
     schema=http://schema.org# toot=http://joinmastodon.org/ns# misskey=https://misskey-hub.net/ns# \
     fedibird=http://fedibird.com/ns# sharkey=https://joinsharkey.org/ns# value=schema:value sensitive \
     litepub=http://litepub.social/ns# invisible=litepub:invisible directMessage=litepub:directMessage quoteUrl \
     quoteUri=fedibird:quoteUri EmojiReact=litepub:EmojiReact ChatMessage=litepub:ChatMessage \
     vcard=http://www.w3.org/2006/vcard/ns# formerRepresentations=litepub:formerRepresentations \
     sm=http://smithereen.software/ns# nonAnonymous=sm:nonAnonymous";

/// The relations between an actor and its keys.
const RELATIONS: &str = "assertionMethod=sec:assertionMethod authentication=sec:authenticationMethod \
     capabilityDelegation=sec:capabilityDelegationMethod capabilityInvocation=sec:capabilityInvocationMethod \
     keyAgreement=sec:keyAgreementMethod";

const PROOF_TERMS: &str = "id=@id type=@type DataIntegrityProof=sec:DataIntegrityProof challenge=sec:challenge \
     domain=sec:domain nonce=sec:nonce";

const PROOF_TIMES: &str = "created=dc:created expires=sec:expiration";

const PROOF_REFERENCES: &str =
    "previousProof=sec:previousProof verificationMethod=sec:verificationMethod";

/// Context documents that are bundled beside those with which signatures are verified.
const MORE: &[Document] = &[
    (
        "https://w3id.org/security/data-integrity/v1",
        &[
            ("", PROOF_TERMS),
            ("", "cryptosuite=sec:cryptosuite"),
            ("id", RELATIONS),
            ("id", "verificationMethod=sec:verificationMethod"),
            ("dateTime", PROOF_TIMES),
            ("vocab", "proofPurpose=sec:proofPurpose"),
            ("graph", "proof=sec:proof"),
            (MULTIBASE, "proofValue=sec:proofValue"),
        ],
    ),
    (
        "https://w3id.org/security/data-integrity/v2",
        &[
            ("", PROOF_TERMS),
            ("id", RELATIONS),
            ("id", PROOF_REFERENCES),
            ("dateTime", PROOF_TIMES),
            ("vocab", "proofPurpose=sec:proofPurpose"),
            ("graph", "proof=sec:proof"),
            (MULTIBASE, "proofValue=sec:proofValue"),
            (
                "https://w3id.org/security#cryptosuiteString",
                "cryptosuite=sec:cryptosuite",
            ),
        ],
    ),
    (
        "https://w3id.org/security/multikey/v1",
        &[
            ("", "id=@id type=@type Multikey=sec:Multikey"),
            ("id", "controller=sec:controller"),
            ("dateTime", "revoked=sec:revoked expires=sec:expiration"),
            (
                MULTIBASE,
                "publicKeyMultibase=sec:publicKeyMultibase secretKeyMultibase=sec:secretKeyMultibase",
            ),
        ],
    ),
    (
        "https://www.w3.org/ns/did/v1",
        &[
            ("", "id=@id type=@type"),
            ("id", RELATIONS),
            (
                "id",
                "alsoKnownAs controller=sec:controller service=did:service serviceEndpoint=did:serviceEndpoint \
                 verificationMethod=sec:verificationMethod",
            ),
        ],
    ),
    (
        "https://w3id.org/identity/v1",
        &[
            (
                "",
                "id=@id type=@type cred=https://w3id.org/credentials# dc=http://purl.org/dc/terms/ \
                 identity=https://w3id.org/identity# perm=https://w3id.org/permissions# ps=https://w3id.org/payswarm# \
                 rdf=http://www.w3.org/1999/02/22-rdf-syntax-ns# rdfs=http://www.w3.org/2000/01/rdf-schema# \
                 sec=https://w3id.org/security# schema=http://schema.org/ xsd=http://www.w3.org/2001/XMLSchema# Group \
                 Credential=cred:Credential CryptographicKeyCredential=cred:CryptographicKeyCredential \
                 addressCountry=sdo:addressCountry addressLocality=sdo:addressLocality addressRegion=sdo:addressRegion \
                 comment=rdfs:comment description=sdo:description email=sdo:email familyName=sdo:familyName \
                 givenName=sdo:givenName label=rdfs:label name=sdo:name postalCode=sdo:postalCode \
                 streetAddress=sdo:streetAddress title=dc:title Person=sdo:Person PostalAddress=sdo:PostalAddress \
                 Organization=sdo:Organization Identity=identity:Identity paymentProcessor=ps:processor \
                 cipherAlgorithm=sec:cipherAlgorithm cipherData=sec:cipherData cipherKey=sec:cipherKey \
                 digestAlgorithm=sec:digestAlgorithm digestValue=sec:digestValue domain=sec:domain \
                 initializationVector=sec:initializationVector nonce=sec:nonce \
                 normalizationAlgorithm=sec:normalizationAlgorithm password=sec:password privateKeyPem=sec:privateKeyPem \
                 publicKeyPem=sec:publicKeyPem signature=sec:signature signatureAlgorithm=sec:signatureAlgorithm \
                 signatureValue=sec:signatureValue CryptographicKey=sec:Key EncryptedMessage=sec:EncryptedMessage \
                 GraphSignature2012=sec:GraphSignature2012 LinkedDataSignature2015=sec:LinkedDataSignature2015",
            ),
            (
                "id",
                "claim=cred:claim credential=cred:credential issuer=cred:issuer recipient=cred:recipient about=sdo:about \
                 address=sdo:address creator=dc:creator image=sdo:image url=sdo:url \
                 identityService=identity:identityService idp=identity:idp member=sdo:member memberOf=sdo:memberOf \
                 owner=sec:owner privateKey=sec:privateKey publicKey=sec:publicKey publicKeyService=sec:publicKeyService \
                 accessControl=perm:accessControl writePermission=perm:writePermission",
            ),
            ("vocab", "preferences=ps:preferences"),
            (
                "dateTime",
                "issued=cred:issued created=dc:created expires=sec:expiration revoked=sec:revoked",
            ),
        ],
    ),
    (
        LITEPUB,
        &[
            ("context", ACTIVITY_STREAMS),
            ("context", SECURITY_V1),
            ("context", "https://purl.archive.org/socialweb/webfinger"),
            ("", LITEPUB_TERMS),
            (
                "id",
                "conversation=ostatus:conversation listMessage=litepub:listMessage \
                 oauthRegistrationEndpoint=litepub:oauthRegistrationEndpoint alsoKnownAs featured=toot:featured \
                 backgroundUrl=sharkey:backgroundUrl",
            ),
            ("language", "contentMap=content"),
        ],
    ),
    (
        "https://gotosocial.org/ns",
        &[
            (
                "",
                "xsd=http://www.w3.org/2001/XMLSchema# gts=https://gotosocial.org/ns# LikeRequest=gts:LikeRequest \
                 ReplyRequest=gts:ReplyRequest AnnounceRequest=gts:AnnounceRequest QuoteRequest=fep:044f#QuoteRequest \
                 LikeAuthorization=gts:LikeApproval ReplyAuthorization=gts:ReplyAuthorization \
                 AnnounceAuthorization=gts:AnnounceAuthorization QuoteAuthorization=fep:044f#QuoteAuthorization",
            ),
            (
                "id",
                "likeAuthorization=gts:likeAuthorization replyAuthorization=gts:replyAuthorization \
                 announceAuthorization=gts:announceAuthorization quoteAuthorization=fep:044f#quoteAuthorization \
                 interactingObject=gts:interactingObject interactionTarget=gts:interactionTarget \
                 interactionPolicy=gts:interactionPolicy canLike=gts:canLike canReply=gts:canReply \
                 canAnnounce=gts:canAnnounce canQuote=gts:canQuote automaticApproval=gts:automaticApproval \
                 manualApproval=gts:manualApproval always=gts:always approvalRequired=gts:approvalRequired \
                 approvedBy=gts:approvedBy",
            ),
            (
                "boolean",
                "hidesToPublicFromUnauthedWeb=gts:hidesToPublicFromUnauthedWeb \
                 hidesCcPublicFromUnauthedWeb=gts:hidesCcPublicFromUnauthedWeb",
            ),
        ],
    ),
    (
        "http://joinmastodon.org/ns",
        &[
            (
                "",
                "toot=http://joinmastodon.org/ns# Emoji=toot:Emoji blurhash=toot:blurhash discoverable=toot:discoverable \
                 indexable=toot:indexable memorial=toot:memorial votersCount=toot:votersCount suspended=toot:suspended",
            ),
            (
                "id",
                "featured=toot:featured featuredTags=toot:featuredTags attributionDomains=toot:attributionDomains",
            ),
            ("values", "focalPoint=toot:focalPoint"),
        ],
    ),
    (
        "https://join-lemmy.org/context.json",
        &[
            ("context", SECURITY_V1),
            (
                "",
                "as=https://www.w3.org/ns/activitystreams# lemmy=https://join-lemmy.org/ns# litepub=http://litepub.social/ns# \
                 pt=https://joinpeertube.org/ns# sc=http://schema.org/ mastodon=http://joinmastodon.org/ns# \
                 ChatMessage=litepub:ChatMessage commentsEnabled=pt:commentsEnabled sensitive \
                 matrixUserId=lemmy:matrixUserId postingRestrictedToMods=lemmy:postingRestrictedToMods \
                 removeData=lemmy:removeData stickied=lemmy:stickied expires=endTime distinguished=lemmy:distinguished \
                 language=sdo:inLanguage identifier=sdo:identifier Hashtag",
            ),
            ("id", "moderators=lemmy:moderators featured=toot:featured"),
        ],
    ),
    (
        "https://funkwhale.audio/ns",
        &[
            (
                "",
                "id=@id type=@type as=https://www.w3.org/ns/activitystreams# schema=http://schema.org# \
                 fw=https://funkwhale.audio/ns# xsd=http://www.w3.org/2001/XMLSchema# Album=fw:Album Track=fw:Track \
                 Artist=fw:Artist Library=fw:Library musicbrainzId=fw:musicbrainzId copyright=fw:copyright",
            ),
            (
                "id",
                "library=fw:library track=fw:track album=fw:album license=fw:license",
            ),
            ("list", "artists=fw:artists"),
            (
                "nonNegativeInteger",
                "bitrate=fw:bitrate size=fw:size position=fw:position disc=fw:disc",
            ),
            (
                "https://www.w3.org/ns/activitystreams#Link",
                "cover=fw:cover",
            ),
            ("date", "released=fw:released"),
        ],
    ),
    (
        "https://purl.archive.org/miscellany",
        &[
            (
                "",
                "as=https://www.w3.org/ns/activitystreams# xsd=http://www.w3.org/2001/XMLSchema# Hashtag \
                 manuallyApprovesFollowers sensitive",
            ),
            ("id", "movedTo"),
        ],
    ),
    (
        "https://w3id.org/fep/5711",
        &[(
            "id",
            "likesOf=fep:5711#likesOf sharesOf=fep:5711#sharesOf repliesOf=fep:5711#repliesOf inboxOf=fep:5711#inboxOf \
             outboxOf=fep:5711#outboxOf followersOf=fep:5711#followersOf followingOf=fep:5711#followingOf \
             likedOf=fep:5711#likedOf",
        )],
    ),
    (
        "https://w3id.org/fep/7aa9",
        &[
            (
                "",
                "FeaturedCollection=fep:7aa9#FeaturedCollection FeaturedItem=fep:7aa9#FeaturedItem \
                 FeatureRequest=fep:7aa9#FeatureRequest FeatureAuthorization=fep:7aa9#FeatureAuthorization",
            ),
            (
                "id",
                "topic=fep:7aa9#topic featuredObject=fep:7aa9#featuredObject canFeature=fep:7aa9#canFeature \
                 featureAuthorization=fep:7aa9#featureAuthorization",
            ),
        ],
    ),
    (
        "https://w3id.org/fep/ef61",
        &[
            (
                "",
                "digestMultibase=https://www.w3.org/ns/credentials/v2#digestMultibase",
            ),
            ("list", "gateways=fep:ef61/gateways"),
        ],
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::PathBuf;

    use serde_json::Value;

    use super::*;

    /// Where the documents themselves stand.
    const FILES: &[(&str, &[&str])] = &[
        (ACTIVITY_STREAMS, &["activitystreams"]),
        (SECURITY_V1, &["security-v1"]),
        (
            "https://purl.archive.org/socialweb/webfinger",
            &["webfinger"],
        ),
        (
            "https://w3id.org/security/data-integrity/v1",
            &["data-integrity-v1"],
        ),
        (
            "https://w3id.org/security/data-integrity/v2",
            &["data-integrity-v2"],
        ),
        ("https://w3id.org/security/multikey/v1", &["multikey-v1"]),
        ("https://www.w3.org/ns/did/v1", &["did-v1"]),
        ("https://w3id.org/identity/v1", &["identity-v1"]),
        (LITEPUB, &["pleroma-litepub-0.1", "akkoma-litepub-0.1"]),
        ("https://gotosocial.org/ns", &["gotosocial"]),
        ("http://joinmastodon.org/ns", &["joinmastodon"]),
        ("https://join-lemmy.org/context.json", &["join-lemmy"]),
        ("https://funkwhale.audio/ns", &["friendica-funkwhale.audio"]),
        ("https://purl.archive.org/miscellany", &["miscellany"]),
        ("https://w3id.org/fep/5711", &["fep-5711"]),
        ("https://w3id.org/fep/7aa9", &["fep-7aa9"]),
        ("https://w3id.org/fep/ef61", &["fep-ef61"]),
    ];

    /// A term, its IRI, and the kind of its values.
    type Terms = BTreeSet<(String, String, String, String)>;

    fn prefixes(context: &Value, all: &mut BTreeMap<String, String>) {
        let entries = context.as_array().into_iter().flatten();
        entries.for_each(|entry| prefixes(entry, all));
        for (name, iri) in context.as_object().into_iter().flatten() {
            if let Some(iri) = iri.as_str().filter(|iri| iri.contains("://")) {
                all.insert(name.clone(), iri.to_owned());
            }
        }
    }

    fn terms(context: &Value, prefixes: &BTreeMap<String, String>, all: &mut Terms) {
        let entries = context.as_array().into_iter().flatten();
        entries.for_each(|entry| terms(entry, prefixes, all));
        let full = |iri: &str| {
            let known = iri
                .split_once(':')
                .and_then(|(prefix, local)| Some(format!("{}{local}", prefixes.get(prefix)?)));
            known.unwrap_or_else(|| iri.to_owned())
        };
        for (name, definition) in context.as_object().into_iter().flatten() {
            let part = |key: &str| definition[key].as_str().unwrap_or_default();
            // Without a prefix that is defined there is no term.
            if name.starts_with('@')
                || definition == "sc:category"
                || definition == "sc:inLanguage" && prefixes.contains_key("fw")
            {
                continue;
            }
            let iri = full(definition.as_str().unwrap_or(part("@id")));
            let container = part("@container").replace("@set", "");
            all.insert((name.clone(), iri, full(part("@type")), container));
            terms(&definition["@context"], prefixes, all);
        }
    }

    #[test]
    fn bundled_terms_are_those_of_the_documents() {
        assert_eq!(FILES.len(), documents().count());
        let Some(shared) = std::env::var_os("FEDIKIT_SHARED") else {
            println!("skipped: set FEDIKIT_SHARED to a folder that has a corpus in it");
            return;
        };
        let folder = PathBuf::from(shared).join("corpus/as2/contexts");
        let mut differ = Vec::new();
        for document in documents() {
            let (_, files) = FILES.iter().find(|file| file.0 == document.0).unwrap();
            let mut theirs = Terms::new();
            for file in *files {
                let text = std::fs::read_to_string(folder.join(format!("{file}.jsonld"))).unwrap();
                let context = serde_json::from_str::<Value>(&text).unwrap()["@context"].clone();
                let mut known = BTreeMap::from([
                    ("as".to_owned(), format!("{ACTIVITY_STREAMS}#")),
                    ("xsd".to_owned(), XSD.to_owned()),
                ]);
                prefixes(&context, &mut known);
                terms(&context, &known, &mut theirs);
            }
            let mut ours = Terms::new();
            let context = context_document(document)["@context"].clone();
            terms(&context, &BTreeMap::new(), &mut ours);
            assert!(!ours.is_empty());
            let only = ours.symmetric_difference(&theirs);
            differ.extend(only.map(|term| format!("{}: {term:?}", document.0)));
        }
        assert_eq!(differ.join("\n"), "");
    }
}
