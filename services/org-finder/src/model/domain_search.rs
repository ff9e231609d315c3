//! What is searched for by domain: the parts of the answer, in the order in which they are given, and where each domain stands.

use dialtone_ids::OrganizationId;
use serde::{Deserialize, Serialize};

use super::domain::{self, BadDomain};
use super::public_mail;
use super::search::Shown;

/// How a domain fits what was searched for, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Fit {
    Exact,
    /// It is below what was searched for.
    Subdomain,
    /// It is above, down to the registered one.
    Parent,
    /// It begins so.
    Prefix,
}

impl Fit {
    /// 0 to 1.
    pub fn score(self) -> f64 {
        match self {
            Self::Exact => 1.0,
            Self::Subdomain => 0.9,
            Self::Parent => 0.8,
            Self::Prefix => 0.5,
        }
    }
}

/// A question, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainQuestion {
    /// In lower case, ASCII; none if it has no second label and can only be a beginning.
    whole: Option<String>,
    /// Registered parents, nearest first.
    parents: Vec<String>,
    /// As far as domains begin so.
    beginning: String,
}

/// A part of the answer: domains that stand together in an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub fit: Fit,
    /// In the index of reversed domains, and not in that of domains.
    pub reversed: bool,
    /// The first text.
    pub from: String,
    /// The text after the last one.
    pub until: String,
}

impl Part {
    fn just(fit: Fit, domain: &str) -> Self {
        // No text stands between it and the next.
        Self { fit, reversed: false, from: domain.to_owned(), until: format!("{domain}\u{1}") }
    }

    /// What a domain is called in the index of this part.
    pub fn text(&self, domain: &str) -> String {
        if self.reversed { reverse(domain) } else { domain.to_owned() }
    }

    fn has(&self, domain: &str) -> bool {
        let text = self.text(domain);
        self.from <= text && text < self.until
    }
}

fn reverse(text: &str) -> String {
    text.chars().rev().collect()
}

impl DomainQuestion {
    /// Reads a domain name or the beginning of one.
    pub fn parse(text: &str) -> Result<Self, BadDomain> {
        let text = text.trim();
        let Ok(whole) = domain::canonical(text) else {
            return Ok(Self { whole: None, parents: Vec::new(), beginning: beginning(text)? });
        };
        if psl::domain_str(&whole).is_none() {
            return Err(BadDomain::PublicSuffix);
        }
        if public_mail::is_public(&whole) {
            return Err(BadDomain::PublicMail);
        }
        let parents = domain::lineage(&whole).into_iter().skip(1).map(str::to_owned).collect();
        Ok(Self { parents, beginning: whole.clone(), whole: Some(whole) })
    }

    /// The parts of the answer, in their order.
    pub fn parts(&self) -> Vec<Part> {
        let mut parts = Vec::new();
        if let Some(whole) = &self.whole {
            parts.push(Part::just(Fit::Exact, whole));
            // `/` follows `.`.
            let below = |end: char| format!("{}{end}", reverse(whole));
            parts.push(Part { fit: Fit::Subdomain, reversed: true, from: below('.'), until: below('/') });
            parts.extend(self.parents.iter().map(|parent| Part::just(Fit::Parent, parent)));
        }
        let until = format!("{}{}", self.beginning, char::MAX);
        parts.push(Part { fit: Fit::Prefix, reversed: false, from: self.beginning.clone(), until });
        parts
    }
}

/// The beginning of a domain, in the spelling of domains.
fn beginning(text: &str) -> Result<String, BadDomain> {
    let text = text.to_lowercase();
    // A dot or hyphen may be the last that was typed.
    let (stem, typed) = text.split_at(text.trim_end_matches(['.', '-']).len());
    let stem = idna::domain_to_ascii(stem).map_err(|_| BadDomain::Malformed)?;
    let beginning = format!("{stem}{typed}");
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    let is_beginning = !stem.is_empty() && !stem.starts_with(['.', '-']) && beginning.bytes().all(good);
    if is_beginning && !beginning.contains("..") && beginning.len() <= 253 {
        Ok(beginning)
    } else {
        Err(BadDomain::Malformed)
    }
}

/// The place of a domain among those found: the part, and the place in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    pub part: usize,
    /// The domain as the index of the part has it.
    pub text: String,
    pub id: OrganizationId,
}

/// An organization that was found by a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundByDomain {
    pub shown: Shown,
    pub domain: String,
    pub fit: Fit,
}

/// Where a domain of an organization stands; none if it does not fit.
pub fn place(parts: &[Part], domain: &str, id: OrganizationId) -> Option<Place> {
    let part = parts.iter().position(|part| part.has(domain))?;
    Some(Place { part, text: parts[part].text(domain), id })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(question: &str, domain: &str) -> Option<Fit> {
        let parts = DomainQuestion::parse(question).expect("it is one").parts();
        place(&parts, domain, OrganizationId::new()).map(|place| parts[place.part].fit)
    }

    #[test]
    fn a_domain_fits_in_one_way() {
        for (question, domain, expected) in [
            ("Example.org.", "example.org", Some(Fit::Exact)),
            ("example.org", "a.b.example.org", Some(Fit::Subdomain)),
            ("example.org", "notexample.org", None),
            ("example.org", "example.organic.example", Some(Fit::Prefix)),
            ("a.b.example.org", "example.org", Some(Fit::Parent)),
            ("a.b.example.org", "b.example.org", Some(Fit::Parent)),
            ("a.example.co.uk", "co.uk", None),
            ("exam", "example.org", Some(Fit::Prefix)),
            ("example.", "example.org", Some(Fit::Prefix)),
            ("bücher", "xn--bcher-kva.example", Some(Fit::Prefix)),
            ("BÜCHER.example", "xn--bcher-kva.example", Some(Fit::Exact)),
        ] {
            assert_eq!(fit(question, domain), expected, "{question} {domain}");
        }
    }

    #[test]
    fn what_says_nothing_or_can_be_no_domain_is_refused() {
        for (question, bad) in [
            ("co.uk", BadDomain::PublicSuffix),
            ("gmail.com", BadDomain::PublicMail),
            ("a b", BadDomain::Malformed),
            ("a\0b.example", BadDomain::Malformed),
            ("a..b", BadDomain::Malformed),
            ("-", BadDomain::Malformed),
            (".", BadDomain::Malformed),
            ("x@example.org", BadDomain::Malformed),
            ("\u{202E}gro.elpmaxe", BadDomain::Malformed),
        ] {
            assert_eq!(DomainQuestion::parse(question), Err(bad), "{question:?}");
        }
    }
}
