//! Which value is in effect, and where it comes from.

use serde_json::Value;

use super::check::fits;
use super::{Definitions, Level, Values};

/// A setting in effect.
#[derive(Clone, Debug, PartialEq)]
pub struct Effective {
    pub key: String,
    pub value: Value,
    pub level: Level,
}

/// Every setting of the schema with its value. The highest level that sets it wins, in whichever order the layers come; a value
/// that no longer fits the schema counts as not set.
pub fn effective(definitions: &Definitions, layers: &[(Level, &Values)]) -> Vec<Effective> {
    let one = |definition: &super::Definition| {
        let set = layers.iter().filter_map(|(level, values)| Some((*level, values.get(&definition.key)?)));
        let highest = set.filter(|(level, value)| fits(definition, *level, value)).max_by_key(|(level, _)| *level);
        let (level, value) = highest.unwrap_or((Level::Default, &definition.default));
        Effective { key: definition.key.clone(), value: value.clone(), level }
    };
    definitions.iter().map(one).collect()
}

/// The keys whose values no longer fit at this level, because the schema changed since they were given.
pub fn out_of_date(definitions: &Definitions, level: Level, values: &Values) -> Vec<String> {
    let stale = |key: &str, value: &Value| !definitions.get(key).is_some_and(|known| fits(known, level, value));
    values.iter().filter(|(key, value)| stale(key, value)).map(|(key, _)| key.clone()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::setting::Kind;
    use crate::model::setting::check::tests::definition;

    fn values(rings: i64) -> Values {
        Values::from([("rings".to_owned(), json!(rings))])
    }

    fn schema() -> Definitions {
        Definitions::new(vec![definition("rings", Kind::Integer { minimum: 0, maximum: 20 }, json!(3))])
    }

    #[test]
    fn the_highest_level_that_sets_a_value_wins() {
        let (organization, template, user) = (values(1), values(2), values(4));
        let all = [(Level::User, &user), (Level::Organization, &organization), (Level::Template, &template)];
        for (layers, expected) in [
            (&all[..0], (3, Level::Default)),
            (&all[1..2], (1, Level::Organization)),
            (&all[1..], (2, Level::Template)),
            (&all[..], (4, Level::User)),
        ] {
            let found = effective(&schema(), layers);
            assert_eq!((found[0].value.clone(), found[0].level), (json!(expected.0), expected.1));
        }
    }

    #[test]
    fn a_value_that_no_longer_fits_is_passed_over_and_told() {
        let (organization, template) = (values(1), values(99));
        let found = effective(&schema(), &[(Level::Organization, &organization), (Level::Template, &template)]);
        assert_eq!((found[0].value.clone(), found[0].level), (json!(1), Level::Organization));
        assert_eq!(out_of_date(&schema(), Level::Template, &template), ["rings"]);
        assert_eq!(out_of_date(&Definitions::new(Vec::new()), Level::Template, &organization), ["rings"]);
    }
}
