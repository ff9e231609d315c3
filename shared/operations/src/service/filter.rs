//! The filter of `ListOperations`: conditions joined by `AND`, each on one field.
//!
//! `target = "organizations/…"`, `state = STUCK`, `done = false`.

use dialtone_status::{Fault, Violation};

use crate::{model::State, store::Filter};

/// Reads a filter; empty for everything.
pub(crate) fn parse(text: &str) -> Result<Filter, Fault> {
    let mut filter = Filter::default();
    if text.trim().is_empty() {
        return Ok(filter);
    }
    for condition in text.split(" AND ") {
        let (field, value) = condition.split_once('=').ok_or_else(|| bad(condition))?;
        let value = value.trim().trim_matches('"');
        match field.trim() {
            "target" if !value.is_empty() && filter.target.is_none() => filter.target = Some(value.to_owned()),
            "state" if filter.state.is_none() => {
                filter.state = Some(value.parse::<State>().map_err(|_| bad(condition))?)
            }
            "done" if filter.done.is_none() => filter.done = Some(value.parse::<bool>().map_err(|_| bad(condition))?),
            _ => return Err(bad(condition)),
        }
    }
    Ok(filter)
}

fn bad(condition: &str) -> Fault {
    let condition: String = condition.trim().chars().take(100).collect();
    Fault::invalid_fields([Violation {
        field: "filter".to_owned(),
        rule: "filter.known",
        description: format!(
            "`{condition}` is not understood; use target = \"…\", state = … and done = true or false, joined by AND"
        ),
    }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_joined_by_and() {
        let filter = parse(r#"target = "organizations/1" AND state=STUCK AND done = false"#).expect("well-formed");
        let expected =
            Filter { target: Some("organizations/1".to_owned()), state: Some(State::Stuck), done: Some(false) };
        assert_eq!(filter, expected);
        assert_eq!(parse("  ").expect("empty"), Filter::default());
    }

    #[test]
    fn what_is_not_understood_is_refused_and_named() {
        for text in
            ["state = DREAMING", "colour = red", "done", "done = maybe", "target = ", "done = true AND done = false"]
        {
            let fault = parse(text).expect_err(text);
            assert_eq!(fault.reason, "INVALID_FIELDS");
            assert_eq!(fault.violations()[0].field, "filter");
        }
    }
}
