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

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::likeness::Likeness;
    use crate::model::organization::Roles;
    use crate::model::search::Shown;

    fn id(number: u128) -> OrganizationId {
        OrganizationId::from_uuid(Uuid::from_u128(number))
    }

    fn found(number: u128, of_question: f64, of_name: f64) -> FoundByName {
        let shown = Shown {
            id: id(number),
            display_name: String::new(),
            region_code: "SE".to_owned(),
            roles: Roles { partner: false, customer: true },
        };
        let likeness = Likeness { score: 0, of_question, of_name, words: Vec::new() };
        FoundByName { shown, normalized_name: String::new(), likeness }
    }

    #[test]
    fn the_least_of_both_sides_counts_and_a_shared_domain_counts_fully() {
        let named = [found(1, 1.0, 0.84), found(2, 0.9, 0.95), found(3, 0.85, 1.0), found(4, 0.9, 0.9)];
        let alike: Vec<_> = look_alikes(&named, &[id(4), id(9)]).iter().map(|a| (a.organization, a.score)).collect();
        assert_eq!(alike, [(id(4), 1_000_000), (id(9), 1_000_000), (id(2), 900_000), (id(3), 850_000)]);
        let many: Vec<_> = (0..30).map(id).collect();
        assert_eq!(look_alikes(&[], &many).len(), MOST);
    }
}
