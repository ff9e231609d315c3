//! Finds organizations by their domains, among all of them or among some, page by page; each once, where it fits best.

use std::collections::BTreeMap;

use dialtone_db::{Conn, DbFault};
use dialtone_ids::OrganizationId;

use crate::model::domain_search::{DomainQuestion, FoundByDomain, Place, place};
use crate::model::search::Filter;
use crate::store::domain_search::{self, Looked};

/// Domains that are looked at for one page; then the page ends, whatever was found.
const MOST_LOOKED_AT: usize = 2_000;
/// Organizations whose domains are read at once when there is no index to narrow them down.
const AT_ONCE: usize = 2_000;

/// A page, and where the next one goes on.
type Page = (Vec<FoundByDomain>, Option<Place>);

/// Among all organizations, by the indexes of domains.
pub async fn everywhere(
    c: &mut Conn,
    question: &DomainQuestion,
    filter: &Filter,
    after: Option<&Place>,
    size: usize,
) -> Result<Page, DbFault> {
    let parts = question.parts();
    let mut after = after.cloned();
    let (mut found, mut looked_at) = (Vec::new(), 0);
    for part in after.as_ref().map_or(0, |place| place.part)..parts.len() {
        loop {
            // One more than fits tells whether another page follows.
            let limit = (size + 1 - found.len()).max(20);
            let within = after.clone().filter(|place| place.part == part);
            let rows = domain_search::domain_look(c, &parts, part, filter, within.as_ref(), limit).await?;
            let last = rows.len() < limit;
            looked_at += rows.len();
            for Looked { place, found: one } in rows {
                let Some(one) = one else {
                    after = Some(place);
                    continue;
                };
                if found.len() == size {
                    return Ok((found, after));
                }
                found.push(one);
                after = Some(place);
            }
            if last {
                break;
            }
            if looked_at >= MOST_LOOKED_AT {
                return Ok((found, after));
            }
        }
    }
    Ok((found, None))
}

/// Among these, one and all: the caller's own.
pub async fn among(
    c: &mut Conn,
    ids: &[OrganizationId],
    question: &DomainQuestion,
    filter: &Filter,
    after: Option<&Place>,
    size: usize,
) -> Result<Page, DbFault> {
    let parts = question.parts();
    let mut all: BTreeMap<Place, FoundByDomain> = BTreeMap::new();
    for some in ids.chunks(AT_ONCE) {
        let mut best: BTreeMap<OrganizationId, (Place, FoundByDomain)> = BTreeMap::new();
        for (shown, domain) in domain_search::domain_among(c, some, filter).await? {
            let Some(place) = place(&parts, &domain, shown.id) else { continue };
            if best.get(&shown.id).is_none_or(|(other, _)| place < *other) {
                let fit = parts[place.part].fit;
                best.insert(shown.id, (place, FoundByDomain { shown, domain, fit }));
            }
        }
        all.extend(best.into_values().filter(|(place, _)| after.is_none_or(|after| place > after)));
        while all.len() > size + 1 {
            all.pop_last();
        }
    }
    let more = all.len() > size;
    let page: Vec<_> = all.into_iter().take(size).collect();
    let next = page.last().filter(|_| more).map(|(place, _)| place.clone());
    Ok((page.into_iter().map(|(_, found)| found).collect(), next))
}
