//! Context documents that are known here, by the terms that they define; none is ever fetched.

use super::{ACTIVITY_STREAMS, SECURITY_V1};

/// The address of a context document, and its terms by the kind of their values: `name=iri`, or a name alone in the namespace of
/// ActivityStreams.
pub(crate) type Document = (&'static str, &'static [(&'static str, &'static str)]);

/// Names and IRIs out of a row of a [`Document`].
pub(crate) fn known_terms(words: &'static str) -> impl Iterator<Item = (&'static str, String)> {
    words.split_whitespace().map(|word| {
        let (name, iri) = word.split_once('=').unwrap_or((word, word));
        (name, full(iri))
    })
}

fn full(iri: &str) -> String {
    let known = ABBREVIATIONS.iter().find_map(|(prefix, namespace)| {
        let rest = iri.strip_prefix(prefix)?.strip_prefix(':')?;
        Some(format!("{namespace}{rest}"))
    });
    known.unwrap_or_else(|| {
        if iri.starts_with('@') || iri.contains("://") {
            iri.to_owned()
        } else {
            format!("{ACTIVITY_STREAMS}#{iri}")
        }
    })
}

/// The namespace of the datatypes.
pub(crate) const XSD: &str = "http://www.w3.org/2001/XMLSchema#";

/// The prefixes of the rows; documents have their own.
const ABBREVIATIONS: &[(&str, &str)] = &[
    ("cred", "https://w3id.org/credentials#"),
    ("dc", "http://purl.org/dc/terms/"),
    ("did", "https://www.w3.org/ns/did#"),
    ("fedibird", "http://fedibird.com/ns#"),
    ("fep", "https://w3id.org/fep/"),
    ("fw", "https://funkwhale.audio/ns#"),
    ("gts", "https://gotosocial.org/ns#"),
    ("identity", "https://w3id.org/identity#"),
    ("ldp", "http://www.w3.org/ns/ldp#"),
    ("lemmy", "https://join-lemmy.org/ns#"),
    ("litepub", "http://litepub.social/ns#"),
    ("ostatus", "http://ostatus.org#"),
    ("perm", "https://w3id.org/permissions#"),
    ("ps", "https://w3id.org/payswarm#"),
    ("pt", "https://joinpeertube.org/ns#"),
    ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("schema", "http://schema.org#"),
    ("sdo", "http://schema.org/"),
    ("sec", "https://w3id.org/security#"),
    ("sharkey", "https://joinsharkey.org/ns#"),
    ("sm", "http://smithereen.software/ns#"),
    ("toot", "http://joinmastodon.org/ns#"),
    ("wf", "https://purl.archive.org/socialweb/webfinger#"),
];

/// The terms of the known contexts by the kind of their values: `name=iri`, or a name alone in the namespace of ActivityStreams.
pub(crate) const KNOWN: &[Document] = &[
    (
        ACTIVITY_STREAMS,
        &[
            (
                "",
                "id=@id type=@type xsd=http://www.w3.org/2001/XMLSchema# as=https://www.w3.org/ns/activitystreams# \
                 ldp=http://www.w3.org/ns/ldp# vcard=http://www.w3.org/2006/vcard/ns# \
                 Accept Activity IntransitiveActivity Add Announce Application Arrive Article Audio Block Collection \
                 CollectionPage Relationship Create Delete Dislike Document Event Follow Flag Group Ignore Image Invite \
                 Join Leave Like Link Mention Note Object Offer OrderedCollection OrderedCollectionPage Organization Page \
                 Person Place Profile Question Reject Remove Service TentativeAccept TentativeReject Tombstone Undo Update \
                 Video View Listen Read Move Travel IsFollowing IsFollowedBy IsContact IsMember \
                 content name hreflang mediaType rel summary units preferredUsername source",
            ),
            (
                "id",
                "subject relationship actor attributedTo attachment bcc bto cc context current first generator icon image \
                 inReplyTo items instrument last location next object oneOf anyOf origin prev preview replies result \
                 audience partOf tag target to url href describes formerType inbox=ldp:inbox outbox following followers \
                 streams endpoints uploadMedia proxyUrl liked oauthAuthorizationEndpoint oauthTokenEndpoint \
                 provideClientKey signClientKey sharedInbox Public likes shares alsoKnownAs",
            ),
            ("list", "orderedItems=items"),
            (
                "language",
                "contentMap=content nameMap=name summaryMap=summary",
            ),
            (
                "dateTime",
                "closed endTime published startTime updated deleted",
            ),
            ("float", "accuracy altitude latitude longitude radius"),
            ("duration", "duration"),
            ("nonNegativeInteger", "height startIndex totalItems width"),
        ],
    ),
    (
        SECURITY_V1,
        &[
            (
                "",
                "id=@id type=@type dc=http://purl.org/dc/terms/ sec=https://w3id.org/security# \
                 xsd=http://www.w3.org/2001/XMLSchema# EcdsaKoblitzSignature2016=sec:EcdsaKoblitzSignature2016 \
                 Ed25519Signature2018=sec:Ed25519Signature2018 EncryptedMessage=sec:EncryptedMessage \
                 GraphSignature2012=sec:GraphSignature2012 LinkedDataSignature2015=sec:LinkedDataSignature2015 \
                 LinkedDataSignature2016=sec:LinkedDataSignature2016 CryptographicKey=sec:Key \
                 authenticationTag=sec:authenticationTag canonicalizationAlgorithm=sec:canonicalizationAlgorithm \
                 cipherAlgorithm=sec:cipherAlgorithm cipherData=sec:cipherData cipherKey=sec:cipherKey \
                 digestAlgorithm=sec:digestAlgorithm digestValue=sec:digestValue domain=sec:domain \
                 encryptionKey=sec:encryptionKey initializationVector=sec:initializationVector \
                 iterationCount=sec:iterationCount nonce=sec:nonce normalizationAlgorithm=sec:normalizationAlgorithm \
                 password=sec:password privateKeyPem=sec:privateKeyPem publicKeyBase58=sec:publicKeyBase58 \
                 publicKeyPem=sec:publicKeyPem publicKeyWif=sec:publicKeyWif salt=sec:salt signature=sec:signature \
                 signatureAlgorithm=sec:signingAlgorithm signatureValue=sec:signatureValue",
            ),
            (
                "id",
                "creator=dc:creator owner=sec:owner privateKey=sec:privateKey publicKey=sec:publicKey \
                 publicKeyService=sec:publicKeyService",
            ),
            (
                "dateTime",
                "created=dc:created expiration=sec:expiration expires=sec:expiration revoked=sec:revoked",
            ),
        ],
    ),
    (
        "https://purl.archive.org/socialweb/webfinger",
        &[
            (
                "",
                "wf=https://purl.archive.org/socialweb/webfinger# xsd=http://www.w3.org/2001/XMLSchema#",
            ),
            ("string", "webfinger=wf:webfinger"),
        ],
    ),
];
