//! Rows of users.

use chrono::{DateTime, Utc};
use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::{LocationId, LocationName, OrganizationId, UserId, UserName};
use diesel::prelude::*;
use diesel::sql_types::{Array, Text};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::read_word;
use super::schema::users;
use crate::model::user::{NewUser, User, UserState};

#[derive(Queryable, QueryableByName, Selectable)]
#[diesel(table_name = users, check_for_backend(diesel::pg::Pg))]
struct UserRow {
    id: Uuid,
    organization_id: Uuid,
    email: String,
    given_name: String,
    family_name: String,
    package: String,
    location_id: Uuid,
    state: String,
    version: i64,
    created: DateTime<Utc>,
    updated: DateTime<Utc>,
}

impl UserRow {
    fn into_model(self) -> Result<User, DbFault> {
        Ok(User {
            name: name(self.organization_id, self.id),
            person: NewUser {
                given_name: self.given_name,
                family_name: self.family_name,
                email: self.email,
                package: self.package,
                location: LocationName::new(
                    OrganizationId::from_uuid(self.organization_id),
                    LocationId::from_uuid(self.location_id),
                ),
            },
            state: read_word("state", &UserState::ALL, UserState::as_str, &self.state)?,
            version: self.version,
            created: self.created,
            updated: self.updated,
        })
    }
}

pub(super) fn name(organization: Uuid, user: Uuid) -> UserName {
    UserName::new(OrganizationId::from_uuid(organization), UserId::from_uuid(user))
}

/// Inserts people under these ids; those whose address the customer has already are left out. Sorted by address in the database,
/// so that two batches with the same people wait for one another instead of locking each other out.
pub async fn users_insert(
    c: &mut Conn,
    organization: OrganizationId,
    people: &[(UserId, &NewUser)],
) -> Result<Vec<User>, DbFault> {
    let mut people: Vec<_> = people.iter().collect();
    people.sort_by(|a, b| a.1.email.cmp(&b.1.email));
    let rows: Vec<_> = people
        .into_iter()
        .map(|(id, person)| {
            (
                users::id.eq(id.uuid()),
                users::organization_id.eq(organization.uuid()),
                users::email.eq(&person.email),
                users::given_name.eq(&person.given_name),
                users::family_name.eq(&person.family_name),
                users::package.eq(&person.package),
                users::location_id.eq(person.location.location.uuid()),
            )
        })
        .collect();
    let insert = diesel::insert_into(users::table).values(rows).on_conflict_do_nothing();
    let inserted: Vec<UserRow> = insert.returning(UserRow::as_returning()).get_results(c).await.db()?;
    inserted.into_iter().map(UserRow::into_model).collect()
}

/// Reads one user; [`DbFault::NotFound`] without it.
pub async fn user_get(c: &mut Conn, name: UserName) -> Result<User, DbFault> {
    users::table
        .filter(users::organization_id.eq(name.organization.uuid()))
        .filter(users::id.eq(name.user.uuid()))
        .select(UserRow::as_select())
        .first(c)
        .await
        .db()?
        .into_model()
}

/// One page of a customer's users by address, after `after`.
pub async fn user_list(
    c: &mut Conn,
    organization: OrganizationId,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<User>, DbFault> {
    let rows: Vec<UserRow> = users::table
        .filter(users::organization_id.eq(organization.uuid()))
        .filter(users::email.gt(after.unwrap_or_default()))
        .select(UserRow::as_select())
        .order(users::email)
        .limit(limit)
        .load(c)
        .await
        .db()?;
    rows.into_iter().map(UserRow::into_model).collect()
}

const SETTLE: &str = "
UPDATE users u SET state = s.state, version = u.version + 1, updated = now()
  FROM unnest($2, $3) AS s (id, state)
 WHERE u.organization_id = $1 AND u.id = s.id AND u.state <> s.state
RETURNING u.id, u.organization_id, u.email, u.given_name, u.family_name, u.package, u.location_id, u.state, u.version,
          u.created, u.updated";

/// Moves users to where they stand now; answers those that moved.
pub async fn users_settle(
    c: &mut Conn,
    organization: OrganizationId,
    settled: &[(UserName, UserState)],
) -> Result<Vec<User>, DbFault> {
    let (ids, states): (Vec<Uuid>, Vec<&str>) =
        settled.iter().map(|(name, state)| (name.user.uuid(), state.as_str())).unzip();
    let rows: Vec<UserRow> = diesel::sql_query(SETTLE)
        .bind::<diesel::sql_types::Uuid, _>(organization.uuid())
        .bind::<Array<diesel::sql_types::Uuid>, _>(ids)
        .bind::<Array<Text>, _>(states)
        .load(c)
        .await
        .db()?;
    rows.into_iter().map(UserRow::into_model).collect()
}

/// Deletes users; answers them as they were.
pub async fn users_delete(
    c: &mut Conn,
    organization: OrganizationId,
    names: &[UserName],
) -> Result<Vec<User>, DbFault> {
    let ids: Vec<Uuid> = names.iter().map(|name| name.user.uuid()).collect();
    let delete = diesel::delete(users::table)
        .filter(users::organization_id.eq(organization.uuid()))
        .filter(users::id.eq_any(ids));
    let rows: Vec<UserRow> = delete.returning(UserRow::as_returning()).get_results(c).await.db()?;
    rows.into_iter().map(UserRow::into_model).collect()
}
