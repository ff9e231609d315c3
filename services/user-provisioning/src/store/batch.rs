//! Rows of batches under way. Each is found by its operation, which belongs to one customer; the customer is in every WHERE too.

use std::time::Duration;

use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::{OperationId, OrganizationId, TargetId, TargetName, UserId, UserName};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Jsonb, Nullable, Text};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::schema::{batch_rows, batches, users};
use super::user::name;
use super::{read_json, write_json};
use crate::model::account::Account;
use crate::model::batch::{Chunk, Outcome, Row, RowOutcome, UserFailure};
use crate::model::user::UserState;

const REFUSED: &str = "REFUSED";

/// Whose rows: the operation and the customer it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Of {
    /// The operation.
    pub operation: OperationId,
    /// The customer.
    pub organization: OrganizationId,
}

/// Inserts a batch with one row for each user, in the order of the request.
pub async fn batch_insert(c: &mut Conn, of: Of, target: TargetName, users: &[UserId]) -> Result<(), DbFault> {
    diesel::insert_into(batches::table)
        .values((
            batches::operation_id.eq(of.operation.uuid()),
            batches::organization_id.eq(of.organization.uuid()),
            batches::target_organization_id.eq(target.organization.uuid()),
            batches::target_id.eq(target.target.uuid()),
        ))
        .execute(c)
        .await
        .db()?;
    let rows: Vec<_> = (0i32..)
        .zip(users)
        .map(|(index, user)| {
            (
                batch_rows::operation_id.eq(of.operation.uuid()),
                batch_rows::index.eq(index),
                batch_rows::organization_id.eq(of.organization.uuid()),
                batch_rows::user_id.eq(user.uuid()),
            )
        })
        .collect();
    diesel::insert_into(batch_rows::table).values(rows).execute(c).await.db()?;
    Ok(())
}

#[derive(QueryableByName)]
struct CallRow {
    #[diesel(sql_type = Integer)]
    index: i32,
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    user_id: Uuid,
    #[diesel(sql_type = Integer)]
    attempts: i32,
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Text)]
    display_name: String,
}

impl CallRow {
    fn into_model(self, of: Of) -> Row {
        Row {
            index: self.index,
            user: name(of.organization.uuid(), self.user_id),
            account: Account { email: self.email, display_name: self.display_name },
            attempts: self.attempts,
        }
    }
}

#[derive(QueryableByName)]
struct Wait {
    #[diesel(sql_type = Nullable<BigInt>)]
    wait_ms: Option<i64>,
}

const DUE: &str = "
SELECT b.index, b.user_id, b.attempts, u.email, u.given_name || ' ' || u.family_name AS display_name
  FROM batch_rows b JOIN users u ON u.organization_id = b.organization_id AND u.id = b.user_id
 WHERE b.operation_id = $1 AND b.organization_id = $2 AND b.state = 'PENDING' AND b.due <= statement_timestamp()
 ORDER BY b.due, b.index LIMIT $3";

// By the database's clock, which also wrote the times.
const NEXT_DUE: &str = "
SELECT greatest(0, ceil(extract(epoch FROM min(due) - statement_timestamp()) * 1000))::bigint AS wait_ms
  FROM batch_rows WHERE operation_id = $1 AND organization_id = $2 AND state = 'PENDING'";

/// The next rows to call for, at most `limit`.
pub async fn batch_due(c: &mut Conn, of: Of, limit: i64) -> Result<Chunk, DbFault> {
    let rows: Vec<CallRow> = diesel::sql_query(DUE)
        .bind::<diesel::sql_types::Uuid, _>(of.operation.uuid())
        .bind::<diesel::sql_types::Uuid, _>(of.organization.uuid())
        .bind::<BigInt, _>(limit)
        .load(c)
        .await
        .db()?;
    if !rows.is_empty() {
        return Ok(Chunk::Rows(rows.into_iter().map(|row| row.into_model(of)).collect()));
    }
    let next: Wait = diesel::sql_query(NEXT_DUE)
        .bind::<diesel::sql_types::Uuid, _>(of.operation.uuid())
        .bind::<diesel::sql_types::Uuid, _>(of.organization.uuid())
        .get_result(c)
        .await
        .db()?;
    Ok(match next.wait_ms {
        Some(wait) => Chunk::After(Duration::from_millis(wait.unsigned_abs())),
        None => Chunk::Empty,
    })
}

#[derive(QueryableByName)]
struct Settled {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    user_id: Uuid,
    #[diesel(sql_type = Integer)]
    index: i32,
}

const SETTLE: &str = "
UPDATE batch_rows b
   SET state = o.state, attempts = b.attempts + 1, due = clock_timestamp() + o.after_ms * interval '1 millisecond', error = o.error
  FROM unnest($3, $4, $5, $6) AS o (index, state, after_ms, error)
 WHERE b.operation_id = $1 AND b.organization_id = $2 AND b.index = o.index AND b.state = 'PENDING'
RETURNING b.user_id, b.index";

/// Records what calls made of rows; answers where the users of those with a final outcome stand now. A row that has its outcome
/// already keeps it.
pub async fn batch_settle(
    c: &mut Conn,
    of: Of,
    outcomes: &[RowOutcome],
) -> Result<Vec<(UserName, UserState)>, DbFault> {
    let errors: Result<Vec<_>, DbFault> = outcomes
        .iter()
        .map(|row| match &row.outcome {
            Outcome::Refused(failure) => write_json(failure).map(Some),
            Outcome::Provisioned | Outcome::Again { .. } => Ok(None),
        })
        .collect();
    let waits: Vec<i64> = outcomes
        .iter()
        .map(|row| match row.outcome {
            Outcome::Again { after_ms } => after_ms,
            Outcome::Provisioned | Outcome::Refused(_) => 0,
        })
        .collect();
    let settled: Vec<Settled> = diesel::sql_query(SETTLE)
        .bind::<diesel::sql_types::Uuid, _>(of.operation.uuid())
        .bind::<diesel::sql_types::Uuid, _>(of.organization.uuid())
        .bind::<Array<Integer>, _>(outcomes.iter().map(|row| row.index).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(outcomes.iter().map(|row| row.outcome.row_state()).collect::<Vec<_>>())
        .bind::<Array<BigInt>, _>(waits)
        .bind::<Array<Nullable<Jsonb>>, _>(errors?)
        .load(c)
        .await
        .db()?;
    let user = |row: &Settled| name(of.organization.uuid(), row.user_id);
    let state = |row: &Settled| outcomes.iter().find(|o| o.index == row.index)?.outcome.user_state();
    Ok(settled.iter().filter_map(|row| Some((user(row), state(row)?))).collect())
}

/// How many rows are in which state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct Counts {
    /// Still to be called for.
    #[diesel(sql_type = BigInt)]
    pub pending: i64,
    /// On the target.
    #[diesel(sql_type = BigInt)]
    pub provisioned: i64,
    /// Refused.
    #[diesel(sql_type = BigInt)]
    pub refused: i64,
}

const COUNT: &str = "
SELECT count(*) FILTER (WHERE state = 'PENDING') AS pending,
       count(*) FILTER (WHERE state = 'PROVISIONED') AS provisioned,
       count(*) FILTER (WHERE state = 'REFUSED') AS refused
  FROM batch_rows WHERE operation_id = $1 AND organization_id = $2";

/// Counts the rows of a batch.
pub async fn batch_count(c: &mut Conn, of: Of) -> Result<Counts, DbFault> {
    diesel::sql_query(COUNT)
        .bind::<diesel::sql_types::Uuid, _>(of.operation.uuid())
        .bind::<diesel::sql_types::Uuid, _>(of.organization.uuid())
        .get_result(c)
        .await
        .db()
}

/// The refused rows in the order of the request.
pub async fn batch_failures(c: &mut Conn, of: Of) -> Result<Vec<UserFailure>, DbFault> {
    let rows: Vec<(i32, Uuid, Option<serde_json::Value>)> = batch_rows::table
        .filter(batch_rows::operation_id.eq(of.operation.uuid()))
        .filter(batch_rows::organization_id.eq(of.organization.uuid()))
        .filter(batch_rows::state.eq(REFUSED))
        .select((batch_rows::index, batch_rows::user_id, batch_rows::error))
        .order(batch_rows::index)
        .load(c)
        .await
        .db()?;
    rows.into_iter()
        .map(|(index, user, error)| {
            let error = read_json("error", error.unwrap_or_default())?;
            Ok(UserFailure { user: name(of.organization.uuid(), user), index, error })
        })
        .collect()
}

/// The first rows that are left, in whatever state; the second part says whether the target may know the account.
pub async fn batch_left(c: &mut Conn, of: Of, limit: i64) -> Result<Vec<(Row, bool)>, DbFault> {
    let rows: Vec<(i32, Uuid, i32, String, String, String, String)> = batch_rows::table
        .inner_join(users::table.on(users::id.eq(batch_rows::user_id)))
        .filter(batch_rows::operation_id.eq(of.operation.uuid()))
        .filter(batch_rows::organization_id.eq(of.organization.uuid()))
        .select((
            batch_rows::index,
            batch_rows::user_id,
            batch_rows::attempts,
            batch_rows::state,
            users::email,
            users::given_name,
            users::family_name,
        ))
        .order(batch_rows::index)
        .limit(limit)
        .load(c)
        .await
        .db()?;
    Ok(rows
        .into_iter()
        .map(|(index, user_id, attempts, state, email, given_name, family_name)| {
            let display_name = format!("{given_name} {family_name}");
            let row = CallRow { index, user_id, attempts, email, display_name };
            (row.into_model(of), state != REFUSED)
        })
        .collect())
}

/// Removes rows; answers how many are left.
pub async fn batch_remove(c: &mut Conn, of: Of, indexes: &[i32]) -> Result<i64, DbFault> {
    diesel::delete(batch_rows::table)
        .filter(batch_rows::operation_id.eq(of.operation.uuid()))
        .filter(batch_rows::organization_id.eq(of.organization.uuid()))
        .filter(batch_rows::index.eq_any(indexes))
        .execute(c)
        .await
        .db()?;
    let left = batch_rows::table
        .filter(batch_rows::operation_id.eq(of.operation.uuid()))
        .filter(batch_rows::organization_id.eq(of.organization.uuid()));
    left.count().get_result(c).await.db()
}

/// Where the users of a batch are provisioned; [`DbFault::NotFound`] when it has ended.
pub async fn batch_target(c: &mut Conn, of: Of) -> Result<TargetName, DbFault> {
    let (organization, target): (Uuid, Uuid) = batches::table
        .filter(batches::operation_id.eq(of.operation.uuid()))
        .filter(batches::organization_id.eq(of.organization.uuid()))
        .select((batches::target_organization_id, batches::target_id))
        .first(c)
        .await
        .db()?;
    Ok(TargetName::new(OrganizationId::from_uuid(organization), TargetId::from_uuid(target)))
}

/// Removes a batch that has ended, with what is left of its rows.
pub async fn batch_end(c: &mut Conn, of: Of) -> Result<(), DbFault> {
    diesel::delete(batches::table)
        .filter(batches::operation_id.eq(of.operation.uuid()))
        .filter(batches::organization_id.eq(of.organization.uuid()))
        .execute(c)
        .await
        .db()?;
    Ok(())
}

#[derive(QueryableByName)]
struct Orphan {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    operation_id: Uuid,
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    organization_id: Uuid,
}

const ORPHANS: &str = "
SELECT b.operation_id, b.organization_id FROM batches b
 WHERE NOT EXISTS (SELECT FROM operations o WHERE o.id = b.operation_id)
 LIMIT $1 FOR UPDATE OF b SKIP LOCKED";

/// Locks some batches whose operation was cancelled before anything was begun.
pub async fn batch_orphans(c: &mut Conn, limit: i64) -> Result<Vec<Of>, DbFault> {
    let rows: Vec<Orphan> = diesel::sql_query(ORPHANS).bind::<BigInt, _>(limit).load(c).await.db()?;
    let of = |row: Orphan| Of {
        operation: OperationId::from_uuid(row.operation_id),
        organization: OrganizationId::from_uuid(row.organization_id),
    };
    Ok(rows.into_iter().map(of).collect())
}

diesel::allow_tables_to_appear_in_same_query!(batch_rows, users);
