//! Log in.

use std::fmt;

use crate::wire::wire_text;

macro_rules! secrets {
    ($( $(#[$meta:meta])* $name:ident, $expected:literal; )+) => { $(
        $(#[$meta])*
        ///
        /// `Debug` shows none of it. To write it down, ask for it with [`expose`](Self::expose).
        #[derive(Clone, Default, Eq, PartialEq)]
        pub struct $name(Box<str>);

        impl $name {
            /// The secret itself. Keep it out of logs and error messages.
            #[must_use]
            pub fn expose(&self) -> &str {
                &self.0
            }

            /// Whether there is none.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }

            // For the macro that reads and writes texts.
            fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }

        wire_text!($name, $expected);
    )+ };
}

secrets! {
    /// What lets a program act for an account, or for itself.
    AccessToken, "an access token";
    /// What an application proves itself with when it asks for a token.
    ClientSecret, "a client secret";
}
