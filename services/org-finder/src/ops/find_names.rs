//! Finds organizations whose names are like a text, among all of them or among some; best first.

use dialtone_db::{Conn, DbFault};
use dialtone_ids::OrganizationId;

use crate::model::search::{Filter, FoundByName, Question, Shown, ranked};
use crate::store::name_search;

/// Organizations that are compared at once when there is no index to narrow them down.
const AT_ONCE: usize = 2_000;

/// Among all organizations, through the index of names: the words that may be meant, where they lead, and what is there.
pub async fn everywhere(c: &mut Conn, question: &Question, filter: &Filter) -> Result<Vec<FoundByName>, DbFault> {
    let vocabulary = name_search::vocabulary_list(c, &question.lookup()).await?;
    let leads = question.leads(&vocabulary);
    let asked = leads.asked(filter.key());
    let keys = asked.keys();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let postings = name_search::posting_list(c, &keys).await?;
    let weights = question.weights(&asked.counts(&postings));
    let found = name_search::organization_among(c, &asked.best(&postings), filter).await?;
    Ok(ranked(compared(found, |name| question.compare(name, &weights))))
}

/// Among these, one and all: the caller's own. The vocabulary is not asked, because it says what others are called.
pub async fn among(
    c: &mut Conn,
    ids: &[OrganizationId],
    question: &Question,
    filter: &Filter,
) -> Result<Vec<FoundByName>, DbFault> {
    let weights = question.weights(&[]);
    let mut best = Vec::new();
    for some in ids.chunks(AT_ONCE) {
        let found = name_search::organization_among(c, some, filter).await?;
        best.extend(compared(found, |name| question.compare(name, &weights)));
        best = ranked(best);
    }
    Ok(best)
}

fn compared(
    found: Vec<(Shown, String)>,
    compare: impl Fn(&str) -> crate::model::likeness::Likeness,
) -> Vec<FoundByName> {
    let compared = found.into_iter().map(|(shown, normalized_name)| {
        let likeness = compare(&normalized_name);
        FoundByName { shown, normalized_name, likeness }
    });
    compared.collect()
}
