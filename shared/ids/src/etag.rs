//! Etags: what a client sends back to say which state of a resource it has seen.

use std::fmt;

/// Opaque mark of one version of a resource. Equal for equal versions, in every replica and release.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Etag(String);

impl Etag {
    /// The etag of a row's version column: 16 hexadecimal digits.
    pub fn of_version(version: i64) -> Self {
        Self(format!("{:016x}", mix(version.cast_unsigned())))
    }

    /// Whether this etag, as a client sent it, marks `version`.
    pub fn matches(&self, version: i64) -> bool {
        *self == Self::of_version(version)
    }

    /// Whether the client sent none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text on the wire, owned.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl From<String> for Etag {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Etag {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Display for Etag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

// Clients that can read a counter out of an etag soon compute the next one; a bijection (splitmix64's finaliser)
// keeps distinct versions distinct and shows no order.
const fn mix(version: u64) -> u64 {
    let x = version.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
