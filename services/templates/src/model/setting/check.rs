//! Whether given values fit the schema: every misfit by its key, with what would fit.

use serde_json::Value;

use super::{Definition, Definitions, Kind, Level};

/// Values of one message: more than any schema has.
const MOST: usize = 500;
/// What is shown of a key that may be anything.
const SHOWN: usize = 64;

/// A value that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Its key, cut to [`SHOWN`] characters; none where it is about the values as a whole.
    pub key: Option<String>,
    /// A stable id of what is wrong, e.g. `setting.unknown`.
    pub rule: &'static str,
    /// What to do about it.
    pub description: String,
}

/// Every value among `values` that may not be given at `level`.
pub fn misfits<'a>(
    definitions: &Definitions,
    level: Level,
    values: impl ExactSizeIterator<Item = (&'a String, &'a Value)>,
) -> Vec<Misfit> {
    if values.len() > MOST {
        let description = format!("has too many entries: give at most {MOST}");
        return vec![Misfit { key: None, rule: "settings.max_keys", description }];
    }
    values.filter_map(|(key, value)| misfit(definitions, level, key, value)).collect()
}

fn misfit(definitions: &Definitions, level: Level, key: &str, value: &Value) -> Option<Misfit> {
    let (rule, description) = match definitions.get(key) {
        None => ("setting.unknown", "is no setting: see ListSettingDefinitions".to_owned()),
        Some(definition) => unfit(definition, level, value)?,
    };
    Some(Misfit { key: Some(key.chars().take(SHOWN).collect()), rule, description })
}

/// What is wrong with a value at a level; nothing where it fits.
fn unfit(definition: &Definition, level: Level, value: &Value) -> Option<(&'static str, String)> {
    if !definition.levels.contains(&level) {
        let levels: Vec<_> = definition.levels.iter().map(|level| level.word()).collect();
        return Some(("setting.level", format!("cannot be set here, only for: {}", levels.join(", "))));
    }
    match &definition.kind {
        Kind::Boolean => value.as_bool().is_none().then(|| ill_typed("true or false")),
        Kind::Integer { minimum, maximum } => match value.as_i64() {
            None => Some(ill_typed("a whole number")),
            Some(number) => out_of_range(number, *minimum, *maximum, ""),
        },
        Kind::Text { max_length, pattern } => match value.as_str() {
            None => Some(ill_typed("a text")),
            Some(text) => bad_text(text, *max_length, pattern.as_ref()),
        },
        Kind::Choice(choices) => match value.as_str() {
            Some(choice) if choices.iter().any(|known| known == choice) => None,
            Some(_) | None => Some(("setting.choice", format!("is none of its values: give {}", choices.join(", ")))),
        },
        Kind::Duration { minimum, maximum } => match value.as_str().and_then(seconds) {
            None => Some(ill_typed("a duration in whole seconds, such as \"90s\"")),
            Some(seconds) => out_of_range(seconds, *minimum, *maximum, "s"),
        },
    }
}

/// Whether a value fits at a level.
pub(super) fn fits(definition: &Definition, level: Level, value: &Value) -> bool {
    unfit(definition, level, value).is_none()
}

fn ill_typed(wanted: &str) -> (&'static str, String) {
    ("setting.type", format!("has another type: give {wanted}"))
}

fn out_of_range(number: i64, minimum: i64, maximum: i64, unit: &str) -> Option<(&'static str, String)> {
    let outside = !(minimum..=maximum).contains(&number);
    outside.then(|| ("setting.range", format!("is out of range: give {minimum}{unit} to {maximum}{unit}")))
}

fn bad_text(text: &str, max_length: usize, pattern: Option<&regex::Regex>) -> Option<(&'static str, String)> {
    // Bytes first: a character has at least one, so most texts need no count.
    if text.len() > max_length && text.chars().count() > max_length {
        return Some(("setting.length", format!("is too long: give at most {max_length} characters")));
    }
    if text.chars().any(char::is_control) {
        return Some(("setting.text", "has control characters: remove them".to_owned()));
    }
    let pattern = pattern.filter(|pattern| !pattern.is_match(text))?;
    Some(("setting.pattern", format!("does not have the form `{pattern}`: write it so that this matches all of it")))
}

/// The seconds of `90s`.
fn seconds(text: &str) -> Option<i64> {
    let digits = text.strip_suffix('s')?;
    let plain = (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if plain { digits.parse().ok() } else { None }
}

#[cfg(test)]
pub(super) mod tests {
    use regex::Regex;
    use serde_json::json;

    use super::*;
    use crate::model::setting::{Group, Values};

    pub(in crate::model::setting) fn definition(key: &str, kind: Kind, default: Value) -> Definition {
        let levels = vec![Level::Organization, Level::Template, Level::User];
        Definition { key: key.into(), group: Group::Common, description: String::new(), kind, default, levels }
    }

    fn rules(kind: Kind, value: Value) -> Vec<&'static str> {
        let definitions = Definitions::new(vec![definition("x", kind, Value::Null)]);
        let values = Values::from([("x".to_owned(), value)]);
        misfits(&definitions, Level::User, values.iter()).into_iter().map(|misfit| misfit.rule).collect()
    }

    #[test]
    fn each_kind_takes_its_own_values_only() {
        let rings = || Kind::Integer { minimum: 0, maximum: 20 };
        let wait = || Kind::Duration { minimum: 30, maximum: 600 };
        let digit = || Kind::Text { max_length: 3, pattern: Some(Regex::new("^[0-9]*$").unwrap()) };
        let choice = || Kind::Choice(vec!["A".into(), "B".into()]);
        for (kind, good) in [
            (Kind::Boolean, json!(false)),
            (rings(), json!(20)),
            (wait(), json!("30s")),
            (digit(), json!("123")),
            (choice(), json!("B")),
        ] {
            assert_eq!(rules(kind, good), [""; 0]);
        }
        for (kind, bad, rule) in [
            (Kind::Boolean, json!("true"), "setting.type"),
            (Kind::Boolean, Value::Null, "setting.type"),
            (rings(), json!(1.5), "setting.type"),
            (rings(), json!(21), "setting.range"),
            (wait(), json!(30), "setting.type"),
            (wait(), json!("30"), "setting.type"),
            (wait(), json!("+30s"), "setting.type"),
            (wait(), json!("9999999999s"), "setting.type"),
            (wait(), json!("29s"), "setting.range"),
            (digit(), json!("1234"), "setting.length"),
            (digit(), json!("1\u{0}"), "setting.text"),
            (digit(), json!("a"), "setting.pattern"),
            (choice(), json!("C"), "setting.choice"),
            (choice(), json!(["A"]), "setting.choice"),
        ] {
            assert_eq!(rules(kind, bad.clone()), [rule], "{bad}");
        }
    }

    #[test]
    fn an_unknown_key_and_one_too_many_are_refused() {
        let definitions = Definitions::new(Vec::new());
        let long = Values::from([("x".repeat(10_000), json!(1))]);
        let found = misfits(&definitions, Level::User, long.iter());
        assert_eq!((found[0].rule, found[0].key.as_ref().unwrap().len()), ("setting.unknown", SHOWN));
        let many: Values = (0..=MOST).map(|n| (n.to_string(), json!(n))).collect();
        let found = misfits(&definitions, Level::User, many.iter());
        assert_eq!(found.iter().map(|misfit| misfit.rule).collect::<Vec<_>>(), ["settings.max_keys"]);
    }
}
