//! What a merge does to rows, and the record by which that is taken back. Rows go over where they are: they keep their identifiers,
//! and those of the duplicate that the survivor has too stay behind.

use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::{OperationId, OrganizationId};
use diesel::pg::Pg;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;

use super::merge::Merge;
use crate::model::organization::Roles;

/// Recorded values of one statement: they are joined one with each other.
const RAISED_AT_ONCE: i64 = 500;

/// Rows that belong to an organization by one column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Domains, by domain.
    Domain,
    /// Grants.
    Grant,
    /// Links, at the end of the partner.
    Customer,
    /// Links, at the end of the customer.
    Partner,
    /// Requests for full administration, at the end of the customer.
    RequestCustomer,
    /// The same, at the end of the partner.
    RequestPartner,
    /// Completed set-ups, at the end of the customer.
    SetupCustomer,
    /// The same, at the end of the partner.
    SetupPartner,
    /// People.
    Person,
    /// The survivor itself; never moves.
    Organization,
    /// Domains of the duplicate that cannot stay claimed while the survivor has them; never move.
    DomainBehind,
}

/// Which of two recorded values a row gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// What the merge makes of it.
    Forward,
    /// What it was before.
    Back,
}

impl Kind {
    /// Those whose rows move, people last.
    pub const MOVING: [Self; 9] = [
        Self::Domain,
        Self::Grant,
        Self::Customer,
        Self::Partner,
        Self::RequestCustomer,
        Self::RequestPartner,
        Self::SetupCustomer,
        Self::SetupPartner,
        Self::Person,
    ];

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Domain => "DOMAIN",
            Self::Grant => "GRANT",
            Self::Customer => "CUSTOMER",
            Self::Partner => "PARTNER",
            Self::RequestCustomer => "REQUEST_CUSTOMER",
            Self::RequestPartner => "REQUEST_PARTNER",
            Self::SetupCustomer => "SETUP_CUSTOMER",
            Self::SetupPartner => "SETUP_PARTNER",
            Self::Person => "PERSON",
            Self::Organization => "ORGANIZATION",
            Self::DomainBehind => "DOMAIN_BEHIND",
        }
    }

    /// The table, the column that says whose the row is, and the column that identifies it with its type.
    pub(super) fn place(self) -> (&'static str, &'static str, &'static str, &'static str) {
        match self {
            Self::Domain | Self::DomainBehind => ("organization_domains", "organization_id", "domain", "text"),
            Self::Grant => ("grants", "organization_id", "id", "uuid"),
            Self::Customer => ("partner_links", "partner_id", "id", "uuid"),
            Self::Partner => ("partner_links", "customer_id", "id", "uuid"),
            Self::RequestCustomer => ("access_requests", "organization_id", "id", "uuid"),
            Self::RequestPartner => ("access_requests", "partner_id", "id", "uuid"),
            Self::SetupCustomer => ("completed_setups", "customer_id", "subscription_id", "uuid"),
            Self::SetupPartner => ("completed_setups", "partner_id", "subscription_id", "uuid"),
            Self::Person => ("people", "organization_id", "id", "uuid"),
            Self::Organization => ("organizations", "id", "id", "uuid"),
        }
    }

    /// The columns that a merge changes, with their types.
    fn values(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Domain | Self::DomainBehind => {
                &[("state", "text"), ("verified", "timestamptz"), ("claimed", "timestamptz")]
            }
            Self::Grant | Self::Customer | Self::Partner => &[("role", "smallint")],
            // They only go over.
            Self::RequestCustomer | Self::RequestPartner | Self::SetupCustomer | Self::SetupPartner => &[],
            Self::Person => &[
                ("display_name", "text"),
                ("active", "boolean"),
                ("last_activity", "timestamptz"),
                ("dormant", "boolean"),
                ("source_user", "text"),
            ],
            Self::Organization => &[("is_partner", "boolean"), ("is_customer", "boolean"), ("updated", "timestamptz")],
        }
    }

    /// How the row's version goes on.
    fn version(self) -> Option<&'static str> {
        match self {
            Self::Grant | Self::Customer | Self::Partner | Self::Organization => Some("version = t.version + 1"),
            Self::Domain | Self::DomainBehind => Some("version = nextval('organization_domain_versions')"),
            Self::RequestCustomer | Self::RequestPartner | Self::SetupCustomer | Self::SetupPartner | Self::Person => {
                None
            }
        }
    }

    /// An SQL list: row `t` gets the values of record `r`, each unless it has changed since.
    pub(super) fn assignments(self, direction: Direction) -> String {
        let (from, to) = match direction {
            Direction::Forward => ("before", "after"),
            Direction::Back => ("after", "before"),
        };
        let value = |(column, of): &(&'static str, &'static str)| {
            let told = self.teller(column);
            let same = format!("t.{told} = (r.{from}->>'{told}')::{}", self.type_of(told));
            format!("{column} = CASE WHEN {same} THEN (r.{to}->>'{column}')::{of} ELSE t.{column} END")
        };
        let values: Vec<String> = self.values().iter().map(value).chain(self.version().map(str::to_owned)).collect();
        values.join(", ")
    }

    /// An SQL statement: the rows of records `r` that belong to `$5` get their values. They are found by their identifiers: an index
    /// by owner, which `=` would allow, reads the whole organization for each record as long as the planner does not know how large
    /// it is.
    fn update(self, direction: Direction) -> String {
        let (table, owner, id, _) = self.place();
        format!(
            "UPDATE {table} AS t SET {} FROM r WHERE t.{id} = r.key AND t.{id} = ANY (ARRAY(SELECT key FROM r)) \
             AND t.{owner} IS NOT DISTINCT FROM $5",
            self.assignments(direction)
        )
    }

    /// The column, never NULL, that tells whether `column` has changed since: of a domain, one goes with the other.
    fn teller(self, column: &'static str) -> &'static str {
        match self {
            Self::Domain | Self::DomainBehind => "state",
            Self::Grant
            | Self::Customer
            | Self::Partner
            | Self::RequestCustomer
            | Self::RequestPartner
            | Self::SetupCustomer
            | Self::SetupPartner
            | Self::Person
            | Self::Organization => column,
        }
    }

    fn type_of(self, column: &str) -> &'static str {
        self.values().iter().find(|(name, _)| *name == column).map_or("text", |(_, of)| of)
    }

    /// An SQL expression: those columns of `row` as an object.
    pub(super) fn image(self, row: &str) -> String {
        let columns: Vec<_> = self.values().iter().map(|(column, _)| format!("'{column}', {row}.{column}")).collect();
        format!("jsonb_build_object({})", columns.join(", "))
    }
}

/// These rows of the duplicate go over to the survivor, and that is recorded.
pub async fn rows_move(c: &mut Conn, merge: &Merge, kind: Kind, keys: Vec<String>) -> Result<(), DbFault> {
    if keys.is_empty() {
        return Ok(());
    }
    let (table, owner, key, of) = kind.place();
    let sql = format!(
        "WITH moved AS (UPDATE {table} SET {owner} = $2 WHERE {owner} = $3 AND {key} = ANY ($4::text[]::{of}[]) \
           RETURNING {key}) \
         INSERT INTO organization_merge_rows (merge_id, kind, key) SELECT $1, $5, {key}::text FROM moved"
    );
    diesel::sql_query(sql)
        .bind::<SqlUuid, _>(merge.id.uuid())
        .bind::<SqlUuid, _>(merge.survivor.uuid())
        .bind::<SqlUuid, _>(merge.duplicate.uuid())
        .bind::<Array<Text>, _>(keys)
        .bind::<Text, _>(kind.as_str())
        .execute(c)
        .await
        .db()?;
    Ok(())
}

/// Records that rows of the survivor get the values of rows of the duplicate; [`rows_raise`] does it. Keys of the survivor's row and
/// of the duplicate's.
pub async fn rows_record(c: &mut Conn, merge: &Merge, kind: Kind, pairs: Vec<(String, String)>) -> Result<(), DbFault> {
    if pairs.is_empty() {
        return Ok(());
    }
    let (table, owner, key, of) = kind.place();
    let (own, others): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
    let sql = format!(
        "INSERT INTO organization_merge_rows (merge_id, kind, key, before, after) \
         SELECT $1, $2, s.{key}::text, {}, {} FROM unnest($3::text[]::{of}[], $4::text[]::{of}[]) AS p (own, other) \
           JOIN {table} AS s ON s.{key} = p.own AND s.{owner} = $5 \
           JOIN {table} AS d ON d.{key} = p.other AND d.{owner} = $6",
        kind.image("s"),
        kind.image("d")
    );
    diesel::sql_query(sql)
        .bind::<SqlUuid, _>(merge.id.uuid())
        .bind::<Text, _>(kind.as_str())
        .bind::<Array<Text>, _>(own)
        .bind::<Array<Text>, _>(others)
        .bind::<SqlUuid, _>(merge.survivor.uuid())
        .bind::<SqlUuid, _>(merge.duplicate.uuid())
        .execute(c)
        .await
        .db()?;
    Ok(())
}

/// The survivor may be this from now on, which is recorded.
pub async fn survivor_record(c: &mut Conn, merge: &Merge, roles: Roles) -> Result<(), DbFault> {
    let sql = format!(
        "INSERT INTO organization_merge_rows (merge_id, kind, key, before, after) \
         SELECT $1, $2, id::text, {}, jsonb_build_object('is_partner', $4, 'is_customer', $5, 'updated', now()) \
         FROM organizations AS s WHERE id = $3",
        Kind::Organization.image("s")
    );
    diesel::sql_query(sql)
        .bind::<SqlUuid, _>(merge.id.uuid())
        .bind::<Text, _>(Kind::Organization.as_str())
        .bind::<SqlUuid, _>(merge.survivor.uuid())
        .bind::<Bool, _>(roles.partner)
        .bind::<Bool, _>(roles.customer)
        .execute(c)
        .await
        .db()?;
    Ok(())
}

/// Domains that the duplicate has claimed and the survivor has too are only verified there from now on: one holds a claim. Recorded.
pub async fn claims_lower(c: &mut Conn, merge: &Merge) -> Result<(), DbFault> {
    let image = Kind::DomainBehind.image("d");
    let record = format!(
        "INSERT INTO organization_merge_rows (merge_id, kind, key, before, after) \
         SELECT $1, 'DOMAIN_BEHIND', domain, {image}, \
           {image} || jsonb_build_object('state', 'VERIFIED', 'claimed', NULL::timestamptz) \
         FROM organization_domains AS d WHERE organization_id = $2 AND state = 'CLAIMED'"
    );
    diesel::sql_query(record)
        .bind::<SqlUuid, _>(merge.id.uuid())
        .bind::<SqlUuid, _>(merge.duplicate.uuid())
        .execute(c)
        .await
        .db()?;
    raise(c, merge, Kind::DomainBehind, merge.duplicate).await
}

/// The recorded rows of the survivor get their values.
pub async fn rows_raise(c: &mut Conn, merge: &Merge, kind: Kind) -> Result<(), DbFault> {
    raise(c, merge, kind, merge.survivor).await
}

async fn raise(c: &mut Conn, merge: &Merge, kind: Kind, owner: OrganizationId) -> Result<(), DbFault> {
    let mut after = String::new();
    while let Some((last, _)) = page_end(c, merge, kind, "before IS NOT NULL", &after, RAISED_AT_ONCE).await? {
        let id = kind.place().3;
        let page = format!(
            "SELECT key::{id} AS key, before, after FROM organization_merge_rows \
             WHERE merge_id = $1 AND kind = $2 AND before IS NOT NULL AND key > $3 AND key <= $4"
        );
        let sql = format!("WITH r AS MATERIALIZED ({page}) {}", kind.update(Direction::Forward));
        on_page(sql, merge, kind, &after, &last).bind::<SqlUuid, _>(owner.uuid()).execute(c).await.db()?;
        after = last;
    }
    Ok(())
}

/// At most so many recorded values of one kind fall back to what they were, each unless it was changed since; how many records that
/// were. `owner` is whose rows they are. The record goes with it, so that the next call takes the next ones.
pub async fn rows_lower(c: &mut Conn, merge: &Merge, kind: Kind, owner: OrganizationId) -> Result<usize, DbFault> {
    let end = page_end(c, merge, kind, "before IS NOT NULL", "", RAISED_AT_ONCE).await?;
    let Some((last, count)) = end else { return Ok(0) };
    let id = kind.place().3;
    let page = format!(
        "DELETE FROM organization_merge_rows WHERE merge_id = $1 AND kind = $2 AND before IS NOT NULL \
         AND key > $3 AND key <= $4 RETURNING key::{id} AS key, before, after"
    );
    let sql = format!("WITH r AS ({page}) {}", kind.update(Direction::Back));
    on_page(sql, merge, kind, "", &last).bind::<SqlUuid, _>(owner.uuid()).execute(c).await.db()?;
    Ok(count)
}

/// At most `limit` of the rows that went over return, as far as the survivor still has them; how many records that were. The record
/// goes with it, so that the next call takes the next ones.
pub async fn rows_return(c: &mut Conn, merge: &Merge, kind: Kind, limit: i64) -> Result<usize, DbFault> {
    let end = page_end(c, merge, kind, "before IS NULL", "", limit).await?;
    let Some((last, count)) = end else { return Ok(0) };
    let (table, owner, id, of) = kind.place();
    let sql = format!(
        "WITH page AS (DELETE FROM organization_merge_rows WHERE merge_id = $1 AND kind = $2 AND before IS NULL \
           AND key > $3 AND key <= $4 RETURNING key::{of} AS key) \
         UPDATE {table} AS t SET {owner} = $6 WHERE t.{id} = ANY (ARRAY(SELECT key FROM page)) \
           AND t.{owner} IS NOT DISTINCT FROM $5"
    );
    on_page(sql, merge, kind, "", &last)
        .bind::<SqlUuid, _>(merge.survivor.uuid())
        .bind::<SqlUuid, _>(merge.duplicate.uuid())
        .execute(c)
        .await
        .db()?;
    Ok(count)
}

fn on_page<'a>(
    sql: String,
    merge: &Merge,
    kind: Kind,
    after: &'a str,
    last: &'a str,
) -> BoxedSqlQuery<'a, Pg, SqlQuery> {
    diesel::sql_query(sql)
        .into_boxed()
        .bind::<SqlUuid, _>(merge.id.uuid())
        .bind::<Text, _>(kind.as_str())
        .bind::<Text, _>(after)
        .bind::<Text, _>(last)
}

/// The last key of the next `limit` records of one kind for which `which` holds, and how many they are; none without any.
async fn page_end(
    c: &mut Conn,
    merge: &Merge,
    kind: Kind,
    which: &'static str,
    after: &str,
    limit: i64,
) -> Result<Option<(String, usize)>, DbFault> {
    let sql = format!(
        "SELECT max(key) AS last, count(*) AS count FROM (SELECT key FROM organization_merge_rows \
         WHERE merge_id = $1 AND kind = $2 AND {which} AND key > $3 ORDER BY key LIMIT $4) AS page"
    );
    let page: PageRow = diesel::sql_query(sql)
        .bind::<SqlUuid, _>(merge.id.uuid())
        .bind::<Text, _>(kind.as_str())
        .bind::<Text, _>(after)
        .bind::<BigInt, _>(limit)
        .get_result(c)
        .await
        .db()?;
    Ok(page.last.map(|last| (last, usize::try_from(page.count).unwrap_or(usize::MAX))))
}

#[derive(diesel::QueryableByName)]
struct PageRow {
    #[diesel(sql_type = Nullable<Text>)]
    last: Option<String>,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Forgets at most `limit` records of a merge; how many they were.
pub async fn rows_forget(c: &mut Conn, merge: OperationId, limit: i64) -> Result<usize, DbFault> {
    let sql = "DELETE FROM organization_merge_rows WHERE ctid = ANY (ARRAY(SELECT ctid FROM organization_merge_rows \
               WHERE merge_id = $1 LIMIT $2))";
    diesel::sql_query(sql).bind::<SqlUuid, _>(merge.uuid()).bind::<BigInt, _>(limit).execute(c).await.db()
}
