//! One line of an import: strict JSON, with everything that is wrong with it said at once.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::domain::{self, Domain, State};
use super::name;
use super::organization::{LONGEST_NAME, Profile, Roles, Vertical, is_printable};
use super::region;

/// The keys a line may have; the first three it must have.
const KEYS: [&str; 7] = ["name", "domains", "country", "region", "roles", "vertical", "verified_domains"];

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// Number in the file, from 1.
    pub line: i64,
    /// The key at fault, cut to 100 characters; empty where the whole line is.
    pub field: String,
    /// Which rule, for programs.
    pub rule: &'static str,
    /// The rule and the remedy in words.
    pub description: String,
}

/// A good line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub profile: Profile,
    pub normalized_name: String,
    /// State or province.
    pub subdivision: Option<String>,
    /// By domain.
    pub domains: Vec<Domain>,
}

impl Entry {
    /// What makes two lines the same line: name, country and domains.
    pub fn key(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        let domains = self.domains.iter().map(|domain| domain.domain.as_str());
        for part in [self.normalized_name.as_str(), &self.profile.region_code].into_iter().chain(domains) {
            hash.update(part);
            hash.update([0]);
        }
        hash.finalize().into()
    }
}

/// Reads line `number`.
pub fn parse(number: i64, text: &[u8]) -> Result<Entry, Vec<Issue>> {
    let mut reader = Reader { line: number, issues: Vec::new() };
    let entry = match serde_json::from_slice::<Value>(text) {
        Ok(Value::Object(object)) => reader.entry(&object),
        Ok(_) => reader.refuse("", "not_object", "must be a JSON object"),
        Err(error) => reader.refuse("", "not_json", &format!("is no JSON, from column {} on", error.column())),
    };
    match entry {
        Some(entry) if reader.issues.is_empty() => Ok(entry),
        _ => Err(reader.issues),
    }
}

/// Collects what is wrong; its methods answer none where they noted something.
struct Reader {
    line: i64,
    issues: Vec<Issue>,
}

impl Reader {
    fn refuse<T>(&mut self, field: &str, rule: &'static str, description: &str) -> Option<T> {
        let field: String = field.chars().take(100).collect();
        let description =
            if field.is_empty() { format!("the line {description}") } else { format!("`{field}` {description}") };
        self.issues.push(Issue { line: self.line, field, rule, description });
        None
    }

    fn entry(&mut self, object: &Map<String, Value>) -> Option<Entry> {
        for key in object.keys().filter(|key| !KEYS.contains(&key.as_str())) {
            let _: Option<()> = self.refuse(
                key,
                "unknown_key",
                &format!("is no key of an organization; known are {}", KEYS.join(", ")),
            );
        }
        // All of them before the first `?`, so that all of them are reported.
        let display_name = self.name(object);
        let country = self.country(object);
        let subdivision = self.subdivision(object, country.as_deref());
        let roles = self.roles(object);
        let vertical = self.vertical(object);
        let domains = self.domains(object);
        let display_name = display_name?;
        Some(Entry {
            normalized_name: name::normalize(&display_name),
            profile: Profile { display_name, vertical: vertical?, region_code: country?, roles: roles? },
            subdivision: subdivision?,
            domains: domains?,
        })
    }

    fn name(&mut self, object: &Map<String, Value>) -> Option<String> {
        let name = self.required_text(object, "name")?.trim().to_owned();
        if name.chars().count() > LONGEST_NAME || !is_printable(&name) {
            return self.refuse("name", "name", "must be a name of 1 to 200 printable characters");
        }
        Some(name)
    }

    fn country(&mut self, object: &Map<String, Value>) -> Option<String> {
        let code = self.required_text(object, "country")?;
        match region::code(code) {
            Ok(code) => Some(code.to_owned()),
            Err(bad) => self.refuse("country", "country", &bad.remedy()),
        }
    }

    /// Of a line whose country is bad, nothing can be said about a code.
    fn subdivision(&mut self, object: &Map<String, Value>, country: Option<&str>) -> Option<Option<String>> {
        let Some(text) = self.optional_text(object, "region")? else {
            return Some(None);
        };
        match country.map(|country| region::subdivision(country, &text)) {
            Some(None) => {
                self.refuse("region", "subdivision", "must be a code of ISO 3166-2 of its country, or a name")
            }
            Some(known) => Some(known),
            None => Some(None),
        }
    }

    fn roles(&mut self, object: &Map<String, Value>) -> Option<Roles> {
        let Some(names) = self.texts(object, "roles")? else {
            return Some(Roles { partner: false, customer: true });
        };
        if names.is_empty() || names.iter().any(|name| *name != "PARTNER" && *name != "CUSTOMER") {
            return self.refuse("roles", "role", "must be a list of PARTNER, CUSTOMER or both");
        }
        Some(Roles { partner: names.contains(&"PARTNER"), customer: names.contains(&"CUSTOMER") })
    }

    fn vertical(&mut self, object: &Map<String, Value>) -> Option<Option<Vertical>> {
        let Some(text) = self.optional_text(object, "vertical")? else {
            return Some(None);
        };
        match Vertical::parse(&text) {
            Some(vertical) => Some(Some(vertical)),
            None => self.refuse("vertical", "vertical", "must be an ISIC section, A to U, or OTHER"),
        }
    }

    fn domains(&mut self, object: &Map<String, Value>) -> Option<Vec<Domain>> {
        let Some(all) = self.domain_list(object, "domains")? else {
            return self.refuse("domains", "required", "is required; give [] if there are none");
        };
        let verified = self.domain_list(object, "verified_domains")?.unwrap_or_default();
        if all.len() > domain::MOST {
            return self.refuse("domains", "too_many", "must not have more than 100 domains");
        }
        if !verified.is_subset(&all) {
            return self.refuse("verified_domains", "verified_domain", "must only have domains that `domains` has too");
        }
        let state = |domain: &str| if verified.contains(domain) { State::Verified } else { State::Unverified };
        Some(all.into_iter().map(|domain| Domain { state: state(&domain), domain }).collect())
    }

    fn domain_list(&mut self, object: &Map<String, Value>, key: &str) -> Option<Option<BTreeSet<String>>> {
        let Some(texts) = self.texts(object, key)? else {
            return Some(None);
        };
        let (mut domains, mut good) = (BTreeSet::new(), true);
        for text in texts {
            match domain::of_organization(text) {
                Ok(domain) => {
                    domains.insert(domain);
                }
                Err(bad) => {
                    good = false;
                    let shown: String = text.chars().take(100).collect();
                    let _: Option<()> = self.refuse(key, bad.rule(), &format!("has {shown:?}, which {}", bad.remedy()));
                }
            }
        }
        good.then_some(Some(domains))
    }

    fn required_text<'a>(&mut self, object: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
        match object.get(key) {
            Some(Value::String(text)) => Some(text),
            None => self.refuse(key, "required", "is required"),
            Some(_) => self.refuse(key, "type", "must be a text"),
        }
    }

    fn optional_text(&mut self, object: &Map<String, Value>, key: &str) -> Option<Option<String>> {
        match object.get(key) {
            None | Some(Value::Null) => Some(None),
            Some(Value::String(text)) if text.chars().count() <= LONGEST_NAME && !text.contains('\0') => {
                Some(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
            }
            Some(_) => self.refuse(key, "type", "must be a text of at most 200 characters, or null"),
        }
    }

    /// None for an absent key.
    fn texts<'a>(&mut self, object: &'a Map<String, Value>, key: &str) -> Option<Option<Vec<&'a str>>> {
        let Some(value) = object.get(key) else {
            return Some(None);
        };
        match value.as_array().and_then(|items| items.iter().map(Value::as_str).collect()) {
            Some(texts) => Some(Some(texts)),
            None => self.refuse(key, "type", "must be a list of texts"),
        }
    }
}

#[cfg(test)]
#[path = "import_tests.rs"]
mod tests;
