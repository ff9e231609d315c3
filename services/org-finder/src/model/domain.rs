//! Domain names: one spelling each, and which of them say something about an organization.

use serde::{Deserialize, Serialize};

use super::challenge::LONGEST_DOMAIN;
use super::public_mail;

/// The most domains an organization may have.
pub const MOST: usize = 100;

/// How well a domain is known to belong to its organization. Later is better known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Said to belong to it.
    Unverified,
    /// Shown to belong to it; several organizations may share it.
    Verified,
    /// Verified, and no other organization may hold it.
    Claimed,
}

impl State {
    /// The name that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unverified => "UNVERIFIED",
            Self::Verified => "VERIFIED",
            Self::Claimed => "CLAIMED",
        }
    }

    /// The state of this name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Unverified, Self::Verified, Self::Claimed].into_iter().find(|state| state.as_str() == text)
    }
}

/// A domain of an organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Domain {
    /// In lower case, ASCII, without a trailing dot.
    pub domain: String,
    /// How well it is known.
    pub state: State,
}

/// Why a domain cannot be an organization's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadDomain {
    /// It is no domain name.
    Malformed,
    /// Anybody can register a name below it: `com`, `co.uk`.
    PublicSuffix,
    /// Anybody can have an address there: `gmail.com`.
    PublicMail,
    /// There is no room before it for the name of its challenge record.
    TooLong,
}

impl BadDomain {
    /// The broken rule, for programs.
    pub fn rule(self) -> &'static str {
        match self {
            Self::Malformed => "domain",
            Self::PublicSuffix => "public_suffix",
            Self::PublicMail => "public_mail_domain",
            Self::TooLong => "domain_length",
        }
    }

    /// The remedy, for people.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Malformed => "must be a domain name with at least two labels, such as example.org",
            Self::PublicSuffix => "is a suffix under which anybody registers names; give a name below it",
            Self::PublicMail => "is a public mail domain and says nothing about an organization; leave it out",
            Self::TooLong => "must have at most 233 octets, so that the record that proves it has a name",
        }
    }
}

/// The one spelling of a domain name: lower case, ASCII (IDNA), without a trailing dot.
pub fn canonical(text: &str) -> Result<String, BadDomain> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let ascii = idna::domain_to_ascii_strict(text).map_err(|_| BadDomain::Malformed)?;
    let top = ascii.rsplit_once('.').map(|(_, top)| top).ok_or(BadDomain::Malformed)?;
    // Otherwise 192.0.2.1 would be a domain.
    if top.bytes().all(|byte| byte.is_ascii_digit()) { Err(BadDomain::Malformed) } else { Ok(ascii) }
}

/// The one spelling of a domain that an organization may have.
pub fn of_organization(text: &str) -> Result<String, BadDomain> {
    let domain = canonical(text)?;
    if psl::domain_str(&domain).is_none() {
        Err(BadDomain::PublicSuffix)
    } else if public_mail::is_public(&domain) {
        Err(BadDomain::PublicMail)
    } else if domain.len() > LONGEST_DOMAIN {
        Err(BadDomain::TooLong)
    } else {
        Ok(domain)
    }
}

/// The domain that was registered: `example.co.uk` of `a.example.co.uk`. A public suffix is its own.
pub fn registered(domain: &str) -> &str {
    psl::domain_str(domain).unwrap_or(domain)
}

/// The domains by which an address at `domain` may belong to an organization, nearest first: the domain itself and its parents
/// down to the one that was registered. None for a public mail domain or suffix; parents that are public are left out.
pub fn lineage(domain: &str) -> Vec<&str> {
    let Some(registered) = psl::domain_str(domain).filter(|_| !public_mail::is_public(domain)) else {
        return Vec::new();
    };
    let parents = std::iter::successors(Some(domain), |child| child.split_once('.').map(|(_, parent)| parent));
    parents
        .take_while(|parent| parent.len() >= registered.len())
        .filter(|parent| !public_mail::is_public(parent))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_has_one_spelling() {
        for (written, canonical_form) in [
            ("Example.ORG", Ok("example.org")),
            ("example.org.", Ok("example.org")),
            ("Bücher.example", Ok("xn--bcher-kva.example")),
            ("xn--bcher-kva.example", Ok("xn--bcher-kva.example")),
            ("a.b.c.example.org", Ok("a.b.c.example.org")),
            ("", Err(BadDomain::Malformed)),
            ("localhost", Err(BadDomain::Malformed)),
            ("exa mple.org", Err(BadDomain::Malformed)),
            ("example..org", Err(BadDomain::Malformed)),
            ("-a.example", Err(BadDomain::Malformed)),
            ("a_b.example.org", Err(BadDomain::Malformed)),
            ("192.0.2.1", Err(BadDomain::Malformed)),
            ("https://example.org", Err(BadDomain::Malformed)),
            ("x@example.org", Err(BadDomain::Malformed)),
        ] {
            assert_eq!(canonical(written).as_deref(), canonical_form.as_ref().copied(), "{written}");
        }
        let long = format!("{}.org", "a".repeat(64));
        assert_eq!(canonical(&long), Err(BadDomain::Malformed));
    }

    #[test]
    fn suffixes_and_public_mail_are_no_organizations_domains() {
        assert_eq!(of_organization("co.uk"), Err(BadDomain::PublicSuffix));
        assert_eq!(of_organization("github.io"), Err(BadDomain::PublicSuffix));
        assert_eq!(of_organization("Gmail.com"), Err(BadDomain::PublicMail));
        assert_eq!(of_organization("example.co.uk").as_deref(), Ok("example.co.uk"));
        let of_length = |length: usize| format!("{0}.{0}.{0}.{1}.example", "a".repeat(60), "b".repeat(length - 191));
        assert!(of_organization(&of_length(200)).is_ok());
        assert_eq!(of_organization(&of_length(240)), Err(BadDomain::TooLong));
    }

    #[test]
    fn lineage_goes_up_to_the_registered_domain() {
        assert_eq!(lineage("a.b.example.co.uk"), ["a.b.example.co.uk", "b.example.co.uk", "example.co.uk"]);
        assert_eq!(lineage("example.org"), ["example.org"]);
        assert_eq!(lineage("co.uk"), [""; 0]);
        assert_eq!(lineage("gmail.com"), [""; 0]);
        // berlin.de gives addresses to everybody, the name below it does not.
        assert_eq!(lineage("fhvr.berlin.de"), ["fhvr.berlin.de"]);
    }
}
