//! The simulators' own ledger. Used through a store of its own, in transactions of its own: never together with our tables.

use chrono::{DateTime, Utc};
use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::TargetId;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Timestamptz};
use diesel_async::RunQueryDsl;

use super::schema::{simulator_accounts, simulator_keys};
use crate::model::account::{Account, LedgerAccount};

/// Counts a call that arrived; its number for this address, from 1.
pub async fn simulator_arrive(c: &mut Conn, target: TargetId, email: &str) -> Result<i64, DbFault> {
    diesel::insert_into(simulator_accounts::table)
        .values((
            simulator_accounts::target_id.eq(target.uuid()),
            simulator_accounts::email.eq(email),
            simulator_accounts::call_count.eq(1),
        ))
        .on_conflict((simulator_accounts::target_id, simulator_accounts::email))
        .do_update()
        .set(simulator_accounts::call_count.eq(simulator_accounts::call_count + 1))
        .returning(simulator_accounts::call_count)
        .get_result(c)
        .await
        .db()
}

/// Creates an account unless the key was seen before. Another key creates another account for the same address.
pub async fn simulator_add(c: &mut Conn, target: TargetId, key: &str, account: &Account) -> Result<(), DbFault> {
    let fresh = diesel::insert_into(simulator_keys::table)
        .values((
            simulator_keys::target_id.eq(target.uuid()),
            simulator_keys::key.eq(key),
            simulator_keys::email.eq(&account.email),
        ))
        .on_conflict_do_nothing()
        .execute(c)
        .await
        .db()?;
    if fresh == 0 {
        return Ok(());
    }
    diesel::update(simulator_accounts::table.find((target.uuid(), &account.email)))
        .set((
            simulator_accounts::creation_count.eq(simulator_accounts::creation_count + 1),
            simulator_accounts::display_name.eq(&account.display_name),
            simulator_accounts::created.eq(sql::<Nullable<Timestamptz>>("coalesce(created, now())")),
        ))
        .execute(c)
        .await
        .db()?;
    Ok(())
}

#[derive(QueryableByName)]
struct Removed {
    #[diesel(sql_type = Bool)]
    created: bool,
}

// A key that was never seen is kept as deleted. One statement, so that a creation under the same key comes before or after it.
const REMOVE: &str = "
INSERT INTO simulator_keys (target_id, key, email, deleted) VALUES ($1, $2, $3, true)
ON CONFLICT (target_id, key) DO UPDATE SET deleted = true WHERE NOT simulator_keys.deleted
RETURNING xmax <> 0 AS created";

/// Takes back what the key created, or will not create any more.
pub async fn simulator_remove(c: &mut Conn, target: TargetId, key: &str, email: &str) -> Result<(), DbFault> {
    let removed: Option<Removed> = diesel::sql_query(REMOVE)
        .bind::<diesel::sql_types::Uuid, _>(target.uuid())
        .bind::<diesel::sql_types::Text, _>(key)
        .bind::<diesel::sql_types::Text, _>(email)
        .get_result(c)
        .await
        .optional()
        .db()?;
    if removed.is_some_and(|removed| removed.created) {
        diesel::update(simulator_accounts::table.find((target.uuid(), email)))
            .set(simulator_accounts::creation_count.eq(simulator_accounts::creation_count - 1))
            .execute(c)
            .await
            .db()?;
    }
    Ok(())
}

/// One page of the accounts that exist, by address, after `after`.
pub async fn simulator_list(
    c: &mut Conn,
    target: TargetId,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<LedgerAccount>, DbFault> {
    let rows: Vec<AccountRow> = simulator_accounts::table
        .filter(simulator_accounts::target_id.eq(target.uuid()))
        .filter(simulator_accounts::email.gt(after.unwrap_or_default()))
        .filter(simulator_accounts::creation_count.gt(0))
        .select(AccountRow::as_select())
        .order(simulator_accounts::email)
        .limit(limit)
        .load(c)
        .await
        .db()?;
    Ok(rows.into_iter().map(AccountRow::into_model).collect())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = simulator_accounts, check_for_backend(diesel::pg::Pg))]
struct AccountRow {
    email: String,
    display_name: String,
    creation_count: i64,
    call_count: i64,
    created: Option<DateTime<Utc>>,
}

impl AccountRow {
    fn into_model(self) -> LedgerAccount {
        LedgerAccount {
            email: self.email,
            display_name: self.display_name,
            creation_count: self.creation_count,
            call_count: self.call_count,
            // Set with the first creation.
            created: self.created.unwrap_or_default(),
        }
    }
}
