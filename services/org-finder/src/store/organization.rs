//! Rows of organizations and of their domains.

use chrono::{DateTime, Utc};
use dialtone_db::{Cas, Classify as _, Conn, DbFault, cas};
use dialtone_ids::OrganizationId;
use diesel::dsl::{exists, now};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::name_index::{self, Named};
use super::schema::{organization_domains as domains, organizations};
use super::shown_domain::{ShownDomains, into_domain};
use super::unreadable;
use crate::model::domain::State;
use crate::model::keys;
use crate::model::name;
use crate::model::organization::{MOST_DOMAINS_SHOWN, Organization, Profile, Roles, Vertical};

#[derive(Queryable, Selectable)]
#[diesel(table_name = organizations, check_for_backend(diesel::pg::Pg))]
pub(super) struct OrganizationRow {
    id: Uuid,
    display_name: String,
    vertical: Option<String>,
    region_code: String,
    is_partner: bool,
    is_customer: bool,
    version: i64,
    created: DateTime<Utc>,
    updated: DateTime<Utc>,
    deleted: Option<DateTime<Utc>>,
    purge: Option<DateTime<Utc>>,
    merged_into: Option<Uuid>,
    /// One more than are shown, if there are more.
    #[diesel(select_expression = ShownDomains, select_expression_type = ShownDomains)]
    domains: Vec<String>,
}

impl OrganizationRow {
    fn into_model(self) -> Result<Organization, DbFault> {
        let shown = self.domains.iter().take(MOST_DOMAINS_SHOWN);
        let vertical = self.vertical.map(|text| Vertical::parse(&text).ok_or_else(|| unreadable("vertical")));
        Ok(Organization {
            id: OrganizationId::from_uuid(self.id),
            profile: Profile {
                display_name: self.display_name,
                vertical: vertical.transpose()?,
                region_code: self.region_code,
                roles: Roles { partner: self.is_partner, customer: self.is_customer },
            },
            domains: shown.map(|text| into_domain(text)).collect::<Result<_, _>>()?,
            has_more_domains: self.domains.len() > MOST_DOMAINS_SHOWN,
            version: self.version,
            created: self.created,
            updated: self.updated,
            deleted: self.deleted,
            purge: self.purge,
            merged_into: self.merged_into.map(OrganizationId::from_uuid),
        })
    }
}

/// The place of an organization in the list by name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Place {
    pub normalized_name: String,
    pub id: Uuid,
}

impl Place {
    /// The place of this organization.
    pub fn of(organization: &Organization) -> Self {
        let normalized_name = name::normalize(&organization.profile.display_name);
        Self { normalized_name, id: organization.id.uuid() }
    }
}

/// Inserts an organization with these domains, all UNVERIFIED.
pub async fn organization_insert(
    c: &mut Conn,
    id: OrganizationId,
    profile: &Profile,
    domain_names: &[String],
) -> Result<Organization, DbFault> {
    diesel::insert_into(organizations::table)
        .values((organizations::id.eq(id.uuid()), organizations::name_index.eq(keys::FORM), values(profile)))
        .execute(c)
        .await
        .db()?;
    let rows: Vec<_> = domain_names
        .iter()
        .map(|name| {
            (
                domains::organization_id.eq(id.uuid()),
                domains::domain.eq(name),
                domains::state.eq(State::Unverified.as_str()),
            )
        })
        .collect();
    diesel::insert_into(domains::table).values(rows).execute(c).await.db()?;
    let organization = organization_get(c, id).await?;
    name_index::index_put(c, &[Named::of(&organization)]).await?;
    Ok(organization)
}

type Live =
    diesel::dsl::Filter<diesel::dsl::Find<organizations::table, Uuid>, diesel::dsl::IsNull<organizations::deleted>>;

/// The organization, unless it was deleted.
fn live(id: OrganizationId) -> Live {
    organizations::table.find(id.uuid()).filter(organizations::deleted.is_null())
}

type Values = (
    diesel::dsl::Eq<organizations::display_name, String>,
    diesel::dsl::Eq<organizations::normalized_name, String>,
    diesel::dsl::Eq<organizations::vertical, Option<String>>,
    diesel::dsl::Eq<organizations::region_code, String>,
    diesel::dsl::Eq<organizations::is_partner, bool>,
    diesel::dsl::Eq<organizations::is_customer, bool>,
);

fn values(profile: &Profile) -> Values {
    (
        organizations::display_name.eq(profile.display_name.clone()),
        organizations::normalized_name.eq(name::normalize(&profile.display_name)),
        organizations::vertical.eq(profile.vertical.map(String::from)),
        organizations::region_code.eq(profile.region_code.clone()),
        organizations::is_partner.eq(profile.roles.partner),
        organizations::is_customer.eq(profile.roles.customer),
    )
}

/// Reads one organization; [`DbFault::NotFound`] without it, and for one that was deleted.
pub async fn organization_get(c: &mut Conn, id: OrganizationId) -> Result<Organization, DbFault> {
    let row = live(id).select(OrganizationRow::as_select()).get_result(c).await.db()?;
    row.into_model()
}

/// Changes the profile if the version is still the one of `before`.
pub async fn organization_update_if(
    c: &mut Conn,
    before: &Organization,
    profile: &Profile,
) -> Result<Cas<Organization>, DbFault> {
    let (id, version) = (before.id, before.version);
    let updated = diesel::update(live(id).filter(organizations::version.eq(version)))
        .set((values(profile), organizations::version.eq(version + 1), organizations::updated.eq(now)))
        .returning(OrganizationRow::as_returning())
        .get_result(c)
        .await
        .db();
    let answer = changed(cas(updated, organization_exists(c, id)).await?)?;
    if let Cas::Updated(after) = &answer {
        name_index::index_change(c, before, after).await?;
    }
    Ok(answer)
}

/// Deletes an organization if its version is still `version`; it can be brought back until `purge`.
pub async fn organization_delete_if(
    c: &mut Conn,
    id: OrganizationId,
    version: i64,
    purge: DateTime<Utc>,
) -> Result<Cas<Organization>, DbFault> {
    let deleted = diesel::update(live(id).filter(organizations::version.eq(version)))
        .set((
            organizations::deleted.eq(now),
            organizations::purge.eq(purge),
            organizations::version.eq(version + 1),
            organizations::updated.eq(now),
        ))
        .returning(OrganizationRow::as_returning())
        .get_result(c)
        .await
        .db();
    let answer = changed(cas(deleted, organization_exists(c, id)).await?)?;
    if let Cas::Updated(gone) = &answer {
        name_index::index_remove(c, gone).await?;
    }
    Ok(answer)
}

/// An organization whose deletion can be undone, locked; [`DbFault::NotFound`] without it.
pub async fn organization_lock_deleted(c: &mut Conn, id: OrganizationId) -> Result<Organization, DbFault> {
    let deleted = organizations::table.find(id.uuid()).filter(organizations::purge.gt(now));
    let row = deleted.select(OrganizationRow::as_select()).for_no_key_update().get_result(c).await.db()?;
    row.into_model()
}

/// Brings a locked organization back.
pub async fn organization_undelete(c: &mut Conn, was: &Organization) -> Result<Organization, DbFault> {
    let row = diesel::update(organizations::table.find(was.id.uuid()))
        .set((
            organizations::deleted.eq(None::<DateTime<Utc>>),
            organizations::purge.eq(None::<DateTime<Utc>>),
            organizations::version.eq(was.version + 1),
            organizations::updated.eq(now),
        ))
        .returning(OrganizationRow::as_returning())
        .get_result(c)
        .await
        .db()?;
    let back = row.into_model()?;
    name_index::index_return(c, &back).await?;
    Ok(back)
}

fn changed(answer: Cas<OrganizationRow>) -> Result<Cas<Organization>, DbFault> {
    Ok(match answer {
        Cas::Updated(row) => Cas::Updated(row.into_model()?),
        Cas::Stale => Cas::Stale,
        Cas::Missing => Cas::Missing,
    })
}

/// Whether there is such an organization, not deleted.
pub async fn organization_exists(c: &mut Conn, id: OrganizationId) -> Result<bool, DbFault> {
    diesel::select(exists(live(id))).get_result(c).await.db()
}

/// Keeps an organization from being changed, and from being added to by whoever takes this lock, until this transaction ends;
/// [`DbFault::NotFound`] without it.
pub async fn organization_lock(c: &mut Conn, id: OrganizationId) -> Result<(), DbFault> {
    let _: Uuid = live(id).select(organizations::id).for_no_key_update().get_result(c).await.db()?;
    Ok(())
}

/// One page by name, after `after`: of all organizations, or of those that `among` names; deleted ones only if they are asked for.
pub async fn organization_list(
    c: &mut Conn,
    among: Option<&[OrganizationId]>,
    deleted_too: bool,
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<Organization>, DbFault> {
    let mut query = organizations::table
        .select(OrganizationRow::as_select())
        .order((organizations::normalized_name, organizations::id))
        .limit(limit)
        .into_boxed();
    if !deleted_too {
        query = query.filter(organizations::deleted.is_null());
    }
    if let Some(ids) = among {
        query = query.filter(organizations::id.eq_any(ids.iter().map(|id| id.uuid()).collect::<Vec<_>>()));
    }
    if let Some(place) = after {
        let name = place.normalized_name.clone();
        let later = organizations::normalized_name.gt(name.clone());
        let same = organizations::normalized_name.eq(name.clone()).and(organizations::id.gt(place.id));
        // Said again as a range, which the index can use.
        query = query.filter(organizations::normalized_name.ge(name)).filter(later.or(same));
    }
    let rows: Vec<OrganizationRow> = query.load(c).await.db()?;
    rows.into_iter().map(OrganizationRow::into_model).collect()
}

/// The organizations of these ids, in no particular order.
pub(super) async fn organizations_get(c: &mut Conn, ids: Vec<Uuid>) -> Result<Vec<Organization>, DbFault> {
    let query = organizations::table.filter(organizations::id.eq_any(ids)).select(OrganizationRow::as_select());
    let rows: Vec<OrganizationRow> = query.load(c).await.db()?;
    rows.into_iter().map(OrganizationRow::into_model).collect()
}
