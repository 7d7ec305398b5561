//! Object integrity proofs: reading and judging.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::canonical::{Canonical, canonical, root};
use super::multikey::base58btc;
use super::{EDDSA_JCS_2022, JCS_EDDSA_2022};
use crate::any::Any;
use crate::error::ReadError;
use crate::family::Family;
use crate::id::Id;
use crate::json::{Node, Shape, Tape};
use crate::limits::Limits;
use crate::{origin, repair};

/// How far in the future a proof may say that it was created, for clocks that differ.
const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(5);

/// A document has as many proofs as it has authors; each costs a hash, so this many are enough.
const MOST_PROOFS: usize = 8;

/// A document with its proofs, all read and none verified (FEP-8b32).
///
/// The proofs of things that it embeds are not among them. Such a thing is read as a document of its own:
/// `Secured::from_slice(&embedded.to_vec())`.
///
/// An identity proof in `attachment` of an actor is one of these
/// ([`VerifiableIdentityStatement`](crate::extension::identity::VerifiableIdentityStatement)). Its owner is its subject, so the
/// controller of the key has to be the subject's DID. Then compare `also_known_as` with the id of the actor in whom it stands: the
/// statement about one actor can be copied to another.
#[derive(Clone, Debug)]
pub struct Secured {
    proofs: Vec<Proof>,
}

impl Secured {
    /// Reads a document, within the default [`Limits`].
    ///
    /// # Errors
    /// As [`canonical_json`](super::canonical_json). What is wrong with one of the proofs is told by [`Proof::check`].
    pub fn from_slice(document: &[u8]) -> Result<Self, ReadError> {
        Self::from_slice_with(document, &Limits::default())
    }

    /// Reads a document within other limits.
    ///
    /// # Errors
    /// As [`from_slice`](Self::from_slice).
    pub fn from_slice_with(document: &[u8], limits: &Limits) -> Result<Self, ReadError> {
        let tape = Tape::document(document, limits)?;
        let root = root(&tape)?;
        let document = Arc::new(Any::read(root));
        let context = member(root, "@context");
        let mut hashes = Hashes {
            root,
            context,
            last: None,
        };
        let proofs = elements(member(root, "proof"))
            .enumerate()
            .map(|(index, node)| Proof::read(node, index, Arc::clone(&document), &mut hashes))
            .collect();
        Ok(Self { proofs })
    }

    /// The proofs, in order; none if the document has none. Several are independent of each other (a proof set), and each is
    /// worth what its key is worth.
    #[must_use]
    pub fn proofs(&self) -> &[Proof] {
        &self.proofs
    }
}

/// One proof of a document: what it says of itself. None of it is proved before [`ToVerify::verify`].
#[derive(Clone, Debug)]
pub struct Proof {
    document: Arc<Any>,
    options: Verifiable,
    data: Result<Data, ProofError>,
}

#[derive(Clone, Debug, Default)]
struct Verifiable {
    verification_method: Option<Id>,
    cryptosuite: Option<String>,
    created: Option<DateTime<Utc>>,
    expires: Option<DateTime<Utc>>,
    domain: Vec<String>,
    challenge: Option<String>,
}

#[derive(Clone, Debug)]
struct Data {
    verification_method: Id,
    bytes: [u8; 64],
    signature: [u8; 64],
}

impl Proof {
    fn read<'t, 'a>(
        node: Node<'t, 'a>,
        index: usize,
        document: Arc<Any>,
        hashes: &mut Hashes<'t, 'a>,
    ) -> Self {
        let text = |name| member(node, name).and_then(as_text);
        let time = |name| text(name).and_then(|text| repair::time(&text));
        let options = Verifiable {
            verification_method: text("verificationMethod").map(Id::from),
            cryptosuite: text("cryptosuite"),
            created: time("created"),
            expires: time("expires"),
            domain: elements(member(node, "domain"))
                .filter_map(as_text)
                .collect(),
            challenge: text("challenge"),
        };
        let data = if index < MOST_PROOFS {
            Data::read(node, &options, hashes)
        } else {
            Err(ProofError::TooManyProofs)
        };
        Self {
            document,
            options,
            data,
        }
    }

    /// Everything that can be told without the key: that the proof is complete, of a kind that is known here, made for this purpose
    /// and this `@context`, and neither expired nor from the future (by more than five minutes).
    ///
    /// # Errors
    /// Says which of these does not hold.
    pub fn check(&self, now: DateTime<Utc>) -> Result<ToVerify<'_>, ProofError> {
        let data = self.data.as_ref().map_err(|error| *error)?;
        if self
            .options
            .created
            .is_some_and(|created| created - CLOCK_SKEW > now)
        {
            return Err(ProofError::FromTheFuture);
        }
        if self.options.expires.is_some_and(|expires| expires <= now) {
            return Err(ProofError::Expired);
        }
        Ok(ToVerify {
            document: &self.document,
            data,
        })
    }

    /// The key that it names: the id of a key of an actor, or a `did:key`.
    #[must_use]
    pub fn verification_method(&self) -> Option<&Id> {
        self.options.verification_method.as_ref()
    }

    /// The name of the algorithm, such as [`EDDSA_JCS_2022`].
    #[must_use]
    pub fn cryptosuite(&self) -> Option<&str> {
        self.options.cryptosuite.as_deref()
    }

    /// When it was made.
    #[must_use]
    pub fn created(&self) -> Option<DateTime<Utc>> {
        self.options.created
    }

    /// From when on it does not count any more.
    #[must_use]
    pub fn expires(&self) -> Option<DateTime<Utc>> {
        self.options.expires
    }

    /// The domains for which it was made; seldom any. Whoever made one for a domain should be asked for it there.
    pub fn domain(&self) -> impl Iterator<Item = &str> {
        self.options.domain.iter().map(String::as_str)
    }

    /// The challenge that it answers; seldom any.
    #[must_use]
    pub fn challenge(&self) -> Option<&str> {
        self.options.challenge.as_deref()
    }
}

/// A proof of which only the signature is not verified yet.
#[derive(Clone, Copy, Debug)]
pub struct ToVerify<'p> {
    document: &'p Arc<Any>,
    data: &'p Data,
}

impl<'p> ToVerify<'p> {
    /// The key to find.
    #[must_use]
    pub fn verification_method(&self) -> &'p Id {
        &self.data.verification_method
    }

    /// What was signed: the hash of the proof's options, and the hash of the document.
    #[must_use]
    pub fn bytes(&self) -> &'p [u8; 64] {
        &self.data.bytes
    }

    /// The signature.
    #[must_use]
    pub fn signature(&self) -> &'p [u8; 64] {
        &self.data.signature
    }

    /// Verifies the signature. `controller` is the one whose key it is: the actor in whose `assertionMethod` the key was found,
    /// fetched from that actor's id, or the DID of a [`did_key`](super::did_key). `valid` says whether the key made the
    /// signature of the bytes.
    ///
    /// # Errors
    /// The key is not the owner's of the document, the document has not exactly one owner, or the signature is wrong. `valid` is not
    /// called for a key of somebody else.
    pub fn verify(
        self,
        controller: &Id,
        valid: impl FnOnce(&[u8; 64], &[u8; 64]) -> bool,
    ) -> Result<Verified, ProofError> {
        let owner = owner(self.document).ok_or(ProofError::NoSingleOwner)?;
        if owner != controller {
            return Err(ProofError::OtherController);
        }
        if !valid(self.bytes(), self.signature()) {
            return Err(ProofError::WrongSignature);
        }
        Ok(Verified::new(owner.clone(), self.document))
    }
}

/// What a verified proof says: who made the document.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    owner: Id,
    document: Arc<Any>,
}

impl Verified {
    pub(super) fn new(owner: Id, document: &Arc<Any>) -> Self {
        Self {
            owner,
            document: Arc::clone(document),
        }
    }

    /// The document, if this is who made it. Take it from here, and name the one from whom you expect it (the author whose post it
    /// is said to be, the actor whose profile is to be changed): a proof holds as well for what somebody else made.
    ///
    /// # Errors
    /// [`OtherOwner`](ProofError::OtherOwner): somebody else made it.
    pub fn made_by(&self, owner: &Id) -> Result<&Any, ProofError> {
        if self.owner == *owner {
            Ok(&self.document)
        } else {
            Err(ProofError::OtherOwner)
        }
    }

    /// Who made it: the actor of an activity, an actor itself, `attributedTo` of the rest; of an identity proof its subject. Whoever asks
    /// has to compare it with the one from whom the document is expected; [`made_by`](Self::made_by) does.
    #[must_use]
    pub fn owner(&self) -> &Id {
        &self.owner
    }
}

/// Why a proof does not count. The document may be true all the same, but this proof does not say so.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ProofError {
    /// It is not an object of type `DataIntegrityProof`.
    OtherType,
    /// It was made with an algorithm that is not known here.
    OtherCryptosuite,
    /// It was made for something else than to vouch for a document: `proofPurpose` is not `assertionMethod`.
    OtherPurpose,
    /// It names no key.
    NoVerificationMethod,
    /// `proofValue` is not 64 bytes in base58btc.
    BadProofValue,
    /// `created` or `expires` is no time.
    BadDate,
    /// It builds on another proof (`previousProof`), which is not supported.
    Chained,
    /// The document has another `@context` than the one that was signed.
    OtherContext,
    /// The document has more than eight proofs, and this is one of the rest.
    TooManyProofs,
    /// It says that it was created later than now.
    FromTheFuture,
    /// Its time is over.
    Expired,
    /// The document names no owner, or several, so nobody can have proved to be it.
    NoSingleOwner,
    /// The key belongs to another than the owner of the document.
    OtherController,
    /// The key did not make this signature of this document with these options.
    WrongSignature,
    /// The proof is right, and the document was made by another than the one who was expected.
    OtherOwner,
}

impl fmt::Display for ProofError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OtherType => "the proof is not of type DataIntegrityProof",
            Self::OtherCryptosuite => "the proof was made with an algorithm that is not supported",
            Self::OtherPurpose => {
                "the proof was not made to vouch for a document (assertionMethod)"
            }
            Self::NoVerificationMethod => "the proof names no key",
            Self::BadProofValue => "the proof's value is not 64 bytes in base58btc",
            Self::BadDate => "a date of the proof is not a time such as 2026-01-31T12:00:00Z",
            Self::Chained => "the proof builds on another one, which is not supported",
            Self::OtherContext => "the document has another context than the one that was signed",
            Self::TooManyProofs => "the document has more proofs than are looked at",
            Self::FromTheFuture => "the proof says that it was created in the future",
            Self::Expired => "the proof has expired",
            Self::NoSingleOwner => "the document does not name exactly one owner",
            Self::OtherController => "the key belongs to another than the owner of the document",
            Self::WrongSignature => "the key did not make this signature of this document",
            Self::OtherOwner => "the document was made by another than expected",
        })
    }
}

impl std::error::Error for ProofError {}

impl Data {
    fn read<'t, 'a>(
        node: Node<'t, 'a>,
        options: &Verifiable,
        hashes: &mut Hashes<'t, 'a>,
    ) -> Result<Self, ProofError> {
        let is = |name, expected| {
            member(node, name)
                .and_then(as_text)
                .is_some_and(|text| text == expected)
        };
        let there = |name| member(node, name).is_some();
        if !is("type", "DataIntegrityProof") {
            return Err(ProofError::OtherType);
        }
        if !is("cryptosuite", EDDSA_JCS_2022) && !is("cryptosuite", JCS_EDDSA_2022) {
            return Err(ProofError::OtherCryptosuite);
        }
        if !is("proofPurpose", "assertionMethod") {
            return Err(ProofError::OtherPurpose);
        }
        if there("created") && options.created.is_none()
            || there("expires") && options.expires.is_none()
        {
            return Err(ProofError::BadDate);
        }
        if there("previousProof") {
            return Err(ProofError::Chained);
        }
        let verification_method = options
            .verification_method
            .clone()
            .ok_or(ProofError::NoVerificationMethod)?;
        let signature = member(node, "proofValue")
            .and_then(as_text)
            .and_then(|value| base58btc(&value))
            .ok_or(ProofError::BadProofValue)?;
        let document = hashes.document(member(node, "@context"))?;
        Ok(Self {
            verification_method,
            bytes: hash_data(&options_hash(node), &document),
            signature,
        })
    }
}

/// Who has to have made the proof: of an identity proof (FEP-c390) the one who makes the statement. What is also something else is not
/// one, or a post could name its author and be signed by its subject.
fn owner(document: &Any) -> Option<&Id> {
    match document {
        Any::Object(object)
            if object
                .types
                .only()
                .is_some_and(|name| name.plain() == "VerifiableIdentityStatement") =>
        {
            object.subject.id()
        }
        document => origin::owner(document),
    }
}

/// The hash of the document, which is the same for all proofs with the same `@context`.
struct Hashes<'t, 'a> {
    root: Node<'t, 'a>,
    context: Option<Node<'t, 'a>>,
    last: Option<(String, [u8; 32])>,
}

impl<'t, 'a> Hashes<'t, 'a> {
    /// A document may have got more contexts after it was signed; those that were signed have to come first, and stand in their
    /// place (vc-di-eddsa section 3.3.2, step 4).
    fn document(&mut self, signed: Option<Node<'t, 'a>>) -> Result<[u8; 32], ProofError> {
        if let Some(signed) = signed {
            let mut present = elements(self.context);
            for expected in elements(Some(signed)) {
                let same = |node| canonical(&Canonical(node)) == canonical(&Canonical(expected));
                if !present.next().is_some_and(same) {
                    return Err(ProofError::OtherContext);
                }
            }
        }
        let context = signed.or(self.context);
        let key = context.map_or_else(String::new, |node| node.raw().to_owned());
        match &self.last {
            Some((last, hash)) if *last == key => Ok(*hash),
            _ => {
                let hash = document_hash(self.root, context);
                self.last = Some((key, hash));
                Ok(hash)
            }
        }
    }
}

/// The hash of a document without its proofs, and with this `@context`.
fn document_hash<'t, 'a>(root: Node<'t, 'a>, context: Option<Node<'t, 'a>>) -> [u8; 32] {
    sha256(&Members {
        node: root,
        kept: |name, value| {
            name != "proof" && !(name == "signature" && is_linked_data_signature(value))
        },
        context,
    })
}

/// The hash of a proof without its value.
fn options_hash(proof: Node<'_, '_>) -> [u8; 32] {
    sha256(&Members {
        node: proof,
        kept: |name, _| name != "proofValue",
        context: None,
    })
}

/// What is signed (vc-di-eddsa section 3.3.4: the options come first).
pub(super) fn hash_data(options: &[u8; 32], document: &[u8; 32]) -> [u8; 64] {
    let mut bytes = [0; 64];
    let (first, second) = bytes.split_at_mut(32);
    first.copy_from_slice(options);
    second.copy_from_slice(document);
    bytes
}

/// A Linked Data Signature is made after the proof, and over it, so the proof cannot cover it (FEP-8b32).
pub(super) fn is_linked_data_signature(value: Node<'_, '_>) -> bool {
    member(value, "type")
        .and_then(as_text)
        .is_some_and(|name| name == "RsaSignature2017")
}

/// Some of the members of an object; `@context` may be replaced.
struct Members<'t, 'a> {
    node: Node<'t, 'a>,
    kept: fn(&str, Node<'_, '_>) -> bool,
    context: Option<Node<'t, 'a>>,
}

impl Serialize for Members<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(
            self.node
                .members()
                .filter(|(name, value)| (self.kept)(name, *value))
                .map(|(name, value)| match self.context {
                    Some(context) if name == "@context" => (name, Canonical(context)),
                    _ => (name, Canonical(value)),
                }),
        )
    }
}

pub(super) fn sha256(value: &impl Serialize) -> [u8; 32] {
    Sha256::digest(canonical(value)).into()
}

/// A member of an object; `None` if there is none, or no object.
pub(super) fn member<'t, 'a>(node: Node<'t, 'a>, name: &str) -> Option<Node<'t, 'a>> {
    node.members()
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// One value or many, as one likes to write it.
pub(super) fn elements<'t, 'a>(node: Option<Node<'t, 'a>>) -> impl Iterator<Item = Node<'t, 'a>> {
    let many = node.filter(|node| node.shape() == Shape::Array);
    let one = node.filter(|node| node.shape() != Shape::Array);
    one.into_iter()
        .chain(many.into_iter().flat_map(Node::elements))
}

pub(super) fn as_text(node: Node<'_, '_>) -> Option<String> {
    node.string().map(std::borrow::Cow::into_owned)
}
