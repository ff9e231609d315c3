//! The grammar of resource names: `collection/{uuid}`, nested by `/`. The macros turn it into one type per resource.
//!
//! A name has exactly one spelling (lower-case hyphenated UUID), so equal resources have equal strings and a name may
//! be compared, hashed and indexed as text.

use uuid::Uuid;

/// A text that is not the name it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not a name of the form `{expected}`")]
pub struct BadName {
    /// What was given, cut to 100 characters.
    pub given: String,
    /// The form that was expected, e.g. `organizations/{uuid}`.
    pub expected: String,
}

impl BadName {
    /// Says that `given` should have looked like `expected`.
    pub fn new(given: &str, expected: impl Into<String>) -> Self {
        Self { given: given.chars().take(100).collect(), expected: expected.into() }
    }
}

/// Reads `{collection}/{uuid}`; only the canonical spelling of the UUID.
#[doc(hidden)]
pub fn parse_leaf(text: &str, collection: &str) -> Option<Uuid> {
    let id = text.strip_prefix(collection)?.strip_prefix('/')?;
    parse_uuid(id)
}

/// Reads a UUID in its canonical spelling only: 36 characters, lower case, hyphenated.
pub(crate) fn parse_uuid(text: &str) -> Option<Uuid> {
    let id = Uuid::try_parse(text).ok()?;
    let mut buffer = Uuid::encode_buffer();
    (id.hyphenated().encode_lower(&mut buffer) == text).then_some(id)
}

/// Splits a nested name into its parent's name and its own last two segments.
#[doc(hidden)]
pub fn split_child(text: &str) -> Option<(&str, &str)> {
    let before_id = text.rfind('/')?;
    let before_collection = text[..before_id].rfind('/')?;
    Some((&text[..before_collection], &text[before_collection + 1..]))
}

/// The trait implementations that every kind of name shares: text both ways, and serde as that text.
#[doc(hidden)]
#[macro_export]
macro_rules! __name_traits {
    ($type:ident) => {
        impl ::core::str::FromStr for $type {
            type Err = $crate::BadName;
            fn from_str(text: &str) -> ::core::result::Result<Self, Self::Err> {
                Self::parse(text)
            }
        }
        impl ::core::fmt::Debug for $type {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(self, f)
            }
        }
        impl $crate::__private::serde::Serialize for $type {
            fn serialize<S>(&self, serializer: S) -> ::core::result::Result<S::Ok, S::Error>
            where
                S: $crate::__private::serde::Serializer,
            {
                serializer.collect_str(self)
            }
        }
        impl<'de> $crate::__private::serde::Deserialize<'de> for $type {
            fn deserialize<D>(deserializer: D) -> ::core::result::Result<Self, D::Error>
            where
                D: $crate::__private::serde::Deserializer<'de>,
            {
                let text =
                    <::std::borrow::Cow<'de, str> as $crate::__private::serde::Deserialize>::deserialize(deserializer)?;
                Self::parse(&text).map_err($crate::__private::serde::de::Error::custom)
            }
        }
    };
}

/// Declares the identifier of a resource: `resource_id!(/// doc, OrganizationId, "organizations")`.
///
/// The type is a UUID that prints and parses as `{collection}/{uuid}`.
#[macro_export]
macro_rules! resource_id {
    ($(#[$doc:meta])* $type:ident, $collection:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type($crate::__private::Uuid);

        #[allow(clippy::new_without_default, reason = "a default identifier would be a random one")]
        impl $type {
            /// First segment of the name.
            pub const COLLECTION: &'static str = $collection;

            /// A fresh identifier. Version 7: later ones sort after earlier ones, which keeps B-trees compact.
            pub fn new() -> Self {
                Self($crate::__private::Uuid::now_v7())
            }

            /// The identifier that a database row carries.
            pub const fn from_uuid(id: $crate::__private::Uuid) -> Self {
                Self(id)
            }

            /// The bare UUID, for the database.
            pub const fn uuid(self) -> $crate::__private::Uuid {
                self.0
            }

            /// Reads `{collection}/{uuid}`.
            pub fn parse(text: &str) -> ::core::result::Result<Self, $crate::BadName> {
                $crate::__private::parse_leaf(text, $collection)
                    .map(Self)
                    .ok_or_else(|| $crate::BadName::new(text, Self::form()))
            }

            /// The form of the name, for error texts.
            pub fn form() -> ::std::string::String {
                ::std::concat!($collection, "/{uuid}").to_owned()
            }
        }

        impl ::core::fmt::Display for $type {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::write!(f, ::core::concat!($collection, "/{}"), self.0)
            }
        }

        $crate::__name_traits!($type);
    };
}

/// Declares a nested name: `nested_name!(UserName, organization: OrganizationId, user: UserId)`, which prints and
/// parses as the parent's name, a slash and the child's. The parent may itself be nested.
#[macro_export]
macro_rules! nested_name {
    ($(#[$doc:meta])* $type:ident, $parent_field:ident: $parent:ty, $child_field:ident: $child:ty) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type {
            /// The resource it belongs to.
            pub $parent_field: $parent,
            /// The resource itself.
            pub $child_field: $child,
        }

        impl $type {
            /// Puts the two halves together.
            pub const fn new($parent_field: $parent, $child_field: $child) -> Self {
                Self { $parent_field, $child_field }
            }

            /// Reads the full name.
            pub fn parse(text: &str) -> ::core::result::Result<Self, $crate::BadName> {
                $crate::__private::split_child(text)
                    .and_then(|(parent, child)| {
                        Some(Self {
                            $parent_field: <$parent>::parse(parent).ok()?,
                            $child_field: <$child>::parse(child).ok()?,
                        })
                    })
                    .ok_or_else(|| $crate::BadName::new(text, Self::form()))
            }

            /// The form of the name, for error texts.
            pub fn form() -> ::std::string::String {
                ::std::format!("{}/{}", <$parent>::form(), <$child>::form())
            }
        }

        impl ::core::fmt::Display for $type {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::write!(f, "{}/{}", self.$parent_field, self.$child_field)
            }
        }

        $crate::__name_traits!($type);
    };
}
