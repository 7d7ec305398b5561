//! The table from which the families are made.
//!
//! A row is one property: its documentation, its name here, its type, its name in JSON. From the rows [`family!`] makes the
//! struct, its reader, its writer and the search for problems. [`object_family!`] adds the rows that objects, actors,
//! activities and collections share.

use crate::context::{Context, Namespace};
use crate::error::Problem;
use crate::json::Node;

/// What the table makes. Reading is total: every JSON object is a value of every family.
pub(crate) trait Family: PartialEq + Sized {
    fn read(node: Node<'_, '_>) -> Self {
        *Self::read_boxed(node)
    }

    /// In a box from the start: these structs are large, and a deep document has many of them on its way.
    fn read_boxed(node: Node<'_, '_>) -> Box<Self>;
    /// Reads into an empty thing.
    fn fill(&mut self, node: Node<'_, '_>);
    fn write(&self, out: &mut String);
    fn context(&self) -> Option<&Context>;
    /// The vocabulary of the property with this name, if there is a field for it.
    fn namespace(name: &str) -> Option<Namespace>;
    fn problems(&self, path: &mut String, into: &mut Vec<Problem>);
}

/// Makes a family. The rows under `extensions` belong to another vocabulary than ActivityStreams, and say to which. Every row is
/// read under its plain name, with a customary prefix of its vocabulary (`as:name`, `toot:name`), and by its full IRI; one that
/// does not say its vocabulary under its plain name only.
macro_rules! family {
    (
        $(#[$meta:meta])*
        $family:ident {
            $( $(#[$doc:meta])* $field:ident: $type:ty = $name:literal, )*
        }
        extensions {
            $( $(#[$extension_doc:meta])* $extension:ident: $extension_type:ty = $extension_name:literal $(of $namespace:ident)?, )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Default, PartialEq)]
        #[non_exhaustive]
        pub struct $family {
            /// `@context`: kept as it came and never fetched, or [ours](crate::context::Context::ours).
            pub ld_context: Option<$crate::context::Context>,
            /// `id`: the name by which others refer to it. Absent in a thing that only stands inside another.
            pub id: Option<$crate::id::Id>,
            /// `type`: the names of its types, as they came.
            pub types: $crate::property::OneOrMany<$crate::property::TypeName>,
            $( $(#[$doc])* #[doc = concat!("\n\nIn JSON: `", $name, "`.")] pub $field: $type, )*
            $( $(#[$extension_doc])* #[doc = concat!("\n\nIn JSON: `", $extension_name, "`.")] pub $extension: $extension_type, )*
            /// Everything else, written back as it came.
            pub extra: $crate::extra::Extra,
        }

        const _: () = {
            use $crate::context::Namespace;
            use $crate::json::{Name, fingerprint};
            use $crate::property::{Inspector, Slot, Text, Visit, Writer, below, read_into, reason_for};

            #[allow(non_camel_case_types, reason = "the variants are the names of the fields")]
            #[derive(Clone, Copy)]
            enum Field { ld_context, id, types, $( $field, )* $( $extension, )* }

            /// One number for each name, so that a name finds its field by a binary search over numbers.
            struct Fingerprint;

            #[allow(non_upper_case_globals, reason = "the constants are the names of the fields")]
            impl Fingerprint {
                const ld_context: u32 = fingerprint("@context");
                const id: u32 = fingerprint("id");
                const types: u32 = fingerprint("type");
                $( const $field: u32 = fingerprint($name); )*
                $( const $extension: u32 = fingerprint($extension_name); )*
            }

            impl Field {
                fn named(key: &Name<'_>) -> Option<Self> {
                    let field = match key.fingerprint() {
                        Fingerprint::ld_context => Self::ld_context,
                        Fingerprint::id => Self::id,
                        Fingerprint::types => Self::types,
                        $( Fingerprint::$field => Self::$field, )*
                        $( Fingerprint::$extension => Self::$extension, )*
                        _ => return None,
                    };
                    (field.plain() == &**key).then_some(field)
                }

                fn aliased(key: &str) -> Option<Self> {
                    match key {
                        "@id" => return Some(Self::id),
                        "@type" => return Some(Self::types),
                        _ => {}
                    }
                    let (namespace, name) = Namespace::split(key)?;
                    Self::named(&Name::new(name)).filter(|field| field.namespace() == Some(namespace))
                }

                /// The vocabulary, of which a name that JSON-LD knows without one has none.
                fn namespace(self) -> Option<Namespace> {
                    match self {
                        Self::ld_context | Self::id | Self::types => None,
                        $( Self::$field => Some(Namespace::ActivityStreams), )*
                        $( Self::$extension => None$(.or(Some(Namespace::$namespace)))?, )*
                    }
                }

                fn spelled(key: &str) -> Option<Self> {
                    Self::named(&Name::new(key)).or_else(|| Self::aliased(key))
                }

                fn plain(self) -> &'static str {
                    match self {
                        Self::ld_context => "@context",
                        Self::id => "id",
                        Self::types => "type",
                        $( Self::$field => $name, )*
                        $( Self::$extension => $extension_name, )*
                    }
                }

                /// Why a value was not taken.
                fn reason(self, raw: &str) -> Option<$crate::error::Reason> {
                    match self {
                        Self::ld_context => reason_for::<Option<$crate::context::Context>>(raw),
                        Self::id => reason_for::<Option<$crate::id::Id>>(raw),
                        Self::types => reason_for::<$crate::property::OneOrMany<$crate::property::TypeName>>(raw),
                        $( Self::$field => reason_for::<$type>(raw), )*
                        $( Self::$extension => reason_for::<$extension_type>(raw), )*
                    }
                }
            }

            impl $family {
                fn take(&mut self, field: Field, key: &str, value: $crate::json::Node<'_, '_>) {
                    match field {
                        Field::ld_context => read_into(&mut self.ld_context, &mut self.extra, key, value),
                        Field::id => read_into(&mut self.id, &mut self.extra, key, value),
                        Field::types => read_into(&mut self.types, &mut self.extra, key, value),
                        $( Field::$field => read_into(&mut self.$field, &mut self.extra, key, value), )*
                        $( Field::$extension => read_into(&mut self.$extension, &mut self.extra, key, value), )*
                    }
                }

                fn has(&self, field: Field) -> bool {
                    match field {
                        Field::ld_context => self.ld_context.is_set(),
                        Field::id => self.id.is_set(),
                        Field::types => self.types.is_set(),
                        $( Field::$field => self.$field.is_set(), )*
                        $( Field::$extension => self.$extension.is_set(), )*
                    }
                }

                /// Whether a field answers for this name: one that is set, or one that was repaired, even if it was emptied since. For
                /// another spelling that came beside its own one it does so once it was changed.
                fn writes(&self, key: &str) -> bool {
                    let writes = |field: Field| match self.extra.beside(key) {
                        Some(text) => self.text(field) != text,
                        None => self.has(field),
                    };
                    self.extra.is_repaired(key) || Field::spelled(key).is_some_and(writes)
                }

                /// How the value of a field is written.
                fn text(&self, field: Field) -> String {
                    let mut text = Text { plain: field.plain(), out: String::new() };
                    self.each_set(&mut text);
                    text.out
                }

                fn each_set(&self, visitor: &mut impl Visit) {
                    if self.ld_context.is_set() {
                        visitor.field("@context", "\"@context\":", &self.ld_context);
                    }
                    if self.id.is_set() {
                        visitor.field("id", "\"id\":", &self.id);
                    }
                    if self.types.is_set() {
                        visitor.field("type", "\"type\":", &self.types);
                    }
                    $( if self.$field.is_set() {
                        visitor.field($name, concat!("\"", $name, "\":"), &self.$field);
                    } )*
                    $( if self.$extension.is_set() {
                        visitor.field($extension_name, concat!("\"", $extension_name, "\":"), &self.$extension);
                    } )*
                }

                /// Reads a document, within the default [`Limits`](crate::Limits).
                ///
                /// Every JSON object is accepted, whatever its `type` says: what no field takes is in `extra`. To let `type`
                /// decide, read an [`Any`](crate::Any).
                ///
                /// # Errors
                /// The bytes are no JSON object, a name stands twice in one object, or a limit is exceeded.
                pub fn from_slice(bytes: &[u8]) -> Result<Self, $crate::error::ReadError> {
                    Self::from_slice_with(bytes, &$crate::limits::Limits::default())
                }

                /// Reads a document within other limits.
                ///
                /// # Errors
                /// As [`from_slice`](Self::from_slice).
                pub fn from_slice_with(bytes: &[u8], limits: &$crate::limits::Limits) -> Result<Self, $crate::error::ReadError> {
                    $crate::family::read_document(bytes, limits)
                }

                /// The document as JSON.
                #[must_use]
                pub fn to_vec(&self) -> Vec<u8> {
                    $crate::family::write_document(self).into_bytes()
                }

                /// The document as a JSON value.
                ///
                /// # Errors
                /// It is nested deeper than `serde_json` reads (128), which no document that was read is.
                pub fn to_value(&self) -> Result<serde_json::Value, serde_json::Error> {
                    serde_json::from_str(&$crate::family::write_document(self))
                }

                /// Everything in it, and in what it embeds, that is not as it should be; the first 1000 of a document that has more.
                /// Nothing of it was lost.
                #[must_use]
                pub fn problems(&self) -> Vec<$crate::error::Problem> {
                    $crate::family::problems_of(self)
                }
            }

            impl $crate::family::Family for $family {
                fn read_boxed(node: $crate::json::Node<'_, '_>) -> Box<Self> {
                    let mut this = Box::<Self>::default();
                    this.fill(node);
                    this
                }

                fn fill(&mut self, node: $crate::json::Node<'_, '_>) {
                    let mut aliased = Vec::new();
                    for (key, value) in node.named_members() {
                        if let Some(field) = Field::named(&key) {
                            self.take(field, &key, value);
                        } else if let Some(field) = Field::aliased(&key) {
                            aliased.push((field, key, value));
                        } else {
                            self.extra.keep(&key, value.raw());
                        }
                    }
                    // The plain name decides wherever it stands: most readers know no other, and nobody may say one thing to
                    // them and another to us.
                    for &(field, ref key, value) in &aliased {
                        if self.has(field) || self.extra.raw(field.plain()).is_some() {
                            self.extra.keep(key, value.raw());
                            continue;
                        }
                        self.take(field, key, value);
                        if self.has(field) {
                            self.extra.remember_spelling(field.plain(), key);
                        }
                    }
                    for (field, key, _) in &aliased {
                        if self.has(*field) && self.extra.spelling(field.plain()) != &**key {
                            self.extra.remember_beside(key, self.text(*field));
                        }
                    }
                }

                fn write(&self, out: &mut String) {
                    out.push('{');
                    let mut writer = Writer { extra: &self.extra, out };
                    self.each_set(&mut writer);
                    writer.extra(|name| self.writes(name));
                    out.push('}');
                }

                fn namespace(name: &str) -> Option<Namespace> {
                    Field::named(&Name::new(name)).and_then(Field::namespace)
                }

                fn context(&self) -> Option<&$crate::context::Context> {
                    self.ld_context.as_ref()
                }

                fn problems(&self, path: &mut String, into: &mut Vec<$crate::error::Problem>) {
                    self.each_set(&mut Inspector { extra: &self.extra, path, into });
                    for (name, raw) in self.extra.iter() {
                        let Some(field) = Field::spelled(name) else {
                            $crate::extension::problems(stringify!($family), name, raw, path, into);
                            continue;
                        };
                        if self.writes(name) {
                            continue;
                        }
                        let repeated = self.has(field) || (name != field.plain() && self.extra.raw(field.plain()).is_some());
                        let reason = field.reason(raw).or(repeated.then_some($crate::error::Reason::Repeated));
                        below(path, name, |path| $crate::error::Problem::list(path, reason, into));
                    }
                }
            }

            impl $crate::property::Identified for $family {
                fn id(&self) -> Option<&$crate::id::Id> {
                    self.id.as_ref()
                }
            }

            impl From<$family> for $crate::property::Ref<$family> {
                fn from(thing: $family) -> Self {
                    Self::Embedded(Box::new(thing))
                }
            }

            /// Only what is set: most of the properties never are.
            impl std::fmt::Debug for $family {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    let mut out = f.debug_struct(stringify!($family));
                    for (name, set, property) in [
                        ("id", self.id.is_set(), &self.id as &dyn std::fmt::Debug),
                        ("types", self.types.is_set(), &self.types),
                        $( (stringify!($field), self.$field.is_set(), &self.$field), )*
                        $( (stringify!($extension), self.$extension.is_set(), &self.$extension), )*
                        ("extra", !self.extra.is_empty(), &self.extra),
                    ] {
                        if set {
                            out.field(name, property);
                        }
                    }
                    out.finish_non_exhaustive()
                }
            }

            $crate::family::text_form!($family);
        };
    };
}
pub(crate) use family;

/// A [`family!`] that has all properties of an object (ActivityStreams Vocabulary section 4, ActivityPub section 3).
macro_rules! object_family {
    (
        $(#[$meta:meta])*
        $family:ident { $($rows:tt)* }
        extensions { $($extensions:tt)* }
    ) => {
        $crate::family::family! {
            $(#[$meta])*
            $family {
                $($rows)*
                /// Whom it is from. Exactly one is needed wherever it decides what someone may do: see [`origin`](crate::origin).
                attributed_to: $crate::property::OneOrMany<$crate::property::Ref<$crate::any::Any>> = "attributedTo",
                /// The first addressees.
                to: $crate::property::OneOrMany<$crate::property::Ref<$crate::any::Any>> = "to",
                /// The further addressees.
                cc: $crate::property::OneOrMany<$crate::property::Ref<$crate::any::Any>> = "cc",
                /// First addressees whom nobody else may see; never sent on, see
                /// [`without_blind_recipients`](crate::Activity::without_blind_recipients).
                bto: $crate::property::OneOrMany<$crate::property::Ref<$crate::any::Any>> = "bto",
                /// Further addressees whom nobody else may see; never sent on.
                bcc: $crate::property::OneOrMany<$crate::property::Ref<$crate::any::Any>> = "bcc",
                /// The groups it is meant for.
                audience: $crate::property::OneOrMany<$crate::property::Ref<$crate::any::Any>> = "audience",
                /// A plain title or display name, no markup.
                name: Option<String> = "name",
                /// The name in several languages.
                name_map: Option<$crate::property::LanguageMap> = "nameMap",
                /// A short account in HTML; on a post Mastodon shows it as the content warning.
                summary: Option<String> = "summary",
                /// The summary in several languages.
                summary_map: Option<$crate::property::LanguageMap> = "summaryMap",
                /// The text: HTML written by a stranger, unless `media_type` says otherwise.
                content: Option<String> = "content",
                /// The content in several languages.
                content_map: Option<$crate::property::LanguageMap> = "contentMap",
                /// The media type of `content`, or of what `url` points at.
                media_type: Option<String> = "mediaType",
                /// What the content was made from, with its `content` and `mediaType` (ActivityPub section 3.3).
                source: $crate::property::OneOrMany<$crate::property::Ref<$crate::object::Object>> = "source",
                /// Where people see it, or where its media stand.
                url: $crate::property::OneOrMany<$crate::property::Ref<$crate::link::Link>> = "url",
                /// What it answers.
                in_reply_to: $crate::property::OneOrMany<$crate::property::Ref<$crate::any::Any>> = "inReplyTo",
                /// The collection of its answers.
                replies: $crate::property::OneOrMany<$crate::property::Ref<$crate::collection::Collection>> = "replies",
                /// The collection of its likes (ActivityPub section 5.7).
                likes: $crate::property::OneOrMany<$crate::property::Ref<$crate::collection::Collection>> = "likes",
                /// The collection of its shares (ActivityPub section 5.8).
                shares: $crate::property::OneOrMany<$crate::property::Ref<$crate::collection::Collection>> = "shares",
                /// Mentions, hashtags, emoji.
                tag: $crate::property::OneOrMany<$crate::property::Ref<$crate::any::Any>> = "tag",
                /// Media and fields that belong to it.
                attachment: $crate::property::OneOrMany<$crate::property::Ref<$crate::any::Any>> = "attachment",
                /// When it was first seen.
                published: Option<$crate::property::Timestamp> = "published",
                /// When it was last changed.
                updated: Option<$crate::property::Timestamp> = "updated",
                /// When it begins.
                start_time: Option<$crate::property::Timestamp> = "startTime",
                /// When it ends.
                end_time: Option<$crate::property::Timestamp> = "endTime",
                /// How long it takes, as an `xsd:duration` (`PT2M30S`).
                duration: Option<String> = "duration",
                /// The thread, event or project it belongs to.
                context: $crate::property::OneOrMany<$crate::property::Ref<$crate::any::Any>> = "context",
                /// The software that made it.
                generator: $crate::property::OneOrMany<$crate::property::Ref<$crate::any::Any>> = "generator",
                /// A small square picture.
                icon: $crate::property::OneOrMany<$crate::property::Ref<$crate::any::Any>> = "icon",
                /// A picture of any form.
                image: $crate::property::OneOrMany<$crate::property::Ref<$crate::any::Any>> = "image",
                /// Where it is.
                location: $crate::property::OneOrMany<$crate::property::Ref<$crate::any::Any>> = "location",
                /// A foretaste of it.
                preview: $crate::property::OneOrMany<$crate::property::Ref<$crate::any::Any>> = "preview",
            }
            extensions { $($extensions)* }
        }
    };
}
pub(crate) use object_family;

/// Makes a type write itself as JSON and read itself through serde.
macro_rules! text_form {
    ($type:ty) => {
        /// The document as JSON text.
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&$crate::family::write_document(self))
            }
        }

        /// Reads a document, as `from_slice` does.
        impl std::str::FromStr for $type {
            type Err = $crate::error::ReadError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::from_slice(text.as_bytes())
            }
        }

        /// Works with `serde_json` only: the JSON text has to pass unchanged, so it stays on one line; `{:#}` of `to_value` is indented.
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::family::serialize_document(self, serializer)
            }
        }

        /// Works with `serde_json` only, and checks the same rules as `from_slice`.
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::family::deserialize_document(deserializer)
            }
        }
    };
}
pub(crate) use text_form;

pub(crate) fn read_document<T: Family>(
    bytes: &[u8],
    limits: &crate::limits::Limits,
) -> Result<T, crate::error::ReadError> {
    let tape = crate::json::Tape::document(bytes, limits)?;
    tape.root().map(T::read).ok_or_else(|| {
        crate::error::ReadError::new(crate::error::Refusal::UnexpectedEnd, 0, String::new())
    })
}

pub(crate) fn write_document(thing: &impl Family) -> String {
    let mut out = String::with_capacity(1024);
    thing.write(&mut out);
    if let Some(context) = thing.context() {
        context.complete(&mut out);
    }
    out
}

pub(crate) fn problems_of(thing: &impl Family) -> Vec<Problem> {
    let mut problems = Vec::new();
    thing.problems(&mut String::new(), &mut problems);
    problems
}

pub(crate) fn serialize_document<S: serde::Serializer>(
    thing: &impl Family,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let text = write_document(thing);
    let raw: &serde_json::value::RawValue =
        serde_json::from_str(&text).map_err(serde::ser::Error::custom)?;
    serde::Serialize::serialize(raw, serializer)
}

pub(crate) fn deserialize_document<'de, T: Family, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    let raw: Box<serde_json::value::RawValue> = serde::Deserialize::deserialize(deserializer)?;
    read_document(raw.get().as_bytes(), &crate::limits::Limits::default())
        .map_err(serde::de::Error::custom)
}
