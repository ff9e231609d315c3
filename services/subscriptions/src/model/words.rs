//! Enumerations that are stored and told as words.

/// An enumeration whose values have fixed words: in the database and in metadata; with a prefix also in events, as the proto's enum.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident, $prefix:literal, { $($variant:ident = $word:literal),+ $(,)? }) => {
        words!($(#[$meta])* $name, { $($variant = $word),+ });

        impl $name {
            /// The name in the proto's enum.
            pub fn proto_name(self) -> String {
                format!(concat!($prefix, "_{}"), self.as_str())
            }
        }
    };
    ($(#[$meta:meta])* $name:ident, { $($variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $(#[serde(rename = $word)] $variant),+ }

        impl $name {
            /// The word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The value of a word.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

pub(crate) use words;
