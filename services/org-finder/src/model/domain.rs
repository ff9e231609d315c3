//! Domain names: one spelling each, and which of them say something about an organization.

use serde::{Deserialize, Serialize};
use unicode_security::{RestrictionLevel, RestrictionLevelDetection as _};

use super::challenge::LONGEST_DOMAIN;
use super::{disposable_mail, public_mail};

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
    /// Addresses there are made for one use: `mailinator.com`.
    DisposableMail,
    /// A label can be taken for another one: it mixes Latin with Cyrillic or Greek, or has what is no letter of any language.
    MixedScripts,
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
            Self::DisposableMail => "disposable_mail_domain",
            Self::MixedScripts => "mixed_scripts",
            Self::TooLong => "domain_length",
        }
    }

    /// The remedy, for people.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Malformed => "must be a domain name with at least two labels, such as example.org",
            Self::PublicSuffix => "is a suffix under which anybody registers names; give a name below it",
            Self::PublicMail => "is a public mail domain and says nothing about an organization; leave it out",
            Self::DisposableMail => "is a throw-away mail domain and says nothing about an organization; leave it out",
            Self::MixedScripts => {
                "has a label with letters of scripts that look alike, such as Latin and Cyrillic, or with symbols; write it in one script"
            }
            Self::TooLong => "must have at most 233 octets, so that the record that proves it has a name",
        }
    }
}

/// What ends a label, as people type it: IDNA takes each of them for a dot.
const DOTS: [char; 4] = ['.', '\u{3002}', '\u{ff0e}', '\u{ff61}'];

/// The one spelling of a domain name: lower case, ASCII (IDNA), without a trailing dot.
pub fn canonical(text: &str) -> Result<String, BadDomain> {
    let text = text.strip_suffix(DOTS).unwrap_or(text);
    let ascii = idna::domain_to_ascii_strict(text).map_err(|_| BadDomain::Malformed)?;
    let top = ascii.rsplit_once('.').map(|(_, top)| top).ok_or(BadDomain::Malformed)?;
    // Otherwise 192.0.2.1 would be a domain.
    if top.bytes().all(|byte| byte.is_ascii_digit()) { Err(BadDomain::Malformed) } else { Ok(ascii) }
}

/// The one spelling of a domain that an organization may have.
pub fn of_organization(text: &str) -> Result<String, BadDomain> {
    let domain = canonical(text)?;
    if let Some(why) = unfit(&domain) {
        Err(why)
    } else if mixes_scripts(&domain) {
        Err(BadDomain::MixedScripts)
    } else if domain.len() > LONGEST_DOMAIN {
        Err(BadDomain::TooLong)
    } else {
        Ok(domain)
    }
}

/// Why neither this domain nor one above it says which organization an address there belongs to; none if it may.
pub fn unfit(domain: &str) -> Option<BadDomain> {
    match psl::domain_str(domain) {
        None => Some(BadDomain::PublicSuffix),
        Some(registered) if disposable_mail::is_disposable(domain, registered) => Some(BadDomain::DisposableMail),
        Some(_) if public_mail::is_public(domain) => Some(BadDomain::PublicMail),
        Some(_) => None,
    }
}

/// Whether a label is below the level "moderately restrictive" of UTS 39, 5.2: Latin may stand beside one other script, but not beside
/// Cyrillic or Greek, which have letters of the same looks. A label of one script is left alone, whatever it looks like.
fn mixes_scripts(domain: &str) -> bool {
    let (text, _) = idna::domain_to_unicode(domain);
    let level = |label: &str| label.detect_restriction_level();
    text.split('.').any(|label| !label.is_ascii() && level(label) > RestrictionLevel::ModeratelyRestrictive)
}

/// The domain that was registered: `example.co.uk` of `a.example.co.uk`. A public suffix is its own.
pub fn registered(domain: &str) -> &str {
    psl::domain_str(domain).unwrap_or(domain)
}

/// The domains by which an address at `domain` may belong to an organization, nearest first: the domain itself and its parents
/// down to the one that was registered. None for one that is [`unfit`]; parents that are public are left out.
pub fn lineage(domain: &str) -> Vec<&str> {
    let Some(registered) = psl::domain_str(domain).filter(|_| unfit(domain).is_none()) else {
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
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_domain_has_one_spelling() {
        for (written, canonical_form) in [
            ("Example.ORG", Ok("example.org")),
            ("example.org.", Ok("example.org")),
            ("Bücher.example", Ok("xn--bcher-kva.example")),
            ("xn--bcher-kva.example", Ok("xn--bcher-kva.example")),
            ("a.b.c.example.org", Ok("a.b.c.example.org")),
            ("example\u{3002}org\u{3002}", Ok("example.org")),
            ("example.org..", Err(BadDomain::Malformed)),
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
        assert_eq!(of_organization("Mailinator.com"), Err(BadDomain::DisposableMail));
        assert_eq!(of_organization("any.name.mailinator.com"), Err(BadDomain::DisposableMail));
        assert_eq!(of_organization("example.co.uk").as_deref(), Ok("example.co.uk"));
        let of_length = |length: usize| format!("{0}.{0}.{0}.{1}.example", "a".repeat(60), "b".repeat(length - 191));
        assert!(of_organization(&of_length(200)).is_ok());
        assert_eq!(of_organization(&of_length(240)), Err(BadDomain::TooLong));
    }

    #[test]
    fn domains_that_look_like_others_are_no_organizations_domains() {
        // The first has a Cyrillic, the second a Greek letter among Latin ones; the third a symbol.
        for look_alike in ["p\u{430}ypal.example", "g\u{3bf}ogle.example", "\u{2615}-shop.example"] {
            assert_eq!(of_organization(look_alike), Err(BadDomain::MixedScripts), "{look_alike}");
            let canonical_form = canonical(look_alike).expect("it is a domain all the same");
            assert_eq!(of_organization(&canonical_form), Err(BadDomain::MixedScripts), "{canonical_form}");
            assert!(!lineage(&canonical_form).is_empty());
        }
        for honest in
            ["bücher.example", "почта.рф", "xn--80a1acny.xn--p1ai", "東京abc.example", "ελλάδα-24.gr", "a-b.example"]
        {
            assert!(of_organization(honest).is_ok(), "{honest}: {:?}", of_organization(honest));
        }
        // What cannot be seen is no part of a domain, or makes it none.
        assert_eq!(canonical("exam\u{200b}ple.org").as_deref(), Ok("example.org"));
        for marked in ["exam\u{200f}ple.org", "exam\u{202e}ple.org", "exam\0ple.org", "exam\nple.org"] {
            assert_eq!(canonical(marked), Err(BadDomain::Malformed), "{marked:?}");
        }
    }

    #[test]
    fn lineage_goes_up_to_the_registered_domain() {
        assert_eq!(lineage("a.b.example.co.uk"), ["a.b.example.co.uk", "b.example.co.uk", "example.co.uk"]);
        assert_eq!(lineage("example.org"), ["example.org"]);
        assert_eq!(lineage("co.uk"), [""; 0]);
        assert_eq!(lineage("gmail.com"), [""; 0]);
        assert_eq!(lineage("x.mailinator.com"), [""; 0]);
        // berlin.de gives addresses to everybody, the name below it does not.
        assert_eq!(lineage("fhvr.berlin.de"), ["fhvr.berlin.de"]);
    }

    proptest! {
        #[test]
        fn the_one_spelling_of_a_domain_is_its_own(text in "[a-zA-Z0-9À-ÿΑ-ωА-яİßſ\u{200b}.\u{3002}\u{ff0e}-]{1,30}") {
            if let Ok(domain) = canonical(&text) {
                prop_assert!(domain.is_ascii() && !domain.ends_with('.') && !domain.contains(char::is_uppercase));
                prop_assert_eq!(canonical(&domain), Ok(domain.clone()));
                let (unicode, _) = idna::domain_to_unicode(&domain);
                prop_assert_eq!(canonical(&unicode), Ok(domain.clone()));
                prop_assert!(lineage(&domain).iter().all(|parent| domain.ends_with(parent)));
            }
        }
    }
}
