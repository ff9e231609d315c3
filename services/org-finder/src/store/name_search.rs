//! Reads the index of names. Each statement looks at a limited number of rows for each of a limited number of keys, so that it costs
//! the same however many organizations there are. Queries of their own types, which connections keep prepared.

use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::OrganizationId;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Untyped, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::model::leads::MOST_PER_KEY;
use crate::model::organization::{Role, Roles};
use crate::model::search::{Filter, Lookup, Shown};

/// Words that one question may lead to by their spellings.
const MOST_SPELT: i64 = 400;
/// Words that begin with a text, and as many that have it inside.
const MOST_PER_RANGE: i64 = 24;

/// Words of the vocabulary that may be meant.
struct Vocabulary<'a> {
    exact: &'a [String],
    spelt: Spelt<'a>,
    /// The ends of the range; without one nothing is in it.
    first: Option<&'a str>,
    last: Option<&'a str>,
}

/// How words may be spelt.
#[derive(Default)]
struct Spelt<'a> {
    words: Vec<&'a str>,
    near: Slices<i64>,
    far: Slices<i64>,
    halves: Slices<&'a str>,
}

/// Lists one after the other, each from its first to its last place, counted from 1: Postgres has no lists of lists of different lengths.
#[derive(Default)]
struct Slices<T> {
    all: Vec<T>,
    firsts: Vec<i32>,
    lasts: Vec<i32>,
}

impl<T> Slices<T> {
    fn push(&mut self, list: impl Iterator<Item = T>) {
        self.firsts.push(self.all.len() as i32 + 1);
        self.all.extend(list);
        self.lasts.push(self.all.len() as i32);
    }
}

impl<'a> Spelt<'a> {
    fn of(lookup: &'a Lookup) -> Self {
        let mut all = Self::default();
        for spelt in &lookup.spelt {
            all.words.push(&spelt.word);
            all.near.push(spelt.near.iter().copied());
            all.far.push(spelt.far.iter().copied());
            all.halves.push(spelt.halves.iter().map(String::as_str));
        }
        all
    }
}

impl QueryId for Vocabulary<'_> {
    type QueryId = Vocabulary<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Vocabulary<'_> {
    type SqlType = Untyped;
}

impl QueryFragment<Pg> for Vocabulary<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let Spelt { words, near, far, halves } = &self.spelt;
        out.push_sql("WITH unknown AS MATERIALIZED (SELECT * FROM unnest(");
        out.push_bind_param::<Array<Text>, _>(words)?;
        for places in [&near.firsts, &near.lasts, &far.firsts, &far.lasts, &halves.firsts, &halves.lasts] {
            out.push_sql(", ");
            out.push_bind_param::<Array<Integer>, _>(places)?;
            out.push_sql("::integer[]");
        }
        out.push_sql(
            ") AS spelt (word, near_first, near_last, far_first, far_last, half_first, half_last) \
               WHERE (SELECT copy FROM name_words WHERE word = spelt.word LIMIT 1) IS NULL) \
             SELECT ARRAY (SELECT word FROM name_words WHERE word = ANY (",
        );
        out.push_bind_param::<Array<Text>, _>(self.exact)?;
        out.push_sql("::text[] || ARRAY (SELECT unnest((");
        out.push_bind_param::<Array<Text>, _>(&halves.all)?;
        // All keys at once: a search of its own for each of them costs twice as much. In the order of the index, or the planner, which takes
        // keys for having more rows than they have, may read the whole table for the first few.
        out.push_sql(
            "::text[])[half_first:half_last]) FROM unknown)) \
             UNION ALL (SELECT word FROM name_spellings WHERE key = ANY (",
        );
        out.push_bind_param::<Array<BigInt>, _>(&near.all)?;
        out.push_sql("::bigint[] || ARRAY (SELECT unnest((");
        out.push_bind_param::<Array<BigInt>, _>(&far.all)?;
        out.push_sql(
            "::bigint[])[far_first:far_last]) FROM unknown WHERE (SELECT key FROM name_spellings WHERE key = ANY ((",
        );
        out.push_bind_param::<Array<BigInt>, _>(&near.all)?;
        out.push_sql(&format!(
            "::bigint[])[near_first:near_last]) ORDER BY key LIMIT 1) IS NULL)) ORDER BY key, word LIMIT {MOST_SPELT})"
        ));
        for (table, column, order) in [("name_words", "word", "word"), ("name_tails", "tail", "tail, word")] {
            out.push_sql(&format!(" UNION ALL (SELECT word FROM {table} WHERE {column} >= "));
            out.push_bind_param::<Nullable<Text>, _>(&self.first)?;
            out.push_sql(&format!(" AND {column} < "));
            out.push_bind_param::<Nullable<Text>, _>(&self.last)?;
            out.push_sql(&format!(" ORDER BY {order} LIMIT {MOST_PER_RANGE})"));
        }
        out.push_sql(") AS words");
        Ok(())
    }
}

#[derive(QueryableByName)]
struct WordsRow {
    #[diesel(sql_type = Array<Text>)]
    words: Vec<String>,
}

/// Words of the vocabulary that may be meant, each once, in their order.
pub async fn vocabulary_list(c: &mut Conn, lookup: &Lookup) -> Result<Vec<String>, DbFault> {
    let (first, last) = lookup.range.as_ref().map(|(first, last)| (first.as_str(), last.as_str())).unzip();
    let asked = Vocabulary { exact: &lookup.exact, spelt: Spelt::of(lookup), first, last };
    let row: WordsRow = asked.get_result(c).await.db()?;
    let mut words = row.words;
    words.sort_unstable();
    words.dedup();
    Ok(words)
}

/// The first organizations of each of these keys.
struct Postings<'a> {
    keys: &'a [i64],
}

impl QueryId for Postings<'_> {
    type QueryId = Postings<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Postings<'_> {
    type SqlType = Untyped;
}

impl QueryFragment<Pg> for Postings<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "SELECT ARRAY (SELECT organization_id FROM name_postings WHERE key = q.key ORDER BY organization_id LIMIT ",
        );
        out.push_sql(&MOST_PER_KEY.to_string());
        out.push_sql(") AS organizations FROM unnest(");
        out.push_bind_param::<Array<BigInt>, _>(&self.keys)?;
        out.push_sql("::bigint[]) WITH ORDINALITY AS q (key, place) ORDER BY q.place");
        Ok(())
    }
}

#[derive(QueryableByName)]
struct PostingRow {
    #[diesel(sql_type = Array<SqlUuid>)]
    organizations: Vec<Uuid>,
}

/// For each of these keys its first organizations, at most [`MOST_PER_KEY`].
pub async fn posting_list(c: &mut Conn, keys: &[i64]) -> Result<Vec<Vec<OrganizationId>>, DbFault> {
    let rows: Vec<PostingRow> = Postings { keys }.load(c).await.db()?;
    let ids = |row: PostingRow| row.organizations.into_iter().map(OrganizationId::from_uuid).collect();
    Ok(rows.into_iter().map(ids).collect())
}

/// `o` is an organization that the filter takes.
pub(super) fn wanted<'b>(out: &mut AstPass<'_, 'b, Pg>, filter: &'b Filter) -> QueryResult<()> {
    out.push_sql("(");
    out.push_bind_param::<Nullable<Text>, _>(&filter.country)?;
    out.push_sql(" IS NULL OR o.region_code = ");
    out.push_bind_param::<Nullable<Text>, _>(&filter.country)?;
    out.push_sql(") AND CASE ");
    out.push_bind_param::<Text, _>(role(filter))?;
    out.push_sql(" WHEN 'PARTNER' THEN o.is_partner WHEN 'CUSTOMER' THEN o.is_customer ELSE true END");
    Ok(())
}

fn role(filter: &Filter) -> &'static str {
    match filter.role {
        Some(Role::Partner) => "PARTNER",
        Some(Role::Customer) => "CUSTOMER",
        None => "",
    }
}

/// Some organizations, by their ids.
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
            "SELECT o.id, o.display_name, o.normalized_name, o.region_code, o.is_partner, o.is_customer \
             FROM organizations AS o WHERE o.id = ANY (",
        );
        out.push_bind_param::<Array<SqlUuid>, _>(&self.ids)?;
        out.push_sql(") AND o.deleted IS NULL AND ");
        wanted(&mut out, self.filter)
    }
}

#[derive(QueryableByName)]
struct FoundRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    display_name: String,
    #[diesel(sql_type = Text)]
    normalized_name: String,
    #[diesel(sql_type = Text)]
    region_code: String,
    #[diesel(sql_type = Bool)]
    is_partner: bool,
    #[diesel(sql_type = Bool)]
    is_customer: bool,
}

impl FoundRow {
    fn into_model(self) -> (Shown, String) {
        let shown = Shown {
            id: OrganizationId::from_uuid(self.id),
            display_name: self.display_name,
            region_code: self.region_code,
            roles: Roles { partner: self.is_partner, customer: self.is_customer },
        };
        (shown, self.normalized_name)
    }
}

/// Those of these organizations that the filter takes, with their normalised names, in no particular order.
pub async fn organization_among(
    c: &mut Conn,
    ids: &[OrganizationId],
    filter: &Filter,
) -> Result<Vec<(Shown, String)>, DbFault> {
    let ids = ids.iter().map(|id| id.uuid()).collect();
    let rows: Vec<FoundRow> = Among { ids, filter }.load(c).await.db()?;
    Ok(rows.into_iter().map(FoundRow::into_model).collect())
}
