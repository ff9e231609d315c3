//! Organizations by their domains: ranges of two indexes, a limited number of rows at a time.

use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::OrganizationId;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Bool, Text, Untyped, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::name_search::wanted;
use crate::model::domain_search::{FoundByDomain, Part, Place};
use crate::model::organization::Roles;
use crate::model::search::{Filter, Shown};

/// Rows of one part: of those whose texts are in its range, the next after a place.
struct InIndex<'a> {
    /// Whether `reversed` is the column that is ordered by; the statement is another then.
    column: &'static str,
    part: &'a Part,
    /// The ranges that come before, of either index.
    before: [Ranges<'a>; 2],
    after: (&'a str, Uuid),
    limit: i64,
    filter: &'a Filter,
}

#[derive(Default)]
struct Ranges<'a> {
    from: Vec<&'a str>,
    until: Vec<&'a str>,
}

/// The statement over `domain`, and the one over `reversed`: each is prepared once.
struct ByDomain<'a>(InIndex<'a>);
struct ByReversed<'a>(InIndex<'a>);

impl QueryId for ByDomain<'_> {
    type QueryId = ByDomain<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryId for ByReversed<'_> {
    type QueryId = ByReversed<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for ByDomain<'_> {
    type SqlType = Untyped;
}

impl Query for ByReversed<'_> {
    type SqlType = Untyped;
}

impl QueryFragment<Pg> for ByDomain<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.write(out)
    }
}

impl QueryFragment<Pg> for ByReversed<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.write(out)
    }
}

impl InIndex<'_> {
    /// An organization is shown by its first domain: none of its others comes before, in this part or in one before.
    fn write<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let column = self.column;
        out.push_sql(
            "SELECT d.organization_id AS id, d.domain, o.display_name, o.region_code, o.is_partner, o.is_customer, \
               o.deleted IS NULL AND ",
        );
        wanted(&mut out, self.filter)?;
        out.push_sql(" AND NOT EXISTS (SELECT FROM organization_domains AS e WHERE e.organization_id = d.organization_id AND (e.");
        out.push_sql(column);
        out.push_sql(" >= ");
        out.push_bind_param::<Text, _>(&self.part.from)?;
        out.push_sql(" AND e.");
        out.push_sql(column);
        out.push_sql(" < d.");
        out.push_sql(column);
        for (ranges, column) in self.before.iter().zip(["domain", "reversed"]) {
            out.push_sql(" OR EXISTS (SELECT FROM unnest(");
            out.push_bind_param::<Array<Text>, _>(&ranges.from)?;
            out.push_sql("::text[], ");
            out.push_bind_param::<Array<Text>, _>(&ranges.until)?;
            out.push_sql("::text[]) AS r (first, last) WHERE e.");
            out.push_sql(column);
            out.push_sql(" >= r.first AND e.");
            out.push_sql(column);
            out.push_sql(" < r.last)");
        }
        out.push_sql(")) AS is_shown FROM (SELECT organization_id, domain, reversed FROM organization_domains WHERE ");
        out.push_sql(column);
        out.push_sql(" >= ");
        out.push_bind_param::<Text, _>(self.after.0)?;
        out.push_sql(" AND ");
        out.push_sql(column);
        out.push_sql(" < ");
        out.push_bind_param::<Text, _>(&self.part.until)?;
        out.push_sql(" AND (");
        out.push_sql(column);
        out.push_sql(" > ");
        out.push_bind_param::<Text, _>(self.after.0)?;
        out.push_sql(" OR organization_id > ");
        out.push_bind_param::<SqlUuid, _>(&self.after.1)?;
        out.push_sql(") ORDER BY ");
        out.push_sql(column);
        out.push_sql(", organization_id LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.limit)?;
        out.push_sql(") AS d JOIN organizations AS o ON o.id = d.organization_id ORDER BY d.");
        out.push_sql(column);
        out.push_sql(", d.organization_id");
        Ok(())
    }
}

#[derive(QueryableByName)]
struct LookedRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    domain: String,
    #[diesel(sql_type = Text)]
    display_name: String,
    #[diesel(sql_type = Text)]
    region_code: String,
    #[diesel(sql_type = Bool)]
    is_partner: bool,
    #[diesel(sql_type = Bool)]
    is_customer: bool,
    #[diesel(sql_type = Bool)]
    is_shown: bool,
}

impl LookedRow {
    fn into_model(self, part: usize, of: &Part) -> Looked {
        let id = OrganizationId::from_uuid(self.id);
        let place = Place { part, text: of.text(&self.domain), id };
        let roles = Roles { partner: self.is_partner, customer: self.is_customer };
        let shown = Shown { id, display_name: self.display_name, region_code: self.region_code, roles };
        let found = FoundByDomain { shown, domain: self.domain, fit: of.fit };
        Looked { place, found: self.is_shown.then_some(found) }
    }
}

/// A domain that was looked at, and the organization if it is to be shown by it.
pub struct Looked {
    pub place: Place,
    pub found: Option<FoundByDomain>,
}

/// The next domains of a part after a place in it, at most `limit`, wanted or not.
pub async fn domain_look(
    c: &mut Conn,
    parts: &[Part],
    number: usize,
    filter: &Filter,
    after: Option<&Place>,
    limit: usize,
) -> Result<Vec<Looked>, DbFault> {
    let part = &parts[number];
    let mut before = [Ranges::default(), Ranges::default()];
    for earlier in &parts[..number] {
        let ranges = &mut before[usize::from(earlier.reversed)];
        ranges.from.push(earlier.from.as_str());
        ranges.until.push(earlier.until.as_str());
    }
    // Before the first there is nothing: no organization has the least of all ids.
    let after = after.map_or((part.from.as_str(), Uuid::nil()), |place| (place.text.as_str(), place.id.uuid()));
    let column = if part.reversed { "reversed" } else { "domain" };
    let query = InIndex { column, part, before, after, limit: limit as i64, filter };
    let rows: Vec<LookedRow> = match part.reversed {
        true => ByReversed(query).load(c).await.db()?,
        false => ByDomain(query).load(c).await.db()?,
    };
    Ok(rows.into_iter().map(|row| row.into_model(number, part)).collect())
}

/// Every domain of these organizations.
struct Among<'a> {
    ids: Vec<Uuid>,
    filter: &'a Filter,
}

impl QueryId for Among<'_> {
    type QueryId = Among<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Among<'_> {
    type SqlType = Untyped;
}

impl QueryFragment<Pg> for Among<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "SELECT o.id, d.domain, o.display_name, o.region_code, o.is_partner, o.is_customer, true AS is_shown \
             FROM organizations AS o JOIN organization_domains AS d ON d.organization_id = o.id WHERE o.id = ANY (",
        );
        out.push_bind_param::<Array<SqlUuid>, _>(&self.ids)?;
        out.push_sql(") AND o.deleted IS NULL AND ");
        wanted(&mut out, self.filter)
    }
}

/// Every domain of those of these organizations that the filter takes, in no particular order.
pub async fn domain_among(
    c: &mut Conn,
    ids: &[OrganizationId],
    filter: &Filter,
) -> Result<Vec<(Shown, String)>, DbFault> {
    let ids = ids.iter().map(|id| id.uuid()).collect();
    let rows: Vec<LookedRow> = Among { ids, filter }.load(c).await.db()?;
    let shown = rows.into_iter().map(|row| {
        let roles = Roles { partner: row.is_partner, customer: row.is_customer };
        let id = OrganizationId::from_uuid(row.id);
        (Shown { id, display_name: row.display_name, region_code: row.region_code, roles }, row.domain)
    });
    Ok(shown.collect())
}
