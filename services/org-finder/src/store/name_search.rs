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

use crate::model::organization::{Role, Roles};
use crate::model::search::{Count, Filter, Known, Lookup, MOST_PER_KEY, Probe, Shown};

/// Words that one spelling may lead to.
const MOST_PER_SPELLING: i64 = 24;
/// Words that begin with a text, and as many that have it inside.
const MOST_PER_RANGE: i64 = 24;
/// So many words are counted as they are found; of more only those are counted that turn out to be meant.
const MOST_COUNTED: i64 = 64;
/// Names that are compared with the question.
const MOST_COMPARED: i64 = 120;

/// Words of the vocabulary that may be meant, counted if they are few.
struct Vocabulary<'a> {
    lookup: &'a Lookup,
    /// What goes with the key of a word for the filter; 0 for nothing.
    with: i64,
    firsts: Vec<&'a str>,
    lasts: Vec<&'a str>,
    unknown: Unknown<'a>,
}

/// Keys for words that nobody has: of each word those from its first to its last, counted from 1.
#[derive(Default)]
struct Unknown<'a> {
    keys: Vec<i64>,
    words: Vec<&'a str>,
    firsts: Vec<i32>,
    lasts: Vec<i32>,
}

impl<'a> Unknown<'a> {
    fn of(lookup: &'a Lookup) -> Self {
        let mut unknown = Self::default();
        for (word, keys) in &lookup.unknown {
            unknown.words.push(word);
            unknown.firsts.push(unknown.keys.len() as i32 + 1);
            unknown.keys.extend(keys);
            unknown.lasts.push(unknown.keys.len() as i32);
        }
        unknown
    }

    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT unnest((");
        out.push_bind_param::<Array<BigInt>, _>(&self.keys)?;
        out.push_sql("::bigint[])[q.first:q.last]) FROM unnest(");
        out.push_bind_param::<Array<Text>, _>(&self.words)?;
        out.push_sql("::text[], ");
        out.push_bind_param::<Array<Integer>, _>(&self.firsts)?;
        out.push_sql("::integer[], ");
        out.push_bind_param::<Array<Integer>, _>(&self.lasts)?;
        out.push_sql(
            "::integer[]) AS q (word, first, last) \
             WHERE (SELECT key FROM name_words WHERE word = q.word LIMIT 1) IS NULL",
        );
        Ok(())
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
        out.push_sql("SELECT word, CASE WHEN few THEN ");
        push_count(&mut out, |out| {
            out.push_sql("found.key");
            Ok(())
        })?;
        out.push_sql(" END AS total, CASE WHEN few AND 0 <> ");
        out.push_bind_param::<BigInt, _>(&self.with)?;
        out.push_sql(" THEN ");
        push_count(&mut out, |out| {
            out.push_sql("found.key # ");
            out.push_bind_param::<BigInt, _>(&self.with)
        })?;
        out.push_sql(" END AS taken FROM (SELECT w.word, found.key, count(*) OVER () <= ");
        out.push_sql(&MOST_COUNTED.to_string());
        out.push_sql(" AS few FROM (SELECT key FROM name_words WHERE word = ANY (");
        out.push_bind_param::<Array<Text>, _>(&self.lookup.exact)?;
        out.push_sql(") UNION SELECT s.word_key FROM (SELECT unnest(");
        out.push_bind_param::<Array<BigInt>, _>(&self.lookup.spellings)?;
        out.push_sql("::bigint[]) UNION ALL ");
        self.unknown.push(&mut out)?;
        out.push_sql(
            ") AS q (key), LATERAL (SELECT word_key FROM name_spellings WHERE key = q.key \
               ORDER BY word_key LIMIT ",
        );
        out.push_sql(&MOST_PER_SPELLING.to_string());
        for (table, column, key) in [("name_words", "word", "key"), ("name_tails", "tail", "word_key")] {
            out.push_sql(") AS s UNION SELECT s.key FROM unnest(");
            out.push_bind_param::<Array<Text>, _>(&self.firsts)?;
            out.push_sql("::text[], ");
            out.push_bind_param::<Array<Text>, _>(&self.lasts)?;
            out.push_sql("::text[]) AS q (first, last), LATERAL (SELECT ");
            out.push_sql(key);
            out.push_sql(" AS key FROM ");
            out.push_sql(table);
            out.push_sql(" WHERE ");
            out.push_sql(column);
            out.push_sql(" >= q.first AND ");
            out.push_sql(column);
            out.push_sql(" < q.last ORDER BY ");
            out.push_sql(column);
            out.push_sql(", ");
            out.push_sql(key);
            out.push_sql(" LIMIT ");
            out.push_sql(&MOST_PER_RANGE.to_string());
        }
        // One copy of each word.
        out.push_sql(
            ") AS s) AS found, LATERAL (SELECT word FROM name_words WHERE key = found.key LIMIT 1) AS w) AS found ORDER BY word",
        );
        Ok(())
    }
}

/// How many organizations have a key, no further than is looked at. In the order of the index: otherwise all of a common key would be
/// gathered before they are cut off.
fn push_count<'b>(
    out: &mut AstPass<'_, 'b, Pg>,
    key: impl FnOnce(&mut AstPass<'_, 'b, Pg>) -> QueryResult<()>,
) -> QueryResult<()> {
    out.push_sql("(SELECT count(*) FROM (SELECT FROM name_postings AS p WHERE p.key = ");
    key(out)?;
    out.push_sql(" ORDER BY p.organization_id LIMIT ");
    out.push_sql(&MOST_PER_KEY.to_string());
    out.push_sql(") AS counted)");
    Ok(())
}

#[derive(QueryableByName)]
struct WordRow {
    #[diesel(sql_type = Text)]
    word: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    total: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    taken: Option<i64>,
}

impl WordRow {
    fn into_model(self) -> Known {
        let count = self.total.map(|all| Count { all, taken: self.taken.unwrap_or(all) });
        Known { word: self.word, count }
    }
}

/// Words of the vocabulary that may be meant, in their order.
pub async fn vocabulary_list(c: &mut Conn, lookup: &Lookup, filter: &Filter) -> Result<Vec<Known>, DbFault> {
    let (firsts, lasts) = lookup.ranges.iter().map(|(first, last)| (first.as_str(), last.as_str())).unzip();
    let with = filter.key().unwrap_or(0);
    let rows: Vec<WordRow> =
        Vocabulary { lookup, with, firsts, lasts, unknown: Unknown::of(lookup) }.load(c).await.db()?;
    Ok(rows.into_iter().map(WordRow::into_model).collect())
}

/// How many organizations have each of these keys, no further than is looked at.
struct Counts<'a> {
    keys: &'a [i64],
}

impl QueryId for Counts<'_> {
    type QueryId = Counts<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Counts<'_> {
    type SqlType = Untyped;
}

impl QueryFragment<Pg> for Counts<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT ");
        push_count(&mut out, |out| {
            out.push_sql("q.key");
            Ok(())
        })?;
        out.push_sql(" AS count FROM unnest(");
        out.push_bind_param::<Array<BigInt>, _>(&self.keys)?;
        out.push_sql("::bigint[]) WITH ORDINALITY AS q (key, place) ORDER BY q.place");
        Ok(())
    }
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Counts the organizations of pairs of keys: of a word, and of the word with the filter.
pub async fn posting_count(c: &mut Conn, keys: &[i64]) -> Result<Vec<Count>, DbFault> {
    let rows: Vec<CountRow> = Counts { keys }.load(c).await.db()?;
    let pair = |pair: &[CountRow; 2]| Count { all: pair[0].count, taken: pair[1].count };
    Ok(rows.as_chunks::<2>().0.iter().map(pair).collect())
}

/// The organizations that these keys lead to, those first that are worth most.
struct Probed<'a> {
    keys: Vec<i64>,
    worths: Vec<i32>,
    filter: &'a Filter,
}

impl QueryId for Probed<'_> {
    type QueryId = Probed<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Probed<'_> {
    type SqlType = Untyped;
}

impl QueryFragment<Pg> for Probed<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "SELECT o.id, o.display_name, o.normalized_name, o.region_code, o.is_partner, o.is_customer \
             FROM (SELECT p.organization_id AS id FROM unnest(",
        );
        out.push_bind_param::<Array<BigInt>, _>(&self.keys)?;
        out.push_sql("::bigint[], ");
        out.push_bind_param::<Array<Integer>, _>(&self.worths)?;
        out.push_sql(
            "::integer[]) AS q (key, worth), LATERAL (SELECT organization_id FROM name_postings WHERE key = q.key \
               ORDER BY organization_id LIMIT ",
        );
        out.push_sql(&MOST_PER_KEY.to_string());
        out.push_sql(") AS p GROUP BY id ORDER BY sum(q.worth) DESC, id LIMIT ");
        out.push_sql(&MOST_COMPARED.to_string());
        out.push_sql(
            ") AS found, LATERAL (SELECT * FROM organizations AS o WHERE o.id = found.id OFFSET 0) AS o \
             WHERE o.deleted IS NULL AND ",
        );
        wanted(&mut out, self.filter)
    }
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

/// Some of the caller's own organizations.
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

/// The organizations to which these keys lead, with their normalised names, in no particular order.
pub async fn organization_probe(
    c: &mut Conn,
    probes: &[Probe],
    filter: &Filter,
) -> Result<Vec<(Shown, String)>, DbFault> {
    let (keys, worths) = probes.iter().map(|probe| (probe.key, probe.worth)).unzip();
    let rows: Vec<FoundRow> = Probed { keys, worths, filter }.load(c).await.db()?;
    Ok(rows.into_iter().map(FoundRow::into_model).collect())
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
