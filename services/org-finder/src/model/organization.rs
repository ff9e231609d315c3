//! Organizations.

use chrono::{DateTime, SecondsFormat, Utc};
use dialtone_ids::{Etag, OrganizationId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::domain::Domain;

/// The longest name, in characters.
pub const LONGEST_NAME: usize = 200;
/// How many of an organization's domains are shown with it.
pub const MOST_DOMAINS_SHOWN: usize = 100;

/// Whether a name can be shown: it has something to read, no control characters, and none that turn the direction of the text around
/// it (Unicode's embeddings, overrides and isolates). Marks of direction are part of names in many scripts.
pub fn is_printable(name: &str) -> bool {
    let turns = |letter: char| matches!(letter, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    !name.trim().is_empty() && !name.contains(|letter: char| letter.is_control() || turns(letter))
}

/// What an organization may be in an order; at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roles {
    /// May resell and provision for customers.
    pub partner: bool,
    /// May be a customer.
    pub customer: bool,
}

/// One of [`Roles`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Partner,
    Customer,
}

/// What an organization does: an ISIC section, `A` to `U`, or something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Vertical {
    Isic(char),
    Other,
}

impl Vertical {
    /// Reads `A` to `U`, or `OTHER`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.as_bytes() {
            [letter @ b'A'..=b'U'] => Some(Self::Isic(char::from(*letter))),
            b"OTHER" => Some(Self::Other),
            _ => None,
        }
    }
}

impl From<Vertical> for String {
    fn from(vertical: Vertical) -> Self {
        match vertical {
            Vertical::Isic(letter) => letter.to_string(),
            Vertical::Other => "OTHER".to_owned(),
        }
    }
}

impl TryFrom<String> for Vertical {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("{text} is no vertical"))
    }
}

/// What somebody says about an organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// As the company writes it.
    pub display_name: String,
    /// None for not said.
    pub vertical: Option<Vertical>,
    /// ISO 3166-1 alpha-2.
    pub region_code: String,
    /// At least one.
    pub roles: Roles,
}

/// A company known to the system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    pub id: OrganizationId,
    pub profile: Profile,
    /// The first [`MOST_DOMAINS_SHOWN`] by domain.
    pub domains: Vec<Domain>,
    /// Whether it has more.
    pub has_more_domains: bool,
    /// Counts changes, from 1.
    pub version: i64,
    pub created: DateTime<Utc>,
    pub updated: DateTime<Utc>,
    /// When it was deleted.
    pub deleted: Option<DateTime<Utc>>,
    /// Until when the deletion can be undone; none, too, for one that was merged into another.
    pub purge: Option<DateTime<Utc>>,
    /// Where everything of it is, if it was merged.
    pub merged_into: Option<OrganizationId>,
}

impl Organization {
    /// The organization as events and history show it: fields named as in the proto message.
    pub fn view(&self) -> Value {
        let domains: Vec<_> =
            self.domains.iter().map(|d| json!({"domain": d.domain, "state": d.state.as_str()})).collect();
        let time = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Micros, true);
        json!({
            "name": self.id,
            "display_name": self.profile.display_name,
            "vertical": self.profile.vertical,
            "region_code": self.profile.region_code,
            "roles": self.profile.roles.names(),
            "domains": domains,
            "has_more_domains": self.has_more_domains,
            "etag": Etag::of_version(self.version),
            "create_time": time(self.created),
            "update_time": time(self.updated),
            "delete_time": self.deleted.map(time),
            "purge_time": self.purge.map(time),
        })
    }
}

impl Roles {
    fn names(self) -> Vec<&'static str> {
        let all = [("PARTNER", self.partner), ("CUSTOMER", self.customer)];
        all.into_iter().filter_map(|(name, has)| has.then_some(name)).collect()
    }
}

/// Fields that an update may change, as the proto names them.
pub const MUTABLE: [&str; 4] = ["display_name", "vertical", "region_code", "roles"];

/// Takes over the fields of `new` that the mask names.
pub fn apply(profile: &mut Profile, new: Profile, mask: &[String]) {
    let named = |field| mask.iter().any(|path| path == field);
    if named("display_name") {
        profile.display_name = new.display_name;
    }
    if named("vertical") {
        profile.vertical = new.vertical;
    }
    if named("region_code") {
        profile.region_code = new.region_code;
    }
    if named("roles") {
        profile.roles = new.roles;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(name: &str) -> Profile {
        Profile {
            display_name: name.to_owned(),
            vertical: Some(Vertical::Isic('J')),
            region_code: "SE".to_owned(),
            roles: Roles { partner: true, customer: false },
        }
    }

    #[test]
    fn names_that_hide_something_are_not_printable() {
        for good in ["Ärla", "日本電信電話", "خليج \u{200F}ABC", "Smile 😀 AB", "a\u{200D}b"] {
            assert!(is_printable(good), "{good:?}");
        }
        for bad in ["", "  ", "a\0b", "a\nb", "abc\u{202E}moc", "\u{2067}x\u{2069}"] {
            assert!(!is_printable(bad), "{bad:?}");
        }
    }

    #[test]
    fn apply_changes_what_the_mask_names_and_nothing_else() {
        let mut changed = profile("A");
        let new = Profile { region_code: "NO".into(), vertical: None, ..profile("B") };
        apply(&mut changed, new.clone(), &["display_name".into(), "vertical".into()]);
        assert_eq!(changed, Profile { display_name: "B".into(), vertical: None, ..profile("A") });
        apply(&mut changed, new.clone(), &MUTABLE.map(str::to_owned));
        assert_eq!(changed, new);
    }

    #[test]
    fn verticals_are_the_sections_of_isic_and_other() {
        for text in ["A", "J", "U", "OTHER"] {
            let vertical = Vertical::parse(text).expect("it is one");
            assert_eq!(String::from(vertical), text);
        }
        for text in ["", "V", "a", "JJ", "other"] {
            assert_eq!(Vertical::parse(text), None, "{text}");
        }
    }
}
