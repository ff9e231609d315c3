//! Reports of when people were last seen: what is kept of them, and what becomes of each.
//!
//! Of a person the latest hour is kept. So the result is the same in whatever order and however often reports arrive, and a person
//! who is busy all day moves the directory, and its rollup, at most once an hour.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use dialtone_ids::{OrganizationId, PersonName};
use serde::{Deserialize, Serialize};

use super::address::Address;

/// How far ahead of our clock a reported time may be.
pub const TOLERANCE: TimeDelta = TimeDelta::minutes(5);
/// Seconds to which times are kept.
const KEPT_TO: i64 = 3_600;
/// Who was not seen for so long is not counted as active.
const DORMANT_AFTER: TimeDelta = TimeDelta::days(365);
/// Unknown people of a stream that are named.
const MOST_UNKNOWN: usize = 100;
/// Refused reports of a stream that are named, for each reason.
const MOST_REFUSED: usize = 20;
/// Longer than any mail address and any name of a person, in bytes.
const LONGEST_PERSON: usize = 320;

/// The time of which anything before makes a person dormant.
pub fn dormant_before(now: DateTime<Utc>) -> DateTime<Utc> {
    now - DORMANT_AFTER
}

/// Why a report is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Refusal {
    /// The person is neither a mail address at a domain name nor a name of a person.
    Person,
    /// The organization is none, or another one than the person's name has.
    Organization,
    /// No time, or none that a calendar has.
    Time,
    /// Further ahead than [`TOLERANCE`].
    Future,
    /// Not one on which the caller may report.
    NotYours,
}

/// Who was seen.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Who {
    /// Whoever has this address, in its one spelling; without an organization, in each where it is a live person.
    At { email: String, organization: Option<OrganizationId> },
    /// This entry of the directory.
    Named(PersonName),
}

impl Who {
    /// Reads the person and the organization of a report; both may be anything.
    pub fn read(person: &str, organization: &str) -> Result<Self, Refusal> {
        if person.len() > LONGEST_PERSON || person.contains(char::is_control) {
            return Err(Refusal::Person);
        }
        let given = match organization {
            "" => None,
            name => Some(OrganizationId::parse(name).map_err(|_| Refusal::Organization)?),
        };
        if !person.starts_with("organizations/") {
            let address = Address::parse(person).ok_or(Refusal::Person)?;
            return Ok(Self::At { email: address.email, organization: given });
        }
        let name: PersonName = person.parse().map_err(|_| Refusal::Person)?;
        match given {
            Some(other) if other != name.organization => Err(Refusal::Organization),
            Some(_) | None => Ok(Self::Named(name)),
        }
    }

    /// The organization, if one is named.
    pub fn organization(&self) -> Option<OrganizationId> {
        match self {
            Self::At { organization, .. } => *organization,
            Self::Named(name) => Some(name.organization),
        }
    }

    /// The same person of `own`; refused if the report names another organization.
    pub fn within(self, own: OrganizationId) -> Result<Self, Refusal> {
        match self {
            Self::At { email, organization: None } => Ok(Self::At { email, organization: Some(own) }),
            who if who.organization() == Some(own) => Ok(who),
            Self::At { .. } | Self::Named(_) => Err(Refusal::NotYours),
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::At { email, .. } => email.clone(),
            Self::Named(name) => name.to_string(),
        }
    }
}

/// One report that can be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    pub who: Who,
    /// To the hour.
    pub at: DateTime<Utc>,
}

/// What is kept of a reported time.
pub fn kept(at: DateTime<Utc>, now: DateTime<Utc>) -> Result<DateTime<Utc>, Refusal> {
    if at > now + TOLERANCE {
        return Err(Refusal::Future);
    }
    let seconds = at.timestamp();
    DateTime::from_timestamp(seconds - seconds.rem_euclid(KEPT_TO), 0).ok_or(Refusal::Time)
}

/// What the reports of one person come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The latest time.
    pub at: DateTime<Utc>,
    /// How many reports.
    pub reports: i64,
    /// The first of them, counted from 0 over the stream.
    pub first: i64,
}

/// Reports that wait to be written, one entry for each person.
#[derive(Debug, Default)]
pub struct Pending(HashMap<Who, Seen>);

impl Pending {
    /// Adds report `index`.
    pub fn add(&mut self, sight: Sight, index: i64) {
        let new = Seen { at: sight.at, reports: 0, first: index };
        let seen = self.0.entry(sight.who).or_insert(new);
        seen.at = seen.at.max(sight.at);
        seen.reports += 1;
    }

    /// How many people.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Takes all of them, in the order of the stream.
    pub fn take(&mut self) -> Vec<(Who, Seen)> {
        let mut all: Vec<_> = self.0.drain().collect();
        all.sort_unstable_by_key(|(_, seen)| seen.first);
        all
    }
}

/// What became of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub reports: i64,
    pub accepted: i64,
    /// People who moved.
    pub updated: i64,
    /// People who are new in the directory.
    pub added: i64,
    pub unknown: i64,
    /// The first unknown people: report and person.
    pub unknown_people: Vec<(i64, String)>,
    pub refusals: BTreeMap<Refusal, Refused>,
}

/// Reports that were refused for one reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    pub count: i64,
    /// The first of them.
    pub reports: Vec<i64>,
}

impl Tally {
    /// Counts a refused report.
    pub fn refuse(&mut self, index: i64, refusal: Refusal) {
        let refused = self.refusals.entry(refusal).or_default();
        refused.count += 1;
        if refused.reports.len() < MOST_REFUSED {
            refused.reports.push(index);
        }
    }

    /// Counts the reports of a known person.
    pub fn accept(&mut self, seen: &Seen) {
        self.accepted += seen.reports;
    }

    /// Counts the reports of somebody unknown.
    pub fn miss(&mut self, who: &Who, seen: &Seen) {
        self.unknown += seen.reports;
        if self.unknown_people.len() < MOST_UNKNOWN {
            let shown = who.shown();
            if !self.unknown_people.iter().any(|(_, known)| *known == shown) {
                self.unknown_people.push((seen.first, shown));
            }
        }
    }
}

#[cfg(test)]
#[path = "activity_tests.rs"]
mod tests;
