//! What a new catalogue changes in the one in force. Nothing is removed: what the new one leaves out is retired.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use serde_json::{Value, json};

use super::{Catalogue, Entry};

/// One entry that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// `products/CALLING-STD`.
    pub resource: String,
    /// As history and events call it.
    pub verb: &'static str,
    pub before: Option<Value>,
    pub after: Value,
    /// What is to be stored.
    pub entry: Entry,
}

impl fmt::Display for Change {
    /// `+ products/X`, `- products/X` or `~ products/X: maximum 10 -> 20`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(before) = &self.before else { return write!(f, "+ {}", self.resource) };
        if self.verb.ends_with(".retired") {
            return write!(f, "- {}", self.resource);
        }
        write!(f, "~ {}", self.resource)?;
        let fields = self.after.as_object().into_iter().flatten();
        let changed = fields.filter(|(field, value)| before[field.as_str()] != **value);
        for (place, (field, value)) in changed.enumerate() {
            write!(f, "{} {field} {} -> {value}", if place == 0 { ":" } else { "," }, before[field.as_str()])?;
        }
        Ok(())
    }
}

/// What is to be done so that `new` is in force, in an order in which each entry comes after those it names.
pub fn changes(old: &Catalogue, new: &Catalogue) -> Vec<Change> {
    let mut all = Vec::new();
    compare(&mut all, OFFERINGS, (&old.offerings, &new.offerings), Entry::Offering);
    compare(&mut all, PACKAGES, (&old.packages, &new.packages), Entry::Package);
    for (audience, after) in &new.audiences {
        let before = old.audiences.get(audience);
        if before != Some(after) {
            all.push(Change {
                resource: format!("packageAudiences/{}", audience.id()),
                verb: "package_audience.updated",
                before: before.map(|bases| json!(bases)),
                after: json!(after),
                entry: Entry::Audience(*audience, *after),
            });
        }
    }
    compare(&mut all, PRODUCTS, (&old.products, &new.products), Entry::Product);
    all
}

/// How the entries of a part are called, and what happens to them.
struct Part {
    collection: &'static str,
    created: &'static str,
    updated: &'static str,
    retired: &'static str,
}

const OFFERINGS: Part = Part {
    collection: "offerings",
    created: "offering.created",
    updated: "offering.updated",
    retired: "offering.retired",
};
const PACKAGES: Part =
    Part { collection: "packages", created: "package.created", updated: "package.updated", retired: "package.retired" };
const PRODUCTS: Part =
    Part { collection: "products", created: "product.created", updated: "product.updated", retired: "product.retired" };

/// An entry that can be retired.
trait Retire: Clone + PartialEq + Serialize {
    fn retired(&self) -> bool;
    fn retire(self) -> Self;
}

macro_rules! retire {
    ($($type:ty),*) => {$(
        impl Retire for $type {
            fn retired(&self) -> bool {
                self.retired
            }
            fn retire(self) -> Self {
                Self { retired: true, ..self }
            }
        }
    )*};
}

retire!(crate::model::offering::Offering, crate::model::package::Package, crate::model::offering::Product);

type Entries<T> = BTreeMap<String, T>;

fn compare<T: Retire>(
    all: &mut Vec<Change>,
    part: Part,
    (old, new): (&Entries<T>, &Entries<T>),
    entry: impl Fn(T) -> Entry,
) {
    let mut add = |id: &String, verb, before: Option<&T>, after: T| {
        all.push(Change {
            resource: format!("{}/{id}", part.collection),
            verb,
            before: before.map(|before| json!(before)),
            after: json!(after),
            entry: entry(after),
        });
    };
    for (id, after) in new {
        match old.get(id) {
            Some(before) if before == after => {}
            before => add(id, if before.is_some() { part.updated } else { part.created }, before, after.clone()),
        }
    }
    for (id, before) in old.iter().filter(|(id, before)| !new.contains_key(*id) && !before.retired()) {
        add(id, part.retired, Some(before), before.clone().retire());
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    const SMALL: &str = "[audiences.customer]\nbase_minimum = 0\n[audiences.user]\nbase_minimum = 1\nbase_maximum = 1\n\
        [offerings.calling]\ndisplay_name = \"Calling\"\n[packages.calling]\naudiences = [\"user\"]\nbase = true\n\
        [products.CALLING]\ndisplay_name = \"Calling\"\noffering = \"calling\"\nkind = \"base\"\npackages = [\"calling\"]\n";

    fn told(old: &Catalogue, new: &Catalogue) -> Vec<String> {
        changes(old, new).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_change_is_told_as_what_it_is() {
        let small = read(SMALL).unwrap();
        assert_eq!(told(&small, &small), [""; 0]);
        let created = told(&Catalogue::default(), &small);
        assert_eq!(
            created,
            [
                "+ offerings/calling",
                "+ packages/calling",
                "+ packageAudiences/customer",
                "+ packageAudiences/user",
                "+ products/CALLING"
            ]
        );
        let other = read(
            &SMALL.replace("base\"\n", "base\"\nminimum = 2\nstep = 2\nmaximum = 10\n").replace(".CALLING", ".OTHER"),
        )
        .unwrap();
        let changed = told(&small, &other);
        assert_eq!(changed, ["+ products/OTHER", "- products/CALLING"]);
        let mut gone = small.clone();
        let product = gone.products.get_mut("CALLING").unwrap();
        product.retired = true;
        assert_eq!(told(&gone, &small), ["~ products/CALLING: retired true -> false"]);
        assert_eq!(told(&gone, &other), ["+ products/OTHER"], "what is retired stays so");
    }

    #[test]
    fn every_fault_of_a_file_is_told_at_once() {
        let bad = SMALL
            .replace("offering = \"calling\"", "offering = \"nothing\"")
            .replace("base_maximum = 1", "base_maximum = 0")
            + "needs_one_of = [\"products/CALLING\", \"nothing\"]\nminimum = 5\nmaximum = 7\nstep = 3\n[extra]\n[packages.BAD]\naudiences = []\ncolour = 1\n[packages.none]\naudiences = []\n";
        let faults = read(&bad).unwrap_err().to_string();
        for fault in [
            "packages.BAD: ",
            "packages.none.audiences: ",
            "extra: ",
            "products.CALLING.offering: ",
            "products.CALLING.needs_one_of: products/CALLING ",
            "products.CALLING.needs_one_of: nothing ",
            "products.CALLING.step: ",
            "audiences.user.base_maximum: ",
        ] {
            assert!(faults.contains(fault), "{fault} is not in {faults}");
        }
        let broken = read("[offerings.calling]\ndisplay_name = \n").unwrap_err().to_string();
        assert!(broken.contains("line 2: "), "{broken}");
    }
}
