//! Enums that a server may extend.

/// An enum over texts; a text that it does not name is kept.
macro_rules! string_enum {
    ($(#[$meta:meta])* $name:ident { $( $(#[$doc:meta])* $variant:ident = $text:literal ),+ $(,)? }) => {
        $(#[$meta])*
        ///
        /// A server may send a value that this version does not name. It is kept: read it with
        /// [`as_str`](Self::as_str), write one with `from`. The default is an empty text: the server said nothing.
        #[derive(Clone, Debug, Eq, Hash, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$doc])* $variant, )+
            #[doc(hidden)]
            _Unnamed($crate::string_enum::Unnamed),
        }

        impl $name {
            /// The value as the server writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $text, )+
                    Self::_Unnamed(text) => &text.0,
                }
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::_Unnamed($crate::string_enum::Unnamed(Box::default()))
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $( $text => Self::$variant, )+
                    _ => Self::_Unnamed($crate::string_enum::Unnamed(text.into())),
                }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::from(&*text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        $crate::wire::wire_text!($name, "text");
    };
}
pub(crate) use string_enum;

/// A text that its enum does not name. It has no public constructor, so no caller can match on it.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Unnamed(pub(crate) Box<str>);

#[cfg(test)]
mod tests {
    use crate::entities::Visibility;

    #[test]
    fn an_unknown_value_survives() {
        let read: Visibility = serde_json::from_str("\"local\"").unwrap();
        assert_eq!(read.as_str(), "local");
        assert_eq!(serde_json::to_string(&read).unwrap(), "\"local\"");
        assert_eq!(read, Visibility::from("local"));
    }

    #[test]
    fn a_known_value_is_its_variant() {
        assert_eq!(
            serde_json::from_str::<Visibility>("\"public\"").unwrap(),
            Visibility::Public
        );
        assert_eq!(Visibility::from("public"), Visibility::Public);
    }
}
