//! Packages of the catalogue, and the rules that say which go together.

use serde::{Deserialize, Serialize};

/// What a customer or a user is entitled to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Stable id, e.g. `webex_calling`.
    pub id: String,
    pub for_customers: bool,
    pub for_users: bool,
    /// How many base packages somebody has is limited: see [`Bases`].
    pub base: bool,
    /// At least one of these must be there too, sorted; empty for no condition.
    pub needs_one_of: Vec<String>,
    /// Whether it is no longer given to anybody new.
    pub retired: bool,
}

/// Who may have a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    Customer,
    User,
}

impl Audience {
    /// As rows and names have it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::User => "user",
        }
    }
}

/// How many base packages somebody of an audience has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bases {
    pub minimum: i32,
    /// None for no limit.
    pub maximum: Option<i32>,
}

/// A rule that packages break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    Unknown,
    Retired,
    WrongAudience,
    Duplicate,
    MissingDependency,
    NoBase,
    SeveralBases,
}

/// A broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    pub rule: Rule,
    /// The package that breaks it, as it was given; none where none does by itself.
    pub package: Option<String>,
    /// Packages of which one is to be added, or all but one removed, by id.
    pub remedy: Vec<String>,
}

impl Package {
    /// Whether this audience may have it.
    pub fn is_for(&self, audience: Audience) -> bool {
        match audience {
            Audience::Customer => self.for_customers,
            Audience::User => self.for_users,
        }
    }
}

/// How packages are named.
const COLLECTION: &str = "packages/";

/// The full name.
pub fn name(id: &str) -> String {
    format!("{COLLECTION}{id}")
}

/// Every rule that `given`, names of packages, breaks together for this audience.
pub fn broken(catalogue: &[Package], bases: Bases, audience: Audience, given: &[String]) -> Vec<Broken> {
    let find =
        |name: &String| name.strip_prefix(COLLECTION).and_then(|id| catalogue.iter().find(|package| package.id == id));
    let there: Vec<&Package> = given.iter().filter_map(find).collect();
    let has = |id: &String| there.iter().any(|package| package.id == *id);
    let sold = |package: &&Package| package.is_for(audience) && !package.retired;
    let mut all = Vec::new();
    for (place, name) in given.iter().enumerate() {
        let mut add = |rule, remedy| all.push(Broken { rule, package: Some(name.clone()), remedy });
        if given[..place].contains(name) {
            // Whatever else is wrong with it was said at its first place.
            add(Rule::Duplicate, Vec::new());
            continue;
        }
        let Some(package) = find(name) else {
            add(Rule::Unknown, Vec::new());
            continue;
        };
        if package.retired {
            add(Rule::Retired, Vec::new());
        }
        if !package.is_for(audience) {
            add(Rule::WrongAudience, Vec::new());
        }
        if !package.needs_one_of.is_empty() && !package.needs_one_of.iter().any(has) {
            let needed = catalogue.iter().filter(sold).filter(|other| package.needs_one_of.contains(&other.id));
            add(Rule::MissingDependency, needed.map(|other| other.id.clone()).collect());
        }
    }
    let mut own: Vec<String> = there.iter().filter(|package| package.base).map(|package| package.id.clone()).collect();
    own.sort_unstable();
    own.dedup();
    let count = i32::try_from(own.len()).unwrap_or(i32::MAX);
    if count < bases.minimum {
        let possible = catalogue.iter().filter(sold).filter(|package| package.base && !own.contains(&package.id));
        let remedy = possible.map(|package| package.id.clone()).collect();
        all.push(Broken { rule: Rule::NoBase, package: None, remedy });
    }
    if bases.maximum.is_some_and(|maximum| count > maximum) {
        all.push(Broken { rule: Rule::SeveralBases, package: None, remedy: own });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(id: &str, base: bool, needs: &[&str]) -> Package {
        Package {
            id: id.into(),
            for_customers: true,
            for_users: id != "ports",
            base,
            needs_one_of: needs.iter().map(|id| (*id).to_owned()).collect(),
            retired: id == "old",
        }
    }

    fn rules(audience: Audience, given: &[&str]) -> Vec<(Rule, Option<String>, Vec<String>)> {
        let catalogue = [
            package("calling", true, &[]),
            package("console", false, &["calling", "suite"]),
            package("old", false, &[]),
            package("ports", false, &[]),
            package("suite", true, &[]),
        ];
        let bases = match audience {
            Audience::Customer => Bases { minimum: 0, maximum: None },
            Audience::User => Bases { minimum: 1, maximum: Some(1) },
        };
        let given: Vec<_> = given.iter().map(|id| name(id)).collect();
        let broken = broken(&catalogue, bases, audience, &given);
        broken.into_iter().map(|broken| (broken.rule, broken.package, broken.remedy)).collect()
    }

    fn ids(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    #[test]
    fn each_rule_is_told_with_what_mends_it() {
        let of = |id: &str| Some(name(id));
        assert_eq!(rules(Audience::User, &["calling", "console"]), []);
        assert_eq!(rules(Audience::Customer, &["calling", "suite", "ports"]), []);
        assert_eq!(rules(Audience::Customer, &[]), []);
        assert_eq!(
            rules(Audience::Customer, &["console"]),
            [(Rule::MissingDependency, of("console"), ids(&["calling", "suite"]))]
        );
        assert_eq!(rules(Audience::User, &[]), [(Rule::NoBase, None, ids(&["calling", "suite"]))]);
        assert_eq!(
            rules(Audience::User, &["suite", "calling"]),
            [(Rule::SeveralBases, None, ids(&["calling", "suite"]))]
        );
        assert_eq!(
            rules(Audience::User, &["calling", "calling", "nothing", "ports", "old", "nothing"]),
            [
                (Rule::Duplicate, of("calling"), vec![]),
                (Rule::Unknown, of("nothing"), vec![]),
                (Rule::WrongAudience, of("ports"), vec![]),
                (Rule::Retired, of("old"), vec![]),
                (Rule::Duplicate, of("nothing"), vec![]),
            ]
        );
    }
}
