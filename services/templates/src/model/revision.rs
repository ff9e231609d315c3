//! What was submitted of a template, and which customers are made with it.

use std::fmt;

use chrono::{DateTime, Utc};
use dialtone_ids::{BadName, OrganizationId, TemplateName};
use serde::{Deserialize, Serialize};

use super::template::Content;

/// Name of a revision: `organizations/{uuid}/templates/{uuid}/revisions/{number}`, numbers from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevisionName {
    pub template: TemplateName,
    pub number: i32,
}

impl RevisionName {
    /// Reads the full name, in its one spelling.
    pub fn parse(text: &str) -> Result<Self, BadName> {
        let form = || BadName::new(text, format!("{}/revisions/{{number}}", TemplateName::form()));
        let (template, number) = text.rsplit_once("/revisions/").ok_or_else(form)?;
        let plain =
            number.starts_with(|c: char| ('1'..='9').contains(&c)) && number.bytes().all(|b| b.is_ascii_digit());
        let number = number.parse().ok().filter(|_| plain).ok_or_else(form)?;
        Ok(Self { template: TemplateName::parse(template).map_err(|_| form())?, number })
    }
}

impl fmt::Display for RevisionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/revisions/{}", self.template, self.number)
    }
}

/// A template as it was when submitted.
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    pub name: RevisionName,
    pub content: Content,
    pub provisioning_id: String,
    /// When the template was archived; none while it is open.
    pub archived: Option<DateTime<Utc>>,
    pub actor: String,
    pub submitted: DateTime<Utc>,
}

/// A customer made with a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    pub revision: RevisionName,
    pub customer: OrganizationId,
    pub created: DateTime<Utc>,
}

impl Use {
    /// The use as history and events tell it.
    pub fn view(&self) -> serde_json::Value {
        serde_json::json!({ "revision": self.revision.to_string(), "customer": self.customer })
    }
}

#[cfg(test)]
mod tests {
    use dialtone_ids::TemplateId;

    use super::*;

    #[test]
    fn a_name_has_one_spelling() {
        let name = RevisionName { template: TemplateName::new(OrganizationId::new(), TemplateId::new()), number: 12 };
        assert_eq!(RevisionName::parse(&name.to_string()), Ok(name));
        for number in ["0", "012", "+12", "", "1x", "99999999999"] {
            assert!(RevisionName::parse(&format!("{}/revisions/{number}", name.template)).is_err(), "{number}");
        }
    }
}
