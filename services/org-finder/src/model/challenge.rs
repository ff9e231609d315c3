//! The proof that an organization controls a domain: a TXT record with a token that only it was told.

use uuid::Uuid;

/// Stands before the domain in the record's name.
const LABEL: &str = "_dialtone-challenge.";
/// The longest name that the DNS has, in octets, without the dot at its end.
const LONGEST_NAME: usize = 253;

/// The longest domain that has room for the name of its record, in octets.
pub const LONGEST_DOMAIN: usize = LONGEST_NAME - LABEL.len();
/// The time to live that is advised for the record, in seconds.
pub const ADVISED_TTL: u32 = 300;

/// The name of the record of a domain.
pub fn record_name(domain: &str) -> String {
    format!("{LABEL}{domain}")
}

/// What one organization has to publish for one of its domains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Challenge(Uuid);

/// Why a look-up proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unproven {
    /// There is no text at the name, or no such name.
    Missing,
    /// There are this many texts, and none is the challenge's.
    Mismatch(usize),
}

/// Why a look-up had no answer at all, not even that there is no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// Nobody answered in time.
    Timeout,
    /// A server answered that it cannot, or with what cannot be read.
    ServerFailure,
    /// No server was reached.
    Network,
}

impl NoAnswer {
    /// The name that is shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "TIMEOUT",
            Self::ServerFailure => "SERVER_FAILURE",
            Self::Network => "NETWORK",
        }
    }
}

impl Challenge {
    /// The challenge with this token.
    pub fn new(token: Uuid) -> Self {
        Self(token)
    }

    /// Its token, as it is stored.
    pub fn token(self) -> Uuid {
        self.0
    }

    /// The text of the record.
    pub fn value(self) -> String {
        format!("dialtone-challenge={}", self.0.simple())
    }

    /// Looks for the text among those that were found.
    pub fn proven_by(self, texts: &[Vec<u8>]) -> Result<(), Unproven> {
        let wanted = self.value();
        if texts.iter().any(|text| trimmed(text).eq_ignore_ascii_case(wanted.as_bytes())) {
            Ok(())
        } else if texts.is_empty() {
            Err(Unproven::Missing)
        } else {
            Err(Unproven::Mismatch(texts.len()))
        }
    }
}

/// Some consoles take the quotation marks of a zone file, and the space around a pasted text, for a part of the text.
fn trimmed(text: &[u8]) -> &[u8] {
    let inner = text.trim_ascii();
    inner.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(inner).trim_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_proves_among_others_however_it_was_pasted() {
        let challenge = Challenge::new(Uuid::from_u128(0xabc));
        let value = "dialtone-challenge=00000000000000000000000000000abc";
        assert_eq!(challenge.value(), value);
        for text in [value.to_owned(), format!(" {value}\n"), format!("\"{value}\""), value.to_uppercase()] {
            assert_eq!(challenge.proven_by(&[b"v=spf1 -all".to_vec(), text.into_bytes()]), Ok(()));
        }
    }

    #[test]
    fn anything_else_does_not() {
        let challenge = Challenge::new(Uuid::from_u128(0xabc));
        assert_eq!(challenge.proven_by(&[]), Err(Unproven::Missing));
        let other = Challenge::new(Uuid::from_u128(0xabd)).value();
        let longer = challenge.value() + "0";
        let texts = [other, longer, "dialtone-challenge=".into(), String::new()].map(String::into_bytes);
        assert_eq!(challenge.proven_by(&texts), Err(Unproven::Mismatch(4)));
    }

    #[test]
    fn the_record_of_the_longest_domain_has_a_name() {
        assert_eq!(record_name(&"a".repeat(LONGEST_DOMAIN)).len(), LONGEST_NAME);
    }
}
