//! The table of endpoints.

/// Endpoints, three lines each:
///
/// ```text
/// /// What it does.
/// VERB manner "path with {parameters}", "page/#anchor", token "scope" | "another scope", since "1.2.3"
/// Name(path_parameter: Type, …)[required: Type, …] => Response {
///     /// What it means.
///     optional: Type, … }
/// ```
///
/// `manner` is `form`, `multipart`, `offset` or left out ([`Manner`](super::Manner)); `token` is `public`,
/// `optional`, `app` or `user` ([`Access`](super::Access)). A parameter is sent under its own name, or
/// `as key "name"`, `as header "Name"`, `as file "name"`; `=> "name": Response` is for an answer that stands in an
/// object under that name. `#[deprecated = "…"]` stands after the text.
///
/// Rows of another server than Mastodon stand after `of "Server", "https://documentation/";`.
///
/// Each row becomes a struct with private fields, `new`, a setter for each optional parameter and an
/// implementation of [`Endpoint`](super::Endpoint). A path parameter that is misspelt does not compile.
macro_rules! endpoints {
    (of $server:literal, $site:literal; $($rows:tt)+) => {
        $crate::endpoint::endpoints! { @ $server, $site; $($rows)+ }
    };
    (#[$($first:tt)*] $($rows:tt)+) => {
        $crate::endpoint::endpoints! {
            @ "Mastodon", "https://docs.joinmastodon.org/methods/"; #[$($first)*] $($rows)+
        }
    };
    (@ $server:literal, $site:literal; $(
        $(#[$($meta:tt)*])*
        $method:ident $($manner:ident)? $path:literal, $docs:literal,
            $token:ident $($scope:literal)|*, since $since:literal
        $name:ident $(($($arg:ident: $arg_ty:ty),+ $(,)?))?
            $([$($req:ident: $req_ty:ty $(as $req_place:ident $req_key:literal)?),+ $(,)?])?
            => $($inside:literal:)? $response:ty $({
            $( $(#[$field_meta:meta])* $field:ident: $field_ty:ty $(as $place:ident $key:literal)? ),* $(,)?
        })?
    )+) => {
        $(
            $(#[$($meta)*])*
            #[doc = ""]
            #[doc = concat!(
                "`", stringify!($method), " ", $path, "` · token: ", stringify!($token) $(, " `", $scope, "`")*,
                " · ", $server, " since ", $since,
                " · [documentation](", $site, $docs, ")"
            )]
            #[derive(Clone, Debug)]
            #[must_use = "a request does nothing until it is sent"]
            #[non_exhaustive]
            pub struct $name {
                $($( $arg: $arg_ty, )+)?
                $($( $req: $req_ty, )+)?
                $($( $field: Option<$field_ty>, )*)?
            }

            #[allow(deprecated)]
            impl $name {
                /// The call with no optional parameter set.
                #[allow(clippy::new_without_default, reason = "a call has no natural default")]
                pub fn new(
                    $($($arg: impl $crate::endpoint::IntoParameter<$arg_ty>,)+)?
                    $($($req: impl $crate::endpoint::IntoParameter<$req_ty>,)+)?
                ) -> Self {
                    Self {
                        $($( $arg: $arg.into_parameter(), )+)?
                        $($( $req: $req.into_parameter(), )+)?
                        $($( $field: None, )*)?
                    }
                }

                $($(
                    $(#[$field_meta])*
                    pub fn $field(mut self, $field: impl $crate::endpoint::IntoParameter<$field_ty>) -> Self {
                        self.$field = Some($field.into_parameter());
                        self
                    }
                )*)?
            }

            #[allow(deprecated)]
            impl $crate::endpoint::Endpoint for $name {
                type Response = $response;
                const METHOD: http::Method = http::Method::$method;
                const TEMPLATE: &'static str = $path;
                const ACCESS: $crate::endpoint::Access =
                    $crate::endpoint::access!($token $($scope)*);
                const SINCE: &'static str = $since;
                const MANNER: $crate::endpoint::Manner = $crate::endpoint::manner!($($manner)?);

                $(const INSIDE: Option<&'static str> = Some($inside);)?

                fn path(&self) -> String {
                    $($( let $arg = $crate::endpoint::segment(&self.$arg); )+)?
                    format!($path)
                }

                fn write(&self, _parameters: &mut $crate::endpoint::Parameters) {
                    $($( $crate::endpoint::put!(_parameters, $req, &self.$req $(, $req_place $req_key)?); )+)?
                    $($(
                        if let Some(value) = &self.$field {
                            $crate::endpoint::put!(_parameters, $field, value $(, $place $key)?);
                        }
                    )*)?
                }
            }
        )+

        #[allow(deprecated)]
        pub(crate) const ROWS: &[$crate::endpoint::Row] = &[$(
            $crate::endpoint::Row::of::<$name>(
                concat!(module_path!(), "::", stringify!($name)),
                $docs,
                $crate::endpoint::instead!($([$($meta)*])*),
                &[
                    $($( stringify!($arg), )+)?
                    $($( $crate::wire::key!($req $($req_key)?), )+)?
                    $($( $crate::wire::key!($field $($key)?), )*)?
                ],
            ),
        )+];
    };
}
pub(crate) use endpoints;

/// The text of `#[deprecated = "…"]` among attributes.
macro_rules! instead {
    () => {
        None
    };
    ([deprecated = $instead:literal] $($rest:tt)*) => {
        Some($instead)
    };
    ([$($other:tt)*] $($rest:tt)*) => {
        $crate::endpoint::instead!($($rest)*)
    };
}
pub(crate) use instead;

macro_rules! put {
    ($out:ident, $name:ident, $value:expr) => {
        $out.set(stringify!($name), $value)
    };
    ($out:ident, $name:ident, $value:expr, key $key:literal) => {
        $out.set($key, $value)
    };
    ($out:ident, $name:ident, $value:expr, header $key:literal) => {
        $out.set_header(http::HeaderName::from_static($key), $value)
    };
    ($out:ident, $name:ident, $value:expr, file $key:literal) => {
        $out.add_file($key, $value.clone())
    };
}
pub(crate) use put;

macro_rules! access {
    (public) => {
        $crate::endpoint::Access::public()
    };
    (optional $($scope:literal)*) => {
        $crate::endpoint::Access::optional(&[$($scope),*])
    };
    (app $($scope:literal)*) => {
        $crate::endpoint::Access::app(&[$($scope),*])
    };
    (user $($scope:literal)*) => {
        $crate::endpoint::Access::user(&[$($scope),*])
    };
}
pub(crate) use access;

macro_rules! manner {
    () => {
        $crate::endpoint::Manner::Plain
    };
    (offset) => {
        $crate::endpoint::Manner::Offset
    };
    (form) => {
        $crate::endpoint::Manner::Form
    };
    (multipart) => {
        $crate::endpoint::Manner::Multipart
    };
}
pub(crate) use manner;
