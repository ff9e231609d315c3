//! What a transaction must know about the request it serves. Implemented by the request context, which this crate does not know.

use std::fmt::Write as _;

use tokio::time::Instant;
use uuid::Uuid;

/// Whose rows a transaction may see; row-level security reads it from the setting `dialtone.tenants`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tenants {
    /// Every tenant: background jobs and look-ups across organizations that were authorised as such.
    All,
    /// Only these organizations. An empty list sees nothing.
    Only(Vec<Uuid>),
}

impl Tenants {
    /// The value of `dialtone.tenants`: `*`, or the ids separated by commas. Contains no character that SQL would have to quote.
    pub(crate) fn setting(&self) -> String {
        match self {
            Self::All => "*".to_owned(),
            Self::Only(ids) => {
                let mut text = String::with_capacity(ids.len() * 37);
                for id in ids {
                    if !text.is_empty() {
                        text.push(',');
                    }
                    write!(text, "{id}").expect("writing to a String does not fail");
                }
                text
            }
        }
    }
}

/// The part of a request that the database layer needs.
pub trait TxContext: Sync {
    /// When the caller stops waiting. No attempt begins after it.
    fn deadline(&self) -> Instant;
    /// Whose rows may be seen.
    fn tenants(&self) -> &Tenants;
    /// Who acts, as history stores it.
    fn actor(&self) -> &str;
    /// The traceable id of the request, stored with history rows.
    fn request_id(&self) -> &str;
}

/// The name of a database access. Each service has one enum of them; metrics and spans carry the name.
pub trait OpName: Copy + Send + Sync {
    /// A short constant in snake case, such as `subscription_cancel`.
    fn name(self) -> &'static str;

    /// Whether its statements keep the plan that was first made of them, one for all values. For statements that cost about as much to
    /// plan as to run, and whose every way to a row is an index named by its condition; the server would plan them anew each time.
    fn keeps_plans(self) -> bool {
        false
    }
}

impl OpName for &'static str {
    fn name(self) -> &'static str {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn setting_is_a_star_or_a_comma_list() {
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(Tenants::All.setting(), "*");
        assert_eq!(Tenants::Only(vec![]).setting(), "");
        assert_eq!(Tenants::Only(vec![a, b]).setting(), format!("{a},{b}"));
    }
}
