//! Which organization is meant by an address: pure, and the same for the same facts.
//!
//! The score is a sum of named signals, each a value from 0 to 1 times a configured weight, so that every rank can be explained
//! by what is returned with it. It is not a probability.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use dialtone_ids::OrganizationId;
use serde::Deserialize;

use super::domain::{Domain, State};

/// The most candidates of one answer.
pub const MOST_CANDIDATES: usize = 20;
/// Without activity for so many days, a candidate without a verified domain is unlikely.
const STALE_DAYS: f64 = 365.0;
/// How much a domain match loses with each label that the mail domain has more.
const PER_LABEL: f64 = 0.8;
/// From so many people on the mail domain their number adds nothing.
const MANY_USERS: f64 = 1000.0;
/// Two names that share fewer of their letter pairs are different names.
const LEAST_SIMILARITY: f64 = 0.3;

/// What each signal is worth at most.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    pub exact_contact: f64,
    pub claimed_domain: f64,
    pub verified_domain: f64,
    pub unverified_domain: f64,
    pub users_on_domain: f64,
    pub name_similarity: f64,
    pub recent_activity: f64,
}

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Domains by which the address may belong to an organization, nearest first.
    pub lineage: Vec<String>,
    /// The normalised name on the order; empty for none.
    pub name: String,
    pub now: DateTime<Utc>,
}

/// What is known of an organization that may be meant.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    pub organization: OrganizationId,
    pub display_name: String,
    pub normalized_name: String,
    pub region_code: String,
    /// The address is an active person of it.
    pub is_contact: bool,
    /// Those that fit and those that are known best, by domain; enough to say whether any is verified.
    pub domains: Vec<Domain>,
    pub active_users: i64,
    /// Active people whose address is at the mail domain itself.
    pub users_on_domain: i64,
    pub last_activity: Option<DateTime<Utc>>,
    /// Partners that provision for it.
    pub partners: Vec<OrganizationId>,
}

/// One reason for a score.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    /// Stable name.
    pub name: &'static str,
    /// 0 to 1.
    pub value: f64,
    pub weight: f64,
}

impl Signal {
    /// What it adds to the score.
    pub fn contribution(&self) -> f64 {
        self.value * self.weight
    }
}

/// An organization that may be meant, with its score.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    pub facts: Facts,
    pub score: f64,
    /// Those that count, strongest first.
    pub signals: Vec<Signal>,
    /// Neither a domain is verified nor was anybody active for a year.
    pub unlikely: bool,
}

/// The three outcomes of a match.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The address is an active person of exactly one organization with the role.
    Matched(Box<Candidate>),
    /// These may be meant, best first.
    Candidates(Vec<Candidate>),
    /// Nothing fits.
    None,
}

/// Decides from everything that was found. The order of `found` does not matter.
pub fn decide(found: Vec<Facts>, wanted: &Wanted, weights: &Weights) -> Outcome {
    let contacts = found.iter().filter(|facts| facts.is_contact).count();
    let mut candidates: Vec<_> = found
        .into_iter()
        .filter(|facts| contacts != 1 || facts.is_contact)
        .map(|facts| candidate(facts, wanted, weights))
        .collect();
    candidates.sort_by(best_first);
    candidates.truncate(MOST_CANDIDATES);
    match candidates.pop() {
        Some(only) if contacts == 1 => Outcome::Matched(Box::new(only)),
        Some(last) => {
            candidates.push(last);
            Outcome::Candidates(candidates)
        }
        None => Outcome::None,
    }
}

/// By score, then name, then id: a total order.
fn best_first(a: &Candidate, b: &Candidate) -> Ordering {
    let by_name = || a.facts.normalized_name.cmp(&b.facts.normalized_name);
    b.score.total_cmp(&a.score).then_with(by_name).then_with(|| a.facts.organization.cmp(&b.facts.organization))
}

fn candidate(facts: Facts, wanted: &Wanted, weights: &Weights) -> Candidate {
    let mut signals = signals(&facts, wanted, weights);
    signals.retain(|signal| signal.contribution() > 0.0);
    // Stable, so that equal ones stay in the order in which they are documented.
    signals.sort_by(|a, b| b.contribution().total_cmp(&a.contribution()));
    let verified = facts.domains.iter().any(|domain| domain.state >= State::Verified);
    let recent = days_since_activity(&facts, wanted.now).is_some_and(|days| days < STALE_DAYS);
    Candidate { score: signals.iter().map(Signal::contribution).sum(), signals, unlikely: !verified && !recent, facts }
}

fn signals(facts: &Facts, wanted: &Wanted, weights: &Weights) -> Vec<Signal> {
    let on_domain = |state| best_domain(facts, &wanted.lineage, state);
    let recency = days_since_activity(facts, wanted.now).map_or(0.0, |days| 1.0 - days / STALE_DAYS);
    [
        ("exact_contact", f64::from(u8::from(facts.is_contact)), weights.exact_contact),
        ("claimed_domain", on_domain(State::Claimed), weights.claimed_domain),
        ("verified_domain", on_domain(State::Verified), weights.verified_domain),
        ("unverified_domain", on_domain(State::Unverified), weights.unverified_domain),
        ("users_on_domain", users(facts.users_on_domain), weights.users_on_domain),
        ("name_similarity", similarity(&facts.normalized_name, &wanted.name), weights.name_similarity),
        ("recent_activity", recency.clamp(0.0, 1.0), weights.recent_activity),
    ]
    .map(|(name, value, weight)| Signal { name, value, weight })
    .into()
}

/// 1 for the mail domain itself, less for each label between it and the organization's domain.
fn best_domain(facts: &Facts, lineage: &[String], state: State) -> f64 {
    let held = |domain: &String| facts.domains.iter().any(|held| held.state == state && held.domain == *domain);
    let Some(nearest) = lineage.first() else { return 0.0 };
    let labels = |domain: &str| domain.split('.').count();
    let best = lineage.iter().find(|domain| held(domain));
    best.map_or(0.0, |domain| PER_LABEL.powi((labels(nearest) - labels(domain)) as i32))
}

/// Grows with the logarithm: the first ten people say more than the next hundred.
fn users(count: i64) -> f64 {
    ((count as f64).ln_1p() / MANY_USERS.ln_1p()).clamp(0.0, 1.0)
}

fn similarity(a: &str, b: &str) -> f64 {
    let value = if a.is_empty() || b.is_empty() { 0.0 } else { strsim::sorensen_dice(a, b) };
    if value < LEAST_SIMILARITY { 0.0 } else { value }
}

fn days_since_activity(facts: &Facts, now: DateTime<Utc>) -> Option<f64> {
    facts.last_activity.map(|last| (now - last).num_seconds() as f64 / 86_400.0)
}

#[cfg(test)]
#[path = "matching_tests.rs"]
mod tests;
