//! Settings: which exist, what may be given for them, and which value is in effect where.

mod check;
mod definition;
mod effective;
mod owner;

use std::collections::BTreeMap;

pub use check::{Misfit, misfits};
pub use definition::{Definition, Definitions, Group, Kind, Level};
pub use effective::{Effective, effective, out_of_date};
pub use owner::{Owned, Owner};

/// Values by key, as somebody gave them.
pub type Values = BTreeMap<String, serde_json::Value>;

/// Takes over from `new` what `mask` names: everything by `all`, one value by `all.key`. A value that is named and not given is
/// removed.
pub fn apply(values: &mut Values, new: &Values, mask: &[String], all: &str) {
    if mask.iter().any(|path| path == all) {
        values.clone_from(new);
        return;
    }
    for key in masked_keys(mask, all) {
        match new.get(key) {
            Some(value) => values.insert(key.to_owned(), value.clone()),
            None => values.remove(key),
        };
    }
}

/// The keys that a mask names one by one.
pub fn masked_keys<'a>(mask: &'a [String], all: &'a str) -> impl Iterator<Item = &'a str> {
    mask.iter().filter_map(move |path| path.strip_prefix(all)?.strip_prefix('.'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_mask_takes_all_values_or_those_it_names() {
        let (old, new) = (values(&[("a", 1), ("b", 2)]), values(&[("b", 3), ("c", 4)]));
        let after = |mask: &[&str]| {
            let mask: Vec<String> = mask.iter().map(|path| (*path).to_owned()).collect();
            let mut values = old.clone();
            apply(&mut values, &new, &mask, "settings");
            values
        };
        assert_eq!(after(&["settings"]), new);
        assert_eq!(after(&["settings.a", "settings.b"]), values(&[("b", 3)]));
        assert_eq!(after(&["display_name"]), old);
    }

    fn values(pairs: &[(&str, i64)]) -> Values {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect()
    }
}
