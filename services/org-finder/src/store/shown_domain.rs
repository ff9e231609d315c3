//! The domains that organizations show: of each the first few, however many it has.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Text, Untyped, Uuid as SqlUuid};
use uuid::Uuid;

use crate::model::organization::MOST_DOMAINS_SHOWN;

/// One more than are shown: then it is known that there are more.
pub(super) const LOOKED_AT: i64 = MOST_DOMAINS_SHOWN as i64 + 1;

/// A query of its own type and not `sql_query`, so that connections keep it prepared.
pub(super) struct Shown {
    /// Of these organizations.
    pub ids: Vec<Uuid>,
}

impl QueryId for Shown {
    type QueryId = Shown;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Shown {
    type SqlType = Untyped;
}

impl QueryFragment<Pg> for Shown {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT d.organization_id, d.domain, d.state FROM unnest(");
        out.push_bind_param::<Array<SqlUuid>, _>(&self.ids)?;
        out.push_sql(
            ") AS o (id), LATERAL (SELECT organization_id, domain, state FROM organization_domains \
               WHERE organization_id = o.id ORDER BY domain LIMIT ",
        );
        out.push_bind_param::<BigInt, _>(&LOOKED_AT)?;
        out.push_sql(") AS d ORDER BY d.organization_id, d.domain");
        Ok(())
    }
}

/// One domain of one of them; by organization, then by domain.
#[derive(QueryableByName)]
pub(super) struct ShownRow {
    #[diesel(sql_type = SqlUuid)]
    pub organization_id: Uuid,
    #[diesel(sql_type = Text)]
    pub domain: String,
    #[diesel(sql_type = Text)]
    pub state: String,
}
