//! Rows of partner links.

use chrono::{DateTime, Utc};
use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::{OrganizationId, PartnerLinkId, PartnerLinkName};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::role;
use super::schema::partner_links as links;
use crate::model::access::{AccessRole, PartnerLink};

#[derive(Queryable, Selectable)]
#[diesel(table_name = links, check_for_backend(diesel::pg::Pg))]
struct LinkRow {
    id: Uuid,
    partner_id: Uuid,
    customer_id: Uuid,
    role: i16,
    version: i64,
    created: DateTime<Utc>,
}

impl LinkRow {
    fn into_model(self) -> Result<PartnerLink, DbFault> {
        let partner = OrganizationId::from_uuid(self.partner_id);
        Ok(PartnerLink {
            name: PartnerLinkName::new(partner, PartnerLinkId::from_uuid(self.id)),
            customer: OrganizationId::from_uuid(self.customer_id),
            role: role(self.role)?,
            version: self.version,
            created: self.created,
        })
    }
}

/// Keeps every other link from being made, changed or removed until this transaction ends, and every request about one: only then
/// does a look for a cycle, or a plan of a merge, mean anything.
pub async fn partner_link_lock(c: &mut Conn) -> Result<(), DbFault> {
    let sql = "SELECT pg_advisory_xact_lock(hashtextextended('partner links', 0))";
    diesel::sql_query(sql).execute(c).await.db()?;
    Ok(())
}

/// The link between two organizations; [`DbFault::NotFound`] without one.
pub async fn partner_link_get(
    c: &mut Conn,
    partner: OrganizationId,
    customer: OrganizationId,
) -> Result<PartnerLink, DbFault> {
    links::table
        .filter(links::partner_id.eq(partner.uuid()))
        .filter(links::customer_id.eq(customer.uuid()))
        .select(LinkRow::as_select())
        .get_result(c)
        .await
        .db()?
        .into_model()
}

/// Reads one link; [`DbFault::NotFound`] without it.
pub async fn partner_link_find(c: &mut Conn, name: PartnerLinkName) -> Result<PartnerLink, DbFault> {
    links::table
        .filter(links::id.eq(name.link.uuid()))
        .filter(links::partner_id.eq(name.organization.uuid()))
        .select(LinkRow::as_select())
        .get_result(c)
        .await
        .db()?
        .into_model()
}

/// Gives a link another role, under [`partner_link_lock`].
pub async fn partner_link_update(c: &mut Conn, link: &PartnerLink, role: AccessRole) -> Result<PartnerLink, DbFault> {
    diesel::update(links::table.find(link.name.link.uuid()))
        .set((links::role.eq(role.number()), links::version.eq(link.version + 1)))
        .returning(LinkRow::as_returning())
        .get_result(c)
        .await
        .db()?
        .into_model()
}

/// Removes a link, under [`partner_link_lock`].
pub async fn partner_link_delete(c: &mut Conn, name: PartnerLinkName) -> Result<(), DbFault> {
    diesel::delete(links::table.find(name.link.uuid())).execute(c).await.db()?;
    Ok(())
}

/// Whose links are listed.
#[derive(Clone, Copy)]
pub enum Side {
    /// Those in which it is the customer.
    Customer(OrganizationId),
    /// Those in which it is the partner.
    Partner(OrganizationId),
}

/// One page by the organization at the other end, after `after`.
pub async fn partner_link_list(
    c: &mut Conn,
    side: Side,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<PartnerLink>, DbFault> {
    let mut query = links::table.select(LinkRow::as_select()).limit(limit).into_boxed();
    query = match side {
        Side::Customer(customer) => query.filter(links::customer_id.eq(customer.uuid())).order(links::partner_id),
        Side::Partner(partner) => query.filter(links::partner_id.eq(partner.uuid())).order(links::customer_id),
    };
    if let Some(id) = after {
        query = match side {
            Side::Customer(_) => query.filter(links::partner_id.gt(id)),
            Side::Partner(_) => query.filter(links::customer_id.gt(id)),
        };
    }
    query.load(c).await.db()?.into_iter().map(LinkRow::into_model).collect()
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// The live organizations that a partner provisions for, at most `limit`.
pub async fn partner_link_customers(
    c: &mut Conn,
    partner: OrganizationId,
    limit: i64,
) -> Result<Vec<OrganizationId>, DbFault> {
    let sql = "SELECT l.customer_id AS id FROM partner_links AS l \
               JOIN organizations AS o ON o.id = l.customer_id AND o.deleted IS NULL \
               WHERE l.partner_id = $1 ORDER BY l.customer_id LIMIT $2";
    let query = diesel::sql_query(sql).bind::<SqlUuid, _>(partner.uuid()).bind::<BigInt, _>(limit);
    let customers: Vec<IdRow> = query.load(c).await.db()?;
    Ok(customers.into_iter().map(|row| OrganizationId::from_uuid(row.id)).collect())
}

/// Every link of an organization, at either end.
pub async fn partner_link_list_of(c: &mut Conn, organization: OrganizationId) -> Result<Vec<PartnerLink>, DbFault> {
    let id = organization.uuid();
    let rows: Vec<LinkRow> = links::table
        .filter(links::partner_id.eq(id).or(links::customer_id.eq(id)))
        .select(LinkRow::as_select())
        .order(links::id)
        .load(c)
        .await
        .db()?;
    rows.into_iter().map(LinkRow::into_model).collect()
}

/// Inserts a link.
pub async fn partner_link_insert(
    c: &mut Conn,
    name: PartnerLinkName,
    customer: OrganizationId,
    role: AccessRole,
) -> Result<PartnerLink, DbFault> {
    diesel::insert_into(links::table)
        .values((
            links::id.eq(name.link.uuid()),
            links::partner_id.eq(name.organization.uuid()),
            links::customer_id.eq(customer.uuid()),
            links::role.eq(role.number()),
        ))
        .returning(LinkRow::as_returning())
        .get_result(c)
        .await
        .db()?
        .into_model()
}
