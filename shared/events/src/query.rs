//! The two ways of reading the table: on from a position with the snapshot's ends, and a page of history.

use chrono::{DateTime, Utc};
use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::OrganizationId;
use dialtone_proto::{events::v1::Event, json, time};
use diesel::sql_types::{Array, Int8, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryDsl, QueryableByName};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::{filter::Filter, horizon::Snapshot, position::Seal, schema::outbox_state};

/// Rows of one page. Bounds what one stream holds in memory.
pub(crate) const PAGE: usize = 500;
/// How many positions one page looks through without an index for its filter: some tens of milliseconds.
const WINDOW: i64 = 50_000;

/// One event as stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) position: i64,
    pub(crate) tenant: Option<Uuid>,
    pub(crate) kind: String,
    pub(crate) resource: String,
    pub(crate) actor: String,
    pub(crate) data: Value,
    pub(crate) created: DateTime<Utc>,
}

impl Row {
    /// The wire form.
    pub(crate) fn message(&self, seal: &Seal) -> Event {
        let organization = self.tenant.map(|id| OrganizationId::from_uuid(id).to_string());
        Event {
            position: seal.seal(self.position),
            r#type: self.kind.clone(),
            resource: self.resource.clone(),
            organization: organization.unwrap_or_default(),
            actor: self.actor.clone(),
            time: Some(time::to_timestamp(self.created)),
            data: Some(json::to_struct(self.data.clone())),
        }
    }

    #[cfg(test)]
    pub(crate) fn example(tenant: Option<Uuid>, kind: &str, resource: &str) -> Row {
        Row {
            position: 1,
            tenant,
            kind: kind.into(),
            resource: resource.into(),
            actor: "person:a".into(),
            data: Value::Null,
            created: DateTime::UNIX_EPOCH,
        }
    }
}

/// What every query here answers: the ends of its snapshot and the floor, once per row, and at least once.
#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Int8)]
    xmin: i64,
    #[diesel(sql_type = Int8)]
    xmax: i64,
    #[diesel(sql_type = Int8)]
    floor: i64,
    #[diesel(sql_type = Nullable<Int8>)]
    position: Option<i64>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    tenant: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    kind: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    resource: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    actor: Option<String>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    data: Option<Value>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    created: Option<DateTime<Utc>>,
}

impl Line {
    /// The row; `None` on the one line of an empty answer.
    fn row(self) -> Option<Row> {
        Some(Row {
            position: self.position?,
            tenant: self.tenant,
            kind: self.kind?,
            resource: self.resource?,
            actor: self.actor?,
            data: self.data?,
            created: self.created?,
        })
    }
}

/// Rows and what was true when they were read, all of one snapshot.
pub(crate) struct Answer {
    pub(crate) snapshot: Snapshot,
    /// Events up to here are purged.
    pub(crate) floor: i64,
    pub(crate) rows: Vec<Row>,
}

impl Answer {
    fn of(lines: Vec<Line>) -> Result<Answer, DbFault> {
        // The state's only row is written by the migration and can be deleted by nobody but the owner.
        let first = lines.as_slice().first().ok_or(DbFault::NotFound)?;
        Ok(Answer {
            snapshot: Snapshot { xmin: first.xmin, xmax: first.xmax },
            floor: first.floor,
            rows: lines.into_iter().filter_map(Line::row).collect(),
        })
    }
}

/// One statement, so that rows, floor and snapshot belong together. `{rows}` is the inner query.
macro_rules! with_state {
    ($rows:literal) => {
        concat!(
            "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin, ",
            "pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS xmax, ",
            "state.floor, o.position, o.tenant, o.kind, o.resource, o.actor, o.data, o.created ",
            "FROM outbox_state state LEFT JOIN LATERAL (",
            $rows,
            ") o ON true ORDER BY o.position"
        )
    };
}

const VISIBLE_AFTER: &str = with_state!(
    "SELECT position, tenant, kind, resource, actor, data, created FROM outbox \
     WHERE position > $1 ORDER BY position LIMIT $2"
);

const HISTORY: &str = with_state!(
    "SELECT position, tenant, kind, resource, actor, data, created FROM outbox \
     WHERE position > $1 AND position <= $2 AND ($3 IS NULL OR tenant = $3) \
     AND (cardinality($4) = 0 OR kind = ANY ($4)) AND starts_with(resource, $5) ORDER BY position LIMIT $6"
);

/// The next page after `position` of everything visible, gaps or not.
pub(crate) async fn visible_after(c: &mut Conn, position: i64) -> Result<Answer, DbFault> {
    let query = diesel::sql_query(VISIBLE_AFTER).bind::<Int8, _>(position).bind::<Int8, _>(PAGE as i64);
    Answer::of(query.load(c).await.db()?)
}

/// The newest visible position (0 without any), with its snapshot.
pub(crate) async fn newest(c: &mut Conn) -> Result<(i64, Snapshot), DbFault> {
    const SQL: &str = with_state!(
        "SELECT position, tenant, kind, resource, actor, data, created FROM outbox ORDER BY position DESC LIMIT 1"
    );
    let answer = Answer::of(diesel::sql_query(SQL).load(c).await.db()?)?;
    let position = answer.rows.as_slice().first().map_or(answer.floor, |row| row.position);
    Ok((position, answer.snapshot))
}

/// The identity of the table, which seals its positions.
pub(crate) async fn stream(c: &mut Conn) -> Result<Uuid, DbFault> {
    outbox_state::table.select(outbox_state::stream).first(c).await.db()
}

/// Events up to this position are purged.
pub(crate) async fn floor(c: &mut Conn) -> Result<i64, DbFault> {
    outbox_state::table.select(outbox_state::floor).first(c).await.db()
}

/// A page of history.
pub(crate) struct Page {
    pub(crate) rows: Vec<Row>,
    /// Continue after this position: everything up to it was looked at.
    pub(crate) end: i64,
}

/// The next page of what the filter admits, after `cursor` and up to `target`.
///
/// `None`: events after `cursor` are purged already.
pub(crate) async fn history(c: &mut Conn, filter: &Filter, cursor: i64, target: i64) -> Result<Option<Page>, DbFault> {
    // A tenant's events are found by index however sparse they are; anything else is looked through piece by piece.
    let end = match filter.tenant {
        Some(_) => target,
        None => target.min(cursor + WINDOW),
    };
    let query = diesel::sql_query(HISTORY)
        .bind::<Int8, _>(cursor)
        .bind::<Int8, _>(end)
        .bind::<Nullable<SqlUuid>, _>(filter.tenant)
        .bind::<Array<Text>, _>(&filter.kinds)
        .bind::<Text, _>(&filter.resource_prefix)
        .bind::<Int8, _>(PAGE as i64);
    let answer = Answer::of(query.load(c).await.db()?)?;
    if cursor < answer.floor {
        return Ok(None);
    }
    let full = answer.rows.len() == PAGE;
    let end = answer.rows.last().filter(|_| full).map_or(end, |row| row.position);
    Ok(Some(Page { rows: answer.rows, end }))
}

#[cfg(test)]
mod tests;
