//! Domains as resources of their organizations: their names, and what is known of each.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, SecondsFormat, Utc};
use dialtone_ids::{BadName, Etag, OrganizationId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::domain::{State, canonical};

/// `organizations/{uuid}/domains/{domain}`, the domain in its one spelling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct DomainName {
    pub organization: OrganizationId,
    pub domain: String,
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/domains/{}", self.organization, self.domain)
    }
}

impl FromStr for DomainName {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        let read = || {
            let (organization, domain) = text.split_once("/domains/")?;
            let organization = OrganizationId::parse(organization).ok()?;
            let same = canonical(domain).is_ok_and(|spelling| spelling == domain);
            same.then(|| Self { organization, domain: domain.to_owned() })
        };
        read().ok_or_else(|| BadName::new(text, "organizations/{uuid}/domains/{domain}"))
    }
}

impl From<DomainName> for String {
    fn from(name: DomainName) -> Self {
        name.to_string()
    }
}

impl TryFrom<String> for DomainName {
    type Error = BadName;

    fn try_from(text: String) -> Result<Self, BadName> {
        text.parse()
    }
}

/// A domain of an organization, with what is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldDomain {
    pub name: DomainName,
    pub state: State,
    /// Another one after every change, and after a release never one that was used before.
    pub version: i64,
    pub created: DateTime<Utc>,
    /// When its challenge was last found.
    pub verified: Option<DateTime<Utc>>,
    /// Only of a CLAIMED one.
    pub claimed: Option<DateTime<Utc>>,
}

impl HeldDomain {
    /// The domain as events and history show it: fields named as in the proto message.
    pub fn view(&self) -> Value {
        let time = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Micros, true);
        json!({
            "name": self.name.to_string(),
            "domain": self.name.domain,
            "state": self.state.as_str(),
            "etag": Etag::of_version(self.version),
            "create_time": time(self.created),
            "verify_time": self.verified.map(time),
            "claim_time": self.claimed.map(time),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_spelling() {
        let organization = OrganizationId::new();
        let text = format!("{organization}/domains/xn--bcher-kva.example");
        let name: DomainName = text.parse().expect("it is one");
        assert_eq!((name.organization, name.to_string()), (organization, text));
        for domain in ["Example.org", "example.org.", "bücher.example", "org", "", "a/b.example", "x y.example"] {
            let text = format!("{organization}/domains/{domain}");
            assert!(text.parse::<DomainName>().is_err(), "{text}");
        }
        assert!("organizations/x/domains/example.org".parse::<DomainName>().is_err());
    }
}
