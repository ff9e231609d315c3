//! A batch of users under way: its rows, what a call made of one, and what came of all.

use std::collections::HashMap;
use std::time::Duration;

use dialtone_ids::UserName;
use dialtone_operations::model::Failure;
use serde::{Deserialize, Serialize};

use super::account::Account;
use super::user::{NewUser, UserState};

/// A row that is to be called for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Place in the request, from 0.
    pub index: i32,
    /// Whom it is about.
    pub user: UserName,
    /// What the target is told.
    pub account: Account,
    /// Calls whose outcome is recorded.
    pub attempts: i32,
}

/// The next rows of a batch, or when there will be some.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chunk {
    /// These are due.
    Rows(Vec<Row>),
    /// None is due until after this time.
    After(Duration),
    /// None is left.
    Empty,
}

/// What a call made of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// The person is on the target.
    Provisioned,
    /// The target refused the person for good.
    Refused(Failure),
    /// Nobody knows, or not yet; to be called for again after this time.
    Again {
        /// In milliseconds.
        after_ms: i64,
    },
}

/// The outcome of one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowOutcome {
    /// Place in the request.
    pub index: i32,
    /// What came of it.
    pub outcome: Outcome,
}

impl Outcome {
    /// The word for the row in the database.
    pub fn row_state(&self) -> &'static str {
        match self {
            Self::Provisioned => "PROVISIONED",
            Self::Refused(_) => "REFUSED",
            Self::Again { .. } => "PENDING",
        }
    }

    /// Where the user stands then; none while that is open.
    pub fn user_state(&self) -> Option<UserState> {
        match self {
            Self::Provisioned => Some(UserState::Provisioned),
            Self::Refused(_) => Some(UserState::Error),
            Self::Again { .. } => None,
        }
    }
}

/// A row whose user is no longer on the target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowTaken {
    /// Place in the request.
    pub index: i32,
    /// Whom it was about.
    pub user: UserName,
}

/// The most users of one batch.
pub const MOST_USERS: i64 = 1_000;

/// A user that could not be provisioned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserFailure {
    /// Whom it is about.
    pub user: UserName,
    /// Place in the request.
    pub index: i32,
    /// Why, as the target said it.
    pub error: Failure,
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchResult {
    /// Users on the target.
    pub provisioned_count: i64,
    /// Each refused user.
    pub failures: Vec<UserFailure>,
}

/// The wait after a row's first failed call; doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// The longest wait of a row. A target that is down is waited for by the operation, not by its rows.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// How long a row waits whose call failed for the `failures`th time, from 1; `chance` is a fraction in `0.0..1.0`.
///
/// Half is fixed and half is chance, so that rows which failed together do not come back together.
pub fn wait_after(failures: i32, chance: f64) -> Duration {
    let doublings = failures.clamp(1, 16).unsigned_abs() - 1;
    let full = FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT);
    full.mul_f64(0.5 + 0.5 * chance.clamp(0.0, 1.0))
}

/// Pairs of places that have one address: each repetition with the first place that has it.
pub fn repeated_addresses(users: &[NewUser]) -> Vec<(usize, usize)> {
    let mut first: HashMap<&str, usize> = HashMap::with_capacity(users.len());
    let mut repeated = Vec::new();
    for (place, user) in users.iter().enumerate() {
        match first.get(user.email.as_str()) {
            Some(earlier) => repeated.push((place, *earlier)),
            None => {
                first.insert(&user.email, place);
            }
        }
    }
    repeated
}

#[cfg(test)]
mod tests {
    use dialtone_ids::{LocationId, LocationName, OrganizationId};

    use super::*;

    fn user(email: &str) -> NewUser {
        NewUser {
            given_name: "A".into(),
            family_name: "B".into(),
            email: email.into(),
            package: "webex_calling".into(),
            location: LocationName::new(OrganizationId::new(), LocationId::new()),
        }
    }

    #[test]
    fn the_wait_of_a_row_doubles_and_has_an_end() {
        let waits: Vec<u128> = (1..8).map(|failures| wait_after(failures, 1.0).as_millis()).collect();
        assert_eq!(waits, [100, 200, 400, 800, 1600, 2000, 2000]);
        assert_eq!(wait_after(1, 0.0), Duration::from_millis(50));
        assert_eq!(wait_after(i32::MAX, 1.0), LONGEST_WAIT);
        assert_eq!(wait_after(0, 1.0), FIRST_WAIT);
    }

    #[test]
    fn every_repetition_of_an_address_is_named_with_its_first_place() {
        let users = ["a@x.example", "b@x.example", "a@x.example", "a@x.example"].map(user);
        assert_eq!(repeated_addresses(&users), [(2, 0), (3, 0)]);
    }

    #[test]
    fn only_a_final_outcome_moves_the_user() {
        let refused = Outcome::Refused(Failure::cancelled());
        assert_eq!(Outcome::Provisioned.user_state(), Some(UserState::Provisioned));
        assert_eq!(refused.user_state(), Some(UserState::Error));
        assert_eq!(Outcome::Again { after_ms: 1 }.user_state(), None);
        assert_eq!(Outcome::Again { after_ms: 1 }.row_state(), "PENDING");
    }
}
