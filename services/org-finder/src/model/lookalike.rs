//! Organizations that look like one that is about to be created: pure, from what was found.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use dialtone_ids::OrganizationId;

use super::search::FoundByName;

/// The most that are named.
pub const MOST: usize = 10;
/// From here on two names of one country are taken for the same company, in millionths. One wrong letter in a word of seven is less
/// than this takes; another word, another number or a word more is not.
const LEAST: u32 = 850_000;
/// Of one that shares a domain.
const SHARED_DOMAIN: u32 = 1_000_000;

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookAlike {
    pub organization: OrganizationId,
    /// How alike, in millionths.
    pub score: u32,
}

/// Those that look alike, at most [`MOST`], most alike first, then by id.
pub fn look_alikes(named: &[FoundByName], sharing: &[OrganizationId]) -> Vec<LookAlike> {
    let mut scores: BTreeMap<OrganizationId, u32> = sharing.iter().map(|id| (*id, SHARED_DOMAIN)).collect();
    for found in named {
        // Whole names are compared, so what is missing counts on both sides, and the order of words does not.
        let least = found.likeness.of_question.min(found.likeness.of_name);
        let score = (least * 1e6).round() as u32;
        if score >= LEAST {
            scores.entry(found.shown.id).and_modify(|most| *most = score.max(*most)).or_insert(score);
        }
    }
    let mut alike: Vec<_> = scores.into_iter().map(|(organization, score)| LookAlike { organization, score }).collect();
    alike.sort_by_key(|alike| (Reverse(alike.score), alike.organization));
    alike.truncate(MOST);
    alike
}
