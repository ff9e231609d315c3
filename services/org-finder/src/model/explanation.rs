//! Why an organization is the match of an address, a candidate or neither: the decision of the match, told for one organization.

use dialtone_ids::OrganizationId;

use super::domain::BadDomain;
use super::matching::{Candidate, Facts, MOST_CANDIDATES, MOST_RANKED, Ranked, Wanted, Weights, candidate, rank};
use super::standing::Standing;

/// The organization that is asked about, whether it fits or not.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    pub facts: Facts,
    /// It has the wanted role.
    pub has_role: bool,
    pub standing: Standing,
}

impl Asked {
    /// Whether a match looks at it.
    fn fits(&self) -> bool {
        self.standing == Standing::Live && self.has_role && (self.facts.is_contact || !self.facts.fitting.is_empty())
    }
}

/// What an organization is for a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Match,
    Candidate,
    NotShown,
}

impl Verdict {
    /// As the proto's value without its prefix.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Match => "MATCH",
            Self::Candidate => "CANDIDATE",
            Self::NotShown => "NOT_SHOWN",
        }
    }
}

/// Why it is neither the match nor a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    Merged,
    Deleted,
    WrongRole,
    PublicMailDomain,
    DisposableMailDomain,
    PublicSuffix,
    NoCommonDomain,
    OtherIsContact,
    BeyondLimit,
}

impl Obstacle {
    /// As the proto's value without its prefix.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Merged => "MERGED",
            Self::Deleted => "DELETED",
            Self::WrongRole => "WRONG_ROLE",
            Self::PublicMailDomain => "PUBLIC_MAIL_DOMAIN",
            Self::DisposableMailDomain => "DISPOSABLE_MAIL_DOMAIN",
            Self::PublicSuffix => "PUBLIC_SUFFIX",
            Self::NoCommonDomain => "NO_COMMON_DOMAIN",
            Self::OtherIsContact => "OTHER_IS_CONTACT",
            Self::BeyondLimit => "BEYOND_LIMIT",
        }
    }
}

/// The answer for one organization.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    pub candidate: Candidate,
    pub verdict: Verdict,
    /// Those that apply, the decisive one first; none for what the match shows.
    pub obstacles: Vec<Obstacle>,
    /// Its place among all that were ranked, from 1.
    pub rank: Option<usize>,
    /// Somebody is the match.
    pub matched: bool,
    /// Of the first of all that were ranked.
    pub best_score: Option<f64>,
    pub merged_into: Option<OrganizationId>,
}

/// Explains `asked`. `found` is what the match finds; `unfit` says why no domain can fit the address, if none can.
pub fn explain(
    mut found: Vec<Facts>,
    asked: Asked,
    unfit: Option<BadDomain>,
    wanted: &Wanted,
    weights: &Weights,
) -> Explanation {
    let id = asked.facts.organization;
    // Who came to fit since the others were read is ranked with them.
    if asked.fits() && found.len() < MOST_RANKED && !found.iter().any(|facts| facts.organization == id) {
        found.push(asked.facts.clone());
    }
    let Ranked { matched, mut candidates } = rank(found, wanted, weights);
    let best_score = candidates.first().map(|best| best.score);
    let place = candidates.iter().position(|candidate| candidate.facts.organization == id);
    let verdict = match place {
        Some(_) if matched => Verdict::Match,
        Some(place) if place < MOST_CANDIDATES => Verdict::Candidate,
        Some(_) | None => Verdict::NotShown,
    };
    let obstacles = if verdict == Verdict::NotShown { obstacles(&asked, unfit, matched) } else { Vec::new() };
    let merged_into = match asked.standing {
        Standing::Merged(into) => Some(into),
        Standing::Live | Standing::Deleted => None,
    };
    Explanation {
        candidate: match place {
            Some(place) => candidates.swap_remove(place),
            None => candidate(asked.facts, wanted, weights),
        },
        verdict,
        obstacles,
        rank: place.map(|place| place + 1),
        matched,
        best_score,
        merged_into,
    }
}

fn obstacles(asked: &Asked, unfit: Option<BadDomain>, matched: bool) -> Vec<Obstacle> {
    let gone = match asked.standing {
        Standing::Live => None,
        Standing::Merged(_) => Some(Obstacle::Merged),
        Standing::Deleted => Some(Obstacle::Deleted),
    };
    let stranger = !asked.facts.is_contact && asked.facts.fitting.is_empty();
    let why = match unfit {
        Some(BadDomain::PublicMail) => Obstacle::PublicMailDomain,
        Some(BadDomain::DisposableMail) => Obstacle::DisposableMailDomain,
        Some(BadDomain::PublicSuffix) => Obstacle::PublicSuffix,
        Some(BadDomain::Malformed | BadDomain::MixedScripts | BadDomain::TooLong) | None => Obstacle::NoCommonDomain,
    };
    let applying = [
        gone,
        (!asked.has_role).then_some(Obstacle::WrongRole),
        stranger.then_some(why),
        matched.then_some(Obstacle::OtherIsContact),
    ];
    let mut obstacles: Vec<_> = applying.into_iter().flatten().collect();
    if obstacles.is_empty() {
        obstacles.push(Obstacle::BeyondLimit);
    }
    obstacles
}

#[cfg(test)]
#[path = "explanation_tests.rs"]
mod tests;
