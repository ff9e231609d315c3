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
/// The most organizations that are ranked.
pub const MOST_RANKED: usize = 500;
/// The most domains of an organization that are shown as evidence.
pub const MOST_DOMAINS: usize = 100;
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
    /// Those of its domains that are in the lineage of the address.
    pub fitting: Vec<Domain>,
    /// Some domain of it is shown to belong to it.
    pub verified: bool,
    /// The domains to show; none where more were found than are shown, until it is known which those are.
    pub known: Option<KnownDomains>,
    pub active_users: i64,
    /// Active people whose address is at the mail domain itself.
    pub users_on_domain: i64,
    pub last_activity: Option<DateTime<Utc>>,
    /// Partners that provision for it, at most [`MOST_DOMAINS`].
    pub partners: Vec<OrganizationId>,
}

/// Domains of an organization, the better known first, then by domain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownDomains {
    /// At most [`MOST_DOMAINS`].
    pub first: Vec<Domain>,
    /// There are more.
    pub more: bool,
}

impl Facts {
    /// The domains to show as evidence, those that fit first, and whether there are more.
    pub fn shown_domains(&self) -> (Vec<&Domain>, bool) {
        let (first, more) = self.known.as_ref().map_or((&[][..], true), |known| (&known.first[..], known.more));
        let others = first.iter().filter(|domain| !self.fitting.iter().any(|fits| fits.domain == domain.domain));
        let mut shown: Vec<_> = self.fitting.iter().chain(others).collect();
        let cut = shown.len() > MOST_DOMAINS;
        shown.truncate(MOST_DOMAINS);
        (shown, more || cut)
    }
}

/// One reason for a score.
#[derive(Clone, Copy, Debug, PartialEq)]
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
    /// All of them, strongest first.
    pub signals: [Signal; 7],
    /// Neither a domain is verified nor was anybody active for a year.
    pub unlikely: bool,
}

impl Candidate {
    /// The signals that add to the score, strongest first.
    pub fn counted(&self) -> impl Iterator<Item = &Signal> {
        self.signals.iter().filter(|signal| signal.contribution() > 0.0)
    }
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

impl Outcome {
    /// Whom the answer shows.
    pub fn shown_mut(&mut self) -> &mut [Candidate] {
        match self {
            Self::Matched(only) => std::slice::from_mut(only.as_mut()),
            Self::Candidates(candidates) => candidates,
            Self::None => &mut [],
        }
    }
}

/// Everything that may be meant, best first, before it is cut.
pub(super) struct Ranked {
    /// The address is an active person of exactly one organization: nothing else may be meant.
    pub(super) matched: bool,
    pub(super) candidates: Vec<Candidate>,
}

/// Ranks everything that was found. The order of `found` does not matter.
pub(super) fn rank(found: Vec<Facts>, wanted: &Wanted, weights: &Weights) -> Ranked {
    let matched = found.iter().filter(|facts| facts.is_contact).count() == 1;
    let mut candidates: Vec<_> = found
        .into_iter()
        .filter(|facts| !matched || facts.is_contact)
        .map(|facts| candidate(facts, wanted, weights))
        .collect();
    candidates.sort_unstable_by(best_first);
    Ranked { matched, candidates }
}

/// Decides from everything that was found.
pub fn decide(found: Vec<Facts>, wanted: &Wanted, weights: &Weights) -> Outcome {
    let Ranked { matched, mut candidates } = rank(found, wanted, weights);
    candidates.truncate(MOST_CANDIDATES);
    match candidates.pop() {
        Some(only) if matched => Outcome::Matched(Box::new(only)),
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

pub(super) fn candidate(facts: Facts, wanted: &Wanted, weights: &Weights) -> Candidate {
    let mut signals = signals(&facts, wanted, weights);
    // Stable, so that equal ones stay in the order in which they are documented.
    signals.sort_by(|a, b| b.contribution().total_cmp(&a.contribution()));
    let recent = days_since_activity(&facts, wanted.now).is_some_and(|days| days < STALE_DAYS);
    Candidate {
        score: signals.iter().map(Signal::contribution).sum(),
        signals,
        unlikely: !facts.verified && !recent,
        facts,
    }
}

fn signals(facts: &Facts, wanted: &Wanted, weights: &Weights) -> [Signal; 7] {
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
}

/// 1 for the mail domain itself, less for each label between it and the organization's domain.
fn best_domain(facts: &Facts, lineage: &[String], state: State) -> f64 {
    let held = |domain: &String| facts.fitting.iter().any(|held| held.state == state && held.domain == *domain);
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
