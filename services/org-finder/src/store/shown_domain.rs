//! The domains that organizations show: of each the first few, however many it has.

use dialtone_db::DbFault;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Text};

use super::schema::organizations;
use super::unreadable;
use crate::model::domain::{Domain, State};
use crate::model::organization::MOST_DOMAINS_SHOWN;

/// One more than are shown: then it is known that there are more.
const LOOKED_AT: i64 = MOST_DOMAINS_SHOWN as i64 + 1;

/// A column of organizations, as far as a SELECT can tell: its first domains, each as its state, a space and the domain. So an
/// organization is read by one statement.
#[derive(Clone, Copy, QueryId)]
pub(super) struct ShownDomains;

impl Expression for ShownDomains {
    type SqlType = Array<Text>;
}

impl AppearsOnTable<organizations::table> for ShownDomains {}
impl SelectableExpression<organizations::table> for ShownDomains {}

impl<Grouping> ValidGrouping<Grouping> for ShownDomains {
    type IsAggregate = is_aggregate::No;
}

impl QueryFragment<Pg> for ShownDomains {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("ARRAY(SELECT state || ' ' || domain FROM organization_domains WHERE organization_id = ");
        organizations::id.walk_ast(out.reborrow())?;
        out.push_sql(" ORDER BY domain LIMIT ");
        out.push_bind_param::<BigInt, _>(&LOOKED_AT)?;
        out.push_sql(")");
        Ok(())
    }
}

/// One of them, as it was selected.
pub(super) fn into_domain(text: &str) -> Result<Domain, DbFault> {
    let read = text.split_once(' ').and_then(|(state, domain)| Some((State::parse(state)?, domain)));
    let (state, domain) = read.ok_or_else(|| unreadable("state"))?;
    Ok(Domain { domain: domain.to_owned(), state })
}
